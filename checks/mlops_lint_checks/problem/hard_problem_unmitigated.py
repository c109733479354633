import ast

from mlops_lint import (
    Charter,
    Code,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Placeholders,
    Related,
    Results,
    Serving,
    Severity,
    check,
)  # fmt: skip

HARD_TASKS = {
    "generation": "what is generated has no single right answer",
    "recommendation": "what is recommended has no single right answer",
    "reinforcement-learning": "an agent learns from the consequences of its own actions",
}
UPLOADS = frozenset(
    ("fastapi.UploadFile", "fastapi.File", "starlette.datastructures.UploadFile", "flask.request.files")
)
HELP = "say in `goal.feasibility.hard_because` why it is hard, and in `hard_mitigation` the limit that you set"


def _hard(charter: Charter, code: Code, serving: Serving) -> bool | str:
    return _why(charter, code, serving) is not None or "the task is none of those that are known to be hard"


@check("PR006", level=2, severity=Severity.WARNING, dimension="problem", when=_hard)
def hard_problem_unmitigated(charter: Charter, placeholders: Placeholders, code: Code, serving: Serving) -> Results:
    """A problem that is known to be hard, and nothing says why it is or what limits it."""
    feasibility = ("goal", "feasibility")
    reasons = charter.texts(*feasibility, "hard_because")
    answered = placeholders.answered(*feasibility, "hard_mitigation")
    why = _why(charter, code, serving)
    if why is None:
        return
    claim, what, related = why
    if reasons or answered:
        at = charter.at(*feasibility, "hard_because" if reasons else "hard_mitigation")
        yield Evidence(claim, at, Grade.STATED)
        return
    message = f"{what}, and the charter neither says why that is hard nor what limits it"
    yield Finding(claim, Kind.ABSENCE, message, HELP, related)


def _why(charter: Charter, code: Code, serving: Serving) -> tuple[Location, str, tuple[Related, ...]] | None:
    """The claim, what makes the problem hard, and where the code shows it."""
    task = charter.text("goal", "task") or ""
    claim = charter.at("goal", "task")
    if task in HARD_TASKS:
        return claim, f"the task is {task}: {HARD_TASKS[task]}", ()
    if charter.text("goal", "users") != "customers":
        return None
    if charter.has("model", "prompts"):
        said = Related(charter.key_at("model", "prompts"), "a prompted model")
        return claim, "customers write what a prompted model reads", (said,)
    if at := _uploaded(charter, code, serving):
        return claim, "customers upload what the model reads", (Related(at, "an upload"),)
    return None


def _uploaded(charter: Charter, code: Code, serving: Serving) -> Location | None:
    """Where a file of a customer's comes in on the serving path."""
    roots = serving.declared(charter.text("deployment", "entrypoint"), charter.text("deployment", "predicts_in"))
    if not roots:
        return None
    files = sorted({root.path for root in roots if root.path in code.modules and not code.is_test(root.path)})
    found = [use.at for use in code.uses(UPLOADS) if use.path in files]
    for path in files:
        for definition in code.modules[path].definitions.values():
            node = code.node(definition) if definition.kind == "function" else None
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                taken = [part for argument in node.args.args for part in _names(argument.annotation)]
                found += [code.at(definition) for name in taken if code.canonical(path, "", name) in UPLOADS]
    return found[0] if found else None


def _names(annotation: ast.expr | None) -> list[str]:
    parts = ast.walk(annotation) if annotation is not None else ()
    return [ast.unparse(part) for part in parts if isinstance(part, ast.Name | ast.Attribute)]
