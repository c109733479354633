"""Which version of a model the repository really serves: addresses in manifests, workflows and serving code."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import documents_of, place, text_of
from mlops_lint.facts.project.served_images import container_images, moving_images
from mlops_lint.facts.project.served_tags import overridden, tags_apart
from mlops_lint.facts.project.serving import Serving
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_MODEL = re.compile(r"\bmodels:/(?P<name>[\w.\-]+)(?P<mark>[/@])(?P<version>[\w.\-]+)")
_IMAGE = re.compile(
    r"(?<![\w./@:-])(?P<name>(?:[\w.\-]+(?::\d+)?/)*[a-z][\w.\-]*)(?P<mark>[:@])(?P<version>(?:sha256:)?[\w.\-]+)(?![\w/:])"
)
_FILES = re.compile(
    r"\.(?:ya?ml|json|toml|tf|tfvars|env|cfg|ini|hcl|bicep|sh|properties)$|(?:^|/)(?:Dockerfile[^/]*|Procfile|\.env[^/]*|Makefile)$"
)
_ASIDE = re.compile(r"(?:^|/)(?:tests?|docs?|examples?|notebooks?|node_modules|metrics|reports)/|lock|package\.json$")
_IMAGE_KEY = re.compile(r"^[ \t-]{0,200}(?:\w[\w-]{0,60}?)?image[\w-]{0,60}\s{0,20}[:=]", re.IGNORECASE)
_SETS_TAG = re.compile(
    r"\bset[- ]image\b|image-?updater|imagepolicy|\bskaffold\b|\bkbld\b|\bko (?:apply|resolve)\b|\bk8s-deploy@|\bwerf\b"
    r"|\bdevspace\b|\btilt\b|\bImageStream\b",
    re.IGNORECASE,
)
_MAY_SET_TAG = re.compile(r"\bnewTag\b|\bdigest:|\benvsubst\b|\byq\b|\bsed -|\bimages:", re.IGNORECASE)
"""What writes a tag into a manifest before it is applied, or picks one for it."""
_FETCHED = re.compile(
    r"(?:--cache-(?:from|to)[= ]|\bcache-(?:from|to):|\btype=registry,|\b(?:docker|podman) pull )\s*\S+"
)
"""What a build fetches to be faster, which nobody is served."""
_CACHES = re.compile(r"^(\s*)(?:- )?cache[-_](?:from|to):\s*[|>]?[+-]?\s*$")
_PUBLISHED = re.compile(
    r"\b(?:docker|podman|buildah)(?: (?:buildx|image))? (?:build|push|tag|bud)\b|\s--?t(?:ag)?[= ]|\btags:"
)
_MOVING = frozenset("latest production prod staging champion stable current main master head newest live".split())


@dataclass(frozen=True, slots=True)
class Address:
    """`NAME` in one version, as it is written."""

    name: str
    version: str
    text: str
    at: Location
    published: bool = False
    """Whether it is only built, tagged or pushed there."""

    @property
    def moving(self) -> bool:
        """Whether the version is an alias that somebody can set anew."""
        return self.untagged or self.version.lower() in _MOVING

    @property
    def untagged(self) -> bool:
        """Whether no version is named, which means the latest."""
        return not self.version


def model_address(text: str, at: Location) -> Address | None:
    """The model that a text names with its version: a registry's URI, or an image with a tag."""
    match = _MODEL.search(text)
    if match is None and " " not in text.strip():
        match = _IMAGE.fullmatch(text.strip())
    return Address(match["name"], match["version"], match[0], at) if match else None


class Served:
    """Every address of the same model that is deployed or loaded."""

    def __init__(self, view: RepoView, project: Project, code: Code, serving: Serving, values: Values) -> None:
        self.view = view
        self.project = project
        self.code = code
        self.serving = serving
        self.values = values

    def of(self, claimed: Address, entrypoint: str | None, predicts_in: str | None) -> list[Address]:
        """The addresses in manifests, workflows and serving code that name what the charter names."""
        pattern = _MODEL if claimed.text.startswith("models:/") else _IMAGE
        own = _short(claimed.name)
        found = [one for one in self._written(pattern, own) if _short(one.name) == own]
        if pattern is _MODEL:
            found += [one for one in self._loaded(entrypoint, predicts_in) if one.name == claimed.name]
        else:
            found = self._apart(claimed, found + self._untagged(claimed.name))
        return found

    def _apart(self, claimed: Address, found: list[Address]) -> list[Address]:
        """The addresses as Kustomize or the values of a chart leave them; where one of these agrees, it is enough."""
        hidden = overridden(self.view, self.project, claimed.name)
        kept = [one for one in found if one.at.path not in hidden]
        told = [Address(claimed.name, *one) for one in tags_apart(self.view, self.project, claimed.name)]
        same = [one for one in told if one.version == claimed.version]
        if any(not one.published for one in (*kept, *told)):
            kept = [one for one in kept if not (one.published and one.moving)]
        return kept + (same or [one for one in told if "$" not in one.text and "{" not in one.text])

    def unpinned(self) -> list[tuple[str, Location]]:
        """Images of the project's own that run under a tag which moves, whatever model they load."""
        return moving_images(self.view, self.project)

    def _untagged(self, name: str) -> list[Address]:
        """Containers of a cluster's manifests that run the image without a tag, where nothing else may set one."""
        found: list[Address] = []
        for path in self.view.entries:
            if not _FILES.search(path) or _ASIDE.search(path) or path == self.project.charter_path:
                continue
            text = text_of(self.view, path) or ""
            if _SETS_TAG.search(text) or (_short(name) in text and _MAY_SET_TAG.search(text)):
                return []
            if name in text and self.project.owns(path) and path.endswith((".yaml", ".yml")):
                nodes = (node for one in documents_of(self.view, path) for node in container_images(one))
                found += [Address(name, "", name, place(path, node)) for node in nodes if node.text == name]
        return found

    def _written(self, pattern: re.Pattern[str], own: str) -> Iterator[Address]:
        for path in self.view.entries:
            if not _FILES.search(path) or _ASIDE.search(path) or path == self.project.charter_path:
                continue
            near = self.project.owns(path) or path.startswith(".git")
            if not near and any(path.startswith(f"{folder}/") for folder in self._folders):
                continue
            text = text_of(self.view, path) or ""
            for number, line in _lines(text) if own in text else ():
                if own in line and not line.lstrip().startswith(("#", "//")):
                    bare = _FETCHED.sub(" ", re.sub(r"\s#.*$", "", line))
                    for match in pattern.finditer(bare):
                        if "$" not in match[0] and (near or _IMAGE_KEY.search(bare)):
                            only = bool(_PUBLISHED.search(bare)) or bare.strip(" -\"'") == match[0]
                            at = Location(path, number)
                            yield Address(match["name"], match["version"], match[0], at, published=only)

    @cached_property
    def _folders(self) -> frozenset[str]:
        """The folders of the projects of a monorepo; what lies beside them is shared."""
        charters = (path for path in self.view.entries if path.endswith("mlproject.yaml"))
        return frozenset(posixpath.dirname(path) for path in charters) - {""}

    def _loaded(self, entrypoint: str | None, predicts_in: str | None) -> Iterator[Address]:
        """What serving code loads from a registry."""
        roots = self.serving.declared(entrypoint, predicts_in) or self.serving.found()
        reach = self.code.reachable(roots)
        for path in sorted({one.path for one in reach.definitions}):
            if self.code.is_test(path) or "models:/" not in (text_of(self.view, path) or ""):
                continue
            index = self.values.evaluator.index(path)
            for scope, node in index.calls:
                if self.code.graph.scope(path, scope) in reach:
                    yield from self._called(path, scope, node)

    def _called(self, path: str, scope: str, node: ast.Call) -> Iterator[Address]:
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            if isinstance(argument, ast.Constant | ast.JoinedStr | ast.Name | ast.Attribute | ast.BinOp):
                for known in self.values.possible(path, scope, argument).values:
                    match = _MODEL.search(known.text or "")
                    if match:
                        at = self.values.evaluator.index(path).source.at(argument)
                        yield Address(match["name"], match["version"], match[0], at)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a file without those that say where a build may take its layers from."""
    inside: int | None = None
    for number, line in enumerate(text.split("\n"), 1):
        depth = len(line) - len(line.lstrip())
        if inside is not None and (depth > inside or (depth == inside and line.lstrip().startswith("- "))):
            continue
        opened = _CACHES.match(line)
        inside = len(opened[1]) if opened else None
        if not opened:
            yield number, line


def _short(name: str) -> str:
    return name.rpartition("/")[2]


@provides
def served(view: RepoView, project: Project, code: Code, serving: Serving, values: Values) -> Served:
    """Looked for when asked for."""
    return Served(view, project, code, serving, values)
