"""Where training begins: the code that `model.trained_by` names, or else the programs that fit something."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlops_lint.facts.files.chains import split
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.code import Code, Definition, Reach
from mlops_lint.facts.project.implementing import Implementation, Implementations
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location

_FITS = frozenset(
    ".fit .fit_generator .fit_predict .partial_fit .backward .train_on_batch .apply_gradients .minimize .learn "
    ".training_step .fit_one_cycle .fine_tune .finetune .manual_backward".split()
)
_TRAINERS = re.compile(r"(?:xgboost|lightgbm|catboost)\.(?:train|cv)$|(?:\(\)|[Tt]rainer\w*|yolo)\.train$")
_MAY_TRAIN = re.compile(
    r"fit|train|backward|learn|optim|minimi|boost|tun|search|step|run|launch|submit|gradient|solve|estimat|update|"
    r"execute|invoke|system|popen|(?<![a-z])call(?!e)|main|start|process",
    re.IGNORECASE,
)
_COMMANDS = re.compile(
    r"\.(?:ya?ml|toml|sh|bash|mk|cfg|ini|json|py)$|(?:^|/)(?:Makefile|justfile|MLproject|Snakefile|Dockerfile[^/]*)$"
)
_RUNS_NOTEBOOK = re.compile(r"papermill|nbconvert|execute_notebook|ploomber|notebook|nbclient|jupyter|dagstermill")
_HARMLESS = tuple(
    "argparse. json. os.path. os.makedirs pathlib. pandas. numpy. joblib. logging. re. sys. time. datetime. yaml. "
    "math. sklearn.metrics. mlflow.start_run mlflow.log mlflow.set wandb.log pickle. hashlib. csv. matplotlib. "
    "seaborn. plotly. warnings.".split()
)
STAGES = ("prototype", "production")


@dataclass(frozen=True, slots=True)
class Fit:
    """A call that trains something."""

    at: Location
    by: Definition
    name: str


class Training:
    """Read when asked, so that the charter's routes are seen to be read."""

    def __init__(self, charter: Charter, code: Code, implementations: Implementations) -> None:
        self._charter = charter
        self.code = code
        self.implementations = implementations
        self._own: Reach | None = None

    @property
    def asked(self) -> bool | str:
        """Whether a training of the project's own can be asked for; else why not."""
        if self._charter.has("model", "none_because"):
            return "there is no model yet"
        if self._charter.has("model", "trained_by"):
            return True
        if self._charter.has("model", "base"):
            return "only a pretrained base is used"
        return self._charter.stage in STAGES or "asked for from the stage prototype on"

    @property
    def declared(self) -> Implementation | str | None:
        """What `model.trained_by` leads to, why that cannot be told, or None where nothing is named."""
        pointer = self._charter.text("model", "trained_by")
        return self.implementations.of(pointer) if pointer else None

    @property
    def own(self) -> Reach:
        """What runs without any test or notebook."""
        if self._own is None:
            entries = self.code.entries()
            self._own = self.code.reachable(
                one for one in entries if not self.code.is_test(one.path) and not one.path.endswith(".ipynb")
            )
        return self._own

    def roots(self) -> tuple[Definition, ...]:
        """The declared code with the program that starts it, or every program that fits something."""
        declared = self.declared
        if isinstance(declared, Implementation):
            found = declared.definition
            if found is None or found.kind == "module":
                return declared.roots
            return tuple(dict.fromkeys([*declared.roots, *self._guard(found)]))
        return tuple(dict.fromkeys(fit.by for fit in self.fits(self.own)))

    def _guard(self, found: Definition) -> list[Definition]:
        """The main guard of its file, where that is what calls it."""
        main = self.code.modules[found.path].main
        return [main] if any(edge.target == found for edge in self.code.graph.node(main).edges) else []

    def callers(self, definitions: Iterable[Definition], *, imports: bool = True) -> frozenset[Definition]:
        """The definitions and all that leads to them, tests and notebooks left out.

        `imports`: whoever imports a module counts as running what its body runs.
        """
        above: dict[Definition, list[Definition]] = {}
        for origin, node in list(self.code.graph.nodes.items()):
            for edge in node.edges:
                above.setdefault(edge.target, []).append(origin)
        seen = set(definitions)
        waiting = list(seen)
        while waiting:
            for caller in above.get(waiting.pop(), ()):
                if caller not in seen and caller in self.own:
                    seen.add(caller)
                    if imports or caller.kind != "module":
                        waiting.append(caller)
        return frozenset(seen)

    def calls(self, reach: Reach | frozenset[Definition]) -> Iterator[tuple[str, UseFact, Definition]]:
        """Every call within reach: its file, itself and the definition whose body holds it."""
        held = reach.definitions if isinstance(reach, Reach) else reach
        for path in sorted({definition.path for definition in held}):
            for use in self.code.modules[path].symbols.uses:
                if use.call and (scope := self.code.graph.scope(path, use.scope)) in held:
                    yield path, use, scope

    def fits(self, reach: Reach | frozenset[Definition]) -> list[Fit]:
        """The calls within reach that surely train."""
        found = []
        for path, use, scope in self.calls(reach):
            name = self.code.canonical(path, use.scope, use.chain) or use.chain
            last = split(use.chain)[-1]
            if last == ".training_step" or ("::" not in name and (last in _FITS or _TRAINERS.search(name))):
                found.append(Fit(self.code.use_at(path, use), scope, use.chain[:60]))
        return found

    def idle(self, found: Implementation) -> bool:
        """Whether nothing of what the code runs may train anything: no call is named for it, none is unknown."""
        reach = self.code.reachable(found.roots)
        if reach.opaque(frozenset()):
            return False
        inner = (one.name for one in reach.definitions if one.qualname not in ("", "<main>"))
        own = found.definition.name if found.definition else ""
        names = {use.chain for path, use, _ in self.calls(reach) if not self.harmless(path, use)}
        names |= {name for name in inner if name != own}
        return not any(_MAY_TRAIN.search(name) for name in names)

    def harmless(self, path: str, use: UseFact) -> bool:
        """A call of a library that reads, writes, parses or measures."""
        name = self.code.canonical(path, use.scope, use.chain) or ""
        return name.startswith(_HARMLESS) or use.chain.rpartition(".")[2] in ("score", "assign")

    def started_by(self, path: str) -> Location | None:
        """The line of a command file or a module that runs a notebook."""
        view = self.code.view
        name = path.rpartition("/")[2]
        for file in view.entries:
            if not _COMMANDS.search(file) or file in (self._charter.path, path):
                continue
            text = text_of(view, file) or ""
            if name not in text:
                continue
            for number, line in enumerate(text.split("\n"), 1):
                if name in line and not line.lstrip().startswith("#") and _RUNS_NOTEBOOK.search(text):
                    return Location(file, number)
        return None

    def commanded(self) -> Location | None:
        """A line of a command file that speaks of training, by a program that is not read."""
        view = self.code.view
        for file in view.entries:
            if _COMMANDS.search(file) and not file.endswith((".py", ".json")) and file != self._charter.path:
                for number, line in enumerate((text_of(view, file) or "").split("\n"), 1):
                    if re.search(r"(?<![a-z])(?:train|finetune|fine-tune)", line) and not line.lstrip().startswith("#"):
                        return Location(file, number)
        return None


@provides
def training(charter: Charter, code: Code, implementations: Implementations) -> Training:
    """Nothing is read yet."""
    return Training(charter, code, implementations)
