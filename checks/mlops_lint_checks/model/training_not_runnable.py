"""Whether training can be started by somebody else than the one who wrote it."""

from mlops_lint import (
    Charter,
    Definition,
    Evidence,
    Finding,
    Grade,
    Implementation,
    Kind,
    Location,
    Related,
    Result,
    Results,
    Severity,
    Training,
    Unknown,
    check,
)

MODULE = "move what the notebook does into a module that a command can run, and name that in `model.trained_by`"
CALL = "call it from a `main`, a pipeline stage or a console script, or name what really trains the model"


def _applies(training: Training) -> bool | str:
    return training.asked


@check("MO001", level=2, gate=True, severity=Severity.ERROR, dimension="model", when=_applies)
def training_not_runnable(charter: Charter, training: Training) -> Results:
    """Training cannot be started by a command: nothing calls it, or only a notebook holds it."""
    found = training.declared
    claim = charter.at("model", "trained_by")
    if found is None:
        yield _searched(charter.key_at("model"), training)
    elif isinstance(found, str):
        yield Unknown(claim, found)
    elif found.path.endswith(".ipynb"):
        yield _notebook(claim, found, training)
    else:
        yield _judged(claim, found, training)


def _notebook(claim: Location, found: Implementation, training: Training) -> Result:
    if at := training.started_by(found.path):
        return Evidence(claim, at, Grade.LINKED, "a command runs the notebook")
    message = f"`{found.path}` is a notebook, and no command, stage or main starts it"
    return Finding(claim, Kind.ABSENCE, message, MODULE, (Related(found.at, "run by hand"),))


def _judged(claim: Location, found: Implementation, training: Training) -> Result:
    implementations = training.implementations
    if fault := implementations.fault(found):
        return _lie(claim, found, fault)
    if doubt := implementations.doubt(found):
        return Unknown(claim, f"nothing is seen to call `{found.name}`, but {doubt}", found.at)
    if implementations.tested_only(found):
        return _lie(claim, found, "only tests call it")
    definition = found.definition
    if definition is not None and definition.kind != "module" and definition not in training.own:
        return _by_hand(claim, found, definition, training)
    if training.idle(found):
        return _lie(claim, found, "nothing that it runs trains a model")
    return Evidence(claim, found.at, Grade.LINKED)


def _by_hand(claim: Location, found: Implementation, definition: Definition, training: Training) -> Result:
    """Something calls it that is no program of the project: a notebook, or what cannot be followed."""
    code = training.code
    if code.opaque(training.own, frozenset({definition.name})):
        return Unknown(claim, f"calls that cannot be followed may call `{found.name}`", found.at)
    if doubt := training.implementations.doubt(found, training.own):
        return Unknown(claim, f"no program is seen to call `{found.name}`, but {doubt}", found.at)
    notebooks = code.reachable(one for one in code.entries() if one.path.endswith(".ipynb"))
    if definition not in notebooks:
        return Unknown(claim, f"no program is seen to call `{found.name}`", found.at)
    tests = code.reachable(one for one in code.entries() if code.is_test(one.path))
    return _lie(claim, found, f"only notebooks{' and tests' if definition in tests else ''} call it")


def _lie(claim: Location, found: Implementation, fault: str) -> Finding:
    message = f"the model is said to be trained by `{found.name}`, and {fault}"
    return Finding(claim, Kind.FALSE_CLAIM, message, CALL, (Related(found.at, fault),))


def _searched(claim: Location, training: Training) -> Result:
    """What the charter does not name may be there all the same."""
    code = training.code
    if fits := training.fits(training.own):
        return Evidence(claim, fits[0].at, Grade.LINKED, "a program of the project trains")
    if code.unparsed:
        path = next(iter(code.unparsed))
        return Unknown(claim, f"{path} cannot be parsed and may train the model", Location(path))
    if at := training.commanded():
        return Unknown(claim, "a command speaks of training; `model.trained_by` would say what trains the model", at)
    if fits := training.fits(code.live):
        message = "only a notebook or a test trains a model: no command can start training"
        return Finding(claim, Kind.ABSENCE, message, MODULE, (Related(fits[0].at, "trained here"),))
    return Unknown(claim, "no call that is known to train is found; `model.trained_by` would say what trains the model")
