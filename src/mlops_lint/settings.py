"""Everything that a run can be told, by the command line or by a configuration file."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
from dataclasses import dataclass
from typing import TypeAlias

PerFileIgnores: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""(pattern of paths, codes or names)."""


@dataclass(frozen=True, slots=True)
class Output:
    """One report; `file` is None for standard output."""

    format: str
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What to run, what counts as a failure, and how to show it. Defaults are those of a bare `mlops-lint`."""

    select: tuple[str, ...] = ()
    """Codes, prefixes of codes or names; empty means every check."""
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: PerFileIgnores = ()
    exclude: tuple[str, ...] = ()
    fail_on: str = "error"
    min_level: int | None = None
    min_confidence: str = "low"
    no_ignores: bool = False
    """Show what comments in the source set aside, too."""
    strict: bool = False
    """Waivers count as failures."""
    strict_coverage: bool = False
    since: str | None = None
    staged: bool = False
    today: datetime.date | None = None
    lang: str = "en"
    jobs: int = 0
    """0 means: as many as pay off."""
    cache: bool = True
    cache_dir: str | None = None
    config: str | None = None
    isolated: bool = False
    outputs: tuple[Output, ...] = (Output("text"),)
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False
    timings: bool = False
    statistics: bool = False
    show_files: bool = False
    show_settings: bool = False
    exit_zero: bool = False
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    debug: bool = False
    config_files: tuple[str, ...] = ()
    """The configuration files that were read."""
    configured: tuple[tuple[str, str], ...] = ()
    """What they set: (option, its value as text)."""
    passed_over: str = ""
    """The table of pyproject.toml that is not read, as an `mlops-lint.toml` stands beside it."""

    def digest(self) -> str:
        """`sha256:…` over the options that change what is found; the same for equal results."""
        values = {name: getattr(self, name) for name in RESULT_OPTIONS}
        text = json.dumps(values, sort_keys=True, default=str)
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"

    def as_lines(self) -> list[str]:
        """`name = value` of every option, for `--show-settings`."""
        return [f"{f.name} = {_shown(getattr(self, f.name))}" for f in dataclasses.fields(self)]


RESULT_OPTIONS = (
    "select",
    "ignore",
    "extend_select",
    "per_file_ignores",
    "exclude",
    "min_confidence",
    "no_ignores",
    "strict",
    "staged",
)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return json.dumps([dataclasses.asdict(v) if isinstance(v, Output) else v for v in value])
    return json.dumps(value, default=str)
