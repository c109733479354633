"""What the commands of a pipeline file do: which of them are work, and which only look after the project."""

from __future__ import annotations

import re

MAKEFILES = frozenset(("makefile", "gnumakefile", "justfile"))
_LOOKING_AFTER = re.compile(
    r"^\s*(?:[@-]+\s*)?(?:(?:uv|poetry|pdm|hatch|pipenv) run (?:--\S+ )*)?(?:python\d? -m )?"
    r"(?:pytest|ruff|mypy|flake8|black|isort|pylint|pip\d?|pre-commit|mlops-lint|git|rm|mkdir|find|echo)\b"
)
_PLAIN = re.compile(
    r"^\s*(?:[@-]+\s*)?(?:python[\d.]* (?:-[uW] ?\w* )*(?:-m [\w.]+|[\w./-]+\.py)|dvc (?:pull|push|fetch))(?:\s|$)"
)
_NOTEBOOK = re.compile(r"\b(?:papermill|nbconvert|jupyter|nbclient)\b[^\n]*?([\w./-]+\.ipynb)")
_NOTHING = re.compile(
    r"[@-]*\s*(?:true|:|exit(?: 0)?|pass|pwd|date|(?:echo|printf|touch|mkdir|sleep|set)\b[^|`$]*|(?:ls|cat)\b[^|`$>]*|"
    r"python[\d.]* -c ['\"](?:pass|print\([^()]*\))?['\"])"
)
"""Commands that compute nothing: they say something, write a text, or make an empty file."""
_ASKS = ("--help", "--version")


def does_nothing(command: str) -> bool:
    """Whether no part of a shell command computes anything; a command that is not known may."""
    parts = [part.strip() for part in re.split(r"&&|\|\||[;\n]", command)]
    return any(parts) and all(_NOTHING.fullmatch(part) or part.endswith(_ASKS) for part in parts if part)


def working(text: str) -> str:
    """A Makefile without the commands that test and install, where all that is left are Python programs by name."""
    recipes = [line for line in text.split("\n") if line[:1] in ("\t", " ") and line.strip()]
    work = [line for line in recipes if not _LOOKING_AFTER.match(line)]
    if not work or not all(_PLAIN.match(line) for line in work):
        return text
    return "\n".join(work)


def runs_notebook(command: str) -> str:
    """The notebook that a command runs, or ""."""
    match = _NOTEBOOK.search(command)
    return match[1] if match else ""
