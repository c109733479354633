"""Whether a file that a run recorded by its hash is still the same, or one that means the same."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterator

from mlops_lint.documents.node import DocumentError, plain
from mlops_lint.documents.python import parse_python
from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.reading import json_of, toml_of, yaml_of
from mlops_lint.facts.project.revisions import Revisions, meaning
from mlops_lint.repo.memory import MemoryView

_SAYING = frozenset("print logging logger log LOGGER LOG _logger warnings".split())
"""Calls that only tell people something."""
_COMMENTS = {".sql": r"--.*|/\*.*?\*/", ".r": r"#.*", ".jl": r"#.*", ".sh": r"(?m)^\s*#.*"}
_READERS = {".yaml": yaml_of, ".yml": yaml_of, ".json": json_of, ".toml": toml_of}
_DUMPS: tuple[dict[str, object], ...] = (
    {}, {"indent": 2}, {"indent": 4}, {"separators": (",", ":")}, {"indent": 2, "sort_keys": True},
    {"indent": 4, "sort_keys": True}, {"sort_keys": True},
)  # fmt: skip
"""How programs write JSON, before an editor's hook lays it out anew."""


def same_as_run(revisions: Revisions, path: str, digest: str, content: bytes) -> bool | None:
    """Whether what a run knew by this hash means what the file means now; None where its version is not known."""
    if any(is_hash_of(digest, form) for form in _forms(path, content)):
        return True
    old = version_of(revisions, path, digest)
    return None if old is None else means_the_same(path, old, content)


def version_of(revisions: Revisions, path: str, digest: str) -> bytes | None:
    """The version of a file that has this hash, where the history holds it."""
    for change in revisions.changes(path):
        for old in (change.before, change.after):
            if old is not None and is_hash_of(digest, old):
                return old
    return None


def means_the_same(path: str, old: bytes, new: bytes) -> bool:
    """Whether two versions differ in nothing but layout, comments and what is said to people."""
    if meaning(path, old) == meaning(path, new):
        return True
    suffix = path[path.rfind(".") :].lower()
    if suffix in _READERS:
        return _values(path, old) == _values(path, new) is not None
    if suffix in _COMMENTS:
        before, after = (re.sub(_COMMENTS[suffix], "", text.decode("utf-8", "replace")) for text in (old, new))
        return before.split() == after.split()
    return path.endswith((".py", ".ipynb")) and changed_parts(path, old, new) == set()


def _values(path: str, content: bytes) -> object:
    suffix = path[path.rfind(".") :].lower()
    tree = _READERS[suffix](MemoryView({path: content}), path)
    return plain(tree) if tree is not None else None


def _forms(path: str, content: bytes) -> Iterator[bytes]:
    """The bytes that a run may have written, before a hook or git mended line ends, blanks and layout."""
    unix = content.replace(b"\r\n", b"\n")
    bare = unix.rstrip(b"\n")
    yield from (content, unix, unix.replace(b"\n", b"\r\n"), bare, bare + b"\n", bare + b"\n\n")
    if not path.endswith(".json"):
        return
    try:
        tree = json.loads(content)
    except (ValueError, RecursionError):
        return
    for options in _DUMPS:
        text = json.dumps(tree, **options)  # type: ignore[arg-type]
        yield from (text.encode(), text.encode() + b"\n")


def is_hash_of(digest: str, content: bytes) -> bool:
    """DVC's hash of a file; older versions hashed text with line feeds only."""
    if digest.endswith(".dir"):
        return True
    forms = (content, content.replace(b"\r\n", b"\n"))
    return any(hashlib.md5(form, usedforsecurity=False).hexdigest() == digest for form in forms)


def changed_parts(path: str, old: bytes, new: bytes) -> set[str] | None:
    """The top-level names whose meaning changed, "" for statements of the module; None where it cannot be parsed."""
    try:
        before, after = (parse_python(path, content).tree for content in (old, new))
        parts, others = _parts(before), _parts(after)
    except (DocumentError, RecursionError):
        return None
    changed = {name for name in parts.keys() | others.keys() if parts.get(name) != others.get(name)}
    origins, now = _imports(before), _imports(after)
    return changed | ({""} if any(origins[name] != now[name] for name in origins.keys() & now.keys()) else set())


def _imports(tree: ast.Module) -> dict[str, str]:
    """Where imported names come from; a name that is imported anew counts where it is used."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = f"{'.' * node.level}{node.module}:" if isinstance(node, ast.ImportFrom) else ""
            found.update({alias.asname or alias.name: f"{module}{alias.name}" for alias in node.names})
    return found


def _parts(tree: ast.Module) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in _Plain().visit(tree).body:
        if not isinstance(node, ast.Import | ast.ImportFrom) and not _logger(node):
            named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            found.setdefault(node.name if named else "", []).append(ast.dump(node))
    return found


def _logger(node: ast.stmt) -> bool:
    """`logger = logging.getLogger(__name__)`."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    return bool(targets) and all(isinstance(one, ast.Name) and one.id in _SAYING for one in targets)


class _Plain(ast.NodeTransformer):
    """Takes away what changes no number: docstrings, annotations, what is printed and logged."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        value = node.value
        if isinstance(value, ast.Constant):
            return None
        said = isinstance(value, ast.Call) and chain(value.func).partition(".")[0] in _SAYING
        return None if said else self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:
            return self.generic_visit(node)
        plain = ast.Assign([node.target], node.value)
        return self.generic_visit(ast.copy_location(plain, node))
