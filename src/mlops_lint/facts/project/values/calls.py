"""What calls give: the project's own functions and classes, and the few library calls that build texts and lists."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from mlops_lint.facts.project.code import Definition, External
from mlops_lint.facts.project.values import documents, objects, operators, parameters, tables
from mlops_lint.facts.project.values.model import (
    HOLE,
    MANY,
    UNKNOWN,
    Arguments,
    Contents,
    Frame,
    Given,
    Made,
    Opened,
    Settings,
    Thing,
    as_text,
    has_gap,
    listed,
    settled,
)

if TYPE_CHECKING:
    from mlops_lint.facts.project.values.evaluate import Evaluator

_TEXT_METHODS = frozenset(
    "lower upper strip lstrip rstrip replace removesuffix removeprefix title capitalize split rsplit join startswith "
    "endswith zfill casefold splitlines partition rpartition".split()
)
_PATHS = frozenset(("pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.PurePosixPath"))
_SAME_PATH = frozenset("resolve absolute expanduser as_posix".split())
_TEXT_OF_PATH = frozenset(("as_posix",))
_WRAPPERS = frozenset(
    "box.Box box.ConfigBox easydict.EasyDict munch.munchify munch.Munch omegaconf.OmegaConf.create "
    "addict.Dict ml_collections.ConfigDict".split()
)
_CONFIGURED = frozenset("tyro.cli simple_parsing.parse pyrallis.parse draccus.parse".split())


def call(fold: Evaluator, node: ast.Call, frame: Frame) -> Any:
    """The value of a call."""
    if isinstance(node.func, ast.Attribute):
        base = fold.evaluate(node.func.value, frame)
        if node.func.attr in ("parse_args", "parse_known_args", "parse_intermixed_args"):
            return _parsed(fold, node, base, frame)
        made = method(fold, base, node.func.attr, node, frame)
        if made is not NotImplemented:
            return made
        function = objects.attribute(fold, base, node.func.attr, frame)
        bound = isinstance(base, Thing)
    else:
        function, bound = fold.evaluate(node.func, frame), False
    if isinstance(function, Definition):
        return _own(fold, function, node, frame, bound)
    if isinstance(function, External):
        return library(fold, function.name, node, frame)
    return UNKNOWN


def _own(fold: Evaluator, function: Definition, node: ast.Call, frame: Frame, bound: bool) -> Any:
    if function.kind == "class":
        return Thing(function, Given(node, frame))
    if function.kind != "function":
        return UNKNOWN
    body = fold.index(function.path).functions.get(function.qualname)
    if body is None:
        return UNKNOWN
    inside = objects.owner(fold, function.path, function.qualname) is not None
    given = parameters.bind(body, node, frame, method=inside)
    if bound and isinstance(node.func, ast.Attribute) and inside:
        given.setdefault(parameters.first_parameter(body), Given(node.func.value, frame))
    return parameters.returned(fold, function, given)


def _parsed(fold: Evaluator, node: ast.Call, base: Any, frame: Frame) -> Any:
    files = [frame.path]
    if isinstance(base, Made) and base.frame.path not in files:
        files.append(base.frame.path)
    parsed = Arguments(tuple(files))
    return (parsed, UNKNOWN) if isinstance(node.func, ast.Attribute) and "known" in node.func.attr else parsed


def method(fold: Evaluator, base: Any, name: str, node: ast.Call, frame: Frame) -> Any:
    """A method of a plain value; NotImplemented where `base` is none."""
    if isinstance(base, tables.Table):
        return tables.method(fold, base, node, frame)
    if isinstance(base, PurePosixPath):
        return _path_method(fold, base, name, node, frame)
    if isinstance(base, Opened):
        return Contents(base.path) if name in ("read", "readlines") else UNKNOWN
    if isinstance(base, str):
        return _text_method(fold, base, name, node, frame)
    if isinstance(base, dict):
        return _mapping_method(fold, base, name, node, frame)
    if isinstance(base, list | tuple) and name in ("copy", "tolist", "to_list"):
        return list(base)
    if isinstance(base, list) and name in ("drop", "difference") and len(node.args) == 1:
        gone = fold.evaluate(node.args[0], frame)
        items = [gone] if isinstance(gone, str) else listed(gone)
        return [item for item in base if item not in items] if settled(items) else [MANY]
    if isinstance(base, set):
        return _set_method(fold, base, name, node, frame)
    if isinstance(base, list | tuple | Contents):
        return UNKNOWN
    return NotImplemented


def _path_method(fold: Evaluator, path: PurePosixPath, name: str, node: ast.Call, frame: Frame) -> Any:
    arguments = [fold.evaluate(part, frame) for part in node.args]
    if name == "joinpath":
        return operators.join_paths([path, *arguments])
    if name in _SAME_PATH:
        return str(path) if name in _TEXT_OF_PATH else path
    if name in ("with_suffix", "with_name", "with_stem"):
        if HOLE in path.name or len(arguments) != 1 or not isinstance(arguments[0], str) or HOLE in arguments[0]:
            return path.parent / HOLE
        try:
            return getattr(path, name)(str(arguments[0]))  # pathlib interns it, which takes no subclass of str
        except ValueError:
            return UNKNOWN
    if name == "open":
        mode = _argument(node, 0, "mode")
        return Opened(path, fold.evaluate(mode, frame) if mode else "r", node, frame)
    return Contents(path) if name in ("read_text", "read_bytes") else UNKNOWN


def _text_method(fold: Evaluator, text: str, name: str, node: ast.Call, frame: Frame) -> Any:
    arguments = [fold.evaluate(part, frame) for part in node.args]
    keywords = {part.arg: fold.evaluate(part.value, frame) for part in node.keywords if part.arg}
    if name == "join" and len(arguments) == 1:
        items = listed(arguments[0])
        if has_gap(items):
            return HOLE
        texts = [as_text(item) for item in items]
        return HOLE if operators.repeats(len(texts), text, *texts) else text.join(texts)
    if operators.explodes(text, name, [*arguments, *keywords.values()]):
        return UNKNOWN
    try:
        if name == "format" and "__" not in text and len(text) < 10_000:
            holes = {key: as_text(value) for key, value in keywords.items()}
            return text.format(*[as_text(value) for value in arguments], **holes) if ":" not in text else HOLE
        if name in _TEXT_METHODS and HOLE not in text and settled(arguments) and not keywords:
            return getattr(str(text), name)(*arguments)
    except (TypeError, ValueError, IndexError, KeyError, AttributeError, MemoryError, OverflowError):
        return UNKNOWN
    return UNKNOWN


def _mapping_method(fold: Evaluator, base: dict[Any, Any], name: str, node: ast.Call, frame: Frame) -> Any:
    if name == "keys":
        return list(base)
    if name in ("values", "items"):
        return list(base.values()) if name == "values" else list(base.items())
    if name == "copy":
        return type(base)(base)
    if name == "get" and node.args:
        key = fold.evaluate(node.args[0], frame)
        if not operators.usable_key(key):
            return UNKNOWN
        if key in base:
            return objects.as_settings(base[key]) if isinstance(base, Settings) else base[key]
        return fold.evaluate(node.args[1], frame) if len(node.args) > 1 else None
    return UNKNOWN


def _set_method(fold: Evaluator, base: set[Any], name: str, node: ast.Call, frame: Frame) -> Any:
    others = [fold.evaluate(part, frame) for part in node.args]
    if name not in ("union", "intersection", "difference", "symmetric_difference", "copy"):
        return UNKNOWN
    if not all(isinstance(other, set | list | tuple) and settled(other) for other in others):
        return UNKNOWN
    return getattr(base, name)(*others)


def _argument(node: ast.Call, position: int, name: str) -> ast.expr | None:
    for keyword in node.keywords:
        if keyword.arg == name:
            return keyword.value
    starred = any(isinstance(part, ast.Starred) for part in node.args[: position + 1])
    return node.args[position] if position < len(node.args) and not starred else None


def library(fold: Evaluator, name: str, node: ast.Call, frame: Frame) -> Any:
    """A call of a library's function, by its canonical name."""
    if name in _PATHS or name.endswith("os.PathLike"):
        return operators.join_paths([fold.evaluate(part, frame) for part in node.args] or [PurePosixPath(".")])
    if name in ("builtins.open", "io.open", "codecs.open", "gzip.open", "smart_open.open", "fsspec.open"):
        mode = _argument(node, 1, "mode")
        path = _argument(node, 0, "file")
        return Opened(fold.evaluate(path, frame), fold.evaluate(mode, frame) if mode else "r", node, frame)
    if name in _WRAPPERS:
        value = fold.evaluate(node.args[0], frame) if node.args else {}
        return objects.as_settings(value)
    if name in _CONFIGURED:
        value = fold.evaluate(_argument(node, 0, "config_class"), frame)
        return Thing(value, Given(ast.Call(node.func, [], []), frame)) if isinstance(value, Definition) else UNKNOWN
    table = tables.library(fold, name, node, frame)
    if table is not NotImplemented:
        return table
    loaded = documents.loaded(fold, name, node, frame)
    if loaded is not NotImplemented:
        return loaded
    builder = _BUILDERS.get(name)
    if builder is not None:
        arguments = [fold.evaluate(part, frame) for part in node.args if not isinstance(part, ast.Starred)]
        if len(arguments) != len(node.args):
            return UNKNOWN
        try:
            return builder(fold, arguments, node, frame)
        except (TypeError, ValueError, IndexError, OverflowError):
            return UNKNOWN
    return Made(name, node, frame)


Builder = Callable[["Evaluator", list[Any], ast.Call, Frame], Any]


def _list(_: Evaluator, arguments: list[Any], *__: Any) -> Any:
    return listed(arguments[0]) if arguments else []


def _tuple(_: Evaluator, arguments: list[Any], *__: Any) -> Any:
    return tuple(listed(arguments[0])) if arguments else ()


def _set(_: Evaluator, arguments: list[Any], *__: Any) -> Any:
    return operators.to_set(listed(arguments[0])) if arguments else set()


def _sorted(_: Evaluator, arguments: list[Any], *__: Any) -> Any:
    items = listed(arguments[0])
    return items if has_gap(items) or not all(isinstance(item, str) for item in items) else sorted(items)


def _dict(fold: Evaluator, arguments: list[Any], node: ast.Call, frame: Frame) -> Any:
    made: dict[Any, Any] = {}
    if arguments:
        source = arguments[0]
        if isinstance(source, dict):
            made.update(source)
        elif isinstance(source, list) and all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in source):
            made.update((key, value) for key, value in source if operators.usable_key(key))
        else:
            return UNKNOWN
    for keyword in node.keywords:
        value = fold.evaluate(keyword.value, frame)
        if keyword.arg is not None:
            made[keyword.arg] = value
        elif isinstance(value, dict):
            made.update(value)
        else:
            return UNKNOWN
    return made


def _text(_: Evaluator, arguments: list[Any], *__: Any) -> Any:
    return as_text(arguments[0]) if len(arguments) == 1 else UNKNOWN


def _number(kind: type) -> Builder:
    def build(_: Evaluator, arguments: list[Any], *__: Any) -> Any:
        return kind(arguments[0]) if len(arguments) == 1 and settled(arguments) else UNKNOWN

    return build


def _length(_: Evaluator, arguments: list[Any], *__: Any) -> Any:
    return len(arguments[0]) if settled(arguments[0]) else UNKNOWN


def _range(_: Evaluator, arguments: list[Any], *__: Any) -> Any:
    if not all(isinstance(part, int) for part in arguments):
        return UNKNOWN
    made = range(*arguments)
    return list(made) if len(made) < 1_000 else UNKNOWN


def _join(_: Evaluator, arguments: list[Any], *__: Any) -> Any:
    return operators.join_texts(arguments)


def _first_path(_: Evaluator, arguments: list[Any], *__: Any) -> Any:
    return as_text(arguments[0])


def _folder(_: Evaluator, arguments: list[Any], *__: Any) -> Any:
    text = as_text(arguments[0])
    return HOLE if HOLE in posixpath.basename(text) or "/" not in text else posixpath.dirname(text)


def _base(_: Evaluator, arguments: list[Any], *__: Any) -> Any:
    text = posixpath.basename(as_text(arguments[0]))
    return HOLE if HOLE in text else text


def _environment(fold: Evaluator, arguments: list[Any], node: ast.Call, _: Frame) -> Any:
    if len(arguments) < 2:
        return UNKNOWN
    return (arguments[1], UNKNOWN)[fold.choose(("environment", node.lineno, node.col_offset), 2)]


def _chained(_: Evaluator, arguments: list[Any], *__: Any) -> Any:
    return [item for part in arguments for item in listed(part)]


def _zip(_: Evaluator, arguments: list[Any], *__: Any) -> Any:
    rows = [listed(part) for part in arguments]
    return [MANY] if any(MANY in row for row in rows) else list(zip(*rows, strict=False))


_BUILDERS: dict[str, Builder] = {
    "builtins.list": _list,
    "builtins.tuple": _tuple,
    "builtins.set": _set,
    "builtins.frozenset": _set,
    "builtins.sorted": _sorted,
    "builtins.dict": _dict,
    "builtins.str": _text,
    "builtins.int": _number(int),
    "builtins.float": _number(float),
    "builtins.len": _length,
    "builtins.range": _range,
    "builtins.zip": _zip,
    "os.path.join": _join,
    "os.path.abspath": _first_path,
    "os.path.realpath": _first_path,
    "os.path.normpath": _first_path,
    "os.path.expanduser": _first_path,
    "os.fspath": _first_path,
    "os.path.dirname": _folder,
    "os.path.basename": _base,
    "os.getenv": _environment,
    "os.environ.get": _environment,
    "itertools.chain": _chained,
    "numpy.array": _list,
    "numpy.asarray": _list,
    "pandas.Index": _list,
    "collections.OrderedDict": _dict,
    "types.MappingProxyType": _dict,
    "copy.copy": lambda _, arguments, *__: arguments[0],
    "copy.deepcopy": lambda _, arguments, *__: arguments[0],
}
