"""`mlops-lint evidence`: every practice, with the places that show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from mlops_lint.i18n import _
from mlops_lint.report.canvas import Canvas, pad
from mlops_lint.report.practices import RISKS, place
from mlops_lint.results import PracticeReport, ProjectReport

ORDER = tuple(
    "docs_problem_statement docs_metric_target metric_computed baseline_implemented held_out_split data_versioned "
    "data_validation model_versioned pinned_deps seeds_fixed experiment_tracking pipeline_defined has_tests "
    "tests_cover_data tests_cover_model has_ci ci_runs_tests ci_runs_lint serving_code monitoring rollback_or_canary "
    "fairness_evaluated explainability model_card license".split()
)
"""From the problem to the papers; what is not named here comes after."""

RISKY = (*(name for _label, name in RISKS), "model_binary_in_git")
PLACES = 3

Row: TypeAlias = tuple[str, PracticeReport]


def evidence(canvas: Canvas, project: ProjectReport, *, verbose: bool) -> None:
    """What is there, what is risky, what cannot be told, and what was not found."""
    rows = sorted(project.practices.items(), key=_rank)
    broad = max((len(name) for name, practice in rows if practice.evidence), default=0)
    groups = (
        (_("Shown"), "good", [row for row in rows if _state(row) == "present" and row[0] not in RISKY]),
        (_("Risks shown"), "warning", [row for row in rows if _state(row) == "present" and row[0] in RISKY]),
        (_("Cannot be told"), "warning", [row for row in rows if _state(row) == "unclear"]),
        (_("Not found"), "quiet", [row for row in rows if _state(row) == "absent"]),
    )
    for title, style, group in groups:
        if group:
            canvas.line("  ", (f"{title} ({len(group)})", style))
            _group(canvas, group, broad, PLACES if not verbose else None)
            canvas.blank()
    if not rows:
        canvas.line("  ", _("No practices were looked at."))
        canvas.blank()
    counts = [practice.state for _name, practice in rows]
    canvas.line(
        _("{present} present, {absent} absent, {unclear} unclear").format(
            present=counts.count("present"), absent=counts.count("absent"), unclear=counts.count("unclear")
        )
    )


def _group(canvas: Canvas, group: Sequence[Row], broad: int, most: int | None) -> None:
    """A row a place; the names that have none together at the end."""
    for name, practice in group:
        if practice.evidence:
            _places(canvas, name, practice, broad, most)
    bare = [name for name, practice in group if not practice.evidence]
    if bare:
        canvas.prose("    ", (", ".join(bare), "quiet"), indent=4)


def _places(canvas: Canvas, name: str, practice: PracticeReport, broad: int, most: int | None) -> None:
    places: dict[str, list[str]] = {}
    for item in practice.evidence:
        places.setdefault(place(item.place) if item.place is not None else "", []).append(item.detail)
    shown = list(places.items())[:most]
    for index, (where, details) in enumerate(shown):
        left = len(places) - len(shown) if index == len(shown) - 1 else 0
        told = ", ".join(dict.fromkeys(filter(None, details)))
        label = pad(name if not index else "", broad)
        gap = "  " if where and told else ""
        more = f"  +{left}" if left else ""
        canvas.prose("    ", label, "  ", (where, "place"), f"{gap}{told}", (more, "quiet"), indent=broad + 8)


def _state(row: Row) -> str:
    return row[1].state


def _rank(row: Row) -> tuple[int, str]:
    return ORDER.index(row[0]) if row[0] in ORDER else len(ORDER), row[0]
