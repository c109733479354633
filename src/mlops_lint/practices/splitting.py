"""Practice: evaluation uses rows that were not trained on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Use
from mlops_lint.facts.project.knowledge import Knowledge, Metrics
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import place, text_of, word, yaml_of
from mlops_lint.model import Location
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, idle, judge, named
from mlops_lint.practices.measuring import quality
from mlops_lint.practices.parts import CHOOSE, TEST, TRAIN, part_of, parts_of, tokens
from mlops_lint.practices.splitting_rows import kept_apart, promising, reads_part
from mlops_lint.repo.view import RepoView, Unreadable

_SHARES = re.compile(
    r"\s*(?:split_ratios\s*:\s*\[\s*0?\.\d+\s*,|(?:n_cross_validations|validation_data_size)\s*:\s*[\"']?(?:0?\.)?[1-9])"
)
_DRAWS = frozenset(
    ["random.random", "random.uniform", *(f"numpy.random.{n}" for n in ("rand", "random", "uniform", "random_sample"))]
)


class HeldOutSplit(Practice):
    """Rows are kept out of training for evaluation."""


@provides
def held_out_split(own: OwnCode, knowledge: Knowledge, metrics: Metrics, project: Project) -> HeldOutSplit:
    """Known split calls, complementary slices and masks, and rows that are drawn apart."""
    targets = set(knowledge.splits)
    shown = named(use for use in own.calls(targets) if _parts(own, use, knowledge))
    measured = _measured(own, metrics)
    for path in own.code.modules:
        if own.counts(path, tests=False) and (path in measured or promising(own.code.text(path).text)):
            known = {(at.path, at.cell, at.line) for one in shown if (at := one.at)}
            by_hand = _in_file(own, path, measured.get(path, ()))
            shown += [one for one in by_hand if one.at and (one.at.path, one.at.cell, one.at.line) not in known]
    shown += _declared(own.code.view, project)
    return judge(HeldOutSplit, shown, otherwise=idle(HeldOutSplit, own, targets))


def _in_file(own: OwnCode, path: str, measured: Iterable[ast.AST]) -> list[Shown]:
    try:
        tree = own.code.source(path).tree
    except (DocumentError, Unreadable):
        return []
    found = [*kept_apart(tree), *_drawn(own, path, tree), *_measured_on(tree, measured)]
    return [Shown("split by hand", own.at(path, node)) for node in dict.fromkeys(found) if own.runs(path, node)]


def _measured(own: OwnCode, metrics: Metrics) -> dict[str, list[ast.AST]]:
    """The definitions by file in which a library computes a metric."""
    found: dict[str, list[ast.AST]] = {}
    for use in own.calls(quality(metrics), tests=False):
        found.setdefault(use.path, []).append(own.code.node(own.code.scope_of(use)))
    return found


def _measured_on(tree: ast.Module, measured: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Rows that are read from a file of their own where a metric is computed."""
    for scope in dict.fromkeys(measured):
        for node in ast.walk(scope):
            if isinstance(node, ast.Call) and reads_part(node):
                yield node


def _parts(own: OwnCode, use: Use, knowledge: Knowledge) -> bool:
    """A data set that ships in parts counts when the part that is held out is asked for."""
    argument = knowledge.splits[use.name].get("part")
    if argument is None:
        return True
    call = own.code.call_node(use)
    given = [word.value for word in call.keywords if word.arg == argument] if call else []
    return any(isinstance(v, ast.Constant) and (v.value is False or _named_held(v.value)) for v in given)


def _named_held(value: object) -> bool:
    return isinstance(value, str) and part_of(value) in (CHOOSE, TEST)


def _declared(view: RepoView, project: Project) -> list[Shown]:
    """A data set's YAML with its parts and its classes, or shares that a pipeline tool splits by."""
    found: list[Shown] = []
    for path in view.entries:
        if not (path.endswith((".yaml", ".yml")) and project.owns(path)):
            continue
        text = text_of(view, path) or ""
        for number, line in enumerate(text.split("\n") if "split" in text or "valid" in text else (), 1):
            if _SHARES.match(line):
                found.append(Shown("declared shares", Location(path, number)))
        if "train:" in text:
            tree = yaml_of(view, path)
            if tree is not None and tree.get("names") is not None and word(tree.get("train")):
                held = next((node for key in ("test", "val") if word(node := tree.get(key))), None)
                found += [Shown("declared parts", place(path, held))] if held is not None else []
    return found


def _drawn(own: OwnCode, path: str, tree: ast.Module) -> Iterator[ast.AST]:
    """`(train if random.random() > 0.2 else test).append(row)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If | ast.IfExp) and _draws(own, path, node.test):
            found = parts_of(word for part in ast.walk(node) if isinstance(part, ast.Name) for word in tokens(part.id))
            if TRAIN in found and len(found) > 1:
                yield node


def _draws(own: OwnCode, path: str, test: ast.expr) -> bool:
    calls = [node for node in ast.walk(test) if isinstance(node, ast.Call)]
    return isinstance(test, ast.Compare) and any(
        own.code.canonical(path, "", chain(call.func)) in _DRAWS for call in calls
    )
