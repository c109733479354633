"""Names, calls and reach over the project's own code."""

import pytest

from mlops_lint.facts.project.code import Absent, Code, Definition, Found, Opaque, code
from mlops_lint.facts.project.implementing import Implementations
from mlops_lint.facts.project.pointers import Pointers
from mlops_lint.facts.project.project import Project
from mlops_lint.repo.memory import MemoryView

F1 = "sklearn.metrics.f1_score"
SETTINGS = """
from pydantic import BaseModel, Field
class Job(BaseModel):
    def go(self): ...
class Quick(Job): ...
Kind = Job
class All(BaseModel):
    job: Kind = Field(Quick(), discriminator="kind")
    size: int = Field(3)
    either: Job | Quick = Field(Quick())
"""


def linked(files: dict[str, str], folder: str = "") -> Code:
    return code(MemoryView(files), Project(folder, "mlproject.yaml"))


@pytest.mark.parametrize(
    ("lines", "chain", "expected"),
    [
        ("from sklearn.metrics import f1_score", "f1_score", F1),
        ("from sklearn.metrics import f1_score as score", "score", F1),
        ("import sklearn.metrics as m", "m.f1_score", F1),
        ("import sklearn.metrics", "sklearn.metrics.f1_score", F1),
        ("from sklearn import metrics", "metrics.f1_score", F1),
        ("from sklearn.metrics import f1_score\nscore = f1_score", "score", F1),
        ("def f1_score(a, b): return 1", "f1_score", "a.py::f1_score"),
        ("import numpy as np\nx = np.array([1])", "x.mean", "numpy.array().mean"),
        ("from sklearn.svm import SVC\nm = SVC()", "m.fit", "sklearn.svm.SVC().fit"),
        ("m = 1", "m.fit", None),
        ("", "len", "builtins.len"),
        ("", "unheard_of", None),
        ("class A:\n    def go(self): ...\na = A()", "a.go", "a.py::A.go"),
        ("class A:\n    def go(self): ...\nclass B(A): ...\nb = B()", "b.go", "a.py::A.go"),
        ("import torch\nclass A(torch.nn.Module): ...\na = A()", "a.eval", "torch.nn.Module().eval"),
        ("from sklearn.svm import SVC\ndef make(): return SVC()\nm = make()", "m.fit", "sklearn.svm.SVC().fit"),
        ("from sklearn.svm import SVC\ndef make() -> SVC: ...\nm = make()", "m.fit", "sklearn.svm.SVC().fit"),
        (SETTINGS + "job = Job.model_validate({})", "job.go", "a.py::Job.go"),
        (SETTINGS + "job = Job.load()", "job.go", "pydantic.BaseModel().load().go"),
        (SETTINGS + "all = All()", "all.job.go", "a.py::Job.go"),
        (SETTINGS + "all = All()", "all.size.bit_length", "builtins.int().bit_length"),
        (SETTINGS + "all = All()", "all.either.go", None),
        ("from typing import Self\nclass A:\n    def go(self) -> Self: ...\na = A().go()", "a.go", "a.py::A.go"),
    ],
)
def test_a_name_at_the_top(lines: str, chain: str, expected: "str | None") -> None:
    assert linked({"a.py": lines + "\n"}).canonical("a.py", "", chain) == expected


@pytest.mark.parametrize(
    "files",
    [
        {"src/churn/__init__.py": "", "src/churn/m.py": "from churn.score import s\n", "src/churn/score.py": ""},
        {"src/churn/__init__.py": "", "src/churn/m.py": "from .score import s\n", "src/churn/score.py": ""},
        {"churn/__init__.py": "", "churn/m.py": "from churn.score import s\n", "churn/score.py": ""},
        {"scripts/m.py": "from score import s\n", "scripts/score.py": ""},
        {"src/m.py": "from src.score import s\n", "src/score.py": ""},
        {"lib/__init__.py": "from .score import s\n", "m.py": "from lib import s\n", "lib/score.py": ""},
        {"lib/__init__.py": "from .score import *\n", "m.py": "from lib import s\n", "lib/score.py": ""},
    ],
)
def test_an_import_finds_the_project_file(files: dict[str, str]) -> None:
    home = next(path for path in files if path.endswith("score.py"))
    user = next(path for path in files if path.endswith("m.py") and path != home)
    found = linked({**files, home: "def s(): ...\n"})
    assert found.canonical(user, "", "s") == f"{home}::s"


def test_attributes_of_self_are_followed() -> None:
    text = "from sklearn.svm import SVC\nclass A:\n    def __init__(self):\n        self.m = SVC()\n"
    found = linked({"a.py": text + "    def go(self, x):\n        return self.m.predict(x)\n"})
    assert found.canonical("a.py", "A.go", "self.m.predict") == "sklearn.svm.SVC().predict"


def test_parameters_are_what_all_call_sites_give() -> None:
    text = "from sklearn.metrics import f1_score\ndef run(metric):\n    return metric([1], [1])\nrun(f1_score)\n"
    found = linked({"a.py": text})
    assert [use.at.line for use in found.uses([F1])] == [3, 4]


def uses_of_f1(text: str) -> object:
    return linked({"a.py": "from sklearn.metrics import f1_score\n" + text}).search([F1])


@pytest.mark.parametrize(
    "text",
    [
        "print(f1_score([1], [1]))\n",
        "METRICS = {'f1': f1_score}\nprint(METRICS['f1']([1], [1]))\n",
        "def go(): return f1_score([1], [1])\nif __name__ == '__main__':\n    go()\n",
        "import functools\nscore = functools.partial(f1_score, average='macro')\n",
        "class A:\n    def go(self): return f1_score([1], [1])\nA().go()\n",
        "import app\n@app.command()\ndef go(): return f1_score([1], [1])\n",
    ],
)
def test_what_counts_as_a_use(text: str) -> None:
    assert isinstance(uses_of_f1(text), Found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# f1_score([1], [1])\n",
        "'''f1_score([1], [1])'''\n",
        "def never(): return f1_score([1], [1])\n",
        "class Never:\n    def go(self): return f1_score([1], [1])\n",
    ],
)
def test_what_does_not(text: str) -> None:
    assert isinstance(uses_of_f1(text), Absent)


def test_a_computed_callee_is_opaque() -> None:
    found = linked({"a.py": "import lib\nlib.TABLE['f1']([1], [1])\ng = {}\ng['f1'](1)\n"})
    assert isinstance(found.search([F1]), Opaque)


def test_a_file_that_cannot_be_parsed_is_opaque_to_who_imports_it() -> None:
    found = linked({"a.py": "import broken\nbroken.go()\n", "broken.py": "def (:\n"})
    assert isinstance(found.search([F1]), Opaque)
    assert list(found.unparsed) == ["broken.py"]


def test_reach_goes_through_imports_helpers_and_methods() -> None:
    files = {
        "serve.py": "from log import Log\nlogger = Log()\ndef predict(x):\n    logger.write(x)\n    return x\n",
        "log.py": "class Log:\n    def write(self, x):\n        store(x)\ndef store(x): ...\ndef unused(): ...\n",
    }
    found = linked(files)
    reach = found.reachable([Definition("serve.py", "predict", "function", 3, 5)])
    assert {d.key for d in reach.definitions if d.path == "log.py"} == {
        "log.py::",
        "log.py::Log",
        "log.py::Log.write",
        "log.py::store",
    }


def test_notebook_cells_have_their_places() -> None:
    cells = [
        {"cell_type": "markdown", "source": "# f1"},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "from sklearn.metrics import f1_score\n"]},
        {"cell_type": "code", "source": "print 'python 2'"},
        {"cell_type": "code", "source": "x = 1\nf1_score([1], [1])"},
    ]
    import json

    found = linked({"n.ipynb": json.dumps({"cells": cells, "metadata": {}})})
    (use,) = found.uses([F1])
    assert (use.at.cell, use.at.line, use.at.column) == (4, 2, 1)


def test_pointers_reach_methods_constants_and_re_exports() -> None:
    files = {
        "p/__init__.py": "from p.impl import score, LIMIT\n",
        "p/impl.py": "LIMIT = 3\ndef score(): ...\nclass A:\n    SIZE = 2\n    def go(self): ...\n",
    }
    found = linked(files)
    assert found.find("p.score") == found.definition("p/impl.py", "score")
    assert getattr(found.find("p.LIMIT"), "line", 0) == 1
    assert getattr(found.find("p.impl.A.SIZE"), "line", 0) == 4
    assert found.find("p.impl.A.go") == found.definition("p/impl.py", "A.go")
    assert found.find("p.nothing") is None


def test_what_a_method_that_may_run_calls_may_run() -> None:
    files = {
        "job.py": "import kept\nclass Job:\n    def run(self):\n        kept.register()\n",
        "kept.py": "def register(): print(1 + 1)\n",
        "main.py": "import job, sys\njobs = make(job, sys.argv)\nif __name__ == '__main__':\n    jobs.chosen.run()\n",
        "tests/test_kept.py": "import kept\ndef test_it():\n    assert kept.register() is None\n",
    }
    assert not only_tests(files, "kept.py", "register")
    silent = {**files, "main.py": "import job\nif __name__ == '__main__':\n    print(job)\n"}
    assert only_tests(silent, "kept.py", "register")


def only_tests(files: dict[str, str], path: str, name: str) -> bool:
    view = MemoryView(files)
    found = linked(files)
    pointers = Pointers(view, Project("", "mlproject.yaml"), found, {})
    implementations = Implementations(found, pointers)
    known = implementations.of(f"{path}::{name}")
    assert not isinstance(known, str)
    return implementations.tested_only(known)


def test_what_a_pickle_gives_back_may_be_of_the_project() -> None:
    files = {
        "model.py": "class Model:\n    def explain(self): return 1 + 1\n",
        "main.py": "import joblib\nmodel = joblib.load('m.joblib')\nmodel.explain()\nmodel.fit()\n",
        "tests/test_model.py": "from model import Model\ndef test_it():\n    assert Model().explain() == 2\n",
    }
    assert not only_tests(files, "model.py", "Model.explain")
    other = {**files, "main.py": "import pandas\nrows = pandas.read_csv('a.csv')\nrows.explain()\n"}
    assert only_tests(other, "model.py", "Model.explain")
