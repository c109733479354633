"""GitLab CI: jobs with their templates, includes of this repository, and rules."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import replace

from mlops_lint.documents.node import MapNode, Node, ScalarNode
from mlops_lint.facts.project.ci_github import script_at
from mlops_lint.facts.project.reading import documents_of, items, join, mapping, place, scalars, walk, word
from mlops_lint.facts.project.script import Opaque, Script
from mlops_lint.repo.view import RepoView

GLOBAL = frozenset(
    [
        "default",
        "include",
        "stages",
        "variables",
        "workflow",
        "image",
        "services",
        "cache",
        "before_script",
        "after_script",
        "pages:deploy",
        "spec",
    ]
)
_Jobs = dict[str, tuple[Node, str]]


def read_gitlab(view: RepoView, path: str, base: str) -> tuple[bool | None, list[Script], list[Opaque]] | None:
    """(whether it runs on changes, scripts, opaque includes); None if the file is no configuration."""
    jobs, opaque = loaded(view, path, base)
    if not jobs:
        return None
    change = _fires(jobs.get("workflow", (None, ""))[0], {})
    scripts: list[Script] = []
    for name, (job, file) in jobs.items():
        if name in GLOBAL or name.startswith(".") or not isinstance(job, MapNode):
            continue
        merged = extended(job, file, jobs)
        scripts += _job(
            view, merged, jobs, Script("", file, 1, folder=base, config=path, on_change=change, pipefail=True)
        )
    return any(script.on_change is not False for script in scripts), scripts, opaque


def loaded(view: RepoView, path: str, base: str) -> tuple[_Jobs, list[Opaque]]:
    """What stands at the top of a configuration and of the files that it includes, and the includes that are hidden."""
    jobs: _Jobs = {}
    opaque: list[Opaque] = []
    _load(view, path, jobs, opaque, (base, set()))
    return jobs, opaque


def _load(view: RepoView, path: str, jobs: _Jobs, opaque: list[Opaque], visited: tuple[str, set[str]]) -> None:
    base, seen = visited
    if path in seen or len(seen) > 30:
        return
    seen.add(path)
    tree = top(view, path)
    include = walk(tree, "include")
    entries = items(include) or ((include,) if include is not None else ())
    for entry in entries:
        local = word(entry) if isinstance(entry, ScalarNode) else word(walk(entry, "local"))
        found = _local(view, local, base)
        for file in found:
            _load(view, file, jobs, opaque, visited)
        if not found and walk(entry, "template") is None:
            opaque.append(Opaque(place(path, entry), "an included configuration is not in this repository"))
    for key, value in mapping(tree):
        jobs[key.text] = (value, path)


def _local(view: RepoView, pattern: str, base: str) -> list[str]:
    if not pattern or "://" in pattern or "$" in pattern:
        return []
    path = join(base, pattern.lstrip("/")) or ""
    if "*" in path:
        return [entry for entry in view.under("") if fnmatch.fnmatchcase(entry, path)]
    return [path] if path in view.entries else []


def top(view: RepoView, path: str) -> Node | None:
    """The last document of a file: what stands before it is its head."""
    documents = documents_of(view, path)
    return documents[-1] if documents else None


def extended(job: MapNode, file: str, jobs: _Jobs, depth: int = 0) -> dict[str, tuple[Node, str]]:
    """A job with what it takes over from others, and the file that each part stands in."""
    merged: dict[str, tuple[Node, str]] = {}
    for parent in scalars(job.get("extends")):
        node, origin = jobs.get(parent.text, (None, ""))
        if isinstance(node, MapNode) and depth < 11:
            merged.update(extended(node, origin, jobs, depth + 1))
    merged.update({key.text: (value, file) for key, value in job.entries})
    return merged


def _job(view: RepoView, job: Mapping[str, tuple[Node, str]], jobs: _Jobs, here: Script) -> list[Script]:
    rules = job.get("rules", (None, ""))[0]
    limits = {key: job[key][0] for key in ("only", "except", "when") if key in job}
    fires = _fires(rules, limits)
    soft = job["allow_failure"][0] if "allow_failure" in job else None
    variables = {
        key.text: word(value)
        for node in (jobs.get("variables"), job.get("variables"))
        if node
        for key, value in mapping(node[0])
    }
    here = replace(
        here,
        ignored=word(soft).lower() == "true" or bool(mapping(soft)),
        never=word(limits.get("when")) == "never" or (fires is False and _never(rules)),
        conditional=word(limits.get("when")) == "manual",
        on_change=False if fires is False or word(limits.get("when")) == "manual" else here.on_change,
        env=variables,
    )
    found: list[Script] = []
    folder = here.folder
    for key in ("before_script", "script"):
        default = jobs.get(key) or _default(jobs, key)
        node, file = job.get(key) or (default if key == "before_script" and default else (None, ""))
        for scalar in lines(node, jobs):
            script = script_at(view, file, scalar, replace(here, text=scalar.text, folder=folder))
            found.append(script)
            if scalar.text.startswith("cd ") and "\n" not in scalar.text and "&" not in scalar.text:
                folder = join(folder, scalar.text[3:].strip()) or ""
    return found


def _default(jobs: _Jobs, key: str) -> tuple[Node, str] | None:
    node, file = jobs.get("default", (None, ""))
    inner = walk(node, key)
    return (inner, file) if inner is not None else None


def lines(node: Node | None, jobs: _Jobs) -> list[ScalarNode]:
    """The commands of a script."""
    # `!reference [.job, script]` comes as a plain list of names here: looked up where it names a job.
    found: list[ScalarNode] = []
    for item in items(node) or ((node,) if node is not None else ()):
        names = [scalar.text for scalar in scalars(item)] if items(item) else []
        target, _ = jobs.get(names[0], (None, "")) if names else (None, "")
        found += scalars(walk(target, *names[1:])) if target is not None else scalars(item)
    return found


def _fires(rules: Node | None, limits: Mapping[str, Node]) -> bool | None:
    """False where only schedules, tags, the web or nothing start it."""
    rules = walk(rules, "rules") if isinstance(rules, MapNode) else rules
    if rules is not None and items(rules):
        return any(_rule(rule) for rule in items(rules))
    only = limits.get("only")
    refs = [scalar.text for scalar in scalars(walk(only, "refs") if isinstance(only, MapNode) else only)]
    return not (refs and set(refs) <= {"schedules", "tags", "web", "triggers", "api", "pipelines"})


def _rule(rule: Node) -> bool:
    if word(walk(rule, "when")) in ("never", "manual"):
        return False
    test = word(walk(rule, "if"))
    return not (
        ("CI_COMMIT_TAG" in test or '"schedule"' in test or "'schedule'" in test or '"web"' in test)
        and "||" not in test
        and "!=" not in test
    )


def _never(rules: Node | None) -> bool:
    return bool(items(rules)) and all(word(walk(rule, "when")) == "never" for rule in items(rules))
