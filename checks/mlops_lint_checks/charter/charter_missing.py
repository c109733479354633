import posixpath

from mlops_lint import (
    CharterFile,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Related,
    Results,
    Severity,
    check,
)


@check("CH001", level=1, gate=True, severity=Severity.ERROR, dimension="problem")
def charter_missing(file: CharterFile) -> Results:
    """There is no charter: nobody has said what this project is for."""
    place = Location(file.path)
    if file.present:
        yield Evidence(place, place, Grade.PRESENT)
        return
    name = posixpath.basename(file.path)
    why, remedy = "does not exist", "`mlops-lint init` drafts one from what this repository already shows"
    related: tuple[Related, ...] = ()
    if file.is_folder:
        why, remedy = "is a folder", f"the charter is one file: give the folder another name, and write {name}"
        related = (Related(place, "what it holds is not read as a charter"),)
    elif file.near:
        why, remedy = f"does not exist, and {file.near} is not read", f"rename {file.near} to {name}"
        related = (Related(Location(file.near), "named almost like a charter"),)
    yield Finding(place, Kind.ABSENCE, f"no charter: {file.path} {why}", remedy, related)
