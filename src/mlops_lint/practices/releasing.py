"""Practice: a new model reaches some users first, or can be taken back."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator

from mlops_lint.documents.node import DocumentError, MapNode, Node, ScalarNode
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Definition
from mlops_lint.facts.project.reading import documents_of, mapping, place, text_of, word
from mlops_lint.model import Location
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, judge
from mlops_lint.practices.mentions import SCRIPTS, Mentions
from mlops_lint.repo.view import RepoView, Unreadable

_PIPELINE = re.compile(
    r"^[ \t]*(?:-[ \t]*)?['\"]?(?:stages?|jobs|steps|script|runs-on|stage)['\"]?\s*[:(]", re.MULTILINE
)

_LINES = re.compile(
    r"canaryTrafficPercent['\"]?\s*:\s*['\"]?(?!0\b|100\b)\S"
    r"|nginx\.ingress\.kubernetes\.io/canary['\"]?\s*:\s*['\"]?true"
    r"|\bType['\"]?\s*:\s*['\"]?(?:Canary|Linear)\d+Percent"
    r"|CodeDeployDefault\.\w*(?:Canary|Linear)\d+Percent"
    r"|\b(?:BlueGreenUpdatePolicy|blue_green_update_policy|ShadowProductionVariants|shadow_production_variants)\b"
    r"|\b(?:AutoRollbackConfiguration|auto_rollback_configuration)\b"
    r"|\bfailure_action\s*:\s*rollback|\brollback_config\s*:"
)
"""What declares it by itself, in whatever language of configuration."""
_KINDS = (
    (re.compile(r"argoproj\.io"), re.compile(r"^\s*kind:\s*Rollout\s*$")),
    (re.compile(r"flagger\.app"), re.compile(r"^\s*kind:\s*Canary\s*$")),
    (re.compile(r"split\.smi-spec\.io"), re.compile(r"^\s*kind:\s*TrafficSplit\s*$")),
    (re.compile(r"machinelearning\.seldon\.io"), re.compile(r"^\s*(?:-\s*)?shadow:\s*true")),
    (re.compile(r"kind:\s*VirtualService"), re.compile(r"^\s*mirror:")),
)
"""(what the file is about, the line that declares it)."""
_SHARES = (
    (re.compile(r"kind:\s*(?:VirtualService|HTTPRoute)"), re.compile(r"^\s*(?:-\s*)?weight:\s*(.+)")),
    (re.compile(r"machinelearning\.seldon\.io"), re.compile(r"^\s*(?:-\s*)?traffic:\s*(.+)")),
    (re.compile(r"serving\.knative\.dev|google_cloud_run"), re.compile(r"^\s*(?:-\s*)?percent\s*[:=]\s*(.+)")),
    (re.compile(r"ProductionVariants"), re.compile(r"^\s*(?:-\s*)?InitialVariantWeight\s*:\s*(.+)")),
)
"""(what the file is about, a line with one part of the traffic): two of them split it."""
_COMMAND = re.compile(
    r"\b(?:kubectl|oc)\b[^|;&#]*\brollout\s+undo\b"
    r"|\bhelm\b[^|;&#]*\srollback\s|\bkubectl[- ]argo[- ]rollouts\b|\bkubectl\s+argo\s+rollouts\b"
    r"|\bgcloud\b[^|;&#]*\bupdate-traffic\b[^|;&#]*(?:--to-revisions|--to-tags)"
    r"|\bgcloud\b[^|;&#]*--traffic-split"
    r"|\baz\s+ml\s+online-endpoint\b[^|;&#]*--mirror-traffic"
    r"|\baz\s+ml\s+online-endpoint\b[^|;&#]*--traffic\s+['\"]?[\w$(){}.-]+=(?!100\b|0\b)\d+"
    r"|\baz\s+containerapp\s+ingress\s+traffic\s+set\b"
    r"|\baws\s+sagemaker\s+update-endpoint-weights-and-capacities\b|--auto-rollback-enabled\b"
    r"|\baws\s+lambda\s+update-alias\b[^|;&#]*--routing-config"
    r"|\bheroku\s+(?:releases:)?rollback\b|\bdocker\s+service\s+(?:update\s+--rollback|rollback)\b"
)
_STAGE = re.compile(
    r"^\s*(?:-\s*)?(?:(?:stage|job|deployment|name|displayName|id)['\"]?\s*[:(]\s*['\"]?[^'\"#]*"
    r"|(?=[\w-]+:\s*$)[\w-]*)"
    r"(roll[-_ ]?back|canary)",
    re.IGNORECASE,
)
"""A stage, job or step of a pipeline that is named for it."""
_DATABASE = re.compile(r"migrat|database|\bdb\b|sql|transaction|alembic|schema|npm|nightly|pypi", re.IGNORECASE)
_DEPLOYS = re.compile(r"deploy|kubectl|helm|endpoint|release|model|image", re.IGNORECASE)

_KEYS = frozenset(
    "canaryTrafficPercent canary_traffic_percent AutoRollbackConfiguration BlueGreenUpdatePolicy "
    "ShadowProductionVariants CanarySize mirror_traffic shadow_production_variants".split()
)
_SHARED = frozenset({"traffic_split", "traffic"})
_CALLED = frozenset({"update_endpoint_weights_and_capacities", "blue_green_update_policy", "enable_auto_rollback"})
_CDK = re.compile(r"(?:CANARY|LINEAR)_\d+PERCENT")
_ABOUT = re.compile(r"model|deploy|version|endpoint|release|registry|production|champion|alias|serving|service|rollout")
_PLACES = re.compile(r"deploy|registry|release|endpoint|champion|rollout|promot|roll_?back|serving")
_STORAGE = re.compile(r"(?:^|_)(?:db|database|session|transaction|migration|savepoint|tx|sql|commit|git|connection)")


class RollbackOrCanary(Practice):
    """A deployment that shifts traffic step by step, runs beside the old one, or can be rolled back."""


@provides
def rollback_or_canary(own: OwnCode, view: RepoView, mentions: Mentions) -> RollbackOrCanary:
    """Manifests, pipelines, commands and code; words in prose, comments and databases are none."""
    shown: list[Shown] = []
    for path in mentions.configured("release"):
        text = text_of(view, path) or ""
        shown += _written(path, text, script=_is_script(path))
        shown += _endpoints(view, path, text)
    for path in mentions.coded("shifted"):
        if own.counts(path, tests=False):
            shown += _coded(own, path)
    names = own.functions(lambda name: True, kinds=("function", "class"))
    shown += [Shown(found.name, own.code.at(found)) for found in names if _named(found)]
    return judge(RollbackOrCanary, shown)


def _is_script(path: str) -> bool:
    return path.lower().endswith(SCRIPTS) or posixpath.basename(path).lower().startswith(("makefile", "justfile"))


def _written(path: str, text: str, *, script: bool) -> Iterator[Shown]:
    """Line by line, since templates of manifests are no YAML."""
    rows = [(number, _code(row, path)) for number, row in enumerate(text.split("\n"), 1)]
    yield from _commands(path, rows)
    if script:
        return
    found = [number for number, row in rows if _LINES.search(row)]
    for about, line in _KINDS:
        if about.search(text):
            found += [number for number, row in rows if line.search(row)]
    for about, line in _SHARES:
        if about.search(text):
            found += _split(rows, line)
    if _PIPELINE.search(text) and _DEPLOYS.search(text) and not path.endswith(".json"):
        found += [number for number, row in rows if _STAGE.search(row) and not _DATABASE.search(row)]
    for number in dict.fromkeys(found):
        yield Shown(rows[number - 1][1].strip(" -{,")[:60], Location(path, number))


def _code(row: str, path: str) -> str:
    """A line without its comment."""
    bare = row.lstrip()
    if bare.startswith(("#", "//", "*", "{{/*", "::", "REM ")):
        return ""
    return re.sub(r"\s#.*$", "", row) if not path.endswith(".json") else row


def _commands(path: str, rows: list[tuple[int, str]]) -> Iterator[Shown]:
    for number, row in rows:
        if "echo " not in row and (match := _COMMAND.search(row)):
            yield Shown(" ".join(match[0].split())[:60], Location(path, number))


def _split(rows: list[tuple[int, str]], line: re.Pattern[str]) -> list[int]:
    """Lines that give out parts of the traffic, unless one gets all of it."""
    parts = [(number, match[1].strip().strip("'\",")) for number, row in rows if (match := line.search(row))]
    shared = [number for number, part in parts if not re.fullmatch(r"0|100|1(?:\.0)?", part)]
    return shared[:1] if len(parts) >= 2 and shared else []


def _endpoints(view: RepoView, path: str, text: str) -> Iterator[Shown]:
    """`traffic: {blue: 90, green: 10}` of a managed endpoint."""
    if "traffic:" not in text or not path.endswith((".yml", ".yaml")) or "{{" in text:
        return
    for document in documents_of(view, path):
        for key, value in mapping(document):
            if key.text in ("traffic", "mirror_traffic") and _divided(value, mirrored=key.text == "mirror_traffic"):
                yield Shown(key.text, place(path, key))


def _divided(node: Node, *, mirrored: bool) -> bool:
    given = [word(value) for _, value in mapping(node) if isinstance(value, ScalarNode)]
    shares = [part for part in given if part.isdigit() and 0 < int(part) < 100]
    return isinstance(node, MapNode) and len(shares) >= (1 if mirrored else 2)


def _coded(own: OwnCode, path: str) -> Iterator[Shown]:
    """Traffic that code divides, and settings by the names that a cloud gives them."""
    try:
        tree = own.code.source(path).tree
    except (DocumentError, Unreadable):
        return
    for node in ast.walk(tree):
        what = _part(node)
        if what and own.runs(path, node):
            yield Shown(what, own.at(path, node))


def _part(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if _given(keyword.arg or "", keyword.value):
                return keyword.arg or ""
        if isinstance(node.func, ast.Attribute) and node.func.attr in _CALLED:
            return node.func.attr
        return _asked(node)
    if isinstance(node, ast.Dict):
        keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
        return next((str(key) for key in keys if key in _KEYS), "")
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
        name = node.targets[0].attr
        return name if _given(name, node.value) else ""
    return node.attr if isinstance(node, ast.Attribute) and _CDK.fullmatch(node.attr[:99].rpartition("_")[0]) else ""


def _asked(node: ast.Call) -> str:
    """A command that code runs."""
    texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    runs = ast.unparse(node.func).rpartition(".")[2] in ("run", "call", "check_call", "check_output", "Popen", "system")
    match = _COMMAND.search(" ".join(texts) + " ") if runs else None
    return match[0].strip()[:60] if match else ""


def _given(name: str, value: ast.expr) -> bool:
    """Whether a setting divides the traffic."""
    if isinstance(value, ast.Constant) and (value.value is None or value.value in (0, 100, False)):
        return False
    if name == "traffic_percentage":
        return isinstance(value, ast.Constant)
    if name in _SHARED:
        values = value.values if isinstance(value, ast.Dict) else []
        whole = any(isinstance(item, ast.Constant) and item.value in (0, 100) for item in values)
        return len(values) >= 2 and not whole
    return name in _KEYS and not (isinstance(value, ast.Dict) and not value.keys)


def _named(definition: Definition) -> bool:
    """Functions and classes that say so of a model or its deployment."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", definition.name).lower()
    if _STORAGE.search(name) or name.startswith("is_"):
        return False
    if re.search(r"(?:^|_)roll_?back(?:_|$)", name):
        # A bare name says it of anything that has a history; the class or the file may say of what.
        around = f"{definition.qualname.rpartition('.')[0]} {posixpath.basename(definition.path)}".lower()
        return bool(_ABOUT.search(name) or _PLACES.search(around)) and not _STORAGE.search(around)
    if re.search(r"(?:^|_)canary(?:_|$)", name):
        return bool(re.search(r"deploy|traffic|release|rollout|rout|predict|model|promot|percent|split|weight", name))
    if re.search(r"(?:^|_)shadow(?:_|$)", name):
        return bool(re.search(r"deploy|mode(?:_|$|l)|predict|traffic|infer|endpoint", name))
    return bool(re.search(r"(?:split|shift)_traffic|traffic_(?:split|shift)", name))
