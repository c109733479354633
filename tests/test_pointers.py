"""Pointers: resolved by what the repository holds, and silent about what it does not show."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_lint.facts.inject import Facts, Providers
from mlops_lint.facts.project.code import code
from mlops_lint.facts.project.pointers import (
    Broken,
    FileTarget,
    FolderTarget,
    HeadingTarget,
    Hidden,
    Pointers,
    RemoteTarget,
    SymbolTarget,
    Target,
    TestTarget,
    ValueTarget,
    definition_of,
)
from mlops_lint.facts.project.pointers import pointers as provider
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.versioning import versioning
from mlops_lint.model import Location
from mlops_lint.repo.memory import MemoryView
from mlops_lint.repo.view import RepoView

FILES: dict[str, str | bytes] = {
    "mlproject.yaml": "charter: 1\n",
    "src/churn/__init__.py": "from .impl import score as public\n",
    "src/churn/impl.py": (
        "LIMIT = 3\n\ndef score(y):\n    return 1\n\nclass Model:\n    SIZE = 1\n    def fit(self):\n        pass\n"
    ),
    "src/churn/serving.py": (
        "from churn.impl import score\nfrom sklearn.metrics import f1_score\nimport azure.monitor\n\n"
        "def rank():\n    return score(1)\n"
    ),
    "src/churn/star.py": "from numpy import *\n",
    "src/churn/broken.py": "def (:\n",
    "flat/tool.py": "def go():\n    pass\n",
    "evals/run.py": "def main():\n    pass\n",
    "tests/test_gate.py": (
        "class TestA:\n    def test_b(self):\n        assert 1\n\n"
        "def test_c():\n    assert 1\n\ndef helper():\n    pass\n"
    ),
    "metrics/eval.json": (
        '{"test": {"recall": 0.61, "text": "0.6", "nan": NaN, "flag": true}, "slices": {"a/b": [1, 2]}}\n'
    ),
    "metrics/log.jsonl": '{"r": 0.1}\n{"r": 0.2}\n\n',
    "metrics/t.csv": "name,recall\nmodel,0.7\nbase,0.5\n",
    "metrics/bad.json": "{",
    "params.yaml": "train:\n  seed: 42\n  lr: 1e-3\n",
    "pyproject.toml": "[tool.x]\ny = 3\n",
    "docs/runbook.md": "# Runbook\n\n## Roll back\n\n## 되돌리기\n",
    "docs/page.rst": "Page\n====\n",
    "data/a.csv": "x\n1\n",
    "data/sub/b.csv": "x\n1\n",
    "Dockerfile": "FROM x\n",
    "lfs/model.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n",
    ".gitignore": "out/\n",
    "src/churn/write.py": "def save(m):\n    m.to('out/made.json')\n",
}
OUTS = {
    "models/churn.joblib": Location("dvc.yaml", 5),
    "data/raw": Location("data/raw.dvc", 2),
    "metrics/dvc.json": Location("dvc.yaml", 9),
}


def pointers(folder: str = "", files: dict[str, str | bytes] = FILES, **options: Any) -> Pointers:
    view = MemoryView(files, ignored=frozenset(["out"]), **options)
    project = Project(folder, f"{folder}/mlproject.yaml" if folder else "mlproject.yaml")
    return Pointers(view, project, code(view, project), OUTS)


RESOLVER = pointers()


def resolve(text: str, kind: str) -> Target:
    return RESOLVER.resolve(text, kind)


@pytest.mark.parametrize(
    ("text", "kind", "path", "standin"),
    [
        ("Dockerfile", "path", "Dockerfile", ""),
        ("./params.yaml", "path", "params.yaml", ""),
        ("//docs/runbook.md", "ref", "docs/runbook.md", ""),
        ("models/churn.joblib", "path", "models/churn.joblib", "dvc"),
        ("data/raw/2026/x.csv", "path", "data/raw/2026/x.csv", "dvc"),
        ("models", "path", "models", "dvc"),
        ("models/", "path", "models", "dvc"),
        ("models/*.joblib", "path", "models/churn.joblib", "dvc"),
        ("lfs/model.bin", "path", "lfs/model.bin", "lfs"),
        ("out/made.json", "path", "out/made.json", "output"),
        ("src/churn/impl.py", "code", "src/churn/impl.py", ""),
        ("docs/runbook.md#L3", "ref", "docs/runbook.md", ""),
    ],
)
def test_files(text: str, kind: str, path: str, standin: str) -> None:
    target = resolve(text, kind)
    assert isinstance(target, FileTarget), target
    assert (target.path, target.standin) == (path, standin)


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("data/", ("data/a.csv", "data/sub/b.csv")),
        ("data/*.csv", ("data/a.csv",)),
        ("data/**/*.csv", ("data/a.csv", "data/sub/b.csv")),
        ("**/b.csv", ("data/sub/b.csv",)),
        ("d?ta/[ab].csv", ("data/a.csv",)),
    ],
)
def test_folders_and_globs(text: str, files: tuple[str, ...]) -> None:
    target = resolve(text, "path")
    assert isinstance(target, FolderTarget)
    assert target.files == files


@pytest.mark.parametrize(
    ("text", "kind", "key"),
    [
        ("src/churn/impl.py::score", "code", "src/churn/impl.py::score"),
        ("src/churn/serving.py::score", "code", "src/churn/impl.py::score"),
        ("src/churn/__init__.py::public", "code", "src/churn/impl.py::score"),
        ("churn:public", "symbol", "src/churn/impl.py::score"),
        ("churn.impl:Model.fit", "symbol", "src/churn/impl.py::Model.fit"),
        ("src/churn/impl.py::Model.fit", "code", "src/churn/impl.py::Model.fit"),
        ("flat.tool:go", "code", "flat/tool.py::go"),
        ("tests/test_gate.py::helper", "ref", "tests/test_gate.py::helper"),
    ],
)
def test_symbols(text: str, kind: str, key: str) -> None:
    target = resolve(text, kind)
    assert isinstance(target, SymbolTarget), target
    definition = definition_of(target)
    assert definition is not None
    assert definition.key == key
    assert target.at.path == definition.path


def test_constants() -> None:
    for text in ("src/churn/impl.py::LIMIT", "churn.impl:LIMIT"):
        target = resolve(text, "code")
        assert isinstance(target, SymbolTarget)
        assert target.at == Location("src/churn/impl.py", 1)


def test_pytest_ids() -> None:
    for text, name in (
        ("tests/test_gate.py::TestA::test_b[x::y-1]", "TestA.test_b"),
        ("tests/test_gate.py::test_c", "test_c"),
        ("tests/test_gate.py::TestA", "TestA"),
    ):
        target = resolve(text, "ref")
        assert isinstance(target, TestTarget), target
        assert target.definition.qualname == name


@pytest.mark.parametrize(
    ("text", "number", "at"),
    [
        ("metrics/eval.json#/test/recall", 0.61, 1),
        ("metrics/eval.json#/slices/a~1b/1", 2.0, 1),
        ("metrics/log.jsonl#/r", 0.2, 1),
        ("metrics/t.csv#/0/recall", 0.7, 2),
        ("metrics/t.csv#/base/recall", 0.5, 3),
        ("metrics/t.csv#/1/1", 0.5, 3),
        ("metrics/t.csv#/-1/recall", 0.5, 3),
        ("params.yaml#/train/lr", 0.001, 3),
        ("pyproject.toml#/tool/x/y", 3.0, 2),
        ("metrics/eval.json#/test/text", None, 1),
        ("metrics/eval.json#/test/nan", None, 1),
        ("metrics/eval.json#/test/flag", None, 1),
        ("metrics/eval.json#/test", None, 1),
    ],
)
def test_values(text: str, number: float | None, at: int) -> None:
    for kind in ("value", "ref"):
        target = resolve(text, kind)
        assert isinstance(target, ValueTarget), target
        assert target.number == number
        assert target.at.line == at
        assert target.node is not None


def test_headings() -> None:
    assert resolve("docs/runbook.md#roll-back", "ref") == HeadingTarget(
        "docs/runbook.md", Location("docs/runbook.md", 3)
    )
    assert isinstance(resolve("docs/runbook.md#되돌리기", "ref"), HeadingTarget)
    target = resolve("docs/runbook.md#rol-back", "ref")
    assert isinstance(target, Broken)
    assert target.near == ("docs/runbook.md#roll-back",)


@pytest.mark.parametrize(
    ("text", "kind", "reason", "near"),
    [
        ("metrics/eval.json#/test/recal", "value", "has no `recal` under /test", "metrics/eval.json#/test/recall"),
        ("metrics/eval.json#/recall", "value", "has no `recall` under the top level", "metrics/eval.json#/test/recall"),
        ("metrics/evall.json#/test/recall", "value", "not in the repository", "metrics/eval.json#/test/recall"),
        ("metrics/eval.json", "value", "not which value", ""),
        ("metrics#/a", "value", "names a folder", ""),
        ("docs/Runbook.md", "ref", "upper and lower case differ", "docs/runbook.md"),
        ("../x.py", "ref", "leaves the repository", ""),
        ("/etc/passwd", "ref", "leaves the repository", ""),
        ("a/../../x", "ref", "leaves the repository", ""),
        ("src/churn/impl.py::scor", "code", "does not define it", "src/churn/impl.py::score"),
        ("churn.imp:score", "symbol", "not in the repository", "churn.impl"),
        ("churn.impl:scores", "symbol", "does not define it", "churn.impl:score"),
        ("src/impl.py::score", "code", "not in the repository", "src/churn/impl.py::score"),
        ("src::x", "code", "names a folder", ""),
        ("data/*.parquet", "path", "matches no file", ""),
        ("test/", "path", "not in the repository", "tests"),
        ("out/other.json", "path", "git ignores", ""),
        ("", "path", "empty", ""),
        ("nolib.thing:f", "symbol", "not in the repository", ""),
    ],
)
def test_broken(text: str, kind: str, reason: str, near: str) -> None:
    target = resolve(text, kind)
    assert isinstance(target, Broken), target
    assert reason in target.reason
    assert len(target.near) <= 3
    assert not near or near in target.near, target


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("metrics/dvc.json#/a", "value", "dvc output that is not checked out"),
        ("metrics/bad.json#/a", "value", "cannot be parsed"),
        ("docs/page.rst#page", "ref", "not Markdown"),
        ("src/churn/broken.py::f", "code", "cannot be parsed"),
        ("src/churn/star.py::mean", "code", "import *"),
        ("src/churn/serving.py::f1_score", "code", "comes from a library"),
        ("azure.monitor:configure", "symbol", "part of the library `azure`"),
        ("out/made.json#/r", "value", "output that git ignores"),
        ("lfs/model.bin#/a", "value", "git-lfs"),
        ("Dockerfile::stage", "code", "not read as the project's own Python"),
        ("Dockerfile#/x", "ref", "format whose values are not read"),
    ],
)
def test_hidden(text: str, kind: str, reason: str) -> None:
    target = resolve(text, kind)
    assert isinstance(target, Hidden), target
    assert reason in target.reason


@pytest.mark.parametrize(
    "text",
    [
        "wandb://a/b/run",
        "mlflow://x/runs/1",
        "https://x.org/a#b",
        "s3://b/k.json",
        "hf:org/model",
        "repo:other//src/a.py::f",
        "runs:/abc/metrics",
    ],
)
def test_remote(text: str) -> None:
    for kind in ("value", "ref", "path", "code"):
        target = resolve(text, kind)
        assert isinstance(target, RemoteTarget)
        assert target.uri == text
        assert target.recipe


def test_subfolder_projects() -> None:
    files = {f"ex/{path}": text for path, text in FILES.items()} | {"shared/p.yaml": "a: 1\n"}
    resolver = pointers("ex", files)
    found = resolver.resolve("metrics/eval.json#/test/recall", "value")
    assert isinstance(found, ValueTarget)
    assert found.path == "ex/metrics/eval.json"
    assert isinstance(resolver.resolve("//shared/p.yaml#/a", "value"), ValueTarget)
    assert isinstance(resolver.resolve("churn.impl:score", "symbol"), SymbolTarget)
    broken = resolver.resolve("metrics/evil.json#/test/recall", "value")
    assert isinstance(broken, Broken)
    assert "metrics/eval.json#/test/recall" in broken.near


def test_the_same_before_and_after_dvc_pull() -> None:
    pulled = MemoryView(FILES | {"metrics/dvc.json": '{"a": 1}'}, untracked=frozenset(["metrics/dvc.json"]))
    project = Project("", "mlproject.yaml")
    after = Pointers(pulled, project, code(pulled, project), OUTS)
    for text, kind in (("metrics/dvc.json", "path"), ("metrics/dvc.json#/a", "value"), ("models", "path")):
        assert after.resolve(text, kind) == resolve(text, kind)


def test_the_fact() -> None:
    files: dict[str, str | bytes] = {
        "dvc.yaml": "stages:\n  eval:\n    cmd: x\n    outs: [model.pkl]\n    metrics: [{m.json: {cache: false}}]\n",
        "m.json": '{"r": 1}',
    }
    view, project = MemoryView(files), Project("", "mlproject.yaml")
    providers = Providers([provider, code, versioning], [RepoView, Project])
    found = Facts(providers, {RepoView: view, Project: project}).get(Pointers)
    assert isinstance(found.resolve("m.json#/r", "value"), ValueTarget)
    model = found.resolve("model.pkl", "path")
    assert isinstance(model, FileTarget)
    assert (model.standin, model.at.path) == ("dvc", "dvc.yaml")


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=40)
    | st.lists(
        st.sampled_from(
            [
                "src",
                "/",
                "..",
                "::",
                "#",
                "/",
                "*",
                "[",
                "churn",
                ":",
                ".",
                "impl.py",
                "metrics/eval.json",
                "~",
                "\x00",
                "**",
                "test_c",
            ]
        ),
        max_size=8,
    ).map("".join),
    st.sampled_from(["path", "symbol", "code", "value", "ref"]),
)
def test_any_text_gives_a_target(text: str, kind: str) -> None:
    target = resolve(text, kind)
    if isinstance(target, Broken | Hidden):
        assert target.reason
        assert len(target.reason) < 400
