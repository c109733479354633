import re

from mlops_lint import (
    Charter,
    Code,
    Definition,
    Evidence,
    Finding,
    Grade,
    Kind,
    ModelText,
    Related,
    Results,
    Serving,
    Severity,
    Unguarded,
    Unknown,
    check,
)  # fmt: skip

PARSE = "parse it to a schema or hold it against an allow-list first"
QUOTE = "give it as an argument of its own (a list, a bound parameter), or let the schema take known values alone"
ATTACKS = re.compile(
    r"inject|jailbreak|adversar|red_?team|promptfoo|garak|giskard|safety|attack|abuse|malicious|hostile|주입|탈옥",
    re.IGNORECASE,
)


def _uses_text(charter: Charter, code: Code, serving: Serving, text: ModelText) -> bool | str:
    if charter.items("model", "prompts") or charter.text("goal", "task") == "generation":
        return True
    if text.asked(_roots(charter, code, serving)):
        return True
    named = charter.has("model", "base")
    return "no call of a language model is seen" if named else "the charter names no prompt and no pretrained model"


def _roots(charter: Charter, code: Code, serving: Serving) -> tuple[Definition, ...]:
    places = [charter.text("deployment", name) for name in ("entrypoint", "predicts_in")]
    own = [one for one in code.entries() if not code.is_test(one.path) and not one.path.endswith(".ipynb")]
    return serving.declared(*places) or tuple(own)


@check("RS011", level=2, severity=Severity.ERROR, dimension="responsibility", when=_uses_text)
def llm_output_unguarded(charter: Charter, code: Code, serving: Serving, text: ModelText) -> Results:
    """A language model's text is run, queried, fetched or shown as it is, or nothing tests injected prompts."""
    roots = _roots(charter, code, serving)
    said = next((name for name in ("prompts", "base") if charter.has("model", name)), None)
    claim = charter.at("model", said) if said else charter.at("goal", "task")
    asked = text.asked(roots)
    found = text.unguarded(roots)
    for one in found:
        related = (Related(asked[0], "the model answers here"),) if asked else ()
        yield Finding(one.at, Kind.DEFECT, _said(one), QUOTE if one.field else PARSE, related)
    if not asked:
        if not found:
            yield Unknown(claim, "no call of a language model is seen, so where its text goes cannot be told")
        return
    if charter.items("model", "prompts") and not _tested(charter, code, text):
        yield Finding(
            claim, Kind.ABSENCE, "prompts are built, and no test tries to inject one",
            help="try instructions within the user's text, and name the test as `tests.safety`",
            related=(Related(asked[0], "the model is asked here"),),
        )  # fmt: skip
    elif not found:
        yield Evidence(claim, asked[0], Grade.LINKED)


def _said(one: Unguarded) -> str:
    if one.field:
        return f"`{one.field}`, of which the schema takes any text, {one.how} as the model wrote it"
    return f"the model's text {one.how} with no parse, allow-list or schema before"


def _tested(charter: Charter, code: Code, text: ModelText) -> bool:
    """The charter names a safety test, or some test is named after attacks or holds one."""
    tests = charter.get("tests")
    if isinstance(tests, dict) and charter.items("tests", "safety"):
        return True
    names = [path for path in code.view.entries if code.is_test(path) or "eval" in path]
    names += [
        one.name for path, module in code.modules.items() if code.is_test(path) for one in module.definitions.values()
    ]
    if any(ATTACKS.search(name) for name in names):
        return True
    return text.injected([path for path in code.modules if code.is_test(path)])
