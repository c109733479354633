"""Writing files: at once where a file is plain, into what is none."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from mlops_lint import files
from mlops_lint.errors import UsageError
from mlops_lint.files import replace


def test_a_plain_file_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    replace(file, b"one")
    file.chmod(0o640)
    before = file.stat().st_ino
    replace(file, b"two")
    assert file.read_bytes() == b"two"
    assert file.stat().st_ino != before
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_bytes()), daemon=True)
    reader.start()
    data = b"x" * 300_000
    replace(pipe, data)
    reader.join(20)
    assert heard == [data]
    assert stat.S_ISFIFO(pipe.lstat().st_mode)


def test_a_device_is_written_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain file that says it is a character device."""
    device = tmp_path / "device"
    device.write_bytes(b"")
    before = device.stat().st_ino
    real = Path.stat

    def stated(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        found = real(path, follow_symlinks=follow_symlinks)
        if path != device:
            return found
        return os.stat_result((stat.S_IFCHR | 0o666, *tuple(found)[1:]))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", stated)
        replace(device, b"report")
    assert device.read_bytes() == b"report"
    assert device.stat().st_ino == before
    assert [path.name for path in tmp_path.iterdir()] == ["device"]


def test_what_the_system_owns_is_written_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`/dev/stdout` is a link that may lead to a plain file: the link has to stay."""
    system = tmp_path / "dev"
    system.mkdir()
    (tmp_path / "plain").write_bytes(b"")
    (system / "stdout").symlink_to(tmp_path / "plain")
    monkeypatch.setattr(files, "_SYSTEM", (f"{system}/",))
    replace(system / "stdout", b"report")
    assert (system / "stdout").is_symlink()
    assert (tmp_path / "plain").read_bytes() == b"report"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="could not write"):
        replace(tmp_path, b"report")
    assert tmp_path.is_dir()
