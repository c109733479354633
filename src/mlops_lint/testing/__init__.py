"""A check's Markdown page, run as its tests. Packs of other people use it for their own pages."""

from __future__ import annotations

from mlops_lint.testing.case import Case, CaseCommit, Mark, PageError
from mlops_lint.testing.pages import cases, stock_files
from mlops_lint.testing.verify import Runner, faults, verify, view

__all__ = ["Case", "CaseCommit", "Mark", "PageError", "Runner", "cases", "faults", "stock_files", "verify", "view"]
