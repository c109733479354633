"""What stakeholders want, as things that can pull against each other."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.knowledge import Metrics
from mlops_lint.knowledge.spelling import plain

QUALITY, LATENCY, COST, PRECISION, RECALL = "quality", "latency", "cost", "precision", "recall"
TENSIONS = ((RECALL, PRECISION), (LATENCY, QUALITY), (COST, QUALITY))
_WORDS = {
    LATENCY: r"latenc\w*|response times?|p(?:50|95|99)(?:_?ms)?|milliseconds?|seconds?|fast(?:er)?|quick(?:er|ly)?|"
    r"instant(?:ly)?|real[- ]?time|throughput|speed|지연|응답\s?시간|빠른",
    COST: r"costs?|cheap(?:er)?|inexpensive|usd|eur|dollars?|spend(?:ing)?|gpu hours?|bill|비용|저렴",
    PRECISION: r"precision|few(?:er)? false (?:alarms?|positives?)|정밀도",
    RECALL: r"recall|sensitivity|few(?:er)? (?:false negatives?|misse[sd]\w*)|재현율",
    QUALITY: r"accura\w+|quality|correct(?:ness|ly)?|precision|recall|f1|auc|정확도|품질",
}
_PATTERNS = {name: re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])", re.IGNORECASE) for name, words in _WORDS.items()}
_PLACEHOLDER = re.compile(
    r"[\W_]*(?:tbd|todo|t\.b\.d\.?|to be (?:defined|decided|determined|done)|n/?a|none|unknown|fixme|xxx|placeholder|"
    r"not (?:yet )?(?:known|decided|defined)|tba|미정|없음)?[\W_]*",
    re.IGNORECASE,
)


def placeholder(text: str | None) -> bool:
    """Whether a text says nothing: it is empty, a dash, or says that it will be written later."""
    return text is None or bool(_PLACEHOLDER.fullmatch(text))


class Wishes:
    """Reads the metric that somebody looks at, or what they say they want."""

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics

    def kinds(self, metric: str | None, wants: str | None, own: str | None = None) -> frozenset[str]:
        """What is wanted; a metric that is named says more than words, and the project's `own` is one of quality."""
        if metric:
            known = self.metrics.get(metric)
            named = self._named(known.name if known else metric.replace("_", " "))
            quality = known is not None or (own is not None and plain(metric) == plain(own))
            return named | {QUALITY} if quality and not named & {LATENCY, COST} else named
        return self._named(wants or "")

    def covers(self, between: Iterable[str], pair: tuple[str, str], own: str | None = None) -> bool:
        """Whether a decision is about both sides."""
        sides = [self._side(text, own) for text in between]
        return all(any(want in side for side in sides) for want in pair)

    def _side(self, text: str, own: str | None) -> frozenset[str]:
        """What a side is about; words that hold the name of the project's own metric are about quality too."""
        kinds = self.kinds(text if self.metrics.get(text) else None, text.replace("_", " "))
        return kinds | {QUALITY} if own and plain(own) and plain(own) in plain(text) else kinds

    @staticmethod
    def _named(text: str) -> frozenset[str]:
        return frozenset(name for name, pattern in _PATTERNS.items() if pattern.search(text))


@provides
def wishes(metrics: Metrics) -> Wishes:
    """Rests on the metric table."""
    return Wishes(metrics)
