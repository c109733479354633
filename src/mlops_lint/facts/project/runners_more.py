"""Task runners that are read by their own file: go-task, Pipfile scripts, and what a container is told to run."""

from __future__ import annotations

import posixpath
import re
import shlex

from mlops_lint.facts.project.commands import Follower
from mlops_lint.facts.project.reading import items, join, mapping, scalars, toml_of, walk, word, yaml_of
from mlops_lint.facts.project.runners import nearest, script_of, tasks
from mlops_lint.facts.project.script import Script, follow_up
from mlops_lint.repo.view import RepoView

_INSIDE = frozenset(
    "pytest py.test python python3 make tox nox just poetry uv pdm hatch pixi pipenv coverage bash sh ruff flake8 "
    "black isort mypy pylint pyright pre-commit npm task invoke inv".split()
)
_NAMES = ("Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "taskfile.yaml", "Taskfile.dist.yml", "Taskfile.dist.yaml")
_TEMPLATE = re.compile(r"\{\{ *\.?\w+ *\}\}")


def gotask(view: RepoView, words: tuple[str, ...], here: Script) -> list[Script] | None:
    """`task x`: a task of Taskfile.yml, else one of taskipy."""
    path = nearest(view, here.folder, *_NAMES)
    tree = yaml_of(view, path) if path else None
    if path is None or tree is None:
        return tasks(view, words, here)
    goals = [one for one in words[1:] if not one.startswith("-") and "=" not in one] or ["default"]
    inner = follow_up(here, "", path, 1, folder=posixpath.dirname(path))
    found = [script for goal in goals for script in _go(view, path, goal, inner, 0)]
    return found or None


def _go(view: RepoView, path: str, goal: str, here: Script, depth: int) -> list[Script]:
    tree = yaml_of(view, path)
    task = walk(tree, "tasks", goal)
    if task is None and ":" in goal and depth < 6:
        return _go_included(view, path, goal, here, depth)
    if task is None or depth > 6:
        return []
    folder = join(here.folder, word(walk(task, "dir")) or ".")
    here = follow_up(here, "", path, here.line, folder=here.folder if folder is None else folder)
    found: list[Script] = []
    for needed in items(walk(task, "deps")):
        found += _go(view, path, word(needed) or word(walk(needed, "task")), here, depth + 1)
    commands = walk(task, "cmds") or walk(task, "cmd") or task
    for command in items(commands) or (commands,):
        called = word(walk(command, "task"))
        text = walk(command, "cmd") or command
        soft = here.ignored or word(walk(command, "ignore_error")) == "true"
        if called:
            found += _go(view, path, called, here, depth + 1)
        else:
            for scalar in scalars(text):
                plain = _TEMPLATE.sub("", scalar.text)
                found.append(follow_up(here, plain, path, scalar.start[0], exact=False, ignored=soft))
    return found


def _go_included(view: RepoView, path: str, goal: str, here: Script, depth: int) -> list[Script]:
    space, _, name = goal.partition(":")
    include = walk(yaml_of(view, path), "includes", space)
    target = join(posixpath.dirname(path), word(include) or word(walk(include, "taskfile")) or ".")
    for candidate in (target or "", *(posixpath.join(target or "", one) for one in _NAMES)):
        if candidate in view.entries:
            return _go(view, candidate, name, follow_up(here, "", candidate, 1), depth + 1)
    return []


def container(view: RepoView, words: tuple[str, ...], here: Script) -> list[Script] | None:
    """`docker run image pytest tests`, `docker compose exec app make test`: the command inside."""
    start = next((at for at, one in enumerate(words) if one in ("run", "exec")), 0)
    if not start:
        return []
    inside = next((at for at, one in enumerate(words) if at > start + 1 and _program(one) in _INSIDE), 0)
    if not inside and (
        quoted := next((one for one in words[start + 2 :] if _program(one.split(" ")[0]) in _INSIDE), "")
    ):
        return [follow_up(here, quoted, here.path, here.line, exact=False)]
    return [follow_up(here, shlex.join(words[inside:]), here.path, here.line, exact=False)] if inside else []


def _program(one: str) -> str:
    return posixpath.basename(one)


def pipenv(view: RepoView, words: tuple[str, ...], here: Script) -> list[Script] | None:
    """`pipenv run x`: a script of the Pipfile, else the program itself."""
    if words[1:2] != ("run",) or len(words) < 3:
        return []
    path = nearest(view, here.folder, "Pipfile")
    script = walk(toml_of(view, path) if path else None, "scripts", words[2])
    if path is not None and script is not None:
        node = walk(script, "cmd") if mapping(script) else script
        return script_of(here, node, path, folder=posixpath.dirname(path)) if node is not None else []
    return [follow_up(here, shlex.join(words[2:]), here.path, here.line, exact=False)]


MORE: dict[str, Follower] = {
    "task": gotask,
    "go-task": gotask,
    "pipenv": pipenv,
    **dict.fromkeys(("docker", "docker-compose", "podman", "podman-compose", "nerdctl"), container),
}
