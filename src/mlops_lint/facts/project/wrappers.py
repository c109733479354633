"""The program behind `uv run`, `env`, `python -m` and the like."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace

from mlops_lint.facts.project.script import Script, changed, pairs

_PYTHON = re.compile(r"(?:python[\d.]*(?:\.exe)?|pypy3?|py)$")
_PYTHON_VARIABLE = re.compile(
    r"\$[({]?(?:py|python[\d.]*)(?:[_-]?(?:bin|exe|executable|cmd|path|path_bin|interpreter))?[)}]?", re.IGNORECASE
)
_OPTION_VALUES: dict[tuple[str, ...], frozenset[str]] = {
    ("uv", "run"): frozenset(
        [
            "--with",
            "--python",
            "-p",
            "--extra",
            "--group",
            "--only-group",
            "--directory",
            "--project",
            "--env-file",
            "--index",
            "--with-requirements",
            "--package",
            "--no-group",
            "--no-extra",
            "--with-editable",
            "--index-url",
            "--extra-index-url",
            "--find-links",
            "-f",
            "--color",
            "--config-file",
            "--cache-dir",
        ]
    ),
    ("uvx",): frozenset(["--with", "--python", "-p", "--from", "--index-url", "--with-requirements"]),
    ("uv", "tool", "run"): frozenset(["--with", "--python", "-p", "--from", "--index-url", "--with-requirements"]),
    ("poetry", "run"): frozenset(("-C", "--directory", "-P", "--project")),
    ("pipenv", "run"): frozenset(),
    ("pdm", "run"): frozenset(("-p", "--project")),
    ("rye", "run"): frozenset(("-p", "--pyproject")),
    ("pipx", "run"): frozenset(("--spec", "--python", "--pip-args")),
    ("hatch", "run"): frozenset(),
    ("hatch", "-e"): frozenset(),
    ("pixi", "run"): frozenset(("-e", "--environment", "--manifest-path")),
    ("conda", "run"): frozenset(("-n", "--name", "-p", "--prefix", "--cwd")),
    ("mamba", "run"): frozenset(("-n", "--name", "-p", "--prefix", "--cwd")),
    ("micromamba", "run"): frozenset(("-n", "--name", "-p", "--prefix", "--cwd")),
    ("mise", "exec"): frozenset(),
    ("mise", "x"): frozenset(),
    ("npx",): frozenset(("-p", "--package")),
    ("env",): frozenset(("-u", "--unset", "-C")),
    ("time",): frozenset(("-f", "-o")),
    ("sudo",): frozenset(("-u", "-g")),
    ("xvfb-run",): frozenset(("-s", "--server-args", "-n", "-e")),
    ("timeout",): frozenset(("-k", "--kill-after", "-s", "--signal")),
    ("nice",): frozenset(("-n",)),
    ("stdbuf",): frozenset(),
    ("nohup",): frozenset(),
    ("exec",): frozenset(("-a",)),
    ("command",): frozenset(),
    ("coverage", "run"): frozenset(
        [
            "--rcfile",
            "--source",
            "--omit",
            "--include",
            "--data-file",
            "--context",
            "--concurrency",
            "--source-pkgs",
            "--save-signal",
        ]
    ),
    ("accelerate", "launch"): frozenset(("--num_processes", "--config_file", "--num_machines", "--mixed_precision")),
    ("torchrun",): frozenset(("--nproc_per_node", "--nproc-per-node", "--nnodes", "--master_port")),
}
_TASKS = frozenset({("pipenv", "run"), ("pdm", "run"), ("rye", "run"), ("hatch", "run"), ("pixi", "run")})
"""Wrappers whose word may be a task of the project instead of a program: kept for their follower."""


_VERSIONED = frozenset({("uvx",), ("uv", "tool", "run"), ("pipx", "run")})
_VERSION = re.compile(r"(?:\[[\w,-]{0,80}\])?(?:[=~!<>]=|[@<>]).*$")
"""`tox==4.25.0`, `tox@latest`, `tox[uv]>=4`: the program is the same."""


def unwrap(words: tuple[str, ...], here: Script) -> tuple[tuple[str, ...], Script]:
    """The program behind `uv run`, `env X=1`, `python -m`, `.venv/bin/` …"""
    for _ in range(12):
        while words and re.match(r"[A-Za-z_]\w*=", words[0]):
            here = replace(here, env={**here.env, **dict(pairs(words[:1]))})
            words = words[1:]
        if not words:
            return (), here
        words = (_program(words[0]), *words[1:])
        if words[0] == "python" and (module := _module(words)):
            words = module
            continue
        prefix = next((words[:size] for size in (3, 2, 1) if words[:size] in _OPTION_VALUES), None)
        if prefix is None or prefix in _TASKS or (len(words) == len(prefix) and len(prefix) > 1):
            return words, here
        words, here = _stripped(words, prefix, here)
        if prefix in _VERSIONED and words:
            words = (_VERSION.sub("", words[0]), *words[1:])
    return words, here


def _program(word: str) -> str:
    base = posixpath.basename(word.replace("\\", "/"))
    if _PYTHON.fullmatch(base) or _PYTHON_VARIABLE.fullmatch(word):
        return "python"
    if re.search(r"(?:^|/)(?:bin|Scripts)/[\w.-]+$", word.replace("\\", "/")) and not word.startswith(
        ("./bin", "bin/")
    ):
        return base.removesuffix(".exe")
    return {"pytest.exe": "pytest", "py.test": "pytest", "pytest-3": "pytest", "gmake": "make"}.get(base, word)


def _module(words: tuple[str, ...]) -> tuple[str, ...]:
    for index, word in enumerate(words[1:], 1):
        if word == "-m":
            return words[index + 1 :] if len(words) > index + 1 else ()
        if word.startswith("-m") and len(word) > 2:
            return (word[2:], *words[index + 1 :])
        if word in ("-W", "-X"):
            continue
        if not word.startswith("-") and words[index - 1] not in ("-W", "-X"):
            break
    return ()


def _stripped(words: tuple[str, ...], prefix: tuple[str, ...], here: Script) -> tuple[tuple[str, ...], Script]:
    valued = _OPTION_VALUES[prefix]
    at = len(prefix)
    module = False
    while at < len(words):
        word = words[at]
        if word == "--":
            at += 1
            break
        if not word.startswith("-"):
            break
        if word in ("-m", "--module") and prefix[0] in ("coverage", "uv", "torchrun", "accelerate"):
            module = True
        if word in ("--directory", "--cwd", "-C") and at + 1 < len(words):
            here = replace(here, folder=changed(here.folder, ("cd", words[at + 1])))
        at += 2 if word in valued else 1
    if prefix == ("timeout",):
        at += 1
    rest = words[at:]
    if prefix in (("coverage", "run"), ("torchrun",), ("accelerate", "launch")) and not module and rest:
        rest = ("python", *rest)
    return rest, here
