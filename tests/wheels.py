"""Wheels made again from what is installed here, so that tests can install without a network."""

from __future__ import annotations

import base64
import hashlib
import itertools
import zipfile
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_WRITTEN_BY_INSTALLERS = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}


def closure(requirements: Iterable[str]) -> list[Distribution]:
    """The installed distributions that the requirements need in this environment, by name."""
    found: dict[str, Distribution] = {}
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if name in found or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        found[name] = distribution(wanted.name)
        waiting += [Requirement(text) for text in found[name].requires or ()]
    return [found[name] for name in sorted(found)]


def repack(installed: Distribution, folder: Path) -> Path:
    """Write the distribution as a wheel into the folder; its scripts come back from the entry points."""
    files = [file for file in installed.files or () if ".." not in file.parts and file.suffix != ".pyc"]
    info = next(file.parts[0] for file in files if file.name == "METADATA" and file.parts[0].endswith(".dist-info"))
    kept = [file for file in files if not (file.parts == (info, file.name) and file.name in _WRITTEN_BY_INSTALLERS)]
    wheel = folder / f"{info.removesuffix('.dist-info')}-{_tags(installed)}.whl"
    record = f"{info}/RECORD"
    with zipfile.ZipFile(wheel, "w") as archive:
        rows = []
        for file in sorted(kept):
            data = Path(str(file.locate())).read_bytes()
            archive.writestr(PurePosixPath(file).as_posix(), data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            rows.append(f"{PurePosixPath(file).as_posix()},sha256={digest},{len(data)}\n")
        archive.writestr(record, "".join([*rows, f"{record},,\n"]))
    return wheel


def _tags(installed: Distribution) -> str:
    lines = (installed.read_text("WHEEL") or "").split("\n")
    tags = [line.partition(":")[2].strip().split("-") for line in lines if line.startswith("Tag:")]
    parts = [sorted(set(column)) for column in zip(*tags, strict=True)]
    # A name stands for every combination of its parts.
    assert len(tags) == len(list(itertools.product(*parts))), tags
    return "-".join(".".join(part) for part in parts)
