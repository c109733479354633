"""What the charter's problems say. Every message names the value that was found, cut to a bounded length."""

from __future__ import annotations

import math
import re
from typing import Any

from mlops_lint.documents.node import ListNode, MapNode, Node, ScalarNode
from mlops_lint.facts.project.charter_schema import Route, Schema, root

_KINDS = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}
_YES = frozenset(("yes", "on", "y", "ja", "t", "1"))
_NO = frozenset(("no", "off", "n", "nein", "f", "0"))


def shown(value: object, limit: int = 80) -> str:
    """The value's repr, never longer than `limit`."""
    text = repr(value if not isinstance(value, str) else value[: limit + 1])
    return text if len(text) <= limit else text[: limit - 4] + "..." + text[-1]


def label(route: Route) -> str:
    """`data.sources.0.path`, as `unconfirmed` writes it."""
    text = ".".join(str(step) for step in route)
    return text if len(text) <= 80 else text[:77] + "..."


def expected(kinds: list[str]) -> str:
    """The kinds in words: "text or a list"."""
    words = [_KINDS.get(kind, kind) for kind in kinds]
    return " or ".join(words) if len(words) < 3 else ", ".join(words[:-1]) + " or " + words[-1]


def found(node: Node) -> str:
    """What stands there, in words."""
    if isinstance(node, MapNode):
        return "a mapping"
    if isinstance(node, ListNode):
        return "a list"
    assert isinstance(node, ScalarNode)
    if node.value is None:
        return "nothing"
    if isinstance(node.value, str):
        return f"the text {shown(node.text)}"
    if isinstance(node.value, bool):
        return str(node.value).lower()
    if isinstance(node.value, float) and not math.isfinite(node.value):
        return f"{node.text[:40]}, which is not finite"
    return f"the number {node.text[:40]}"


def number_help(node: Node) -> str:
    """What to write where a number is wanted."""
    if not isinstance(node, ScalarNode):
        return ""
    text = node.text.strip()
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", text) and not text.lstrip("+-").startswith("0"):
        return f"Write {text.replace(',', '')}, without separators."
    if re.fullmatch(r"[-+]?\d{1,15},\d{1,15}", text):
        return f"Write {text.replace(',', '.')}, with a decimal point."
    if percent := re.fullmatch(r"([-+]?\d{1,15}(?:[.,]\d{1,15})?)\s*(%|percent)", text):
        share = float(percent[1].replace(",", ".")) / 100
        return f"Write the plain number, without the sign: a share of {percent[1]} % is {share:.10g}."
    if re.fullmatch(r"[-+]?\d{1,3}([ _'\u00a0]\d{3})+", text):
        return f"Write {re.sub(r'[^-+0-9]', '', text)}, without separators."
    if re.fullmatch(r"0\d{1,20}", text):
        return f"Write {text.lstrip('0') or '0'}, without leading zeros."
    if node.quoted and re.fullmatch(r"[-+]?(\d{1,20}\.?\d{0,20}|\.\d{1,20})([eE][-+]?\d{1,3})?", text):
        return f"Write {text}, without quotes."
    if unit := re.fullmatch(r"([-+]?\d{1,15}(?:\.\d{1,15})?)\s*([^\W\d_]{1,12}|[€$])", text):
        return f"Write only the number, {unit[1]}; the field's description names its unit."
    return ""


def type_help(node: Node, kinds: list[str]) -> str:
    """What to write instead of a value of the wrong type."""
    if "number" in kinds or "integer" in kinds:
        return number_help(node)
    if kinds == ["boolean"] and isinstance(node, ScalarNode):
        word = node.text.strip().casefold()
        if word in _YES | _NO | {"true", "false"}:
            return f"Write {'true' if word in _YES | {'true'} else 'false'}, without quotes."
    if kinds == ["array"] and isinstance(node, ScalarNode):
        return f"Write a list with one item: [{node.text[:60]}]."
    return ""


def empty_help(line: str, column: int) -> str:
    """Why a value is empty although something stands behind the colon."""
    rest = line[column - 1 :].strip() if len(line) <= 10_000 else ""
    if rest.startswith("#") and len(rest) > 1 and rest[1] not in " \t#":
        return f"An unquoted # begins a comment: write {_quoted(rest)}."
    return ""


def _quoted(text: str) -> str:
    word = re.split(r"[\s,}\]]", text, maxsplit=1)[0][:60]
    return f'"{word}"'


def pattern_message(where: str, text: str, schema: Schema, definition: str) -> tuple[str, str]:
    """Message and help for a text that does not have its field's form."""
    if definition in ("path", "code"):
        return _path_message(where, text)
    if definition == "value" and "#" not in text and re.search(r"\.(json|jsonl|ya?ml|toml|csv)$", text):
        return f"`{where}`: {shown(text)} names a file, but not which number in it", (
            f"Add a pointer to the number, such as {text[:60]}#/test/recall."
        )
    schema = root()["$defs"].get(definition, schema)
    example = (schema.get("examples") or [""])[0]
    title = str(schema.get("title", "value"))
    words = title[0].lower() + title[1:]
    article = "an" if words[0] in "aeiou" else "a"
    helped = str(schema.get("description", ""))
    return f"`{where}`: {shown(text)} is not {article} {words}", f"{helped} Example: {example}".strip()


def _path_message(where: str, text: str) -> tuple[str, str]:
    if ".." in text.split("/"):
        return f"`{where}`: {shown(text)} leaves the charter's folder", (
            "Write //path for a path from the root of the repository."
        )
    return f"`{where}`: {shown(text)} is an absolute path", (
        "Write a path relative to the charter, or //path from the root of the repository."
    )


def bound_message(where: str, value: float, schema: Schema) -> str:
    """The message for a number out of bounds, "" where it is within."""
    low, high, above = schema.get("minimum"), schema.get("maximum"), schema.get("exclusiveMinimum")
    if low is not None and high is not None and not low <= value <= high:
        return f"`{where}`: {value:g} is not between {low} and {high}"
    if low is not None and value < low:
        return f"`{where}`: {value:g} is less than {low}"
    if high is not None and value > high:
        return f"`{where}`: {value:g} is more than {high}"
    if above is not None and value <= above:
        return f"`{where}`: {value:g} is not more than {above}"
    return ""


def length_message(where: str, count: int, schema: Schema, unit: str, keys: tuple[str, str]) -> str:
    """The message for a text or list that is too short or too long, "" where it is not."""
    low: Any = schema.get(keys[0])
    high: Any = schema.get(keys[1])
    if low is not None and count < low:
        if count == 0 or low == 1:
            return f"`{where}` is empty"
        return f"`{where}` has {count} {unit}; at least {low} are needed"
    if high is not None and count > high:
        return f"`{where}` has {count:,} {unit}; at most {high:,} are read"
    return ""


def syntax_message(message: str, line: str, column: int) -> tuple[str, str]:
    """Message and help for text that is no YAML, by what stands at the place."""
    character = line[column - 1 : column]
    if character in ("@", "`", "%") and "cannot start" in message:
        return f"a value cannot begin with {character} unless it is quoted", f"Write {_quoted(line[column - 1 :])}."
    if character == "\t" or ("\t" in line[: max(0, column)] and not line[: max(0, column)].strip()):
        return "a tab stands where YAML wants spaces", "Indent with spaces."
    if "end of stream" in message or "document separator" in message:
        return "a quote is opened here and never closed", "Close the quote."
    if "mapping values are not allowed" in message:
        return "a colon stands inside a value that is not quoted, or a key is indented too far", (
            "Put quotes around a value that holds `: `; align keys of one block."
        )
    if "',' or" in message:
        return "a bracket is opened here and not closed", (
            "Close the bracket, and put quotes around values that hold brackets or commas."
        )
    if "sequence entries are not allowed" in message:
        return "a list item stands on the line of its key", "Put each `- item` on a line of its own."
    if "expected key" in message or "block end" in message or "expected ':'" in message or "simple key" in message:
        return "the line does not fit its block: a colon is missing or the indentation is off", (
            "Write `key: value` and align keys of one block."
        )
    if "unknown escape" in message or "escape" in message:
        return "a backslash in double quotes begins an escape that YAML does not know", "Use single quotes."
    return message, ""
