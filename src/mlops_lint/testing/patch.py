"""A few keys of YAML merged into a stock file, with the marks carried along."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from mlops_lint.testing.case import Mark, PageError

if TYPE_CHECKING:
    import yaml

Route: TypeAlias = tuple[str | int, ...]

DELETE = "!delete"
REPLACE = "!replace"


def merge(stock: str, patch: str, marks: list[Mark], line: int) -> tuple[str, list[Mark]]:
    """The stock text with the patch merged in, and the marks on their lines in it. `line` is the page's."""
    import yaml

    base = yaml.compose(stock, Loader=_loader())
    changes = _compose(patch, line)
    if changes is None:
        return stock, _moved(marks, {}, {}, line)
    if not isinstance(base, yaml.MappingNode) or not isinstance(changes, yaml.MappingNode):
        raise PageError("a patch is a mapping, merged into a mapping", line)
    routes = {at: route for route, at in reversed(list(_lines(changes)))}
    _merge(base, changes, line)
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text = yaml.serialize(base, Dumper=dumper, width=10**6, allow_unicode=True)
    merged = yaml.compose(text, Loader=_loader()) if marks else None
    return text, _moved(marks, routes, dict(_lines(merged)), line)


def _loader() -> type[yaml.SafeLoader | yaml.CSafeLoader]:
    """libyaml's where it is there: a page has hundreds of patches."""
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _compose(text: str, line: int) -> yaml.Node | None:
    import yaml

    try:
        return yaml.compose(text, Loader=_loader())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise PageError(f"the patch is no YAML: {error}", line + (mark.line if mark else 0)) from None


def _moved(marks: list[Mark], routes: dict[int, Route], lines: dict[Route, int], page_line: int) -> list[Mark]:
    moved = []
    for mark in marks:
        target = lines.get(routes.get(mark.line, ("?",)))
        if target is None:
            raise PageError("a mark in a patch stands on a key or a list item that stays", page_line + mark.line - 1)
        moved.append(replace(mark, line=target))
    return moved


def _lines(node: yaml.Node | None, route: Route = ()) -> list[tuple[Route, int]]:
    """Each key and list item with its 1-based line, outer ones first."""
    import yaml

    found: list[tuple[Route, int]] = []
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            found.append(((*route, key.value), key.start_mark.line + 1))
            found += _lines(value, (*route, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            found.append(((*route, index), value.start_mark.line + 1))
            found += _lines(value, (*route, index))
    return found


def _merge(base: yaml.MappingNode, changes: yaml.MappingNode, line: int) -> None:
    import yaml

    seen: set[str] = set()
    for key, value in changes.value:
        if key.value in seen:
            raise PageError(f"`{key.value}` twice in a patch", line + key.start_mark.line)
        seen.add(key.value)
        index = next((i for i, (known, _) in enumerate(base.value) if known.value == key.value), None)
        if value.tag == DELETE:
            if index is None:
                raise PageError(f"`{key.value}` is not there to delete", line + key.start_mark.line)
            del base.value[index]
        elif index is None:
            base.value.append((key, _plain(value)))
        elif (
            isinstance(value, yaml.MappingNode)
            and isinstance(base.value[index][1], yaml.MappingNode)
            and value.tag != REPLACE
        ):
            _merge(base.value[index][1], value, line)
        else:
            base.value[index] = (base.value[index][0], _plain(value))


def _plain(node: yaml.Node) -> yaml.Node:
    """The node without `!replace`, which is an order to the merge and no data."""
    import yaml

    if node.tag == REPLACE:
        kind = {"MappingNode": "map", "SequenceNode": "seq"}.get(type(node).__name__, "str")
        node.tag = f"tag:yaml.org,2002:{kind}"
    if isinstance(node, yaml.MappingNode):
        node.value = [(key, _plain(value)) for key, value in node.value if value.tag != DELETE]
    return node
