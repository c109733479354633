"""The model card: which file it is, which topics it covers, and what its front matter says."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from mlops_lint.documents.node import DocumentError, ListNode, MapNode, Node, ScalarNode
from mlops_lint.documents.yaml import parse_yaml_all
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.passages import readmes
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.prose import ENGLISH, KOREAN, language
from mlops_lint.facts.project.reading import items, scalars, text_of, walk, without_comments
from mlops_lint.facts.project.told_beside import readmes_above
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_OUT = (
    r"out[- ]of[- ]scope|out[- ]of[- ]domain|not (?:be )?(?:intended|used|suitable|meant|designed|suited|recommended|"
    r"appropriate|decided)|misus\w+|(?:should|must|may) not|do not use|don't use|prohibited|unsuitable|never (?:be )?"
    r"(?:used|decide\w*)|not for|outside (?:of )?(?:the )?scope|금지|범위 밖|부적합|사용하지"
)
TOPICS = {
    "intended use": r"intended (?:use|for|to|purpose|application)|use[- ]cases?|used (?:for|to|by|in)|"
    r"designed (?:for|to)|purpose|direct use|how to use|primary use|meant (?:for|to)|"
    r"^uses?$|^usage$|용도|목적|사용",
    "what is out of scope": _OUT,
    "limits": r"limit(?:s|ation|ations|ed)?|caveats?|weakness(?:es)?|bias(?:es|ed)?|risks?|known (?:issues|problems)|"
    r"fail(?:s|ure|ures)?|shortcomings?|does not (?:work|handle|generali[sz]e)|한계|제한|편향|주의",
    "the data": r"data|dataset|datasets|corpus|corpora|trained on|training set|데이터|자료",
    "metrics": r"metrics?|evaluat\w+|results?|performance|accuracy|precision|recall|f1|auc|scores?|rmse|mae|bleu|rouge|"
    r"benchmarks?|성능|평가|지표",
}
"""What a card should say, by the words that tell of it."""
_EMPTY = re.compile(
    r"[\s\W]*(?:\[?\s*(?:more information needed|todo|tbd|n/?a|to be (?:done|written|added)|coming soon|"
    r"fill (?:me )?in|작성 예정)\s*\]?[\s\W]*)*",
    re.IGNORECASE,
)
_FRONT = re.compile(r"\A---\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(.*?)\s*#*$")
_CARD = re.compile(
    r"(?:[\w-]+[-_ ])?model[-_ ]?card(?:[-_ ][\w.-]+)?\.(?:md|markdown|rst|txt|ipynb|html|pdf|ya?ml|json)",
    re.IGNORECASE,
)
_FOLDER = re.compile(r"(?:^|/)model[-_ ]?cards?/[^/]+\.(?:md|rst|txt)$", re.IGNORECASE)
_MODEL = re.compile(r"(`?)(?<![\w./@:-])([A-Za-z][\w.-]*(?:/[A-Za-z][\w.-]*)?[A-Za-z0-9])(?![\w/@:(-])(?=\1)")
_BASE = re.compile(r"^[#\s|*-]*(?:the )?(?:base|foundation|underlying) model", re.IGNORECASE)
_GIVEN = re.compile(
    r"^[#\s|*-]*(?:the )?(?:(?:base|foundation|underlying) models?|(?:generator|llm|language model|chat model|embedder|"
    r"embedding model|re-?ranker|encoder|backbone)s?)\W*[:|]",
    re.IGNORECASE,
)
"""What gives the models in so many words."""
_FORMER = re.compile(
    r"previous|earlier|before|former|older|\bwas\b|were\b|instead|until|compar|versus|\bvs\b|replac|\bor\b|alternativ|"
    r"optional|fall-?back|\btests?\b|\bif\b|could|would|plan|next",
    re.IGNORECASE,
)
_DATED = re.compile(r"[-@:](?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4})$")
_ASIDE = re.compile(
    r"judge|grade|evaluator|compar|previous|earlier|before|former|older|\bwas\b|were\b|baseline|instead|fall-?back|"
    r"embed|teacher|distil|versus|\bvs\b|rather|tried|reject|dropped|replac|rerank|tokeni[sz]er|until|also|second|other|"
    r"\blocal|develop|debug|cheap|\btests?\b|\bci\b|example|e\.g\.|such as|default|support|\blike\b|\bor\b|optional|"
    r"alternativ|chang|switch|\bset\b|export|\bif\b|\bcan\b|could|would|plan|next",
    re.IGNORECASE,
)
"""Where another model is spoken of than the one that answers."""
_TEXTS = (".md", ".markdown", ".rst", ".txt")


@dataclass(frozen=True, slots=True)
class IndexedScore:
    """One metric of a model index."""

    metric: str
    value: float
    split: str
    at: Location


class Card:
    """A document that may be a model card."""

    def __init__(self, view: RepoView, path: str) -> None:
        self.path = path
        self.text = without_comments((text_of(view, path) or "")[:300_000])

    @cached_property
    def body(self) -> str:
        """The text without front matter."""
        return _FRONT.sub("", self.text)

    @cached_property
    def judged(self) -> bool:
        """Whether it is in a language that can be read, and a text at all."""
        return self.path.lower().endswith(_TEXTS) and language(self.body[:5_000]) in (ENGLISH, KOREAN)

    @cached_property
    def missing(self) -> list[str]:
        """The topics that no filled section or sentence speaks of."""
        kept = "\n".join(f"{title}\n{text}" for title, text in self._sections() if not _EMPTY.fullmatch(text))
        outside = re.compile(_OUT, re.IGNORECASE)
        found = []
        for topic, pattern in TOPICS.items():
            where = kept if pattern is _OUT else outside.sub(" ", kept)
            if topic == self._in_front(topic):
                continue
            if not re.search(rf"(?<![^\W_])(?:{pattern})(?![^\W_])", where, re.IGNORECASE | re.MULTILINE):
                found.append(topic)
        return found

    def _in_front(self, topic: str) -> str:
        """The topic, where the front matter gives it."""
        given = {"metrics": self.indexed(), "the data": scalars(walk(self.front, "datasets"))}
        return topic if given.get(topic) else ""

    def _sections(self) -> list[tuple[str, str]]:
        found: list[tuple[str, list[str]]] = [("", [])]
        level = 0
        for line in self.body.split("\n"):
            head = _HEADING.match(line)
            if head is None:
                found[-1][1].append(line)
                continue
            if len(head[1]) > level and found[-1][0] and not "".join(found[-1][1]).strip():
                found[-1] = (f"{found[-1][0]}\n{head[2]}", [])  # a heading right below another belongs to it
            else:
                found.append((head[2], []))
            level = len(head[1])
        return [(title, "\n".join(rows)) for title, rows in found]

    @cached_property
    def front(self) -> MapNode | None:
        """The YAML front matter; its places count from the top of the file."""
        match = _FRONT.match(self.text)
        if match is None:
            return None
        try:
            documents = parse_yaml_all(("\n" + match[1] + "\n").encode())
        except DocumentError:
            return None
        return documents[0] if documents and isinstance(documents[0], MapNode) else None

    @property
    def is_hub(self) -> bool:
        """Whether the front matter is that of a model on a hub."""
        keys = ("model-index", "base_model", "library_name", "pipeline_tag")
        return self.front is not None and any(self.front.get(key) is not None for key in keys)

    def base_models(self) -> list[tuple[str, Location]]:
        """What `base_model` names."""
        return [(one.text, self._at(one)) for one in scalars(walk(self.front, "base_model"))]

    def other_base(self, names: Iterable[str], files: Container[str]) -> tuple[str, Location] | None:
        """Another model that the text gives as the base, where it names none of `names`, be it without its date."""
        names = list(names)
        if (given := self._given_base(names, files)) is not None:
            return given
        said = _spelled(self.text)
        if not names or any(f"-{_family(name, 1)}-" in f"-{said}-" for name in names):
            return None
        found: dict[str, int] = {}
        for number, heading, row in self._prose():
            for one in _MODEL.finditer(row):
                name = one[2]
                if name in files or not re.search(r"\d", name) or "-" not in name.rpartition("/")[2]:
                    continue
                based = "/" in name and (_BASE.search(heading) or _BASE.search(row))
                if based or (one[1] and any(_kin(name, other) for other in names)):
                    found.setdefault(name, number)
        at = next(iter(found.items())) if len(found) == 1 else None
        return (at[0], Location(self.path, at[1])) if at is not None else None

    def _given_base(self, names: list[str], files: Container[str]) -> tuple[str, Location] | None:
        """The one model that is given as a base and is none of `names`, while one of these is not given."""
        given: dict[str, int] = {}
        for number, row in enumerate(self.text.split("\n"), 1):
            for one in _MODEL.finditer(row) if _GIVEN.match(row) and not _FORMER.search(row) else ():
                if one[2] not in files and re.search(r"\d", one[2]) and "-" in one[2].rpartition("/")[2]:
                    given.setdefault(one[2], number)
        left = [name for name in names if not any(_same(name, one) for one in given)]
        foreign = [one for one in given if not any(_same(name, one) for name in names)]
        if not left or len(foreign) != 1 or any(_spelled(name) in _spelled(self.text) for name in left):
            return None
        return foreign[0], Location(self.path, given[foreign[0]])

    def _prose(self) -> Iterator[tuple[int, str, str]]:
        """The lines outside of code with their headings, unless they speak of another model."""
        heading, fenced = "", False
        for number, row in enumerate(self.text.split("\n"), 1):
            fenced = fenced != row.lstrip().startswith(("```", "~~~"))
            heading = row if row.startswith("#") and not fenced else heading
            if not fenced and row != heading and not _ASIDE.search(row):
                yield number, heading, row

    def indexed(self) -> list[IndexedScore]:
        """The numbers of the model index."""
        found = []
        for model in items(walk(self.front, "model-index")):
            for result in items(walk(model, "results")):
                split = _word(walk(result, "dataset", "split"))
                for metric in items(walk(result, "metrics")):
                    value = walk(metric, "value")
                    number = _number(value)
                    if isinstance(value, ScalarNode) and number is not None:
                        name = _word(walk(metric, "type")) or _word(walk(metric, "name"))
                        found.append(IndexedScore(name, number, split, self._at(value)))
        return found

    def _at(self, node: Node) -> Location:
        return Location(self.path, node.start[0])


def _spelled(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def _family(name: str, numbers: int) -> str:
    """The words that a model's name begins with, and as many parts with digits."""
    kept: list[str] = []
    for part in _spelled(name.rpartition("/")[2]).split("-"):
        numbers -= bool(re.search(r"\d", part))
        if numbers < 0:
            break
        kept.append(part)
    return "-".join(kept)


def _kin(name: str, other: str) -> bool:
    """Of one family, and not the same: `acme-instruct-70b` beside `acme-instruct-8b`."""
    family = _family(other, 0)
    return len(family) > 2 and _family(name, 0) == family and _family(name, 1) != _family(other, 1)


def _same(name: str, said: str) -> bool:
    """Whether a text means this model, with or without its owner, its date and the last words of its name."""
    bare, other = (one.casefold().rpartition("/")[2] for one in (name, said))
    short, long = sorted((_spelled(bare), _spelled(other)), key=len)
    return f"{long}-".startswith(f"{short}-") or _DATED.sub("", other) == bare


def _word(node: Node | None) -> str:
    return node.text if isinstance(node, ScalarNode) else ""


def _number(node: Node | None) -> float | None:
    if isinstance(node, ListNode):
        return None
    try:
        return float(_word(node).strip().rstrip("%")) if node is not None else None
    except ValueError:
        return None


class ModelCards:
    """The cards of a project, and its READMEs."""

    def __init__(self, view: RepoView, project: Project) -> None:
        self.view = view
        self.project = project
        self.readmes = [Card(view, path) for path in readmes(view, project.folder)]
        self.above = [Card(view, path) for path in readmes_above(view, project)]

    def card(self, path: str) -> Card:
        """The document of that path."""
        return Card(self.view, path)

    def undeclared(self) -> Card | None:
        """A file that is named after a model card, or a README that is one."""
        for path in self.view.entries:
            named = _CARD.fullmatch(path.rpartition("/")[2]) or _FOLDER.search(path)
            if named and self.project.owns(path) and "template" not in path.lower():
                return Card(self.view, path)
        return next((one for one in self.readmes if one.is_hub), None)


@provides
def model_cards(view: RepoView, project: Project) -> ModelCards:
    """Documents are read when asked for."""
    return ModelCards(view, project)
