"""Whether the recorded numbers are those of the code, data and model that are here now."""

from mlops_lint import (
    AgeUnknown,
    Charter,
    Evidence,
    Finding,
    Fresh,
    Freshness,
    Grade,
    Kind,
    Locks,
    ModelAge,
    Pointers,
    Related,
    RepoView,
    Results,
    Severity,
    Unknown,
    check,
)  # fmt: skip


def _applies(charter: Charter, view: RepoView, locks: Locks) -> bool | str:
    if not charter.has("metric", "recorded_in"):
        return "no value of the model is recorded"
    if not view.is_git and not locks.stages:
        return "there is no git history, and no recorded run"
    return bool(view.history() or locks.stages) or "nothing is committed yet"


@check("MT009", level=2, gate=True, severity=Severity.WARNING, dimension="metric", when=_applies)
def metrics_stale(
    charter: Charter, freshness: Freshness, pointers: Pointers, view: RepoView, locks: Locks, age: ModelAge
) -> Results:
    """The metrics file is older than the code, parameters, data or model that it describes."""
    text = charter.text("metric", "recorded_in") or ""
    claim = charter.at("metric", "recorded_in")
    path = pointers.files.absolute(text.partition("#")[0]) if "://" not in text else None
    if path is None or (path not in view.entries and locks.maker(path) is None):
        yield Unknown(claim, f"`{text}` is not in the repository, so its age is not known")
        return
    answer = freshness.of(path)
    if isinstance(answer, AgeUnknown):
        yield Unknown(claim, answer.reason, answer.at)
    elif isinstance(answer, Fresh):
        yield Evidence(claim, answer.at, Grade.AGREED if answer.proven else Grade.PRESENT)
    else:
        shown = ", ".join(dict.fromkeys(one.what for one in answer[:3]))
        more = f" and {len(answer) - 3} more" if len(answer) > 3 else ""
        yield Finding(
            claim, Kind.FALSE_CLAIM, f"{path} is older than what it describes: {shown}{more} changed since",
            help="run the evaluation again, and commit its numbers with the change",
            related=tuple(Related(one.at, one.note) for one in answer[:5]), may_wait=age.within,
        )  # fmt: skip
