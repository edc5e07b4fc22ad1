"""What a fleet can be told."""

import pytest

from firmware_sim.commands import (
    CastVote,
    Command,
    CommandRefused,
    CutPower,
    GivePower,
    MoveCards,
    PressButtons,
    Quit,
    WatchLamps,
    read_command,
)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        (b'{"do":"cards","in":{"s-01":"m01"},"out":["s-02"]}', MoveCards({"s-01": "m01"}, ("s-02",))),
        (b'{"do":"cards"}', MoveCards({}, ())),
        (b'{"do":"press","presses":{"s-01":"speak"}}', PressButtons({"s-01": "speak"})),
        (b'{"do":"vote","choices":{"s-01":"for","s-02":""},"habits":true}',
         CastVote({"s-01": "for", "s-02": ""}, True, "")),
        (b'{"do":"vote","choices":{},"vote":"v-1"}', CastVote({}, False, "v-1")),
        (b'{"do":"power-cut","seats":["s-01"]}', CutPower(("s-01",))),
        (b'{"do":"power-on","seats":["s-01"]}', GivePower(("s-01",))),
        (b'{"do":"quit"}\n', Quit()),
        (b'{"do":"watch-lamps"}', WatchLamps()),
    ],
)  # fmt: skip
def test_command_is_read(line: bytes, command: Command) -> None:
    """Each form."""
    assert read_command(line) == command


@pytest.mark.parametrize(
    "line",
    [
        b"", b"[]", b"7", b"\xff", b'{"do":"dance"}', b"{}", b'{"do":["quit"]}', b'{"do":"quit","now":1}',
        b'{"do":"press","presses":{"s-01":"maybe"}}', b'{"do":"press"}', b'{"do":"press","presses":{"s-01":1}}',
        b'{"do":"vote","choices":{"s-01":"speak"}}', b'{"do":"vote","choices":{},"habits":1}',
        b'{"do":"vote","choices":{},"vote":1}', b'{"do":"cards","in":[]}', b'{"do":"cards","out":[1]}',
        b'{"do":"power-cut"}', b'{"do":"power-on","seats":"s-01"}',
    ],
)  # fmt: skip
def test_anything_else_is_refused(line: bytes) -> None:
    """No JSON, another command, members too many, other types."""
    with pytest.raises(CommandRefused):
        read_command(line)
