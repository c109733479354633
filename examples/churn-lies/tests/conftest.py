import pandas as pd
import pytest
from make_customers import customers

from churn.params import load_params
from churn.prepare import prepare
from churn.split import by_month
from churn.train import fit

TINY = {"seed": 1, "trees": 20, "max_depth": 4, "min_samples_leaf": 5}


@pytest.fixture(scope="session")
def regions():
    return pd.read_csv("data/regions.csv")


@pytest.fixture(scope="session")
def rows(regions):
    return prepare(customers(1500, seed=5), regions)


@pytest.fixture(scope="session")
def parts(rows):
    return by_month(rows, load_params()["split"]["test_months"])


@pytest.fixture(scope="session")
def model(parts):
    return fit(parts[0], TINY)


@pytest.fixture
def quiet(tmp_path, monkeypatch):
    """What monitoring writes goes to a folder of the test."""
    monkeypatch.setattr("churn.monitoring.log_prediction.__defaults__", (tmp_path / "predictions.jsonl",))
    monkeypatch.setattr("churn.monitoring.emit.__defaults__", (tmp_path / "churn.prom",))
    return tmp_path
