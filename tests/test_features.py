# ruff: noqa: E501  (one program a line)
"""Which columns are features, and the many honest ways to keep a column out of them."""

from __future__ import annotations

import pytest

from mlops_lint.facts.inject import Facts, Providers
from mlops_lint.facts.project import charter, code, features, knowledge, pointers, values, versioning
from mlops_lint.facts.project.features import Features, encoded, same
from mlops_lint.facts.project.fitted import formula_columns
from mlops_lint.facts.project.project import Project
from mlops_lint.repo.memory import MemoryView
from mlops_lint.repo.view import RepoView

PROVIDERS = Providers(
    [
        charter.loaded_charter,
        charter.charter,
        code.code,
        features.features,
        knowledge.knowledge,
        pointers.pointers,
        values.values,
        versioning.versioning,
    ],
    [RepoView, Project],
)


def make(files: dict[str, str], defined_in: str = "") -> Features:
    """The fact over files held in memory."""
    text = f"data:\n  features: {{defined_in: '{defined_in}'}}\n" if defined_in else "project: {name: x}\n"
    view = MemoryView({"mlproject.yaml": text, **files})
    return Facts(PROVIDERS, {RepoView: view, Project: Project("", "mlproject.yaml")}).get(Features)


HEAD = "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.model_selection import train_test_split\n"
CSV = {"data.csv": "id,gender,tenure,churned\n1,F,2,0\n"}

FLAGGED = {
    "constant selection": "F = ['tenure', 'gender']\ndf = load()\nLogisticRegression().fit(df[F], df['churned'])\n",
    "inline selection": "df = load()\nmodel = LogisticRegression()\nmodel.fit(df[['tenure', 'Gender']], y)\n",
    "loc": "df = load()\nX = df.loc[:, ['tenure', 'gender']]\nLogisticRegression().fit(X, y)\n",
    "split": "df = load()\nX = df[['tenure', 'gender']]\nX_train, X_test, y_train, y_test = train_test_split(X, df['y'])\nLogisticRegression().fit(X_train, y_train)\n",
    "drop with a header": "df = pd.read_csv('data.csv')\nX = df.drop(columns=['churned', 'id'])\nLogisticRegression().fit(X, df['churned'])\n",
    "drop by axis": "df = pd.read_csv('data.csv')\nX = df.drop(['churned'], axis=1)\nLogisticRegression().fit(X, y)\n",
    "pop": "df = pd.read_csv('data.csv')\ny = df.pop('churned')\nLogisticRegression().fit(df, y)\n",
    "helper": "def prepare(df):\n    df = df.copy()\n    return df[['tenure', 'gender']]\ndef main():\n    X = prepare(load())\n    LogisticRegression().fit(X, y)\nmain()\n",
    "parameter": "def train(X, y):\n    LogisticRegression().fit(X, y)\ndef main():\n    df = load()\n    train(df[['gender']], df['y'])\nmain()\n",
    "transformer": "from sklearn.compose import ColumnTransformer\nfrom sklearn.pipeline import Pipeline\nfrom sklearn.preprocessing import OneHotEncoder\nct = ColumnTransformer([('c', OneHotEncoder(), ['gender'])])\nmodel = Pipeline([('prep', ct), ('clf', LogisticRegression())])\nmodel.fit(load(), y)\n",
    "dummies": "df = pd.read_csv('data.csv')\nX = pd.get_dummies(df.drop(columns=['churned']), columns=['gender'])\nLogisticRegression().fit(X, y)\n",
    "formula": "import statsmodels.formula.api as smf\nsmf.logit('churned ~ tenure + C(gender)', data=load()).fit()\n",
    "matrix": "import xgboost as xgb\ndf = load()\nd = xgb.DMatrix(df[['gender']], label=df['y'])\nxgb.train({}, d)\n",
}


@pytest.mark.parametrize("case", sorted(FLAGGED))
def test_a_feature_is_found(case: str) -> None:
    found = make({"train.py": HEAD + FLAGGED[case], **CSV})
    [match, *_] = found.uses("gender")
    assert match.certain
    assert match.column.lower() == "gender"


HONEST = {
    "dropped": "df = pd.read_csv('data.csv')\nX = df.drop(columns=['churned', 'gender'])\nLogisticRegression().fit(X, y)\n",
    "dropped in place": "df = pd.read_csv('data.csv')\ndf.drop(columns=['gender'], inplace=True)\nLogisticRegression().fit(df, y)\n",
    "deleted": "df = pd.read_csv('data.csv')\ndel df['gender']\nLogisticRegression().fit(df, y)\n",
    "dropped later": "P = ['gender']\ndf = load()\nX = df[['tenure', 'gender']]\nX = X.drop(columns=P)\nLogisticRegression().fit(X, y)\n",
    "filtered": "ALL = ['tenure', 'gender']\nF = [c for c in ALL if c not in ('gender',)]\ndf = load()\nLogisticRegression().fit(df[F], y)\n",
    "filtered by the frame": "df = pd.read_csv('data.csv')\nX = df[[c for c in df.columns if c not in ('gender', 'churned')]]\nLogisticRegression().fit(X, y)\n",
    "removed": "F = ['tenure', 'gender']\nF.remove('gender')\ndf = load()\nLogisticRegression().fit(df[F], y)\n",
    "grouped": "df = load()\nfor g, part in df.groupby('gender'):\n    print(g)\nLogisticRegression().fit(df[['tenure']], y)\n",
    "sensitive": "from fairlearn.metrics import MetricFrame\nA = df[['gender']]\nMetricFrame(metrics={}, y_true=y, y_pred=p, sensitive_features=A)\nLogisticRegression().fit(df[['tenure']], y)\n",
    "target": "df = load()\nLogisticRegression().fit(df[['tenure']], df['gender'])\n",
    "unknown": "LogisticRegression().fit(load(), y)\n",
    "unknown drop": "df = pd.read_csv('data.csv')\nX = df.drop(columns=columns())\nLogisticRegression().fit(X, y)\n",
    "transformer drops": "from sklearn.compose import ColumnTransformer\nfrom sklearn.pipeline import Pipeline\nfrom sklearn.preprocessing import StandardScaler\nct = ColumnTransformer([('n', StandardScaler(), ['tenure'])])\nmodel = Pipeline([('prep', ct), ('clf', LogisticRegression())])\ndf = pd.read_csv('data.csv')\nmodel.fit(df.drop(columns=['churned']), y)\n",
    "own transformer": "from sklearn.pipeline import make_pipeline\nclass Drop:\n    pass\nmodel = make_pipeline(Drop(), LogisticRegression())\nmodel.fit(df[['gender', 'tenure']], y)\n",
    "cleaned by a helper": "def clean(df):\n    df.drop(columns=['gender'], inplace=True)\ndf = pd.read_csv('data.csv')\nclean(df)\nLogisticRegression().fit(df, y)\n",
    "scaler only": "from sklearn.preprocessing import StandardScaler\nStandardScaler().fit(df[['gender']])\n",
    "not called": "def old(df):\n    LogisticRegression().fit(df[['gender']], y)\n",
}


@pytest.mark.parametrize("case", sorted(HONEST))
def test_honest_code_is_left_alone(case: str) -> None:
    assert make({"train.py": HEAD + HONEST[case], **CSV}).uses("gender") == []


def test_a_test_s_fit_does_not_count() -> None:
    assert make({"tests/test_a.py": HEAD + FLAGGED["inline selection"]}).uses("gender") == []


def test_declared_constant_with_places() -> None:
    found = make(
        {"f.py": "NUM = ['tenure']\nCAT = ['plan',\n       'gender']\nFEATURES = NUM + CAT\n"}, "f.py::FEATURES"
    )
    assert found.declared is not None
    assert found.declared.columns == {"tenure", "plan", "gender"}
    assert found.declared.complete
    [match] = found.uses("gender")
    assert (match.at.path, match.at.line, match.certain) == ("f.py", 3, True)
    assert found.uses("age") == []
    assert found.known()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def columns():\n    return ['tenure', 'gender']\n", "columns"),
        ("class C:\n    cols = ['tenure', 'gender']\n", "C.cols"),
        ("GROUPS = {'num': ['tenure'], 'cat': ['gender']}\n", "GROUPS"),
        ("F = ('tenure', 'gender')\n", "F"),
        ("BASE = {'gender'}\nF = BASE | {'tenure'}\n", "F"),
        ("def build(df):\n    df = df.copy()\n    return df[['tenure', 'gender']]\n", "build"),
    ],
)
def test_declared_in_other_forms(text: str, name: str) -> None:
    found = make({"f.py": text}, f"f.py::{name}")
    assert found.declared is not None
    assert found.declared.columns == {"tenure", "gender"}


def test_declared_in_a_document() -> None:
    found = make({"conf/f.yaml": "features:\n  - tenure\n  - gender\n"}, "conf/f.yaml#/features")
    assert [(match.at.path, match.at.line) for match in found.uses("gender")] == [("conf/f.yaml", 3)]


def test_a_declared_column_that_training_leaves_out() -> None:
    files = {"f.py": "FEATURES = ['tenure', 'gender']\n"}
    train = HEAD + "from f import FEATURES\nP = ['gender']\n"
    kept = "X = load()[[c for c in FEATURES if c not in P]]\nLogisticRegression().fit(X, y)\n"
    assert make({**files, "train.py": train + kept}, "f.py::FEATURES").uses("gender") == []
    unclear = "X = build(FEATURES)\nX = X.drop(columns=P)\nmodel.fit(X, y)\n"
    [match] = make({**files, "train.py": train + unclear}, "f.py::FEATURES").uses("gender")
    assert not match.certain


def test_what_cannot_be_told_says_so() -> None:
    found = make({"f.py": "FEATURES = load()\n"}, "f.py::FEATURES")
    assert found.declared is None
    assert found.unclear
    assert not found.known()


def test_names() -> None:
    assert same("Gender", "gender")
    assert same("ageBand", "age_band")
    assert not same("age", "age_band")
    assert not same("page", "age")
    assert encoded(["gender_M", "gender_F", "gendered_x"], "gender") == ["gender_F", "gender_M"]
    assert encoded(["race_Black", "race_Other"], "race") == []
    assert encoded(["is_gender_female"], "gender") == ["is_gender_female"]
    assert encoded(["age_of_account", "age_limit"], "age") == []


def test_formulas() -> None:
    assert formula_columns("a + C(b) * np.log(c) - d") == ["a", "b", "c"]
    assert formula_columns("C(a, Treatment(reference='x')) + b:c") == ["a", "b", "c"]
