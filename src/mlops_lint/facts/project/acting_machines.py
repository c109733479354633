"""Calls that switch a machine: a verb of switching, and a machine that it is done to."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

_VERBS = frozenset("stop halt shutdown trip open close start restart isolate deenergize poweroff estop".split())
_PAIRS = frozenset((("shut", "down"), ("shut", "off"), ("switch", "off"), ("switch", "on"), ("turn", "off"),
                    ("turn", "on"), ("power", "off"), ("emergency", "stop"), ("e", "stop")))  # fmt: skip
_MACHINES = frozenset(
    "pump pumps valve valves motor motors machine machines turbine turbines compressor compressors conveyor "
    "conveyors robot robots furnace boiler boilers heater heaters reactor generator generators breaker breakers "
    "actuator actuators plc scada opc opcua fieldbus centrifuge crane cranes elevator elevators mixer burner "
    "burners oven ovens chiller chillers substation feeder feeders charger chargers spindle hydraulic".split()
)
_OURS = frozenset(
    "job jobs run runs training trainer experiment experiments process processes container containers instance "
    "instances vm vms server servers service worker workers model models session sessions pipeline pipelines "
    "early simulation simulator twin localhost ticket tickets incident incidents report reports statistics "
    "history".split()
)
"""What is stopped without a machine standing still, and where a stop is only written down."""
_FIELD = frozenset("write_coil write_coils write_register write_registers set_value write_value".split())
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def switches(name: str, last: str, address: ast.expr | None, *, sends: bool) -> bool:
    """Whether a call in a function of this name switches a machine; `sends`: it goes to another service."""
    if not sends and last not in _FIELD:
        return False
    own, (host, parts), names = _words(name), _written(address), _names(address)
    path = [word for part in parts for word in _words(part)]
    if not _OURS.isdisjoint((*own, *path)):
        return False
    if _begins(own) and not _MACHINES.isdisjoint(own):
        return True
    return sends and bool(parts) and _orders(_words(parts[-1])) and not _MACHINES.isdisjoint((*host, *names, *path))


def _begins(words: Sequence[str]) -> bool:
    return bool(words) and (words[0] in _VERBS or tuple(words[:2]) in _PAIRS)


def _orders(words: Sequence[str]) -> bool:
    """`stop`, `open_valve`, `valve_open`, `emergency-stop`: a verb, beside a machine at most."""
    rest = tuple(word for word in words if word not in _MACHINES)
    return rest in _PAIRS or (len(rest) == 1 and rest[0] in _VERBS)


def _written(address: ast.expr | None) -> tuple[list[str], list[str]]:
    """The words of an address's host, and the parts of its path or of a topic, as far as they are written out."""
    scheme, mark, rest = _text(address).partition("?")[0].rpartition("://")
    host, _, path = rest.partition("/") if mark else ("", "", scheme + rest)
    return _words(host), [part for part in path.split("/") if part]


def _text(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return (_text(node.left) or "{}") + (_text(node.right) or "{}")
    return ""


def _names(node: ast.expr | None) -> list[str]:
    parts = list(ast.walk(node)) if node is not None else []
    texts = [
        part.id if isinstance(part, ast.Name) else part.attr
        for part in parts
        if isinstance(part, ast.Name | ast.Attribute)
    ]
    return [word for text in texts for word in _words(text)]


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]
