# ruff: noqa: E501  (one program a line)
"""Which files the code writes, through the helpers and spellings of honest teams."""

from __future__ import annotations

import pytest

from mlops_lint.facts.project.code import code
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.values import Values
from mlops_lint.facts.project.versioning import versioning
from mlops_lint.facts.project.writes import Writes, writes
from mlops_lint.repo.memory import MemoryView

TARGET = "metrics/eval.json"


def make(files: dict[str, str], folder: str = "") -> Writes:
    """The fact over files held in memory."""
    view = MemoryView(files)
    linked = code(view, Project(folder, "mlproject.yaml"))
    return writes(linked, Values(linked), Knowledge(), versioning(view))


WAYS = {
    "with": "import json\nscores = {'f1': f()}\nwith open('metrics/eval.json', 'w') as out:\n    json.dump(scores, out)\n",
    "inline": "import json\njson.dump({'f1': f()}, open('metrics/eval.json', 'w'))\n",
    "path": "import json\nfrom pathlib import Path\nPath('metrics/eval.json').write_text(json.dumps({'f1': f()}, indent=2))\n",
    "path open": "import json\nfrom pathlib import Path\nOUT = Path('metrics')\nwith (OUT / 'eval.json').open('w') as out:\n    json.dump({'f1': f()}, out)\n",
    "handle": "import json\nwith open('metrics/eval.json', mode='w') as out:\n    out.write(json.dumps({'f1': f()}))\n",
    "helper": "import json\ndef save(path, obj):\n    with open(path, 'w') as out:\n        json.dump(obj, out)\nsave('metrics/eval.json', {'f1': f()})\n",
    "two helpers": "import json\ndef dump(obj, out):\n    json.dump(obj, out)\ndef save(path, obj):\n    with open(path, 'w') as out:\n        dump(obj, out)\nsave('metrics/eval.json', {'f1': f()})\n",
    "main": "import json\ndef main():\n    scores = {}\n    scores['f1'] = f()\n    with open('metrics/eval.json', 'w') as out:\n        json.dump(scores, out)\nif __name__ == '__main__':\n    main()\n",
    "returned": "import json\ndef evaluate():\n    return {'f1': f()}\ndef main():\n    scores = evaluate()\n    with open('metrics/eval.json', 'w') as out:\n        json.dump(scores, out)\nmain()\n",
    "merged": "import json\nold = {'f1': 1}\nwith open('metrics/eval.json', 'w') as out:\n    json.dump({**old}, out)\n",
    "class": "import json\nclass Store:\n    def __init__(self, path='metrics/eval.json'):\n        self.path = path\n    def save(self, scores):\n        with open(self.path, 'w') as out:\n            json.dump(scores, out)\nStore().save({'f1': f()})\n",
}


@pytest.mark.parametrize("way", sorted(WAYS))
def test_ways_to_write(way: str) -> None:
    found = make({"evaluate.py": WAYS[way]})
    [write] = found.to(TARGET)
    assert write.format == "json"
    assert write.keys == {"f1"}
    assert write.holds("f1") is True
    assert write.holds("recall") is False
    assert write.live
    assert found.unknown == []


@pytest.mark.parametrize(
    "text",
    [
        "import pandas as pd\npd.Series({'f1': 1}).to_json('metrics/eval.json')\n",
        "import pandas as pd\ndf = load()\ndf.to_json('metrics/eval.json')\n",
        "import os, json\nwith open('x.tmp', 'w') as f:\n    json.dump({}, f)\nos.replace('x.tmp', 'metrics/eval.json')\n",
        "from pathlib import Path\ntmp = Path('x.tmp')\ntmp.replace('metrics/eval.json')\n",
        "import shutil\nshutil.copy('a.json', 'metrics/eval.json')\n",
        "f = open('metrics/eval.json', 'w')\nf.write('{}')\nf.close()\n",
        "with open('metrics/eval.json', 'w') as f:\n    print('{}', file=f)\n",
    ],
)
def test_other_ways(text: str) -> None:
    assert make({"a.py": text}).to(TARGET)


def test_the_helper_s_caller_is_the_place() -> None:
    found = make({
        "io_utils.py": "import json\ndef save(path, obj):\n    with open(path, 'w') as f:\n        json.dump(obj, f)\n",
        "a.py": "from io_utils import save\ndef a():\n    save('metrics/a.json', {'x': 1})\na()\n",
        "b.py": "from io_utils import save\n\n\nsave('metrics/b.json', {'y': 1})\n",
    })  # fmt: skip
    [one] = found.to("metrics/a.json")
    [two] = found.to("metrics/b.json")
    assert (one.at.path, one.definition.key, one.keys) == ("a.py", "a.py::a", {"x"})
    assert (two.at.path, two.at.line, two.keys) == ("b.py", 4, {"y"})
    assert one.sink.path == two.sink.path == "io_utils.py"
    assert found.to("metrics/c.json") == []


SCRIPT = """
import argparse, json
parser = argparse.ArgumentParser()
parser.add_argument("--out", required=True)
args = parser.parse_args()
with open(args.out, "w") as out:
    json.dump({"f1": 1}, out)
"""


def test_paths_of_the_command_line() -> None:
    found = make({"e.py": SCRIPT, "dvc.yaml": "stages:\n  evaluate:\n    cmd: python e.py --out metrics/eval.json\n"})
    [write] = found.to(TARGET)
    assert write.path == TARGET
    found = make({"e.py": SCRIPT})
    assert found.to(TARGET) == []
    assert [write.could_be(TARGET) for write in found.unknown] == [True]


def test_stages_write_their_outputs() -> None:
    stage = "stages:\n  evaluate:\n    cmd: python e.py\n    metrics:\n      - metrics/eval.json:\n          cache: false\n    outs:\n      - models\n"
    found = make({"e.py": "run()\n", "dvc.yaml": stage})
    [write] = found.to(TARGET)
    assert write.via == "dvc stage evaluate"
    assert found.to("models/model.pkl")


def test_a_known_last_part_rules_out() -> None:
    text = "import joblib, sys, json\nfolder = sys.argv[1]\njoblib.dump(m, folder + '/model.pkl')\njson.dump(x, open(f'{folder}/eval.json', 'w'))\n"
    found = make({"a.py": text})
    assert len(found.unknown) == 2
    [write] = found.maybe(TARGET)
    assert write.format == "json"
    assert found.maybe("metrics/other.json") == []


def test_reading_and_streams_are_no_writes() -> None:
    text = "import json, sys, io\nx = json.load(open('metrics/eval.json'))\njson.dump(x, sys.stdout)\njson.dump(x, io.StringIO())\nprint(x)\nx.to_csv()\n'a'.replace('b', 'c')\n"
    assert make({"a.py": text}).all == ()


def test_tests_do_not_write() -> None:
    assert make({"tests/test_a.py": "open('metrics/eval.json', 'w')\n"}).all == ()


def test_a_helper_that_only_tests_call_is_not_live() -> None:
    found = make({
        "a.py": "def save(path):\n    open(path, 'w')\n",
        "tests/test_a.py": "from a import save\ndef test(tmp_path):\n    save(tmp_path / 'x')\n",
    })  # fmt: skip
    assert found.unknown == []
    assert [write.live for write in found.all] == [False]


def test_dvclive() -> None:
    found = make({"a.py": "from dvclive import Live\nwith Live('out') as live:\n    live.log_metric('f1', 1)\n"})
    assert found.to("out/metrics.json")


def test_paths_outside_are_unknown() -> None:
    found = make({"a.py": "import json\njson.dump({}, open('/opt/ml/eval.json', 'w'))\n"})
    assert found.to(TARGET) == []
    assert len(found.maybe(TARGET)) == 1
    assert found.maybe("metrics/other.json") == []


def test_project_in_a_folder() -> None:
    found = make({"p/a.py": "import json\njson.dump({}, open('metrics/eval.json', 'w'))\n"}, "p")
    assert found.to("p/metrics/eval.json")
