"""The age of the model by the commits that changed what names it."""

import datetime

from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Pointers,
    Related,
    RemoteTarget,
    Results,
    Revisions,
    Severity,
    Today,
    Unknown,
    Versioning,
    check,
)  # fmt: skip

DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


def _declared(charter: Charter) -> bool | str:
    if charter.stage == "retired":
        return "the project is retired"
    if not charter.has("monitoring", "retraining", "max_age"):
        return "the charter names no greatest age of the model"
    return charter.has("model", "path") or charter.has("model", "uri") or "the charter names no model"


@check("MN007", level=4, gate=True, severity=Severity.WARNING, dimension="monitoring", when=_declared)
def model_stale(
    charter: Charter, revisions: Revisions, versioning: Versioning, pointers: Pointers, today: Today
) -> Results:
    """The model in use is older than the charter allows."""
    claim = charter.at("monitoring", "retraining", "max_age")
    text = charter.text("monitoring", "retraining", "max_age") or ""
    limit = _days(text)
    path = charter.text("model", "path")
    if path is None or isinstance(pointers.resolve(path, "path"), RemoteTarget):
        yield Unknown(claim, "the model is kept outside of the repository; its registry knows its age")
        return
    entry = versioning.entry(revisions.project.join(path))
    if limit is None or entry is None:
        yield Unknown(claim, f"nothing that git keeps names `{path}`, so its age cannot be told")
        return
    files = [entry.at.path] if entry.way == "dvc" else [entry.path, *revisions.under(entry.path)]
    dates = [found for file in files if (found := _changed(revisions, file, entry.path)) is not None]
    if not dates:
        yield Unknown(claim, "the history is not here, so the model's age cannot be told", entry.at)
        return
    age = (today.date - max(dates)).days
    if age <= limit:
        yield Evidence(claim, entry.at, Grade.AGREED, f"{max(age, 0)} days old")
        return
    yield _stale(claim, entry.at, age, text, max(dates))


def _stale(claim: Location, at: Location, age: int, text: str, date: datetime.date) -> Finding:
    message = f"the model is {age} days old, and `max_age` is {text}"
    help_text = "train it again, or raise `max_age` and say why"
    said = (Related(at, f"last changed on {date.isoformat()}"),)
    return Finding(claim, Kind.UNMET_PROMISE, message, help_text, said, calendar=True)


def _days(text: str) -> int | None:
    number = text[:-1]
    return int(number) * DAYS[text[-1]] if number.isdigit() and text[-1:] in DAYS else None


def _changed(revisions: Revisions, file: str, model: str) -> datetime.date | None:
    """When the file last changed what it says of the model; None where that lies before the history, or is unknown."""
    positions = revisions.touching(file)
    if not positions:
        return None
    for position in positions:
        change = revisions.change(file, position)
        if not file.endswith("dvc.lock") or change is None or _lock(change.before, model) != _lock(change.after, model):
            return revisions.commits[position].date
    return None if revisions.cut else revisions.commits[positions[-1]].date


def _lock(content: bytes | None, model: str) -> str:
    """The lines of a lock file that stand behind the model's path: its hash and size."""
    lines = (content or b"").decode("utf-8", "replace").split("\n")
    name = model.rpartition("/")[2]
    ends = (f"path: {model}", f"/{name}", f"path: {name}")
    return "\n".join(
        "\n".join(lines[index : index + 5]) for index, line in enumerate(lines) if line.rstrip().endswith(ends)
    )
