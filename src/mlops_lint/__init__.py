"""mlops-lint: holds what an ML project claims against what its repository shows.

What packs of checks use is exported here, loaded only when it is asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_EXPORTS = {
    "mlops_lint.model": (
        "Confidence", "Edit", "Evidence", "Finding", "Fix", "Grade", "Kind", "Location", "Outcome", "Related",
        "Result", "Results", "Severity", "State", "Unknown",
    ),
    "mlops_lint.errors": ("MlopsLintError", "PluginError"),
    "mlops_lint.checks": ("Check", "Outcomes", "Registry", "check", "load_packs"),
    "mlops_lint.facts.inject": ("Unavailable", "provides"),
    "mlops_lint.repo.view": ("RepoView", "Unreadable"),
    "mlops_lint.facts.project.project": ("Project", "Today"),
    "mlops_lint.facts.project.charter": ("Charter", "CharterFile"),
    "mlops_lint.facts.project.claims": ("TestClaim", "TestClaims"),
    "mlops_lint.facts.project.integration": ("Integration", "TestRun"),
    "mlops_lint.facts.project.knowledge": ("Explainer", "Knowledge", "Metric", "Metrics"),
    "mlops_lint.facts.project.dependencies": ("Dependencies", "DependencyFile"),
    "mlops_lint.facts.project.ownership": ("Ownership",),
    "mlops_lint.facts.project.tests": ("TestFunction", "Tests"),
    "mlops_lint.facts.project.ci": ("CiConfig",),
    "mlops_lint.facts.project.prose": ("Answer", "Prose", "brief"),
    "mlops_lint.facts.project.serving": ("Serving",),
    "mlops_lint.facts.project.wiring": ("Elsewhere", "Library", "Uncalled", "Uncertain", "Wired", "Wiring"),
    "mlops_lint.facts.project.jobs": ("Job", "Jobs"),
    "mlops_lint.facts.project.features": ("Features", "FeatureSet", "Match"),
    "mlops_lint.facts.project.labelling": ("LabelledFit", "Labelling"),
    "mlops_lint.facts.project.explaining": ("Explaining", "Spot"),
    "mlops_lint.facts.project.versioning": ("Versioning",),
    "mlops_lint.facts.project.techniques": ("Techniques",),
    "mlops_lint.facts.project.code": (
        "Absent", "Code", "Constant", "Definition", "Found", "Opaque", "Reach", "Use",
    ),
    "mlops_lint.facts.project.measuring": ("Computed", "Measuring", "NotComputed", "Unclear",),
    "mlops_lint.facts.project.pointers": (
        "Broken", "FileTarget", "FolderTarget", "HeadingTarget", "Hidden", "Pointers", "RemoteTarget", "SymbolTarget",
        "Target", "TestTarget", "ValueTarget", "definition_of",
    ),
    "mlops_lint.facts.project.implementing": ("Implementation", "Implementations"),
    "mlops_lint.facts.project.writes": ("Write", "Writes",),
    "mlops_lint.facts.project.origin": ("NeverRun", "Nobody", "Origins", "Perhaps", "Writer", "WritesOther"),
    "mlops_lint.facts.project.recorded": ("Number", "Recorded", "beats", "comparable", "meets", "within"),
    "mlops_lint.facts.project.flow": ("Flow", "Scored"),
}  # fmt: skip
_HOME = {name: module for module, names in _EXPORTS.items() for name in names}

if TYPE_CHECKING:
    from mlops_lint.checks import Check, Outcomes, Registry, check, load_packs
    from mlops_lint.errors import MlopsLintError, PluginError
    from mlops_lint.facts.inject import Unavailable, provides
    from mlops_lint.facts.project.charter import Charter, CharterFile
    from mlops_lint.facts.project.ci import CiConfig
    from mlops_lint.facts.project.claims import TestClaim, TestClaims
    from mlops_lint.facts.project.code import Absent, Code, Constant, Definition, Found, Opaque, Reach, Use
    from mlops_lint.facts.project.dependencies import Dependencies, DependencyFile
    from mlops_lint.facts.project.explaining import Explaining, Spot
    from mlops_lint.facts.project.features import Features, FeatureSet, Match
    from mlops_lint.facts.project.flow import Flow, Scored
    from mlops_lint.facts.project.implementing import Implementation, Implementations
    from mlops_lint.facts.project.integration import Integration, TestRun
    from mlops_lint.facts.project.jobs import Job, Jobs
    from mlops_lint.facts.project.knowledge import Explainer, Knowledge, Metric, Metrics
    from mlops_lint.facts.project.labelling import LabelledFit, Labelling
    from mlops_lint.facts.project.measuring import Computed, Measuring, NotComputed, Unclear
    from mlops_lint.facts.project.origin import NeverRun, Nobody, Origins, Perhaps, Writer, WritesOther
    from mlops_lint.facts.project.ownership import Ownership
    from mlops_lint.facts.project.pointers import (
        Broken,
        FileTarget,
        FolderTarget,
        HeadingTarget,
        Hidden,
        Pointers,
        RemoteTarget,
        SymbolTarget,
        Target,
        TestTarget,
        ValueTarget,
        definition_of,
    )
    from mlops_lint.facts.project.project import Project, Today
    from mlops_lint.facts.project.prose import Answer, Prose, brief
    from mlops_lint.facts.project.recorded import Number, Recorded, beats, comparable, meets, within
    from mlops_lint.facts.project.serving import Serving
    from mlops_lint.facts.project.techniques import Techniques
    from mlops_lint.facts.project.tests import TestFunction, Tests
    from mlops_lint.facts.project.versioning import Versioning
    from mlops_lint.facts.project.wiring import Elsewhere, Library, Uncalled, Uncertain, Wired, Wiring
    from mlops_lint.facts.project.writes import Write, Writes
    from mlops_lint.model import (
        Confidence,
        Edit,
        Evidence,
        Finding,
        Fix,
        Grade,
        Kind,
        Location,
        Outcome,
        Related,
        Result,
        Results,
        Severity,
        State,
        Unknown,
    )
    from mlops_lint.repo.view import RepoView, Unreadable

__all__ = [
    "Absent",
    "Answer",
    "Broken",
    "Charter",
    "CharterFile",
    "Check",
    "CiConfig",
    "Code",
    "Computed",
    "Confidence",
    "Constant",
    "Definition",
    "Dependencies",
    "DependencyFile",
    "Edit",
    "Elsewhere",
    "Evidence",
    "Explainer",
    "Explaining",
    "FeatureSet",
    "Features",
    "FileTarget",
    "Finding",
    "Fix",
    "Flow",
    "FolderTarget",
    "Found",
    "Grade",
    "HeadingTarget",
    "Hidden",
    "Implementation",
    "Implementations",
    "Integration",
    "Job",
    "Jobs",
    "Kind",
    "Knowledge",
    "LabelledFit",
    "Labelling",
    "Library",
    "Location",
    "Match",
    "Measuring",
    "Metric",
    "Metrics",
    "MlopsLintError",
    "NeverRun",
    "Nobody",
    "NotComputed",
    "Number",
    "Opaque",
    "Origins",
    "Outcome",
    "Outcomes",
    "Ownership",
    "Perhaps",
    "PluginError",
    "Pointers",
    "Project",
    "Prose",
    "Reach",
    "Recorded",
    "Registry",
    "Related",
    "RemoteTarget",
    "RepoView",
    "Result",
    "Results",
    "Scored",
    "Serving",
    "Severity",
    "Spot",
    "State",
    "SymbolTarget",
    "Target",
    "Techniques",
    "TestClaim",
    "TestClaims",
    "TestFunction",
    "TestRun",
    "TestTarget",
    "Tests",
    "Today",
    "Unavailable",
    "Uncalled",
    "Uncertain",
    "Unclear",
    "Unknown",
    "Unreadable",
    "Use",
    "ValueTarget",
    "Versioning",
    "Wired",
    "Wiring",
    "Write",
    "Writer",
    "Writes",
    "WritesOther",
    "beats",
    "brief",
    "check",
    "comparable",
    "definition_of",
    "load_packs",
    "meets",
    "provides",
    "within",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'mlops_lint' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
