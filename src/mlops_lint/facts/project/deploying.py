"""Jobs that bring a model to its users, and whether tests stand before them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.ci import CiConfig
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import items, place, scalars, walk, word
from mlops_lint.facts.project.running import runs
from mlops_lint.facts.project.script import Command
from mlops_lint.facts.project.workflows import CiJob, Workflows
from mlops_lint.model import Location

_DEPLOYS = re.compile(
    r"\bkubectl (?:\S+ )*?(?:apply|rollout restart|set image|replace|patch)\b"
    r"|\bhelm(?:file)? (?:\S+ )*?(?:upgrade|install|apply|sync)\b"
    r"|\bgcloud (?:\S+ )*?(?:run deploy|app deploy|functions deploy|endpoints deploy-model"
    r"|run services (?:update|replace))\b"
    r"|\baws (?:\S+ )*?(?:ecs update-service|lambda update-function-code|apprunner start-deployment"
    r"|deploy create-deployment"
    r"|sagemaker (?:create|update)-endpoint(?!-config)|elasticbeanstalk update-environment|cloudformation deploy)\b"
    r"|\baz (?:\S+ )*?(?:webapp (?:up|deploy|deployment)|containerapp (?:up|update)|functionapp deployment"
    r"|ml (?:online|batch)-(?:deployment|endpoint) (?:create|update)|aks deploy|deployment \S+ create)\b"
    r"|\b(?:serverless|sls|sam|cdk|modal|flyctl|fly|vercel|bentoml|truss|chalice|zappa|prefect|eb"
    r"|zenml model-deployer) (?:\S+ )??deploy\b"
    r"|\brailway up\b|\bcf push\b|\bterraform (?:\S+ )*?apply\b|\bpulumi up\b|\bargocd app sync\b"
    r"|\bskaffold (?:run|deploy)\b"
    r"|\bansible-playbook\b|\bdatabricks bundle deploy\b|\bdocker (?:stack deploy|service update)\b"
    r"|\bheroku container:release\b"
    r"|\bgit push (?:\S+ )*?\S*heroku\b|\bmlflow deployments (?:create|update)\b|\bcog push\b|\bray (?:serve"
    r"|services?) deploy\b|\bserve deploy\b"
    r"|\bbentoml (?:deployment (?:create|update|apply)|cloud deploy)\b|\bnomad (?:job )?run\b"
    r"|\bkustomize build .*\| *kubectl\b"
)
_ACTIONS = re.compile(
    r"google-github-actions/deploy-|azure/(?:webapps-deploy|k8s-deploy|functions-action|container-apps-deploy-action|aci-deploy)"
    r"|aws-actions/amazon-ecs-deploy|aws-actions/aws-codedeploy|akhileshns/heroku-deploy|superfly/flyctl-actions|einaregilsson/beanstalk"
    r"|appleboy/lambda-action|serverless/github-action|amondnet/vercel-action|railwayapp/|digitalocean/app_action|AzureWebApp"
    r"|AzureFunctionApp|KubernetesManifest|HelmDeploy|AzureContainerApps|AzureRmWebAppDeployment",
    re.IGNORECASE,
)
_CLUSTER = re.compile(r"\b(?:kubectl|helm(?:file)?|kustomize|skaffold|argocd)\b")
_THROWAWAY = re.compile(
    r"/(?:kind-action|setup-kind\w*|setup-k3d\w*|k3d-action|(?:actions-)?setup-minikube|setup-k3s|microk8s-actions)\b"
    r"|\b(?:kind create cluster|minikube start|k3d cluster create|ctlptl create cluster)\b"
)
"""What makes a cluster for the length of a job: what is applied to it is gone when the job ends."""
_ASIDE = re.compile(
    r"gh-pages|mkdocs|gh-deploy|deploy-pages|docs?\b|documentation|storybook|preview|netlify|review[-_ ]?app", re.I
)
_ASIDE_ENVIRONMENT = re.compile(r"github-pages|^(?:docs?|documentation|storybook)\b", re.IGNORECASE)
_ASIDE_ACTIONS = re.compile(r"/(?:deploy-pages|upload-pages-artifact|actions-gh-pages|github-pages-deploy-action)\b")
_PUSHES = re.compile(r"\b(?:docker|podman|buildah) (?:image )?push\b|\bdocker buildx? build\b.*\s--push\b")
_UNDOES = re.compile(r"disable|delete|clean|destroy|roll[-_ ]?back|tear[-_ ]?down|undeploy|remove|stop", re.IGNORECASE)
_NAMED = re.compile(
    r"deploy|release|rollout|promot|ship|publish|serve|production|\bprod\b|\bcd\b|deliver", re.IGNORECASE
)
_GATES = re.compile(
    r"\b(?:mlops-lint|great_expectations|promptfoo eval|deepeval test|giskard|checkov-gate|deepchecks)\b"
    r"|(?<![A-Za-z])(?:quality|model|release|eval[a-z]{0,10})[-_]?gate"
    r"|\bcheck_metrics?\b|\bvalidate_model\b|\bcompare_models?\b|\bmodel_validation\b|\bcml\b.{0,80}\bcheck\b"
)
_HINTS = re.compile(
    r"(?:^|[\s/_.:@-])(?:tests?|pytest|checks?|gate|quality|ci|verify|validat\w+|eval\w*)(?:$|[\s/_.:@-])",
    re.IGNORECASE,
)
_BY_HAND = frozenset(("workflow_dispatch", "release", "repository_dispatch", "workflow_call"))


@dataclass(frozen=True, slots=True)
class Deployment:
    """A job that deploys. `gate` is the place of a test before it, `unclear` what may be one; both None: none."""

    job: CiJob
    at: Location
    what: str
    gate: Location | None = None
    unclear: Location | None = None
    by_hand: bool = False
    """Somebody starts it: by hand, or by a release."""
    spoilt: str = ""
    """Why a test that stands before it stops nothing."""
    pushes: bool = False
    """It only puts an image where others may take it from."""


class Deploying:
    """Judges the jobs of the configurations."""

    def __init__(self, workflows: Workflows, project: Project) -> None:
        self.workflows = workflows
        self.project = project

    def all(self) -> list[Deployment]:
        """The jobs that certainly deploy."""
        return [one for path in self.workflows.jobs for one in self.of(path, declared=False)]

    def of(self, path: str, *, declared: bool) -> list[Deployment]:
        """The deploying jobs of a configuration; where it is declared to deploy, names and environments tell, too."""
        jobs = self.workflows.jobs.get(path, ())
        sure = [self._judged(job, *found) for job in jobs if (found := self._deploys(job)) is not None]
        if sure or not declared:
            return sure
        near = [job for job in jobs if not _ASIDE.search(job.name) and not _of_documents(job)]
        named = [job for job in near if job.environment] or [job for job in near if _NAMED.search(job.name)]
        if named:
            return [self._judged(job, job.at, f"the job `{job.name}`") for job in named]
        pushed = [self._judged(job, *found) for job in near if (found := _pushed(job)) is not None]
        return [replace(one, pushes=True) for one in pushed]

    def _deploys(self, job: CiJob) -> tuple[Location, str] | None:
        if (_ASIDE.search(job.name) and not job.environment) or _UNDOES.search(job.name) or _of_documents(job):
            return None
        said = (*(text for text, _ in job.actions), *(one.text for one in job.commands if not one.never))
        throwaway = any(_THROWAWAY.search(text) for text in said)
        for command in job.commands:
            if command.never or re.search(r"--dry-run|--help", command.text):
                continue
            if _DEPLOYS.search(command.text) and not (throwaway and _CLUSTER.search(command.text)):
                return command.at, f"`{' '.join(command.text.split())[:60]}`"
        for text, at in job.actions:
            if _ACTIONS.search(text):
                return at, f"`{text.partition('@')[0]}`"
        return None

    def _judged(self, job: CiJob, at: Location, what: str) -> Deployment:
        events = set(self.workflows.events(job.config))
        tags = self.workflows.event(job.config, "push") if "push" in events else None
        only_tags = walk(tags, "tags") is not None and walk(tags, "branches") is None
        manual = job.test == "manual"
        by_hand = manual or (bool(events) and events <= (_BY_HAND | ({"push"} if only_tags else set())))
        gate, unclear, spoilt = self._gate(job, at)
        return Deployment(job, at, what, gate, unclear, by_hand, spoilt)

    def _gate(self, job: CiJob, at: Location) -> tuple[Location | None, Location | None, str]:
        before = self.workflows.before(job)
        whole = at == job.at  # which of its steps deploys is not known
        own = [
            one
            for one in job.commands
            if whole or one.at.path != at.path or one.at.line < at.line or one.at.path != job.config.path
        ]
        commands = [*own, *(one for other in before for one in other.commands)]
        commands += [one for config in self._awaited(job) for one in self.workflows.ci.of(config)]
        tests = [one for one in commands if self._tests(one)]
        good = [one for one in tests if not (one.ignored or one.never)]
        if good:
            return good[0].at, None, ""
        hints = [one.at for one in commands if not (one.ignored or one.never) and self._perhaps(one)]
        hints += [place for other in (*before, job) for text, place in other.actions if self._hides(text, job)]
        hints += self._included(job)
        spoilt = "its failure is ignored" if tests else ""
        if not tests and job.regardless and job.needs:
            spoilt = f"the job runs even where `{job.needs[0]}` fails"
        return None, (hints[0] if hints and not spoilt else None), spoilt

    def _tests(self, command: Command) -> bool:
        ci = self.workflows.ci
        return runs(command, (self.project.folder,), ci.settings) or bool(_GATES.search(command.text))

    def _perhaps(self, command: Command) -> bool:
        """Programs of which nothing is seen and whose names speak of tests."""
        shown = command.words[0] in (
            "pip",
            "pip3",
            "apt-get",
            "echo",
            "npm",
            "ruff",
            "mypy",
            "black",
            "flake8",
            "cp",
            "dvc",
            "git",
        )
        installs = re.search(r"\b(?:install|checkout|sync)\b", command.text)
        return not shown and not installs and bool(_HINTS.search(command.text))

    def _hides(self, action: str, job: CiJob) -> bool:
        name = action.partition("@")[0]
        if name.startswith("./"):
            return any(found.at.path == job.config.path for found in self.workflows.ci.opaque) and bool(
                _HINTS.search(name)
            )
        return "/.github/workflows/" in name or (bool(_HINTS.search(name)) and not name.startswith("actions/"))

    def _included(self, job: CiJob) -> list[Location]:
        """Files of another repository that GitLab takes up: the job may wait for one of their jobs."""
        known = {one.name for one in self.workflows.jobs[job.config.path]}
        if job.config.system != "gitlab" or (walk(job.node, "needs") is not None and known.issuperset(job.needs)):
            return []
        ci = self.workflows.ci
        return [one.at for one in ci.opaque if one.at.path == job.config.path]

    def _awaited(self, job: CiJob) -> Iterator[CiConfig]:
        """The workflows whose success starts this one."""
        event = self.workflows.event(job.config, "workflow_run") if self.workflows.events(job.config) else None
        waited = (job.test, *(one.test for one in self.workflows.before(job)))
        guarded = any("conclusion" in test and "success" in test for test in waited)
        tests = [step for step in items(walk(job.node, "steps")) if "conclusion" in word(walk(step, "if"))]
        if event is not None and (guarded or tests):
            for title in scalars(walk(event, "workflows")):
                yield from self.workflows.named(title.text)


def _of_documents(job: CiJob) -> bool:
    """Whether a job brings pages to their readers, and no model to its users."""
    if _ASIDE_ENVIRONMENT.search(job.environment):
        return True
    return not job.environment and any(_ASIDE_ACTIONS.search(text) for text, _ in job.actions)


def _pushed(job: CiJob) -> tuple[Location, str] | None:
    """Where a job pushes an image to a registry."""
    for command in job.commands:
        if not command.never and _PUSHES.search(command.text):
            return command.at, f"`{' '.join(command.text.split())[:60]}`"
    for step in items(walk(job.node, "steps")):
        used = walk(step, "uses")
        pushes = word(walk(step, "with", "push")) not in ("", "false")
        if used is not None and word(used).startswith("docker/build-push-action@") and pushes:
            return place(job.config.path, used), "`docker/build-push-action`"
    return None


@provides
def deploying(workflows: Workflows, project: Project) -> Deploying:
    """Judged when asked for."""
    return Deploying(workflows, project)
