"""Other CI systems, read alike: AppVeyor, Drone, Woodpecker, Buildkite, Semaphore, Cirrus, CodeBuild and such."""

from __future__ import annotations

import re
from dataclasses import replace

from mlops_lint.documents.node import MapNode, Node, ScalarNode, iterate
from mlops_lint.facts.project.ci_github import script_at
from mlops_lint.facts.project.reading import documents_of, items, scalars, walk, word
from mlops_lint.facts.project.script import Opaque, Script
from mlops_lint.repo.view import RepoView

Read = tuple["bool | None", list[Script], list[Opaque]]
_COMMANDS = frozenset("commands command script scripts code before_script install after_script run".split())
SYSTEMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("appveyor", re.compile(r"\.?appveyor\.ya?ml")),
    ("drone", re.compile(r"\.drone\.ya?ml")),
    ("woodpecker", re.compile(r"\.woodpecker(?:\.ya?ml|/[^/]+\.ya?ml)")),
    ("buildkite", re.compile(r"\.buildkite/[^/]+\.ya?ml")),
    ("semaphore", re.compile(r"\.semaphore/[^/]+\.ya?ml")),
    ("cirrus", re.compile(r"\.cirrus\.ya?ml")),
    ("codebuild", re.compile(r"(?:.*/)?buildspec[^/]*\.ya?ml")),
    ("codefresh", re.compile(r"codefresh\.ya?ml")),
    ("wercker", re.compile(r"wercker\.yml")),
    ("sourcehut", re.compile(r"\.build\.yml|\.builds/[^/]+\.yml")),
    ("screwdriver", re.compile(r"screwdriver\.yaml")),
)


def generic(view: RepoView, path: str, here: Script) -> Read | None:
    """Whatever stands under a key that holds commands."""
    documents = [tree for tree in documents_of(view, path) if isinstance(tree, MapNode)]
    scripts = [
        script_at(view, path, scalar, replace(here, text=scalar.text, on_change=None))
        for tree in documents
        for node in iterate(tree)
        for key, value in (node.entries if isinstance(node, MapNode) else ())
        if key.text in _COMMANDS or key.text.endswith("_script")
        for scalar in _texts(value)
    ]
    return (None, scripts, []) if scripts or documents else None


def _texts(value: Node) -> list[ScalarNode]:
    """A scalar or a list of them; AppVeyor writes `- ps: …` and `- cmd: …`."""
    shells = [walk(item, key) for item in items(value) for key in ("ps", "cmd", "sh", "pwsh")]
    return [*scalars(value), *(scalar for shell in shells for scalar in scalars(shell))]


def is_azure(view: RepoView, path: str) -> bool:
    """Whether a file under any name is a pipeline of Azure's."""
    tree = next(iter(documents_of(view, path)), None)
    parts = [item for key in ("steps", "jobs", "stages") for item in items(walk(tree, key))]
    known = ("task", "script", "bash", "powershell", "pwsh", "template", "job", "deployment", "stage", "checkout")
    return any(walk(part, key) is not None for part in parts for key in known)


def is_cloud_build(view: RepoView, path: str) -> bool:
    """Whether a file under any name is a build of Cloud Build's."""
    tree = next(iter(documents_of(view, path)), None)
    steps = items(walk(tree, "steps"))
    return bool(steps) and all(
        word(walk(step, "name"))
        and any(walk(step, key) is not None for key in ("args", "entrypoint", "script", "env", "id"))
        for step in steps
    )
