"""Where code loads pretrained models or asks for hosted ones, by which name and at which revision."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from mlops_lint.facts.files.chains import split
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.pretrained_written import asked_key, beside, written_under
from mlops_lint.facts.project.pretrained_zoo import builder, versions
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.values import Values
from mlops_lint.facts.project.values.model import HOLE, Frame
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

Kind = Literal["hub", "hosted", "zoo"]
"""`zoo`: a library's own models, whose weights have names."""
_HUB = {
    "from_pretrained": (0, "pretrained_model_name_or_path"),
    "snapshot_download": (0, "repo_id"),
    "hf_hub_download": (0, "repo_id"),
    "SentenceTransformer": (0, "model_name_or_path"),
    "CrossEncoder": (0, "model_name"),
    "HuggingFaceEmbeddings": (9, "model_name"),
}
_BY_NAME = {
    "transformers.pipeline": (1, "model"),
    "torch.hub.load": (0, "repo_or_dir"),
    "timm.create_model": (0, "model_name"),
    "timm.models.create_model": (0, "model_name"),
}
_ASKED = frozenset(("model", "model_name", "model_id", "modelId", "engine", "deployment_name"))
_ASKS = re.compile(
    r"(?:^|\.)(?:create|parse|a?completions?|generate(?:_content)?|stream|embed\w*|converse|invoke_model|chat|"
    r"init_chat_model|Chat\w+|\w*Embeddings?|GenerativeModel|LLM|OpenAI\w*|Anthropic\w*|Agent|AzureOpenAI\w*)$"
)
_PREFIX = re.compile(r"^(?:hf[-_]hub:|hf://|(?:openai|azure|anthropic|bedrock|vertex_ai|gemini|huggingface|ollama)/)")
_LOCAL = re.compile(
    r"^(?:[./~]|(?:models?|outputs?|out|checkpoints?|ckpts?|data|artifacts?|results?|saved\w*|weights|tmp|runs?|logs?|"
    r"trained\w*|final\w*|best\w*|export\w*|assets|\w*_dir)(?:/|$))|\.(?:pt|pth|ckpt|bin|joblib|pkl|onnx|gguf|safetensors)$"
)
_REMOTE = re.compile(
    r"^(?:[\w.-]+/[\w.-]+(?:@[\w.-]+|:[\w.-]+)?|(?:distil|al|ro|de)?bert(?:a)?-[\w.-]+|gpt2[\w-]*|t5-[\w-]+|xlm-[\w-]+|"
    r"(?:all|multi|paraphrase)-[\w.-]+|facebook\w*|electra-\w+)$",
    re.IGNORECASE,
)
MOVING = re.compile(
    r"(?:^|[-:/@])(?:latest|main|master|head|dev|nightly|current|default|preview|stable)$", re.IGNORECASE
)
_ALIAS = re.compile(
    r"(?:gpt-(?:3\.5-turbo|4|4-turbo|4o|4o-mini|4\.1|4\.1-mini|4\.1-nano|5|5-mini|5-nano)|o[134](?:-mini|-pro)?|"
    r"chatgpt-4o|claude-[\w.]+?(?:-(?:opus|sonnet|haiku))?(?:-\d{1,2})*|gemini-[\w.]+?-(?:pro|flash)|"
    r"mistral-(?:small|medium|large)|command-r(?:-plus)?)",
    re.IGNORECASE,
)
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}|-\d{4}$|-\d{3}$|@\w{6,}")
_DATE = re.compile(r"[-@:](?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|\d{3})$")
_SETTINGS = re.compile(r"\.(?:ya?ml|toml|json|env|cfg|ini)$|(?:^|/)\.env[\w.]*$")
_NO_SETTINGS = re.compile(r"lock|package\.json|\.github/|results?|metrics|report", re.IGNORECASE)
MAX_SETTINGS = 200_000


@dataclass(frozen=True, slots=True)
class PretrainedLoad:
    """A call that loads or asks for a model; None where a name or revision cannot be told, "" where none is given."""

    at: Location
    kind: Kind
    id: str | None
    revision: str | None
    by: Definition | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A text of code or settings that names a model, with the revision that stands beside it."""

    at: Location
    revision: str
    near: tuple[str, ...] = ()
    """All revisions around it: the one of the next model may stand nearer."""


class Pretrained:
    """Tests do not count."""

    def __init__(self, code: Code, values: Values, view: RepoView, project: Project) -> None:
        self.code = code
        self._values = values
        self._view = view
        self._project = project
        self._loads: list[PretrainedLoad] | None = None

    @property
    def loads(self) -> list[PretrainedLoad]:
        """Every call that runs outside tests, in order of place."""
        if self._loads is None:
            live = self.code.reachable(one for one in self.code.entries() if not self.code.is_test(one.path))
            found: list[PretrainedLoad] = []
            for path, module in self.code.modules.items():
                for use in module.symbols.uses if not self.code.is_test(path) else ():
                    if use.call and self.code.graph.scope(path, use.scope) in live:
                        found += self._load(path, use)
            self._loads = sorted(dict.fromkeys(found), key=lambda load: (load.at, load.id or ""))
        return self._loads

    def remote(self, load: PretrainedLoad) -> bool:
        """Whether a name is one of a hub, not of a folder."""
        name = load.id or ""
        plain = _PREFIX.sub("", name)
        if not name or load.kind != "hub" or self._view.is_dir(plain) or plain in self._view.entries:
            return False
        return plain != name or (not _LOCAL.search(name) and bool(_REMOTE.match(name)))

    def mentions(self, model: str) -> list[Mention]:
        """Whole texts of code and settings that are the model's name."""
        pattern = re.compile(
            rf"(?:^|[\"'\s:=,\[])(?:[\w-]+[:/])?{re.escape(plain_id(model))}(?:@([\w.-]+))?(?=[\"'\s,\]}}]|$)",
            re.IGNORECASE,
        )
        found = []
        for path, text in self._texts():
            if plain_id(model) not in text.lower():
                continue
            lines = text.split("\n")
            for number, line in enumerate(lines, 1):
                match = pattern.search(line.partition(" #")[0]) if not line.lstrip().startswith("#") else None
                if match and (not path.endswith(".py") or _quoted(line, match)):
                    near = (match[1],) if match[1] else beside(lines, number, code=path.endswith(".py"))
                    found.append(Mention(Location(path, number), near[0] if near else "", near))
        return found

    def rival(self, model: str, declared: Collection[str]) -> tuple[str, Location] | None:
        """A whole text of code or settings that names another model of the same owner or family."""
        plain = plain_id(model)
        family = (
            plain.partition("/")[0] + "/"
            if "/" in plain
            else "-".join(plain.split("-")[: max(1, plain.count("-") - 1)][:2])
        )
        family = family if "/" in plain else re.split(r"\d", family)[0]
        if len(family) < 4:
            return None
        pattern = re.compile(
            rf"(?:^|[\"'\s:=,])((?:hf[-_]hub:)?{re.escape(family)}[\w./-]+(?:@[\w.-]+)?)(?=[\"'\s,\]}}]|$)", re.I
        )
        for path, text in self._texts():
            for number, line in enumerate(text.split("\n"), 1) if family in text.lower() else ():
                match = pattern.search(line.partition(" #")[0]) if not line.lstrip().startswith("#") else None
                if match is None or (path.endswith(".py") and not _quoted(line, match)) or _LOCAL.search(match[1]):
                    continue
                if not any(same_id(match[1], one) for one in declared) and not self._is_path(match[1]):
                    return match[1], Location(path, number)
        return None

    def _is_path(self, text: str) -> bool:
        return self._view.is_dir(text) or text in self._view.entries

    def named(self, text: str) -> bool:
        """Whether a text stands anywhere in code or settings."""
        return any(text in found for _, found in self._texts())

    def _texts(self) -> Iterator[tuple[str, str]]:
        for path, entry in self._view.entries.items():
            own = self._project.owns(path) and not self.code.is_test(path) and (entry.size or 0) < MAX_SETTINGS
            settings = _SETTINGS.search(path) and not _NO_SETTINGS.search(path)
            if own and (settings or path in self.code.modules) and not path.endswith("mlproject.yaml"):
                yield path, text_of(self._view, path) or ""

    def _load(self, path: str, use: UseFact) -> Iterator[PretrainedLoad]:
        name = self.code.canonical(path, use.scope, use.chain) or ""
        last = split(use.chain)[-1].lstrip(".")
        slot = _BY_NAME.get(name) or (_HUB.get(last) if "::" not in name else None)
        asked = sorted(_ASKED & use.keywords.keys())
        hosted = slot is None and "::" not in name and asked and _ASKS.search(use.chain)
        zoo = builder(name)
        if not (slot or hosted or zoo):
            return
        index = self._values.evaluator.index(path)
        at = index.call_at(use.line, use.column, use.end_line, use.end_column)
        if at is None:
            return
        scope, call = at
        place = self.code.use_at(path, use)
        if zoo:
            for version in versions(self.code, path, scope, call):
                yield PretrainedLoad(place, "zoo", f"torchvision/{zoo}", version)
            return
        if slot is None:
            for text in self._possible(path, scope, _argument(call, 99, asked[0])):
                yield PretrainedLoad(place, "hosted", text, "", self.code.graph.scope(path, use.scope))
            return
        if name.startswith("timm.") and self._possible(path, scope, _argument(call, 99, "pretrained")) in ([], [""]):
            return
        revisions = self._revisions(path, scope, call)
        for text in self._possible(path, scope, _argument(call, *slot)):
            own, revision = _parted(text, name)
            for given in [revision] if revision else revisions:
                yield PretrainedLoad(place, "hub", own, given)

    def _revisions(self, path: str, scope: str, call: ast.Call) -> list[str | None]:
        given = _argument(call, 99, "revision")
        if given is not None:
            possible = self._possible(path, scope, given)
            key = asked_key(given) if possible == [None] else ""
            told = written_under(key, self._texts()) if key else None
            return [told] if told else possible
        spread = [word.value for word in call.keywords if word.arg is None]
        return [""] if all(self._spread(path, scope, one) for one in spread) else self._spread_one(path, scope, spread)

    def _spread(self, path: str, scope: str, node: ast.expr) -> bool:
        """Whether `**options` surely holds no revision."""
        found = self._values.runs(lambda: self._values.evaluator.evaluate(node, Frame(path, scope)))
        known = all(isinstance(one, dict) and all(isinstance(key, str) for key in one) for one in found)
        return bool(found) and known and not any("revision" in one for one in found) and not self._values.evaluator.cut

    def _spread_one(self, path: str, scope: str, spread: list[ast.expr]) -> list[str | None]:
        """The revision of the one `**options`, where all of it can be told."""
        if len(spread) != 1:
            return [None]
        found = self._values.runs(lambda: self._values.evaluator.evaluate(spread[0], Frame(path, scope)))
        held = {one.get("revision") if isinstance(one, dict) else None for one in found}
        told = not self._values.evaluator.cut and len(held) == 1
        return [one if isinstance(one, str) and HOLE not in one else None for one in held] if told else [None]

    def _possible(self, path: str, scope: str, node: ast.expr | None) -> list[str | None]:
        """The texts that an expression may be; None among them where there may be others."""
        if node is None:
            return []
        possible = self._values.possible(path, scope, node)
        found: list[str | None] = [known.text or str(known.value or "") for known in possible.values]
        return found if possible.complete and found else [*found, None]


def plain_id(model: str) -> str:
    """Without the prefix of a provider or hub, in lower case."""
    return _PREFIX.sub("", model.strip()).partition("@")[0].lower()


def same_id(one: str, other: str) -> bool:
    """Whether two names mean one model."""
    return plain_id(one) == plain_id(other) or plain_id(one).endswith("/" + plain_id(other))


def same_revision(one: str, other: str) -> bool:
    """Equal, or one hash is the beginning of the other."""
    short, long = sorted((one.lower(), other.lower()), key=len)
    return short == long or long.endswith(f".{short}") or (len(short) >= 7 and long.startswith(short))


def moves(text: str) -> bool:
    """Whether a name or revision means whatever is newest."""
    return bool(MOVING.search(text)) or bool(_ALIAS.fullmatch(plain_id(text)) and not _DATED.search(text))


def undated(model: str) -> str:
    """`gpt-4o-2024-08-06` -> `gpt-4o`; empty where the name carries no date."""
    bare = _DATE.sub("", model)
    return bare if bare != model else ""


def _parted(text: str | None, call: str) -> tuple[str | None, str]:
    """A name and the revision that it carries: `hf-hub:x/y@abc`, `owner/repo:v1` of torch.hub."""
    if text is None:
        return None, ""
    name, _, revision = text.partition("@")
    if not revision and call == "torch.hub.load":
        name, _, revision = text.partition(":")
    return name, revision


def _argument(call: ast.Call, position: int, keyword: str) -> ast.expr | None:
    for given in call.keywords:
        if given.arg == keyword:
            return given.value
    plain = [arg for arg in call.args if not isinstance(arg, ast.Starred)]
    return plain[position] if position < len(plain) == len(call.args) else None


def _quoted(line: str, match: re.Match[str]) -> bool:
    return line[match.end() : match.end() + 1] in ("'", '"')


@provides
def pretrained(code: Code, values: Values, view: RepoView, project: Project) -> Pretrained:
    """Calls are read when asked for."""
    return Pretrained(code, values, view, project)
