"""Who writes a file of numbers: code, a stage, a command, or nobody."""

from __future__ import annotations

import ast
import posixpath
import re
import sys
from collections.abc import Container
from dataclasses import dataclass
from typing import Any, TypeAlias

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition, Use
from mlops_lint.facts.project.origin_reads import only_reads, read_places, reads
from mlops_lint.facts.project.origin_targets import promised_by_make
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.versioning import Versioning
from mlops_lint.facts.project.writes import Write, Writes, unused_handles
from mlops_lint.model import Grade, Location
from mlops_lint.repo.view import RepoView

_COMMANDS = re.compile(
    r"\.(ya?ml|toml|json|cfg|ini|sh|bash|ps1|bat|mk|R|r|Rmd|qmd|jl|java|scala|go|rs|ts|js|cpp|sql|ipynb|gin|nf|smk)$|"
    r"(^|/)(Makefile|justfile|Procfile|MLproject|Snakefile|Jenkinsfile|Dockerfile[^/]*|\.gitlab-ci\.yml)$"
)
_SAVERS = frozenset(
    "save_metrics log_metrics save_results save_scores write_metrics dump_metrics export_metrics CSVLogger JSONLogger "
    "Live make_summary to_disk save_report".split()
)
_ASKING = frozenset("open makedirs dirname basename exists isfile print".split())
_TRACKERS = frozenset("mlflow wandb neptune comet_ml clearml".split())
_SHELLS = ("subprocess.", "os.system", "os.popen", "papermill.", "sh.")
_SAVING = frozenset("evaluate evaluation score report benchmark save dump write export metrics".split())
_KNOWN = frozenset(
    "builtins numpy pandas polars scipy sklearn torch torchvision tensorflow keras joblib yaml mlflow wandb matplotlib "
    "seaborn plotly xgboost lightgbm catboost statsmodels imblearn shap requests streamlit fastapi PIL cv2 "
    "torchmetrics timm captum".split()
)
_HARMLESS = re.compile(
    r"\b(pip|git|conda|apt|nvidia-smi|curl|wget|unzip|mkdir)\b|\w\.py\b|"
    r"\bdvc\b\W{1,6}(?:data\W{1,6})?(?:status|diff|version|config|remote|push|list|ls)\b"
)
"""Commands that write no numbers, and scripts that are read like all others."""
_OF_ITS_OWN = re.compile(r"(?:datasets|transformers|peft|tokenizers)\..*\.save_(?:to_disk|pretrained|model)$")
"""Folders of data sets and models, whose files have names that the library gives them."""
_REDIRECTED = re.compile(r">|\btee\b")
_ENTRY = re.compile(r"\s*[\w-]+:\s*[\"']?([\w.-]+(?:/[\w.-]+)+)[\"']?\s*")
"""A configuration's entry that is a path and nothing else."""
_COMPOUND = re.compile(r"[;&|>$`\n]")
"""Commands that do more than run one script, or that are put together."""
MAX_READ = 2_000


@dataclass(frozen=True, slots=True)
class Writer:
    """Something writes the file; `what` says how. `constant`: the number as the code itself spells it out."""

    at: Location
    what: str
    grade: Grade
    constant: float | None = None


@dataclass(frozen=True, slots=True)
class WritesOther:
    """The file is written, but never what the pointer names."""

    at: Location
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeverRun:
    """The only code that writes it is reached from nowhere."""

    at: Location
    name: str


@dataclass(frozen=True, slots=True)
class Nobody:
    """All writes were read and none is of this file, and no command names it. `read` counts the writes."""

    read: int


@dataclass(frozen=True, slots=True)
class Perhaps:
    """Something may write it."""

    reason: str
    at: Location


@dataclass(frozen=True, slots=True)
class Promised:
    """Only a stage names it as its output: all that its script writes was read, and stands elsewhere (`other`)."""

    at: Location
    stage: str
    wrote: Location
    other: str
    kind: str = "stage"


Origin: TypeAlias = Writer | WritesOther | NeverRun | Nobody | Perhaps | Promised


class Origins:
    """Answers for files of the repository."""

    def __init__(self, view: RepoView, code: Code, writes: Writes, versioning: Versioning) -> None:
        self.view = view
        self.code = code
        self.writes = writes
        self.versioning = versioning

    def of(self, path: str, keys: tuple[str, ...] = (), aside: Container[Definition] = ()) -> Origin:
        """Who writes `path`, and (where it can be told) the value under `keys`; what stands aside writes no numbers."""
        found = self.writes.to(path)
        live = [write for write in found if write.live]
        if live:
            return self._promised(path, found) or self._live(live, keys)
        if stage := self._stage(path):
            return stage
        if target := self._target(path, found):
            return target
        if mention := self._mention(path, found):
            return mention
        if maybe := [write for write in self.writes.maybe(path) if write.definition not in aside]:
            return Perhaps("where one write goes is only known at run time", maybe[0].sink)
        if found:
            definition = found[0].definition
            if opaque := self.code.live.opaque(frozenset({definition.name})):
                where, fact = opaque[0]
                return Perhaps(f"`{fact.chain[:60]}` may run `{definition.name}`", self.code.use_at(where, fact))
            return NeverRun(found[0].at, definition.name)
        return self._library(path) or Nobody(len(self.writes.all))

    def _live(self, live: list[Write], keys: tuple[str, ...]) -> Origin:
        written = [write for write in live if not write.via.startswith("dvc stage")]
        live = written or live  # a stage only promises the file
        good = [write for write in live if not keys or write.holds(*keys) is not False]
        if not good:
            return WritesOther(live[0].at, tuple(sorted({key for write in live for key in write.keys or ()})))
        best = sorted(good, key=lambda write: (write.holds(*keys) is not True, write.at))[0]
        return Writer(best.at, best.via, Grade.LINKED, _constant(best.content, keys) if len(good) == 1 else None)

    def _promised(self, path: str, found: list[Write]) -> Promised | None:
        """A stage that says that it writes the file, while its script writes another of the kind."""
        dvc, name = self.versioning.dvc, posixpath.basename(path)
        stage = dvc.maker(path) if dvc is not None else None
        if dvc is None or stage is None or "@" in stage.name or _COMPOUND.search(stage.cmd):
            return None
        if any(not write.via.startswith("dvc stage") for write in found) or self.writes.maybe(path):
            return None
        if any(name in one.cmd for one in dvc.stages) or self._library(path) or self._mention(path, [], stage.file):
            return None
        run = self.code.reachable(write.definition for write in found if write.via == f"dvc stage {stage.name}")
        written = [write for write in self.writes.all if write.path and not write.via.startswith("dvc stage")]
        if any(posixpath.basename(text) == name for write in written for text in write.paths):
            return None  # from another folder, perhaps
        suffix = posixpath.splitext(path)[1]
        for write in written:
            if write.definition in run and write.path and posixpath.splitext(write.path)[1] == suffix:
                return Promised(stage.at, stage.name, write.at, write.path)
        return None

    def _target(self, path: str, found: list[Write]) -> Promised | None:
        """A Makefile's target, where all that its script writes was read."""
        made = promised_by_make(self.view, self.code, self.writes, path)
        if made is None or found or self.writes.maybe(path) or self._library(path):
            return None
        at, script, write = made
        name, paths = posixpath.basename(path), (one for each in self.writes.all for one in each.paths)
        named = any(posixpath.basename(one) == name for one in paths)
        if named or self._mention(path, [], at.path):
            return None
        return Promised(at, script, write.at, write.path or "", "rule")

    def _stage(self, path: str) -> Origin | None:
        stage = self.versioning.dvc.maker(path) if self.versioning.dvc is not None else None
        return Writer(stage.at, f"stage {stage.name}", Grade.PRESENT) if stage else None

    def _mention(self, path: str, idle: list[Write], besides: str = "") -> Origin | None:
        """A command, a script in another language, or a text in code that names the file."""
        name = posixpath.basename(path)
        flag = r"(?:>|tee|-o|--?[\w-]*(?:out|metric|result|report|save)[\w-]*[ =])"
        redirected = re.compile(rf"{flag}\s*\S*{re.escape(name)}")
        word = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])")
        skipped = (self.code.project.charter_path, path, besides)
        files = [other for other in self.view.entries if _COMMANDS.search(other) and other not in skipped]
        mention: Origin | None = None
        for other in files[:MAX_READ]:
            if other in self.code.modules or other.endswith("mlproject.yaml"):
                continue
            for number, line in enumerate((text_of(self.view, other) or "").split("\n"), 1):
                if name in line and word.search(line) and not line.lstrip().startswith(("#", "//")):
                    if (alone := _ENTRY.fullmatch(line)) and _other_folder(alone[1], path):
                        continue
                    if self._own_script(line) and not _REDIRECTED.search(line):
                        continue  # what it writes was read
                    if redirected.search(line):
                        return Writer(Location(other, number), f"`{line.strip()[:60]}`", Grade.PRESENT)
                    mention = mention or Perhaps(f"`{line.strip()[:60]}` names it", Location(other, number))
        return mention or self._in_code(name, idle)

    def _in_code(self, name: str, idle: list[Write]) -> Perhaps | None:
        for path in self.code.modules:
            if self.code.is_test(path):
                continue
            known = [write.definition for write in idle if write.definition.path == path]
            source = self.code.source(path)
            read = {id(part) for call in ast.walk(source.tree) if isinstance(call, ast.Call) and reads(call)
                    for part in ast.walk(call)}  # fmt: skip
            idle_names = self._unused(path, source.tree) | _only_opened(source.tree)
            idle_names |= {id(part) for opened in unused_handles(source.tree) for part in ast.walk(opened)}
            for node in ast.walk(source.tree):
                if id(node) in idle_names:
                    continue
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in read:
                    if posixpath.basename(node.value) == name and not any(
                        one.line <= node.lineno <= one.end_line for one in known
                    ):
                        return Perhaps("this text names it; what is done with it cannot be told", source.at(node))
        return None

    def _own_script(self, line: str) -> bool:
        """Whether a command runs a Python file of the project."""
        names = {posixpath.basename(path) for path in self.code.modules}
        return any(posixpath.basename(word) in names for word in re.findall(r"(?<![\w./-])[\w./-]+\.py\b", line))

    def _unused(self, path: str, tree: ast.Module) -> set[int]:
        """The parts of what is assigned to a top-level name that only uncalled code uses."""
        found: set[int] = set()
        for node in tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            target, value = targets[0], getattr(node, "value", None)
            if len(targets) == 1 and isinstance(target, ast.Name) and value and not self._used(path, target.id):
                found |= {id(part) for part in ast.walk(value)}
        return found

    def _used(self, path: str, name: str) -> bool:
        """Whether live code uses a module's name, or may take it from elsewhere."""
        for other, module in self.code.modules.items():
            if self.code.is_test(other):
                continue  # what a test writes is no result
            here = other == path
            imports = module.symbols.imports
            names = {name} if here else {fact.name if fact.symbol == name else name for fact in imports
                                         if fact.symbol in (name, "*")}  # fmt: skip
            for use in module.symbols.uses:
                steps = split(use.chain)
                if steps[0] in names or (not here and name in [step.lstrip(".") for step in steps[1:]]):
                    if self.code.graph.scope(other, use.scope) in self.code.live:
                        if not only_reads(read_places(self.code.source(other).tree), use):
                            return True
        return False

    def _saves(self, path: str, fact: UseFact) -> bool:
        """A call that may write files of its own: a saver by name, a shell, a library's evaluation."""
        name = self.code.canonical(path, fact.scope, fact.chain)
        if name is not None and "::" in name:
            return False
        last = split(fact.chain)[-1].lstrip(".")
        if fact.chain.startswith(_SHELLS):
            call = self.code.call_node(Use(path, fact.scope, fact.chain, self.code.use_at(path, fact), fact))
            return call is None or _HARMLESS.search(ast.unparse(call)) is None
        if last in _SAVERS:
            return name is None or name.partition(".")[0] not in _TRACKERS
        words = {word.casefold() for word in re.findall(r"[A-Za-z][a-z]*", last)}
        if last in ("save_hyperparameters", "model_dump", "model_dump_json") or _OF_ITS_OWN.match(name or ""):
            return False
        return name is not None and bool(words & _SAVING) and _unknown_library(name)

    def _another_kind(self, module: str, fact: UseFact, path: str) -> bool:
        """Whether a saver is told, word for word, to write a file of another kind (`model.save("als.npz")`)."""
        call = self.code.call_node(Use(module, fact.scope, fact.chain, self.code.use_at(module, fact), fact))
        first = call.args[0] if call is not None and call.args else None
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
            return False
        kind = posixpath.splitext(first.value)[1]
        return len(kind) > 1 and kind != posixpath.splitext(path)[1]

    def _library(self, path: str) -> Perhaps | None:
        for other, reason in self.code.unparsed.items():
            return Perhaps(f"{other} cannot be parsed ({reason[:80]})", Location(other))
        for module_path, module in self.code.modules.items():
            if self.code.is_test(module_path):
                continue
            for fact in module.symbols.uses:
                if fact.call and self._saves(module_path, fact) and not self._another_kind(module_path, fact, path):
                    return Perhaps(f"`{fact.chain[:60]}` may write it", self.code.use_at(module_path, fact))
        return None


def _constant(content: Any, keys: tuple[str, ...]) -> float | None:
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
    return float(content) if isinstance(content, int | float) and not isinstance(content, bool) and keys else None


def _other_folder(written: str, path: str) -> bool:
    """Whether a path that is written out lies in a folder of another name."""
    folder = posixpath.basename(posixpath.dirname(written))
    return folder not in ("", ".", "..") and folder != posixpath.basename(posixpath.dirname(path))


def _only_opened(tree: ast.Module) -> set[int]:
    """The parts of command line options whose value is only opened, or asked about: what is opened was read."""
    options = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _option(node)]
    if not options:
        return set()
    settled = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and split(chain(node.func))[-1].lstrip(".") in _ASKING
        for argument in node.args[:1]
        for part in ast.walk(argument)
    }
    passed = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and id(node) not in settled}
    return {id(part) for node in options if _option(node) not in passed for part in ast.walk(node)}


def _option(node: ast.Call) -> str:
    """The attribute that `parser.add_argument("--report")` makes; empty for other calls."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "add_argument":
        return ""
    given = [word.value for word in node.keywords if word.arg == "dest"] + node.args
    texts = [part.value for part in given if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    long = [text for text in texts if not text.startswith("-") or text.startswith("--")] or texts
    return long[0].lstrip("-").replace("-", "_") if long else ""


def _unknown_library(name: str) -> bool:
    root = name.partition(".")[0]
    return root not in _KNOWN and root not in sys.stdlib_module_names and not root.startswith("pytest")


@provides
def origins(view: RepoView, code: Code, writes: Writes, versioning: Versioning) -> Origins:
    """Files are looked up when asked for."""
    return Origins(view, code, writes, versioning)
