"""Functions that are named for nothing: kept under a local name that no line reads."""

from __future__ import annotations

from mlops_lint.facts.files.chains import split
from mlops_lint.facts.files.symbols import BindingFact, UseFact
from mlops_lint.facts.project.code.modules import Module

_PARTIAL = ("partial", "partialmethod")
_BY_NAME = frozenset(("locals", "vars", "globals", "eval", "exec", "dir"))


def dropped(module: Module) -> frozenset[int]:
    """The identities of the uses that only give a function such a name: `note = partial(record, path)`."""
    idle = [fact for fact in module.symbols.bindings if _local(module, fact)]
    if not idle or any(use.chain in _BY_NAME for use in module.symbols.uses):
        return frozenset()
    counts: dict[str, int] = {}
    for fact in module.symbols.bindings:
        counts[fact.target] = counts.get(fact.target, 0) + 1
    read = {split(use.chain)[0] for use in module.symbols.uses}
    alone = [fact for fact in idle if counts[fact.target] == 1 and fact.target not in read]
    return frozenset(id(use) for fact in alone for use in _given(module, fact))


def _local(module: Module, fact: BindingFact) -> bool:
    """A plain name in a function that is set to a function, or to one with some arguments filled in."""
    scope = module.facts.get(fact.scope)
    if scope is None or scope.kind != "function" or fact.parameter or "." in fact.target:
        return False
    return "?" not in fact.value and (not fact.value.endswith(("()", "[]")) or _fills(fact.value.removesuffix("()")))


def _fills(name: str) -> bool:
    return name.rpartition(".")[2] in _PARTIAL


def _given(module: Module, fact: BindingFact) -> list[UseFact]:
    """The function that the name is set to, without the call that fills in arguments."""
    own = [use for use in module.symbols.uses if use.scope == fact.scope and use.line >= fact.line]
    if not fact.value.endswith("()"):
        return [use for use in own if use.line == fact.line and not use.call and use.chain == fact.value][:1]
    fills = [use for use in own if use.line == fact.line and use.call and use.chain == fact.value.removesuffix("()")]
    first = fills[0].arguments[0] if fills and fills[0].arguments else ""
    return [use for use in own if not use.call and use.chain == first][:1]
