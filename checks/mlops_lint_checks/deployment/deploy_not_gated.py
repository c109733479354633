"""What is deployed was tested, and is what the charter says."""

from collections.abc import Iterator

from mlops_lint import (
    Charter,
    Deploying,
    Deployment,
    Evidence,
    FileTarget,
    Finding,
    FolderTarget,
    Grade,
    Kind,
    Location,
    Pointers,
    Related,
    Result,
    Results,
    Served,
    Severity,
    Unknown,
    Workflows,
    check,
    model_address,
)  # fmt: skip


def _deploys(charter: Charter, deploying: Deploying) -> bool | str:
    if charter.stage == "retired":
        return "the project is retired"
    if charter.has("deployment", "cd") or charter.has("deployment", "serves") or deploying.all():
        return True
    return "the charter declares no deployment and no served version, and no job of CI is seen to deploy"


@check("DE006", level=3, gate=True, severity=Severity.ERROR, dimension="deployment", caps=True, when=_deploys)
def deploy_not_gated(
    charter: Charter, deploying: Deploying, workflows: Workflows, pointers: Pointers, served: Served
) -> Results:
    """A deployment does not wait for the tests, or deploys another version than the charter says."""
    found = list(_found(charter, deploying, workflows, pointers, served))
    yield from found
    if not found and charter.has("deployment", "serves"):
        reason = "no job is seen to deploy, and no manifest or code names a version of what is served"
        yield Unknown(charter.at("deployment", "serves"), reason)


def _found(charter: Charter, deploying: Deploying, workflows: Workflows, pointers: Pointers, served: Served) -> Results:
    seen: set[str] = set()
    for text in charter.texts("deployment", "cd"):
        claim = charter.at("deployment", "cd")
        yield from _declared(claim, text, deploying, workflows, pointers, seen)
    for one in deploying.all():
        if one.job.config.path not in seen:
            yield _judged(charter.key_at("deployment"), one)
    yield from _versions(charter, served)


def _declared(
    claim: Location, text: str, deploying: Deploying, workflows: Workflows, pointers: Pointers, seen: set[str]
) -> Iterator[Result]:
    target = pointers.resolve(text, "ref")
    paths = (
        (target.path,) if isinstance(target, FileTarget) else target.files if isinstance(target, FolderTarget) else ()
    )
    configs = [path for path in paths if workflows.config(path) is not None]
    if not configs:
        yield Unknown(claim, f"`{text}` is no workflow of a kind that is read, so what it waits for cannot be told")
    for path in configs:
        seen.add(path)
        found = deploying.of(path, declared=True)
        yield from (_judged(claim, one, pushed="push" in workflows.events(one.job.config)) for one in found)
        if not found:
            yield Unknown(claim, f"no job of `{path}` can be told to be the one that deploys", Location(path))


def _judged(claim: Location, one: Deployment, *, pushed: bool = False) -> Result:
    if one.gate is not None:
        return Evidence(claim, one.gate, Grade.LINKED, f"{one.what} waits for it")
    if one.unclear is not None:
        return Unknown(claim, f"what runs before {one.what} may be the tests, and cannot be looked into", one.unclear)
    name = f"the job `{one.job.name}` of " if one.job.name else ""
    reason = f": {one.spoilt}" if one.spoilt else ""
    message = f"{name}`{one.job.config.path}` deploys and no test can stop it{reason}"
    help_text = "let the job wait for the tests and the quality gate: `needs: [test]`"
    # The charter's own deployment that a pushed tag starts: nobody looks at it on the way.
    soft = Severity.INFO if one.by_hand and not (pushed or one.spoilt) else None
    said = (Related(one.at, f"{one.what} deploys"),)
    return Finding(claim, Kind.ABSENCE, message, help_text, said, severity=soft)


def _versions(charter: Charter, served: Served) -> Results:
    text = charter.text("deployment", "serves")
    claimed = model_address(text, charter.at("deployment", "serves")) if text else None
    if claimed is None:
        return
    found = served.of(claimed, charter.text("deployment", "entrypoint"), charter.text("deployment", "predicts_in"))
    others = [one for one in found if one.version != claimed.version]
    for one in others[:1]:
        moving = "a moving alias, " if one.moving and not (claimed.moving or one.untagged) else ""
        bare = " without a tag" if one.untagged else ""
        message = f"the charter serves `{claimed.text}`, and {moving}`{one.text}`{bare} is what is deployed"
        help_text = "deploy the version of the charter, or say in `deployment.serves` what is deployed"
        said = (Related(one.at, f"`{one.text}`"),)
        yield Finding(claimed.at, Kind.FALSE_CLAIM, message, help_text, said)
    moved = served.unpinned() if not others and not claimed.moving and claimed.text.startswith("models:/") else []
    for text, at in moved[:1]:
        message = f"the charter serves `{claimed.text}`, and its image is deployed as `{text}`, a moving tag"
        help_text = "deploy the image by the commit that it was built of, or by its digest"
        yield Finding(claimed.at, Kind.FALSE_CLAIM, message, help_text, (Related(at, f"`{text}`"),))
    if found and not others and not moved:
        yield Evidence(claimed.at, found[0].at, Grade.AGREED)
