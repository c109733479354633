"""Workflows of Airflow, one by one: what each is scheduled by, whether it trains, and what else starts it."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.cron import never_comes
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.retraining_words import DRIFTS, Start, bare, texts_of, trains
from mlops_lint.model import Location

_TIMES = ("schedule", "schedule_interval", "timetable")
_SCHEDULE_POSITION = 2
_TOLD = ("task_id", "dag_id", "description", "doc_md", "owner", "tags", "group_id", "default_args")
_STARTER = re.compile(r"TriggerDagRun\w*$")
_NAMED = re.compile(r"trigger_dag|dagRuns|dags trigger|dag_run|TriggerDagRun")
_ONLY_AFTER_A_FAILURE = re.compile(r"(?:ONE|ALL)_FAILED$|^(?:one|all)_failed$")
_FORKS = re.compile(r"branch|short_?circuit", re.IGNORECASE)
_WAITS = re.compile(r"sensor|wait_for|asset|dataset", re.IGNORECASE)
_FILES = re.compile(r"\.(?:py|ya?ml|sh|tf|json|toml|ipynb)$|(?:^|/)Makefile$")


@dataclass(frozen=True, slots=True)
class Dag:
    """One workflow: its name where that is written, the call that makes it and the parts that belong to it."""

    path: str
    name: str
    call: ast.Call | None
    parts: tuple[ast.AST, ...] = field(default=(), repr=False)

    def calls(self) -> Iterator[ast.Call]:
        """Every call in it."""
        return (node for part in self.parts for node in ast.walk(part) if isinstance(node, ast.Call))

    @property
    def forks(self) -> bool:
        """Whether some of its tasks run on a condition alone."""
        decorators = (mark for part in self.parts for node in ast.walk(part) for mark in _marks(node))
        names = (chain(mark.func if isinstance(mark, ast.Call) else mark) for mark in decorators)
        return any(_FORKS.search(name) for name in (*names, *(chain(call.func) for call in self.calls())))


def dags(code: Code, path: str) -> list[Dag]:
    """The workflows that a file makes."""
    tree = code.source(path).tree
    found: list[Dag] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.With | ast.AsyncWith):
            calls = [item.context_expr for item in node.items if _makes(item.context_expr)]
            found += [Dag(path, _name(call), call, tuple(node.body)) for call in calls if isinstance(call, ast.Call)]
        elif isinstance(node, ast.FunctionDef) and (marks := [mark for mark in node.decorator_list if _makes(mark)]):
            made = marks[0] if isinstance(marks[0], ast.Call) else None
            found.append(Dag(path, (_name(made) if made else "") or node.name, made, tuple(node.body)))
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _makes(node.value):
            found.append(Dag(path, _name(node.value), node.value, _belonging(tree, chain(node.targets[0]))))
    return found


def _marks(node: ast.AST) -> list[ast.expr]:
    return node.decorator_list if isinstance(node, ast.FunctionDef) else []


def _makes(node: ast.expr) -> bool:
    called = node.func if isinstance(node, ast.Call) else node
    last = chain(called).rpartition(".")[2]
    return last == "dag" or (last == "DAG" and isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    given = next((one.value for one in call.keywords if one.arg == "dag_id"), call.args[0] if call.args else None)
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""


def _belonging(tree: ast.Module, name: str) -> tuple[ast.AST, ...]:
    """What is written for a workflow that has a name: `with it:` and `Operator(…, dag=it)`."""
    found: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.With) and any(chain(item.context_expr) == name for item in node.items):
            found += node.body
        elif isinstance(node, ast.Call) and any(one.arg == "dag" and chain(one.value) == name for one in node.keywords):
            found.append(node)
    return tuple(found)


class Dags:
    """Judges a trigger by those workflows of a file that train."""

    def __init__(self, code: Code, wanted: Collection[Definition], files: tuple[str, ...]) -> None:
        self.code = code
        self.wanted = [one for one in wanted if one.qualname not in ("", "<main>")]
        self.files = files

    def judge(self, path: str, trigger: str) -> Start | None:
        """What the workflows of a file do for a trigger; None where none of them is seen to train."""
        training = [one for one in dags(self.code, path) if self._trains(one)]
        found = [self._one(one, trigger) for one in training]
        good = next((one for one in found if one.fulfils), None)
        return good or next((one for one in found if one.unclear), None) or (found[0] if found else None)

    def _one(self, dag: Dag, trigger: str) -> Start:
        at = self._at(dag.path, dag.call) if dag.call is not None else Location(dag.path)
        time, lacks = self._time(dag)
        if trigger == "manual" or (trigger in ("schedule", "new-data") and not lacks):
            return Start(self._at(dag.path, time), fulfils=True) if time is not None else Start(at, fulfils=True)
        if trigger == "schedule":
            return self._started(dag, Start(self._at(dag.path, time) if time is not None else at, lacks=lacks))
        if isinstance(time, ast.List | ast.Tuple | ast.Call | ast.BinOp) or self._reacts(dag):
            return Start(at, fulfils=True)
        return self._asked(dag) or Start(at, lacks=f"is started by no {trigger.replace('new-data', 'new data')}")

    def _time(self, dag: Dag) -> tuple[ast.expr | None, str]:
        """The schedule as it is written, and why it starts nothing."""
        if dag.call is None:
            return None, "has no schedule"
        given = {one.arg: one.value for one in dag.call.keywords}
        node = next((given[name] for name in _TIMES if name in given), None)
        if node is None and len(dag.call.args) > _SCHEDULE_POSITION:
            node = dag.call.args[_SCHEDULE_POSITION]
        if node is None:
            return None, "" if None in given else "has no schedule"
        value = self._constant(dag.path, node)
        if isinstance(value, ast.Constant) and value.value in (None, "@once"):
            return node, "has no schedule"
        vain = isinstance(value, ast.Constant) and isinstance(value.value, str) and never_comes(value.value)
        return node, "is scheduled for a day that never comes" if vain else ""

    def _constant(self, path: str, node: ast.expr) -> ast.expr:
        """What a name stands for, where the file says it once."""
        if not isinstance(node, ast.Name):
            return node
        tree = self.code.source(path).tree
        said = [one for one in ast.walk(tree) if isinstance(one, ast.Assign) and node.id in map(chain, one.targets)]
        return said[0].value if len(said) == 1 else node

    def _trains(self, dag: Dag) -> bool:
        reach = self.code.reachable(self._direct(dag), {module.body for module in self.code.modules.values()})
        if any(one in reach for one in self.wanted):
            return True
        own = [one for one in reach.definitions if one.kind == "function" and one.path == dag.path]
        texts = [*self._texts(dag), *(text for one in own for text in texts_of(self.code.node(one)))]
        if any(trains(text, self.files) for text in texts if not re.search(r"\bpytest\b", text)):
            return True
        told = (self.code.canonical(dag.path, use.scope, use.chain) for use in self._uses(dag))
        names = (name.rpartition("::")[2] for name in (*told, *(chain(call.func) for call in dag.calls())) if name)
        return any(re.search(r"train|fine_?tune", name, re.IGNORECASE) for name in names)

    def _uses(self, dag: Dag) -> list[UseFact]:
        """The names that are read in a workflow."""
        parts = [part for part in dag.parts if isinstance(part, ast.stmt | ast.expr)]
        lines = [(part.lineno, part.end_lineno or part.lineno) for part in parts]
        uses = self.code.modules[dag.path].symbols.uses
        return [use for use in uses if any(first <= use.line <= last for first, last in lines)]

    def _direct(self, dag: Dag) -> list[Definition]:
        """What the tasks of a workflow call or are given to call."""
        found = [self.code.resolve(dag.path, use.scope, use.chain) for use in self._uses(dag)]
        return [one for one in dict.fromkeys(found) if isinstance(one, Definition) and one.kind != "module"]

    def _forks(self, dag: Dag) -> bool:
        facts = (self.code.modules[one.path].facts[one.qualname] for one in self._direct(dag))
        return dag.forks or any(_FORKS.search(mark) for fact in facts for mark in fact.decorators)

    def _texts(self, dag: Dag) -> Iterator[str]:
        """What its tasks are given; what starts another workflow, and mere names, are none of that."""
        for part in dag.parts:
            skipped: set[int] = set()
            for node in ast.walk(part):
                if isinstance(node, ast.Call):
                    told = [one.value for one in node.keywords if one.arg in _TOLD]
                    whole = [node] if _STARTER.search(chain(node.func)) else told
                    skipped |= {id(inner) for one in whole for inner in ast.walk(one)}
            yield from (
                node.value
                for node in ast.walk(part)
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped
            )

    def _reacts(self, dag: Dag) -> bool:
        """Whether it looks at something before it trains: at drift, at a score, at what has come in."""
        if self._forks(dag) or any(_WAITS.search(chain(call.func)) for call in dag.calls()):
            return True
        without = {module.body for module in self.code.modules.values()} | set(self.wanted)
        reach = self.code.reachable([one for one in self._direct(dag) if one not in without], without)
        inner = [one for one in reach.definitions if one.kind == "function"]
        words = [*self._texts(dag), *(ast.unparse(self.code.node(one)) for one in inner)]
        return any(DRIFTS.search(text) for text in (*words, *(chain(call.func) for call in dag.calls())))

    def _starters(self, wanted: Dag) -> Iterator[tuple[Dag, ast.Call]]:
        """The tasks of other workflows that start this one, or one that is not named."""
        for path in self.code.modules:
            if self.code.is_test(path) or "TriggerDagRun" not in (text_of(self.code.view, path) or ""):
                continue
            for dag in dags(self.code, path):
                for call in dag.calls():
                    given = next((one.value for one in call.keywords if one.arg == "trigger_dag_id"), None)
                    name = given.value if isinstance(given, ast.Constant) else None
                    if _STARTER.search(chain(call.func)) and (name is None or not wanted.name or name == wanted.name):
                        yield dag, call

    def _started(self, dag: Dag, without: Start) -> Start:
        """A workflow without a schedule of its own may be started by one that has one."""
        conditional: Start | None = None
        for other, call in self._starters(dag):
            at = self._at(other.path, call)
            if self._time(other)[1] or self._forks(other):
                return Start(at, unclear="may start it at some time")
            rule = next((one.value for one in call.keywords if one.arg == "trigger_rule"), None)
            said = str(rule.value) if isinstance(rule, ast.Constant) else chain(rule) if rule is not None else ""
            if not _ONLY_AFTER_A_FAILURE.search(said):
                return Start(at, fulfils=True)
            conditional = Start(at, lacks="starts a training on a condition alone")
        if conditional is None and (where := self._elsewhere(dag)) is not None:
            return Start(where, unclear="may start it at some time")
        return conditional or without

    def _asked(self, dag: Dag) -> Start | None:
        """Something else that starts it when it is needed."""
        where = next((self._at(other.path, call) for other, call in self._starters(dag)), None) or self._elsewhere(dag)
        return Start(where, fulfils=True) if where is not None else None

    def _elsewhere(self, dag: Dag) -> Location | None:
        """Another file that starts workflows of Airflow, this one or one that it does not name."""
        view, project = self.code.view, self.code.project
        for path in view.entries:
            if path == dag.path or not _FILES.search(path) or not project.owns(path) or self.code.is_test(path):
                continue
            if path != project.charter_path and _NAMED.search(text := bare(view, path)):
                known = [one.name for one in dags(self.code, dag.path) if one.name] if dag.name else []
                others = [name for name in known if name != dag.name and re.search(rf"\b{re.escape(name)}\b", text)]
                if not others or re.search(rf"\b{re.escape(dag.name)}\b", text):
                    return Location(path)
        return None

    def _at(self, path: str, node: ast.expr) -> Location:
        return self.code.source(path).at(node)
