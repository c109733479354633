"""What the repository does. Each practice is a fact: a subclass of `Practice` with one provider."""

from mlops_lint.practices.base import ABSENT, PRESENT, UNCLEAR, Practice, Shown

__all__ = ["ABSENT", "PRESENT", "UNCLEAR", "Practice", "Shown"]
