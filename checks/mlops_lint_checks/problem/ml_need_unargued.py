from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Placeholders,
    Prose,
    Results,
    Severity,
    Unknown,
    brief,
    check,
    compares,
    praises,
    speaks_of_people,
)  # fmt: skip

SIMPLE = frozenset(("rule", "heuristic", "last-value", "most-popular", "simple-model"))
"""Baselines that are a rule, a heuristic or an existing algorithm themselves."""
TRAINED = "simple-model"
"""A model too: it is an answer where nothing else is said, and none beside mere praise of models."""
HELP = "name the simplest thing that was tried (a rule, a statistic, an existing algorithm), and where it fails"


@check("PR003", level=1, severity=Severity.WARNING, dimension="problem")
def ml_need_unargued(charter: Charter, prose: Prose, placeholders: Placeholders) -> Results:
    """Nothing says why a rule, a statistic or an existing algorithm does not do."""
    claim = charter.at("goal", "why_ml")
    kind, text = charter.text("baseline", "kind"), charter.text("goal", "why_ml")
    if kind in SIMPLE and not (kind == TRAINED and text is not None and praises(text)):
        yield Evidence(claim, charter.at("baseline", "kind"), Grade.STATED, f"the baseline is a {kind}")
        return
    if text is None or placeholders.holds(text, name="why_ml"):
        yield Unknown(claim, "`goal.why_ml` is not answered (CH002, CH003)")
        return
    beside = [charter.text("baseline", "description"), charter.text("goal", "impact", "replaces")]
    answer = prose.read(text)
    if answer.document:
        yield Evidence(claim, claim, Grade.STATED, f"argued in {answer.document}")
    elif compares(text) or (kind != TRAINED and any(compares(other) for other in beside if other)):
        yield Evidence(claim, claim, Grade.STATED)
    elif answer.language == "other":
        yield Unknown(claim, "the answer is in a language that is not judged (English and Korean are)")
    elif speaks_of_people(text) and kind == "human":
        yield Unknown(
            claim, "the answer compares with people and the baseline is what they do; whether a rule would do is open"
        )
    else:
        other = "a model too" if kind == TRAINED else "none either"
        said = f"the baseline ({kind}) is {other}" if kind else "there is no baseline that is one"
        message = (
            f"`goal.why_ml` names no rule, statistic or existing algorithm, and {said}: {brief(text.strip(), 80)!r}"
        )
        yield Finding(claim, Kind.ABSENCE, message, HELP)
