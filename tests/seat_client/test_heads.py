"""What is open now, as far as officers signed it."""

from typing import Any

import pytest

from protocol import records
from protocol.encoding import hash_text
from seat_client.errors import HeadRefused
from seat_client.heads import read_head
from seat_client.known_keys import read_trust
from tests.seat_client.chamber import CHAIR, ROOT, SECRETARY, Chamber


def test_open_vote_is_read() -> None:
    """Arm and open as the chair signed them."""
    chamber = Chamber()
    chamber.open()
    head = read_head(chamber.head(), read_trust(chamber.trust, ROOT.public))
    assert head.arm is not None
    assert (head.arm.vote, head.open_hash, head.phase) == ("v-1", chamber.open_hash, "open")
    assert head.takes_ballots
    assert head.running_vote == (chamber.open_hash, "v-1")
    assert head.checkpoint.size == chamber.tree.size


@pytest.mark.parametrize(
    ("phase", "takes", "runs"),
    [("armed", False, False), ("open", True, True), ("held", False, True), ("last-call", True, True),
     ("closed", False, False), ("announced", False, False), ("void", False, False), ("", False, False)],
)  # fmt: skip
def test_phase_narrows(phase: str, takes: bool, runs: bool) -> None:
    """Ballots are taken while open or in last call, and a vote runs also in a hold."""
    chamber = Chamber()
    chamber.open()
    head = read_head(chamber.head(phase=phase), read_trust(chamber.trust, ROOT.public))
    assert (head.takes_ballots, head.running_vote != ("", "")) == (takes, runs)


def test_empty_head_shows_nothing() -> None:
    """Between votes."""
    chamber = Chamber()
    chamber.sitting_state = "closed"
    head = read_head(chamber.head(), read_trust(chamber.trust, ROOT.public))
    assert (head.arm, head.open_hash, head.phase, head.sitting, head.takes_ballots) == (None, "", "", "", False)


@pytest.mark.parametrize(
    "bad", ["noise", "kind", "checkpoint", "log", "other-arm", "only-open", "sitting", "secretary"]
)
def test_bad_head_is_refused(bad: str) -> None:
    """Form, keys, and records that do not fit each other."""
    chamber = Chamber()
    keys = read_trust(chamber.trust, ROOT.public)
    chamber.open()
    arm = records.VoteArm(
        "s1", "", "v-2", "open", hash_text(b""), "", ("for",), 1, 1, 1, "simple", "all", "session", "last", 0, 0, 0,
        "", *chamber.officer(),
    )  # fmt: skip
    changes: dict[str, dict[str, Any]] = {
        "checkpoint": {"checkpoint": chamber.note.decode().replace("novigrad", "zadar")},
        "log": {"checkpoint": ""},
        "other-arm": {"arm": arm.seal(CHAIR).decode()},
        "only-open": {"arm": ""},
        "sitting": {"sitting": "s2"},
        "secretary": {"arm": arm.seal(SECRETARY).decode(), "open": ""},
    }
    data = {"noise": b"\x00", "kind": chamber.refusal(hash_text(b""), "x")}.get(bad)
    with pytest.raises(HeadRefused):
        read_head(data or chamber.head(**changes.get(bad, {})), keys)


def test_equal_heads_are_verified_once() -> None:
    """Seats of one process share what they read."""
    chamber = Chamber()
    keys = read_trust(chamber.trust, ROOT.public)
    data = chamber.head()
    assert read_head(data, keys) is read_head(bytes(bytearray(data)), keys)
