"""The people of a sitting: who is here, who takes no part, cards and seats; and the floor.

Source: `docs/protocol.md` sections 6.5 and 7.1.
"""

from controller.officer import OfficerClient
from controller.procedures.log_view import LogView
from protocol import records
from protocol.floor import Floor, SpeechSorts
from protocol.state import SittingState

REQUEST = "request"


async def enter_presence(
    client: OfficerClient, view: LogView, sitting: SittingState, member: str, state: str, code: str
) -> str:
    """Correct who is in the room: present, left or excused. Raises `NotFound`: no such member."""
    view.member(sitting, member)
    sent, _ = await client.act(lambda _seq, _seen, ts: records.Presence(sitting.id, member, state, code, ts))
    return sent


async def enter_recusal(
    client: OfficerClient, sitting: SittingState, item: str, member: str, act: str, code: str
) -> str:
    """Enter that a member takes no part in an item (`declare`), or does again (`withdraw`)."""
    sent, _ = await client.act(lambda _seq, _seen, ts: records.Recusal(sitting.id, item, member, act, code, ts))
    return sent


async def end_session(client: OfficerClient, view: LogView, sitting: SittingState, at: str, why: str) -> str:
    """End the session of a seat or member. Raises `NotFound`: no card is in there."""
    session = view.session(sitting, at).hash
    sent, _ = await client.act(lambda _seq, _seen, ts: records.SessionEnd(session, why, ts))
    return sent


async def revoke_device(client: OfficerClient, view: LogView, sitting: SittingState, seat: str, code: str) -> str:
    """Believe a seat's key no more. Raises `NotFound`: no such seat."""
    kid = view.seat(sitting, seat).kid
    sent, _ = await client.act(lambda _seq, _seen, ts: records.DeviceRevoke(seat, kid, code, ts))
    return sent


# --- The floor.


async def act_on_floor(client: OfficerClient, sitting: SittingState, speech: records.Speech) -> str:
    """Request, withdraw, grant, stop, extend or close-list; sitting, `seq` and `ts` are filled in."""
    sent, _ = await client.act(
        lambda seq, _seen, ts: records.Speech(
            sitting.id, speech.item, speech.speaker, speech.act, speech.sort, speech.ms, seq, ts
        )
    )
    return sent


def speech(item: str, speaker: str, act: str, sort: str = REQUEST, ms: int = 0) -> records.Speech:
    """A speech to be acted on."""
    return records.Speech("", item, speaker, act, sort, ms, 0, 0)


def sort_and_time(floor: Floor, speaker: str, sorts: SpeechSorts) -> tuple[str, int]:
    """(kind of speech, ms usual for it) of who waits; a plain request of who does not."""
    sort = next((waiting.sort for waiting in floor.queue if waiting.speaker == speaker), REQUEST)
    return sort, sorts.of(sort).default_ms
