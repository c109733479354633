"""Whether each declared slice has a number, and code that measures it."""

import re
from collections.abc import Iterator

from mlops_lint import (
    Charter,
    Code,
    Evidence,
    Finding,
    Grade,
    Groupings,
    Implementations,
    Kind,
    Leaf,
    Location,
    Reach,
    Recorded,
    Related,
    Results,
    Severity,
    SliceResults,
    Unknown,
    check,
)

_VALUE = re.compile(r"(?:[=:<>]|!=).*")


def _applies(charter: Charter) -> bool | str:
    if charter.has("metric", "slices"):
        return bool(charter.texts("metric", "slices")) or "the list of slices is empty"
    if charter.get("fairness", "people_affected") is not True:
        return "no slices are declared, and no people are said to be affected"
    return True


@check("MT010", level=3, gate=True, severity=Severity.WARNING, dimension="metric", when=_applies)
def slices_missing(
    charter: Charter, results: SliceResults, recorded: Recorded, groupings: Groupings, code: Code,
    implementations: Implementations,
) -> Results:  # fmt: skip
    """A declared slice has no recorded number, or the code never groups by it."""
    if not charter.has("metric", "slices"):
        yield _people(charter)
        return
    pointer = charter.text("metric", "slices_recorded_in")
    claim = charter.at("metric", "slices")
    leaves = results.leaves(pointer) if pointer else []
    if pointer and leaves is None:
        yield Unknown(charter.at("metric", "slices_recorded_in"), recorded.why_not(pointer))
        return
    beside = [leaf for text in _texts(charter) for leaf in _whole(text, results)]
    missing = []
    within = _evaluation(charter, recorded, code, implementations)
    for index, name in enumerate(charter.texts("metric", "slices")):
        at = charter.at("metric", "slices", index)
        leaf = results.of([*(leaves or []), *beside], name)
        if leaf is None:
            missing.append((name, at))
        else:
            yield _grouped(at, name, leaf, groupings, code, within)
    yield from _missing(charter, claim, missing, leaves or [], results)


def _whole(text: str, results: SliceResults) -> list[Leaf]:
    return (results.leaves(text.partition("#")[0] + "#") or []) if "://" not in text else []


def _evaluation(
    charter: Charter, recorded: Recorded, code: Code, implementations: Implementations
) -> Reach | None:  # fmt: skip
    """What runs for the evaluation, where the code that writes the numbers is known."""
    pointers = [charter.text("metric", field) for field in ("slices_recorded_in", "recorded_in")]
    paths = [
        recorded.pointers.files.absolute(text.partition("#")[0]) for text in pointers if text and "://" not in text
    ]
    writers = [write.definition for path in paths if path for write in recorded.writers_of(path) if write.live]
    if not writers:
        return None
    texts = [charter.text("metric", "computed_in"), charter.text("fairness", "evaluated_in")]
    found = [implementations.of(text) for text in texts if text]
    roots = [root for one in found if not isinstance(one, str) for root in one.roots]
    return code.reachable([*writers, *roots])


def _grouped(
    at: Location, name: str, leaf: Leaf, groupings: Groupings, code: Code, within: Reach | None
) -> Finding | Evidence | Unknown:
    column = _VALUE.sub("", name).strip()
    found = groupings.by(column, within)
    if found is not None:
        return Evidence(at, leaf.at, Grade.AGREED, f"{name}: {leaf.value:g}")
    if " " in column or not code.modules:
        return Evidence(at, leaf.at, Grade.PRESENT, f"{name}: {leaf.value:g}")
    if perhaps := groupings.perhaps(within):
        return Unknown(at, f"whether the code groups by {column!r} cannot be told", perhaps.at)
    if code.unparsed:
        path = min(code.unparsed)
        return Unknown(at, f"no code groups by {column!r}, but {path} cannot be parsed", Location(path))
    return Finding(
        at, Kind.FALSE_CLAIM, f"numbers of the slice {name!r} are recorded, and no code that runs groups by it",
        help="compute them in the evaluation, so that they are those of this model",
        related=(Related(leaf.at, f"{leaf.value:g} is recorded here"),),
    )  # fmt: skip


def _missing(
    charter: Charter, claim: Location, missing: list[tuple[str, Location]], leaves: list[Leaf], results: SliceResults
) -> Iterator[Finding | Evidence | Unknown]:
    pointer = charter.text("metric", "slices_recorded_in")
    slices = charter.texts("metric", "slices")
    found = [name for name in slices if name not in {one for one, _ in missing}]
    other = None if results.names(pointer or "", found) else results.others(leaves, slices)
    if missing and other is not None and len(missing) == 1:
        yield Evidence(missing[0][1], other.at, Grade.PRESENT, f"{other.value:g}, of a group")
        return
    if missing and other is not None:
        names = ", ".join(repr(name) for name, _ in missing)
        yield Unknown(missing[0][1], f"which of {names} these groups belong to cannot be told", other.at)
        return
    for name, at in missing if pointer else ():
        related = (Related(leaves[0].at, "other numbers stand here"),) if leaves else ()
        yield Finding(
            at, Kind.FALSE_CLAIM, f"the slice {name!r} has no number under `{pointer}`",
            help="record one number for each group of the slice", related=related,
        )  # fmt: skip
    unread = next((text for text in _texts(charter) if results.leaves(text) is None), None)
    if missing and not pointer and unread:
        yield Unknown(claim, f"numbers of the slices may stand in `{unread}`, which cannot be read here")
    elif missing and not pointer:
        names = ", ".join(repr(name) for name, _ in missing)
        yield Finding(
            claim, Kind.ABSENCE, f"no number of the slice{'s' * (len(missing) > 1)} {names} is recorded",
            help="write one number for each group into the metrics file, and name it: `metric.slices_recorded_in`",
        )  # fmt: skip


def _texts(charter: Charter) -> list[str]:
    texts = [charter.text(block, "recorded_in") for block in ("metric", "fairness")]
    return [text for text in texts if text]


def _people(charter: Charter) -> Finding | Evidence:
    """People are affected: groups of them are slices too."""
    for field in ("recorded_in", "evaluated_in"):
        if charter.has("fairness", field):
            at = charter.at("fairness", field)
            return Evidence(charter.at("fairness", "people_affected"), at, Grade.STATED, "groups of people (RS002)")
    return Finding(
        charter.at("fairness", "people_affected"), Kind.ABSENCE,
        "people are affected, and no slice or group of them is measured on its own",
        help="name the columns that part them (`metric.slices`), and record one number for each group",
    )  # fmt: skip
