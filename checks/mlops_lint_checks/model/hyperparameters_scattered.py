"""Whether the parameter file is what training really reads."""

from mlops_lint import (
    Broken,
    Charter,
    Evidence,
    FileTarget,
    Finding,
    Grade,
    Hidden,
    Hyperparameters,
    Kind,
    Pointers,
    Related,
    Results,
    Severity,
    Unknown,
    check,
)

HELP = "read it from the parameters where it is used, or take it out of the file"
SHOWN = 4


def _declared(charter: Charter) -> bool | str:
    return charter.has("model", "params") or "the charter names no parameter file"


@check("MO006", level=2, gate=False, severity=Severity.WARNING, dimension="model", when=_declared)
def hyperparameters_scattered(charter: Charter, pointers: Pointers, hyperparameters: Hyperparameters) -> Results:
    """The parameter file holds keys that the code never reads."""
    pointer = charter.text("model", "params") or ""
    claim = charter.at("model", "params")
    target = pointers.resolve(pointer, "path")
    if not isinstance(target, FileTarget) or target.standin:
        reason = target.reason if isinstance(target, Broken | Hidden) else "is no single file of this repository"
        yield Unknown(claim, f"`{pointer}` {reason}" + (" (CH005)" if isinstance(target, Broken) else ""))
        return
    if hyperparameters.tree(target.path) is None:
        yield Unknown(claim, f"{target.path} is no YAML, JSON or TOML mapping whose keys could be looked for")
        return
    found = hyperparameters.unread(target.path)
    if not found:
        yield Evidence(claim, target.at, Grade.LINKED)
    elif at := hyperparameters.obstacle():
        yield Unknown(claim, f"nothing is seen to read `{found[0].name}`, but {at.path} cannot be parsed", at)
    else:
        names = ", ".join(f"`{one.name}`" for one in found[:SHOWN])
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        related = [Related(one.at, "read by no code") for one in found[:SHOWN]]
        related += [Related(one.literal, f"{one.name} is written here") for one in found[:SHOWN] if one.literal]
        message = f"no code reads {names}{more} of {target.path}"
        yield Finding(claim, Kind.FALSE_CLAIM, message, HELP, tuple(related))
