"""Times that a cron expression names: some never come."""

from __future__ import annotations

import re

_LONGEST = {1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
_NAMES = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_FIELDS = 5
_PART = re.compile(r"(\d{1,2})(?:-(\d{1,2}))?(?:/\d{1,2})?")


def never_comes(text: str) -> bool:
    """Whether no month has the day: `0 2 31 2 *`. What is not understood may come."""
    fields = text.split()
    if len(fields) != _FIELDS or fields[4] not in ("*", "?"):
        return False  # a day of the week beside a day of the month is one more chance
    days, months = _numbers(fields[2]), _numbers(_numbered(fields[3]))
    if not days:
        return False
    known = [month for month in (months or [*_LONGEST]) if month in _LONGEST]
    return bool(known) and all(day > _LONGEST[month] for day in days for month in known)


def _numbered(field: str) -> str:
    return re.sub(r"[a-z]{3}", lambda match: str(_NAMES.get(match[0], match[0])), field.lower())


def _numbers(field: str) -> list[int]:
    """The first numbers of each part of a field; none where a part is open."""
    parts = [_PART.fullmatch(part) for part in field.split(",")]
    return [int(match[1]) for match in parts if match] if all(parts) else []
