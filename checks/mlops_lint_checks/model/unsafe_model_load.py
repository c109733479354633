"""Whether loading a model can run somebody else's code."""

from mlops_lint import (
    Charter,
    Code,
    Evidence,
    Finding,
    Grade,
    Kind,
    Related,
    Results,
    Severity,
    Unsafe,
    Untrusted,
    check,
)  # fmt: skip

HELP = "use safetensors or `weights_only=True`, or verify a hash before loading"
PIN = "name a fixed `revision` whose code was read"


def _code(code: Code) -> bool | str:
    return bool(code.modules) or "there is no Python code"


@check("SC001", level=2, severity=Severity.ERROR, dimension="model", caps=True, when=_code)
def unsafe_model_load(charter: Charter, untrusted: Untrusted) -> Results:
    """Something from the network or a user is loaded in a way that can run code."""
    found = untrusted.found()
    for one in found:
        yield _finding(one)
    if not found:
        claim = charter.key_at("model")
        yield Evidence(claim, claim, Grade.PRESENT, "nothing from outside is unpickled")


def _finding(one: Unsafe) -> Finding:
    if one.origin is None:
        message = f"`{one.what}` runs code of {one.source}"
        return Finding(one.at, Kind.DEFECT, message, PIN)
    message = f"`{one.what}` can run code, and what it loads comes from {one.source}"
    return Finding(one.at, Kind.DEFECT, message, HELP, (Related(one.origin, f"from {one.source}"),))
