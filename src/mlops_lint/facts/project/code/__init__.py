"""The project's own code, linked: names, calls, what reaches what."""

from mlops_lint.facts.project.code.fact import Absent, Code, Constant, Found, Opaque, Use, code
from mlops_lint.facts.project.code.meaning import External, Instance, Package, Value
from mlops_lint.facts.project.code.modules import Definition, Module
from mlops_lint.facts.project.code.reach import Reach

__all__ = [
    "Absent",
    "Code",
    "Constant",
    "Definition",
    "External",
    "Found",
    "Instance",
    "Module",
    "Opaque",
    "Package",
    "Reach",
    "Use",
    "Value",
    "code",
]
