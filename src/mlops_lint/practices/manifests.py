"""Pipelines that files of a platform declare: Azure ML, Argo, Kubeflow, Taskcluster, Snakemake and the like."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mlops_lint.documents.node import MapNode, Node, iterate
from mlops_lint.facts.project.hints import hinted
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import (
    documents_of,
    items,
    json_of,
    mapping,
    place,
    scalars,
    text_of,
    walk,
    word,
    yaml_of,
)
from mlops_lint.model import Location
from mlops_lint.practices.base import Shown
from mlops_lint.practices.stages import STAGES, chained
from mlops_lint.repo.view import RepoView

_RULE = re.compile(r"^(?:rule|checkpoint)\s+(\w+)\s*:", re.MULTILINE)
_PROCESS = re.compile(r"^process\s+(\w+)\s*\{", re.MULTILINE)
_KIND = re.compile(r"(?:^|/)taskcluster/(?:ci|kinds)/([^/]+)/kind\.ya?ml$")


def declared(view: RepoView, project: Project) -> list[Shown]:
    """Every manifest of the project with at least three stages."""
    found = _kinds(view, project)
    likely = frozenset(hinted(view, project, "pipeline"))
    for path in view.entries:
        if not project.owns(path):
            continue
        name = posixpath.basename(path)
        if name == "MLproject":
            tree = yaml_of(view, path)
            if tree is not None and len(mapping(tree.get("entry_points"))) >= STAGES:
                found.append(Shown("MLproject", Location(path)))
        elif name == "recipe.yaml":
            found += _recipe(view, path)
        elif path in likely:
            found += _yaml(view, path, name)
        elif path.endswith((".asl.json", ".pipeline")) or (path.endswith(".json") and "state" in name.lower()):
            found += _json(view, path)
        elif name in ("Snakefile", "snakefile") or path.endswith((".smk", ".nf")):
            found += _rules(view, path)
    return found


def _kinds(view: RepoView, project: Project) -> list[Shown]:
    """The kinds of a Taskcluster graph, each in a folder of its own."""
    kinds = {match[1]: path for path in view.entries if project.owns(path) and (match := _KIND.search(path))}
    return [Shown("kinds of a task graph", Location(min(kinds.values())))] if chained(kinds) else []


def _recipe(view: RepoView, path: str) -> list[Shown]:
    text = text_of(view, path) or ""  # often no valid YAML: its templates are unquoted
    if not any(line.startswith("recipe:") for line in text.split("\n")):
        return []
    line = next((n for n, row in enumerate(text.split("\n"), 1) if row.startswith("steps:")), 0)
    return [Shown("MLflow recipe", Location(path, line))] if line else []


def _yaml(view: RepoView, path: str, name: str) -> list[Shown]:
    if name == ".taskcluster.yml":
        return []
    for tree in documents_of(view, path):
        for title, stages in (*_platforms(tree, name), *_listed(tree)):
            if len(stages) >= STAGES:
                return [Shown(f"{len(stages)} {title}", place(path, stages[0]))]
    return []


def _platforms(tree: Node, name: str) -> Iterator[tuple[str, list[Node]]]:
    """What each platform calls a stage, by the shape of its manifest."""
    kind, version = word(walk(tree, "kind")), word(walk(tree, "apiVersion"))
    if word(walk(tree, "type")) == "pipeline" or "pipelineJob" in word(walk(tree, "$schema")):
        yield "jobs of an Azure ML pipeline", [value for _, value in mapping(walk(tree, "jobs"))]
    older = [value for _, value in mapping(walk(tree, "pipeline", "steps"))]
    yield "steps of an Azure ML pipeline", [step for step in older if word(walk(step, "type")).endswith("Step")]
    yield "tasks of a Kubeflow pipeline", [value for _, value in mapping(walk(tree, "root", "dag", "tasks"))]
    yield "states of a state machine", _states(tree)
    if version.startswith("argoproj.io") and kind.endswith(("Workflow", "WorkflowTemplate")):
        spec = walk(tree, "spec", "workflowSpec") or walk(tree, "spec")
        for template in items(walk(spec, "templates")):
            yield "tasks of a workflow", list(items(walk(template, "dag", "tasks")))
            steps = items(walk(template, "steps"))
            yield "steps of a workflow", [part for step in steps for part in (items(step) or (step,))]
    if version.startswith("tekton.dev") and kind == "Pipeline":
        tasks = items(walk(tree, "spec", "tasks"))
        yield "tasks of a pipeline", list(tasks) if chained(word(walk(task, "name")) for task in tasks) else []
    if name == "pipeline.yaml":
        yield "tasks", [task for task in items(walk(tree, "tasks")) if walk(task, "source") is not None]


def _listed(tree: Node) -> Iterator[tuple[str, list[Node]]]:
    """Task graphs, jobs of a bundle, and pipelines in a list of documents."""
    for _, job in mapping(walk(tree, "resources", "jobs")):
        yield "tasks of a job", list(items(walk(job, "tasks")))
    for entry in items(tree):
        yield "nodes of a pipeline", list(items(walk(entry, "pipeline", "nodes")))
    for node in iterate(tree) if walk(tree, "tasks") is not None else ():
        tasks = [task for task in items(node) if walk(task, "payload") is not None]
        if any(walk(task, "dependencies") is not None for task in tasks) and chained(_task_name(t) for t in tasks):
            yield "tasks of a task graph", tasks


def _task_name(task: Node) -> str:
    names = [word(walk(task, key)) for key in ("ID", "name")] + [word(walk(task, "metadata", "name"))]
    return " ".join([*names, *(scalar.text for scalar in scalars(walk(task, "payload", "command"))[:3])])


def _states(tree: Node) -> list[Node]:
    states = mapping(walk(tree, "States")) if walk(tree, "StartAt") is not None else []
    tasks = [(key.text, state) for key, state in states if word(walk(state, "Type")) in ("Task", "Map", "Parallel")]
    return [state for _, state in tasks] if chained(name for name, _ in tasks) else []


def _json(view: RepoView, path: str) -> list[Shown]:
    tree = json_of(view, path)
    if not isinstance(tree, MapNode):
        return []
    nodes = [
        node
        for part in items(tree.get("pipelines"))
        for node in items(walk(part, "nodes"))
        if word(walk(node, "type")) == "execution_node"
    ]
    for title, stages in (("nodes of a pipeline", nodes), ("states of a state machine", _states(tree))):
        if len(stages) >= STAGES:
            return [Shown(f"{len(stages)} {title}", place(path, stages[0]))]
    return []


def _rules(view: RepoView, path: str) -> list[Shown]:
    text = text_of(view, path) or ""
    found = [match for match in (_PROCESS if path.endswith(".nf") else _RULE).finditer(text) if match[1] != "all"]
    if len(found) < STAGES:
        return []
    return [Shown(f"{len(found)} rules of a workflow", Location(path, text.count("\n", 0, found[0].start()) + 1))]
