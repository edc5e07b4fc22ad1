"""As for the rows: the tests' computer is in no zone."""

import time
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _in_universal_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Moments are shown by it."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
