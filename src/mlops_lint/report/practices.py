"""What a repository does, as the first run sums it up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mlops_lint.i18n import _
from mlops_lint.model import Location
from mlops_lint.report.canvas import Canvas, cut, pad
from mlops_lint.report.sanitize import width
from mlops_lint.results import PracticeReport, ProjectReport

LABEL = 12
DETAIL = 38
PLACES = 2

ROWS: tuple[tuple[str, str], ...] = (
    ("metric", "metric_computed"),
    ("baseline", "baseline_implemented"),
    ("split", "held_out_split"),
    ("data", "data_versioned"),
    ("model", "model_versioned"),
    ("packages", "pinned_deps"),
    ("seeds", "seeds_fixed"),
    ("tracking", "experiment_tracking"),
    ("pipeline", "pipeline_defined"),
    ("tests", "has_tests"),
    ("CI", "has_ci"),
    ("serving", "serving_code"),
    ("monitoring", "monitoring"),
    ("fairness", "fairness_evaluated"),
    ("explanation", "explainability"),
)
"""What the first run shows: label -> practice."""

VERSIONED = frozenset({"data_versioned", "model_versioned"})
"""Where `none` alone would say that there is no data and no model at all."""

RISKS: tuple[tuple[str, str], ...] = (
    ("leakage", "data_leakage"),
    ("large files", "large_data_in_git"),
    ("secrets", "secrets_committed"),
    ("unsafe load", "unsafe_pickle_or_torch_load"),
    ("fixed paths", "hardcoded_absolute_paths"),
    ("personal", "pii_or_protected_attributes_in_data"),
)
"""Shown only where they are there."""

ADDED: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "has_tests": (("tests_cover_data", "absent", "none touches data"), ("tests_cover_model", "absent", "none runs it")),
    "has_ci": (("ci_runs_tests", "absent", "runs no tests"),),
}
"""Practice -> (other practice, its state, what is then said)."""


def first_run(canvas: Canvas, project: ProjectReport, *, unreadable: bool = False) -> None:
    """No charter yet, or none that can be read: the practices that the repository already shows."""
    if not project.practices:
        missing = _("No charter yet (mlproject.yaml).")
        canvas.prose("  ", _("The charter (mlproject.yaml) cannot be read.") if unreadable else missing, indent=2)
        canvas.blank()
        return
    missing = _("No charter yet (mlproject.yaml). What this repository already shows:")
    broken = _("The charter (mlproject.yaml) cannot be read. What this repository already shows:")
    canvas.prose("  ", broken if unreadable else missing, indent=2)
    rows = [(label, name) for label, name in ROWS if name in project.practices]
    rows += [(label, name) for label, name in RISKS if _state(project, name) == "present"]
    texts = [_told(project, name) for _label, name in rows]
    broad = min(DETAIL, max((width(text) for text in texts), default=0))
    for (label, name), text in zip(rows, texts, strict=True):
        practice = project.practices[name]
        style = {"present": "", "absent": "quiet"}.get(practice.state, "warning")
        room = None if canvas.width is None else canvas.width - LABEL - broad - 6
        detail, gap = cut(text, broad), " " * max(0, broad - width(cut(text, broad)))
        canvas.line("    ", pad(_(label), LABEL), (detail, style), f"{gap}  ", (_shown(practice, room), "place"))
    canvas.blank()


def _told(project: ProjectReport, name: str) -> str:
    practice = project.practices[name]
    words = _words(name, practice)
    if practice.state != "present":
        return words
    added = [_(text) for other, state, text in ADDED.get(name, ()) if _state(project, other) == state]
    return ", ".join(part for part in (words, *added[:1]) if part)


def _shown(practice: PracticeReport, room: int | None) -> str:
    """The first places, as many as there is room for, and how many more there are."""
    places = [place(at) for at in _places(practice)]
    for count in range(min(PLACES, len(places)), 0, -1):
        more = f" +{len(places) - count}" if len(places) > count else ""
        text = ", ".join(places[:count]) + more
        if room is None or width(text) <= room or count == 1:
            return text
    return ""


def _state(project: ProjectReport, name: str) -> str:
    return project.practices[name].state if name in project.practices else ""


def _words(name: str, practice: PracticeReport) -> str:
    details = ", ".join(_unique(evidence.detail for evidence in practice.evidence if evidence.detail))
    if practice.state == "absent":
        return details or (_("none under DVC, LFS or the like") if name in VERSIONED else _("none"))
    if practice.state == "unclear":
        return f"{_('unclear')}: {details}" if details else _("unclear")
    return details or _("present")


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _places(practice: PracticeReport) -> list[Location]:
    return list(dict.fromkeys(evidence.place for evidence in practice.evidence if evidence.place is not None))


def place(at: Location) -> str:
    cell = f" {_('cell {n}').format(n=at.cell)}" if at.cell is not None else ""
    return f"{at.path}{cell}:{at.line}"
