"""Whether two runs of training on the same data give the same model."""

from mlops_lint import (
    Charter,
    Declared,
    Evidence,
    Finding,
    Grade,
    Implementation,
    Kind,
    Location,
    Related,
    Results,
    Seed,
    Seeding,
    Severity,
    Training,
    Unknown,
    check,
)

GIVE = "read the declared seed, and pass it to everything in training that draws"


def _applies(charter: Charter, training: Training) -> bool | str:
    if charter.has("model", "seed"):
        return True
    asked = training.asked
    if asked is True and charter.stage not in ("prototype", "production"):
        return "asked for from the stage prototype on"
    return asked


@check("MO004", level=2, gate=True, severity=Severity.WARNING, dimension="model", when=_applies)
def randomness_uncontrolled(charter: Charter, seeding: Seeding) -> Results:
    """Training draws random numbers that no seed fixes, or another seed than the declared one."""
    declared = seeding.declared()
    claim = charter.at("model", "seed") if declared is not None else charter.key_at("model")
    if isinstance(declared, str):
        yield Unknown(claim, declared)
        return
    if (apart := seeding.apart()) is not None:
        said, seed = apart
        passed = seed.values[0] if seed.values else "another"
        message = f"the split is said to be seeded with {said}, and its code passes {passed!r} to `{seed.name}`"
        place = charter.at("data", "splits", "seed")
        yield Finding(place, Kind.FALSE_CLAIM, message, GIVE, (Related(seed.at, f"seeded with {passed!r}"),))
        return
    trained = seeding.training.declared
    if not seeding.training.roots():
        reason = trained if isinstance(trained, str) else "no call that is known to train is found"
        yield Unknown(claim, f"what training draws cannot be told: {reason}")
        return
    seeds = seeding.seeds(seeding.reach()) or seeding.seeds(seeding.around())
    if declared is not None:
        yield from _held(claim, declared, seeds, seeding)
    else:
        yield from _searched(claim, seeds, seeding, named=isinstance(trained, Implementation))


def _held(claim: Location, declared: Declared, seeds: list[Seed], seeding: Seeding) -> Results:
    given = [seed for seed in seeds if seed.gives(declared)]
    others = [seed for seed in seeds if seed.gives(declared) is False and seed.values != (None,)]
    wrong = [seed for seed in others if seed.role != "other" or not given]
    clocks = [seed for seed in seeds if seed.clock]
    drawing = seeding.drawing()
    single = [one for one in drawing if not one.whole]
    network = any(one.network for one in drawing) and all(seed.elsewhere for seed in seeds)
    if clocks:
        yield _lie(claim, declared, clocks[0].at, f"`{clocks[0].name}` is seeded by the clock or by chance")
    elif wrong:
        value = wrong[0].values[0] if wrong[0].values else "another"
        yield _lie(claim, declared, wrong[0].at, f"training passes {value!r} to `{wrong[0].name}`")
    elif single or network or (drawing and not given):
        one = (single or drawing)[0]
        yield _lie(claim, declared, one.at, f"`{one.name}` is given no seed")
    elif given:
        yield Evidence(claim, given[0].at, Grade.AGREED if given[0].values else Grade.LINKED)
    elif seeds:
        yield Unknown(claim, f"the seed that `{seeds[0].name}` is given cannot be told", seeds[0].at)
    else:
        yield _still(claim, seeding)


def _lie(claim: Location, declared: Declared, at: Location, said: str) -> Finding:
    message = f"the declared seed is {declared.value}, and {said}"
    related = (Related(at, said), Related(declared.at, f"the declared seed: {declared.value}"))
    return Finding(claim, Kind.FALSE_CLAIM, message, GIVE, related)


def _searched(claim: Location, seeds: list[Seed], seeding: Seeding, *, named: bool) -> Results:
    """Nothing is declared: what draws needs some seed."""
    drawing = [*seeding.drawing()]
    clocks = [seed for seed in seeds if seed.clock]
    if clocks and not drawing:
        message = f"`{clocks[0].name}` is seeded by the clock or by chance"
        yield Finding(claim, Kind.ABSENCE, message, GIVE, (Related(clocks[0].at, "another seed on every run"),))
    elif drawing:
        message = f"`{drawing[0].name}` draws random numbers in training, and no seed fixes them"
        related = tuple(Related(one.at, "no seed") for one in drawing[:3])
        mend = "set one seed from the parameters, and declare it in `model.seed`"
        yield Finding(claim, Kind.ABSENCE, message, mend, related)
    elif seeds:
        yield Evidence(claim, seeds[0].at, Grade.LINKED)
    elif not named:
        yield Unknown(claim, "nothing that is known to draw is found; `model.trained_by` would say what trains")
    else:
        yield _still(claim, seeding)


def _still(claim: Location, seeding: Seeding) -> Evidence | Unknown:
    """Nothing draws and nothing is given a seed: that says something only where the training itself is seen."""
    if fits := seeding.training.fits(seeding.reach()):
        return Evidence(claim, fits[0].at, Grade.LINKED, "this trains, and nothing on the way to it is known to draw")
    return Unknown(claim, "the call that trains is not seen, so what it draws cannot be told")
