"""Whether a dvc.lock still is what dvc.yaml, the parameters and the tracked files say."""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlops_lint.documents.node import MapNode, Node, plain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.altering import changed_parts, is_hash_of, same_as_run, version_of
from mlops_lint.facts.project.dvc import Dvc, Stage
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import (
    items,
    join,
    json_of,
    mapping,
    place,
    scalars,
    toml_of,
    walk,
    within,
    word,
    yaml_of,
)
from mlops_lint.facts.project.revisions import Revisions
from mlops_lint.facts.project.versioning import Versioning
from mlops_lint.model import Location
from mlops_lint.repo.memory import MemoryView
from mlops_lint.repo.view import RepoView, Unreadable

_CODE = (".py", ".ipynb", ".r", ".sh", ".sql", ".jl", ".scala", ".md", ".txt", ".toml", ".cfg", ".ini")
MAX_HASHED = 20_000_000
MAX_LOCKS = 40
"""So many versions of a lock are read."""


@dataclass(frozen=True, slots=True)
class Stale:
    """What the lock records and what is there now. `soft`: whether what changed means anything is not known.

    `parts`: the top-level names of a Python file (`path`) that changed.
    """

    message: str
    at: Location
    now: Location
    note: str
    soft: bool = False
    path: str = ""
    parts: frozenset[str] = frozenset()


class Locking:
    """Read when asked."""

    def __init__(self, view: RepoView, project: Project, versioning: Versioning, revisions: Revisions) -> None:
        self._view = view
        self._project = project
        self._revisions = revisions
        self._dvc = versioning.dvc

    def stages(self, path: str) -> list[Stage]:
        """The stages of one dvc.yaml."""
        return [stage for stage in self._dvc.stages if stage.file == path] if self._dvc else []

    def lock(self, path: str) -> str:
        """The lock that belongs to a dvc.yaml."""
        return posixpath.join(posixpath.dirname(path), "dvc.lock")

    def locked(self, path: str) -> bool | None:
        """Whether there is a lock; None where it cannot be read."""
        lock = self.lock(path)
        if lock not in self._view.entries:
            return False
        return True if yaml_of(self._view, lock) is not None else None

    def dangling(self, path: str) -> Iterator[tuple[Stage, str]]:
        """What stages of a dvc.yaml need, and nothing keeps or makes."""
        dvc = self._dvc
        for stage in self.stages(path) if dvc else ():
            for dep in stage.deps:
                there = dep in self._view.entries or self._view.is_dir(dep) or self._view.on_disk(dep)
                if not there and "$" not in dep and "://" not in dep and dvc and not self._made(dep, dvc):
                    if not self._view.ignored(dep):
                        yield stage, dep

    def _made(self, path: str, dvc: Dvc) -> bool:
        return any(within(path, out) or within(out, path) for out in dvc.outs) or bool(dvc.unread)

    def stale(self, path: str) -> Iterator[Stale]:
        """Everything in which the lock of a dvc.yaml disagrees."""
        lock = self.lock(path)
        tree = yaml_of(self._view, lock)
        if tree is None:
            return
        stages = tree.get("stages") if tree.get("schema") is not None else tree
        entries = {key.text: (key, value) for key, value in mapping(stages)}
        written: dict[str, str] = {}
        for body in (value for _, value in entries.values()):
            written.update((target, digest) for target, digest, _ in _hashed(body, "outs", posixpath.dirname(path)))
        frozen = self._frozen(path)
        for stage in self.stages(path):
            if stage.name in entries and stage.name.partition("@")[0] not in frozen:
                key, body = entries[stage.name]
                yield from self._stage(stage, lock, body, place(lock, key), written)
            elif stage.name not in entries and not self._expanded(stage, entries):
                message = f"stage {stage.name!r} is in no run that {lock} records"
                yield Stale(message, Location(lock), stage.at, "never run as it is here")

    def _frozen(self, path: str) -> set[str]:
        """The stages that are not run again on purpose, whatever changes."""
        tree = yaml_of(self._view, path)
        stages = mapping(tree.get("stages")) if tree is not None else ()
        return {key.text for key, body in stages if word(walk(body, "frozen")) == "true"}

    def _expanded(self, stage: Stage, entries: Mapping[str, object]) -> bool:
        return any(name.startswith(stage.name.partition("@")[0] + "@") for name in entries)

    def _stage(self, stage: Stage, lock: str, body: Node, at: Location, written: Mapping[str, str]) -> Iterator[Stale]:
        command = " && ".join(scalar.text for scalar in scalars(walk(body, "cmd")))
        if command and stage.cmd and "${" not in stage.cmd and " ".join(command.split()) != " ".join(stage.cmd.split()):
            node = walk(body, "cmd")
            here = place(lock, node) if node is not None else at
            yield Stale(f"stage {stage.name!r} now runs `{stage.cmd[:80]}`", here, stage.at, f"ran `{command[:80]}`")
        folder = posixpath.dirname(stage.file)
        for kind in ("deps", "outs"):
            for target, digest, node in _hashed(body, kind, folder):
                yield from self._hash(stage, target, digest, place(lock, node), kind, written)
        yield from self._params(stage, lock, body, folder)

    def _hash(
        self, stage: Stage, path: str, digest: str, at: Location, kind: str, written: Mapping[str, str]
    ) -> Iterator[Stale]:
        made = written.get(path)
        tracked = self._dvc.outs.get(path) if self._dvc else None
        if kind == "deps" and made is not None and made != digest:
            message = f"stage {stage.name!r} used a {path} that the stage which makes it has not written"
            yield Stale(message, at, stage.at, f"{digest[:12]}, written is {made[:12]}")
        elif tracked is not None and not tracked.stage:
            if tracked.md5 and tracked.md5 not in (digest, "files"):
                message = f"{path} is another version than the one that stage {stage.name!r} has used"
                yield Stale(message, at, tracked.at, f"now {tracked.md5[:12]}, used was {digest[:12]}")
        elif made is None or kind == "outs":
            yield from self._file(stage, path, digest, at, kind)

    def _file(self, stage: Stage, path: str, digest: str, at: Location, kind: str) -> Iterator[Stale]:
        entry = self._view.entries.get(path)
        if entry is None or entry.mode in ("120000", "160000") or len(digest) != 32:
            return
        try:
            found = [self._view.read(path, MAX_HASHED), self._view.blob(path) or b""]
        except Unreadable:
            return
        if any(content.startswith(b"version https://git-lfs") for content in found):
            return
        same = [same_as_run(self._revisions, path, digest, content) for content in found if content]
        if True in same:
            return
        unknown = not same or (same[0] is None and path.lower().endswith(_CODE))
        soft = unknown and not (same and kind == "deps" and self._left(stage, path, found))
        verb = "written" if kind == "outs" else "used"
        message = f"{path} is not what stage {stage.name!r} has {verb}"
        note = f"{digest[:12]} then, something else now"
        yield Stale(message, at, Location(path), note, soft, path, self._parts(path, digest, found[0]))

    def _left(self, stage: Stage, path: str, now: list[bytes]) -> bool:
        """Whether the lock has recorded this very file before, and was changed to another that no commit holds."""
        lock = self.lock(stage.file)
        for change in itertools.islice(self._revisions.changes(lock), MAX_LOCKS):
            tree = yaml_of(MemoryView({lock: change.before}), lock) if change.before else None
            body = walk(tree, "stages", stage.name) if tree is not None else None
            for target, digest, _ in _hashed(body, "deps", posixpath.dirname(stage.file)) if body is not None else ():
                if (
                    target == path
                    and len(digest) == 32
                    and any(is_hash_of(digest, content) for content in now if content)
                ):
                    return True
        return False

    def _parts(self, path: str, digest: str, content: bytes) -> frozenset[str]:
        old = version_of(self._revisions, path, digest) if path.endswith(".py") else None
        parts = changed_parts(path, old, content) if old is not None else None
        return frozenset(parts or ())

    def _params(self, stage: Stage, lock: str, body: Node, folder: str) -> Iterator[Stale]:
        for key, recorded in mapping(walk(body, "params")):
            file = join(folder, key.text)
            tree = self._tree(file) if file else None
            if file is None or tree is None:
                continue
            for name, node in mapping(recorded):
                now = _at(tree, name.text)
                if now is None:
                    continue
                for where, before, after in _differing(name.text, plain(node), plain(now)):
                    message = f"`{where}` is {after} in {file}, and stage {stage.name!r} ran with {before}"
                    yield Stale(message, place(lock, name), place(file, now), f"{after}")

    def _tree(self, path: str) -> MapNode | None:
        reader = toml_of if path.endswith(".toml") else json_of if path.endswith(".json") else yaml_of
        return reader(self._view, path) if path in self._view.entries else None


def _hashed(body: Node, kind: str, folder: str) -> Iterator[tuple[str, str, Node]]:
    for item in items(walk(body, kind)):
        node, digest = walk(item, "path"), word(walk(item, "md5"))
        target = join(folder, word(node)) if node is not None else None
        if node is not None and target and digest:
            yield target, digest, node


def _at(tree: MapNode, dotted: str) -> Node | None:
    return walk(tree, dotted) or walk(tree, *dotted.split("."))


def _differing(where: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """The leaves that both have, with two values."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() & after.keys():
            yield from _differing(f"{where}.{key}", before[key], after[key])
    elif isinstance(before, dict | list) or isinstance(after, dict | list):
        if before != after:
            yield where, before, after
    elif before != after and str(before) != str(after) and not _equal(before, after):
        yield where, before, after


def _equal(before: Any, after: Any) -> bool:
    try:
        return float(before) == float(after)
    except (TypeError, ValueError):
        return False


@provides
def locking(view: RepoView, project: Project, versioning: Versioning, revisions: Revisions) -> Locking:
    """Nothing is read yet."""
    return Locking(view, project, versioning, revisions)
