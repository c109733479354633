"""What tests of practices share: a repository in memory, and what one practice says of it."""

from __future__ import annotations

import datetime
import functools
import json

from mlops_lint.checks import Registry, facts_of, load_packs
from mlops_lint.facts.files.store import FileFacts
from mlops_lint.facts.project.project import Project, Today
from mlops_lint.practices import Practice
from mlops_lint.repo.memory import MemoryView
from mlops_lint.repo.view import RepoView

Files = dict[str, "str | bytes"]


@functools.cache
def registry() -> Registry:
    return load_packs()


def practice(name: str, files: Files, folder: str = "") -> Practice:
    project = Project(folder, f"{folder}/mlproject.yaml" if folder else "mlproject.yaml")
    today = Today(datetime.date(2026, 11, 20))
    known = {RepoView: MemoryView(files), Project: project, Today: today, FileFacts: FileFacts()}
    facts = facts_of(registry(), known)
    kinds = [kind for kind in registry().providers.given if issubclass(kind, Practice) and kind.title() == name]
    assert len(kinds) == 1, name
    return facts.get(kinds[0])


def notebook(*cells: str, output: str = "") -> str:
    made = [
        {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": cell, "outputs": [
            {"output_type": "stream", "name": "stdout", "text": output}]}
        for cell in cells
    ]  # fmt: skip
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made})
