"""Fields of a parsed answer that may hold any text: a schema that asks for a string refuses none."""

from __future__ import annotations

import ast
from functools import cached_property

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code

_ANY = frozenset(("str", "str|None", "Optional[str]", "typing.Optional[str]"))
_BOUND = frozenset(("pattern", "regex", "strip_whitespace_pattern"))


class FreeText:
    """Looks up fields by name, over all classes that parse."""

    def __init__(self, code: Code) -> None:
        self.code = code

    def only(self, argument: ast.expr) -> str:
        """The first free field that an expression reads; empty where it reads any other field, or none."""
        called = {id(part.func) for part in ast.walk(argument) if isinstance(part, ast.Call)}
        read = [part for part in ast.walk(argument) if isinstance(part, ast.Attribute) and id(part) not in called]
        names = [part.attr for part in read]
        return names[0] if names and all(self._fields.get(name) for name in names) else ""

    @cached_property
    def _fields(self) -> dict[str, bool]:
        """Whether every class that parses has any text in a field of that name."""
        found: dict[str, bool] = {}
        for path, module in self.code.modules.items():
            known = [
                one for name, one in module.definitions.items() if one.kind == "class" and module.facts[name].bases
            ]
            for node in (self.code.node(one) for one in known if not self.code.is_test(path)):
                for name, free in _declared(node):
                    found[name] = found.get(name, True) and free
        return found


def _declared(node: ast.AST) -> list[tuple[str, bool]]:
    """The fields of a class; none is free where something in the class validates."""
    body = node.body if isinstance(node, ast.ClassDef) else []
    checked = any(isinstance(part, ast.FunctionDef) and part.decorator_list for part in body)
    fields = [part for part in body if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)]
    return [(chain(one.target), not checked and _free(one)) for one in fields]


def _free(field: ast.AnnAssign) -> bool:
    if ast.unparse(field.annotation).replace(" ", "") not in _ANY:
        return False
    call = field.value
    if not isinstance(call, ast.Call):
        return call is None or isinstance(call, ast.Constant)
    return chain(call.func).rpartition(".")[2] in ("Field", "field") and not any(
        word.arg in _BOUND or word.arg is None for word in call.keywords
    )
