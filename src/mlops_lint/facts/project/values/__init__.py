"""What expressions are worth, folded across modules, call sites, command lines and parameter files."""

from mlops_lint.facts.project.values.fact import Possible, Values, holes, values
from mlops_lint.facts.project.values.model import ANCHOR, HOLE, MANY, UNKNOWN, Frame, Known, Made, Text, settled
from mlops_lint.facts.project.values.paths import candidates

__all__ = [
    "ANCHOR",
    "HOLE",
    "MANY",
    "UNKNOWN",
    "Frame",
    "Known",
    "Made",
    "Possible",
    "Text",
    "Values",
    "candidates",
    "holes",
    "settled",
    "values",
]
