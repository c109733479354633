import re

from mlops_lint import (
    Charter,
    Code,
    Evidence,
    Finding,
    Grade,
    Kind,
    ModelText,
    Related,
    Results,
    Serving,
    Severity,
    check,
)  # fmt: skip

PARSE = "parse it to a schema or hold it against an allow-list first"
ATTACKS = re.compile(
    r"inject|jailbreak|adversar|red_?team|promptfoo|garak|giskard|safety|attack|abuse|malicious|hostile|주입|탈옥",
    re.IGNORECASE,
)


def _uses_text(charter: Charter) -> bool | str:
    if (
        charter.items("model", "prompts")
        or charter.has("model", "base")
        or charter.text("goal", "task") == "generation"
    ):
        return True
    return "the charter names no prompt and no pretrained model"


@check("RS011", level=2, severity=Severity.ERROR, dimension="responsibility", when=_uses_text)
def llm_output_unguarded(charter: Charter, code: Code, serving: Serving, text: ModelText) -> Results:
    """A language model's text is run, queried, fetched or shown as it is, or nothing tests injected prompts."""
    places = [charter.text("deployment", name) for name in ("entrypoint", "predicts_in")]
    own = [one for one in code.entries() if not code.is_test(one.path) and not one.path.endswith(".ipynb")]
    roots = serving.declared(*places) or tuple(own)
    claim = charter.at("model", "prompts" if charter.has("model", "prompts") else "base")
    asked = text.asked(roots)
    found = text.unguarded(roots)
    for one in found:
        yield Finding(
            one.at, Kind.DEFECT, f"the model's text {one.how} with no parse, allow-list or schema before",
            help=PARSE, related=(Related(asked[0], "the model answers here"),) if asked else (),
        )  # fmt: skip
    if not asked:
        return
    if charter.items("model", "prompts") and not _tested(charter, code, text):
        yield Finding(
            claim, Kind.ABSENCE, "prompts are built, and no test tries to inject one",
            help="try instructions within the user's text, and name the test as `tests.safety`",
            related=(Related(asked[0], "the model is asked here"),),
        )  # fmt: skip
    elif not found:
        yield Evidence(claim, asked[0], Grade.LINKED)


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
