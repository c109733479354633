"""Practice: a declared or coded chain of at least three stages that one command runs in order."""

from __future__ import annotations

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import External, Use
from mlops_lint.facts.project.dependencies import Dependencies
from mlops_lint.facts.project.knowledge import Knowledge, Tool
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.versioning import Versioning
from mlops_lint.practices import drivers
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, idle, judge, named, unclear
from mlops_lint.practices.making import made
from mlops_lint.practices.manifests import declared
from mlops_lint.practices.stages import STAGES


class PipelineDefined(Practice):
    """At least three stages that one command or platform runs in order."""


@provides
def pipeline_defined(
    own: OwnCode, knowledge: Knowledge, versioning: Versioning, project: Project, dependencies: Dependencies
) -> PipelineDefined:
    """DVC stages, manifests of platforms, what a pipeline library is given, and scripts that drive the stages."""
    tools = knowledge.tools("pipelines")
    targets = {call for tool in tools for call in tool.calls("steps", "flows", "calls", "wholes", "bases")}
    shown = [*_dvc(versioning, project), *declared(own.code.view, project)]
    for tool in tools:
        shown += _coded(own, tool)
    shown += [*drivers.launched(own), *drivers.called(own), *made(own, project, dependencies)]
    doubtful = drivers.shelled(own, project) if not shown else []
    absent = idle(PipelineDefined, own, targets, modules=False)
    return judge(PipelineDefined, shown, otherwise=unclear(PipelineDefined, *doubtful) if doubtful else absent)


def _dvc(versioning: Versioning, project: Project) -> list[Shown]:
    stages = [stage for stage in versioning.dvc.stages if project.owns(stage.file)] if versioning.dvc else []
    files = {stage.file for stage in stages}
    return [
        Shown(f"{len(own)} DVC stages", own[0].at)
        for own in ([stage for stage in stages if stage.file == file] for file in sorted(files))
        if len(own) >= STAGES
    ]


def _coded(own: OwnCode, tool: Tool) -> list[Shown]:
    """Builders with enough steps: decorated ones, connected ones, or what the flow itself calls."""
    flows = own.uses(tool.calls("flows"), tests=False)
    wholes = [*flows, *own.calls(tool.calls("wholes"), tests=False)]
    parts = own.uses(tool.calls("steps"), tests=False)
    built = own.calls(tool.calls("calls", "parts") if wholes else tool.calls("calls"), tests=False)
    bases = tool.calls("bases")
    classes = [
        Shown(klass.name, own.code.at(klass))
        for klass in (own.functions(lambda name: True, kinds=("class",)) if bases else [])
        if any(isinstance(base, External) and base.name in bases for base in own.code.names.bases(klass))
    ]
    if len(parts) + len(built) + len(classes) >= STAGES:
        return [*named(wholes or built or parts), *classes]
    return named(use for use in flows if _stages_below(own, use) >= STAGES)


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
