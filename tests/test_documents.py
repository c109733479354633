"""Documents: trees with positions, and an error instead of anything worse."""

from __future__ import annotations

import ast
import contextlib
import json
import math

import pytest
import yaml as pyyaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_lint.documents import csvfile, yaml
from mlops_lint.documents.json import parse_json
from mlops_lint.documents.markdown import headings
from mlops_lint.documents.node import DocumentError, MapNode, ScalarNode, iterate, plain, walk_pointer
from mlops_lint.documents.python import parse_python
from mlops_lint.documents.toml import parse_toml
from mlops_lint.documents.yaml import parse_yaml, parse_yaml_all

HOSTILE = [
    b"",
    b"\xff\xfe",
    b"\x00",
    b"a: \xe2\x80\xa8b",
    b"\xef\xbb\xbfa: 1",
    b"[" * 5000,
    b"- " * 5000,
    b"{a: " * 100,
]
SNIPPETS = [
    "a",
    ":",
    " ",
    "\n",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "<<",
    "!x ",
    "'",
    '"',
    "#",
    "|",
    ">",
    "\t",
    "\u2028",
    "\ud7ff",
    "😀",
    "=",
    ".",
    "1",
    "e",
    "\\ud800",
    "\\",
    ",",
    "%",
    "@",
    "---\n",
    "...\n",
    "?",
    "\r",
    "\x85",
    "true",
    "nul",
]


@pytest.mark.parametrize(
    "text", ["on", "no", "yes", "off", "12:30", "1:30:00", "2026-11-20", "0755", "1_000", "0,85", "85 %", "=", "1.2.3"]
)
def test_these_stay_text(text: str) -> None:
    assert yaml.type_plain(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("0", 0),
        ("-7", -7),
        (".5", 0.5),
        ("1.", 1.0),
        ("0x1F", 31),
        ("0o17", 15),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("", None),
        (".inf", math.inf),
        ("1E5", 1e5),
    ],
)
def test_core_schema(text: str, value: object) -> None:
    assert yaml.type_plain(text) == value
    assert type(yaml.type_plain(text)) is type(value)


def test_yaml_positions() -> None:
    node = parse_yaml("a:\n  b: [1, 'x']\n  ü😀: {c: on}\nz: 1\n".encode())
    assert isinstance(node, MapNode)
    inner = node.get("a")
    assert isinstance(inner, MapNode)
    assert (inner.start, inner.end) == ((2, 3), (3, 14))
    found = walk_pointer(node, "/a/b/1")
    assert isinstance(found, ScalarNode)
    assert (found.text, found.quoted, found.start, found.end) == ("x", True, (2, 10), (2, 13))
    last = walk_pointer(node, "/a/ü😀/c")
    assert isinstance(last, ScalarNode)
    assert (last.value, last.start) == ("on", (3, 11))
    assert plain(node) == {"a": {"b": [1, "x"], "ü😀": {"c": "on"}}, "z": 1}


def test_lines_are_those_of_an_editor() -> None:
    node = parse_yaml("a: 'x\u2028y'\r\nb: 1\rc: 2\n".encode())
    assert isinstance(node, MapNode)
    assert [key.start for key, _ in node.entries] == [(1, 1), (2, 1), (3, 1)]


def test_both_loaders_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\ufeffa: [😀, 'x\u2028y', {k: 1}]\nb: |\n  t\nc: &x {d: 1}\ne: *x\n".encode()
    shown = [(type(n).__name__, n.start, n.end) for n in iterate(parse_yaml(text))]
    monkeypatch.setattr(yaml, "_loader", lambda: pyyaml.SafeLoader)
    assert [(type(n).__name__, n.start, n.end) for n in iterate(parse_yaml(text))] == shown


def test_merge_keys_and_tags() -> None:
    node = parse_yaml(b"x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\nz: !Ref foo\n")
    assert plain(node) == {"x": {"a": 1, "b": 2}, "y": {"a": 1, "b": 3}, "z": "foo"}


@pytest.mark.parametrize(
    "text", ["a: 1\na: 2\n", "a: !!str 1\n", "a: &x 1\nb: *x\n", "a: 1\n---\nb: 1\n", "a: [\n", 'a: "\\ud800"\n']
)
def test_strict_refuses(text: str) -> None:
    with pytest.raises(DocumentError):
        parse_yaml(text.encode(), strict=True)


def test_bombs_end_at_once() -> None:
    anchors = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 20))
    merges = "m0: &m0 {k: 1}\n" + "".join(f"m{i}: &m{i}\n  <<: [*m{i - 1}, *m{i - 1}]\n" for i in range(1, 30))
    for bomb in (
        anchors,
        merges,
        "a: &a [*a]",
        "x: " + "[" * 3000,
        "".join(f"k{i}: 1\n" for i in range(60_000)),
        "#" * 1_000_001,
    ):
        with pytest.raises(DocumentError):
            parse_yaml(bomb.encode())


def test_many_documents() -> None:
    assert [plain(n) for n in parse_yaml_all(b"a: 1\n---\nb: 2\n---\n---\n")] == [{"a": 1}, {"b": 2}]
    assert parse_yaml(b"# nothing\n") is None


def test_json_positions_and_types() -> None:
    node = parse_json(b'\xef\xbb\xbf{"a": [1, 2.5, -1e3, "x\\n", true, null],\r\n "a/b": {"~": NaN}}')
    assert plain(walk_pointer(node, "/a")) == [1, 2.5, -1000.0, "x\n", True, None]
    value = walk_pointer(node, "/a~1b/~0")
    assert isinstance(value, ScalarNode)
    assert value.start == (2, 15)
    assert walk_pointer(node, "/a/6") is None
    assert walk_pointer(node, "/a/01") is None


@pytest.mark.parametrize("data", [b"[" * 100_000, b"[1" + b"1" * 5000 + b"]", b"{", b"[1] 2", b"[" * 200 + b"]" * 200])
def test_json_refuses(data: bytes) -> None:
    with pytest.raises(DocumentError):
        parse_json(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    ),
    st.booleans(),
)
def test_json_as_the_standard_library_reads_it(value: object, ascii_only: bool) -> None:
    data = json.dumps(value, ensure_ascii=ascii_only, indent=1)
    node = parse_json(data.encode())
    assert plain(node) == value
    assert all(child.start < child.end for child in iterate(node))


def test_toml() -> None:
    node = parse_toml(b'a = 1\n[t]\nb.c = "x"\n[[l]]\nd = 2026-11-20\n[[l]]\nd = 2\n')
    assert plain(node) == {"a": 1, "t": {"b": {"c": "x"}}, "l": [{"d": "2026-11-20"}, {"d": 2}]}
    places = {pointer: walk_pointer(node, pointer) for pointer in ("/a", "/t", "/t/b/c", "/l/1/d")}
    assert [found.start[0] for found in places.values() if found] == [1, 2, 3, 7]


@pytest.mark.parametrize(
    "data", [b"a = ", b"a = 1\na = 2", b"a=" + b"[" * 3000, b".".join([b"a"] * 400) + b" = 1", b"\xff"]
)
def test_toml_refuses(data: bytes) -> None:
    with pytest.raises(DocumentError):
        parse_toml(data)


def test_csv() -> None:
    assert csvfile.header(b"a;b\n1;2\n") == ["a", "b"]
    assert csvfile.table(b'name,"x, y"\r\nr,0.5\r\n') == [["name", "x, y"], ["r", "0.5"]]


def test_headings() -> None:
    page = "# Roll back!\n\nText\n\n## `x` & [y](z)\n```\n# no\n```\nUnder\n-----\n"
    page += "# Roll back!\n<a id='own'></a>\n## 되돌리기\n- a\n---\n"
    assert [(h.slug, h.line) for h in headings(page)] == [
        ("roll-back", 1),
        ("x--y", 5),
        ("under", 9),
        ("roll-back-1", 11),
        ("own", 12),
        ("되돌리기", 13),
    ]


def _any_reader(data: bytes) -> None:
    for read in (
        parse_yaml,
        parse_yaml_all,
        lambda b: parse_yaml(b, strict=True),
        parse_json,
        parse_toml,
        csvfile.header,
        csvfile.table,
    ):
        with contextlib.suppress(DocumentError):
            read(data)
    headings(data.decode("utf-8", "replace"))


@pytest.mark.parametrize("data", HOSTILE)
def test_hostile_bytes(data: bytes) -> None:
    _any_reader(data)


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=300)
    | st.lists(st.sampled_from(SNIPPETS), max_size=40).map(lambda parts: "".join(parts).encode())
)
def test_any_bytes_give_a_tree_or_a_document_error(data: bytes) -> None:
    _any_reader(data)


@pytest.mark.parametrize(
    "text",
    [
        "def first[T](items: list[T]) -> T:\n    return items[0]\n",
        "class Box[T: (int, str), *Ts, **P](list[T]):\n    pass\n",
        "type Row[T] = dict[str, T]\nx = 1\n",
    ],
)
def test_type_parameters_are_read_whatever_python_runs_this(text: str) -> None:
    nodes = [node for node in ast.walk(parse_python("x.py", text.encode()).tree) if isinstance(node, ast.stmt)]
    assert (nodes[0].lineno, nodes[0].col_offset) == (1, 0)
    assert nodes[1].lineno == 2
