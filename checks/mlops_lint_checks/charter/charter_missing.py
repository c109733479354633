import posixpath

from mlops_lint import (
    CharterFile,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Related,
    RepoView,
    Results,
    Severity,
    check,
)

STEMS = ("mlproject", "ml-project", "ml_project")


@check("CH001", level=1, gate=True, severity=Severity.ERROR, dimension="problem")
def charter_missing(file: CharterFile, view: RepoView) -> Results:
    """There is no charter: nobody has said what this project is for."""
    place = Location(file.path)
    if file.present:
        yield Evidence(place, place, Grade.PRESENT)
        return
    near = _near(file.path, view)
    yield Finding(
        place,
        Kind.ABSENCE,
        f"no charter: {file.path} does not exist" + (f", and {near} is not read" if near else ""),
        help=f"rename {near} to {posixpath.basename(file.path)}"
        if near
        else "`mlops-lint init` drafts one from what this repository already shows",
        related=(Related(Location(near), "named almost like a charter"),) if near else (),
    )


def _near(charter: str, view: RepoView) -> str | None:
    """A file beside the charter's place whose name differs in case, in spelling or in `.yml`."""
    folder = posixpath.dirname(charter)
    for path in view.under(folder):
        stem, ending = posixpath.splitext(posixpath.basename(path).lower())
        if posixpath.dirname(path) == folder and stem in STEMS and ending in (".yaml", ".yml"):
            return path
    return None
