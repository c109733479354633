"""What can be said of a prose answer: English and Korean are read, other languages are not judged."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.project import Project
from mlops_lint.repo.view import RepoView

ENGLISH = "en"
KOREAN = "ko"
OTHER = "other"

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_HANGUL = re.compile(r"[\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f]")
_LATIN = re.compile(r"[A-Za-z]")
_ENGLISH_WORDS = frozenset(
    "the a an of to and in is are was be we for by on with from that this it they our their who which not no than "
    "at as or when so most every each all under over before after into has have will can must should if but does "
    "do cannot use uses using get gets cut reduce increase raise find predict more less fewer because too also "
    "while only many much or up out how what who them its your you there here such through between during without "
    "within about against until very just own same few both some any other again where why been being were had could "
    "would may might then lose read need needs take takes wait waits slow slowly early late".split()
)
_DOCUMENT = re.compile(r"^[^\s:]+\.(?:md|rst|txt|adoc|pdf|docx)(?:#\S+)?$")

MAX_ANSWER = 10_000
"""Characters of an answer that are judged."""
_MONTHS = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
_PERIOD = "day|week|month|quarter|year|sprint|season|half-year|semester|release"
_DATES = (
    r"\b\d{4}-\d{2}(?:-\d{2})?\b",
    r"\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b",
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?(?:{_MONTHS}|nov(?:ember)?|dec(?:ember)?)\b\.?(?:\s+\d{{1,2}}(?:st|nd|rd|th)?\b)?"
    r"(?:,?\s+\d{4}\b)?",
    r"\b(?:q[1-4]|h[12]|fy)\s*[-/']?\s*(?:20)?\d{0,2}\b",
    r"\b(?:19|20)\d{2}\b",
    rf"\b(?:this|next|coming|current|per|each|every|a|one|two|three|four|six|nine|twelve|\d+)[\s-]+(?:{_PERIOD})s?\b",
    rf"\bend of (?:the )?(?:{_PERIOD})\b",
    r"\b(?:annual|monthly|weekly|daily|quarterly|yearly)\b",
    r"\b(?:summer|autumn|winter|spring|christmas|launch)\b",
    r"\d{2,4}\s*년(?:\s*\d{1,2}\s*월)?(?:\s*\d{1,2}\s*일)?|\d{1,2}\s*월(?:\s*\d{1,2}\s*일)?",
    r"(?:이번|다음|올해|내년|매|한|(?<!\d)\d+)\s*(?:분기|년|해|달|월|주|개월|주일)|올해|내년|상반기|하반기|연말|분기|(?<!\d)\d+\s*(?:분기|개월|주)",
)
_DATE = re.compile("|".join(f"(?:{part})" for part in _DATES), re.IGNORECASE)
_DEADLINE = re.compile("|".join(f"(?:{part})" for part in (*_DATES[:7], *_DATES[8:])), re.IGNORECASE)
_NUMBERS = re.compile(
    r"\d|\b(?:half|halve|halved|double|doubled|triple|twice|third|quarter of|"
    r"(?:an?|one|two|three) (?:fifth|sixth|eighth|tenth|quarter)s?|ten|twenty|thirty|forty|fifty|hundred|"
    r"thousand|million|zero|none of|one in|two|three|four|five|six|seven|eight|nine)\b|"
    r"절반|두\s*배|세\s*배|(?<![일이삼사오육칠팔구십백천만])[일이삼사오육칠팔구십백천만]+\s*퍼센트",
    re.IGNORECASE,
)  # fmt: skip

_COUNT = r"(?:\d[\d.,]*|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_AMOUNT = rf"{_COUNT}[\s-]+(?:hour|minute|second|{_PERIOD})s?"
_CHANGE = re.compile(
    rf"\bfrom\s+(?:about\s+)?{_AMOUNT}\b.*?\bto\s+(?:(?:about|under|below|over|less than|at most)\s+)?{_AMOUNT}\b|"
    rf"\b(?:under|below|less than|fewer than|at most|no more than)\s+{_AMOUNT}\b|"
    r"(?<!\d)\d+\s*(?:일|주|개월|달|년|시간|분)에서\s*\d+\s*(?:일|주|개월|달|년|시간|분)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A prose answer. `document` is the path of the document that it points to instead, if it does."""

    text: str
    language: str
    document: str | None = None

    @property
    def words(self) -> list[str]:
        """Its words, lower case."""
        return [word.lower() for word in _WORD.findall(self.text)]

    @property
    def has_date(self) -> bool:
        """Whether it says by when; a mere rhythm (`monthly churn`) is no date."""
        return bool(_DEADLINE.search(self.text))

    @property
    def has_number(self) -> bool:
        """Whether it holds a number that is not part of a date; what falls `from 5 days to 1 day` is one."""
        return bool(_CHANGE.search(self.text) or _NUMBERS.search(_DATE.sub(" ", self.text)))


def brief(text: str, limit: int = 100) -> str:
    """The beginning of a text, up to a whole word, for a message."""
    return text if len(text) <= limit else f"{text[:limit].rpartition(' ')[0] or text[:limit]} …"


class Prose:
    """Reads prose answers; a pointer to a document of the repository is accepted as an answer."""

    def __init__(self, view: RepoView, project: Project) -> None:
        self._view = view
        self._project = project

    def read(self, text: str) -> Answer:
        """Judge a text's language, or find the document that it names."""
        text = text.strip()[:MAX_ANSWER]
        if _DOCUMENT.match(text):
            path = self._project.join(text.partition("#")[0])
            if path in self._view.entries:
                return Answer(text, language(text), path)
        return Answer(text, language(text))


def language(text: str) -> str:
    """`en`, `ko`, or `other`; a short text in Latin letters passes for English."""
    hangul, latin = len(_HANGUL.findall(text)), len(_LATIN.findall(text))
    letters = sum(character.isalpha() for character in text)
    if hangul and hangul * 5 >= letters:
        return KOREAN
    if latin < letters * 0.8:
        return OTHER
    words = [word.lower() for word in _WORD.findall(text)]
    if len(words) >= 6 and sum(word in _ENGLISH_WORDS for word in words) * 8 < len(words):
        return OTHER
    return ENGLISH


@provides
def prose(view: RepoView, project: Project) -> Prose:
    """Needs only the names of the repository's files."""
    return Prose(view, project)
