# ruff: noqa: E501  (a case is one line)
"""Practices about quality: what tests cover, what validates data, what leaks."""

from __future__ import annotations

import pytest

from practised import Files, notebook, practice

READ = "import pandas as pd\nfrom sklearn.preprocessing import StandardScaler, LabelEncoder\nfrom sklearn.model_selection import train_test_split, cross_val_score, KFold\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.pipeline import make_pipeline\nfrom sklearn.metrics import f1_score\ndf = pd.read_csv('houses.csv')\nX, y = df.drop(columns='sold'), df['sold']\n"
SPLIT = "X_train, X_test, y_train, y_test = train_test_split(X, y)\n"
SCORE = "m = LogisticRegression().fit(X_train, y_train)\nprint(f1_score(y_test, m.predict(X_test)))\n"
HELPER = "def prepare(path):\n    rows = pd.read_csv(path)\n    scaler = StandardScaler()\n    values = scaler.fit_transform(rows[['a']])\n    return values, rows['sold']\n"
CENSUS = "def process(rows, training=True, encoder=None):\n    if training is True:\n        encoder = StandardScaler()\n        rows = encoder.fit_transform(rows)\n    else:\n        rows = encoder.transform(rows)\n    return rows, encoder\n"

LEAKS: dict[str, str] = {
    "scaler on all rows": "X = StandardScaler().fit_transform(X)\n" + SPLIT + SCORE,
    "fit, then transform": "s = StandardScaler()\ns.fit(X)\n" + SPLIT + "X_train, X_test = s.transform(X_train), s.transform(X_test)\n" + SCORE,
    "label encoder in a loop": "for c in ['city', 'kind']:\n    X[c] = LabelEncoder().fit_transform(X[c])\n" + SPLIT + SCORE,
    "encoder given to apply": "X = X.apply(LabelEncoder().fit_transform)\n" + SPLIT + SCORE,
    "refitted on the held-out part": SPLIT + "s = StandardScaler()\nX_train = s.fit_transform(X_train)\nX_test = s.fit_transform(X_test)\n" + SCORE,
    "mean fill": "X['area'] = X['area'].fillna(X['area'].mean())\n" + SPLIT + SCORE,
    "mean fill in place": "X['area'].fillna(X['area'].median(), inplace=True)\n" + SPLIT + SCORE,
    "z-score by hand": "X = (X - X.mean()) / X.std()\n" + SPLIT + SCORE,
    "oversampling": "from imblearn.over_sampling import SMOTE\nX, y = SMOTE().fit_resample(X, y)\n" + SPLIT + SCORE,
    "selection": "from sklearn.feature_selection import SelectKBest\nX = SelectKBest(k=3).fit_transform(X, y)\n" + SPLIT + SCORE,
    "chosen by relevance": "from sklearn.feature_selection import mutual_info_classif\nprint(mutual_info_classif(X, y))\nX = X[['area', 'age']]\n" + SPLIT + SCORE,
    "cross-validated": "X = StandardScaler().fit_transform(X)\nprint(cross_val_score(LogisticRegression(), X, y))\n",
    "folds": "X = StandardScaler().fit_transform(X)\nfor a, b in KFold(5).split(X):\n    m = LogisticRegression().fit(X[a], y[a])\n    print(f1_score(y[b], m.predict(X[b])))\n",
    "cut by position": "X = StandardScaler().fit_transform(X)\nn = 100\nX_train, X_test = X[:n], X[n:]\ny_train, y_test = y[:n], y[n:]\n" + SCORE,
    "in a helper": "def prepare(rows):\n    return StandardScaler().fit_transform(rows)\nX = prepare(X)\n" + SPLIT + SCORE,
    "helper for each file": HELPER + "X_train, y_train = prepare('train.csv')\nX_test, y_test = prepare('test.csv')\n" + SCORE,
    "words of all texts": "from keras.preprocessing.text import Tokenizer\nfrom keras.models import Sequential\nt = Tokenizer()\nt.fit_on_texts(df['text'])\ndata = t.texts_to_sequences(df['text'])\nmodel = Sequential()\nmodel.fit(data, y, validation_split=0.2)\n",
    "held-out rows joined again": SPLIT + "s = StandardScaler()\ns.fit(pd.concat([X_train, X_test]))\nX_test = s.transform(X_test)\n" + SCORE,
}  # fmt: skip
CLEAN: dict[str, str] = {
    "fitted on the training part": SPLIT + "s = StandardScaler()\nX_train = s.fit_transform(X_train)\nX_test = s.transform(X_test)\n" + SCORE,
    "in a pipeline": "m = make_pipeline(StandardScaler(), LogisticRegression())\nprint(cross_val_score(m, X, y))\n",
    "constant fill": "X = X.fillna(-1)\n" + SPLIT + SCORE,
    "dummies": "X = pd.get_dummies(X)\n" + SPLIT + SCORE,
    "fitted on a slice": "train = X[:100]\ns = StandardScaler()\ns.fit(train)\nX = s.transform(X)\nX_train, X_test = X[:100], X[100:]\ny_train, y_test = y[:100], y[100:]\n" + SCORE,
    "refitted after the evaluation": SPLIT + SCORE + "s = StandardScaler()\nlast = LogisticRegression().fit(s.fit_transform(X), y)\n",
    "a helper that knows": CENSUS + SPLIT + "X_train, e = process(X_train)\nX_test, e = process(X_test, training=False, encoder=e)\n" + SCORE,
    "only shown": "shown = StandardScaler().fit_transform(X)\nprint(shown.mean())\nprint(X['area'].mean())\n" + SPLIT + SCORE,
    "oversampled after the split": "from imblearn.over_sampling import SMOTE\n" + SPLIT + "X_train, y_train = SMOTE().fit_resample(X_train, y_train)\n" + SCORE,
    "a mask by the mean": "X['large'] = X['area'] > 3\nX = X[X['area'] < X['area'].mean()]\n" + SPLIT + SCORE,
    "nothing is scored": "X = StandardScaler().fit_transform(X)\n" + SPLIT + "LogisticRegression().fit(X_train, y_train)\n",
    "folds fitted within": "for a, b in KFold(5).split(X):\n    s = StandardScaler()\n    m = LogisticRegression().fit(s.fit_transform(X.iloc[a]), y[a])\n    print(f1_score(y[b], m.predict(s.transform(X.iloc[b]))))\n",
    "days since the last": "X['days'] = X['day'].max() - X['day']\n" + SPLIT + SCORE,
    "one image at a time": "import numpy as np\nfrom glob import glob\ndef load(path):\n    image = np.load(path)\n    return (image - image.mean()) / image.std()\nX = np.array([load(p) for p in glob('*.npy')])\n" + SPLIT + SCORE,
}  # fmt: skip


@pytest.mark.parametrize("name", LEAKS)
def test_leaks(name: str) -> None:
    found = practice("data_leakage", {"t.py": READ + LEAKS[name]})
    assert found.state == "present", found
    assert all(shown.at is not None and shown.at.path == "t.py" for shown in found.shown)


@pytest.mark.parametrize("name", CLEAN)
def test_does_not_leak(name: str) -> None:
    found = practice("data_leakage", {"t.py": READ + CLEAN[name]})
    assert found.state == "absent", found


def test_cells_run_in_order() -> None:
    found = practice(
        "data_leakage", {"n.ipynb": notebook(READ, "X = StandardScaler().fit_transform(X)\n", SPLIT, SCORE)}
    )
    assert [(shown.at.cell, shown.at.line) for shown in found.shown if shown.at] == [(2, 1)]
    late = notebook(READ, SPLIT, SCORE, "X = StandardScaler().fit_transform(X)\n")
    assert practice("data_leakage", {"n.ipynb": late}).state == "absent"


def test_stages_hand_files_on() -> None:
    first = READ + "df['area'] = StandardScaler().fit_transform(df[['area']])\ndf.to_csv('work/ready.csv')\n"
    second = READ.replace("houses.csv", "work/ready.csv") + SPLIT + SCORE
    assert practice("data_leakage", {"a.py": first, "b.py": second}).state == "present"


def test_functions_across_files() -> None:
    prepare = "from sklearn.preprocessing import MinMaxScaler\ndef scale(rows):\n    return MinMaxScaler().fit_transform(rows)\n"
    train = "from prepare import scale\n" + READ + "X = scale(X)\n" + SPLIT + SCORE
    found = practice("data_leakage", {"prepare.py": prepare, "t.py": train})
    assert [shown.at.path for shown in found.shown if shown.at] == ["prepare.py"]


def test_code_that_nobody_calls_leaks_nothing() -> None:
    body = "".join(f"    {line}\n" for line in (LEAKS["scaler on all rows"]).rstrip().split("\n"))
    head = READ.partition("df =")[0]
    assert (
        practice("data_leakage", {"t.py": head + "def unused(X, y):\n" + body + "print(f1_score([1], [1]))\n"}).state
        == "absent"
    )


PREP = "import pandas as pd\ndef clean_rows(df):\n    return df.dropna()\ndef load_config(path):\n    return {'a': 1}\n"
MODEL = "from sklearn.linear_model import LogisticRegression\ndef train_model(X, y):\n    return LogisticRegression().fit(X, y)\ndef predict(model, X):\n    return model.predict(X)\n"
NET = "import torch\nclass Net(torch.nn.Module):\n    def forward(self, x):\n        return x\n"
PRESENT: list[tuple[str, Files]] = [
    ("tests_cover_data", {"prep.py": PREP, "tests/test_prep.py": "import pandas as pd\nfrom prep import clean_rows\ndef test_clean():\n    out = clean_rows(pd.DataFrame({'a': [1, None]}))\n    assert len(out) == 1\n"}),
    ("tests_cover_data", {"a.py": "x = 1\n", "data/t.csv": "a,b\n1,2\n", "tests/test_data.py": "import pandas as pd\nimport pytest\nimport a\n@pytest.fixture\ndef rows():\n    return pd.read_csv('data/t.csv')\ndef test_columns(rows):\n    assert list(rows.columns) == ['a', 'b']\n"}),
    ("tests_cover_data", {"prep.py": PREP, "tests/test_prep.py": "import pandas as pd\nimport pytest\nfrom prep import clean_rows\ndef test_clean():\n    with pytest.raises(KeyError):\n        clean_rows(pd.DataFrame())\n"}),
    ("tests_cover_data", {"prep.py": PREP, "tests/test_prep.py": "import pandas as pd\nfrom prep import clean_rows\ndef check(out):\n    assert out['a'].tolist() == [1]\ndef test_clean():\n    check(clean_rows(pd.DataFrame({'a': [1]})))\n"}),
    ("tests_cover_data", {"src/pkg/nodes.py": "import pandas as pd\ndef split_data(data: pd.DataFrame):\n    return data[:1], data[1:]\n", "tests/test_nodes.py": "import pandas as pd\nfrom other_name.nodes import split_data\ndef test_split():\n    left, right = split_data(pd.DataFrame({'a': [1, 2]}))\n    assert len(left) == 1\n"}),
    ("tests_cover_model", {"model.py": MODEL, "tests/test_model.py": "from model import train_model\ndef test_predicts():\n    m = train_model([[0], [1]], [0, 1])\n    assert m.predict([[1]])[0] == 1\n"}),
    ("tests_cover_model", {"net.py": NET, "tests/test_net.py": "import pytest\nimport torch\nfrom net import Net\n@pytest.fixture\ndef net():\n    return Net()\ndef test_shape(net):\n    out = net(torch.zeros(2, 3))\n    assert out.shape[0] == 2\n"}),
    ("tests_cover_model", {"api.py": "from fastapi import FastAPI\napp = FastAPI()\n@app.post('/predict')\ndef predict():\n    return {'label': 1}\n", "tests/test_api.py": "from fastapi.testclient import TestClient\nfrom api import app\nclient = TestClient(app)\ndef test_predict():\n    answer = client.post('/predict', json={'age': 3})\n    assert answer.json() == {'label': 1}\n"}),
    ("tests_cover_model", {"net.py": NET + "def load(name):\n    return Net(), len\n", "tests/test_net.py": "import net\ndef test_same():\n    a_model, size = net.load('a')\n    out = a_model([1])\n    assert out == [1]\n"}),
    ("data_validation", {"c.py": "import pandera as pa\nimport pandas as pd\nschema = pa.DataFrameSchema({'a': pa.Column(int)})\nschema.validate(pd.read_csv('x.csv'))\n"}),
    ("data_validation", {"c.py": "import pandera as pa\nclass Rows(pa.DataFrameModel):\n    a: int\ndef load(rows):\n    return Rows.validate(rows)\nload(1)\n"}),
    ("data_validation", {"c.py": "from tfx.components import ExampleValidator\nExampleValidator(statistics=1, schema=2)\n"}),
    ("data_validation", {"c.py": "import pandas as pd\nREQUIRED = ['a', 'b']\ndef check(rows):\n    missing = [c for c in REQUIRED if c not in rows.columns]\n    if missing:\n        raise ValueError(missing)\ncheck(pd.read_csv('x.csv'))\n"}),
    ("data_validation", {"c.py": "import pandas as pd\nrows = pd.read_csv('x.csv')\nif rows.isnull().values.any():\n    raise ValueError('nulls')\n"}),
    ("data_validation", {"a.py": "x = 1\n", "tests/test_data.py": "import great_expectations as ge\nimport pandas as pd\nimport a\ndef test_rows():\n    rows = ge.dataset.PandasDataset(pd.read_csv('x.csv'))\n    rows.expect_column_values_to_not_be_null('a')\n    assert rows.validate()['success']\n"}),
    ("data_validation", {"a.py": "x = 1\n", "tests/test_data.py": "import pandas as pd\nimport a\ndef has_no_nulls(rows):\n    return not rows.isnull().values.any()\ndef test_missing():\n    rows = pd.read_csv('data/x.csv')\n    assert has_no_nulls(rows)\n"}),
    ("tests_cover_data", {"talk/__init__.py": "", "talk/features/__init__.py": "", "talk/features/links.py": "from parts import matching\nall_links = matching('href')\n", "tests/test_links.py": "from parts import solve\nfrom talk.features import links\ndef test_links():\n    assert solve(links.all_links, 'a href') == 1\n"}),
    ("tests_cover_data", {"talk/__init__.py": "", "talk/features.py": "from parts import matching\nall_links = matching('href')\n", "tests/test_links.py": "from parts import solve\nfrom talk.features import all_links\ndef test_links():\n    assert solve(all_links, 'a href') == 1\n"}),
    ("tests_cover_data", {"talk/__init__.py": "", "talk/extractors/__init__.py": "", "talk/extractors/page.py": "class Extractor:\n    def extract(self, page):\n        return page.split()\n", "tests/test_page.py": "from talk.extractors.page import Extractor\ndef test_page():\n    assert Extractor().extract('a b') == ['a', 'b']\n"}),
    ("data_validation", {"shop/dbt_project.yml": "name: shop\n", "shop/models/marts/rows.yml": "version: 2\nmodels:\n  - name: rows\n    columns:\n      - name: id\n        tests:\n          - not_null\n          - unique\n", "a.py": "x = 1\n"}),
    ("data_validation", {"dbt_project.yml": "name: shop\n", "models/src.yml": "sources:\n  - name: raw\n    tables:\n      - name: rows\n        columns:\n          - name: kind\n            data_tests:\n              - accepted_values: {values: [a, b]}\n", "a.py": "x = 1\n"}),
    ("data_validation", {"definitions/rows.sqlx": "config {\n  type: \"table\",\n  assertions: {\n    nonNull: [\"id\"]\n  }\n}\nselect 1\n", "a.py": "x = 1\n"}),
    ("data_validation", {"checks.yml": "checks for rows:\n  - missing_count(id) = 0\n", "a.py": "x = 1\n"}),
]  # fmt: skip
NOT_PRESENT: list[tuple[str, Files]] = [
    ("tests_cover_data", {"prep.py": PREP, "tests/test_prep.py": "from prep import load_config\ndef test_config():\n    assert load_config('x')['a'] == 1\n"}),
    ("tests_cover_data", {"prep.py": PREP, "tests/test_prep.py": "import pandas as pd\nfrom prep import clean_rows\ndef test_clean():\n    clean_rows(pd.DataFrame())\n"}),
    ("tests_cover_data", {"prep.py": PREP, "tests/test_prep.py": "import prep\nfrom prep import clean_rows\ndef test_clean():\n    assert callable(clean_rows)\n    assert hasattr(prep, 'clean_rows')\n"}),
    ("tests_cover_model", {"model.py": MODEL, "tests/test_model.py": "from model import train_model\ndef test_model():\n    m = train_model([[0], [1]], [0, 1])\n    assert hasattr(m, 'predict')\n"}),
    ("tests_cover_model", {"model.py": MODEL, "tests/test_model.py": "from model import predict\nclass Steady:\n    def predict(self, X):\n        return [1]\ndef test_model():\n    assert predict(Steady(), [[1]]) == [1]\n"}),
    ("tests_cover_model", {"model.py": MODEL, "tests/test_model.py": "from unittest.mock import MagicMock\nfrom model import predict\ndef test_model():\n    m = MagicMock()\n    assert predict(m, [[1]]) is not None\n"}),
    ("tests_cover_model", {"api.py": "from fastapi import FastAPI\napp = FastAPI()\n@app.post('/predict')\ndef predict():\n    return {'label': 1}\n", "tests/test_api.py": "from fastapi.testclient import TestClient\nfrom api import app\nclient = TestClient(app)\ndef test_predict():\n    answer = client.post('/predict', json={'age': 3})\n    assert answer.status_code == 200\n"}),
    ("data_validation", {"api.py": "from pydantic import BaseModel\nclass Request(BaseModel):\n    age: int\nRequest(age=1)\n"}),
    ("data_validation", {"c.py": "import pandera\nimport pandas as pd\nprint(pd.read_csv('x.csv').isnull().sum())\n"}),
    ("data_validation", {"c.py": "def mean_of(rows, column):\n    if column not in rows.columns:\n        raise KeyError(column)\n    return rows[column].mean()\nmean_of(1, 'a')\n"}),
    ("data_validation", {"c.py": "import pandas as pd\ntable = pd.DataFrame([[1]])\nassert all(v > 3 for v in table['map'] if pd.notna(v))\n"}),
    ("data_validation", {"prep.py": PREP, "tests/test_prep.py": "import pandas as pd\nfrom prep import clean_rows\ndef test_clean():\n    out = clean_rows(pd.read_csv('x.csv'))\n    assert list(out.columns) == ['a']\n"}),
    ("tests_cover_data", {"talk/__init__.py": "", "talk/features.py": "LINKS = ['a', 'b']\n", "tests/test_links.py": "from parts import solve\nfrom talk.features import LINKS\ndef test_links():\n    assert solve(LINKS) == 1\n"}),
    ("tests_cover_data", {"shop/__init__.py": "", "shop/data/__init__.py": "", "shop/data/users.py": "def find_user(name):\n    return name\n", "tests/test_users.py": "from shop.data.users import find_user\ndef test_user():\n    assert find_user('a') == 'a'\n"}),
    ("data_validation", {"dbt_project.yml": "name: shop\n", "models/rows.yml": "models:\n  - name: rows\n    columns:\n      - name: id\n", "models/example/schema.yml": "models:\n  - name: my_first_dbt_model\n    columns:\n      - name: id\n        tests: [unique]\n", "a.py": "x = 1\n"}),
    ("data_validation", {"ci.yml": "models:\n  - name: rows\n    tests: [unique]\n", "a.py": "x = 1\n"}),
    ("tests_cover_data", {"talk/__init__.py": "", "talk/feature_store.py": "class FeatureStore:\n    def __init__(self, view):\n        self.view = view\n", "tests/test_store.py": "from talk.feature_store import FeatureStore\ndef test_store():\n    assert FeatureStore('a').view == 'a'\n"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "files"), PRESENT)
def test_present(name: str, files: Files) -> None:
    found = practice(name, files)
    assert found.state == "present", found
    assert found.shown


@pytest.mark.parametrize(("name", "files"), NOT_PRESENT)
def test_not_present(name: str, files: Files) -> None:
    assert practice(name, files).state != "present"


def test_a_helper_of_the_tests_is_no_model() -> None:
    text = "from model import train_model\nfrom prep import to_number\ndef same(a, b):\n    return a == b\ndef test_numbers():\n    assert same(to_number('1'), 1)\nif __name__ == '__main__':\n    train_model([[0]], [0]).predict([[0]])\n"
    files: Files = {
        "model.py": MODEL,
        "prep.py": "def to_number(text):\n    return int(text)\n",
        "tests/test_n.py": text,
    }
    assert practice("tests_cover_model", files).state == "absent"


def test_tables_that_a_test_has_written_are_no_data() -> None:
    text = "import pandas as pd\nimport prep\ndef test_written(tmp_path):\n    prep.main(tmp_path)\n    rows = pd.read_csv(tmp_path / 'x.csv')\n    assert list(rows.columns) == ['a']\n"
    files: Files = {"prep.py": "def main(folder):\n    (folder / 'x.csv').write_text('a')\n", "tests/test_p.py": text}
    assert practice("data_validation", files).state == "absent"
