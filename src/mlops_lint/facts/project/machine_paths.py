"""Absolute paths that only one person's or one machine's file system has."""

from __future__ import annotations

import re

_PERSON = (
    r"/(?:home|Users|export/home|data/home|nfs/home|vol/home)/(?P<user>[\w.@$ {}<>\[\]-]+)(?P<below>/[^\s\"':;,]*|\b)"
)
_DRIVE = r"(?<![A-Za-z0-9_])[A-Z]:(?:\\{1,2}|/(?!/))(?P<folder>\w[\w .&~@-]+(?:[\\/][^\s\"'*?<>|:;,]*|(?=[\"']|$)))"
_SMALL_DRIVE = r"(?<![A-Za-z0-9_.%])[c-h]:(?:\\{1,2}|/(?!/))(?P<low>[A-Za-z][\w .-]+[\\/][^\s\"'*?<>|:;,]+)"
_MOUNT = (
    r"/(?P<mount>mnt|media|Volumes|content|efs|nfs\d?|root|scratch\d?|gpfs|lustre|raid\d?|"
    r"ssd\d?|hdd\d?|disk\d?|data\d{1,2}|storage\d?|"
    r"datasets?|cluster|workspace|workdir|share|shared|vol\d?|volumes?|work\d?|kaggle|netscratch|"
    r"checkpoint|private/home|"
    r"data)(?P<under>/[\w.@ {}-][^\s\"':;,]*|/?(?![\w/]))"
)
PATHS = re.compile(rf"(?<![\w.~)}}\]*:/-])(?:file://)?(?:{_PERSON}|{_MOUNT})|{_DRIVE}|{_SMALL_DRIVE}")
HINTS = re.compile(
    r"/(?:home|Users|Volumes|mnt|media|content|efs|nfs\d?|root|scratch\d?|gpfs|lustre|raid\d?|"
    r"ssd\d?|hdd\d?|disk\d?|data\d{0,2}|storage\d?|"
    r"datasets?|cluster|workspace|workdir|shared?|vol(?:umes?)?\d?|work\d?|kaggle|netscratch|"
    r"checkpoint|private/home)(?![\w-])|"
    r"(?<![A-Za-z0-9])[A-Za-z]:[\\/](?!/)"
)
_PLATFORM_USERS = frozenset(
    "jovyan airflow runner runneradmin vscode sagemaker-user sparkuser app appuser app_user appadm nonroot site node "
    "coder codespace gitpod circleci docker mambauser micromamba dagster prefect mlflow kedro_docker kedro kaggle "
    "shared linuxbrew model-server modelserver venv trusted-user streamlit mlops container rstudio spark".split()
)
_NOBODY = re.compile(
    r"^(?:<.*|\{.*|\$.*|\[.*|your?[\w-]*|(?:my)?user(?:_?name)?|you|me|name|xxx+|\.+|someone|somebody|username)$",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"path[/\\_-]?to|your[_ -]?|YOUR|<[^>]*>|\.\.\.|xxx|example\.|/foo\b|/bar\b|to_be_configured|PATH_TO"
)
_SYSTEM = re.compile(r"(?:windows|program ?files|programdata\\chocolatey|tools|tmp|temp|nul)\b", re.IGNORECASE)
_LEAF = re.compile(r"[\w -]\.[A-Za-z][A-Za-z0-9]{0,5}$")
_SURE_MOUNTS = re.compile(
    r"mnt|media|Volumes|efs|nfs\d?|gpfs|lustre|raid\d?|ssd\d?|hdd\d?|disk\d?|data\d+|scratch\d|"
    r"netscratch|storage\d|work\d|private/home"
)
_COLAB = re.compile(r"/(?:drive|gdrive|sample_data|MyDrive|My Drive|data|datasets?)(?:/|$)")

SURE = "sure"
PERHAPS = "perhaps"


def machine_path(text: str, *, notebook: bool, container: str = "", strict: bool = False) -> tuple[str, str]:
    """(path, how sure) of the first such path in a text; ("", "") where there is none.

    `container`: what Dockerfiles and compose files say, whose folders every machine has. `strict`: people's alone.
    """
    perhaps = ("", "")
    for found in PATHS.finditer(text):
        sure = _judged(found, text, notebook, strict)
        if sure and not _PLACEHOLDER.search(text[found.start() : found.end() + 12]):
            path = found[0].strip()
            root = re.match(r"/[\w.-]+(?:/[\w.-]+)?" if found["user"] else r"/[\w.-]+", path)
            if sure == SURE and root and re.search(rf"{re.escape(root[0])}(?![\w-])", container):
                sure = PERHAPS
            if sure == SURE:
                return path, SURE
            perhaps = (path, PERHAPS)
    return perhaps


def _judged(found: re.Match[str], text: str, notebook: bool, strict: bool) -> str:
    if found["user"] is not None:
        return _person(found)
    if found["mount"] is not None:
        return "" if strict and not _SURE_MOUNTS.fullmatch(found["mount"]) else _mounted(found, text, notebook)
    folder = found["folder"] or found["low"] or ""
    return "" if _SYSTEM.match(folder.lstrip("\\/")) or _NOBODY.match(_windows_user(folder)) else SURE


def _windows_user(folder: str) -> str:
    parts = re.split(r"[\\/]+", folder)
    return parts[1] if len(parts) > 1 and parts[0].lower() == "users" else parts[0]


def _person(found: re.Match[str]) -> str:
    user, below = found["user"].strip(), found["below"]
    if _NOBODY.match(user):
        return PERHAPS if user.lower() in ("user", "username", "me") and "/" in below.strip("/") else ""
    if user in _PLATFORM_USERS or below.startswith("/SageMaker"):
        return ""
    return SURE


def _mounted(found: re.Match[str], text: str, notebook: bool) -> str:
    """A folder at the root that this machine happens to have; the names that sites use need more to be sure."""
    mount, under = found["mount"], found["under"].rstrip("/ ")
    leading = found.start() == 0
    if mount in ("content", "kaggle"):
        known = _COLAB.match(under) if mount == "content" else re.match(r"/input\b", under)
        if known or (mount == "content" and notebook):
            return SURE
        if mount == "kaggle" and under:
            return PERHAPS
        return SURE if mount == "content" and leading and under and _LEAF.search(text.strip()) else ""
    if not under or not leading:
        return ""
    if _SURE_MOUNTS.fullmatch(mount):
        return SURE
    if mount == "root" and under.startswith(("/.", "/go", "/cache")):
        return ""
    deep = under.count("/") >= 2 or bool(_LEAF.search(text.strip()))
    return SURE if deep or mount in ("workspace", "root", "scratch") else PERHAPS
