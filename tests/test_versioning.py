from __future__ import annotations

import datetime

from mlops_lint.documents.wildmatch import glob
from mlops_lint.facts.project.ownership import Ownership, is_author, ownership
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.versioning import Versioning, versioning
from mlops_lint.repo.memory import MemoryView
from mlops_lint.repo.view import Commit

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:x\nsize 3\n"


def read(files: dict[str, str], **blobs: bytes) -> Versioning:
    return versioning(MemoryView(files, blobs={name.replace("__", "/"): data for name, data in blobs.items()}))


def way(found: Versioning, path: str) -> str | None:
    entry = found.entry(path)
    return entry.way if entry else None


def test_dvc_files() -> None:
    found = read(
        {
            "data/raw.csv.dvc": "outs:\n- md5: abc\n  size: 3\n  path: raw.csv\n",
            "data/images.dvc": "outs:\n- md5: abc.dir\n  path: images\n",
            "new.csv.dvc": "outs:\n- path: new.csv\n",
            "sub/x.dvc": "wdir: ..\nouts:\n- md5: abc\n  path: up.csv\n",
            ".dvc/config": "[core]\n    remote = store\n['remote \"store\"']\n    url = s3://bucket/x\n",
        }
    )
    entry = found.entry("data/raw.csv")
    assert entry is not None
    assert (entry.way, str(entry.at), entry.identified) == ("dvc", "data/raw.csv.dvc:4", True)
    assert way(found, "data/images/a.png") == "dvc"
    assert way(found, "data/") == "dvc"
    assert way(found, "up.csv") == "dvc"
    assert way(found, "other.csv") is None
    new = found.entry("new.csv")
    assert new is not None
    assert not new.identified
    assert found.dvc is not None
    remote = found.dvc.remotes["store"]
    assert (remote.url, remote.default, remote.local, remote.at.line) == ("s3://bucket/x", True, False, 4)
    assert found.dvc.pullable


def test_local_remotes() -> None:
    config = "['remote \"a\"']\n    url = {}\n"
    for url, local in (("/mnt/x", True), ("../x", True), ("C:\\x", True), ("ssh://h/x", False), ("gdrive://x", False)):
        found = read({".dvc/config": config.format(url)})
        assert found.dvc is not None
        assert found.dvc.local_remote is local, url
    empty = read({".dvc/config": ""})
    assert empty.dvc is not None
    assert not empty.dvc.pullable


def test_pipelines() -> None:
    pipeline = """
vars:
  - out: models
stages:
  train:
    cmd: python train.py --out ${out}
    deps: [train.py, data/a.csv]
    params: [lr, conf.yaml: [seed]]
    outs:
      - ${out}/model.pkl
    metrics:
      - metrics.json: {cache: false}
  prep:
    foreach: [a, b]
    do:
      cmd: python prep.py ${item}
      outs: ["data/${item}.csv"]
  grid:
    matrix:
      size: [1, 2]
    cmd: python g.py ${item.size}
    outs: ["grid/${item.size}"]
"""
    lock = "schema: '2.0'\nstages:\n  train:\n    outs:\n    - path: models/model.pkl\n      md5: abc\n"
    found = read({"p/dvc.yaml": pipeline, "p/dvc.lock": lock, "p/metrics.json": "{}"})
    dvc = found.dvc
    assert dvc is not None
    assert [stage.name for stage in dvc.stages] == ["train", "prep@a", "prep@b", "grid@1", "grid@2"]
    train = dvc.stages[0]
    assert train.cmd == "python train.py --out models"
    assert train.outs == ("p/models/model.pkl",)
    assert train.metrics == ("p/metrics.json",)
    assert train.params == ("p/params.yaml:lr", "p/conf.yaml:seed")
    assert dvc.outs["p/models/model.pkl"].md5 == "abc"
    assert dvc.outs["p/data/b.csv"].md5 is None
    assert way(found, "p/metrics.json") == "git"
    assert dvc.maker("p/grid/2/x") == dvc.stages[4]


def test_lfs() -> None:
    found = read(
        {
            ".gitattributes": "*.bin filter=lfs diff=lfs\n/data/** filter=lfs\n# *.py filter=lfs\ndocs/*.bin -filter\n",
            "sub/.gitattributes": "*.csv filter=lfs\n",
            "a.bin": "x",
            "data/deep/x": "x",
            "docs/a.bin": "x",
            "sub/b.csv": "x",
            "real.bin": "x",
            "b.csv": "x",
        },
        **{"a.bin": POINTER, "data__deep__x": POINTER, "sub__b.csv": POINTER},
    )
    assert [way(found, path) for path in ("a.bin", "data/deep/x", "sub/b.csv", "data")] == ["lfs"] * 4
    assert [way(found, path) for path in ("docs/a.bin", "b.csv", "real.bin")] == ["git"] * 3
    assert found.lfs is not None
    assert found.lfs.is_pointer("real.bin") is False
    assert str(found.lfs.tracks("real.bin")) == ".gitattributes:1"


def test_annex_and_plain() -> None:
    found = read(
        {".gitattributes": "* filter=annex\n", "a.nii": "x", "b.txt": "x"}, **{"a.nii": b"/annex/objects/SHA256E-s1\n"}
    )
    assert way(found, "a.nii") == "annex"
    assert way(found, "b.txt") == "git"
    view = MemoryView({"a": "x"}, untracked=frozenset({"a"}))
    assert versioning(view).entry("a") is None
    assert versioning(MemoryView({"a": "x"}, git=False)).entry("a") is None


def test_glob() -> None:
    for pattern, path, expected in (
        ("*.csv", "a.csv", True),
        ("*.csv", "a/b.csv", False),
        ("**/x", "a/b/x", True),
        ("**/x", "x", True),
        ("a/**/b", "a/b", True),
        ("a/**", "a/b/c", True),
        ("[ab]?", "a1", True),
        ("[!a]", "a", False),
        ("\\*", "*", True),
        ("[", "[", True),
    ):
        assert glob(pattern).matches(path) is expected, (pattern, path)


def owners(text: str, commits: tuple[Commit, ...] = (), place: str = ".github/CODEOWNERS") -> Ownership:
    return ownership(MemoryView({place: text}, commits=commits), Project("", "mlproject.yaml"))


def test_codeowners_of_a_project_folder() -> None:
    view = MemoryView({"examples/a/CODEOWNERS": "/src @a\n", "CODEOWNERS": "* @top\n"})
    inner = ownership(view, Project("examples/a", "examples/a/mlproject.yaml"))
    assert inner.owners_of("examples/a/src/x.py") == ("@a",)
    assert ownership(view, Project("", "mlproject.yaml")).owners_of("x.py") == ("@top",)


def test_codeowners() -> None:
    found = owners("# all\n*  @org/all\n/src/ @a b@x.org # c\n*.yaml @yaml\ndocs/* @docs\nsrc/gen/\n")
    assert found.owners_of("train.py") == ("@org/all",)
    assert found.owners_of("src/a/b.py") == ("@a", "b@x.org")
    assert found.owners_of("src/x.yaml") == ("@yaml",)
    assert found.owners_of("docs/a.md") == ("@docs",)
    assert found.owners_of("docs/a/b.md") == ("@org/all",)
    assert found.owners_of("src/gen/x.py") == ()
    assert found.owners_of("lib/src/x.py") == ("@org/all",)
    assert owners("models @m\n").owners_of("a/models/x.pkl") == ("@m",)
    assert owners("x @m\n", place="other/CODEOWNERS").codeowners is None


def test_authors() -> None:
    assert is_author("@kim", "Kim Lee", "kim@x.org")
    assert is_author("@kimlee", "Kim Lee", "x@x.org")
    assert is_author("@klee", "Kim Lee", "12+klee@users.noreply.github.com")
    assert is_author("Kim Lee <kim@x.org>", "K", "kim@x.org")
    assert is_author("kim@x.org", "K", "KIM@x.org")
    assert not is_author("@org/team", "team", "team@x.org")
    assert not is_author("@bob", "Kim Lee", "kim@x.org")
    commit = Commit("a" * 40, "Kim Lee", "kim@x.org", datetime.date(2026, 1, 2), "x")
    found = owners("* @kim\n", (commit,))
    assert found.matches_author("@kim")
    assert found.last_commit("@kim") == datetime.date(2026, 1, 2)
    assert not found.matches_author("@bob")
