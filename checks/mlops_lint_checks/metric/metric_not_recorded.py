"""The metric's number stands where the charter says, and something writes it there."""

from mlops_lint import (
    Charter,
    Code,
    Definition,
    Evidence,
    Finding,
    Kind,
    Location,
    NeverRun,
    Nobody,
    Origins,
    Perhaps,
    Promised,
    Recorded,
    Related,
    Results,
    Severity,
    Shipped,
    Unknown,
    ValueTarget,
    Writer,
    WritesOther,
    check,
    significant,
)  # fmt: skip

MIN_DIGITS = 3
"""A number of fewer digits may be a start value that happens to be the result."""


def _applies(charter: Charter, code: Code) -> bool | str:
    if not charter.has("metric", "name"):
        return "the charter names no metric"
    return True if code.modules or code.unparsed else "there is no Python code"


@check("MT004", level=2, gate=True, severity=Severity.ERROR, dimension="metric", caps=True, when=_applies)
def metric_not_recorded(
    charter: Charter, recorded: Recorded, origins: Origins, shipped: Shipped, code: Code
) -> Results:  # fmt: skip
    """The metric's value is not recorded, is no number, or nothing writes it."""
    if not charter.has("metric", "recorded_in"):
        yield Finding(
            charter.at("metric", "name"),
            Kind.ABSENCE,
            f"nothing says where the value of {charter.text('metric', 'name')!r} is recorded",
            help="write it into a small file, and name the place: `recorded_in: metrics/eval.json#/test/NAME`",
        )
        return
    routes: list[tuple[str | int, ...]] = [("metric", "recorded_in")]
    routes += [("metric", "guardrails", i, "recorded_in") for i in range(charter.items("metric", "guardrails"))]
    told: set[str] = set()
    aside = _answering(charter, shipped, code)
    for route in routes:
        text = charter.text(*route)
        for result in _recorded(text, charter.at(*route), recorded, origins, aside) if text else ():
            if not isinstance(result, Finding) or result.message not in told:
                yield result  # one file that nobody writes is told once
            told |= {result.message} if isinstance(result, Finding) else set()


def _answering(charter: Charter, shipped: Shipped, code: Code) -> frozenset[Definition]:
    """What runs while users are answered, and neither trains nor scores: its files are no results."""
    texts = [charter.text("deployment", field) for field in ("entrypoint", "predicts_in")]
    served = code.reachable(root for text in texts if text for root in shipped.serving.roots_of(text))
    return frozenset(one for one in served.definitions if one.kind == "function" and one not in shipped.scored)


def _recorded(
    text: str, claim: Location, recorded: Recorded, origins: Origins, aside: frozenset[Definition]
) -> Results:  # fmt: skip
    target = recorded.target(text)
    if not isinstance(target, ValueTarget):
        yield Unknown(claim, recorded.why_not(text))
    elif target.number is None:
        yield _no_number(text, claim, target)
    else:
        yield from _written(text, claim, target, origins, aside)


def _no_number(text: str, claim: Location, target: ValueTarget) -> Finding:
    keys = getattr(target.node, "keys", None)
    held = ", ".join(list(keys())[:5]) if keys else ""
    value = getattr(target.node, "text", "")
    what = f"a mapping with {held}" if held else repr(value[:40]) if value else "no single value"
    return Finding(
        claim,
        Kind.FALSE_CLAIM,
        f"`{text}` is no number: it is {what}",
        help=f"point at the number itself: `{text.rstrip('/')}/{held.split(', ')[0]}`"
        if held
        else "record a number there",
        related=(Related(target.at, f"{what} stands here"),),
    )


def _written(
    text: str, claim: Location, target: ValueTarget, origins: Origins, aside: frozenset[Definition]
) -> Results:  # fmt: skip
    fragment = text.partition("#")[2].strip("/")
    keys = tuple(part.replace("~1", "/").replace("~0", "~") for part in fragment.split("/") if part)
    tree = target.path.endswith((".json", ".yaml", ".yml")) and not any(key.lstrip("-").isdecimal() for key in keys)
    origin = origins.of(target.path, keys if tree else (), aside)
    stands = Related(target.at, f"{target.number:g} stands here")
    if (
        isinstance(origin, Writer)
        and origin.constant == target.number
        and significant(f"{target.number}") >= MIN_DIGITS
    ):
        yield Finding(
            claim, Kind.FALSE_CLAIM, f"the code writes {target.number:g} as a constant: nothing measures it",
            help="write what the evaluation computes", related=(Related(origin.at, "written here"), stands),
        )  # fmt: skip
    elif isinstance(origin, Writer):
        yield Evidence(claim, origin.at, origin.grade, f"{target.path} is written by {origin.what}")
    elif isinstance(origin, Perhaps):
        yield Unknown(claim, f"what writes {target.path} cannot be told: {origin.reason}", origin.at)
    elif isinstance(origin, NeverRun):
        yield Finding(
            claim, Kind.FALSE_CLAIM, f"only `{origin.name}` writes {target.path}, and nothing calls it",
            help=f"call `{origin.name}` from the evaluation", related=(Related(origin.at, "never reached"), stands),
        )  # fmt: skip
    elif isinstance(origin, WritesOther):
        held = ", ".join(origin.keys[:6]) or "nothing of that name"
        yield Finding(
            claim, Kind.FALSE_CLAIM, f"the code that writes {target.path} writes {held}, and nothing under /{fragment}",
            help="write the metric there, or point `recorded_in` at what the evaluation writes",
            related=(Related(origin.at, f"writes {held}"), stands),
        )  # fmt: skip
    elif isinstance(origin, Promised):
        yield Finding(
            claim, Kind.FALSE_CLAIM,
            f"{origin.kind} {origin.stage!r} names {target.path}, and its script never writes it",
            help=f"write the file there, or record the number of {origin.other}",
            related=(Related(origin.at, "named as an output"), Related(origin.wrote, f"writes {origin.other}"), stands),
        )  # fmt: skip
    elif isinstance(origin, Nobody):
        yield Finding(
            claim, Kind.FALSE_CLAIM, f"nothing writes {target.path}: no code, stage or command names it",
            help="write the file from the evaluation, so that the number is the one that the code gives",
            related=(stands,),
        )  # fmt: skip
