"""Requirement lines as pip reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(.*)$", re.S)
_COMMIT = re.compile(r"@[0-9a-f]{40}(?:[#&]|$)")
_ARCHIVE = re.compile(r"\.(?:whl|tar\.gz|tar\.bz2|conda|zip)(?:$|#)")
_BUILD = re.compile(r"=\s*\d[\w.!+-]*=[\w.*+-]+$")
"""`=1.19.2=py38h_0`: how `conda list --export` writes a version with its build."""
_EXACT = re.compile(r"={2,3}\s*v?\d[\w.!+-]*$")


@dataclass(frozen=True, slots=True)
class RequirementLine:
    """One requirement; `pinned`: exactly one version, a commit, or a file with a hash. `line` is 1-based."""

    name: str
    specifier: str
    pinned: bool
    line: int


@dataclass(frozen=True, slots=True)
class RequirementsText:
    """`includes` are the files of -r, `constraints` those of -c."""

    requirements: tuple[RequirementLine, ...]
    includes: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()


def normalised(name: str) -> str:
    """`Foo_Bar.baz` -> `foo-bar-baz`."""
    return re.sub(r"[-_.]+", "-", name).lower()


def parse_requirements(text: str) -> RequirementsText:
    """Requirements in order; options and comments are left out."""
    found: list[RequirementLine] = []
    includes: list[str] = []
    constraints: list[str] = []
    for number, line in _logical(text):
        if match := re.match(r"(-r|--requirement|-c|--constraint)[\s=]*(\S+)", line):
            (includes if match[1] in ("-r", "--requirement") else constraints).append(match[2])
        elif (requirement := parse_requirement(line, number)) is not None:
            found.append(requirement)
    return RequirementsText(tuple(found), tuple(includes), tuple(constraints))


def _logical(text: str) -> list[tuple[int, str]]:
    joined: list[tuple[int, str]] = []
    buffer, start = "", 0
    for number, row in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        start = start or number
        line = re.sub(r"(^|\s)#.*$", "", row).strip()
        if line.endswith("\\"):
            buffer += line[:-1] + " "
            continue
        if buffer + line:
            joined.append((start, (buffer + line).strip()))
        buffer, start = "", 0
    return joined


def parse_requirement(text: str, line: int = 1) -> RequirementLine | None:
    """One requirement; None for options and for what is none."""
    text = text.strip()
    hashed = "--hash" in text
    body = re.split(r"\s--\w", text)[0]
    if editable := re.match(r"(?:-e|--editable)[\s=]+(.*)$", body):
        return _reference(editable[1], line)
    if text.startswith("-"):
        return None
    body = (body.partition(";")[0] if "://" not in body else re.split(r"\s;", body, maxsplit=1)[0]).strip()
    if re.match(r"(?:git\+|https?://|file:|\.{0,2}/)", body):
        return _reference(body, line)
    match = _NAME.fullmatch(body)
    if match is None:
        return None
    name, specifier = match[1], match[2].strip().strip("()").strip()
    if specifier.startswith("@"):
        return RequirementLine(normalised(name), specifier, _fixed(specifier), line)
    if specifier and not re.match(r"[=<>!~]", specifier):
        return None
    exact = any(_EXACT.match(part.strip()) for part in specifier.split(","))
    pinned = hashed or exact or _BUILD.match(specifier) is not None
    return RequirementLine(normalised(name), specifier, pinned, line)


def _reference(text: str, line: int) -> RequirementLine:
    egg = re.search(r"egg=([\w.-]+)", text)
    wheel = re.search(r"/([A-Za-z0-9_.]+)-\d[^/]*\.(?:whl|tar\.gz|zip)", text)
    name = egg[1] if egg else wheel[1] if wheel else ""
    return RequirementLine(normalised(name), text, _fixed(text), line)


def _fixed(text: str) -> bool:
    return bool(_COMMIT.search(text) or _ARCHIVE.search(text) or "#sha256=" in text)
