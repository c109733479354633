"""The knowledge tables: valid, free of contradictions, and true of the libraries that are installed."""

from __future__ import annotations

import gettext
import importlib
import importlib.util
import io
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import audit
from mlops_lint import knowledge
from mlops_lint.errors import PluginError
from mlops_lint.facts.inject import Facts, Providers
from mlops_lint.facts.project.knowledge import Knowledge, Metric, Metrics
from mlops_lint.facts.project.knowledge import knowledge as knowledge_fact
from mlops_lint.facts.project.knowledge import metrics as metrics_fact
from mlops_lint.knowledge import compiling, merging
from mlops_lint.knowledge.spelling import plain, readings

ROOT = Path(__file__).parent.parent
SCHEMA = ROOT / "schemas" / "mlops_lint_schemas" / "knowledge.schema.json"


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    return knowledge.builtin()


@pytest.fixture(scope="module")
def metrics() -> Metrics:
    return Facts(Providers([metrics_fact, knowledge_fact]), {}).get(Metrics)


@pytest.fixture(scope="module")
def known() -> Knowledge:
    return Facts(Providers([metrics_fact, knowledge_fact]), {}).get(Knowledge)


def hook() -> Any:
    pytest.importorskip("hatchling")
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for key, inner in value.items() for text in [str(key), *strings(inner)]]
    if isinstance(value, list):
        return [text for inner in value for text in strings(inner)]
    return [value] if isinstance(value, str) else []


def test_every_table_fits_the_schema(tables: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    faults = [
        f"{list(error.absolute_path)}: {error.message[:200]}"
        for error in jsonschema.Draft202012Validator(schema).iter_errors(tables)
    ]
    assert faults == []
    assert set(tables) == set(schema["properties"])


def test_no_table_repeats_a_key() -> None:
    for path in compiling.sources(knowledge.FOLDER):
        node = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
        stack = [node]
        while stack:
            one = stack.pop()
            if isinstance(one, yaml.MappingNode):
                keys = [key.value for key, _ in one.value]
                assert len(keys) == len(set(keys)), (path.name, one.start_mark.line + 1)
                stack.extend(value for _, value in one.value)
            elif isinstance(one, yaml.SequenceNode):
                stack.extend(one.value)


def test_no_alias_belongs_to_two_metrics(tables: dict[str, Any]) -> None:
    owners: dict[str, str] = {}
    for name, row in tables["metrics"].items():
        for alias in (name, *row.get("aliases", ())):
            assert owners.setdefault(plain(alias), name) == name, alias


def test_no_alias_belongs_to_two_explainers(tables: dict[str, Any]) -> None:
    owners: dict[str, str] = {}
    for name, row in tables["explainers"].items():
        for alias in (name, *row.get("aliases", ())):
            assert owners.setdefault(plain(alias), name) == name, alias


def test_no_brace_is_left(tables: dict[str, Any]) -> None:
    assert [text for text in strings(tables) if "{" in text or "}" in text] == []


def test_no_canonical_name_stands_in_two_rows(tables: dict[str, Any]) -> None:
    for name, field in (("fits", "names"), ("readers", "calls"), ("writers", "calls")):
        owners: dict[str, str] = {}
        for key, row in tables[name].items():
            for call in row[field]:
                assert owners.setdefault(call, key) == key, (name, call)


def test_scikit_learn_names_exist(tables: dict[str, Any]) -> None:
    pytest.importorskip("sklearn")
    gone = {"sklearn.cross_validation.train_test_split", "sklearn.inspection.plot_partial_dependence"}
    names = {text.partition("(")[0] for text in strings(tables) if text.startswith("sklearn.")} - gone
    assert [name for name in sorted(names) if not _exists(name)] == []


def test_scikit_learn_scoring_strings_exist(metrics: Metrics) -> None:
    sklearn_metrics = pytest.importorskip("sklearn.metrics")
    real = set(sklearn_metrics.get_scorer_names())
    known = {text for metric in metrics.all for text in metric.strings.get("sklearn", ())}
    assert known - real <= {"max_error", "neg_max_error"}  # renamed between releases


def _exists(dotted: str) -> bool:
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for part in parts[cut:]:
            try:
                found = getattr(found, part, None)  # type: ignore[assignment]  # from modules down to functions
            except ImportError:  # exists, behind an experimental switch
                return True
            if found is None:
                return False
        return True
    return False


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("F1-Score", "f1"),
        ("macro f1", "f1"),
        ("f1_macro", "f1"),
        ("test_f1", "f1"),
        ("val/AUC", None),
        ("ROC AUC", "roc_auc"),
        ("AUROC", "roc_auc"),
        ("RMSE", "rmse"),
        ("recall", "recall"),
        ("recall@10", "recall_at_k"),
        ("Recall at 10", "recall_at_k"),
        ("ndcg@5", "ndcg"),
        ("NDCG", "ndcg"),
        ("top-5 accuracy", "top_k_accuracy"),
        ("accuracy", "accuracy"),
        ("pass@1", "pass_at_k"),
        ("mAP", "map_detection"),
        ("mAP@0.5", "map_detection"),
        ("map@10", "map_ranking"),
        ("재현율", "recall"),
        ("churn_saved_euros", None),
        ("", None),
    ],
)
def test_names_are_read_in_any_spelling(metrics: Metrics, written: str, name: str | None) -> None:
    found = metrics.get(written)
    assert (found.name if found else None) == name


def test_a_name_keeps_its_cut_off_average_and_split(metrics: Metrics) -> None:
    found = metrics.read("recall@10")
    assert found is not None
    assert found[1].k == 10
    found = metrics.read("test macro F1")
    assert found is not None
    assert (found[1].average, found[1].split) == ("macro", "test")
    found = metrics.read("weighted kappa")  # a name of its own, no weighted average of kappa
    assert found is not None
    assert found[1].average is None


def test_near_names(metrics: Metrics) -> None:
    assert metrics.near("acuracy")[0] == "accuracy"
    assert metrics.near("zzzzzz") == []


def test_metrics_know_their_calls(metrics: Metrics) -> None:
    assert [m.name for m in metrics.computed_by("sklearn.metrics.f1_score")] == ["dice", "f1"]
    assert "keras.metrics.AUC" in _get(metrics, "auc").callables
    assert "tensorflow.keras.metrics.AUC" in _get(metrics, "auc").callables
    assert [m.name for m in metrics.of_string("sklearn", "neg_root_mean_squared_error")] == ["rmse"]
    assert not _get(metrics, "rmse").suits("binary-classification")
    assert _get(metrics, "rmse").suits("other")
    assert not _get(metrics, "f1").plausible(1.4)
    assert _get(metrics, "r2").plausible(-3)
    assert len(metrics.all) >= 50


def _get(metrics: Metrics, name: str) -> Metric:
    found = metrics.get(name)
    assert found is not None
    return found


def test_the_other_tables_as_facts(known: Knowledge) -> None:
    shap = known.explainer("SHAP values")
    assert shap is not None
    assert not shap.explains("shap.TreeExplainer", "neural")
    assert shap.explains("shap.Explainer", "neural")
    assert shap.explains("shap.TreeExplainer", "")
    forest = known.estimators["sklearn.ensemble.RandomForestClassifier"]
    assert (forest.supervised, forest.family, forest.random, forest.target) == (True, "tree", True, (1, "y"))
    assert known.estimators["sklearn.linear_model.LogisticRegression"].random == {
        "solver": ("sag", "saga", "liblinear")
    }
    assert known.splits["sklearn.model_selection.train_test_split"].get("returns") == "alternating"
    assert known.readers["pandas.read_csv"].path == (0, "filepath_or_buffer")
    assert known.writers["json.dump"].object == (0, "obj")
    assert known.writer_methods["to_csv"].receiver == "object"
    assert "numpy" in known.seeds["numpy.random.seed"].get("scopes")
    assert "random_state" in known.seed_parameters
    assert "mlflow.register_model" in known.calls("trackers", "register")


@given(st.text(max_size=40))
def test_any_text_can_be_read_as_a_name(text: str) -> None:
    assert readings(text)[0].base == plain(text)


def test_braces_multiply() -> None:
    assert compiling.braces("a.{b,c}{,d}") == ["a.b", "a.bd", "a.c", "a.cd"]
    assert compiling.braces("a.{b.{c,d},e}") == ["a.b.c", "a.e", "a.b.d", "a.e"]


def test_the_compiled_form_is_used_only_while_it_is_true(tmp_path: Path) -> None:
    (tmp_path / "modules.yaml").write_text("keras: {also: [tf_keras]}\n")
    (tmp_path / "seeds.yaml").write_text("one: {scopes: [], calls: [keras.a]}\n")
    target = tmp_path / "compiled.json"
    target.write_text(compiling.dump(tmp_path))
    assert compiling.dump(tmp_path) == target.read_text()
    assert knowledge.builtin(tmp_path)["seeds"]["one"]["calls"] == ["keras.a", "tf_keras.a"]
    (tmp_path / "seeds.yaml").write_text("one: {scopes: [], calls: [b]}\n")
    assert knowledge.builtin(tmp_path)["seeds"]["one"]["calls"] == ["b"]
    for source in compiling.sources(tmp_path):
        source.unlink()
    assert knowledge.builtin(tmp_path)["seeds"]["one"]["calls"] == ["keras.a", "tf_keras.a"]


def test_a_pack_adds_rows_and_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tables: dict[str, Any]) -> None:
    package = tmp_path / "acme_tables"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "metrics.yaml").write_text("f1: {calls: ['acme.{f1,f2}']}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    audit.also_installed.append(str(tmp_path))
    read = merging.read_pack("acme", "acme_tables", tables["modules"])
    merged = {name: dict(rows) for name, rows in tables.items()}
    merging.merge(merged, "metrics", read["metrics"], "acme")
    assert merged["metrics"]["f1"]["calls"][-2:] == ["acme.f1", "acme.f2"]
    assert "acme.f1" not in tables["metrics"]["f1"]["calls"]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("metrics", {"f1": {"direction": "minimize"}}),
        ("metrics", {"f1": {"range": [0, 2]}}),
        ("metrics", {"acme": {"aliases": ["AUROC"], "direction": "maximize"}}),
        ("nothing", {}),
    ],
)
def test_a_pack_that_contradicts_is_named(tables: dict[str, Any], name: str, rows: dict[str, Any]) -> None:
    merged = {key: dict(table) for key, table in tables.items()}
    with pytest.raises(PluginError, match="acme"):
        merging.merge(merged, name, rows, "acme")


def test_a_pack_that_is_missing_is_named(tables: dict[str, Any]) -> None:
    with pytest.raises(PluginError, match="acme"):
        merging.read_pack("acme", "acme_has_no_such_package", tables["modules"])


def test_catalogues_are_what_gettext_reads() -> None:
    po = (
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=n != 1;\\n"\n\n'
        'msgid "a"\nmsgstr "가"\n\nmsgid "long "\n"one"\nmsgstr "x\\n"\n"y"\n\n#, fuzzy\nmsgid "b"\nmsgstr "c"\n\n'
        'msgid "d"\nmsgstr ""\n\nmsgid "%d row"\nmsgid_plural "%d rows"\nmsgstr[0] "r"\nmsgstr[1] "rr"\n\n'
        'msgctxt "menu"\nmsgid "a"\nmsgstr "z"\n'
    )
    build = hook()
    found = gettext.GNUTranslations(io.BytesIO(build.machine_object(build.parse_po(po))))
    assert [found.gettext(text) for text in ("a", "long one", "b", "d")] == ["가", "x\ny", "b", "d"]
    assert found.ngettext("%d row", "%d rows", 2) == "rr"
    assert found.pgettext("menu", "a") == "z"


def test_the_wheel_holds_the_compiled_tables(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    project = tmp_path / "project"
    project.mkdir()
    for name in ("src", "checks", "schemas"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__", "compiled.json"))
    shutil.copy(ROOT / "hatch_build.py", project)
    # The metadata files (README, LICENSE) are not what is under test.
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    (project / "pyproject.toml").write_text(text, "utf-8")
    (project / "README.md").write_text("")
    (project / "LICENSE").write_text("")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        compiled = json.loads(wheel.read("mlops_lint/knowledge/compiled.json"))
    assert compiled["tables"] == compiling.compile_folder(knowledge.FOLDER)
