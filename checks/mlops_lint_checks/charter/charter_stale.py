"""Whether the charter was read again in time."""

import datetime
import itertools
from collections.abc import Iterator

from mlops_lint import (
    Change,
    Charter,
    Described,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Related,
    Results,
    Revisions,
    Severity,
    Today,
    Unknown,
    check,
    meant,
)  # fmt: skip

LIMIT = 20
"""Commits to the code that the charter describes; a single one never makes it stale."""
DAYS = {"d": 1, "w": 7, "m": 31, "y": 366}
HELP = "read the charter again, mend what is no longer so, and set `reviewed` in the same change"


def _dated(charter: Charter, revisions: Revisions) -> bool | str:
    if revisions.commits or charter.has("project", "review_every"):
        return True
    return "there is no git history, and the charter does not say how often it is read again"


@check("CH004", level=2, gate=True, severity=Severity.WARNING, dimension="collaboration", when=_dated)
def charter_stale(charter: Charter, revisions: Revisions, described: Described, today: Today) -> Results:
    """The charter was not read again in time, or the code has left it behind."""
    claim = charter.at("project", "reviewed")
    if late := _late(charter, today.date):
        yield Finding(claim, Kind.UNMET_PROMISE, late, HELP, (_every(charter),), calendar=True)
        return
    commits = list(itertools.islice(_commits(revisions, described, charter.path), LIMIT))
    touched = revisions.touching(charter.path)
    if len(commits) >= LIMIT:
        newest, oldest = commits[0], commits[-1]
        message = (
            f"at least {LIMIT} commits changed training, metric or serving code since the charter was last changed"
        )
        note = f"the last of them, on {_day(newest)}; the {LIMIT}th before the end on {_day(oldest)}"
        yield Finding(claim, Kind.ABSENCE, message, HELP, (Related(Location(newest.path), note),), calendar=True)
    elif revisions.shallow and (not touched or touched[0] == len(revisions.commits) - 1):
        yield Unknown(claim, "this is a shallow clone, so nobody can tell what changed since the charter did")
    else:
        yield Evidence(claim, claim, Grade.LINKED if revisions.commits else Grade.STATED)


def _every(charter: Charter) -> Related:
    every = charter.text("project", "review_every")
    return Related(charter.at("project", "review_every"), f"to be read again every {every}")


def _late(charter: Charter, today: datetime.date) -> str:
    reviewed, every = charter.text("project", "reviewed"), charter.text("project", "review_every")
    if reviewed is None or every is None:
        return ""
    age = (today - datetime.date.fromisoformat(reviewed)).days
    if age <= int(every[:-1]) * DAYS[every[-1]]:
        return ""
    return f"the charter was last reviewed on {reviewed}, {age} days ago, and is to be reviewed every {every}"


def _commits(revisions: Revisions, described: Described, charter: str) -> Iterator[Change]:
    """For every commit since the charter's last change that alters what the described code means, one change."""
    last = next(revisions.changes(charter), None)
    if last is None and not revisions.cut:
        return  # no commit holds it: it was written just now
    end = last.position if last is not None else len(revisions.commits)
    if charter in revisions.view.entries and not revisions.view.entries[charter].tracked:
        return
    positions = sorted({at for path in described.files for at in revisions.touching(path) if at < end})
    if len(positions) < LIMIT:
        return
    for position in positions:
        paths = [path for path in described.files if path in revisions.commits[position].objects]
        found = (change for path in paths if (change := revisions.change(path, position)) is not None)
        altered = next((change for change in found if meant(change)), None)
        if altered is not None:
            yield altered


def _day(change: Change) -> str:
    return change.commit.date.isoformat() if change.commit else "today"
