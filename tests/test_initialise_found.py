"""Drafts hold what a repository writes, records, runs and tells, where that is sure."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from test_initialise import FILES, charter, composed

HOUSES = """import joblib
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import mean_absolute_error

MODEL = "models/price.joblib"


def main(x, y):
    model = GradientBoostingRegressor(random_state=0).fit(x, y)
    print(mean_absolute_error(y, model.predict(x)))
    joblib.dump(model, MODEL)


if __name__ == "__main__":
    main([], [])
"""


def houses(**changed: str) -> Any:
    files: dict[str, str | bytes] = {
        "src/train.py": HOUSES,
        "metrics/eval.json": '{"mae": 12.5, "baseline_mae": 40.1}',
        "Makefile": "train:\n\tpython src/train.py\n\ntest:\n\tpytest\n",
        "README.md": "# Houses\n\nThe target is an MAE below 15, against a baseline of 40.\n",
    }
    return yaml.safe_load(composed({**files, **changed}))


def test_what_is_written_recorded_run_and_told_is_drafted() -> None:
    made = houses()
    assert made["baseline"] == {"kind": "heuristic", "recorded_in": "metrics/eval.json#/baseline_mae"}
    assert made["metric"]["recorded_in"] == "metrics/eval.json#/mae"
    assert made["metric"]["target"] == 15
    assert (made["model"]["path"], made["model"]["versioned_with"]) == ("models/price.joblib", "none")
    assert made["model"]["pipeline"] == "Makefile"
    routes = {"metric.target", "baseline.recorded_in", "model.path", "model.versioned_with", "model.pipeline"}
    assert routes <= set(made["unconfirmed"])


@pytest.mark.parametrize(
    ("told", "target"),
    [
        ("We must reach a mean absolute error of at most 15.5.", 15.5),
        ("The model reached an MAE below 15.", None),  # a result
        ("The target is an MAE below the baseline of 40.", None),  # somebody else's number
        ("The goal is an MAE above 15.", None),  # the wrong way round
        ("The target is an MAE below 15. For flats the target is an MAE below 9.", None),  # two
        ("The target is `price`; MAE 15 is what we have.", None),
    ],
)
def test_a_target_is_read_only_where_it_is_told_for_sure(told: str, target: float | None) -> None:
    assert houses(**{"README.md": f"# Houses\n\n{told}\n"})["metric"].get("target") == target


def test_a_threshold_is_read_where_it_is_that_of_a_decision() -> None:
    readme = "# Churn\n\nThe decision threshold is 0.35. Drift alerts use a threshold of 0.2.\n"
    assert charter(composed({**FILES, "README.md": readme})).get("metric", "threshold", "value") == 0.35
    assert charter(composed({**FILES, "README.md": "A threshold of 0.2.\n"})).get("metric", "threshold") is None


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"Makefile": "test:\n\tpython src/other.py\n"}, "pipeline"),
        (
            {"src/train.py": HOUSES.replace("joblib.dump(model", "joblib.dump(scaler").replace("price", "scaler")},
            "path",
        ),
    ],
)
def test_what_does_not_train_or_is_no_model_is_not_drafted(changed: dict[str, str], key: str) -> None:
    assert key not in houses(**changed)["model"]


def test_what_only_the_practices_have_seen_is_drafted() -> None:
    files = {
        "tests/test_model.py": "from sklearn.metrics import accuracy_score\n\n\n"
        "def test_forest_beats_tree(tree, forest, rows, truth):\n"
        "    acc_tree = accuracy_score(truth, tree.predict(rows))\n"
        "    acc_forest = accuracy_score(truth, forest.predict(rows))\n"
        "    assert acc_forest > acc_tree\n",
    }
    made = yaml.safe_load(composed(dict(files)))
    assert made["baseline"]["implemented_in"].startswith("tests/test_model.py")
    assert made["baseline"]["kind"] == "simple-model"
