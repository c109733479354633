"""How code parts rows: by calls that are known, and by hand."""

from __future__ import annotations

import ast
import functools
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition, Reach, Use
from mlops_lint.facts.project.knowledge import Knowledge, Tool
from mlops_lint.facts.project.parting_groups import cut_by_others
from mlops_lint.facts.project.parting_rows import ROW_NUMBERS, columns_alone, names_rows, numbers_rows, whole_beside
from mlops_lint.facts.project.parting_shares import bare
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location
from mlops_lint.repo.view import Unreadable

_SPLITS = re.compile(r"split|fold|partition|hold_?out|cross_val|backtest", re.IGNORECASE)
_TAKES = frozenset(
    "isin sample query filter head tail take skip truncate between nlargest nsmallest delete setdiff1d Subset "
    "SubsetRandomSampler between_time where shard window groupby apply pop append extend split select".split()
)
_PARTS = re.compile(r"(?<![a-z])(?:train|test|valid|validation|dev|holdout|eval)(?![a-z])", re.IGNORECASE)
_SQL = re.compile(r"\bwhere\b|\bmod\(|farm_fingerprint|hash\(", re.IGNORECASE)
_DRAWS = re.compile(
    r"(?:^|\.)(?:random|rand|uniform|random_sample|permutation|permuted|shuffle|randperm|choice|binomial|bernoulli)$"
)
_SAME_SIDE = re.compile(r"unique|groupby|drop_duplicates|isin|\bset\(|crc32|md5|sha\d|hash\(|GroupBy|partition_by")


@dataclass(frozen=True, slots=True)
class Parting:
    """A call that parts rows. None: that cannot be told. `kept`: rows of one group may be kept on one side by hand."""

    name: str
    at: Location
    strategy: str
    shuffled: bool | None
    stratified: bool | None
    grouped: bool | None
    compared: bool
    kept: bool
    folds: bool = False
    by: str = ""
    """The column that is given as groups, where that is told by a text."""


class Partings:
    """Answers when asked."""

    def __init__(self, code: Code, knowledge: Knowledge, values: Values) -> None:
        self.code = code
        self.knowledge = knowledge
        self.values = values

    def within(self, reach: Reach) -> list[Parting]:
        """The calls and the draws within reach, tests and what only chooses or measures left out."""
        found: list[Parting] = []
        known = {name for name, tool in self.knowledge.splits.items() if tool.get("returns") not in ("scores", "none")}
        for use in self.code.uses(known):
            if use.call and self.code.scope_of(use) in reach and not self.code.is_test(use.path):
                tool = self.knowledge.splits[use.name]
                if tool.get("returns") != "one":
                    found.append(self._call(use, tool))
        for definition in sorted(reach.definitions):
            if not self.code.is_test(definition.path):
                found += self._drawn(definition)
        return found

    def parts(self, reach: Reach) -> Location | None:
        """The first sign that rows are parted at all; generous, since its absence is held against the charter."""
        for use in self.code.uses(set(self.knowledge.splits)):
            if self.code.scope_of(use) in reach:
                return use.at
        for definition in sorted(reach.definitions):
            if definition.kind == "function" or definition in reach.roots:
                nodes = list(self._nodes(definition))
                aside = columns_alone(nodes, functools.partial(self.values.named, definition.path))
                for node in nodes:
                    if id(node) not in aside and _cuts(node):
                        return self.code.source(definition.path).at(node)
        return None

    def bare(self, reach: Reach) -> Location | None:
        """Where rows are cut or dealt out by hand, and nothing within reach looks at what they hold."""
        own = sorted(one for one in reach.definitions if one.kind == "function" and not self.code.is_test(one.path))
        for definition in own:
            found = bare([self.code.node(definition)])
            if found is not None and bare(self.code.node(one) for one in own) is not None:
                return self.code.source(definition.path).at(found)
        return None

    def by_others(self, roots: Iterable[Definition], key: str) -> tuple[Location, str] | None:
        """Where the roots part rows by hand by another column than the key of the groups, and by which."""
        given = [*roots]
        return cut_by_others(self.code, given, self.code.reachable(given), key)

    def whole(self, definition: Definition) -> Location | None:
        """Where a function that is said to split gives back all rows beside a part of them."""
        found = whole_beside(self.code.node(definition)) if definition.kind == "function" else None
        return self.code.source(definition.path).at(found) if found is not None else None

    def _call(self, use: Use, tool: Tool) -> Parting:
        call = self.code.call_node(use)
        given = {word.arg: word.value for word in call.keywords if word.arg} if call else {}
        opaque = call is None or any(word.arg is None for word in call.keywords)
        shuffled: bool | None = bool(tool.get("shuffles"))
        if (name := tool.get("shuffle")) in given:
            value = self.values.fold(use.path, use.scope, given[name])
            shuffled = bool(value.value) if value is not None else None
        elif opaque:
            shuffled = None
        around = self._around(use)
        stratify = given.get(str(tool.get("stratify", "")))
        stratified: bool | None = tool.get("strategy") == "stratified" or "Stratified" in use.name
        if stratify is not None:
            stratified = not (isinstance(stratify, ast.Constant) and stratify.value is None)
        grouped = tool.get("strategy") == "group" or "groups" in given or "Group" in use.name
        return Parting(
            use.name.replace("()", "").rpartition(".")[2], use.at, str(tool.get("strategy", "")), shuffled,
            None if opaque and not stratified else stratified, None if opaque and not grouped else grouped,
            _compares(around), bool(_SAME_SIDE.search(_text(around))), tool.get("returns") == "folds",
            self._column(use, given.get("groups") or _groups(around)),
        )  # fmt: skip

    def _column(self, use: Use, groups: ast.expr | None) -> str:
        """`rows["ward"]`, `rows[WARD].to_numpy()`."""
        if groups is not None and numbers_rows(groups):
            return ROW_NUMBERS
        while isinstance(groups, ast.Call | ast.Attribute):
            groups = groups.func if isinstance(groups, ast.Call) else groups.value
        known = self.values.fold(use.path, use.scope, groups.slice) if isinstance(groups, ast.Subscript) else None
        return known.value if known is not None and isinstance(known.value, str) else ""

    def foreign(self, one: Parting, key: str) -> bool:
        """Whether it groups by another column than the key: the code knows both, and makes neither of the other."""
        if not one.by or one.by == key or one.kept:
            return False
        files = {path: self.code.text(path).text for path in self.code.modules if not self.code.is_test(path)}
        texts, stem = list(files.values()), posixpath.splitext(posixpath.basename(one.at.path))[0]
        beside = [text for path, text in files.items() if path == one.at.path or _imports(text, stem)]
        if one.by == ROW_NUMBERS:
            return not any(names_rows(text) for text in texts)
        known = any(re.search(rf"[\"']{re.escape(key)}[\"']|^\s+{re.escape(key)}\s*:", text, re.M) for text in texts)
        made = re.compile(
            rf"[\"']{re.escape(one.by)}[\"']\s*(?:\]\s*=(?!=)|,\s*lambda)|\b{re.escape(one.by)}=(?!=)|"
            rf"\.{re.escape(one.by)}\s*=(?!=)|[(,]\s*{re.escape(one.by)}\s*=(?!=)|"
            rf"\bas\s+{re.escape(one.by)}\b|alias\([\"']{re.escape(one.by)}[\"']", re.IGNORECASE,
        )  # fmt: skip
        entry = re.compile(rf"[\"']{re.escape(one.by)}[\"']\s*:")
        return known and not any(made.search(text) for text in texts) and not any(map(entry.search, beside))

    def _around(self, use: Use) -> ast.AST | None:
        definition = self.code.scope_of(use)
        return self.code.node(definition)

    def _drawn(self, definition: Definition) -> Iterator[Parting]:
        """`rows.sample(frac=0.2)`, `rng.permutation(len(rows))`, `np.random.rand(len(rows)) < 0.8`."""
        if definition.kind != "function":
            return
        tree = self.code.node(definition)
        text = _text(tree)
        if not _PARTS.search(text.replace("_", " ")) and "return" not in text:
            return
        for node in _own(tree):
            if isinstance(node, ast.Call) and (name := self._draws(node)) and _cut_after(tree, node):
                place = self.code.source(definition.path).at(node)
                kept = bool(_SAME_SIDE.search(text))
                strat = True if "groupby" in text or "strat" in text else None
                yield Parting(name, place, "random", True, strat or False, kept, _compares(tree, random=True), kept)
                return

    def _draws(self, node: ast.Call) -> str:
        name = chain(node.func)
        last = split(name)[-1].lstrip(".")
        if last == "sample" and any(word.arg in ("frac", "fraction", "n") for word in node.keywords):
            return "" if _all_in_order(node) else "sample"
        if not _DRAWS.search(name) or last == "choice":
            return ""
        sized = any("len(" in ast.unparse(part) or "shape" in ast.unparse(part) for part in node.args)
        return last if sized or last in ("shuffle", "permutation", "randperm") else ""

    def _nodes(self, definition: Definition) -> Iterator[ast.AST]:
        try:
            yield from _own(self.code.node(definition))
        except (DocumentError, Unreadable):
            return


def _imports(text: str, stem: str) -> bool:
    return re.search(rf"^\s*(?:from|import)\b.*\b{re.escape(stem)}\b", text, re.M) is not None


def _all_in_order(node: ast.Call) -> bool:
    """Whether it takes all rows and is not told to shuffle them: `fraction` alone does not, `frac` does."""
    given = {word.arg: word.value for word in node.keywords}
    share, shuffle = given.get("fraction"), given.get("shuffle")
    part = isinstance(share, ast.Constant) and isinstance(share.value, float) and share.value < 1
    return share is not None and not part and not (isinstance(shuffle, ast.Constant) and shuffle.value is True)


def _groups(tree: ast.AST | None) -> ast.expr | None:
    """What the calls of a splitter's `split` in a scope are given as groups, where all are given one column."""
    calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call) and chain(one.func).endswith(".split")
             and (len(one.args) > 1 or one.keywords)] if tree is not None else []  # fmt: skip
    if not calls or isinstance(tree, ast.Module):
        return None
    given = [next((word.value for word in call.keywords if word.arg == "groups"), None)
             or (call.args[2] if len(call.args) > 2 else None) for call in calls]  # fmt: skip
    texts = {
        ast.unparse(one.slice if isinstance(one, ast.Subscript) else one) if one is not None else "" for one in given
    }
    return given[0] if len(texts) == 1 else None


def _own(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope, without functions within and without its docstring."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _own(node)


def _cuts(node: ast.AST) -> bool:
    """Takes some rows of something, or asks for a part by its name."""
    if isinstance(node, ast.Subscript):
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return any(isinstance(part, ast.Slice | ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Name) for part in parts)
    if isinstance(node, ast.Call):
        last = split(chain(node.func))[-1].lstrip(".")
        return last in _TAKES or bool(_SPLITS.search(last))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return bool(_PARTS.search(node.value.replace("_", " ")) and len(node.value) < 60) or bool(
            _SQL.search(node.value)
        )
    return isinstance(node, ast.Compare) and not isinstance(node.ops[0], ast.Is | ast.IsNot)


def _compares(tree: ast.AST | None, *, random: bool = False) -> bool:
    """Whether rows are chosen by what they hold: `rows[rows["month"] <= cutoff]`."""
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE):
            left = ast.unparse(node)
            if ("[" in left or re.search(r"\w\.\w", left)) and not (random and re.search(r"rand|uniform", left)):
                return True
        elif isinstance(node, ast.Call) and chain(node.func).rpartition(".")[2] in ("query", "truncate", "between"):
            return True
    return False


def _cut_after(tree: ast.AST, node: ast.Call) -> bool:
    """Whether the drawn rows are what is cut: a part is given back, or positions are taken from it, unsorted."""
    text = ast.unparse(node)
    later = [part for part in ast.walk(tree) if isinstance(part, ast.Call) and part.lineno > node.lineno]
    sorts = any(chain(part.func).rpartition(".")[2].startswith("sort") for part in later)
    if sorts:
        return False
    before = any(
        isinstance(part, ast.Subscript) and _sliced(part) and part.lineno < node.lineno for part in ast.walk(tree)
    )
    if "frac=1)" in text or "frac=1," in text or "frac=1.0" in text or "shuffle" in text or "perm" in text:
        return not before and any(isinstance(part, ast.Subscript) and _sliced(part) for part in ast.walk(tree))
    return True


def _sliced(node: ast.Subscript) -> bool:
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    return any(isinstance(part, ast.Slice) and (part.lower or part.upper) for part in parts)


def _text(tree: ast.AST | None) -> str:
    return ast.unparse(tree) if tree is not None and not isinstance(tree, ast.Module) else ""


def shuffles(found: Iterable[Parting]) -> list[Parting]:
    """Those that surely shuffle, or deal rows out regardless of time."""
    return [one for one in found if one.strategy not in ("time", "predefined") and (one.shuffled or one.folds)]


@provides
def partings(code: Code, knowledge: Knowledge, values: Values) -> Partings:
    """Nothing is looked at until it is asked for."""
    return Partings(code, knowledge, values)
