"""What happens to a request before the model sees it: types, checks, and what answers when something fails."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition, External
from mlops_lint.facts.project.falling_back import stand_in
from mlops_lint.facts.project.schema_naming import only_named
from mlops_lint.facts.project.serving import Serving
from mlops_lint.model import Location
from mlops_lint.repo.view import Unreadable

_MODELS = (
    "pydantic.", "msgspec.", "marshmallow.", "pandera.", "attrs.", "attr.", "sqlmodel.", "ninja.Schema",
    "rest_framework.serializers.",
    "wtforms.", "flask_wtf.", "bentoml.io.", "bentoml.validators.", "strawberry.", "graphene.",
)  # fmt: skip
_CALLS = (
    "jsonschema.", "cerberus.", "voluptuous.", "schema.Schema", "great_expectations.", "pandera.", "marshmallow.",
    "pydantic.", "fastjsonschema.",
    "typeguard.", "webargs.", "flask_pydantic.", "connexion.", "tensorflow_data_validation.validate",
    "aws_lambda_powertools.utilities.validation",
    "flask_restx.reqparse", "flask_restful.reqparse", "argparse.", "fastapi.Query", "fastapi.Form", "fastapi.Path",
    "fastapi.Body", "typer.",
)  # fmt: skip
_CHECKS = re.compile(
    r"(?:^|_)(?:validate|validated|validator|check|verify|sanitize|clean|parse|ensure|guard)(?:_|$)|model_validate|parse_obj",
    re.IGNORECASE,
)
_PLAIN = frozenset(
    "str int float bool UploadFile bytes date datetime UUID Decimal Literal Enum EmailStr constr conint "
    "confloat Annotated".split()
)
_IDLE = frozenset("staticmethod classmethod dataclass dataclasses.dataclass".split())
_UNTYPED = frozenset("dict Dict Any Request list List object Mapping".split())
_REFUSES = frozenset(
    "HTTPException ValueError TypeError BadRequest abort ValidationError UnprocessableEntity "
    "RequestValidationError".split()
)


class Incoming:
    """Looks at what is reached for a request."""

    def __init__(self, code: Code, serving: Serving) -> None:
        self.code = code
        self.serving = serving

    def _reached(self, roots: Iterable[Definition]) -> Iterator[tuple[Definition, ast.AST]]:
        known = tuple(roots)
        for one in sorted(self.code.reachable(known, self.serving.beside(known)).definitions):
            if one.kind == "function" and not self.code.is_test(one.path):
                try:
                    yield one, self.code.node(one)
                except (DocumentError, Unreadable):
                    continue

    def annotated(self, schema: Definition, roots: Iterable[Definition]) -> Location | None:
        """Where a handler's parameter is of a class, so that a framework checks each request against it."""
        for one, node in self._reached(roots):
            for argument, _ in () if self._plain(one) else self._of(schema, one, node):
                return self.code.source(one.path).at(argument)
        return None

    def only_named(self, schema: Definition, roots: Iterable[Definition]) -> Location | None:
        """Where plain functions are annotated with a schema, which checks nothing, if nothing else is done with it."""
        sites = self._asked(schema, roots)
        if self.code.graph.subclasses(schema):
            return None
        known: set[tuple[str, int, int]] = set()
        places: list[Location] = []
        for one, node in self._reached(roots):
            for argument, annotation in self._of(schema, one, node) if self._plain(one) else ():
                places.append(self.code.source(one.path).at(argument))
                named = (part for part in ast.walk(annotation) if isinstance(part, ast.expr))
                known |= {(one.path, part.lineno, part.col_offset) for part in named}
        idle = all(not use.call and (path, use.line, use.column) in known for path, use in sites)
        if places and idle:
            return places[0]
        spots = [(path, use.line, use.column) for path, use in sites]
        return self.code.use_at(*sites[0]) if only_named(self.code, schema, spots) else None

    def _of(self, schema: Definition, one: Definition, node: ast.AST) -> Iterator[tuple[ast.arg, ast.expr]]:
        """The parameters of a function that are annotated with a class."""
        for argument, annotation in _annotations(node):
            names = {name for part in ast.walk(annotation) if (name := _dotted(part))}
            if any(self.code.resolve(one.path, one.qualname, name) == schema for name in names):
                yield argument, annotation

    def _plain(self, one: Definition) -> bool:
        """Whether a function is only ever called by the project itself: no framework looks at its annotations."""
        facts = self.code.modules[one.path].facts
        owner = self.code.modules[one.path].definitions.get(one.qualname.rpartition(".")[0])
        private = one.name.startswith("_") and not one.name.endswith("__")
        if owner is not None and owner.kind == "class" and not private:
            foreign = any(not isinstance(base, Definition) for base in self.code.names.bases(owner))
            if foreign or not _IDLE.issuperset(facts[owner.qualname].decorators):
                return False
        sites = [site for site in self.code.graph.call_sites.get(one, []) if not self.code.is_test(site[0])]
        bare = _IDLE.issuperset(facts[one.qualname].decorators)
        return bool(sites) and bare and all(use.call for _, use in sites)

    def _asked(self, schema: Definition, roots: Iterable[Definition]) -> list[tuple[str, UseFact]]:
        """Where a schema is used for requests; what an evaluation makes of it by itself checks none of them."""
        known = tuple(roots)
        near = {one.path for one in self.code.reachable(known, self.serving.beside(known)).definitions}
        sites = [site for site in self.code.graph.call_sites.get(schema, []) if not self.code.is_test(site[0])]
        return [site for site in sites if not near or site[0] in near]

    def unvalidated(self, schema: Definition, roots: Iterable[Definition]) -> Location | None:
        """Where objects of a schema are made without being checked, if that is all that is done with it."""
        used = [(path, use) for path, use in self._asked(schema, roots) if use.scope]
        sites = [(path, use) for path, use in used if not self._annotates(path, use)]
        bare = [(path, use) for path, use in sites if use.chain.endswith((".model_construct", ".construct"))]
        return self.code.use_at(*bare[0]) if bare and len(bare) == len(sites) else None

    def _annotates(self, path: str, use: UseFact) -> bool:
        """Whether it is the type of a parameter that no framework looks at."""
        for one in self.code.modules[path].definitions.values():
            if one.kind == "function" and one.line <= use.line <= one.end_line and self._plain(one):
                for _, annotation in _annotations(self.code.node(one)):
                    named = (part for part in ast.walk(annotation) if isinstance(part, ast.expr))
                    if (use.line, use.column) in {(part.lineno, part.col_offset) for part in named}:
                        return True
        return False

    def checked(self, roots: Iterable[Definition]) -> Location | None:
        """Where a request is typed or checked in any way."""
        for one, node in self._reached(roots):
            source = self.code.source(one.path)
            for argument, annotation in _annotations(node) if self._handles(one) else ():
                if self._typed(one, annotation):
                    return source.at(argument)
            for part in ast.walk(node):
                if isinstance(part, ast.Call) and self._checks(one, part):
                    return source.at(part)
                if isinstance(part, ast.Raise) and part.exc is not None and _last(part.exc) in _REFUSES:
                    return source.at(part)
                if isinstance(part, ast.Return) and _refuses(part.value):
                    return source.at(part)
                if isinstance(part, ast.Assert) and "isinstance" in ast.dump(part.test):
                    return source.at(part)
        return None

    def _handles(self, one: Definition) -> bool:
        return bool(self.code.modules[one.path].facts[one.qualname].decorators)

    def _typed(self, one: Definition, annotation: ast.expr) -> bool:
        for part in ast.walk(annotation):
            name = _dotted(part)
            if not name:
                continue
            if name.rpartition(".")[2] in _PLAIN:
                return True
            value = self.code.resolve(one.path, one.qualname, name)
            if isinstance(value, External) and (
                value.name.startswith(_MODELS) or value.name.rpartition(".")[2] in _PLAIN
            ):
                return True
            if isinstance(value, Definition) and value.kind == "class" and self.is_model(value):
                return True
        return False

    def is_model(self, klass: Definition, depth: int = 0) -> bool:
        """Whether a class checks what it is made of."""
        bases = self.code.names.bases(klass)
        decorators = self.code.modules[klass.path].facts[klass.qualname].decorators
        if any("dataclass" in name or "define" in name or "attrs" in name for name in decorators):
            return True
        if any(isinstance(base, External) and base.name.startswith(_MODELS) for base in bases):
            return True
        return depth < 6 and any(isinstance(base, Definition) and self.is_model(base, depth + 1) for base in bases)

    def _checks(self, one: Definition, call: ast.Call) -> bool:
        name = chain(call.func)
        value = self.code.resolve(one.path, one.qualname, name)
        if isinstance(value, External):
            return value.name.startswith(_CALLS)
        if isinstance(value, Definition) and value.kind == "class":
            return self.is_model(value)
        if isinstance(value, Definition) and self.code.modules[value.path].facts[value.qualname].stub:
            return False
        return bool(_CHECKS.search(name.rpartition(".")[2]))

    def caught(self, roots: Iterable[Definition]) -> Location | None:
        """Where something answers although the model, or what comes before it, fails."""
        return stand_in(self.code, self._reached(roots))

    def hidden(self, roots: Iterable[Definition]) -> Location | None:
        """A call on the way that cannot be followed: what it runs may handle errors."""
        known = tuple(roots)
        found = self.code.reachable(known, self.serving.beside(known)).opaque(frozenset())
        return self.code.use_at(*found[0]) if found else None


def _annotations(node: ast.AST) -> Iterator[tuple[ast.arg, ast.expr]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            if argument.annotation is not None:
                yield argument, argument.annotation


def _dotted(part: ast.AST) -> str:
    if isinstance(part, ast.Constant) and isinstance(part.value, str) and re.fullmatch(r"[\w.]+", part.value):
        return part.value
    name = chain(part) if isinstance(part, ast.Name | ast.Attribute) else ""
    return "" if name in _UNTYPED or name.startswith("?") else name


def _last(node: ast.expr) -> str:
    return chain(node.func if isinstance(node, ast.Call) else node).rpartition(".")[2]


def _refuses(value: ast.expr | None) -> bool:
    """`return jsonify(…), 400`, `Response(status_code=422)`, `{"statusCode": 400}`."""
    return value is not None and any(
        isinstance(part, ast.Constant) and part.value in (400, 406, 415, 422) for part in ast.walk(value)
    )


@provides
def incoming(code: Code, serving: Serving) -> Incoming:
    """Looked at when asked for."""
    return Incoming(code, serving)
