"""Whether a metrics file is younger than what it describes: by the hashes of a run, or by the order of commits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlops_lint.documents.node import ScalarNode
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.altering import changed_parts, means_the_same, same_as_run
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.implementing import Implementations
from mlops_lint.facts.project.locks import LockedStage, Locks, flat
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import json_of, toml_of, yaml_of
from mlops_lint.facts.project.revisions import NOW, Revisions, meaning
from mlops_lint.facts.project.versioning import Versioning
from mlops_lint.facts.project.writes import Writes
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView, Unreadable

_CODE = (".py", ".ipynb", ".pyw")
_PARAMETERS = (".yaml", ".yml", ".json", ".toml")
_LATER = frozenset("serving serve service api server port host deploy deployment monitoring monitor alert alerts drift "
                   "logging log".split())  # fmt: skip
"""Words of parameters that only bear on what happens after the evaluation."""
_LFS = b"version https://git-lfs"
_TRAINING = (("model", "trained_by"), ("metric", "computed_in"), ("data", "features", "defined_in"),
             ("data", "splits", "defined_in"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outdated:
    """`what` completes "… has changed since"; `at` is where it changed."""

    what: str
    at: Location
    note: str


@dataclass(frozen=True, slots=True)
class Fresh:
    """Nothing changed. `proven`: the hashes of a recorded run agree."""

    at: Location
    proven: bool


@dataclass(frozen=True, slots=True)
class AgeUnknown:
    """It cannot be told, and why."""

    reason: str
    at: Location | None = None


class Freshness:
    """Answers for one metrics file at a time."""

    def __init__(
        self, charter: Charter, code: Code, implementations: Implementations, locks: Locks, revisions: Revisions,
        versioning: Versioning, writes: Writes, project: Project,
    ) -> None:  # fmt: skip
        self.charter = charter
        self.code = code
        self.implementations = implementations
        self.locks = locks
        self.revisions = revisions
        self.versioning = versioning
        self.writes = writes
        self.project = project
        self.view: RepoView = code.view

    def of(self, path: str) -> list[Outdated] | Fresh | AgeUnknown:
        """What changed since the file was written; by its run where one is recorded, else by the history."""
        stage = self.locks.maker(path)
        if stage is not None:
            return self._by_run(path, stage)
        return self._by_history(path)

    def _by_run(self, path: str, stage: LockedStage) -> list[Outdated] | Fresh | AgeUnknown:
        stale: list[Outdated] = []
        doubt: AgeUnknown | None = None
        for one in self._upstream(stage):
            for dep, (digest, at) in one.deps.items():
                answer = self._dependency(one, dep, digest, at)
                if isinstance(answer, Outdated):
                    stale.append(answer)
                doubt = doubt or (answer if isinstance(answer, AgeUnknown) else None)
            stale += self._parameters(one)
        if stale or doubt is None:
            return stale or Fresh(stage.at, proven=True)
        later = self._by_history(path)
        return later if isinstance(later, list) else doubt

    def _upstream(self, stage: LockedStage) -> list[LockedStage]:
        found, waiting = [stage], [stage]
        while waiting:
            for path in waiting.pop().deps:
                maker = self.locks.maker(path)
                if maker is not None and maker not in found:
                    found.append(maker)
                    waiting.append(maker)
        return found

    def _dependency(self, stage: LockedStage, path: str, digest: str, at: Location) -> Outdated | AgeUnknown | None:
        maker = self.locks.maker(path)
        if maker is not None and maker is not stage:
            now = next(value for out, value in maker.outs.items() if path == out or path.startswith(out + "/"))
            if path in maker.outs and now[0] != digest:
                note = f"stage {maker.name!r} made {now[0][:8]}, stage {stage.name!r} read {digest[:8]}"
                return Outdated(path, now[1], note)
            return None
        tracked = self.versioning.dvc.outs.get(path) if self.versioning.dvc is not None else None
        if tracked is not None and not tracked.stage:
            if tracked.md5 is not None and tracked.md5 not in (digest, "files"):
                return Outdated(path, tracked.at, f"now {tracked.md5[:8]}, stage {stage.name!r} read {digest[:8]}")
            return None
        content = self._current(path)
        if content is None or content.startswith(_LFS):
            return None
        same = same_as_run(self.revisions, path, digest, content)
        if same is None and path.endswith(_CODE):
            reason = f"{path} is not the version that stage {stage.name!r} ran, and which one that was is not known"
            return AgeUnknown(reason, at)
        verb = "ran" if path.endswith(_CODE) else "read"
        note = f"stage {stage.name!r} {verb} another version ({digest[:8]})"
        return None if same else Outdated(path, Location(path), note)

    def _parameters(self, stage: LockedStage) -> Iterator[Outdated]:
        for path, locked in stage.params.items():
            now = self._scalars(path)
            for key, node in locked.items():
                current = now.get(key) if now is not None else node
                if now is not None and key in now and current is not None and current.value != node.value:
                    at = Location(path, *current.start)
                    note = f"now {current.text}, stage {stage.name!r} ran with {node.text}"
                    yield Outdated(f"{key} in {path}", at, note)

    def _scalars(self, path: str) -> dict[str, ScalarNode] | None:
        reader = toml_of if path.endswith(".toml") else json_of if path.endswith(".json") else yaml_of
        tree = reader(self.view, path) if path.endswith(_PARAMETERS) else None
        return flat(tree) if tree is not None else None

    def _current(self, path: str) -> bytes | None:
        try:
            return self.view.read(path) if path in self.view.entries else None
        except Unreadable:
            return None

    def _by_history(self, path: str) -> list[Outdated] | Fresh | AgeUnknown:
        revisions = self.revisions
        if revisions.shallow:
            return AgeUnknown("the history is cut off (a shallow clone), so the order of changes is not known")
        touching = revisions.touching(path)
        if not revisions.commits:
            return AgeUnknown(f"neither a commit nor a recorded run says when {path} was written", Location(path))
        if not touching:
            return AgeUnknown(f"no commit of the history that was read changes {path}", Location(path))
        newest = next(revisions.changes(path), None)
        if newest is not None and newest.position == NOW:
            return Fresh(Location(path), proven=False)
        found = [*self._changed_code(path, touching[0]), *self._changed_files(touching[0])]
        return found or Fresh(Location(path), proven=False)

    def _changed_code(self, path: str, position: int) -> Iterator[Outdated]:
        roots = list(self._roots(path))
        reach = self.code.reachable(roots) if roots else None
        definitions = reach.definitions if reach is not None else frozenset()
        for file in sorted({one.path for one in definitions if not self.code.is_test(one.path)}):
            old, new = self.revisions.as_of(file, position), self._current(file)
            if old is None or new is None or meaning(file, old) == meaning(file, new):
                continue
            within = {one.qualname.split(".")[0] for one in definitions if one.path == file}
            changed = changed_parts(file, old, new)
            if changed is None or changed & (within | {""}):
                yield self._stale(file, position)

    def _roots(self, path: str) -> Iterator[Definition]:
        for route in _TRAINING:
            text = self.charter.text(*route)
            found = self.implementations.of(text) if text else ""
            if not isinstance(found, str):
                yield from found.roots
        yield from (write.definition for write in self.writes.to(path) if write.live)

    def _changed_files(self, position: int) -> Iterator[Outdated]:
        """Parameters, data and model: their values or their contents."""
        parameters = self.charter.text("model", "params")
        for file in self._files(parameters):
            old, new = self.revisions.as_of(file, position), self._current(file)
            if old is not None and new is not None and self._other_values(file, old, new):
                yield self._stale(file, position)
        for file in dict.fromkeys(self._versions()):
            old, new = self.revisions.as_of(file, position), self._current(file)
            if old is not None and new is not None and _content(file, old) != _content(file, new):
                yield self._stale(file, position)
        for file in self._prompts():
            old, new = self.revisions.as_of(file, position), self._current(file)
            if old is not None and new is not None and not means_the_same(file, old, new):
                yield self._stale(file, position)

    def _prompts(self) -> list[str]:
        """What a language model is told, which is as much a part of it as its weights; code is followed elsewhere."""
        texts = [
            self.charter.text("model", "prompts", index) for index in range(self.charter.items("model", "prompts"))
        ]
        paths = [self.project.join(text) for text in (*texts, self.charter.text("model", "prompts")) if text]
        found = [one for path in paths for one in self.view.entries if one == path or one.startswith(f"{path}/")]
        return [one for one in dict.fromkeys(found) if not one.endswith(_CODE)]

    def _files(self, text: str | None) -> list[str]:
        path = self.project.join(text) if text and "://" not in text else ""
        return [path] if path in self.view.entries else []

    def _other_values(self, path: str, old: bytes, new: bytes) -> bool:
        from mlops_lint.repo.memory import MemoryView

        reader = toml_of if path.endswith(".toml") else json_of if path.endswith(".json") else yaml_of
        before, after = (flat(reader(MemoryView({path: content}), path)) for content in (old, new))
        if not path.endswith(_PARAMETERS) or not (before and after):
            return meaning(path, old) != meaning(path, new)
        shared = before.keys() & after.keys()
        changed = [key for key in shared if before[key].value != after[key].value]
        return any(not _LATER & set(re.split(r"[._-]", key)) for key in changed)

    def _versions(self) -> Iterator[str]:
        """The files of git that say which data and which model there are."""
        routes: list[tuple[str | int, ...]] = [("model", "path")]
        for index in range(self.charter.items("data", "sources")):
            if self.charter.text("data", "sources", index, "role") not in ("reference", "production"):
                routes.append(("data", "sources", index, "path"))
        for route in routes:
            text = self.charter.text(*route)
            entry = self.versioning.entry(self.project.join(text)) if text else None
            if entry is not None and entry.at.path.endswith(".dvc"):
                yield entry.at.path
            elif entry is not None and entry.way in ("git", "lfs") and entry.path in self.view.entries:
                yield entry.path

    def _stale(self, path: str, position: int) -> Outdated:
        older = self.revisions.commits[position].sha[:8]
        newer = [found for found in self.revisions.touching(path) if found < position]
        commit = self.revisions.commits[newer[0]] if newer else None
        when = f"changed in {commit.sha[:8]} of {commit.date.isoformat()}" if commit else "changed, not committed yet"
        return Outdated(path, Location(path), f"{when}; the metrics are of {older}")


def _content(path: str, content: bytes) -> object:
    """What a pointer file says; other files as they are."""
    if path.endswith(".dvc"):
        return re.findall(rb"(?:md5|etag|checksum|version_id):\s*(\S+)", content)
    return content.replace(b"\r\n", b"\n")


@provides
def freshness(
    charter: Charter, code: Code, implementations: Implementations, locks: Locks, revisions: Revisions,
    versioning: Versioning, writes: Writes, project: Project,
) -> Freshness:  # fmt: skip
    """Read when asked for."""
    return Freshness(charter, code, implementations, locks, revisions, versioning, writes, project)
