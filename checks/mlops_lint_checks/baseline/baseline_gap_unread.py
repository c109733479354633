"""What the training score, the test score and the baseline say together, and whether anybody wrote it down."""

import re

from mlops_lint import (
    Broken,
    Charter,
    Companions,
    Evidence,
    FileTarget,
    Finding,
    FolderTarget,
    Grade,
    HeadingTarget,
    Kind,
    Location,
    Metrics,
    Number,
    Pointers,
    Recorded,
    Related,
    RepoView,
    Results,
    Severity,
    Unknown,
    beats,
    check,
)
from mlops_lint import Unreadable as Unread

GAP = 0.1
"""Far above, for a metric that ends at 1."""
RATIO = 1.5
"""Far above, for an error without an end."""
_NOTED = re.compile(
    r"over-?fit|under-?fit|memori[sz]|generali[sz]|train(?:ing)?[- ](?:and|vs\.?|versus|score|set|rows|recall|loss|"
    r"error|accuracy|performance)|on (?:the )?train|"
    r"(?:bias|variance)[ -](?:and|trade|problem)|high variance|learning curve|"
    r"regulari[sz]|\bgap\b|과적합|과소적합|학습 데이터|일반화",
    re.IGNORECASE,
)


def _applies(charter: Charter, companions: Companions) -> bool | str:
    pointer = charter.text("metric", "recorded_in")
    if pointer is None:
        return "no value of the model is recorded"
    return companions.train(pointer) is not None or "no score of the training rows is recorded beside it"


@check("BL005", level=3, gate=False, severity=Severity.INFO, dimension="metric", when=_applies)
def baseline_gap_unread(
    charter: Charter, recorded: Recorded, metrics: Metrics, companions: Companions, pointers: Pointers, view: RepoView
) -> Results:
    """The training score is far above the test score, or both are under the baseline, and no note says why."""
    pointer, name = charter.text("metric", "recorded_in") or "", charter.text("metric", "name") or ""
    test, train = recorded.number(pointer), companions.train(pointer)
    known = metrics.get(name)
    direction = charter.text("metric", "direction") or (known.direction if known else "")
    if test is None or train is None or direction not in ("maximize", "minimize"):
        return
    claim, high = charter.at("metric", "recorded_in"), known.high if known else None
    pattern = _overfit(test.value, train.value, direction, high) or _underfit(charter, recorded, test, train, direction)
    if not pattern:
        yield Evidence(claim, train.at, Grade.AGREED, f"training rows: {train.value:g}")
        return
    noted = _noted(charter, pointers, view)
    if isinstance(noted, Location):
        yield Evidence(claim, noted, Grade.PRESENT)
    elif noted:
        yield Unknown(claim, f"{pattern}, and {noted}", train.at)
    else:
        yield Finding(
            claim, Kind.ABSENCE, f"{name}: {pattern}, and no note says what that means",
            help="write into the error analysis (`analysis.errors_in`) what it means, and the next step",
            related=(Related(test.at, f"the metric: {test.value:g}"), Related(train.at, f"training: {train.value:g}")),
        )  # fmt: skip


def _overfit(test: float, train: float, direction: str, high: float | None) -> str:
    scale = 100 if high == 1 and max(abs(test), abs(train)) > 1 else 1
    if high == 1 and scale == 100 and min(abs(test), abs(train)) <= 1:
        return ""  # a percentage beside a fraction
    if high == 1:
        far = (train - test if direction == "maximize" else test - train) / scale > GAP
    else:
        far = direction == "minimize" and 0 < train * RATIO < test
    return f"{train:g} on the training rows against {test:g}" if far else ""


def _underfit(charter: Charter, recorded: Recorded, test: Number, train: Number, direction: str) -> str:
    text = charter.text("baseline", "recorded_in")
    base = recorded.number(text)
    value = base.value if base is not None else charter.number("baseline", "score") if text is None else None
    if value is None or charter.text("baseline", "metric") not in (None, charter.text("metric", "name")):
        return ""
    worse = all(beats(value, one, None, direction) for one in (test.value, train.value))
    return f"{train.value:g} on the training rows is below the baseline's {value:g} too" if worse else ""


def _noted(charter: Charter, pointers: Pointers, view: RepoView) -> Location | str:
    """Where the error analysis speaks of it; a text says why that cannot be told, empty where it does not."""
    pointer = charter.text("analysis", "errors_in")
    if pointer is None:
        return ""
    target = pointers.resolve(pointer, "ref")
    if isinstance(target, Broken):
        return f"`{pointer}` {target.reason} (CH005)"
    if not isinstance(target, FileTarget | FolderTarget | HeadingTarget):
        return f"`{pointer}` is not read"
    for path in target.files if isinstance(target, FolderTarget) else [target.path]:
        try:
            lines = view.read(path).decode("utf-8", "replace").split("\n")
        except Unread:
            return f"{path} cannot be read"
        for number, line in enumerate(lines, 1):
            if _NOTED.search(line):
                return Location(path, number)
    return ""
