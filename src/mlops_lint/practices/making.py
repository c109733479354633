"""Makefiles whose targets need each other, stage by stage: by name, or by files that one makes of another."""

from __future__ import annotations

import posixpath
import re

from mlops_lint.documents.makefile import Makefile, Target, parse_makefile
from mlops_lint.documents.requirements import normalised
from mlops_lint.facts.project.dependencies import Dependencies
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location
from mlops_lint.practices.base import Shown
from mlops_lint.practices.evidence import OwnCode
from mlops_lint.practices.stages import chained, stage

MAX_NEEDED = 100
_SCRIPT = re.compile(r"(?<![\w./-])[\w./-]+\.(?:py|ipynb|R)\b")
_MODULE = re.compile(r"\bpython[\d.]* +-m +(?!pip|pytest|venv|unittest)([\w.]+)")
_BETWEEN = re.compile(r"[|;&()]+")
_BEFORE = frozenset("poetry pdm uv rye pipenv hatch run time nohup nice exec env sudo @".split())
"""What stands before the program that is meant."""
_SUBCOMMAND = re.compile(r"[a-z][\w-]*")
_TOOLS = frozenset(
    "pip pytest coverage tox nox ruff black flake8 mypy isort pylint pre-commit twine mlflow uvicorn gunicorn "
    "streamlit jupyter dvc awscli docker sphinx mkdocs build setuptools wheel poetry uv".split()
)
"""Programs that are required for something else than a stage."""
_TRAINERS = frozenset("yolo rasa spacy fasttext vw allennlp ludwig autogluon".split())


def made(own: OwnCode, project: Project, dependencies: Dependencies) -> list[Shown]:
    """Targets that need at least three stages, each with a recipe of its own."""
    programs = {item.name for item in dependencies.requirements} | dependencies.own | _TRAINERS
    found: list[Shown] = []
    for path in own.code.view.entries:
        if posixpath.basename(path) in ("Makefile", "makefile", "GNUmakefile") and project.owns(path):
            makefile = parse_makefile(text_of(own.code.view, path) or "")
            recipes = _Recipes(own, posixpath.dirname(path), makefile, programs - _TOOLS)
            for target in makefile.targets.values():
                stages = [recipes.label(name, target) for name in _needed(makefile, target.name)]
                if not target.name.startswith(".") and chained(stages) and "train" in map(stage, stages):
                    found.append(Shown(f"make {target.name}", Location(path, target.line)))
    return found[:3]


def _needed(makefile: Makefile, name: str) -> list[str]:
    found, waiting = [name], [name]
    while waiting and len(found) < MAX_NEEDED:
        target = makefile.targets.get(waiting.pop())
        for needed in target.prerequisites if target else ():
            if needed not in found:
                found.append(needed)
                waiting.append(needed)
    return found


class _Recipes:
    """What the targets of one makefile run."""

    def __init__(self, own: OwnCode, folder: str, makefile: Makefile, programs: set[str]) -> None:
        self._files = own.code.view.entries
        self._folder = folder
        self._makefile = makefile
        self._programs = programs
        self._known: dict[str, str] = {}

    def label(self, name: str, wanted: Target) -> str:
        """What names a target's stage: its name, or for a file what its recipe runs. Empty where nothing is run."""
        if name not in self._known:
            target = self._makefile.targets.get(name)
            commands = [self._makefile.expand(recipe.text) for recipe in target.recipes] if target else []
            self._known[name] = next(filter(None, map(self._command, commands)), "")
        run = self._known[name]
        if "/" in name or re.search(r"\w\.\w", name):
            return run
        return name if run and name != wanted.name else ""

    def _command(self, text: str) -> str:
        """The script, module or subcommand of a recipe's line."""
        script = _SCRIPT.search(text)
        module = _MODULE.search(text)
        if script is not None:
            return posixpath.basename(script[0])
        if module is not None:
            return module[1].rpartition(".")[2]
        return next(filter(None, (self._program(part.split()) for part in _BETWEEN.split(text))), "")

    def _program(self, words: list[str]) -> str:
        """`./tool fetch_rows` of the project, or a required package's own `trainer fit_model`."""
        words = [word for word in words if word not in _BEFORE and not re.match(r"[A-Za-z_]\w*=", word)]
        if not words:
            return ""
        program, argument = words[0].lstrip("@-"), words[1] if len(words) > 1 else ""
        subcommand = argument if _SUBCOMMAND.fullmatch(argument) else ""
        if "/" in program and posixpath.normpath(posixpath.join(self._folder, program)) in self._files:
            return f"{posixpath.basename(program)} {subcommand}".strip()
        return subcommand if normalised(program) in self._programs else ""
