"""`[tool.mlops-lint]` of pyproject.toml, or mlops-lint.toml: found, read, checked.

The file belongs to the repository that is linted, so it is data from a stranger: it may narrow what is run
and raise the bar, and nothing in it can name a path outside, a pack, an output or a limit.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from mlops_lint.errors import ConfigError
from mlops_lint.settings import Output, Settings
from mlops_lint.suggest import did_you_mean

__all__ = ["CONFIDENCES", "FAIL_ON", "FILE", "KEYS", "Output", "Settings", "find", "load", "merge"]

FILE = "mlops-lint.toml"
_NAME = re.compile(rb"mlops[-_]?lint", re.IGNORECASE)
TABLE = "tool.mlops-lint"
LIMIT = 1_000_000
MOST = 1_000
"""Entries of one list: each is held against every path."""
FAIL_ON = ("error", "warning", "info", "never")
CONFIDENCES = ("high", "medium", "low")

KEYS: Mapping[str, str] = {
    "select": "selectors",
    "ignore": "selectors",
    "extend-select": "selectors",
    "per-file-ignores": "per-file",
    "exclude": "patterns",
    "fail-on": "fail-on",
    "min-level": "level",
    "min-confidence": "confidence",
    "strict": "boolean",
    "strict-coverage": "boolean",
}
"""Every key that a configuration file may hold, and what its value is."""

_WANTED = {
    "selectors": "a list of codes or names",
    "patterns": "a list of patterns",
    "per-file": "a table of patterns, each with a list of codes",
    "fail-on": "one of " + ", ".join(FAIL_ON),
    "confidence": "one of " + ", ".join(CONFIDENCES),
    "level": "a number from 0 to 4",
    "boolean": "true or false",
}


def find(start: Path, top: Path | None = None) -> Path | None:
    """The nearest configuration file: from `start` up to `top`, else up to the folder that holds `.git`."""
    folder = start if start.is_dir() else start.parent
    for place in [folder, *folder.parents]:
        own = place / FILE
        if own.is_file():
            return _inside_repository(own)
        project = place / "pyproject.toml"
        if project.is_file() and _has_table(_inside_repository(project)):
            return project
        if place == top or (place / ".git").exists():
            return None
    return None


def passed_over(file: Path) -> str:
    """The table of ours in a pyproject.toml beside an `mlops-lint.toml`, however it is spelled; it is not read."""
    beside = file.with_name("pyproject.toml")
    if file.name != FILE or not beside.is_file():
        return ""
    try:
        tool = _tool(_parse(beside, _read(_inside_repository(beside))))
    except ConfigError:
        return ""
    return next((f"tool.{name}" for name in tool if _ours(name)), "")


def _ours(name: str) -> bool:
    return name.replace("_", "").replace("-", "").lower() == "mlopslint"


def _inside_repository(file: Path) -> Path:
    """The file, unless it is a link to what the repository does not hold: that would be read and quoted."""
    if file.is_symlink():
        place = file.parent
        top = next((folder for folder in (place, *place.parents) if (folder / ".git").exists()), place)
        if not file.resolve().is_relative_to(top.resolve()):
            raise ConfigError(f"{file}: is a symbolic link that leaves the repository")
    return file


def _has_table(file: Path) -> bool:
    data = _read(file)
    if not _NAME.search(data):
        return False
    tool = _tool(_parse(file, data))
    for other in () if "mlops-lint" in tool else tool:
        if _ours(other):
            where = _Places(file, data.decode("utf-8", "replace"), f"tool.{other}")
            raise ConfigError(f"{where.of(other)}: `[tool.{other}]` is not read: the table is `[{TABLE}]`")
    return "mlops-lint" in tool


def load(file: Path) -> dict[str, Any]:
    """The options of a configuration file by their `Settings` names; raises ConfigError at the culprit."""
    data = _read(file)
    table = table_of(file, data)
    where = _Places(file, data.decode("utf-8", "replace"), "" if file.name != "pyproject.toml" else TABLE)
    if not isinstance(table, dict):
        raise ConfigError(f"{where.of('mlops-lint')}: `[{TABLE}]` must be a table")
    return {key.replace("-", "_"): _value(key, value, where) for key, value in sorted(table.items())}


def table_of(file: Path, data: bytes) -> Any:
    """What a configuration file with these bytes holds for us; raises ConfigError where it is no TOML."""
    document = _parse(file, data)
    return document if file.name != "pyproject.toml" else _tool(document).get("mlops-lint", {})


def merge(settings: Settings, options: Mapping[str, Any], given: frozenset[str], file: str) -> Settings:
    """`settings` with the file's options where the command line (`given`) says nothing."""
    news = {key: value for key, value in options.items() if key not in given}
    told = tuple((key, _shown(value, 200)) for key, value in sorted(news.items()))
    return dataclasses.replace(settings, config_files=(*settings.config_files, file), configured=told, **news)


def note(settings: Settings, root: Path | None) -> list[str]:
    """Which configuration file was used and what it set, for the report: nobody turns a check off unseen."""
    notes = []
    for name in settings.config_files:
        file = Path(name)
        inside = root is not None and file.is_absolute() and file.is_relative_to(root)
        shown = file.relative_to(root).as_posix() if inside and root is not None else name
        keys = ", ".join(f"{key.replace('_', '-')} = {value}" for key, value in settings.configured)
        notes.append(f"configured by {shown}: {keys or 'nothing is set'}")
        if settings.passed_over:
            notes.append(f"`[{settings.passed_over}]` of pyproject.toml is not read: {FILE} beside it rules")
    return notes


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(LIMIT + 1)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error
    if len(data) > LIMIT:
        raise ConfigError(f"{file}: larger than {LIMIT} bytes")
    return data


def _parse(file: Path, data: bytes) -> dict[str, Any]:
    toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        document: dict[str, Any] = toml.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: is not UTF-8 (byte {error.start})") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{file}: is not valid TOML: {error}") from error
    return document


def _tool(document: Mapping[str, Any]) -> dict[str, Any]:
    tool = document.get("tool", {})
    return tool if isinstance(tool, dict) else {}


def _value(key: str, value: Any, where: _Places) -> Any:
    kind = KEYS.get(key)
    if kind is None:
        raise ConfigError(f"{where.of(key)}: unknown key `{key}`{did_you_mean(key, KEYS)}")
    if isinstance(value, list | dict) and len(value) > MOST:
        raise ConfigError(f"{where.of(key)}: `{key}` has more than {MOST} entries")
    checked = _CHECKS[kind](value)
    if checked is None:
        raise ConfigError(f"{where.of(key)}: `{key}` must be {_WANTED[kind]}, not {_shown(value)}")
    if kind in ("patterns", "per-file"):
        _inside(key, checked if kind == "patterns" else [pattern for pattern, _ in checked], where)
    return checked


def _inside(key: str, patterns: list[str] | tuple[str, ...], where: _Places) -> None:
    for pattern in patterns:
        path = PurePosixPath(pattern)
        if path.is_absolute() or ".." in path.parts:
            raise ConfigError(f"{where.of(key)}: `{key}` may not leave the repository: {pattern!r}")


def _shown(value: Any, limit: int = 60) -> str:
    """A value as TOML writes it."""
    if isinstance(value, tuple) and any(isinstance(item, tuple) for item in value):
        text = "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)} = {_shown(v, limit)}" for k, v in value) + "}"
    else:
        text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def _strings(value: Any) -> tuple[str, ...] | None:
    if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
        return tuple(value)
    return None


def _per_file(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    if not isinstance(value, dict):
        return None
    rows = [(pattern, _strings(codes)) for pattern, codes in sorted(value.items())]
    known = tuple((pattern, codes) for pattern, codes in rows if codes is not None)
    return known if len(known) == len(rows) else None


def _level(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 4 else None


_CHECKS: Mapping[str, Any] = {
    "selectors": _strings,
    "patterns": _strings,
    "per-file": _per_file,
    "fail-on": lambda value: value if value in FAIL_ON else None,
    "confidence": lambda value: value if value in CONFIDENCES else None,
    "level": _level,
    "boolean": lambda value: value if isinstance(value, bool) else None,
}


class _Places:
    """`file:line` of a key; the TOML readers give no positions, so the table's own lines are searched."""

    def __init__(self, file: Path, text: str, table: str) -> None:
        self._file = file
        self._lines = text.replace("\r\n", "\n").split("\n")
        self._table = table

    def of(self, key: str) -> str:
        return f"{self._file}:{next(self._candidates(key), 1)}"

    def _candidates(self, key: str) -> Iterator[int]:
        name = rf"[\"']?{re.escape(key)}[\"']?"
        route = rf"{re.escape(self._table)}\." if self._table else ""
        inside = not self._table
        for number, line in enumerate(self._lines, 1):
            header = re.match(r"\s*\[([^\]]*)\]", line)
            if header:
                title = header[1].strip()
                inside = title.replace('"', "").replace("'", "") == self._table
                if re.match(rf"{route}{name}$", title) or (inside and self._table == f"tool.{key}"):
                    yield number
            elif (inside and re.match(rf"\s*{name}\s*[=.]", line)) or re.match(rf"\s*{route}{name}\s*=", line):
                yield number
