# ruff: noqa: I001  (a line a module)
"""mlops-lint: holds what an ML project claims against what its repository shows.

What packs of checks use is exported here, loaded only when it is asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from mlops_lint.checks import (
        Check as Check, Outcomes as Outcomes, Registry as Registry, check as check, load_packs as load_packs,
    )  # fmt: skip
    from mlops_lint.errors import MlopsLintError as MlopsLintError, PluginError as PluginError
    from mlops_lint.facts.inject import Unavailable as Unavailable, provides as provides
    from mlops_lint.facts.project.acting import Acting as Acting
    from mlops_lint.facts.project.alerting import Alerting as Alerting, Rule as Rule
    from mlops_lint.facts.project.arguing import (
        admits as admits, compares as compares, praises as praises, speaks_of_people as speaks_of_people,
    )  # fmt: skip
    from mlops_lint.facts.project.asking import Asked as Asked, Asking as Asking
    from mlops_lint.facts.project.asking_nothing import AskingNothing as AskingNothing
    from mlops_lint.facts.project.attributes import Attributes as Attributes
    from mlops_lint.facts.project.baseline_calls import BaselineCalls as BaselineCalls
    from mlops_lint.facts.project.baseline_other import BaselineOther as BaselineOther
    from mlops_lint.facts.project.baseline_parts import BaselineParts as BaselineParts
    from mlops_lint.facts.project.baseline_cutoff import BaselineCutoffs as BaselineCutoffs
    from mlops_lint.facts.project.benchmarks import Benchmark as Benchmark, Benchmarks as Benchmarks
    from mlops_lint.facts.project.by_group import ByGroup as ByGroup, Evaluations as Evaluations
    from mlops_lint.facts.project.capturing import Capturing as Capturing
    from mlops_lint.facts.project.charter import Charter as Charter, CharterFile as CharterFile
    from mlops_lint.facts.project.ci import CiConfig as CiConfig
    from mlops_lint.facts.project.claims import TestClaim as TestClaim, TestClaims as TestClaims
    from mlops_lint.facts.project.code import (
        Absent as Absent, Code as Code, Constant as Constant, Definition as Definition, Found as Found,
        Opaque as Opaque, Reach as Reach, Use as Use,
    )  # fmt: skip
    from mlops_lint.facts.project.column_makers import ColumnMakers as ColumnMakers
    from mlops_lint.facts.project.companions import Companions as Companions, significant as significant
    from mlops_lint.facts.project.controls import (
        Applied as Applied, Bypassed as Bypassed, Controls as Controls, NoCode as NoCode, NotApplied as NotApplied,
    )  # fmt: skip
    from mlops_lint.facts.project.copies import Copied as Copied, Copies as Copies
    from mlops_lint.facts.project.dated import Dated as Dated, Day as Day
    from mlops_lint.facts.project.decisions import Decisions as Decisions
    from mlops_lint.facts.project.declared import DeclaredData as DeclaredData
    from mlops_lint.facts.project.dependencies import Dependencies as Dependencies, DependencyFile as DependencyFile
    from mlops_lint.facts.project.deploying import Deploying as Deploying, Deployment as Deployment
    from mlops_lint.facts.project.described import Described as Described
    from mlops_lint.facts.project.drifting import Drifting as Drifting, same_path as same_path
    from mlops_lint.facts.project.emitting import Emitting as Emitting
    from mlops_lint.facts.project.enforced import Enforced as Enforced, LintRun as LintRun
    from mlops_lint.facts.project.equal_terms import EqualTerms as EqualTerms, Unequal as Unequal
    from mlops_lint.facts.project.exercised import Exercised as Exercised
    from mlops_lint.facts.project.explaining import Explaining as Explaining, Spot as Spot
    from mlops_lint.facts.project.features import FeatureSet as FeatureSet, Features as Features, Match as Match
    from mlops_lint.facts.project.flow import Flow as Flow, Scored as Scored
    from mlops_lint.facts.project.freshness import (
        AgeUnknown as AgeUnknown, Fresh as Fresh, Freshness as Freshness, Outdated as Outdated,
    )  # fmt: skip
    from mlops_lint.facts.project.gating import Bound as Bound, Gating as Gating
    from mlops_lint.facts.project.goalposts import Goalposts as Goalposts, Moved as Moved
    from mlops_lint.facts.project.grouping import Grouping as Grouping, Groupings as Groupings
    from mlops_lint.facts.project.guarding import Guarding as Guarding, Ignored as Ignored
    from mlops_lint.facts.project.hyperparameters import Hyperparameters as Hyperparameters, Unread as Unread
    from mlops_lint.facts.project.implementing import (
        Implementation as Implementation, Implementations as Implementations,
    )  # fmt: skip
    from mlops_lint.facts.project.incoming import Incoming as Incoming
    from mlops_lint.facts.project.integration import Integration as Integration, TestRun as TestRun
    from mlops_lint.facts.project.jobs import Job as Job, Jobs as Jobs
    from mlops_lint.facts.project.keeping import (
        Keeping as Keeping, Kept as Kept, NotKept as NotKept, Untold as Untold,
    )  # fmt: skip
    from mlops_lint.facts.project.knowledge import (
        Explainer as Explainer, Knowledge as Knowledge, Metric as Metric, Metrics as Metrics,
    )  # fmt: skip
    from mlops_lint.facts.project.labelling import LabelledFit as LabelledFit, Labelling as Labelling
    from mlops_lint.facts.project.lineage import Lineage as Lineage
    from mlops_lint.facts.project.locking import Locking as Locking, Stale as Stale
    from mlops_lint.facts.project.locks import LockedStage as LockedStage, Locks as Locks
    from mlops_lint.facts.project.measuring import (
        Computed as Computed, Measuring as Measuring, NotComputed as NotComputed, Unclear as Unclear,
    )  # fmt: skip
    from mlops_lint.facts.project.metric_calls import (
        MetricCalls as MetricCalls, Setting as Setting, beta_of as beta_of,
    )  # fmt: skip
    from mlops_lint.facts.project.model_cards import Card as Card, ModelCards as ModelCards
    from mlops_lint.facts.project.model_text import ModelText as ModelText, Unguarded as Unguarded
    from mlops_lint.facts.project.money import Amount as Amount, amount as amount
    from mlops_lint.facts.project.installing import Installing as Installing
    from mlops_lint.facts.project.model_age import ModelAge as ModelAge
    from mlops_lint.facts.project.online import Online as Online
    from mlops_lint.facts.project.origin import (
        NeverRun as NeverRun, Nobody as Nobody, Origins as Origins, Perhaps as Perhaps, Promised as Promised,
        Writer as Writer, WritesOther as WritesOther,
    )  # fmt: skip
    from mlops_lint.facts.project.ownership import Ownership as Ownership
    from mlops_lint.facts.project.parting import Parting as Parting, Partings as Partings, shuffles as shuffles
    from mlops_lint.facts.project.people_columns import PeopleColumns as PeopleColumns
    from mlops_lint.facts.project.personal import Columns as Columns, Personal as Personal
    from mlops_lint.facts.project.piping import Piping as Piping
    from mlops_lint.facts.project.placeholders import Placeholders as Placeholders, plain as plain
    from mlops_lint.facts.project.pointers import (
        Broken as Broken, FileTarget as FileTarget, FolderTarget as FolderTarget, HeadingTarget as HeadingTarget,
        Hidden as Hidden, Pointers as Pointers, RemoteTarget as RemoteTarget, SymbolTarget as SymbolTarget,
        Target as Target, TestTarget as TestTarget, ValueTarget as ValueTarget, definition_of as definition_of,
    )  # fmt: skip
    from mlops_lint.facts.project.pretrained import (
        Pretrained as Pretrained, PretrainedLoad as PretrainedLoad, moves as moves, same_id as same_id,
        same_revision as same_revision, undated as undated,
    )  # fmt: skip
    from mlops_lint.facts.project.production import Production as Production, Shipment as Shipment
    from mlops_lint.facts.project.project import Project as Project, Today as Today
    from mlops_lint.facts.project.prose import Answer as Answer, Prose as Prose, brief as brief
    from mlops_lint.facts.project.reading import without_comments as without_comments
    from mlops_lint.facts.project.reads import Read as Read, Reads as Reads
    from mlops_lint.facts.project.recorded import (
        Number as Number, Recorded as Recorded, beats as beats, comparable as comparable, meets as meets,
        within as within,
    )  # fmt: skip
    from mlops_lint.facts.project.recording import Logged as Logged, Recording as Recording
    from mlops_lint.facts.project.registering import Registering as Registering
    from mlops_lint.facts.project.reported import Reported as Reported
    from mlops_lint.facts.project.retraining import Retraining as Retraining
    from mlops_lint.facts.project.retraining_words import Start as Start
    from mlops_lint.facts.project.revisions import Change as Change, Revisions as Revisions, meant as meant
    from mlops_lint.facts.project.rollouts import Rollouts as Rollouts
    from mlops_lint.facts.project.routes import Routes as Routes
    from mlops_lint.facts.project.seeding import (
        Declared as Declared, Drawing as Drawing, Seed as Seed, Seeding as Seeding,
    )  # fmt: skip
    from mlops_lint.facts.project.served import Address as Address, Served as Served, model_address as model_address
    from mlops_lint.facts.project.serving import Serving as Serving, about_serving as about_serving
    from mlops_lint.facts.project.shipped import Shipped as Shipped
    from mlops_lint.facts.project.skewing import OtherColumns as OtherColumns, Refit as Refit, Skewing as Skewing
    from mlops_lint.facts.project.slice_results import Leaf as Leaf, SliceResults as SliceResults
    from mlops_lint.facts.project.sources import Sources as Sources
    from mlops_lint.facts.project.taking_up import TakingUp as TakingUp
    from mlops_lint.facts.project.tainting import Received as Received, Site as Site, Tainting as Tainting
    from mlops_lint.facts.project.techniques import Techniques as Techniques
    from mlops_lint.facts.project.tests import TestFunction as TestFunction, Tests as Tests
    from mlops_lint.facts.project.thresholds import Cut as Cut, Cuts as Cuts, Thresholds as Thresholds
    from mlops_lint.facts.project.told_scores import Scores as Scores
    from mlops_lint.facts.project.training import Fit as Fit, Training as Training
    from mlops_lint.facts.project.tuned_limits import TunedLimits as TunedLimits
    from mlops_lint.facts.project.untrusted import Unsafe as Unsafe, Untrusted as Untrusted
    from mlops_lint.facts.project.updating import Updating as Updating
    from mlops_lint.facts.project.validation import (
        NotValidated as NotValidated, PerhapsValidated as PerhapsValidated, Validated as Validated,
        Validation as Validation,
    )  # fmt: skip
    from mlops_lint.facts.project.versioning import Versioning as Versioning
    from mlops_lint.facts.project.weighing import Weighing as Weighing
    from mlops_lint.facts.project.wiring import (
        Elsewhere as Elsewhere, Library as Library, Uncalled as Uncalled, Uncertain as Uncertain, Wired as Wired,
        Wiring as Wiring,
    )  # fmt: skip
    from mlops_lint.facts.project.wishes import TENSIONS as TENSIONS, Wishes as Wishes, placeholder as placeholder
    from mlops_lint.facts.project.workflows import CiJob as CiJob, Workflows as Workflows
    from mlops_lint.facts.project.writes import Write as Write, Writes as Writes
    from mlops_lint.model import (
        Confidence as Confidence, Edit as Edit, Evidence as Evidence, Finding as Finding, Fix as Fix, Grade as Grade,
        Kind as Kind, Location as Location, Outcome as Outcome, Related as Related, Result as Result,
        Results as Results, Severity as Severity, State as State, Unknown as Unknown,
    )  # fmt: skip
    from mlops_lint.practices.covering import TestsCoverModel as TestsCoverModel
    from mlops_lint.practices.leaking import DataLeakage as DataLeakage
    from mlops_lint.practices.pipelines import PipelineDefined as PipelineDefined
    from mlops_lint.practices.serving import ServingCode as ServingCode
    from mlops_lint.practices.splitting import HeldOutSplit as HeldOutSplit
    from mlops_lint.practices.tracked import ModelBinaryInGit as ModelBinaryInGit, Stored as Stored
    from mlops_lint.practices.validating import DataValidation as DataValidation
    from mlops_lint.repo.view import RepoView as RepoView, Unreadable as Unreadable


def __getattr__(name: str) -> Any:
    from mlops_lint._exports import EXPORTS

    if name == "__all__":
        return sorted(name for names in EXPORTS.values() for name in names)
    home = next((module for module, names in EXPORTS.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module 'mlops_lint' has no attribute {name!r}")
    found = globals()[name] = getattr(importlib.import_module(home), name)
    return found
