"""Made-up reports for the tests of the formats."""

from __future__ import annotations

from dataclasses import dataclass

from mlops_lint.model import (
    Confidence,
    Diagnostic,
    Edit,
    Evidence,
    Finding,
    Fix,
    Grade,
    Kind,
    Location,
    NotAnalysed,
    Outcome,
    Related,
    Severity,
    State,
    Unknown,
)
from mlops_lint.results import (
    Dimension,
    Maturity,
    PracticeEvidence,
    PracticeReport,
    ProjectReport,
    Report,
    RunInfo,
    Suppressed,
    Waiver,
)


@dataclass(frozen=True)
class FakeCheck:
    code: str
    name: str
    level: int = 2
    gate: bool = True
    severity: Severity = Severity.ERROR
    dimension: str = "metric"
    summary: str = "The charter's metric is computed nowhere."
    doc: str = "# `metric-not-computed` (MT003)\n\nNothing computes it.\n\n## Why\n\nBecause.\n\n## Examples\n\nNone.\n"


NAMES = {
    "BL003": "baseline-not-beaten",
    "MT003": "metric-not-computed",
    "MT004": "metric-not-recorded",
    "MN005": "alerts-missing",
    "MO101": "unseeded-split",
    "CH001": "charter-missing",
    "DE007": "rollback-missing",
    "SC001": "unsafe-load",
}

CHECKS = {code: FakeCheck(code, name) for code, name in NAMES.items()}

CHARTER = "mlproject.yaml"


def diagnostic(
    code: str = "MT003",
    message: str = "no code computes 'f1'",
    place: Location | None = None,
    severity: Severity = Severity.ERROR,
    project: str = ".",
    new: bool = True,
    next_step: bool = False,
    **finding: object,
) -> Diagnostic:
    found = Finding(
        place or Location(CHARTER, 15, 9, 15, 11),
        Kind.FALSE_CLAIM,
        message,
        **finding,  # type: ignore[arg-type]  # the tests pass Finding's own fields
    )
    name = NAMES.get(code, "some-check")
    return Diagnostic(code, name, severity, found, project, f"f{abs(hash_of(code + message)):x}", new, next_step)


def hash_of(text: str) -> int:
    return sum(ord(character) * (index + 1) for index, character in enumerate(text))


def rich_report() -> Report:
    """One project with everything in it."""
    baseline = diagnostic(
        "BL003",
        "the declared baseline scores higher than the model",
        Location(CHARTER, 21, 16, 21, 42),
        help="do not ship it, or lower the claim",
        related=(
            Related(Location(CHARTER, 21, 16, 21, 42), "0.83 here"),
            Related(Location("metrics/eval.json", 4, 9, 4, 13), "0.81 here"),
        ),
    )
    split = diagnostic(
        "MO101",
        "this split is different on every run",
        Location("notebooks/학습.ipynb", 3, 14, 3, 30, 7),
        Severity.WARNING,
        help="give it a `random_state`, so that scores can be compared",
        fix=Fix("Add `random_state=0`", (Edit(Location("src/a.py", 3, 30, 3, 30), ", random_state=0"),)),
        confidence=Confidence.MEDIUM,
    )
    later = diagnostic("DE007", "no way back to the last model is declared", severity=Severity.INFO, next_step=True)
    outcomes = (
        Outcome("BL003", State.FAIL, findings=(baseline.finding,)),
        Outcome("MO101", State.FAIL, findings=(split.finding,)),
        Outcome(
            "MT003",
            State.PASS,
            grade=Grade.LINKED,
            evidence=(Evidence(Location(CHARTER, 15), Location("src/eval.py", 31, 5), Grade.LINKED, "f1_score"),),
        ),
        Outcome(
            "MT004",
            State.CANNOT_TELL,
            "the score is on a tracking server; record it in a file of the repository",
            unknowns=(Unknown(Location(CHARTER, 16), "the score is on a tracking server", Location(CHARTER, 17)),),
        ),
        Outcome("MN005", State.NOT_APPLICABLE, "not in production"),
    )
    maturity = Maturity(
        1,
        "Declared",
        2,
        capped_by=("BL003",),
        held_by=("BL003", "MT004"),
        dimensions={"quality": Dimension(1, 60), "data": Dimension(2, None)},
        not_built=("DA003", "MO007"),
        next_level=2,
    )
    project = ProjectReport(
        ".",
        "churn",
        "prototype",
        maturity,
        outcomes,
        (Waiver("DE007", "rolled back by hand until the new cluster", "min@example.org", "2027-01-31", False),),
        practices(),
        CHECKS,
    )
    aside = diagnostic("SC001", "pickle.load on a downloaded file", Location("src/load.py", 8, 5), Severity.WARNING)
    return Report(
        "0.1.0",
        RunInfo("0" * 40, False, False, "2026-11-20", "sha256:00", None, 214),
        (project,),
        (split, baseline, later),
        (NotAnalysed("data/big.json", "larger than 1 MB"),),
        (),
        (Suppressed(aside, "our own file", Location("src/load.py", 8, 30)),),
        {
            (CHARTER, None, 21): "  recorded_in: metrics/baseline.json#/f1",
            ("metrics/eval.json", None, 4): '  "f1": 0.81,',
            ("notebooks/학습.ipynb", 7, 3): "훈련, 시험 = train_test_split(표)  # 나눔",
        },
    )


def practices() -> dict[str, PracticeReport]:
    def shown(*items: tuple[str, str, int]) -> tuple[PracticeEvidence, ...]:
        return tuple(PracticeEvidence(detail, Location(path, line)) for detail, path, line in items)

    return {
        "metric_computed": PracticeReport("present", shown(("roc_auc", "src/train.py", 88), ("f1", "src/eval.py", 31))),
        "baseline_implemented": PracticeReport(
            "present", (PracticeEvidence("DummyClassifier", Location("notebooks/01_base.ipynb", 3, cell=7)),)
        ),
        "data_versioned": PracticeReport("unclear", shown(("3 files, 2 under DVC", "data/raw.csv", 1))),
        "has_tests": PracticeReport("present", shown(("11 tests", "tests/test_model.py", 3))),
        "tests_cover_data": PracticeReport("absent"),
        "fairness_evaluated": PracticeReport("absent"),
        "data_leakage": PracticeReport("present", shown(("fitted before the split", "src/train.py", 40))),
    }


def first_report() -> Report:
    """A repository without a charter."""
    missing = diagnostic("CH001", "there is no mlproject.yaml", Location(CHARTER))
    project = ProjectReport(
        ".",
        "churn",
        "",
        Maturity(0, "Undeclared", 1, held_by=("CH001",), next_level=1),
        (Outcome("CH001", State.FAIL, findings=(missing.finding,)),),
        (),
        practices(),
        CHECKS,
        has_charter=False,
    )
    return Report("0.1.0", RunInfo(today="2026-11-20", files=214), (project,), (missing,))
