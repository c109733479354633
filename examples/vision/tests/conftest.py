import pandas as pd
import pytest
from make_leaves import write
from transformers import ResNetConfig, ResNetModel

from leaves.params import load_params
from leaves.prepare import prepare
from leaves.split import by_plant
from leaves.train import fit

TINY = {"seed": 1, "epochs": 1, "patience": 1, "batch_size": 8, "learning_rate": 0.001, "weight_decay": 0.0}


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    """A folder with photos of twelve plants."""
    folder = tmp_path_factory.mktemp("leaves")
    write(folder / "data", plants=12, seed=5)
    (folder / "data" / "confirmed.csv").write_text("photo,plant,crop,label,predicted,prediction_id\n", "utf-8")
    return folder


@pytest.fixture(autouse=True)
def small_base(monkeypatch):
    """No download: a small encoder with random weights stands in for the base."""
    config = ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic")
    monkeypatch.setattr(ResNetModel, "from_pretrained", lambda *_, **__: ResNetModel(config))


@pytest.fixture
def rows(drawn, monkeypatch):
    monkeypatch.setattr("leaves.photos.FOLDER", drawn / "data" / "photos")
    monkeypatch.setattr("leaves.prepare.FOLDER", drawn / "data" / "photos")
    return prepare(pd.read_csv(drawn / "data" / "photos.csv"), pd.read_csv(drawn / "data" / "confirmed.csv"))


@pytest.fixture
def parts(rows):
    return by_plant(rows, load_params()["split"])


@pytest.fixture
def model(parts):
    return fit(parts[0], parts[1], TINY)
