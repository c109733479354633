"""Whether the repository is of the kind that the charter says: rules replaced, a person deciding, or acting alone."""

import re

from mlops_lint import (
    Acting,
    Charter,
    Evidence,
    Finding,
    Grade,
    Implementations,
    Kind,
    Related,
    Results,
    Serving,
    Severity,
    Unknown,
    check,
    placeholder,
)  # fmt: skip

ARCHETYPE = ("project", "archetype")
BLOCKS = {
    "software-2.0": ("flywheel", "how use brings data that make the product better"),
    "human-in-the-loop": ("oversight", "who reviews predictions, and where they can overrule them"),
    "autonomous": ("autonomy", "what keeps the system within bounds"),
}
RULES = ("rule", "heuristic")
REPLACED = re.compile(
    r"rule|heuristic|threshold|by hand|manual|keyword|regex|lookup|formula|규칙|수작업|임계", re.IGNORECASE
)
ACTS = "let a person decide before it acts, or declare the project autonomous with its guardrails"


@check("RS007", level=2, gate=True, severity=Severity.ERROR, dimension="responsibility", caps=True)
def archetype_contradicted(
    charter: Charter, serving: Serving, acting: Acting, implementations: Implementations
) -> Results:
    """What happens to predictions is not what the archetype says."""
    archetype = charter.archetype
    claim = charter.at(*ARCHETYPE)
    if archetype not in BLOCKS and charter.stage != "exploration":
        yield Unknown(claim, "it is undecided how predictions become actions, which only an exploration may be (CH002)")
        return
    if archetype not in BLOCKS:
        yield Finding(
            claim, Kind.ABSENCE, "it is undecided how predictions become actions",
            help="decide whether the model replaces rules, advises a person or acts on its own",
        )  # fmt: skip
        return
    block, what = BLOCKS[archetype]
    if not charter.has(block):
        yield Finding(
            claim, Kind.ABSENCE, f"the project is {archetype}, and nothing says {what}",
            help=f"fill in the block `{block}`",
        )  # fmt: skip
    elif archetype == "autonomous" and not charter.items("autonomy", "guardrails"):
        yield Finding(
            charter.key_at("autonomy"), Kind.ABSENCE, "the project is autonomous, and names no guardrail",
            help="name the functions that keep its actions within bounds as `autonomy.guardrails`",
        )  # fmt: skip
    else:
        yield Evidence(claim, charter.key_at(block), Grade.STATED)
    if archetype == "software-2.0":
        yield from _replaces(charter)
    elif archetype == "human-in-the-loop":
        yield from _reviewed(charter, implementations)
        yield from _acts(charter, serving, acting)


def _replaces(charter: Charter) -> Results:
    """Software 2.0 stands where a rule stood: the baseline, or what the charter says was replaced."""
    kind = charter.text("baseline", "kind") or ""
    replaced = charter.text("goal", "impact", "replaces")
    described = charter.text("baseline", "description") or ""
    if kind in RULES or not placeholder(replaced) or REPLACED.search(described) or not kind:
        return
    yield Finding(
        charter.at(*ARCHETYPE), Kind.ABSENCE,
        f"software-2.0 replaces rules, and none is named: the baseline is {kind!r}",
        help="score the rule that it replaces as the baseline, or name it in `goal.impact.replaces`",
        related=(Related(charter.at("baseline", "kind"), f"kind: {kind}"),),
    )  # fmt: skip


def _reviewed(charter: Charter, implementations: Implementations) -> Results:
    """What is said to let a person review or overrule does something, and is called."""
    for name, does in (("review_in", "shows nothing to a reviewer"), ("override_in", "takes no decision")):
        text = charter.text("oversight", name)
        if text is None:
            continue
        claim = charter.at("oversight", name)
        found = implementations.of(text)
        if isinstance(found, str):
            yield Unknown(claim, found)
        elif fault := implementations.fault(found):
            said = (Related(found.at, fault),)
            yield Finding(claim, Kind.FALSE_CLAIM, f"`{text}` {does}: {fault}", "let it be used, or drop it", said)
        elif implementations.tested_only(found):
            said = (Related(found.at, "called by tests alone"),)
            message = f"`{text}` {does}: only tests call it"
            yield Finding(claim, Kind.FALSE_CLAIM, message, "let it be used, or drop it", said)
        elif doubt := implementations.doubt(found):
            yield Unknown(claim, f"whether `{text}` is called cannot be told: {doubt}", found.at)
        else:
            yield Evidence(claim, found.at, Grade.LINKED)


def _kinds(charter: Charter) -> tuple[str, ...]:
    """What the charter's model is; where it names a fitted one alone, a language model beside it is another's."""
    spoken = charter.has("model", "base") or charter.items("model", "prompts") > 0
    fitted = charter.has("model", "trained_by") or charter.has("model", "path")
    named = (("fitted", fitted), ("spoken", spoken))
    return tuple(kind for kind, said in named if said or not (fitted or spoken))


def _acts(charter: Charter, serving: Serving, acting: Acting) -> Results:
    """A prediction that sends, pays or blocks by itself leaves nothing to decide."""
    places = [charter.text("deployment", name) for name in ("entrypoint", "predicts_in")]
    roots = serving.declared(*places) or serving.found()
    makers = serving.roots_of(places[1]) if places[1] else ()
    review = [charter.text("oversight", name) for name in ("review_in", "override_in")]
    people = [root for text in review if text for root in serving.roots_of(text) if root.kind == "function"]
    reviewer = charter.text("oversight", "reviewer") or ""
    found = acting.actions(roots, makers, people, reviewer, _kinds(charter))
    decides = [root for root in serving.roots_of(review[1]) if root.kind == "function"] if review[1] else []
    found = found or acting.repeats(roots, makers, decides, people, reviewer)
    for one in found[:3]:
        name = one.site.by.name or one.site.by.path
        how = "because of a prediction" if one.controlled and not one.given else "with a prediction"
        yield Finding(
            charter.at(*ARCHETYPE), Kind.FALSE_CLAIM,
            f"a person is said to decide, and `{name}` acts {how} with nobody in between",
            help=ACTS,
            related=(Related(acting.tainting.at(one.site), "acts here"),),
        )  # fmt: skip
