"""A new version reaches its users in steps, and there is a way back."""

from mlops_lint import (
    Charter,
    Definition,
    Evidence,
    FileTarget,
    Finding,
    FolderTarget,
    Grade,
    HeadingTarget,
    Kind,
    Location,
    Pointers,
    Related,
    Result,
    Results,
    Rollouts,
    Severity,
    SymbolTarget,
    Unknown,
    Wiring,
    check,
)  # fmt: skip

STEP = "name the manifest, flag or workflow that does it in `deployment.rollout_in`"
BACK = "write down, and try, how to go back: `deployment.rollback`"


def _live(charter: Charter) -> bool | str:
    if charter.has("deployment", "rollback") or _staged(charter):
        return True
    online = charter.text("deployment", "mode") in ("online", "streaming")
    return (online and charter.stage == "production") or "nothing answers online in production, and nothing is claimed"


def _staged(charter: Charter) -> bool:
    return charter.text("deployment", "rollout") not in (None, "all-at-once")


@check("DE007", level=4, gate=True, severity=Severity.WARNING, dimension="deployment", caps=True, when=_live)
def rollout_or_rollback_missing(charter: Charter, rollouts: Rollouts, pointers: Pointers, wiring: Wiring) -> Results:
    """No staged rollout or no way back, or one that is claimed and carried out nowhere."""
    online = charter.text("deployment", "mode") in ("online", "streaming") and charter.stage == "production"
    place = charter.key_at("deployment")
    if _staged(charter):
        yield _rollout(charter, rollouts, pointers, wiring)
    elif online:
        said = "a new version reaches all users at once"
        yield Finding(place, Kind.ABSENCE, said, "let a shadow, a canary or an A/B test go first")
    if charter.has("deployment", "rollback"):
        yield _rollback(charter, pointers, wiring, rollouts)
    elif online:
        yield Finding(place, Kind.ABSENCE, "no way back to the version before is named", BACK)


def _rollout(charter: Charter, rollouts: Rollouts, pointers: Pointers, wiring: Wiring) -> Result:
    way = charter.text("deployment", "rollout") or ""
    claim = charter.at("deployment", "rollout")
    text = charter.text("deployment", "rollout_in")
    if text is None:
        found = rollouts.anywhere(way)
        if found is not None:
            return Evidence(claim, found, Grade.PRESENT)
        return Finding(claim, Kind.FALSE_CLAIM, f"nothing in the repository carries out the `{way}` rollout", STEP)
    place = charter.at("deployment", "rollout_in")
    target = pointers.resolve(text, "ref")
    if isinstance(target, SymbolTarget) and isinstance(target.definition, Definition):
        why = wiring.stub(target.definition)
        said = (Related(target.at, why),)
        return (
            Finding(claim, Kind.FALSE_CLAIM, f"`{text}` rolls nothing out: {why}", STEP, said)
            if why
            else Evidence(claim, target.at, Grade.PRESENT)
        )
    paths = target.files if isinstance(target, FolderTarget) else ()
    paths = (target.path,) if isinstance(target, FileTarget | HeadingTarget) else paths
    if not paths or (isinstance(target, FileTarget) and target.standin):
        return Unknown(place, f"`{text}` cannot be looked into")
    shown = next((at for path in paths if (at := rollouts.shown_in(path, way)) is not None), None)
    if shown is not None:
        return Evidence(claim, shown, Grade.PRESENT)
    return _nothing(claim, text, way, rollouts, paths)


def _nothing(claim: Location, text: str, way: str, rollouts: Rollouts, paths: tuple[str, ...]) -> Result:
    idle = next((found for path in paths if (found := rollouts.idle(path, way)) is not None), None)
    if idle is not None and (elsewhere := rollouts.shifts(way)) is not None:
        return Evidence(claim, elsewhere, Grade.PRESENT)
    at, why = idle or (Location(paths[0]), "no weight, no flag, no second version")
    reason = f": {why}" if idle else ""
    message = f"`{text}` carries out no `{way}` rollout{reason}"
    return Finding(claim, Kind.FALSE_CLAIM, message, STEP, (Related(at, why),))


def _rollback(charter: Charter, pointers: Pointers, wiring: Wiring, rollouts: Rollouts) -> Result:
    text = charter.text("deployment", "rollback") or ""
    claim = charter.at("deployment", "rollback")
    target = pointers.resolve(text, "ref")
    if isinstance(target, SymbolTarget) and isinstance(target.definition, Definition):
        if why := wiring.stub(target.definition):
            return Finding(
                claim, Kind.FALSE_CLAIM, f"`{text}` rolls nothing back: {why}", BACK, (Related(target.at, why),)
            )
        return Evidence(claim, target.at, Grade.PRESENT)
    if isinstance(target, HeadingTarget) and not rollouts.says(target.at):
        said = (Related(target.at, "nothing stands below"),)
        return Finding(claim, Kind.FALSE_CLAIM, f"`{text}` says nothing of how to go back", BACK, said)
    if isinstance(target, FileTarget | HeadingTarget | FolderTarget):
        return Evidence(claim, target.at, Grade.PRESENT)
    return Unknown(claim, f"`{text}` cannot be looked into")
