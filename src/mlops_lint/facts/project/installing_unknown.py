"""Modules that no package of a short lock can give: neither by its name, nor as something that it brings along."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.dependencies import Dependencies

_OLD = frozenset(
    "distutils imp asyncore asynchat smtpd cgi cgitb crypt tomllib zoneinfo graphlib telnetlib pipes".split()
)
"""Modules of the standard library in some versions of Python."""
_GIVEN = frozenset(
    "google azure pkg_resources setuptools pip airflow pyspark dbutils awsglue mpl_toolkits bpy gi apt dateutil attr "
    "attrs packaging importlib_metadata importlib_resources typing_extensions six wheel numpy scipy pandas joblib "
    "requests urllib3 certifi idna yaml click jinja2 markupsafe pydantic pydantic_core starlette httpx anyio sniffio "
    "h11 pyarrow fsspec tqdm filelock huggingface_hub tokenizers safetensors psutil rich pytz tzdata cloudpickle "
    "threadpoolctl matplotlib PIL sklearn torch tensorflow keras jax jaxlib cv2 networkx sympy regex aiohttp multidict "
    "grpc dill multiprocess xxhash sqlalchemy alembic docker git gitdb pyparsing cycler kiwisolver botocore "
    "s3transfer jmespath orjson ujson websockets dotenv toml tomli cython Cython werkzeug itsdangerous blinker numba "
    "llvmlite colorama pygments markdown docutils lxml bs4 html5lib soupsieve jsonschema referencing rpds cffi "
    "cryptography OpenSSL jwt rsa cachetools greenlet tenacity distro jiter narwhals patsy slicer antlr4 omegaconf "
    "lightning_utilities lightning pytorch_lightning torchvision torchaudio triton ray dask distributed".split()
)
"""What other packages, platforms and images bring along, or give under a name of their own."""
_COMMANDS = frozenset(
    "uvicorn gunicorn hypercorn pytest pytest-cov pytest-benchmark pytest-asyncio pytest-mock pytest-xdist coverage "
    "ruff black isort flake8 mypy pyright pre-commit tox nox dvc dvc-s3 dvc-gs dvc-azure mlops-lint build twine hatch "
    "hatchling setuptools wheel pip uv pip-tools poetry poetry-core locust deptry bandit pip-audit safety jupyter "
    "jupyterlab notebook ipykernel nbconvert papermill mkdocs mkdocs-material sphinx pyarrow python-multipart "
    "types-pyyaml types-requests pandas-stubs s3fs gcsfs adlfs boto3-stubs psycopg2-binary openpyxl tabulate".split()
)
"""Packages that are run, or that others load, and that no code imports."""
_LETTERS = re.compile(r"[^a-z0-9]")
_ENOUGH = 4


def unknown(top: str, code: Code, dependencies: Dependencies, names: dict[str, str]) -> bool:
    """Whether a module can come of nothing that the project asks for or locks; `names`: module -> its package."""
    if top in sys.stdlib_module_names or top in _OLD | _GIVEN or top.startswith("_") or _own(top, code, dependencies):
        return False
    locked = {item.name for file in dependencies.files for item in file.requirements}
    if any(_alike(top, name) for name in locked):
        return False
    tops = {
        fact.module.partition(".")[0]
        for module in code.modules.values()
        for fact in module.symbols.imports
        if fact.module and not fact.level
    }
    asked = {item.name for item in dependencies.requirements}
    return bool(asked) and all(_accounted(name, tops, names) for name in asked)


def imported(name: str, code: Code, names: dict[str, str]) -> bool:
    """Whether shipped code imports what a package gives."""
    tops = {
        fact.module.partition(".")[0]
        for path, module in code.modules.items()
        if not code.is_test(path) and not path.endswith(".ipynb")
        for fact in module.symbols.imports
        if fact.module and not fact.level
    }
    plain = name.replace("-", "_")
    return any(names.get(top) == name or top.lower() == plain for top in tops)


def _own(top: str, code: Code, dependencies: Dependencies) -> bool:
    """A module or folder of this repository, wherever it lies, or the project's own package."""
    if any(_alike(top, name) for name in dependencies.own):
        return True
    ends = (f"/{top}.py", f"/{top}.pyi", f"/{top}.so")
    return any(f"/{path}".endswith(ends) or f"/{top}/" in f"/{path}" for path in code.view.entries)


def _accounted(name: str, imported: Iterable[str], names: dict[str, str]) -> bool:
    """Whether it is known what an asked-for package gives: an imported module of its name, or a command."""
    return name in _COMMANDS or any(names.get(one) == name or _alike(one, name) for one in imported)


def _alike(module: str, package: str) -> bool:
    """`jwt` and `pyjwt`, `docx` and `python-docx`, `rank_bm25` and `rank-bm25`."""
    one, other = _LETTERS.sub("", module.lower()), _LETTERS.sub("", package.lower())
    if not one or not other:
        return True
    parts = {part for part in re.split(r"[^a-z0-9]+", package.lower()) if len(part) >= _ENOUGH}
    same = one in other or (len(other) >= _ENOUGH and other in one) or one[:_ENOUGH] == other[:_ENOUGH]
    return same or any(part in one or one in part for part in parts - {"python", "client", "core", "tools", "apache"})
