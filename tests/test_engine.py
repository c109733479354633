"""The engine: packs, crashes, guesses, kinds and stages, waivers, levels."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace

import pytest

from mlops_lint.checks import Check, Outcomes, check, load_packs
from mlops_lint.errors import PluginError
from mlops_lint.facts.project.charter import Charter
from mlops_lint.grading import Grading
from mlops_lint.lint import lint_view
from mlops_lint.maturity import LADDER, maturity
from mlops_lint.model import Evidence, Finding, Grade, Kind, Location, Outcome, Results, Severity, State, Unknown
from mlops_lint.repo.memory import MemoryView
from mlops_lint.results import Report
from mlops_lint.settings import Settings
from mlops_lint.testing import stock_files
from packs import DEFAULTS, pack, registry

TODAY = datetime.date(2026, 11, 20)
HERE = Location("mlproject.yaml", 3, 1)


def run(function: Callable[..., Results], charter: str = "", name: str = "pack_of_one") -> Report:
    files = {**stock_files(), "mlproject.yaml": stock_files()["mlproject.yaml"] + charter.encode()}
    settings = Settings(select=("ZZ",), today=TODAY, isolated=True, cache=False)
    return lint_view(MemoryView(files), settings, registry(pack(name, function=function)))


def test_a_crash_is_one_internal_finding_and_the_others_still_run() -> None:
    @check("ZZ001", **DEFAULTS)
    def breaks(charter: Charter) -> Results:
        """Raises."""
        yield Finding(HERE, Kind.DEFECT, str(1 / 0))

    files = stock_files()
    settings = Settings(select=("ZZ", "CH001"), today=TODAY, isolated=True, cache=False)
    report = lint_view(MemoryView(files), settings, registry(pack("breaking", breaks=breaks)))
    (found,) = report.diagnostics
    assert (found.code, found.severity) == ("INT001", Severity.ERROR)
    assert "ZZ001" in found.finding.message
    assert "test_engine.py" in found.finding.message
    outcomes = {outcome.code: outcome.state for outcome in report.projects[0].outcomes}
    assert outcomes == {"CH001": State.PASS, "ZZ001": State.CANNOT_TELL}


def test_a_duplicate_code_names_both() -> None:
    @check("CH001", **DEFAULTS)
    def again(charter: Charter) -> Results:
        """Taken."""
        yield from ()

    with pytest.raises(PluginError, match=r"pack 'second': second: the code CH001 is taken by mlops_lint_checks"):
        registry(pack("second", again=again))


@pytest.mark.parametrize(("code", "dimension"), [("Z1", "problem"), ("ZZ002", "beauty")])
def test_a_code_or_dimension_of_ones_own_is_refused(code: str, dimension: str) -> None:
    @check(code, **{**DEFAULTS, "dimension": dimension})
    def odd(charter: Charter) -> Results:
        """Odd."""
        yield from ()

    with pytest.raises(PluginError, match="pack 'odd'"):
        registry(pack("odd", odd=odd))


def test_an_unknown_fact_is_refused_when_the_pack_is_loaded() -> None:
    @check("ZZ003", **DEFAULTS)
    def asks(what: bytearray) -> Results:
        """Asks."""
        yield from ()

    with pytest.raises(PluginError, match="unknown fact bytearray"):
        registry(pack("asking", asks=asks))


def test_what_init_guessed_accuses_nobody() -> None:
    @check("ZZ004", **DEFAULTS)
    def accuses(charter: Charter) -> Results:
        """Reads the target and accuses."""
        yield Finding(HERE, Kind.FALSE_CLAIM, f"target {charter.number('metric', 'target')}")

    assert run(accuses).projects[0].outcomes[0].state is State.FAIL
    (outcome,) = run(accuses, "unconfirmed: [metric.target]\n").projects[0].outcomes
    assert outcome.state is State.CANNOT_TELL
    assert "metric.target" in outcome.reason
    (outcome,) = run(accuses, "unconfirmed: [metric]\n").projects[0].outcomes
    assert "`metric` is a guess" in outcome.reason  # as it is listed, not as it is read


@pytest.mark.parametrize(
    ("results", "state", "grade"),
    [
        ([], State.PASS, Grade.STATED),
        ([Evidence(HERE, HERE, Grade.LINKED)], State.PASS, Grade.LINKED),
        ([Evidence(HERE, HERE, Grade.LINKED), Unknown(HERE, "who knows")], State.CANNOT_TELL, None),
        ([Unknown(HERE, "who knows"), Finding(HERE, Kind.DEFECT, "no")], State.FAIL, None),
        ([Finding(HERE, Kind.DEFECT, "a note", severity=Severity.INFO)], State.PASS, Grade.STATED),
    ],
)
def test_the_outcome_is_the_first_of_fail_cannot_tell_pass(results: list[object], state: State, grade: object) -> None:
    @check("ZZ005", **DEFAULTS)
    def yields(charter: Charter) -> Results:
        """Yields what it is given."""
        yield from results  # type: ignore[misc]

    (outcome,) = run(yields).projects[0].outcomes
    assert (outcome.state, outcome.grade) == (state, grade)


def test_review_checks_run_last_and_see_the_others() -> None:
    seen: list[str] = []

    @check("ZZ006", **DEFAULTS)
    def reviews(outcomes: Outcomes) -> Results:
        """Looks at the others."""
        seen.extend(outcomes.by_code)
        yield from ()

    @check("ZZ007", **DEFAULTS)
    def runs(charter: Charter) -> Results:
        """Runs."""
        yield from ()

    settings = Settings(select=("ZZ",), today=TODAY, isolated=True, cache=False)
    lint_view(MemoryView(stock_files()), settings, registry(pack("reviewing", reviews=reviews, runs=runs)))
    assert seen == ["ZZ007"]


WAIVER = """
waivers:
  - {check: ZZ008, reason: we live with it for now, owner: "@kim", expires: 2026-11-20}
"""


@pytest.mark.parametrize(
    ("waiver", "state"),
    [
        ("", State.FAIL),
        (WAIVER, State.WAIVED),
        (WAIVER.replace("11-20", "11-19"), State.FAIL),
        (WAIVER.replace("expires", "where: src, expires"), State.FAIL),
        (WAIVER.replace("expires", "where: mlproject.yaml, expires"), State.WAIVED),
    ],
)
def test_waivers(waiver: str, state: State) -> None:
    @check("ZZ008", **DEFAULTS)
    def fails(charter: Charter) -> Results:
        """Fails."""
        yield Finding(HERE, Kind.DEFECT, "no")

    report = run(fails, waiver)
    assert report.projects[0].outcomes[0].state is state
    assert bool(report.diagnostics) is (state is State.FAIL)


def a_check(code: str, **fields: object) -> Check:
    base = Check(code, 2, True, Severity.ERROR, "metric", lambda: iter(()), None, True)
    return replace(base, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "stage", "target", "severity", "step"),
    [
        (Kind.FALSE_CLAIM, "exploration", 1, Severity.ERROR, False),
        (Kind.ABSENCE, "exploration", 1, Severity.ERROR, True),
        (Kind.ABSENCE, "prototype", 2, Severity.ERROR, False),
        (Kind.UNMET_PROMISE, "exploration", 1, Severity.INFO, False),
        (Kind.UNMET_PROMISE, "prototype", 2, Severity.WARNING, False),
        (Kind.UNMET_PROMISE, "production", 3, Severity.ERROR, False),
    ],
)
def test_kind_and_stage_decide(kind: Kind, stage: str, target: int, severity: Severity, step: bool) -> None:
    grading, finding = Grading(stage, target, "."), Finding(HERE, kind, "no")
    assert grading.severity(a_check("ZZ009"), finding) is severity
    assert grading.next_step(a_check("ZZ009"), finding) is step


@pytest.mark.parametrize(
    ("fields", "step"),
    [
        ({"dimension": "responsibility"}, False),
        ({"dimension": "responsibility", "gate": False}, True),
        ({"dimension": "monitoring"}, True),
        ({"dimension": "monitoring", "code": "MN003"}, False),
    ],
)
def test_high_risk_owes_responsibility_at_any_stage(fields: dict[str, object], step: bool) -> None:
    finding = Finding(HERE, Kind.ABSENCE, "no")
    check = a_check(str(fields.pop("code", "ZZ009")), level=3, **fields)
    assert Grading("exploration", 1, ".", high_risk=True).next_step(check, finding) is step
    assert Grading("exploration", 1, ".").next_step(check, finding)


ALL = {code: a_check(code, level=level) for level, codes in LADDER.items() for code in codes}


def outcomes(**states: State) -> dict[str, Outcome]:
    found = {code: Outcome(code, State.PASS) for code in ALL}
    return {**found, **{code: Outcome(code, state) for code, state in states.items()}}


@pytest.mark.parametrize(
    ("states", "level"),
    [
        ({}, 4),
        ({"MT013": State.FAIL}, 3),
        ({"MT013": State.CANNOT_TELL}, 3),
        ({"MT013": State.NOT_APPLICABLE}, 4),
        ({"MT013": State.WAIVED}, 4),
        ({"TE004": State.FAIL}, 2),
        ({"CH001": State.FAIL}, 0),
        ({"BL003": State.CANNOT_TELL}, 1),
    ],
)
def test_a_level_needs_all_its_gates(states: dict[str, State], level: int) -> None:
    assert maturity(ALL, outcomes(**states), 2).level == level


def test_one_false_claim_caps_the_whole_project() -> None:
    false = Outcome("DE007", State.FAIL, findings=(Finding(HERE, Kind.FALSE_CLAIM, "no"),))
    found = maturity(ALL, {**outcomes(), "DE007": false}, 2)
    assert (found.level, found.capped_by) == (1, ("DE007",))


def test_strict_counts_waivers_as_failures() -> None:
    assert maturity(ALL, outcomes(MT003=State.WAIVED), 2, strict=True).level == 1
    assert maturity(ALL, outcomes(MT003=State.WAIVED), 2).waived == ("MT003",)


def test_a_gate_without_a_check_is_named_and_never_passed() -> None:
    checks = {code: one for code, one in ALL.items() if code != "MT009"}
    found = maturity(checks, outcomes(), 2)
    assert (found.level, found.not_built) == (1, ("MT009",))


def test_a_gate_that_was_not_selected_is_not_passed() -> None:
    assert maturity(ALL, {"CH001": Outcome("CH001", State.PASS)}, 2).level == 0


def test_every_check_of_the_pack_is_in_order() -> None:
    found = load_packs().checks
    gates = {code for codes in LADDER.values() for code in codes}
    for one in found.values():
        assert one.gate == (one.code in gates), one.code
        if one.gate:
            assert one.code in LADDER[one.level], one.code
        assert one.summary.endswith("."), one.code


def test_a_selection_that_leaves_gates_out_gives_no_level() -> None:
    def level(**options: object) -> object:
        settings = Settings(today=TODAY, isolated=True, cache=False, **options)  # type: ignore[arg-type]
        return lint_view(MemoryView(stock_files()), settings, load_packs()).projects[0].maturity

    assert level(select=("MT",)) is None
    assert level(ignore=("MT003",)) is None
    assert level() is not None


SHARED = (
    "charter: 1\nproject:\n  name: fleet\n  owner: '@acme/ml'\n  archetype: software-2.0\n  stage: exploration\n"
    "  reviewed: 2026-11-20\n"
)


def test_several_charters_stand_in_one_folder() -> None:
    files = {
        "models/base.yaml": SHARED,
        "models/price.mlproject.yaml": "charter: 1\nextends: base.yaml\nmetric: {name: rmse, target: 3.0}\n",
        "models/churn.mlproject.yaml": "charter: 1\nextends: base.yaml\nmetric: {name: recall, target: 2.0}\n",
        "models/train.py": "x = 1\n",
    }
    report = lint_view(MemoryView(files), Settings(today=datetime.date(2026, 11, 20)), load_packs())
    assert [project.path for project in report.projects] == [
        "models/churn.mlproject.yaml",
        "models/price.mlproject.yaml",
    ]
    assert {found.project for found in report.diagnostics if found.code == "MT001"} == {"models/churn.mlproject.yaml"}
    assert not [found for found in report.diagnostics if found.code == "CH001"]
