"""Language models that answer through a library's pipeline: `Pipeline.run` of Haystack, `a | b` of LangChain."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.tainting import Site, Tainting

_GENERATORS = re.compile(r"^haystack(?:_integrations|_experimental)?\.(?:\w+\.)*(?:generators|agents)\.(?:\w+\.)*\w+$")
_PIPELINE = re.compile(r"^haystack\.(?:\w+\.)*(?:Async)?Pipeline(?:\(\)|\.load\(\)|\.loads\(\))?\.run(?:_async)?$")
_HELD = re.compile(r"(?:^|[._])pipe(?:line)?$", re.IGNORECASE)
_SPEAKS = re.compile(r"^langchain[\w.]*\.(?:Chat[A-Z]\w*|\w*OpenAI|\w*LLM|\w*Endpoint|Ollama\w*|init_chat_model)\b")
_PLAIN = re.compile(r"\.StrOutputParser\b")
_INVOKES = frozenset(("invoke", "ainvoke", "stream", "astream", "batch", "abatch"))


class Chains:
    """Says whether a call runs such a pipeline, with a model's text as its result."""

    def __init__(self, code: Code, tainting: Tainting) -> None:
        self.code = code
        self.tainting = tainting
        self._files: frozenset[str] | None = None

    def answers(self, site: Site) -> bool:
        """Whether a language model's text comes out of the call."""
        if _PIPELINE.match(site.name) or (not site.name and self._unseen(site)):
            return self._generates(site.by)
        plain = site.name.replace("()", "")
        if plain.endswith((".run", ".run_async")) and _GENERATORS.match(plain.rpartition(".")[0]):
            return True
        return site.last in _INVOKES and self._piped(site)

    def _unseen(self, site: Site) -> bool:
        """`self.pipeline.run(…)` where more than one thing may be held."""
        receiver = site.node.func.value if isinstance(site.node.func, ast.Attribute) else None
        return receiver is not None and site.last in ("run", "run_async") and bool(_HELD.search(chain(receiver)))

    def _generates(self, by: Definition) -> bool:
        """Whether a generator is made in the file of the call, or in one that it imports: indexing has none."""
        if self._files is None:
            named = (uses for name, uses in self.code.graph.canonical.items() if _GENERATORS.match(name))
            self._files = frozenset(path for uses in named for path, _ in uses)
        if by.path in self._files:
            return True
        names = (fact.name for fact in self.code.modules[by.path].symbols.imports if fact.name)
        values = (self.code.resolve(by.path, "", name) for name in names)
        return any(isinstance(value, Definition) and value.path in self._files for value in values)

    def _piped(self, site: Site) -> bool:
        receiver = site.node.func.value if isinstance(site.node.func, ast.Attribute) else None
        given = self._given(site, receiver.id) if isinstance(receiver, ast.Name) else [receiver]
        steps = list(_steps(given[0])) if len(given) == 1 else []
        names = [self._name(site.by, step) for step in steps]
        if len(names) < 2 or not any(_SPEAKS.match(name) for name in names):
            return False
        return bool(_SPEAKS.match(names[-1]) or _PLAIN.search(names[-1]))

    def _given(self, site: Site, name: str) -> list[ast.expr]:
        """What a name is given, in the body of the call or else at the top of its file."""
        for scope in (site.by, self.code.modules[site.by.path].body):
            nodes = [part.node for part in self.tainting.parts(scope)]
            found = [
                node.value
                for node in nodes
                if isinstance(node, ast.Assign)
                and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
            ]
            if found:
                return found
        return []

    def _name(self, by: Definition, node: ast.expr) -> str:
        text = chain(node.func if isinstance(node, ast.Call) else node)
        return self.code.canonical(by.path, by.qualname, text) or ""


def _steps(node: ast.expr | None) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield from _steps(node.left)
        yield from _steps(node.right)
    elif node is not None:
        yield node
