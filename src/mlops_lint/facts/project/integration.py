"""Continuous integration as one answer: what runs on a change, and how each test file fares in it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.ci import Ci, CiConfig, runs_tests
from mlops_lint.facts.project.ci_github import workflow_files
from mlops_lint.facts.project.claims import TestClaim, TestClaims
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import parents, text_of
from mlops_lint.facts.project.running import runs
from mlops_lint.facts.project.script import Command, Opaque
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

Fare = Literal["run", "neutralised", "elsewhen", "maybe", "filtered", "never"]
_BENCHMARKS = frozenset({"benchmark", "benchmarks", "bench", "asv_bench", "perf", "loadtest", "loadtests"})
_OTHER_SYSTEMS = re.compile(
    r"\.?appveyor\.ya?ml|\.drone\.(?:ya?ml|star|jsonnet)|\.woodpecker(?:\.ya?ml|/.+)|\.buildkite/.+|\.semaphore/.+"
    r"|wercker\.yml|\.cirrus\.(?:ya?ml|star)|codefresh\.ya?ml|bitrise\.yml|\.builds/.+\.yml|\.build\.ya?ml"
    r"|buildspec[^/]*\.ya?ml|\.tekton/.+|\.teamcity/.+|\.(?:forgejo|gitea)/workflows/.+|\.prow\.ya?ml|\.zuul\.ya?ml"
    r"|screwdriver\.yaml|dagger\.json|Earthfile|\.harness/.+|bamboo-specs/.+|\.space\.kts|\.scrutinizer\.yml"
)
_KNOWN_SYSTEMS = re.compile(
    r"\.gitlab-ci\.yml|\.circleci/config\.ya?ml|\.travis\.yml|azure-pipelines[^/]*\.ya?ml|bitbucket-pipelines\.yml"
    r"|\.taskcluster\.yml"
)


_CONTAINERS = frozenset({"docker", "docker-compose", "podman", "podman-compose", "nerdctl", "kubectl", "oc"})
_ELSEWHERE = frozenset(
    "npm yarn pnpm bun rake mage gradle ./gradlew act ssh vagrant modal anyscale databricks dbx ray az gcloud aws sky "
    "singularity apptainer skaffold earthly dagger tilt hatch pixi".split()
)
"""Programs whose tasks are not read, or that run them somewhere else."""
_TASKS = re.compile(r"(?:hatch|pixi|pdm|poetry|rye|pipenv|mise|uv)\s+run\b")
_ABOUT_TESTS = re.compile(r"(?:^|[\s:+/_.-])(?:py)?tests?(?:$|[\s:_.-])")
_INSTALLS = re.compile(r"\b(?:install|add|sync|lock|update|upload|cp|build)\b")
_WORKING_ACTIONS = re.compile(
    r"^[ \t-]*uses:\s*[\"']?(?:actions/checkout|docker/(?:build-push|bake)-action)\b", re.MULTILINE
)
"""What a workflow uses that does more than sort issues; a checkout is there to be worked on."""
_IMAGE_FILES = re.compile(
    r"(?:^|/)(?:[^/]*Dockerfile[^/]*|Containerfile|(?:docker-)?compose[^/]*\.ya?ml|docker-bake\.hcl)$"
)
_IMAGE_TESTS = re.compile(
    r"^(?!\s*#).*(?:(?:RUN|CMD|ENTRYPOINT|command:|entrypoint:|&&|;)[\s\[\"']*(?![\s\[\"'])"
    r"(?:(?:uv|poetry|pdm|hatch|coverage)\s+run\s+)?(?:pytest|tox|nox|make (?:test|check)|\S{0,120}run_tests)\b"
    r"|-m[\s\"',]+(?:pytest|unittest)\b)"
)


@dataclass(frozen=True, slots=True)
class TestRun:
    """How one test file fares; `command` is the one that decides.

    run: on every change. neutralised: its failure passes, or it is switched off. elsewhen: by hand or on a schedule.
    maybe: when cannot be told. filtered: an option such as `--ignore` leaves the file out.
    """

    __test__ = False

    path: str
    fare: Fare
    command: Command | None = None

    @property
    def at(self) -> Location:
        """Where the command stands; the file itself where there is none."""
        return self.command.at if self.command else Location(self.path)


class Integration:
    """The configurations that do something, by when they run; `unread` are files of CI that are not understood."""

    def __init__(
        self,
        ci: Ci,
        unread: Iterable[tuple[Location, str]],
        images: Iterable[Location] = (),
        busy: Iterable[str] = (),
    ) -> None:
        self._ci = ci
        self._inside = tuple(inner for command in ci.commands if (inner := _in_container(command)))
        self.unread = tuple(unread)
        self._images = tuple(images)
        self._busy = frozenset(busy)
        self.configs = tuple(config for config in ci.configs if self._works(config))
        self.idle = tuple(config for config in ci.configs if not self._works(config))
        self.perhaps = tuple(config for config in self.configs if self._starts(config) is None)
        self.on_change = tuple(config for config in self.configs if self._starts(config))

    def commands(self, config: CiConfig) -> tuple[Command, ...]:
        """What one configuration runs on a change."""
        return tuple(c for c in self._ci.of(config) if not c.never and c.on_change is not False)

    @property
    def opaque(self) -> tuple[Opaque, ...]:
        """Steps on a change that cannot be looked into."""
        later = {config.path for config in self._ci.configs if self._starts(config) is False}
        return tuple(step for step in self._ci.opaque if step.at.path not in later)

    def run(self, path: str) -> TestRun:
        """How a test file fares."""
        found = runs_tests(self._ci, (path,))
        found += [command for command in self._inside if runs(command, (path,), self._ci.settings)]
        live = [command for command in found if not (command.never or command.ignored)]
        choices: tuple[tuple[Fare, list[Command]], ...] = (
            ("run", [command for command in live if command.on_change]),
            ("maybe", [command for command in live if command.on_change is None]),
            ("neutralised", [command for command in found if command.on_change is not False]),
            ("elsewhen", live),
            ("neutralised", found),
            ("filtered", [c for c in self._ci.commands if runs(_unfiltered(c), (path,), self._ci.settings)]),
        )
        decisive = ((fare, commands[0]) for fare, commands in choices if commands)
        first = next(decisive, None)
        return TestRun(path, *first) if first else TestRun(path, "never")

    def runs(self, claims: TestClaims) -> list[tuple[TestClaim, list[TestRun]]]:
        """How the test files of each claim fare, each file once; benchmarks are no tests."""
        seen: set[str] = set()
        found = []
        for claim, tests in claims.grouped():
            paths = dict.fromkeys(test.definition.path for test in tests)
            own = [path for path in paths if path not in seen and not _BENCHMARKS & set(path.split("/")[:-1])]
            seen.update(own)
            found.append((claim, [self.run(path) for path in own]))
        return found

    @property
    def obstacle(self) -> tuple[Location, str] | None:
        """The first thing in the way of saying that something is not run on a change."""
        steps = [(step.at, step.reason) for step in self.opaque]
        hidden = [
            (command.at, f"what `{command.text[:60]}` runs is not seen")
            for command in self._ci.commands
            if command.on_change is not False and not command.never and _hides(command)
        ]
        images = [(at, f"`{at.path}` runs tests, and nothing tells whether it is built") for at in self._images]
        return next(iter([*steps, *self.unread, *hidden, *images]), None)

    def _opaque_in(self, config: CiConfig) -> bool:
        return any(step.at.path == config.path for step in self._ci.opaque)

    def _works(self, config: CiConfig) -> bool:
        return bool(self._ci.of(config)) or self._unseen(config)

    def _unseen(self, config: CiConfig) -> bool:
        """Whether it does something that is no command: actions, the hooks of pre-commit.ci."""
        return self._opaque_in(config) or config.path in self._busy or config.system == "pre-commit.ci"

    def _starts(self, config: CiConfig) -> bool | None:
        """Whether a change starts something in it; what other files include may have triggers of its own."""
        if config.on_change is False and config.system == "gitlab" and self._opaque_in(config):
            return None
        if config.on_change and not self.commands(config):
            return self._unseen(config)
        return config.on_change


def _in_container(command: Command) -> Command | None:
    """`docker compose run app pytest tests` as the command that it runs inside."""
    tokens = " ".join(command.words).split()
    if command.words[0] not in _CONTAINERS or not {"run", "exec"} & set(tokens):
        return None
    start = next((at for at, token in enumerate(tokens) if token in ("pytest", "py.test")), 0)
    return replace(command, words=("pytest", *tokens[start + 1 :])) if start else None


def _hides(command: Command) -> bool:
    words = set(command.words)
    if command.words[0] in _CONTAINERS:
        return bool({"run", "exec", "up"} & words) and not {"-d", "--detach"} & words
    if command.words[0] in _ELSEWHERE:
        return bool(_ABOUT_TESTS.search(command.text)) and not _INSTALLS.search(command.text)
    return bool(_TASKS.match(command.text) and _ABOUT_TESTS.search(command.words[0])) and command.words[0] != "pytest"


def _unfiltered(command: Command) -> Command:
    words: list[str] = []
    skip = False
    for word in command.words:
        if skip or word.startswith(("--ignore", "--deselect")):
            skip = not skip and word in ("--ignore", "--ignore-glob", "--deselect")
            continue
        words.append(word)
    return replace(command, words=tuple(words))


@provides
def integration(view: RepoView, project: Project, ci: Ci) -> Integration:
    """Files at the top of the repository, of the project and between them."""
    read = {config.path for config in ci.configs}
    understood = {config.path for config in ci.configs if config.on_change is not None}
    unread: list[tuple[Location, str]] = []
    for base in parents(project.folder):
        unread += [
            (Location(path), f"`{path}` cannot be read as a workflow")
            for path in workflow_files(view, base)
            if path not in read
        ]
        for path in view.under(base):
            relative = path[len(base) + 1 :] if base else path
            if _OTHER_SYSTEMS.fullmatch(relative) and path not in understood:
                unread.append((Location(path), f"`{path}` is of a CI system that is not read"))
            elif path not in read and _KNOWN_SYSTEMS.fullmatch(relative):
                unread.append((Location(path), f"`{path}` cannot be read as a CI configuration"))
    busy = [path for path in read if _WORKING_ACTIONS.search(text_of(view, path) or "")]
    return Integration(ci, dict.fromkeys(unread), _images(view, project), busy)


def _images(view: RepoView, project: Project) -> Iterator[Location]:
    """The first line of each image or compose file that runs tests."""
    for path in view.entries:
        if project.owns(path) and _IMAGE_FILES.search(path):
            lines = (text_of(view, path) or "").split("\n")
            found = (number for number, line in enumerate(lines, 1) if _IMAGE_TESTS.match(line))
            for number in itertools.islice(found, 1):
                yield Location(path, number)
