"""The baseline exists: as code that runs, as an artefact, or as something that others can look up."""

import ast
import re

from mlops_lint import (
    Broken,
    Charter,
    Code,
    Evidence,
    FileTarget,
    Finding,
    Found,
    Grade,
    Implementation,
    Implementations,
    Kind,
    Knowledge,
    Location,
    Pointers,
    Related,
    RemoteTarget,
    Results,
    Severity,
    Unknown,
    check,
)

_BY_OTHERS = ("human", "published")
_CONSTANT = ("majority", "mean", "most-popular", "last-value")
_LOGIC = (ast.Compare, ast.BoolOp, ast.IfExp, ast.If, ast.Match, ast.BinOp, ast.Call, ast.Subscript, ast.Attribute)
_CITED = re.compile(
    r"https?://|\bdoi\b|10\.\d{4,}/|arxiv|et al\b|외 \d|\bISBN\b|\((?:19|20)\d\d[a-z]?\)|\b[A-Z]\w+,? (?:19|20)\d\d\b|"
    r"\[\d+\]"
)


def _applies(charter: Charter, code: Code) -> bool | str:
    kind = charter.text("baseline", "kind")
    if kind is None:
        return "the charter names no baseline"
    if kind in _BY_OTHERS or code.modules or code.unparsed or charter.has("baseline", "implemented_in"):
        return True
    return "there is no Python code"


@check("BL002", level=2, gate=True, severity=Severity.ERROR, dimension="metric", caps=True, when=_applies)
def baseline_not_implemented(
    charter: Charter, code: Code, implementations: Implementations, pointers: Pointers, knowledge: Knowledge
) -> Results:
    """Nothing of the repository is the baseline: no code that runs, no artefact, no citation."""
    kind = charter.text("baseline", "kind") or ""
    pointer = charter.text("baseline", "implemented_in")
    claim = charter.at("baseline", "implemented_in")
    if pointer is None:
        yield from _cited(charter, kind, pointers) if kind in _BY_OTHERS else _searched(charter, kind, code, knowledge)
        return
    target = pointers.resolve(pointer, "code")
    if isinstance(target, FileTarget) and not target.path.endswith((".py", ".ipynb")) and kind == "previous-model":
        yield Evidence(claim, target.at, Grade.PRESENT, "the previous model's artefact")
        return
    found = implementations.of(pointer)
    if isinstance(found, str):
        yield Unknown(claim, found)
    elif fault := _fault(kind, found, code, implementations):
        yield Finding(
            claim,
            Kind.FALSE_CLAIM,
            f"the {kind} baseline is said to be `{found.name}`, and {fault}",
            help=f"write the {kind} down as code, and call it where the model is scored",
            related=(Related(found.at, fault),),
        )
    elif doubt := implementations.doubt(found):
        yield Unknown(claim, f"nothing is seen to call `{found.name}`, but {doubt}", found.at)
    else:
        yield Evidence(claim, found.at, Grade.LINKED if found.definition else Grade.PRESENT)


def _fault(kind: str, found: Implementation, code: Code, implementations: Implementations) -> str:
    fault = implementations.fault(found)
    definition = found.definition
    if definition is None or definition.kind != "function":
        return fault
    if fault == "it only returns a constant" and kind in _CONSTANT:
        return "" if definition in code.live or implementations.doubt(found) else "nothing calls it"
    if not fault and kind in ("rule", "heuristic"):
        body = getattr(code.node(definition), "body", [])
        if not any(isinstance(node, _LOGIC) for part in body for node in ast.walk(part)):
            return "it decides nothing: no comparison, no arithmetic, no call"
    return fault


def _searched(charter: Charter, kind: str, code: Code, knowledge: Knowledge) -> Results:
    """No place is named: code that is a baseline by its nature (`DummyClassifier`) shows itself."""
    claim = charter.at("baseline", "kind")
    calls = {
        call for tool in knowledge.tools("baselines") if kind in tool.get("kinds", ()) for call in tool.calls("calls")
    }
    answer = code.search(calls, [entry for entry in code.entries() if not code.is_test(entry.path)]) if calls else None
    if isinstance(answer, Found):
        yield Evidence(claim, answer.uses[0].at, Grade.PRESENT, answer.uses[0].name)
        return
    named = _named(code)
    artefact = "artefact" if kind == "previous-model" else "code"
    yield Finding(
        claim,
        Kind.ABSENCE,
        f"no {artefact} of the {kind} baseline is named",
        help=f"point `baseline.implemented_in` at it{f': `{named[0]}`?' if named else '; ten lines are enough'}",
        related=tuple(Related(at, "may be it") for _, at in [named] if named) if named else (),
    )


def _named(code: Code) -> tuple[str, Location] | None:
    """A live function or class whose name says that it is a baseline."""
    for path, module in code.modules.items():
        for qualname, definition in module.definitions.items():
            words = re.split(r"[_.\W]+", f"{path.rpartition('/')[2]}_{qualname}".casefold())
            if "baseline" in words and not code.is_test(path) and definition in code.live:
                return f"{path}::{qualname}", code.at(definition)
    return None


def _cited(charter: Charter, kind: str, pointers: Pointers) -> Results:
    """Numbers of people and papers need the way that they were got."""
    claim = charter.at("baseline", "kind")
    protocol = charter.text("baseline", "protocol")
    description = charter.text("baseline", "description") or ""
    if protocol:
        at = charter.at("baseline", "protocol")
        target = pointers.resolve(protocol, "ref")
        if isinstance(target, Broken):
            yield Unknown(at, f"`{protocol}` {target.reason} (CH005)")
        elif isinstance(target, RemoteTarget) or not hasattr(target, "at"):
            yield Evidence(at, at, Grade.STATED, protocol)
        else:
            yield Evidence(at, target.at, Grade.PRESENT)
    elif kind == "published" and _CITED.search(description):
        yield Evidence(claim, charter.at("baseline", "description"), Grade.STATED)
    else:
        human = kind == "human"
        what = "how people were scored" if human else "where the number was published"
        yield Finding(
            claim,
            Kind.ABSENCE,
            f"nothing says {what}",
            help="`baseline.protocol`: a page that says who answered, on which rows, and how it was counted"
            if human
            else "`baseline.protocol`: the paper's address, or a page on how the number compares",
        )
