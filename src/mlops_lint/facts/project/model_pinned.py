"""Since when a repository names one version of a model in a registry: the version is no younger than that."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.revisions import Revisions
from mlops_lint.model import Location

_VERSION = re.compile(r"(?:/\d{1,9}|:v?\d{1,9}|@\d{1,9}|@[0-9a-f]{40}|@sha256:[0-9a-f]{64})$")
_STORE = re.compile(r"^(?:s3a?|gs|az|abfss?|wasbs?|https?|file|dbfs|hdfs|oci|dvc)://")
"""What lies there under a name can be written anew."""
_ASIDE = re.compile(r"(?:^|/)(?:tests?|docs?|examples?|notebooks?)/|\.(?:md|rst|txt|ipynb)$")


def pinned(revisions: Revisions, uri: str) -> tuple[datetime.date, Location] | None:
    """When the version of a URI was first named, in a file that has named it ever since; None where it is an alias."""
    if _STORE.match(uri) or not _VERSION.search(uri):
        return None
    return min(_named(revisions, uri), key=lambda found: found[0], default=None)


def _named(revisions: Revisions, uri: str) -> Iterator[tuple[datetime.date, Location]]:
    whole = re.compile(rf"(?<![\w.-]){re.escape(uri)}(?![\w.-])")
    for path in revisions.view.entries:
        text = text_of(revisions.view, path) if revisions.project.owns(path) and not _ASIDE.search(path) else None
        match = whole.search(text) if text else None
        since = _since(revisions, path, whole) if match is not None else None
        if text and match is not None and since is not None:
            yield since, Location(path, text.count("\n", 0, match.start()) + 1)


def _since(revisions: Revisions, path: str, whole: re.Pattern[str]) -> datetime.date | None:
    found = None
    for position in revisions.touching(path):
        change = revisions.change(path, position)
        if change is None or not whole.search((change.after or b"").decode("utf-8", "replace")):
            break
        found = revisions.commits[position].date
    return found
