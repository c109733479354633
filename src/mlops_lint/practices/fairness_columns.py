"""Which expressions hold a protected column, a list of such columns, or the rows of one group."""

from __future__ import annotations

import ast
import re

from mlops_lint.facts.files.chains import chain

_WORDS = (
    r"sex|gender|sexe|sexo|geschlecht|race|ethnicity|ethnic(?:_group)?|religion|nationality|disability|"
    r"age_?(?:group|cat|bin|bucket|range)s?|"
    r"marital_?status|skin_(?:tone|color|colour)|sensitive_(?:attribute|feature|group)s?|protected_(?:attribute|feature|group)s?"
)
_SENSITIVE = r"sens(?:itive)?_(?:attr(?:ibute)?|feat(?:ure)?|group|grp|var(?:iable)?|col(?:umn)?)s?"
_PROTECTED = re.compile(rf"\b(?:{_WORDS}|{_SENSITIVE})\b", re.IGNORECASE)
_COLUMN = re.compile(rf"(?:applicant_|patient_|person_)?(?:{_WORDS})", re.IGNORECASE)
_LISTED = re.compile(rf"^(?:sensitive|protected)_|^(?:{_SENSITIVE})$", re.IGNORECASE)
_UNIQUE = frozenset("unique pandas.unique numpy.unique set sorted list np.unique pd.unique enumerate".split())


def promising(text: str) -> bool:
    """Whether a file speaks of protected columns at all."""
    return _PROTECTED.search(text) is not None


def key(node: ast.AST) -> str:
    """A name, an attribute of `self`, or a column that is written: `a`, `self.a`, `"a"`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return f"self.{node.attr}"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return f'"{node.slice.value}"'
    return ""


def column(node: ast.expr, names: set[str]) -> bool:
    """`df["sex"]`, `df[column].unique()`, `set(df.sex)`: one column, or its values."""
    if isinstance(node, ast.Call):
        if chain(node.func) in _UNIQUE:
            return bool(node.args) and column(node.args[0], names)
        return isinstance(node.func, ast.Attribute) and node.func.attr in ("unique", "astype", "map", "tolist", "copy",
            "to_numpy", "fillna", "replace", "apply") and column(node.func.value, names)  # fmt: skip
    if isinstance(node, ast.Subscript):
        return is_protected(node.slice) or key(node.slice) in names or key(node) in names
    if isinstance(node, ast.Attribute):
        if node.attr in ("values", "index", "str", "cat", "categories"):
            return column(node.value, names)
        return bool(_COLUMN.fullmatch(node.attr)) or key(node) in names
    return isinstance(node, ast.Name) and node.id in names


def group_of(node: ast.expr, names: set[str], groups: dict[str, str]) -> str:
    """Which group `df["sex"] == "F"`, `df[df.sex == "F"]` or `df[mask]` is of; empty where it is of none."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and column(node.left, names):
        return ast.unparse(node)
    if isinstance(node, ast.Subscript):
        return group_of(node.slice, names, groups) or groups.get(key(node.slice), "")
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("copy", "reset_index")
    ):
        return group_of(node.func.value, names, groups)
    if isinstance(node, ast.Call) and chain(node.func).endswith(".where") and node.args:
        return group_of(node.args[0], names, groups)
    return groups.get(node.id, "") if isinstance(node, ast.Name) else ""


def groups_in(call: ast.Call, names: set[str], groups: dict[str, str]) -> set[str]:
    """The groups whose rows a metric is given."""
    given = [*call.args, *(word.value for word in call.keywords)]
    parts = [part for value in given for part in ast.walk(value) if isinstance(part, ast.Subscript | ast.Name)]
    return {found for part in parts if (found := group_of(part, names, groups))}


def listed_columns(tree: ast.Module) -> set[str]:
    """Names of lists that hold a protected column."""
    return {
        chain(node.targets[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.List | ast.Tuple)
        and any(is_protected(part) for part in node.value.elts)
    }


def is_protected(node: ast.AST) -> bool:
    """A text that is the name of a protected column."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(_COLUMN.fullmatch(node.value))


def protected(node: ast.expr, names: set[str]) -> bool:
    """Whether a protected column, or one of the names, stands somewhere within."""
    for part in ast.walk(node):
        if is_protected(part) or (isinstance(part, ast.Attribute) and _named(part.attr)):
            return True
        if isinstance(part, ast.Name | ast.Attribute | ast.Subscript) and key(part) in names:
            return True
        if isinstance(part, ast.Name) and _LISTED.search(part.id):
            return True
        if isinstance(part, ast.Constant) and f'"{part.value!s}"' in names:
            return True
    return False


def _named(name: str) -> bool:
    return bool(_COLUMN.fullmatch(name) or re.fullmatch(_SENSITIVE, name, re.IGNORECASE))


def listed(node: ast.expr, columns: set[str]) -> bool:
    """A list with a protected column among its items, by itself or by its name."""
    if isinstance(node, ast.List | ast.Tuple):
        return any(is_protected(part) for part in node.elts)
    return key(node) in columns
