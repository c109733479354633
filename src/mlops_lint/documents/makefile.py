"""Makefiles: targets with prerequisites and recipes, and the variables that have one literal value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mlops_lint.documents.substitution import substituted

MAX_LINES = 20_000
MAX_EXPANDED = 10_000
MAX_PREREQUISITES = 100_000
"""Of all rules together: `a b c: d e f` is nine of them."""
_ASSIGN = re.compile(r"\s*(?:export\s+|override\s+)*([A-Za-z_][\w.-]*)\s*(::?:?=|\?=|\+=|!=|=)\s*(.*)$")
_RULE = re.compile(r"([^\s:=#][^:=#]*)::?(?!=)(.*)$")
_INCLUDE = re.compile(r"[-s]?include\s+(.+)$")
_REFERENCE = re.compile(r"\$(?:\(([A-Za-z_][\w.-]*)\)|\{([A-Za-z_][\w.-]*)\})")


@dataclass(frozen=True, slots=True)
class Recipe:
    """One line of a recipe, continuation lines joined; `ignored` where a `-` lets it fail."""

    text: str
    line: int
    ignored: bool = False


@dataclass(slots=True)
class Target:
    """A rule's target; several rules of one name add up."""

    name: str
    line: int
    prerequisites: list[str] = field(default_factory=list)
    recipes: list[Recipe] = field(default_factory=list)


@dataclass(slots=True)
class Makefile:
    """`default` is the target that a bare `make` builds; `includes` the files it reads, as written."""

    targets: dict[str, Target] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    includes: list[str] = field(default_factory=list)
    default: str = ""
    edges: int = 0
    lines: int = 0
    """Recipe lines, counted for every target that has them."""

    def expand(self, text: str) -> str:
        """`$(NAME)` by its value, `$$` by `$`; functions and unknown names stay."""
        for _ in range(8):
            expanded = substituted(_REFERENCE, self._value, text, MAX_EXPANDED)
            if expanded == text:
                break
            text = expanded
        return text.replace("$$", "$")

    def _value(self, match: re.Match[str]) -> str:
        return self.variables.get(match[1] or match[2], match[0])


def parse_makefile(text: str) -> Makefile:
    """Read one makefile; conditional parts are read as if all held."""
    made = Makefile()
    current: list[Target] = []
    define = False
    for number, line in _logical(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:MAX_LINES]):
        stripped = line.strip()
        if define or stripped.startswith("define "):
            define = stripped != "endef"
        elif line.startswith("\t"):
            if stripped:
                _add_recipe(made, current, stripped, number)
        elif not stripped or stripped.startswith("#"):
            continue
        elif match := _INCLUDE.fullmatch(stripped):
            made.includes += match[1].split()
        elif match := _ASSIGN.match(line):
            _assign(made, match[1], match[2], match[3])
        elif match := _RULE.match(_uncommented(line)):
            current = _rule(made, match[1].rstrip(), match[2].lstrip(), number)
    made.variables.setdefault("MAKE", "make")
    made.default = made.variables.get(".DEFAULT_GOAL") or next(
        (name for name in made.targets if not name.startswith(".") and "%" not in name), ""
    )
    return made


def _logical(lines: list[str]) -> list[tuple[int, str]]:
    joined = []
    start, buffer = 0, ""
    for number, line in enumerate(lines, 1):
        if not buffer:
            start = number
        if line.endswith("\\"):
            buffer += line[:-1] + " "
            continue
        joined.append((start, buffer + (line.strip() if buffer else line)))
        buffer = ""
    if buffer:
        joined.append((start, buffer))
    return joined


def _uncommented(line: str) -> str:
    return re.sub(r"(^|\s)#.*$", "", line)


def _assign(made: Makefile, name: str, operator: str, value: str) -> None:
    value = _uncommented(value).strip()
    if operator == "+=" and name in made.variables:
        made.variables[name] += " " + value
    elif operator != "!=" and not (operator == "?=" and name in made.variables):
        made.variables[name] = value


def _rule(made: Makefile, names: str, rest: str, number: int) -> list[Target]:
    prerequisites, _, recipe = rest.partition(";")
    targets = []
    if _ASSIGN.fullmatch(prerequisites) and "=" in prerequisites:
        return []
    needed = [word for word in made.expand(prerequisites).split() if word != "|"]
    for name in dict.fromkeys(made.expand(names).split()):
        made.edges += 1 + len(needed)
        if made.edges > MAX_PREREQUISITES:
            break
        target = made.targets.setdefault(name, Target(name, number))
        target.prerequisites += needed
        targets.append(target)
    if recipe.strip():
        _add_recipe(made, targets, recipe.strip(), number)
    return targets


def _add_recipe(made: Makefile, targets: list[Target], text: str, number: int) -> None:
    made.lines += len(targets)
    if made.lines > MAX_PREREQUISITES:
        return
    flags = re.match(r"[-@+\s]*", text)
    prefix = flags[0] if flags else ""
    recipe = Recipe(text[len(prefix) :], number, "-" in prefix)
    for target in targets:
        target.recipes.append(recipe)
