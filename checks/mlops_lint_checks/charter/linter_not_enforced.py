"""Whether the charter is held against the repository on every change."""

from mlops_lint import (
    CharterFile,
    Enforced,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Related,
    RepoView,
    Results,
    Severity,
    Unknown,
    check,
)  # fmt: skip

HELP = "run `mlops-lint` in pre-commit and as a step of CI, and let its failure fail the step"


def _git(file: CharterFile, view: RepoView) -> bool | str:
    if not file.present:
        return "no charter"
    return view.is_git or "there is no git repository"


@check("CH010", level=3, severity=Severity.INFO, dimension="collaboration", enforces=True, when=_git)
def linter_not_enforced(file: CharterFile, enforced: Enforced) -> Results:
    """Nothing runs mlops-lint on a change, or its failure passes."""
    claim = Location(file.path)
    live = [run for run in enforced.runs if not run.idle]
    if live:
        grade = Grade.ENFORCED if any(run.where == "CI" for run in live) else Grade.LINKED
        yield Evidence(claim, live[0].at, grade, f"run in {live[0].where}")
    elif enforced.runs:
        first = enforced.runs[0]
        message = f"mlops-lint is run in {first.where}, and stops nothing: {first.idle}"
        yield Finding(claim, Kind.ABSENCE, message, HELP, (Related(first.at, first.idle),))
    elif enforced.hidden:
        reason = "a step of CI that cannot be looked into may run mlops-lint"
        yield Unknown(claim, reason, enforced.hidden[0])
    else:
        message = (
            "nothing holds the charter against the repository on a change: neither pre-commit nor CI runs mlops-lint"
        )
        yield Finding(claim, Kind.ABSENCE, message, HELP)
