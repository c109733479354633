"""What a manifest that speaks of a rollout really does: whom it lets see a new version first."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mlops_lint.documents.node import MapNode, Node, ScalarNode, iterate
from mlops_lint.facts.project.reading import documents_of, items, mapping, place, text_of, walk, word
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_ALL = 100.0
_OWN = {
    "shadow": re.compile(
        r"shadow|mirror|dark[-_ ]?launch|challenger|champion|tee|replay|flag|launchdarkly|unleash|growthbook",
        re.IGNORECASE,
    ),
    "blue-green": re.compile(r"blue|green|swap|slot|activeService|previewService", re.IGNORECASE),
}
"""Ways that users are kept out of, or all moved by: shares of the requests are none of them."""
_SPLITS = frozenset(("traffic", "route", "backendRefs", "backends"))
"""Lists of a manifest that say which version gets which share of the requests."""
_BY_STEPS = re.compile(
    r"canary|gradual|progressive|rollout|flag|variant|experiment|split|mirror|shadow|blue|green|challenger|stepWeight"
    r"|setWeight|\{\{|\$\{",
    re.IGNORECASE,
)
_SHARES = frozenset(("setWeight", "canaryTrafficPercent", "stepWeight", "stepWeights"))


def idle(view: RepoView, path: str, way: str) -> tuple[Location, str] | None:
    """Why a manifest carries out no rollout of that way, although its words are those of one."""
    if not path.endswith((".yaml", ".yml")):
        return None
    for document in documents_of(view, path):
        strategy = walk(document, "spec", "strategy") if word(walk(document, "kind")) == "Rollout" else None
        steps = _at_once(path, strategy)
        if steps is not None and not _set_elsewhere(view, path):
            return steps
        step = walk(document, "spec", "analysis", "stepWeight") if word(walk(document, "kind")) == "Canary" else None
        if isinstance(step, ScalarNode) and isinstance(step.value, int | float) and step.value >= _ALL:
            return place(path, step), "its first step shifts everybody"
        shared = _shares(document) if way in _OWN else None
        if shared is not None and not _OWN[way].search(_bare(text_of(view, path) or "")):
            return place(path, shared), f"`{shared.text}` gives users the new version, which is a canary"
    return _undivided(view, path)


def _undivided(view: RepoView, path: str) -> tuple[Location, str] | None:
    """Where every list of shares names one version alone, which gets all, and nothing else speaks of steps."""
    if _BY_STEPS.search(_bare(text_of(view, path) or "")):
        return None
    maps = (one for document in documents_of(view, path) for one in iterate(document) if isinstance(one, MapNode))
    lists = [value for one in maps for key, value in one.entries if key.text in _SPLITS and items(value)]
    shares = [[walk(item, "percent") or walk(item, "weight") for item in items(one)] for one in lists]
    if not shares or not all(len(one) == 1 and _whole(one[0]) for one in shares):
        return None
    found = next((share for one in shares for share in one if share is not None), None)
    return (place(path, found), "one version gets all requests at once") if found is not None else None


def _whole(share: Node | None) -> bool:
    return share is None or (isinstance(share, ScalarNode) and share.value == _ALL)


def _at_once(path: str, strategy: Node | None) -> tuple[Location, str] | None:
    """A canary without steps, or one whose first step is everybody."""
    for key, canary in mapping(strategy):
        if key.text != "canary":
            continue
        if isinstance(canary, ScalarNode) and canary.value is not None:
            return None
        known = walk(canary, "steps")
        if not isinstance(known, ScalarNode) and not items(known):
            return place(path, key), "the canary has no steps, so all users get the new version at once"
        first = walk(items(known)[0], "setWeight") if items(known) else None
        share = first.value if isinstance(first, ScalarNode) else None
        if first is not None and isinstance(share, int | float) and share >= _ALL:
            return place(path, first), "its first step shifts everybody"
    return None


def _set_elsewhere(view: RepoView, path: str) -> bool:
    """Whether another file speaks of steps: an overlay or a patch may add them."""
    others = (one for one in view.entries if one != path and one.endswith((".yaml", ".yml", ".json", ".tpl")))
    return any("setWeight" in (text_of(view, one) or "") for one in others)


def _shares(document: Node) -> ScalarNode | None:
    """The key by which a manifest of a cluster gives a new version a share of the requests."""
    if not word(walk(document, "apiVersion")):
        return None
    nodes: Iterable[Node] = iterate(document)
    entries = (entry for node in nodes if isinstance(node, MapNode) for entry in node.entries)
    return next((key for key, value in entries if key.text in _SHARES and word(value) != "0"), None)


def _bare(text: str) -> str:
    """Without comments."""
    return re.sub(r"(?m)(?:^|\s)#.*$", "", text)
