"""Whether plain git is made to carry what it carries badly."""

from collections.abc import Iterator, Mapping

from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    ModelBinaryInGit,
    Project,
    Related,
    RepoView,
    Results,
    Severity,
    Stored,
    Versioning,
    check,
)  # fmt: skip

LIMIT = 1_000_000
SAID = 10_000_000
"""The limit for what the charter says is kept in git."""
SHOWN = 5
PICKLES = (".pkl", ".pickle", ".joblib")
"""Data or a model: at such a size neither belongs there."""


def _git(view: RepoView) -> bool | str:
    return view.is_git or "this is no git repository"


@check("DA004", level=2, severity=Severity.WARNING, dimension="data", when=_git)
def large_binary_in_git(
    charter: Charter, stored: Stored, fitted: ModelBinaryInGit, versioning: Versioning, project: Project
) -> Results:
    """A large data or model file is kept in plain git."""
    said = [project.join(path) for path in _claimed(charter)]
    models = {shown.at.path for shown in fitted.shown if shown.at is not None}
    either = {path: size for path, size in stored.models.items() if path.endswith(PICKLES) and (size or 0) > SAID}
    data = {path: size for path, size in {**either, **stored.data}.items() if path not in models}
    sizes = {"data": data, "model": {path: stored.models.get(path) for path in models}}
    clean = True
    for kind, known in sizes.items():
        large = _large(known, said)
        if large:
            clean = False
            yield _finding(kind, large, versioning)
    if clean:
        yield Evidence(Location(charter.path), Location(charter.path), Grade.PRESENT, "no large file is in plain git")


def _claimed(charter: Charter) -> Iterator[str]:
    for index in range(charter.items("data", "sources")):
        path = charter.text("data", "sources", index, "path")
        if path and charter.text("data", "sources", index, "versioned_with") == "git":
            yield path
    model = charter.text("model", "path")
    if model and charter.text("model", "versioned_with") == "git":
        yield model


def _large(known: Mapping[str, int | None], said: list[str]) -> list[tuple[int, str]]:
    """The largest first."""
    found = []
    for path, size in known.items():
        meant = any(path == one or path.startswith(one.rstrip("/") + "/") for one in said)
        if size is not None and size > (SAID if meant else LIMIT):
            found.append((size, path))
    return sorted(found, key=lambda one: (-one[0], one[1]))


def _finding(kind: str, large: list[tuple[int, str]], versioning: Versioning) -> Finding:
    size, path = large[0]
    more = f", and {len(large) - 1} more {kind} file{'s' if len(large) > 2 else ''}" if len(large) > 1 else ""
    tool = "DVC" if versioning.dvc is not None else "Git LFS" if versioning.lfs is not None else "DVC or Git LFS"
    return Finding(
        Location(path), Kind.DEFECT, f"{path} ({size / 1e6:.1f} MB) is kept in plain git{more}",
        f"hand it to {tool}: every clone carries each version of it for ever",
        tuple(Related(Location(other), f"{other_size / 1e6:.1f} MB") for other_size, other in large[1:SHOWN]),
    )  # fmt: skip
