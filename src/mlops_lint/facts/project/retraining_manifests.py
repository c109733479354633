"""What starts a training beside workflows and code: jobs of a cluster, units, crontabs."""

from __future__ import annotations

from mlops_lint.facts.project.cron import never_comes
from mlops_lint.facts.project.reading import documents_of, place, walk, word
from mlops_lint.facts.project.retraining_words import CRON, DRIFTS, STARTS, Start, bare
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView


def manifest(view: RepoView, path: str, trigger: str) -> Start:
    """What a manifest does for a trigger."""
    text = bare(view, path)
    if not text.strip():
        return Start(Location(path), lacks="holds nothing that runs")
    trees = documents_of(view, path) if path.endswith((".yml", ".yaml")) else []
    if any(word(walk(tree, "spec", "suspend")).lower() == "true" for tree in trees):
        return Start(Location(path), lacks="is suspended")
    times = [walk(tree, "spec", "schedule") for tree in trees]
    vain = next((node for node in times if node is not None and never_comes(word(node))), None)
    if vain is not None and trigger == "schedule":
        return Start(place(path, vain), lacks="is scheduled for a day that never comes")
    if trigger == "schedule" and not any(CRON.search(part) for part in (text, *text.split("\n"))):
        return Start(Location(path), lacks="has no schedule")
    if trigger in ("drift", "performance") and not (STARTS.search(text) or DRIFTS.search(text)):
        return Start(Location(path), lacks=f"is started by no {trigger}")
    return Start(Location(path), fulfils=True)
