"""Azure Pipelines, CircleCI, Travis, Jenkins, Cloud Build, Bitbucket, Taskcluster: the scripts of their steps."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace

from mlops_lint.documents.node import ListNode, MapNode, Node, ScalarNode, iterate
from mlops_lint.facts.project.ci_github import script_at
from mlops_lint.facts.project.reading import items, join, mapping, place, scalars, text_of, walk, word, yaml_of
from mlops_lint.facts.project.script import Opaque, Script
from mlops_lint.repo.view import RepoView

_AZURE_SHELLS = ("bash", "cmdline", "powershell", "azurecli", "azurepowershell", "shellscript")
_AZURE_PARTS = ("stages", "jobs", "steps", "strategy", "runOnce", "deploy", "extends", "parameters")
Read = tuple["bool | None", list[Script], list[Opaque]]
Reader = Callable[[RepoView, str, Script], "Read | None"]


def azure(view: RepoView, path: str, here: Script) -> Read | None:
    """Steps of every stage and job, local templates followed. Without `trigger` every push runs it."""
    tree = yaml_of(view, path)
    if tree is None or not any(key in tree.keys() for key in ("steps", "jobs", "stages", "extends")):  # noqa: SIM118
        return None
    change: bool | None = word(tree.get("trigger")) != "none" or word(tree.get("pr")) not in ("", "none")
    opaque: list[Opaque] = []
    here = replace(here, on_change=change, errexit=False)
    return change, list(_azure_steps(view, tree, here, opaque)), opaque


def _azure_steps(view: RepoView, node: Node, here: Script, opaque: list[Opaque]) -> Iterator[Script]:
    path = here.path
    for item in items(node):
        yield from _azure_steps(view, item, here, opaque)
    if not isinstance(node, MapNode):
        return
    test = word(node.get("condition")).strip().lower()
    here = replace(
        here,
        never=here.never or test == "false" or word(node.get("enabled")).lower() == "false",
        ignored=here.ignored or word(node.get("continueOnError")).lower() == "true",
        conditional=here.conditional or test not in ("", "false", "always()", "succeeded()", "succeededorfailed()"),
        env={**here.env, **{key.text: word(value) for key, value in mapping(node.get("variables"))}},
    )
    for key in ("script", "bash", "powershell", "pwsh"):
        run = node.get(key)
        if isinstance(run, ScalarNode):
            folder = join(here.folder, word(node.get("workingDirectory")) or ".") or here.folder
            text = re.sub(r"\$\(([\w.]+)\)", lambda match: here.env.get(match[1], match[0]), run.text)
            yield script_at(view, path, run, replace(here, text=text, folder=folder))
    yield from _azure_task(view, node, here)
    template = node.get("template")
    if isinstance(template, ScalarNode):
        yield from _azure_template(view, template, here, opaque)
    for name, inner in mapping(node):
        if name.text in _AZURE_PARTS or name.text.startswith("${{"):
            yield from _azure_steps(view, inner, here, opaque)


def _azure_task(view: RepoView, node: MapNode, here: Script) -> Iterator[Script]:
    """Tasks that run a script: one that is written there, or a file."""
    name = word(node.get("task")).partition("@")[0].lower()
    inline = walk(node, "inputs", "script") or walk(node, "inputs", "inlineScript")
    file = walk(node, "inputs", "filePath") or walk(node, "inputs", "scriptPath")
    folder = join(here.folder, word(walk(node, "inputs", "workingDirectory")) or ".") or here.folder
    if name in _AZURE_SHELLS and isinstance(inline, ScalarNode):
        yield script_at(view, here.path, inline, replace(here, text=inline.text, folder=folder))
    elif name in (*_AZURE_SHELLS, "pythonscript") and isinstance(file, ScalarNode):
        program = "python" if name == "pythonscript" else "bash"
        text = shlex.join([program, file.text.replace("$(System.DefaultWorkingDirectory)/", "")])
        yield script_at(view, here.path, file, replace(here, text=text))


def _azure_template(view: RepoView, template: ScalarNode, here: Script, opaque: list[Opaque]) -> Iterator[Script]:
    path = here.path
    folder = path.rpartition("/")[0] if not template.text.startswith("/") else ""
    target = join(folder, template.text.lstrip("/"))
    tree = yaml_of(view, target) if target and len(here.via) < 6 else None
    if tree is None or target is None:
        opaque.append(Opaque(place(path, template), f"the template `{template.text[:80]}` cannot be followed"))
        return
    yield from _azure_steps(view, tree, replace(here, path=target, via=(*here.via, template.text)), opaque)


def circle(view: RepoView, path: str, here: Script) -> Read | None:
    """`run` steps of the jobs, and of the commands that they call. CircleCI runs on every push."""
    tree = yaml_of(view, path)
    if tree is None or tree.get("jobs") is None:
        return None
    here = replace(here, on_change=True, pipefail=True)
    opaque: list[Opaque] = []
    scripts: list[Script] = []
    for _, job in mapping(tree.get("jobs")):
        folder = word(walk(job, "working_directory"))
        inner = replace(here, folder=join(here.folder, folder.removeprefix("~/repo").lstrip("/") or ".") or here.folder)
        scripts += _circle_steps(view, tree, walk(job, "steps"), inner)
    for key in mapping(tree.get("orbs")):
        opaque.append(Opaque(place(path, key[0]), f"the orb `{key[0].text}` is not in this repository"))
    return True, scripts, opaque


def _circle_steps(view: RepoView, tree: MapNode, steps: Node | None, here: Script, depth: int = 0) -> Iterator[Script]:
    path = here.path
    for step in items(steps):
        run = walk(step, "run")
        text = walk(run, "command") if isinstance(run, MapNode) else run
        if isinstance(text, ScalarNode):
            folder = join(here.folder, word(walk(run, "working_directory")) or ".") or here.folder
            yield script_at(view, path, text, replace(here, text=text.text, folder=folder))
        name = word(step) or next((key.text for key, _ in mapping(step)), "")
        nested = walk(tree, "commands", name, "steps")
        if nested is None and name in ("when", "unless"):
            nested = walk(step, name, "steps")
        if nested is not None and depth < 6:
            yield from _circle_steps(view, tree, nested, replace(here, conditional=name == "when"), depth + 1)


def travis(view: RepoView, path: str, here: Script) -> Read | None:
    """Each line of a phase is a command of its own; `after_*` phases cannot fail a build."""
    tree = yaml_of(view, path)
    if tree is None:
        return None
    scripts: list[Script] = []
    here = replace(here, on_change=True, errexit=False)
    jobs = [tree, *items(walk(tree, "jobs", "include")), *items(walk(tree, "matrix", "include"))]
    for job in jobs:
        envs = _travis_env(walk(job, "env") or tree.get("env"))
        for phase in ("before_install", "install", "before_script", "script", "after_success", "after_script"):
            for scalar in scalars(walk(job, phase)):
                for env in envs:
                    inner = replace(here, text=scalar.text, env=env, ignored=phase.startswith("after_"))
                    scripts.append(script_at(view, path, scalar, inner))
    return True, scripts, []


def _travis_env(node: Node | None) -> list[dict[str, str]]:
    rows = walk(node, "jobs") or walk(node, "matrix") or node
    found = []
    for scalar in scalars(rows):
        try:
            words = shlex.split(scalar.text)
        except ValueError:
            continue
        found.append(dict(word.split("=", 1) for word in words if "=" in word))
    return found[:20] or [{}]


_JENKINS = re.compile(r"""\b(?:sh|bash)\b[\s(]{0,40}(?:script\s{0,20}:\s{0,20})?('{3}|"{3}|'|")(.*?)(?<!\\)\1""", re.S)


def jenkins(view: RepoView, path: str, here: Script) -> Read | None:
    """The literal `sh` steps. Whether a change starts it is decided in Jenkins, not here."""
    text = text_of(view, path)
    if text is None or not re.search(r"\b(?:pipeline|node|stage)\b", text):
        return None
    scripts = []
    code = re.sub(r"(?m)^[ \t]*//.*$", lambda match: " " * len(match[0]), text)
    line, counted = 1, 0
    for match in _JENKINS.finditer(code):
        line += text.count("\n", counted, match.start(2))
        counted = match.start(2)
        soft = "returnStatus" in text[match.end() : match.end() + 40]
        inner = replace(here, text=match[2], path=path, line=line, on_change=None, exact=True, ignored=soft)
        scripts.append(inner)
    return None, scripts, []


def cloudbuild(view: RepoView, path: str, here: Script) -> Read | None:
    """Steps with a `bash -c` or a plain program. The trigger lives in the cloud project."""
    tree = yaml_of(view, path)
    if tree is None or not any(walk(step, "name") for step in items(tree.get("steps"))):
        return None
    scripts = []
    for step in items(tree.get("steps")):
        inner = replace(here, on_change=None, errexit=False, folder=_checked_out(view, here, word(walk(step, "dir"))))
        script, args = walk(step, "script"), walk(step, "args")
        if isinstance(script, ScalarNode):
            scripts.append(script_at(view, path, script, replace(inner, text=script.text)))
        words = [scalar.text for scalar in scalars(args)]
        entry = word(walk(step, "entrypoint"))
        shell = entry.rpartition("/")[2] in ("bash", "sh") or words[:1] in (["bash"], ["sh"])
        if (
            shell
            and "-c" in [part.lstrip("-e") and part[:1] + part[-1:] for part in words]
            and isinstance(args, ListNode)
        ):
            last = args.items[-1]
            if isinstance(last, ScalarNode):
                scripts.append(script_at(view, path, last, replace(inner, text=last.text.replace("$$", "$"))))
        elif entry or words:
            line = shlex.join([entry, *words] if entry else words)
            scripts.append(replace(inner, text=line, path=path, line=step.start[0], exact=False))
    return None, scripts, []


def _checked_out(view: RepoView, here: Script, given: str) -> str:
    """The folder of a step; what is no folder here is that of a clone of the repository itself."""
    for name in (given, given.partition("/")[2]):
        folder = join(here.folder, name) if name else None
        if folder and any(True for _ in view.under(folder)):
            return folder
    return here.folder


def bitbucket(view: RepoView, path: str, here: Script) -> Read | None:
    """Every `script` list; default, branch and pull-request pipelines run on changes, custom and tag ones do not."""
    tree = yaml_of(view, path)
    pipelines = walk(tree, "pipelines")
    if not isinstance(pipelines, MapNode):
        return None
    scripts = []
    for key, part in pipelines.entries:
        change = key.text in ("default", "branches", "pull-requests")
        for node in iterate(part):
            for scalar in scalars(walk(node, "script")):
                scripts.append(script_at(view, path, scalar, replace(here, text=scalar.text, on_change=change)))
    return any(script.on_change for script in scripts), scripts, []


def taskcluster(view: RepoView, path: str, here: Script) -> Read | None:
    """Commands of the payloads: argv lists, mostly `bash -c`."""
    tree = yaml_of(view, path)
    if tree is None or tree.get("tasks") is None:
        return None
    scripts: list[Script] = []
    for node in iterate(tree.get("tasks")):
        command = walk(node, "command")
        strings = scalars(command)
        if not strings:
            continue
        last = strings[-1]
        if len(strings) > 1 and re.fullmatch(r"-\w*c\w*", strings[-2].text):
            scripts.append(script_at(view, path, last, replace(here, text=last.text, errexit="e" in strings[-2].text)))
        elif any(isinstance(item, ListNode) for item in items(command)):
            scripts += [
                script_at(view, path, scalar, replace(here, text=scalar.text))
                for scalar in strings
                if " " in scalar.text
            ]
        else:
            text = shlex.join(scalar.text for scalar in strings)
            scripts.append(replace(here, text=text, path=path, line=strings[0].start[0], exact=False))
    scripts += _kinds(view, here)
    scripts = [replace(script, on_change=True, text=re.sub(r"\$\{[^}]*\}", "x", script.text)) for script in scripts]
    return True, scripts, []


def _kinds(view: RepoView, here: Script) -> Iterator[Script]:
    """What the kinds of a task graph run: `run: command:`, as text or as an argv list."""
    base = join(here.folder, "taskcluster")
    for path in view.under(base) if base else ():
        if re.search(r"/(?:ci|kinds)/[^/]+/kind\.ya?ml$", path):
            tree = yaml_of(view, path)
            for node in iterate(tree) if tree is not None else ():
                for scalar in scalars(walk(node, "run", "command"))[-1:]:
                    yield script_at(view, path, scalar, replace(here, text=scalar.text))
