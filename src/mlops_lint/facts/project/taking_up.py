"""Whether the training takes up what was captured, and takes the outcome of it instead of the prediction."""

from __future__ import annotations

import ast
import fnmatch
import re
from collections.abc import Iterable, Iterator

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.capturing import Capturing, columns_of, names_path
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.reads import Reads
from mlops_lint.facts.project.retraining_words import texts_of
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location

_GUESS = re.compile(
    r"^(?:\w+_)?(?:predicted|prediction|pred|y_pred|y_hat|yhat|model_output|model_answer)(?:_(?:label|class|value))?$"
)
_TOLD = re.compile(r"^(?:promised|quoted|forecast(?:ed)?|estimated?|suggested|proposed)(?:_\w+)?$")
"""What may be the prediction by another name, where an outcome stands beside it and is left out."""
_SEEN = re.compile(
    r"confirm|verdict|accept|review|approv|correct|agree|human|reject|valid_label|checked_by", re.IGNORECASE
)
_ID = re.compile(r"(?:^|_)(?:id|uid|uuid|key|at|time|timestamp|date)$")
_WALKS = frozenset("iterdir listdir scandir walk".split())
_SERVED = re.compile(r"^kind:\s*(?:Deployment|Rollout|StatefulSet|DaemonSet)\b", re.MULTILINE)
_JOB = re.compile(
    r"^kind:\s*(?!Deployment|Rollout|StatefulSet|DaemonSet|Service|ConfigMap|PersistentVolumeClaim)\w", re.MULTILINE
)
_SETTINGS = (".yaml", ".yml", ".toml", ".sh", ".sql", ".cfg", ".ini", ".tf", ".json", ".ipynb", ".env", ".r", ".scala")
_ASIDE = re.compile(r"\.dvc$|(?:^|/)(?:docs?|metrics|reports)/|lock(?:\.json)?$|\.json[lc]$")


class TakingUp:
    """Reads the programs of the training."""

    def __init__(self, code: Code, reads: Reads, capturing: Capturing, values: Values) -> None:
        self.code = code
        self.reads = reads
        self.capturing = capturing
        self.values = values
        self.view = code.view

    def instead(self, path: str, writing: Iterable[str]) -> Location | None:
        """What the training reads where it surely never reads `path`: nothing but the code that fills it names it."""
        found = self.reads.all()
        if not found or self.reads.unclear or any(one.kind != "path" or not one.paths for one in found):
            return None
        if any(
            path == one or path.startswith(f"{one}/") or one.startswith(f"{path}/") for r in found for one in r.paths
        ):
            return None
        return None if self._named(path, frozenset(writing)) else found[0].at

    def _named(self, path: str, writing: frozenset[str]) -> bool:
        """Whether anything else may mean the file: by its path, by the word of its name, by a search in a folder."""
        stem = re.compile(
            rf"(?<![A-Za-z0-9.]){re.escape(path.rpartition('/')[2].partition('.')[0])}(?!\.py|[A-Za-z0-9])"
        )
        project = self.code.project
        trained = {one.path for one in self.reads.reach.definitions}
        serves = self._around(writing) - trained
        for other in self.view.entries:
            if (
                other in writing
                or other in serves
                or other == project.charter_path
                or _ASIDE.search(other)
                or not project.owns(other)
            ):
                continue
            if other in self.code.modules and not self.code.is_test(other):
                text = " ".join(texts_of(self.code.source(other).tree))
                searches = other in trained and self._searches(other, path.rpartition("/")[2])
            elif other.endswith(_SETTINGS) or "Makefile" in other or "Dockerfile" in other:
                text = re.sub(r"(?m)(?:^|\s)#.*$", "", text_of(self.view, other) or "")
                searches = False
            else:
                continue
            if searches or stem.search(text):
                return True
        return False

    def _around(self, writing: frozenset[str]) -> set[str]:
        """The files of the service that captures: what it reads there says where it writes."""
        inner = [one for one in self.code.live.definitions if one.path in writing and one.kind == "function"]
        reach = self.code.reachable(self.capturing.serving.callers(inner))
        manifests = (path for path in self.view.entries if path.endswith((".yaml", ".yml")))
        served = {path for path in manifests if _SERVED.search(text_of(self.view, path) or "")}
        return {one.path for one in reach.definitions} | {
            path for path in served if not _JOB.search(text_of(self.view, path) or "")
        }

    def _searches(self, other: str, name: str) -> bool:
        """Whether code looks for files by a pattern that the name has, or by none."""
        for part in ast.walk(self.code.source(other).tree):
            last = chain(part.func).rpartition(".")[2] if isinstance(part, ast.Call) else ""
            if isinstance(part, ast.Call) and last in ("glob", "rglob", "iglob"):
                given = part.args[0] if part.args else None
                known = given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else "*"
                if fnmatch.fnmatch(name, known.rpartition("/")[2]):
                    return True
            elif last in _WALKS:
                return True
        return any(
            fnmatch.fnmatch(name, text.rpartition("/")[2])
            for text in texts_of(self.code.source(other).tree)
            if "*" in text
        )

    def guessed(self, path: str, column: str) -> Location | None:
        """Where code that reads what was captured makes the label of the prediction, and no person has looked at it."""
        for file in sorted(self.code.modules):
            if self.code.is_test(file) or not names_path(text_of(self.view, file) or "", path):
                continue
            for one in self.code.modules[file].definitions.values():
                node = self.code.node(one) if one.kind == "function" else None
                if node is None or _SEEN.search(ast.unparse(_told(node))):
                    continue
                for name, value in self._made(file, one.qualname, node, column):
                    if _GUESS.search(name) or (_TOLD.search(name) and _drops(node, name)):
                        return self.code.source(file).at(value)
        return None

    def _made(self, file: str, scope: str, node: ast.AST, column: str) -> Iterator[tuple[str, ast.expr]]:
        """The one column that the label is renamed or copied from."""
        for part in ast.walk(node):
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr == "rename":
                for pairs in (*part.args[:1], *(one.value for one in part.keywords if one.arg == "columns")):
                    for key, value in zip(pairs.keys, pairs.values, strict=True) if isinstance(pairs, ast.Dict) else ():
                        if isinstance(key, ast.Constant) and self.values.text(file, scope, value) == column:
                            yield str(key.value), value
            elif isinstance(part, ast.Assign):
                ends = [one.slice for one in part.targets if isinstance(one, ast.Subscript)]
                read = columns_of(part.value)
                if len(read) == 1 and any(self.values.text(file, scope, end) == column for end in ends):
                    yield read[0], part.value


def _told(node: ast.AST) -> ast.AST:
    """A function without what it says of itself."""
    body = getattr(node, "body", [])
    said = body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    return ast.Module(body=list(body[1 if said else 0 :]), type_ignores=[])


def _drops(node: ast.AST, name: str) -> bool:
    """Whether another column of the captured record is left out, that is no id and no time."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and chain(part.func).endswith("drop"):
            texts = [
                one.value for one in ast.walk(part) if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            given = [one for one in texts if one not in (name, "columns", "index", "ignore") and not _ID.search(one)]
            if given and (isinstance(part.func, ast.Attribute)):
                return True
    return False


@provides
def taking_up(code: Code, reads: Reads, capturing: Capturing, values: Values) -> TakingUp:
    """Looked for when asked for."""
    return TakingUp(code, reads, capturing, values)
