"""What the simulation found, told again as short stories so that it stays fixed."""

from typing import cast

import pytest

from controller.officer_desk import Desk, Draft
from controller.recovery import recover, topics_of
from controller.store import Store
from protocol import records
from protocol.errors import MessageRefused
from protocol.messages import Head, Refusal
from protocol.topics import Party, Way
from tests.chamber.people import ITEM, KEYS, OLD_SITTING, SITTING, TOPICS, key_of
from tests.chamber.plain import hash_of, read_leaf
from tests.chamber.prologue import Writer, act_draft, arm_draft, close_draft

CHAIR_UP = TOPICS.of(Party.OFFICER, "chair", Way.UP)


@pytest.fixture
def chamber() -> Writer:
    """A sitting that has been opened, after an older one with a vote."""
    writer = Writer(3)
    writer.write()
    return writer


def open_vote(chamber: Writer, vote: str, item: str = "") -> str:
    """Arm and open a vote."""
    arm = chamber.act("chair", arm_draft(SITTING, vote, item=item))
    return chamber.act("chair", lambda q, n, t: records.VoteOpen(arm, q, n, t))


def refusal_of(chamber: Writer, data: bytes) -> str:
    """Bring bytes as the chair's; the reason of their refusal."""
    chamber.recorder.take(CHAIR_UP, data, chamber.now_ms)
    batch = chamber.recorder.seal(chamber.now_ms)
    assert not batch.leaves
    down = TOPICS.of(Party.OFFICER, "chair", Way.DOWN)
    answers = [message for message in chamber.recorder.publish(batch, chamber.now_ms) if message.topic == down]
    assert len(answers) == 1
    return str(read_leaf(answers[0].payload).payload["reason"])


def head_of(chamber: Writer) -> Head:
    """The head that the chair sees."""
    head = chamber.desks["chair"].head
    assert head is not None
    return head


def old_vote(chamber: Writer) -> str:
    """The vote of the older sitting."""
    votes = chamber.recorder.memory.state.opens
    return next(opened for opened, vote in votes.items() if vote.arm.sitting == OLD_SITTING)


def test_answer_before_the_keys_is_passed_over(chamber: Writer) -> None:
    """A console that starts anew may hear an answer before it knows any key: it waits for the next one."""
    desk = Desk(key_of("chair"), key_of("root").public.thumbprint)
    with pytest.raises(MessageRefused):
        desk.take_answer(Refusal("A" * 43, "late", 1, "", ()).seal(key_of("controller")))


def test_head_rises_although_the_clock_went_back(chamber: Writer) -> None:
    """After a restart with a clock that is an hour behind, the next head is still newer than the last."""
    before = head_of(chamber).number
    chamber.recorder = recover(cast("Store", chamber.disk), KEYS, topics_of, bytes)
    chamber.now_ms -= 3_600_000
    for message in chamber.recorder.greet(chamber.now_ms):
        if message.topic == TOPICS.sitting:
            assert read_leaf(message.payload).payload["number"] == before
    chamber.act("chair", arm_draft(SITTING, "v-1"))
    assert head_of(chamber).number > before


def test_running_vote_stays_on_the_screens_while_another_is_armed(chamber: Writer) -> None:
    """Arming the next vote in advance does not hide the one that runs."""
    opened = open_vote(chamber, "v-1")
    chamber.act("chair", arm_draft(SITTING, "v-2"))
    assert hash_of(head_of(chamber).open.encode()) == opened
    assert head_of(chamber).phase == "open"


def test_expired_vote_shows_its_result_although_another_is_armed(chamber: Writer) -> None:
    """A vote that ends by itself is what the screens tell, not the one that was armed meanwhile."""
    arm = chamber.act("chair", arm_draft(SITTING, "v-1", duration_ms=5_000))
    chamber.act("chair", lambda q, n, t: records.VoteOpen(arm, q, n, t))
    chamber.act("chair", arm_draft(SITTING, "v-2"))
    chamber.now_ms += 10_000
    chamber.send(TOPICS.of(Party.SEAT, "s1", Way.STATUS), b"")  # whatever comes first finds the time over
    assert head_of(chamber).phase == "closed"
    assert head_of(chamber).result


def test_act_on_a_vote_of_an_earlier_sitting_changes_no_screen(chamber: Writer) -> None:
    """Voiding an old vote must not put it into the head of the sitting at hand, which no seat would believe."""
    open_vote(chamber, "v-1")
    chamber.act("chair", lambda q, n, t: records.VoteVoid(old_vote(chamber), "mistake", "law", q, n, t))
    assert head_of(chamber).sitting == SITTING
    assert chamber.recorder.scene().vote is chamber.recorder.memory.state.running


def test_act_on_an_old_vote_leaves_an_armed_one_in_the_head(chamber: Writer) -> None:
    """The same with nothing running."""
    arm = chamber.act("chair", arm_draft(SITTING, "v-1"))
    chamber.act("chair", lambda q, n, t: records.VoteVoid(old_vote(chamber), "mistake", "law", q, n, t))
    assert hash_of(head_of(chamber).arm.encode()) == arm


NEEDS_NO_VOTE: dict[str, Draft] = {
    "adjourn": lambda q, n, t: records.Adjourn(SITTING, "pause", q, n, t),
    "sitting-close": lambda q, n, t: records.SittingClose(SITTING, "end", q, n, t),
    "item": lambda q, n, t: records.Item(SITTING, ITEM, "defer", "", q, n, t),
}


@pytest.mark.parametrize("kind", [*NEEDS_NO_VOTE, "vote-open"])
def test_act_refused_because_a_vote_ran_does_not_come_true_by_a_replay(chamber: Writer, kind: str) -> None:
    """What was refused while a vote ran is stale when the same bytes come again after its end."""
    next_arm = chamber.act("chair", arm_draft(SITTING, "v-2"))
    opened = open_vote(chamber, "v-1", item=ITEM)
    draft = NEEDS_NO_VOTE.get(kind, lambda q, n, t: records.VoteOpen(next_arm, q, n, t))
    _, data = chamber.desks["chair"].compose(draft, chamber.now_ms)
    assert refusal_of(chamber, data) == "state"
    chamber.act("operator", act_draft(opened, "last-call"))
    chamber.act("operator", close_draft(opened))
    assert refusal_of(chamber, data) == "stale"
