"""Whether what the charter points to is there."""

from mlops_lint import (
    Broken,
    Charter,
    Evidence,
    Finding,
    FolderTarget,
    Grade,
    Hidden,
    Kind,
    Location,
    Pointers,
    Related,
    RemoteTarget,
    RepoView,
    Results,
    Severity,
    Target,
    Unknown,
    check,
)  # fmt: skip

NO_EVIDENCE = (("data", "sources"), ("model", "path"), ("model", "heads"))
"""What CH006 leaves to checks of its own."""


def _points(charter: Charter) -> bool | str:
    return bool(charter.references()) or "the charter points to nothing"


@check("CH005", level=1, gate=True, severity=Severity.ERROR, dimension="problem", caps=True, when=_points)
def pointer_unresolved(charter: Charter, pointers: Pointers, view: RepoView) -> Results:
    """A path, symbol, value, heading or test that the charter names is not there."""
    for reference in charter.references():
        target = pointers.resolve(reference.text, reference.type)
        route = ".".join(map(str, reference.route))
        if isinstance(target, RemoteTarget) or (isinstance(target, Hidden) and target.elsewhere):
            continue
        if isinstance(target, Hidden):
            yield Unknown(reference.at, f"`{route}`: `{_short(reference.text)}` {target.reason}")
        elif not isinstance(target, Broken):
            yield Evidence(reference.at, _place(target), Grade.PRESENT)
        elif guesses := charter.guesses(*reference.route):
            yield Unknown(
                reference.at, f"`{guesses[0]}` is a guess of `init`, and `{_short(reference.text)}` {target.reason}"
            )
        elif not _on_this_machine(reference.text, reference.route, pointers, view):
            yield _broken(reference.at, reference.text, target)


def _on_this_machine(text: str, route: tuple[str | int, ...], pointers: Pointers, view: RepoView) -> bool:
    """Whether a file is there and git ignores it, which is CH006's to say; data and models are not."""
    path = pointers.files.absolute(text.strip().partition("::")[0].partition("#")[0])
    judged = view.is_git and not view.git_unreadable and bool(view.tracked_paths()) and route[:2] not in NO_EVIDENCE
    return judged and bool(path) and view.on_disk(path or "") and view.ignored(path or "")


def _broken(claim: Location, text: str, target: Broken) -> Finding:
    near = [f"`{other}`" for other in target.near if other != text]
    return Finding(
        claim,
        Kind.FALSE_CLAIM,
        f"`{_short(text)}` {target.reason}",
        help=f"did you mean {' or '.join(near)}?" if near else "point at the real thing, or take the claim away",
        related=(Related(target.at, "looked for here"),) if target.at else (),
    )


def _place(target: Target) -> Location:
    """A folder has no lines: its first file stands for it."""
    if isinstance(target, FolderTarget):
        return Location(target.files[0]) if target.files else target.at
    assert not isinstance(target, RemoteTarget | Broken | Hidden)
    return target.at


def _short(text: str) -> str:
    return text if len(text) <= 120 else text[:117] + "..."
