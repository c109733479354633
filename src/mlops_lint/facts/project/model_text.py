"""Where the text of a language model is run, queried, fetched or shown without being parsed or checked."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass

from mlops_lint.facts.files.chains import chain, is_none
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.acting import Acting, words
from mlops_lint.facts.project.acting_tools import tools
from mlops_lint.facts.project.code import Code, Constant, Definition
from mlops_lint.facts.project.free_text import FreeText
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.tainting import Received, Site, Tainting
from mlops_lint.model import Location

_RUN = frozenset(("builtins.exec", "builtins.eval", "builtins.compile", "exec", "eval"))
_SHELL = re.compile(
    r"^(?:os\.(?:system|popen)|subprocess\.\w+|commands\.getoutput|pty\.spawn|asyncio\.create_subprocess_shell)$"
)
_SQL = frozenset("execute executemany executescript read_sql read_sql_query run_query raw fetchall_sql".split())
_FETCH = re.compile(
    r"^(?:requests|httpx)\.(?:\w+\(\)\.)?(?:get|post|put|delete|request|head)$|^urllib\.request\.urlopen$"
)
_HTML = re.compile(
    r"(?:^|\.)(?:render_template_string|Markup|mark_safe|HTMLResponse)$|^jinja2\.(?:Template|Environment\(\)\.from_string)$"
)
_TOOLS = re.compile(r"(?:PythonREPL|PythonAstREPLTool|PythonREPLTool|ShellTool|BashProcess)\(\)\.(?:run|invoke|arun)$")
_RUNS_ALONE = frozenset(("builtins.exec", "builtins.eval", "os.system", "os.popen"))
"""What has no safe way to be given a model's text; `exec(text, allowed_names)` may have one."""
_PARSERS = re.compile(
    r"^(?:json\.loads|ast\.literal_eval|html\.escape|markupsafe\.escape|bleach\.clean|nh3\.clean|shlex\.quote|"
    r"sqlglot\.\w+|builtins\.(?:int|float|bool|len|isinstance)|yaml\.safe_load|re\.fullmatch|jsonschema\.validate|"
    r"RestrictedPython\.\w+)$"
)
_TAKES_APART = re.compile(r"^(?:json\.loads|yaml\.safe_load)$")
_DESTROYS = re.compile(
    r"^(?:os\.(?:system|popen|remove|unlink|rmdir|removedirs|kill|exec\w+)|shutil\.(?:rmtree|move)|subprocess\.\w+|"
    r"builtins\.(?:exec|eval))$"
)
_ATTACK = re.compile(
    r"inject|jailbreak|adversar|attack|malicious|system prompt|무시|지시|(?:ignor\w*|disregard|forget|override|vergiss|"
    r"oublie\w*|olvida)\b[^\n]{0,60}(?:instruct|rule|previous|above|prompt|anweisung|regel|consigne|instrucci)",
    re.IGNORECASE,
)
_LINES = ("is run by `os.", "is run by `subprocess.", "is run by `asyncio.", "is a query for", "is shown as HTML")
_CHECKS = frozenset(
    "validate validated validator sanitize sanitise sanitized allow allowed allows whitelist allowlist escape escaped "
    "safe verify verified ensure guard restricted restrict sandbox sandboxed parse parsed check checked clean "
    "permitted forbid approve approved confirm reject quote loads schema linted review".split()
)
_OF_ADDRESSES = frozenset("urlparse urlsplit URL startswith is_allowed host netloc".split())
_SCHEMAS = frozenset(
    "model_validate model_validate_json parse_raw parse_obj validate_python validate_json with_structured_output "
    "from_json literal_eval bind_tools".split()
)

_TESTS = (ast.If, ast.IfExp, ast.Assert, ast.Match, ast.While)


@dataclass(frozen=True, slots=True)
class Unguarded:
    """A call that gets a model's text as it is; `how` completes "the model's text …"."""

    at: Location
    how: str
    field: str = ""
    """The field of a parsed answer that holds it, where a schema lets any text through."""


class ModelText:
    """Follows the text of language models."""

    def __init__(self, code: Code, tainting: Tainting, acting: Acting) -> None:
        self.code = code
        self.tainting = tainting
        self.acting = acting
        self._known: dict[Definition, bool] = {}
        self._handing: dict[tuple[Definition, bool], bool] = {}
        self._free = FreeText(code)

    def asked(self, roots: Iterable[Definition]) -> list[Location]:
        """Where a language model is called."""
        return [self.tainting.at(site) for site in self.tainting.calls(roots) if self.acting.language(site)]

    def injected(self, paths: Iterable[str]) -> bool:
        """Whether one of the files holds text that tries to turn a model away from its task."""
        return any(_ATTACK.search(text_of(self.code.view, path) or "") for path in paths)

    def unguarded(self, roots: Iterable[Definition]) -> list[Unguarded]:
        """Where its text arrives in something that runs, queries, fetches or shows it."""
        roots, language = tuple(roots), self.acting.language
        found = self.tainting.follow(roots, language, self._cleans, self._vouches, compared=False)
        taken = self.tainting.follow(roots, language, self._checks, self._refuses, compared=False)
        handed = tools(self.code, self.code.reachable(roots))
        written = self.tainting.follow(
            (*roots, *handed), lambda _: False, self._cleans, self._vouches, compared=False, seeds=handed
        )
        runs = [(one, how) for one in written if (how := self._sink(one)).startswith(("is run by", "is a query"))]
        said = (
            [(one, self._sink(one)) for one in found]
            + runs
            + [(one, self._tool(one) or self._part(one)) for one in taken]
        )
        kept = [(one, how) for one, how in said if how and one.given and not self.code.is_test(one.site.by.path)]
        places = {at: Unguarded(at, how) for one, how in kept for at in [self.tainting.at(one.site)]}
        return list({**self._fields(roots), **places}.values())

    def _part(self, one: Received) -> str:
        """How a part of an answer that was only taken apart is run, queried or fetched."""
        first = one.site.node.args[:1]
        how = self._sink(one) if first and first[0] in one.given else ""
        if how.startswith("is the address"):
            names = {self.tainting.site(one.site.by, part.node).last for part in self.tainting.parts(one.site.by)
                     if isinstance(part.node, ast.Call)}  # fmt: skip
            if _put_together(first[0]) or not _straight(first[0]) or names & _OF_ADDRESSES:
                return ""
        return how if how.startswith(("is run by", "is a query", "is the address")) else ""

    def _fields(self, roots: tuple[Definition, ...]) -> dict[Location, Unguarded]:
        """Where a free field of a parsed answer becomes part of a line for a shell or a database."""
        taken = self.tainting.follow(roots, self.acting.language, self._quotes, self._looks, compared=False)
        found = {}
        for one in taken:
            first = one.site.node.args[:1]
            how = self._sink(one) if first and first[0] in one.given and not self.code.is_test(one.site.by.path) else ""
            if how.startswith(_LINES) and _put_together(first[0]) and (name := self._free.only(first[0])):
                found[self.tainting.at(one.site)] = Unguarded(self.tainting.at(one.site), how, name)
        return found

    def _quotes(self, site: Site) -> bool:
        """Like `_cleans`; what was parsed may still hold any text."""
        return not self._parses(site) and self._cleans(site)

    def _looks(self, site: Site) -> bool:
        return not self._parses(site) and self._vouches(site)

    def _parses(self, site: Site) -> bool:
        made = site.target is not None and site.target.kind == "class"
        if made or site.last in _SCHEMAS or _TAKES_APART.match(site.name):
            return True
        return site.target is not None and site.target.kind == "function" and self._hands_over(site.target)

    def _hands_over(self, one: Definition, *, loose: bool = False) -> bool:
        """Whether all that a function of the project does is to give back what a schema or a parser made.

        `loose`: what was only taken apart, and held against nothing.
        """
        if (one, loose) not in self._handing:
            self._handing[one, loose] = False  # a function that calls itself does more
            nodes = [part.node for part in self.tainting.parts(one)]
            calls = _given_back(nodes)
            sites = [self.tainting.site(one, call) for call in calls or []]
            does = self._takes_apart if loose else self._parses
            self._handing[one, loose] = bool(sites) and all(does(site) for site in sites)
        return self._handing[one, loose]

    def _takes_apart(self, site: Site) -> bool:
        return site.last == "model_construct" or bool(_TAKES_APART.match(site.name))

    def _checks(self, site: Site) -> bool:
        """Like `_cleans`; a text that was taken apart may still name any tool."""
        return not _TAKES_APART.match(site.name) and self._cleans(site)

    def _refuses(self, site: Site) -> bool:
        return not _TAKES_APART.match(site.name) and self._vouches(site)

    def _tool(self, one: Received) -> str:
        """How a model's text picks what is called, or fills the arguments of what destroys or runs."""
        site, node = one.site, one.site.node
        if site.name in ("builtins.getattr", "getattr") and len(node.args) > 1 and node.args[1] in one.given:
            return "names the function that is called" if self._called(site) and not _prefixed(node.args[1]) else ""
        if not isinstance(node.func, ast.Subscript) or isinstance(node.func.slice, ast.Constant):
            return ""
        known = self.code.lookup(site.by.path, chain(node.func.value))
        module = self.code.modules.get(known.path) if isinstance(known, Constant) else None
        tables = [table for table in module.symbols.tables if table.target == known.name] if module and known else []
        names = [self.code.canonical(known.path, "", text) or "" for table in tables for text in table.values if known]
        tool = next((name for name in names if _DESTROYS.match(name)), "")
        return f"picks `{tool}` out of a table, and gives its arguments," if tool else ""

    def _called(self, site: Site) -> bool:
        """Whether what `getattr` gives is called, at once or by the name that it gets."""
        nodes = [part.node for part in self.tainting.parts(site.by)]
        names = {
            target.id
            for node in nodes
            if isinstance(node, ast.Assign) and node.value is site.node
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        calls = [node.func for node in nodes if isinstance(node, ast.Call)]
        return any(one is site.node or (isinstance(one, ast.Name) and one.id in names) for one in calls)

    def _cleans(self, site: Site) -> bool:
        """Whether what a call gives is parsed, or checked."""
        if _PARSERS.match(site.name) or site.last in _SCHEMAS:
            return True
        known = site.target is not None and site.target.kind == "class" and self._schema(site.target)
        return known or (site.name not in _RUN and self._named_check(site))

    def _vouches(self, site: Site) -> bool:
        """Whether a call refuses what it is given unless that is right."""
        if site.name in _RUN or site.name in ("re.compile", "builtins.compile"):
            return False
        checked = site.name in ("re.fullmatch", "builtins.isinstance", "jsonschema.validate")
        return checked or site.last in _SCHEMAS or self._named_check(site)

    def _named_check(self, site: Site) -> bool:
        """A call named after a check, unless it is the project's own and runs what it is given, unlooked at."""
        if not words(site.last) & _CHECKS:
            return False
        own = site.target if site.target is not None and site.target.kind == "function" else None
        return own is None or not (self._runs(own) or self._hands_over(own, loose=True))

    def _runs(self, check: Definition) -> bool:
        """Whether a function, or one that it calls, runs text, and nothing in it decides, compares or replaces."""
        if check not in self._known:
            own = [one for one in self.code.reachable([check]).definitions if one.kind == "function"]
            running = [one for one in own if any(self._alone(part.node, one) for part in self.tainting.parts(one))]
            self._known[check] = bool(running) and not any(self._decides(one) for one in {check, *running})
        return self._known[check]

    def _alone(self, node: ast.AST, by: Definition) -> bool:
        plain = isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords
        return (
            isinstance(node, ast.Call)
            and plain
            and not isinstance(node.args[0], ast.Constant)
            and self.tainting.site(by, node).name in _RUNS_ALONE
        )

    def _decides(self, one: Definition) -> bool:
        """Whether a function may refuse or change what it is given."""
        for part in self.tainting.parts(one):
            node = part.node
            if isinstance(node, ast.If | ast.IfExp | ast.Assert | ast.Match | ast.While | ast.comprehension):
                if not _emptiness(node):
                    return True
            elif isinstance(node, ast.Call):
                site = self.tainting.site(one, node)
                named = words(site.last) & _CHECKS and (site.target is None or site.target.kind != "class")
                if site.last in ("sub", "fullmatch", "match", "replace", "translate") or (named and site.target != one):
                    return True
        return False

    def _schema(self, found: Definition) -> bool:
        """A class that validates what it is made of: it inherits from something, or has a constructor of its own."""
        fact = self.code.modules[found.path].facts[found.qualname]
        own = self.code.modules[found.path].definitions
        return bool(fact.bases) or any(f"{found.qualname}.{name}" in own for name in ("__init__", "__post_init__"))

    def _sink(self, one: Received) -> str:
        site, first = one.site, one.site.node.args[:1]
        name, main = site.name, bool(first) and first[0] in one.given
        if site.target is not None:
            return ""
        if (name in _RUN or (not name and site.last in ("exec", "eval"))) and main:
            return f"is run by `{site.last}`"
        if (_SHELL.match(name) and main and _as_command(site.node)) or _TOOLS.search(name):
            return f"is run by `{name.replace('()', '')}`"
        if site.last in _SQL and isinstance(site.node.func, ast.Attribute) and main:
            return f"is a query for `{site.last}`"
        if _FETCH.match(name) and main:
            return f"is the address that `{name.replace('()', '')}` asks"
        if _HTML.search(name) and one.given:
            return f"is shown as HTML by `{site.last}`"
        if site.last in ("markdown", "write", "html") and main and _unsafe(site.node):
            return f"is shown as HTML by `{site.last}`"
        if name == "builtins.getattr" and len(site.node.args) > 1 and site.node.args[1] in one.given:
            return "names the function that is called"
        return ""


def _put_together(node: ast.expr) -> bool:
    """`f"lpr {text}"`, `"lpr " + text`: a line of which the text is a part, and no list of arguments."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return True
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod))


def _straight(node: ast.expr) -> bool:
    """`answer["url"]`, `answer.get("url")`, `url`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        node = node.func.value
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _emptiness(node: ast.AST) -> bool:
    """`if not text`, `if text is None`: a test whether there is anything."""
    test = node.test if isinstance(node, ast.If | ast.IfExp) else None
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return isinstance(test.operand, ast.Name)
    return isinstance(test, ast.Name) or (isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Is | ast.IsNot))


def _given_back(nodes: list[ast.AST]) -> list[ast.Call] | None:
    """The calls whose results a body gives back, where it decides nothing and gives back nothing else."""
    held = {one.targets[0].id: one.value for one in nodes
            if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)}  # fmt: skip
    given = [node.value for node in nodes if isinstance(node, ast.Return) and not _nothing(node.value)]
    given = [held.get(one.id) if isinstance(one, ast.Name) else one for one in given]
    calls = [value for value in given if isinstance(value, ast.Call)]
    return None if len(calls) < len(given) or any(isinstance(node, _TESTS) for node in nodes) else calls


def _nothing(node: ast.expr | None) -> bool:
    return node is None or is_none(node)


def _prefixed(node: ast.expr) -> bool:
    """`f"tool_{name}"`: only what is named after tools can be picked."""
    first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else None
    first = node.left if isinstance(node, ast.BinOp) else first
    return isinstance(first, ast.Constant) and bool(first.value)


def _as_command(node: ast.Call) -> bool:
    """A shell's line, or the program itself; an argument in a list is data."""
    first = node.args[0]
    if not isinstance(first, ast.List | ast.Tuple):
        return True
    texts = [part.value for part in first.elts if isinstance(part, ast.Constant)]
    return not (first.elts and isinstance(first.elts[0], ast.Constant)) or "-c" in texts


def _unsafe(node: ast.Call) -> bool:
    flags = {word.arg: word.value for word in node.keywords}
    value = flags.get("unsafe_allow_html")
    return isinstance(value, ast.Constant) and value.value is True


@provides
def model_text(code: Code, tainting: Tainting, acting: Acting) -> ModelText:
    """Nothing is followed before it is asked for."""
    return ModelText(code, tainting, acting)
