"""Whether the stage is the one that the repository shows."""

import re

from mlops_lint import (
    Broken,
    Charter,
    Code,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Pointers,
    Production,
    Project,
    Related,
    RepoView,
    Results,
    ServingCode,
    Severity,
    Shipment,
    Unknown,
    about_serving,
    check,
)  # fmt: skip

HELP = "set the stage that the project is really in; the target level follows it"
ELSEWHERE = ("library", "edge", "report")
OTHER_CODE = re.compile(r"\.(java|kt|scala|go|rs|ts|js|cs|cpp|cc|c|swift|php|rb|ex|R|r|jl)$")


@check("CH009", level=2, severity=Severity.ERROR, dimension="deployment", caps=True)
def stage_contradicted(
    charter: Charter, production: Production, serving: ServingCode, code: Code, pointers: Pointers, project: Project,
    view: RepoView,
) -> Results:  # fmt: skip
    """The stage says one thing, and what is deployed another."""
    claim, stage = charter.at("project", "stage"), charter.text("project", "stage")
    declared = tuple(project.join(text.partition("#")[0]) for text in charter.texts("deployment", "cd"))
    shipments = production.shipments(declared)
    if stage == "production":
        yield from _served(charter, claim, shipments, production, serving, code, pointers, view)
    elif stage == "retired":
        yield from _retired(claim, [*(one for one in shipments if one.live), *production.pushed(declared)])
    elif stage is not None:
        yield from _early(claim, stage, shipments)


def _early(claim: Location, stage: str, shipments: list[Shipment]) -> Results:
    if not shipments:
        yield Evidence(claim, claim, Grade.STATED)
    elif shipments[0].sure:
        first = shipments[0]
        message = f"the stage is {stage}, and the repository ships to production: {first.what}"
        yield Finding(claim, Kind.FALSE_CLAIM, message, HELP, (Related(first.at, "ships to production"),))
    else:
        reason = f"{shipments[0].what} deploys something, and nothing says whether that is for good"
        yield Unknown(claim, f"{reason}; the name of its environment would settle it", shipments[0].at)


def _retired(claim: Location, shipments: list[Shipment]) -> Results:
    jobs = [one for one in shipments if one.sure]
    if jobs:
        message = f"the project is retired, and still deploys: {jobs[0].what}"
        help_text = "take the job away, or set the stage that the project is really in"
        yield Finding(claim, Kind.FALSE_CLAIM, message, help_text, (Related(jobs[0].at, "still deploys"),))
    elif shipments:
        reason = f"{shipments[0].what} may still deploy the model; nothing says for whom"
        yield Unknown(claim, reason, shipments[0].at)
    else:
        yield Evidence(claim, claim, Grade.STATED)


def _served(
    charter: Charter, claim: Location, shipments: list[Shipment], production: Production, serving: ServingCode,
    code: Code, pointers: Pointers, view: RepoView,
) -> Results:  # fmt: skip
    """In production: somewhere predictions are made for somebody."""
    text = charter.text("deployment", "entrypoint")
    target = pointers.resolve(text, "code") if text else None
    if isinstance(target, Broken):
        yield Unknown(claim, f"`deployment.entrypoint` {target.reason} (CH005)")
        return
    at = _place(serving, code) or production.scheduled() or (shipments[0].at if shipments else None)
    if text or at:
        yield Evidence(claim, at or charter.at("deployment", "entrypoint"), Grade.PRESENT)
    elif batch := production.batch():
        yield Unknown(claim, "this may be the batch job; `deployment.entrypoint` would settle it", batch)
    elif reason := _unclear(charter, code, view):
        yield Unknown(claim, f"no code here makes predictions for anybody, and {reason}")
    else:
        message = "the stage is production, and nothing here serves the model: no service, no batch job, no entrypoint"
        related = (Related(charter.key_at("model"), "the model that nothing serves"),)
        yield Finding(claim, Kind.FALSE_CLAIM, message, f"{HELP}; or declare `deployment.entrypoint`", related)


def _place(serving: ServingCode, code: Code) -> Location | None:
    if serving.state != "absent":
        found = next((shown.at for shown in serving.shown if shown.at), None)
        if found is not None or serving.state == "present":
            return found
    for entry in code.entries():
        name = entry.path.rpartition("/")[2].removesuffix(".py")
        if not code.is_test(entry.path) and not entry.path.endswith(".ipynb") and about_serving(f"{name} {entry.name}"):
            return code.at(entry)
    return None


def _unclear(charter: Charter, code: Code, view: RepoView) -> str:
    if charter.text("deployment", "mode") in ELSEWHERE:
        return f"the model is used as a {charter.text('deployment', 'mode')}"
    if code.unparsed:
        return f"{next(iter(code.unparsed))} cannot be parsed"
    if any(text.startswith("repo:") or "://" in text for text in charter.texts("deployment", "cd")):
        return "another repository deploys it"
    if charter.has("deployment", "image") or charter.has("deployment", "serves"):
        return "an image or an address is said to serve it"
    other = next((path for path in view.entries if OTHER_CODE.search(path)), None)
    return f"{other} is in a language that is not read" if other else ""
