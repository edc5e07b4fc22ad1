"""The lamp: every rule, and that no two words look alike."""

from dataclasses import replace

import pytest

from seat_client.lamps import LIGHTS, Lamp, Situation, Standing, choose_lamp

PRESENT = Situation(
    fault=False, connected=True, card=True, denied=False, present=True, phase="", press=None, unsettled=False
)


@pytest.mark.parametrize(
    ("changes", "lamp"),
    [
        ({}, Lamp.PRESENT),
        ({"fault": True, "connected": False}, Lamp.FAULT),
        ({"connected": False}, Lamp.OFFLINE),
        ({"connected": False, "card": False, "present": False}, Lamp.OFFLINE),
        ({"card": False, "present": False}, Lamp.ABSENT),
        ({"present": False}, Lamp.ABSENT),
        ({"present": False, "denied": True}, Lamp.NOT_COUNTED),
        ({"present": False, "unsettled": True}, Lamp.UNKNOWN),
        ({"card": False, "present": False, "unsettled": True}, Lamp.ABSENT),
        ({"phase": "armed"}, Lamp.PRESENT),
        ({"phase": "open"}, Lamp.VOTE_OPEN),
        ({"phase": "held"}, Lamp.PRESENT),
        ({"phase": "last-call"}, Lamp.LAST_CALL),
        ({"phase": "closed"}, Lamp.PRESENT),
        ({"phase": "open", "press": Standing.SENT, "unsettled": True}, Lamp.PRESSED),
        ({"phase": "held", "press": Standing.SENT, "unsettled": True}, Lamp.PRESSED),
        ({"phase": "last-call", "press": Standing.SENT, "unsettled": True}, Lamp.PRESSED),
        ({"phase": "closed", "press": Standing.SENT, "unsettled": True}, Lamp.UNKNOWN),
        ({"phase": "void", "press": Standing.SENT, "unsettled": True}, Lamp.UNKNOWN),
        ({"phase": "open", "press": Standing.RECORDED}, Lamp.RECORDED),
        ({"phase": "announced", "press": Standing.RECORDED}, Lamp.RECORDED),
        ({"phase": "open", "press": Standing.NOT_COUNTED}, Lamp.NOT_COUNTED),
        ({"phase": "open", "unsettled": True}, Lamp.VOTE_OPEN),
        ({"phase": "closed", "unsettled": True}, Lamp.UNKNOWN),
    ],
    ids=str,
)
def test_rule(changes: dict[str, object], lamp: Lamp) -> None:
    """Each situation has one lamp."""
    assert choose_lamp(replace(PRESENT, **changes)) is lamp  # type: ignore[arg-type]


def test_every_lamp_has_a_light_of_its_own() -> None:
    """Nobody needs to see colours: each word has its own pattern."""
    assert set(LIGHTS) == set(Lamp)
    assert len({light.pattern for light in LIGHTS.values()}) == len(Lamp)


def test_no_lamp_names_a_choice() -> None:
    """What was chosen is not among the words of the lamp."""
    assert not {lamp.value for lamp in Lamp} & {"for", "against", "abstain"}
