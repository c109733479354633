"""Columns that say something of a person: contact data, birth, protected attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.knowledge import Knowledge, Tool

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")
MAX_NAME = 60
_GROUPS = ("personal", "protected")
_NEVER = frozenset(
    ["credentials", "network", "location", "health_record", "biometric", "account_number", "licence_plate"]
)
_FAINT = frozenset(["age", "address", "family", "handle", "email", "phone", "name"])
"""Told of things as often as of people: they count beside another attribute or beside words about people."""
_THINGS = frozenset(
    "species island culmen flipper bill rings shell breed animal pet litter sire dam lap "
    "circuit jockey horse constructor "
    "cement slag crim chas ptratio lstat zn nox house building pokemon hero heroes".split()
)
_PEOPLE = frozenset(
    "bmi glucose cholesterol chol smoker smoking salary income job occupation customer patient applicant employee "
    "student experience insulin trestbps thalach marital education tenure hypertension bloodpressure bp spending loan "
    "passenger fare survived medical disease person user hemoglobin credit exited".split()
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a set of names says of people. `faint` ones count only in company."""

    clear: tuple[str, ...]
    faint: tuple[str, ...]
    company: bool
    things: bool

    @property
    def personal(self) -> bool:
        """Whether people are meant."""
        if self.things:
            return False
        return bool(self.clear) or len(self.faint) > 1 or (bool(self.faint) and self.company)


class Attributes:
    """The words of the tokens table, matched as whole tokens of a column's name."""

    def __init__(self, rows: Iterable[Tool]) -> None:
        self._phrases: dict[tuple[str, ...], str] = {}
        self._around: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        self._korean: dict[str, str] = {}
        for row in rows:
            kind = row.name
            if row.get("group") in _GROUPS and kind not in _NEVER:
                self._around[kind] = (frozenset(row.get("not_after", ())), frozenset(row.get("not_before", ())))
                for phrase in row.get("words", ()):
                    self._phrases[tuple(phrase.split())] = kind
                for word in row.get("korean", ()):
                    self._korean[word] = kind

    def kind(self, name: str) -> str:
        """Which attribute a column is; empty where it is none."""
        name = name.strip().strip("*")
        if not name or len(name) > MAX_NAME:
            return ""
        words = _tokens(name)
        if len(words) > 5:
            return ""
        for size in (3, 2, 1):
            for start in range(len(words) - size + 1):
                kind = self._phrases.get(words[start : start + size])
                if kind and self._meant(kind, words, start, size):
                    return kind
        return self._korean.get(name, "")

    def _meant(self, kind: str, words: tuple[str, ...], start: int, size: int) -> bool:
        after, before = self._around[kind]
        if (start and words[start - 1] in after) or (start + size < len(words) and words[start + size] in before):
            return False
        if size == 1 and words[start] in ("male", "female") and len(words) > 1 and words[0] != "is":
            return words[0] in ("sex", "gender", "is")
        return len(words) - size <= 2 or start == 0

    def told(self, names: Iterable[str]) -> Told:
        """What a header, or all the columns that code names, say together."""
        names = list(names)
        clear: set[str] = set()
        faint: set[str] = set()
        tokens = {word for name in names[:2_000] for word in _tokens(name[:MAX_NAME])}
        for name in names:
            kind = self.kind(name)
            if kind:
                (faint if kind in _FAINT else clear).add(kind)
        things = bool(tokens & _THINGS) and not tokens & _PEOPLE
        return Told(tuple(sorted(clear)), tuple(sorted(faint)), bool(tokens & _PEOPLE), things)


def _tokens(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(name))


@provides
def attributes(knowledge: Knowledge) -> Attributes:
    """Needs only the tables."""
    return Attributes(knowledge.tools("tokens"))
