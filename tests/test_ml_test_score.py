"""The estimate of the ML Test Score, and what enforcement makes of grades."""

from __future__ import annotations

from mlops_lint.checks import load_packs
from mlops_lint.maturity import with_enforcement
from mlops_lint.ml_test_score import TESTS, estimate
from mlops_lint.model import Evidence, Grade, Location, Outcome, State

AT = Location("src/a.py", 3)


def passed(code: str, grade: Grade) -> Outcome:
    return Outcome(code, State.PASS, "", grade, evidence=(Evidence(Location("mlproject.yaml"), AT, grade),))


def every(grade: Grade) -> dict[str, Outcome]:
    return {code: passed(code, grade) for codes in TESTS.values() for code in codes}


def test_the_tests_name_checks_that_exist() -> None:
    assert {code for codes in TESTS.values() for code in codes} <= set(load_packs().checks)
    assert len(TESTS) == 25


def test_words_earn_nothing() -> None:
    assert estimate(every(Grade.PRESENT)).total == 0


def test_half_a_point_for_what_is_linked_and_a_whole_one_for_what_is_enforced() -> None:
    linked, enforced = estimate(every(Grade.LINKED)), estimate(every(Grade.ENFORCED))
    assert linked.sections == {"data": 2.0, "model": 3.5, "infrastructure": 3.5, "monitoring": 3.5}
    assert (linked.total, enforced.total) == (2.0, 4.0)
    assert all(found.at == AT for found in linked.earned)


def test_one_check_that_fails_loses_its_test_alone() -> None:
    outcomes = every(Grade.LINKED) | {"DE009": Outcome("DE009", State.FAIL)}
    assert estimate(outcomes).sections["monitoring"] == 3.0


def test_a_check_that_was_not_run_earns_nothing() -> None:
    outcomes = every(Grade.LINKED)
    del outcomes["TE003"]
    assert "TS-D7" not in [found.test for found in estimate(outcomes).earned]


def test_what_stops_a_change_raises_errors_that_rest_on_more_than_words() -> None:
    checks = load_packs().checks
    outcomes = {
        "CH010": passed("CH010", Grade.ENFORCED),
        "MT003": passed("MT003", Grade.LINKED),
        "PR001": passed("PR001", Grade.STATED),
        "DE009": passed("DE009", Grade.LINKED),
        "MT005": Outcome("MT005", State.FAIL),
    }
    grades = {code: outcome.grade for code, outcome in with_enforcement(checks, outcomes).items()}
    assert grades == {
        "CH010": Grade.ENFORCED,
        "MT003": Grade.ENFORCED,
        "PR001": Grade.STATED,
        "DE009": Grade.LINKED,  # a warning stops nothing
        "MT005": None,
    }
    outcomes["CH010"] = passed("CH010", Grade.LINKED)
    assert with_enforcement(checks, outcomes)["MT003"].grade is Grade.LINKED
