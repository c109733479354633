"""Explanations that are made on the way to an answer, and that the answer does not hold."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.tainting import Tainting, bound
from mlops_lint.model import Location

_WHOLE = frozenset("model_dump model_dump_json dict json copy model_copy to_dict to_json _asdict __dict__".split())
MAX_ROUNDS = 6


class Kept:
    """Follows what one way of serving does with what the makers of explanations give back."""

    def __init__(self, code: Code, tainting: Tainting) -> None:
        self.code = code
        self.tainting = tainting

    def back(self, makers: Collection[Definition], roots: Iterable[Definition]) -> Location | None:
        """The first call of a maker, where every result is thrown away or ends in a field that nothing served reads."""
        roots = tuple(roots)
        reach = self.code.reachable(roots)
        sites = [site for site in self.tainting.calls(roots) if site.target in makers and site.by not in makers]
        used = [site for site in sites if not self._thrown(site.by, site.node)]
        found = [pair for site in used if (pair := self._field(site.by, site.node)) is not None]
        if not sites or len(found) < len(used):
            return None
        bodies = [one for one in sorted(reach.definitions) if one.kind == "function"]
        if any(self._read(one, name) for one in bodies for name in {name for name, _ in found}):
            return None
        whole = any(_Holders(self, roots, made).whole(bodies) for made in {made for _, made in found})
        return None if whole else self.tainting.at(sites[0])

    def _thrown(self, by: Definition, node: ast.Call) -> bool:
        """Whether a result is given a name that nothing reads."""
        targets = [part.node.targets for part in self.tainting.parts(by)
                   if isinstance(part.node, ast.Assign) and part.node.value is node]  # fmt: skip
        names = {chain(target) for target in targets[0] if isinstance(target, ast.Name)} if targets else set()
        if not names or len(names) < len(targets[0]) or by.kind != "function":
            return False
        parts = ast.walk(self.code.node(by))
        return not any(isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) and one.id in names for one in parts)

    def _field(self, by: Definition, node: ast.Call) -> tuple[str, Definition] | None:
        """The field of a class of the project that a result is put into, and into nothing else."""
        for part in self.tainting.parts(by):
            call = part.node
            if not isinstance(call, ast.Call):
                continue
            word = next((one for one in call.keywords if one.arg and one.value is node), None)
            made = self.tainting.site(by, call).target if word is not None else None
            if word is not None and word.arg and made is not None and made.kind == "class":
                return word.arg, made
        return None

    def _read(self, one: Definition, name: str) -> bool:
        """Whether a body reads the field, or names it in a text."""
        for part in self.tainting.parts(one):
            node = part.node
            if isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.ctx, ast.Load):
                return True
            if isinstance(node, ast.Constant) and node.value == name:
                return True
        return False


class _Holders:
    """The objects of one class within reach, and whether any leaves as a whole."""

    def __init__(self, facts: Kept, roots: Collection[Definition], made: Definition) -> None:
        self.code, self.tainting = facts.code, facts.tainting
        self.roots, self.made = roots, made
        self.producers: set[Definition] = set()
        self.names: dict[Definition, set[str]] = {}

    def whole(self, bodies: list[Definition]) -> bool:
        """Whether one is given back by what answers, turned into text or handed to what is not seen."""
        for _ in range(MAX_ROUNDS):
            before = len(self.producers) + sum(map(len, self.names.values()))
            for one in bodies:
                if not self._body(one):
                    return True
            if len(self.producers) + sum(map(len, self.names.values())) == before:
                return False
        return True

    def _body(self, one: Definition) -> bool:
        """Whether every object in a body is only read field by field, or handed to other functions of the project."""
        node = self.code.node(one)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return True
        names = self.names.setdefault(one, set())
        names |= {arg.arg for arg in [*node.args.args, *node.args.kwonlyargs] if self._said(arg.annotation)}
        parents = {id(child): parent for parent in ast.walk(node) for child in ast.iter_child_nodes(parent)}
        nodes = [part.node for part in self.tainting.parts(one)]
        return all(self._kept(one, part, parents, nodes) for part in nodes if self._holds(one, part))

    def _said(self, annotation: ast.expr | None) -> bool:
        return annotation is not None and self.made.name in ast.unparse(annotation)

    def _holds(self, one: Definition, part: ast.AST) -> bool:
        if isinstance(part, ast.Name):
            return part.id in self.names[one] and isinstance(part.ctx, ast.Load)
        if not isinstance(part, ast.Call):
            return False
        target = self.tainting.site(one, part).target
        return target is not None and (target == self.made or target in self.producers)

    def _kept(self, one: Definition, part: ast.AST, parents: dict[int, ast.AST], nodes: list[ast.AST]) -> bool:
        around = parents.get(id(part))
        if isinstance(around, ast.Attribute):
            return around.attr not in _WHOLE
        if isinstance(around, ast.Await | ast.IfExp):
            return self._kept(one, around, parents, nodes)
        if isinstance(around, ast.Assign) and all(isinstance(target, ast.Name) for target in around.targets):
            self.names[one] |= {chain(target) for target in around.targets}
            return True
        if isinstance(around, ast.Return):
            self.producers.add(one)
            facts = self.code.modules[one.path].facts[one.qualname]
            return one not in self.roots and not facts.decorators
        call = parents.get(id(around)) if isinstance(around, ast.keyword) else around
        return isinstance(call, ast.Call) and call.func is not part and self._handed(one, call, part)

    def _handed(self, one: Definition, call: ast.Call, part: ast.AST) -> bool:
        """Whether a function of the project gets it, whose own body is then looked at."""
        site = self.tainting.site(one, call)
        given = [name for name, value in bound(self.code, site) if value is part]
        if site.target is None or site.target.kind != "function" or not given:
            return False
        self.names.setdefault(site.target, set()).update(given)
        return True
