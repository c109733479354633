"""Task files that run a project's steps by name: what they run, and a step that they leave out."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator

from mlops_lint.documents.node import Node
from mlops_lint.facts.project.reading import mapping, scalars, toml_of, walk, word
from mlops_lint.repo.view import RepoView

_FILES = frozenset(("mise.toml", ".mise.toml", "mise.local.toml"))
_TRAINS = re.compile(r"(?<![a-z])(?:re)?(?:train|fit)(?![a-z]*[./])", re.IGNORECASE)
_NO_STEPS = frozenset(("__init__", "__main__", "base", "common", "utils", "cli"))
ENOUGH = 2


def task_commands(view: RepoView, path: str) -> str:
    """What the tasks of a task file run, without what describes them; empty for other files."""
    if posixpath.basename(path) not in _FILES:
        return ""
    return "\n".join(_runs(walk(toml_of(view, path), "tasks")))


def _runs(tasks: Node | None) -> Iterator[str]:
    for _, task in mapping(tasks):
        run = walk(task, "run") if mapping(task) else task
        yield from (one.text for one in scalars(run)) if not word(run) else (word(run),)


def left_out(commands: str, step: str, paths: Collection[str]) -> bool:
    """Whether commands name the files beside a step, and neither the step nor any training."""
    folder, name = posixpath.split(step)
    stem = name.removesuffix(".py")
    beside = {posixpath.basename(path).removesuffix(".py") for path in paths if posixpath.dirname(path) == folder}
    named = [one for one in beside - _NO_STEPS if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", commands)]
    return len(named) >= ENOUGH and stem not in named and not _TRAINS.search(commands)
