import datetime
import re

from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Ownership,
    Project,
    Related,
    RepoView,
    Results,
    Severity,
    Today,
    Unknown,
    check,
)  # fmt: skip

OWNED = (("model", "trained_by"), ("deployment", "entrypoint"))
DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
A_YEAR = datetime.timedelta(days=365)


def _in_git(view: RepoView) -> bool | str:
    return (view.is_git and not view.git_unreadable) or "not a git repository, so nobody's commits can be read"


@check("TM001", level=1, gate=True, severity=Severity.WARNING, dimension="collaboration", when=_in_git)
def owner_unreachable(
    charter: Charter, ownership: Ownership, project: Project, view: RepoView, today: Today
) -> Results:
    """The owner is not in CODEOWNERS, or has not committed within the review period."""
    owners = charter.texts("project", "owner")
    claim = charter.at("project", "owner")
    if not owners:
        return
    if ownership.codeowners is not None:
        yield from _listed(charter, claim, owners, ownership, project)
    people = [owner for owner in owners if not ownership.is_team(owner)]
    if people:
        yield from _active(charter, claim, people, ownership, view, today.date)
    elif ownership.codeowners is None and (other := _elsewhere(view)):
        yield Unknown(claim, f"a team has no commits of its own, and `{other}` may say who is asked for reviews")
    elif ownership.codeowners is None:
        message = f"{' '.join(owners)} has no commits of its own, and no CODEOWNERS file asks it for a review"
        help_text = f"add a CODEOWNERS file with the line `/{charter.path} {owners[0]}`"
        yield Finding(claim, Kind.ABSENCE, message, help=help_text)


def _listed(charter: Charter, claim: Location, owners: list[str], ownership: Ownership, project: Project) -> Results:
    others: dict[Related, list[str]] = {}
    named: list[str] = []
    for path in _files(charter, project):
        rule = ownership.rule_for(path)
        if rule is not None and any(ownership.same(owner, listed) for owner in owners for listed in rule.owners):
            yield Evidence(claim, rule.at, Grade.PRESENT)
            continue
        found = f"{rule.pattern} {' '.join(rule.owners)}".strip() if rule else "no line covers it"
        at = rule.at if rule else Location(ownership.codeowners or path)
        others.setdefault(Related(at, found), []).append(path)
        named += rule.owners if rule else ()
    for related, paths in others.items():
        listed = " and ".join(filter(None, [", ".join(paths[:-1]), paths[-1]]))
        message = f"{' '.join(owners)} is not among the code owners of {listed}"
        help_text = _mend(owners[0], paths[0], named, ownership.codeowners or "CODEOWNERS")
        yield Finding(claim, Kind.ABSENCE, message, help=help_text, related=(related,))


def _elsewhere(view: RepoView) -> str:
    """A file of owners that the hosting services do not read where it stands."""
    return next((path for path in sorted(view.entries) if path.rpartition("/")[2] in ("CODEOWNERS", "OWNERS")), "")


def _mend(owner: str, path: str, named: list[str], file: str) -> str:
    """CODEOWNERS knows handles and addresses, no names of people."""
    if "@" in owner:
        return f"add the line `/{path} {owner}` to {file}"
    line = f"add a line with the handle of {owner} to {file}"
    return f"name one of its owners as `project.owner`, such as {named[0]!r}, or {line}" if named else line


def _files(charter: Charter, project: Project) -> list[str]:
    files = [charter.path]
    for route in OWNED:
        text = charter.text(*route) or ""
        if match := re.match(r"([^:#\s]+\.\w+)(?:::|$)", text):
            files.append(project.join(match[1]))
    return list(dict.fromkeys(files))


def _active(
    charter: Charter, claim: Location, people: list[str], ownership: Ownership, view: RepoView, today: datetime.date
) -> Results:
    dates = [date for person in people if (date := ownership.last_commit(person)) is not None]
    if not dates:
        if ownership.codeowners is None:
            yield Unknown(claim, f"no commit is by anybody called {people[0]}; a CODEOWNERS file would settle it", None)
        return
    allowed = _period(charter.text("project", "review_every"))
    if today - max(dates) > allowed and not view.shallow:
        yield Finding(
            claim,
            Kind.ABSENCE,
            f"the last commit of {' or '.join(people)} is of {max(dates).isoformat()}, "
            f"{(today - max(dates)).days} days ago; {allowed.days} are allowed",
            help="name who answers for the model today",
            calendar=True,
        )
    else:
        yield Evidence(claim, claim, Grade.LINKED, f"last commit {max(dates).isoformat()}")


def _period(text: str | None) -> datetime.timedelta:
    match = re.fullmatch(r"(\d{1,5})([dwmy])", text or "")
    return datetime.timedelta(days=int(match[1]) * DAYS[match[2]]) if match else A_YEAR
