"""Whether rows are held out on which the score is told."""

from mlops_lint import (
    Charter,
    Code,
    Elsewhere,
    Evidence,
    Finding,
    Grade,
    HeldOutSplit,
    Kind,
    Location,
    Partings,
    Related,
    Results,
    Severity,
    Shipped,
    Uncalled,
    Unknown,
    Wiring,
    check,
    definition_of,
)  # fmt: skip

SUPERVISED = frozenset(
    "binary-classification multiclass-classification multilabel-classification regression ranking detection "
    "segmentation forecasting".split()
)
HELD = frozenset(("test", "eval"))
IDLE = frozenset(("tests", "code that nothing calls"))
HELP = "hold rows out once, seeded, and name the code in `data.splits.defined_in`"


def _supervised(charter: Charter) -> bool | str:
    mapped = charter.has("data", "labels", "status")
    status = charter.text("data", "labels", "status") if mapped else charter.text("data", "labels")
    if status in ("none", "unlabelled", "self-supervised"):
        return "there are no labels to score against"
    return charter.text("goal", "task") in SUPERVISED or "nothing is learned from labels here"


@check("DA006", level=2, gate=True, severity=Severity.ERROR, dimension="data", when=_supervised)
def split_undefined(
    charter: Charter, practice: HeldOutSplit, partings: Partings, wiring: Wiring, shipped: Shipped, code: Code
) -> Results:  # fmt: skip
    """No rows are held out for the score, or the code that is said to split does not."""
    defined = charter.text("data", "splits", "defined_in")
    if defined is not None:
        yield _named(charter, defined, partings, wiring, shipped, practice)
        return
    if (claim := _held(charter)) is not None:
        yield Evidence(claim, claim, Grade.STATED, "held out as data of their own")
        return
    claim = charter.key_at("data", "splits")
    places = [shown.at for shown in practice.shown if shown.at is not None]
    if practice.present:
        yield Evidence(claim, places[0] if places else claim, Grade.PRESENT)
    elif practice.state == "unclear" or code.unparsed or not _trains(shipped, code):
        yield Unknown(
            claim, "no split is named, and whether the code splits cannot be told", places[0] if places else None
        )
    else:
        yield Finding(claim, Kind.ABSENCE, "no rows are held out: the score is told on what was learned", HELP)


def _held(charter: Charter) -> Location | None:
    if charter.has("data", "splits", "test"):
        return charter.at("data", "splits", "test")
    for index in range(charter.items("data", "sources")):
        if charter.text("data", "sources", index, "role") in HELD:
            return charter.at("data", "sources", index, "role")
    return None


def _trains(shipped: Shipped, code: Code) -> bool:
    return any(not root.path.endswith(".ipynb") or len(code.modules) == 1 for root in shipped.training)


def _named(
    charter: Charter, defined: str, partings: Partings, wiring: Wiring, shipped: Shipped, practice: HeldOutSplit
) -> Finding | Evidence | Unknown:
    claim = charter.at("data", "splits", "defined_in")
    roots = shipped.serving.roots_of(defined)
    if not roots:
        return Unknown(claim, f"no code is read at `{defined}`")
    found = partings.parts(shipped.code.reachable(roots))
    subject = definition_of(shipped.serving.pointers.resolve(defined, "code"))
    if found is None:
        where = (Related(wiring.at(roots[0]) or claim, "this gives back all rows"),)
        return Finding(claim, Kind.FALSE_CLAIM, f"`{defined}` does not split: it takes no rows apart", HELP, where)
    if subject is not None and (whole := partings.whole(subject)) is not None:
        said = (Related(whole, "all rows beside a part of the same rows"),)
        message = f"`{defined}` holds nothing out: what it gives as a part is in the rest, too"
        return Finding(claim, Kind.FALSE_CLAIM, message, HELP, said)
    if subject is not None and subject.kind == "function" and "." not in subject.qualname:
        answer = wiring.look(subject, shipped.entries)
        if isinstance(answer, Uncalled) or (isinstance(answer, Elsewhere) and answer.where in IDLE):
            if practice.present:
                reason = f"`{defined}` is called by nothing, and something else splits"
                return Unknown(claim, reason, practice.shown[0].at)
            message = f"`{defined}` splits, and nothing that trains or scores calls it"
            return Finding(claim, Kind.FALSE_CLAIM, message, HELP, (Related(found, "never run"),))
    return Evidence(claim, found, Grade.LINKED)
