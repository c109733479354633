import re

from mlops_lint import (
    Broken,
    Charter,
    Dated,
    Evidence,
    Finding,
    FolderTarget,
    Grade,
    HeadingTarget,
    Hidden,
    Kind,
    Location,
    Pointers,
    Prose,
    Recorded,
    Related,
    RemoteTarget,
    RepoView,
    Results,
    Severity,
    Unknown,
    Unreadable,
    ValueTarget,
    check,
    placeholder,
    without_comments,
)  # fmt: skip

WRITE = "list the ten worst errors and their causes, by slice and by label"
TEXTS = (
    ".md",
    ".markdown",
    ".rst",
    ".txt",
    ".adoc",
    ".org",
    ".ipynb",
    ".html",
    ".json",
    ".csv",
    ".yaml",
    ".yml",
    ".qmd",
)
LEAST = 8
"""Words that say anything at all of errors."""


@check("TM005", level=2, gate=True, severity=Severity.WARNING, dimension="collaboration")
def error_analysis_missing(
    charter: Charter, pointers: Pointers, dated: Dated, recorded: Recorded, prose: Prose, view: RepoView
) -> Results:
    """Nobody has looked at the model's errors, or has since they changed."""
    text = charter.text("analysis", "errors_in")
    if placeholder(text):
        yield Finding(
            charter.key_at("analysis"), Kind.ABSENCE, "no analysis of the model's errors is named",
            help=f"{WRITE}, and name the document as `analysis.errors_in`",
        )  # fmt: skip
        return
    claim, target = charter.at("analysis", "errors_in"), pointers.resolve(text or "", "ref")
    if isinstance(target, Broken):
        yield Unknown(claim, f"`{text}` {target.reason} (CH005)")
        return
    if isinstance(target, RemoteTarget | Hidden):
        yield Unknown(claim, f"`{text}` cannot be read here; a document in the repository would settle it")
        return
    folder = isinstance(target, FolderTarget)
    files = list(target.files) if isinstance(target, FolderTarget) else [target.at.path]
    words = {path: _text(view, path) for path in files if path.lower().endswith(TEXTS) or path.endswith(".py")}
    if words and not folder and len(_words(" ".join(words.values()))) < LEAST:
        yield Finding(claim, Kind.ABSENCE, f"`{text}` holds no analysis", help=WRITE, related=_here(files[0]))
    elif stale := _stale(charter, files, dated, recorded):
        yield Finding(claim, Kind.ABSENCE, *stale)
    elif not words:
        yield Unknown(claim, f"what `{text}` says cannot be read here", Location(files[0]) if files else None)
    else:
        whole = target.at if isinstance(target, HeadingTarget | ValueTarget) else Location(files[0])
        yield _named(charter, recorded, prose, claim, whole, " ".join(words.values()))


def _text(view: RepoView, path: str) -> str:
    try:
        data = view.read(path) if path in view.entries else b""
    except Unreadable:
        return ""
    return without_comments(data.decode("utf-8", "replace")[:200_000])


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W_]+", text.casefold()) if word not in ("todo", "tbd", "tba")]


def _here(path: str) -> tuple[Related, ...]:
    return (Related(Location(path), "nothing is said here"),)


def _stale(
    charter: Charter, files: list[str], dated: Dated, recorded: Recorded
) -> tuple[str, str, tuple[Related, ...]] | None:
    """The analysis is older than the number: by its own date and by git."""
    pointer = charter.text("metric", "recorded_in")
    number = recorded.number(pointer)
    days = [day for path in files for day in (dated.headed(path), dated.committed(path)) if day is not None]
    if number is None or pointer is None or not days:
        return None
    last = max(days, key=lambda day: day.date)
    changed = dated.changed(charter.path, pointer, last.date)
    if changed is None:
        return None
    message = f"the errors were last looked at on {last.date}, and {pointer} has changed on {changed.date}"
    said = (Related(last.at, f"of {last.date}"), Related(number.at, f"changed on {changed.date}"))
    return message, "look at the errors of the model that the number is of", said


def _named(
    charter: Charter, recorded: Recorded, prose: Prose, claim: Location, at: Location, text: str
) -> Evidence | Finding:
    """An analysis in English that names no slice and no label is about something else."""
    slices = charter.texts("metric", "slices")
    keys = [key for path in recorded.numbers(charter.text("metric", "slices_recorded_in")) for key in path.split("/")]
    label = charter.text("data", "labels", "column") if isinstance(charter.get("data", "labels"), dict) else None
    wanted = {_stem(word) for name in [*slices, *keys, label or ""] for word in _words(name)}
    found = {_stem(word) for word in _words(text)}
    plain = prose.read(text[:5_000]).language == "en" and not at.path.endswith(".ipynb")
    if slices and plain and not wanted & found:
        message = f"the analysis of errors names no slice ({', '.join(slices)}) and no label"
        return Finding(claim, Kind.ABSENCE, message, help=WRITE, related=(Related(at, "the analysis"),))
    return Evidence(claim, at, Grade.PRESENT)


def _stem(word: str) -> str:
    return word[:5] if len(word) > 4 else word.removesuffix("s")
