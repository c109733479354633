"""The baseline exists: as code that runs, as an artefact, or as something that others can look up."""

import ast
import re

from mlops_lint import (
    BaselineOther,
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
_UNLEARNED = ("rule", "heuristic", *_CONSTANT, "random")
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
    charter: Charter, code: Code, implementations: Implementations, pointers: Pointers, knowledge: Knowledge,
    other: BaselineOther,
) -> Results:  # fmt: skip
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
    elif (
        fault := _fault(kind, found, code, implementations)
        or _learned(charter, kind, found, implementations)
        or (found.definition is not None and kind in _UNLEARNED and other.instead(found.definition))
        or (_untold(charter, found, code, implementations))
    ):
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
    if not fault and definition is None and implementations.listed(found):
        return "it decides nothing: it is a list of texts"
    if definition is None or definition.kind != "function":
        return fault
    if fault == "it only returns a constant" and kind in _CONSTANT:
        return "" if definition in code.live or implementations.doubt(found) else "nothing calls it"
    if not fault and kind in ("rule", "heuristic"):
        body = getattr(code.node(definition), "body", [])
        if not any(isinstance(node, _LOGIC) for part in body for node in ast.walk(part)):
            return "it decides nothing: no comparison, no arithmetic, no call"
    return fault


def _learned(charter: Charter, kind: str, found: Implementation, implementations: Implementations) -> str:
    """A rule is no model: not the code that trains the model, and nothing that it fits with."""
    if kind not in _UNLEARNED or found.definition is None:
        return ""
    trainer = charter.text("model", "trained_by")
    trained = implementations.of(trainer) if trainer else ""
    if isinstance(trained, str) or trained.definition is None:
        return ""
    if found.definition == trained.definition:
        return "that trains the model (`model.trained_by`)"
    reached = found.definition in implementations.code.reachable(trained.roots)
    fits = implementations.fits(found.definition) if reached else None
    return f"it fits the model itself (`{fits}`)" if fits else ""


def _untold(charter: Charter, found: Implementation, code: Code, implementations: Implementations) -> str:
    """Only tests call it, and none of them writes the number that is recorded."""
    recorded = (charter.text("baseline", "recorded_in") or "").partition("#")[0].rpartition("/")[2]
    if not recorded or not implementations.tested_only(found):
        return ""
    tests = [path for path in code.modules if code.is_test(path)]
    return "" if any(recorded in code.source(path).text for path in tests) else "only tests call it"


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
    if unread := min((path for path in code.unparsed if not code.is_test(path)), default=None):
        yield Unknown(claim, f"no {kind} baseline was found, but {unread} cannot be parsed", Location(unread))
        return
    named = _named(code)
    artefact = "artefact" if kind == "previous-model" else "code"
    more = ", the file that keeps the older model" if kind == "previous-model" else "; ten lines are enough"
    yield Finding(
        claim,
        Kind.ABSENCE,
        f"no {artefact} of the {kind} baseline is named",
        help=f"point `baseline.implemented_in` at it{f': `{named[0]}`?' if named else more}",
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
