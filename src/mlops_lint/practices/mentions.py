"""Which files are worth a closer look, by words in them: every text is read once for all practices that ask."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import text_of
from mlops_lint.repo.view import RepoView

MAX_SIZE = 300_000
"""Bytes of a configuration file; what is larger is data."""
SCRIPTS = (".sh", ".bash", ".ps1", ".mk")
_CONFIGURATION = (".yml", ".yaml", ".json", ".tf", ".bicep", ".tpl", ".template", ".groovy", ".hcl")
_WORDS = {
    "release": re.compile(
        r"canary|roll[-_ ]?(?:back|out)|traffic|shadow|weight|mirror|blue[-_]?green|undo|ProductionVariants",
        re.IGNORECASE,
    ),
    "declared": re.compile(
        r"(?:er|vi)sion|azureml|schema\.json|ModelPackage|model_package|log_model|az ml|upload|releases/|lakectl|gcloud"
    ),
    "shifted": re.compile(
        r"canary|roll[-_ ]?back|rollout|traffic|mirror_|(?:LINEAR|CANARY)_|blue_green|ShadowProd|BlueGreen|weights_and",
        re.IGNORECASE,
    ),
    "coded": re.compile(r"models:/|releases/download|\.version|lakefs://"),
    "pickle": re.compile(r"PickleData|LocalData|JoblibData"),
}


@dataclass(frozen=True, slots=True)
class Mentions:
    """The words are a first sieve: they say nothing by themselves."""

    configuration: Mapping[str, frozenset[str]]
    code: Mapping[str, frozenset[str]]

    def configured(self, what: str) -> list[str]:
        """Configuration files and scripts to be looked at for one purpose."""
        return [path for path, found in self.configuration.items() if what in found]

    def coded(self, what: str) -> list[str]:
        """Modules and notebooks to be looked at for one purpose."""
        return [path for path, found in self.code.items() if what in found]


@provides
def mentions(view: RepoView, project: Project, code: Code) -> Mentions:
    """Of small configuration files and of all code of the project."""
    small = [
        path
        for path, entry in view.entries.items()
        if is_configuration(path) and project.owns(path) and (entry.size or 0) < MAX_SIZE
    ]
    return Mentions({path: _found(view, path) for path in small}, {path: _found(view, path) for path in code.modules})


def is_configuration(path: str) -> bool:
    """A manifest, a pipeline, or a script."""
    name = posixpath.basename(path).lower()
    return name.endswith((*_CONFIGURATION, *SCRIPTS)) or name.startswith(("makefile", "justfile", "jenkinsfile"))


def _found(view: RepoView, path: str) -> frozenset[str]:
    text = text_of(view, path) or ""
    return frozenset(what for what, words in _WORDS.items() if words.search(text))
