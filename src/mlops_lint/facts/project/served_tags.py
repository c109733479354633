"""Tags of images that are written apart from the image: by Kustomize and in the values of a chart."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mlops_lint.documents.node import MapNode, iterate
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import documents_of, items, place, text_of, walk, word
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_KUSTOMIZATION = re.compile(r"(?:^|/)kustomization\.ya?ml$")
_VALUES = re.compile(r"(?:^|/)values[\w.-]*\.ya?ml$")
_ASIDE = re.compile(r"(?:^|/)(?:tests?|docs?|examples?|node_modules)/")
_WRITES = re.compile(
    r"\bset[- ]image\b|image-?updater|imagepolicy|k8s-deploy@|\benvsubst\b|\bkpt\b|\bnewTag\b|\b(?:image\.)?tag="
    r"|(?<!Values\.)\bimage\.tag\b|helmfile|\bskaffold\b|\bwerf\b|\bdevspace\b|\btilt\b",
    re.IGNORECASE,
)
"""What gives a tag in a file of another kind, so that the written one may never be used."""
_SCRIPTS = re.compile(r"\.(?:ya?ml|json|toml|tf|hcl|sh|py|mk|groovy)$|(?:^|/)(?:Makefile|justfile|Jenkinsfile)$")


def tags_apart(view: RepoView, project: Project, name: str) -> list[tuple[str, str, Location]]:
    """Version, whole name and place of each tag of an image; none where a command may give another."""
    found = [one for path in view.entries if _apart(path, project) for one in _in(view, path, name)]
    others = (path for path in view.entries if _SCRIPTS.search(path) and path != project.charter_path)
    if found and any(
        _WRITES.search(text_of(view, path) or "")
        for path in others
        if not (_KUSTOMIZATION.search(path) or _ASIDE.search(path) or "/templates/" in path)
    ):
        return []
    return found


def overridden(view: RepoView, project: Project, name: str) -> frozenset[str]:
    """The manifests whose image is given its tag by Kustomize, those that lie in or below a folder of its files."""
    paths = [path for path in view.entries if _KUSTOMIZATION.search(path) and _apart(path, project)]
    folders = {
        posixpath.normpath(posixpath.join(posixpath.dirname(path), word(part)))
        for path in paths
        if any(True for _ in _in(view, path, name))
        for document in documents_of(view, path)
        for key in ("resources", "bases")
        for part in (None, *items(walk(document, key)))
    }
    manifests = (path for path in view.entries if path.endswith((".yaml", ".yml")))
    return frozenset(path for path in manifests if any(path == one or _below(path, one) for one in folders))


def _below(path: str, folder: str) -> bool:
    return folder == "." or path.startswith(f"{folder}/")


def _apart(path: str, project: Project) -> bool:
    wanted = _KUSTOMIZATION.search(path) or _VALUES.search(path)
    return bool(wanted and project.owns(path) and not _ASIDE.search(path))


def _in(view: RepoView, path: str, name: str) -> Iterator[tuple[str, str, Location]]:
    for document in documents_of(view, path):
        if _KUSTOMIZATION.search(path):
            maps = [(one, "name", ("newTag", "digest")) for one in items(walk(document, "images"))]
        else:
            maps = [(one, "repository", ("tag", "digest")) for one in iterate(document) if isinstance(one, MapNode)]
        for one, key, tags in maps:
            full = word(walk(one, "newName")) or word(walk(one, key))
            tag = next((node for node in (walk(one, each) for each in tags) if word(node)), None)
            if tag is not None and _same(full, name):
                yield word(tag), f"{full}:{word(tag)}", place(path, tag)


def _same(left: str, right: str) -> bool:
    return left.rpartition("/")[2] == right.rpartition("/")[2] != ""
