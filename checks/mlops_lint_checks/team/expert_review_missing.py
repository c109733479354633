import datetime
import re

from mlops_lint import (
    Broken,
    Charter,
    Dated,
    Evidence,
    FileTarget,
    Finding,
    FolderTarget,
    Grade,
    HeadingTarget,
    Hidden,
    Kind,
    Location,
    ModelAge,
    Pointers,
    Related,
    RemoteTarget,
    Results,
    Severity,
    SymbolTarget,
    TestTarget,
    Today,
    Unknown,
    ValueTarget,
    check,
    placeholder,
)  # fmt: skip

DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
NO_RECORD = re.compile(r"(?:readme|template|_?index|contributing|\.git\w*)(?:[-_.].*)?|.*template.*", re.IGNORECASE)
ASK = "let the expert look at predictions and their reasons, and add a dated note"


@check("TM004", level=3, gate=True, severity=Severity.WARNING, dimension="collaboration")
def expert_review_missing(charter: Charter, pointers: Pointers, dated: Dated, model: ModelAge, today: Today) -> Results:
    """No expert of the subject reviews the model, or the last review is too old."""
    if placeholder(charter.text("team", "sme", "who")):
        yield Finding(
            charter.key_at("team", "sme"), Kind.ABSENCE, "nobody who knows the subject is named to review the model",
            help="name an expert in `team.sme`, and where the reviews are kept",
        )  # fmt: skip
        return
    place = charter.text("team", "sme", "review_in")
    if place is None:
        yield Finding(
            charter.key_at("team", "sme"), Kind.ABSENCE, "no review by the expert is kept anywhere",
            help=f"{ASK} to a folder that `team.sme.review_in` names",
        )  # fmt: skip
        return
    claim = charter.at("team", "sme", "review_in")
    target = pointers.resolve(place, "ref")
    if isinstance(target, Broken):
        yield Unknown(claim, f"`{place}` {target.reason} (CH005)")
    elif isinstance(target, RemoteTarget | Hidden):
        yield Unknown(claim, f"`{place}` cannot be read here; a dated note in the repository would settle it")
    else:
        yield from _reviewed(charter, claim, _files(target), dated, model, today.date)


def _files(target: FileTarget | FolderTarget | HeadingTarget | SymbolTarget | TestTarget | ValueTarget) -> list[str]:
    if isinstance(target, FolderTarget):
        return [path for path in target.files if not NO_RECORD.fullmatch(path.rpartition("/")[2])]
    return [target.at.path]


def _reviewed(
    charter: Charter, claim: Location, files: list[str], dated: Dated, model: ModelAge, today: datetime.date
) -> Results:
    if not files:
        message = f"`{charter.text('team', 'sme', 'review_in')}` holds no review"
        yield Finding(claim, Kind.ABSENCE, message, help=ASK)
        return
    days = [day for path in files if (day := dated.written(path)) is not None and day.date <= today]
    if not days:
        reason = "no review says when it was written; a date in its name or heading would settle it"
        yield Unknown(claim, reason, Location(files[0]))
        return
    last = max(days, key=lambda day: day.date)
    allowed = _period(charter.text("team", "sme", "every"))
    age = today - last.date
    if allowed is not None and age > allowed:
        yield Finding(
            charter.at("team", "sme", "every"), Kind.FALSE_CLAIM,
            f"the last review is of {last.date}, {age.days} days ago; every {allowed.days} days are declared",
            help=ASK, related=(Related(last.at, f"the last review, of {last.date}"),), calendar=True,
        )  # fmt: skip
    elif model.at is not None and model.changed is not None and model.changed > last.date:
        message = f"the last review is of {last.date}, and the model is newer, of {model.changed}"
        related = (Related(last.at, "the last review"), Related(model.at, f"changed on {model.changed}"))
        yield Finding(claim, Kind.ABSENCE, message, help=ASK, related=related)
    else:
        yield Evidence(claim, last.at, Grade.LINKED, f"reviewed {last.date}")


def _period(text: str | None) -> datetime.timedelta | None:
    match = re.fullmatch(r"(\d{1,5})([dwmy])", text or "")
    return datetime.timedelta(days=int(match[1]) * DAYS[match[2]]) if match else None
