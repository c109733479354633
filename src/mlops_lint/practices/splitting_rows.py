"""Rows that are kept apart by hand: cut, selected, drawn, read from another file, asked for by their part."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.practices.parts import CHOOSE, TEST, TRAIN, part_of, parts_of, tokens, true_test, words_in

Pair = tuple[str, ast.expr]

_DATA = re.compile(
    r"data|loader|load|read|flow_from|from_directory|from_folder|folder|generator|record|corpus|split|frame|examples|"
    r"get_?(?:batch|iter|set)|_sets?\b|images",
    re.IGNORECASE,
)
_NO_DATA = re.compile(
    r"argument|print|\blog|json|yaml|plot|title|save|write|dump|mkdir|makedir|exists|remove|upload|download|append|"
    r"load_(?:state|model|weights|checkpoint|dotenv)|torch\.load|read_config|load_config|metric|summary|format|model\b|"
    r"\.to_(?:csv|json|parquet|pickle|excel|feather|sql|html|markdown|latex)$",
    re.IGNORECASE,
)
_HOLDER = re.compile(r"data|^ds$|_ds$|^dd$|split|loader|corpus|fold|sets?$|iter", re.IGNORECASE)
_NO_HOLDER = re.compile(r"conf|cfg|arg|param|opt|path|file|metric|hist|result|loss|size|score|len", re.IGNORECASE)
_TAKES = frozenset(
    "query filter head tail take skip drop sample select shard iloc loc isel truncate isin where".split()
)
_LEAVES = frozenset(("delete", "setdiff1d"))
_RANGES = frozenset(("range", "arange"))
_SHIPPED = re.compile(r"\.(?:test|validation)\.(?:images|labels|next_batch)$")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_UNLABELLED = frozenset(("isnull", "notnull", "isna", "notna"))
_MEASURES = frozenset("evaluate evaluation eval score test validate accuracy f1 auc rmse mae report metrics".split())
_KEPT = ("validation_data", "validation_split", "valid_pct", "val_dataloaders", "n_cross_validations",
         "validation_data_size", "validation_steps")  # fmt: skip
_KEPT_BY_NAME = ("eval_dataset", "eval_set", "valid_sets", "val_data", "valid_data", "test_data")
_TRAIN_WORD = re.compile(r"(?<![a-z])[xy]?(?:train(?:ing|set|data)?|trn|tr)(?![a-z])", re.IGNORECASE)
_HELD_WORD = re.compile(
    r"(?<![a-z])[xy]?(?:val|vali|valid|validation|dev|holdout|eval|test|tst|te|testing|oof)"
    r"(?:set|data|x|y|df|loader|images|labels)?(?![a-z])",
    re.IGNORECASE,
)
_HELD_ALONE = re.compile("|".join((*_KEPT, *_KEPT_BY_NAME, "validation")))


def promising(text: str) -> bool:
    """Whether a file names parts at all: trees are slow to walk."""
    humps = _HUMP.sub("_", text)
    return bool(_HELD_ALONE.search(text) or (_TRAIN_WORD.search(humps) and _HELD_WORD.search(humps)))


def kept_apart(tree: ast.Module) -> Iterator[ast.AST]:
    """Places that part rows, whatever they are done with later."""
    nodes = list(ast.walk(tree))
    undone = _undone(nodes)
    labelled = _labelled(nodes)
    for scope in _scopes(tree, nodes):
        yield from _selected(scope, undone)
    calls: list[ast.Call] = []
    for node in nodes:
        if isinstance(node, ast.Call):
            calls.append(node)
            if _keeps(node):
                yield node
        elif isinstance(node, ast.Assign | ast.For):
            if _unpacked(node, labelled):
                yield node
        elif isinstance(node, ast.Attribute) and _SHIPPED.search(chain(node)):
            yield node
    yield from _asked(calls, labelled)
    yield from _keyed(nodes, labelled)


def reads_part(node: ast.Call) -> bool:
    """A call that reads rows which are named as held out: `pd.read_csv(folder + "/testdata.csv")`."""
    if not _reads(node):
        return False
    found = parts_of(word for value in [*node.args, *(k.value for k in node.keywords)] for word in words_in(value))
    return bool(found & {CHOOSE, TEST}) and TRAIN not in found


def _scopes(tree: ast.Module, nodes: list[ast.AST]) -> Iterator[list[ast.stmt]]:
    yield tree.body
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.body


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        yield statement
        for name in ("body", "orelse", "finalbody", "handlers"):
            yield from _statements(getattr(statement, name, []))


def _pairs(statement: ast.stmt) -> list[Pair]:
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return []
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return [(chain(left), right) for left, right in zip(target.elts, value.elts, strict=True)]
    return [(chain(target), value)]


def _selected(body: list[ast.stmt], undone: Collection[str]) -> Iterator[ast.AST]:
    """Different rows of one thing under names of different parts: `train = x[:n]`, `test = x[n:]`."""
    seen: dict[str, dict[str, set[str]]] = {}
    edges: set[tuple[str, str]] = set()
    for statement in _statements(body):
        for target, value in _pairs(statement):
            part, piece = part_of(target, rows=True), _piece(value)
            if part and piece and not _rejoined(value, undone):
                base, selector = piece
                sides = seen.setdefault(base, {TRAIN: set(), CHOOSE: set(), TEST: set()})
                sides[part].add(selector)
                held = sides[CHOOSE] | sides[TEST]
                lower = selector.partition(":")[0] if ":" in selector else ""
                parted = sides[TRAIN] - held if part != TRAIN else held - sides[TRAIN]
                if parted or (part != TRAIN and lower and (base, lower) in edges):
                    yield statement
            if piece and ":" in piece[1] and not part_of(target):
                edges.add((piece[0], piece[1].partition(":")[2]))
    for statement in _statements(body):
        if isinstance(statement, ast.If) and _by_key(statement.test):
            pieces = [_piece(v) for branch in (statement.body, statement.orelse) for s in branch for _, v in _pairs(s)]
            if len({p[1] for p in pieces if p}) > 1 and len({p[0] for p in pieces if p}) == 1:
                yield statement


def _by_key(test: ast.expr) -> bool:
    """`mode == "train"`, which decides between rows; and not between columns or settings."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
        right = test.comparators[0]
        return isinstance(right, ast.Constant) and isinstance(right.value, str) and bool(part_of(right.value))
    return False


def _piece(node: ast.expr) -> tuple[str, str] | None:
    """(of what, which rows) of an expression that takes some rows."""
    while True:
        if isinstance(node, ast.Subscript):
            selector = _selector(node.slice)
            if selector:
                return _base(node.value), selector
            node = node.value
        elif isinstance(node, ast.Call):
            last = split(chain(node.func))[-1].lstrip(".")
            given = ", ".join(ast.unparse(part) for part in [*node.args, *(word.value for word in node.keywords)])
            if last in _RANGES and node.args:
                return "range", given
            if last in _LEAVES and len(node.args) == 2:
                return _base(node.args[0]), f"{last}({given})"
            if isinstance(node.func, ast.Attribute):
                if last in _TAKES and given:
                    return _base(node.func.value), f"{last}({given})"
                node = node.func.value
            elif len(node.args) == 1:
                node = node.args[0]
            else:
                return None
        elif isinstance(node, ast.Attribute):
            node = node.value
        elif isinstance(node, ast.ListComp) and len(node.generators) == 1 and node.generators[0].ifs:
            rows = node.generators[0]
            return _base(rows.iter), " and ".join(ast.unparse(test) for test in rows.ifs)
        else:
            return None


def _base(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute) and node.attr in ("loc", "iloc", "values", "ix"):
        node = node.value
    return ast.unparse(node)


def _selector(index: ast.expr) -> str:
    """The rows that a subscript takes; empty for columns, keys and positions."""
    first = index.elts[0] if isinstance(index, ast.Tuple) and index.elts else index
    if isinstance(first, ast.Slice):
        return ast.unparse(first) if first.lower is not None or first.upper is not None else ""
    if isinstance(first, ast.Name | ast.Compare | ast.BoolOp | ast.UnaryOp | ast.BinOp | ast.Call):
        negative = isinstance(first, ast.UnaryOp) and isinstance(first.op, ast.USub)
        return "" if negative else ast.unparse(first)
    return ""


def _undone(nodes: list[ast.AST]) -> frozenset[str]:
    """Names of how many rows the training part had before it was put together with another one."""
    return frozenset(
        target for node in nodes if isinstance(node, ast.Assign) for target, value in _pairs(node) if _length(value)
    )


def _length(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and chain(node.func) == "len" and len(node.args) == 1:
        return part_of(chain(node.args[0])) == TRAIN
    return isinstance(node, ast.Subscript) and chain(node.value).endswith(".shape") and part_of(chain(node)) == TRAIN


def _rejoined(value: ast.expr, undone: Collection[str]) -> bool:
    """Whether it takes apart what was put together, or picks the rows whose target is missing."""
    for node in ast.walk(value):
        if isinstance(node, ast.expr) and _length(node):
            return True
        if isinstance(node, ast.Name) and node.id in undone:
            return True
        if isinstance(node, ast.Attribute) and node.attr in _UNLABELLED:
            return True
    return False


def _labelled(nodes: list[ast.AST]) -> bool:
    """Whether the truth of the test rows is known: it is named, or something is measured on them."""
    for node in nodes:
        if isinstance(node, ast.Name | ast.Attribute):
            if true_test(node.id if isinstance(node, ast.Name) else node.attr):
                return True
        elif isinstance(node, ast.Call) and tokens(split(chain(node.func))[-1]) & _MEASURES:
            if any(TEST in parts_of(tokens(chain(value))) for value in [*node.args, *(k.value for k in node.keywords)]):
                return True
    return False


def _keeps(node: ast.Call) -> bool:
    """An argument that hands over rows to validate on."""
    for word in node.keywords:
        value = word.value
        if isinstance(value, ast.Constant) and not value.value:
            continue
        if word.arg in _KEPT and split(chain(node.func))[-1] not in ("dict", ".add_argument"):
            return True
        if word.arg in _KEPT_BY_NAME and parts_of(words_in(value)) & {CHOOSE, TEST}:
            return not (isinstance(value, ast.Constant) or split(chain(node.func))[-1] in ("dict", ".add_argument"))
    return False


def _unpacked(node: ast.Assign | ast.For, labelled: bool) -> bool:
    """`train, val = load()` and `for train, test in folds(x)`."""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    value = node.value if isinstance(node, ast.Assign) else node.iter
    if not isinstance(target, ast.Tuple) or not isinstance(value, ast.Call):
        return False
    if parts_of(words_in(ast.Tuple([*value.args], ast.Load()))) >= {TRAIN}:
        return False  # both are handed in: parted elsewhere
    if _NO_DATA.search(chain(value.func)) or split(chain(value.func))[-1] in ("zip", ".subplots"):
        return False
    names = [part.id for part in ast.walk(target) if isinstance(part, ast.Name)]
    found = {part_of(name, rows=True) for name in names}
    return TRAIN in found and (CHOOSE in found or (TEST in found and labelled))


def _reads(node: ast.Call) -> bool:
    name = chain(node.func)
    return bool(_DATA.search(name)) and not _NO_DATA.search(name)


def _asked(calls: list[ast.Call], labelled: bool) -> Iterator[ast.Call]:
    """One reader called for the rows to train on and for others: `rows("train")`, `rows("val")`."""
    sides: dict[str, set[str]] = {}
    found: list[tuple[str, str, ast.Call]] = []
    for node in calls:
        if _reads(node):
            words: set[str] = set()
            for value in [*node.args, *(keyword.value for keyword in node.keywords)]:
                words |= words_in(value)
            named = parts_of(words)
            if len(named) == 1:
                part = next(iter(named))
                sides.setdefault(chain(node.func), set()).add(part)
                found.append((chain(node.func), part, node))
    for name, part, node in found:
        if TRAIN in sides[name] and (part == CHOOSE or (part == TEST and labelled)):
            yield node


def _keyed(nodes: list[ast.AST], labelled: bool) -> Iterator[ast.AST]:
    """`parts["train"]` and `parts["validation"]` of something that holds data; `for phase in ["train", "val"]`."""
    sides: dict[str, set[str]] = {}
    read = _read_into(nodes)
    for node in nodes:
        if isinstance(node, ast.Subscript):
            key = node.slice
            base = chain(node.value)
            last = split(base)[-1]
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and (part := part_of(key.value)):
                if (base in read or _HOLDER.search(last.lstrip("."))) and not _NO_HOLDER.search(base):
                    known = sides.setdefault(base, set())
                    known.add(part)
                    if TRAIN in known and (CHOOSE in known or (TEST in known and labelled)):
                        yield node
        elif isinstance(node, ast.For | ast.comprehension) and isinstance(node.iter, ast.List | ast.Tuple):
            texts = [item.value for item in node.iter.elts if isinstance(item, ast.Constant)]
            if {part_of(text) for text in texts if isinstance(text, str)} >= {TRAIN, CHOOSE}:
                yield node.iter


def _read_into(nodes: list[ast.AST]) -> frozenset[str]:
    """Names that rows are read into."""
    return frozenset(
        chain(node.targets[0])
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _reads(node.value)
    )
