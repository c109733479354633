"""Everything that reads bytes of a repository: any bytes give a value, or the one error that the reader promises."""

from __future__ import annotations

import ast
import json
import math
import re
import tempfile
from pathlib import Path
from typing import Any

from mlops_lint.comments import comments
from mlops_lint.config import KEYS, load
from mlops_lint.documents.csvfile import header, table
from mlops_lint.documents.json import parse_json
from mlops_lint.documents.makefile import parse_makefile
from mlops_lint.documents.markdown import headings
from mlops_lint.documents.node import DocumentError, MapNode, Node, iterate, plain
from mlops_lint.documents.notebook import cell_lines
from mlops_lint.documents.python import parse_python
from mlops_lint.documents.requirements import parse_requirements
from mlops_lint.documents.shell import parse_shell
from mlops_lint.documents.toml import parse_toml
from mlops_lint.documents.yaml import parse_charter, parse_yaml, parse_yaml_all
from mlops_lint.errors import ConfigError
from mlops_lint.facts.files.encoding import decode, encode
from mlops_lint.facts.files.store import work_out
from mlops_lint.facts.inject import Unavailable
from mlops_lint.facts.project import charter_loader
from mlops_lint.facts.project.charter import Charter
from mlops_lint.model import Location
from mlops_lint.repo.memory import MemoryView
from mlops_lint.suppress import suppressions

CHARTER = "mlproject.yaml"
COMMENTED = (
    "a.py", "a.ipynb", "a.yaml", "a.toml", "a.md", "a.cfg", "Makefile", "Dockerfile", "a.sh", "requirements.txt",
)  # fmt: skip
_BASE = b"charter: 1\nproject: {name: base, owner: '@a/b', stage: prototype}\nextends: mlproject.yaml\n"


def text_of(data: bytes) -> str:
    """Bytes as the readers of plain text get them."""
    return data.decode("utf-8", "replace")


def in_file(at: Location, lines: int) -> None:
    """A place that an editor can go to; the line behind the last one is where something is missing."""
    assert 1 <= at.line <= lines + 1, at
    assert at.column >= 1, at
    assert at.end_line is None or at.end_line >= at.line, at


def placed(node: Node | None, lines: int) -> None:
    """Every node of a tree has a place in the file, and ends where it began or later."""
    for found in iterate(node):
        assert 1 <= found.start[0] <= lines + 1, found
        assert found.start[1] >= 1, found
        assert found.end >= found.start, found


def charter(data: bytes) -> None:
    """Problems with places in the file, and answers that are values or Unavailable."""
    loaded = charter_loader.load(MemoryView({CHARTER: data, "base.yaml": _BASE}), CHARTER)
    assert loaded.walked is not None or loaded.error is not None
    read = Charter(CHARTER, loaded.walked, loaded.syntax)
    lines = len(re.split("\r\n|\r|\n", text_of(data)))
    for problem in read.problems:
        if problem.at.path == CHARTER:
            in_file(problem.at, lines)
    for reference in read.references():
        assert reference.text
    assert 0 <= read.target_level <= 4
    for route in [("metric", "target"), *(loaded.walked.places if loaded.walked else ())]:
        read.at(*route)
        read.key_at(*route)
        read.unconfirmed(*route)
        try:
            read.text(*route), read.number(*route), read.texts(*route), read.items(*route)
        except Unavailable:
            continue


def yaml(data: bytes) -> None:
    """A stream, one document, a strict one, and the charter's reader that goes on behind faults."""
    lines = text_of(data).count("\n") + text_of(data).count("\r") + 1
    for strict in (False, True):
        try:
            node = parse_yaml(data, strict=strict)
        except DocumentError as error:
            assert error.line >= 1
            continue
        placed(node, lines)
        plain(node)
    try:
        for node in parse_yaml_all(data):
            placed(node, lines)
        parse_charter(text_of(data)[:100_000], [])
    except DocumentError:
        return


def json_(data: bytes) -> None:
    """The tree says what the standard library says."""
    try:
        node = parse_json(data)
    except DocumentError as error:
        assert error.line >= 1
        return
    placed(node, len(data) + 1)
    assert same(plain(node), json.loads(data))


def toml(data: bytes) -> None:
    """The tree says what the standard library says; dates are texts."""
    try:
        node = parse_toml(data)
    except DocumentError as error:
        assert error.line >= 1
        return
    placed(node, len(data) + 1)
    assert isinstance(node, MapNode)


def same(one: Any, other: Any) -> bool:
    """Equal, with NaN equal to itself and halves of surrogate pairs replaced."""
    if isinstance(one, dict) and isinstance(other, dict):
        whole = {_whole(key): value for key, value in other.items()}
        return one.keys() == whole.keys() and all(same(one[key], whole[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return bool(one == (_whole(other) if isinstance(other, str) else other))


def _whole(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def python(data: bytes) -> None:
    """A tree whose nodes have places, and facts that come back from their encoding as they were."""
    _source("a.py", data)


def notebook(data: bytes) -> None:
    """The same of notebooks, whose places know their cell."""
    _source("a.ipynb", data)
    for number in (1, 2):
        assert isinstance(cell_lines(data, number), list)


def _source(path: str, data: bytes) -> None:
    answer = work_out(path[1:], data)
    assert decode(encode(answer)) == answer
    try:
        source = parse_python(path, data)
    except DocumentError as error:
        assert error.line >= 1
        return
    for node in ast.walk(source.tree):
        at = source.at(node)
        assert at.line >= 1, at
        assert at.column >= 1, at


def encoded(data: bytes) -> None:
    """Kept facts that were damaged are no facts; they never raise."""
    decode(data)


def shell(data: bytes) -> None:
    """Commands whose lines are lines of the script."""
    text = text_of(data)
    lines = len(re.split("\r\n|\r|\n", text))
    for command in parse_shell(text, {"HOME": "/root"}, errexit=len(data) % 2 == 0, pipefail=len(data) % 3 == 0):
        assert 0 <= command.line <= lines, command


def makefile(data: bytes) -> None:
    """Targets whose recipes expand to something bounded."""
    made = parse_makefile(text_of(data))
    for target in made.targets.values():
        assert target.line >= 1
        for recipe in target.recipes:
            assert len(made.expand(recipe.text)) <= 1_000_000


def requirements(data: bytes) -> None:
    """Requirements, headings of a page and cells of a table."""
    for requirement in parse_requirements(text_of(data)).requirements:
        assert requirement.line >= 1
    for heading in headings(text_of(data)):
        assert heading.line >= 1
    try:
        header(data)
        table(data, 20)
    except DocumentError:
        return


def comment(data: bytes) -> None:
    """Suppressions in every kind of file, each with a place in it."""
    lines = len(re.split("\r\n|\r|\n", text_of(data)))
    for path in COMMENTED:
        for found in comments(path, data):
            assert 1 <= found.line <= lines or found.cell is not None, found
        for suppression in suppressions(path, b"# mlops-lint: ignore[MT003] why\n" + data):
            assert suppression.line >= suppression.at.line >= 1


def configuration(data: bytes) -> None:
    """Known options, or an error that names the file."""
    for name in ("pyproject.toml", "mlops-lint.toml"):
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            file = Path(folder, name)
            file.write_bytes(data)
            try:
                options = load(file)
            except ConfigError as error:
                assert str(file) in str(error)
                continue
            assert {key.replace("_", "-") for key in options} <= KEYS.keys()
