"""Whether the baseline's number and the model's were measured alike: metric, split, rows, data, code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlops_lint.documents.node import MapNode, Node, ScalarNode
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.companions import SPLITS, Companions
from mlops_lint.facts.project.knowledge import Metric, Metrics
from mlops_lint.facts.project.locks import Locks
from mlops_lint.facts.project.pointer_targets import ValueTarget
from mlops_lint.facts.project.pointers import Pointers
from mlops_lint.facts.project.reading import place
from mlops_lint.facts.project.recorded import Recorded
from mlops_lint.knowledge.spelling import Spelling
from mlops_lint.model import Location, Related

_WHO = frozenset(
    "baseline base rule rules majority dummy naive mean median last previous heuristic heuristics random popular "
    "simple model champion challenger ours score value keyword zero shot human published".split()
)
_COUNTS = frozenset(
    "rows row_count n_rows num_rows n n_samples num_samples samples n_examples num_examples examples n_test n_items "
    "support questions count test_size_rows".split()
)
_DATA = re.compile(r"(?:data|dataset|test_set|eval_set)_?(?:md5|sha\d*|hash|digest|version|rev(?:ision)?)$", re.I)
_YEAR = r"(?:20\d\d(?:[-_]?\d\d)*|v\d+)(?![^\W_])"
_EDITION = re.compile(rf"(?<=[A-Za-z])[-_]?{_YEAR}|(?<![^\W_]){_YEAR}")
_TABLE = re.compile(
    r"(?i)^(?!.*\bmodels?/)(?:.*\.(?:csv|parquet|feather|arrow|jsonl|npz|npy)|(?:.*/)?data(?:set)?s?/[^.]*)$"
)
_ALIKE = {"cross-validation": "validation"}


@dataclass(frozen=True, slots=True)
class Unequal:
    """`what` completes "the baseline …"; `related` are the two places."""

    what: str
    related: tuple[Related, ...] = ()


class EqualTerms:
    """Compares two `value` pointers."""

    def __init__(
        self, recorded: Recorded, metrics: Metrics, companions: Companions, locks: Locks, pointers: Pointers
    ) -> None:
        self.recorded = recorded
        self.metrics = metrics
        self.companions = companions
        self.locks = locks
        self.pointers = pointers

    def compare(self, model: str, base: str, name: str, split: str | None) -> Iterator[Unequal]:
        """Every way in which the two differ, by their pointers, their files and the runs that wrote them."""
        if same := self._same_place(model, base):
            yield same
            return
        yield from self._keys(model, base, name)
        yield from self._splits(model, base, split)
        yield from self._beside(model, base)
        yield from self._runs(model, base)

    def agree(self, model: str, base: str) -> bool:
        """Both numbers come from one file, or from runs on the same data."""
        one, other = self._path(model), self._path(base)
        stages = self.locks.maker(one), self.locks.maker(other)
        return one == other or (stages[0] is not None and stages[0] is stages[1])

    def _path(self, text: str) -> str:
        return self.pointers.files.absolute(text.partition("#")[0]) or ""

    def _same_place(self, model: str, base: str) -> Unequal | None:
        one, other = self.recorded.number(model), self.recorded.number(base)
        alike = one is not None and other is not None and one.at == other.at
        if not alike and (self._path(model), model.partition("#")[2]) != (self._path(base), base.partition("#")[2]):
            return None
        related = (Related(one.at, f"both are this {one.value:g}"),) if one is not None else ()
        return Unequal("is the model's own number: both point to the same place", related)

    def named(self, text: str) -> tuple[Metric, Spelling] | None:
        """The metric that a pointer's last keys name."""
        for step in text.partition("#")[2].split("/")[:0:-1][:2]:
            words = [word for word in re.split(r"[_\-. ]+", step) if word and word.casefold() not in _WHO]
            read = self.metrics.read("_".join(words)) if words else None
            if read is not None:
                return read
        return None

    def _keys(self, model: str, base: str, name: str) -> Iterator[Unequal]:
        said, own, other = self.metrics.read(name), self.named(model), self.named(base)
        if other is None or said is None:
            return
        expected = own or said
        places = self._numbers(model, base)
        if other[0] is not expected[0]:
            if other[0] is not said[0]:
                yield Unequal(f"is scored with {other[0].name}, the model with {expected[0].name}", places)
            return
        for label, left, right in (
            ("average", expected[1].average, other[1].average),
            ("cut-off", expected[1].k, other[1].k),
        ):
            if left is not None and right is not None and left != right:
                yield Unequal(f"is scored with the {label} {right}, the model with {left}", places)

    def _splits(self, model: str, base: str, split: str | None) -> Iterator[Unequal]:
        own = self.companions.split(model) or (split if split in ("test", "validation", "cross-validation") else "")
        other = self.companions.split(base)
        if own and other and _ALIKE.get(own, own) != _ALIKE.get(other, other):
            yield Unequal(f"is scored on the {other} rows, the model on the {own} rows", self._numbers(model, base))

    def _numbers(self, model: str, base: str) -> tuple[Related, ...]:
        pairs = (("the model", self.recorded.number(model)), ("the baseline", self.recorded.number(base)))
        return tuple(Related(number.at, f"{who}: {number.value:g}") for who, number in pairs if number is not None)

    def _beside(self, model: str, base: str) -> Iterator[Unequal]:
        """Counts of rows and hashes of data that stand beside the numbers."""
        one, other = self.recorded.number(model), self.recorded.number(base)
        pairs = [(one.neighbours if one else {}, other.neighbours if other else {})]
        files = [text.partition("#")[0] + "#" for text in (model, base)]
        if self._path(model) != self._path(base):
            pairs.append((self.recorded.numbers(files[0]), self.recorded.numbers(files[1])))
        for left, right in pairs:
            for key in sorted(_COUNTS & left.keys() & right.keys()):
                if left[key][0] != right[key][0]:
                    related = (
                        Related(left[key][1], f"the model: {key}"),
                        Related(right[key][1], f"the baseline: {key}"),
                    )
                    yield Unequal(f"is scored on {right[key][0]:g} rows, the model on {left[key][0]:g}", related)
                    return
        yield from self._hashes(*files)

    def _hashes(self, model: str, base: str) -> Iterator[Unequal]:
        if model == base:
            return
        left, right = (dict(_data_hashes(self.recorded.target(text))) for text in (model, base))
        for key in sorted(left.keys() & right.keys()):
            if left[key][0] != right[key][0]:
                related = (Related(left[key][1], "the model's data"), Related(right[key][1], "the baseline's data"))
                yield Unequal(
                    f"is scored on other data ({key}: {right[key][0][:12]}, not {left[key][0][:12]})", related
                )
                return

    def _runs(self, model: str, base: str) -> Iterator[Unequal]:
        """Two stages of one dvc.lock that read the same data in two versions, or two parts of it."""
        one, other = self.locks.maker(self._path(model)), self.locks.maker(self._path(base))
        if one is None or other is None or one is other:
            return
        for path in sorted(one.deps.keys() & other.deps.keys()):
            (left, at), (right, there) = one.deps[path], other.deps[path]
            if left != right and not path.endswith((".py", ".ipynb", ".yaml", ".yml", ".toml")):
                related = (
                    Related(at, f"stage {one.name!r}: {left[:12]}"),
                    Related(there, f"stage {other.name!r}: {right[:12]}"),
                )
                yield Unequal(f"was scored on another version of {path}", related)
                return
        if pair := _editions(one.deps.keys() - other.deps.keys(), other.deps.keys() - one.deps.keys()):
            related = (
                Related(one.deps[pair[0]][1], f"stage {one.name!r}"),
                Related(other.deps[pair[1]][1], f"stage {other.name!r}"),
            )
            yield Unequal(f"is scored on {pair[1]}, the model on {pair[0]}", related)
            return
        left_splits, right_splits = _parts(one.deps), _parts(other.deps)
        if left_splits and right_splits and not left_splits & right_splits:
            related = (
                Related(one.at, f"reads {min(left_splits)} rows"),
                Related(other.at, f"reads {min(right_splits)} rows"),
            )
            yield Unequal(
                f"is scored on the {min(right_splits)} rows, the model on the {min(left_splits)} rows", related
            )


def _editions(left: Iterable[str], right: Iterable[str]) -> tuple[str, str] | None:
    """Data whose paths differ by a year or a version alone: `data/prepared`, `data/prepared_2024`."""
    named = [{_EDITION.sub("", path): path for path in sorted(paths) if _TABLE.search(path)} for paths in (left, right)]
    alike = sorted(named[0].keys() & named[1].keys())
    return (named[0][alike[0]], named[1][alike[0]]) if alike else None


def _parts(paths: Iterable[str]) -> frozenset[str]:
    """The parts held out that data files are named after."""
    names = [path.rpartition("/")[2] for path in paths if not path.endswith(".py")]
    words = {word.casefold() for name in names for word in re.findall(r"[A-Za-z]+", name)}
    return frozenset(SPLITS[word] for word in words if word in SPLITS and SPLITS[word] != "train")


def _data_hashes(target: object, above: str = "") -> Iterator[tuple[str, tuple[str, Location]]]:
    """Hashes and versions of data by their path in a metrics file."""
    if isinstance(target, ValueTarget):
        yield from _below(target.node, target.path, above)


def _below(node: Node | None, path: str, above: str) -> Iterator[tuple[str, tuple[str, Location]]]:
    for key, value in node.entries if isinstance(node, MapNode) else ():
        name = f"{above}/{key.text}".strip("/")
        if isinstance(value, MapNode) and name.count("/") < 3:
            yield from _below(value, path, name)
        elif isinstance(value, ScalarNode) and _DATA.search(key.text):
            yield name, (value.text, place(path, value))


@provides
def equal_terms(
    recorded: Recorded, metrics: Metrics, companions: Companions, locks: Locks, pointers: Pointers
) -> EqualTerms:
    """Compared when asked for."""
    return EqualTerms(recorded, metrics, companions, locks, pointers)
