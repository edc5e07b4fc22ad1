"""Each key of the console on this keyboard: what arrives, what arrives as another, what never comes."""

import asyncio

from controller.console.catalogue import ACTIONS
from controller.console.key_check import WAIT_S, KeyCheck, KeyFinding, wanted_keys
from controller.console.key_check_app import KeyCheckApp, finding_line
from protocol.explain import ENGLISH


def test_every_key_that_means_something_is_asked_for_once() -> None:
    """The keys of the catalogue among them."""
    keys = wanted_keys()
    assert len(keys) == len(set(keys))
    assert {action.key for action in ACTIONS if action.key} <= set(keys)
    assert keys[:2] == ("f1", "f2")


def test_a_key_that_arrives_is_well_and_the_next_is_asked_for() -> None:
    """In order."""
    check = KeyCheck(0.0, ("f5", "f6"))
    check.press("f5", 1.0)
    assert check.wanted == "f6"
    check.press("f6", 2.0)
    assert (check.wanted, [finding.ok for finding in check.findings]) == ("", [True, True])
    check.press("f6", 3.0)
    assert len(check.findings) == 2


def test_a_key_that_arrives_as_another_is_told_with_what_came() -> None:
    """After the second wrong one."""
    check = KeyCheck(0.0, ("f5", "f6"))
    check.press("ctrl+щ", 1.0)
    assert check.wanted == "f5"
    check.press("ctrl+щ", 2.0)
    assert check.findings == [KeyFinding("f5", ok=False, arrived=("ctrl+щ", "ctrl+щ"))]
    assert finding_line(check.findings[0], ENGLISH) == "F5 arrives as ctrl+щ, ctrl+щ."


def test_a_key_that_never_comes_is_missing_after_a_while() -> None:
    """A slip before does not begin the wait anew."""
    check = KeyCheck(0.0, ("f1",))
    check.press("x", WAIT_S - 1)
    check.pass_time(WAIT_S - 0.1)
    assert check.wanted == "f1"
    check.pass_time(WAIT_S)
    assert check.findings == [KeyFinding("f1", ok=False, arrived=("x",))]
    silent = KeyCheck(0.0, ("f1",))
    silent.pass_time(WAIT_S)
    assert finding_line(silent.findings[0], ENGLISH) == "F1 does not arrive."


def test_the_screen_takes_every_key_and_ends_by_itself() -> None:
    """Also those that a terminal application would act on: Tab, Escape, Ctrl+Q."""

    async def work() -> list[KeyFinding] | None:
        app = KeyCheckApp(ENGLISH)
        async with app.run_test() as pilot:
            for key in wanted_keys():
                await pilot.press(key)
        return app.return_value

    found = asyncio.run(work())
    assert found is not None
    assert [finding.key for finding in found if not finding.ok] == []
    assert len(found) == len(wanted_keys())
