"""The options of `check`, spelled as ruff spells them where ruff has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from mlops_lint.cli.group import flag
from mlops_lint.i18n import LANGUAGES

F = TypeVar("F", bound="Callable[..., Any] | click.Command")
CHOICES = ("error", "warning", "info", "never")

_RUN = (
    flag("--no-cache", help="Work everything out again, and remember nothing."),
    click.option("--cache-dir", metavar="DIR", help="Where to remember what files say [the user's cache folder]."),
    click.option("--jobs", type=click.IntRange(0, 64), metavar="N", help="Processes to read files in [as pays off]."),
)

_COMMON = (
    *_RUN,
    click.option("--config", metavar="FILE", help="Read this configuration file."),
    flag("--isolated", help="Read no configuration file."),
    click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to use colour."),
    click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of the report's own words."),
    flag("-v", "--verbose", help="Show every row of every section."),
    flag("--debug", help="Show the traceback of an error."),
)

_SELECTION = (
    click.option("--select", multiple=True, metavar="CODES", help="Run these checks: codes, prefixes, names or ALL."),
    click.option("--ignore", multiple=True, metavar="CODES", help="Leave these checks out."),
    click.option("--extend-select", multiple=True, metavar="CODES", help="Run these, too."),
    click.option("--per-file-ignores", multiple=True, metavar="PATTERN:CODES", help="Leave checks out for some paths."),
    click.option("--exclude", multiple=True, metavar="PATTERNS", help="Do not look at these paths."),
    click.option("--min-confidence", type=click.Choice(["high", "medium", "low"]), help="Hide what is less sure."),
    flag("--no-ignores", help="Show what comments set aside, too."),
    click.option("--since", metavar="REF", help="Show only what is new since a git revision."),
    flag("--staged", help="Look at what is staged, not at the working tree."),
)

_VERDICT = (
    click.option("--fail-on", type=click.Choice(CHOICES), help="The least severity that fails the run [error]."),
    click.option("--min-level", type=click.IntRange(0, 4), metavar="N", help="Fail below this maturity level."),
    flag("--strict", default=None, help="Waivers count as failures."),
    flag("--strict-coverage", default=None, help="Exit with 4 where something could not be analysed."),
    flag("--exit-zero", help="Exit with 0 whatever is found."),
)

_FIXES = (
    flag("--fix", help="Apply safe fixes."),
    flag("--unsafe-fixes", help="Apply fixes that may change what the code does, too (with --fix or --diff)."),
    flag("--diff", help="Show what --fix would change, and change nothing."),
)

_SHOWN = (
    click.option(
        "--output-format",
        "outputs",
        multiple=True,
        metavar="NAME[=FILE]",
        help="text, concise, json, github or sarif; repeat it for several reports of one run.",
    ),
    flag("-q", "--quiet", help="Show findings alone."),
    flag("--statistics", help="Count the findings of each check."),
    flag("--show-files", help="List the files that would be looked at."),
    flag("--show-settings", help="List the settings that would be used."),
    flag("--timings", help="Show how long it took, also in a pipe."),
)


def _decorator(options: tuple[Callable[[Any], Any], ...]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


common_options = _decorator(_COMMON)
check_options = _decorator((*_SELECTION, *_VERDICT, *_SHOWN, *_FIXES, *_COMMON))
