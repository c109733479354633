"""What ties a model or its numbers to the code and data that they come from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlops_lint.documents.node import MapNode, Node
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.code import Code, Definition, Found, Opaque
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import json_of, place, yaml_of
from mlops_lint.facts.project.registering import Registering
from mlops_lint.facts.project.versioning import Versioning
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_KEYS = re.compile(
    r"(?:^|_)(?:commit|revision|git(?:_?sha|_?hash|_?rev)?|sha\d*|run_?id|run_?uuid|md5|lineage|provenance|"
    r"(?:data|dataset|model|code)_?(?:hash|version|revision|md5|sha\d*|id))(?:$|_)",
    re.IGNORECASE,
)
_GIT = re.compile(r"rev-parse|GITHUB_SHA|GIT_COMMIT|CI_COMMIT_SHA|GIT_SHA|BUILD_SOURCEVERSION")
_REPOS = ("git.Repo", "dvc.repo.Repo", "dvc.api.get_url", "pygit2.Repository", "setuptools_scm.get_version")


class Lineage:
    """Read when asked."""

    def __init__(self, charter: Charter, code: Code, knowledge: Knowledge, versioning: Versioning,
                 registering: Registering, view: RepoView, project: Project) -> None:  # fmt: skip
        self._charter = charter
        self._code = code
        self._versioning = versioning
        self._registering = registering
        self._view = view
        self._project = project
        self._calls = knowledge.calls("trackers", "start", "log", "auto")

    def tracks(self, roots: tuple[Definition, ...]) -> Location | tuple[Location, ...] | None:
        """A tracking call that runs once the roots run; the places that may hide one; None where there is none."""
        answer = self._code.search(self._calls, roots)
        if isinstance(answer, Found):
            return answer.uses[0].at
        if calls := self._registering.calls("", self._code.reachable(roots).definitions):
            return calls[0].at
        return answer.places if isinstance(answer, Opaque) else None

    def found(self) -> Iterator[Location]:
        """Every sort of tie, cheapest first: a locked stage, a recorded key, a tracking call, a question to git."""
        yield from self._locked()
        yield from self._recorded()
        live = tuple(one for one in self._code.entries() if not self._code.is_test(one.path))
        tracked = self.tracks(live)
        if isinstance(tracked, Location):
            yield tracked
        yield from self._asked()

    def _locked(self) -> Iterator[Location]:
        dvc = self._versioning.dvc
        for route in (("model", "path"), ("metric", "recorded_in")):
            text = (self._charter.text(*route) or "").partition("#")[0]
            path = self._project.join(text) if text else ""
            if dvc is not None and path in dvc.locked and dvc.maker(path) is not None:
                yield dvc.locked[path][1]

    def _recorded(self) -> Iterator[Location]:
        for route in (("metric", "recorded_in"), ("baseline", "recorded_in")):
            text = (self._charter.text(*route) or "").partition("#")[0]
            path = self._project.join(text) if text else ""
            tree = json_of(self._view, path) if path.endswith(".json") else yaml_of(self._view, path) if text else None
            yield from (place(path, key) for key in _keys(tree))

    def _asked(self) -> Iterator[Location]:
        for use in self._code.uses(_REPOS):
            if not self._code.is_test(use.path) and self._code.scope_of(use) in self._code.live:
                yield use.at
        for path in self._code.modules:
            text = self._code.text(path)
            if self._code.is_test(path) or not _GIT.search(text.text):
                continue
            for number, line in enumerate(text.lines, 1):
                if _GIT.search(line.partition("#")[0]):
                    yield text.line(number)


def _keys(tree: Node | None) -> Iterator[Node]:
    for key, value in tree.entries if isinstance(tree, MapNode) else ():
        if _KEYS.search(key.text):
            yield key
        yield from _keys(value)


@provides
def lineage(
    charter: Charter, code: Code, knowledge: Knowledge, versioning: Versioning, registering: Registering,
    view: RepoView, project: Project,
) -> Lineage:  # fmt: skip
    """Nothing is read yet."""
    return Lineage(charter, code, knowledge, versioning, registering, view, project)
