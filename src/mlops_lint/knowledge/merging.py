"""Tables of other packs, laid over the built-in ones (entry point group `mlops_lint.knowledge`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops_lint.errors import PluginError
from mlops_lint.knowledge.compiling import Table, TableError, compile_tables, load

GROUP = "mlops_lint.knowledge"


def merged(tables: Mapping[str, Table]) -> dict[str, Table]:
    """`tables` with the rows of every installed pack."""
    from importlib.metadata import entry_points

    result = {name: dict(table) for name, table in tables.items()}
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        for name, rows in read_pack(point.name, point.value, result["modules"]).items():
            merge(result, name, rows, point.name)
    return result


def read_pack(pack: str, package: str, modules: Mapping[str, Any]) -> dict[str, Table]:
    """The tables in a pack's package: files NAME.yaml, NAME.yml or NAME.json. Its code is not used."""
    from importlib.resources import files

    written: dict[str, Any] = {}
    try:
        for item in sorted(files(package.partition(":")[0]).iterdir(), key=lambda item: item.name):
            stem, _, suffix = item.name.rpartition(".")
            if suffix in ("yaml", "yml", "json"):
                written[stem] = load(item.read_bytes())
        return compile_tables(written, modules)
    except TableError as error:
        raise PluginError(f"knowledge pack {pack!r}: {error}") from error
    except Exception as error:
        raise PluginError(f"knowledge pack {pack!r} cannot be read: {type(error).__name__}: {error}") from error


def merge(tables: dict[str, Table], name: str, rows: Table, pack: str) -> None:
    """Add `rows` to the table `name`: new rows as they are, known rows get longer lists."""
    if name not in tables:
        raise PluginError(f"knowledge pack {pack!r}: {name!r} is none of the tables {', '.join(sorted(tables))}")
    table = tables[name]
    for key, row in rows.items():
        table[key] = _combined(table[key], row, f"{name}/{key}", pack) if key in table else row
    if name == "metrics":
        _refuse_shared_aliases(table, pack)


def _combined(known: Any, added: Any, place: str, pack: str) -> Any:
    if isinstance(known, dict) and isinstance(added, dict):
        result = dict(known)
        for key, value in added.items():
            result[key] = _combined(known[key], value, f"{place}/{key}", pack) if key in known else value
        return result
    if isinstance(known, list) and isinstance(added, list) and not place.endswith("/range"):
        return [*known, *(item for item in added if item not in known)]
    if known != added:
        raise PluginError(f"knowledge pack {pack!r}: {place} is {known!r} already and cannot become {added!r}")
    return known


def _refuse_shared_aliases(table: Table, pack: str) -> None:
    from mlops_lint.knowledge.spelling import plain

    owners: dict[str, str] = {}
    for key, row in table.items():
        for alias in (key, *row.get("aliases", ())):
            owner = owners.setdefault(plain(alias), key)
            if owner != key:
                raise PluginError(f"knowledge pack {pack!r}: {alias!r} names the metrics {owner!r} and {key!r}")
