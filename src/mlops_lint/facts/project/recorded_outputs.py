"""Whether a record that names an output only holds its id."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Set

from mlops_lint.facts.project.features import tokens

_IDS = frozenset("id ids uuid uid guid key hash".split())
_ABOUT = frozenset(
    "path file folder settings config logger log level source origin status ok cached latency duration elapsed seconds "
    "ms took name kind service host region json self cls journal handle stream writer sink mode encoding utc datetime "
    "timezone tz line record entry row".split()
)
"""Where and how something was answered, and with what it is written."""


def only_ids(names: Iterable[str], words: Set[str]) -> bool:
    """Whether every name with one of the words is an id of what the word means: `prediction_id`."""
    told = [set(tokens(name)) for name in names]
    return not any(one & words and not one & _IDS for one in told) and any(one & words for one in told)


def unwritten(function: ast.AST, known: Set[str]) -> str:
    """A parameter that is never read, where all that are read are accounted for; empty where one may be the output.

    `known` are words of other parts of a record.
    """
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or function.args.vararg or function.args.kwarg:
        return ""
    given = [one.arg for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    read = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    filed = _filed(function, known)
    for name in given:
        words = set(tokens(name))
        if name in read and name not in filed and not words & (known | _IDS | _ABOUT):
            return ""
    left = [name for name in given if name not in read and not name.startswith("_")]
    return left[0] if left else ""


def _filed(function: ast.AST, known: Set[str]) -> set[str]:
    """What is written under a key that says what it is: `{"input": stop}`."""
    found: set[str] = set()
    for node in ast.walk(function):
        for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
            if isinstance(key, ast.Constant) and set(tokens(str(key.value))) & (known | _IDS | _ABOUT):
                found |= {part.id for part in ast.walk(value) if isinstance(part, ast.Name)}
    return found
