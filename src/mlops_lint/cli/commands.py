"""The commands, and the one place where errors become exit codes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from mlops_lint import errors
from mlops_lint.cli.group import DefaultGroup, flag
from mlops_lint.cli.options import check_options, common_options

SCHEMAS = ("charter", "config", "report")
WRONG, NO_PROJECT, INTERRUPTED, TERMINATED = 2, 3, 130, 143


def _version(ctx: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if asked:
        from mlops_lint import __version__

        click.echo(f"mlops-lint {__version__}")
        ctx.exit()


@click.group(cls=DefaultGroup, context_settings={"help_option_names": ["-h", "--help"]})
@flag("-V", "--version", help="Show the version.", callback=_version, expose_value=False, is_eager=True)
def cli() -> None:
    """Hold what an ML project claims against what its repository shows."""


@cli.command()
@click.argument("path", default=".")
@check_options
def check(path: str, **words: Any) -> int:
    """Lint a repository (the default command)."""
    from mlops_lint.cli import execute, parse

    folder = _folder(path)
    return execute.check(folder, parse.settings_from(folder, words))


@cli.command()
@click.argument("path", default=".")
@click.option("--output-format", "outputs", multiple=True, metavar="NAME[=FILE]", help="text or json.")
@common_options
def evidence(path: str, **words: Any) -> int:
    """Show every practice, with the places that show it."""
    from mlops_lint.cli import execute, parse

    folder = _folder(path)
    settings = parse.settings_from(folder, words)
    if any(output.format not in ("text", "json") for output in settings.outputs):
        raise errors.UsageError("`mlops-lint evidence` writes text or json")
    return execute.evidence(folder, settings)


@cli.command()
@click.argument("code")
@click.argument("path", default=".")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="How to show it.")
@common_options
def why(code: str, path: str, output_format: str, **words: Any) -> int:
    """Show what a check looked for in a repository, and what it found."""
    from mlops_lint.cli import guidance, parse

    folder = _folder(path)
    return guidance.why(folder, code, parse.settings_from(folder, words), as_json=output_format == "json")


@cli.command()
@click.argument("path", default=".")
@click.option("--to", "level", type=click.IntRange(1, 4), metavar="LEVEL", help="The level to reach [the next one].")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="How to show it.")
@common_options
def roadmap(path: str, level: int | None, output_format: str, **words: Any) -> int:
    """Show the cheapest way to the next level."""
    from mlops_lint.cli import guidance, parse

    folder = _folder(path)
    return guidance.roadmap(folder, level, parse.settings_from(folder, words), as_json=output_format == "json")


@cli.command()
@click.argument("code")
@click.argument("path", default=".")
@click.option("--reason", required=True, metavar="TEXT", help="Why the finding is accepted.")
@click.option("--until", required=True, metavar="DATE", help="The day on which that ends, as 2026-11-20.")
@click.option("--owner", metavar="WHO", help="Who answers for it [the project's first owner].")
@flag("--dry-run", help="Print the changed charter, write nothing.")
@flag("--debug", help="Show the traceback of an error.")
def waive(code: str, path: str, reason: str, until: str, owner: str | None, dry_run: bool, debug: bool) -> int:
    """Write a waiver into the charter; comments are kept."""
    from mlops_lint.cli import guidance

    return guidance.waive(Path(path), code, reason=reason, until=until, owner=owner, dry_run=dry_run)


@cli.command()
@click.argument("code", required=False)
@flag("--all", "everything", help="Every check.")
@flag("--examples", help="Every example of the page, with the marks that make them tests.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="How to show it.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to use colour.")
@flag("--debug", help="Show the traceback of an error.")
def rule(code: str | None, everything: bool, examples: bool, output_format: str, color: str, debug: bool) -> int:
    """Show a check's page, by code or name (also: explain)."""
    from mlops_lint.cli import execute

    return execute.rule(code, everything=everything, as_json=output_format == "json", color=color, examples=examples)


@cli.command()
@click.argument("path", default=".")
@flag("--minimal", help="Only what every charter needs.")
@flag("--dry-run", help="Print it, write nothing.")
@flag("--debug", help="Show the traceback of an error.")
def init(path: str, minimal: bool, dry_run: bool, debug: bool) -> int:
    """Draft mlproject.yaml from what the repository already shows."""
    from mlops_lint.cli import execute

    return execute.init(_folder(path), minimal=minimal, dry_run=dry_run)


@cli.command()
@click.argument("name", metavar="NAME", type=click.Choice(SCHEMAS))
def schema(name: str) -> int:
    """Print a JSON schema: charter, config or report."""
    from mlops_lint.cli import execute

    return execute.schema(name)


def _folder(path: str) -> Path:
    folder = Path(path)
    if not folder.exists():
        raise errors.UsageError(f"there is no folder {path!r}")
    if not folder.is_dir():
        raise errors.UsageError(f"{path!r} is no folder; give the project's folder")
    if folder.name.endswith("mlproject.yaml"):
        raise errors.UsageError(f"{path!r} is a folder with a charter's name; a charter is one file")
    return folder


def main() -> None:
    """The console script."""
    import signal

    # Ended like this, the work's `finally` still runs: temporary folders go, git and the workers end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    code = run()
    # From here on the interpreter only ends; a signal now would print a traceback of its shutdown.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and give its exit code; nothing is raised but SystemExit by click itself."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = cli.main(args=words, prog_name="mlops-lint", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        help_wanted.show()
        return WRONG
    except click.ClickException as error:
        return _fail(" ".join(error.format_message().split()), WRONG)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except errors.NoProjectError as error:
        return _fail(str(error), NO_PROJECT)
    except Exception as error:  # noqa: BLE001  (the one place where every error ends)
        return _unexpected(error, words)
    return code if isinstance(code, int) else 0


def _unexpected(error: Exception, words: list[str]) -> int:
    if "--debug" in words:
        import traceback

        from mlops_lint.report.sanitize import finish

        sys.stderr.write(finish("".join(traceback.format_exception(error))))
    if isinstance(error, errors.MlopsLintError):
        return _fail(str(error), WRONG)
    if isinstance(error, OSError):
        from mlops_lint.cli.output import silence

        silence()
        where = f" ({error.filename})" if error.filename else ""
        return _fail(f"{'could not write output' if not where else 'system error'}: {error.strerror}{where}", WRONG)
    hint = "" if "--debug" in words else " (run with --debug for the traceback)"
    return _fail(f"internal error: {type(error).__name__}: {error}{hint}", WRONG)


def _fail(message: str, code: int) -> int:
    """One line on standard error."""
    from mlops_lint.report.sanitize import clean, clip, finish

    if sys.stderr is None:  # closed before the start (`2>&-`)
        return code
    try:
        sys.stderr.write(finish(f"mlops-lint: error: {clean(clip(message))}\n"))
    except (OSError, ValueError):
        return code
    return code
