"""Every format, on made-up reports."""

from __future__ import annotations

import ast
import gzip
import json
import re
from dataclasses import replace
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

import mlops_lint
from mlops_lint.errors import UsageError
from mlops_lint.i18n import entries, translations, using
from mlops_lint.model import Location, Outcome, Severity, State
from mlops_lint.report import Options, render
from mlops_lint.report.phrases import outcome_line
from mlops_lint.report.sanitize import width
from mlops_lint.report.sarif import document
from mlops_lint.results import PracticeReport, ProjectReport, Report, RunInfo
from reports import diagnostic, first_report, rich_report

SCHEMAS = resources.files("mlops_lint_schemas")


def lines(report: Report, options: Options | None = None) -> list[str]:
    return render(report, "text", options).split("\n")


def many(severity: Severity, count: int, **extra: bool) -> tuple[object, ...]:
    return tuple(
        diagnostic(message=f"m{number:03}", severity=severity, place=Location("a.py", number + 1), **extra)
        for number in range(count)
    )


def of(*found: object) -> Report:
    return Report("1", RunInfo(), (ProjectReport(".", "p"),), tuple(found))  # type: ignore[arg-type]  # diagnostics


def test_a_finding_shows_both_places_with_their_source() -> None:
    text = render(rich_report(), "text")
    expected = """\
error[BL003] baseline-not-beaten: the declared baseline scores higher than the model
  --> mlproject.yaml:21:16
   |
21 |   recorded_in: metrics/baseline.json#/f1
   |                ^^^^^^^^^^^^^^^^^^^^^^^^^ 0.83 here
  ::: metrics/eval.json:4:9
   |
 4 |   "f1": 0.81,
   |         ^^^^ 0.81 here
   = help: do not ship it, or lower the claim. `mlops-lint rule BL003`
"""
    assert expected in text


def test_carets_stand_below_wide_characters() -> None:
    found = lines(rich_report())
    row = next(number for number, line in enumerate(found) if "train_test_split" in line)
    before = found[row].index("n_test_split(")  # column 14 of the source
    assert found[row + 1].index("^") == width(found[row][:before])


def test_the_last_lines_are_the_verdict() -> None:
    found = lines(rich_report())
    assert found[-4:] == [
        "Level 1 of 4 · Declared · target 2 · capped by BL003 (baseline-not-beaten), a claim that is not true"
        " · held back by MT004 (metric-not-recorded, cannot be told)",
        "1 check passes, 2 fail, 1 cannot be told (MT004), 1 does not apply",
        "the next level is not given yet: 2 of its gates have no check in this version (DA003, MO007)",
        "",
    ]


def test_nothing_to_show_is_no_line() -> None:
    assert render(Report("1", RunInfo(), (ProjectReport(".", "p"),)), "text", Options(quiet=True)) == ""


def test_a_charter_that_cannot_be_read_is_not_missing() -> None:
    report = first_report()
    broken = replace(report.projects[0], outcomes=(Outcome("CH002", State.FAIL),))
    found = diagnostic("CH002", "the charter is empty", Location("mlproject.yaml"))
    text = render(replace(report, projects=(broken,), diagnostics=(found,)), "text")
    assert "The charter (mlproject.yaml) cannot be read. What this repository already shows:" in text
    assert "the charter is empty" in text
    assert "init" not in text


def test_none_of_a_kind_says_of_what() -> None:
    report = first_report()
    project = replace(report.projects[0], practices={"data_versioned": PracticeReport("absent")})
    assert "data        none under DVC, LFS or the like" in render(replace(report, projects=(project,)), "text")


def test_a_first_run_lists_what_is_there() -> None:
    text = render(first_report(), "text")
    assert "No charter yet (mlproject.yaml). What this repository already shows:" in text
    assert "    metric      roc_auc, f1 " in text
    assert "11 tests, none touches data" in text
    assert "error[CH001]" not in text
    assert text.endswith("Level 0 of 4 · 1 error (CH001 charter-missing)\n")


def test_next_steps_are_no_findings() -> None:
    text = render(rich_report(), "text")
    assert "Next steps (1)" in text
    assert "[DE007]" not in text
    assert "DE007" not in render(rich_report(), "concise")
    (project,) = rich_report().projects
    later = replace(
        project, outcomes=(*project.outcomes, Outcome("DE007", State.FAIL)), next_steps=frozenset({"DE007"})
    )
    line = outcome_line(later)
    assert line == f"{outcome_line(project)}, 1 is a next step"


def test_a_level_that_is_not_shown_is_explained() -> None:
    (project,) = rich_report().projects
    text = render(replace(rich_report(), projects=(replace(project, maturity=None),)), "text")
    assert re.search(
        r"No level is shown: \d+ gates were left out by `select` or `ignore` \(CH001, CH002, CH005, …\)", text
    )


def test_sections_collapse_without_verbose() -> None:
    steps = tuple(diagnostic("DE007", f"step {number}", next_step=True) for number in range(9))
    assert "… 4 more with --verbose" in render(of(*steps), "text")
    assert "step 8" in render(of(*steps), "text", Options(verbose=True))


def test_quiet_shows_findings_alone() -> None:
    text = render(rich_report(), "text", Options(quiet=True))
    assert text.startswith("error[BL003]")
    assert "Level" not in text


def test_times_are_shown_only_when_given() -> None:
    assert " s\n" not in lines(rich_report())[0]
    assert lines(rich_report(), Options(elapsed=0.241))[0].endswith("0.24 s")


def test_nothing_wraps_in_a_pipe_and_everything_does_on_a_terminal() -> None:
    assert max(map(len, lines(rich_report()))) > 120
    narrow = lines(rich_report(), Options(width=60))
    assert all(width(line) <= 66 for line in narrow if "|" not in line and "--> " not in line)


def test_colour_only_when_asked() -> None:
    assert "\x1b[" not in render(rich_report(), "text")
    assert "\x1b[31m" in render(rich_report(), "text", Options(color=True))
    assert "\x1b[" not in render(rich_report(), "json", Options(color=True))


def test_a_long_source_line_is_cut_around_its_span() -> None:
    source = "x" * 5000 + "HERE" + "y" * 5000
    report = replace(of(diagnostic(place=Location("a.py", 1, 5001, 1, 5005))), sources={("a.py", None, 1): source})
    row = next(line for line in lines(report) if "HERE" in line)
    assert len(row) < 160
    assert "…x" in row


def test_several_projects_each_have_a_title() -> None:
    report = rich_report()
    other = replace(report.projects[0], path="apps/b", name="b")
    text = render(replace(report, projects=(other, report.projects[0])), "text")
    assert text.index("churn (.)") < text.index("b (apps/b)")
    assert text.endswith("2 projects · 1 error, 1 warning\n")


def test_statistics_count_by_check() -> None:
    assert lines(rich_report(), Options(statistics=True))[0] == "    1  BL003   error    baseline-not-beaten"


def test_evidence_view() -> None:
    text = render(rich_report(), "text", Options(view="evidence"))
    shown, risks = text.index("Shown ("), text.index("Risks shown (")
    assert shown < text.index("has_tests") < risks < text.index("data_leakage") < text.index("Not found (")
    assert text.endswith("4 present, 2 absent, 1 unclear\n")


def test_concise() -> None:
    first = render(rich_report(), "concise").split("\n")[0]
    assert first == "mlproject.yaml:21:16: BL003 the declared baseline scores higher than the model [error]"


@pytest.mark.parametrize("view", ["check", "evidence"])
@pytest.mark.parametrize("make", [rich_report, first_report])
def test_json_keeps_its_schema(make: object, view: str) -> None:
    assert callable(make)
    content = json.loads(render(make(), "json", Options(view=view)))
    schema = json.loads((SCHEMAS / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(content)


def test_json_contract() -> None:
    content = json.loads(render(rich_report(), "json"))
    assert list(content) == ["schema_version", "tool", "run", "findings", "projects", "not_analysed"]
    finding = next(item for item in content["findings"] if item["code"] == "MO101")
    assert finding["location"]["cell"] == 7
    assert finding["fix"] == {"title": "Add `random_state=0`", "safe": True}
    assert content["projects"][0]["maturity"]["capped_by"] == ["BL003"]
    checks = {item["code"]: item for item in content["projects"][0]["checks"]}
    assert checks["MT003"]["grade"] == "linked"
    assert checks["MT003"]["evidence"] == [{"path": "src/eval.py", "line": 31, "column": 5, "message": "f1_score"}]
    assert checks["MN005"]["outcome"] == "not-applicable"


def test_json_does_not_depend_on_the_order_of_findings() -> None:
    report = rich_report()
    assert render(report, "json") == render(replace(report, diagnostics=report.diagnostics[::-1]), "json")


def test_github_shows_ten_of_a_kind_and_counts_the_rest() -> None:
    report = of(*many(Severity.ERROR, 12), *many(Severity.WARNING, 3), *many(Severity.INFO, 11))
    found = render(report, "github").strip().split("\n")
    assert sum(line.startswith("::error ") for line in found) == 10
    assert sum(line.startswith("::notice ") for line in found) == 10
    assert found[-1] == "::notice title=mlops-lint::4 more findings: see the job's log"


def test_github_puts_new_findings_first() -> None:
    report = of(*many(Severity.ERROR, 12, new=False), diagnostic(message="fresh", place=Location("z.py", 9)))
    assert "fresh" in render(report, "github").split("\n")[0]


def test_github_gives_no_end_column_over_several_lines() -> None:
    over = render(of(diagnostic(place=Location("a.py", 1, 2, 3, 4))), "github")
    assert "endLine=3" in over
    assert "endColumn" not in over


def test_sarif_demands() -> None:
    log = json.loads(render(rich_report(), "sarif"))
    run = log["runs"][0]
    assert log["version"] == "2.1.0"
    assert run["automationDetails"]["id"] == "mlops-lint/"
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    for rule in rules.values():
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["markdown"]
        assert rule["properties"]["precision"]
        assert rule["properties"]["problem.severity"]
    assert [code for code, rule in rules.items() if "security-severity" in rule["properties"]] == ["SC001"]
    results = {result["ruleId"]: result for result in run["results"]}
    assert results["BL003"]["codeFlows"]
    assert results["BL003"]["relatedLocations"]
    assert results["SC001"]["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": "our own file"}
    ]
    assert results["MO101"]["fixes"]
    assert results["MO101"]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].isascii()
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == "not analysed: larger than 1 MB"
    for result in run["results"]:
        assert result["partialFingerprints"]["primaryLocationLineHash"]
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_fingerprints_are_unique() -> None:
    twice = of(diagnostic(), diagnostic())
    results = document(twice)["runs"][0]["results"]
    assert len({result["partialFingerprints"]["primaryLocationLineHash"] for result in results}) == 2


def test_sarif_keeps_the_worst_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlops_lint.report.sarif.RESULTS", 3)
    report = of(*many(Severity.WARNING, 4), *many(Severity.ERROR, 2))
    results = json.loads(render(report, "sarif"))["runs"][0]["results"]
    assert [result["level"] for result in results] == ["error", "error", "warning"]


def test_sarif_stays_below_the_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlops_lint.report.sarif.GZIPPED", 2000)
    text = render(of(*many(Severity.ERROR, 200)), "sarif")
    assert len(gzip.compress(text.encode(), 6)) <= 2000


def test_unknown_formats_are_refused() -> None:
    with pytest.raises(UsageError, match="did you mean `sarif`"):
        render(rich_report(), "sariff")


def test_korean() -> None:
    text = render(rich_report(), "text", Options(lang="ko"))
    assert "4단계 중 1단계 · 선언 · 목표 2단계" in text
    assert "위 단계의 관문 2개는 이 버전에 아직 검사가 없습니다(DA003, MO007)." in text
    assert render(rich_report(), "json", Options(lang="ko")) == render(rich_report(), "json")


def phrases() -> set[str]:
    """Every phrase that the reports mark for translation."""
    found = set()
    for file in (Path(mlops_lint.__file__).parent / "report").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "plural"):
                texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                found |= {"\0".join(texts)} if texts else set()
    return found


def test_every_phrase_is_translated() -> None:
    file = resources.files("mlops_lint") / "locale" / "ko" / "LC_MESSAGES" / "mlops_lint.po"
    known = entries(file.read_text(encoding="utf-8"))
    from mlops_lint.report.practices import ADDED, RISKS, ROWS

    labels = {label for label, _ in (*ROWS, *RISKS)} | {text for rows in ADDED.values() for *_, text in rows}
    assert (phrases() | labels) - {key for key, value in known.items() if value} == set()


def test_placeholders_survive_translation() -> None:
    file = resources.files("mlops_lint") / "locale" / "ko" / "LC_MESSAGES" / "mlops_lint.po"
    for phrase, translated in entries(file.read_text(encoding="utf-8")).items():
        for name in ("{n}", "{level}", "{codes}", "{date}", "{text}", "{revision}"):
            assert (name in phrase) == (name in translated), phrase


def test_languages_do_not_leak() -> None:
    with using("ko"):
        pass
    assert render(of(), "concise") == "No findings\n"
    assert translations("xx").gettext("help") == "help"
