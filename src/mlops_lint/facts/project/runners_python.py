"""tox, nox, invoke and Python scripts that start other programs, read statically."""

from __future__ import annotations

import ast
import configparser
import posixpath
import re
import shlex
from collections.abc import Iterator

from mlops_lint.documents.node import DocumentError, ListNode, MapNode, Node
from mlops_lint.documents.python import parse_text
from mlops_lint.facts.project.commands import Follower
from mlops_lint.facts.project.reading import items, join, mapping, scalars, text_of, toml_of, walk, word
from mlops_lint.facts.project.runners import nearest
from mlops_lint.facts.project.script import Script, follow_up
from mlops_lint.repo.view import RepoView


def ini(text: str) -> configparser.RawConfigParser:
    """An INI file without interpolation; empty where it cannot be read."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except configparser.Error:
        return configparser.RawConfigParser()
    return parser


def tox(view: RepoView, words: tuple[str, ...], here: Script) -> list[Script] | None:
    """The commands of the environments that are asked for, or of the default list."""
    chosen, rest = _tox_arguments(words)
    if rest is None:
        return []
    chosen = chosen or _split_envs(here.env.get("TOXENV", ""))
    for candidate in ("tox.ini", "setup.cfg", "pyproject.toml", "tox.toml"):
        path = nearest(view, here.folder, candidate)
        text = text_of(view, path) if path else None
        if path is None or text is None:
            continue
        inner = follow_up(here, "", path, 1, folder=posixpath.dirname(path), errexit=True, pipefail=False)
        if candidate.endswith(".toml"):
            found = _tox_toml(toml_of(view, path), chosen, rest, inner)
        else:
            found = _tox_ini(text, chosen, rest, inner)
        if found is not None:
            return found
    return None


def _tox_arguments(words: tuple[str, ...]) -> tuple[list[str], str | None]:
    chosen: list[str] = []
    rest = ""
    for index, argument in enumerate(words[1:], 1):
        if argument == "--":
            rest = shlex.join(words[index + 1 :])
            break
        if words[index - 1] in ("-e", "--env", "-m"):
            chosen += _split_envs(argument)
        elif argument.startswith("-e") and len(argument) > 2:
            chosen += _split_envs(argument[2:])
        elif argument in ("--notest", "-l", "--listenvs", "list", "config", "devenv", "--version", "--showconfig"):
            return [], None
    return [name for name in chosen if name != "ALL"], rest


def _split_envs(text: str) -> list[str]:
    """`py3{10,11}-lint, docs` -> each name; braces multiplied out."""
    names: list[str] = []
    for part in re.findall(r"(?:[^\s,{}]|\{[^}]*\})+", text):
        expanded = [""]
        for piece in re.findall(r"\{[^}]*\}|[^{}]+", part):
            options = piece[1:-1].split(",") if piece.startswith("{") else [piece]
            expanded = [head + option.strip() for head in expanded for option in options][:50]
        names += expanded
    return names


def _tox_ini(text: str, chosen: list[str], rest: str, here: Script) -> list[Script] | None:
    config = ini(text)
    main = next((name for name in ("tox", "tox:tox") if config.has_section(name)), None)
    if not any(name == "testenv" or name.startswith("testenv:") for name in config.sections()) and main is None:
        return None
    if not chosen and main is not None:
        listed = config.get(main, "envlist", fallback=None) or config.get(main, "env_list", fallback="")
        chosen = _split_envs(listed or "")
    found: list[Script] = []
    for name in chosen or ["py"]:
        found += _tox_env(config, text, name, rest, here)
    return found


def _tox_env(config: configparser.RawConfigParser, text: str, name: str, rest: str, here: Script) -> list[Script]:
    sections = [section for section in (f"testenv:{name}", "testenv") if config.has_section(section)]

    def option(key: str) -> tuple[str, str]:
        for section in sections:
            if config.has_option(section, key):
                return config.get(section, key) or "", section
        return "", ""

    commands, section = option("commands")
    ignored = here.ignored or option("ignore_outcome")[0].strip().lower() == "true"
    folder = join(here.folder, _tox_text(option("changedir")[0] or ".", rest).strip() or ".")
    start = _option_line(text, section, "commands")
    found = []
    for command in re.sub(r"\\\n\s*", " ", commands).split("\n"):
        line = _factored(command.strip(), name)
        if not line or line.startswith("#"):
            continue
        soft = line.startswith("-")
        at = _line_of(text, command.strip(), start)
        body = _tox_text(line.lstrip("-! "), rest)
        nested = re.fullmatch(r"\[(testenv[^\]]*)\]commands", re.sub(r"^\{(.*)\}$", r"\1", line))
        if nested and nested[1] != section and config.has_section(nested[1]):
            inner = nested[1].partition(":")[2] or "py"
            found += _tox_env(config, text, inner, rest, here) if inner != name else []
            continue
        found.append(follow_up(here, body, here.path, at, exact=False, ignored=ignored or soft, folder=folder or ""))
    return found


def _factored(line: str, name: str) -> str:
    match = re.match(r"(!?[\w.{},!-]+)\s*:(?:\s+|$)(.*)", line)
    if not match:
        return line
    factors = set(name.split("-"))
    for option in _split_envs(match[1]):
        if all((part.lstrip("!") in factors) != part.startswith("!") for part in option.split("-")):
            return match[2]
    return ""


def _tox_text(text: str, rest: str) -> str:
    text = re.sub(r"\{posargs(?::((?:[^{}]|\{[^{}]*\})*))?\}", lambda match: rest or match[1] or "", text)
    text = re.sub(r"\{(?:toxinidir|tox_root)\}/?", "", text)
    text = re.sub(r"\{env:\w+(?::((?:[^{}]|\{[^{}]*\})*))?\}", lambda match: match[1] or "", text)
    text = re.sub(r"\{(?:envpython|env_python)\}", "python", text)
    return text.replace("[]", rest)


def _option_line(text: str, section: str, key: str) -> int:
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("["):
            inside = line.strip() == f"[{section}]"
        elif inside and re.match(rf"{key}\s*[=:]", line):
            return number
    return 1


def _line_of(text: str, command: str, start: int) -> int:
    head = command.split("\n", maxsplit=1)[0].split(" \\", maxsplit=1)[0][:60]
    for number, line in enumerate(text.split("\n"), 1):
        if number >= start and head and head[:40] in line:
            return number
    return start


def _tox_toml(tree: MapNode | None, chosen: list[str], rest: str, here: Script) -> list[Script] | None:
    path = here.path
    table = tree if path.endswith("tox.toml") else walk(tree, "tool", "tox")
    legacy = walk(table, "legacy_tox_ini")
    if legacy is not None:
        found = _tox_ini(word(legacy), chosen, rest, here)
        start = legacy.start[0]
        return [
            follow_up(here, s.text, path, start, exact=False, ignored=s.ignored, folder=s.folder) for s in found or []
        ]
    if not isinstance(table, MapNode):
        return None
    names = chosen or [scalar.text for scalar in scalars(walk(table, "env_list"))] or ["py"]
    scripts: list[Script] = []
    for name in names:
        commands = walk(table, "env", name, "commands") or walk(table, "env_run_base", "commands")
        ignored = here.ignored or word(walk(table, "env", name, "ignore_outcome")).lower() == "true"
        for command in items(commands):
            argv = _toml_argv(command, rest)
            scripts.append(follow_up(here, argv, path, command.start[0], exact=False, ignored=ignored))
    return scripts


def _toml_argv(command: Node, rest: str) -> str:
    if not isinstance(command, ListNode):
        return word(command)
    parts = []
    for item in command.items:
        if mapping(item):
            parts += [rest] if rest else [shlex.quote(s.text) for s in scalars(walk(item, "default"))]
        else:
            parts.append(shlex.quote(_tox_text(word(item), rest)))
    return " ".join(parts)


def _python_tree(view: RepoView, path: str | None) -> ast.Module | None:
    text = text_of(view, path) if path else None
    try:
        return parse_text(text) if text is not None else None
    except DocumentError:
        return None


def nox(view: RepoView, words: tuple[str, ...], here: Script) -> list[Script] | None:
    """The literal commands of the sessions that are asked for."""
    chosen: list[str] = []
    for index, argument in enumerate(words[1:], 1):
        if argument == "--":
            break
        if words[index - 1] in ("-s", "--session", "--sessions", "-e") or (
            chosen and not argument.startswith("-") and not words[index - 1].startswith("-")
        ):
            chosen.append(argument.partition("(")[0].rpartition("-3.")[0] or argument.partition("(")[0])
        if argument in ("-l", "--list"):
            return []
    path = nearest(view, here.folder, "noxfile.py")
    tree = _python_tree(view, path)
    if tree is None or path is None:
        return None
    chosen = chosen or _nox_default(tree)
    found = []
    for function in tree.body:
        name = _session(function) if isinstance(function, ast.FunctionDef) else None
        if name is not None and (not chosen or name in chosen):
            found += list(_runs(function, path, here, frozenset({"run", "run_always"}), "session"))
    return found


def _session(function: ast.FunctionDef) -> str | None:
    for decorator in function.decorator_list:
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        if ast.unparse(call) in ("nox.session", "session", "nox_poetry.session", "nox_uv.session", "uv_session"):
            keywords = {k.arg: k.value for k in decorator.keywords} if isinstance(decorator, ast.Call) else {}
            name = keywords.get("name")
            default = keywords.get("default")
            if isinstance(default, ast.Constant) and default.value is False:
                return f"{function.name} (not by default)"
            return str(name.value) if isinstance(name, ast.Constant) else function.name
    return None


def _nox_default(tree: ast.Module) -> list[str]:
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "nox.options.sessions":
            return [str(node.value) for node in ast.walk(statement.value) if isinstance(node, ast.Constant)]
    return []


def _runs(function: ast.AST, path: str, here: Script, methods: frozenset[str], receiver: str) -> Iterator[Script]:
    folder = posixpath.dirname(path)
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in methods:
            continue
        if receiver and ast.unparse(node.func.value) != receiver:
            continue
        words = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        soft = any(k.arg in ("success_codes", "warn") for k in node.keywords)
        text = shlex.join(str(word) for word in words) if len(words) > 1 else str((words or [""])[0])
        if text:
            yield follow_up(here, text, path, node.lineno, exact=False, folder=folder, ignored=here.ignored or soft)


def invoke(view: RepoView, words: tuple[str, ...], here: Script) -> list[Script] | None:
    """`inv test`: the `c.run("…")` of tasks.py."""
    names = {word.replace("-", "_") for word in words[1:] if not word.startswith("-")}
    path = nearest(view, here.folder, "tasks.py")
    tree = _python_tree(view, path)
    if tree is None or path is None:
        return None
    found: list[Script] = []
    for function in tree.body:
        if isinstance(function, ast.FunctionDef) and function.name in names:
            found += list(_runs(function, path, here, frozenset({"run"}), ""))
    return found


_STARTERS = frozenset({"run", "call", "check_call", "check_output", "Popen"})


def python(view: RepoView, words: tuple[str, ...], here: Script) -> list[Script] | None:
    """A script of the project: the programs that it starts with literal arguments, and `pytest.main`."""
    file = next((word for word in words[1:] if not word.startswith("-")), "")
    path = join(here.folder, file) if file.endswith(".py") else None
    tree = _python_tree(view, path)
    if tree is None or path is None:
        return []
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            text = _started(node, node.func)
            if text:
                found.append(follow_up(here, text, path, node.lineno, exact=False))
    return found


def _started(node: ast.Call, function: ast.Attribute) -> str:
    owner = ast.unparse(function.value)
    first = node.args[0] if node.args else None
    literal = first.elts if isinstance(first, ast.List | ast.Tuple) else []
    words = [str(item.value) for item in literal if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    if owner == "pytest" and function.attr == "main":
        return shlex.join(["pytest", *words])
    if owner == "subprocess" and function.attr in _STARTERS:
        if literal and isinstance(literal[0], ast.Attribute) and ast.unparse(literal[0]) == "sys.executable":
            return shlex.join(["python", *words])
        if literal and words and isinstance(literal[0], ast.Constant):
            return shlex.join(words)
        return str(first.value) if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    return ""


PYTHON_RUNNERS: dict[str, Follower] = {
    "tox": tox,
    "nox": nox,
    "invoke": invoke,
    "inv": invoke,
    "python": python,
}
