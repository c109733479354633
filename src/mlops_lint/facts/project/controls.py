"""Whether code does what a control of privacy promises: replaces, redacts, encrypts, leaves out, blurs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.files.nodes import own_nodes
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.controls_named import (
    from_elsewhere,
    given_back,
    hashes,
    identifies,
    mapped_as_it_is,
    written_back,
)
from mlops_lint.facts.project.features import tokens
from mlops_lint.facts.project.model_text import ModelText
from mlops_lint.facts.project.personal import Personal
from mlops_lint.facts.project.shipped import Shipped
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location
from mlops_lint.repo.view import Unreadable

KINDS = (
    ("noise", re.compile(r"differential|noise|\bdp[- ]?sgd\b")),
    ("redact", re.compile(r"redact|mask|scrub|blur|censor|pii filter")),
    ("replace", re.compile(r"pseudonym|anonym|hash|tokeni[sz]|de-?identif|surrogate|salted")),
    ("encrypt", re.compile(r"encrypt|cipher")),
    ("drop", re.compile(r"drop|remov|strip|exclud|left out|leave out|minimi[sz]|delet")),
)
_ELSEWHERE = re.compile(
    r"upstream|at (?:the )?source|before (?:the )?export|in the (?:crm|warehouse|export|dwh|ehr|source|bucket)|by the|"
    r"vendor|provider|at rest|in transit|disk|bucket|storage|s3|kms|access|after \d|retention|on request|role|database"
)
_NAMES = re.compile(r"pseudonym|anonym|redact|mask|scrub|de_?identif|tokeni[sz]e_?(?:id|pii)|"
                    r"hash_?(?:id|user|email|pii)|encrypt|pii", re.IGNORECASE)  # fmt: skip
_HASHES = ("hashlib.", "hmac.", "uuid.uuid5", "uuid.uuid3", "bcrypt.", "argon2.", "passlib.", "mmh3.", "xxhash.",
           "pandas.util.hash_", "cryptography.", "Crypto.", "nacl.", "faker.", "secrets.token")  # fmt: skip
_TOOLS = ("presidio_analyzer.", "presidio_anonymizer.", "scrubadub.", "google.cloud.dlp", "anonymizedf.", "piicatcher.",
          "spacy_anonymizer.", "langchain_experimental.data_anonymizer", "llm_guard.", "datafog.")  # fmt: skip
_CIPHERS = ("cryptography.", "Crypto.", "Cryptodome.", "nacl.", "google.cloud.kms", "tink.", "pyAesCrypt.")
_NOISE = ("opacus.", "diffprivlib.", "tensorflow_privacy.", "pydp.", "opendp.", "numpy.random.laplace",
          "numpy.random.default_rng().laplace")  # fmt: skip
_FILES = re.compile(
    r"read_bytes|\.read\b|\.read_text|usedforsecurity|dumps|file|path|content|config|params|chunk|blob|image|"
    r"to_csv|to_json|to_parquet|tobytes|model_dump_json"
)
_PEOPLE = re.compile(
    r"id\b|ids\b|_id|user|customer|patient|email|phone|name|client|person|number|value|key|salt|secret"
)
_HASHED = re.compile(r"(?<![a-z])(?:hash|hmac|sha-?\d)")
_STANDS_IN = re.compile(r"pseudonym|tokeni[sz]|surrogate|salted")
_BODIES = re.compile(r"\b(?:body|payload|request|prompt|message|document|html|sql|query|schema|code|source)\b")
_SAYING = re.compile(
    r"pii|redact|mask|scrub|anonym|e_?mail|phone|iban|ssn|person|@|\\d|\*\*\*|\[[A-Z]|<[A-Z]", re.IGNORECASE
)
_PUT_TOGETHER = (ast.Subscript, ast.JoinedStr, ast.BinOp, ast.Dict, ast.Lambda, ast.comprehension)
_PLAIN = frozenset("astype str int strip lower upper fillna copy format map_partitions rename to_numpy".split())


@dataclass(frozen=True, slots=True)
class Applied:
    """Where a control is applied."""

    at: Location


@dataclass(frozen=True, slots=True)
class NotApplied:
    """No code does it; `named` is a function that has only the name, `why` what is wrong with it."""

    named: Location | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class NoCode:
    """Cannot be told: it is done by people or elsewhere."""

    reason: str
    at: Location | None = None


@dataclass(frozen=True, slots=True)
class Bypassed:
    """It is applied at one place before a language model is asked, and what is served asks the same one without."""

    at: Location
    asked: Location


class Controls:
    """Answers when asked, for controls in the charter's words."""

    def __init__(
        self, code: Code, personal: Personal, shipped: Shipped, text: ModelText, values: Values
    ) -> None:  # fmt: skip
        self.values = values
        self.code = code
        self.text = text
        self.shipped = shipped
        self.personal = personal

    def look(self, control: str, columns: frozenset[str]) -> Applied | Bypassed | NotApplied | NoCode:
        """Is this control applied by code that runs? `columns` are those that the charter names as personal."""
        words = control.lower()
        kind = next((kind for kind, pattern in KINDS if pattern.search(words)), "")
        if not kind:
            return NoCode("it is no control that code would show")
        if (hollow := self._hollow(kind)) is not None:
            return NotApplied(self.code.at(hollow), "does nothing of the kind")
        if kind == "replace" and _HASHED.search(words) and (idle := self._idle_hash()) is not None:
            return NotApplied(self.code.at(idle), "is never called")
        found = [one for one in self._found(kind, columns) if kind != "replace" or not self._of_bodies(words, one[0])]
        if kind == "replace" and _STANDS_IN.search(words) and found and (idle := self._idle_hash()) is not None:
            if not any(self._about(control, at, scope) for at, scope in found):
                return NotApplied(self.code.at(idle), "is never called")
        for at, scope in found:
            followed = kind == "redact" and not _ELSEWHERE.search(words)
            asked = self._unprotected({scope, *(more for _, more in found)}) if followed else None
            return Applied(at) if asked is None else Bypassed(at, asked)
        if _ELSEWHERE.search(words):
            return NoCode("it is said to be done outside of this code")
        if self.code.unparsed:
            return NoCode("a file cannot be parsed", Location(min(self.code.unparsed)))
        named = next(self._named(), None)
        if named is None:
            return NotApplied()
        if (opaque := self._opaque(named)) is not None:
            return NoCode(f"what `{named.name}` does cannot be followed", opaque)
        runs = named in self.shipped.live
        return NotApplied(self.code.at(named), "does nothing of the kind" if runs else "is never called")

    def _scopes(self) -> Iterator[tuple[str, Definition | None, ast.AST]]:
        """What runs outside of tests, as (file, function, tree)."""
        shipped = [path for path in self.code.modules if not self.code.is_test(path)]
        modules = [path for path in shipped if not path.endswith(".ipynb")] or shipped
        live = self.shipped.live
        for path in modules:
            try:
                tree = self.code.source(path).tree
            except (DocumentError, Unreadable):
                continue
            yield path, None, tree
            for definition in self.code.modules[path].definitions.values():
                if definition.kind == "function" and definition in live:
                    yield path, definition, self.code.node(definition)

    def _unprotected(self, scopes: set[Definition]) -> Location | None:
        """Where what is served asks a language model that another program asks with one of the scopes before."""
        roots = self.shipped.declared(("deployment", "entrypoint"), ("deployment", "predicts_in"))
        served = self.code.reachable(roots)
        if not roots or any(scope in served for scope in scopes):
            return None
        asked = self.text.asked(roots)
        named = [use for _, use in served.opaque(frozenset()) if _NAMES.search(use.chain)]
        for entry in self.shipped.entries if asked and not named else ():
            if entry not in served and any(scope in self.code.reachable([entry]) for scope in scopes):
                if both := set(asked) & set(self.text.asked([entry])):
                    return min(both)
        return None

    def _found(self, kind: str, columns: frozenset[str]) -> Iterator[tuple[Location, Definition]]:
        for path, definition, tree in self._scopes():
            for node in own_nodes(tree):
                scope = definition.qualname if definition else ""
                if self._applies(kind, path, scope, node, columns):
                    yield self.code.source(path).at(node), definition or self.code.modules[path].body

    def _about(self, control: str, at: Location, scope: Definition) -> bool:
        """Whether what was found on a line may replace what a control speaks of, and leaves out no other column."""
        tree = self.code.source(at.path).tree
        calls = [part for part in ast.walk(tree) if isinstance(part, ast.Call | ast.Delete) and part.lineno == at.line]
        drops = [one for one in calls if isinstance(one, ast.Delete) or _last(one) in ("drop", "pop", "drop_columns")]
        texts = [text for one in drops for text in _texts(one)]
        if any(self._of_files(at.path, scope.qualname, one) for one in calls):
            return False
        return not texts or any(identifies(text, control) for text in texts)

    def _applies(self, kind: str, path: str, scope: str, node: ast.AST, columns: frozenset[str]) -> bool:
        if isinstance(node, ast.Call) and self._does(kind, path, scope, node):
            return True
        if kind in ("drop", "replace") and self._leaves_out(path, scope, node, columns):
            return True
        return kind in ("replace", "redact") and self._overwrites(path, scope, node, columns)

    def _does(self, kind: str, path: str, scope: str, node: ast.Call) -> bool:
        name = self.code.canonical(path, scope, chain(node.func)) or ""
        if kind == "noise":
            return name.startswith(_NOISE)
        if name.startswith(_TOOLS):
            return kind in ("redact", "replace", "drop")
        if kind == "encrypt":
            return name.startswith(_CIPHERS)
        if kind == "replace" and name.startswith(_HASHES) and "()" not in name:
            given = " ".join(ast.unparse(part) for part in [*node.args, *node.keywords])
            return not _FILES.search(given) or bool(_PEOPLE.search(given) and "read" not in given)
        last = chain(node.func).rpartition(".")[2]
        if kind in ("redact", "replace", "drop") and last in ("sub", "subn", "replace", "translate"):
            return bool(_SAYING.search(ast.unparse(node) + " " + scope))
        return kind == "redact" and last in ("blur", "GaussianBlur", "pixelate", "medianBlur")

    def _leaves_out(self, path: str, scope: str, node: ast.AST, columns: frozenset[str]) -> bool:
        if isinstance(node, ast.Call) and chain(node.func).rpartition(".")[2] in ("drop", "pop", "drop_columns"):
            given = [*node.args, *node.keywords]
            texts = [text for part in given for text in _texts(part)] + self._listed(path, scope, node)
            names = [part for one in given for part in ast.walk(one) if isinstance(part, ast.Name | ast.Attribute)]
            said = any(_SAYING.search(ast.unparse(part)) for part in names)
            return said or any(self._personal(text, columns) for text in texts)
        if isinstance(node, ast.Delete):
            return any(self._personal(text, columns) for target in node.targets for text in _texts(target))
        return False

    def _listed(self, path: str, scope: str, node: ast.Call) -> list[str]:
        """The columns of `drop(columns=GONE)`, wherever the list is made."""
        given = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "columns")]
        known = [one.value for part in given for one in self.values.possible(path, scope, part).values]
        return [text for value in known if isinstance(value, list | tuple | set | frozenset)
                for text in value if isinstance(text, str)]  # fmt: skip

    def _overwrites(self, path: str, scope: str, node: ast.AST, columns: frozenset[str]) -> bool:
        """`rows["customer_id"] = range(len(rows))`; what a function of the project gives is judged there."""
        pairs: list[tuple[str, ast.expr]] = []
        if isinstance(node, ast.Assign):
            pairs = [(text, node.value) for target in node.targets if isinstance(target, ast.Subscript)
                     for text in _texts(target.slice)]  # fmt: skip
        elif isinstance(node, ast.Call) and chain(node.func).endswith(".assign"):
            pairs = [(word.arg, word.value) for word in node.keywords if word.arg]
        for name, value in pairs:
            calls = [part for part in ast.walk(value) if isinstance(part, ast.Call)]
            names = {chain(call.func).rpartition(".")[2] for call in calls}
            own = any(isinstance(self.code.resolve(path, scope, chain(call.func)), Definition) for call in calls)
            handed = any(
                isinstance(self.code.resolve(path, scope, chain(part)), Definition)
                for call in calls for part in call.args if isinstance(part, ast.Name | ast.Attribute)
            )  # fmt: skip
            if not self._personal(name, columns) or own or handed:
                continue
            if names - _PLAIN or from_elsewhere(value, name, self._tree(path, scope)):
                return True
        return False

    def _tree(self, path: str, scope: str) -> ast.AST:
        found = self.code.modules[path].definitions.get(scope)
        return self.code.node(found) if found is not None else self.code.source(path).tree

    def _personal(self, name: str, columns: frozenset[str]) -> bool:
        words = tokens(name)
        return name in columns or bool(self.personal.kind(name)) or words[-1:] == ("id",) or words == ("name",)

    def _hollow(self, kind: str) -> Definition | None:
        """A function with the control's own name that runs and only changes the form of what it is given."""
        pattern = next(pattern for name, pattern in KINDS if name == kind)
        named = [one for one in self._named() if pattern.search(one.name) and one in self.shipped.live]
        for one in named:
            node = self.code.node(one)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (
                _unchanged(node)
                or (kind == "replace" and (given_back(node) or mapped_as_it_is(node) or written_back(node)))
            ):
                return one
        return None

    def _idle_hash(self) -> Definition | None:
        """The only function that hashes, where nothing runs it and nothing that runs speaks of a hash."""
        for path, definition, tree in self._scopes():
            scope = definition.qualname if definition else ""
            if any(hashes(node) and not self._of_files(path, scope, node) for node in own_nodes(tree)):
                return None
        for one in self._named():
            body = list(ast.walk(self.code.node(one)))
            calls = [part for part in body if isinstance(part, ast.Call)]
            does = any(self._does("replace", one.path, one.qualname, part) for part in calls)
            if does and one not in self.shipped.live and not self.code.unparsed and self._opaque(one) is None:
                return one
        return None

    def _of_files(self, path: str, scope: str, node: ast.AST) -> bool:
        """`sha256(path.read_bytes())`: a library's hash of what is no person's."""
        if not isinstance(node, ast.Call):
            return False
        name = self.code.canonical(path, scope, chain(node.func)) or ""
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call):
            return self._of_files(path, scope, node.func.value)  # `sha256(…).hexdigest()`
        given = " ".join(ast.unparse(part) for part in node.args)
        return name.startswith(_HASHES) and (
            bool(_BODIES.search(given)) or not self._does("replace", path, scope, node)
        )

    def _of_bodies(self, words: str, at: Location) -> bool:
        """`sha256(payload.encode())`: a hash of a whole request, of which the control does not speak."""
        tree = self.code.source(at.path).tree
        calls = [part for part in ast.walk(tree) if isinstance(part, ast.Call) and part.lineno == at.line]
        hashed = [part for part in calls if chain(part.func).startswith(("hashlib.", "hmac.", "xxhash."))]
        given = " ".join(ast.unparse(one) for part in hashed for one in part.args)
        said = _BODIES.search(given)
        return said is not None and said[0] not in words and not _PEOPLE.search(given)

    def _named(self) -> Iterator[Definition]:
        for path, module in self.code.modules.items():
            if not self.code.is_test(path):
                for one in module.definitions.values():
                    if one.kind == "function" and _NAMES.search(one.name):
                        yield one

    def _opaque(self, definition: Definition) -> Location | None:
        """A call of a library in it that is not known to be anything else."""
        path = definition.path
        for node in ast.walk(self.code.node(definition)):
            if isinstance(node, ast.Call):
                name = self.code.canonical(path, definition.qualname, chain(node.func)) or ""
                if _NAMES.search(chain(node.func)) and "::" not in name:
                    return self.code.source(path).at(node)
        return None


def _unchanged(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function gives back its own arguments in another form, and writes into none of them."""
    parts = [part for statement in node.body for part in ast.walk(statement)]
    given = [part.value for part in parts if isinstance(part, ast.Return)]
    stored = [part for part in parts if isinstance(part, ast.Subscript | ast.Attribute)]
    if not given or any(not isinstance(part.ctx, ast.Load) for part in stored):
        return False
    inner = [part for value in given if value is not None for part in ast.walk(value)]
    own = {argument.arg for argument in node.args.args} | {"str", "int"}
    last = {chain(part.func).rpartition(".")[2] for part in inner if isinstance(part, ast.Call)}
    plain = bool(last) and last <= _PLAIN - {"format"} and not any(isinstance(part, _PUT_TOGETHER) for part in inner)
    return plain and all(part.id in own for part in inner if isinstance(part, ast.Name))


def _last(call: ast.Call) -> str:
    return chain(call.func).rpartition(".")[2]


def _texts(node: ast.AST) -> list[str]:
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]


@provides
def controls(code: Code, personal: Personal, shipped: Shipped, text: ModelText, values: Values) -> Controls:
    """Nothing is looked at until it is asked for."""
    return Controls(code, personal, shipped, text, values)
