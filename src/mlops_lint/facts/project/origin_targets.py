"""Files that a Makefile names as what a script of the project makes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mlops_lint.documents.makefile import Makefile, Target, parse_makefile
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.writes import Write, Writes
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_MAKEFILE = re.compile(r"(?:^|/)(?:GNUm|[Mm])akefile$|\.mk$")
_RUNS = re.compile(
    r"(?:(?:uv|poetry|pdm|pipenv) run (?:--\S+ )*)?(?:[\w./-]*python[\d.]*\s+)?(?:-[uBOW]\s+)*"
    r"(?:-m\s+(?P<dotted>[\w.]+)|(?P<script>[\w./-]+\.py))(?:\s[^;&|<>$`]*)?"
)


def promised_by_make(view: RepoView, code: Code, writes: Writes, path: str) -> tuple[Location, str, Write] | None:
    """Where the file is a target whose one script writes another file of the kind: place, script and that write."""
    name, suffix = posixpath.basename(path), posixpath.splitext(path)[1]
    for file in (one for one in view.entries if _MAKEFILE.search(one)):
        made = parse_makefile(text_of(view, file) or "")
        for target in _targets(made, posixpath.dirname(file), path):
            script = _script(code, made, target, name)
            if script is None or any(name in recipe.text for one in made.targets.values() for recipe in one.recipes):
                return None
            module = code.modules[script]
            reach = code.reachable([module.body, module.main])
            for write in writes.all:
                if write.definition in reach and write.path and posixpath.splitext(write.path)[1] == suffix:
                    return Location(file, target.line), script, write
    return None


def _targets(made: Makefile, folder: str, path: str) -> Iterator[Target]:
    yield from (
        target
        for target in made.targets.values()
        if target.recipes and posixpath.normpath(posixpath.join(folder, target.name)) == path
    )


def _script(code: Code, made: Makefile, target: Target, name: str) -> str | None:
    """The one script that the recipe runs, where it is told nothing of the file that it makes."""
    if len(target.recipes) != 1:
        return None
    command = made.expand(target.recipes[0].text)
    match = _RUNS.fullmatch(command.strip())
    if match is None or name in command:
        return None
    tail = f"{match['dotted'].replace('.', '/')}.py" if match["dotted"] else posixpath.normpath(match["script"])
    files = [one for one in code.modules if one == tail or one.endswith(f"/{tail}")]
    return files[0] if len(files) == 1 else None
