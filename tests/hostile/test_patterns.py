# ruff: noqa: E501  (pumps in rows)
"""No pattern takes a time that explodes, or that grows with the square of what it is given."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import operator
import pkgutil
import re
import time
from collections.abc import Iterator
from types import ModuleType

from mlops_lint.documents import strings
from mlops_lint.facts.project import passages

LONG = 6_000
"""Characters. What grows with the square takes tenths of a second for them, what grows with the length 1 ms."""
BOUNDED = {
    "mlops_lint.documents.strings": strings.WINDOW,
    "mlops_lint.report.excerpt": 200,  # lines of our own pages
    "mlops_lint.facts.project.passages._HEADING": passages.MAX_LINE,
    "mlops_lint.facts.project.problem": passages.MAX_SENTENCE,
}
"""Patterns that are never given more than so many characters."""
WAYS = ("match", "fullmatch", "search", "finditer", "findall", "sub", "split")
HEADS = ("", "x", '"', "a =", "include ", "[")
PUMPS = (
    " ", "\t", "a", "a ", " a", "a.", ".a", "a,", ", ", "a:", ": ", "::", "-", "- ", "_", "a_", "a-", "/", "a/", "../", "\\", "\\ ",
    "(", "()", "[", "[]", "{", "{{", "${{ ", "$(", "${", "`", "'", '"', "''", '""', "#", "# ", "=", "= ", "a=", "a = ", "*", "**/",
    "<", "<a ", "<!--", "&&", "&& ", "; ", "|", "| ", "@", "!", "%", "%s", "0", "1.", "1,", "1 ", "\n", " \n", "a\n", "\na", "\n ",
    "export ", "RUN ", "-m ", "import ", "from a ", "uses: ", "run: ", "![a](", "[a](", "http://a", "1e", "A", "Aa", "é", "가",
)  # fmt: skip


def patterns() -> Iterator[tuple[ModuleType, str, re.Pattern[str]]]:
    """Every pattern that a module of ours keeps."""
    import mlops_lint
    import mlops_lint_checks

    seen = set()
    for package in (mlops_lint, mlops_lint_checks):
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if found.name.endswith("__main__") or ".testing" in found.name:
                continue  # the pages of checks are our own
            module = importlib.import_module(found.name)
            for name, value in sorted(vars(module).items()):
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str) and value not in seen:
                    seen.add(value)
                    yield module, name, value


def inline(module: ModuleType) -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """(place, method, pattern) of what is written where it is used: `re.sub(r"…", …)`."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        named = (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "re"
        )
        if named and node.func.attr in WAYS and isinstance(node.args[0], ast.Constant):  # type: ignore[attr-defined]
            call = ast.unparse(node)
            flags = [flag for flag in re.RegexFlag if re.search(rf"re\.{flag.name}\b", call)]
            pattern = node.args[0].value  # type: ignore[attr-defined]
            if isinstance(pattern, str):
                made = re.compile(pattern, functools.reduce(operator.or_, flags, re.RegexFlag(0)))
                yield f"line {node.lineno}", node.func.attr, made  # type: ignore[attr-defined]


def ways(module: ModuleType, name: str) -> set[str]:
    """The methods of a pattern that its module calls: one that is only matched has but one place to begin."""
    calls = re.findall(rf"\b{name}\.(match|fullmatch|search|finditer|findall|sub|split)\b", inspect.getsource(module))
    return set(calls) or {"finditer"}


def bound(name: str) -> int:
    return min(LONG, next((size for prefix, size in BOUNDED.items() if name.startswith(prefix)), LONG))


def seconds(pattern: re.Pattern[str], used: set[str], text: str) -> float:
    started = time.process_time()
    if used <= {"match", "fullmatch"}:
        pattern.match(text)
        pattern.fullmatch(text)
    else:
        for _ in pattern.finditer(text):
            pass
    return time.process_time() - started


def slow(pattern: re.Pattern[str], used: set[str], long: int) -> str:
    """What it is slow at, if anything."""
    for pump in PUMPS:
        if seconds(pattern, used, pump * (200 // len(pump)) + "\x00") > 0.1:
            return f"explodes at {pump!r}"
        for head in HEADS:
            if seconds(pattern, used, head + pump * (long // 3 // len(pump)) + "\x00") < 0.003:
                continue  # nine times that is no tenth of a second
            text = head + pump * (long // len(pump)) + "\x00"
            if seconds(pattern, used, text) > 0.1 and min(seconds(pattern, used, text) for _ in range(2)) > 0.1:
                return f"grows with the square at {head!r} {pump!r}"
    return ""


def test_no_pattern_is_slow() -> None:
    found = {}
    modules: dict[str, ModuleType] = {}
    for module, name, pattern in patterns():
        modules[module.__name__] = module
        full = f"{module.__name__}.{name}"
        if reason := slow(pattern, ways(module, name), bound(full)):
            found[full] = reason
    for module in modules.values():
        for name, way, pattern in inline(module):
            full = f"{module.__name__}.{name}"
            if reason := slow(pattern, {way}, bound(full)):
                found[full] = reason
    assert found == {}
