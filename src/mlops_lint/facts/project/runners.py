"""Task runners: make, just, mise and the scripts of pyproject.toml."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Mapping

from mlops_lint.documents.makefile import Makefile, parse_makefile
from mlops_lint.documents.node import MapNode, Node, ScalarNode
from mlops_lint.facts.project.commands import Follower
from mlops_lint.facts.project.reading import (
    items,
    join,
    mapping,
    parents,
    scalars,
    text_of,
    toml_of,
    walk,
)
from mlops_lint.facts.project.script import Script, follow_up
from mlops_lint.repo.view import RepoView

_MAX_PREREQUISITES = 200


def nearest(view: RepoView, folder: str, *names: str) -> str | None:
    """The first of `names` that stands in the folder or the nearest one above."""
    for parent in parents(folder):
        for name in names:
            path = posixpath.join(parent, name)
            if path in view.entries:
                return path
    return None


def script_of(here: Script, node: Node, path: str, **changes: object) -> list[Script]:
    """The shell text of a scalar, or one script for each scalar of a list."""
    return [follow_up(here, scalar.text, path, scalar.start[0], exact=False, **changes) for scalar in scalars(node)]


def make(view: RepoView, words: tuple[str, ...], here: Script) -> list[Script] | None:
    """The recipes of the targets and of what they need."""
    folder, file, goals, flags, assigns = here.folder, "", [], set(), {}
    arguments = iter(words[1:])
    for argument in arguments:
        if argument in ("-C", "--directory"):
            folder = join(folder, next(arguments, "")) or ""
        elif argument in ("-f", "--file", "--makefile"):
            file = next(arguments, "")
        elif "=" in argument and not argument.startswith("-"):
            name, _, value = argument.partition("=")
            assigns[name] = value
        elif argument in ("-j", "-l", "-o"):
            continue
        elif argument.startswith("-"):
            flags.add(argument)
        elif not argument.isdigit():
            goals.append(argument)
    makefile = _makefile(view, folder, file, assigns)
    if makefile is None:
        return None
    made, origin = makefile
    ignored = here.ignored or bool(flags & {"-i", "--ignore-errors"})
    if flags & {"-n", "--dry-run", "--just-print"}:
        return []
    inner = follow_up(here, "", here.path, here.line, folder=folder, ignored=ignored)
    return _recipes(made, goals or [made.default], origin, inner)


def _makefile(
    view: RepoView, folder: str, file: str, assigns: Mapping[str, str]
) -> tuple[Makefile, dict[str, str]] | None:
    names = (file,) if file else ("GNUmakefile", "makefile", "Makefile")
    paths = [path for name in names if (path := join(folder, name)) in view.entries and path]
    if not paths:
        return None
    made = parse_makefile(text_of(view, paths[0]) or "")
    origin = dict.fromkeys(made.targets, paths[0])
    for name in made.includes[:20]:
        path = join(folder, made.expand(name)) or ""
        included = parse_makefile(text_of(view, path) or "")
        for target in included.targets.values():
            if target.name not in made.targets:
                made.targets[target.name] = target
                origin[target.name] = path
        made.variables = {**included.variables, **made.variables}
    made.variables.update(assigns)
    return made, origin


def _recipes(made: Makefile, goals: list[str], origin: Mapping[str, str], here: Script) -> list[Script] | None:
    found: list[Script] = []
    done: set[str] = set()

    def build(name: str) -> bool:
        target = made.targets.get(name)
        if target is None or name in done or len(done) > _MAX_PREREQUISITES:
            return target is not None
        done.add(name)
        for needed in target.prerequisites:
            build(needed)
        for recipe in target.recipes:
            text = made.expand(re.sub(r"\$[({]([A-Za-z_]\w*)[)}]", lambda m: _known(made, here.env, m), recipe.text))
            text = text.replace("$@", name)
            ignored = here.ignored or recipe.ignored
            found.append(
                follow_up(
                    here, text, origin[name], recipe.line, exact=False, ignored=ignored, errexit=False, pipefail=False
                )
            )
        return True

    known = [build(goal) for goal in goals]
    return found if all(known) else found or None


def _known(made: Makefile, env: Mapping[str, str], match: re.Match[str]) -> str:
    return match[0] if match[1] in made.variables else env.get(match[1], match[0])


_JUST = re.compile(r"@?([A-Za-z_][\w-]*)((?:\s+[^:=\s]+(?:=(?:'[^']*'|\"[^\"]*\"|\S+))?)*)\s*:(?!=)\s*([^#]*)")


def just(view: RepoView, words: tuple[str, ...], here: Script) -> list[Script] | None:
    """The recipes of a justfile."""
    path = nearest(view, here.folder, "justfile", "Justfile", ".justfile")
    text = text_of(view, path) if path else None
    if text is None or path is None:
        return None
    recipes: dict[str, tuple[list[str], list[tuple[int, str]]]] = {}
    body: list[tuple[int, str]] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1] in (" ", "\t"):
            if body is not None and line.strip():
                body.append((number, line.strip()))
        elif (match := _JUST.match(line)) and not line.startswith(("set ", "export ", "alias ")):
            body = []
            recipes.setdefault(match[1], (match[3].split(), body))
        elif line.strip() and not line.startswith(("#", "[")):
            body = None
    goals = [word for word in words[1:] if not word.startswith("-")][:1] or list(recipes)[:1]
    folder = posixpath.dirname(path)
    found: list[Script] = []
    _just_build(recipes, goals, follow_up(here, "", path, 1, folder=folder), found, set())
    return found if found or goals[0] in recipes else None


def _just_build(
    recipes: Mapping[str, tuple[list[str], list[tuple[int, str]]]],
    goals: list[str],
    here: Script,
    found: list[Script],
    done: set[str],
) -> None:
    for goal in goals:
        if goal not in recipes or goal in done:
            continue
        done.add(goal)
        needed, lines = recipes[goal]
        before, _, after = " ".join(needed).partition("&&")
        _just_build(recipes, before.split(), here, found, done)
        for number, line in lines:
            flags = line[:2]
            text = re.sub(r"\{\{\s*(\w+)\s*\}\}", r"$\1", line.lstrip("@-"))
            ignored = here.ignored or ("-" in flags and line[:1] in "@-")
            found.append(follow_up(here, text, here.path, number, exact=False, ignored=ignored, errexit=False))
        _just_build(recipes, after.split(), here, found, done)


def tasks(view: RepoView, words: tuple[str, ...], here: Script) -> list[Script] | None:
    """`poe x`, `pdm run x`, `hatch run env:x`, `pixi run x`: a task of the project, else the program itself."""
    plain = [word for word in words[1:] if not word.startswith("-")]
    if words[0] in ("pdm", "rye", "hatch", "pixi"):
        if words[0] in ("hatch", "rye") and plain and (own := _OWN.get(plain[0])):
            return [follow_up(here, own, here.path, here.line, exact=False)]
        if plain[:1] != ["run"] or len(plain) < 2:
            return []
        at = words.index(plain[1])
        name, rest = plain[1], words[at:]
    else:
        if not plain:
            return []
        name, rest = plain[0], ()
    found = _task(view, name, here, 0)
    if found is not None:
        return found
    if not rest:
        return None
    rest = (rest[0].split(":", 1)[-1], *rest[1:]) if words[0] == "hatch" else rest
    return [follow_up(here, shlex.join(rest), here.path, here.line, exact=False)]


_OWN = {"test": "pytest", "fmt": "ruff format", "lint": "ruff check"}
"""What hatch and rye run under a name of their own."""
_TASK_TABLES = (
    ("tool", "poe", "tasks"),
    ("tool", "pdm", "scripts"),
    ("tool", "rye", "scripts"),
    ("tool", "taskipy", "tasks"),
    ("tool", "pixi", "tasks"),
    ("tool", "hatch", "scripts"),
)


def _task(view: RepoView, name: str, here: Script, depth: int) -> list[Script] | None:
    for file in ("pyproject.toml", "pixi.toml", "hatch.toml", "poe_tasks.toml"):
        path = nearest(view, here.folder, file)
        node = toml_of(view, path) if path else None
        if path is None or node is None or depth > 8:
            continue
        task = _lookup(node, name)
        if task is not None:
            return _task_scripts(view, task, path, follow_up(here, "", path, 1, folder=posixpath.dirname(path)), depth)
    return None


def _lookup(node: MapNode, name: str) -> Node | None:
    for table in (*_TASK_TABLES, ("tasks",)):
        if (task := walk(node, *table, name)) is not None:
            return task
    environment, _, script = name.rpartition(":")
    for key, value in mapping(walk(node, "tool", "hatch", "envs") or node.get("envs")):
        if key.text == (environment or key.text) and (task := walk(value, "scripts", script)) is not None:
            return task
    for _, value in mapping(walk(node, "tool", "pixi", "feature") or node.get("feature")):
        if (task := walk(value, "tasks", name)) is not None:
            return task
    return None


def _task_scripts(view: RepoView, task: Node, path: str, here: Script, depth: int) -> list[Script]:
    found: list[Script] = []
    if isinstance(task, ScalarNode):
        text = task.text.removeprefix("- ")
        known = _task(view, text, here, depth + 1) if re.fullmatch(r"[\w:-]+", text) else None
        return known if known is not None else script_of(here, task, path, ignored=here.ignored or text != task.text)
    for item in items(task):
        found += _task_scripts(view, item, path, here, depth + 1) if depth < 8 else []
    for key in ("cmd", "shell", "composite", "sequence", "depends-on", "depends_on", "deps", "ref", "chain"):
        node = walk(task, key)
        if key == "cmd" and node is not None and items(node):
            found.append(follow_up(here, shlex.join(s.text for s in scalars(node)), path, node.start[0], exact=False))
        elif node is not None and depth < 8:
            found += _task_scripts(view, node, path, here, depth + 1)
    return found


def mise(view: RepoView, words: tuple[str, ...], here: Script) -> list[Script] | None:
    """`mise run x`: a task of mise.toml or a file task."""
    plain = [word for word in words[1:] if not word.startswith("-")]
    if plain[:1] not in (["run"], ["r"]) or len(plain) < 2:
        return []
    for name in ("mise.toml", ".mise.toml", "mise/config.toml", ".config/mise.toml"):
        path = nearest(view, here.folder, name)
        task = walk(toml_of(view, path) if path else None, "tasks", plain[1])
        if path and task is not None:
            inner = follow_up(here, "", path, 1, folder=posixpath.dirname(path))
            found = [
                script
                for needed in scalars(walk(task, "depends"))
                for script in mise(view, ("mise", "run", needed.text), inner) or []
            ]
            run = walk(task, "run") if isinstance(task, MapNode) else task
            return found + (script_of(inner, run, path) if run is not None else [])
    return None


RUNNERS: dict[str, Follower] = {
    "make": make,
    "just": just,
    "poe": tasks,
    "task": tasks,
    "pdm": tasks,
    "rye": tasks,
    "hatch": tasks,
    "pixi": tasks,
    "mise": mise,
}
