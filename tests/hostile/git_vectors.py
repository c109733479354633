"""All the ways in which a repository, or what surrounds a run, can make git do harm."""

from __future__ import annotations

import git_programs
import git_surroundings
from git_register import HANGS, LIES, RUNS, STRAYS, VECTORS, Vector

SOURCES = (git_programs, git_surroundings)
"""The modules that register the vectors."""
__all__ = ["HANGS", "LIES", "RUNS", "SOURCES", "STRAYS", "VECTORS", "Vector"]
