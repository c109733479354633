"""Somebody notices when what the model stands on changes."""

from mlops_lint import Charter, Evidence, Finding, Grade, Kind, Results, Severity, Unknown, Updating, Workflows, check


def _used(charter: Charter) -> bool | str:
    return charter.stage == "production" or "the model is not in production"


@check("DE009", level=4, gate=True, severity=Severity.WARNING, dimension="deployment", when=_used)
def dependency_changes_unwatched(charter: Charter, updating: Updating, workflows: Workflows) -> Results:
    """No bot and no scheduled audit watches the packages that serving runs on."""
    place = charter.at("model", "lockfile") if charter.has("model", "lockfile") else charter.at("project", "stage")
    found = updating.watched()
    if found is not None:
        yield Evidence(place, found, Grade.PRESENT)
        return
    hidden = [
        step for step in workflows.ci.opaque if any(word in step.reason for word in ("audit", "secur", "renovate"))
    ]
    if hidden:
        yield Unknown(place, f"{hidden[0].reason}, and may audit the packages", hidden[0].at)
        return
    message = "nobody watches the packages, the base image or the hosted model for changes"
    yield Finding(place, Kind.ABSENCE, message, "enable Dependabot or Renovate, or audit on a schedule")
