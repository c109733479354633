"""Files that are said to run by themselves: do they run anything, and who starts them?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlops_lint.documents.node import ListNode, MapNode, Node, ScalarNode
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.ci import Ci
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.pointers import FileTarget, FolderTarget, HeadingTarget, Pointers
from mlops_lint.facts.project.reading import place, text_of, walk, yaml_of
from mlops_lint.facts.project.script import Command
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_DOCUMENT = re.compile(r"\.(md|markdown|rst|txt|adoc|docx?|pdf|html?|png|jpe?g|svg)$", re.IGNORECASE)
_IDLE = frozenset("echo printf true : exit cd set export pwd ls date sleep source cat env".split())
_INSTALLS = re.compile(
    r"(python3? -m )?(pip3?|apt(-get)?|uv|poetry|conda|mamba|npm|yarn) (-\S+ )*(install|sync|ci|update|pip)\b"
)
_MOVES = re.compile(
    r"(?:(?:uv|poetry|pdm|pipenv|hatch) run )?(?:(?:python3? -m )?dvc (?:-\S+ )*(?:pull|fetch|get|checkout|version)\b"
    r"|aws (?:-\S+ )*s3 (?:cp|sync|ls)\b|gsutil (?:-\S+ )*(?:cp|rsync)\b|gcloud storage (?:cp|rsync)\b"
    r"|az storage blob download|git (?:-\S+ )*(?:pull|fetch|checkout|clone|lfs|config)\b"
    r"|(?:wget|mkdir|cp|mv|rm|tar|unzip|gunzip)\b)"
)
"""Commands that bring data to where something could look at them."""
_FOLLOWS = re.compile(r"gh (?:workflow run|issue create|run)\b")
"""What is done about a result; it makes none."""
_PREPARES = re.compile(r"actions/(?:checkout|setup-|cache)")
_SETS_UP = re.compile(
    rf"{_PREPARES.pattern}|"
    r"(?<![\w.-])[\w.-]{1,100}/(?:checkout|setup-[\w-]+|auth|login|configure-aws-credentials)(?:@|$)",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"\s*(#|//|--|;|/\*|$)")
BY_HAND = frozenset(("workflow_dispatch",))


@dataclass(frozen=True, slots=True)
class Job:
    """`idle` says why nothing runs, `unclear` what cannot be told, both empty where it runs; `started` by what."""

    at: Location
    idle: str = ""
    unclear: str = ""
    started: str = ""


class Jobs:
    """Judges one file at a time."""

    def __init__(self, view: RepoView, ci: Ci, code: Code, pointers: Pointers) -> None:
        self.view = view
        self.pointers = pointers
        self.ci = ci
        self.code = code

    def named(self, text: str) -> Job | None:
        """The job that a pointer of the charter names, of a folder the first that runs; None where it is no file."""
        target = self.pointers.resolve(text, "ref")
        if isinstance(target, FolderTarget):
            found = [self.of(path) for path in target.files[:200]]
            return next((one for one in found if not one.idle), found[0] if found else None)
        return self.of(target.path) if isinstance(target, FileTarget | HeadingTarget) else None

    def of(self, path: str) -> Job:
        """What the file runs."""
        if _DOCUMENT.search(path) and "cron" not in path.rpartition("/")[2]:
            return Job(Location(path), idle="is a document, which runs nothing")
        if path in self.code.unparsed:
            return Job(Location(path), unclear=f"cannot be parsed ({self.code.unparsed[path][:80]})")
        if path in self.code.modules:
            return self._python(path)
        config = next((config for config in self.ci.configs if config.path == path), None)
        if config is not None:
            return self._workflow(path)
        tree = yaml_of(self.view, path) if path.endswith((".yaml", ".yml", ".json")) else None
        return self._manifest(path, tree) if tree is not None else self._text(path)

    def looks_at_nothing(self, text: str) -> Location | None:
        """Where a workflow begins that fetches, prints and follows up, and has no step that could look at data."""
        target = self.pointers.resolve(text, "ref")
        path = target.path if isinstance(target, FileTarget) else ""
        commands = [command for command in self.ci.commands if command.config == path and not command.never]
        tree = yaml_of(self.view, path)
        hidden = any(found.at.path == path for found in self.ci.opaque) or _uses_actions(tree, _SETS_UP)
        if not commands or hidden or any(self._works(command) for command in commands):
            return None
        return next((one.at for one in commands if one.words[0] in ("echo", "printf")), commands[0].at)

    def _works(self, command: Command) -> bool:
        joined = " ".join(command.words)
        follows = command.conditional and _FOLLOWS.match(joined)
        return not (_is_idle(command.words) or _MOVES.match(joined) or _MOVES.match(command.text) or follows)

    def _python(self, path: str) -> Job:
        module = self.code.modules[path]
        nodes = [self.code.graph.node(module.body), self.code.graph.node(module.main)]
        top = [use for use in module.symbols.uses if use.scope in ("", "<main>") and use.call]
        if top or any(edge.target.kind == "function" for node in nodes for edge in node.edges):
            return Job(Location(path, top[0].line if top else 1))
        if any(entry.path == path and entry.qualname not in ("", "<main>") for entry in self.code.entries()):
            return Job(Location(path))
        return Job(Location(path), idle="defines functions and runs none of them")

    def _workflow(self, path: str) -> Job:
        commands = [command for command in self.ci.commands if command.config == path]
        opaque = [found for found in self.ci.opaque if found.at.path == path]
        doing = [found for found in commands if not found.never and not _is_idle(found.words)]
        tree = yaml_of(self.view, path)
        started, at = self._started(path, tree)
        if doing:
            if started == "":
                return Job(at, unclear="is started by hand or from outside only")
            return Job(doing[0].at, started=started)
        if opaque or _uses_actions(tree):
            found = opaque[0].at if opaque else Location(path)
            return Job(found, unclear="runs steps that cannot be looked into")
        if commands:
            idle = "is switched off" if all(found.never for found in commands) else "only installs or prints"
            return Job(commands[0].at, idle=idle)
        return Job(Location(path), idle="runs no command")

    def _started(self, path: str, tree: MapNode | None) -> tuple[str, Location]:
        """What starts a GitHub workflow; another system is not asked."""
        on = tree.get("on") if tree is not None else None
        if on is None or "/workflows/" not in path:
            return "its own configuration", Location(path)
        names = [key.text for key, _ in on.entries] if isinstance(on, MapNode) else _texts(on)
        by_itself = [name for name in names if name not in BY_HAND]
        return ", ".join(by_itself), place(path, on)

    def _manifest(self, path: str, tree: MapNode) -> Job:
        suspended = walk(tree, "spec", "suspend")
        if isinstance(suspended, ScalarNode) and suspended.value is True:
            return Job(place(path, suspended), idle="is suspended")
        schedule = walk(tree, "spec", "schedule") or tree.get("schedule")
        at = place(path, schedule) if schedule is not None else Location(path)
        return Job(at, started="a schedule" if schedule is not None else "")

    def _text(self, path: str) -> Job:
        text = text_of(self.view, path)
        if text is None:
            return Job(Location(path), unclear="cannot be read")
        said = [line for line in text.split("\n") if not _COMMENT.match(line)]
        if not said:
            return Job(Location(path), idle="holds nothing but comments" if text.strip() else "is empty")
        if path.endswith(".sh") and all(re.split(r"\s+", line.strip())[0] in _IDLE for line in said):
            return Job(Location(path), idle="only prints")
        return Job(Location(path))


def _is_idle(words: tuple[str, ...]) -> bool:
    return not words or words[0] in _IDLE or _INSTALLS.match(" ".join(words)) is not None


def _texts(node: Node) -> list[str]:
    items = node.items if isinstance(node, ListNode) else (node,)
    return [item.text for item in items if isinstance(item, ScalarNode)]


def _uses_actions(tree: MapNode | None, but: re.Pattern[str] = _PREPARES) -> bool:
    """Whether a job calls an action that is no mere preparation."""
    jobs = tree.get("jobs") if tree is not None else None
    for _, job in jobs.entries if isinstance(jobs, MapNode) else ():
        if isinstance(job, MapNode) and job.get("uses") is not None:
            return True
        steps = job.get("steps") if isinstance(job, MapNode) else None
        for step in steps.items if isinstance(steps, ListNode) else ():
            used = step.get("uses") if isinstance(step, MapNode) else None
            if isinstance(used, ScalarNode) and not but.match(used.text):
                return True
    return False


@provides
def jobs(view: RepoView, ci: Ci, code: Code, pointers: Pointers) -> Jobs:
    """Reads nothing until a file is asked for."""
    return Jobs(view, ci, code, pointers)
