"""The jobs of GitLab as they run: those of included files too, with what they take over from others."""

from __future__ import annotations

import posixpath
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from mlops_lint.documents.node import MapNode, Node
from mlops_lint.facts.project.ci_gitlab import GLOBAL, extended, lines, loaded, top
from mlops_lint.facts.project.reading import items, mapping, place, scalars, walk, word
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_Parts = dict[str, "tuple[Node, str]"]
_Spans = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class GitlabJob:
    """`spans` are the lines of its scripts, by file: its own, and those of the jobs that it extends."""

    name: str
    at: Location
    node: MapNode
    needs: tuple[str, ...]
    regardless: bool
    environment: str
    when: str
    spans: _Spans


def gitlab_jobs(view: RepoView, path: str) -> Iterator[GitlabJob]:
    """Every job that may run, in the order of the files."""
    parts, _ = loaded(view, path, posixpath.dirname(path))
    stages = [one.text for one in scalars(parts["stages"][0])] if "stages" in parts else []
    stages = [".pre", *(stages or ["build", "test", "deploy"]), ".post"]
    shown = [
        (name, node, file, extended(node, file, parts))
        for name, (node, file) in parts.items()
        if isinstance(node, MapNode) and name not in GLOBAL and not name.startswith(".")
    ]
    order = [
        (name, stages.index(own) if (own := _stage(merged)) in stages else len(stages)) for name, *_, merged in shown
    ]
    earlier: dict[int, tuple[str, ...]] = {}
    for (name, node, file, merged), (_, position) in zip(shown, order, strict=True):
        if position not in earlier:
            earlier[position] = tuple(other for other, own in order if own < position)
        needs = _of(merged, "needs")
        before = earlier[position] if needs is None else _needed(needs)
        environment, rules = _of(merged, "environment"), _of(merged, "rules")
        when = word(_of(merged, "when"))
        told = [word(walk(rule, "when")) for rule in items(rules)]
        at = _key(view, name, node, file)
        yield GitlabJob(
            name, at, node, before, when == "always" or "always" in told,
            word(environment) or word(walk(environment, "name")), when, _spans(view, at, merged, parts),
        )  # fmt: skip


def _of(merged: _Parts, key: str) -> Node | None:
    return merged[key][0] if key in merged else None


def _stage(merged: _Parts) -> str:
    return word(_of(merged, "stage")) or "test"


def _needed(needs: Node) -> tuple[str, ...]:
    return tuple(word(item) or word(walk(item, "job")) for item in items(needs))


def _spans(view: RepoView, key: Location, merged: _Parts, parts: _Parts) -> _Spans:
    """Down to the next entry of the file; what is taken over stands elsewhere."""
    starts = sorted(other.start[0] for other, _ in mapping(top(view, key.path)))
    following = bisect_right(starts, key.line)
    own = (key.path, key.line, starts[following] if following < len(starts) else 1 << 30)
    scripts = [merged[name] for name in ("before_script", "script") if name in merged]
    taken = [(file, line) for node, file in scripts for line in lines(node, parts)]
    return (own, *((file, line.start[0], line.end[0] + 1) for file, line in taken))


def _key(view: RepoView, name: str, node: MapNode, file: str) -> Location:
    tree = top(view, file)
    key = tree.key(name) if isinstance(tree, MapNode) else None
    return place(file, key or node)
