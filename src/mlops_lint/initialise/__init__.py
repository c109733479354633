"""Drafts mlproject.yaml from what a repository already shows; every guess is marked as one."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mlops_lint.errors import UsageError
from mlops_lint.files import beside

__all__ = ["Draft", "draft", "write"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A charter's text. `relative` is its path from the repository's root; `exists`: one is there already."""

    text: str
    path: Path
    relative: str
    notes: tuple[str, ...]
    exists: bool


def draft(
    path: Path,
    minimal: bool = False,
    today: datetime.date | None = None,
    ask: Callable[[Mapping[str, str]], Mapping[str, str]] | None = None,
) -> Draft:
    """Read the project at `path` and draft its charter; nothing is written.

    `ask` is given the questions that only people can answer, by field, and gives their answers; it is not called where
    a charter is there already.
    """
    from mlops_lint.checks import load_packs
    from mlops_lint.facts.project.project import Project
    from mlops_lint.initialise.compose import QUESTIONS, compose
    from mlops_lint.lint import this_day
    from mlops_lint.projects import CHARTER, charter_above, find_projects, refuse_endless
    from mlops_lint.repo.worktree import open_worktree, project_folder

    if not path.is_dir():
        raise UsageError(f"{path} is no folder")
    with open_worktree(path) as view:
        refuse_endless(view)
        folder = project_folder(view, path)
        own = f"{folder}/{CHARTER}" if folder else CHARTER
        known = {project.folder: project for project in find_projects(view, folder)}
        nested = tuple(other for other in sorted(known) if other != folder)
        project = known.get(folder) or Project(folder, own, nested)
        root = view.root or path
        target = root / own
        exists = target.exists() or target.is_symlink()
        answers = ask(QUESTIONS) if ask is not None and not exists else {}
        text, notes = compose(view, project, load_packs(), today or this_day(), minimal=minimal, answers=answers)
        above = charter_above(view, folder)
        if above is not None:
            notes = (*notes, f"{above or '.'} has a charter already; this one makes {folder} a project of its own")
        return Draft(text, target, own, notes, exists)


def write(drafted: Draft) -> None:
    """Write a draft as a whole or not at all; UsageError where a charter is there already."""
    target = drafted.path
    taken = UsageError(f"{target} is there already; it is never overwritten")
    if target.is_dir() and not target.is_symlink():
        raise UsageError(f"{target} is a folder; give it another name, so that the charter can be written there")
    if target.exists() or target.is_symlink():
        raise taken
    _refuse_near(target)
    temporary = beside(target)
    try:
        with temporary.open("xb") as stream:
            stream.write(drafted.text.encode())
        temporary.chmod(0o644)
        _put(temporary, target)  # unlike a rename, a link never replaces what is there
    except FileExistsError:
        raise taken from None
    except OSError as error:
        raise UsageError(f"could not write {target}: {error.strerror}") from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _refuse_near(target: Path) -> None:
    """A second charter beside one that is only misnamed would hide it for good."""
    from mlops_lint.facts.project.project import almost_charter

    near = sorted(file.name for file in target.parent.iterdir() if almost_charter(file.name) and file.is_file())
    if near:
        raise UsageError(
            f"{target.parent / near[0]} is not read; rename it to {target.name} instead of drafting another"
        )


def _put(temporary: Path, target: Path) -> None:
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        with target.open("xb") as stream:
            stream.write(temporary.read_bytes())
