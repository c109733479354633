"""Where mlops-lint itself is run: by hooks of pre-commit, and in continuous integration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlops_lint.documents.node import Node
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.ci import Ci
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import items, parents, place, scalars, walk, word, yaml_of
from mlops_lint.facts.project.script import Command
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_NAME = re.compile(r"(?:^|[\s/'\"=(])mlops[-_]lint(?:$|[\s'\"=<>~!@;:,)\[])")
_ASIDE = re.compile(
    r"\b(?:pip3?|uv|poetry|conda|mamba|pipx|pdm)\s+(?:-\S+\s+)*(?:pip\s+|tool\s+)?(?:install|add|sync)\b|"
    r"mlops[-_]lint(?:==\S+)?\s+(?:rule|init|evidence|history|card|bom|--version|--help)\b|^(?:echo|printf|cat|ls|git)\b"
)
_SOFT = re.compile(r"--exit-zero\b|\|\|\s*(?:true|:|echo\b|exit 0)|;\s*(?:true|exit 0)\s*['\"]?$")


@dataclass(frozen=True, slots=True)
class LintRun:
    """One run; `idle` says why it stops nothing."""

    at: Location
    where: str
    idle: str = ""


@dataclass(frozen=True, slots=True)
class Enforced:
    """The runs of mlops-lint; `hidden` are steps that may be one."""

    runs: tuple[LintRun, ...]
    hidden: tuple[Location, ...]


def _in_ci(command: Command) -> LintRun | None:
    if not _NAME.search(f" {command.text} ") or _ASIDE.search(command.text):
        return None
    idle = ""
    if command.ignored or _SOFT.search(command.text):
        idle = "its failure passes"
    elif command.never:
        idle = "it is switched off"
    elif command.on_change is False:
        idle = "no change starts it"
    return LintRun(command.at, "CI", idle)


def _hooks(path: str, tree: Node | None) -> Iterator[LintRun]:
    for repo in items(walk(tree, "repos")):
        for hook in items(walk(repo, "hooks")):
            entry = word(walk(hook, "entry"))
            if not any(_NAME.search(f" {text} ") for text in (word(walk(hook, "id")), entry)):
                continue
            manual = [scalar.text for scalar in scalars(walk(hook, "stages"))] == ["manual"]
            arguments = " ".join(scalar.text for scalar in scalars(walk(hook, "args")))
            soft = _SOFT.search(f"{entry} {arguments}")
            idle = "its failure passes" if soft else "it is started by hand" if manual else ""
            yield LintRun(place(path, hook), "pre-commit", idle)


@provides
def enforced(view: RepoView, project: Project, ci: Ci) -> Enforced:
    """pre-commit's files of the project, of the git root and between them."""
    runs = [run for command in ci.commands if (run := _in_ci(command)) is not None]
    for folder in parents(project.folder):
        for name in (".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml"):
            path = f"{folder}/{name}" if folder else name
            if path in view.entries:
                runs += _hooks(path, yaml_of(view, path))
    hidden = tuple(step.at for step in ci.opaque if "mlops" in step.reason.casefold())
    return Enforced(tuple(runs), hidden)
