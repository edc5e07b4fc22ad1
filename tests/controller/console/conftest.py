"""The console's tests run without animations and see no colour settings of the terminal that they are started from."""

import os

import pytest

# Textual reads this once, when it is imported.
os.environ["TEXTUAL_ANIMATIONS"] = "none"


@pytest.fixture(autouse=True)
def _no_settings_of_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that wants one of them sets it."""
    for name in ("NO_COLOR", "COLORTERM", "TEXTUAL_THEME", "TEXTUAL_FPS"):
        monkeypatch.delenv(name, raising=False)
