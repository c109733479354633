"""Whether the exact model can be had again, and whether it is where the charter says."""

from collections.abc import Iterator

from mlops_lint import (
    Charter,
    Code,
    Evidence,
    Finding,
    Grade,
    Implementation,
    Implementations,
    Keeping,
    Kept,
    Kind,
    Location,
    NotKept,
    Registering,
    Related,
    Result,
    Results,
    Severity,
    Unknown,
    check,
)

REGISTER = "register the model in the training run, or say what really keeps it"
KEEP = "put the model's file under DVC or Git LFS, or register it, and say so in `model.versioned_with`"


def _applies(charter: Charter) -> bool | str:
    if charter.has("model", "none_because"):
        return "there is no model yet"
    how = charter.text("model", "versioned_with")
    if charter.has("model", "registered_in") or (how is not None and how != "none"):
        return True
    if charter.has("model", "base") and how is None and not charter.has("model", "path"):
        return "only a pretrained base is used"
    return charter.stage in ("prototype", "production") or "asked for from the stage prototype on"


@check("MO002", level=2, gate=True, severity=Severity.ERROR, dimension="model", caps=True, when=_applies)
def model_unversioned(
    charter: Charter, keeping: Keeping, registering: Registering, implementations: Implementations, code: Code
) -> Results:
    """The model is not versioned the way the charter says, or nothing versions it."""
    results = [*_registered(charter, registering, implementations, code)]
    yield from results
    how = charter.text("model", "versioned_with")
    claim = charter.at("model", "versioned_with")
    if how in registering.tools:
        if not any(isinstance(result, Finding) for result in results):
            yield _tool(claim, how or "", registering, code)
    elif how is None or how == "none":
        if how == "none" and (kept := next((one for one in results if isinstance(one, Evidence)), None)):
            message = "the charter says that nothing versions the model, and that it is registered"
            help_text = "say in `model.versioned_with` what keeps it"
            yield Finding(claim, Kind.ABSENCE, message, help_text, (Related(kept.found, "registered here"),))
        yield from _unsaid(charter, keeping, settled=bool(results))
    else:
        path = charter.text("model", "path")
        prompts = charter.texts("model", "prompts")
        answers = [keeping.of(how, one, charter.path) for one in ([path] if path or not prompts else prompts)]
        answer = next((one for one in answers if not isinstance(one, Kept)), answers[0])
        if isinstance(answer, Kept):
            yield Evidence(claim, answer.at, answer.grade)
        elif isinstance(answer, NotKept):
            related = (Related(answer.at, answer.note),)
            yield Finding(claim, Kind.FALSE_CLAIM, answer.message, help=answer.mend, related=related)
        else:
            yield Unknown(claim, answer.reason, answer.at)


def _registered(
    charter: Charter, registering: Registering, implementations: Implementations, code: Code
) -> Iterator[Result]:
    pointer = charter.text("model", "registered_in")
    if pointer is None:
        return
    claim, found = charter.at("model", "registered_in"), implementations.of(pointer)
    if isinstance(found, str):
        yield Unknown(claim, found)
        return
    reach = code.reachable(found.roots)
    fault = implementations.fault(found)
    calls = [one for one in registering.calls("", reach.definitions) if one.sure]
    if fault or implementations.tested_only(found):
        yield _lie(claim, found, fault or "only tests call it")
    elif calls:
        yield Evidence(claim, calls[0].at, Grade.LINKED)
    elif obstacle := registering.obstacle("registry", reach):
        yield Unknown(claim, f"no call in `{found.name}` is known to register a model, but {obstacle[0]}", obstacle[1])
    else:
        yield _lie(claim, found, "nothing that it runs registers a model")


def _lie(claim: Location, found: Implementation, fault: str) -> Finding:
    message = f"the model is said to be registered by `{found.name}`, and {fault}"
    return Finding(claim, Kind.FALSE_CLAIM, message, REGISTER, (Related(found.at, fault),))


def _tool(claim: Location, how: str, registering: Registering, code: Code) -> Result:
    shipped = registering.shipped()
    if calls := registering.calls(how, shipped):
        return Evidence(claim, calls[0].at, Grade.LINKED)
    reach = code.reachable(one for one in code.entries() if not code.is_test(one.path))
    if obstacle := registering.obstacle(how, reach):
        return Unknown(claim, f"no call is known to keep the model with {how}, but {obstacle[0]}", obstacle[1])
    if at := registering.uncalled(how, shipped):
        message = f"the model is said to be kept by {how}, and nothing calls the code that would register it"
        return Finding(claim, Kind.FALSE_CLAIM, message, REGISTER, (Related(at, "nothing runs this"),))
    if not code.modules:
        return Unknown(claim, f"there is no Python code that could keep a model with {how}")
    imported = registering.imported(how)
    said = (Related(imported, "imported, and no model is logged or registered"),) if imported else ()
    message = f"the model is said to be kept by {how}, and nothing in the code logs or registers a model there"
    return Finding(claim, Kind.FALSE_CLAIM, message, REGISTER, said)


def _unsaid(charter: Charter, keeping: Keeping, *, settled: bool) -> Iterator[Result]:
    """Nothing is claimed: whatever keeps the file counts."""
    if settled:
        return
    said = charter.text("model", "versioned_with")
    claim = charter.at("model", "versioned_with") if said else charter.key_at("model")
    path, uri = charter.text("model", "path"), charter.text("model", "uri")
    found = keeping.any(path) if path else None
    if found is not None and said:
        message = f"the charter says that nothing versions {path}, and {found.at.path} does"
        help_text = "say in `model.versioned_with` what keeps it"
        yield Finding(claim, Kind.ABSENCE, message, help_text, (Related(found.at, "kept here"),))
    elif found is not None:
        yield Evidence(claim, found.at, Grade.LINKED if found.identified else Grade.PRESENT)
    elif uri and not said:
        yield Unknown(claim, f"whether {uri} names one version cannot be seen; `versioned_with` would settle it")
    else:
        name = path or uri or "the model"
        if not said and (path or uri):
            claim = charter.at("model", "path" if path else "uri")
        yield Finding(claim, Kind.ABSENCE, f"no version of {name} is kept: nobody can get back what was served", KEEP)
