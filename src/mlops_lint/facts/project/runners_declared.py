"""Commands that other tools' files declare: package.json, dvc.yaml, pre-commit hooks, remote jobs."""

from __future__ import annotations

import posixpath
import shlex

from mlops_lint.documents.node import MapNode
from mlops_lint.facts.project.commands import Follower
from mlops_lint.facts.project.reading import items, join, json_of, mapping, scalars, walk, word, yaml_of
from mlops_lint.facts.project.runners import nearest, script_of
from mlops_lint.facts.project.script import Script, follow_up
from mlops_lint.repo.view import RepoView


def npm(view: RepoView, words: tuple[str, ...], here: Script) -> list[Script] | None:
    """`npm test`, `npm run x`, `yarn x`: a script of package.json."""
    plain = [word for word in words[1:] if not word.startswith("-")]
    name = plain[1] if plain[:1] == ["run"] and len(plain) > 1 else (plain or [""])[0]
    path = nearest(view, here.folder, "package.json")
    script = walk(json_of(view, path) if path else None, "scripts", name)
    return script_of(here, script, path, folder=posixpath.dirname(path)) if path and script is not None else []


def dvc(view: RepoView, words: tuple[str, ...], here: Script) -> list[Script] | None:
    """`dvc repro`, `dvc exp run`: the stages' commands."""
    plain = [word for word in words[1:] if not word.startswith("-")]
    if plain[:1] != ["repro"] and plain[:2] != ["exp", "run"]:
        return []
    path = join(here.folder, "dvc.yaml")
    node = yaml_of(view, path) if path else None
    if node is None or path is None:
        return None
    names = plain[1 if plain[0] == "repro" else 2 :]
    found = []
    for key, stage in mapping(node.get("stages")):
        command = walk(stage, "cmd") or walk(stage, "do", "cmd")
        folder = join(here.folder, word(walk(stage, "wdir")) or ".") or ""
        if command is not None and (not names or key.text in names):
            found += script_of(here, command, path, folder=folder)
    return found


def pre_commit(view: RepoView, words: tuple[str, ...], here: Script) -> list[Script] | None:
    """`pre-commit run`: the hooks by id, and what local ones run."""
    if "run" not in words[1:]:
        return []
    path = nearest(view, here.folder, ".pre-commit-config.yaml", ".pre-commit-config.yml")
    node = yaml_of(view, path) if path else None
    if node is None or path is None:
        return None
    return hooks(node, path, here)


def hooks(node: MapNode, path: str, here: Script) -> list[Script]:
    """The hooks of a pre-commit configuration as scripts; a hook of the `manual` stage alone does not run."""
    found = []
    for repo in items(node.get("repos")):
        local = word(walk(repo, "repo")) == "local"
        for hook in items(walk(repo, "hooks")):
            entry = walk(hook, "entry") if local else walk(hook, "id")
            if entry is None or [s.text for s in scalars(walk(hook, "stages"))] == ["manual"]:
                continue
            arguments = [shlex.quote(scalar.text) for scalar in scalars(walk(hook, "args"))]
            text = " ".join([word(entry), *arguments]) if local else word(entry)
            found.append(follow_up(here, text, path, entry.start[0], exact=False, folder=posixpath.dirname(path)))
    return found


def remote_job(view: RepoView, words: tuple[str, ...], here: Script) -> list[Script] | None:
    """`anyscale jobs submit job.yaml`, `ray job submit -- …`: the entrypoint of the job."""
    if "--" in words:
        return [follow_up(here, shlex.join(words[words.index("--") + 1 :]), here.path, here.line, exact=False)]
    for argument in words[1:]:
        path = join(here.folder, argument) if argument.endswith((".yaml", ".yml")) else None
        entry = walk(yaml_of(view, path), "entrypoint") if path else None
        if entry is not None and path is not None:
            return script_of(here, entry, path)
    return [] if "submit" not in words else None


DECLARED: dict[str, Follower] = {
    "npm": npm,
    "yarn": npm,
    "pnpm": npm,
    "dvc": dvc,
    "pre-commit": pre_commit,
    "prek": pre_commit,
    "anyscale": remote_job,
    "ray": remote_job,
}
