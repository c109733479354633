"""Build hook: compiles the knowledge tables (YAML -> JSON) and the message catalogues (.po -> .mo)."""

from __future__ import annotations

import ast
import importlib.util
import struct
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = Path("src", "mlops_lint")


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # generic only in some releases
    """Runs before the wheel, the editable wheel and the source distribution."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the generated files and name them as artefacts, as git ignores them."""
        root = Path(self.root)
        written = [compile_knowledge(root), *compile_catalogues(root)]
        build_data["artifacts"].extend(path.relative_to(root).as_posix() for path in written)


def compile_knowledge(root: Path) -> Path:
    """Write compiled.json beside the tables."""
    folder = root / PACKAGE / "knowledge"
    target = folder / "compiled.json"
    _write(target, _module(folder / "compiling.py").dump(folder).encode())
    return target


def compile_catalogues(root: Path) -> list[Path]:
    """Write NAME.mo beside every locale/LANG/LC_MESSAGES/NAME.po."""
    targets = []
    for source in sorted((root / PACKAGE / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        _write(target, machine_object(parse_po(source.read_text("utf-8"))))
        targets.append(target)
    return targets


def parse_po(text: str) -> dict[str, str]:
    """Translations by their message; contexts and plurals in the form that gettext looks up. No fuzzy ones."""
    messages: dict[str, str] = {}
    for block in text.replace("\r\n", "\n").split("\n\n"):
        fields, fuzzy = _po_block(block)
        key = fields.get("msgid")
        forms = [fields[name] for name in sorted(fields) if name.startswith("msgstr")]
        if key is None or not all(forms) or (fuzzy and key):
            continue
        if "msgid_plural" in fields:
            key = f"{key}\0{fields['msgid_plural']}"
        if "msgctxt" in fields:
            key = f"{fields['msgctxt']}\x04{key}"
        messages[key] = "\0".join(forms)
    return messages


def machine_object(messages: dict[str, str]) -> bytes:
    """The binary catalogue: header, two tables of (length, offset), then the texts, sorted by message."""
    pairs = sorted((key.encode(), value.encode()) for key, value in messages.items())
    start = 28 + 16 * len(pairs)
    body = bytearray()
    tables: list[bytes] = []
    for column in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[column]), start + len(body)))
            body += pair[column] + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return header + b"".join(tables) + bytes(body)


def _po_block(block: str) -> tuple[dict[str, str], bool]:
    fields: dict[str, str] = {}
    fuzzy, field = False, ""
    for line in block.split("\n"):
        if line.startswith("#"):
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        if not line.startswith('"') and line.strip():
            field, _, line = line.partition(" ")  # noqa: PLW2901  (the rest of the line is its text)
            fields[field] = ""
        if line.strip():
            fields[field] += ast.literal_eval(line.strip())
    return fields, fuzzy


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"_build_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _write(path: Path, data: bytes) -> None:
    if not path.exists() or path.read_bytes() != data:
        path.write_bytes(data)
