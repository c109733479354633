from mlops_lint import Charter, CharterFile, Evidence, Finding, Grade, Kind, Location, Results, Severity, check


@check("CH002", level=1, gate=True, severity=Severity.ERROR, dimension="problem")
def charter_invalid(file: CharterFile, charter: Charter | None) -> Results:
    """The charter cannot be read as one: it does not parse, or a key, type or value is wrong."""
    place = Location(file.path)
    if charter is None:
        if file.present:
            reason = file.error.message if file.error else "it holds no mapping of keys to values"
            yield Finding(place, Kind.DEFECT, f"the charter cannot be read: {reason}")
        return
    for problem in charter.problems:
        yield Finding(
            problem.at,
            Kind.DEFECT,
            problem.message,
            help=problem.help,
            related=tuple(problem.related),
            fix=problem.fix,
        )
    if not charter.problems:
        yield Evidence(place, place, Grade.PRESENT)
