"""What an image installs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlops_lint.documents.requirements import RequirementLine, parse_requirement
from mlops_lint.documents.shell import parse_shell
from mlops_lint.facts.project.dependency_files import DependencyFile, Read, Requirement, requirement
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_FROM = re.compile(r"(?i)FROM\s+(?:--\S+\s+)*(?:\S*/)?python:(\d[\w.]*)")
_ARG = re.compile(r"(?i)ARG\s+(\w+)=[\"']?([^\s\"']+)")
_FILLED = re.compile(r"\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))")


IMAGE = re.compile(r"(?:.*\.)?[Dd]ockerfile(?:[.-].*)?")
"""The names of files that describe an image."""
INSTALLERS = frozenset("pip setuptools wheel uv poetry pipenv pip-tools".split())


def dockerfile(view: RepoView, path: str) -> Read | None:
    """What `RUN pip install` names, and the version of a python image."""
    python: tuple[Location, str] | None = None
    found: list[Requirement] = []
    given: dict[str, str] = {}
    for number, line in instructions(text_of(view, path) or ""):
        if match := _ARG.match(line):
            given[match[1]] = match[2]
        elif match := _FROM.match(_filled(line, given)):
            python = python or (Location(path, number), match[1])
        elif line[:4].upper() == "RUN ":
            found += [requirement(path, item, number) for words in installs(line) for item in _installed(words)]
    file = DependencyFile(path, "dockerfile", tuple(found)) if found else None
    if file is None and python is None:
        return None
    return Read(file, python[0] if python else None, python[1] if python else "", 4)


def _filled(line: str, given: dict[str, str]) -> str:
    """A line with the defaults of the arguments that were declared before it."""
    return _FILLED.sub(lambda match: given.get(match[1] or match[3]) or match[2] or match[0], line)


def instructions(text: str) -> Iterator[tuple[int, str]]:
    """Every instruction on one line, with the number of its first."""
    buffer, start = "", 0
    for number, row in enumerate(text.split("\n"), 1):
        if row.lstrip().startswith("#"):
            continue
        start = start or number
        if row.rstrip().endswith("\\"):
            buffer += row.rstrip()[:-1] + " "
            continue
        if (buffer + row).strip():
            yield start, (buffer + row).strip()
        buffer, start = "", 0


_VALUED = frozenset(
    "-r --requirement -c --constraint -i --index-url --extra-index-url -f --find-links -t --target --root "
    "--prefix".split()
)


def installs(line: str) -> Iterator[list[str]]:
    """The words after `pip install` in every command of a RUN instruction; none for other instructions."""
    if line[:4].upper() != "RUN ":
        return
    for command in parse_shell(re.sub(r"^(?:--\S+\s+)*", "", line[4:].strip())):
        words = list(command.words)
        if "install" in words and any(re.fullmatch(r"(?:.*/)?pip[\d.]*", word) for word in words[:5]):
            if words[0] not in ("apt-get", "apt", "apk", "conda", "mamba"):
                yield words[words.index("install") + 1 :]


def arguments(words: list[str]) -> Iterator[tuple[str, str]]:
    """Options with their values, and packages with no option; folders and bare switches are left out."""
    rest = iter(words)
    for word in rest:
        name, sign, value = word.partition("=")
        if word in _VALUED:
            yield word, next(rest, "")
        elif name in _VALUED and sign:
            yield name, value
        elif re.match(r"-[rc]\S", word):
            yield word[:2], word[2:]
        elif not word.startswith(("-", ".", "/")):
            yield "", word


def _installed(words: list[str]) -> Iterator[RequirementLine]:
    for option, value in arguments(words):
        line = parse_requirement(value) if not option and value not in INSTALLERS and "$" not in value else None
        if line is not None:
            yield line
