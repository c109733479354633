"""Names of models, methods and libraries in prose."""

from __future__ import annotations

import re
from functools import cached_property

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.knowledge import Knowledge

_WORD = re.compile(r"[^\W_]+")


class Techniques:
    """Finds techniques in a text as whole tokens, longest first."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        names = {name for tool in self._knowledge.tools("techniques") for name in tool.get("words", ())}
        korean = {name for tool in self._knowledge.tools("techniques") for name in tool.get("korean", ())}
        latin = "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
        hangul = "|".join(re.escape(name) for name in sorted(korean, key=lambda name: (-len(name), name)))
        return re.compile(rf"(?<![\w-])(?:{latin})(?![\w-])|(?:{hangul})", re.IGNORECASE)

    def split(self, text: str) -> tuple[list[str], list[str]]:
        """(techniques as written, the other words in lower case)."""
        named = self._pattern.findall(text)
        rest = [word.lower() for word in _WORD.findall(self._pattern.sub(" ", text))]
        return named, rest


@provides
def techniques(knowledge: Knowledge) -> Techniques:
    """Rests on the table of techniques."""
    return Techniques(knowledge)
