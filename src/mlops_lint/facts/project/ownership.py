"""Who owns files by CODEOWNERS, and who has committed."""

from __future__ import annotations

import datetime
import posixpath
import re
from dataclasses import dataclass

from mlops_lint.documents.wildmatch import glob
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location
from mlops_lint.repo.view import Commit, RepoView

MAX_RULES = 5_000
_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of CODEOWNERS; no owners means that nobody owns what it matches."""

    pattern: str
    owners: tuple[str, ...]
    at: Location

    def matches(self, path: str) -> bool:
        """By gitignore's rules, without negation: a folder's pattern covers what lies in it."""
        pattern = self.pattern
        anchored = "/" in pattern.rstrip("/")
        body = pattern.strip("/")
        if not body:
            return pattern == "/"
        head = "" if anchored else "**/"
        if glob(head + body).matches(path) and not pattern.endswith("/"):
            return True
        # `docs/*` owns the files of the folder itself and no deeper ones.
        return not body.endswith("/*") and glob(f"{head}{body}/**").matches(path)


@dataclass(frozen=True, slots=True)
class Ownership:
    """`codeowners` is the file that counts, None where there is none; its patterns begin at `base`."""

    codeowners: str | None
    rules: tuple[Rule, ...]
    commits: tuple[Commit, ...]
    base: str = ""

    def owners_of(self, path: str) -> tuple[str, ...]:
        """The owners of a file; the last rule that matches decides."""
        rule = self.rule_for(path)
        return rule.owners if rule is not None else ()

    def rule_for(self, path: str) -> Rule | None:
        """The rule that decides about a file."""
        own = path.strip("/").removeprefix(f"{self.base}/") if self.base else path.strip("/")
        return next((rule for rule in reversed(self.rules) if rule.matches(own)), None)

    @staticmethod
    def is_team(handle: str) -> bool:
        """`@org/team`: no single person."""
        return is_team(handle)

    @staticmethod
    def same(left: str, right: str) -> bool:
        """Whether two handles or addresses mean the same owner."""
        return same_owner(left, right)

    def matches_author(self, handle: str) -> bool:
        """Whether some commit's author has this handle, name or address."""
        return self.last_commit(handle) is not None

    def last_commit(self, handle: str) -> datetime.date | None:
        """When a person last committed."""
        return next((c.date for c in self.commits if is_author(handle, c.author_name, c.author_email)), None)


def is_team(handle: str) -> bool:
    """`@org/team`: no single person."""
    return handle.startswith("@") and "/" in handle


def same_owner(left: str, right: str) -> bool:
    """Handles and addresses are compared without regard to case."""
    return left.strip().lower().lstrip("@") == right.strip().lower().lstrip("@")


def is_author(handle: str, name: str, email: str) -> bool:
    """A personal handle matches the author's name or the local part of the address, the name in any order."""
    wanted = handle.strip().lower()
    if is_team(wanted) or not wanted.lstrip("@"):
        return False
    if match := re.search(r"<([^<>]+@[^<>]+)>", wanted):
        return match[1] == email.lower()
    if "@" in wanted[1:]:
        return wanted == email.lower()
    local = email.lower().partition("@")[0]
    # Hosting services hide addresses as `1234+handle@users.noreply…`.
    candidates = {_squeezed(local), _squeezed(local.rpartition("+")[2]), _squeezed(name)}
    words = re.findall(r"\w+", name.lower())
    candidates |= {"".join(reversed(words)), *words} if words else set()
    if len(words) > 1:
        candidates |= {words[0][0] + words[-1], words[0] + words[-1][0]}
    return _squeezed(wanted) in candidates


def _squeezed(text: str) -> str:
    return re.sub(r"[^\w]|_", "", text.lower())


@provides
def ownership(view: RepoView, project: Project) -> Ownership:
    """The CODEOWNERS file of the project's own folder, else of the repository, and the history."""
    for base in dict.fromkeys((project.folder, "")):
        for name in _PLACES:
            path = posixpath.join(base, name)
            text = text_of(view, path)
            if text is not None:
                rules = _rules(path, text)
                if len(rules) > MAX_RULES:
                    view.note(path, f"more than {MAX_RULES} rules: the last ones count")
                return Ownership(path, rules[-MAX_RULES:], view.history(), base)
    return Ownership(None, (), view.history())


def _rules(path: str, text: str) -> tuple[Rule, ...]:
    rules = []
    default: tuple[str, ...] = ()
    for number, row in enumerate(text.split("\n"), 1):
        line = re.sub(r"(?<!\\)#.*$", "", row).strip()
        if section := re.match(r"\^?\[[^\]]+\](?:\[\d+\])?\s*(.*)$", line):
            # GitLab: owners behind a section's name hold for its lines without owners.
            default = tuple(section[1].split())
            continue
        words = re.findall(r"(?:\\.|\S)+", line)
        if words:
            pattern = words[0].replace("\\ ", " ").replace("\\#", "#")
            rules.append(Rule(pattern, tuple(words[1:]) or default, Location(path, number)))
    return tuple(rules)
