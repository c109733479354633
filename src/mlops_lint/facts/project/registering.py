"""Calls that put a model where every version of it is kept: a registry, a tracker's artefacts, a hub."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlops_lint.facts.files.chains import split
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition, Reach
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView


@dataclass(frozen=True, slots=True)
class _Tool:
    """`sure` register; `keeps` keep a version without a name in a registry; `keywords` do so on any call."""

    libraries: frozenset[str]
    sure: frozenset[str]
    keeps: frozenset[str] = frozenset()
    keywords: frozenset[str] = frozenset()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TOOLS = {
    "mlflow": _Tool(
        _words("mlflow kedro_mlflow zenml databricks"),
        _words(
            "register_model create_registered_model create_model_version set_registered_model_alias "
            "transition_model_version_stage mlflow_register_model_step"
        ),
        _words("log_model autolog log_artifact log_artifacts MLFlowLogger MlflowLogger"),
        _words("registered_model_name"),
    ),
    "wandb": _Tool(
        _words("wandb lightning pytorch_lightning transformers"),
        _words("link_model link_artifact log_model"),
        _words("log_artifact save WandbModelCheckpoint"),
        _words("log_model"),
    ),
    "hf-hub": _Tool(
        _words("huggingface_hub transformers sentence_transformers datasets peft diffusers timm setfit trl keras"),
        _words(
            "push_to_hub upload_folder upload_file upload_large_folder create_commit push_to_hub_keras save_to_hub "
            "push_to_hf_hub push_to_hub_fastai"
        ),
        frozenset(),
        _words("push_to_hub hub_model_id push_to_hub_model_id"),
    ),
    "sagemaker": _Tool(
        _words("sagemaker boto3 botocore"),
        _words("register create_model_package create_model_package_group RegisterModel ModelStep create_model"),
        _words("fit"),
        _words("model_package_group_name"),
    ),
    "vertex": _Tool(
        _words("google vertexai kfp google_cloud_pipeline_components"),
        _words("upload upload_model ModelUploadOp upload_xgboost_model_file upload_scikit_learn_model_file "
               "upload_tensorflow_saved_model copy"),
    ),
    "azureml": _Tool(
        _words("azureml azure mlflow"),
        _words("register register_model create_or_update create_model"),
        _words("log_model autolog"),
        _words("registered_model_name"),
    ),
    "hopsworks": _Tool(_words("hopsworks hsml"), _words("create_model")),
}  # fmt: skip
_ALIASES = {
    "registry": r"model[-_ ]?regist|regist\w*[-_ ]model|create_model_package",
    "hf-hub": "huggingface|hf_hub|hub_model_id",
    "vertex": "aiplatform|vertex",
    "azureml": "azureml|az ml",
}
_CONFIGURATION = re.compile(r"\.(?:ya?ml|json|sh|bash|tf|bicep|mk|R|scala)$|(?:^|/)(?:Makefile|justfile|Jenkinsfile)$")
_ASIDE = re.compile(r"(?:^|/)(?:docs?|\.vscode|\.idea)/|lock\.json$|(?:^|/)environment[^/]*\.ya?ml$|conda[^/]*\.ya?ml$")
_OTHERS = re.compile(r"^\s*(?:#|//|-\s*(?:mlflow|wandb|huggingface[_-]hub|sagemaker|azureml[\w-]*)\s*[=<>~\[\"']?)")
_GENERAL = frozenset(("upload", "register", "create_model", "copy", "save", "create_or_update"))
"""Names that say nothing on a receiver that is not known."""
TOOLS = frozenset(_TOOLS)


@dataclass(frozen=True, slots=True)
class Registered:
    """A call that keeps a version; `sure`: under a name in the registry."""

    at: Location
    sure: bool


class Registering:
    """What the code does with registries; tests do not count, notebooks do."""

    tools = TOOLS

    def __init__(self, code: Code, view: RepoView, project: Project) -> None:
        self.code = code
        self._view = view
        self._project = project

    def shipped(self) -> frozenset[Definition]:
        """What may run outside tests."""
        entries = (one for one in self.code.entries() if not self.code.is_test(one.path))
        return self.code.reachable(entries).definitions

    def calls(self, how: str, within: frozenset[Definition]) -> list[Registered]:
        """The calls in `within` that keep a model with one tool (any tool for ""), sure ones first."""
        tools = [_TOOLS[how]] if how in _TOOLS else list(_TOOLS.values())
        found = [
            Registered(self.code.use_at(path, use), sure)
            for path, use, scope in self._calls()
            if scope in within
            for sure in (self._keeps(path, use, tools),)
            if sure is not None
        ]
        return sorted(found, key=lambda one: (not one.sure, one.at))

    def uncalled(self, how: str, within: frozenset[Definition]) -> Location | None:
        """A registering call in code that nothing runs."""
        for path, use, scope in self._calls():
            if scope not in within and not self.code.is_test(path) and self._keeps(path, use, [_TOOLS[how]]):
                return self.code.use_at(path, use)
        return None

    def imported(self, how: str) -> Location | None:
        """Where one of a tool's libraries is imported."""
        main = how.replace("-", "_").replace("hf_hub", "huggingface_hub").replace("vertex", "google")
        for path, module in self.code.modules.items():
            for fact in module.symbols.imports:
                if fact.level == 0 and fact.module.partition(".")[0] == main:
                    return self.code.text(path).line(fact.line)
        return None

    def obstacle(self, how: str, within: Reach) -> tuple[str, Location] | None:
        """What may register a model and cannot be looked into."""
        for path, reason in self.code.unparsed.items():
            return f"{path} cannot be parsed ({reason[:60]})", Location(path)
        tool = _TOOLS.get(how)
        names = tool.sure | tool.keeps if tool else frozenset(n for one in _TOOLS.values() for n in one.sure)
        for path, use in within.opaque(names):
            last = split(use.chain)[-1].lstrip(".")
            telling = last in names and (last not in _GENERAL or "model" in use.chain.lower())
            if telling or "getattr" in use.chain:
                return f"`{use.chain[:60]}` may register the model", self.code.use_at(path, use)
        return self._configured(how)

    def _configured(self, how: str) -> tuple[str, Location] | None:
        """A configuration or script that speaks of the tool."""
        pattern = re.compile(_ALIASES.get(how, re.escape(how)), re.IGNORECASE)
        for path in self._view.entries:
            if not _CONFIGURATION.search(path) or _ASIDE.search(path) or path == self._project.charter_path:
                continue
            if path.endswith("mlproject.yaml") or not self._project.owns(path):
                continue
            for number, line in enumerate((text_of(self._view, path) or "").split("\n"), 1):
                if pattern.search(line) and not _OTHERS.match(line):
                    return f"{path} speaks of {how}, and what comes of it is not seen", Location(path, number)
        return None

    def _calls(self) -> Iterator[tuple[str, UseFact, Definition]]:
        for path, module in self.code.modules.items():
            for use in module.symbols.uses:
                if use.call:
                    yield path, use, self.code.graph.scope(path, use.scope)

    def _keeps(self, path: str, use: UseFact, tools: list[_Tool]) -> bool | None:
        """True: registers. False: keeps a version. None: neither."""
        name = self.code.canonical(path, use.scope, use.chain) or ""
        if "::" in name:
            return None
        last = split(use.chain)[-1].lstrip(".")
        for tool in tools:
            if any(key in tool.keywords and not self._off(path, use, key) for key in use.keywords):
                return True
            if last not in tool.sure | tool.keeps or (last == "fit" and not name.startswith("sagemaker")):
                continue
            telling = last not in _GENERAL or "model" in use.chain.lower()
            if name.partition(".")[0] in tool.libraries or (not name and telling and self._imports(path, tool)):
                return last in tool.sure
        return None

    def _off(self, path: str, use: UseFact, key: str) -> bool:
        """`registered_model_name=None`, `log_model=False`."""
        del path
        return use.keywords[key] in ("None", "False")

    def _imports(self, path: str, tool: _Tool) -> bool:
        imports = self.code.modules[path].symbols.imports
        return any(fact.level == 0 and fact.module.partition(".")[0] in tool.libraries for fact in imports)


@provides
def registering(code: Code, view: RepoView, project: Project) -> Registering:
    """Looked up when asked."""
    return Registering(code, view, project)
