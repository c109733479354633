"""What a README says of the goal: the number to reach, and the number at which a score becomes a decision."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlops_lint.facts.project.knowledge import Metric
from mlops_lint.facts.project.passages import readmes, sentences
from mlops_lint.facts.project.targets import bound, reported
from mlops_lint.initialise.found import Found
from mlops_lint.initialise.tree import Value
from mlops_lint.model import Location

_NUMBER = r"(?P<number>\d{1,6}(?:\.\d+)?|\.\d+)(?!\.?\d)\s?(?P<share>%?)"
_AIM = re.compile(
    r"\b(?:target(?:s|ed|ing)?|goals?|objectives?|aims?|aiming|must|should|need(?:s|ed)? to|require[sd]?|requirements?|"
    r"acceptance|acceptable|success criteri\w+|we want)\b|목표|기준",
    re.IGNORECASE,
)
_UP = r"at least|no less than|above|over|greater than|higher than|more than|minimum of|>=?|≥"
_DOWN = r"at most|no more than|below|under|less than|lower than|within|maximum of|<=?|≤"
_LINK = r"(?:[\s:*_`(),-]|\b(?:score|of|is|be|to|a|an|the|value|must|should|reach|stay|test|on|set)\b){0,8}"
_OTHERS = re.compile(r"\b(?:baseline|previous|current|today|competitor|human|paper)\b", re.IGNORECASE)
_THRESHOLD = re.compile(
    r"\b(?:decision|classification|probability)[ -](?:threshold|cut-?off)\b\W{0,4}"
    r"(?:(?:is|of|at|was|set|to|fixed|=)\W{1,3}){0,4}(?P<number>0?\.\d{1,4})(?![\d%])",
    re.IGNORECASE,
)
_SHORTEST = 2


def target(found: Found, metric: Metric) -> Value | None:
    """The one number that the README asks of the metric; None where it says none, or two."""
    told = dict(_targets(found, metric))
    if len(told) != 1:
        return None
    ((value, at),) = told.items()
    return Value(value, at)


def _targets(found: Found, metric: Metric) -> Iterator[tuple[int | float, Location]]:
    names = "|".join(_spelled(name) for name in (metric.name, *metric.aliases) if len(name) >= _SHORTEST)
    wanted = _DOWN if metric.direction == "minimize" else _UP
    pattern = re.compile(rf"(?<![\w-])(?:{names})(?![\w-]){_LINK}(?:{wanted}){_LINK}{_NUMBER}", re.IGNORECASE)
    for text, at in _said(found):
        if _AIM.search(text) and not reported(text):
            for match in pattern.finditer(text):
                if not _OTHERS.search(match[0]) and (value := _value(match, metric)) is not None:
                    yield value, at


def threshold(found: Found) -> Value | None:
    """The one decision threshold that the README names."""
    told = {match["number"]: at for text, at in _said(found) for match in _THRESHOLD.finditer(text)}
    if len(told) != 1:
        return None
    ((number, at),) = told.items()
    return Value(float(number), at)


def _said(found: Found) -> Iterator[tuple[str, Location]]:
    for path in readmes(found.view, found.project.folder):
        for one in sentences(found.view, path):
            if not one.title:
                yield one.text, Location(path, one.line)


def _spelled(name: str) -> str:
    """`roc_auc` is written `ROC AUC` and `ROC-AUC`, too."""
    return "[ _-]?".join(re.escape(part) for part in re.split(r"[ _-]", name))


def _value(match: re.Match[str], metric: Metric) -> int | float | None:
    text = match["number"]
    number: int | float = float(text) if "." in text else int(text)
    if match["share"] and metric.high == 1:
        number = round(number / 100, 6)
    return number if bound(number) and metric.plausible(float(number)) else None
