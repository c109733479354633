import re

from mlops_lint import (
    Charter,
    Code,
    Dependencies,
    DependencyFile,
    Evidence,
    Finding,
    Grade,
    Installing,
    Kind,
    Location,
    Project,
    Related,
    RepoView,
    Results,
    Severity,
    Unknown,
    check,
)  # fmt: skip

_LISTS = re.compile(
    r"pyproject\.toml|setup\.cfg|(?:environment|conda)[\w.-]*\.ya?ml|(?:uv|poetry|pdm|pixi)\.(?:lock|toml)|Pipfile(?:\.lock)?|"
    r"conda-lock\.yml|pylock[\w.-]*\.toml|requirements[\w.-]*\.(?:txt|in|lock)"
)
_ASIDE = re.compile(r"(?<![a-z])(?:dev|develop|development|tests?|lint|docs?|ci)(?![a-z])", re.IGNORECASE)
"""Lists of what only the developers need: the others say more of what training runs on."""

HELP = "commit a lock (`uv lock`, `poetry lock`, `pip-compile`, `conda-lock`), or pin every line with `==`"


def _python(code: Code) -> bool | str:
    return bool(code.modules) or "the project has no Python code"


@check("MO005", level=1, gate=True, severity=Severity.ERROR, dimension="model", when=_python)
def environment_unlocked(
    charter: Charter, dependencies: Dependencies, installing: Installing, project: Project, view: RepoView
) -> Results:
    """The environment is not locked: no lock file, no pins, or no Python version."""
    claim = charter.at("model", "lockfile")
    declared = charter.text("model", "lockfile")
    unread = _unread(project, view)
    if declared is not None:
        yield from _declared(claim, project.join(declared), dependencies, installing, view)
    else:
        yield from _any(claim, dependencies, unread)
    if not unread:
        yield from _apart(claim, installing, Kind.ABSENCE if declared is None else Kind.FALSE_CLAIM)
    if (python := installing.older_python()) is not None:
        has, wants, image, said = python
        message = f"the image brings Python {has}, and the project asks for {wants} or later"
        related = (Related(image, f"Python {has}"), Related(said, f"{wants} or later"))
        yield Finding(image, Kind.DEFECT, message, "take an image with the Python that is asked for", related)
    if dependencies.files and dependencies.python_version is None and not unread:
        place = Location(dependencies.files[0].path)
        yield Finding(
            place,
            Kind.ABSENCE,
            "no file says which Python version the project runs on",
            help="add `requires-python` to pyproject.toml, or a `.python-version`",
            related=(Related(place, "the dependencies, with no Python version"),),
            severity=Severity.WARNING,
        )


def _declared(
    claim: Location, path: str, dependencies: Dependencies, installing: Installing, view: RepoView
) -> Results:
    file = next((found for found in dependencies.files if found.path == path), None)
    if file is None and path not in view.entries:
        yield Unknown(claim, f"{path} is not there (CH005), so nothing that it would hold can be told")
    elif file is None:
        yield Unknown(claim, f"{path} is no lock or requirements file that the linter can read")
    elif Installing.exact(file) and not installing.loose(file):
        yield Evidence(claim, Location(file.path), Grade.PRESENT)
    else:
        yield _loose(claim, file, Kind.FALSE_CLAIM)


def _apart(claim: Location, installing: Installing, kind: Kind) -> Results:
    """What is locked is not what is asked for, imported or installed."""
    ways = (
        (installing.not_locked(), "{} is asked for, and {} does not hold it", "write the lock anew, and commit it"),
        (
            installing.not_listed(),
            "{} is imported, and {} does not hold it",
            "add it to the requirements, and lock again",
        ),
        (installing.images(), "the image installs {}, and not what {} holds", "install the lock in the image"),
    )
    for found, said, mend in ways:
        every = list(found)
        if every:
            more = f" and {len(every) - 1} more" if len(every) > 1 else ""
            related = tuple(Related(one.at, one.what.strip("`")) for one in every[:5])
            place = claim if kind is Kind.FALSE_CLAIM else every[0].at
            yield Finding(place, kind, said.format(every[0].what + more, every[0].lock), mend, related)


def _unread(project: Project, view: RepoView) -> str | None:
    """A file that may list what the code needs, and that could not be read."""
    broken = (gap.path for gap in view.notices if project.owns(gap.path))
    return min((path for path in broken if _LISTS.fullmatch(path.rpartition("/")[2])), default=None)


def _any(claim: Location, dependencies: Dependencies, unread: str | None) -> Results:
    locked = next((file for file in dependencies.files if Installing.exact(file)), None)
    if locked is not None:
        yield Evidence(claim, Location(locked.path), Grade.PRESENT)
        return
    if unread is not None:
        yield Unknown(claim, f"no lock was found, but {unread} cannot be read", Location(unread))
        return
    listed = [file for file in dependencies.files if file.requirements]
    listed = [file for file in listed if not _ASIDE.search(file.path)] or listed
    if listed:
        yield _loose(claim, max(listed, key=lambda file: len(file.requirements)), Kind.ABSENCE)
    else:
        yield Finding(claim, Kind.ABSENCE, "no file lists what the code needs to run", help=HELP)


def _loose(claim: Location, file: DependencyFile, kind: Kind) -> Finding:
    """What the charter claims is refuted at the claim; what is merely missing stands where it is missing."""
    loose = [item for item in file.requirements if not item.pinned]
    first = loose[0] if loose else None
    count = f"{len(loose)} of {len(file.requirements)} packages in {file.path} have no exact version"
    said = f"`model.lockfile` names {file.path}, which is no lock: " if kind is Kind.FALSE_CLAIM else ""
    related = (
        (Related(first.at, f"{first.name} {first.specifier}".strip()),)
        if first
        else (Related(Location(file.path), "the file"),)
    )
    place = claim if kind is Kind.FALSE_CLAIM else related[0].at
    return Finding(place, kind, said + count, help=HELP, related=related)
