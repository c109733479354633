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
    "mlops_lint.facts.project.baseline_calls": ("BaselineCalls",),
    "mlops_lint.facts.project.charter": ("Charter", "CharterFile"),
    "mlops_lint.facts.project.claims": ("TestClaim", "TestClaims"),
    "mlops_lint.facts.project.integration": ("Integration", "TestRun"),
    "mlops_lint.facts.project.freshness": ("AgeUnknown", "Fresh", "Freshness", "Outdated"),
    "mlops_lint.facts.project.online": ("Online",),
    "mlops_lint.facts.project.grouping": ("Grouping", "Groupings"),
    "mlops_lint.facts.project.knowledge": ("Explainer", "Knowledge", "Metric", "Metrics"),
    "mlops_lint.facts.project.companions": ("Companions", "significant"),
    "mlops_lint.facts.project.dependencies": ("Dependencies", "DependencyFile"),
    "mlops_lint.facts.project.ownership": ("Ownership",),
    "mlops_lint.facts.project.tests": ("TestFunction", "Tests"),
    "mlops_lint.facts.project.ci": ("CiConfig",),
    "mlops_lint.facts.project.prose": ("Answer", "Prose", "brief"),
    "mlops_lint.facts.project.serving": ("Serving", "about_serving"),
    "mlops_lint.facts.project.wiring": ("Elsewhere", "Library", "Uncalled", "Uncertain", "Wired", "Wiring"),
    "mlops_lint.facts.project.jobs": ("Job", "Jobs"),
    "mlops_lint.facts.project.features": ("Features", "FeatureSet", "Match"),
    "mlops_lint.facts.project.labelling": ("LabelledFit", "Labelling"),
    "mlops_lint.facts.project.equal_terms": ("EqualTerms", "Unequal"),
    "mlops_lint.facts.project.explaining": ("Explaining", "Spot"),
    "mlops_lint.facts.project.slice_results": ("Leaf", "SliceResults"),
    "mlops_lint.facts.project.thresholds": ("Cut", "Cuts", "Thresholds"),
    "mlops_lint.facts.project.versioning": ("Versioning",),
    "mlops_lint.facts.project.techniques": ("Techniques",),
    "mlops_lint.facts.project.dated": ("Dated", "Day"),
    "mlops_lint.facts.project.attributes": ("Attributes",),
    "mlops_lint.facts.project.code": (
        "Absent", "Code", "Constant", "Definition", "Found", "Opaque", "Reach", "Use",
    ),
    "mlops_lint.facts.project.measuring": ("Computed", "Measuring", "NotComputed", "Unclear",),
    "mlops_lint.facts.project.locks": ("LockedStage", "Locks"),
    "mlops_lint.facts.project.metric_calls": ("MetricCalls", "Setting", "beta_of"),
    "mlops_lint.facts.project.pointers": (
        "Broken", "FileTarget", "FolderTarget", "HeadingTarget", "Hidden", "Pointers", "RemoteTarget", "SymbolTarget",
        "Target", "TestTarget", "ValueTarget", "definition_of",
    ),
    "mlops_lint.facts.project.implementing": ("Implementation", "Implementations"),
    "mlops_lint.facts.project.training": ("Fit", "Training"),
    "mlops_lint.facts.project.keeping": ("Keeping", "Kept", "NotKept", "Untold"),
    "mlops_lint.facts.project.registering": ("Registering",),
    "mlops_lint.facts.project.locking": ("Locking", "Stale"),
    "mlops_lint.facts.project.piping": ("Piping",),
    "mlops_lint.facts.project.hyperparameters": ("Hyperparameters", "Unread"),
    "mlops_lint.facts.project.lineage": ("Lineage",),
    "mlops_lint.facts.project.gating": ("Bound", "Gating"),
    "mlops_lint.facts.project.exercised": ("Exercised",),
    "mlops_lint.facts.project.seeding": ("Declared", "Drawing", "Seed", "Seeding"),
    "mlops_lint.practices.pipelines": ("PipelineDefined",),
    "mlops_lint.practices.covering": ("TestsCoverModel",),
    "mlops_lint.facts.project.pretrained": (
        "Pretrained", "PretrainedLoad", "moves", "same_id", "same_revision", "undated",
    ),
    "mlops_lint.facts.project.writes": ("Write", "Writes",),
    "mlops_lint.facts.project.origin": ("NeverRun", "Nobody", "Origins", "Perhaps", "Writer", "WritesOther"),
    "mlops_lint.facts.project.recorded": ("Number", "Recorded", "beats", "comparable", "meets", "within"),
    "mlops_lint.facts.project.flow": ("Flow", "Scored"),
    "mlops_lint.facts.project.described": ("Described",),
    "mlops_lint.facts.project.decisions": ("Decisions",),
    "mlops_lint.facts.project.goalposts": ("Goalposts", "Moved"),
    "mlops_lint.facts.project.placeholders": ("Placeholders", "plain"),
    "mlops_lint.facts.project.arguing": ("admits", "compares", "speaks_of_people"),
    "mlops_lint.facts.project.money": ("Amount", "amount"),
    "mlops_lint.facts.project.enforced": ("Enforced", "LintRun"),
    "mlops_lint.facts.project.production": ("Production", "Shipment"),
    "mlops_lint.facts.project.weighing": ("Weighing",),
    "mlops_lint.facts.project.revisions": ("Change", "Revisions", "meant"),
    "mlops_lint.facts.project.sources": ("Sources",),
    "mlops_lint.practices.tracked": ("ModelBinaryInGit", "Stored",),
    "mlops_lint.facts.project.benchmarks": ("Benchmark", "Benchmarks",),
    "mlops_lint.facts.project.routes": ("Routes",),
    "mlops_lint.facts.project.wishes": ("TENSIONS", "Wishes", "placeholder"),
    "mlops_lint.facts.project.personal": ("Columns", "Personal",),
    "mlops_lint.facts.project.workflows": ("CiJob", "Workflows",),
    "mlops_lint.facts.project.deploying": ("Deploying", "Deployment",),
    "mlops_lint.facts.project.controls": ("Applied", "Controls", "NoCode", "NotApplied",),
    "mlops_lint.facts.project.served": ("Address", "Served", "model_address",),
    "mlops_lint.facts.project.shipped": ("Shipped",),
    "mlops_lint.facts.project.retraining": ("Retraining", "Start",),
    "mlops_lint.facts.project.validation": ("NotValidated", "PerhapsValidated", "Validated", "Validation"),
    "mlops_lint.practices.validating": ("DataValidation",),
    "mlops_lint.facts.project.tainting": ("Received", "Site", "Tainting"),
    "mlops_lint.facts.project.guarding": ("Guarding", "Ignored"),
    "mlops_lint.practices.leaking": ("DataLeakage",),
    "mlops_lint.facts.project.copies": ("Copied", "Copies",),
    "mlops_lint.facts.project.drifting": ("Drifting", "same_path",),
    "mlops_lint.facts.project.parting": ("Parting", "Partings", "shuffles",),
    "mlops_lint.practices.serving": ("ServingCode",),
    "mlops_lint.practices.splitting": ("HeldOutSplit",),
    "mlops_lint.facts.project.acting": ("Acting",),
    "mlops_lint.facts.project.asking": ("Asked", "Asking",),
    "mlops_lint.facts.project.by_group": ("ByGroup", "Evaluations"),
    "mlops_lint.facts.project.skewing": ("OtherColumns", "Refit", "Skewing",),
    "mlops_lint.facts.project.reads": ("Read", "Reads",),
    "mlops_lint.facts.project.recording": ("Logged", "Recording",),
    "mlops_lint.facts.project.declared": ("DeclaredData",),
    "mlops_lint.facts.project.model_cards": ("Card", "ModelCards"),
    "mlops_lint.facts.project.told_scores": ("Scores",),
    "mlops_lint.facts.project.capturing": ("Capturing",),
    "mlops_lint.facts.project.untrusted": ("Unsafe", "Untrusted",),
    "mlops_lint.facts.project.incoming": ("Incoming",),
    "mlops_lint.facts.project.people_columns": ("PeopleColumns",),
    "mlops_lint.facts.project.alerting": ("Alerting", "Rule",),
    "mlops_lint.facts.project.model_text": ("ModelText",),
    "mlops_lint.facts.project.rollouts": ("Rollouts",),
    "mlops_lint.facts.project.updating": ("Updating",),
    "mlops_lint.facts.project.emitting": ("Emitting",),
}  # fmt: skip
_HOME = {name: module for module, names in _EXPORTS.items() for name in names}

if TYPE_CHECKING:
    from mlops_lint.checks import Check, Outcomes, Registry, check, load_packs
    from mlops_lint.errors import MlopsLintError, PluginError
    from mlops_lint.facts.inject import Unavailable, provides
    from mlops_lint.facts.project.acting import Acting
    from mlops_lint.facts.project.alerting import Alerting, Rule
    from mlops_lint.facts.project.arguing import admits, compares, speaks_of_people
    from mlops_lint.facts.project.asking import Asked, Asking
    from mlops_lint.facts.project.attributes import Attributes
    from mlops_lint.facts.project.baseline_calls import BaselineCalls
    from mlops_lint.facts.project.benchmarks import Benchmark, Benchmarks
    from mlops_lint.facts.project.by_group import ByGroup, Evaluations
    from mlops_lint.facts.project.capturing import Capturing
    from mlops_lint.facts.project.charter import Charter, CharterFile
    from mlops_lint.facts.project.ci import CiConfig
    from mlops_lint.facts.project.claims import TestClaim, TestClaims
    from mlops_lint.facts.project.code import Absent, Code, Constant, Definition, Found, Opaque, Reach, Use
    from mlops_lint.facts.project.companions import Companions, significant
    from mlops_lint.facts.project.controls import Applied, Controls, NoCode, NotApplied
    from mlops_lint.facts.project.copies import Copied, Copies
    from mlops_lint.facts.project.dated import Dated, Day
    from mlops_lint.facts.project.decisions import Decisions
    from mlops_lint.facts.project.declared import DeclaredData
    from mlops_lint.facts.project.dependencies import Dependencies, DependencyFile
    from mlops_lint.facts.project.deploying import Deploying, Deployment
    from mlops_lint.facts.project.described import Described
    from mlops_lint.facts.project.drifting import Drifting, same_path
    from mlops_lint.facts.project.emitting import Emitting
    from mlops_lint.facts.project.enforced import Enforced, LintRun
    from mlops_lint.facts.project.equal_terms import EqualTerms, Unequal
    from mlops_lint.facts.project.exercised import Exercised
    from mlops_lint.facts.project.explaining import Explaining, Spot
    from mlops_lint.facts.project.features import Features, FeatureSet, Match
    from mlops_lint.facts.project.flow import Flow, Scored
    from mlops_lint.facts.project.freshness import AgeUnknown, Fresh, Freshness, Outdated
    from mlops_lint.facts.project.gating import Bound, Gating
    from mlops_lint.facts.project.goalposts import Goalposts, Moved
    from mlops_lint.facts.project.grouping import Grouping, Groupings
    from mlops_lint.facts.project.guarding import Guarding, Ignored
    from mlops_lint.facts.project.hyperparameters import Hyperparameters, Unread
    from mlops_lint.facts.project.implementing import Implementation, Implementations
    from mlops_lint.facts.project.incoming import Incoming
    from mlops_lint.facts.project.integration import Integration, TestRun
    from mlops_lint.facts.project.jobs import Job, Jobs
    from mlops_lint.facts.project.keeping import Keeping, Kept, NotKept, Untold
    from mlops_lint.facts.project.knowledge import Explainer, Knowledge, Metric, Metrics
    from mlops_lint.facts.project.labelling import LabelledFit, Labelling
    from mlops_lint.facts.project.lineage import Lineage
    from mlops_lint.facts.project.locking import Locking, Stale
    from mlops_lint.facts.project.locks import LockedStage, Locks
    from mlops_lint.facts.project.measuring import Computed, Measuring, NotComputed, Unclear
    from mlops_lint.facts.project.metric_calls import MetricCalls, Setting, beta_of
    from mlops_lint.facts.project.model_cards import Card, ModelCards
    from mlops_lint.facts.project.model_text import ModelText
    from mlops_lint.facts.project.money import Amount, amount
    from mlops_lint.facts.project.online import Online
    from mlops_lint.facts.project.origin import NeverRun, Nobody, Origins, Perhaps, Writer, WritesOther
    from mlops_lint.facts.project.ownership import Ownership
    from mlops_lint.facts.project.parting import Parting, Partings, shuffles
    from mlops_lint.facts.project.people_columns import PeopleColumns
    from mlops_lint.facts.project.personal import Columns, Personal
    from mlops_lint.facts.project.piping import Piping
    from mlops_lint.facts.project.placeholders import Placeholders, plain
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
    from mlops_lint.facts.project.pretrained import Pretrained, PretrainedLoad, moves, same_id, same_revision, undated
    from mlops_lint.facts.project.production import Production, Shipment
    from mlops_lint.facts.project.project import Project, Today
    from mlops_lint.facts.project.prose import Answer, Prose, brief
    from mlops_lint.facts.project.reads import Read, Reads
    from mlops_lint.facts.project.recorded import Number, Recorded, beats, comparable, meets, within
    from mlops_lint.facts.project.recording import Logged, Recording
    from mlops_lint.facts.project.registering import Registering
    from mlops_lint.facts.project.retraining import Retraining, Start
    from mlops_lint.facts.project.revisions import Change, Revisions, meant
    from mlops_lint.facts.project.rollouts import Rollouts
    from mlops_lint.facts.project.routes import Routes
    from mlops_lint.facts.project.seeding import Declared, Drawing, Seed, Seeding
    from mlops_lint.facts.project.served import Address, Served, model_address
    from mlops_lint.facts.project.serving import Serving, about_serving
    from mlops_lint.facts.project.shipped import Shipped
    from mlops_lint.facts.project.skewing import OtherColumns, Refit, Skewing
    from mlops_lint.facts.project.slice_results import Leaf, SliceResults
    from mlops_lint.facts.project.sources import Sources
    from mlops_lint.facts.project.tainting import Received, Site, Tainting
    from mlops_lint.facts.project.techniques import Techniques
    from mlops_lint.facts.project.tests import TestFunction, Tests
    from mlops_lint.facts.project.thresholds import Cut, Cuts, Thresholds
    from mlops_lint.facts.project.told_scores import Scores
    from mlops_lint.facts.project.training import Fit, Training
    from mlops_lint.facts.project.untrusted import Unsafe, Untrusted
    from mlops_lint.facts.project.updating import Updating
    from mlops_lint.facts.project.validation import NotValidated, PerhapsValidated, Validated, Validation
    from mlops_lint.facts.project.versioning import Versioning
    from mlops_lint.facts.project.weighing import Weighing
    from mlops_lint.facts.project.wiring import Elsewhere, Library, Uncalled, Uncertain, Wired, Wiring
    from mlops_lint.facts.project.wishes import TENSIONS, Wishes, placeholder
    from mlops_lint.facts.project.workflows import CiJob, Workflows
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
    from mlops_lint.practices.covering import TestsCoverModel
    from mlops_lint.practices.leaking import DataLeakage
    from mlops_lint.practices.pipelines import PipelineDefined
    from mlops_lint.practices.serving import ServingCode
    from mlops_lint.practices.splitting import HeldOutSplit
    from mlops_lint.practices.tracked import ModelBinaryInGit, Stored
    from mlops_lint.practices.validating import DataValidation
    from mlops_lint.repo.view import RepoView, Unreadable

__all__ = [
    "TENSIONS",
    "Absent",
    "Acting",
    "Address",
    "AgeUnknown",
    "Alerting",
    "Amount",
    "Answer",
    "Applied",
    "Asked",
    "Asking",
    "Attributes",
    "BaselineCalls",
    "Benchmark",
    "Benchmarks",
    "Bound",
    "Broken",
    "ByGroup",
    "Capturing",
    "Card",
    "Change",
    "Charter",
    "CharterFile",
    "Check",
    "CiConfig",
    "CiJob",
    "Code",
    "Columns",
    "Companions",
    "Computed",
    "Confidence",
    "Constant",
    "Controls",
    "Copied",
    "Copies",
    "Cut",
    "Cuts",
    "DataLeakage",
    "DataValidation",
    "Dated",
    "Day",
    "Decisions",
    "Declared",
    "DeclaredData",
    "Definition",
    "Dependencies",
    "DependencyFile",
    "Deploying",
    "Deployment",
    "Described",
    "Drawing",
    "Drifting",
    "Edit",
    "Elsewhere",
    "Emitting",
    "Enforced",
    "EqualTerms",
    "Evaluations",
    "Evidence",
    "Exercised",
    "Explainer",
    "Explaining",
    "FeatureSet",
    "Features",
    "FileTarget",
    "Finding",
    "Fit",
    "Fix",
    "Flow",
    "FolderTarget",
    "Found",
    "Fresh",
    "Freshness",
    "Gating",
    "Goalposts",
    "Grade",
    "Grouping",
    "Groupings",
    "Guarding",
    "HeadingTarget",
    "HeldOutSplit",
    "Hidden",
    "Hyperparameters",
    "Ignored",
    "Implementation",
    "Implementations",
    "Incoming",
    "Integration",
    "Job",
    "Jobs",
    "Keeping",
    "Kept",
    "Kind",
    "Knowledge",
    "LabelledFit",
    "Labelling",
    "Leaf",
    "Library",
    "Lineage",
    "LintRun",
    "Location",
    "LockedStage",
    "Locking",
    "Locks",
    "Logged",
    "Match",
    "Measuring",
    "Metric",
    "MetricCalls",
    "Metrics",
    "MlopsLintError",
    "ModelBinaryInGit",
    "ModelCards",
    "ModelText",
    "Moved",
    "NeverRun",
    "NoCode",
    "Nobody",
    "NotApplied",
    "NotComputed",
    "NotKept",
    "NotValidated",
    "Number",
    "Online",
    "Opaque",
    "Origins",
    "OtherColumns",
    "Outcome",
    "Outcomes",
    "Outdated",
    "Ownership",
    "Parting",
    "Partings",
    "PeopleColumns",
    "Perhaps",
    "PerhapsValidated",
    "Personal",
    "PipelineDefined",
    "Piping",
    "Placeholders",
    "PluginError",
    "Pointers",
    "Pretrained",
    "PretrainedLoad",
    "Production",
    "Project",
    "Prose",
    "Reach",
    "Read",
    "Reads",
    "Received",
    "Recorded",
    "Recording",
    "Refit",
    "Registering",
    "Registry",
    "Related",
    "RemoteTarget",
    "RepoView",
    "Result",
    "Results",
    "Retraining",
    "Revisions",
    "Rollouts",
    "Routes",
    "Rule",
    "Scored",
    "Scores",
    "Seed",
    "Seeding",
    "Served",
    "Serving",
    "ServingCode",
    "Setting",
    "Severity",
    "Shipment",
    "Shipped",
    "Site",
    "Skewing",
    "SliceResults",
    "Sources",
    "Spot",
    "Stale",
    "Start",
    "State",
    "Stored",
    "SymbolTarget",
    "Tainting",
    "Target",
    "Techniques",
    "TestClaim",
    "TestClaims",
    "TestFunction",
    "TestRun",
    "TestTarget",
    "Tests",
    "TestsCoverModel",
    "Thresholds",
    "Today",
    "Training",
    "Unavailable",
    "Uncalled",
    "Uncertain",
    "Unclear",
    "Unequal",
    "Unknown",
    "Unread",
    "Unreadable",
    "Unsafe",
    "Untold",
    "Untrusted",
    "Updating",
    "Use",
    "Validated",
    "Validation",
    "ValueTarget",
    "Versioning",
    "Weighing",
    "Wired",
    "Wiring",
    "Wishes",
    "Workflows",
    "Write",
    "Writer",
    "Writes",
    "WritesOther",
    "about_serving",
    "admits",
    "amount",
    "beats",
    "beta_of",
    "brief",
    "check",
    "comparable",
    "compares",
    "definition_of",
    "load_packs",
    "meant",
    "meets",
    "model_address",
    "moves",
    "placeholder",
    "plain",
    "provides",
    "same_id",
    "same_path",
    "same_revision",
    "shuffles",
    "significant",
    "speaks_of_people",
    "undated",
    "within",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'mlops_lint' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
