"""A whole draft: every part in its place, checked against the charter's own rules."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from mlops_lint.checks import Registry, facts_of
from mlops_lint.facts.files.store import FileFacts
from mlops_lint.facts.inject import Facts
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.ci import Ci
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.dependencies import Dependencies
from mlops_lint.facts.project.knowledge import Knowledge, Metrics
from mlops_lint.facts.project.ownership import Ownership
from mlops_lint.facts.project.project import Project, Today
from mlops_lint.facts.project.tests import Tests
from mlops_lint.facts.project.versioning import Versioning
from mlops_lint.facts.project.writes import Writes
from mlops_lint.initialise import numbers, people, things
from mlops_lint.initialise.found import NOT_STATED, Found
from mlops_lint.initialise.tree import MAX_TEXT, Block, Item, Value, emit, guesses
from mlops_lint.practices.baselines import BaselineImplemented
from mlops_lint.practices.evidence import OwnCode
from mlops_lint.practices.measuring import MetricComputed
from mlops_lint.repo.memory import MemoryView
from mlops_lint.repo.view import RepoView

SCHEMA = "https://mlops-lint.dev/schemas/mlproject.schema.json"
_HEAD = (
    f"# yaml-language-server: $schema={SCHEMA}\n"
    "# Drafted by `mlops-lint init`. What `unconfirmed` lists is a guess or a gap: correct it, then delete its line "
    "there.\n"
)
QUESTIONS = {
    "problem": "what is wrong today, and for whom",
    "outcome": "which number changes, by how much, by when",
    "why_ml": "why a rule does not do it",
    "used_for": "who does what with a prediction",
}
_MAX_REPAIRS = 12


def compose(
    view: RepoView,
    project: Project,
    registry: Registry,
    today: datetime.date,
    *,
    minimal: bool,
    answers: Mapping[str, str] | None = None,
) -> tuple[str, tuple[str, ...]]:
    """The text of a draft that the charter's rules accept, and what the user is told beside it.

    `answers` are what somebody has said to `QUESTIONS`: no guesses.
    """
    facts = _facts(view, project, registry, today)
    root = _root(_found(facts, view, project), today, minimal=minimal)
    goal = root.entries.get("goal")
    for key, answer in (answers or {}).items():
        if isinstance(goal, Block) and key in QUESTIONS and (said := " ".join(answer.split())[:MAX_TEXT]):
            goal.entries[key] = Value(said, guessed=False)
    text = _text(root)
    for _ in range(_MAX_REPAIRS):
        problems = _problems(text, project, registry, today)
        if not problems:
            break
        _give_up(root, _section(text, problems[0]), project, today)
        text = _text(root)
    return text, _notes(root)


def _facts(view: RepoView, project: Project, registry: Registry, today: datetime.date) -> Facts:
    return facts_of(registry, {RepoView: view, Project: project, Today: Today(today), FileFacts: FileFacts()})


def _found(facts: Facts, view: RepoView, project: Project) -> Found:
    return Found(
        view,
        project,
        code=facts.get(Code),
        own=facts.get(OwnCode),
        knowledge=facts.get(Knowledge),
        metrics=facts.get(Metrics),
        versioning=facts.get(Versioning),
        dependencies=facts.get(Dependencies),
        ownership=facts.get(Ownership),
        tests=facts.get(Tests),
        ci=facts.get(Ci),
        measured=facts.get(MetricComputed),
        compared=facts.get(BaselineImplemented),
        writes=facts.get(Writes),
    )


def _root(found: Found, today: datetime.date, *, minimal: bool) -> Block:
    records = numbers.recorded(found)
    task = numbers.task(found)
    metric = numbers.metric(found, records, classifies="classification" in str(task.value), minimal=minimal)
    chosen = metric.entries.get("name")
    name = chosen.value if isinstance(chosen, Value) else None
    fair, explained = people.fairness(found), people.explainability(found)
    parts: dict[str, Item | None] = {
        "charter": Value(1, guessed=False),
        "project": _project(things.name(found), people.owner(found), today),
        "goal": _goal(task),
        "metric": metric,
        "baseline": numbers.baseline(found, records, name, minimal=minimal),
        "data": things.data(found, minimal=minimal),
        "model": things.model(found, metric.entries.get("computed_in"), minimal=minimal),
        "tests": things.tests(found),
        "deployment": None if minimal else things.deployment(found),
        "monitoring": people.monitoring(found),
        "fairness": fair if fair is not None or explained is not None else people.neither(),
        "explainability": None if minimal and fair is not None else explained,
    }
    root = Block()
    for key, item in parts.items():
        root.put(key, item)
    return root


def _project(name: Value, owner: Value, today: datetime.date) -> Block:
    stages = "exploration, prototype, production or retired"
    kinds = "software-2.0, human-in-the-loop or autonomous"
    return Block(
        {
            "name": name,
            "owner": owner,
            "archetype": Value("undecided", remark=kinds),
            "stage": Value("exploration", remark=stages),
            "reviewed": Value(today, remark="the day of this draft"),
        }
    )


def _goal(task: Value) -> Block:
    block = Block(remark="only you know; one sentence each")
    for key, question in QUESTIONS.items():
        block.put(key, Value(NOT_STATED, remark=question))
    block.put("task", task)
    return block


def _text(root: Block) -> str:
    """The blocks, an empty line between them, the guesses last."""
    parts = [emit(Block({key: item})) for key, item in root.entries.items()]
    guessed = list(guesses(root))
    listed: list[Item] = [Value(pointer, guessed=False) for pointer in guessed]
    if listed:
        parts.append(emit(Block({"unconfirmed": listed})))
    return _HEAD + parts[0] + "\n" + "\n".join(parts[1:])


def _problems(text: str, project: Project, registry: Registry, today: datetime.date) -> list[int]:
    """The lines that the charter's own rules refuse."""
    view = MemoryView({project.charter_path: text})
    charter = _facts(view, project, registry, today).get(Charter)
    return [problem.at.line for problem in charter.problems]


def _section(text: str, line: int) -> str:
    """The top-level key that a line belongs to."""
    for row in reversed(text.split("\n")[:line]):
        if row[:1].isalpha():
            return row.partition(":")[0]
    return ""


def _give_up(root: Block, section: str, project: Project, today: datetime.date) -> None:
    """Replace a part that is refused by what is always accepted."""
    if section == "project":
        root.entries[section] = _project(Value("project"), Value(NOT_STATED), today)
    elif section == "goal":
        root.entries[section] = _goal(Value("other"))
    elif section == "tests":
        root.entries[section] = []
    elif section in ("fairness", "explainability"):
        root.entries.pop(section)
        root.entries.setdefault("fairness", people.neither())
    elif section in ("metric", "baseline", "data", "model", "monitoring"):
        root.entries[section] = numbers.none()
    else:
        root.entries.pop(section, None)


def _notes(root: Block) -> tuple[str, ...]:
    count = len(list(guesses(root)))
    missing = [
        key
        for key, item in root.entries.items()
        if item == [] or (isinstance(item, Block) and "none_because" in item.entries)
    ]
    notes = [f"{count} entries are guesses or gaps; they are listed under `unconfirmed`"]
    if missing:
        notes.append(f"nothing was found for {', '.join(missing)}")
    return (*notes, "problem, outcome, why_ml and used_for are for you to write")
