"""The commands that continuous integration runs, followed through wrappers, task runners and scripts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from mlops_lint.documents.shell import Simple, parse_shell
from mlops_lint.facts.project.reading import join, text_of
from mlops_lint.facts.project.script import Command, Opaque, Script, changed, follow_up, pairs
from mlops_lint.facts.project.wrappers import unwrap
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

MAX_COMMANDS = 5_000
MAX_DEPTH = 12


Follower = Callable[[RepoView, tuple[str, ...], Script], "list[Script] | None"]


class Expander:
    """Turns scripts into commands; each task of a runner is followed once for each place that calls it."""

    def __init__(self, view: RepoView, followers: Mapping[str, Follower]) -> None:
        self.view = view
        self.followers = followers
        self.commands: list[Command] = []
        self.opaque: list[Opaque] = []

    def add(self, script: Script) -> None:
        """Expand one script."""
        items = parse_shell(script.text, script.env, errexit=script.errexit, pipefail=script.pipefail)
        bodies: dict[str, list[Simple]] = {}
        for item in items:
            if item.function:
                bodies.setdefault(item.function, []).append(item)
        self._sequence([item for item in items if not item.function], script, bodies)

    def _sequence(self, items: list[Simple], script: Script, bodies: Mapping[str, list[Simple]]) -> None:
        folders: dict[tuple[int, ...], str] = {(): script.folder}
        env = dict(script.env)
        cloned = False
        for item in items:
            folder = next(
                folders[item.scope[:cut]] for cut in range(len(item.scope), -1, -1) if item.scope[:cut] in folders
            )
            if not item.words:
                env.update(pairs(item.assigns))
                continue
            if item.words[0] in ("cd", "pushd"):
                # The first step after a clone of the repository itself leads to the root again.
                folders[item.scope] = folder if cloned else changed(folder, item.words)
                cloned = False
                continue
            cloned = cloned or _clones(item.words, self.view.name)
            if item.words[0] == "export":
                env.update(pairs(item.words[1:]))
            here = _inherit(script, item, folder, {**env, **dict(pairs(item.assigns))})
            if item.words[0] in bodies and len(script.via) < MAX_DEPTH:
                inner = replace(here, via=(*script.via, item.text))
                rest = {name: body for name, body in bodies.items() if name != item.words[0]}
                self._sequence(bodies[item.words[0]], replace(inner, line=script.line), rest)
            else:
                self.run(item.words, item.text, here)

    def run(self, words: tuple[str, ...], text: str, here: Script) -> None:
        """Note one command and follow it."""
        words, here = unwrap(words, here)
        if not words or len(self.commands) >= MAX_COMMANDS:
            return
        at = Location(here.path, here.line, here.column)
        self.commands.append(
            Command(
                text, words, at, here.config, here.via, here.ignored, here.never, here.conditional, here.folder,
                here.on_change,
            )
        )  # fmt: skip
        name = words[0]
        if "$" in name or "`" in name:
            self.opaque.append(Opaque(at, f"the command {name!r} is not known before it runs"))
        elif len(here.via) < MAX_DEPTH:
            self._follow(words, text, here, at)

    def _follow(self, words: tuple[str, ...], text: str, here: Script, at: Location) -> None:
        if words[0] in ("bash", "sh", "zsh", "dash", "source", ".", "eval"):
            inner = shell_script(self.view, words, here)
        elif words[0].endswith((".sh", ".bash")):
            inner = shell_script(self.view, ("bash", *words), here)
        elif words[0] in self.followers:
            inner = self.followers[words[0]](self.view, words, here)
        else:
            inner = script_without_suffix(self.view, words, here)
        if inner is None:
            self.opaque.append(Opaque(at, f"`{' '.join(words[:3])}` cannot be followed"))
            return
        label = " ".join(words[:3])
        for script in inner:
            if label not in here.via or script.text != here.text:
                self.add(replace(script, via=(*here.via, label)))


def _clones(words: tuple[str, ...], name: str) -> bool:
    """A clone of this repository, as far as its address tells: another literal one is none."""
    if words[:2] != ("git", "clone"):
        return False
    address = next((word for word in words[2:] if "://" in word or word.startswith("git@")), "")
    return not address or "$" in address or posixpath.basename(address).removesuffix(".git") == name


def _inherit(script: Script, item: Simple, folder: str, env: Mapping[str, str]) -> Script:
    return replace(
        script,
        line=script.line + (item.line if script.exact else 0),
        column=script.column if item.line == 0 or not script.exact else 1,
        folder=folder,
        env=env,
        ignored=script.ignored or item.ignored,
        never=script.never or item.never,
        conditional=script.conditional or item.conditional,
    )


_SHEBANG = re.compile(r"#!.*\b(?:ba|da|z|)sh\b([^\n]*)")


def shell_script(view: RepoView, words: tuple[str, ...], here: Script) -> list[Script] | None:
    """`bash x.sh`, `sh -c "…"`, `source x.sh`, `eval "…"`."""
    if words[0] == "eval":
        return [replace(here, text=" ".join(words[1:]), exact=False)]
    errexit = False
    pipefail = False
    for index, word in enumerate(words[1:], 1):
        if word.startswith("-") and not word.startswith("--"):
            if "c" in word:
                text = words[index + 1] if index + 1 < len(words) else ""
                return [replace(here, text=text, exact=False, errexit=errexit or "e" in word, pipefail=pipefail)]
            errexit |= "e" in word
        elif word == "pipefail":
            pipefail = True
        elif not word.startswith("-"):
            return _script_file(view, word, here, errexit=errexit or (words[0] in ("source", ".") and here.errexit))
    return []


def _script_file(view: RepoView, word: str, here: Script, *, errexit: bool) -> list[Script] | None:
    path = join(here.folder, word)
    text = text_of(view, path) if path is not None else None
    if text is None or path is None:
        # An environment's `activate` and the like are no part of the repository and run no tests.
        return [] if word.startswith("<(") or word.endswith(("activate", ".env", "rc", "profile", "conda.sh")) else None
    shebang = _SHEBANG.match(text)
    return [follow_up(here, text, path, 1, exact=True, errexit=errexit or bool(shebang and "e" in shebang[1]))]


def script_without_suffix(view: RepoView, words: tuple[str, ...], here: Script) -> list[Script] | None:
    """`./ci/run`: a file of the repository that begins as a shell script; nothing for other programs."""
    if "/" not in words[0]:
        return []
    path = join(here.folder, words[0])
    text = text_of(view, path) if path is not None else None
    if text is None or path is None or not _SHEBANG.match(text):
        return []
    return shell_script(view, ("bash", *words), here)
