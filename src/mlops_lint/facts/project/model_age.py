"""How old the model is by the commits that changed what names it, and how old the charter lets it be."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.model_pinned import pinned
from mlops_lint.facts.project.pointers import Pointers, RemoteTarget
from mlops_lint.facts.project.project import Today
from mlops_lint.facts.project.revisions import Revisions
from mlops_lint.facts.project.versioning import Versioning
from mlops_lint.model import Location

_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


@dataclass(frozen=True, slots=True)
class ModelAge:
    """`days` is None where the age cannot be told; `reason` then says why."""

    limit: int | None
    """The greatest age that the charter allows, in days."""
    days: int | None = None
    changed: datetime.date | None = None
    at: Location | None = None
    reason: str = ""
    least: bool = False
    """Whether the model may be older than that."""

    @property
    def within(self) -> bool:
        """Whether the model is known to be young enough."""
        return self.limit is not None and self.days is not None and self.days <= self.limit


@provides
def model_age(
    charter: Charter, revisions: Revisions, versioning: Versioning, pointers: Pointers, today: Today
) -> ModelAge:
    """The age today. A model that is kept elsewhere, or that git does not keep, has none."""
    limit = _days(charter.text("monitoring", "retraining", "max_age") or "")
    path = charter.text("model", "path")
    if path is None or isinstance(pointers.resolve(path, "path"), RemoteTarget):
        return _registered(limit, charter, revisions, versioning, today)
    entry = versioning.entry(revisions.project.join(path))
    if entry is None:
        return ModelAge(limit, reason=f"nothing that git keeps names `{path}`, so its age cannot be told")
    files = [entry.at.path] if entry.way == "dvc" else [entry.path, *revisions.under(entry.path)]
    dates = [found for file in files if (found := _changed(revisions, file, entry.path)) is not None]
    if not dates:
        reason = "the history is not here, so the model's age cannot be told"
        return ModelAge(limit, at=entry.at, reason=reason)
    return ModelAge(limit, max(0, (today.date - max(dates)).days), max(dates), entry.at)


def _registered(
    limit: int | None, charter: Charter, revisions: Revisions, versioning: Versioning, today: Today
) -> ModelAge:
    """A version in a registry is as old as its first mention, or as the last run of the stage that trains."""
    unknown = ModelAge(limit, reason="the model is kept outside of the repository; its registry knows its age")
    uri = charter.text("model", "uri") or ""
    since = pinned(revisions, uri) if uri else None
    if since is None:
        return unknown
    named, at = since
    found = ModelAge(limit, (today.date - max([named, *_trained(charter, revisions, versioning)])).days, named, at)
    return unknown if found.within else replace(found, least=True)


def _trained(charter: Charter, revisions: Revisions, versioning: Versioning) -> Iterator[datetime.date]:
    """When the outputs of the stages that run the training last changed in the lock."""
    file = revisions.project.join((charter.text("model", "trained_by") or "").partition("::")[0])
    for stage in versioning.dvc.stages if versioning.dvc is not None else ():
        for out in stage.outs if file in stage.deps else ():
            entry = versioning.entry(out)
            changed = _changed(revisions, entry.at.path, out) if entry is not None else None
            if changed is not None:
                yield changed


def _days(text: str) -> int | None:
    number = text[:-1]
    return int(number) * _DAYS[text[-1]] if number.isdigit() and text[-1:] in _DAYS else None


def _changed(revisions: Revisions, file: str, model: str) -> datetime.date | None:
    """When the file last changed what it says of the model; None where that lies before the history, or is unknown."""
    positions = revisions.touching(file)
    if not positions:
        return None
    for position in positions:
        change = revisions.change(file, position)
        if not file.endswith("dvc.lock") or change is None or _lock(change.before, model) != _lock(change.after, model):
            return revisions.commits[position].date
    return None if revisions.cut else revisions.commits[positions[-1]].date


def _lock(content: bytes | None, model: str) -> str:
    """The lines of a lock file that stand behind the model's path: its hash and size."""
    lines = (content or b"").decode("utf-8", "replace").split("\n")
    name = model.rpartition("/")[2]
    ends = (f"path: {model}", f"/{name}", f"path: {name}")
    return "\n".join(
        "\n".join(lines[index : index + 5]) for index, line in enumerate(lines) if line.rstrip().endswith(ends)
    )
