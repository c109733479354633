"""YAML files that may be manifests: one look at the text of each, for all who ask."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import parents, text_of
from mlops_lint.repo.view import RepoView

_LINE = {
    "pipeline": re.compile(
        r"^(?:kind: *[\"']?(?:Workflow|WorkflowTemplate|ClusterWorkflowTemplate|CronWorkflow|Pipeline)\b"
        r"|type: *pipeline\b|pipeline:|pipelineInfo:|root:|tasks:|resources:|StartAt:|- *pipeline:)"
        r"|pipelineJob\.schema",
        re.MULTILINE,
    ),
    "endpoint": re.compile(
        r"^kind: *(?:InferenceService|SeldonDeployment|ServingRuntime|RayService)\b"
        r"|(?:managedOnline|kubernetesOnline|batch)(?:Deployment|Endpoint)\.schema",
        re.MULTILINE,
    ),
    "azure": re.compile(r"^(?:trigger|pr|pool|schedules):", re.MULTILINE),
    "cloudbuild": re.compile(r"gcr\.io/|pkg\.dev/|cloud-builders|cloud-sdk|_IMAGE_URI"),
}
_AND = {
    "azure": re.compile(r"^(?:steps|jobs|stages|extends):", re.MULTILINE),
    "cloudbuild": re.compile(r"^steps:", re.MULTILINE),
}
_TEMPLATED = re.compile(r"\{\{ *cookiecutter|\{% ")
MAX_YAML = 300_000
"""No manifest is longer; data may be."""
_KNOWN: WeakKeyDictionary[RepoView, dict[str, dict[str, frozenset[str]]]] = WeakKeyDictionary()


def hinted(view: RepoView, project: Project, kind: str) -> list[str]:
    """The YAML files of the project, and at the top of the folders above, whose text hints at a kind of manifest."""
    known = _KNOWN.setdefault(view, {})
    if project.folder not in known:
        known[project.folder] = {path: hints for path in _paths(view, project) if (hints := _hints(view, path))}
    return [path for path, hints in known[project.folder].items() if kind in hints]


def _paths(view: RepoView, project: Project) -> Iterator[str]:
    above = [base for base in parents(project.folder) if base != project.folder]
    for path in view.entries:
        if path.endswith((".yml", ".yaml")) and (project.owns(path) or any(_at_top(path, base) for base in above)):
            yield path


def _at_top(path: str, base: str) -> bool:
    relative = posixpath.relpath(path, base or ".") if path.startswith(f"{base}/" if base else "") else "../"
    return "/" not in relative or (relative.startswith(".") and not relative.startswith(".."))


def _hints(view: RepoView, path: str) -> frozenset[str]:
    text = text_of(view, path) or ""
    if len(text) > MAX_YAML or _TEMPLATED.search(text):
        return frozenset()
    found = (kind for kind, pattern in _LINE.items() if pattern.search(text))
    return frozenset(kind for kind in found if kind not in _AND or _AND[kind].search(text))
