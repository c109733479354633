"""Reviews that nobody makes: the code that predicts gives the answer of the person itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Container, Iterable

from mlops_lint.facts.project.code import Definition
from mlops_lint.facts.project.tainting import Judge, Received, Site, Tainting, bound

_DECIDES = re.compile(
    r"(?:^|_)(?:approve|accept|release|confirm|authori[sz]e|grant|sign_?off|decide|decision|override|overrule|execute)"
)
_PERSON = re.compile(
    r"(?:^|_)(?:lead|reviewer|reviewed|approver|approved|approved_by|by|user|username|who|actor|operator|agent|clerk|staff|"
    r"person|decided_by|signed_by|manager|employee)(?:_id|_name|_email)?$"
)


def unasked(
    tainting: Tainting, found: Iterable[Received], reviews: Container[Definition], asks: Judge,
    acts: Callable[[Site], bool],
) -> list[Received]:  # fmt: skip
    """The calls that hand a prediction to what a person should call, in that person's name."""
    calls = [one for one in found if one.given and one.site.target in reviews and one.site.by not in reviews]
    return [one for one in calls if _alone(tainting, one.site, asks, acts)]


def _alone(tainting: Tainting, site: Site, asks: Judge, acts: Callable[[Site], bool]) -> bool:
    """Whether what is called does it at once, asks nobody, and is told of no person."""
    if site.target is None or not _DECIDES.search(site.target.name):
        return False
    given = dict(bound(tainting.code, site))
    people = [value for name, value in given.items() if _PERSON.search(name)]
    if not all(isinstance(value, ast.Constant) for value in people):
        return False
    sites = list(tainting.calls([site.target]))
    return not any(asks(one) for one in sites) and any(acts(one) for one in sites)
