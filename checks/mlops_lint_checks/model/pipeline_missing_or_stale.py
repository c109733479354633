"""Whether one declared pipeline makes model and numbers, and whether it is the one that made them."""

from mlops_lint import (
    Broken,
    Charter,
    Code,
    Evidence,
    FileTarget,
    Finding,
    FolderTarget,
    Grade,
    Hidden,
    Kind,
    Location,
    ModelAge,
    PipelineDefined,
    Piping,
    Pointers,
    Related,
    Result,
    Results,
    Severity,
    Training,
    Unknown,
    check,
)

RERUN = "`dvc repro`, look at what changed, and commit the lock"
DECLARE = "declare the stages that prepare, train and evaluate in one pipeline file, and name it in `model.pipeline`"
VERBS = {"train": "trains", "evaluate": "evaluates"}


def _applies(charter: Charter, training: Training) -> bool | str:
    if charter.has("model", "pipeline"):
        return True
    asked = training.asked
    if asked is True and charter.stage not in ("prototype", "production"):
        return "asked for from the stage prototype on"
    return asked


@check("MO007", level=2, gate=True, severity=Severity.ERROR, dimension="model", caps=True, when=_applies)
def pipeline_missing_or_stale(
    charter: Charter, pointers: Pointers, piping: Piping, practice: PipelineDefined, code: Code, age: ModelAge
) -> Results:
    """No pipeline trains and evaluates, or its lock records another run than the files and parameters of now."""
    pointer = charter.text("model", "pipeline")
    claim = charter.at("model", "pipeline")
    if pointer is None:
        yield _searched(charter.key_at("model"), piping, practice, code)
        return
    target = pointers.resolve(pointer, "path")
    if isinstance(target, FolderTarget):
        yield Evidence(claim, target.at, Grade.PRESENT)
    elif not isinstance(target, FileTarget) or target.standin:
        reason = target.reason if isinstance(target, Broken | Hidden) else "lies outside of the repository"
        yield Unknown(claim, f"`{pointer}` {reason}" + (" (CH005)" if isinstance(target, Broken) else ""))
    else:
        yield from _pipeline(claim, target.path, piping, age)


def _pipeline(claim: Location, path: str, piping: Piping, age: ModelAge) -> Results:
    if path in piping.training.code.unparsed:
        yield Unknown(claim, f"{path} cannot be parsed", Location(path))
        return
    if lacking := piping.lacking(path):
        parts = " and none that ".join(VERBS[part] for part in lacking)
        stages = piping.locking.stages(path)
        at = stages[0].at if stages else Location(path)
        yield _false(claim, f"{path} has no step that {parts}", at, "its first step" if stages else "", DECLARE)
        return
    if not path.endswith("dvc.yaml"):
        yield Evidence(claim, Location(path), Grade.PRESENT)
        return
    found = [*_broken(claim, path, piping), *_idle(claim, path, piping), *_empty(claim, path, piping)]
    found += [*_stale(claim, path, piping, age)]
    yield from found or [Evidence(claim, Location(piping.locking.lock(path)), Grade.AGREED)]


def _broken(claim: Location, path: str, piping: Piping) -> Results:
    for stage, dep in piping.locking.dangling(path):
        message = f"stage {stage.name!r} needs {dep}, which no stage makes and nothing keeps"
        yield _false(claim, message, stage.at, f"needs {dep}", "add the stage that makes it, or `dvc add` it")
        return
    for stage, script in piping.missing_scripts(path):
        message = f"stage {stage.name!r} runs {script}, which is not there"
        yield _false(claim, message, stage.at, f"runs {script}", "name the script that really does it")
        return


def _idle(claim: Location, path: str, piping: Piping) -> Results:
    for stage, made in piping.hollow_stages(path):
        message = f"stage {stage.name!r} is said to make {made}, and runs `{stage.cmd[:80]}`, which computes nothing"
        yield _false(claim, message, stage.at, f"runs `{stage.cmd[:80]}`", "run the script that really does it")
        return
    for stage, script in piping.idle_scripts(path):
        message = f"stage {stage.name!r} runs {script}, which only defines things: nothing in it is started"
        related = (Related(stage.at, f"runs {script}"), Related(Location(script), "no main and no call"))
        yield Finding(claim, Kind.FALSE_CLAIM, message, "start the work under `if __name__ == ...`", related)
        return


def _empty(claim: Location, path: str, piping: Piping) -> Results:
    for stage, notebook in piping.idle_notebooks(path):
        message = f"stage {stage.name!r} is said to make the model, and runs {notebook}, which trains nothing"
        related = (Related(stage.at, f"runs {notebook}"), Related(Location(notebook), "no call that could train"))
        yield Finding(claim, Kind.FALSE_CLAIM, message, "run what trains the model", related)
        return


def _stale(claim: Location, path: str, piping: Piping, age: ModelAge) -> Results:
    lock, locked = piping.locking.lock(path), piping.locking.locked(path)
    if locked is None:
        yield Unknown(claim, f"{lock} cannot be read", Location(lock))
    elif not locked:
        yield Finding(claim, Kind.ABSENCE, f"{path} has no {lock}: no run of it is recorded", RERUN)
    found = piping.stale(path)
    hard = [one for one in found if not one.soft]
    for one in hard[:1]:
        related = (Related(one.at, "the recorded run"), Related(one.now, one.note))
        more = f" (and {len(hard) - 1} more)" if len(hard) > 1 else ""
        yield Finding(claim, Kind.FALSE_CLAIM, f"{lock} is stale: {one.message}{more}", RERUN, related,
                      may_wait=age.within)  # fmt: skip
    if found and not hard:
        one = found[0]
        related = (Related(one.at, "the recorded run"), Related(one.now, one.note))
        yield Finding(claim, Kind.DEFECT, f"{one.message}: the pipeline was not run since", RERUN, related,
                      severity=Severity.INFO)  # fmt: skip


def _false(claim: Location, message: str, at: Location, note: str, mend: str) -> Finding:
    return Finding(claim, Kind.FALSE_CLAIM, message, mend, (Related(at, note),) if note else ())


def _searched(claim: Location, piping: Piping, practice: PipelineDefined, code: Code) -> Result:
    at = next((shown.at for shown in practice.shown if shown.at), None)
    if practice.present and at:
        return Evidence(claim, at, Grade.PRESENT)
    if found := piping.found():
        return Evidence(claim, found, Grade.PRESENT)
    if at and not practice.present:
        return Unknown(claim, "what this runs cannot be told; `model.pipeline` would settle it", at)
    if code.unparsed:
        path = next(iter(code.unparsed))
        return Unknown(claim, f"{path} cannot be parsed and may be the pipeline", Location(path))
    return Finding(claim, Kind.ABSENCE, "no pipeline trains and evaluates the model in one go", DECLARE)
