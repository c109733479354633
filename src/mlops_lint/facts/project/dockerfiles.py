"""What an image installs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mlops_lint.documents.requirements import RequirementLine, parse_requirement
from mlops_lint.documents.shell import parse_shell
from mlops_lint.facts.project.dependency_files import DependencyFile, Read, Requirement, requirement
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_FROM = re.compile(r"(?i)FROM\s+(?:--\S+\s+)*(?:\S*/)?python:(\d[\w.]*)")
_ARG = re.compile(r"(?i)ARG\s+(\w+)=[\"']?([^\s\"']+)")
_FILLED = re.compile(r"\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))")


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
            body = re.sub(r"^(?:--\S+\s+)*", "", line[4:].strip())
            found += [requirement(path, item, number) for item in _installed(body)]
    file = DependencyFile(path, "dockerfile", tuple(found)) if found else None
    if file is None and python is None:
        return None
    return Read(file, python[0] if python else None, python[1] if python else "", 4)


def _filled(line: str, given: dict[str, str]) -> str:
    """A line with the defaults of the arguments that were declared before it."""
    return _FILLED.sub(lambda match: given.get(match[1] or match[3]) or match[2] or match[0], line)


def instructions(text: str) -> Iterator[tuple[int, str]]:
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
    "-r --requirement -c --constraint -i --index-url --extra-index-url -f --find-links -t --target".split()
)


def _installed(body: str) -> Iterable[RequirementLine]:
    for command in parse_shell(body):
        words = list(command.words)
        if "install" not in words or not any(re.fullmatch(r"(?:.*/)?pip[\d.]*", item) for item in words[:5]):
            continue
        if words[0] in ("apt-get", "apt", "apk", "conda", "mamba"):
            continue
        arguments = iter(words[words.index("install") + 1 :])
        for item in arguments:
            if item in _VALUED:
                next(arguments, None)
            elif not item.startswith("-") and item not in (
                ".",
                "pip",
                "setuptools",
                "wheel",
                "uv",
                "poetry",
                "pipenv",
                "pip-tools",
            ):
                line = parse_requirement(item) if not item.startswith((".", "/")) else None
                if line is not None and "$" not in item:
                    yield line
