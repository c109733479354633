"""Whether models are fitted on labels, on which ones, and where a label's column is named."""

from __future__ import annotations

import ast
import json
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlops_lint.documents.csvfile import header
from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Constant, Definition, Reach, Use
from mlops_lint.facts.project.fitted import FitReader
from mlops_lint.facts.project.knowledge import Estimator, Knowledge
from mlops_lint.facts.project.labelling_configured import configured_loss
from mlops_lint.facts.project.labelling_datasets import guided, learned_columns
from mlops_lint.facts.project.labelling_networks import Columns, fitted_networks
from mlops_lint.facts.project.labelling_prose import in_prose
from mlops_lint.facts.project.labelling_renamed import renamed_label
from mlops_lint.facts.project.labelling_targets import (
    WORD,
    beside,
    column_tokens,
    holds,
    named_label,
    peeled,
    target_of,
    unpacked_labels,
    written,
)
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.values import Frame, Values
from mlops_lint.facts.project.values.tables import Table
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView, Unreadable

_SUPERVISED = frozenset(("classifier", "regressor", "ranker"))
_DERIVED = frozenset(
    "cluster clusters clustering kmeans gmm dbscan hdbscan lda predict pseudo weak synthetic shift roll rolling lag "
    "lagged shuffled permuted zeros ones arange rand randint noise augmented rotation rotations residual residuals "
    "baseline domain segment segments".split()
)
"""Words that say that the target was worked out from the data themselves."""
_NAMING = (".yaml", ".yml", ".json", ".toml", ".sql", ".proto", ".avsc", ".ini", ".cfg", ".r", ".R")
_POSITIONS = re.compile(
    r"\.iloc\b|\.values\b|(?<!\))\[:\s*,|load_dataset|fetch_\w+|load_(iris|digits|wine|breast_cancer|diabetes)\b|"
    r"image_dataset_from_directory|flow_from_directory|ImageFolder|sys\.argv|add_argument|environ|hydra"
)
_LOSS = re.compile(r"(?i)loss|criterion|entropy|bce")
_PACKAGING = ("pyproject.toml", "setup.cfg", "package.json", "Cargo.toml", "codemeta.json")
_ABOUT = re.compile(r"\s*\"?(?:description|summary|name|title|keywords|homepage|repository|documentation)\"?\s*[=:]")
_COLUMNS = frozenset("columns fields names required column_names".split())
MAX_FILE = 1_000_000


@dataclass(frozen=True, slots=True)
class LabelledFit:
    """A fit that is given labels; `label` is the one column that they are, "" where that cannot be told."""

    at: Location
    name: str
    label: str


class Labelling:
    """Answers about labels, worked out when asked."""

    def __init__(self, view: RepoView, code: Code, values: Values, knowledge: Knowledge) -> None:
        self.view = view
        self.code = code
        self.values = values
        self.knowledge = knowledge

    def roots(self) -> tuple[Definition, ...]:
        """Program entries that are no tests."""
        return tuple(entry for entry in self.code.entries() if not self.code.is_test(entry.path))

    def fits(self, roots: Iterable[Definition]) -> list[LabelledFit]:
        """Fits within reach that are given a target which was not worked out from the same data."""
        reach = self.code.reachable(roots)
        found = [fit for name, one in self._known() for fit in self._calls(name, one, reach)]
        found += self._behind(reach, {fit.at for fit in found})
        return sorted(found, key=lambda fit: (fit.at.path, fit.at.cell or 0, fit.at.line))

    def networks(self, roots: Iterable[Definition]) -> list[LabelledFit]:
        """Networks within reach that learn classes from a column beside their input."""
        found = fitted_networks(self.code, self.values, self.code.reachable(roots))
        return [LabelledFit(at, "fit", "") for at in found]

    def guided(self, roots: Iterable[Definition]) -> list[LabelledFit]:
        """Networks within reach that learn classes from what their data sets hold as labels."""
        reach = self.code.reachable(roots)
        columns = {column for _, column in learned_columns(self.code, reach)}
        label = columns.pop() if len(columns) == 1 else ""
        return [LabelledFit(at, name, label) for at, name in guided(self.code, reach)]

    def _known(self) -> Iterator[tuple[str, Estimator]]:
        for name, one in self.knowledge.estimators.items():
            if one.kind in _SUPERVISED and one.supervised and one.target is not None and "dummy" not in name:
                for method in one.fit:
                    yield f"{name}().{method}", one

    def _calls(self, name: str, one: Estimator, reach: Reach) -> Iterator[LabelledFit]:
        for use in self.code.uses({name}):
            if not use.call or self.code.scope_of(use) not in reach or self.code.is_test(use.path):
                continue
            call = self.code.call_node(use)
            target = target_of(call, one) if call is not None else None
            if call is not None and target is not None and not self._derived(use.path, use.fact, call, target):
                label = self._label(use.path, use.scope, target, call)
                yield LabelledFit(use.at, one.name.rpartition(".")[2], label)

    def _behind(self, reach: Reach, known: set[Location]) -> Iterator[LabelledFit]:
        """Fits of a model that is made elsewhere, or wrapped in a pipeline or a search."""
        reader = FitReader(self.code, self.values, self.knowledge, None)
        for path, module in self.code.modules.items():
            for use in module.symbols.uses:
                at = self.code.use_at(path, use) if use.call and split(use.chain)[-1] == ".fit" else None
                if at is None or at in known or self.code.is_test(path):
                    continue
                if self.code.graph.scope(path, use.scope) not in reach:
                    continue
                call = self.code.call_node(Use(path, use.scope, use.chain, at, use))
                one = self._learner(reader, path, use.scope, call) if call is not None else None
                target = target_of(call, one) if call is not None and one is not None else None
                if call is not None and one is not None and target is not None:
                    if not self._derived(path, use, call, target):
                        label = self._label(path, use.scope, target, call)
                        yield LabelledFit(at, one.name.rpartition(".")[2], label)

    def _learner(self, reader: FitReader, path: str, scope: str, call: ast.Call) -> Estimator | None:
        if not isinstance(call.func, ast.Attribute) or len(call.args) + len(call.keywords) < 2:
            return None
        receiver = call.func.value
        made = self.values.runs(lambda: reader.learner(reader.fold.evaluate(receiver, Frame(path, scope))))
        known = [one for one in made if one is not None and one.kind in _SUPERVISED and one.supervised]
        return known[0] if known and len(known) == len(made) and "dummy" not in known[0].name else None

    def _derived(self, path: str, fact: UseFact, call: ast.Call, target: ast.expr) -> bool:
        """Whether the target comes out of the data: the input itself, clusters, shifted values."""
        if call.args and ast.dump(call.args[0]) == ast.dump(target):
            return True
        texts = [ast.unparse(target)]
        names = {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
        for _ in range(3):
            values = [value for name in sorted(names) for value in self._assigned(path, name)]
            texts += [ast.unparse(value) for value in values]
            names = {node.id for value in values for node in ast.walk(value) if isinstance(node, ast.Name)} - names
        words = {word.lower() for text in texts for word in WORD.findall(text)}
        return not _DERIVED.isdisjoint(words) or any(".labels_" in text for text in texts)

    def _assigned(self, path: str, name: str) -> list[ast.expr]:
        found = []
        for node in ast.walk(self.code.source(path).tree):
            if isinstance(node, ast.Assign):
                bound = (part for one in node.targets for part in ast.walk(one))
                found += [node.value] if any(isinstance(part, ast.Name) and part.id == name for part in bound) else []
        return found[:20]

    def _label(self, path: str, scope: str, target: ast.expr, call: ast.Call) -> str:
        """The column that a target is: `rows["churned"]`, `rows[TARGET].to_numpy()`, also through names and helpers."""
        given = call.args[0] if call.args else next((word.value for word in call.keywords if word.arg == "X"), None)
        features = self._source(path, given) if given is not None else None
        target = self._source(path, target)
        if isinstance(target, ast.Subscript) and (
            beside(target, features) or named_label(target.slice) or self._table(path, scope, target.value)
        ):
            known = self.values.fold(path, scope, target.slice)
            return known.text or "" if known is not None and isinstance(known.value, str) else ""
        return ""

    def _source(self, path: str, node: ast.expr) -> ast.expr:
        """What an expression is taken from, through conversions and names that are bound once."""
        node = peeled(node)
        for _ in range(3):
            if not isinstance(node, ast.Name):
                break
            values = Columns(self.code, self.values).assigned(path, node.id) or self._assigned(path, node.id)
            if len(values) != 1:
                break
            node = peeled(values[0])
        return node

    def _table(self, path: str, scope: str, base: ast.expr) -> bool:
        """Whether it is known to be a table: a mapping's key names no column."""
        results = self.values.runs(lambda: self.values.evaluator.evaluate(base, Frame(path, scope)))
        return bool(results) and all(isinstance(result, Table) for result in results)

    def losses(self, roots: Iterable[Definition], *, open_ones: bool) -> Location | None:
        """A loss that needs labels; `open_ones`: one that labels are usually given to."""
        wanted = None if open_ones else True
        rows = self.knowledge.estimators.items()
        names = [name for name, one in rows if one.kind == "loss" and one.supervised is wanted]
        names = [name for name in names if not open_ones or re.search("(?i)entropy|bce", name)]
        reach = self.code.reachable(roots)
        uses = [use for use in self.code.uses(names) if self.code.scope_of(use) in reach]
        found = next((use.at for use in uses if not self.code.is_test(use.path)), None)
        return found or (configured_loss(self.code, names) if open_ones else None)

    def scored_labels(self, roots: Iterable[Definition]) -> Location | None:
        """A call of a loss whose second argument was unpacked from a batch under a label's name."""
        reach = self.code.reachable(roots)
        for definition in sorted(reach.definitions):
            if definition.kind != "function" or self.code.is_test(definition.path):
                continue
            node = self.code.node(definition)
            unpacked = {name for part in ast.walk(node) for name in unpacked_labels(part)}
            for part in ast.walk(node):
                if isinstance(part, ast.Call) and len(part.args) > 1 and isinstance(part.args[1], ast.Name):
                    if _LOSS.search(chain(part.func)) and part.args[1].id in unpacked:
                        return self.code.source(definition.path).at(part)
        return None

    def named(self, column: str) -> Location | None:
        """Where code, configuration or a table's header names a column, in any spelling."""
        wanted = column_tokens(column)
        for path in self.code.modules:
            if (found := self._in_code(path, wanted)) is not None:
                return found
        pattern = re.compile(r"(?<!\w)" + r"[_\- ]?".join(map(re.escape, wanted)) + r"(?!\w)", re.IGNORECASE)
        for path, entry in self.view.entries.items():
            if self.code.project.owns(path) and path != self.code.project.charter_path:
                if entry.mode == "100644" and (found := self._in_file(path, pattern)) is not None:
                    return found
        return None

    def _in_code(self, path: str, wanted: tuple[str, ...]) -> Location | None:
        source = self.code.source(path)
        if wanted and wanted[0] not in source.text.lower():
            return None
        documentation = {id(node.value) for node in ast.walk(source.tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(source.tree):
            if id(node) not in documentation and any(holds(word, wanted) for word in written(node)):
                return source.at(node)
        return None

    def _in_file(self, path: str, pattern: re.Pattern[str]) -> Location | None:
        if path.endswith((".csv", ".tsv")):
            columns = self.columns(path)
            return Location(path) if any(pattern.fullmatch(name) for name in columns or ()) else None
        if not path.endswith(_NAMING):
            return None
        text = text_of(self.view, path) or ""
        plain = posixpath.basename(path) in _PACKAGING
        for match in pattern.finditer(text[:MAX_FILE]):
            start, end = text.rfind("\n", 0, match.start()) + 1, text.find("\n", match.end())
            line = text[start : end if end >= 0 else len(text)]
            if not in_prose(line, match.start() - start) and not (plain and _ABOUT.match(line)):
                return Location(path, text.count("\n", 0, match.start()) + 1)
        return None

    def columns(self, path: str) -> list[str] | None:
        """The header of a table in the repository; None where it has none that can be read."""
        if path in self.view.entries and path.endswith(".jsonl"):
            return self._keys(path)
        if path not in self.view.entries or not path.endswith((".csv", ".tsv")):
            return None
        try:
            names = header(self.view.read(path))
        except (DocumentError, Unreadable):
            return None
        lettered = [name for name in names if re.search(r"[^\W\d]", name)]
        return names if names and len(lettered) == len(names) and not names[0].startswith("version https") else None

    def _keys(self, path: str) -> list[str] | None:
        """The keys of the first line of a file of JSON lines."""
        line = (text_of(self.view, path) or "").partition("\n")[0]
        try:
            first = json.loads(line) if len(line) < MAX_FILE else None
        except (ValueError, RecursionError):
            return None
        return [str(key) for key in first] if isinstance(first, dict) and first else None

    def schema(self, definition: Definition | Constant) -> list[str] | None:
        """The columns that a class says a table has: annotated names, or a list of `columns`; None where none is."""
        if not isinstance(definition, Definition) or definition.kind != "class":
            return None
        found: list[str] = []
        for part in getattr(self.code.node(definition), "body", []):
            if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                found.append(part.target.id)
            named = isinstance(part, ast.Assign) and chain(part.targets[0]).lower() in _COLUMNS
            if named and isinstance(part, ast.Assign) and isinstance(part.value, ast.List | ast.Tuple | ast.Dict):
                inside = part.value.keys if isinstance(part.value, ast.Dict) else part.value.elts
                texts = [one.value for one in inside if isinstance(one, ast.Constant)]
                if len(texts) < len(inside):
                    return None
                found += [text for text in texts if isinstance(text, str)]
        return found or None

    def renamed(self, roots: Iterable[Definition] = ()) -> tuple[Location, str] | None:
        """The one column that is handed to a trainer under the name `label` or `labels`."""
        found = learned_columns(self.code, self.code.reachable(roots))
        return renamed_label(self.code) or (found[0] if len({column for _, column in found}) == 1 else None)

    def unclear(self) -> str:
        """Why a column might be used without being named; empty where it could not."""
        broken = next(iter(self.code.unparsed), "")
        if broken:
            return f"{broken} cannot be parsed"
        for path in (one for one in self.code.modules if not self.code.is_test(one)):
            if match := _POSITIONS.search(self.code.text(path).text):
                return f"{path} may take it by position or from settings (`{match[0]}`)"
        return ""


@provides
def labelling(view: RepoView, code: Code, values: Values, knowledge: Knowledge) -> Labelling:
    """Reads trees when asked."""
    return Labelling(view, code, values, knowledge)
