"""Where predictions are made for somebody: the roots from which what happens to them is followed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Constant, Definition, External
from mlops_lint.facts.project.knowledge import Knowledge, Tool
from mlops_lint.facts.project.pointers import FileTarget, FolderTarget, Pointers, SymbolTarget, definition_of
from mlops_lint.facts.project.reading import text_of

_SERVING = frozenset(
    "serve serving server predict predictor predictions prediction infer inference api app endpoint handler score "
    "scoring service batch".split()
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_COMMANDS = re.compile(r"\.(ya?ml|json|toml|cfg|ini|tf|sh|service)$|(^|/)(Procfile|Makefile|Dockerfile[^/]*)$")
_ROUTER = re.compile(r"(?:APIRouter|Blueprint|APIBlueprint|Router|Namespace)\(\)$")
_BY_NAME = frozenset(
    ("importlib.import_module", "builtins.__import__", "pkgutil.iter_modules", "pkgutil.walk_packages",
     "werkzeug.utils.find_modules", "werkzeug.utils.import_string", "runpy.run_path", "runpy.run_module")
)  # fmt: skip
"""Ways to import a file that leave no import."""
_NAME = re.compile(r"[A-Za-z_]\w*")


class Serving:
    """Roots of what runs when the model is used. Tests and notebooks serve nobody."""

    def __init__(self, code: Code, knowledge: Knowledge, pointers: Pointers) -> None:
        self.code = code
        self.knowledge = knowledge
        self.pointers = pointers
        self._found: tuple[Definition, ...] | None = None
        self._answering: frozenset[Definition] | None = None
        self._commands: frozenset[str] | None = None

    def roots_of(self, text: str) -> tuple[Definition, ...]:
        """What may run when that code of the charter runs, for a file all of it; empty where no code is read there."""
        target = self.pointers.resolve(text, "code")
        definition = definition_of(target)
        if definition is not None:
            return (definition, *self._methods(definition))
        if isinstance(target, SymbolTarget) and isinstance(target.definition, Constant):
            return self._file(target.definition.path)  # an application object: its file's handlers answer
        if isinstance(target, FileTarget) and not target.standin:
            return self._file(target.path)
        if isinstance(target, FolderTarget):
            return tuple(root for path in target.files for root in self._file(path) if not self.code.is_test(path))
        return ()

    def declared(self, entrypoint: str | None, *others: str | None) -> tuple[Definition, ...]:
        """Roots of the declared entrypoint and of other places on its way; without it, whatever calls those."""
        roots = self.roots_of(entrypoint) if entrypoint else ()
        inner = [root for text in others if text for root in self.roots_of(text)]
        return tuple(dict.fromkeys([*roots, *(inner if roots else self.callers(inner))]))

    def found(self) -> tuple[Definition, ...]:
        """Request handlers, platform functions, and code that is named after serving."""
        if self._found is None:
            roots = [root for tool in self.knowledge.tools("serving") for root in self._of_tool(tool)]
            self._found = tuple(dict.fromkeys([*roots, *self._named()]))
        return self._found

    def entries(self) -> tuple[Definition, ...]:
        """Every entry of the program that is no test and no notebook, and code that is named after serving."""
        return tuple(dict.fromkeys([*self._shipped(self.code.entries()), *self.found()]))

    def beside(self, roots: Iterable[Definition]) -> frozenset[Definition]:
        """Handlers of other requests: importing the file of one handler registers them, and runs none of them."""
        known = set(roots)
        if not known & self._handlers():
            return frozenset()
        return frozenset(one for one in self._handlers() - known if self.code.modules[one.path].body not in known)

    def _handlers(self) -> frozenset[Definition]:
        if self._answering is None:
            routes = {f"{route}{call}" for route in self.knowledge.calls("serving", "routes") for call in ("", "()")}
            self._answering = frozenset(
                inner
                for path, module in self.code.modules.items()
                for qualname, inner in module.definitions.items()
                if inner.kind == "function"
                for decorator in module.facts[qualname].decorators
                if self.code.canonical(path, qualname.rpartition(".")[0], decorator) in routes
            )
        return self._answering

    def callers(self, definitions: Iterable[Definition]) -> tuple[Definition, ...]:
        """The definitions and whatever leads to them, tests and notebooks left out."""
        seen = dict.fromkeys(definitions)
        waiting = list(seen)
        above = self._above()
        while waiting:
            for caller in self._shipped(above.get(waiting.pop(), ())):
                if caller not in seen:
                    seen[caller] = None
                    waiting.append(caller)
        return tuple(seen)

    def _above(self) -> Mapping[Definition, list[Definition]]:
        above: dict[Definition, list[Definition]] = {}
        for origin, node in list(self.code.graph.nodes.items()):
            for edge in node.edges:
                above.setdefault(edge.target, []).append(origin)
        return above

    def _shipped(self, definitions: Iterable[Definition]) -> list[Definition]:
        return [found for found in definitions if self.ships(found.path)]

    def ships(self, path: str) -> bool:
        """Whether a file is neither a test nor a notebook."""
        return not self.code.is_test(path) and not path.endswith(".ipynb")

    def unmounted(self, handler: Definition) -> bool:
        """Whether a handler belongs to a router of a file that no other file imports or names."""
        if handler not in self._handlers() or _BY_NAME & self.code.graph.canonical.keys():
            return False
        module = self.code.modules[handler.path]
        owners = {name.partition(".")[0] for name in module.facts[handler.qualname].decorators}
        made = [self.code.canonical(handler.path, "", owner) or "" for owner in sorted(owners)]
        if not all(_ROUTER.search(name) for name in made):
            return False
        stem = handler.path.rpartition("/")[2].removesuffix(".py")
        others = [one for path, one in self.code.modules.items() if path != handler.path and self.ships(path)]
        imports = (fact for one in others for fact in one.symbols.imports)
        taken = any(stem in (fact.symbol, fact.module.rpartition(".")[2]) or fact.symbol == "*" for fact in imports)
        return not (taken or module.symbols.has_main or self._in_commands(stem))

    def _file(self, path: str) -> tuple[Definition, ...]:
        module = self.code.modules.get(path)
        if module is None:
            return ()
        inner = list(module.definitions.values())
        if any(one.kind == "function" and one in self.code.live for one in inner):
            inner = [one for one in inner if one in self.code.live or self._in_commands(one.name)]
        return (module.body, module.main, *inner)

    def _in_commands(self, name: str) -> bool:
        """Whether a file of commands or settings names it, so that a platform may call it."""
        if self._commands is None:
            view = self.code.view
            files = [path for path in view.entries if _COMMANDS.search(path) and path != self.code.project.charter_path]
            self._commands = frozenset(word for path in files for word in _NAME.findall(text_of(view, path) or ""))
        return name in self._commands

    def _methods(self, definition: Definition) -> list[Definition]:
        if definition.kind != "class":
            return []
        module = self.code.modules[definition.path]
        return [inner for name, inner in module.definitions.items() if name.startswith(definition.qualname + ".")]

    def _of_tool(self, tool: Tool) -> list[Definition]:
        uses = self.code.uses(tool.calls("routes") | (frozenset() if tool.get("routes") else tool.calls("apps")))
        roots = self._shipped(self.code.scope_of(use) for use in uses)
        roots += [root for klass in self._classes(tool) for root in (klass, *self._methods(klass))]
        names = {str(name) for name in tool.get("names", ())}
        if "lambda_handler" in names or "predict_fn" in names:
            for path, module in self.code.modules.items():
                if self.ships(path):
                    roots += [module.definitions[name] for name in sorted(names & module.definitions.keys())]
        return roots

    def _classes(self, tool: Tool) -> list[Definition]:
        bases = tool.calls("bases")
        found = []
        for path, module in self.code.modules.items() if bases and tool.name != "django" else ():
            for definition in module.definitions.values():
                if definition.kind == "class" and self.ships(path):
                    known = self.code.names.bases(definition)
                    if any(isinstance(base, External) and base.name in bases for base in known):
                        found.append(definition)
        return found

    def _named(self) -> list[Definition]:
        """Functions named after serving, and everything in files that are."""
        found = []
        for path, module in self.code.modules.items():
            if not self.ships(path):
                continue
            whole = about_serving(path.rpartition("/")[2].removesuffix(".py"))
            found += [module.body, module.main] if whole else []
            found += [one for one in module.definitions.values() if whole or about_serving(one.name)]
        return found


def about_serving(name: str) -> bool:
    """Whether a name says that predictions are made: `predict_one`, `ScoringService`, `api`."""
    return not _SERVING.isdisjoint(word.lower() for word in _WORDS.findall(name))


@provides
def serving(code: Code, knowledge: Knowledge, pointers: Pointers) -> Serving:
    """Worked out when it is asked for."""
    return Serving(code, knowledge, pointers)
