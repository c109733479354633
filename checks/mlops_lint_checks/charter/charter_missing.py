from mlops_lint import CharterFile, Evidence, Finding, Grade, Kind, Location, Results, Severity, check


@check("CH001", level=1, gate=True, severity=Severity.ERROR, dimension="problem")
def charter_missing(file: CharterFile) -> Results:
    """There is no charter: nobody has said what this project is for."""
    place = Location(file.path)
    if file.present:
        yield Evidence(place, place, Grade.PRESENT)
        return
    yield Finding(
        place,
        Kind.ABSENCE,
        f"no charter: {file.path} does not exist",
        help="`mlops-lint init` drafts one from what this repository already shows",
    )
