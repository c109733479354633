"""Manifests, workflows and code that bring a new version to its users step by step."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.rollout_steps import idle
from mlops_lint.facts.project.serving import Serving
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView, Unreadable

_ANY = (
    r"weight|traffic|percent|split|rollouts?\.argoproj|flagger|variant|feature[-_ ]?flag|launchdarkly|unleash"
    r"|growthbook|--to-revisions"
)
_NO_SHARE = re.compile(r"(?:external|internal)TrafficPolicy|trafficDistribution|utili[sz]ation-?percent", re.IGNORECASE)
"""Settings whose names have a word of a rollout in them, and that shift no users."""
_AFFINITY = re.compile(r"^\s*-?\s*weight:\s*\d+\s*$")
_ROUTED = re.compile(r"VirtualService|HTTPRoute|TrafficSplit|destination|backendRef|kind: *Rollout")

_SIGNS = {
    "canary": rf"canary|{_ANY}|LINEAR_|gradual|progressive",
    "shadow": rf"shadow|mirror|dark[-_ ]?launch|challenger|champion|{_ANY}",
    "blue-green": rf"blue|green|swap|slot|activeService|previewService|{_ANY}",
    "ab-test": rf"(?<![a-z])ab(?:[-_ ]?test)?(?![a-z])|experiment|variant|bucket|treatment|{_ANY}",
}
_FILES = re.compile(
    r"\.(?:ya?ml|json|toml|tf|hcl|bicep|sh|cfg|ini|tpl|groovy)$|(?:^|/)(?:Makefile|Jenkinsfile|Procfile)$"
)
_ASIDE = re.compile(
    r"(?:^|/)(?:tests?|docs?|examples?|data|metrics|reports|notebooks)/|lock|package\.json$|pyproject\.toml$"
)
_LEAST = 3
"""Words of a line; fewer tell nobody what to do."""
_STRONG = {
    "canary": r"canary|traffic[-_ ]?(?:split|percent|weight)|set[-_]?weight|flagger\.app|kind: *Rollout",
    "shadow": r"shadow|mirror[-_ ]?(?:traffic|percent)?",
    "blue-green": r"blue[-_ ]?green|blueGreen|slot swap|activeService|\bblue\b[\s\S]{0,400}\bgreen\b",
    "ab-test": r"(?<![a-z])a/?b[-_ ]?test|experiment[-_ ]?(?:id|arm|group)|treatment|traffic[-_ ]?split|variant",
}
_SHIFTS = re.compile(
    r"weight|percent|traffic|to-revisions|flagger|\bpromote\b|canary[-_]?(?:share|by)|feature[-_ ]?flag"
    r"|launchdarkly",
    re.IGNORECASE,
)
"""What moves users to a new version; the name of a service for it moves nobody."""
_SHIFTED = re.compile(
    r"--to-(?:revisions|tags)[= ][^\s=]{1,100}=\d{1,2}(?!\d)|--traffic-split|set-weight|rollouts promote"
)


class Rollouts:
    """Words of manifests and names of code; comments say nothing."""

    def __init__(self, view: RepoView, project: Project, code: Code, serving: Serving) -> None:
        self.view = view
        self.project = project
        self.code = code
        self.serving = serving

    def shown_in(self, path: str, way: str) -> Location | None:
        """Where a file that is declared for it carries a rollout out; None where nothing in it does."""
        shown = self._line(path, re.compile(_SIGNS.get(way, _ANY), re.IGNORECASE))
        return shown if shown is None or self.idle(path, way) is None else None

    def idle(self, path: str, way: str) -> tuple[Location, str] | None:
        """Where and why a manifest that speaks of a rollout carries that one out for nobody."""
        return idle(self.view, path, way)

    def shifts(self, way: str) -> Location | None:
        """Where something gives a new version a share, although the declared manifest has no steps for it."""
        pattern = _SHIFTS if way == "canary" else re.compile(_STRONG.get(way, _ANY), re.IGNORECASE)
        return self._anywhere(way, pattern) or self._by_hand()

    def _by_hand(self) -> Location | None:
        """A command of a page that shifts a share of the requests."""
        for path in self.view.entries:
            if path.endswith((".md", ".rst")) and self.project.owns(path):
                text = text_of(self.view, path) or ""
                if (found := _SHIFTED.search(text)) is not None:
                    return Location(path, text.count("\n", 0, found.start()) + 1)
        return None

    def anywhere(self, way: str) -> Location | None:
        """Where some manifest, workflow or code of the project does."""
        return self._anywhere(way, re.compile(_STRONG.get(way, _ANY), re.IGNORECASE))

    def _anywhere(self, way: str, pattern: re.Pattern[str]) -> Location | None:
        for path in self.view.entries:
            if path == self.project.charter_path or not (self.project.owns(path) or path.startswith(".git")):
                continue
            if (
                path in self.code.modules
                and self.serving.ships(path)
                and (found := self._named(path, pattern)) is not None
            ):
                return found
            if not _FILES.search(path) or _ASIDE.search(path) or (found := self._line(path, pattern)) is None:
                continue
            if self.idle(path, way) is None:
                return found
        return None

    def says(self, at: Location) -> bool:
        """Whether something stands below a heading, or in a page that is named whole."""
        lines = (text_of(self.view, at.path) or "").split("\n")
        head = re.match(r"#+", lines[at.line - 1]) if at.line <= len(lines) else None
        rest = lines[at.line :] if head else lines
        for line in rest:
            deeper = re.match(r"(#+) ", line)
            if deeper and head and len(deeper[1]) <= len(head[0]):
                return False
            words = re.findall(r"\w+", re.sub(r"\b(?:TODO|TBD|FIXME|tbd|todo|coming soon)\b", "", line))
            if not deeper and len(words) >= _LEAST:
                return True
        return False

    def _named(self, path: str, pattern: re.Pattern[str]) -> Location | None:
        """A name or a text of code that runs; functions that nobody calls roll nothing out."""
        for one in self.code.modules[path].definitions.values():
            if (
                pattern.search(one.name)
                and one in self.code.live
                and not self.code.modules[path].facts[one.qualname].stub
            ):
                return self.code.at(one)
        try:
            tree = self.code.source(path).tree
        except (DocumentError, Unreadable):
            return None
        for text, line in _texts(tree):
            if pattern.search(text):
                return Location(path, line)
        return None

    def _line(self, path: str, pattern: re.Pattern[str]) -> Location | None:
        text = text_of(self.view, path) or ""
        placed = "preferredDuringScheduling" in text and not _ROUTED.search(text)
        for number, line in enumerate(text.split("\n"), 1):
            bare = re.sub(r"(?:^|\s)(?:#|//).*$", "", line)
            if _NO_SHARE.search(bare) or (placed and _AFFINITY.match(bare)):
                continue
            if pattern.search(re.sub(r"^-?\s*(?:description|summary):.*", "", bare.lstrip())):
                return Location(path, number)
        return None


def _texts(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Names of keywords and keys: `traffic_percentage=10`, `{"canary": 10}`."""
    for part in ast.walk(tree):
        if isinstance(part, ast.keyword) and part.arg:
            yield part.arg, part.value.lineno
        elif isinstance(part, ast.Dict):
            for key in part.keys:
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, key.lineno


@provides
def rollouts(view: RepoView, project: Project, code: Code, serving: Serving) -> Rollouts:
    """Looked for when asked for."""
    return Rollouts(view, project, code, serving)
