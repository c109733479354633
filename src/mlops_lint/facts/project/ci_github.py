"""GitHub Actions workflows: when they run, and the scripts of their steps."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from mlops_lint.documents.node import MapNode, Node, ScalarNode
from mlops_lint.facts.project.ci_actions import INERT_OWNERS, LINTERS
from mlops_lint.facts.project.reading import items, join, lines_of, mapping, place, scalars, walk, word, yaml_of
from mlops_lint.facts.project.script import Opaque, Script
from mlops_lint.repo.view import RepoView

MAX_COMBINATIONS = 40
_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
_ANY_EXPRESSION = re.compile(r"\$\{\{(?:(?!\$\{\{).)*?\}\}", re.S)
_TRIVIAL = frozenset({"true", "always()", "success()", "!cancelled()", "success()||failure()", "always()&&true"})
_NOT_ON_CHANGE = re.compile(
    r"github\.event_name\s*==\s*'(?:schedule|workflow_dispatch|release|repository_dispatch)'"
    r"|startsWith\(\s*github\.ref\s*,\s*'refs/tags/"
)


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow read: its triggers and the scripts of its jobs."""

    on_change: bool | None
    scripts: tuple[Script, ...]
    opaque: tuple[Opaque, ...]
    on: Node | None


@dataclass(slots=True)
class _Reader:
    view: RepoView
    config: str
    scripts: list[Script] = field(default_factory=list)
    opaque: list[Opaque] = field(default_factory=list)


_ABOUT_TEXTS = re.compile(r"^\.?/?(?:docs?|documentation|site|website)/|\.(?:md|mdx|rst|txt|adoc)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Frame:
    """The file that is read, as what it was called with."""

    path: str
    base: str
    known: Mapping[str, str] = field(default_factory=dict)
    depth: int = 0


def read_workflow(view: RepoView, path: str, project: str, base: str = "") -> Workflow | None:
    """The workflow at `path`; None if it is none. `base` is the folder that it takes for the repository's root."""
    tree = yaml_of(view, path)
    if tree is None or not isinstance(tree.get("jobs"), MapNode):
        return None
    on = tree.get("on")
    change = on_change(on, project if not base else "")
    reader = _Reader(view, path)
    root = Script("", path, 1, folder=base, config=path, on_change=change)
    _jobs(reader, tree, root, _Frame(path, base))
    return Workflow(change, tuple(reader.scripts), tuple(reader.opaque), on)


def on_change(on: Node | None, project: str = "") -> bool | None:
    """Whether a push or a pull request that touches the project folder starts the workflow."""
    if on is None:
        return None
    if not isinstance(on, MapNode):
        return any(
            scalar.text in ("push", "pull_request", "pull_request_target", "merge_group") for scalar in scalars(on)
        )
    return any(_fires(key.text, event, project) for key, event in on.entries)


def _fires(name: str, event: Node, project: str) -> bool:
    if name not in ("push", "pull_request", "pull_request_target", "merge_group"):
        return False
    if name == "push" and walk(event, "tags") is not None and walk(event, "branches") is None:
        return False
    types = {scalar.text for scalar in scalars(walk(event, "types"))}
    if types and not types & {"opened", "synchronize", "reopened", "checks_requested", "ready_for_review"}:
        return False
    paths = [scalar.text for scalar in scalars(walk(event, "paths"))]
    wanted = [pattern for pattern in paths if pattern[:1] != "!"]
    if wanted and all(_ABOUT_TEXTS.search(pattern) for pattern in wanted):
        return False  # no change of code starts it
    return not paths or not project or any(_touches(pattern, project) for pattern in wanted)


def _touches(pattern: str, project: str) -> bool:
    literal = re.split(r"[*?\[+]", pattern)[0].strip("/")
    return literal.startswith(project) or project.startswith(literal)


def _jobs(reader: _Reader, tree: MapNode, root: Script, frame: _Frame) -> None:
    root = _environment(_defaults(root, tree, frame.base), tree)
    for _, job in mapping(tree.get("jobs")):
        for combination in _matrix(walk(job, "strategy", "matrix")):
            known = {**frame.known, **combination}
            inner = replace(frame, known=known)
            here = _conditions(_environment(_defaults(root, job, frame.base), job, known), job)
            uses = walk(job, "uses")
            if uses is not None:
                _reusable(reader, uses, job, here, inner)
            for step in items(walk(job, "steps")):
                _step(reader, step, here, inner)


def _defaults(here: Script, node: Node, base: str) -> Script:
    run = walk(node, "defaults", "run")
    folder = word(walk(run, "working-directory"))
    return replace(
        here,
        folder=(join(base, folder) or base) if folder else here.folder,
        pipefail="bash" in word(walk(run, "shell")) or here.pipefail,
    )


def _environment(here: Script, node: Node, known: Mapping[str, str] | None = None) -> Script:
    entries = {key.text: _filled(word(value), known or {}, here.env) for key, value in mapping(walk(node, "env"))}
    return replace(here, env={**here.env, **{k: v for k, v in entries.items() if "${{" not in v}})


def _conditions(here: Script, node: Node) -> Script:
    test = word(walk(node, "if"))
    test = re.sub(r"^\$\{\{(.*)\}\}$", r"\1", test.strip(), flags=re.S).strip()
    off = test.lower() in ("false", "0")
    plain = not test or off or re.sub(r"\s", "", test) in _TRIVIAL
    soft = word(walk(node, "continue-on-error")).strip().lower() in ("true", "${{ true }}")
    elsewhere = bool(_NOT_ON_CHANGE.search(test)) and "||" not in test
    return replace(
        here,
        never=here.never or off,
        ignored=here.ignored or soft,
        conditional=here.conditional or not plain,
        on_change=False if elsewhere else here.on_change,
    )


def _matrix(node: Node | None) -> list[dict[str, str]]:
    """The combinations of a literal matrix; one empty one where there is none."""
    axes: list[list[list[tuple[str, str]]]] = []
    for key, value in mapping(node):
        if key.text in ("include", "exclude") or "${{" in word(value):
            continue
        options = [
            [(f"matrix.{key.text}", item.text)] if isinstance(item, ScalarNode) else _nested(key.text, item)
            for item in items(value)
        ]
        if options:
            axes.append(options)
    products = itertools.islice(itertools.product(*axes), MAX_COMBINATIONS)
    combinations = [dict(itertools.chain.from_iterable(choice)) for choice in products]
    extra = [
        {f"matrix.{key.text}": word(value) for key, value in mapping(item)} for item in items(walk(node, "include"))
    ]
    if extra and combinations == [{}]:
        return extra
    return [*combinations, *extra][:MAX_COMBINATIONS]


def _nested(name: str, item: Node) -> list[tuple[str, str]]:
    return [(f"matrix.{name}.{key.text}", word(value)) for key, value in mapping(item)]


def _filled(text: str, known: Mapping[str, str], env: Mapping[str, str]) -> str:
    def replace_one(match: re.Match[str]) -> str:
        name = match[1]
        value = env.get(name[4:]) if name.startswith("env.") else known.get(name)
        if name == "github.workspace":
            value = "."
        return match[0] if value is None or "\n" in value else value

    return _EXPRESSION.sub(replace_one, text)


def _step(reader: _Reader, step: Node, here: Script, frame: _Frame) -> None:
    here = _conditions(_environment(here, step, frame.known), step)
    run, uses = walk(step, "run"), walk(step, "uses")
    if isinstance(run, ScalarNode):
        folder = _filled(word(walk(step, "working-directory")), frame.known, here.env)
        shell = word(walk(step, "shell"))
        if shell and not shell.startswith(("bash", "sh")):
            if shell.startswith("python"):
                return
            here = replace(here, errexit="pwsh" in shell or here.errexit)
        text = _filled(run.text, frame.known, here.env)
        text = _ANY_EXPRESSION.sub(lambda match: re.sub(r"\s+", "", match[0]), text)
        reader.scripts.append(
            script_at(
                reader.view, frame.path, run,
                replace(
                    here,
                    text=text,
                    folder=(join(frame.base, folder) or frame.base) if folder else here.folder,
                    pipefail=here.pipefail or shell == "bash" or "pipefail" in shell,
                    errexit=here.errexit and ("{0}" not in shell or "-e" in shell or "pipefail" in shell),
                ),
            )
        )  # fmt: skip
    elif isinstance(uses, ScalarNode):
        _uses(reader, uses, step, here, frame)


def _uses(reader: _Reader, uses: ScalarNode, step: Node, here: Script, frame: _Frame) -> None:
    name = uses.text.partition("@")[0]
    if uses.text.startswith("./"):
        _composite(reader, uses, step, here, frame)
        return
    known = name.lower()
    action = next((text for key, text in LINTERS.items() if known == key or known.startswith(key + "/")), None)
    if action is not None:
        reader.scripts.append(script_at(reader.view, frame.path, uses, replace(here, text=action)))
    elif name.startswith("docker://") or name.partition("/")[0].lower() not in INERT_OWNERS:
        reader.opaque.append(
            Opaque(place(frame.path, uses), f"the action `{uses.text[:80]}` is not in this repository")
        )


def _composite(reader: _Reader, uses: ScalarNode, step: Node, here: Script, frame: _Frame) -> None:
    folder = join(frame.base, uses.text) or frame.base
    action = next(
        (p for n in ("action.yml", "action.yaml") if (p := posixpath.join(folder, n)) in reader.view.entries), ""
    )
    tree = yaml_of(reader.view, action) if action else None
    if tree is None or frame.depth > 6 or word(walk(tree, "runs", "using")) != "composite":
        reader.opaque.append(Opaque(place(frame.path, uses), f"the local action `{uses.text[:80]}` cannot be followed"))
        return
    inputs = _inputs(tree.get("inputs"), walk(step, "with"), frame.known, here)
    inner = replace(here, via=(*here.via, uses.text), folder=frame.base)
    for nested in items(walk(tree, "runs", "steps")):
        _step(reader, nested, inner, replace(frame, path=action, known=inputs, depth=frame.depth + 1))


def _inputs(declared: Node | None, given: Node | None, known: Mapping[str, str], here: Script) -> dict[str, str]:
    values = {key.text: word(walk(value, "default")) for key, value in mapping(declared)}
    values.update({key.text: _filled(word(value), known, here.env) for key, value in mapping(given)})
    return {f"inputs.{name}": value for name, value in values.items()}


def _reusable(reader: _Reader, uses: Node, job: Node, here: Script, frame: _Frame) -> None:
    text = word(uses)
    target = join(frame.base, text) if text.startswith("./") else None
    tree = yaml_of(reader.view, target) if target else None
    if tree is None or target is None or frame.depth > 4:
        reader.opaque.append(Opaque(place(frame.path, uses), f"the workflow `{text[:80]}` is not in this repository"))
        return
    declared = walk(tree, "on", "workflow_call", "inputs")
    inputs = _inputs(declared, walk(job, "with"), frame.known, here)
    called = _Frame(target, frame.base, inputs, frame.depth + 1)
    _jobs(reader, tree, replace(here, via=(*here.via, text), folder=frame.base), called)


def script_at(view: RepoView, path: str, node: ScalarNode, here: Script) -> Script:
    """`here` with the place of a scalar: the lines of a literal block are lines of the file."""
    line, column = node.start
    source = lines_of(view, path)
    head = source[line - 1][column - 1 :] if line <= len(source) else ""
    if head.startswith(("|", ">")):
        return replace(here, path=path, line=line + 1, column=1, exact=head.startswith("|"))
    return replace(here, path=path, line=line, column=column, exact=False)


def workflow_files(view: RepoView, base: str) -> Iterator[str]:
    """The workflow files of one folder that counts as a repository's root; Gitea and Forgejo read the same format."""
    for host in (".github", ".gitea", ".forgejo"):
        folder = posixpath.join(base, host, "workflows")
        for path in view.under(folder):
            if posixpath.dirname(path) == folder and path.endswith((".yml", ".yaml")):
                yield path
