"""Business and online metrics: where the running system emits them, and what relates them to the recorded score."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.features import tokens
from mlops_lint.facts.project.knowledge import Metrics
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_DOCUMENTS = (".md", ".rst", ".adoc", ".txt", ".html", ".mdx")
_JOBS = (".sql", ".yml", ".yaml", ".json", ".tf", ".toml", ".sh", ".lookml", ".jsonnet")
_NO_REPORT = re.compile(r"^(?:readme|changelog|contributing|license|history|authors)", re.IGNORECASE)
_DATED = re.compile(
    r"20\d{2}[-_./]?(?:0[1-9]|1[0-2])|\b20\d{2}\b.*\b(?:q[1-4]|week|release)|\bv\d+\.\d+", re.IGNORECASE
)
_ONLINE = re.compile(
    r"\ba/b\b|\bab[- ]test|\bonline\b|\breplay|\bshadow|\bexperiment\b|\blive\b|\bcontrol group|\bin production\b|"
    r"온라인|실험군",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\d.,])\d[\d.,]*\s?%|(?<!\d)\d+\.\d+")
MAX_FILES = 2_000
MAX_NAME = 80


class Online:
    """Looks for names in running code, jobs, dashboards and reports. READMEs and the charter prove nothing."""

    def __init__(self, view: RepoView, code: Code, project: Project, metrics: Metrics) -> None:
        self.view = view
        self.code = code
        self.project = project
        self.metrics = metrics

    def emitted(self, name: str) -> Location | None:
        """Where running code, a job or a dashboard names the metric."""
        pattern = _pattern([name])
        for path in sorted(self.code.modules):
            if not self.code.is_test(path):
                for at, text in self._constants(path):
                    if pattern.search(text):
                        return at
        found = (self._line(path, pattern) for path in self._files(_JOBS))
        return next((at for at in found if at is not None), None)

    def related(self, names: Iterable[str], offline: str, files: Iterable[str] = ()) -> Location | None:
        """A dated report, a results file or running code that speaks of both."""
        business, score = _pattern(names), _pattern(self._spellings(offline))
        for path in self._files(_DOCUMENTS):
            if not _NO_REPORT.match(posixpath.basename(path)) and self.reports(path, business, score):
                return self._line(path, score) or Location(path)
        for path in self._files((".json", ".csv", ".jsonl")):
            text = text_of(self.view, path) or ""
            if business.search(text) and score.search(text) and not path.endswith("package.json"):
                return self._line(path, business)
        wanted = [posixpath.basename(path) for path in files]
        for path in sorted(self.code.modules):
            if not self.code.is_test(path):
                found = list(self._constants(path))
                both = any(score.search(text) or posixpath.basename(text) in wanted for _, text in found)
                place = next((at for at, text in found if business.search(text)), None)
                if both and place is not None:
                    return place
        return None

    def reports(self, path: str, business: re.Pattern[str] | None, score: re.Pattern[str]) -> bool:
        """Whether a document gives numbers of the score beside the online metric, and says when."""
        text = text_of(self.view, path) or ""
        if not score.search(text) or len(_NUMBER.findall(text)) < 2 or not (_DATED.search(text) or _DATED.search(path)):
            return False
        return bool((business is not None and business.search(text)) or _ONLINE.search(text))

    def report(self, path: str, offline: str) -> bool:
        """Whether one document is such a report."""
        return self.reports(path, None, _pattern(self._spellings(offline)))

    def _spellings(self, name: str) -> list[str]:
        known = self.metrics.get(name)
        return [name, *((known.name, *known.aliases) if known else ())]

    def _files(self, endings: tuple[str, ...]) -> list[str]:
        skipped = (self.project.charter_path, "mlproject.yaml")
        found = [
            path
            for path in self.view.entries
            if path.endswith(endings) and self.project.owns(path) and not path.endswith(skipped)
            and not self.code.is_test(path) and posixpath.basename(path) not in ("dvc.lock", "dvc.yaml", "params.yaml")
        ]  # fmt: skip
        return found[:MAX_FILES]

    def _line(self, path: str, pattern: re.Pattern[str]) -> Location | None:
        for number, line in enumerate((text_of(self.view, path) or "").split("\n"), 1):
            if len(line) < 20_000 and not line.lstrip().startswith(("#", "--", "//")) and pattern.search(line):
                return Location(path, number)
        return None

    def _constants(self, path: str) -> Iterator[tuple[Location, str]]:
        """Short texts that calls and mappings of running code hold."""
        source = self.code.source(path)
        for node in ast.walk(source.tree):
            parts: list[ast.expr] = []
            if isinstance(node, ast.Call):
                parts = [*node.args, *(word.value for word in node.keywords)]
            elif isinstance(node, ast.Dict):
                parts = [key for key in node.keys if key is not None]
            for part in parts:
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and len(part.value) < MAX_NAME:
                    if self._runs(path, part):
                        yield source.at(part), part.value

    def _runs(self, path: str, part: ast.expr) -> bool:
        """Whether the innermost function around it is reached by an entry that is no test."""
        around = [
            inner
            for inner in self.code.modules[path].definitions.values()
            if inner.kind == "function" and inner.line <= part.lineno <= inner.end_line
        ]
        if not around:
            return True
        return max(around, key=lambda one: one.line) in self.code.live


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    """The names in any spelling, as whole words."""
    shapes = [r"[\W_]*".join(map(re.escape, tokens(name))) for name in names if tokens(name)]
    return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(shapes) or '(?!)'})(?![A-Za-z0-9])", re.IGNORECASE)


@provides
def online(view: RepoView, code: Code, project: Project, metrics: Metrics) -> Online:
    """Read when asked for."""
    return Online(view, code, project, metrics)
