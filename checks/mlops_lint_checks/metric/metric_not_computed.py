"""The metric is computed where the charter says, or anywhere."""

from mlops_lint import (
    Charter,
    Code,
    Computed,
    Definition,
    Evidence,
    Finding,
    Grade,
    Implementation,
    Implementations,
    Kind,
    Location,
    Measuring,
    NotComputed,
    Pointers,
    Related,
    Results,
    Severity,
    Unclear,
    Unknown,
    Versioning,
    check,
)  # fmt: skip


def _applies(charter: Charter, code: Code) -> bool | str:
    if not charter.has("metric", "name"):
        return "the charter names no metric"
    return True if code.modules or code.unparsed else "there is no Python code"


@check("MT003", level=2, gate=True, severity=Severity.ERROR, dimension="metric", caps=True, when=_applies)
def metric_not_computed(
    charter: Charter, code: Code, measuring: Measuring, implementations: Implementations, pointers: Pointers,
    versioning: Versioning,
) -> Results:  # fmt: skip
    """No code that runs computes the declared metric."""
    name = charter.text("metric", "name") or ""
    claim = charter.at("metric", "name")
    pointer = charter.text("metric", "computed_in")
    own = _definition(charter, implementations)
    task = charter.text("goal", "task") or ""
    if pointer is None:
        answer = measuring.measure(name, None, task, own)
        if isinstance(answer, NotComputed) and (foreign := _foreign(charter, pointers, versioning)):
            answer = foreign
        if isinstance(answer, NotComputed) and (tested := _tested(name, code, measuring)):
            yield Finding(
                claim,
                Kind.ABSENCE,
                f"only tests compute {name!r}",
                help="compute it in the evaluation, or point `metric.computed_in` at the test if that is it",
                related=(Related(tested.at, "a test computes it"),),
            )
            return
        yield from _judged(charter, name, answer, claim, None, code)
        return
    claim = charter.at("metric", "computed_in")
    found = implementations.of(pointer)
    if isinstance(found, str):
        yield Unknown(claim, found)
        return
    if fault := implementations.fault(found):
        yield _idle(claim, name, found, fault)
        return
    if implementations.untold(found, charter.text("metric", "recorded_in") or ""):
        yield _idle(claim, name, found, "only tests call it")
        return
    if doubt := implementations.doubt(found):
        yield Unknown(claim, f"nothing is seen to call `{found.name}`, but {doubt}", found.at)
        return
    answer = measuring.measure(name, found.roots, task, own)
    yield from _judged(charter, name, answer, claim, found, code)


def _definition(charter: Charter, implementations: Implementations) -> Definition | None:
    text = charter.text("metric", "definition")
    found = implementations.of(text, "ref") if text else ""
    return None if isinstance(found, str) else found.definition


def _foreign(charter: Charter, pointers: Pointers, versioning: Versioning) -> Unclear | None:
    """The recorded number comes from a stage that is no Python."""
    text = charter.text("metric", "recorded_in")
    path = pointers.files.absolute(text.partition("#")[0]) if text and "://" not in text else None
    stage = versioning.dvc.maker(path) if versioning.dvc is not None and path else None
    if stage is None or any(word in stage.cmd for word in ("python", ".py", "papermill", ".ipynb")):
        return None
    return Unclear(f"the stage {stage.name!r} records it with `{stage.cmd[:60]}`, which is not looked into", stage.at)


def _tested(name: str, code: Code, measuring: Measuring) -> Computed | None:
    answer = measuring.measure(name, [entry for entry in code.entries() if code.is_test(entry.path)])
    return answer if isinstance(answer, Computed) else None


def _idle(claim: Location, name: str, found: Implementation, fault: str) -> Finding:
    return Finding(
        claim,
        Kind.FALSE_CLAIM,
        f"{name!r} is said to be computed in `{found.name}`, and {fault}",
        help=f"call `{found.name}` from the evaluation, or point `metric.computed_in` at the code that runs",
        related=(Related(found.at, fault),),
    )


def _judged(
    charter: Charter, name: str, answer: object, claim: Location, found: Implementation | None, code: Code
) -> Results:
    where = f"within reach of `{found.name}`" if found else "in the code that runs"
    if isinstance(answer, Computed):
        yield Evidence(claim, answer.at, Grade.LINKED, f"computed by {answer.what}")
    elif isinstance(answer, Unclear):
        yield Unknown(claim, f"nothing that computes {name!r} was found {where}, but {answer.reason}", answer.at)
    elif code.unparsed and found is None:
        path = min(code.unparsed)
        yield Unknown(claim, f"nothing that computes {name!r} was found, but {path} cannot be parsed", Location(path))
    elif isinstance(answer, NotComputed):
        yield _missing(charter, name, answer, claim, found)


def _missing(
    charter: Charter, name: str, answer: NotComputed, claim: Location, found: Implementation | None
) -> Finding:
    others = ", ".join(other for other, _ in answer.instead[:3])
    related = [Related(at, f"{other} is computed here") for other, at in answer.instead[:3]]
    if found is None:
        kind = Kind.FALSE_CLAIM if charter.has("metric", "recorded_in") else Kind.ABSENCE
        message = f"no code that runs computes {name!r}" + (f"; what it computes is {others}" if others else "")
        return Finding(claim, kind, message, "compute it in the evaluation, and say where with `metric.computed_in`",
                       tuple(related))  # fmt: skip
    message = f"`{found.name}` never computes {name!r}" + (f"; it computes {others}" if others else "")
    return Finding(
        claim, Kind.FALSE_CLAIM, message, "compute it there, or point `metric.computed_in` at the code that does",
        (Related(found.at, f"`{found.name}` and all that it calls were read"), *related),
    )  # fmt: skip
