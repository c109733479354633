"""What a person's decision sets off, set off by the code that predicts as well."""

from __future__ import annotations

import ast
from collections.abc import Collection, Container, Iterable, Iterator

from mlops_lint.facts.project.code import Definition
from mlops_lint.facts.project.straight import before
from mlops_lint.facts.project.tainting import Received, Site, Tainting

_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_BRANCHES = (ast.If, ast.IfExp, ast.While, ast.Match, ast.ExceptHandler)
_PLAIN = ("builtins.", "uuid.", "datetime.", "math.", "json.", "logging.", "copy.", "yaml.", "pathlib.", "functools.")
_ASKING = frozenset("builtins.input builtins.open builtins.eval builtins.exec".split())
_QUICK = frozenset(
    "append extend items keys values iterrows itertuples isoformat date strftime round tolist to_dict to_list "
    "model_dump model_validate model_copy hex join format lower upper strip split sort copy astype total_seconds "
    "read_text add insert_one insert_rows_json put_item to_sql commit info debug warning sum mean max min".split()
)
"""Methods that wait for nobody."""


def asks_nobody(tainting: Tainting, review: Definition) -> bool:
    """Whether a review only lays something out, so that nobody has answered once it is done."""
    definitions = [one for one in tainting.code.reachable([review]).definitions if one.kind == "function"]
    loops = any(isinstance(part.node, ast.While | ast.Await) for one in definitions for part in tainting.parts(one))
    return not loops and all(_quick(site) for one in definitions for site in _sites(tainting, one))


def _quick(site: Site) -> bool:
    if site.target is not None:
        return True
    return site.last in _QUICK or (site.name.startswith(_PLAIN) and site.name not in _ASKING)


def _sites(tainting: Tainting, by: Definition) -> Iterator[Site]:
    return (tainting.site(by, part.node) for part in tainting.parts(by) if isinstance(part.node, ast.Call))


def repeated(
    tainting: Tainting, found: Iterable[Received], decided: Collection[Definition], asked: Container[Definition],
    knows: Container[Definition],
) -> Iterator[Received]:  # fmt: skip
    """The calls in what a decision (`decided`) sets off that code which predicts (`knows`) makes at once, too."""
    found = [one for one in found if one.given]
    straight = {
        one.site.target
        for one in found
        if one.site.by in knows and one.site.by not in decided and one.site.target not in asked
        and not _says(one.site.node) and _always(tainting, one.site)
    }  # fmt: skip
    for one in found:
        if one.site.by in decided and one.site.by in straight and _own_address(tainting, one.site):
            yield one


def _says(node: ast.Call) -> bool:
    """Whether a text or a switch is handed over, which may say that it is a draft."""
    values = [*node.args, *(word.value for word in node.keywords)]
    return any(isinstance(value, ast.Constant) and isinstance(value.value, str | bool) for value in values)


def _always(tainting: Tainting, site: Site) -> bool:
    """Whether a call stands under no condition, and behind none that leaves."""
    tree = tainting.code.node(site.by)
    body = getattr(tree, "body", [])
    for node in ast.walk(tree):
        if isinstance(node, _BRANCHES) and any(part is site.node for part in ast.walk(node)):
            return False
        if isinstance(node, ast.If) and any(isinstance(part, _LEAVING) for part in ast.walk(node)):
            if not before(body, site.node, node):
                return False
    return True


def addressed(tainting: Tainting, site: Site) -> str:
    """What a call goes to as it is written, with the text of the file's own constant."""
    node = _address(site.node)
    named = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} if node is not None else set()
    given = (part for part in tainting.code.source(site.by.path).tree.body if isinstance(part, ast.Assign))
    texts = [
        ast.unparse(part.value)
        for part in given
        if any(isinstance(target, ast.Name) and target.id in named for target in part.targets)
    ]
    return " ".join([ast.unparse(node) if node is not None else "", *texts])[:400]


def _address(node: ast.Call) -> ast.expr | None:
    given = node.args[:1] or [word.value for word in node.keywords if word.arg == "url"]
    return given[0] if given else None


def _own_address(tainting: Tainting, site: Site) -> bool:
    """Whether a function always calls one place, and is no helper for any."""
    node = _address(site.node)
    while isinstance(node, ast.JoinedStr | ast.BinOp | ast.FormattedValue | ast.Attribute):
        if isinstance(node, ast.JoinedStr):
            node = node.values[0] if node.values else None
        elif isinstance(node, ast.BinOp):
            node = node.left
        else:
            node = node.value
    tree = tainting.code.node(site.by)
    arguments = tree.args if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef) else None
    if arguments is None or not isinstance(node, ast.Name | ast.Constant):
        return False
    names = {one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)} - {"self", "cls"}
    return isinstance(node, ast.Constant) or node.id not in names
