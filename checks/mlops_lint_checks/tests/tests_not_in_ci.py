from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Integration,
    Kind,
    Related,
    Result,
    Results,
    Severity,
    TestClaim,
    TestClaims,
    TestRun,
    Unknown,
    brief,
    check,
)

ORDER = ("run", "maybe", "neutralised", "elsewhen", "filtered", "never")


def _applies(claims: TestClaims, integration: Integration) -> bool | str:
    runs = [run for _, found in integration.runs(claims) for run in found]
    if not runs:
        return "there are no tests that could be run (TE001)"
    if integration.configs and any(run.fare != "never" for run in runs):
        return True
    on_change = integration.on_change or integration.perhaps or integration.unread
    return bool(on_change) or "no continuous integration runs on changes (DE001)"


@check("TE007", level=2, gate=True, severity=Severity.ERROR, dimension="tests", caps=True, when=_applies)
def tests_not_in_ci(charter: Charter, claims: TestClaims, integration: Integration) -> Results:
    """Continuous integration never runs the declared tests, or does not mind when they fail."""
    for claim, runs in integration.runs(claims):
        if not runs:
            continue
        best = min(runs, key=lambda run: ORDER.index(run.fare))
        if best.fare in ("run", "maybe"):
            yield _runs(claim, runs, best, integration)
        elif best.fare == "neutralised":
            yield _neutralised(claim, best)
        elif integration.obstacle:
            at, reason = integration.obstacle
            yield Unknown(claim.at, f"no command of CI is seen to run `{claim.text}`, but {reason}", at)
        else:
            yield _elsewhen(claim, best) if best.fare == "elsewhen" else _never(claim, charter, integration)


def _runs(claim: TestClaim, runs: list[TestRun], best: TestRun, integration: Integration) -> Result:
    missed = [run.path for run in runs if run.fare in ("never", "neutralised")]
    if best.fare == "maybe":
        return Unknown(claim.at, f"{_text(best)} runs the tests, but nothing says what starts it", best.at)
    if not missed or integration.obstacle:
        return Evidence(claim.at, best.at, Grade.LINKED, f"{_text(best)} runs them on a change")
    return Finding(
        claim.at,
        Kind.ABSENCE,
        f"CI runs a part of the tests in `{claim.text}`; {len(missed)} of {len(runs)} files are run by nothing that "
        f"could fail: {_named(missed)}",
        help="run them too, or leave them out on purpose with `--ignore` or a marker",
        related=(Related(best.at, f"what is run: {_text(best)}"),),
        severity=Severity.WARNING,
    )


def _neutralised(claim: TestClaim, run: TestRun) -> Finding:
    off = run.command is not None and run.command.never
    why = "it is switched off" if off else "its failure is ignored"
    return Finding(
        claim.at,
        Kind.FALSE_CLAIM,
        f"the tests in `{claim.text}` hold nothing back: CI has {_text(run)}, but {why}",
        help="take away the `if: false`"
        if off
        else "let them fail: no `continue-on-error`, no `|| true`, and `set -e` in scripts",
        related=(Related(run.at, why),),
    )


def _elsewhen(claim: TestClaim, run: TestRun) -> Finding:
    return Finding(
        claim.at,
        Kind.ABSENCE,
        f"the tests in `{claim.text}` run only by hand or on a schedule ({_text(run)}), not on a change",
        help="run them on `push` and `pull_request` too",
        related=(Related(run.at, "no change starts this"),),
    )


def _never(claim: TestClaim, charter: Charter, integration: Integration) -> Finding:
    stated = charter.has("deployment", "ci")
    configs = sorted(
        integration.on_change or integration.perhaps or integration.configs,
        key=lambda config: -len(integration.commands(config)),
    )
    related = [Related(config.at, f"`{config.path}` runs none of these tests") for config in configs[:2]]
    if stated:
        related.insert(0, Related(charter.at("deployment", "ci"), "what the charter names as its CI"))
    return Finding(
        claim.at,
        Kind.FALSE_CLAIM if stated else Kind.ABSENCE,
        f"CI never runs the tests in `{claim.text}`: no command of {_named([config.path for config in configs])} does",
        help=f"add a step `pytest {claim.text}`",
        related=tuple(related),
    )


def _text(run: TestRun) -> str:
    return f"`{brief(run.command.text)}`" if run.command else "nothing"


def _named(paths: list[str]) -> str:
    shown = ", ".join(f"`{path}`" for path in paths[:3])
    return shown + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
