"""The files of data that a module names in its texts."""

from __future__ import annotations

import ast
import posixpath
import re

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.reading import text_of
from mlops_lint.repo.view import Unreadable

_DATA = re.compile(
    r"(?<![\w./{}-])[\w./{}-]+\.(?:csv|tsv|parquet|feather|json|jsonl|ndjson|pkl|pickle|npy|npz|arrow|h5|hdf5|xlsx?|orc|avro|txt|db|sqlite)(?:\.gz)?"
)


def literal_paths(code: Code, path: str) -> list[str]:
    """Paths of data in the texts of a module and in the settings that it names, relative to the root."""
    try:
        tree = code.source(path).tree
    except (DocumentError, Unreadable):
        return []
    texts = [part.value for part in ast.walk(tree) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    for text in list(texts):
        if text.endswith((".yaml", ".yml", ".toml", ".ini", ".cfg")) and len(text) < 200 and "\n" not in text:
            settings = text_of(code.view, code.project.join(text.lstrip("/"))) or ""
            texts += _DATA.findall(settings)
    found = [text for text in texts if len(text) < 300 and _DATA.fullmatch(text)]
    return list(dict.fromkeys(_joined(code, text) for text in found))


def _joined(code: Code, text: str) -> str:
    return posixpath.normpath(code.project.join(text.lstrip("/")))
