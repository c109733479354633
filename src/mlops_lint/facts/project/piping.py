"""What a pipeline file runs: whether training and evaluation are in it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.code import Definition
from mlops_lint.facts.project.dvc import Stage
from mlops_lint.facts.project.implementing import Implementation
from mlops_lint.facts.project.locking import Locking, Stale
from mlops_lint.facts.project.node_wiring import NodeWiring
from mlops_lint.facts.project.piping_commands import MAKEFILES, does_nothing, runs_notebook, working
from mlops_lint.facts.project.piping_rules import filled_rules, is_ruled, other_rules, programs
from mlops_lint.facts.project.piping_tasks import left_out, task_commands
from mlops_lint.facts.project.reading import text_of, within
from mlops_lint.facts.project.training import Training
from mlops_lint.facts.project.values import Values
from mlops_lint.facts.project.writes import Writes
from mlops_lint.model import Location

_WORDS = {
    "train": re.compile(
        r"(?<![a-z])(?:re)?(?:train|fit|fine_?tun|tun(?:e|ing)|learn|build_model|model)", re.IGNORECASE
    ),
    "evaluate": re.compile(
        r"(?<![a-z])(?:eval|scor(?:e|ing)|metrics?|valid|measur|report|benchmark|assess|backtest|test_?model|"
        r"model_?test|compare|analy)",
        re.IGNORECASE,
    ),
}
_TEST = re.compile(r"(?<![a-z])test(?!s?/|s\b)(?![a-z]*\.)", re.IGNORECASE)
_FILES = re.compile(
    r"(?:^|/)(?:Makefile|makefile|GNUmakefile|justfile|Justfile|Snakefile|Taskfile\.ya?ml|MLproject|tasks\.py|noxfile\.py|"
    r"dodo\.py|[^/]*pipeline[^/]*\.(?:py|ya?ml)|[^/]*\.sh|dvc\.yaml)$|^\.github/workflows/[^/]*\.ya?ml$|(?:^|/)\.gitlab-ci\.yml$"
)
PARTS = ("train", "evaluate")


class Piping:
    """Read when asked."""

    def __init__(
        self, charter: Charter, training: Training, values: Values, locking: Locking, wiring: NodeWiring,
        writes: Writes,
    ) -> None:  # fmt: skip
        self._charter = charter
        self._wiring = wiring
        self._writes = writes
        self.training = training
        self._values = values
        self.locking = locking
        self._code = training.code

    def lacking(self, path: str) -> list[str]:
        """Which of training and evaluation the declared pipeline does not run."""
        missing = self._missing(path)
        return [*missing, "evaluate"] if "evaluate" not in missing and self._unmade(path) else missing

    def _missing(self, path: str) -> list[str]:
        if path.endswith("dvc.yaml"):
            return [part for part in PARTS if not self._staged(path, part)]
        text = self._text(path)
        reached = self._reached(path)
        makes = posixpath.basename(path).lower() in MAKEFILES
        text = working(filled_rules(text)) if makes else text
        if functions := self._steps(path):
            text = " ".join(function.name for function in functions)
            reached = self._code.reachable(functions).definitions
        text = task_commands(self._code.view, path) or text
        missing = [part for part in PARTS if not (_WORDS[part].search(text) or self._holds(part, reached, text))]
        trained = self.training.declared
        if "train" not in missing and isinstance(trained, Implementation) and task_commands(self._code.view, path):
            missing = ["train", *missing] if left_out(text, trained.path, self._code.modules) else missing
        return [] if missing == ["evaluate"] and self._within_training() else missing

    def _unmade(self, path: str) -> bool:
        """Whether rules make the model, and what writes the metric's own number is run by none."""
        wanted, beside = self._outputs("evaluate"), self._outputs("baseline")
        if not is_ruled(path) or not wanted:
            return False
        name = posixpath.basename(wanted[0])
        text = other_rules(self._text(path), name, posixpath.basename(next(iter(beside), "")))
        writers = [write for write in self._writes.to(wanted[0]) if write.live]
        if text is None or not writers or name in text or _WORDS["evaluate"].search(text):
            return False
        started = [self._code.modules[one] for one in programs(text, self._code.modules)]
        reached = self._code.reachable([one for module in started for one in (module.body, module.main)]).definitions
        stems = {posixpath.basename(write.definition.path).removesuffix(".py") for write in writers}
        named = any(re.search(rf"(?<!\w){re.escape(stem)}(?!\w)", text) for stem in stems)
        return bool(self._trains(reached)) and not named and not any(write.definition in reached for write in writers)

    def _trains(self, reached: frozenset[Definition]) -> bool:
        found = self.training.declared
        roots = [found.definition or found.roots[0]] if isinstance(found, Implementation) and found.roots else []
        return any(root in reached for root in roots) or bool(self.training.fits(reached))

    def _steps(self, path: str) -> list[Definition]:
        """The functions of a pipeline that is declared node by node in this file; none where one is not known."""
        found = [node.function for node in self._wiring.all or () if node.path == path]
        return [] if None in found else [function for function in found if function is not None]

    def found(self) -> Location | None:
        """A file that runs training and evaluation, or one program that does both."""
        view = self._code.view
        for path in view.entries:
            if _FILES.search(path) and (self._code.project.owns(path) or path.startswith(".github/")):
                if not self._code.is_test(path) and not self._missing(path) and self._runs(path):
                    return Location(path)
        for path, module in self._code.modules.items():
            script = module.symbols.has_main or any(use.call for use in module.symbols.uses if use.scope == "")
            if script and not self._code.is_test(path) and not path.endswith(".ipynb"):
                reach = self._code.reachable([module.main, module.body]).definitions
                if self.training.fits(reach) and self._computes(reach):
                    return Location(path)
        return None

    def missing_scripts(self, path: str) -> Iterator[tuple[Stage, str]]:
        """Scripts that stages start and that do not exist."""
        for stage in self.locking.stages(path):
            for match in re.finditer(r"\bpython[\d.]*\s+(?:-u\s+)?((?:[\w.-]+/)*[\w-]+\.py)(?![\w./])", stage.cmd):
                script = match[1]
                folder = posixpath.dirname(stage.file)
                places = {posixpath.normpath(posixpath.join(base, script)) for base in (folder, "")}
                if not any(place in self._code.view.entries for place in places) and "cd " not in stage.cmd:
                    yield stage, script

    def stale(self, path: str) -> list[Stale]:
        """Where its lock disagrees; soft, where nothing that the pipeline runs has changed."""
        found = list(self.locking.stale(path))
        reached = self._reached(path) if any(one.parts for one in found) else frozenset()
        names = {(one.path, one.qualname.split(".")[0]) for one in reached}
        files = {one for one, _ in names}
        return [
            replace(one, soft=True)
            if one.path in files and one.parts and not any((one.path, part) in names for part in one.parts)
            else one
            for one in found
        ]

    def hollow_stages(self, path: str) -> Iterator[tuple[Stage, str]]:
        """Stages that are said to make the model or its numbers, and whose commands compute nothing."""
        wanted = {*self._outputs("train"), *self._outputs("evaluate")}
        for stage in self.locking.stages(path):
            outs = sorted({*stage.outs, *stage.metrics})
            made = [want for out in outs for want in wanted if want == out or want.startswith(out + "/")]
            if made and does_nothing(stage.cmd):
                yield stage, made[0]

    def idle_scripts(self, path: str) -> Iterator[tuple[Stage, str]]:
        """Scripts that stages start and that only define things: nothing in them runs by itself."""
        stages = {stage.name.partition("@")[0]: stage for stage in self.locking.stages(path)}
        for run in self._values.invocations.all:
            module = self._code.modules.get(run.script)
            if module is None or module.is_notebook or run.stage not in stages or module.symbols.has_main:
                continue
            calls = [use for use in module.symbols.uses if use.call and use.scope == ""]
            quiet = all(self.training.harmless(run.script, use) for use in calls)
            if quiet and module.definitions and not any(fact.decorators for fact in module.facts.values()):
                yield stages[run.stage], run.script

    def idle_notebooks(self, path: str) -> Iterator[tuple[Stage, str]]:
        """Notebooks that stages run in place of training, and that call nothing that could train."""
        for stage in self.locking.stages(path):
            notebook = runs_notebook(stage.cmd)
            module = self._code.modules.get(posixpath.normpath(posixpath.join(posixpath.dirname(stage.file), notebook)))
            if not notebook or module is None or not self._makes_model(stage):
                continue
            names = {use.chain for use in module.symbols.uses if use.call}
            if not module.symbols.imports and names <= {"print", "len", "range", "str", "display"}:
                yield stage, notebook

    def _makes_model(self, stage: Stage) -> bool:
        outs = {*stage.outs, *stage.metrics}
        return any(want == out or want.startswith(out + "/") for out in outs for want in self._outputs("train"))

    def _runs(self, path: str) -> bool:
        """Commands start a training program, so that words alone do not count."""
        if path.endswith(("dvc.yaml", ".py")):
            return True
        text = self._text(path)
        return bool(
            re.search(
                r"python|Rscript|\$\(PY|\$\{?PYTHON|mlflow|dvc repro|accelerate|torchrun|papermill|\w-train", text
            )
        )

    def _staged(self, path: str, part: str) -> bool:
        stages = self.locking.stages(path)
        wanted = self._outputs(part)
        only = [one for one in stages if part == "evaluate" and wanted and self._other(one, wanted)]
        stages = [one for one in stages if one not in only]
        for stage in stages:
            outs = {*stage.outs, *stage.metrics, *stage.plots}
            made = any(out == want or want.startswith(out + "/") for out in outs for want in wanted)
            words = f"{stage.name} {stage.cmd}"
            if made or _WORDS[part].search(words) or (part == "evaluate" and _evaluates(stage)):
                return True
        reached = self._reached(path, {stage.name.partition("@")[0] for stage in only})
        return self._holds(part, reached, " ".join(stage.cmd for stage in stages))

    def _other(self, stage: Stage, wanted: list[str]) -> bool:
        """Whether a stage scores the baseline or times the model, and nothing else."""
        made = any(within(want, out) for out in stage.outs for want in wanted)
        baseline = set(self._outputs("baseline")) - set(wanted)
        if made or not stage.metrics or baseline.issuperset(stage.metrics):
            return not made and bool(stage.metrics)
        writers = {write.definition for want in wanted for write in self._writes.to(want) if write.live}
        runs = {(run.stage, run.script) for run in self._values.invocations.all if run.script in self._code.modules}
        names = {one.name.partition("@")[0] for one in self.locking.stages(stage.file)}
        known = writers and names <= {name for name, _ in runs}
        beside = baseline | (set(self._outputs("latency")) - set(wanted) if known else set())
        if not beside.issuperset(stage.metrics):
            return False
        modules = [self._code.modules[script] for name, script in runs if name == stage.name.partition("@")[0]]
        reached = self._code.reachable([one for module in modules for one in (module.body, module.main)]).definitions
        return writers.isdisjoint(reached)

    def _outputs(self, part: str) -> list[str]:
        routes: dict[str, tuple[str, ...]] = {"train": ("model", "path"), "baseline": ("baseline", "recorded_in")}
        routes["latency"] = ("deployment", "latency_ms", "recorded_in")
        route = routes.get(part, ("metric", "recorded_in"))
        text = (self._charter.text(*route) or "").partition("#")[0]
        return [self._code.project.join(text)] if text else []

    def _holds(self, part: str, reached: frozenset[Definition], text: str) -> bool:
        """Whether what it starts gets to the code that the charter names for this part."""
        pointer = self._charter.text(*(("model", "trained_by") if part == "train" else ("metric", "computed_in")))
        found = self.training.implementations.of(pointer) if pointer else None
        if not isinstance(found, Implementation):
            return bool(self.training.fits(reached)) if part == "train" else False
        stem = found.path.rpartition("/")[2].removesuffix(".py")
        named = bool(re.search(rf"(?<![\w]){re.escape(stem)}(?![\w])", text))
        inner = found.definition in reached if found.definition else any(root in reached for root in found.roots)
        return named or inner

    def _within_training(self) -> bool:
        """Whether the declared training program gets to the declared computation of the metric itself."""
        trained = self.training.declared
        pointer = self._charter.text("metric", "computed_in")
        found = self.training.implementations.of(pointer) if pointer else None
        if not isinstance(trained, Implementation) or not isinstance(found, Implementation):
            return False
        roots = [trained.definition] if trained.definition else trained.roots
        reached = self._code.reachable(roots).definitions
        return found.definition in reached if found.definition else False

    def _computes(self, reached: frozenset[Definition]) -> bool:
        pointer = self._charter.text("metric", "computed_in")
        found = self.training.implementations.of(pointer) if pointer else None
        if isinstance(found, Implementation):
            return found.definition in reached if found.definition else any(root in reached for root in found.roots)
        calls = (use.chain for _, use, _ in self.training.calls(reached))
        return any(
            re.search(r"_score$|\.score$|evaluate|metric|_report$|_error$|\.eval$|_loss$", name) for name in calls
        )

    def _reached(self, path: str, without: Collection[str] = ()) -> frozenset[Definition]:
        """What runs once the pipeline's scripts, but for those of some stages, or its own Python file, run."""
        roots: list[Definition] = []
        if path in self._code.modules:
            module = self._code.modules[path]
            roots += [module.body, module.main, *module.definitions.values()]
        text = self._text(path)
        for run in self._values.invocations.all:
            module_name = run.script.removesuffix(".py").rpartition("/")[2]
            if run.script in self._code.modules and module_name in text and run.stage not in without:
                roots += [self._code.modules[run.script].body, self._code.modules[run.script].main]
        return self._code.reachable(roots).definitions

    def _text(self, path: str) -> str:
        """Without comments; of Python only what it uses and says in calls."""
        if path in self._code.modules:
            symbols = self._code.modules[path].symbols
            parts = [use.chain for use in symbols.uses]
            return " ".join(parts)
        text = text_of(self._code.view, path) or ""
        lines = (
            line for line in text.split("\n") if not line.lstrip().startswith(("#", "//", ".PHONY", "echo", "@echo"))
        )
        return "\n".join(re.sub(r"\s#.*", "", line) for line in lines)


def _evaluates(stage: Stage) -> bool:
    return bool(stage.metrics or _TEST.search(stage.name))


@provides
def piping(
    charter: Charter, training: Training, values: Values, locking: Locking, wiring: NodeWiring, writes: Writes
) -> Piping:
    """Nothing is read yet."""
    return Piping(charter, training, values, locking, wiring, writes)
