"""A Makefile whose commands train and score the model."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mlops_lint.documents.makefile import parse_makefile
from mlops_lint.facts.project.code import Definition
from mlops_lint.facts.project.reading import text_of
from mlops_lint.initialise.found import Found
from mlops_lint.initialise.tree import Value
from mlops_lint.model import Location

_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
_RUNS = re.compile(
    r"(?:(?:uv|poetry|pdm|pipenv) run (?:--\S+ )*)?(?:[\w./-]*python[\d.]*\s+)(?:-[uBOW]\s+)*"
    r"(?:-m\s+(?P<dotted>[\w.]+)|(?P<script>[\w./-]+\.py))(?:\s|$)"
)
_VARIABLE = re.compile(r"\$[({]PY(?:THON)?3?[)}]")


def pipeline(found: Found, pointers: list[Value]) -> Value | None:
    """The makefile, where what its recipes run reaches everything that is pointed to."""
    wanted = [definition for pointer in pointers if (definition := _definition(found, pointer)) is not None]
    if not wanted or len(wanted) < len(pointers):
        return None
    for name in _MAKEFILES:
        path = found.project.join(name)
        run = dict(_run(found, path)) if path in found.view.entries else {}
        roots = [root for script in run for root in (found.code.modules[script].body, found.code.modules[script].main)]
        reach = found.code.reachable(roots)
        if run and all(definition in reach for definition in wanted):
            return found.path(path, Location(path, min(run.values())))
    return None


def _definition(found: Found, pointer: Value) -> Definition | None:
    """What a pointer to code stands for."""
    path, _, qualname = str(pointer.value).partition("::")
    module = found.code.modules.get(found.project.join(path))
    if module is None:
        return None
    return module.definitions.get(qualname) if qualname else module.body


def _run(found: Found, path: str) -> Iterator[tuple[str, int]]:
    """The project's scripts that the recipes run, each with its line."""
    made = parse_makefile(text_of(found.view, path) or "")
    for target in made.targets.values():
        for recipe in target.recipes:
            for command in re.split(r"&&|;|\|", made.expand(recipe.text)):
                match = _RUNS.match(_VARIABLE.sub("python", command.strip()))
                script = _script(found, match) if match else None
                if script is not None:
                    yield script, recipe.line


def _script(found: Found, match: re.Match[str]) -> str | None:
    if match["dotted"]:
        return found.code.module_file(match["dotted"])
    path = found.project.join(posixpath.normpath(match["script"]))
    return path if path in found.code.modules else None
