"""The addresses of data: which of them name one version, and what the code asks for by one."""

from __future__ import annotations

import ast
import re

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Use
from mlops_lint.facts.project.knowledge import Access, Knowledge
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location

_MOVING = frozenset("main master head latest current newest live trunk develop dev nightly tip".split())
_ALIASES = frozenset("stable edge rolling today yesterday now last default".split())
"""Of a revision alone: within an address they may be a folder's name."""
_BRANCHES = ("refs/heads/", "refs/convert/", "refs/remotes/", "origin/")
_VERSION = re.compile(
    r"""(?:^|[/_.@:=\-?])(?:
        (?:19|20)\d\d(?:[-_/.]?(?:0[1-9]|1[0-2])(?:[-_/.]?[0-3]\d)?|[-_]?[qw]\d{1,2})?(?!\d)  # a year, month or day
        | v(?:er(?:sion)?)?[-_.=/]?\d[\w.]*                                  # v3, version=3
        | (?=[a-f]*\d)[0-9a-f]{7,64}(?![0-9a-z])                              # a hash
        | \d+\.\d+(?:\.\d+)*                                                 # 1.0.2
        | (?:snapshot|release|rev|revision|run|dt|ds|date|commit)[-_=/]\w*\d\w*
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_ARCHIVES = re.compile(
    r"zenodo\.org/records?/\d+|doi\.org/10\.|10\.5281/zenodo|figshare\.com/\S*\d|dataverse\S*persistentId|"
    r"/releases/download/|openml\.org/\S*\d|versionId=|generation=|physionet\.org/\S*\d\.\d",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"^[\w+.-]+://[^/@]*(?=/|$)")
_HASHES = frozenset(("known_hash", "file_hash", "hash_value", "hash_prefix", "md5", "sha256", "expected_hash"))


class Sources:
    """Says of an address whether it names one version."""

    def __init__(self, code: Code, knowledge: Knowledge, values: Values) -> None:
        self.code = code
        self.knowledge = knowledge
        self.values = values

    @staticmethod
    def moving(revision: str) -> bool:
        """Whether a revision is a branch or an alias of what is newest."""
        name = revision.strip().strip("/").lower()
        return name.startswith(_BRANCHES) or name.rpartition("/")[2] in _MOVING | _ALIASES

    @staticmethod
    def moving_part(uri: str) -> str:
        """The part of an address that stands for what is newest; empty where there is none."""
        if _ARCHIVES.search(uri):
            return ""
        parts = [part for part in re.split(r"[/@:?&=]", _SCHEME.sub("", uri)) if part]
        stems = {part.partition(".")[0].lower(): part for part in parts[:-1]}
        stems |= {parts[-1].lower(): parts[-1], parts[-1].partition(".")[0].lower(): parts[-1]} if parts else {}
        return next((part for stem, part in stems.items() if stem in _MOVING - {"dev", "live", "develop"}), "")

    @staticmethod
    def snapshot(uri: str) -> bool:
        """Whether an address names a date, a version, a hash or a record of an archive."""
        return bool(_ARCHIVES.search(uri) or _VERSION.search(_SCHEME.sub("", uri)))

    def pinned(self, uri: str) -> Location | None:
        """Where the code asks for this address by its revision or checksum."""
        wanted = _identity(uri)
        if not wanted:
            return None
        for use, access in self._reads():
            call = self.code.call_node(use)
            given = {word.arg: word.value for word in call.keywords if word.arg} if call else {}
            named = given.get(str(access.fields.get("revision", ""))) or next(
                (given[word] for word in sorted(_HASHES & given.keys())), None
            )
            if call is None or named is None or _empty(named):
                continue
            revision = self.values.text(use.path, use.scope, named)
            if revision is not None and self.moving(revision):
                continue
            if any(_identity(text) == wanted for text in self._texts(use, access, call)):
                return use.at
        return None

    def drifting(self, uri: str) -> tuple[str, Location] | None:
        """A moving revision (`main`) by which the code asks for this address."""
        wanted = _identity(uri)
        for use, access in self._reads() if wanted else ():
            call = self.code.call_node(use)
            name = str(access.fields.get("revision", ""))
            given = next((word.value for word in call.keywords if word.arg == name), None) if call and name else None
            revision = self.values.text(use.path, use.scope, given) if given is not None else None
            if call is None or revision is None or not self.moving(revision):
                continue
            if any(_identity(text) == wanted for text in self._texts(use, access, call)):
                return revision, use.at
        return None

    def _reads(self) -> list[tuple[Use, Access]]:
        known = {name: one for name, one in self.knowledge.readers.items() if one.kind in ("dataset", "remote")}
        live = self.code.live
        found = [use for use in self.code.uses(known) if use.call and not self.code.is_test(use.path)]
        return [(use, known[use.name]) for use in found if self.code.scope_of(use) in live]

    def _texts(self, use: Use, access: Access, call: ast.Call) -> list[str]:
        node = argument(call, access)
        possible = self.values.possible(use.path, use.scope, node) if node is not None else None
        return [known.text for known in possible.values if known.text] if possible else []

    def imported(self, uri: str) -> bool:
        """Whether a DVC entry was imported from the address."""
        view = self.code.view
        return any(path.endswith((".dvc", "dvc.yaml")) and uri in (text_of(view, path) or "") for path in view.entries)


def argument(call: ast.Call, access: Access) -> ast.expr | None:
    """The argument of a reading call that says what is read."""
    if access.path is None:
        return None
    position, name = access.path
    for word in call.keywords:
        if word.arg == name:
            return word.value
    if position is not None and len(call.args) > position and not isinstance(call.args[position], ast.Starred):
        return call.args[position]
    return None


def _identity(uri: str) -> str:
    """`hf://datasets/acme/x` and `acme/x` are the same data set."""
    text = re.sub(r"^(?:https?://(?:www\.)?|hf://|huggingface\.co/)", "", uri.strip().lower())
    text = re.sub(r"^(?:huggingface\.co/)?datasets/", "", text)
    return text.rstrip("/")


def _empty(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


@provides
def sources(code: Code, knowledge: Knowledge, values: Values) -> Sources:
    """Nothing is read until it is asked for."""
    return Sources(code, knowledge, values)
