"""Whether a name, a text or a sentence in code means one metric."""

from __future__ import annotations

import re

from mlops_lint.facts.project.knowledge import Metric, Metrics
from mlops_lint.facts.project.measuring_nodes import ANY, PREFIX, SUFFIX
from mlops_lint.knowledge.spelling import plain


class Words:
    """Answers for one metric by any of its names; for one that is not known, by its very name alone."""

    def __init__(self, metrics: Metrics, name: str) -> None:
        self.metrics = metrics
        self.name = name
        self.metric: Metric | None = metrics.get(name)
        self._known: dict[str, bool] = {}

    def means(self, name: str) -> bool:
        """Whether a name in code (`compute_f1`, `RecallScore`) is the metric's."""
        if name not in self._known:
            self._known[name] = self._named(name)
        return self._known[name]

    def _named(self, name: str) -> bool:
        bare = PREFIX.sub("", name.strip("_"))
        for text in dict.fromkeys((name, bare, SUFFIX.sub("", bare))):
            if plain(text) == plain(self.name):
                return True
            if self.metric is not None and text and self.metrics.get(text) is self.metric:
                return True
        return False

    def foreign(self, call: str | None) -> bool:
        """Whether a canonical name computes other metrics, and not this one."""
        others = self.metrics.computed_by(call or "")
        return bool(others) and self.metric not in others

    def close(self, name: str) -> bool:
        """A function whose name shares a word with the metric's (`accuracy(output, target, topk)`)."""
        metric = {word.casefold() for word in re.findall(r"[^\W_]+", self.metric.name if self.metric else self.name)}
        words = {word.casefold() for word in re.findall(r"[^\W_]+", name)}
        return bool((metric & words) - ANY)

    def within(self, text: str) -> bool:
        """Whether a sentence names it (`"Accuracy: {:g}"`)."""
        words = re.findall(r"[^\W_]+", text)[:30]
        spans = [" ".join(words[at : at + size]) for size in (1, 2, 3) for at in range(len(words) - size + 1)]
        return any(self.means(span) for span in spans)

    def is_text(self, text: str) -> bool:
        """Whether a text names the metric."""
        metric = self.metric
        if metric is None:
            return plain(text) == plain(self.name)
        base = plain(text)
        named = any(base in {plain(name) for name in names} for names in metric.strings.values())
        return named or self.metrics.get(text) is metric
