"""Practice that one had better know of: data about people, their protected attributes among them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mlops_lint.documents.csvfile import header
from mlops_lint.documents.node import DocumentError
from mlops_lint.documents.strings import Literal
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.attributes import Attributes
from mlops_lint.facts.project.code.entries import is_test_path
from mlops_lint.facts.project.literals import Literals, Written
from mlops_lint.facts.project.project import Project
from mlops_lint.model import Location
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.configured_columns import configured_columns
from mlops_lint.practices.evidence import OwnCode, judge, unclear
from mlops_lint.repo.view import RepoView, Unreadable

MAX_TABLES = 400
MAX_COLUMNS = 300
"""Wider tables are counts of words."""
_TABLES = (".csv", ".tsv", ".psv", ".tab")
_MADE_UP = re.compile(r"(?:^|[/_.-])(?:fixtures?|synthetic|fake|mock|dummy|generated)(?:[/_.-]|$)", re.IGNORECASE)
_WORDS = re.compile(
    r"age|sex|gender|race|ethnic|marital|married|family[_ ]?status|nationality|citizenship|"
    r"native|religio|disab|pregnan|veteran|"
    r"geschlecht|edad|idade|naissance|nacimiento|nascimento|geburt|prenom|vorname|apellido|estado.?civil|"
    r"familienstand|etnia|ethnie|nacionalid|birth|dob\b|first_?name|last_?name|surname|national_origin|orientation|성별|나이|연령|인종|국적|혼인|생년월일",
    re.IGNORECASE,
)
_PROTECTED = frozenset(
    "sex race nationality religion marital disability pregnancy orientation politics veteran".split()
)
_ANIMALS = re.compile(r"abalone|shell[_ ]weight|flipper[_ ]length|culmen|bill[_ ]length", re.IGNORECASE)
_SPEAKS = re.compile(
    r"(?:print|help|info|debug|warning|error|title|xlabel|ylabel|markdown|write|header|text|Error|system)$"
)


class PiiOrProtectedAttributesInData(Practice):
    """The data names people or their protected attributes."""


@provides
def pii_in_data(
    view: RepoView, project: Project, own: OwnCode, written: Literals, attributes: Attributes
) -> PiiOrProtectedAttributesInData:
    """By the headers of tracked tables, else by the columns that code and its configuration name."""
    shown = list(_headers(view, project, attributes))
    shown += configured_columns(own, project, attributes, _WORDS, _PROTECTED)
    perhaps: list[Shown] = []
    for found in _columns(own, written, attributes).values():
        told = attributes.told(literal.value for literal in found)
        at = next(one.at for one in found if attributes.kind(one.value) in told.clear) if told.clear else found[0].at
        detail = ", ".join((*told.clear, *told.faint))
        if told.personal and _PROTECTED.intersection(told.clear) and len(told.clear) + len(told.faint) > 1:
            shown.append(Shown(detail, at))
        elif _PROTECTED.intersection(told.clear) and not told.things:
            perhaps.append(Shown(detail, at))
    if len({one.at.path for one in perhaps if one.at}) > 1:  # one name alone, but again and again
        shown += perhaps
    return judge(
        PiiOrProtectedAttributesInData,
        shown,
        otherwise=unclear(PiiOrProtectedAttributesInData, *perhaps) if perhaps else None,
    )


def _headers(view: RepoView, project: Project, attributes: Attributes) -> Iterator[Shown]:
    paths = [path for path in view.entries if path.lower().endswith(_TABLES) and project.owns(path)]
    for path in paths[:MAX_TABLES]:
        if is_test_path(path) or _MADE_UP.search(path):
            continue
        try:
            columns = header(view.read(path))
        except (Unreadable, DocumentError):
            continue
        told = attributes.told(columns) if 1 < len(columns) <= MAX_COLUMNS else None
        if told is not None and told.personal:
            detail = f"{posixpath.basename(path)}: {', '.join((*told.clear, *told.faint))}"
            yield Shown(detail, Location(path, 1))


def _columns(own: OwnCode, written: Literals, attributes: Attributes) -> dict[str, list[Written]]:
    """What code names as columns, by file."""
    found: dict[str, list[Written]] = {}
    for one in written.in_python(_WORDS):
        if one.code is not None and own.counts(one.at.path, tests=False) and _column(one.code):
            if attributes.kind(one.value) and not _of_animals(written, one.at.path):
                found.setdefault(one.at.path, []).append(one)
    return found


def _of_animals(written: Literals, path: str) -> bool:
    """Sex and age of shells and birds, as well-known tables have them."""
    return any(_ANIMALS.search(text) for _, text in written.cells(path))


def _column(literal: Literal) -> bool:
    """A subscript, an element, a key or an argument; no value, comparison or message."""
    lead = literal.before.rstrip()
    if literal.value.lower() in ("male", "female") or (" " in literal.value.strip() and len(literal.value.split()) > 3):
        return False
    if (lead.endswith(("==", "!=", "+", "%", ":")) and not lead.endswith(("[:", "]:"))) or literal.formatted:
        return False
    return bool(lead) and lead[-1] in "[,({=" and not _SPEAKS.search(literal.callee.rpartition(".")[2])
