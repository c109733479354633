"""Objects of the project that a library makes, fills or gives back: pydantic, dataclasses, attrs, `Self`, pickles."""

from __future__ import annotations

import re
from itertools import pairwise

from mlops_lint.facts.files.chains import UNKNOWN, split
from mlops_lint.facts.files.symbols import BindingFact
from mlops_lint.facts.project.code.meaning import External, Instance, Value
from mlops_lint.facts.project.code.modules import Definition

MAKERS = frozenset(
    ".model_validate .model_validate_json .model_validate_strings .model_construct .parse_obj .parse_raw .parse_file "
    ".from_orm .construct".split()
)
"""Class methods of pydantic that give an object of the class."""
_FIELDS = frozenset(
    "pydantic.Field() pydantic.fields.Field() pydantic.PrivateAttr() dataclasses.field() attrs.field() attr.ib() "
    "attr.attrib() attrs.Factory() sqlmodel.Field() msgspec.field()".split()
)
_GIVES_BACK = re.compile(r"(?:^|_)(?:loads?|unpickle|instantiate|unwrap|restore|deserialize|resolve)(?:_|$)")
_SELF = frozenset(("typing.Self", "typing_extensions.Self"))


def makes(klass: Value | None, member: Value | None, steps: list[str]) -> bool:
    """Whether two steps behind a class, `.model_validate` and `()`, give one of its objects."""
    return (
        isinstance(klass, Definition)
        and klass.kind == "class"
        and isinstance(member, External)
        and steps[0] in MAKERS
        and steps[1] == "()"
    )


def field_of(value: Value | None) -> bool:
    """Whether a class says with a library's `field()` what its objects hold: only the annotation tells."""
    return isinstance(value, External) and value.name in _FIELDS


def is_self(value: Value | None) -> bool:
    """`-> Self`."""
    return isinstance(value, External) and value.name in _SELF


def of_declared(fact: BindingFact, value: Value | None, declared: Value | None) -> Value | None:
    """What a binding with an annotation means, where the value by itself is unknown or a library's."""
    if value is not None and not isinstance(value, External):
        return value
    if isinstance(declared, Definition) and declared.kind == "class":
        return Instance(declared)  # `model: Price = request.app.state.model`: the library cannot know
    if not field_of(value):
        return value
    known = fact.declared != UNKNOWN and isinstance(declared, External)
    return External(f"{declared.name}()") if known and isinstance(declared, External) else None


def asked_of_what_is_given_back(value: External) -> str:
    """The method that is called on what a library has kept for the project: `joblib.load(path).explain` gives it."""
    steps = split(value.name)
    made = [before.lstrip(".") for before, step in pairwise(steps) if step == "()"]
    return steps[-1].lstrip(".") if any(map(_GIVES_BACK.search, made)) else ""
