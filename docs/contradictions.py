"""Makes docs/contradictions.md from docs/contradictions.yaml: `python docs/contradictions.py`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
HEAD = """\
# What is held against what

A contradiction is what `mlproject.yaml` says and the repository refutes. Each line below names the check that reports
it, a case of its page that is flagged, and an honest twin of that case that is not. `python docs/contradictions.py`
makes this page of `docs/contradictions.yaml`; `tests/test_contradictions.py` fails where a case is missing or does not
end as it is said here, and `tests/test_pages.py` runs the cases.

| the charter says | the repository shows | check | flagged | its honest twin |
|---|---|---|---|---|
"""


def rows() -> list[dict[str, Any]]:
    """The contradictions in order."""
    found: list[dict[str, Any]] = yaml.safe_load((HERE / "contradictions.yaml").read_text(encoding="utf-8"))
    return found


def page(contradictions: Iterable[Mapping[str, Any]], checks: Mapping[str, Any]) -> str:
    """The generated page; `checks` by code."""
    lines = []
    for row in contradictions:
        for number, held in enumerate(row["held"]):
            first = (row["says"], row["shows"]) if number == 0 else ("", "")
            check = checks[held["check"]]
            doc = check.file.with_suffix(".md").relative_to(HERE.parent).as_posix()
            cases = (f"[{held[kind]}](../{doc}#{_anchor(held[kind])})" for kind in ("flagged", "honest"))
            lines.append("| " + " | ".join((*first, f"{check.code} `{check.name}`", *cases)) + " |\n")
    return HEAD + "".join(lines)


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def main() -> None:
    """Write the page."""
    from mlops_lint.checks import load_packs

    (HERE / "contradictions.md").write_text(page(rows(), load_packs().checks), encoding="utf-8")


if __name__ == "__main__":
    main()
