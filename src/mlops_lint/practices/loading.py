"""Practice: something is loaded that can run code while it is loaded."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import tokenize

from mlops_lint.documents.node import MapNode, Node, ScalarNode
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Use
from mlops_lint.facts.project.reading import documents_of, items, mapping, place, text_of
from mlops_lint.model import Location
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, idle, judge, named, unclear
from mlops_lint.practices.mentions import Mentions
from mlops_lint.repo.view import RepoView

_PICKLES = ("pickle", "_pickle", "cPickle", "pickle5", "dill", "cloudpickle", "six.moves.cPickle", "jsonpickle")
_LOADS = frozenset(
    [
        *(f"{module}.{call}" for module in _PICKLES for call in ("load", "loads", "Unpickler", "Unpickler().load")),
        "jsonpickle.decode",
        *(f"{module}.load" for module in ("joblib", "sklearn.externals.joblib", "joblib.numpy_pickle")),
        *("compress_pickle.load", "compress_pickle.loads", "dill.load_session", "dill.load_module"),
        *("pandas.read_pickle", "pandas.io.pickle.read_pickle", "torch.load", "torch.serialization.load"),
        *("torch.package.PackageImporter", "shelve.open"),
    ]
)
_HELPERS = frozenset("torch_load unpickle load_pickle pickle_load read_pickle load_joblib joblib_load load_pkl".split())
"""Names of other packages' functions that say what they do."""
_WRITTEN = frozenset({"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "torch"})
_ARRAYS = frozenset({"numpy.load"})
_SERIALIZER = re.compile(r"(?:[\w.]+\.)?(?:PickleData[Ss]et|PickleLocalData[Ss]et|JoblibLocalData[Ss]et)")
_TYPES = ("type", "class", "_target_", "_class")


class UnsafePickleOrTorchLoad(Practice):
    """pickle, joblib, dill or torch.load read something, by themselves or through a serializer that is named."""


@provides
def unsafe_pickle_or_torch_load(own: OwnCode, view: RepoView, mentions: Mentions) -> UnsafePickleOrTorchLoad:
    """`weights_only=True` is clean, and so are a framework's own loaders. What tests load runs as well."""
    helpers = {name for name in own.code.graph.canonical if _is_helper(name)}
    shown = named(use for use in own.uses(_LOADS | helpers) if not _flag(own, use, "weights_only"))
    shown += _configured(view, mentions)
    shown += [
        Shown(what, at) for path in own.code.unparsed if own.counts(path, tests=True) for what, at in _old(own, path)
    ]
    arrays = [use for use in own.calls(_ARRAYS) if _flag(own, use, "allow_pickle")]
    otherwise = unclear(UnsafePickleOrTorchLoad, *named(arrays)) if arrays else None
    return judge(
        UnsafePickleOrTorchLoad, shown, otherwise=otherwise or idle(UnsafePickleOrTorchLoad, own, (), modules=False)
    )


def _is_helper(name: str) -> bool:
    return (
        name.rpartition(".")[2] in _HELPERS
        and not name.startswith("sklearn.")
        and "()" not in name
        and "::" not in name
    )


def _old(own: OwnCode, path: str) -> list[tuple[str, Location]]:
    """`pickle.load(` in files of Python 2, which have tokens but no tree."""
    found: list[tuple[str, Location]] = []
    text = text_of(own.code.view, path) or ""
    if path.endswith(".ipynb") or ".load" not in text:
        return []
    last: list[tokenize.TokenInfo] = []
    with contextlib.suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            last = [*last[-3:], token]
            words = [part.string for part in last]
            if len(words) == 4 and words[0] in _WRITTEN and words[1] == "." and words[3] == "(":
                if words[2] == "load" or (words[2] == "loads" and words[0] not in ("joblib", "torch")):
                    found.append(("".join(words[:3]), Location(path, last[0].start[0])))
    return found


def _flag(own: OwnCode, use: Use, name: str) -> bool:
    """Whether a call is given `name=True`."""
    if name not in use.fact.keywords:
        return False
    call = own.code.call_node(use)
    given = [keyword.value for keyword in call.keywords if keyword.arg == name] if call else []
    return any(isinstance(value, ast.Constant) and value.value is True for value in given)


def _configured(view: RepoView, mentions: Mentions) -> list[Shown]:
    """Serializers that a catalogue names."""
    found: list[Shown] = []
    for path in mentions.configured("pickle"):
        for document in documents_of(view, path) if path.endswith((".yml", ".yaml")) else ():
            found += [Shown(node.text, place(path, node)) for node in _types(document)]
    return found


def _types(node: Node) -> list[ScalarNode]:
    """The values of `type:` keys at any depth that name such a serializer."""
    found: list[ScalarNode] = []
    pending = [node]
    while pending:
        current = pending.pop()
        pending += [*items(current), *(value for _, value in mapping(current))]
        for key in _TYPES if isinstance(current, MapNode) else ():
            value = current.get(key) if isinstance(current, MapNode) else None
            if isinstance(value, ScalarNode) and _SERIALIZER.fullmatch(value.text):
                found.append(value)
    return found
