# ruff: noqa: E501  (a case is one line)
"""Practices about what is written down: problems, targets, secrets, paths, people."""

from __future__ import annotations

import pytest

from mlops_lint.documents.strings import literals
from mlops_lint.facts.project import secret_values
from practised import Files, notebook, practice

HEX = "9f3b1c7e5a2d4860b7e1c94f02ad6835"
PROBLEM, TARGET, SECRETS = "docs_problem_statement", "docs_metric_target", "secrets_committed"
PATHS, PEOPLE = "hardcoded_absolute_paths", "pii_or_protected_attributes_in_data"
PRESENT: list[tuple[str, Files]] = [
    (PROBLEM, {"README.md": "# Rent\n\nThis project predicts the monthly rent of a flat from its size and district.\n"}),
    (PROBLEM, {"README.md": "# Tutorial\n\nIn this tutorial the model classifies leaves by species.\n"}),
    (PROBLEM, {"readme.rst": "Bot\n===\n\nAn app that lets you ask questions about your contracts.\n"}),
    (PROBLEM, {"README.md": "# X\n\nOur solution to the Silent Forest Birds Challenge on Kaggle.\n"}),
    (PROBLEM, {"README.md": "# 프로젝트\n\n고객의 이탈을 예측하는 모델입니다.\n"}),
    (PROBLEM, {"README.md": "# Portfolio\n\nWork of a year.\n", **{f"{n}/README.md": f"# {n}\n\nThis app detects {n} in photos of a field.\n" for n in ("weeds", "hail", "deer")}}),
    (TARGET, {"README.md": "# X\n\nThe goal is a recall of at least 0.85 on the test months.\n"}),
    (TARGET, {"conf.yaml": "min_accuracy: 0.8\n", "a.py": "x = 1\n"}),
    (TARGET, {"t.py": "EXPECTED_SCORE = 0.6\nprint(EXPECTED_SCORE)\n"}),
    (TARGET, {"t.py": "def train(best_model_score):\n    if best_model_score < 0.6:\n        raise ValueError('no good model')\ntrain(0.7)\n"}),
    (TARGET, {"tests/test_m.py": "from m import auc\ndef test_auc():\n    assert auc() > 0.84\n", "m.py": "def auc():\n    return 0.9\n"}),
    (TARGET, {".github/workflows/ci.yml": "on: push\njobs:\n  t:\n    steps:\n      - run: python evaluate.py --hard-fail 0.31\n"}),
    (TARGET, {"recipe.yaml": "steps:\n  evaluate:\n    validation_criteria:\n      - metric: rmse\n        threshold: 10\n    x: {{BROKEN}}\n"}),
    (TARGET, {"p.py": "from tfma import GenericValueThreshold\nGenericValueThreshold(lower_bound={'value': 0.6})\n"}),
    (SECRETS, {"app.py": "app.secret_key = '0e5e2b7c-91f4-4c58-8d3a-6f1b2a9c7e44'\n"}),
    (SECRETS, {"app.py": f"client = Client(api_key='{HEX}')\n"}),
    (SECRETS, {"old.py": f"print 'python 2'\nAPI_KEY = '{HEX}'\n"}),
    (SECRETS, {"n.ipynb": notebook(f"!wandb login {HEX}")}),
    (SECRETS, {"n.ipynb": notebook(f"import os\nos.environ['WANDB_API_KEY'] = '{HEX}'")}),
    (SECRETS, {"c.py": "import os\nkey = os.getenv('MAPS_API_KEY', '" + HEX + "')\n"}),
    (SECRETS, {"c.yaml": "database:\n  password: Zq7!mWx92k\n"}),
    (SECRETS, {".env": f"SERVICE_TOKEN={HEX}\n"}),
    (SECRETS, {"c.py": "url = 'postgresql://reports:Zq7mWx92k@db.acme-corp.net:5432/sales'\n"}),
    (SECRETS, {"deploy.pem": "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEowIBAAKCAQEAx3b9Kq2mVZ8tLwP4nYcR7sUeJ" * 2 + "\n"}),
    (SECRETS, {"c.py": "x = '" + "gh" + "p_" + "a8Kd93Lm" * 5 + "'\n"}),
    (SECRETS, {"m.py": "server.login('mira@acme-corp.net', 'kqzv wnlt hrdb xpmc')\n"}),
    (SECRETS, {"k.py": "token = {'username': 'mira', 'key': '" + HEX + "'}\n"}),
    (SECRETS, {"d.py": "db = connect('host=db.acme-corp.net user=r password=Zq7mWx92k')\n"}),
    (SECRETS, {"settings.py": "SECRET_KEY = 'django-insecure-x7!k2q9z$w4m8v1n6b3c5l0p_dfghjkqwrt'\n"}),
    (PATHS, {"a.py": "import pandas as pd\npd.read_csv('/home/mira/data/rows.csv')\n"}),
    (PATHS, {"a.py": r"frame = read('C:\\Users\\mira\\rows.csv')" + "\n"}),
    (PATHS, {"n.ipynb": notebook("pd.read_csv('/content/rows.csv')")}),
    (PATHS, {"conf/data.yaml": "root: /content/drive/My Drive/rows\n"}),
    (PATHS, {"a.py": "DIR = f'/efs/shared_storage/{user}'\n"}),
    (PATHS, {"run.sh": "cd /home/mira/project\npython train.py\n"}),
    (PATHS, {"old.py": "print 'x'\nroot = '/Users/mira/rows'\n"}),
    (PEOPLE, {"data/rows.csv": "Age,Income,Gender\n31,2,M\n"}),
    (PEOPLE, {"data/rows.csv": "age;bmi;charges\n31;2;3\n"}),
    (PEOPLE, {"f.py": "columns = ['CODE_GENDER', 'NAME_FAMILY_STATUS', 'AMT']\nprint(columns)\n"}),
    (PEOPLE, {"f.py": "x = frame['gender']\n", "n.ipynb": notebook("keep = ['id', 'gender']")}),
    (PEOPLE, {"f.py": "frame['sex'] = frame['sex'].map(str)\nframe['age'] = 1\n"}),
    (PROBLEM, {"README.md": "# Plates\n\nA demo of an ordering desk. It allows users to request dishes for their diet, with what the kitchen has.\n"}),
    (PROBLEM, {"README.md": "# Trips\n\n1. One\n\n    The model predicts the fare of a taxi ride.\n"}),
    (PEOPLE, {"loans/settings.yaml": "target: repaid\nfeatures:\n  - Sex\n  - Age\n  - Salary\n", "loans/read.py": "import yaml\nrows = yaml.safe_load(open('settings.yaml'))\n"}),
    (PEOPLE, {"config/columns.yml": "columns:\n  - name: gender\n    type: str\n  - name: date_of_birth\n    type: date\n  - name: limit\n    type: int\n", "a.py": "x = 1\n"}),
    (PEOPLE, {"src/row.json": '{"sexe": 1, "age": 44, "lum": 2, "voie": 7, "choc": 0}', "src/a.py": "import json, sys\nprint(json.load(open(sys.argv[1])))\n"}),
    (PEOPLE, {"data/kunden.csv": "Vorname,Geburtsdatum,Umsatz\na,b,1\n", "a.py": "x = 1\n"}),
    (PEOPLE, {"data/clientes.csv": "sexo,edad,estado_civil\n1,2,3\n", "a.py": "x = 1\n"}),
]  # fmt: skip
NOT_PRESENT: list[tuple[str, Files]] = [
    (PROBLEM, {"README.md": "# Heart Disease Prediction\n\n## Tools\n\n* Prefect: orchestrate workflows\n"}),
    (PROBLEM, {"README.md": "# Template\n\nThis template helps you to start projects for regression models.\n"}),
    (PROBLEM, {"README.md": "# Course\n\nIn this course you learn how to deploy models.\n"}),
    (PROBLEM, {"README.md": "# Net\n\nA Keras implementation of a detector.\n\n```\nThis app predicts house prices.\n```\n"}),
    (PROBLEM, {"README.md": "# Net\n\n## Usage\n\nTo predict a single image, run predict.py.\n"}),
    (PROBLEM, {"README.md": "# Net\n", "model_card.md": "This model predicts the income of a household.\n"}),
    (TARGET, {"README.md": "# X\n\nThe model achieved an accuracy of 0.93.\n\nOur target column is price.\n"}),
    (TARGET, {"README.md": "# X\n\nWe deploy when it is better than production.\n"}),
    (TARGET, {"recipe.yaml": "steps:\n  evaluate:\n    # validation_criteria:\n    #   - metric: rmse\n    #     threshold: 10\n"}),
    (TARGET, {"d.py": "conf_threshold = 0.5\niou_threshold = 0.4\nbase_score = 0.5\nif precision > 0:\n    print(1)\n"}),
    (TARGET, {"README.md": "# X\n\nWe use a threshold of 0.7 to compute precision. The minimum IoU of an anchor is 0.7.\n"}),
    (TARGET, {"t.py": "iou_thr = 0.7\nprint(iou_thr)\n"}),
    (TARGET, {"t.py": "if accuracy > best_accuracy:\n    save(model)\n"}),
    (TARGET, {".github/workflows/ci.yml": "on: push\njobs:\n  t:\n    steps:\n      - run: pytest --cov=model --cov-fail-under 80\n"}),
    (SECRETS, {"a.py": "API_KEY = 'your_api_key'\nkey = 'nokeyneeded'\npassword = '------------'\ntoken = os.environ['TOKEN']\n"}),
    (SECRETS, {"a.py": "API_KEY_HEADER = 'X-Api-Key'\npad_token = '<pad>'\nsecret_name = 'db-credentials-7f'\n"}),
    (SECRETS, {".env.example": f"API_KEY={HEX}\n", ".env.sample": "POSTGRES_PASSWORD=postgres\n"}),
    (SECRETS, {"tests/test_a.py": f"api_key = '{HEX}'\n"}),
    (SECRETS, {".github/workflows/ci.yml": "env:\n  TOKEN: ${{ secrets.TOKEN }}\n"}),
    (SECRETS, {"k8s.yaml": "env:\n  - name: PASSWORD\n    valueFrom:\n      secretKeyRef:\n        name: db\n        key: password\n"}),
    (SECRETS, {"n.ipynb": notebook("x = 1", output=f"api_key = '{HEX}'")}),
    (SECRETS, {"settings.yaml": "auth:\n  secret: \"Basic c2VjcmV0OmtleQ==\"\n"}),
    (SECRETS, {"compose.yaml": "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: postgres\n"}),
    (SECRETS, {"app.py": "app.secret_key = 'super_secret_key_123'\n"}),
    (PATHS, {"a.py": "prompt = 'Q:\\nWhich rows?\\nA:\\n'\nimport re\nx = re.compile(r'Q:\\s*(.*)A:\\d+')\n"}),
    (PATHS, {"n.ipynb": notebook("x = 1", output="/home/mira/env/lib/x.py: C:\\Users\\mira")}),
    (PATHS, {"a.py": '"""Reads /home/mira/rows.csv."""\n# /home/mira/rows.csv\nx = 1\n'}),
    (PATHS, {"a.py": "root = 'YOUR/PATH/TO/rows'\nother = '/path/to/rows'\nprefix = '/opt/ml/model'\ntmp = '/tmp/rows'\n"}),
    (PATHS, {"a.py": "import os\ncsv = os.getcwd() + '/workspace/rows.csv'\nurl = 'https://example.org/home/mira/x'\n"}),
    (PATHS, {"docker-compose.yaml": "services:\n  n:\n    volumes:\n      - ./nb:/home/mira/work\n", "Dockerfile": "ENV PATH=/root/bin:$PATH\n"}),
    (PATHS, {"Dockerfile": "WORKDIR /workdir\n", "a.py": "root = '/workdir/rows/x.csv'\n"}),
    (PATHS, {"a.py": "p.add_argument('--m', help='the model that is served, '\n    'as in /home/mira/m.pt')\n"}),
    (PATHS, {"a.py": "@app.get('/data/rows/all')\ndef rows():\n    return 1\n"}),
    (PEOPLE, {"data/shells.csv": "Sex,Length,Shell weight,Rings\nM,1,2,3\n"}),
    (PEOPLE, {f"{n}.py": "columns = ['sex', 'age', 'shell_weight']\n" for n in "ab"}),
    (PEOPLE, {"data/homes.csv": "longitude,latitude,housing_median_age,total_rooms,median_income\n1,2,3,4,5\n"}),
    (PEOPLE, {"data/rows.csv": "id,title,description,tag\n1,a,b,c\n"}),
    (PEOPLE, {"tests/data/rows.csv": "Age,Gender\n1,M\n"}),
    (PEOPLE, {"README.md": "age, sex and race of patients", "a.py": "print('gender')\n# df['sex'], df['age']\n"}),
    (PEOPLE, {"a.py": "kinds = ['storage', 'usage', 'page']\n"}),
    (PROBLEM, {"README.md": "# Start\n\nA place to begin.\n\n    ├── logs     <- what is written while the model predicts road accidents\n    ├── models   <- trained models that classify road accidents\n"}),
    (PROBLEM, {"README.md": "# Start\n\nLayout:\n\n|-- src   predicts the price of houses\n|-- data  detects stray dogs\n"}),
    (PROBLEM, {"README.md": "# Start\n\n### Cost estimation\n\nPrices differ.\n\n### Time estimation\n\nAn hour.\n"}),
    (PROBLEM, {"README.md": "# Start\n\nUsers can request access to the cluster, and users can ask for help.\n"}),
    (PEOPLE, {"settings.yaml": "features:\n  - area\n  - age\n  - address\n", "read.py": "open('settings.yaml')\n"}),
    (PEOPLE, {"voices.yaml": "voices:\n  - Sex\n  - Age\n  - Race\n", "a.py": "x = 1\n"}),
    (PEOPLE, {"tests/row.json": '{"sex": 1, "age": 44, "a": 2, "b": 7, "c": 0}', "a.py": "x = 1\n"}),
    (PEOPLE, {"form.json": '{"sex": "Your sex", "age": "Your age", "a": "x", "b": "y", "c": "z"}', "a.py": "x = 1\n"}),
    (SECRETS, {"a.py": "import os\nkey = os.getenv('LLM_API_KEY', 'nokeyneeded')\nother = os.getenv('API_KEY', 'no-key-required')\n"}),
    (PEOPLE, {"data/peliculas.csv": "titulo,genero,duracion\na,b,90\n", "a.py": "x = 1\n"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "files"), PRESENT)
def test_present(name: str, files: Files) -> None:
    found = practice(name, files)
    assert found.state == "present", found
    assert all(shown.at is not None and shown.at.path in files for shown in found.shown)


@pytest.mark.parametrize(("name", "files"), NOT_PRESENT)
def test_not_present(name: str, files: Files) -> None:
    found = practice(name, files)
    assert found.state != "present", found


def test_a_secret_is_never_shown() -> None:
    found = practice(SECRETS, {"a.py": f"api_key = '{HEX}'\nurl = 'https://mira:Zq7mWx92k@acme-corp.net/x'\n"})
    assert [(shown.detail, shown.at and shown.at.line) for shown in found.shown] == [
        ("api_key", 1), ("a password in an address", 2)]  # fmt: skip


def test_defaults_of_local_services_are_unclear() -> None:
    assert practice(SECRETS, {".env": "MINIO_ROOT_PASSWORD=minio_root\n"}).state == "unclear"
    assert practice(SECRETS, {"app.py": "app.secret_key = 'secret key'\n"}).state == "unclear"


def test_a_key_that_is_not_needed_is_no_doubt() -> None:
    files: Files = {"a.py": "import os\nkey = os.getenv('LLM_API_KEY', 'nokeyneeded')\napi_key = 'no-key-required'\n"}
    assert practice(SECRETS, files).state == "absent"


def test_literals_are_read_in_any_version_of_the_language() -> None:
    import re

    text = "print 'a'\nx = u'b'\n'''doc'''\ny = {'k': \"c\\\"d\"}  # 'no'\nf(r'e', z='''f\ng''')\n"
    found = [(one.name, one.value, one.line) for one in literals(text, re.compile(""))]
    assert found == [("", "a", 1), ("x", "b", 2), ("", "k", 4), ("k", 'c"d', 4), ("", "e", 5), ("z", "f\ng", 5)]


@pytest.mark.parametrize("name", ["pad_token", "partition_key", "tokenizer", "max_tokens", "secret_name", "public_key"])
def test_names_that_hold_no_secret(name: str) -> None:
    assert secret_values.given(name, HEX) == ""
