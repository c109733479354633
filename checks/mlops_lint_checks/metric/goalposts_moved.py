"""Whether a promise was loosened in the change in which the result got worse."""

import math

from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Goalposts,
    Grade,
    Kind,
    Location,
    Moved,
    Project,
    Recorded,
    Related,
    Results,
    Revisions,
    Severity,
    Unknown,
    check,
)  # fmt: skip

HELP = "add a decision record that says why, or restore the old number"


def _history(revisions: Revisions) -> bool | str:
    return bool(revisions.commits) or "there is no git history"


@check("CH008", level=2, severity=Severity.WARNING, dimension="metric", when=_history)
def goalposts_moved(
    charter: Charter, goalposts: Goalposts, revisions: Revisions, recorded: Recorded, project: Project
) -> Results:
    """A target, margin or budget was loosened with a worse result, and no decision record says why."""
    found = False
    for moved in goalposts.moved():
        found = True
        gone = math.isinf(moved.new.value)
        claim = charter.key_at(*moved.new.route[: 2 if "guardrails" in moved.new.route else -1]) if gone else None
        claim = claim or charter.at(*moved.new.route)
        if moved.better is None or moved.worse is None:
            told = f"{_loosened(moved)}, and the recorded value is not in git's history"
            yield Unknown(claim, f"{told}; a decision record that says why would settle it")
            continue
        pointer = moved.new.pointers[0]
        number = recorded.number(pointer)
        at = number.at if number else Location(project.join(pointer.partition("#")[0]))
        note = f"the recorded value: {moved.better:g} before, {moved.worse:g} after"
        yield Finding(claim, Kind.DEFECT, _message(moved), HELP, (Related(at, note),))
    if not found:
        claim = charter.at("metric", "target")
        if revisions.shallow:
            yield Unknown(claim, "this is a shallow clone: nobody can tell here what was promised before")
        else:
            yield Evidence(claim, claim, Grade.LINKED)


def _loosened(moved: Moved) -> str:
    verb = "lowered" if moved.new.floor else "raised"
    commit = moved.change.commit
    when = f"on {commit.date.isoformat()} ({commit.sha[:7]})" if commit else "in what is not committed yet"
    if math.isinf(moved.new.value):
        return f"{moved.new.what}, {moved.old.value:g}, was taken away {when}"
    return f"{moved.new.what} was {verb} from {moved.old.value:g} to {moved.new.value:g} {when}"


def _message(moved: Moved) -> str:
    how = "in the same change" if moved.together else "in the changes around it"
    return (
        f"{_loosened(moved)}; {how} the result went from {moved.better:g} to {moved.worse:g}, "
        "and no decision record says why"
    )
