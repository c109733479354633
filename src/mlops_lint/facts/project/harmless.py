"""Code that surely asks no model: all that it runs is read, and is known for doing something else."""

from __future__ import annotations

import ast
import re
import sys

from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.project.code import Code, Definition, Reach

_ASKS = re.compile(
    r"predict|infer|forward|decision_function|kneighbors|score_samples|generate|forecast|recommend", re.I
)
_MODEL = re.compile(
    r"(?:^|[._])(?:models?|clf|classifier|regressor|estimator|pipeline|pipe|predictor|booster|net|network|session|llm|"
    r"client|agent|chain|learner|weights|coef\w*|intercept\w*|bias|scores?|table|lookup|predictions?)_?$",
    re.IGNORECASE,
)
"""What may be a model, or answers that one gave before."""
LOADS = re.compile(
    r"^(?:joblib\.load|(?:pickle|cloudpickle|dill)\.loads?|skops\.io\.load|mlflow\.(?:\w+\.)?load_model|torch\.(?:jit\.)?load"
    r"|onnxruntime\.InferenceSession|(?:keras|tensorflow)\.[\w.]*load_model|(?:xgboost|lightgbm|catboost)\.[\w.()]*)$"
)
"""What brings in a model that was saved."""
_TOPS = (sys.stdlib_module_names | {
    "builtins", "numpy", "pandas", "polars", "pyarrow", "pydantic", "pydantic_settings", "prometheus_client", "yaml",
    "structlog", "loguru", "shap", "lime", "fastapi", "starlette", "flask", "opentelemetry", "evidently", "attr",
    "attrs", "msgspec", "orjson", "omegaconf", "hydra", "click", "typer", "pandera", "dotenv", "statsd", "sentry_sdk",
}) - {"subprocess", "ctypes", "pickle", "importlib", "urllib", "http", "socket", "multiprocessing", "concurrent",
      "asyncio", "shelve", "sqlite3", "csv", "runpy", "xmlrpc", "ssl"}  # fmt: skip
_READS = re.compile(
    r"(?:^|\.)(?:read_\w+|scan_\w+|loads?|load_\w+|dot|matmul|einsum|vdot|inner|tensordot|polyval|interp)$"
)
"""Whatever brings in numbers from a file, or may be a model written out in arithmetic."""
_TEXT = ("yaml.", "logging.", "hashlib.", "dotenv.", "omegaconf.", "pathlib.")
_STEPS = re.compile(r"^sklearn\.[\w.()\[\]]*\.(?:transform|inverse_transform|get_feature_names_out)$")
_PLAIN = frozenset(
    "get items keys values append extend add pop update join split strip lower upper format replace startswith "
    "endswith astype to_numpy to_list tolist item copy sum mean max min round sort_values rename drop "
    "reset_index assign fillna isoformat total_seconds inc dec observe set labels info debug warning error "
    "exception encode hexdigest clip read_text write write_text model_dump model_copy dict exists setdefault "
    "index count strftime timestamp".split()
)


class Harmless:
    """Tells what is known for asking no model; whatever is not known may ask one."""

    def __init__(self, code: Code) -> None:
        self.code = code

    def of(self, subject: Definition) -> Reach:
        """What a function runs itself; what the import of its file registers is none of that."""
        return self.code.reachable([subject], {module.body for module in self.code.modules.values()})

    def runs(self, reach: Reach) -> bool:
        """Whether all that is reached is known, and asks nothing."""
        if any(one.path in self.code.unparsed for one in reach.definitions):
            return False
        functions = [one for one in reach.definitions if one.kind == "function"]
        if any(isinstance(part, ast.MatMult) for one in functions for part in ast.walk(self.code.node(one))):
            return False
        return not any(
            self.may(one, use)
            for one in reach.definitions
            for use in self.code.modules[one.path].symbols.uses
            if self.code.graph.scope(one.path, use.scope) == one and (use.call or one.kind == "function")
        )

    def may(self, one: Definition, use: UseFact) -> bool:
        """Whether a use may ask a model, or bring one in."""
        value = self.code.resolve(one.path, use.scope, use.chain)
        last = use.chain.rpartition(".")[2]
        if not use.call:
            return bool(_MODEL.search(use.chain) or _ASKS.search(last)) and not isinstance(value, Definition)
        if isinstance(value, Definition):
            return False
        name = self.code.canonical(one.path, use.scope, use.chain) or ""
        if one.kind == "module" and LOADS.match(name):
            return False  # what a file loads counts where its name is used
        if _STEPS.match(name):
            return False
        if _ASKS.search(last):
            return True
        if not name or name.startswith("builtins.object()") or "[]." in name:
            return last not in _PLAIN
        if _READS.search(name) and not name.startswith(_TEXT):
            return True
        return name.partition(".")[0] not in _TOPS
