"""What a log of predictions holds: the names of what it writes, through helpers and from its call sites."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.features import tokens
from mlops_lint.facts.project.recorded_objects import fields_of
from mlops_lint.facts.project.recorded_outputs import left_aside, named_otherwise, only_ids, unwritten
from mlops_lint.facts.project.recorded_spread import spread_names

PARTS = ("time", "model version", "input", "output")
_WORDS = {
    "time": "time timestamp ts at date datetime created when utcnow now asctime logged day perf clock stamp occurred",
    "model version": "version model revision rev release tag alias checkpoint ckpt sha commit build registry "
    "champion variant artifact "
    "artefact deployment weights engine",
    "input": "input inputs features row rows payload request question prompt query id ids digest hash customer "
    "key image text ticket "
    "record x user message messages document sample instance item data body url uid uuid fingerprint "
    "values context order session "
    "entity account patient content photo product transaction",
    "output": "prediction predictions predicted score scores output outputs label labels result results "
    "response answer answers proba "
    "probability probabilities draft decision class y yhat pred preds confidence completion reply generated "
    "queue rank ranked estimate "
    "forecast category verdict outcome value recommendation recommendations logits amount price choice route "
    "summary translation risk",
}  # fmt: skip
_SETS = {part: frozenset(words.split()) for part, words in _WORDS.items()}
_HASHED = frozenset(("sha",))
_STAMPS = frozenset(
    "log logger logging structlog loguru trace tracer span langfuse mlflow whylogs arize evidently insert event "
    "publish".split()
)
"""What stamps the time of a record itself."""
_MATHS = ("np.", "numpy.", "math.", "torch.", "tf.")
_WHOLE = frozenset(
    "record event entry kwargs fields item obj row data payload message args values info extra line log "
    "prediction response result".split()
)
_SPREAD = frozenset(("asdict", "model_dump", "dict", "vars", "model_dump_json", "to_dict", "json", "_asdict"))

_HASH = re.compile(r"(?:^|\.)(?:hash|md5|crc32|adler32|blake2[bs]|sha3?_?\d+|xxh\d+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Logged:
    """The parts that are found; `open`: something is written whole, and what it holds is not seen."""

    parts: frozenset[str]
    open: bool


class Recording:
    """Reads the hook and what it calls."""

    def __init__(self, code: Code) -> None:
        self.code = code

    def of(self, hook: Definition) -> Logged:
        """What a hook writes down."""
        names: set[str] = set()
        calls: set[str] = set()
        whole = spelled = False
        for one in self._followed(hook):
            node = self.code.node(one)
            spelled = spelled or _spelled(node)
            names |= {*_written(node), *self._dumped(one, node)}
            calls |= {chain(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}
            whole = whole or self._whole(one, node)
        parts = {part for part in PARTS if _holds(part, names)}
        if any(_stamps(call) for call in calls):
            parts.add("time")
        if "output" in parts and spelled and not whole and self._left_out(hook, names):
            parts.discard("output")
        elif "output" not in parts and named_otherwise(self.code.node(hook), self._others("output")):
            parts.add("output")
        given = self._given(hook)
        if given is None and spelled and not whole:
            return Logged(frozenset(parts), open=False)  # handed on as a function: its own record says all
        if whole or given is None:
            outer = set().union(*given) if given else set()
            parts |= {part for part in PARTS if _holds(part, outer)}
            return Logged(frozenset(parts), given is None or not outer or whole)
        return Logged(frozenset(parts), open=False)

    def _left_out(self, hook: Definition, names: set[str]) -> bool:
        """Whether a record holds the id of the prediction alone, and something that is given is not written."""
        others = self._others("output")
        return only_ids(names, _SETS["output"] - others) and bool(unwritten(self.code.node(hook), others))

    def _others(self, part: str) -> frozenset[str]:
        return frozenset().union(*(_SETS[one] for one in PARTS if one != part))

    def _followed(self, hook: Definition) -> Iterator[Definition]:
        """The hook and the functions of the project that it calls; for a class, its methods."""
        reach = self.code.reachable([hook, *self._methods(hook)])
        yield from sorted(one for one in reach.definitions if one.kind == "function" or one == hook)

    def _methods(self, hook: Definition) -> list[Definition]:
        inner = self.code.modules[hook.path].definitions
        return [one for name, one in inner.items() if hook.kind == "class" and name.startswith(f"{hook.qualname}.")]

    def _whole(self, one: Definition, node: ast.AST) -> bool:
        """Whether a parameter is written as it is given, or an object is spread into the record."""
        fact = self.code.modules[one.path].facts.get(one.qualname)
        parameters = (set(fact.parameters) - {"self", "cls"}) & _WHOLE if fact else set()
        hashed = _hashed(node)
        known = {id(part) for part, fields in self._dumps(one, node) if fields}
        for part in ast.walk(node):
            if isinstance(part, ast.Call):
                if _name(part.func) in _SPREAD and id(part) not in hashed | known:
                    return True
                given = [*part.args, *(keyword.value for keyword in part.keywords if keyword.arg is None)]
                if any(isinstance(argument, ast.Name) and argument.id in parameters for argument in given):
                    return True
            if isinstance(part, ast.Dict) and None in self._spread(one, part):
                return True
        return False

    def _dumps(self, one: Definition, node: ast.AST) -> Iterator[tuple[ast.Call, frozenset[str]]]:
        """Objects that are written with all their fields, under a name of the record, and these fields if known."""
        for part in ast.walk(node):
            for value in part.values if isinstance(part, ast.Dict) else ():
                if (
                    isinstance(value, ast.Call)
                    and isinstance(value.func, ast.Attribute)
                    and _name(value.func) in _SPREAD
                ):
                    yield value, fields_of(self.code, one, value.func.value)

    def _dumped(self, one: Definition, node: ast.AST) -> Iterator[str]:
        for _, fields in self._dumps(one, node):
            yield from fields
        for part in ast.walk(node):
            if isinstance(part, ast.Dict):
                yield from (name for names in self._spread(one, part) for name in names or ())

    def _spread(self, one: Definition, part: ast.Dict) -> list[frozenset[str] | None]:
        return list(spread_names(part, self.code.source(one.path).tree))

    def _given(self, hook: Definition) -> list[set[str]] | None:
        """What the call sites hand over, by name; None where one cannot be told."""
        found = []
        for path, use in self.code.graph.call_sites.get(hook, []):
            if self.code.is_test(path):
                continue
            if not use.call:
                return None
            scope = self.code.graph.scope(path, use.scope)
            node = self.code.node(scope)
            found.append(
                {name for part in ast.walk(node) if isinstance(part, ast.Dict | ast.keyword) for name in _keys(part)}
            )
        return found


def _hashed(node: ast.AST) -> set[int]:
    """The calls whose result only a hash is made of, at once or by a name: nothing of what they hold can be read."""
    digests = [part for part in ast.walk(node) if isinstance(part, ast.Call) and _HASH.search(chain(part.func))]
    inner = {id(part) for digest in digests for argument in digest.args for part in ast.walk(argument)}
    before = -1
    while before != len(inner):
        before = len(inner)
        for name, value in _named_once(node):
            reads = [part for part in ast.walk(node) if isinstance(part, ast.Name) and part.id == name]
            if all(id(part) in inner for part in reads if _read(part)):
                inner |= {id(part) for part in ast.walk(value)}
    return inner


def _named_once(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Names that are given one value, and that value."""
    written = Counter(part.id for part in ast.walk(node) if isinstance(part, ast.Name) and not _read(part))
    for part in ast.walk(node):
        if isinstance(part, ast.Assign) and len(part.targets) == 1 and isinstance(part.targets[0], ast.Name):
            if written[part.targets[0].id] == 1:
                yield part.targets[0].id, part.value


def _read(part: ast.Name) -> bool:
    return isinstance(part.ctx, ast.Load)


def _spelled(node: ast.AST) -> bool:
    """Whether a record with keys of its own is written out, and no arguments are taken as they come."""
    arguments = getattr(node, "args", None)
    if not isinstance(arguments, ast.arguments) or arguments.vararg or arguments.kwarg:
        return False
    dicts = [part for part in ast.walk(node) if isinstance(part, ast.Dict) and len(part.keys) > 1]
    return any(all(isinstance(key, ast.Constant) for key in part.keys) for part in dicts)


def _written(node: ast.AST) -> Iterator[str]:
    """Names of what is written: keys, keywords, arguments, columns; not those of the functions that are called."""
    called = {id(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)} | left_aside(node)
    parameters = {id(part) for part in ast.walk(node) if isinstance(part, ast.arg)}
    dicts = [part for part in ast.walk(node) if isinstance(part, ast.Dict)]
    assigned = [part for part in ast.walk(node) if isinstance(part, ast.Assign) and isinstance(part.value, ast.Dict)]
    records = {target.id for part in assigned for target in part.targets if isinstance(target, ast.Name)}
    for part in ast.walk(node):
        if id(part) in called or id(part) in parameters:
            continue
        if isinstance(part, ast.Dict | ast.keyword):
            yield from _keys(part)
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and part.id not in records:
            yield part.id
        elif isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Load):
            yield part.attr
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield from re.findall(r"(?<!\w)(\w+)\s{0,9}[=:]\s{0,9}[%{]", part.value[:500])
        elif isinstance(part, ast.JoinedStr):
            texts = [
                value.value for value in part.values if isinstance(value, ast.Constant) and isinstance(value.value, str)
            ]
            yield from (name for text in texts for name in re.findall(r"(?<!\w)(\w+)\s{0,9}[=:]\s{0,9}$", text))
    if not dicts:
        for part in ast.walk(node):
            if isinstance(part, ast.List | ast.Tuple):
                yield from (str(item.value) for item in part.elts if isinstance(item, ast.Constant))


def _keys(part: ast.Dict | ast.keyword) -> Iterator[str]:
    if isinstance(part, ast.keyword):
        if part.arg and part.arg not in (
            "encoding",
            "default",
            "ensure_ascii",
            "exist_ok",
            "parents",
            "mode",
            "newline",
            "extra",
            "level",
        ):
            yield part.arg
        return
    for key in part.keys:
        if isinstance(key, ast.Constant):
            yield str(key.value)


def _stamps(call: str) -> bool:
    words = set(tokens(call))
    return not call.startswith(_MATHS) and bool(words & _STAMPS or words & {"time", "now", "utcnow", "today"})


def _name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _holds(part: str, names: set[str]) -> bool:
    words = {word for name in names for word in tokens(name)}
    if part == "model version":
        told = (frozenset(tokens(name)) for name in names)
        # The hash of an input (`input_sha`) is no version.
        return any(one & _SETS[part] - (_HASHED if one & _SETS["input"] - _HASHED else frozenset()) for one in told)
    if part == "input" and any(name.lower().endswith(("_id", "id")) for name in names):
        return True
    return bool(words & _SETS[part])


@provides
def recording(code: Code) -> Recording:
    """Read when asked for."""
    return Recording(code)
