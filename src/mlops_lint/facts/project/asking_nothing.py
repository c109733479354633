"""Whether code that is said to predict surely asks no model: all that it runs is read, and is known to be harmless."""

from __future__ import annotations

from collections.abc import Iterable

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.asking import Asking
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.harmless import LOADS, Harmless
from mlops_lint.facts.project.serving import Serving
from mlops_lint.facts.project.task_reach import is_task, never_runs
from mlops_lint.model import Location


class AskingNothing:
    """Proves that no model is asked; says nothing where a call is not known."""

    def __init__(self, code: Code, serving: Serving, asking: Asking, charter: Charter) -> None:
        self.code = code
        self.serving = serving
        self.asking = asking
        self.charter = charter

    def told(self, subject: Definition, roots: Iterable[Definition]) -> tuple[str, Location] | None:
        """What shows that a model should be asked, where the code of `subject` asks none."""
        judge = Harmless(self.code)
        reach = judge.of(subject)
        if subject.kind != "function" or not self.charter.has("model", "trained_by") or not judge.runs(reach):
            return None
        if (at := self._loaded(roots)) is not None:
            return "a model is loaded here, and not asked", at
        for route in (("deployment", "fallback"), ("baseline", "implemented_in")):
            text = self.charter.text(*route)
            rule = next((one for one in self.serving.roots_of(text) if one in reach), None) if text else None
            if rule is not None and rule.kind == "function":
                return "this answers instead", self.code.at(rule)
        answering = self.asking.answering()
        return ("predictions are answered here", answering) if answering is not None else None

    def apart(self, subject: Definition, roots: Iterable[Definition]) -> bool:
        """Whether the roots are one task of a queue, which shares a file with what predicts and never runs it."""
        known = tuple(roots)
        return len(known) == 1 and is_task(self.code, known[0]) and never_runs(self.code, known[0], subject)

    def _loaded(self, roots: Iterable[Definition]) -> Location | None:
        shipped = self.code.reachable(roots)
        for path in sorted({one.path for one in shipped.definitions}):
            for name, use in self.code.named(path):
                if use.call and LOADS.match(name) and self.code.graph.scope(path, use.scope) in shipped:
                    return self.code.use_at(path, use)
        return None


@provides
def asking_nothing(code: Code, serving: Serving, asking: Asking, charter: Charter) -> AskingNothing:
    """Looked for when asked for."""
    return AskingNothing(code, serving, asking, charter)
