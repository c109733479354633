"""What a check is, and how packs of checks are loaded."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from mlops_lint.errors import PluginError
from mlops_lint.facts.files.store import FileFacts
from mlops_lint.facts.inject import Facts, Provider, Providers, needs
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.project import Project, Today
from mlops_lint.model import Outcome, Results, Severity
from mlops_lint.repo.view import RepoView

GROUP = "mlops_lint.checks"
DIMENSIONS = (
    "problem", "metric", "data", "model", "tests", "deployment", "monitoring", "responsibility", "collaboration",
)  # fmt: skip
_CODE = re.compile(r"^[A-Z]{2}\d{3}$")
_CORE = ("mlops_lint.facts.project", "mlops_lint.practices")

PLANNED = frozenset(
    f"{family}{number:03}"
    for family, count in {
        "CH": 10, "PR": 7, "MT": 13, "BL": 5, "DA": 11, "MO": 8, "SC": 1, "TE": 7, "DE": 9, "MN": 9, "RS": 11, "TM": 5,
    }.items()
    for number in range(1, count + 1)
)  # fmt: skip
"""The codes of all project-level checks of the catalogue, built or not."""

CheckFunction: TypeAlias = Callable[..., Results]
Predicate: TypeAlias = Callable[..., "bool | str"]


@dataclass(frozen=True)
class Outcomes:
    """What came of the other checks; a check that asks for it is a review check and runs last."""

    by_code: Mapping[str, Outcome]
    known: frozenset[str]
    """Every code that some loaded pack defines, run or not."""
    planned: frozenset[str] = PLANNED
    """Codes of the catalogue whose checks this version may not have yet."""


GIVEN: tuple[type, ...] = (RepoView, Project, Today, FileFacts, Outcomes)
"""The facts that the run itself gives."""


@dataclass(frozen=True)
class Check:
    """One check: its function, and what the catalogue says of it."""

    code: str
    level: int
    gate: bool
    severity: Severity
    dimension: str
    function: CheckFunction = field(repr=False)
    when: Predicate | None = field(default=None, repr=False)
    caps: bool = False
    """Whether a false claim that it finds caps the project at level 1."""
    enforces: bool = False
    """Whether its pass at the grade `ENFORCED` says that a change which fails mlops-lint is stopped."""

    @property
    def name(self) -> str:
        """The function's name with dashes; completes "allow …"."""
        return self.function.__name__.replace("_", "-")

    @property
    def summary(self) -> str:
        """The first line of the function's docstring."""
        return (self.function.__doc__ or "").strip().split("\n")[0]

    @cached_property
    def doc(self) -> str:
        """The page beside the check's module; empty where it is missing."""
        file = self.file.with_suffix(".md")
        return file.read_text(encoding="utf-8") if file.is_file() else ""

    @property
    def file(self) -> Path:
        """Where the check is written."""
        module = importlib.import_module(self.function.__module__)
        return Path(module.__file__ or "unknown")

    @property
    def reviews(self) -> bool:
        """Whether it looks at the outcomes of the others."""
        return any(fact is Outcomes for fact, _ in needs(self.function).values())


def check(
    code: str, *, level: int, severity: Severity, dimension: str, gate: bool = False, caps: bool = False,
    enforces: bool = False, when: Predicate | None = None,
) -> Callable[[CheckFunction], CheckFunction]:  # fmt: skip
    """Make a generator of results a check. Its parameters name, by type, the facts that it needs.

    `when` asks for facts the same way and answers True, or the reason why the check does not apply.
    """

    def mark(function: CheckFunction) -> CheckFunction:
        function.__mlops_lint_check__ = Check(  # type: ignore[attr-defined]
            code, level, gate, severity, dimension, function, when, caps, enforces
        )
        return function

    return mark


@dataclass(frozen=True)
class Registry:
    """All checks of all packs by code, sorted, and the providers of the facts."""

    checks: Mapping[str, Check]
    providers: Providers

    @property
    def names(self) -> dict[str, str]:
        """Code -> name of every check."""
        return {code: found.name for code, found in self.checks.items()}


def load_packs(extra: Iterable[ModuleType] = ()) -> Registry:
    """Load every pack that is installed; PluginError names the pack and the check that is broken."""
    packs = [(entry.name, _import(entry.name, entry.value)) for entry in sorted(_entry_points())]
    packs += [(module.__name__, module) for module in extra]
    functions: list[Provider] = []
    for core in _CORE:
        for module in _modules(core, importlib.import_module(core)):
            functions += _providers(module)
    checks: dict[str, Check] = {}
    for name, pack in packs:
        for module in _modules(name, pack):
            functions += _providers(module)
            for found in _checks(module):
                _add(checks, found, name)
    providers = Providers(dict.fromkeys(functions), GIVEN)
    for found in checks.values():
        _verify(found, providers)
    return Registry(dict(sorted(checks.items())), providers)


def _entry_points() -> list[metadata.EntryPoint]:
    unique = {(entry.name, entry.value): entry for entry in metadata.entry_points(group=GROUP)}
    return list(unique.values())


def _import(name: str, module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except PluginError:
        raise
    except Exception as error:
        raise PluginError(f"pack {name!r}: {module} cannot be imported: {type(error).__name__}: {error}") from error


def _modules(name: str, pack: ModuleType) -> list[ModuleType]:
    found = [pack]
    for info in sorted(pkgutil.walk_packages(getattr(pack, "__path__", []), pack.__name__ + "."), key=_module_name):
        found.append(_import(name, info.name))
    return found


def _module_name(info: pkgutil.ModuleInfo) -> str:
    return info.name


def _own(module: ModuleType, mark: str) -> list[Any]:
    values = [value for _, value in sorted(vars(module).items())]
    return [value for value in values if hasattr(value, mark) and getattr(value, "__module__", None) == module.__name__]


def _providers(module: ModuleType) -> list[Provider]:
    return _own(module, "__mlops_lint_provides__")


def _checks(module: ModuleType) -> list[Check]:
    return [value.__mlops_lint_check__ for value in _own(module, "__mlops_lint_check__")]


def _add(checks: dict[str, Check], found: Check, pack: str) -> None:
    where = f"pack {pack!r}: {found.function.__module__}"
    if not _CODE.match(found.code):
        raise PluginError(f"{where}: {found.code!r} is no code (two capital letters, three digits)")
    if found.dimension not in DIMENSIONS:
        raise PluginError(f"{where}: {found.code} has the unknown dimension {found.dimension!r}")
    if found.code in checks:
        other = checks[found.code].function.__module__
        raise PluginError(f"{where}: the code {found.code} is taken by {other}")
    checks[found.code] = found


def _verify(found: Check, providers: Providers) -> None:
    for function in (found.function, found.when):
        if function is None:
            continue
        try:
            providers.verify(function)
        except NameError as error:
            raise PluginError(f"{found.code} ({function.__module__}): an annotation is unknown: {error}") from error


def facts_of(registry: Registry, known: Mapping[type, Any]) -> Facts:
    """The facts of one project, nothing worked out yet."""
    return Facts(registry.providers, known)


def charter_of(facts: Facts) -> Charter | None:
    """The charter, None where there is none."""
    from mlops_lint.facts.inject import Unavailable

    try:
        return facts.get(Charter)
    except Unavailable:
        return None
