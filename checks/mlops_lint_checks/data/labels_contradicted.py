"""Whether there are labels as the charter says."""

import re

from mlops_lint import (
    Charter,
    Definition,
    Evidence,
    FileTarget,
    Finding,
    FolderTarget,
    Grade,
    Kind,
    LabelledFit,
    Labelling,
    Location,
    Pointers,
    Related,
    Results,
    Serving,
    Severity,
    SymbolTarget,
    Unknown,
    check,
)  # fmt: skip

LABEL = re.compile(r"(?i)(?:^|_)(?:label|target|class|outcome)s?$|^y$")
WORDS = re.compile(r"[^\W_]+")
COLLECTS = re.compile(r"\b(?:collect|gather|record|annotate|label|measure|obtain|buy|survey)\b")
NEEDLESS = re.compile(r"\b(?:no|not|none|never|itself|own|already|without|more|other|another|also|shift\w*|lag\w*)\b")
WITHOUT = frozenset(("none", "unlabelled"))
LABELLED_TASKS = frozenset(
    "binary-classification multiclass-classification multilabel-classification detection segmentation".split()
)
NUMBERS = frozenset(("regression", "ranking"))
OWN_TARGETS = frozenset("forecasting generation retrieval recommendation reinforcement-learning".split())
"""Tasks whose data give a target without any labels."""


def _has_data(charter: Charter) -> bool | str:
    return not charter.has("data", "none_because") or "the charter declares no data"


@check("DA005", level=1, gate=True, severity=Severity.ERROR, dimension="data", caps=True, when=_has_data)
def labels_contradicted(charter: Charter, labelling: Labelling, serving: Serving, pointers: Pointers) -> Results:
    """What the charter says of labels is not what the code does."""
    mapped = charter.has("data", "labels", "status")
    status = charter.text("data", "labels", "status") if mapped else charter.text("data", "labels")
    claim = charter.at("data", "labels", "status") if mapped else charter.at("data", "labels")
    if status is None:
        message = "nothing says whether there are labels"
        yield Finding(claim, Kind.ABSENCE, message, "write `labels: available`, `proxy`, `unlabelled` or `none`")
        return
    if status == "proxy" and not charter.has("data", "labels", "from"):
        message = "labels are a proxy, and nothing says for what or where they come from"
        yield Finding(claim, Kind.ABSENCE, message, "say in `data.labels.from` what stands in for the true label")
    elif status in WITHOUT:
        found = list(_without(charter, labelling, serving, claim, status))
        yield from found
        task = charter.text("goal", "task")
        planned = status != "none" or charter.has("data", "labels", "plan") or task not in LABELLED_TASKS | NUMBERS
        if not planned and not any(isinstance(result, Finding) for result in found):
            message = f"there are no labels for {task}, and no plan to get any"
            yield Finding(claim, Kind.ABSENCE, message, "say in `data.labels.plan` how predictions will be judged")
    elif (column := charter.text("data", "labels", "column") if mapped else None) is not None:
        yield from _column(charter, labelling, serving, pointers, column)
    else:
        yield Evidence(claim, claim, Grade.STATED)


def _without(charter: Charter, labelling: Labelling, serving: Serving, claim: Location, status: str) -> Results:
    """No labels are claimed: is a model fitted on some?"""
    task = charter.text("goal", "task")
    trainer = charter.text("model", "trained_by")
    roots = (serving.roots_of(trainer) if trainer else ()) or labelling.roots()
    fits = _awaited(charter, labelling, roots) if task in OWN_TARGETS else []
    fits = fits if task in OWN_TARGETS else labelling.fits(roots) or labelling.networks(roots)
    fits = fits or (labelling.guided(roots) if task in LABELLED_TASKS else [])
    needed = labelling.losses(roots, open_ones=False) if task in LABELLED_TASKS else None
    if fits or needed:
        label = f" (`{fits[0].label}`)" if fits and fits[0].label else ""
        what = f"`{fits[0].name}` is fitted on labels{label}" if fits else "a loss needs labels"
        yield Finding(
            claim, Kind.FALSE_CLAIM, f"labels are said to be {status!r}, and {what}",
            "say where these labels come from: `available`, or `proxy` with `from`",
            (Related(fits[0].at if fits else needed or claim, "labels are used here"),),
        )  # fmt: skip
    elif task in LABELLED_TASKS and (loss := labelling.losses((*roots, *labelling.roots()), open_ones=True)):
        if given := labelling.scored_labels((*roots, *labelling.roots())):
            message = f"labels are said to be {status!r}, and a loss is given labels out of the data"
            help_text = "say where these labels come from: `available`, or `proxy` with `from`"
            said = (Related(given, "labels are used here"), Related(loss, "the loss"))
            yield Finding(claim, Kind.FALSE_CLAIM, message, help_text, said)
            return
        reason = (
            "this loss is usually given labels, and sometimes targets made from the data; `self-supervised` says so"
        )
        yield Unknown(claim, reason, loss)
    else:
        yield Evidence(claim, claim, Grade.STATED)


def _awaited(charter: Charter, labelling: Labelling, roots: tuple[Definition, ...]) -> list[LabelledFit]:
    """Fits on a column that the plan says is still to be collected."""
    plan = charter.text("data", "labels", "plan") or ""
    spelled = " ".join(WORDS.findall(plan.lower().replace("_", " ")))
    if not COLLECTS.search(spelled) or NEEDLESS.search(spelled):
        return []
    fits = labelling.fits(roots)
    names = [(fit, " ".join(WORDS.findall(fit.label.lower().replace("_", " ")))) for fit in fits]
    return [fit for fit, name in names if len(name) > 3 and f" {name} " in f" {spelled} "]


def _column(charter: Charter, labelling: Labelling, serving: Serving, pointers: Pointers, column: str) -> Results:
    """A label's column is claimed: does anything know it?"""
    claim = charter.at("data", "labels", "column")
    found = labelling.named(column)
    if found is not None:
        yield Evidence(claim, found, Grade.LINKED)
        return
    trainer = charter.text("model", "trained_by")
    roots = (serving.roots_of(trainer) if trainer else ()) or labelling.roots()
    other = next((fit for fit in labelling.fits(roots) if fit.label), None)
    renamed = labelling.renamed(roots)
    tables = _tables(charter, labelling, pointers)
    message = f"no code, schema or table has a column {column!r}"
    if other is not None:
        said = Related(other.at, f"fitted on `{other.label}`")
        yield Finding(
            claim, Kind.FALSE_CLAIM, f"{message}: the model learns `{other.label}`", "name that column", (said,)
        )
    elif renamed is not None and not labelling.code.unparsed:
        said = Related(renamed[0], f"`{renamed[1]}` becomes the labels")
        yield Finding(
            claim, Kind.FALSE_CLAIM, f"{message}: the model learns `{renamed[1]}`", "name that column", (said,)
        )
    elif tables and not labelling.code.unparsed:
        said = Related(tables[0][0], f"columns: {', '.join(tables[0][1][:12])}")
        yield Finding(claim, Kind.FALSE_CLAIM, message, "name the column that holds the label", (said,))
    elif reason := labelling.unclear():
        yield Unknown(claim, f"nothing names {column!r}, but {reason}")
    else:
        yield Unknown(claim, f"nothing names {column!r}, and no table is here whose header could be read")


def _folder(target: FileTarget) -> bool:
    return bool(target.standin) and "." not in target.path.rpartition("/")[2]


def _tables(charter: Charter, labelling: Labelling, pointers: Pointers) -> list[tuple[Location, list[str]]]:
    """The headers of the declared sources, or the columns of their schemas; none where one cannot be read.

    A folder (of photos) may hold the column, and a schema may leave it out: not where a label is among the others.
    """
    found: list[tuple[Location, list[str]]] = []
    partly = False
    for index in range(charter.items("data", "sources")):
        if charter.text("data", "sources", index, "role") in ("corpus", "reference", "examples"):
            continue
        path = charter.text("data", "sources", index, "path")
        target = pointers.resolve(path, "path") if path else None
        if isinstance(target, FolderTarget) or (isinstance(target, FileTarget) and _folder(target)):
            partly = True
            continue
        plain = isinstance(target, FileTarget) and not target.standin
        columns = labelling.columns(target.path) if isinstance(target, FileTarget) and plain else None
        if columns is not None and isinstance(target, FileTarget):
            found.append((Location(target.path), columns))
            continue
        schema = charter.text("data", "sources", index, "schema")
        said = pointers.resolve(schema, "code") if schema else None
        columns = labelling.schema(said.definition) if isinstance(said, SymbolTarget) else None
        if columns is None or not isinstance(said, SymbolTarget):
            return []
        found.append((said.at, columns))
        partly = True
    labelled = any(LABEL.search(name) for _, columns in found for name in columns)
    return found if labelled or not partly else []
