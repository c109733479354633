from collections.abc import Iterable

from mlops_lint import (
    Broken,
    Charter,
    CiConfig,
    Evidence,
    FileTarget,
    Finding,
    Grade,
    Integration,
    Kind,
    Location,
    Pointers,
    Related,
    Results,
    Severity,
    Target,
    Unknown,
    check,
)  # fmt: skip


@check("DE001", level=1, gate=True, severity=Severity.WARNING, dimension="deployment")
def ci_missing(charter: Charter, integration: Integration, pointers: Pointers) -> Results:
    """Nothing is run when somebody proposes or pushes a change."""
    stated = charter.at("deployment", "ci")
    claim = charter.at("project") if stated == Location(charter.path) else stated
    best = next((config for config in integration.on_change if integration.commands(config)), None)
    if integration.on_change:
        config = best or integration.on_change[0]
        yield Evidence(claim, config.at, Grade.LINKED if best else Grade.PRESENT, f"`{config.path}` runs on changes")
    elif integration.perhaps:
        config = integration.perhaps[0]
        yield Unknown(claim, f"`{config.path}` does not say what starts it; its triggers are kept elsewhere", config.at)
    elif integration.unread:
        at, reason = integration.unread[0]
        yield Unknown(claim, reason, at)
    else:
        named = {text: pointers.resolve(text, "ref") for text in charter.texts("deployment", "ci")}
        if obstacle := _obstacle(named, (*integration.configs, *integration.idle)):
            yield Unknown(claim, obstacle)
        else:
            yield _finding(claim, bool(named), integration)


def _obstacle(named: dict[str, Target], configs: Iterable[CiConfig]) -> str:
    read = {config.path for config in configs}
    for text, target in named.items():
        if isinstance(target, Broken):
            return f"`deployment.ci` names `{text}`, which leads nowhere (CH005)"
        if not isinstance(target, FileTarget) or target.path not in read:
            return f"`deployment.ci` names `{text}`, which is of no CI system that is read"
    return ""


def _finding(claim: Location, stated: bool, integration: Integration) -> Finding:
    idle = [Related(config.at, "runs no command of the project") for config in integration.idle]
    late = [Related(config.at, "no push and no pull request starts it") for config in integration.configs]
    files = ", ".join(f"`{config.path}`" for config in integration.configs[:3])
    if late:
        message = f"CI does not run on changes: {files} is started by hand, on a schedule or for a release"
    else:
        message = "there is no continuous integration: nothing runs when a change is pushed"
    return Finding(
        claim,
        Kind.FALSE_CLAIM if stated else Kind.ABSENCE,
        message,
        help="start it on `push` and `pull_request`" if late else "add a workflow that installs and tests the project",
        related=tuple((late or idle)[:3]),
    )
