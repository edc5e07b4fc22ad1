"""Moments are shown by the zone of the computer; the tests' computer is in none."""

import time
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _in_universal_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """NOON_MS is 00:53:20 there."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
