"""The hooks in the real pre-commit (and prek, where it is), without a network."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import tomllib_compat
from wheels import closure, repack

ROOT = Path(__file__).parent.parent
SHIPPED = (
    ".gitignore", ".pre-commit-hooks.yaml", "LICENSE", "README.md", "checks", "hatch_build.py", "pyproject.toml",
    "schemas", "src",
)  # fmt: skip
GENERATED = ("__pycache__", "compiled.json", "*.mo")
CONFIG = """\
repos:
  - repo: {source}
    rev: v0.1.0
    hooks:
      - id: mlops-lint
      - id: mlops-lint-charter
      - id: mlops-lint-full
"""
LIES = {"BL003", "DA003", "MN002", "MT005", "MT007", "RS004", "RS006"}
PREK = shutil.which("prek") if shutil.which("uv") else None
"""prek makes its environments with uv, and would download that."""

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or importlib.util.find_spec("pre_commit") is None, reason="needs git and pre-commit"
)


@dataclass(frozen=True)
class Ran:
    """How a command ended and all that it printed."""

    code: int
    text: str

    def hook(self, name: str) -> str:
        """The verdict on a hook: Passed, Failed or Skipped; empty where it did not run."""
        found = re.search(rf"^{re.escape(name)}\.*(?:\(.*\))?(Passed|Failed|Skipped)$", self.text, re.MULTILINE)
        return found[1] if found else ""

    @property
    def codes(self) -> set[str]:
        """The codes of the findings."""
        return set(re.findall(r"\b(?:error|warning)\[([A-Z]{2}\d{3})\]", self.text))


@dataclass(frozen=True)
class Place:
    """What all tests share: the environment of commands, and the repository with the hooks."""

    environment: dict[str, str]
    source: Path

    def run(self, folder: Path, *words: str) -> Ran:
        done = subprocess.run(
            words, cwd=folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        return Ran(done.returncode, done.stdout.decode("utf-8", "replace"))

    def ok(self, folder: Path, *words: str) -> str:
        ran = self.run(folder, *words)
        assert ran.code == 0, ran.text
        return ran.text


@dataclass(frozen=True)
class User:
    """An example as a repository of its own, with the hooks in its configuration."""

    place: Place
    root: Path

    def git(self, *words: str) -> str:
        return self.place.ok(self.root, "git", *words)

    def commit(self, *words: str) -> Ran:
        return self.place.run(self.root, "git", "commit", "-m", "Change", *words)

    def run(self, *words: str) -> Ran:
        return self.place.run(self.root, sys.executable, "-m", "pre_commit", *words)

    def read(self, path: str) -> str:
        return (self.root / path).read_text("utf-8")

    def write(self, path: str, text: str) -> None:
        (self.root / path).write_text(text, "utf-8")

    def state(self) -> str:
        """All that git sees of the tree, ignored files too."""
        return self.git("status", "--porcelain", "--ignored", "--untracked-files=all")


def repository(place: Place, root: Path, branch: str = "main") -> None:
    """Make the folder a repository with one commit of all that is in it."""
    place.ok(root, "git", "init", "-q", "-b", branch)
    place.ok(root, "git", "add", "-A")
    place.ok(root, "git", "commit", "-q", "-m", "Start")


def environment(folder: Path) -> dict[str, str]:
    """Ours without what would lead to an index, a home or a repository of whoever runs the tests."""
    led = ("GIT_", "PIP_", "PRE_COMMIT", "PREK_", "PYTHON", "UV_", "VIRTUALENV_", "XDG_", "MLOPS_LINT_", "COV_")
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(led)}
    home, wheels = folder / "home", folder / "wheels"
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Kim\n\temail = kim@acme.example\n[commit]\n\tgpgsign = false\n", "utf-8"
    )
    return kept | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "PRE_COMMIT_HOME": str(folder / "pre-commit"),
        "PRE_COMMIT_COLOR": "never",
        "PREK_HOME": str(folder / "prek"),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": wheels.as_uri(),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "UV_OFFLINE": "1",
        "UV_NO_CONFIG": "1",
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": str(wheels),
        "UV_PYTHON": sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
        "MLOPS_LINT_TODAY": "2026-11-20",
        "NO_COLOR": "1",
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("hooks")
    made = Place(environment(folder), folder / "mlops-lint")
    wheels = folder / "wheels"
    wheels.mkdir()
    project = tomllib_compat.load(ROOT / "pyproject.toml")
    for installed in closure([*project["build-system"]["requires"], *project["project"]["dependencies"]]):
        repack(installed, wheels)
    made.source.mkdir()
    for name in SHIPPED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, made.source / name, ignore=shutil.ignore_patterns(*GENERATED))
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, made.source / name)
        else:
            (made.source / name).write_text("mlops-lint\n", "utf-8")
    repository(made, made.source)
    made.ok(made.source, "git", "tag", "v0.1.0")
    return made


def user(place: Place, name: str, folder: Path) -> User:
    """The example alone, committed, and the git hooks installed."""
    root = folder / name
    shutil.copytree(ROOT / "examples" / name, root, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
    (root / ".pre-commit-config.yaml").write_text(CONFIG.format(source=place.source.as_posix()), "utf-8")
    repository(place, root)
    made = User(place, root)
    made.place.ok(root, sys.executable, "-m", "pre_commit", "install", "-t", "pre-commit", "-t", "pre-push")
    return made


@pytest.fixture
def honest(place: Place, tmp_path: Path) -> Iterator[User]:
    """churn; a hook may leave nothing in its tree that was not there before."""
    made = user(place, "churn", tmp_path)
    yield made
    left = [line for line in made.state().split("\n") if line.startswith("!!")]
    assert left == []


@pytest.fixture
def lying(place: Place, tmp_path: Path) -> User:
    return user(place, "churn-lies", tmp_path)


def test_all_files_of_an_honest_project(honest: User) -> None:
    ran = honest.run("run", "--all-files")
    assert (ran.code, ran.hook("mlops-lint")) == (0, "Passed"), ran.text
    assert ran.hook("mlops-lint (charter alone)") == "Passed"
    assert ran.hook("mlops-lint (full, before a push)") == ""
    assert honest.state() == ""


def test_all_files_of_a_lying_project(lying: User) -> None:
    ran = lying.run("run", "--all-files")
    assert (ran.code, ran.hook("mlops-lint")) == (1, "Failed"), ran.text
    assert ran.hook("mlops-lint (charter alone)") == "Passed"
    assert ran.codes == LIES
    assert lying.state() == ""


def test_one_hook_with_nothing_staged(honest: User, lying: User) -> None:
    assert honest.run("run", "mlops-lint").hook("mlops-lint") == "Passed"
    ran = lying.run("run", "mlops-lint")
    assert (ran.code, ran.hook("mlops-lint")) == (1, "Failed"), ran.text
    assert lying.run("run", "mlops-lint-charter").hook("mlops-lint (charter alone)") == "Skipped"


def test_other_stages_are_left_alone(honest: User) -> None:
    """A hook that always runs would otherwise run at each stage that some other hook is installed for."""
    for stage in ("post-commit", "post-checkout"):
        ran = honest.run("run", "--hook-stage", stage, "--all-files")
        assert (ran.code, ran.hook("mlops-lint"), ran.hook("mlops-lint (full, before a push)")) == (0, "", ""), ran.text


def test_unstaged_edits_are_no_part_of_a_commit(honest: User) -> None:
    honest.write("README.md", honest.read("README.md") + "\nMore.\n")
    honest.git("add", "README.md")
    edited = honest.read("mlproject.yaml").replace("name: recall\n", "name: recal\n")
    honest.write("mlproject.yaml", edited)
    ran = honest.commit()
    assert (ran.code, ran.hook("mlops-lint")) == (0, "Passed"), ran.text
    assert ran.hook("mlops-lint (charter alone)") == "Skipped"
    assert honest.read("mlproject.yaml") == edited
    assert honest.state() == " M mlproject.yaml\n"


def test_staged_edits_are_the_commit_whatever_the_tree_holds(honest: User) -> None:
    right = honest.read("mlproject.yaml")
    honest.write("mlproject.yaml", right.replace("name: recall\n", "name: recal\n"))
    honest.git("add", "mlproject.yaml")
    honest.write("mlproject.yaml", right)
    ran = honest.commit()
    assert (ran.code, ran.hook("mlops-lint")) == (1, "Failed"), ran.text
    assert ran.hook("mlops-lint (charter alone)") == "Failed"
    assert "recal" in ran.text
    assert honest.read("mlproject.yaml") == right
    assert honest.state() == "MM mlproject.yaml\n"


def test_everything_edited(honest: User) -> None:
    """`commit --all` names another index while the hooks run."""
    honest.write("mlproject.yaml", honest.read("mlproject.yaml").replace("docs/literature.md", "docs/letters.md"))
    ran = honest.commit("--all")
    assert (ran.code, ran.hook("mlops-lint")) == (1, "Failed"), ran.text
    assert "CH005" in ran.codes


def test_untracked_files_do_not_count(honest: User) -> None:
    """pre-commit leaves them in the tree, but they are not committed."""
    honest.write("docs/new.md", "# New\n")
    honest.write("mlproject.yaml", honest.read("mlproject.yaml").replace("docs/literature.md", "docs/new.md"))
    honest.git("add", "mlproject.yaml")
    ran = honest.commit()
    assert (ran.code, ran.hook("mlops-lint")) == (1, "Failed"), ran.text
    assert "CH005" in ran.codes
    honest.git("add", "docs/new.md")
    assert honest.commit().code == 0


def test_a_part_of_what_is_staged(honest: User) -> None:
    """`commit PATH` gives the hooks an index of its own, in which the new file is not."""
    honest.write("docs/new.md", "# New\n")
    honest.git("add", "docs/new.md")
    honest.write("mlproject.yaml", honest.read("mlproject.yaml").replace("docs/literature.md", "docs/new.md"))
    ran = honest.commit("mlproject.yaml")
    assert (ran.code, ran.hook("mlops-lint")) == (1, "Failed"), ran.text
    assert "CH005" in ran.codes
    assert honest.commit("mlproject.yaml", "docs/new.md").code == 0


def test_a_commit_that_only_deletes(honest: User) -> None:
    honest.git("rm", "-q", "docs/literature.md")
    ran = honest.commit()
    assert (ran.code, ran.hook("mlops-lint")) == (1, "Failed"), ran.text
    assert ran.hook("mlops-lint (charter alone)") == "Skipped"
    assert "docs/literature.md" in ran.text
    honest.git("reset", "-q", "--hard")
    honest.git("rm", "-q", ".python-version")
    assert honest.commit().hook("mlops-lint") == "Passed"


def test_a_push(honest: User, lying: User, tmp_path: Path) -> None:
    for pushing in (honest, lying):
        remote = tmp_path / f"{pushing.root.name}.git"
        pushing.git("init", "-q", "--bare", str(remote))
        pushing.git("remote", "add", "origin", str(remote))
    ran = honest.place.run(honest.root, "git", "push", "origin", "main")
    assert (ran.code, ran.hook("mlops-lint (full, before a push)")) == (0, "Passed"), ran.text
    ran = lying.place.run(lying.root, "git", "push", "origin", "main")
    assert (ran.code, ran.hook("mlops-lint (full, before a push)")) == (1, "Failed"), ran.text
    assert lying.git("ls-remote", "origin") == ""


@pytest.mark.skipif(PREK is None, reason="needs prek and uv")
def test_prek(honest: User, lying: User) -> None:
    assert PREK is not None
    ran = honest.place.run(honest.root, PREK, "run", "--all-files")
    assert (ran.code, ran.hook("mlops-lint")) == (0, "Passed"), ran.text
    ran = lying.place.run(lying.root, PREK, "run", "mlops-lint", "--all-files")
    assert (ran.code, ran.hook("mlops-lint")) == (1, "Failed"), ran.text
    assert ran.codes == LIES
    assert lying.state() == ""
    honest.write("docs/new.md", "# New\n")
    honest.write("mlproject.yaml", honest.read("mlproject.yaml").replace("docs/literature.md", "docs/new.md"))
    honest.git("add", "mlproject.yaml")
    ran = honest.place.run(honest.root, PREK, "run")
    assert (ran.code, ran.hook("mlops-lint")) == (1, "Failed"), ran.text
    assert "CH005" in ran.codes
