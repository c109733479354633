"""Which commands run tests, and where pytest looks for them."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mlops_lint.documents.node import ScalarNode
from mlops_lint.facts.project.reading import join, parents, place, scalars, text_of, toml_of, walk, within
from mlops_lint.facts.project.runners_python import ini
from mlops_lint.facts.project.script import Command
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView


@dataclass(frozen=True, slots=True)
class PytestSettings:
    """One pytest configuration; an empty tuple means pytest's own default."""

    folder: str
    at: Location
    testpaths: tuple[str, ...] = ()
    python_files: tuple[str, ...] = ()
    python_classes: tuple[str, ...] = ()
    python_functions: tuple[str, ...] = ()
    addopts: tuple[str, ...] = ()


PytestFiles = Mapping[str, PytestSettings]
_NAMES = ("pytest.ini", ".pytest.ini", "pytest.toml", "pyproject.toml", "tox.ini", "setup.cfg")
_FIELDS = ("testpaths", "python_files", "python_classes", "python_functions", "addopts")


def pytest_settings(view: RepoView) -> PytestFiles:
    """The pytest configurations by the folder they stand in."""
    found: dict[str, PytestSettings] = {}
    by_folder: dict[str, set[str]] = {}
    for path in view.entries:
        if posixpath.basename(path) in _NAMES:
            by_folder.setdefault(posixpath.dirname(path), set()).add(posixpath.basename(path))
    for folder, names in by_folder.items():
        for name in _NAMES:
            settings = _read(view, posixpath.join(folder, name), folder) if name in names else None
            if settings is not None:
                found[folder] = settings
                break
    return found


def _read(view: RepoView, path: str, folder: str) -> PytestSettings | None:
    if path.endswith(".toml"):
        return _read_toml(view, path, folder)
    text = text_of(view, path) or ""
    config = ini(text)
    section = "tool:pytest" if path.endswith("setup.cfg") else "pytest"
    if not config.has_section(section):
        return PytestSettings(folder, Location(path)) if path.endswith("pytest.ini") else None
    values = {name: tuple(_words(config.get(section, name, fallback="") or "")) for name in _FIELDS}
    line = next((n for n, row in enumerate(text.split("\n"), 1) if row.strip() == f"[{section}]"), 1)
    return PytestSettings(folder, Location(path, line), **values)


def _read_toml(view: RepoView, path: str, folder: str) -> PytestSettings | None:
    tree = toml_of(view, path)
    table = walk(tree, "pytest") if path.endswith("pytest.toml") else walk(tree, "tool", "pytest", "ini_options")
    if table is None:
        table = walk(tree, "tool", "pytest")
    if table is None:
        return None
    values: dict[str, tuple[str, ...]] = {}
    for name in _FIELDS:
        node = walk(table, name)
        texts = [scalar.text for scalar in scalars(node)]
        values[name] = tuple(_words(texts[0])) if isinstance(node, ScalarNode) else tuple(texts)
    return PytestSettings(folder, place(path, table), **values)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def settings_for(folder: str, settings: PytestFiles) -> PytestSettings | None:
    """The configuration that pytest finds from a folder upwards."""
    return next((settings[parent] for parent in parents(folder) if parent in settings), None)


_HARMLESS = frozenset(
    [
        "--co",
        "--collect-only",
        "--version",
        "-V",
        "-h",
        "--help",
        "--fixtures",
        "--funcargs",
        "--markers",
        "--setup-plan",
        "--fixtures-per-test",
    ]
)
_VALUED = frozenset(
    [
        "-k",
        "-m",
        "-n",
        "-c",
        "-p",
        "-o",
        "-r",
        "-W",
        "--maxfail",
        "--durations",
        "--junitxml",
        "--junit-xml",
        "--cov-report",
        "--cov-config",
        "--cov-fail-under",
        "--timeout",
        "--rootdir",
        "--confcutdir",
        "--ignore",
        "--ignore-glob",
        "--deselect",
        "--tb",
        "--basetemp",
        "--log-level",
        "--log-cli-level",
        "--numprocesses",
        "--dist",
        "--reruns",
        "--reruns-delay",
        "--import-mode",
        "--html",
        "--splits",
        "--group",
        "--random-order-seed",
        "--override-ini",
        "--capture",
        "--color",
        "--durations-min",
        "--alluredir",
        "--randomly-seed",
        "--hypothesis-profile",
    ]
)
_WHOLE = frozenset({"nose2", "nosetests", "green", "ward", "stestr"})


def runs(command: Command, test_paths: Iterable[str], settings: PytestFiles) -> bool:
    """Whether the command really runs tests that lie under (or around) one of the paths."""
    paths = [path.strip("/") for path in test_paths]
    words = command.words
    if words[0] in ("pytest", "ptw", "pytest-watch"):
        return _pytest(command, paths, settings)
    if words[0] == "unittest":
        return _unittest(command, paths)
    if words[0] in _WHOLE:
        return _covers([command.folder], paths)
    if words[0] in ("behave", "robot"):
        given = [join(command.folder, word) for word in words[1:] if not word.startswith("-")]
        return _covers(
            [path for path in given if path is not None] or [posixpath.join(command.folder, "features")], paths
        )
    if words[0] == "python":
        return _python(command, paths)
    return words[:2] in (("bazel", "test"), ("pants", "test")) or (words[0] == "pants" and "test" in words)


def _covers(targets: Iterable[str], paths: Iterable[str]) -> bool:
    targets = list(targets)
    return any(within(path, target) or within(target, path) for path in paths for target in targets)


def _pytest(command: Command, paths: list[str], settings: PytestFiles) -> bool:
    config = settings_for(command.folder, settings)
    options = (*(config.addopts if config else ()), *command.words[1:])
    if any(word in _HARMLESS for word in options):
        return False
    given, ignored = _arguments(command)
    if given:
        targets = given
    elif config is not None and config.testpaths and config.folder == command.folder:
        targets = [_literal(posixpath.join(config.folder, path)) for path in config.testpaths]
    else:
        targets = [command.folder]
    left = [path for path in paths if not any(within(path, folder) for folder in ignored)]
    return _covers(targets, left)


def _arguments(command: Command) -> tuple[list[str], list[str]]:
    given: list[str] = []
    ignored: list[str] = []
    words = iter(command.words[1:])
    for word in words:
        name, equals, value = word.partition("=")
        if name in ("--ignore", "--rootdir") and (value := value if equals else next(words, "")):
            if name == "--ignore":
                ignored.append(join(command.folder, value) or value)
        elif word in _VALUED:
            next(words, None)
        elif name == "--pyargs" or word.startswith("-"):
            continue
        elif "$" not in word and "{" not in word:
            path = join(command.folder, word.partition("::")[0])
            given += [_literal(path)] if path is not None else []
        else:
            given.append(command.folder)
    return given, ignored


def _literal(path: str) -> str:
    """The folders of a path before its first wildcard."""
    parts: list[str] = []
    for part in posixpath.normpath(path).split("/"):
        if any(character in part for character in "*?["):
            break
        parts.append(part)
    joined = "/".join(parts)
    return "" if joined == "." else joined


def _unittest(command: Command, paths: list[str]) -> bool:
    words = [word for word in command.words[1:] if word not in ("-v", "-q", "-f", "-b", "-c")]
    if "-h" in words or "--help" in words:
        return False
    if not words or words[0] == "discover":
        rest = words[1:]
        start = next((rest[i + 1] for i, word in enumerate(rest[:-1]) if word in ("-s", "--start-directory")), "")
        start = start or next((word for word in rest[:1] if not word.startswith("-")), ".")
        return _covers([join(command.folder, start) or command.folder], paths)
    targets = []
    for word in words:
        if not word.startswith("-"):
            dotted = word if word.endswith(".py") or "/" in word else word.replace(".", "/")
            targets.append(join(command.folder, dotted) or command.folder)
    # `tests.test_x.TestCase.test_y`: the dotted name goes deeper than the file does.
    return any(
        within(path.removesuffix(".py"), target.removesuffix(".py")) or within(target, path.removesuffix(".py"))
        for path in paths
        for target in targets
    )


def _python(command: Command, paths: list[str]) -> bool:
    file = next((word for word in command.words[1:] if not word.startswith("-")), "")
    if posixpath.basename(file) == "manage.py" or file == "setup.py":
        return "test" in command.words and (file != "setup.py" or command.folder == "")
    path = join(command.folder, file) if file.endswith(".py") else None
    return path is not None and any(within(path, folder) for folder in paths)
