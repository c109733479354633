"""Which checks run: `--select`, `--ignore` and their like, by code, prefix of a code, or name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from mlops_lint.errors import UsageError
from mlops_lint.settings import Settings
from mlops_lint.suggest import did_you_mean

ALL = "ALL"
OWN = {"SUP": "a fault of a comment that sets findings aside", "INT": "a defect of the linter itself"}
"""How codes begin that reports hold though no check has them."""


def resolve(selector: str, names: Mapping[str, str]) -> frozenset[str]:
    """The codes that a selector stands for; `names` maps codes to names. Raises UsageError for none."""
    if selector.upper() == ALL:
        return frozenset(names)
    wanted = selector.replace("_", "-").lower()
    found = frozenset(code for code, name in names.items() if code.startswith(selector.upper()) or name == wanted)
    if not found and selector.upper()[:3] in OWN:
        raise UsageError(f"`{selector}` is no check but {OWN[selector.upper()[:3]]}: it cannot be selected or left out")
    if not found:
        raise UsageError(f"no check is called `{selector}`{did_you_mean(selector, [*names, *names.values()])}")
    return found


def selected(settings: Settings, names: Mapping[str, str]) -> frozenset[str]:
    """The codes that run. The more exact selector wins, so `--select MT --ignore MT003` and its reverse both work."""
    for _pattern, selectors in settings.per_file_ignores:  # a misspelled one is told even where no path matches
        for selector in selectors:
            resolve(selector, names)
    chosen = {}
    for code in names:
        on = _strength(code, settings.select or (ALL,), names)
        extended = _strength(code, settings.extend_select, names)
        off = _strength(code, settings.ignore, names)
        chosen[code] = max(on, extended) > off
    return frozenset(code for code, on in chosen.items() if on)


def _strength(code: str, selectors: Iterable[str], names: Mapping[str, str]) -> int:
    """How exactly the selectors name `code`: 0 not at all, 1 for ALL, more for longer prefixes, 99 for itself."""
    best = 0
    for selector in selectors:
        if code in resolve(selector, names):
            if selector.upper() == ALL:
                strength = 1
            elif selector.upper() == code or selector.upper() not in code:
                strength = 99
            else:
                strength = 1 + len(selector)
            best = max(best, strength)
    return best


def ignored_in(path: str, settings: Settings, names: Mapping[str, str]) -> frozenset[str]:
    """The codes that `per-file-ignores` sets aside for `path`."""
    codes: set[str] = set()
    for pattern, selectors in settings.per_file_ignores:
        if matches(path, pattern):
            codes.update(*(resolve(selector, names) for selector in selectors))
    return frozenset(codes)


def matches(path: str, pattern: str) -> bool:
    """Whether a pattern covers `path`: a whole path, a folder of it, or (without a slash) any part's name."""
    pattern = pattern.removeprefix("./").rstrip("/")
    parts = path.split("/")
    if "/" not in pattern:
        return any(fnmatchcase(part, pattern) for part in parts)
    heads = ("/".join(parts[: count + 1]) for count in range(len(parts)))
    return any(fnmatchcase(head, pattern.removeprefix("/")) for head in heads)
