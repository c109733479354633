# ruff: noqa: E501  (one program a line)
"""Constant folding: what honest code writes, in many spellings, and what must stay unknown."""

from __future__ import annotations

import ast
from pathlib import PurePosixPath
from typing import Any

import pytest

from mlops_lint.facts.project.code import code
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.values import Values
from mlops_lint.repo.memory import MemoryView


def make(files: dict[str, str], folder: str = "") -> Values:
    """The fact over files held in memory."""
    view = MemoryView(files)
    return Values(code(view, Project(folder, "mlproject.yaml")))


def probes(found: Values, path: str = "main.py") -> list[tuple[str, ast.expr]]:
    """(scope, argument) of every call of `probe` in a file."""
    calls = found.evaluator.index(path).calls
    return [
        (scope, node.args[0]) for scope, node in calls if isinstance(node.func, ast.Name) and node.func.id == "probe"
    ]


def fold(text: str, files: dict[str, str] | None = None) -> Any:
    """The value of the one probed expression; `...` where it cannot be told."""
    found = make({"main.py": text, **(files or {})})
    [(scope, node)] = probes(found)
    known = found.fold("main.py", scope, node)
    return ... if known is None else known.value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'a' + 'b'", "ab"),
        ("['a', *['b'], *('c',)]", ["a", "b", "c"]),
        ("['a'] + ['b']", ["a", "b"]),
        ("[c for c in ['a', 'b', 'c'] if c not in ('b',)]", ["a", "c"]),
        ("{**{'a': 1}, 'b': 2}", {"a": 1, "b": 2}),
        ("dict(a=1, **{'b': 2})", {"a": 1, "b": 2}),
        ("list({'a': 1, 'b': 2}.keys())", ["a", "b"]),
        ("f'{1}-{\"x\"}'", "1-x"),
        ("'%s/%s' % ('a', 'b')", "a/b"),
        ("'{}/{name}'.format('a', name='b')", "a/b"),
        ("sorted(set(['b', 'a']) - {'a'})", ["b"]),
        ("{'a': {'b': 3}}['a']['b']", 3),
        ("-0.5", -0.5),
        ("1 if True else 2", 1),
        ("None or 'x'", "x"),
        ("{'a': 1}.get('b', 2)", 2),
        ("[i for i in range(3)]", [0, 1, 2]),
        ("f'{unknown}.json'", ...),
        ("unknown['a']", ...),
        ("'a' * 3", ...),
        ("int('x')", ...),
        ("[a for a in unknown]", ...),
        ("{unknown: 1}", ...),
    ],
)
def test_expressions(expression: str, value: Any) -> None:
    assert fold(f"probe({expression})") == value


def test_paths() -> None:
    assert fold("from pathlib import Path\nROOT = Path('a')\nprobe(ROOT / 'b' / 'c.json')") == PurePosixPath(
        "a/b/c.json"
    )
    assert fold("import os\nprobe(os.path.join('a', 'b', 'c.json'))") == "a/b/c.json"
    named = "import tomllib\nfrom pathlib import Path\nS = tomllib.loads(Path('a/s.toml').read_text())\n"
    given = {"a/s.toml": '[file]\nname = "b.json"\n'}
    for expression in ("Path('a/s.toml').with_name(S['file']['name'])", "Path('a') / S['file']['name']"):
        assert fold(f"{named}probe({expression})", given) == PurePosixPath("a/b.json")
    found = make({"src/pkg/config.py": "from pathlib import Path\nROOT = Path(__file__).resolve().parents[2]\n"
                  "probe(ROOT / 'metrics' / 'eval.json')"})  # fmt: skip
    [(scope, node)] = probes(found, "src/pkg/config.py")
    known = found.fold("src/pkg/config.py", scope, node)
    assert found.repository_paths(known, "src/pkg/config.py") == ("metrics/eval.json",)
    assert found.repository_paths("/opt/ml/x.json", "a.py") == ()
    assert found.repository_paths("../x.json", "src/a.py") == ("x.json",)


def test_a_path_above_the_repository_is_unknown() -> None:
    found = make({"a.py": "import pathlib\nprobe(pathlib.Path(__file__).parent.parent / 'x')"})
    [(scope, node)] = probes(found, "a.py")
    assert found.fold("a.py", scope, node) is None


def test_names_across_modules() -> None:
    assert fold(
        "from pkg import A\nprobe(A)", {"pkg/__init__.py": "from pkg.config import A", "pkg/config.py": "A = ['x']"}
    ) == ["x"]
    assert fold("import pkg.config as c\nprobe(c.A)", {"pkg/__init__.py": "", "pkg/config.py": "A = 3"}) == 3
    assert fold("from config import *\nprobe(A)", {"config.py": "A = 3"}) == 3
    assert (
        fold("from config import Settings\nprobe(Settings.path)", {"config.py": "class Settings:\n  path = 'x'"}) == "x"
    )


def test_assignments_in_order() -> None:
    assert fold("a = 1\na = 2\nprobe(a)\na = 3") == 2
    assert fold("x = ['a']\nx = x + ['b']\nprobe(x)") == ["a", "b"]
    assert fold("x = ['a']\nx += ['b']\nx.append('c')\nx.remove('a')\nprobe(x)") == ["b", "c"]
    assert fold("d = {}\nd['a'] = 1\nd['b'] = {}\nd['b']['c'] = 2\nprobe(d)") == {"a": 1, "b": {"c": 2}}
    assert fold("a, b = 1, 2\nprobe(b)") == 2
    assert fold("import sys\nif sys.argv:\n  a = 1\nelse:\n  a = 2\nprobe(a)") is ...
    assert fold("import sys\nif sys.argv:\n  a = 1\nelse:\n  a = 1\nprobe(a)") == 1
    assert fold("x = ['a']\nfor i in y:\n  x.append(i)\nprobe(x)") is ...
    assert fold("x = ['a']\ndef f():\n  x.append('b')\nprobe(x)") is ...
    assert fold("from m import X\nX.append('b')\nprobe(1)", {"m.py": "X = ['a']"}) == 1
    assert fold("from m import X\nprobe(X)", {"m.py": "X = ['a']", "other.py": "from m import X\nX.remove('a')"}) is ...


def test_classes() -> None:
    data = (
        "from dataclasses import dataclass, field\n@dataclass\nclass C:\n  a: str = 'x'\n"
        "  b: list = field(default_factory=lambda: ['y'])\n  c: int = 1\n"
    )
    assert fold(data + "probe(C().a)") == "x"
    assert fold(data + "probe(C().b)") == ["y"]
    assert fold(data + "probe(C(c=2).c)") == 2
    assert fold(data + "c = C('z')\nprobe(c.a)") == "z"
    assert fold(data + "def f(c: C):\n  probe(c.a)\nf(C('z'))") == "z"
    assert fold(data + "c = C()\nc.a = 'other'\ndef g(c):\n  probe(c.a)\ng(c)") is ...
    assert (
        fold("class C:\n  def __init__(self, p='a'):\n    self.p = p\n  def f(self):\n    probe(self.p)\nC('b')") == "b"
    )
    assert fold("class C:\n  def __init__(self, p='a'):\n    self.p = p\n  def f(self):\n    probe(self.p)\nC()") == "a"
    assert fold("from enum import Enum\nclass C(Enum):\n  A = 'age'\nprobe([c.value for c in [C.A]])") == ["age"]


def test_parameters() -> None:
    assert fold("def f(p):\n  probe(p)\nf('a')\nf('a')") == "a"
    assert fold("def f(p):\n  probe(p)\nf('a')\nf('b')") is ...
    assert fold("def f(p='a'):\n  probe(p)\n") == "a"
    assert fold("def f(p='a'):\n  probe(p)\nf('b')") == "b"
    assert fold("def f(p):\n  probe(p)\nf(*xs)") is ...
    assert (
        fold("def f(p='a'):\n  probe(p)\n", {"tests/test_f.py": "from main import f\ndef test_f():\n  f('t')"}) == "a"
    )
    assert fold("def g(p):\n  f(p)\ndef f(q):\n  probe(q)\ng('deep')") == "deep"
    assert fold("def f():\n  return ['a']\nprobe(f())") == ["a"]
    assert fold("def f(x):\n  return x + '.json'\nprobe(f('a'))") == "a.json"
    assert fold("def f(p='a'):\n  probe(p)\nrun(f)") is ...
    assert fold("def f(n):\n  return f(n - 1)\nprobe(f(3))") is ...


ARGPARSE = """
import argparse
def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default="metrics/default.json")
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()
def main():
    args = parse()
    probe(args.out)
"""


def test_command_line() -> None:
    assert fold(ARGPARSE) == "metrics/default.json"
    assert fold(ARGPARSE.replace("probe(args.out)", "probe(args.seed)")) == 7
    found = make({"main.py": ARGPARSE, "dvc.yaml": "stages:\n  e:\n    cmd: python main.py --out metrics/eval.json\n"})
    [(scope, node)] = probes(found)
    assert found.fold("main.py", scope, node).value == "metrics/eval.json"  # type: ignore[union-attr]  # it is known
    found = make({"main.py": ARGPARSE, "Makefile": "a:\n\tpython main.py --out a.json\nb:\n\tpython main.py\n"})
    [(scope, node)] = probes(found)
    assert found.fold("main.py", scope, node) is None
    known = found.fold_all("main.py", scope, node)
    assert known is not None
    assert [item.value for item in known] == ["a.json", "metrics/default.json"]


def test_click_and_typer() -> None:
    click = (
        "import click\n@click.command()\n@click.option('--out', '-o', default='a.json')\ndef main(out):\n  probe(out)\n"
    )
    assert fold(click) == "a.json"
    assert fold("import typer\ndef main(out: str = typer.Option('b.json', '--out')):\n  probe(out)\n") == "b.json"


def test_parameter_files() -> None:
    params = "train:\n  seed: 42\n  cols: [a, b]\n"
    for text in (
        "import yaml\nprobe(yaml.safe_load(open('params.yaml'))['train']['seed'])",
        "import yaml\nwith open('params.yaml') as f:\n  p = yaml.safe_load(f)\nprobe(p['train']['seed'])",
        "import yaml\nfrom pathlib import Path\np = yaml.safe_load(Path('params.yaml').read_text())\nprobe(p['train']['seed'])",
        "from omegaconf import OmegaConf\ncfg = OmegaConf.load('params.yaml')\nprobe(cfg.train.seed)",
        "import dvc.api\np = dvc.api.params_show()\nprobe(p['train']['seed'])",
        "import yaml\ndef load(path='params.yaml'):\n  with open(path) as f:\n    return yaml.safe_load(f)\nprobe(load()['train']['seed'])",
    ):
        found = make({"main.py": text, "params.yaml": params})
        [(scope, node)] = probes(found)
        known = found.fold("main.py", scope, node)
        assert known is not None, text
        assert known.value == 42


def test_texts_know_their_place() -> None:
    found = make({"main.py": "A = ['x',\n     'y']\nprobe([c for c in A if c != 'x'] + ['z'])"})
    [(scope, node)] = probes(found)
    known = found.fold("main.py", scope, node)
    assert known is not None
    assert [(str(text), text.at.line) for text in known.value] == [("y", 2), ("z", 3)]


def test_environment_is_not_known() -> None:
    found = make({"main.py": "import os\nprobe(os.environ.get('X', 'a'))"})
    [(scope, node)] = probes(found)
    assert found.fold("main.py", scope, node) is None
    possible = found.possible("main.py", scope, node)
    assert [known.value for known in possible.values] == ["a"]
    assert not possible.complete


def test_hydra() -> None:
    text = (
        "import hydra\n@hydra.main(config_path='conf', config_name='config')\ndef main(cfg):\n  probe(cfg.train.seed)\n"
    )
    found = make({"main.py": text, "conf/config.yaml": "defaults:\n  - model: rf\ntrain:\n  seed: 3\n"})
    [(scope, node)] = probes(found)
    known = found.fold("main.py", scope, node)
    assert known is not None
    assert known.value == 3


def test_odd_code_is_no_obstacle() -> None:
    assert fold("def f():\n  x = f()\n  return x\nprobe(f())") is ...
    assert fold("while c:\n  x = x + [1]\nprobe(x)") is ...
    assert fold("match a:\n  case 1:\n    x = 1\n  case _:\n    x = 1\nprobe(x)") == 1
    assert fold("class A(A):\n  b = A.b\nprobe(A.b)") is ...
    assert fold("from main import x\nprobe(x)") is ...
    assert fold("try:\n  x = 1\nfinally:\n  pass\nprobe(x)") == 1
    assert fold("'a'.format(*xs)\nprobe('%d' % 'x')") is ...
    assert fold("probe('{0.__class__}'.format(1))") is ...


@pytest.mark.skipif(not hasattr(ast, "TryStar"), reason="the syntax is newer than this Python")
def test_exception_groups() -> None:
    assert fold("try:\n  x = 1\nexcept* ValueError:\n  x = 1\nprobe(x)") == 1
