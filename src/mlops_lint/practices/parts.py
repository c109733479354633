"""Names of the parts that rows are kept in: to train on, to choose by, to test on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TOKENS = re.compile(r"[A-Za-z]+")
_KIND = r"(?:set|sets|data|dataset|df|loader|x|y|images|labels|folder|dir)?"
_TRAIN = re.compile(rf"[xy]?(?:train|trn|tr|training){_KIND}")
_CHOOSE = re.compile(rf"[xy]?(?:val|vali|valid|validation|dev|holdout|eval|evaluation|oof){_KIND}")
_TEST = re.compile(rf"[xy]?(?:test|tst|te|testing|tests){_KIND}")
_TRUTH = frozenset("y label labels target targets truth gt answers classes".split())
_NO_ROWS = frozenset(
    "loss losses acc accuracy score scores metric metrics mse mae rmse auc f time times size sizes len length num "
    "count ratio frac fraction percent pct epoch epochs step steps iter iters freq interval every transform "
    "transforms aug augmentation lr mode flag name names log logs logger history cfg config conf args params opt "
    "hist ax axes fig curve curves error errors err result results pred preds prediction predictions prob probs "
    "output outputs writer summary report reports fn func op state time start end path paths dir dirs file files "
    "filename url uri root str desc model ids_file kwargs enabled only is do should mean std r".split()
)
TRAIN, CHOOSE, TEST = "train", "choose", "test"


def tokens(text: str) -> frozenset[str]:
    """The words of a name or of a short text."""
    return frozenset(word.lower() for word in _TOKENS.findall(_HUMP.sub("_", text)))


def parts_of(words: Iterable[str]) -> frozenset[str]:
    """Which parts some words name."""
    found = set()
    for word in words:
        for part, pattern in ((TRAIN, _TRAIN), (CHOOSE, _CHOOSE), (TEST, _TEST)):
            if pattern.fullmatch(word):
                found.add(part)
    return frozenset(found)


def part_of(text: str, *, rows: bool = False) -> str:
    """The one part that a name means; `rows`: only if it may hold rows."""
    words = tokens(text)
    if rows and words & _NO_ROWS:
        return ""
    found = parts_of(words)
    return next(iter(found)) if len(found) == 1 else ""


def true_test(text: str) -> bool:
    """Whether a name means the truth of the test rows: `y_test`, `test_labels`."""
    words = tokens(text)
    return TEST in parts_of(words) and bool(words & _TRUTH or words & {"ytest", "yte", "testy"})


def words_in(node: ast.AST) -> frozenset[str]:
    """The words of all names, attributes and short texts within."""
    found: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            found |= tokens(part.id)
        elif isinstance(part, ast.Attribute):
            found |= tokens(part.attr)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str) and len(part.value) < 120:
            found |= tokens(part.value)
    return frozenset(found)
