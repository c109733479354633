"""Calls that may load a project's parameter file."""

from __future__ import annotations

import ast
import posixpath
import re

from mlops_lint.facts.files.chains import chain, split

_LOADS = frozenset(
    "safe_load load full_load loads unsafe_load load_config read_config params_show create structured compose "
    "YAML OmegaConf instantiate".split()
)
_NAMED = re.compile(r"load_?(?:params|config|settings|yaml)|(?:params|config|settings)$")
_READERS = {
    "json": (".json",), "tomllib": (".toml",), "tomli": (".toml",), "toml": (".toml",), "csv": (), "pickle": (),
    "joblib": (), "yaml": (".yaml", ".yml", ".json"),
}  # fmt: skip
"""What the files are called that a library can read."""
_FILES = re.compile(r"^[\w./-]*\w\.(?:json|ya?ml|toml)$")


def may_load(node: ast.expr, parameters: str) -> bool:
    """Whether an expression may load the parameter file: no reader of another format, and of no other file."""
    if not isinstance(node, ast.Call):
        return False
    name = chain(node.func)
    last = split(name)[-1].lstrip(".")
    if last not in _LOADS and not _NAMED.search(last):
        return False
    ends = _READERS.get(name.partition(".")[0], ("",))
    texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    files = [posixpath.basename(text) for text in texts if _FILES.search(text)]
    other = files and len(files) == len(texts) and posixpath.basename(parameters) not in files
    return parameters.endswith(ends) and not other
