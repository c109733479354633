"""How predictions are explained in code: by which calls, from where, and of which family of model."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlops_lint.facts.files.chains import split
from mlops_lint.facts.files.nodes import spoken
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition, External, Instance, Opaque, Reach, Use
from mlops_lint.facts.project.explaining_bare import always_empty, draws_only, says_the_same
from mlops_lint.facts.project.explaining_kept import Kept
from mlops_lint.facts.project.implementing import does_nothing
from mlops_lint.facts.project.knowledge import Explainer, Knowledge
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.tainting import Tainting
from mlops_lint.model import Location

_TRAINED = frozenset(("classifier", "regressor", "ranker", "either", "trainer"))
_DYNAMIC = frozenset(
    "hydra.utils.instantiate hydra.utils.get_class importlib.import_module builtins.__import__ builtins.eval "
    "builtins.exec".split()
)
_GENERAL = frozenset(("sklearn", "pandas", "numpy", "scipy", "xgboost", "lightgbm", "catboost", "statsmodels"))
_LIBRARIES = frozenset(("shap", "lime", "eli5", "captum", "alibi", "dalex", "interpret"))
_FOREIGN = (".R", ".r", ".Rmd", ".jl", ".scala", ".java")
_SHOWN = re.compile(r"expl|reason|shap|\blime|contribut|importan|attribution|\bwhy|coef|saliency|heatmap|influen", re.I)

_KEEPS = re.compile(r"to_|save|dump|write|log|put|upload|insert|open$|store|export")
_QUERY = re.compile(r"\bselect\b.{0,4000}\bfrom\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that makes an explanation; `name` is the call or the attribute."""

    name: str
    at: Location
    by: Definition
    path: str
    fact: UseFact


@dataclass(frozen=True, slots=True)
class Trained:
    """The one family of model that the code trains, and where."""

    family: str
    name: str
    at: Location


class Explaining:
    """Looks explanations up in the linked code."""

    def __init__(self, code: Code, knowledge: Knowledge, tainting: Tainting) -> None:
        self.code = code
        self.knowledge = knowledge
        self.kept = Kept(code, tainting)

    def spots(self, explainer: Explainer) -> list[Spot]:
        """Everywhere that the method is used, in order of place; an import is no use."""
        found = [(use.name, use.path, use.fact) for use in self.code.uses(explainer.calls)]
        found += self._kept(explainer)
        wanted = {f".{name}" for name in explainer.attributes}
        given = self._arguments(explainer.name)
        for path, module in self.code.modules.items():
            for fact in module.symbols.uses:
                if hit := wanted.intersection(split(fact.chain)):
                    found.append((min(hit)[1:], path, fact))
                elif given.intersection(fact.keywords):
                    found.append((min(given.intersection(fact.keywords)), path, fact))
        spots = [
            Spot(name, self.code.use_at(path, fact), self.code.graph.scope(path, fact.scope), path, fact)
            for name, path, fact in found
        ]
        return sorted(spots, key=lambda spot: (spot.at.path, spot.at.cell or 0, spot.at.line, spot.at.column))

    def _kept(self, explainer: Explainer) -> Iterator[tuple[str, str, UseFact]]:
        """Calls of an explainer that was made elsewhere and kept: `self.explainer(row)`."""
        made = {f"{call}()": call for call in explainer.calls if not call.endswith(")")}
        for path, module in self.code.modules.items():
            known = {}
            for one in module.symbols.bindings:
                name = self.code.canonical(path, one.scope, one.value) if one.value.endswith("()") else None
                if name in made and (one.target.startswith("self.") or not one.scope):
                    known[_owner(one.target, one.scope), one.target] = made[name]
            for fact in module.symbols.uses if known else ():
                if fact.call and (call := known.get((_owner(fact.chain, fact.scope), fact.chain))):
                    yield call, path, fact

    def _arguments(self, name: str) -> frozenset[str]:
        rows = (tool for tool in self.knowledge.tools("explainers") if tool.name == name)
        return frozenset(argument for tool in rows for argument in tool.get("arguments", {}))

    def hidden(self, explainer: Explainer, roots: Iterable[Definition]) -> Location | None:
        """A place within reach that might make the explanation and cannot be followed."""
        known = tuple(roots)
        reach = self.code.reachable(known)
        dynamic = [use.at for use in self.code.uses(_DYNAMIC) if self.code.scope_of(use) in reach]
        if dynamic:
            return dynamic[0]
        answer = self.code.search(explainer.calls or {explainer.name}, known)
        places = answer.places if isinstance(answer, Opaque) else ()
        if self._importable(explainer):
            return places[0] if places else None
        return next((at for at in places if _SHOWN.search(self._text(at))), None)

    def _importable(self, explainer: Explainer) -> bool:
        """Whether some file imports what the method's calls lie in, so that a name looked up might be one of them."""
        calls = [call.partition("(")[0] for call in explainer.calls]
        for module in self.code.modules.values():
            for fact in module.symbols.imports:
                name = f"{fact.module}.{fact.symbol}" if fact.symbol not in ("", "*") else fact.module
                if not fact.level and any(f"{call}.".startswith(f"{name}.") for call in calls):
                    return True
        return False

    def _text(self, at: Location) -> str:
        """The name of the call that stands there."""
        uses = self.code.modules[at.path].symbols.uses
        return next((fact.chain for fact in uses if fact.call and self.code.use_at(at.path, fact) == at), "")

    def handmade(self, explainer: Explainer, roots: Iterable[Definition]) -> Location | None:
        """A function or class within reach that is named after the method, where the method is no library."""
        if explainer.name in _LIBRARIES:
            return None
        names = {_plain(name) for name in (explainer.name, *explainer.aliases)}
        wanted = [name for name in names if len(name) > 2] + (["relevance"] if explainer.name == "lrp" else [])
        for definition in sorted(self.code.reachable(roots).definitions):
            if definition.kind != "module" and any(name in _plain(definition.name) for name in wanted):
                if not self.code.modules[definition.path].facts[definition.qualname].stub:
                    return self.code.at(definition)
        return None

    def bare(self, explainer: Explainer, roots: tuple[Definition, ...]) -> str:
        """Why code that is said to make explanations makes none; empty where it may."""
        found = [does_nothing(self.code, root) if root.kind == "function" else "" for root in roots]
        if found and all(found):
            return found[0]
        if roots and all(root.kind == "function" and says_the_same(self.code, root) for root in roots):
            return "it gives the same back whatever it is given"
        if explainer.recognised or explainer.families != {"neural"} or self.code.unparsed:
            return ""
        return "it asks no model, and is handed nothing that one gives" if draws_only(self.code, roots) else ""

    def stored(self, explainer: Explainer, roots: Iterable[Definition]) -> Location | None:
        """A column or a query within reach that bears the method's name: explanations that were made elsewhere."""
        names = {_plain(name).removesuffix("s") for name in (explainer.name, *explainer.aliases, *explainer.attributes)}
        wanted = [name for name in names if len(name) > 8]
        for definition in sorted(self.code.reachable(roots).definitions) if wanted else ():
            for node in _own(self.code.node(definition)):
                key = node.slice if isinstance(node, ast.Subscript) else node
                text = spoken(key) if isinstance(key, ast.Constant) else ""
                if (key is not node or _QUERY.search(text)) and any(name in _plain(text) for name in wanted):
                    return self.code.source(definition.path).at(node)
        return None

    def imported(self, explainer: Explainer) -> Location | None:
        """An import of the method's own library."""
        wanted = {call.partition("(")[0].partition(".")[0] for call in explainer.calls if "." in call}
        own = {explainer.name} & wanted or wanted - _GENERAL
        for path, module in self.code.modules.items():
            for fact in module.symbols.imports:
                if not fact.level and fact.module.partition(".")[0] in own and not self.code.is_test(path):
                    return self.code.text(path).line(fact.line)
        return None

    def unread(self) -> str:
        """A file that might make explanations and is not read: broken, or in another language."""
        broken = [path for path in self.code.unparsed if not self.code.is_test(path)]
        foreign = [
            path for path in self.code.view.entries if path.endswith((".R", ".r", ".jl", ".scala", ".java", ".Rmd"))
        ]
        return next((path for path in [*broken, *foreign] if self.code.project.owns(path)), "")

    def entries(self) -> tuple[Definition, ...]:
        """Program entries, notebooks included, tests left out."""
        return tuple(entry for entry in self.code.entries() if not self.code.is_test(entry.path))

    def trained(self, roots: Iterable[Definition]) -> Trained | None:
        """The family of what is trained within reach, if it is one."""
        found = self._estimators(self.code.reachable(roots))
        families = {family for family, _ in found}
        if len(families) != 1:
            return None
        family, use = found[0]
        return Trained(family, use.name.rpartition(".")[2], use.at)

    def families(self, trained: Iterable[Definition] = (), aside: Iterable[Definition] = ()) -> frozenset[str]:
        """All families of models that live code makes, without notebooks and what only `aside` (a baseline) reaches."""
        own, other = self.code.reachable(trained), self.code.reachable(aside)
        kept = set()
        for family, use in self._estimators(self.code.live):
            scope = self.code.scope_of(use)
            if scope in own or not (use.path.endswith(".ipynb") or (scope in other and scope.kind != "module")):
                kept.add(family)
        return frozenset(kept)

    def _estimators(self, reach: Reach) -> list[tuple[str, Use]]:
        known = self.knowledge.estimators
        names = [name for name, one in known.items() if one.kind in _TRAINED and one.family != "any"]
        uses = [use for use in self.code.uses(names) if not self.code.is_test(use.path)]
        return [(known[use.name].family, use) for use in uses if self.code.scope_of(use) in reach]

    def explained(self, spot: Spot) -> str:
        """The family of the model that a call is given, "" where it is not known."""
        given = spot.fact.arguments[0] if spot.fact.call and spot.fact.arguments else spot.fact.keywords.get("model")
        if not given or given.startswith(("?", "*")):
            return ""
        value = self.code.resolve(spot.path, spot.fact.scope, given)
        if isinstance(value, Instance):
            bases = self.code.names.bases(value.of)
            names = [base.name for base in bases if isinstance(base, External)]
        else:
            names = [value.name] if isinstance(value, External) else []
        for name in names:
            estimator = self.knowledge.estimators.get(name.partition("(")[0])
            if estimator is not None and estimator.kind in _TRAINED and estimator.family != "any":
                return estimator.family
        return ""

    def shows_something(self, roots: Iterable[Definition]) -> Location | None:
        """A word within reach that may stand for a stored explanation."""
        reach = self.code.reachable(roots)
        for definition in sorted(reach.definitions):
            if definition.kind == "function" or definition in reach.roots:
                empty = always_empty(self.code.node(definition))
                for node in _own(self.code.node(definition)):
                    if _SHOWN.search(spoken(node)) and not (isinstance(node, ast.Name) and node.id in empty):
                        return self.code.source(definition.path).at(node)
        return None

    def keeps(self, path: str) -> bool:
        """Whether a file writes anything that a service may read."""
        calls = (split(use.chain)[-1].lstrip(".") for use in self.code.modules[path].symbols.uses if use.call)
        return any(_KEEPS.match(name) for name in calls)

    def run_by(self, notebook: str) -> str:
        """A file that names the notebook, so that a job may run it and hand on what it makes."""
        view, project = self.code.view, self.code.project
        name = notebook.rpartition("/")[2]
        skip = (".md", ".rst", ".ipynb", ".lock")
        paths = (one for one in view.entries if one != project.charter_path and not one.endswith(skip))
        return next((one for one in paths if name in (text_of(view, one, 500_000) or "")), "")


def _owner(name: str, scope: str) -> str:
    """The class whose attribute a name is; "" for a name of the module."""
    return scope.rpartition(".")[0] if name.startswith("self.") else ""


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _own(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions of a body, for a module without those of its functions; documentation left out."""
    waiting = list(ast.iter_child_nodes(tree))
    inside = not isinstance(tree, ast.Module)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if not inside and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if isinstance(node, ast.expr):
            yield node
        waiting += ast.iter_child_nodes(node)


@provides
def explaining(code: Code, knowledge: Knowledge, tainting: Tainting) -> Explaining:
    """Worked out when asked."""
    return Explaining(code, knowledge, tainting)
