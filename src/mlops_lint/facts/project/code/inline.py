"""Python that stands in a command itself: `python -c 'from churn.train import main; main()'`, `python - <<EOF`."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator

from mlops_lint.facts.files.chains import chain

_PYTHON = r"\bpython[\d.]*(?:[ \t]+-[A-Zbdisuvx]\w*(?:[ \t]+\w+(?=[ \t]+-))?)*[ \t]+"
_TEXT = re.compile(_PYTHON + r"-c[ \t]+(\\?[\"'])(.+?)\1", re.DOTALL)
_DOCUMENT = re.compile(_PYTHON + r"?(?:-[ \t]*)?<<-?[ \t]*([\"']?)(\w+)\1[ \t]*\n(.*?)\n[ \t]*\2\b", re.DOTALL)
MAX_LENGTH = 4_000


def called_inline(text: str) -> list[str]:
    """The project's or a library's functions that Python in a command file's text calls, by dotted name."""
    if "python" not in text:
        return []
    bodies = [match[2] for match in _TEXT.finditer(text)] + [match[3] for match in _DOCUMENT.finditer(text)]
    return [name for body in bodies if len(body) <= MAX_LENGTH for name in _called(body)]


def _called(body: str) -> Iterator[str]:
    # `$$` is how Make writes `$`; a shell's or YAML's escapes of quotes are taken away.
    body = textwrap.dedent(body.replace('\\"', '"').replace("$$", "$")).strip()
    try:
        tree = ast.parse(body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            known |= {name.asname or name.name: f"{node.module}.{name.name}" for name in node.names}
        elif isinstance(node, ast.Import):
            for name in node.names:
                known[name.asname or name.name.partition(".")[0]] = (
                    name.name if name.asname else name.name.partition(".")[0]
                )
    for node in ast.walk(tree):
        root, dot, rest = chain(node.func).partition(".") if isinstance(node, ast.Call) else ("", "", "")
        if root in known:
            yield f"{known[root]}{dot}{rest}"
