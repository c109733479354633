"""Whether rows are parted the way the charter says."""

from mlops_lint import (
    Charter,
    Code,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Parting,
    Partings,
    Related,
    Results,
    Serving,
    Severity,
    Shipped,
    Unknown,
    check,
    shuffles,
)  # fmt: skip

HELP = {
    "time": "split at a point in time (`TimeSeriesSplit`, a cut-off date), so that the test comes later",
    "group": "use `GroupKFold` or `GroupShuffleSplit`, so that no group stands on both sides",
    "stratified": "give `stratify=`, or use `StratifiedKFold`",
}


def _strategy(charter: Charter) -> str:
    said = charter.text("data", "splits", "strategy")
    if said is None:
        said = "group" if charter.has("data", "splits", "group_key") else ""
    if said in ("", "random") and charter.text("goal", "task") == "forecasting":
        return "time"
    return said


def _applies(charter: Charter) -> bool | str:
    return _strategy(charter) in HELP or "no order, group or share is to be kept by the split"


@check("DA008", level=2, gate=True, severity=Severity.ERROR, dimension="data", caps=True, when=_applies)
def split_strategy_contradicted(
    charter: Charter, partings: Partings, serving: Serving, shipped: Shipped, code: Code
) -> Results:
    """Rows are not parted by time, by group or in equal shares, as the charter says."""
    strategy = _strategy(charter)
    claim = _claim(charter, strategy)
    defined = charter.text("data", "splits", "defined_in")
    roots = serving.roots_of(defined) if defined else ()
    aside = ".ipynb" if charter.has("model", "trained_by") else "\0"
    named = partings.within(code.reachable(roots)) if roots else []
    idle = not roots or not any(root in shipped.live for root in roots)
    other = [one for one in partings.within(shipped.trained) if not one.at.path.endswith(aside)] if idle else []
    wrong = next((one for found in (named, other) for one in _wrong(strategy, found)), None)
    kept = next((one for one in (*named, *other) if _keeps(strategy, one)), None)
    key = charter.text("data", "splits", "group_key") or ""
    foreign = next((one for one in named if strategy == "group" and key and partings.foreign(one, key)), None)
    if foreign is not None:
        message = f"the split is said to be by {key!r}, and `{foreign.name}` is given {_by(foreign)}"
        yield Finding(
            claim, Kind.FALSE_CLAIM, message, f"give it the column {key!r}", (Related(foreign.at, foreign.by),)
        )
    elif wrong is not None:
        message = f"{_said(charter, strategy)}, and `{wrong.name}` {_does(strategy)}"
        said = Related(wrong.at, "rows are parted here")
        yield Finding(claim, Kind.FALSE_CLAIM, message, HELP[strategy], (said,))
    elif kept is not None:
        yield Evidence(claim, kept.at, Grade.LINKED)
    elif strategy == "stratified" and not named and (at := partings.bare(code.reachable(roots))) is not None:
        message = "the split is said to be stratified, and rows are cut here whatever their label is"
        yield Finding(claim, Kind.FALSE_CLAIM, message, HELP[strategy], (Related(at, "rows are parted here"),))
    elif strategy == "group" and key and roots and not named and (other_key := partings.by_others(roots, key)):
        message = f"the split is said to be by {key!r}, and rows are parted by {other_key[1]!r}"
        said = Related(other_key[0], "rows are parted here")
        yield Finding(claim, Kind.FALSE_CLAIM, message, HELP[strategy], (said,))
    elif roots and not named and (at := partings.parts(code.reachable(roots))) is not None:
        yield Evidence(claim, at, Grade.PRESENT, "parted by hand")
    else:
        at = next((one.at for one in (*named, *other)), None)
        yield Unknown(claim, "how rows are parted cannot be told from the code", at)


def _by(one: Parting) -> str:
    return repr(one.by) if one.by.isidentifier() else one.by


def _claim(charter: Charter, strategy: str) -> Location:
    if charter.has("data", "splits", "strategy") and charter.text("data", "splits", "strategy") == strategy:
        return charter.at("data", "splits", "strategy")
    if strategy == "group":
        return charter.at("data", "splits", "group_key")
    return charter.at("goal", "task")


def _wrong(strategy: str, found: list[Parting]) -> list[Parting]:
    """Those that break it, where none beside them keeps it."""
    if any(_keeps(strategy, one) for one in found):
        return []
    return [one for one in found if _breaks(strategy, one)]


def _breaks(strategy: str, one: Parting) -> bool:
    if strategy == "time":
        return bool(shuffles([one])) and not one.compared
    if strategy == "group":
        return one.grouped is False and not one.kept and one.strategy not in ("predefined", "time")
    return one.stratified is False and one.strategy in ("random", "group")


def _keeps(strategy: str, one: Parting) -> bool:
    """It does, or may do, what is said."""
    if strategy == "time":
        return one.strategy == "time"
    if strategy == "group":
        return one.grouped is not False or one.kept
    return one.stratified is not False


def _does(strategy: str) -> str:
    return {
        "time": "deals rows out regardless of their time",
        "group": "knows no groups",
        "stratified": "keeps no shares",
    }[strategy]


def _said(charter: Charter, strategy: str) -> str:
    if strategy == "time" and charter.text("data", "splits", "strategy") != "time":
        return "the task is forecasting"
    return (
        "the split is said to be stratified" if strategy == "stratified" else f"the split is said to be by {strategy}"
    )
