"""Practice: preprocessing is fitted on rows that are scored later."""

from __future__ import annotations

import posixpath

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Definition
from mlops_lint.facts.project.leakage import Leak, Leaks
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, judge
from mlops_lint.practices.measuring import MetricComputed


class DataLeakage(Practice):
    """A preprocessing step is fitted on rows that a reported score is computed on."""


@provides
def data_leakage(own: OwnCode, leaks: Leaks, metrics: MetricComputed) -> DataLeakage:
    """Followed from where rows are read to where they are parted."""
    paths = [path for path in own.code.modules if own.counts(path, tests=False)]
    measured = {shown.at.path for shown in metrics.shown if shown.at is not None} if metrics.present else set()
    found = leaks.found(own.live | _beside(own), paths, measured)
    return judge(DataLeakage, [Shown(f"{leak.detail} {_when(leak)}", leak.at) for leak in found])


def _when(leak: Leak) -> str:
    return "before the folds of a cross-validation are parted" if leak.folds else "before the split"


def _beside(own: OwnCode) -> set[Definition]:
    """Functions that another file imports by the file's bare name: a folder was put on the path."""
    by_stem: dict[str, list[str]] = {}
    for path in own.code.modules:
        by_stem.setdefault(posixpath.splitext(posixpath.basename(path))[0], []).append(path)
    facts = [fact for module in own.code.modules.values() for fact in module.symbols.imports]
    wanted = {(path, fact.symbol) for fact in facts if fact.symbol for path in by_stem.get(fact.module, ())}
    return {found for path, name in wanted if (found := own.code.definition(path, name)) is not None}
