"""The charter: typed by its schema, judged at the culprit's own place."""

from __future__ import annotations

import contextlib
import copy
import json
import random
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mlops_lint.documents.node import plain
from mlops_lint.documents.yaml import parse_yaml
from mlops_lint.facts.inject import Facts, Providers, Unavailable
from mlops_lint.facts.project import charter as module
from mlops_lint.facts.project.charter import Charter, CharterFile
from mlops_lint.facts.project.charter_schema import kinds
from mlops_lint.facts.project.project import Project
from mlops_lint.model import Location
from mlops_lint.repo.memory import MemoryView
from mlops_lint.repo.view import RepoView
from mlops_lint_schemas import load as load_schema

EXAMPLES = {path.stem: path.read_text("utf-8") for path in sorted(Path(__file__).with_name("charters").glob("*.yaml"))}
MINIMAL = EXAMPLES["minimal"]
ABSENT_HAS_ITS_CHECK = {
    "metric",
    "baseline",
    "data",
    "model",
    "tests",
    "monitoring",
    "problem",
    "outcome",
    "why_ml",
    "used_for",
}


def facts(files: dict[str, str | bytes], path: str = "mlproject.yaml", **options: Any) -> Facts:
    view = MemoryView(files, **options)
    providers = Providers([module.charter, module.charter_file, module.loaded_charter], [RepoView, Project])
    return Facts(providers, {RepoView: view, Project: Project(path.rpartition("/")[0], path)})


def read(text: str | bytes, **others: str) -> Charter:
    return facts({"mlproject.yaml": text, **others}).get(Charter)


def changed(old: str, new: str, text: str = MINIMAL) -> Charter:
    assert old in text
    return read(text.replace(old, new, 1))


def only(charter: Charter) -> tuple[int, str, str]:
    assert len(charter.problems) == 1, [(p.at.line, p.message) for p in charter.problems]
    problem = charter.problems[0]
    return problem.at.line, problem.message, problem.help


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_valid(name: str) -> None:
    charter = read(EXAMPLES[name])
    assert charter.problems == ()
    assert not list(oracle().iter_errors(plain(parse_yaml(EXAMPLES[name].encode()))))
    assert charter.references()


def test_reading() -> None:
    charter = read(EXAMPLES["churn"])
    assert charter.number("metric", "target") == 0.6
    assert charter.text("project", "reviewed") == "2026-11-20"
    assert charter.texts("tests", "paths") == ["tests/"]
    assert charter.texts("tests", "data") == ["tests/test_schema.py"]
    assert charter.items("team", "stakeholders") == 3
    assert charter.get("monitoring", "hooks", 1, "kind") == "drift"
    assert charter.get("monitoring", "hooks", 7, "kind") is None
    assert not charter.has("autonomy")
    assert (charter.stage, charter.archetype, charter.target_level) == ("production", "human-in-the-loop", 3)
    assert charter.at("metric", "target") == Location("mlproject.yaml", 33, 11, 33, 15)
    assert charter.at("metric", "nothing") == charter.key_at("metric") == Location("mlproject.yaml", 31, 1, 31, 7)
    assert charter.at("metric") == charter.key_at("metric")
    assert charter.at("nowhere") == Location("mlproject.yaml")
    types = {(ref.route, ref.type) for ref in charter.references()}
    assert {
        (("metric", "computed_in"), "code"),
        (("metric", "recorded_in"), "value"),
        (("model", "path"), "path"),
        (("monitoring", "hooks", 0, "call"), "symbol"),
        (("deployment", "ci"), "ref"),
        (("tests", "paths", 0), "path"),
    } <= types


def test_watch() -> None:
    charter = read(MINIMAL)
    charter.get("project", "name")
    with charter.watch() as outer:
        charter.has("metric", "name")
        with charter.watch() as inner:
            charter.number("metric", "target")
        charter.at("goal")
    assert outer == [("metric", "name"), ("metric", "target")]
    assert inner == [("metric", "target")]


def test_the_last_guess_is_confirmed_by_deleting_its_line() -> None:
    charter = read(MINIMAL + "unconfirmed:\n")
    assert charter.problems == ()
    assert not charter.unconfirmed("metric")


def test_what_a_broken_file_lacks_is_not_told_before_it_parses() -> None:
    charter = read("charter: 1\nproject:\n  name: [a\n  owner: kim\n")
    assert charter.problems
    assert [problem.message for problem in charter.problems if " lacks " in problem.message] == []


def test_unconfirmed() -> None:
    charter = read(MINIMAL + "unconfirmed: [metric.target, data.sources.0.path, model]\n")
    assert charter.problems == ()
    assert charter.unconfirmed("metric", "target")
    assert charter.unconfirmed("metric")
    assert charter.unconfirmed("data", "sources", 0)
    assert charter.unconfirmed("model", "path")
    assert not charter.unconfirmed("metric", "name")
    assert not charter.unconfirmed("data", "sources", 1)


def test_text_stays_text() -> None:
    charter = read(
        EXAMPLES["churn"]
        .replace("name: churn", "name: 3.10")
        .replace("serves", "serves")
        .replace("basis: contract", "basis: no")
        .replace("{name: customers,", "{name: 12:30, revision: 0012345,")
    )
    assert charter.problems == ()
    assert charter.get("project", "name") == "3.10"
    assert charter.get("data", "privacy", "basis") == "no"
    assert charter.get("data", "sources", 0, "name") == "12:30"
    assert charter.get("data", "sources", 0, "revision") == "0012345"
    assert changed("target: 0.60", "target: 6e-1").number("metric", "target") == 0.6


def test_unknown_keys() -> None:
    charter = changed("  target: 0.60", "  targe: 0.60")
    line, message, _ = only(charter)
    assert (line, message) == (16, "unknown key `targe` in `metric`; did you mean `target`?")
    fix = charter.problems[0].fix
    assert fix is not None
    assert (fix.safe, fix.edits[0].text, fix.edits[0].at) == (False, "target", Location("mlproject.yaml", 16, 3, 16, 8))
    assert charter.text("metric", "name") == "recall"
    assert (
        "`worst_error` belongs under `metric`" in only(changed("tests: tests/", "tests: tests/\nworst_error: both"))[1]
    )
    assert "`metric` belongs" not in only(changed("  kind: rule", "  kind: rule\n  x-y: {on: 1}\n  zzz: 1"))[1]
    assert read(MINIMAL + "x-team: {anything: [goes, {here: 1}]}\n").get("x-team", "anything", 0) == "goes"


@pytest.mark.parametrize(
    ("value", "found", "wanted"),
    [
        ("'0.8'", "the text '0.8'", "Write 0.8, without quotes."),
        ("0,85", "the text '0,85'", "Write 0.85,"),
        ("85 %", "the text '85 %'", "is 0.85."),
        ("0.8x", "the text '0.8x'", ""),
        ("[1]", "a list", ""),
        ("true", "true", ""),
        ("12:30", "the text '12:30'", ""),
        ("1,000", "'1,000'", "Write 1000,"),
        ("07", "the text '07'", "Write 7,"),
    ],
)
def test_numbers(value: str, found: str, wanted: str) -> None:
    charter = changed("target: 0.60", f"target: {value}")
    line, message, help_ = only(charter)
    assert line == 16
    assert message.startswith("`metric.target`: expected a number, found ")
    assert found in message
    assert wanted in help_
    with pytest.raises(Unavailable, match=r"metric\.target is not valid \(CH002\)"):
        charter.number("metric", "target")
    with pytest.raises(Unavailable):
        charter.has("metric", "target")
    assert charter.text("metric", "name") == "recall"
    assert charter.get("metric") == {"name": "recall", "recorded_in": "metrics/eval.json#/test/recall"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("stage: exploration", "stage: Exploration", "did you mean `exploration`"),
        ("stage: exploration", "stage: live", "'live' is not known"),
        ("2026-11-20", "20.11.2026", "'20.11.2026' is not a date"),
        ("2026-11-20", "2026-02-30", "no day of the calendar"),
        ("metrics/eval.json#/test/recall", "metrics/eval.json", "not which number"),
        ("path: data/customers.parquet", "path: /data/x", "absolute path"),
        ("path: data/customers.parquet", "path: ../x", "leaves the charter's folder"),
        ("name: churn", "name:", "`project.name` is empty"),
        ("  name: churn\n", "", "`project` lacks `name`"),
        ("  task: binary-classification\n", "", "`goal` lacks `task`"),
        ("charter: 1", "charter: 2", "`charter`: expected 1, found the number 2"),
        ("tests: tests/", "tests: 7", ""),
        ("{path: data/customers.parquet, versioned_with: dvc}", "{versioned_with: dvc}", "lacks `path` or `uri`"),
        ("hooks: [churn.serving:log_prediction]", "hooks: [log_prediction]", "is not a symbol"),
        ("labels: available", "labels: {column: x}", "lacks `status`"),
        (
            "archetype: human-in-the-loop\n  stage: exploration",
            "archetype: undecided\n  stage: prototype",
            "undecided is for exploration only",
        ),
    ],
)
def test_one_problem(old: str, new: str, message: str) -> None:
    charter = changed(old, new)
    if message:
        line, found, _ = only(charter)
        assert message in found
        assert line > 1 or "charter" in old
    else:
        assert charter.problems == ()


def test_none_because_and_absent_blocks() -> None:
    assert changed("labels: available", "labels: {none_because: not here yet}").problems == ()
    assert changed("tests: tests/", "tests: []").problems == ()
    assert changed("archetype: human-in-the-loop", "archetype: undecided").problems == ()
    charter = read(
        "charter: 1\ngoal: {task: other}\n"
        "project: {name: a, owner: b, archetype: autonomous, stage: retired, reviewed: 2026-01-01}\n"
    )
    assert charter.problems == ()
    assert [p.message for p in read("x-a: 1\n").problems] == [
        "the charter lacks `charter`",
        "the charter lacks `project`",
        "the charter lacks `goal`",
    ]


def test_repeated_keys_quote_both() -> None:
    charter = changed("  target: 0.60\n", "  target: 0.60\n  target: 0.70\n")
    line, message, _ = only(charter)
    assert (line, message) == (17, "`metric.target` is given twice: line 16 says '0.60' and line 17 says '0.70'")
    assert charter.problems[0].related[0].at.line == 16


@pytest.mark.parametrize(
    ("old", "new", "message", "help_"),
    [
        ('owner: "@acme/retention-ml"', "owner: @kim", "cannot begin with @", 'Write "@kim".'),
        ("  name: churn", "\tname: churn", "tab", "spaces"),
        ("name: churn", 'name: "churn', "never closed", "quote"),
        ("[gender, age_band]", "[gender, age_band", "not closed", ""),
        ("problem: Agents", "problem: Note: Agents", "colon", "quotes"),
        ('owner: "@acme/retention-ml"', "owner: *kim", "alias", ""),
        ('owner: "@acme/retention-ml"', "owner: !x kim", "tag", ""),
    ],
)
def test_traps(old: str, new: str, message: str, help_: str) -> None:
    charter = changed(old, new)
    problems = [problem for problem in charter.problems if message in problem.message]
    assert problems, [p.message for p in charter.problems]
    assert help_ in problems[0].help
    assert len(charter.problems) == 1, [p.message for p in charter.problems]
    assert charter.text("metric", "name") == "recall"


def test_unclosed_brackets_and_second_documents() -> None:
    charter = changed("versioned_with: dvc}\nmodel", "versioned_with: dvc\nmodel")
    line, message, _ = only(charter)
    assert (line, message) == (24, "a bracket is opened here and not closed")
    assert charter.text("model", "path") == "models/churn.joblib"
    with pytest.raises(Unavailable):
        charter.has("data", "sources")
    second = read(MINIMAL + "---\na: 1\n")
    assert "second document" in only(second)[1]
    assert second.stage == "exploration"


def test_words() -> None:
    assert "did you mean `production`" in only(changed("stage: exploration", "stage: prod"))[1]
    twice = changed("  kind: rule", "  kind: rule\n  kinds: rule")
    assert only(twice)[1:] == ("unknown key `kinds` in `baseline`", "`kind` is there already.")
    assert "is not a recorded value" in only(changed("metrics/eval.json#/test/recall", "0.61"))[1]
    assert "not finite" in only(changed("target: 0.60", "target: .nan"))[1]
    assert "list item" in only(changed("name: churn", "name: - churn"))[1]


def test_at_sign_hides_nothing() -> None:
    charter = changed('owner: "@acme/retention-ml"', "owner: @kim")
    assert charter.stage == "exploration"
    assert charter.text("project", "name") == "churn"
    with pytest.raises(Unavailable):
        charter.texts("project", "owner")


def test_comment_swallows() -> None:
    charter = read(
        EXAMPLES["churn"].replace(
            'alerts: [{when: psi, threshold: 0.2, to: "#retention-ml", defined_in: ops/alerts.yaml}]',
            "alerts:\n    - when: psi\n      to: #retention-ml",
        )
    )
    _, message, help_ = only(charter)
    assert message == "`monitoring.alerts.0.to` is empty"
    assert help_ == 'An unquoted # begins a comment: write "#retention-ml".'


def test_missing_and_unusable() -> None:
    bundle = facts({"README.md": "x"})
    assert bundle.get(CharterFile) == CharterFile("mlproject.yaml", False, False)
    with pytest.raises(Unavailable, match="no charter"):
        bundle.get(Charter)
    for text in ("", "- a\n", "just text\n"):
        bundle = facts({"mlproject.yaml": text}, untracked=frozenset(["mlproject.yaml"]))
        file = bundle.get(CharterFile)
        assert (file.present, file.tracked) == (True, False)
        assert file.error is not None
        with pytest.raises(Unavailable, match="no charter"):
            bundle.get(Charter)
    broken = read(b"\xff")
    assert [p.message for p in broken.problems] == ["the file is not UTF-8 text"]
    with pytest.raises(Unavailable):
        broken.has("metric")
    assert broken.stage == "exploration"


def test_extends() -> None:
    base = MINIMAL + "team:\n  stakeholders: [{role: lead, wants: less}]\n  sme: {who: kim, review_in: docs/r.md}\n"
    own = MINIMAL.replace(
        MINIMAL[MINIMAL.index("project:") : MINIMAL.index("goal:")],
        "project: {name: b}\nextends: ../shared/base.yaml\n",
    )
    own = own.replace("../shared", "//shared")
    bundle = facts({"b/mlproject.yaml": own, "shared/base.yaml": base}, "b/mlproject.yaml")
    charter = bundle.get(Charter)
    assert charter.problems == ()
    assert charter.text("project", "name") == "b"
    assert charter.text("project", "owner") == "@acme/retention-ml"
    assert charter.at("project", "owner").path == "shared/base.yaml"
    assert charter.text("team", "sme", "review_in") == "//shared/docs/r.md"
    loop = MINIMAL + "extends: mlproject.yaml\n"
    assert "in a circle (mlproject.yaml -> mlproject.yaml)" in only(read(loop))[1]
    two = facts({"mlproject.yaml": MINIMAL + "extends: b.yaml\n", "b.yaml": MINIMAL + "extends: mlproject.yaml\n"}).get(
        Charter
    )
    assert "in a circle" in only(two)[1]
    assert "there is no charter 'x.yaml'" in only(read(MINIMAL + "extends: x.yaml\n"))[1]


def test_levels() -> None:
    assert changed("stage: exploration", "stage: exploration\n  target_level: 2").target_level == 2
    assert changed("stage: exploration", "stage: production\n  target_level: 1").target_level == 3
    assert changed("stage: exploration", "stage: nonsense").target_level == 1


def test_messages_are_bounded_and_without_patterns() -> None:
    long = "y" * 5000
    for old in (
        "exploration",
        "2026-11-20",
        "0.60",
        "available",
        "binary-classification",
        "metrics/eval.json#/test/recall",
        "dvc",
        "churn.serving:log_prediction",
    ):
        for problem in changed(old, long).problems:
            assert len(problem.message) < 250
            assert "[0-9]" not in problem.message + problem.help
            assert "(?" not in problem.message + problem.help


def test_schema_is_helpful_and_cheap() -> None:
    schema = load_schema("mlproject")
    jsonschema.Draft202012Validator.check_schema(schema)
    text = json.dumps(schema)
    assert "uniqueItems" not in text
    for pattern in re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', text):
        assert not re.search(r"[*+]\)[*+?]", pattern)
    _described(schema, "")


def _described(schema: Any, route: str) -> None:
    if isinstance(schema, dict):
        for name, field in schema.get("properties", {}).items():
            if not set(field) <= {"required"}:
                assert {"title", "description", "examples"} <= set(field), f"{route}.{name}"
        if schema.get("type") == "array":
            assert "maxItems" in schema, route
        if schema.get("type") == "string":
            assert "maxLength" in schema, route
        for key, inner in schema.items():
            if key not in ("examples", "required", "enum"):
                _described(inner, f"{route}.{key}")
    elif isinstance(schema, list):
        for inner in schema:
            _described(inner, route)


def oracle() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(load_schema("mlproject"), format_checker=jsonschema.FormatChecker())


def _routes(value: Any, route: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [route, *(deep for key, inner in items for deep in _routes(inner, (*route, key)))]


def _mutate(charter: dict[str, Any], chance: random.Random) -> None:
    route = chance.choice([route for route in _routes(charter) if route])
    parent: Any = charter
    for step in route[:-1]:
        parent = parent[step]
    kind = chance.randrange(4)
    if kind == 0:
        del parent[route[-1]]
    elif kind == 1 and isinstance(parent, dict):
        parent[chance.choice(["x-free", "zzz", "target", "path"])] = "new"
    else:
        values = [
            "words",
            "a b",
            "src/a.py::f",
            7,
            0.5,
            -1,
            True,
            [],
            {},
            ["a"],
            {"status": "none"},
            "",
            "2026-01-01",
            "30d",
            "dvc",
            None,
            [[1]],
            {"name": "x"},
        ]
        parent[route[-1]] = copy.deepcopy(chance.choice(values))


def _counts(error: jsonschema.ValidationError) -> bool:
    """Whether the walker reports what the oracle says, apart from what other checks report."""
    path = list(error.absolute_path)
    if error.validator == "required" and path in ([], ["goal"]):
        missing = next(name for name in error.validator_value if f"'{name}' is" in error.message)
        return missing not in ABSENT_HAS_ITS_CHECK
    return not (error.validator == "anyOf" and not path)


def _is_number_for_text(error: jsonschema.ValidationError) -> bool:
    """An unquoted number in a text field is text to the walker, and a number to the oracle."""
    here = isinstance(error.instance, int | float) and error.validator != "enum" and "string" in kinds(error.schema)
    return here or any(_is_number_for_text(inner) for inner in error.context or ())


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(EXAMPLES)), st.integers(0, 10**9), st.integers(1, 3))
def test_walker_agrees_with_jsonschema(name: str, seed: int, count: int) -> None:
    document = plain(parse_yaml(EXAMPLES[name].encode()))
    chance = random.Random(seed)
    for _ in range(count):
        _mutate(document, chance)
    errors = [error for error in oracle().iter_errors(document) if _counts(error)]
    assume(not any(_is_number_for_text(error) for error in errors))
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
    bundle = facts({"mlproject.yaml": text})
    if not document:
        return
    problems = [p for p in bundle.get(Charter).problems if "undecided" not in p.message]
    assert bool(problems) == bool(errors), (problems, [(e.json_path, e.message[:200]) for e in errors], text)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(EXAMPLES)), st.data())
def test_any_damage_gives_problems_not_tracebacks(name: str, data: st.DataObject) -> None:
    text = EXAMPLES[name].encode()
    at = data.draw(st.integers(0, len(text)))
    piece = data.draw(
        st.sampled_from(
            [
                b"@",
                b"\t",
                b'"',
                b"'",
                b"[",
                b"{",
                b": ",
                b"\n",
                b"*a ",
                b"&a ",
                b"!t ",
                b"#",
                b"|",
                b">",
                b"%",
                b"- ",
                b"\xff",
                b"\x00",
                b"? ",
                b"---\n",
            ]
        )
    )
    cut = data.draw(st.integers(0, 5))
    bundle = facts({"mlproject.yaml": text[:at] + piece + text[at + cut :]})
    assert bundle.get(CharterFile).present
    charter = bundle.get(Charter)
    for problem in charter.problems:
        assert problem.message
        assert problem.at.line >= 1
    for route in [("metric", "target"), ("data", "sources", 0, "path"), ("tests",)]:
        charter.at(*route)
        with contextlib.suppress(Unavailable):
            charter.get(*route)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    bundle = facts({"mlproject.yaml": data})
    file = bundle.get(CharterFile)
    try:
        charter = bundle.get(Charter)
    except Unavailable:
        assert file.error is not None
    else:
        assert charter.problems
