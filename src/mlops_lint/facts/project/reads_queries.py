"""Tables that a query in a file of its own reads: `client.query((SQL / "nights.sql").read_text())`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.facts.files.nodes import own_nodes
from mlops_lint.facts.project.code import Code, Definition, Reach
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location

_REST = re.compile(r"--[^\n]*|'[^'\n]*'")
_BRACKETS = (("/*", "*/", " "), ("{#", "#}", " "), ("{%", "%}", " "), ("{{", "}}", "?"))
"""Comments, templates' tags, and what a template puts in."""
_CHANGES = re.compile(r"\b(?:insert|update|delete|merge|drop|alter|grant|truncate|copy|call|execute)\b", re.IGNORECASE)
_ASIDE = re.compile(r"\b(?:extract|trim|substring|overlay)\s*\([^()]*\)|\bdistinct\s+from\b", re.IGNORECASE)
_FROM = re.compile(
    r"\b(?:from|join)\s+(?P<name>[`\"\[]?[A-Za-z_][\w.`\"\]\[-]*)(?P<after>.?)(?:\s*(?:as\s+)?(?P<alias>[A-Za-z_]\w*))?",
    re.IGNORECASE | re.DOTALL,
)
_MADE = re.compile(r"\b(\w+)\s*(?:\([^()]*\)\s*)?\bas\s+(?:not\s+)?(?:materialized\s+)?\(", re.IGNORECASE)
_CREATED = re.compile(
    r"\b(?:table|view|into)\s+(?:if\s+not\s+exists\s+)?[`\"\[]?([A-Za-z_][\w.`\"\]\[-]*)", re.IGNORECASE
)
_BUILT_IN = re.compile(r"^(?:information_schema|pg_catalog|sys|sysibm|dual|unnest|lateral|select|values|table)\b", re.I)
_QUOTES = re.compile(r"[`\"\[\]]")
MAX_TEXT = 200_000


def queried(code: Code, values: Values, reach: Reach) -> Iterator[tuple[str, Location, bool]]:
    """(table, where its file is read, whether the project may make it) of the queries that code reads out of files."""
    files = [path for path in code.view.entries if path.endswith(".sql") and code.project.owns(path)]
    if not files:
        return
    own = _own(code, files)
    for definition in sorted(reach.definitions):
        if definition.kind == "class" or code.is_test(definition.path) or definition.path not in code.modules:
            continue
        for file, at in _read(code, values, definition):
            for name in tables_of((text_of(code.view, file) or "")[:MAX_TEXT]):
                last = name.rpartition(".")[2].lower()
                yield name, at, last in own or _spelled(code, last)


def tables_of(text: str) -> list[str]:
    """What a file with one query reads; nothing where it changes tables, or where a name is put together."""
    bare = _ASIDE.sub(" ", _bare(text))
    if _CHANGES.search(bare) or not re.search(r"\bselect\b", bare, re.IGNORECASE):
        return []
    made = {name.lower() for name in _MADE.findall(bare)}
    matches = list(_FROM.finditer(bare))
    aliases = {match["alias"].lower() for match in matches if match["alias"]}
    found = []
    for match in matches:
        name = _QUOTES.sub("", match["name"])
        follows = bare[match.end("name") :].lstrip(' \t`"]')[:1]
        if match["after"] in tuple("{(%:@?$*") or follows == "(" or name.endswith(".") or _BUILT_IN.match(name):
            continue
        first = name.partition(".")[0].lower()
        if name.lower() not in made and not ("." in name and first in aliases | made):
            found.append(name)
    return list(dict.fromkeys(found))


def _bare(text: str) -> str:
    """Without comments, texts and what a template holds."""
    for opening, closing, instead in _BRACKETS:
        first, *others = text.split(opening)
        parts = [first]
        for other in others:
            _, end, behind = other.partition(closing)
            parts += [instead, behind if end else ""]
        text = "".join(parts)
    return _REST.sub(" ", text)


def _read(code: Code, values: Values, definition: Definition) -> Iterator[tuple[str, Location]]:
    """Files with queries that a function reads, also those whose names its callers give."""
    scope = "" if definition.kind == "module" else definition.qualname
    for node in own_nodes(code.node(definition)):
        given = _opened(node)
        if given is None:
            continue
        for known in values.possible(definition.path, scope, given).values:
            if known.text and known.text.endswith(".sql"):
                paths = values.repository_paths(known, definition.path)
                file = next((path for path in paths if path in code.view.entries), None)
                if file is not None:
                    yield file, code.source(definition.path).at(node)


def _opened(node: ast.AST) -> ast.expr | None:
    """What `path.read_text()`, `path.open()` and `open(path)` read."""
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("read_text", "open"):
        return node.func.value
    return node.args[0] if isinstance(node.func, ast.Name) and node.func.id == "open" and node.args else None


def _own(code: Code, files: list[str]) -> set[str]:
    """Tables that the project's own queries make, and models that files stand for."""
    made = {path.rpartition("/")[2].removesuffix(".sql").lower() for path in files if "models/" in path}
    for path in files:
        for name in _CREATED.findall(_bare((text_of(code.view, path) or "")[:MAX_TEXT])):
            made.add(_QUOTES.sub("", name).rpartition(".")[2].lower())
    return made


def _spelled(code: Code, table: str) -> bool:
    """Whether code names the table too: it may be what makes it."""
    pattern = re.compile(rf"(?<!\w){re.escape(table)}(?!\w)", re.IGNORECASE)
    return any(pattern.search(code.text(path).text) for path in code.modules if not code.is_test(path))
