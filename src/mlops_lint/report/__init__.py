"""One module a format, imported when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mlops_lint.errors import UsageError
from mlops_lint.report.options import Options
from mlops_lint.suggest import did_you_mean

if TYPE_CHECKING:
    from mlops_lint.results import Report

__all__ = ["FORMATS", "Options", "render"]

FORMATS: Mapping[str, str] = {
    "text": "mlops_lint.report.text",
    "concise": "mlops_lint.report.concise",
    "json": "mlops_lint.report.json",
    "github": "mlops_lint.report.github",
    "sarif": "mlops_lint.report.sarif",
}
"""Format -> the module whose `render(report, options)` writes it."""


def render(report: Report, format: str, options: Options | None = None) -> str:  # noqa: A002  (the option's name)
    """The report as text that ends in a newline; raises UsageError for an unknown format."""
    from mlops_lint.i18n import using
    from mlops_lint.report.limits import limited
    from mlops_lint.report.sanitize import finish

    chosen = options or Options()
    if format not in FORMATS:
        raise UsageError(f"no output format is called `{format}`{did_you_mean(format, FORMATS)}")
    shown = report if chosen.statistics else limited(report)
    with using(chosen.lang):
        text: str = importlib.import_module(FORMATS[format]).render(shown, chosen)
    return finish(text, color=chosen.color and format == "text", commands=format == "github")
