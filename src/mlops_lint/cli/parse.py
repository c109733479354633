"""From the words of the command line and the configuration file to `Settings`."""

from __future__ import annotations

import dataclasses
import datetime
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mlops_lint.errors import UsageError
from mlops_lint.settings import Output, PerFileIgnores, Settings
from mlops_lint.suggest import did_you_mean

TODAY = "MLOPS_LINT_TODAY"
_LISTS = ("select", "ignore", "extend_select", "exclude")


def settings_from(path: Path, words: Mapping[str, Any]) -> Settings:
    """The settings of a run on `path`: defaults, then the configuration file, then the command line."""
    given = {name: value for name, value in words.items() if value not in (None, (), False)}
    for name in _LISTS:
        if name in given:
            given[name] = _split(given[name])
            if not given[name]:
                raise UsageError(f"--{name.replace('_', '-')} names nothing")
    if "per_file_ignores" in given:
        given["per_file_ignores"] = _per_file(given["per_file_ignores"])
    if given.pop("no_cache", False):
        given["cache"] = False
    if given.get("isolated") and "config" in given:
        raise UsageError("--isolated reads no configuration file; it cannot be used with --config")
    given["outputs"] = _outputs(given.get("outputs", ()))
    settings = Settings(**given, today=today())
    return settings if settings.isolated else _configured(path, settings, frozenset(given))


def _configured(path: Path, settings: Settings, given: frozenset[str]) -> Settings:
    from mlops_lint import config

    file = Path(settings.config) if settings.config else config.find(path.resolve())
    if file is None:
        return settings
    merged = config.merge(settings, config.load(file), given, str(file))
    return merged if settings.config else dataclasses.replace(merged, passed_over=config.passed_over(file))


def _split(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _per_file(values: Iterable[str]) -> PerFileIgnores:
    found: dict[str, tuple[str, ...]] = {}
    for value in values:
        pattern, colon, codes = value.rpartition(":")
        if not colon or not pattern or not codes:
            raise UsageError(f"--per-file-ignores wants PATTERN:CODES, not {value!r}")
        found[pattern] = (*found.get(pattern, ()), *_split([codes]))
    return tuple(found.items())


def _outputs(values: Iterable[str]) -> tuple[Output, ...]:
    from mlops_lint.report import FORMATS

    outputs = []
    for value in values:
        name, equals, file = value.partition("=")
        if name not in FORMATS:
            near = did_you_mean(name, FORMATS) or f"; there are {', '.join(FORMATS)}"
            raise UsageError(f"no output format is called `{name}`{near}")
        if equals and not file:
            raise UsageError(f"--output-format {name}= names no file")
        if not Path(file).parent.is_dir():  # told before the work is done
            raise UsageError(f"could not write {file}: there is no folder `{Path(file).parent}`; make it first")
        if file and Path(file).is_dir():
            raise UsageError(f"could not write {file}: it is a folder; name a file in it")
        outputs.append(Output(name, None if file in ("", "-") else file))
    if sum(output.file is None for output in outputs) > 1:
        raise UsageError("two reports cannot both go to standard output; give one a file: NAME=FILE")
    files = [os.path.abspath(output.file) for output in outputs if output.file is not None]  # noqa: PTH100  (as text)
    if len(set(files)) < len(files):
        raise UsageError("two reports cannot go to the same file")
    return tuple(outputs) or (Output("text"),)


def today() -> datetime.date | None:
    """The day that the environment gives instead of the real one."""
    text = os.environ.get(TODAY)
    if not text:
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):  # Python 3.11 takes more forms than 3.10 does
            raise ValueError
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{TODAY} must be a date (YYYY-MM-DD), not {text!r}") from None
