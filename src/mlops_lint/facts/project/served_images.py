"""Images of the project's own that a cluster is told to run under a tag that moves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlops_lint.documents.node import Node, ScalarNode, iterate
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import documents_of, items, place, text_of, walk
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_MOVING = frozenset("latest main master head newest edge nightly".split())
_BUILDS = re.compile(
    r"\bdocker (?:build|push|buildx|image)|build-push-action|\bpodman (?:build|push)|\bbuildah\b|kaniko"
)
_SETS = re.compile(
    r"image-?updater|imagepolicy|\bskaffold\b|\bkbld\b|\bko (?:apply|resolve)\b|k8s-deploy@|\bwerf\b|\bdevspace\b"
    r"|\btilt\b|\bImageStream\b|\bnewTag\b|\bdigest:|\benvsubst\b|\byq\b|\bsed -|\bkustomize edit|\bimages:",
    re.IGNORECASE,
)
"""What may write another tag before a manifest is applied."""
_FILES = re.compile(r"\.(?:ya?ml|json|toml|tf|tfvars|env|hcl|sh|py|mk)$|(?:^|/)(?:Makefile|justfile|Jenkinsfile)$")
_ASIDE = re.compile(
    r"(?:^|/)(?:tests?|docs?|examples?|notebooks?|node_modules)/|(?:^|/)(?:docker-)?compose[\w.-]*\.ya?ml$"
)
_VARIABLE = re.compile(r"\$\{?\{?\s*\w*image", re.IGNORECASE)


def moving_images(view: RepoView, project: Project) -> list[tuple[str, Location]]:
    """Images in manifests that the repository builds itself, and that no file gives any tag but a moving one."""
    found: list[tuple[str, Location]] = []
    texts = [(path, text_of(view, path) or "") for path in view.entries if _read(path, project)]
    for path, text in texts:
        if path.endswith((".yaml", ".yml")) and "image" in text and project.owns(path):
            for node in (one for document in documents_of(view, path) for one in container_images(document)):
                name, _, tag = node.text.partition("@")[0].rpartition(":")
                if tag.lower() in _MOVING and "@" not in node.text and _only_moving(name, [text for _, text in texts]):
                    found.append((node.text, place(path, node)))
    return found


def container_images(document: Node) -> Iterator[ScalarNode]:
    """The images of the containers of a manifest."""
    if walk(document, "apiVersion") is None or walk(document, "kind") is None:
        return
    for node in iterate(document):
        for container in items(walk(node, "containers")):
            image = walk(container, "image")
            if isinstance(image, ScalarNode):
                yield image


def _read(path: str, project: Project) -> bool:
    return bool(_FILES.search(path)) and not _ASIDE.search(path) and path != project.charter_path


def _only_moving(name: str, texts: list[str]) -> bool:
    """Whether the repository builds an image, and names it in no other version and through no variable."""
    short = name.rpartition("/")[2]
    about = [text for text in texts if short in text]
    if any(_SETS.search(text) for text in texts) or not any(_BUILDS.search(text) and name in text for text in about):
        return False
    tag = re.compile(re.escape(short) + r"(?:@|:(?!\s|//))(?P<tag>[^\s\"',;)}]*)")
    tags = [match["tag"].lower() for text in about for match in tag.finditer(text)]
    return all(one in _MOVING for one in tags) and not any(_VARIABLE.search(text) for text in about)
