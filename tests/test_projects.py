"""Which files belong to which project."""

from __future__ import annotations

from mlops_lint.projects import find_projects
from mlops_lint.repo.memory import MemoryView


def _owned(charter: str, *paths: str) -> list[str]:
    files = {"fraud/mlproject.yaml": f"charter: 1\n{charter}", **dict.fromkeys(paths, "x = 1\n")}
    return [path for path in paths if find_projects(MemoryView(files))[0].owns(path)]


def test_folders_of_project_code_belong_to_the_project() -> None:
    paths = ("fraud/src/train.py", "libs/pricing/base.py", "libs/pricing_old/base.py", "tools/other.py")
    assert _owned("project: {name: fraud}\n", *paths) == ["fraud/src/train.py"]
    for code in ("[src, //libs/pricing]", "//libs/pricing/", "\n    - src\n    - //libs/pricing"):
        found = _owned(f"project:\n  name: fraud\n  code: {code}\n", *paths)
        assert found == ["fraud/src/train.py", "libs/pricing/base.py"], code


def test_a_pointer_to_a_module_brings_its_folder() -> None:
    pointer = "tests: {model: '//shared/checks/test_fraud.py::test_x'}\n"
    paths = ("shared/checks/test_fraud.py", "shared/checks/helpers.py", "shared/other.py")
    assert _owned(pointer, *paths) == ["shared/checks/test_fraud.py", "shared/checks/helpers.py"]
    assert _owned("", *paths) == []


def test_a_shared_folder_stays_with_its_own_project() -> None:
    files = {
        "fraud/mlproject.yaml": "charter: 1\nproject:\n  code: [//libs/pricing]\n",
        "libs/mlproject.yaml": "charter: 1\nproject: {name: libs}\n",
        "libs/pricing/base.py": "x = 1\n",
    }
    assert all(project.owns("libs/pricing/base.py") for project in find_projects(MemoryView(files)))
