"""What the linter does to the machine, seen by the interpreter itself (`sys.addaudithook`).

Every test runs under this hook, and so does every process that `audited` starts. An event counts where a frame of the
linter stands on the stack: what tests do themselves is theirs. The linter may

- start git with the words of its table, and its own workers; nothing else;
- open no connection, load no library, evaluate no code that does not belong to the interpreter or to a package;
- import only what was installed: nothing that lies in a folder that is linted;
- read below the folders that tests make, the interpreter's own and the project's; never `/etc`, a home or a device;
- write in four modules alone: reports and fixes (`files`), the draft charter (`initialise`), the cache (`storage`,
  `cache`, `recall`) and the private git folder (`repo`). `testing` makes repositories for the pages' examples, and
  counts as a test.

A breach raises at the place where it happens and is kept in `breaches`, so that no handler can hide it.
"""

from __future__ import annotations

import os
import re
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

TOP = Path(__file__).resolve().parent.parent
TESTS = str(TOP / "tests") + os.sep
PACKAGES = tuple(
    folder + os.sep
    for name in ("mlops_lint", "mlops_lint_checks", "mlops_lint_schemas")
    for folder in (getattr(find_spec(name), "submodule_search_locations", None) or ())
)
LINTER = PACKAGES
NOT_LINTER = tuple(f"{folder}testing{os.sep}" for folder in PACKAGES)
INSTALLED = tuple(
    dict.fromkeys(
        os.path.realpath(folder) + os.sep
        for folder in (
            sys.prefix,
            sys.base_prefix,
            sys.exec_prefix,
            *sysconfig.get_paths().values(),
            *PACKAGES,
        )
    )
)
WRITERS = (
    "mlops_lint/files.py",
    "mlops_lint/initialise/__init__.py",
    "mlops_lint/storage.py",
    "mlops_lint/cache.py",
    "mlops_lint/recall.py",
    "mlops_lint/repo/quarantine.py",
    "mlops_lint/repo/gitio.py",
)
WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
NEVER = (
    "socket.", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "os.fork", "pty.", "ctypes.dlopen",
    "ctypes.call_function", "urllib.", "http.", "ftplib.", "smtplib.", "ensurepip.", "webbrowser.", "code.__new__",
    "os.putenv", "os.chdir", "pickle.find_class", "winreg.", "syslog.", "os.setxattr", "builtins.input",
)  # fmt: skip
CHANGES = (
    "os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.truncate",
    "os.utime", "shutil.", "tempfile.",
)  # fmt: skip
CONFIGURATION = ("mlops-lint.toml", "pyproject.toml")
"""May lie in any folder above the one that is linted."""
TEMPORARY = os.path.realpath(tempfile.gettempdir()) + os.sep
_GIT_DATA = re.compile(
    r"/(HEAD|commondir|gitdir|config|index|packed-refs|shallow|info/(exclude|sparse-checkout)|sharedindex\.\w+|refs/.*)$"
    r"|/git/(ignore|attributes|config)$"
)
"""What `slurp` reads of a git folder, which a `.git` file may place anywhere, and of the user's own git settings."""
_PROCESS = re.compile(r"/proc/\d+/(stat|status)")
"""Whether git still does anything."""
LISTS = ("os.listdir", "os.scandir", "os.walk", "glob.glob")

Judge: TypeAlias = Callable[[tuple[Any, ...], FrameType], str]

breaches: list[str] = []
also_installed: list[str] = []
"""Folders that a test installs packs of its own from; empty again after each test."""
_busy = False


class Breach(BaseException):
    """The linter did what it must never do; no `except Exception` may swallow it."""


def install() -> None:
    """Watch this interpreter from now on; there is no way back.

    Bytecode would be written beside the linter's own modules whenever one is first imported: here and in the children
    it is not, so that every write that is seen is one that somebody asked for.
    """
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    global _busy  # noqa: PLW0603  (what the hook does raises events as well)
    judge = _judge(event)
    if judge is None or _busy:
        return
    frame = _linter(sys._getframe(1))
    if frame is None:
        return
    _busy = True
    try:
        breach = judge(arguments, frame)
        if breach:
            breaches.append(f"{event}{arguments!r:.300}: {breach}, in {frame.f_code.co_filename}:{frame.f_lineno}")
    finally:
        _busy = False
    if breach:
        raise Breach(breaches[-1])


def _judge(event: str) -> Judge | None:
    if event in _JUDGES:
        return _JUDGES[event]
    if event.startswith(NEVER):
        return _never
    return _change if event.startswith(CHANGES) else None


def _linter(frame: FrameType | None) -> FrameType | None:
    """The innermost frame of the linter; None where a test stands nearer, or where there is none."""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(LINTER):
            return None if file.startswith(NOT_LINTER) else frame
        if file.startswith(TESTS):
            return None
        frame = frame.f_back
    return None


def _never(_arguments: tuple[Any, ...], _frame: FrameType) -> str:
    return "the linter never does this"


def _change(_arguments: tuple[Any, ...], frame: FrameType) -> str:
    return "" if _writes(frame) else "nothing is changed here"


def _writes(frame: FrameType | None) -> bool:
    return _on_stack(frame, WRITERS)


def _on_stack(frame: FrameType | None, files: tuple[str, ...]) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.replace(os.sep, "/").endswith(files):
            return True
        frame = frame.f_back
    return False


def _open(arguments: tuple[Any, ...], frame: FrameType) -> str:
    path, mode, flags = arguments
    if isinstance(path, int):
        return ""
    name = os.fsdecode(path)
    writing = (isinstance(mode, str) and bool(set(mode) & set("wax+"))) or bool((flags or 0) & WRITE)
    if writing and name != os.devnull and not _writes(frame):
        return "nothing is written here"
    if not Path(name).is_absolute() and frame.f_code.co_name == "_open_relative":
        # One step below a folder that is open already; links are refused by the flag.
        plain = "/" not in name and name not in ("", ".", "..")
        return "" if plain and flags & os.O_NOFOLLOW else "a step that may leave the root"
    return "" if writing or _readable(name, frame) else "outside of everything that may be read"


def _list(arguments: tuple[Any, ...], frame: FrameType) -> str:
    path = arguments[0]
    if path is None or isinstance(path, int):
        return ""
    return "" if _readable(os.fsdecode(path), frame) else "outside of everything that may be listed"


def _readable(name: str, frame: FrameType) -> bool:
    """Text alone would let a link through: what counts is where it ends."""
    if name == os.devnull:
        return True
    if frame.f_code.co_name == "slurp" and _GIT_DATA.search(name):
        return True
    if frame.f_code.co_name == "_work" and _PROCESS.fullmatch(name):
        return True
    real = os.path.realpath(name) + os.sep
    return real.startswith((*INSTALLED, *_temporary(), str(TOP) + os.sep)) or Path(real).name in CONFIGURATION


def _temporary() -> tuple[str, ...]:
    named = (tempfile.gettempdir(), os.environ.get("MLOPS_LINT_CACHE_DIR"), os.environ.get("PYTEST_DEBUG_TEMPROOT"))
    return (TEMPORARY, *(os.path.realpath(folder) + os.sep for folder in named if folder))


def _exec(arguments: tuple[Any, ...], _frame: FrameType) -> str:
    file = getattr(arguments[0], "co_filename", "")
    if file.startswith("<frozen "):
        return ""
    if file.startswith("<"):  # what dataclasses and named tuples write for themselves
        caller = sys._getframe(2).f_code.co_filename
        return "" if _installed(caller) and not caller.startswith(LINTER) else "made-up code is run"
    return "" if _installed(file) else "code that was not installed is run"


def _import(arguments: tuple[Any, ...], _frame: FrameType) -> str:
    file = arguments[1]
    return "" if file is None or _installed(file) else "it was not installed"


def _installed(file: str) -> bool:
    real = os.path.realpath(file)
    return real.startswith((*INSTALLED, *(os.path.realpath(folder) + os.sep for folder in also_installed)))


def _popen(arguments: tuple[Any, ...], frame: FrameType) -> str:
    from mlops_lint import workers
    from mlops_lint.repo import gitio

    words = [os.fsdecode(word) for word in arguments[1]]
    boot = workers._BOOT.format(root=str(Path(workers.__file__).resolve().parent.parent))
    if words == [sys.executable, "-I", "-c", boot]:
        return ""
    if _on_stack(frame, ("repo/gitio.py",)) and not _on_stack(frame, ("repo/quarantine.py",)):
        return ""  # words that a test gave to the runner itself, to see its limits
    head = gitio.arguments(gitio.find_git() or "", ())
    tail = words[len(head) :]
    known = [list(command.words) for command in gitio.COMMANDS.values()]
    if words[: len(head)] != head or not any(tail[: len(command)] == command for command in known):
        return "neither a git command of the table nor a worker"
    variables = arguments[3] or {}
    quarantined = variables.get("GIT_CONFIG_NOSYSTEM") == "1" and "mlops-lint-" in variables.get("GIT_DIR", "")
    return "" if quarantined else "git without its quarantine"


_JUDGES: dict[str, Judge] = {
    "open": _open,
    "exec": _exec,
    "import": _import,
    "subprocess.Popen": _popen,
    "sqlite3.connect": _change,
    **dict.fromkeys(LISTS, _list),
}
