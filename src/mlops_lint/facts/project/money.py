"""Amounts of money in an answer, by the year."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "usd": "USD", "dollar": "USD",
    "dollars": "USD", "us$": "USD", "£": "GBP", "gbp": "GBP", "pounds": "GBP", "¥": "JPY", "jpy": "JPY", "yen": "JPY",
    "₩": "KRW", "krw": "KRW", "won": "KRW", "원": "KRW", "chf": "CHF", "inr": "INR", "₹": "INR", "cny": "CNY",
    "rmb": "CNY", "sek": "SEK", "nok": "NOK", "dkk": "DKK", "pln": "PLN", "aud": "AUD", "cad": "CAD", "brl": "BRL",
}  # fmt: skip
_SCALES = {
    "": 1.0, "k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6, "millions": 1e6, "bn": 1e9,
    "billion": 1e9, "천": 1e3, "만": 1e4, "백만": 1e6, "천만": 1e7, "억": 1e8,
}  # fmt: skip
_YEARLY = {"hour": 8760.0, "day": 365.0, "week": 52.0, "month": 12.0, "quarter": 4.0, "year": 1.0, "annum": 1.0}
_WORDS = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter",
          "yearly": "year", "annual": "year", "annually": "year"}  # fmt: skip
_KOREAN = {
    "시간": "hour", "일": "day", "매일": "day", "주": "week", "매주": "week", "월": "month", "매월": "month",
    "매달": "month", "분기": "quarter", "연": "year", "년": "year", "매년": "year", "연간": "year", "월간": "month",
}  # fmt: skip
_MARK = (
    r"us\$|[€$£¥₩₹]|\b(?:eur|euros?|usd|dollars?|gbp|pounds|jpy|yen|krw|won|chf|inr|cny|rmb|sek|nok|dkk|pln|aud|cad|"
    r"brl)\b|원"
)
_NUMBER = r"\d{1,3}(?:[ \u00a0.,'’]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
_SCALE = r"(?:\s?(?:k|m|mn|bn|mio)\b|\s(?:thousand|millions?|billion)\b|\s?(?:천만|백만|천|만|억))?"
_AMOUNT = re.compile(
    rf"(?:(?P<before>{_MARK})\s?)?(?P<number>{_NUMBER})(?P<scale>{_SCALE})(?:\s?(?P<after>{_MARK}))?", re.IGNORECASE
)
_PERIOD = re.compile(
    r"(?:\b(?:a|an|per|each|every)\s+|/\s?)(?P<unit>hour|day|week|month|quarter|year|annum)\b|"
    r"\b(?P<word>hourly|daily|weekly|monthly|quarterly|yearly|annual(?:ly)?)\b|(?P<korean>매일|매주|매월|매달|"
    r"매년|연간|월간|(?<!\w)[월연](?=\s?\d))",
    re.IGNORECASE,
)
_EACH = re.compile(r"\s*(?:/|\b(?:a|an|per|for each|each|for every|every)\b)\s*(\w+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """`periodic`: so much every year; else once."""

    value: float
    currency: str
    periodic: bool


def amount(text: str) -> Amount | None:
    """The one amount that a text states; None where there is none or more than one."""
    found = [match for match in _AMOUNT.finditer(text) if match["before"] or match["after"]]
    periods = {_unit(match) for match in _PERIOD.finditer(text)}
    if len(found) != 1 or len(periods) > 1 or re.search(r"\bup to\b|\bbetween\b|\d\s?[-–]\s?\d", text):
        return None
    match = found[0]
    each = _EACH.match(text, match.end())
    if each is not None and each[1].casefold() not in _YEARLY:
        return None  # so much for each call or customer
    mark = (match["before"] or match["after"]).casefold()
    value = _value(match["number"]) * _SCALES[match["scale"].strip().casefold()]
    period = next(iter(periods), None)
    return Amount(value * _YEARLY[period] if period else value, _CURRENCIES[mark], period is not None)


def _unit(match: re.Match[str]) -> str:
    if match["unit"]:
        return match["unit"].casefold()
    return _WORDS[match["word"].casefold()] if match["word"] else _KOREAN[match["korean"]]


def _value(text: str) -> float:
    bare = re.sub(r"[ \u00a0'’]", "", text)
    groups = re.split(r"[.,]", bare)
    if len(groups) > 1 and len(groups[-1]) != 3:
        return float("".join(groups[:-1]) + "." + groups[-1])
    return float("".join(groups))
