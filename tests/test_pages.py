"""Every check's page is run as its tests."""

from __future__ import annotations

import pytest

from mlops_lint.checks import Check, load_packs
from mlops_lint.testing import Case, PageError, cases, faults, verify

REGISTRY = load_packs()
CHECKS = [REGISTRY.checks[code] for code in sorted(REGISTRY.checks)]


def _cases(check: Check) -> tuple[Case, ...]:
    try:
        return cases(check.doc)
    except PageError:  # reported, with its line, by test_page_is_whole
        return ()


CASES = [pytest.param(check, case, id=f"{check.code}-{case.title}") for check in CHECKS for case in _cases(check)]


@pytest.mark.parametrize(("check", "case"), CASES)
def test_page(check: Check, case: Case) -> None:
    verify(check, case, REGISTRY)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_page_is_whole(check: Check) -> None:
    assert faults(check) == []
