"""Whether what the business sees is measured while the model runs, and related to the score that was recorded."""

from mlops_lint import (
    Broken,
    Charter,
    Evidence,
    FileTarget,
    Finding,
    Grade,
    Hidden,
    Implementations,
    Kind,
    Location,
    Online,
    Pointers,
    Related,
    RemoteTarget,
    Result,
    Results,
    Severity,
    Unknown,
    check,
)  # fmt: skip

_DOCUMENTS = (".md", ".rst", ".adoc", ".txt", ".html", ".mdx", ".ipynb")
_LIVE = ("performance", "feedback")


def _applies(charter: Charter) -> bool | str:
    return charter.stage == "production" or f"the project is in {charter.stage}, nothing runs for users"


@check("MT013", level=4, gate=True, severity=Severity.WARNING, dimension="metric", when=_applies)
def online_metric_unlinked(
    charter: Charter, online: Online, pointers: Pointers, implementations: Implementations
) -> Results:
    """No business or online metric is emitted, or nothing relates it to the recorded score."""
    claim = charter.at("goal", "business_metric", "name")
    emitted = _emitted(charter, claim, online, pointers, implementations)
    yield emitted
    if isinstance(emitted, Finding | Unknown):
        return
    yield _related(charter, claim, online, pointers)


def _emitted(
    charter: Charter, claim: Location, online: Online, pointers: Pointers, implementations: Implementations
) -> Result:
    if charter.has("goal", "business_metric", "measured_in"):
        return _measured(charter, pointers, implementations)
    names = [charter.text("goal", "business_metric", "name")]
    if charter.text("metric", "split") == "online":
        names.append(charter.text("metric", "name"))
    for name in names:
        at = online.emitted(name) if name else None
        if at is not None:
            return Evidence(claim, at, Grade.LINKED, f"{name} is named here")
    for index in range(charter.items("monitoring", "hooks")):
        if not isinstance(charter.get("monitoring", "hooks", index), str):
            if charter.text("monitoring", "hooks", index, "kind") == _LIVE[0]:
                return Evidence(claim, charter.at("monitoring", "hooks", index, "kind"), Grade.STATED)
    nowhere = f"{names[0]!r} is measured nowhere: nothing in the code, the jobs or the dashboards emits it"
    return Finding(
        claim, Kind.ABSENCE,
        nowhere if names[0] else "no business metric is named, and no hook watches how well the model does online",
        help="emit it where outcomes become known, and say where (`goal.business_metric.measured_in`)",
    )  # fmt: skip


def _measured(charter: Charter, pointers: Pointers, implementations: Implementations) -> Result:
    text = charter.text("goal", "business_metric", "measured_in") or ""
    claim = charter.at("goal", "business_metric", "measured_in")
    target = pointers.resolve(text, "ref")
    if isinstance(target, Broken):
        return Unknown(claim, f"`{text}` {target.reason} (CH005)")
    if isinstance(target, RemoteTarget | Hidden):
        return Unknown(claim, f"`{text}` lies outside of the repository, so whether it measures is not known")
    if isinstance(target, FileTarget) and not target.path.endswith((".py", ".ipynb")):
        return Evidence(claim, target.at, Grade.PRESENT)
    found = implementations.of(text, "ref")
    if isinstance(found, str):
        at = getattr(target, "at", None)
        return Evidence(claim, at, Grade.PRESENT) if isinstance(at, Location) else Unknown(claim, found)
    if fault := implementations.fault(found):
        name = charter.text("goal", "business_metric", "name") or "the business metric"
        return Finding(
            claim, Kind.FALSE_CLAIM, f"{name!r} is said to be measured in `{found.name}`, and {fault}",
            help=f"call `{found.name}` in a job or in the service", related=(Related(found.at, fault),),
        )  # fmt: skip
    if doubt := implementations.doubt(found):
        return Unknown(claim, f"nothing is seen to call `{found.name}`, but {doubt}", found.at)
    return Evidence(claim, found.at, Grade.LINKED)


def _related(charter: Charter, claim: Location, online: Online, pointers: Pointers) -> Result:
    offline = charter.text("metric", "name") or ""
    for route in (("flywheel", "evidence"), ("goal", "business_metric", "measured_in")):
        text = charter.text(*route)
        target = pointers.resolve(text, "ref") if text else None
        path = getattr(target, "path", "")
        if path.endswith(_DOCUMENTS) and (route[0] == "flywheel" or online.report(path, offline)):
            return Evidence(claim, Location(path), Grade.PRESENT, "the report")
    name = charter.text("goal", "business_metric", "name")
    recorded = (charter.text("metric", "recorded_in") or "").partition("#")[0]
    at = online.related([name] if name else [], offline, [recorded] if recorded else [])
    if at is not None:
        return Evidence(claim, at, Grade.PRESENT, f"beside {offline}")
    return Finding(
        claim, Kind.ABSENCE, f"nothing relates {name or 'an online metric'} to the recorded {offline}",
        help="write both down once per release, in a dated report or a results file (an A/B test, a replay)",
    )  # fmt: skip
