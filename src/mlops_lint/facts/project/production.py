"""What brings the model to its users for good: deploying jobs, images of services, manifests."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from mlops_lint.documents.node import Node
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.deploying import Deploying, Deployment
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import documents_of, items, mapping, place, scalars, text_of, walk, word
from mlops_lint.facts.project.serving import about_serving
from mlops_lint.facts.project.workflows import CiJob, Workflows
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_FOR_GOOD = re.compile(r"(?<![a-z])(?:prod|production|prd|live)(?![a-z])", re.IGNORECASE)
_FOR_TRIAL = re.compile(
    r"(?<![a-z])(?:staging|stg|stage|dev|devel|develop|development|preview|demo|demos|sandbox|qa|uat|review|"
    r"test|tests|"
    r"testing|playground|experiments?|local|localhost|minikube|kind|k3d|ephemeral|examples?|samples?|docs?|"
    r"tutorials?|"
    r"templates?|fixtures?|notebooks?|benchmarks?|training|train|infra|infrastructure|storybook|pypi|package|"
    r"pages)(?![a-z])",
    re.IGNORECASE,
)
_BROAD = re.compile(
    r"terraform|pulumi|\bcdk\b|ansible|cloudformation|prefect|databricks|zenml|skaffold|\bsam\b|modal|"
    r"nomad",
    re.IGNORECASE,
)
"""Programs that set up anything, training clusters and buckets too."""
_PACKAGE = re.compile(
    r"\btwine\b|pypi|npm publish|poetry publish|uv publish|hatch publish|gh-pages|pages|mkdocs|sphinx|netlify|"
    r"storybook",
    re.IGNORECASE,
)
_MAIN = re.compile(r"main|master|trunk|release.*|prod.*|default|\*\*?|\$default-branch|live", re.IGNORECASE)
_PUSHES = re.compile(r"\b(?:docker|podman|nerdctl) (?:image )?push\b|\bdocker (?:buildx )?(?:build|bake)\b.*--push\b")
_SERVES = re.compile(
    r"^[ \t]{0,20}(?:CMD|ENTRYPOINT)\b[^\n]{0,300}"
    r"(?:uvicorn|gunicorn|hypercorn|fastapi|flask|waitress|bentoml|torchserve|tritonserver|"
    r"mlflow\W+models\W+serve|tensorflow_model_server|vllm|text-generation-launcher|ray\W+serve|\bserve\b|daphne)",
    re.IGNORECASE | re.MULTILINE,
)
_KINDS = frozenset(("InferenceService", "SeldonDeployment", "RayService", "Rollout", "Deployment", "StatefulSet"))
_OPEN = frozenset(("Ingress", "HorizontalPodAutoscaler", "HTTPRoute", "VirtualService", "PodDisruptionBudget"))
_HAND = frozenset(("workflow_dispatch", "repository_dispatch", "workflow_call"))
_ASKED = frozenset(("pull_request", "pull_request_target", "issue_comment", "merge_group"))


_LOADS = re.compile(
    r"(?:^|\.)(?:load_model|from_pretrained|load_state_dict|load_from_checkpoint|load_checkpoint|load|unpickle)$"
)
_PREDICTS = re.compile(
    r"\.(?:predict\w*|decision_function|generate|infer\w*|transform|score_samples|forward|kneighbors)$"
)
_MEASURES = re.compile(
    r"(?:_score|_error|(?:^|[._])(?:accuracy|f1|auc|auroc|rmse|mse|mae|confusion_matrix|classification_report|"
    r"fit|fit_transform|fit_generator|backward|train_test_split|compute_metrics?|evaluate))$"
)


@dataclass(frozen=True, slots=True)
class Shipment:
    """`sure`: for good; else it may be a trial. `live`: something starts it by itself."""

    at: Location
    what: str
    sure: bool
    live: bool = True


class Production:
    """Judged when asked for."""

    def __init__(
        self, view: RepoView, project: Project, workflows: Workflows, deploying: Deploying, code: Code
    ) -> None:
        self._view = view
        self._code = code
        self._project = project
        self._workflows = workflows
        self._deploying = deploying

    def shipments(self, declared: tuple[str, ...] = ()) -> list[Shipment]:
        """What ships, the sure ones first; `declared` are configurations that are said to deploy."""
        deployments = [one for one in self._deployments(declared) if not one.pushes]
        found = [one for deployment in deployments if (one := self._job(deployment))]
        found += [*self._named(), *self._images(), *self._manifests()]
        return sorted(dict.fromkeys(found), key=lambda one: not one.sure)

    def pushed(self, declared: tuple[str, ...]) -> list[Shipment]:
        """The declared jobs that only push an image, and that a push or a release starts."""
        found = [one for one in self._deployments(declared) if one.pushes and not _off(one.job)]
        events = [set(self._workflows.events(one.job.config)) for one in found]
        sure = [one for one, starts in zip(found, events, strict=True) if starts & {"push", "release", "schedule"}]
        return [Shipment(one.at, f"{one.what} in `{one.job.name}`", sure=True) for one in sure]

    def scheduled(self) -> Location | None:
        """Where a schedule starts a command that is named after serving."""
        for path in self._workflows.jobs:
            config = self._workflows.config(path)
            at = self._workflows.schedule(config) if config is not None else None
            commands = [command for job in self._workflows.jobs[path] for command in job.commands] if at else []
            if any(about_serving(part) for command in commands for part in re.split(r"[\s/.]+", command.text)):
                return at
        return None

    def batch(self) -> Location | None:
        """A program that loads a model and predicts, and neither trains nor measures: it may be a batch job."""
        for path, module in self._code.modules.items():
            calls = [use for use in module.symbols.uses if use.call]
            if path.endswith(".ipynb") or self._code.is_test(path) or any(_MEASURES.search(use.chain) for use in calls):
                continue
            asked = next((use for use in calls if _PREDICTS.search(use.chain)), None)
            if asked is not None and any(_LOADS.search(use.chain) for use in calls):
                return self._code.use_at(path, asked)
        return None

    def _deployments(self, declared: tuple[str, ...]) -> Iterator[Deployment]:
        yield from self._deploying.all()
        for path in declared:
            yield from self._deploying.of(path, declared=True)

    def _job(self, deployment: Deployment) -> Shipment | None:
        job = deployment.job
        commands = " ".join(command.text for command in job.commands if command.at == deployment.at)
        said = " ".join((job.name, job.environment, posixpath.basename(job.config.path), deployment.what, commands))
        if _off(job) or _PACKAGE.search(said) or self._of_another(job):
            return None
        what = f"{deployment.what} in `{job.name}`" if job.name else deployment.what
        events = set(self._workflows.events(job.config))
        live = not deployment.by_hand or "push" in events
        if _FOR_GOOD.search(said):
            return Shipment(deployment.at, what, sure=True, live=live)
        if _FOR_TRIAL.search(said) or (events and events <= _ASKED):
            return None
        broad = bool(_BROAD.search(f"{deployment.what} {commands}"))
        sure = not broad and self._from_main(job) and not (events and events <= _HAND) and job.test != "manual"
        return Shipment(deployment.at, what, sure=sure, live=live)

    def _named(self) -> Iterator[Shipment]:
        """Jobs that run in an environment of that name."""
        for jobs in self._workflows.jobs.values():
            for job in jobs:
                said = " ".join([job.name, *(text for text, _ in job.actions), *(c.text for c in job.commands)])
                aside = _off(job) or _PACKAGE.search(said) or _FOR_TRIAL.search(job.name) or self._of_another(job)
                if _FOR_GOOD.search(job.environment) and not aside:
                    events = set(self._workflows.events(job.config))
                    live = not events or bool(events - _HAND)
                    what = f"the job `{job.name}` in the environment {job.environment}"
                    yield Shipment(job.at, what, sure=True, live=live)

    def _of_another(self, job: CiJob) -> bool:
        """Whether a job of a monorepo speaks of another project's folder and never of this one's."""
        if not self._others:
            return False
        said = " ".join([job.name, job.environment, job.config.path, *(command.text for command in job.commands)])
        return _speaks_of(said, self._others) and not _speaks_of(said, (self._project.folder,))

    @cached_property
    def _others(self) -> tuple[str, ...]:
        """The folders of projects beside this one."""
        charters = (path for path in self._view.entries if path.endswith("mlproject.yaml"))
        folders = {posixpath.dirname(path) for path in charters}
        own = self._project.folder
        return tuple(sorted(one for one in folders if own and one and not f"{one}/".startswith(f"{own}/")))

    def _from_main(self, job: CiJob) -> bool:
        events = self._workflows.events(job.config)
        if not events:
            return True
        push = self._workflows.event(job.config, "push") if "push" in events else None
        branches = [scalar.text for scalar in scalars(walk(push, "branches"))]
        mains = [name for name in branches if _MAIN.fullmatch(name) and not _FOR_TRIAL.search(name)]
        return bool(mains) or not branches

    def _images(self) -> Iterator[Shipment]:
        """Images of services that are pushed from the main branch or for a release."""
        if not any(self._serves(path) for path in self._view.entries if self._is_dockerfile(path)):
            return
        for jobs in self._workflows.jobs.values():
            for job in jobs:
                events = set(self._workflows.events(job.config))
                aside = _off(job) or self._of_another(job) or not self._from_main(job)
                if aside or (events and events <= _ASKED | _HAND):
                    continue
                for at, text in _pushed(job):
                    if not _FOR_TRIAL.search(f"{job.name} {text}"):
                        yield Shipment(at, f"the image of a service is pushed in `{job.name or job.config.path}`", True)

    def _is_dockerfile(self, path: str) -> bool:
        name = posixpath.basename(path)
        return self._project.owns(path) and (name.startswith("Dockerfile") or name.endswith(".Dockerfile"))

    def _serves(self, path: str) -> bool:
        return not _FOR_TRIAL.search(path) and bool(_SERVES.search(text_of(self._view, path) or ""))

    def _manifests(self) -> Iterator[Shipment]:
        """Manifests of a cluster; sure where they say for good, or where they take everybody's requests."""
        documents: list[tuple[str, Node]] = []
        for path in self._view.entries:
            if path.endswith((".yaml", ".yml")) and self._project.owns(path) and not path.startswith("."):
                text = text_of(self._view, path) or ""
                if "apiVersion" in text and "kind:" in text and not (_FOR_TRIAL.search(path) or "{{" in text):
                    documents += [(path, document) for document in documents_of(self._view, path)]
        kinds = {word(walk(document, "kind")) for _, document in documents}
        opened = bool(kinds & _OPEN) or any(_balanced(document) for _, document in documents)
        for path, document in documents:
            kind = walk(document, "kind")
            if kind is None or word(kind) not in _KINDS or _FOR_TRIAL.search(_told(document)):
                continue
            sure = bool(_FOR_GOOD.search(f"{path} {_told(document)}")) or opened
            yield Shipment(place(path, kind), f"a manifest of the kind {word(kind)}", sure)


def _speaks_of(said: str, folders: tuple[str, ...]) -> bool:
    """By the folder's own name: as `packages/ranker`, as `ranker.yaml`, as `ranker:1.2`."""
    names = {posixpath.basename(folder) for folder in folders}
    return any(re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", said) for name in names)


def _off(job: CiJob) -> bool:
    return job.test.replace(" ", "").strip("${}").casefold() in ("false", "never")


def _pushed(job: CiJob) -> Iterator[tuple[Location, str]]:
    for command in job.commands:
        if not command.never and _PUSHES.search(command.text):
            yield command.at, command.text
    for step in items(walk(job.node, "steps")):
        action = walk(step, "uses")
        if word(action).startswith("docker/build-push-action") and word(walk(step, "with", "push")) == "true":
            yield next(at for text, at in job.actions if text == word(action)), word(walk(step, "with", "tags"))


def _balanced(document: Node) -> bool:
    return word(walk(document, "kind")) == "Service" and word(walk(document, "spec", "type")) == "LoadBalancer"


def _told(document: Node) -> str:
    """The names, namespace and labels of a manifest."""
    metadata = walk(document, "metadata")
    labels = [word(value) for key in ("labels", "annotations") for _, value in mapping(walk(metadata, key))]
    return " ".join([word(walk(metadata, "name")), word(walk(metadata, "namespace")), *labels])


@provides
def production(view: RepoView, project: Project, workflows: Workflows, deploying: Deploying, code: Code) -> Production:
    """Reads configurations and manifests when asked."""
    return Production(view, project, workflows, deploying, code)
