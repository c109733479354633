"""Rules of Makefiles and Snakefiles: what is left of them once the baseline's rule and the lists of goals are gone."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from mlops_lint.facts.project.piping_commands import does_nothing

_HEAD = re.compile(r"(?:rule|checkpoint)\s+(\w+)\s*:|([^\s:=#][^:=#]*)::?(?!=)(.*)$")
_PARTS = re.compile(r"(?m)^[ \t]+(?:shell|run|script|notebook|wrapper|cwl)\s*:|^\t")
_MODULE = re.compile(r"\s-m\s+([\w.]+)")
_SCRIPT = re.compile(r"(?<![\w./-])[\w./-]+\.py\b")
_OPAQUE = re.compile(
    r"(?m)^[ \t]*-?include\b|^module\b|\.sh\b|\$\(MAKE\)|\$\{MAKE\}|\bmake\s|\bdvc\s|\bpapermill\b|\bjupyter\b|"
    r"\bbash\s|"
    r"^[ \t]*(?:run|script|notebook|wrapper)\s*:|\$\*|\{wildcards|\$\((?:foreach|call|shell|eval)\b|-m\s+\$|\.py\$"
)


def is_ruled(path: str) -> bool:
    """Whether a pipeline file consists of rules whose commands can be read."""
    name = posixpath.basename(path).lower()
    return name in ("makefile", "gnumakefile", "snakefile") or name.endswith((".mk", ".smk"))


def other_rules(text: str, metric: str, baseline: str) -> str | None:
    """The rules that work, without the one that makes the baseline's file alone; None where more may be run."""
    if _OPAQUE.search(text):
        return None
    kept = [block for block in _blocks(text) if not _beside(block, metric, baseline)]
    return "\n".join(kept)


def filled_rules(text: str) -> str:
    """The rules; of those whose commands compute nothing only what they need."""
    return "\n".join(_filled(block) for block in _blocks(text))


def _filled(block: str) -> str:
    head, *recipe = block.split("\n")
    commands = "\n".join(line.strip().lstrip("@-") for line in recipe if line.strip())
    hollow = bool(_HEAD.match(head)) and bool(commands) and does_nothing(commands)
    return head.partition(":")[2].partition("#")[0] if hollow else block


def _blocks(text: str) -> list[str]:
    blocks: list[list[str]] = []
    for line in text.split("\n"):
        if blocks and (not line.strip() or line[0] in " \t"):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return ["\n".join(block) for block in blocks]


def _beside(block: str, metric: str, baseline: str) -> bool:
    """A rule that does nothing itself, or makes the baseline's file and not the model's."""
    head = _HEAD.match(block)
    if head is None:
        return not _PARTS.search(block)  # a setting, a variable
    if not _PARTS.search(block):
        return True
    name = head[1] or head[2]
    return metric not in block and (bool(baseline and baseline in block) or "baseline" in name.lower())


def programs(text: str, files: Iterable[str]) -> list[str]:
    """The files of the project that Python commands start."""
    tails = [f"{match[1].replace('.', '/')}.py" for match in _MODULE.finditer(text)]
    tails += [match[0].removeprefix("./") for match in _SCRIPT.finditer(text)]
    return sorted({path for path in files for tail in tails if path == tail or path.endswith(f"/{tail}")})
