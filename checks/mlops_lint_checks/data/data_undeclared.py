"""Whether training and scoring read data that the charter does not know of."""

from mlops_lint import (
    Charter,
    Code,
    DeclaredData,
    Evidence,
    Finding,
    Grade,
    Kind,
    Read,
    Related,
    Results,
    Severity,
    Unknown,
    check,
)  # fmt: skip

NOUNS = {"path": "the file", "uri": "", "table": "the table", "dataset": "the data set"}
HELP = "declare it under `data.sources`, with what keeps its version"


def _applies(charter: Charter, code: Code) -> bool | str:
    if charter.items("data", "sources") == 0:
        return "the charter names no data source"
    return bool(code.modules) or "there is no Python code"


@check("DA001", level=2, gate=True, severity=Severity.ERROR, dimension="data", when=_applies)
def data_undeclared(charter: Charter, declared: DeclaredData) -> Results:
    """Code that trains or scores reads data that no source of the charter declares."""
    known, strange, unclear = declared.sorted
    claim = charter.key_at("data", "sources")
    seen: dict[str, Read] = {}
    for read in strange:
        if seen.setdefault(read.what, read) is read:
            yield _finding(charter, read)
    if strange:
        return
    if unclear and not known:
        yield Unknown(claim, "what is read here cannot be told", unclear[0])
    elif known:
        yield Evidence(claim, known[0].at, Grade.LINKED)
    else:
        yield Evidence(claim, claim, Grade.STATED, "training reads no other data")


def _finding(charter: Charter, read: Read) -> Finding:
    what = f"{NOUNS[read.kind]} {read.what}".strip()
    message = f"{what} is read by code that trains or scores, and no source declares it"
    return Finding(charter.key_at("data", "sources"), Kind.FALSE_CLAIM, message, HELP, (Related(read.at, "read here"),))
