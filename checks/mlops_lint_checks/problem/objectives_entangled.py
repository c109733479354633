"""Whether several objectives are kept apart, or weighed against each other by somebody's decision."""

import math

from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Related,
    Results,
    Severity,
    Weighing,
    check,
)  # fmt: skip

OBJECTIVES = ("goal", "objectives")
HEADS = ("model", "heads")


def _several(charter: Charter) -> bool | str:
    return charter.items(*OBJECTIVES) >= 2 or "there is one objective"


@check("PR007", level=2, severity=Severity.WARNING, dimension="problem", when=_several)
def objectives_entangled(charter: Charter, weighing: Weighing) -> Results:
    """Several objectives share one model, and nobody has said what each is worth."""
    claim = charter.key_at(*OBJECTIVES)
    count = charter.items(*OBJECTIVES)
    weights = [charter.number(*OBJECTIVES, index, "weight") for index in range(count)]
    strays = list(_strays(charter, count))
    yield from strays
    if strays:
        return
    if _apart(charter, count):
        yield Evidence(claim, charter.key_at(*HEADS), Grade.STATED, "each objective has a model of its own")
        return
    given = [weight for weight in weights if weight is not None]
    sums = [found for found in weighing.sums() if any(weight is not None for weight in found.weights)]
    if len(given) < count:
        yield _unweighted(charter, claim, weights, sums[0].at if sums else None)
        return
    known = [found for found in sums if len(found.weights) == count and None not in found.weights]
    wrong = [found for found in known if not _agree([weight or 0.0 for weight in found.weights], given)]
    if wrong and len(wrong) == len(known):
        code = ", ".join(f"{weight:g}" for weight in wrong[0].weights if weight is not None)
        message = f"the objectives weigh {', '.join(f'{weight:g}' for weight in given)} here and {code} in the code"
        at = charter.at(*OBJECTIVES, 0, "weight")
        yield Finding(at, Kind.FALSE_CLAIM, message, "make both say the same", (Related(wrong[0].at, code),))
    else:
        found = next((one.at for one in known if one not in wrong), None)
        yield Evidence(claim, found or claim, Grade.AGREED if found else Grade.STATED)


def _unweighted(charter: Charter, claim: Location, weights: list[float | None], at: Location | None) -> Finding:
    names = [charter.text(*OBJECTIVES, index, "name") or "" for index, one in enumerate(weights) if one is None]
    shared = "share one model" if not charter.has(*HEADS) else "are heads of one artefact"
    message = f"{len(weights)} objectives {shared}, and the charter gives no weight to {', '.join(names)}"
    related: tuple[Related, ...] = ()
    if at is not None:
        message += "; the code does"
        related = (Related(at, "weights that the charter does not name"),)
    return Finding(claim, Kind.ABSENCE, message, "train a model for each, or declare the weights", related)


def _apart(charter: Charter, count: int) -> bool:
    """Whether every objective has an artefact of its own."""
    paths = [charter.text(*HEADS, index, "path") for index in range(charter.items(*HEADS))]
    return len(paths) >= count and None not in paths and len(set(paths)) == len(paths)


def _strays(charter: Charter, count: int) -> Results:
    """Objectives whose head is none of the declared ones."""
    heads = {charter.text(*HEADS, index, "name") for index in range(charter.items(*HEADS))}
    for index in range(count):
        head = charter.text(*OBJECTIVES, index, "head")
        if heads and head is not None and head not in heads:
            message = f"the head {head!r} is none of `model.heads`: {', '.join(sorted(name for name in heads if name))}"
            related = (Related(charter.key_at(*HEADS), "the heads"),)
            yield Finding(charter.at(*OBJECTIVES, index, "head"), Kind.DEFECT, message, "name one of them", related)


def _agree(code: list[float], stated: list[float]) -> bool:
    """The same shares, in any order and scale."""
    one, other = (sorted(weight / sum(each) for weight in each) if sum(each) else [] for each in (code, stated))
    return all(math.isclose(left, right, abs_tol=1e-6) for left, right in zip(one, other, strict=False))
