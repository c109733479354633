"""What continuous integration runs, and when."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlops_lint.documents.node import MapNode
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project import ci_generic, ci_others
from mlops_lint.facts.project.ci_github import read_workflow, workflow_files
from mlops_lint.facts.project.ci_gitlab import read_gitlab
from mlops_lint.facts.project.commands import Expander
from mlops_lint.facts.project.hints import hinted
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import mapping, place, walk, within, yaml_of
from mlops_lint.facts.project.runners import RUNNERS
from mlops_lint.facts.project.runners_declared import DECLARED, hooks
from mlops_lint.facts.project.runners_more import MORE
from mlops_lint.facts.project.runners_python import PYTHON_RUNNERS
from mlops_lint.facts.project.running import PytestFiles, pytest_settings, runs
from mlops_lint.facts.project.script import Command, Opaque, Script
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView


@dataclass(frozen=True, slots=True)
class CiConfig:
    """One configuration file. `on_change`: somebody's push or pull request starts it; None cannot be told."""

    path: str
    system: str
    on_change: bool | None
    at: Location


@dataclass(frozen=True, slots=True)
class Ci:
    """Commands in the order of the configurations; `opaque` are steps that cannot be looked into."""

    configs: tuple[CiConfig, ...]
    commands: tuple[Command, ...]
    opaque: tuple[Opaque, ...]
    settings: PytestFiles

    def of(self, config: CiConfig) -> tuple[Command, ...]:
        """The commands that one configuration leads to."""
        return tuple(command for command in self.commands if command.config == config.path)


def runs_tests(ci: Ci, test_paths: tuple[str, ...] | list[str]) -> list[Command]:
    """Commands that run tests under one of the paths (relative to the root), with those that may fail or never run."""
    return [command for command in ci.commands if runs(command, test_paths, ci.settings)]


@provides
def ci(view: RepoView, project: Project) -> Ci:
    """Configurations of the git root and of the folders down to the project."""
    expander = Expander(view, {**RUNNERS, **DECLARED, **PYTHON_RUNNERS, **MORE})
    configs: list[CiConfig] = []
    for path, system, change, scripts, opaque in _without_templates(list(_configurations(view, project))):
        tree = yaml_of(view, path)
        on = tree.key("on") if isinstance(tree, MapNode) else None
        configs.append(CiConfig(path, system, change, place(path, on) if on else Location(path)))
        for script in dict.fromkeys(_keyed(script) for script in scripts):
            expander.add(script.script)
        expander.opaque += opaque
    return Ci(
        tuple(configs),
        tuple(dict.fromkeys(expander.commands)),
        tuple(dict.fromkeys(expander.opaque)),
        pytest_settings(view),
    )


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A script that can stand in a set: its environment is a mapping."""

    script: Script
    env: tuple[tuple[str, str], ...]

    def __hash__(self) -> int:
        return hash((self.script.path, self.script.line, self.script.text, self.env))


def _keyed(script: Script) -> _Keyed:
    return _Keyed(script, tuple(sorted(script.env.items())))


_Read = tuple[str, str, "bool | None", list[Script], list[Opaque]]


def _without_templates(reads: list[_Read]) -> list[_Read]:
    """Azure's templates look like pipelines of their own."""
    included = {
        script.path
        for path, system, _, scripts, _ in reads
        if system == "azure"
        for script in scripts
        if script.path != path
    }
    return [read for read in reads if read[1] != "azure" or read[0] not in included]


_OTHERS: tuple[tuple[str, re.Pattern[str], ci_others.Reader], ...] = (
    (
        "azure",
        re.compile(r"(?:azure-pipelines[^/]*|\.azure-pipelines/.+|\.pipelines/.+|\.azuredevops/.+)\.ya?ml"),
        ci_others.azure,
    ),
    ("circleci", re.compile(r"\.circleci/config\.ya?ml"), ci_others.circle),
    ("travis", re.compile(r"\.travis\.yml"), ci_others.travis),
    (
        "jenkins",
        re.compile(r"(?!.*\.(?:md|rst|txt)$)(?:.*/)?(?:Jenkinsfile(?:[.-][\w.-]+)?|[\w.-]+\.[Jj]enkinsfile)"),
        ci_others.jenkins,
    ),
    ("cloudbuild", re.compile(r"(?:.*/)?cloudbuild[^/]*\.ya?ml"), ci_others.cloudbuild),
    ("bitbucket", re.compile(r"bitbucket-pipelines\.yml"), ci_others.bitbucket),
    ("taskcluster", re.compile(r"\.taskcluster\.yml"), ci_others.taskcluster),
    *((system, pattern, ci_generic.generic) for system, pattern in ci_generic.SYSTEMS),
)
_SNIFFED = (
    ("azure", ci_generic.is_azure, ci_others.azure),
    ("cloudbuild", ci_generic.is_cloud_build, ci_others.cloudbuild),
)


def _configurations(view: RepoView, project: Project) -> Iterator[_Read]:
    for base in _bases(project):
        yield from _github(view, project, base)
        path = posixpath.join(base, ".gitlab-ci.yml")
        if path in view.entries and (read := read_gitlab(view, path, base)) is not None:
            yield (path, "gitlab", *read)
        for path in view.under(base):
            relative = path[len(base) + 1 :] if base else path
            if _own(base, path, project):
                yield from _other(view, path, relative, base)
        yield from _sniffed(view, project, base)
        yield from _pre_commit_ci(view, base)


def _other(view: RepoView, path: str, relative: str, base: str) -> Iterator[_Read]:
    for system, pattern, reader in _OTHERS:
        if pattern.fullmatch(relative):
            found = reader(view, path, Script("", path, 1, folder=base, config=path))
            if found is not None:
                yield (path, system, *found)


def _sniffed(view: RepoView, project: Project, base: str) -> Iterator[_Read]:
    """Configurations under names of their own, which Azure and Cloud Build allow."""
    for system, known, reader in _SNIFFED:
        for path in hinted(view, project, system):
            relative = path[len(base) + 1 :] if base else path
            named = any(pattern.fullmatch(relative) for _, pattern, _ in _OTHERS) or relative.startswith(".git")
            if within(path, base) and not named and _own(base, path, project) and known(view, path):
                found = reader(view, path, Script("", path, 1, folder=base, config=path))
                if found is not None:
                    yield (path, system, *found)


def _own(base: str, path: str, project: Project) -> bool:
    # Below a folder above the project, only files at its top or inside the project are the project's.
    return (
        base == project.folder
        or "/" not in path[len(base) :].strip("/")
        or (path[len(base) :].lstrip("/").startswith(".") and not within(path, project.folder))
    )


def _bases(project: Project) -> list[str]:
    parts = project.folder.split("/") if project.folder else []
    return ["/".join(parts[:size]) for size in range(len(parts) + 1)]


def _github(view: RepoView, project: Project, base: str) -> Iterator[_Read]:
    for path in workflow_files(view, base):
        workflow = read_workflow(view, path, project.folder, base)
        if workflow is not None:
            yield path, _host(path), workflow.on_change, list(workflow.scripts), list(workflow.opaque)


def _host(path: str) -> str:
    return next((name for name in ("gitea", "forgejo") if f".{name}/" in path), "github")


def _pre_commit_ci(view: RepoView, base: str) -> Iterator[_Read]:
    path = posixpath.join(base, ".pre-commit-config.yaml")
    tree = yaml_of(view, path)
    section = walk(tree, "ci")
    if tree is None or section is None:
        return
    skipped = {value.text for _, value in mapping(section) if hasattr(value, "text")}
    here = Script("", path, 1, folder=base, config=path, on_change=True)
    skip = {getattr(item, "text", "") for item in getattr(walk(section, "skip"), "items", ())} | skipped
    yield path, "pre-commit.ci", True, [s for s in hooks(tree, path, here) if s.text.split(" ")[0] not in skip], []
