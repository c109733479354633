import re

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
    Techniques,
    Unknown,
    brief,
    check,
)

ASKED = {
    "problem": ("the problem is not stated", "say who has the problem today and what it costs them"),
    "used_for": (
        "nothing says what predictions are used for",
        "say who sees a prediction and what changes then",
    ),
}
_FILLER = frozenset(
    "a an the our my this that of to for with on in and or by from using use used build building train training "
    "trained apply applying develop make create implement run do try test deploy model models ml ai data "
    "dataset based new good better best state art deep network networks algorithm algorithms method approach "
    "project system pipeline we i us want wants would like need needs wish adopt introduce fit learn compare evaluate "
    "leverage leveraging explore experiment ship production end latest modern own prototype poc".split()
)
_KOREAN_FILLER = re.compile(
    r"(모델|학습|사용|적용|개발|구축|훈련|도입|활용|한다|하기|합니다|하는|하고|"
    r"싶다|싶습니다|으로|로|을|를|의|이|가)"
)


@check("PR001", level=1, gate=True, severity=Severity.ERROR, dimension="problem")
def problem_undefined(charter: Charter, prose: Prose, techniques: Techniques, placeholders: Placeholders) -> Results:
    """The problem or the use of predictions is not stated, or only a technique is named."""
    for field, (message, help_text) in ASKED.items():
        claim = charter.at("goal", field)
        text = charter.text("goal", field)
        if text is None:
            yield Finding(claim, Kind.ABSENCE, message, help=help_text)
            continue
        answer = prose.read(text)
        if answer.document:
            yield Evidence(claim, claim, Grade.STATED, f"stated in {answer.document}")
        elif len(answer.words) < 2:
            yield Finding(claim, Kind.ABSENCE, f"{message}: {text[:60]!r} is one word", help=help_text)
        elif placeholders.holds(text):
            yield Unknown(claim, f"{brief(text)!r} only holds the place of an answer (CH003)")
        elif answer.language == "other":
            yield Unknown(claim, "the answer is in a language that is not judged (English and Korean are)")
        elif technique := _only_technique(text, techniques):
            yield Finding(
                claim,
                Kind.ABSENCE,
                f"`goal.{field}` names only a technique ({technique}), no user and no consequence",
                help=help_text,
            )
        else:
            yield Evidence(claim, claim, Grade.STATED)


def _only_technique(text: str, techniques: Techniques) -> str:
    """The technique, where nothing is left of the text once techniques and filler are taken away."""
    named, rest = techniques.split(text)
    if not named:
        return ""
    left = [word for word in rest if word not in _FILLER and not _filler_in_korean(word)]
    return named[0] if len(left) < 2 else ""


def _filler_in_korean(word: str) -> bool:
    return not _KOREAN_FILLER.sub("", word)
