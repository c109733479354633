"""Whether code predicts: asks a model, a library that holds one, or a service that hosts one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.called_by_name import named_anywhere
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.facts.project.serving import Serving
from mlops_lint.model import Location

_ASKS = re.compile(
    r"^_?(?:async_|a|batch_|do_|run_|get_|make_)?(?:predict|infer|scor|invoke|classif|generat|embed|answer|chat|complet|transcri|translat"
    r"|summar|detect|recogni|recommend|forecast|rank|forward|decision_function|transform|encode|rerank|similar|kneighbors|search|estimat"
    r"|segment|extract|ask|evaluate)",
    re.IGNORECASE,
)
_SURE = re.compile(
    r"^(?:predict|predict_\w+|infer|inference|forward|decision_function|generate|kneighbors|score_samples|forecast|recommend)$"
)
_LIBRARIES = (
    "torch", "tensorflow", "keras", "onnxruntime", "transformers", "openai", "anthropic", "langchain", "llama_index",
    "vllm", "xgboost",
    "lightgbm", "catboost", "sentence_transformers", "cohere", "mistralai", "google.generativeai", "google.genai",
    "google.cloud",
    "boto3", "requests", "httpx", "aiohttp", "urllib", "grpc", "tritonclient", "ultralytics", "spacy", "joblib",
    "pickle", "mlflow",
    "sklearn", "huggingface_hub", "litellm", "ollama", "groq", "instructor", "dspy", "azure", "bentoml", "ray",
    "jax", "flax", "paddle",
    "fasttext", "gensim", "statsmodels", "prophet", "subprocess", "ctypes", "tflite_runtime", "openvino",
    "coremltools", "replicate",
    "diffusers", "faiss", "langgraph", "pyspark", "h2o", "cv2", "dlib", "whisper", "skops", "cloudpickle", "dill",
    "pyfunc", "autogluon",
    "pycaret", "surprise", "implicit", "lightfm", "timm", "torchvision", "fastai", "nltk", "flair", "stanza",
    "haystack", "semantic_kernel",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that asks a model; `sure` where nothing else is meant by it."""

    at: Location
    sure: bool


class Asking:
    """Looks for the call that everything else is about."""

    def __init__(self, code: Code, serving: Serving, knowledge: Knowledge) -> None:
        self.code = code
        self.serving = serving
        self.knowledge = knowledge

    def within(self, roots: Iterable[Definition]) -> Asked | None:
        """The first call in reach that predicts, or may; None: nothing in reach does."""
        known = tuple(roots)
        reach = self.code.reachable(known, self.serving.beside(known))
        perhaps: Asked | None = None
        for one in sorted(reach.definitions):
            found = self._in(one)
            if found is not None and found.sure:
                return found
            perhaps = perhaps or found
        return perhaps

    def _in(self, one: Definition) -> Asked | None:
        """The first call in a definition's own body that predicts, else the first that may."""
        perhaps: Asked | None = None
        for use in self.code.modules[one.path].symbols.uses:
            if self.code.graph.scope(one.path, use.scope) != one:
                continue
            last = use.chain.rpartition(".")[2]
            if use.call and _SURE.match(last) and "." in use.chain:
                return Asked(self.code.use_at(one.path, use), sure=True)
            text = last == "encode" and not (use.arguments or use.keywords)  # `name.encode()` gives bytes
            if perhaps is None and not text and self._may(one, use.chain, use.scope, call=use.call):
                perhaps = Asked(self.code.use_at(one.path, use), sure=False)
        return perhaps

    def idle(self, subject: Definition) -> Location | None:
        """Where code beside it asks a model and nothing calls that code, while it asks none itself."""
        reach = self.code.reachable([subject])
        inner = [one for one in reach.definitions if one.kind == "function"]
        if subject.kind != "function" or any(self._in(one) for one in inner):
            return None
        for one in sorted(self._beside(subject)):
            asked = self._in(one) if one not in inner else None
            if asked is None or not asked.sure or named_anywhere(self.code, one):
                continue
            if not self.code.opaque(reach, frozenset({one.name})):
                return asked.at
        return None

    def _beside(self, subject: Definition) -> list[Definition]:
        """Functions of the same class or file that no decorator hands to anybody."""
        module = self.code.modules[subject.path]
        own = subject.qualname.rpartition(".")[0]
        found = [one for name, one in module.definitions.items() if name.rpartition(".")[0] == own]
        plain = [one for one in found if one.kind == "function" and not module.facts[one.qualname].decorators]
        return [one for one in plain if not one.name.startswith("__") and not self.code.graph.overrides(one)]

    def _may(self, one: Definition, name: str, scope: str, *, call: bool) -> bool:
        canonical = self.code.canonical(one.path, scope, name) or ""
        if canonical.startswith(tuple(f"{library}." for library in _LIBRARIES)) or canonical in _LIBRARIES:
            return True
        if not call:
            return False
        last = name.rpartition(".")[2]
        return bool(_ASKS.match(last)) or "model" in name.lower() or last in ("?", "__call__", "run", "call", "remote")

    def answering(self) -> Location | None:
        """Code that answers requests and predicts for them, whatever the charter says of it."""
        for tool in self.knowledge.tools("serving"):
            if tool.get("demo"):
                continue
            for use in self.code.uses(tool.calls("routes") - tool.calls("silent")):
                if not self.serving.ships(use.path):
                    continue
                handlers = self._decorated(use.path, use.at.line) or [self.code.scope_of(use)]
                found = self.within(handlers)
                if found is not None and found.sure:
                    return use.at
        return None

    def _decorated(self, path: str, line: int) -> list[Definition]:
        later = [
            one
            for one in self.code.modules[path].definitions.values()
            if one.kind == "function" and one.line > line - 1
        ]
        return sorted(later, key=lambda one: one.line)[:1]


@provides
def asking(code: Code, serving: Serving, knowledge: Knowledge) -> Asking:
    """Looked for when asked for."""
    return Asking(code, serving, knowledge)
