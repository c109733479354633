"""Answers that are none: placeholders, and template text left as it is."""

from __future__ import annotations

import re

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.charter import Charter

_EDGES = " \t\n.,:;!…-–—_*~\"'`|/\\"
_WORDS = (
    r"to-?\s?do|tbd|tba|tbc|fix\s?me|x{3,}|placeholder|lorem ipsum.*|to be (?:determined|defined|decided|done|"
    r"added|written|"
    r"completed|confirmed|announced|filled(?: in)?|specified|clarified|agreed|discussed)(?: later)?|"
    r"(?:fill|write|add|insert|put|describe|enter|state|explain)\b.{0,60}\bhere|fill (?:me|this|it) in|fill in|"
    r"(?:not|nothing) (?:yet )?(?:stated|decided|defined|written|known|determined|filled in|answered)(?: yet)?|"
    r"not yet|coming soon|work in progress|wip|change ?me|replace ?me|"
    r"your (?:answer|text|problem|outcome|team|name|org)(?: (?:goes )?here)?|"
    r"some text|(?:insert )?text here|foo(?:bar)?|asdf+|blah(?: blah)*|dummy(?: text)?|"
    r"추후 ?(?:작성|결정|기입|확정|정의|논의)(?: ?예정)?|작성 ?(?:예정|필요|중)|미정|미작성|나중에(?: 작성)?|"
    r"여기에 ?작성.{0,10}|"
    r"할 ?일|내용 ?(?:없음|입력)"
)
_WHOLE = re.compile(_WORDS, re.IGNORECASE)
_EMPTY = re.compile(
    r"n/?a|none|nil|null|unknown|not applicable|nothing|no idea|don'?t know|same|see above|ditto|없음|해당 ?없음|모름",
    re.IGNORECASE,
)
_BEGINS = re.compile(
    r"(?:todo|tbd|tba|fixme|xxx)\s*(?:[:(\-–—]|$)|(?:TODO|TBD|TBA|FIXME|XXX)\b(?!\s+[a-z]+s\b)|\[(?:todo|tbd)\]|"
    r"(?:to be (?:determined|defined|decided|written|filled in))\b|lorem ipsum\b",
    re.IGNORECASE,
)
_LOUD = re.compile(
    r"\b(?:TBD|TBA|TBC|XXX+)\b(?!\s+[a-z])|\b(?:TBD|XXX+)\b\s*(?:%|by\b|and\b|to\b)|"
    r"(?:[(\[<{]\s{0,3}(?:TODO|tbd|todo)\b)|\b(?:TODO|FIXME)\b(?=\s*(?:[:)\]%>]|\s*$|\s+by\b))|\?{3,}|_{4,}|\{\{[^{}]{0,60}\}\}"
)
_TEMPLATE = re.compile(r"<[A-Za-z가-힣][^<>@]*>|\[[A-Za-z가-힣][^\[\]]*\]|\{+[A-Za-z][^{}]*\}+|\$\{?[A-Z_]+\}?")
_HANDLE = re.compile(
    r"@?(?:your|my)[-_ ]?(?:org|team|name|handle|username|company)?(?:[-_/].*)?|@?(?:org|owner)/team", re.I
)
QUESTIONS = frozenset(
    (
        "what is wrong today, and for whom", "which number changes, by how much, by when", "why a rule does not do it",
        "who does what with a prediction", "the problem and who has it, without naming a technique",
        "what is better when it works", "why rules or a query are not enough", "why machine learning",
        "who or what uses a prediction, and the decision that it changes",
    )
)  # fmt: skip
"""What `init` asks, and what the schema says of the four answers."""


class Placeholders:
    """Tells an answer from what only holds its place."""

    def __init__(self, charter: Charter) -> None:
        self._charter = charter

    def holds(self, text: str, *, name: str = "", asked: bool = True) -> bool:
        """Whether a text answers nothing. `name` is its field's; `asked`: `none` and `n/a` are no answers, either."""
        bare = plain(text)
        if not bare or _WHOLE.fullmatch(bare) or bare in QUESTIONS or any(bare.startswith(q + ". ") for q in QUESTIONS):
            return True
        if asked and _EMPTY.fullmatch(bare):
            return True
        if name and bare.replace(" ", "_") == name.replace("-", "_"):
            return True
        stripped = text.strip()
        return bool(_TEMPLATE.fullmatch(stripped.strip("\"'`. ")) or _BEGINS.match(stripped) or _LOUD.search(stripped))

    def handle(self, text: str) -> bool:
        """Whether a name or handle stands for nobody."""
        return self.holds(text) or bool(_HANDLE.fullmatch(text.strip()))

    def answered(self, *route: str | int) -> bool:
        """Whether the charter answers there: a text or list that says something, a number, yes or no."""
        value = self._charter.get(*route)
        if isinstance(value, str):
            return not self.holds(value, name=str(route[-1]), asked=False)
        if isinstance(value, list):
            texts = [item for item in value if isinstance(item, str)]
            return bool(value) and (len(texts) < len(value) or not all(self.holds(text) for text in texts))
        return value is not None and value != {}


def plain(text: str) -> str:
    """A text without case, spacing and the punctuation around it."""
    return re.sub(r"\s+", " ", text).strip(_EDGES + "?()[]<>{}").casefold()


@provides
def placeholders(charter: Charter) -> Placeholders:
    """Rests on the text alone."""
    return Placeholders(charter)
