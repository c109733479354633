"""Which calls give predictions or a language model's text, and what acts upon the world because of one."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterable

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.acting_chains import Chains
from mlops_lint.facts.project.acting_machines import switches
from mlops_lint.facts.project.acting_review import unasked
from mlops_lint.facts.project.acting_same import addressed, asks_nobody, repeated
from mlops_lint.facts.project.acting_tools import tools
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.straight import before
from mlops_lint.facts.project.tainting import Judge, Received, Site, Tainting
from mlops_lint.facts.project.tainting_handed import handed

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_PREDICT = frozenset("predict predict_proba predict_on_batch decision_function predict_one predict_proba_one".split())
_CHAT = re.compile(
    r"(?:\.chat\.completions|\.completions|\.beta\.chat\.completions|\.responses)\.(?:create|parse|acreate)$|"
    r"(?:^|\.)(?:ChatCompletion|Completion)\.a?create$|\.(?:a?generate_content|invoke_model|converse|text_generation|"
    r"chat_completion)$"
)
_LIBRARIES = (
    "anthropic.", "litellm.completion", "litellm.acompletion", "ollama.chat", "ollama.generate", "replicate.run",
    "langchain", "llama_index", "vllm.LLM", "cohere.", "mistralai.", "groq.", "together.", "transformers.pipeline()",
    "google.generativeai", "dspy.", "guidance.", "instructor.", "pydantic_ai.", "smolagents.", "crewai.",
    "agents.Runner", "langgraph.prebuilt.",
    "haystack.components.agents", "autogen", "vertexai.", "semantic_kernel.",
)  # fmt: skip
_ANSWERS = frozenset(
    "create invoke ainvoke run arun predict complete acomplete chat generate achat query aquery completion acompletion "
    "stream call apredict predict_messages generate_content run_sync run_stream kickoff kickoff_async run_async".split()
)
_STRONG = re.compile(
    r"^stripe\.(?:Refund|Charge|PaymentIntent|Payout|Transfer|Subscription)\.(?:create|modify|cancel|delete)$|"
    r"^twilio\.rest\.Client\(\)\.(?:messages|calls)\.create$"
)
_MAIL = re.compile(
    r"^smtplib\.SMTP(?:_SSL)?\(\)\.(?:sendmail|send_message)$|^django\.core\.mail\.send_mail$|"
    r"^(?:flask_mail|fastapi_mail)\..*\.send(?:_message)?$|^sendgrid\..*\.send$|^yagmail\.SMTP\(\)\.send$"
)
_HTTP = re.compile(r"^(?:requests|httpx|aiohttp)\.(?:[A-Za-z]+\(\)\.)?(?:post|put|patch|delete|request)$")
_EFFECTS = frozenset(
    "post put patch sendmail send_message send_email send_mail execute executemany commit publish create send".split()
)
_ACTS = frozenset(
    "refund refunds charge pay payout payouts payment payments disburse settle reimburse refuse withhold freeze block "
    "ban suspend approve reject deny decline cancel buy sell "
    "trade transfer terminate disable unlock close lock revoke order orders dispatch fire evict".split()
)
_THINGS = frozenset("refund refunds charge payout payouts payment payments trade transfer order orders".split())
_LOOKS = frozenset(
    "get fetch find search lookup look status list read query show track tracking describe history estimate "
    "quote".split()
)
_TELLS = frozenset("send email mail sms text notify reply message post call phone".split())
_PEOPLE = frozenset(
    "customer customers client user users applicant applicants patient patients borrower subscriber dealer guest "
    "recipient recipients tenant student driver member buyer seller consumer citizen candidate".split()
)
_INSIDE = frozenset(
    "reviewer reviewers review agent agents clerk clerks staff team desk digest report list summary draft drafts queue "
    "inbox analyst analysts operator operators expert experts slack alert alerts oncall pager log metric metrics event "
    "telemetry monitor monitoring trace feedback proposal suggestion suggestions task tasks audit pending moderator "
    "moderators nurse nurses doctor doctors triage dashboard webhook mlflow wandb temporary temporarily provisional "
    "provisionally".split()
)
_DOES = frozenset("perform act apply execute enact carry assign dispatch move".split())
_RECORDS = frozenset(
    "log audit trace metric metrics telemetry event monitor monitoring alert alerts slack draft drafts proposal "
    "suggestion pending dry simulate simulation preview shadow sandbox mlflow wandb".split()
)
_KEEPS = frozenset(
    "save store cache record records keep archive register history decision decisions outcome outcomes predict "
    "prediction predictions score scores model infer embed feature features webhook refresh sync notify notification "
    "warn tell inform message forecast forecasts proposals recommendation recommendations estimate estimates plan "
    "planning advice display show view ui ticket tickets case crm note comment label tag jira zendesk".split()
)
"""What holds a prediction before the eyes of somebody, or keeps it."""
_SMALL = frozenset("with from that each every only when whom whose before after their into over".split())
_CONFIRMS = frozenset("confirm confirmed confirmation approval approved".split())


def words(text: str) -> frozenset[str]:
    """The words of names and texts, in lower case."""
    return frozenset(word.lower() for word in _WORD.findall(text))


class Acting:
    """Judges single calls, and finds the actions that predictions trigger."""

    def __init__(self, code: Code, tainting: Tainting) -> None:
        self.code = code
        self.tainting = tainting
        self._chains = Chains(code, tainting)

    def language(self, site: Site) -> bool:
        """Whether a call gives the text of a language model."""
        if site.target is not None:
            return False
        text = chain(site.node.func)
        name = site.name.replace("()", "")
        if _CHAT.search(text) or _CHAT.search(name):
            return True
        if text.endswith(".messages.create") and self._imports(site.by.path, "anthropic"):
            return True
        if self._chains.answers(site):
            return True
        known = site.name.startswith(_LIBRARIES) or name.startswith(_LIBRARIES)
        return known and (site.last in _ANSWERS or site.name.startswith(("transformers.", "replicate.run")))

    def prediction(self, places: Iterable[Definition], kinds: Container[str] = ("fitted", "spoken")) -> Judge:
        """Whether a call gives a prediction: of a model's method, of a language model, of one of `places`.

        `kinds`: what the project's own model is; another charter answers for what else stands in the repository.
        """
        own = frozenset(places)

        def judge(site: Site) -> bool:
            if site.target is not None:
                return site.target in own
            fitted = site.last in _PREDICT and "fitted" in kinds
            return fitted or ("spoken" in kinds and self.language(site))

        return judge

    def actions(
        self, roots: Iterable[Definition], places: Iterable[Definition], reviews: Iterable[Definition], reviewer: str,
        kinds: Container[str] = ("fitted", "spoken"),
    ) -> list[Received]:  # fmt: skip
        """The calls that act on a prediction with nobody in between."""
        roots, between = tuple(roots), frozenset(reviews)
        predicts = self.prediction(places, kinds)
        looked = {one for review in between for one in self._behind(review, predicts)}

        def asks(site: Site) -> bool:
            own = site.target in between or bool(words(site.last) & _CONFIRMS)
            return own or site.name == "builtins.input" or (site.last == "input" and not site.name)

        asked = [site for site in self.tainting.calls(roots) if asks(site)]
        gated = {by: self._early([one.node for one in asked if one.by == by], by) for by in {one.by for one in asked}}
        gated = {by: calls | {id(one.node) for one in asked if one.target in between} for by, calls in gated.items()}
        used = tools(self.code, self.code.reachable(roots)) if "spoken" in kinds else {}
        found = self.tainting.follow((*roots, *used), predicts, asks, gated=gated, seeds=used)
        inside = _INSIDE | {word for word in words(reviewer) if len(word) > 3 and word not in _SMALL}
        passed = self._passed(found, looked, between) | set(used)
        kept = [one for one in found if one.site.by not in looked or (one.site.by in passed and _leaves(one.site))]
        alone = unasked(self.tainting, found, between, asks, lambda site: self.acts(site, inside))
        return [*(one for one in kept if self.acts(one.site, inside)), *alone]

    def repeats(
        self, roots: Iterable[Definition], places: Iterable[Definition], overrides: Iterable[Definition],
        reviews: Iterable[Definition], reviewer: str,
    ) -> list[Received]:  # fmt: skip
        """The calls that a person's decision makes, and that code makes at once which has laid out a prediction."""
        roots, decides, shows = tuple(roots), frozenset(overrides), frozenset(reviews)
        quiet = {one for one in shows - decides if asks_nobody(self.tainting, one)}
        if not decides or not quiet:
            return []
        between = (shows | decides) - quiet
        predicts = self.prediction(places, ("fitted",))

        def asks(site: Site) -> bool:
            return site.target in between or bool(words(site.last) & _CONFIRMS) or site.name == "builtins.input"

        calls = list(self.tainting.calls(roots))
        asked = {site.by for site in calls if asks(site)}
        knows = {site.by for site in calls if site.target in quiet} - asked
        decided = {one for review in decides for one in self._behind(review, predicts)} - decides
        decided -= self.code.reachable(shows - decides).definitions
        found = self.tainting.follow(roots, predicts, asks) if knows and decided else []
        same = list(repeated(self.tainting, found, decided, between, knows))
        inside = (
            _INSIDE | _RECORDS | _KEEPS | {word for word in words(reviewer) if len(word) > 3 and word not in _SMALL}
        )
        files = {one.path for one in decides | shows}
        named = {one.site.by for one in same if one.site.by.path not in files and words(one.site.by.path) & inside}
        return [one for one in same if one.site.by not in named and self._sends(one.site, inside)]

    def _sends(self, site: Site, inside: frozenset[str]) -> bool:
        """Whether a call changes something of others, and keeps no record of it."""
        said = words(f"{site.by.qualname} {addressed(self.tainting, site)}")
        return not self.code.is_test(site.by.path) and _leaves(site) and not said & (inside | _LOOKS)

    def _passed(
        self, found: Iterable[Received], looked: Container[Definition], between: Container[Definition]
    ) -> set[Definition]:
        """What runs behind a review, and is given a prediction by code that does not pass there."""
        calls = []
        for one in (one for one in found if one.given):
            later = handed(self.code, one.site.by, one.site.node)
            target = later[0] if later else one.site.target
            if target is not None and target not in between:
                calls.append((one.site.by, target))
        passed: set[Definition] = set()
        while more := {target for by, target in calls if by not in looked or by in passed} - passed:
            passed |= more
        return passed

    def _early(self, asks: list[ast.Call], by: Definition) -> frozenset[int]:
        """The calls of a body that are made before anybody is asked there."""
        body = getattr(self.code.node(by), "body", [])
        calls = [part.node for part in self.tainting.parts(by) if isinstance(part.node, ast.Call)]
        return frozenset(id(one) for one in calls if all(before(body, one, ask) for ask in asks))

    def _behind(self, review: Definition, predicts: Judge) -> frozenset[Definition]:
        """What runs once somebody has looked; nothing where the prediction is made in there too."""
        bodies = frozenset(module.body for module in self.code.modules.values())
        behind = self.code.reachable([review], bodies).definitions
        sites = (
            self.tainting.site(one, part.node)
            for one in behind
            for part in self.tainting.parts(one)
            if isinstance(part.node, ast.Call)
        )
        return frozenset() if any(predicts(site) for site in sites) else behind

    def does(self, site: Site, inner: Site) -> bool:
        """Whether a call named after doing (`perform(decision)`) has something changed by another service."""
        own = words(site.last)
        quiet = (own | words(inner.by.name) | words(ast.unparse(inner.node)[:400])) & _RECORDS
        return bool(own & _DOES) and not quiet and bool(_HTTP.match(inner.name))

    def acts(self, site: Site, inside: frozenset[str] = _INSIDE) -> bool:
        """Whether a call sends, pays or blocks, and not for those within the house."""
        if self.code.is_test(site.by.path) or site.target is not None:
            return False
        own = words(site.by.name)
        text = own | words(ast.unparse(site.node)[:400])
        if text & inside:
            return False
        if _STRONG.match(site.name):
            return True
        if _MAIL.match(site.name) or site.last in ("send_email", "sendmail", "send_mail"):
            return bool(text & (_PEOPLE | _ACTS))
        http = bool(_HTTP.match(site.name))
        if switches(site.by.name, site.last, _address(site.node), sends=http or site.last == "publish"):
            return True
        if not http and site.last not in _EFFECTS:
            return False
        if _does(own) or (own & _TELLS and text & _PEOPLE):
            return True
        return http and bool(_does(_addressed(site.node)) and not own & _LOOKS)

    def _imports(self, path: str, library: str) -> bool:
        return any(fact.module.partition(".")[0] == library for fact in self.code.modules[path].symbols.imports)


def _leaves(site: Site) -> bool:
    """Whether a call changes something elsewhere, rather than in a table of the project's own."""
    return bool(_STRONG.match(site.name) or _MAIL.match(site.name) or _HTTP.match(site.name))


def _does(said: frozenset[str]) -> frozenset[str]:
    """The words of doing; `order_status` looks at orders."""
    return said & _ACTS - _THINGS if said & _LOOKS else said & _ACTS


def _address(node: ast.Call) -> ast.expr | None:
    given = node.args[:1] or [word.value for word in node.keywords if word.arg in ("url", "topic")]
    return given[0] if given else None


def _addressed(node: ast.Call) -> frozenset[str]:
    """The words of the address that a call goes to."""
    first = _address(node)
    texts = [part.value for part in ast.walk(first) if isinstance(part, ast.Constant)] if first is not None else []
    return words(" ".join(text for text in texts if isinstance(text, str)))


@provides
def acting(code: Code, tainting: Tainting) -> Acting:
    """Nothing is followed before it is asked for."""
    return Acting(code, tainting)
