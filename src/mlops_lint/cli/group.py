"""A click group whose default command is `check`, and that knows near misses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from mlops_lint.suggest import did_you_mean

F = TypeVar("F", bound="Callable[..., Any] | click.Command")

DEFAULT = "check"
OWN_OPTIONS = frozenset({"--help", "-h", "--version", "-V"})


class DefaultGroup(click.Group):
    """`mlops-lint`, `mlops-lint PATH` and `mlops-lint --select X PATH` all mean `mlops-lint check …`."""

    aliases = {"explain": "rule"}  # noqa: RUF012  (click's classes are plain)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `check` in front unless a command or one of the group's own options stands there."""
        first = args[0] if args else ""
        if first not in OWN_OPTIONS and self.get_command(ctx, first) is None:
            self._refuse_misspelled(ctx, first)
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, by its name or an alias."""
        return super().get_command(ctx, self.aliases.get(cmd_name, cmd_name))

    def _refuse_misspelled(self, ctx: click.Context, word: str) -> None:
        if not word or word.startswith("-") or "/" in word or Path(word).exists():
            return
        near = did_you_mean(word, [*self.list_commands(ctx), *self.aliases])
        raise click.UsageError(f"there is no command and no folder called `{word}`{near}", ctx)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Where the options of a bare `mlops-lint` are described."""
        formatter.write_paragraph()
        formatter.write_text("`mlops-lint [PATH]` is short for `mlops-lint check [PATH]`: see `mlops-lint check -h`.")


def flag(*names: str, help: str, **extra: Any) -> Callable[[F], F]:  # noqa: A002  (click's own word)
    """An on/off option."""
    return click.option(*names, is_flag=True, help=help, **extra)
