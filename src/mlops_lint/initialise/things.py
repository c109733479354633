"""The parts of a draft about files: data, model, tests, deployment."""

from __future__ import annotations

import posixpath
import re

from mlops_lint.facts.project.ci import runs_tests
from mlops_lint.initialise import commands
from mlops_lint.initialise.found import NOT_STATED, Found
from mlops_lint.initialise.numbers import none
from mlops_lint.initialise.tree import Block, Item, Value, block_of, sound
from mlops_lint.model import Location
from mlops_lint.practices.artefacts import DATA_SUFFIXES, is_data, is_model, kept

MAX_SOURCES = 8
_WAYS = {"DVC": "dvc", "Git LFS": "git-lfs", "git-annex": "git-annex"}
_TABLES = frozenset(".csv .tsv .parquet .feather .arrow .jsonl .ndjson .xlsx .npy .npz .avro .orc".split())
_ROLES = (
    ("train", "train"),
    ("validation", "validation"),
    ("valid", "validation"),
    ("val", "validation"),
    ("test", "test"),
)
_HELPERS = frozenset("encoder scaler vectorizer tokenizer binarizer transformer preprocessor imputer lb le pca".split())
_NO_TESTS = re.compile(r"doc|publish|release|deploy|stale|label|lint|codeql|scan|cla\b|greeting", re.IGNORECASE)
_TRAINS = re.compile(r"train(?:ing|er)?(?:_[a-z]+)?\.py")
_ASKS = re.compile(
    r"::[^:]{0,200}?(?:infer|scor|classif|recommend|search|ask|answer|chat|generat|complet|query|detect|forecast)"
)
_FRONT = ("node_modules/", "docs/", "doc/", "site/", "static/", "assets/", ".github/")


def data(found: Found, *, minimal: bool) -> Block:
    """Outs of DVC, LFS pointers, tracked tables in git."""
    sources = [
        source for path, way, at in _sources(found)[:MAX_SOURCES] if (source := _source(found, path, way, at, minimal))
    ]
    if not sources:
        return none()
    items: list[Item] = list(sources)
    return block_of({"sources": items, "labels": _labels(found)})


def _sources(found: Found) -> list[tuple[str, str, Location]]:
    stages = found.versioning.dvc.stages if found.versioning.dvc else ()
    made = {path for stage in stages for path in stage.outs}
    held = [one for one in _kept(found) if is_data(one[0])]
    held.sort(key=lambda item: (item[0] in made, item[0]))
    seen = {path for path, _, _ in held}
    tables = [path for path in found.view.entries if path not in seen and _table(found, path)]
    in_git = "git" if found.view.is_git else "none"
    return held + [(path, in_git, Location(path)) for path in tables]


def _kept(found: Found) -> list[tuple[str, str, Location]]:
    """What is kept under a version, without the pipelines that only tests run."""
    every = kept(found.versioning, found.view, found.project)
    return [(path, _WAYS[way], at) for path, way, at in every if not found.code.is_test(at.path)]


def _table(found: Found, path: str) -> bool:
    entry = found.view.entries[path]
    suffix = posixpath.splitext(path)[1].lower()
    if not found.project.owns(path) or entry.mode != "100644" or not entry.tracked or found.code.is_test(path):
        return False
    relative = found.relative(path).lower()
    if suffix not in _TABLES or relative.startswith(_FRONT) or not found.own.counts(path, tests=False):
        return False
    return not any(
        word in relative for word in ("result", "metric", "report", "prediction", "output", "submission", "log")
    )


def _source(found: Found, path: str, way: str, at: Location, minimal: bool) -> Block | None:
    pointer = found.path(path)
    if pointer is None:
        return None
    words = set(re.split(r"[^a-z]+", path.lower()))
    role = next((role for word, role in _ROLES if word in words), None)
    return block_of(
        {
            "path": pointer,
            "versioned_with": Value(way, at if at.path != path else None),
            "role": Value(role) if role and not minimal else None,
        }
    )


def _labels(found: Found) -> Value | None:
    fitted = found.own.calls({n for n, e in found.knowledge.estimators.items() if e.supervised}, tests=False)
    return Value("available", fitted[0].at) if fitted else None


def model(found: Found, scored: Item | None = None, *, minimal: bool) -> Block:
    """A versioned model file first, then one in git, then what training writes; how it is trained and what that reads.

    `scored` points to what computes the metric.
    """
    held = [one for one in _kept(found) if is_model(one[0])]
    held += [(p, "git", Location(p)) for p in found.view.entries if is_model(p) and _model_file(found, p)]
    held.sort(key=lambda item: _helper(item[0]))
    chosen = next(((pointer, way, at) for p, way, at in held if (pointer := found.path(p))), None)
    chosen = chosen or _written(found)
    block = Block()
    if chosen is not None:
        block.put("path", chosen[0])
        block.put("versioned_with", Value(chosen[1], chosen[2] if chosen[1] not in ("git", "none") else None))
    elif minimal:
        return none()
    if not minimal:
        trainer = _trained_by(found)
        block.put("trained_by", trainer)
        for key, names in (
            ("params", ("params.yaml", "params.yml", "config/params.yaml")),
            ("pipeline", ("dvc.yaml", "MLproject")),
        ):
            block.put(key, _first(found, names))
        steps = [one for one in (trainer, scored) if isinstance(one, Value)]
        if trainer is not None and "pipeline" not in block.entries:
            block.put("pipeline", commands.pipeline(found, steps))
        block.put("lockfile", _lock(found, found.project.join(str(trainer.value)) if trainer else ""))
    if chosen is None:
        block.put("none_because", Value(NOT_STATED))
    return block


def _written(found: Found) -> tuple[Value, str, Location] | None:
    """The one model file that the program writes; nothing keeps it, or it would have been found before."""
    made = {one.path: one for one in found.writes.all if one.path and one.live and one.format == "model"}
    own = [path for path in made if path and is_model(path) and not _helper(path) and found.project.owns(path)]
    if len(own) != 1:
        return None
    pointer = found.path(own[0], made[own[0]].at)
    return (pointer, "none", made[own[0]].at) if pointer is not None else None


def _lock(found: Found, trainer: str) -> Value | None:
    """The lock of the part that trains, else the one nearest to the root."""
    beside = {path: trainer.startswith(posixpath.dirname(path) + "/") for path in _locks(found)}
    best = min(beside, key=lambda path: (not beside[path], path.count("/"), path), default=None)
    return found.path(best) if best else None


def _locks(found: Found) -> list[str]:
    return [file.path for file in found.dependencies.locks]


def _helper(path: str) -> bool:
    """A fitted part of what prepares the data, kept beside the model."""
    words = set(re.split(r"[^a-z]+", posixpath.basename(path).lower()))
    return bool(words & _HELPERS) and "model" not in words


def _model_file(found: Found, path: str) -> bool:
    entry = found.view.entries[path]
    suffix = posixpath.splitext(path)[1]
    own = found.project.owns(path) and entry.tracked and entry.mode == "100644" and not found.code.is_test(path)
    return bool(suffix) and suffix.lower() not in DATA_SUFFIXES and own


def _trained_by(found: Found) -> Value | None:
    fits = {f"{n}().{m}" for n, e in found.knowledge.estimators.items() if e.supervised is not False for m in e.fit}
    uses = found.own.calls(fits, tests=False)
    uses.sort(key=lambda use: ("train" not in f"{use.path}{use.scope}".lower(), use.path.endswith(".ipynb"), use.at))
    if uses:
        return found.symbol(uses[0])
    scripts = [path for path in found.code.modules if _TRAINS.fullmatch(posixpath.basename(path))]
    scripts = [path for path in scripts if found.own.counts(path, tests=False)]
    return found.path(min(scripts, key=lambda path: (path.count("/"), path))) if scripts else None


def _first(found: Found, names: tuple[str, ...]) -> Value | None:
    path = next((path for name in names if (path := found.project.join(name)) in found.view.entries), None)
    return found.path(path) if path else None


def tests(found: Found) -> Item:
    """The folders that hold tests which assert; single files at the project's root."""
    mine = [test for test in found.tests.functions if found.own.counts(test.definition.path, tests=True)]
    files = sorted({test.definition.path for test in mine if test.fate in ("asserts", "unclear")})
    folders = {posixpath.dirname(path) for path in files}
    tops = sorted(f for f in folders if not any(f.startswith(other + "/") for other in folders if other))
    root = found.project.folder
    pointers = [found.path(folder + "/") for folder in tops if folder != root]
    pointers += [found.path(path) for path in files if posixpath.dirname(path) == root]
    kept_pointers: list[Item] = [pointer for pointer in pointers if pointer is not None]
    return kept_pointers[:MAX_SOURCES]


def deployment(found: Found) -> Block | None:
    """A function that answers requests, and the workflow that checks changes."""
    entry, mode = _entrypoint(found)
    changes = [config for config in found.ci.configs if config.on_change is not False]
    ran = {command.config for command in runs_tests(found.ci, found.tests.files())}
    changes.sort(key=lambda config: (config.path not in ran, bool(_NO_TESTS.search(posixpath.basename(config.path)))))
    workflow = found.path(changes[0].path) if changes else None
    return block_of({"mode": Value(mode, guessed=True) if entry else None, "entrypoint": entry, "ci": workflow})


def _entrypoint(found: Found) -> tuple[Value | None, str]:
    """The handler that predicts, by its name, else one that is sent something, else the first one."""
    candidates: list[tuple[tuple[bool, ...], Value]] = []
    for tool in found.knowledge.tools("serving"):
        for use in found.own.uses(tool.calls("routes"), tests=False):
            below = [d for d in found.code.modules[use.path].definitions.values() if d.line >= use.fact.line]
            handler = min((d for d in below if d.kind == "function"), key=lambda d: d.line, default=None)
            pointer = found.definition(use.path, handler.qualname if handler else "", use.at)
            said = str(pointer.value).lower() if pointer else ""
            rank = ("predict" not in said, not _ASKS.search(said), not use.fact.chain.endswith(".post"))
            candidates += [(rank, pointer)] if pointer else []
        if tool.get("demo"):
            pages = found.own.calls(tool.calls("apps"), tests=False)
            candidates += [((True, True, True), pointer) for use in pages if (pointer := found.path(use.path, use.at))]
    best = min(candidates, key=lambda candidate: candidate[0], default=None)
    return (best[1], "online") if best else (None, "")


def name(found: Found) -> Value:
    """From pyproject.toml, else the folder's name."""
    from mlops_lint.facts.project.reading import place, toml_of, walk, word

    path = found.project.join("pyproject.toml")
    tree = toml_of(found.view, path)
    for keys in (("project", "name"), ("tool", "poetry", "name")):
        node = walk(tree, *keys)
        if node is not None and sound(word(node)):
            return Value(sound(word(node)), place(path, node))
    folder = found.project.folder.rpartition("/")[2] or found.view.name
    return Value(sound(folder) or "project")
