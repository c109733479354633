"""What all tests share: nothing that is remembered between runs may come from outside a test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import audit

audit.install()

CACHE_DIR = "MLOPS_LINT_CACHE_DIR"


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache folder of this session, for the processes that tests start as well."""
    before = os.environ.get(CACHE_DIR)
    folder = tmp_path_factory.mktemp("cache")
    os.environ[CACHE_DIR] = str(folder)
    yield folder
    if before is None:
        del os.environ[CACHE_DIR]
    else:
        os.environ[CACHE_DIR] = before


@pytest.fixture(autouse=True)
def _watched() -> Iterator[None]:
    """No test passes in which the linter did what it must never do, even where an error handler hid it."""
    audit.breaches.clear()
    audit.also_installed.clear()
    yield
    assert audit.breaches == []
