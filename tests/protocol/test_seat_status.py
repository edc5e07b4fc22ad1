"""A seat's status: its bytes, what a reader takes, and what it refuses."""

from typing import Any

import pytest

from protocol.encoding import canonical_json
from protocol.errors import MessageRefused
from protocol.seat_status import GONE, OFFLINE, STATUS_BYTES_MAX, SeatStatus, read_status, write_status

FULL = SeatStatus(
    state="fault", fault="reader-silent", reader_errors=12, missed_beats=3, throttled=0x50005, undervolted=True,
    tray="two-cards", button="for:stuck,speak:bouncing", uptime_s=86_400, version="0.1.0",
)  # fmt: skip
BYTES = (
    b'{"v":1,"state":"fault","fault":"reader-silent","reader_errors":12,"missed_beats":3,"throttled":327685,'
    b'"undervolted":1,"tray":"two-cards","button":"for:stuck,speak:bouncing","uptime_s":86400,"version":"0.1.0"}'
)


def test_status_has_these_bytes() -> None:
    """Every member, in this order."""
    assert write_status(FULL) == BYTES


def test_status_that_was_written_reads_the_same() -> None:
    """The full one, and one without anything to say."""
    for status in (FULL, SeatStatus("online")):
        assert read_status(write_status(status)) == status


def test_longest_status_is_short_enough() -> None:
    """Every member at its longest."""
    big, code = 2**53 - 1, "x" * 40
    button = ",".join([f"{'b' * 10}:{'c' * 20}"] * 4)
    status = SeatStatus("offline", code, big, big, big, undervolted=True, tray=code, button=button, uptime_s=big,
                        version=code)  # fmt: skip
    assert read_status(write_status(status)) == status
    assert len(write_status(status)) <= STATUS_BYTES_MAX


@pytest.mark.parametrize("state", ["online", "offline", "fault"])
def test_bare_status_of_an_older_seat_still_reads(state: str) -> None:
    """Everything else is empty."""
    assert read_status(b'{"v":1,"state":"%s"}' % state.encode()) == SeatStatus(state)


def test_will_is_a_bare_offline() -> None:
    """As it always was."""
    assert GONE == b'{"v":1,"state":"offline"}'
    assert read_status(GONE).state == OFFLINE


def test_members_of_a_later_version_are_passed_over() -> None:
    """Whatever their type."""
    later = BYTES[:-1] + b',"humidity":[1,{"x":null}]}'
    assert read_status(later) == FULL


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("v", 2), ("v", True), ("v", "1"), ("state", "away"), ("state", None), ("state", ["online"]),
        ("fault", None), ("fault", "Reader Silent"), ("fault", "x" * 41), ("fault", "fork\n"),
        ("reader_errors", -1), ("reader_errors", 1.5), ("reader_errors", "1"), ("reader_errors", True),
        ("missed_beats", 2**53), ("throttled", "0x5"), ("undervolted", 2), ("undervolted", True),
        ("undervolted", None), ("tray", 1), ("tray", "\u001b[31m"), ("button", "for"), ("button", "for:stuck,"),
        ("button", ",".join(["for:stuck"] * 5)), ("uptime_s", None), ("version", "1 0"), ("version", 1.0),
    ],
)  # fmt: skip
def test_member_of_a_wrong_type_is_refused_by_name(name: str, value: Any) -> None:
    """The code is `status`, and the member is named where it is one of the optional ones."""
    members = {"v": 1, "state": "online"} | {name: value}
    with pytest.raises(MessageRefused) as refused:
        read_status(canonical_json(members))
    assert refused.value.code == "status"
    assert name in {"v", "state"} or name in refused.value.fact


@pytest.mark.parametrize(
    "data",
    [
        b"", b"online", b"null", b"[]", b'{"v":1}', b'{"state":"online"}', b"\xff", b"[" * 990,
        b'{"v":1, "state":"online"}', b'{"v":1,"state":"online","state":"fault"}', b'{"v":1,"state":"online","x":NaN}',
    ],
)  # fmt: skip
def test_what_is_no_status_is_refused(data: bytes) -> None:
    """No JSON, another form of it, or no state."""
    with pytest.raises(MessageRefused) as refused:
        read_status(data)
    assert refused.value.code == "status"


def test_status_that_is_too_long_is_refused_before_it_is_read() -> None:
    """At 1,000 bytes it reads, at 1,001 not."""
    padding = STATUS_BYTES_MAX - len(b'{"v":1,"state":"online","x":""}')
    read_status(canonical_json({"v": 1, "state": "online", "x": "x" * padding}))
    with pytest.raises(MessageRefused, match="more than 1000 bytes"):
        read_status(canonical_json({"v": 1, "state": "online", "x": "x" * (padding + 1)}))
