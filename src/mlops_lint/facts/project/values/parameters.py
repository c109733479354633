"""What parameters are given: by followed calls, by every call site, by the command line."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Definition
from mlops_lint.facts.project.values import objects
from mlops_lint.facts.project.values.index import FunctionNode
from mlops_lint.facts.project.values.model import UNKNOWN, Arguments, Frame, Gap, Given, Made, Thing

if TYPE_CHECKING:
    from mlops_lint.facts.project.values.evaluate import Evaluator

_TRANSPARENT = frozenset(
    "staticmethod classmethod property cached_property lru_cache cache abstractmethod override final task flow step "
    "command no_grad inference_mode main callback beartype typechecked timer timeit".split()
)
_OPTION = ("option", "argument")
Site = tuple[str, str, ast.Call | None]


def value_of(fold: Evaluator, frame: Frame, name: str) -> Any:
    """The value of a parameter within its function."""
    if frame.given is not None and name in frame.given:
        given = frame.given[name]
        return given if isinstance(given, Gap) else fold.evaluate(given.node, given.frame)
    function = fold.code.definition(frame.path, frame.scope)
    node = fold.index(frame.path).functions.get(frame.scope)
    if function is None or node is None:
        return UNKNOWN
    klass = objects.owner(fold, frame.path, frame.scope)
    if klass is not None and name == first_parameter(node) and not _is_static(node):
        return klass if _is_classmethod(node) else Thing(klass)
    if frame.given is not None:
        return _default(fold, node, frame, name)
    return _from_sites(fold, function, node, frame, name)


def _from_sites(fold: Evaluator, function: Definition, node: FunctionNode, frame: Frame, name: str) -> Any:
    target = function
    if function.name == "__init__":
        target = objects.owner(fold, function.path, function.qualname) or function
    sites = [] if _by_hydra(node, name) else call_sites(fold, target)
    if not sites:
        return _uncalled(fold, node, frame, name)
    site = picked_site(fold, target, sites)
    if site is None or not isinstance(site.node, ast.Call):
        return UNKNOWN
    given = bind(node, site.node, site.frame, method=objects.owner(fold, function.path, function.qualname) is not None)
    return value_of(fold, Frame(frame.path, frame.scope, given), name)


def call_sites(fold: Evaluator, function: Definition) -> list[Site]:
    """(path, scope, call) wherever it is used outside tests; the call is None where it is handed on."""
    if function in fold.known_sites:
        return fold.known_sites[function]
    found: list[Site] = []
    fold.known_sites[function] = found
    for target in _related(fold, function):
        if target is None:
            found.append((function.path, "", None))
            continue
        for path, use in fold.code.graph.call_sites.get(target, []):
            if fold.code.is_test(path) or fold.code.resolve(path, use.scope, use.chain) != target:
                continue
            at = fold.index(path).call_at(use.line, use.column, use.end_line, use.end_column) if use.call else None
            node = None if use.call else fold.catalogued.node_at(path, use.line, use.column)
            found.append((path, at[0], at[1]) if at else (path, use.scope, node.call if node else None))
    return found


def _related(fold: Evaluator, function: Definition) -> list[Definition | None]:
    """The definition, and what a call may name in its stead: subclasses, the method that it overrides."""
    related: list[Definition | None] = [function]
    if function.kind == "class":
        for sub in fold.code.graph.subclasses(function):
            own = f"{sub.qualname}.__init__" in fold.index(sub.path).functions
            related.append(None if own else sub)
        return related
    klass = objects.owner(fold, function.path, function.qualname)
    for base in fold.code.names.bases(klass) if klass is not None else []:
        if isinstance(base, Definition) and base.kind == "class":
            above = fold.code.names.member(base, function.name)
            if isinstance(above, Definition) and above.kind == "function":
                related.append(above)
    return related


def picked_site(fold: Evaluator, function: Definition, sites: list[Site]) -> Given | None:
    """The call site that this run looks at; None where the function is handed on as a value."""
    path, scope, node = sites[fold.choose(("site", function.key), len(sites))]
    if node is None:
        return None
    fold.sites.append((path, scope, node))
    wired = fold.catalogued.node_at(path, node.func.lineno, node.func.col_offset)
    return Given(node, Frame(path, scope, None, fold.catalogued.names(wired)) if wired else Frame(path, scope))


def bind(node: FunctionNode, call: ast.Call, frame: Frame, *, method: bool) -> dict[str, Given | Gap]:
    """Which argument of a call each parameter gets; parameters without one are left out (their default holds)."""
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    if method and not _is_static(node):
        names = names[1:]
    given: dict[str, Given | Gap] = {}
    for position, argument in enumerate(call.args):
        if isinstance(argument, ast.Starred):
            given.update(dict.fromkeys(names[position:], UNKNOWN))
            break
        if position < len(names):
            given[names[position]] = Given(argument, frame)
    everything = [*names, *(argument.arg for argument in node.args.kwonlyargs)]
    for keyword in call.keywords:
        if keyword.arg is None:
            given.update({name: _key_of(keyword.value, frame, name) for name in everything if name not in given})
        else:
            given[keyword.arg] = Given(keyword.value, frame)
    return given


def _key_of(mapping: ast.expr, frame: Frame, name: str) -> Given:
    """`**mapping` as one argument."""
    item = ast.Subscript(mapping, ast.copy_location(ast.Constant(name), mapping), ast.Load())
    return Given(ast.copy_location(item, mapping), frame)


def constructor_arguments(fold: Evaluator, thing: Thing) -> Mapping[str, Given | Gap] | None:
    """The arguments of the call that made an object; None where any call may have."""
    if thing.made is None or not isinstance(thing.made.node, ast.Call):
        return None
    node = fold.index(thing.of.path).functions.get(f"{thing.of.qualname}.__init__")
    return bind(node, thing.made.node, thing.made.frame, method=True) if node else {}


def returned(fold: Evaluator, function: Definition, given: Mapping[str, Given | Gap]) -> Any:
    """What a function of the project returns when it gets `given`."""
    file = fold.index(function.path)
    node = file.functions.get(function.qualname)
    if node is None or function.qualname in file.generators or not _followed(node):
        return UNKNOWN
    values = file.returns.get(function.qualname, [])
    if not values:
        return None
    picked = values[fold.choose(("return", function.key), len(values))]
    if picked is None:
        return None
    return fold.evaluate(picked, Frame(function.path, function.qualname, given))


def first_parameter(node: FunctionNode) -> str:
    """The name of the first parameter."""
    names = [*node.args.posonlyargs, *node.args.args]
    return names[0].arg if names else ""


def default_of(node: FunctionNode, name: str) -> ast.expr | None:
    """The default expression of a parameter."""
    positional = [*node.args.posonlyargs, *node.args.args]
    defaults = node.args.defaults
    for argument, default in zip(positional[len(positional) - len(defaults) :], defaults, strict=True):
        if argument.arg == name:
            return default
    for argument, optional in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if argument.arg == name:
            return optional
    return None


def _default(fold: Evaluator, node: FunctionNode, frame: Frame, name: str) -> Any:
    expression = default_of(node, name)
    if expression is None:
        return UNKNOWN
    outer = Frame(frame.path, frame.scope.rpartition(".")[0])
    value = fold.evaluate(expression, outer)
    if isinstance(value, Made):  # typer.Option("x", "--out"), fastapi.Query("x")
        keywords = {keyword.arg: keyword.value for keyword in value.node.keywords}
        inner = keywords.get("default") or (value.node.args[0] if value.node.args else None)
        return fold.evaluate(inner, outer) if inner is not None else UNKNOWN
    return value


def _uncalled(fold: Evaluator, node: FunctionNode, frame: Frame, name: str) -> Any:
    """Nobody calls it: the command line, a decorator's default, Hydra's configuration, the default."""
    flags = {f"--{name}", f"--{name.replace('_', '-')}"}
    default: Any = _default(fold, node, frame, name)
    for decorator in node.decorator_list:
        if not isinstance(decorator, ast.Call):
            continue
        last = chain(decorator.func).rpartition(".")[2]
        if last in _OPTION and (option := _click_option(fold, decorator, frame, name)) is not None:
            names, default = option
            flags |= names
        if last == "main" and "hydra" in chain(decorator.func) and name == first_parameter(node):
            from mlops_lint.facts.project.values.documents import hydra_settings

            return hydra_settings(fold, decorator, frame)
    return choose_argument(fold, [frame.path], flags, default)


def _by_hydra(node: FunctionNode, name: str) -> bool:
    """Whether Hydra fills a parameter: whoever calls the function gives it nothing."""
    calls = [part.func for part in node.decorator_list if isinstance(part, ast.Call)]
    return name == first_parameter(node) and any(chain(part).endswith("hydra.main") for part in calls)


def _click_option(fold: Evaluator, node: ast.Call, frame: Frame, name: str) -> tuple[set[str], Any] | None:
    texts = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    names = {text.lstrip("-").replace("-", "_") for text in texts if not text.startswith("-") or text.startswith("--")}
    if name not in names:
        return None
    keywords = {keyword.arg: keyword.value for keyword in node.keywords}
    value = fold.evaluate(keywords["default"], Frame(frame.path)) if "default" in keywords else UNKNOWN
    if "default" not in keywords and "is_flag" in keywords:
        value = False
    return {text for text in texts if text.startswith("-")}, value


def choose_argument(fold: Evaluator, files: list[str], flags: set[str], default: Any) -> Any:
    """A value of the command line: as the project's own commands give it, else the default."""
    options = fold.invocations.values(files, flags)
    values = [UNKNOWN if option is None else option for option in options.values]
    if options.missing or not values:
        values.append(default)
    return values[fold.choose(("flag", *files, *sorted(flags)), len(values))]


def argument(fold: Evaluator, arguments: Arguments, name: str) -> Any:
    """`args.name` of an argument parser."""
    found: list[tuple[set[str], Any]] = []
    if fold.assigned_elsewhere(name):
        return UNKNOWN
    for path in arguments.files:
        for scope, node in fold.index(path).calls:
            last = chain(node.func).rpartition(".")[2]
            if last == "set_defaults":
                return UNKNOWN
            if last == "add_argument" and (option := _argparse_option(fold, node, Frame(path, scope), name)):
                found.append(option)
    if not found:
        return UNKNOWN
    flags, default = found[fold.choose(("option", *arguments.files, name), len(found))]
    value = choose_argument(fold, list(arguments.files), flags, default)
    return _converted(value, default)


def _argparse_option(fold: Evaluator, node: ast.Call, frame: Frame, name: str) -> tuple[set[str], Any] | None:
    texts = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    keywords = {keyword.arg: keyword.value for keyword in node.keywords}
    destination = keywords.get("dest")
    long = [text for text in texts if text.startswith("--")] or texts
    own = long[0].lstrip("-").replace("-", "_") if long else ""
    if isinstance(destination, ast.Constant):
        own = str(destination.value)
    if own != name:
        return None
    action = keywords.get("action")
    default: Any = UNKNOWN
    if "default" in keywords:
        default = fold.evaluate(keywords["default"], frame)
    elif isinstance(action, ast.Constant) and action.value in ("store_true", "store_false"):
        default = action.value == "store_false"
    return set(texts), default


def _converted(value: Any, default: Any) -> Any:
    """The command line gives text; the default's type says what becomes of it."""
    if isinstance(value, str) and isinstance(default, int | float) and not isinstance(default, bool):
        try:
            return type(default)(value)
        except ValueError:
            return UNKNOWN
    return value


def _followed(node: FunctionNode) -> bool:
    names = [chain(part.func if isinstance(part, ast.Call) else part) for part in node.decorator_list]
    return all(name.rpartition(".")[2] in _TRANSPARENT for name in names)


def _is_static(node: FunctionNode) -> bool:
    return any(chain(part) == "staticmethod" for part in node.decorator_list)


def _is_classmethod(node: FunctionNode) -> bool:
    return any(chain(part) == "classmethod" for part in node.decorator_list)
