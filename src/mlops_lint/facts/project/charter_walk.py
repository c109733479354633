"""One walk over the charter's tree, driven by its schema: types scalars and reports at the culprit."""

from __future__ import annotations

import datetime
import math
import re
from typing import Any

from mlops_lint.documents.node import ListNode, MapNode, Node, ScalarNode, plain
from mlops_lint.documents.yaml import Fault
from mlops_lint.facts.project import charter_words as words
from mlops_lint.facts.project.charter_result import Place, Problem, Reference, Walked
from mlops_lint.facts.project.charter_schema import (
    POINTERS,
    REQUIRED_AT_TOP,
    REQUIRED_IN_PROJECT,
    Route,
    Schema,
    branches,
    homes,
    kinds,
    required_choice,
    resolve,
    root,
)
from mlops_lint.model import Edit, Fix, Location, Related
from mlops_lint.suggest import nearest

MAX_PROBLEMS = 200
_OWN_KEYS = "Keys of your own begin with x-."


class _Bad:
    """A value that does not count."""


BAD = _Bad()


class Walker:
    """Walks the charter at `path`; `inherited` are the fields of `project` that come from another charter."""

    def __init__(self, path: str, lines: list[str], faults: list[Fault], inherited: frozenset[str] | None) -> None:
        self.path = path
        self.lines = lines
        self.inherited = inherited
        self.faults = {fault.start for fault in faults}
        self.out = Walked()
        for fault in faults:
            self.problem(Location(path, *fault.start), fault.message, fault.help)

    def walk(self, document: MapNode) -> Walked:
        """The whole charter."""
        self.out.values = self.mapping(document, root(), ())
        return self.out

    def span(self, node: Node) -> Location:
        """The place of a node."""
        return Location(self.path, *node.start, *node.end)

    def problem(
        self,
        at: Location,
        message: str,
        help: str = "",  # noqa: A002
        related: tuple[Related, ...] = (),
        fix: Fix | None = None,
    ) -> _Bad:
        """Note a problem; what has it does not count."""
        if len(self.out.problems) < MAX_PROBLEMS:
            self.out.problems.append(Problem(at, message, help, related, fix))
        return BAD

    def node(self, node: Node, schema: Any, route: Route, definition: str = "") -> Any:
        """The typed value of any node."""
        if node.start in self.faults and isinstance(node, ScalarNode):
            return BAD
        schema, name = resolve(schema)
        definition = definition or name
        if not schema:
            return plain(node)
        if parts := branches(schema):
            return self.union(node, schema, parts, route, definition)
        wanted = kinds(schema)
        if isinstance(node, MapNode) and "object" in wanted:
            return self.mapping(node, schema, route)
        if isinstance(node, ListNode) and "array" in wanted:
            return self.sequence(node, schema, route)
        if isinstance(node, ScalarNode) and not {"object", "array"} & set(wanted):
            return self.scalar(node, schema, route, definition)
        return self.mismatch(node, wanted, route)

    def mismatch(self, node: Node, wanted: list[str], route: Route) -> Any:
        where = words.label(route)
        if isinstance(node, ScalarNode) and node.value is None:
            if route == ("unconfirmed",):
                return []  # the last guess was confirmed, and its key is still there
            line = self.lines[node.start[0] - 1] if node.start[0] <= len(self.lines) else ""
            return self.problem(self.span(node), f"`{where}` is empty", words.empty_help(line, node.start[1]))
        message = f"`{where}`: expected {words.expected(wanted)}, found {words.found(node)}"
        return self.problem(self.span(node), message, words.type_help(node, wanted))

    def union(self, node: Node, schema: Schema, parts: list[Schema], route: Route, definition: str) -> Any:
        fitting = [part for part in parts if _fits(node, kinds(part))]
        if not fitting:
            return self.mismatch(node, kinds(schema), route)
        value: Any = BAD
        for number, part in enumerate(fitting):
            trial = Walker(self.path, self.lines, [], self.inherited)
            trial.faults = self.faults
            trial.out.places.update({route: self.out.places[route]} if route in self.out.places else {})
            value = trial.node(node, part, route, definition if definition in POINTERS else "")
            if not trial.out.problems or number == len(fitting) - 1:
                self.adopt(trial.out)
                break
        return value

    def adopt(self, other: Walked) -> None:
        self.out.places.update(other.places)
        self.out.bad |= other.bad
        self.out.problems += other.problems[: MAX_PROBLEMS - len(self.out.problems)]
        self.out.references += other.references

    def sequence(self, node: ListNode, schema: Schema, route: Route) -> Any:
        where = words.label(route)
        fault = words.length_message(where, len(node.items), schema, "items", ("minItems", "maxItems"))
        if fault:
            return self.problem(self.span(node), fault)
        values = []
        for index, item in enumerate(node.items):
            here = (*route, index)
            self.out.places[here] = Place(None, self.span(item))
            value = self.node(item, schema.get("items"), here)
            if value is BAD:
                self.out.bad.add(here)
            values.append(None if value is BAD else value)
        return values

    def mapping(self, node: MapNode, schema: Schema, route: Route) -> dict[str, Any]:
        for odd in node.odd_keys:
            self.problem(self.span(odd), "a key is text, not a list or a mapping")
        values: dict[str, Any] = {}
        meant: set[str] = set()
        known = schema.get("properties", {})
        repeated = self.repeated(node, route)
        for name in node.keys():  # noqa: SIM118  (no mapping)
            key, value = node.key(name), node.get(name)
            assert key is not None
            assert value is not None
            here = (*route, name)
            self.out.places[here] = Place(self.span(key), self.span(value))
            if name not in known and not name.startswith("x-"):
                meant.update(self.unknown(key, node, known, route))
                continue
            typed = BAD if name in repeated else self.node(value, known.get(name), here)
            if typed is BAD:
                self.out.bad.add(here)
            else:
                values[name] = typed
        self.missing(node, schema, route, meant)
        return values

    def repeated(self, node: MapNode, route: Route) -> set[str]:
        first: dict[str, tuple[ScalarNode, Node]] = {}
        found: set[str] = set()
        for key, value in node.entries:
            if key.text not in first:
                first[key.text] = (key, value)
                continue
            found.add(key.text)
            before, said = first[key.text]
            where = words.label((*route, key.text))
            message = f"`{where}` is given twice: {_says(before, said)} and {_says(key, value)}"
            related = (Related(self.span(before), "the first one"),)
            self.problem(self.span(key), message, "Keep the one that is true.", related)
        return found

    def unknown(self, key: ScalarNode, node: MapNode, known: Schema, route: Route) -> list[str]:
        """Report an unknown key; the known keys that may have been meant."""
        if len(self.out.problems) >= MAX_PROBLEMS:
            return []
        block = f" in `{words.label(route)}`" if route else ""
        name = words.shown(key.text)[1:-1]
        if not isinstance(key.value, str):
            self.problem(self.span(key), f"the key `{name}`{block} is {words.found(key)}, not a name")
            return []
        message = f"unknown key `{name}`{block}"
        blocks = [home or "the top level" for home in homes().get(key.text, ())]
        shallow = [home for home in blocks if home.count(".") == min(other.count(".") for other in blocks)]
        if shallow:
            places = " or ".join(home if home.startswith("the ") else f"`{home}`" for home in shallow[:3])
            preposition = "at" if places.startswith("the ") else "under"
            self.problem(self.span(key), f"{message}: `{name}` belongs {preposition} {places}")
            return []
        near = nearest(key.text[:100], known)
        if not near or node.get(near[0]) is not None:
            self.problem(self.span(key), message, f"`{near[0]}` is there already." if near else _OWN_KEYS)
            return []
        fix = Fix(f"rename `{name}` to `{near[0]}`", (Edit(self.span(key), near[0]),), safe=False)
        self.problem(self.span(key), f"{message}; did you mean `{near[0]}`?", fix=fix)
        return near

    def missing(self, node: MapNode, schema: Schema, route: Route, meant: set[str]) -> None:
        where = f"`{words.label(route)}`" if route else "the charter"
        for name in self.required(schema, route):
            if node.get(name) is None and name not in meant:
                self.problem(self.block(node, route), f"{where} lacks `{name}`", _describe(schema, name))
        choice = required_choice(schema) if route else []
        if choice and not any(node.get(name) is not None or name in meant for name in choice):
            names = " or ".join(f"`{name}`" for name in sorted(choice, key="none_because".__eq__))
            self.problem(
                self.block(node, route),
                f"{where} lacks {names}",
                _describe(schema, next(name for name in choice if name != "none_because")),
            )

    def required(self, schema: Schema, route: Route) -> list[str]:
        """What the walk itself asks for: absent blocks and answers have checks of their own."""
        if route == ():
            return [name for name in REQUIRED_AT_TOP if name != "project" or self.inherited is None]
        if route == ("project",):
            return [name for name in REQUIRED_IN_PROJECT if name not in (self.inherited or ())]
        return ["task"] if route == ("goal",) else list(schema.get("required", ()))

    def block(self, node: MapNode, route: Route) -> Location:
        """The key of a block; its first key where it is an item of a list."""
        place = self.out.places.get(route)
        if place is not None and place.key is not None:
            return place.key
        if route and node.entries:
            return self.span(node.entries[0][0])
        return Location(self.path, *node.start) if route else Location(self.path)

    def scalar(self, node: ScalarNode, schema: Schema, route: Route, definition: str) -> Any:
        wanted = kinds(schema)
        if "const" in schema or ("enum" in schema and wanted == ["string"]):
            return self.choice(node, schema, route)
        value = typed(node, wanted)
        if value is BAD:
            return self.mismatch(node, wanted, route)
        where = words.label(route)
        if isinstance(value, str):
            return self.text(node, value, schema, route, definition)
        if isinstance(value, int | float) and (fault := words.bound_message(where, value, schema)):
            return self.problem(self.span(node), fault)
        return value

    def choice(self, node: ScalarNode, schema: Schema, route: Route) -> Any:
        where = words.label(route)
        if "const" in schema:
            wanted = schema["const"]
            if type(node.value) is type(wanted) and node.value == wanted:
                return wanted
            return self.problem(self.span(node), f"`{where}`: expected {wanted}, found {words.found(node)}")
        known = schema["enum"]
        text = node.text.strip()
        if text in known:
            return text
        if node.value is None:
            return self.mismatch(node, ["string"], route)
        near = nearest(text[:100].replace("_", "-").replace(" ", "-"), known)
        near = near or [name for name in known if len(text) >= 3 and name.startswith(text.casefold())]
        fix = Fix(f"write `{near[0]}`", (Edit(self.span(node), near[0]),), safe=False) if near else None
        end = f"; did you mean `{near[0]}`?" if near else ""
        listed = f"One of: {', '.join(known)}."
        return self.problem(self.span(node), f"`{where}`: {words.shown(text)} is not known here{end}", listed, fix=fix)

    def text(self, node: ScalarNode, text: str, schema: Schema, route: Route, definition: str) -> Any:
        where = words.label(route)
        fault = words.length_message(where, len(text), schema, "characters", ("minLength", "maxLength"))
        if fault:
            return self.problem(self.span(node), fault)
        pattern = schema.get("pattern")
        if pattern and not re.search(pattern, text):
            return self.problem(self.span(node), *words.pattern_message(where, text, schema, definition))
        if schema.get("format") == "date" and not _is_date(text):
            return self.problem(self.span(node), f"`{where}`: {words.shown(text)} is no day of the calendar")
        if definition in POINTERS and route != ("extends",):
            self.out.references.append(Reference(route, text, definition, self.span(node)))
        return text


def typed(node: ScalarNode, wanted: list[str]) -> Any:
    """The scalar as one of the wanted types; BAD where it is none of them."""
    value = node.value
    if isinstance(value, bool) and "boolean" in wanted:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if "integer" in wanted and math.isfinite(value) and value == int(value):
            return int(value)
        if "number" in wanted and math.isfinite(value):
            return value
    if "string" in wanted and value is not None:
        return node.text.strip()
    return BAD


def _fits(node: Node, wanted: list[str]) -> bool:
    if isinstance(node, MapNode):
        return "object" in wanted
    if isinstance(node, ListNode):
        return "array" in wanted
    return bool(set(wanted) - {"object", "array"})


def _says(key: ScalarNode, value: Node) -> str:
    said = f" says {words.shown(value.text, 40)}" if isinstance(value, ScalarNode) else ""
    return f"line {key.start[0]}{said}"


def _describe(schema: Schema, name: str) -> str:
    return str(schema.get("properties", {}).get(name, {}).get("description", ""))


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True
