"""Practice: a declared chain of at least three stages that one command runs in order."""

from __future__ import annotations

import posixpath

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import External, Use
from mlops_lint.facts.project.knowledge import Knowledge, Tool
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import mapping, text_of, yaml_of
from mlops_lint.facts.project.versioning import Versioning
from mlops_lint.model import Location
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, idle, judge, named
from mlops_lint.repo.view import RepoView

STAGES = 3


class PipelineDefined(Practice):
    """At least three stages that one command or platform runs in order."""


@provides
def pipeline_defined(
    own: OwnCode, knowledge: Knowledge, versioning: Versioning, view: RepoView, project: Project
) -> PipelineDefined:
    """DVC stages, workflow files, or what a pipeline library is given."""
    tools = knowledge.tools("pipelines")
    targets = {call for tool in tools for call in tool.calls("steps", "flows", "calls", "bases")}
    shown = [*_dvc(versioning, project), *_files(view, project)]
    for tool in tools:
        shown += _coded(own, tool)
    return judge(PipelineDefined, shown, otherwise=idle(PipelineDefined, own, targets, modules=False))


def _dvc(versioning: Versioning, project: Project) -> list[Shown]:
    stages = [stage for stage in versioning.dvc.stages if project.owns(stage.file)] if versioning.dvc else []
    files = {stage.file for stage in stages}
    return [
        Shown(f"{len(own)} DVC stages", own[0].at)
        for own in ([stage for stage in stages if stage.file == file] for file in sorted(files))
        if len(own) >= STAGES
    ]


def _files(view: RepoView, project: Project) -> list[Shown]:
    found: list[Shown] = []
    for path in view.entries:
        name = posixpath.basename(path)
        if not project.owns(path):
            continue
        if name == "MLproject":
            tree = yaml_of(view, path)
            if tree is not None and len(mapping(tree.get("entry_points"))) >= STAGES:
                found.append(Shown("MLproject", Location(path)))
        elif name == "recipe.yaml":
            text = text_of(view, path) or ""  # often no valid YAML: its templates are unquoted
            if any(line.startswith("recipe:") for line in text.split("\n")):
                line = next((n for n, row in enumerate(text.split("\n"), 1) if row.startswith("steps:")), 0)
                found += [Shown("MLflow recipe", Location(path, line))] if line else []
    return found


def _coded(own: OwnCode, tool: Tool) -> list[Shown]:
    """Builders with enough steps: decorated ones, connected ones, or what the flow itself calls."""
    wholes = own.uses(tool.calls("flows"), tests=False)
    parts = own.uses(tool.calls("steps"), tests=False)
    built = own.calls(tool.calls("calls"), tests=False)
    bases = tool.calls("bases")
    classes = [
        Shown(klass.name, own.code.at(klass))
        for klass in (own.functions(lambda name: True, kinds=("class",)) if bases else [])
        if any(isinstance(base, External) and base.name in bases for base in own.code.names.bases(klass))
    ]
    if len(parts) + len(built) + len(classes) >= STAGES:
        return [*named(wholes or built or parts), *classes]
    return named(use for use in wholes if _stages_below(own, use) >= STAGES)


def _stages_below(own: OwnCode, use: Use) -> int:
    """How many functions of the project the decorated flow calls itself."""
    after = [
        d
        for d in own.code.modules[use.path].definitions.values()
        if d.kind == "function" and d.line >= use.fact.line and d.qualname.count(".") == use.scope.count(".")
    ]
    flow = min(after, key=lambda d: d.line, default=None)
    if flow is None:
        return 0
    return sum(1 for d in own.code.graph.callees(flow) if d.kind == "function")
