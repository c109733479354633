"""YAML by events: budgets hold before anything is built, and scalars are typed by YAML 1.2's core schema."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mlops_lint.documents.node import (
    DocumentError,
    Lines,
    ListNode,
    MapNode,
    Node,
    Position,
    Scalar,
    ScalarNode,
    decode,
)

LIMIT = 1_000_000
CHARTER_LIMIT = 256_000
MAX_DEPTH = 50
MAX_EVENTS = 100_000
MAX_ALIASES = 1_000
MAX_EXPANDED = 100_000

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+", re.ASCII)
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that a strict document may not hold; the node at `start` has no value that counts."""

    start: Position
    message: str
    help: str


def parse_yaml(data: bytes, *, strict: bool = False, limit: int | None = None) -> Node | None:
    """The one document of `data`, None where it is empty; strict refuses repeated keys, tags and aliases."""
    documents = _read(data, strict=strict, limit=limit, faults=None, most=1)
    if len(documents) > 1:
        line, column = documents[1].start
        raise DocumentError("a second document begins here; one is expected", line, column)
    return documents[0] if documents else None


def parse_yaml_all(data: bytes, *, limit: int | None = None) -> list[Node]:
    """Every document of a stream, empty ones left out."""
    return _read(data, strict=False, limit=limit, faults=None)


def parse_charter(text: str, faults: list[Fault]) -> Node | None:
    """One strict document that goes on behind tags and aliases and notes them as `faults`; repeated keys are kept."""
    documents = _build(text, strict=True, faults=faults, most=1)
    if len(documents) > 1:
        line, column = documents[1].start
        raise DocumentError("a second document begins here; a charter is one document", line, column)
    return documents[0] if documents else None


def type_plain(text: str) -> Scalar:
    """What an unquoted scalar means by YAML 1.2: `no` and dates are text, `1e-3` is a number, `0755` is text."""
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if first not in "+-.0123456789" or len(text) > 400 or _LEADING_ZERO.fullmatch(text):
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return int(text, 0) if _BASED.fullmatch(text) else text


def _read(
    data: bytes, *, strict: bool, limit: int | None, faults: list[Fault] | None, most: int = MAX_EVENTS
) -> list[Node]:
    text = decode(data, limit if limit is not None else CHARTER_LIMIT if strict else LIMIT)
    return _build(text, strict=strict, faults=faults, most=most)


@functools.cache
def _loader() -> Any:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _events(text: str, lines: Lines) -> Iterator[Any]:
    import yaml

    try:
        yield from yaml.parse(text, Loader=_loader())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = lines.at(mark.index) if mark is not None else (1, 1)
        problem = error.problem or error.context or "not YAML"
        began = lines.at(error.context_mark.index) if error.context_mark is not None else None
        raise DocumentError(_bounded(str(problem)), line, column, began=began) from None
    except yaml.YAMLError as error:
        position = getattr(error, "position", None)
        line, column = lines.at(position) if isinstance(position, int) else _control(text, lines)
        raise DocumentError("the file holds a character that YAML does not allow", line, column) from None
    except (ValueError, UnicodeError, RecursionError, OverflowError) as error:
        raise DocumentError(f"not YAML ({type(error).__name__})") from None


def _control(text: str, lines: Lines) -> Position:
    match = re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]", text)
    return lines.at(match.start()) if match else (1, 1)


def _bounded(text: str) -> str:
    return text if len(text) <= 160 else text[:157] + "..."


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    event: Any
    start: Position
    mapping: bool
    children: list[Node] = field(default_factory=list)
    nodes: int = 1


@dataclass(slots=True)
class _Anchored:
    node: Node | None
    nodes: int


class _Builder:
    def __init__(self, text: str, strict: bool, faults: list[Fault] | None) -> None:
        self.lines = Lines(text)
        self.strict = strict
        self.faults = faults
        self.documents: list[Node] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, _Anchored] = {}
        self.aliases = 0
        self.expanded = 0

    def refuse(self, start: Position, message: str, help_: str = "") -> None:
        """A fault of a strict document: noted where that is asked for, else raised."""
        if self.faults is None:
            raise DocumentError(message, *start, help=help_)
        self.faults.append(Fault(start, message, help_))

    def opened(self, event: Any, mapping: bool) -> None:
        start = self.lines.at(event.start_mark.index)
        if len(self.stack) >= MAX_DEPTH:
            raise DocumentError(f"nested deeper than {MAX_DEPTH} levels", *start)
        self.tag(event, start)
        if event.anchor:
            self.anchors[event.anchor] = _Anchored(None, 0)
        self.stack.append(_Open(event, start, mapping))

    def closed(self, event: Any) -> None:
        top = self.stack.pop()
        flow = bool(top.event.flow_style)
        last = top.children[-1].end if top.children else top.start
        end = self.lines.at(event.end_mark.index) if flow else last
        node = self.mapping(top, end) if top.mapping else ListNode(top.start, end, tuple(top.children))
        self.add(node, top.nodes, top.event.anchor)

    def scalar(self, event: Any) -> None:
        start = self.lines.at(event.start_mark.index)
        quoted = event.style not in (None, "")
        text = event.value
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise DocumentError("half of a surrogate pair is no character", *start)
        self.tag(event, start)
        value: Scalar = text if quoted or event.tag == "tag:yaml.org,2002:str" else type_plain(text)
        if event.tag in ("!",):
            value = text
        self.add(ScalarNode(start, self.lines.at(event.end_mark.index), text, quoted, value), 1, event.anchor)

    def alias(self, event: Any) -> None:
        start, end = self.lines.at(event.start_mark.index), self.lines.at(event.end_mark.index)
        if self.strict:
            self.refuse(start, f"the alias `*{event.anchor[:60]}` is not allowed here", "Write the value out.")
            self.add(ScalarNode(start, end, f"*{event.anchor}", False, None), 1, None)
            return
        known = self.anchors.get(event.anchor)
        if known is None or known.node is None:
            why = "is not defined" if known is None else "contains itself"
            raise DocumentError(f"the anchor `{event.anchor[:60]}` {why}", *start)
        self.aliases += 1
        self.expanded += known.nodes
        if self.aliases > MAX_ALIASES or self.expanded > MAX_EXPANDED:
            raise DocumentError("aliases expand into more nodes than are read", *start)
        self.add(known.node, known.nodes, None)

    def tag(self, event: Any, start: Position) -> None:
        if self.strict and event.tag and event.tag != "!":
            shown = event.tag.replace("tag:yaml.org,2002:", "!!")[:60]
            self.refuse(start, f"the tag `{shown}` is not allowed here", "Remove the tag; the field's type is known.")

    def add(self, node: Node, nodes: int, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = _Anchored(node, nodes)
        if self.stack:
            self.stack[-1].children.append(node)
            self.stack[-1].nodes += nodes
        elif not (isinstance(node, ScalarNode) and node.text == "" and not node.quoted):
            self.documents.append(node)

    def mapping(self, top: _Open, end: Position) -> MapNode:
        entries: list[tuple[ScalarNode, Node]] = []
        odd: list[Node] = []
        merges: list[Node] = []
        seen: dict[str, ScalarNode] = {}
        for key, value in zip(top.children[::2], top.children[1::2], strict=True):
            if not isinstance(key, ScalarNode):
                odd.append(key)
                continue
            if not self.strict and key.text == "<<" and not key.quoted:
                merges.append(value)
                continue
            if self.strict and self.faults is None and key.text in seen:
                first = seen[key.text].start[0]
                raise DocumentError(f"the key `{key.text[:60]}` is there already, in line {first}", *key.start)
            seen[key.text] = key
            entries.append((key, value))
        merged = [entry for entry in _merged(merges) if entry[0].text not in seen]
        return MapNode(top.start, end, (*merged, *entries), tuple(odd))


def _merged(merges: list[Node]) -> list[tuple[ScalarNode, Node]]:
    """What merge keys bring in: of several mappings the first one wins."""
    found: dict[str, tuple[ScalarNode, Node]] = {}
    for node in merges:
        for source in node.items if isinstance(node, ListNode) else (node,):
            if isinstance(source, MapNode):
                for key, value in source.entries:
                    found.setdefault(key.text, (key, value))
    return list(found.values())


def _build(text: str, *, strict: bool, faults: list[Fault] | None, most: int) -> list[Node]:
    """The documents of a text; stops behind the one too many, so that the caller can say where it begins."""
    import yaml

    builder = _Builder(text, strict, faults)
    for count, event in enumerate(_events(text, builder.lines)):
        if count > MAX_EVENTS:
            raise DocumentError("more nodes than are read", *builder.lines.at(event.start_mark.index))
        if isinstance(event, yaml.ScalarEvent):
            builder.scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            builder.opened(event, True)
        elif isinstance(event, yaml.SequenceStartEvent):
            builder.opened(event, False)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            builder.closed(event)
        elif isinstance(event, yaml.AliasEvent):
            builder.alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            builder.anchors.clear()
            if len(builder.documents) > most:
                break
    return builder.documents
