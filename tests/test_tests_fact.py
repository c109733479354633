from __future__ import annotations

import textwrap

import pytest

from mlops_lint.facts.project import tests as fact
from mlops_lint.facts.project.code import code
from mlops_lint.facts.project.project import Project
from mlops_lint.repo.memory import MemoryView

MODEL = "def predict(rows):\n    return [1 for _ in rows]\n"


def read(files: dict[str, str]) -> fact.Tests:
    view = MemoryView({"src/churn/__init__.py": "", "src/churn/model.py": MODEL, **files})
    return fact.tests(view, code(view, Project("", "mlproject.yaml")))


def fates(body: str, head: str = "import pytest\nfrom churn.model import predict\n", **files: str) -> dict[str, str]:
    found = read({"tests/test_model.py": head + textwrap.dedent(body), **files})
    return {test.definition.qualname: test.fate for test in found.functions}


def fate(body: str, head: str = "import pytest\nfrom churn.model import predict\n", **files: str) -> str:
    (only,) = fates(body, head, **files).values()
    return only


@pytest.mark.parametrize(
    "body",
    [
        "def test_a():\n    assert predict([1]) == [1]\n",
        "def test_a():\n    with pytest.raises(ValueError):\n        predict(None)\n",
        "def test_a():\n    np.testing.assert_allclose(predict([1]), [1])\n",
        "def test_a(mock):\n    predict(mock)\n    mock.method.assert_called_once()\n",
        "def test_a():\n    if predict([1]) != [1]:\n        raise AssertionError\n",
        "def test_a():\n    try:\n        predict(None)\n    except ValueError:\n        pass\n"
        "    else:\n        pytest.fail('no')\n",
        "def test_a():\n    try:\n        assert predict([1])\n    except AssertionError:\n        raise\n",
        "def test_a():\n    helper(predict([1]))\n\ndef helper(x):\n    inner(x)\n\ndef inner(x):\n    assert x\n",
        "def test_a(data_regression):\n    data_regression.check(predict([1]))\n",
        "async def test_a():\n    assert predict([1])\n",
    ],
)
def test_asserting(body: str) -> None:
    assert fate(body) == "asserts"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("def test_a():\n    predict([1])\n", "hollow"),
        ("def test_a():\n    pass\n", "hollow"),
        ("def test_a():\n    helper(predict([1]))\n\ndef helper(x):\n    print(x)\n", "hollow"),
        ("def test_a():\n    return predict([1])\n    assert False\n", "hollow"),
        ("def test_a():\n    if False:\n        assert predict([1])\n", "hollow"),
        ("def test_a():\n    assert True\n", "constant"),
        ("def test_a():\n    assert 1 + 1 == 2\n", "constant"),
        ("def test_a():\n    assert (predict([1]) == 1, 'x')\n", "constant"),
        ("def test_a():\n    assert 200, predict([1])\n", "constant"),
        (
            "def test_a():\n    try:\n        assert predict([1])\n    except Exception as e:\n        print(e)\n",
            "swallowed",
        ),
        ("def test_a():\n    try:\n        assert predict([1])\n    except:\n        pass\n", "swallowed"),
        ("def test_a():\n    with suppress(AssertionError):\n        assert predict([1])\n", "swallowed"),
        ("@pytest.mark.skip\ndef test_a():\n    assert predict([1])\n", "skipped"),
        ("@pytest.mark.skipif(True, reason='x')\ndef test_a():\n    assert predict([1])\n", "skipped"),
        ("@pytest.mark.xfail(run=False)\ndef test_a():\n    assert predict([1])\n", "skipped"),
        ("@pytest.mark.xfail\ndef test_a():\n    assert predict([1])\n", "skipped"),
        ("def test_a():\n    '''Doc.'''\n    pytest.skip('later')\n    assert predict([1])\n", "skipped"),
        ("pytestmark = [pytest.mark.skip]\ndef test_a():\n    assert predict([1])\n", "skipped"),
        ("pytest.skip('x', allow_module_level=True)\ndef test_a():\n    assert predict([1])\n", "skipped"),
        (
            "@pytest.mark.skipif(sys.platform == 'win32', reason='x')\ndef test_a():\n    assert predict([1])\n",
            "asserts",
        ),
        ("def test_a(checker):\n    checker(predict([1]))\n", "unclear"),
        ("def test_a():\n    lib.verify_all(predict([1]))\n", "asserts"),
        ("def test_a():\n    lib.load_checkpoint(predict([1]))\n", "hollow"),
    ],
)
def test_other_fates(body: str, expected: str) -> None:
    assert fate(body) == expected


def test_foreign() -> None:
    body = "def test_a():\n    x = np.mean([1])\n    assert x == 1\n"
    assert fate(body, "import numpy as np\n") == "foreign"
    assert fate(body, "import numpy as np\nimport mystery\n") == "asserts"
    assert fate(body, "import numpy as np\nimport subprocess\n") == "asserts"
    assert fate(body, "import numpy as np\nfrom churn import model\n") == "asserts"
    assert (
        fate(body, "import numpy as np\nfrom . import helpers\n", **{"tests/helpers.py": "import churn.model\n"})
        == "asserts"
    )
    assert fate(body, "import numpy as np\nfrom . import helpers\n", **{"tests/helpers.py": "X = 1\n"}) == "foreign"


def test_a_gate_that_reads_the_metrics_is_not_foreign() -> None:
    body = "def test_a():\n    m = json.loads(open('metrics/test.json').read())\n    assert m['recall'] > 0.8\n"
    assert fate(body, "import json\n", **{"metrics/test.json": "{}"}) == "asserts"
    assert fate(body, "import json\n") == "foreign"


def test_fixtures_of_a_conftest() -> None:
    body = "def test_a(model):\n    assert model([1])\n"
    conftest = "import pytest\n{}\n@pytest.fixture\ndef model():\n    return lambda x: x\n"
    assert fate(body, "", **{"tests/conftest.py": conftest.format("import churn.model")}) == "asserts"
    assert fate(body, "", **{"tests/conftest.py": conftest.format("")}) == "foreign"
    assert fate("def test_a(strange):\n    assert strange([1])\n", "") == "asserts"


def test_classes() -> None:
    body = """
        class TestA:
            def test_x(self):
                assert predict([1])
            def helper(self):
                assert True
        class TestB:
            def __init__(self): ...
            def test_x(self):
                assert predict([1])
        class Checks(unittest.TestCase):
            def test_y(self):
                self.assertEqual(predict([1]), [1])
            def test_z(self):
                self.assertTrue(True)
            @unittest.skip("x")
            def test_w(self):
                self.assertEqual(predict([1]), [1])
        class Off:
            def test_n(self):
                assert predict([1])
    """
    assert fates(body, "import unittest\nfrom churn.model import predict\n") == {
        "TestA.test_x": "asserts",
        "Checks.test_y": "asserts",
        "Checks.test_z": "constant",
        "Checks.test_w": "skipped",
    }


def test_which_files_are_collected() -> None:
    body = "from churn.model import predict\n\ndef test_a():\n    assert predict([1])\n"
    found = read({"tests/model_checks.py": body, "lib/train_test.py": body, "tests/deep/test_b.py": body})
    assert found.files() == ["lib/train_test.py", "tests/deep/test_b.py"]
    found = read({"tests/check_model.py": body, "pytest.ini": "[pytest]\npython_files = check_*.py\n"})
    assert found.files() == ["tests/check_model.py"]


def test_scripts_that_assert() -> None:
    found = read(
        {
            "tests/check.py": "from churn.model import predict\nassert predict([1]) == [1]\n",
            "src/churn/x.py": "assert 1\n",
        }
    )
    assert [(test.kind, test.fate, test.definition.path) for test in found.functions] == [
        ("script", "asserts", "tests/check.py")
    ]


def test_under() -> None:
    body = "import churn.model\ndef test_a():\n    assert churn.model.predict([1])\ndef test_b():\n    pass\n"
    found = read({"tests/unit/test_a.py": body, "tests/broken/test_c.py": "def ("})
    assert len(found.under(["tests/"])) == 2
    assert len(found.under(["tests/unit/test_a.py::test_b"])) == 1
    assert found.under(["tests/uni"]) == []
    assert found.unparsed == ("tests/broken/test_c.py",)
    assert found.functions[0].evidence is not None
    assert found.functions[0].evidence.line == 3


def test_data_that_an_option_names_is_not_foreign() -> None:
    conftest = "import pandas as pd\nimport pytest\n@pytest.fixture\ndef df(request):\n"
    conftest += "    return pd.read_csv(request.config.getoption('--data'))\n"
    assert fate("def test_a(df):\n    assert len(df)\n", "", **{"tests/conftest.py": conftest}) == "asserts"


def test_a_fixture_that_gives_an_asserting_function() -> None:
    body = """
        @pytest.fixture
        def check_all():
            def inner(rows):
                assert predict(rows)
            return inner

        def test_a(check_all):
            check_all([1])

        def test_b():
            predict([1], do_assert=True)
    """
    assert fates(body) == {"test_a": "asserts", "test_b": "unclear"}
