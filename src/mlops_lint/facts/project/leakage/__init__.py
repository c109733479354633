"""Which preprocessing steps were fitted on rows that a score is computed on."""

from mlops_lint.facts.project.leakage.fact import Leak, Leaks, leaks

__all__ = ["Leak", "Leaks", "leaks"]
