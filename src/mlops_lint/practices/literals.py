"""Practices that one had better not have: secrets and one machine's paths, written into the repository."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mlops_lint.documents.strings import Literal
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project import machine_paths, secret_values
from mlops_lint.facts.project.code.entries import is_test_path
from mlops_lint.facts.project.literals import Literals, Written
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, judge, unclear

_ASIDE = re.compile(
    r"(?:^|/)(?:tests?|testing|fixtures?|docs?|examples?|node_modules|site-packages|third_party|"
    r"vendor|\.github|\.devcontainer|"
    r"\.vscode|\.claude|\.cursor|\.gemini|\.idea|\.dvc/cache|mlruns|outputs?|results?|logs?|wandb|\.ipynb_checkpoints|__pycache__)/"
)
_TEMPLATE = re.compile(r"\b(?:example|sample|template|dist|tmpl|tpl)s?\b|\.j2$|cookiecutter|\{\{", re.IGNORECASE)
_CONTAINER = re.compile(
    r"(?:^|/)(?:[^/]*docker[^/]*|[^/]*compose[^/]*\.ya?ml|devcontainer\.json|[^/]*\.dockerfile)$", re.IGNORECASE
)
_PLATFORM = re.compile(
    r"^(?:apiVersion|services|image|runs-on|jobs|steps|os|hooks|phases|prefix|AWSTemplate)\b", re.MULTILINE
)
_CI = re.compile(
    r"(?:^|/)\.(?:github|taskcluster|travis|circleci|gitlab-ci|appveyor|drone)|azure-pipelines|buildkite|codecov"
)
_SPEAKS = re.compile(
    r"(?:print|help|info|debug|warning|warn|error|write|exception|Error|markdown|echo|log)$", re.IGNORECASE
)
_ROUTES = re.compile(
    r"(?:route|get|post|put|delete|websocket|mount|Blueprint|APIRouter|add_url_rule|startswith|endswith|replace)$"
)
_MESSAGE_NAMES = re.compile(
    r"help|description|desc|title|message|msg|epilog|doc|prompt|placeholder|caption|prefix", re.IGNORECASE
)
_WEB = (".html", ".htm", ".js", ".ts", ".jsx", ".tsx", ".pem", ".key", "id_rsa", "id_ed25519", ".json", ".txt")
_LOGIN = re.compile(r"(?:wandb\s+login|--(?:api[_-]?)?(?:key|token|password)[= ])\s*['\"]?([A-Za-z0-9_\-.]{20,})")
_MOUNTED = re.compile(r"mount|volume", re.IGNORECASE)  # where a container sees what is given to it
_GETS = ("getenv", "get", "setdefault", "env")


class SecretsCommitted(Practice):
    """A password, key or token stands in the repository."""


class HardcodedAbsolutePaths(Practice):
    """A path that only one person's or one machine's file system has stands in code or configuration."""


@provides
def secrets_committed(own: OwnCode, written: Literals) -> SecretsCommitted:
    """Defaults of local services and words are unclear; what is read from the environment is none."""
    strong: list[Shown] = []
    weak: list[Shown] = []
    for strength, shown in _secrets(own, written):
        (strong if strength == secret_values.STRONG else weak).append(shown)
    weak = sorted(weak, key=lambda one: (one.at or Location(""), one.detail))
    return judge(SecretsCommitted, strong, otherwise=unclear(SecretsCommitted, *weak) if weak else None)


def _secrets(own: OwnCode, written: Literals) -> Iterator[tuple[str, Shown]]:
    for one in written.in_python(secret_values.HINTS):
        if own.counts(one.at.path, tests=False) and not _aside(one.at.path):
            yield from _judged_secret(one, _given_to(one))
    for one in written.in_settings(secret_values.HINTS):
        if not _aside(one.at.path) and not is_test_path(one.at.path):
            for strength, shown in _judged_secret(
                one, "api_key" if one.at.path.endswith("kaggle.json") and one.name == "key" else one.name
            ):
                public = shown.detail == one.name and (_CI.search(one.at.path) or "codecov" in one.name.lower())
                yield (secret_values.WEAK if public else strength), shown
    for one in (*written.in_scripts(secret_values.HINTS), *written.in_commands(secret_values.HINTS)):
        if not _aside(one.at.path) and not is_test_path(one.at.path):
            yield from _commanded(one)
    for path, text in written.files(_WEB):
        if not _aside(path) and not is_test_path(path) and secret_values.ANY_SHAPE.search(text):
            yield from _lines(path, text)


def _given_to(one: Written) -> str:
    """The name of a literal; `getenv("API_KEY", "…")` gives its default to the name before it."""
    literal = one.code
    if literal is not None and one.name == "key" and "username" in literal.before:
        return "api_key"
    if literal is None or one.name:
        return one.name
    if literal.second_of and re.search(rf"(?:{'|'.join(_GETS)})\s*\([^()]*$", literal.before):
        return literal.second_of
    if "@" in literal.second_of and re.search(r"login\s*\([^()]*$", literal.before):
        return "password"
    return "api_key" if literal.callee.endswith("wandb.login") else ""


def _judged_secret(one: Written, name: str) -> Iterator[tuple[str, Shown]]:
    if one.code is not None and (
        (one.code.formatted and "{" in one.value) or one.code.after.lstrip().startswith((".", "%"))
    ):
        return
    label, strength = secret_values.shape(one.value)
    if not strength:
        label, strength = name, secret_values.given(name, one.value)
    if not strength:
        label, strength = "a password in a text", secret_values.inside(one.value)
    if strength:
        yield strength, Shown(label, one.at)


def _commanded(one: Written) -> Iterator[tuple[str, Shown]]:
    label, strength = secret_values.shape(one.value)
    if (
        not strength
        and (found := _LOGIN.search(one.value))
        and secret_values.given("api_key", found[1]) == secret_values.STRONG
    ):
        label, strength = "a key on the command line", secret_values.STRONG
    if not strength and (found := re.search(r"(?:export|env|set)\s+(\w+)[= ]['\"]?([^\s'\"]+)", one.value)):
        label, strength = found[1], secret_values.given(found[1], found[2])
    if not strength and one.name:
        label, strength = one.name, secret_values.given(one.name, one.value.strip("\"'"))
    if strength:
        yield strength, Shown(label, one.at)


def _lines(path: str, text: str) -> Iterator[tuple[str, Shown]]:
    found = secret_values.ANY_SHAPE.search(text)
    if found is None or (path.endswith(".txt") and posixpath.basename(path).startswith(("require", "licen"))):
        return
    label, strength = secret_values.shape(text[found.start() : found.end()])
    if strength:
        public = "Google" in label and path.endswith(_WEB[:6])  # shown to every visitor anyhow
        line = text.count("\n", 0, found.start()) + 1
        yield (secret_values.WEAK if public else strength), Shown(label, Location(path, line))


def _aside(path: str) -> bool:
    name = posixpath.basename(path).lower()
    return bool(
        name.startswith("readme") or _ASIDE.search(path) or _TEMPLATE.search(posixpath.basename(path)) or "{{" in path
    )


@provides
def hardcoded_absolute_paths(own: OwnCode, written: Literals) -> HardcodedAbsolutePaths:
    """Folders that a platform or the project's own container promises are none."""
    container = _containers(written)
    sure: list[Shown] = []
    perhaps: list[Shown] = []
    for one, strict in _pathlike(own, written):
        notebook = one.at.path.endswith(".ipynb")
        path, how = machine_paths.machine_path(one.value.strip(), notebook=notebook, container=container, strict=strict)
        if how:
            (sure if how == machine_paths.SURE else perhaps).append(Shown(path, one.at))
    perhaps = sorted(perhaps, key=lambda one: (one.at or Location(""), one.detail))
    return judge(HardcodedAbsolutePaths, sure, otherwise=unclear(HardcodedAbsolutePaths, *perhaps) if perhaps else None)


def _pathlike(own: OwnCode, written: Literals) -> Iterator[tuple[Written, bool]]:
    """What may name a file, and whether only people's folders count there."""
    for one in written.in_python(machine_paths.HINTS):
        if own.counts(one.at.path, tests=False) and one.code is not None and _opens(one.code):
            yield one, False
    for one in written.in_settings(machine_paths.HINTS):
        path = one.at.path
        if not _aside(path) and not is_test_path(path) and not _CONTAINER.search(path) and not _platform(own, path):
            if not path.endswith(".json") or _configures(path):
                if not _MESSAGE_NAMES.search(one.name):
                    yield one, not path.endswith((".yaml", ".yml", ".sql"))
    for one in (*written.in_scripts(machine_paths.HINTS), *written.in_commands(machine_paths.HINTS)):
        if not _aside(one.at.path) and not is_test_path(one.at.path):
            if not re.match(r"\s*(?:echo|printf|print|cat)\b", one.value):
                yield one, True


def _opens(literal: Literal) -> bool:
    """Not joined to something before it, nor the rest of a text, no message, no route of a service."""
    lead = literal.before.rstrip()
    if (
        _MOUNTED.search(literal.name)
        or _MOUNTED.search(literal.second_of)
        or _MOUNTED.search(lead[-60:].rpartition("\n")[2])
    ):
        return False
    if lead.endswith(("+", "%", "==", "!=", '"', "'")) or re.search(r"\bin$", lead):
        return False
    if _SPEAKS.search(literal.callee.rpartition(".")[2]) or _MESSAGE_NAMES.fullmatch(literal.name):
        return False
    if re.search(r"@[\w.]+\([^()]*$", lead) or _ROUTES.search(literal.callee.rpartition(".")[2]):
        return False
    return len(literal.value) <= 400


def _configures(path: str) -> bool:
    return bool(
        re.search(r"(?:config|conf|settings?|params?|hparams|launch|paths)[^/]*\.json$|(?:^|/)conf(?:ig)?s?/", path)
    )


def _platform(own: OwnCode, path: str) -> bool:
    """Manifests whose paths lie in a container or on a runner."""
    return bool(_PLATFORM.search((text_of(own.code.view, path) or "")[:20_000]))


def _containers(written: Literals) -> str:
    found: list[str] = []
    for path in written.view.entries:
        if _CONTAINER.search(path) and len(found) < 40:
            found.append((text_of(written.view, path) or "")[:20_000])
    return "\n".join(found)
