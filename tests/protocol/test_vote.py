"""The table of moves of one vote."""

import pytest

from protocol.vote import ENDED, MOVES, RUNNING, Move, Phase, next_phase


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("move", Move)
def test_move_is_in_the_table_or_nowhere(phase: Phase, move: Move) -> None:
    """A missing pair leads nowhere."""
    assert next_phase(phase, move) is MOVES.get((phase, move))


def test_close_is_two_phase() -> None:
    """From open no close: only through a last call or a hold, or by the time set beforehand."""
    assert next_phase(Phase.OPEN, Move.CLOSE) is None
    assert next_phase(Phase.OPEN, Move.EXPIRE) is Phase.CLOSED
    assert next_phase(Phase.LAST_CALL, Move.CLOSE) is next_phase(Phase.HELD, Move.CLOSE) is Phase.CLOSED
    assert next_phase(Phase.HELD, Move.EXPIRE) is None


def test_nothing_leads_out_of_void_or_disarmed() -> None:
    """A vote that is void or disarmed stays so; another one is a vote of its own."""
    assert not [move for phase, move in MOVES if phase in {Phase.VOID, Phase.DISARMED}]


def test_nothing_leads_back_into_voting() -> None:
    """Once ended, no move makes ballots count again."""
    assert not [pair for pair, to in MOVES.items() if pair[0] in ENDED | {Phase.VOID} and to in RUNNING]


def test_every_phase_but_armed_can_be_reached() -> None:
    """No word without an arrow."""
    assert {*MOVES.values(), Phase.ARMED} == set(Phase)
