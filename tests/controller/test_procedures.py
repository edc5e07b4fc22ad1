"""Procedures of the sitting, its items and people: what each writes, and what it refuses before anything is sent."""

import pytest

from controller.officer import ActRefused
from controller.procedures import people as procedures_people
from controller.procedures import sitting as procedures_sitting
from controller.procedures.items import block_of, decide_block, move_item
from controller.procedures.log_view import NotFound, OutOfOrder
from controller.procedures.sitting import Amendment, MinutesPlan
from controller.procedures.texts import send_optional_text, send_text
from protocol import records
from protocol.agenda import AgendaDocument, AgendaItem
from protocol.encoding import SALT_BYTES, hash_text, text_of_blob
from protocol.errors import PayloadRefused
from protocol.floor import DEFAULT_SORTS, SpeechSort, floor_of, with_own_sorts
from protocol.records import AGAINST, FOR
from protocol.state import ItemPhase
from tests.controller.paper_client import PaperClient, done, view_of
from tests.protocol.chamber_builder import ITEM, ChamberLog, found_log, member_entry, open_chamber, seat_entry

BLOCK = AgendaDocument(
    (
        AgendaItem(ITEM, "Appointments"),
        AgendaItem("item-1-a", "First", ITEM),
        AgendaItem("item-1-b", "Second", ITEM),
        AgendaItem("item-1-b-1", "Below the second", "item-1-b"),
        AgendaItem("item-2", "Something else"),
    )
)


def clients(log: ChamberLog) -> tuple[PaperClient, PaperClient]:
    """(chair, secretary)."""
    return PaperClient(log, "chair"), PaperClient(log, "secretary")


# --- Texts.


def test_text_has_a_salt_of_its_own_each_time() -> None:
    """So that its hash in the public log tells nothing, and two equal texts look different."""
    log = open_chamber()
    chair, _ = clients(log)
    first, second = done(send_text(chair, "A name")), done(send_text(chair, "A name"))
    assert first != second
    assert text_of_blob(log.blobs[first]) == text_of_blob(log.blobs[second]) == "A name"
    assert log.blobs[first][:SALT_BYTES] != log.blobs[second][:SALT_BYTES]


def test_no_text_has_no_blob() -> None:
    """And control characters, or more than a controller keeps, none either."""
    log = open_chamber()
    chair, _ = clients(log)
    before = dict(log.blobs)
    assert done(send_optional_text(chair, "")) == ""
    for text in ("a\x00b", "a" * 60_000):
        with pytest.raises(PayloadRefused):
            done(send_text(chair, text))
    assert log.blobs == before


# --- The sitting.


def test_sitting_goes_through_its_phases() -> None:
    """Opened, in camera and back, adjourned, resumed, closed, its minutes signed."""
    log = found_log()
    log.prepare()
    chair, secretary = clients(log)
    view = view_of(log)
    done(procedures_sitting.open_sitting(chair, view, view.sitting()))
    sitting = view.sitting()
    done(procedures_sitting.go_in_camera(chair, sitting, "on"))
    assert sitting.in_camera
    done(procedures_sitting.go_in_camera(chair, sitting, "off"))
    for move, phase in (("adjourn", "adjourned"), ("resume", "open"), ("sitting-close", "closed")):
        done(procedures_sitting.move_sitting(chair, sitting, move, "end"))
        assert sitting.phase.value == phase
    plan = MinutesPlan(1, "signed", hash_text(b"pdf"))
    done(procedures_sitting.submit_minutes(secretary, sitting, plan))
    assert sitting.phase.value == "signed"
    assert sitting.minutes[-1][1].pdf_hash == hash_text(b"pdf")


def test_next_sitting_quotes_the_opening_of_the_last() -> None:
    """By the latest roster, also where an earlier one was submitted."""
    log = open_chamber()
    log.act("chair", records.SittingClose)
    log.sitting = "sitting-2"
    log.prepare()
    log.prepare(members=4)
    view = view_of(log)
    done(procedures_sitting.open_sitting(clients(log)[0], view, view.sitting()))
    assert len(view.sitting("sitting-2").members) == 4


def test_agenda_gets_the_next_version() -> None:
    """And can be read again."""
    log = open_chamber()
    view, (_, secretary) = view_of(log), clients(log)
    done(procedures_sitting.submit_agenda(secretary, view, log.here, BLOCK))
    done(procedures_sitting.submit_agenda(secretary, view, log.here, BLOCK))
    assert (view.agenda_version(log.here), view.agenda(log.here)) == (2, BLOCK)


def test_deputy_takes_the_chair_by_the_own_key() -> None:
    """From there on the chair's acts are refused by name."""
    log = open_chamber()
    done(procedures_sitting.preside(PaperClient(log, "deputy"), log.here, "handover"))
    assert log.here.presiding == "deputy"
    with pytest.raises(ActRefused) as caught:
        done(procedures_sitting.move_sitting(clients(log)[0], log.here, "adjourn", "pause"))
    assert (caught.value.why, caught.value.legal) == ("not-presiding", ("preside",))


def test_incident_carries_a_code_and_withholds_its_words() -> None:
    """The log has the hash alone."""
    log = open_chamber()
    done(procedures_sitting.note_incident(clients(log)[1], "s1", "noise", "Somebody shouted."))
    _, incident = log.state.incidents[-1]
    assert (incident.about, incident.code) == ("s1", "noise")
    assert text_of_blob(log.blobs[incident.text_hash]) == "Somebody shouted."


# --- Membership.


def test_amendment_takes_effect_at_the_acknowledgement() -> None:
    """One goes, one comes with a seat; the numbers are restated."""
    log = open_chamber()
    view, (chair, secretary) = view_of(log), clients(log)
    amendment = Amendment(5, 5, [member_entry("m6")], [seat_entry("s7")], ["m5"])
    sent = done(procedures_sitting.amend_roster(secretary, view, log.here, amendment))
    assert "m5" in log.here.members
    assert view.pending(log.here).hash == sent
    done(procedures_sitting.acknowledge(chair, sent))
    assert set(log.here.members) == {"m1", "m2", "m3", "m4", "m6"}
    assert "s7" in log.here.seats


def test_vacancy_lowers_those_in_office() -> None:
    """Nobody comes."""
    log = open_chamber()
    view, (chair, secretary) = view_of(log), clients(log)
    sent = done(procedures_sitting.amend_roster(secretary, view, log.here, Amendment(4, 5, remove=["m5"])))
    done(procedures_sitting.acknowledge(chair, sent))
    assert (log.here.in_office, log.here.statutory, len(log.here.members)) == (4, 5, 4)


def test_amendment_that_removes_nobody_known_is_not_sent() -> None:
    """Nothing reaches the log."""
    log = open_chamber()
    size = log.size
    with pytest.raises(NotFound, match="no member m9"):
        done(procedures_sitting.amend_roster(clients(log)[1], view_of(log), log.here, Amendment(5, 5, remove=["m9"])))
    assert log.size == size


def test_nobody_acknowledges_the_own_act() -> None:
    """The secretary wrote the amendment; the chair agrees."""
    log = open_chamber()
    _, secretary = clients(log)
    sent = done(procedures_sitting.amend_roster(secretary, view_of(log), log.here, Amendment(4, 5, remove=["m5"])))
    with pytest.raises(ActRefused) as caught:
        done(procedures_sitting.acknowledge(secretary, sent))
    assert caught.value.why == "own-act"


# --- Quorum.


def test_quorum_is_checked_by_a_list_of_the_secretary() -> None:
    """Each member once."""
    log = open_chamber()
    view, (chair, secretary) = view_of(log), clients(log)
    listed = done(procedures_sitting.list_members(secretary, view, log.here, ["m1", "m2", "m1"]))
    done(procedures_sitting.check_quorum(chair, log.here, "roll-call", listed))
    assert log.here.quorum_checks[-1][1:] == ("roll-call", frozenset({"m1", "m2"}))


def test_list_with_an_unknown_member_is_not_sent() -> None:
    """Before the first record."""
    log = open_chamber()
    size = log.size
    with pytest.raises(NotFound):
        done(procedures_sitting.list_members(clients(log)[1], view_of(log), log.here, ["m1", "m9"]))
    assert log.size == size


def test_control_vote_tells_who_answered_only_after_its_end() -> None:
    """Before that not even who."""
    log = open_chamber()
    view = view_of(log)
    opened = log.open_vote(vote="control", rule="count")
    log.press(opened, m1=FOR, m3=AGAINST)
    with pytest.raises(OutOfOrder) as caught:
        procedures_sitting.answered(view, log.vote(opened))
    assert caught.value.why == "vote-is-open"
    log.close(opened)
    assert procedures_sitting.answered(view, log.vote(opened)) == ("m1", "m3")


# --- Items.


@pytest.mark.parametrize(
    ("acts", "phase"),
    [
        (("note",), ItemPhase.NOTED),
        (("defer", "activate"), ItemPhase.ACTIVE),
        (("withdraw", "reopen"), ItemPhase.ACTIVE),
        (("decide",), ItemPhase.DECIDED),
    ],
)
def test_item_moves(acts: tuple[str, ...], phase: ItemPhase) -> None:
    """As its table allows."""
    log = open_chamber()
    for act in acts:
        done(move_item(clients(log)[0], log.here, ITEM, act, "12/2024" if act == "decide" else ""))
    assert log.here.items[ITEM].phase is phase
    assert log.here.items[ITEM].decision == ("12/2024" if "decide" in acts else "")


def test_item_that_is_decided_names_what_is_legal() -> None:
    """By the controller's refusal."""
    log = open_chamber()
    chair, _ = clients(log)
    done(move_item(chair, log.here, ITEM, "decide"))
    with pytest.raises(ActRefused) as caught:
        done(move_item(chair, log.here, ITEM, "defer"))
    assert (caught.value.why, caught.value.legal) == ("item-is-decided", ("reopen",))


def with_block(log: ChamberLog) -> None:
    """Submit the agenda with a block."""
    done(procedures_sitting.submit_agenda(clients(log)[1], view_of(log), log.here, BLOCK))


def adopt(log: ChamberLog, *, announce: bool = True, choice: str = FOR) -> None:
    """Hold a vote on the parent item."""
    opened = log.open_vote(item=ITEM)
    log.press(opened, m1=choice)
    log.close(opened)
    if announce:
        log.announce(opened)


def test_adopted_block_decides_every_sub_item() -> None:
    """At any depth, each called first; other items stay."""
    log = open_chamber()
    with_block(log)
    adopt(log)
    log.activate("item-1-b")
    sent = done(decide_block(clients(log)[0], view_of(log), log.here, ITEM, ["1", "2"]))
    assert len(sent) == 5
    assert [(item.id, item.decision) for item in log.here.items.values() if item.phase is ItemPhase.DECIDED] == [
        ("item-1-b", "2"), ("item-1-a", "1"), ("item-1-b-1", ""),
    ]  # fmt: skip
    assert (log.here.items[ITEM].phase, "item-2" in log.here.items) == (ItemPhase.ACTIVE, False)
    with pytest.raises(OutOfOrder) as caught:
        block_of(view_of(log), log.here, ITEM)
    assert caught.value.why == "block-is-empty"


@pytest.mark.parametrize("held", ["nothing", "rejected", "silent", "voided"])
def test_block_without_an_adopted_and_announced_vote_is_refused(held: str) -> None:
    """Nothing is sent."""
    log = open_chamber()
    with_block(log)
    if held == "rejected":
        adopt(log, choice=AGAINST)
    elif held == "silent":
        adopt(log, announce=False)
    elif held == "voided":
        adopt(log)
        opened = next(iter(log.state.opens))
        log.ack(log.act("chair", records.VoteVoid, open=opened, basis="court"), "secretary")
    size = log.size
    with pytest.raises(OutOfOrder) as caught:
        done(decide_block(clients(log)[0], view_of(log), log.here, ITEM))
    assert (caught.value.why, log.size) == ("block-not-adopted", size)


def test_block_of_an_unknown_item_is_refused() -> None:
    """By the agenda."""
    log = open_chamber()
    with_block(log)
    with pytest.raises(NotFound):
        block_of(view_of(log), log.here, "item-9")


# --- People.


def test_presence_and_recusal_are_entered() -> None:
    """By the secretary; a withdrawn recusal leaves nobody recused."""
    log = open_chamber()
    view, (_, secretary) = view_of(log), clients(log)
    done(procedures_people.enter_presence(secretary, view, log.here, "m1", "excused", "illness"))
    assert "m1" in log.here.excused
    done(procedures_people.enter_recusal(secretary, log.here, ITEM, "m2", "declare", "interest"))
    assert log.here.recusals[ITEM] == {"m2"}
    done(procedures_people.enter_recusal(secretary, log.here, ITEM, "m2", "withdraw", "interest"))
    assert log.here.recusals[ITEM] == set()
    with pytest.raises(NotFound):
        done(procedures_people.enter_presence(secretary, view, log.here, "m9", "left", ""))


@pytest.mark.parametrize("at", ["m1", "s1"])
def test_session_is_ended_at_a_seat_or_for_a_member(at: str) -> None:
    """Whoever presides may end any."""
    log = open_chamber()
    done(procedures_people.end_session(clients(log)[0], view_of(log), log.here, at, "by-order"))
    assert "m1" not in log.here.present
    with pytest.raises(NotFound, match="no card is in at"):
        done(procedures_people.end_session(clients(log)[0], view_of(log), log.here, at, "by-order"))


def test_revoked_device_ends_its_session() -> None:
    """The seat is found in the roster."""
    log = open_chamber()
    view, (_, secretary) = view_of(log), clients(log)
    done(procedures_people.revoke_device(secretary, view, log.here, "s1", "lost"))
    assert (log.here.revoked, "m1" in log.here.present) == ({log.here.seats["s1"].kid}, False)
    with pytest.raises(NotFound):
        done(procedures_people.revoke_device(secretary, view, log.here, "s9", "lost"))


# --- The floor.


def test_floor_is_asked_for_granted_extended_and_ended() -> None:
    """A grant offers the time usual for what was asked for."""
    log = open_chamber()
    chair, _ = clients(log)

    def act(speaker: str, what: str, sort: str = "request", ms: int = 0) -> None:
        done(procedures_people.act_on_floor(chair, log.here, procedures_people.speech(ITEM, speaker, what, sort, ms)))

    act("m1", "request")
    act("m2", "request", "point-of-order")
    floor = floor_of(log.here.speeches, ITEM, log.now_ms)
    assert [one.speaker for one in floor.queue] == ["m2", "m1"]
    assert procedures_people.sort_and_time(floor, "m2", DEFAULT_SORTS) == ("point-of-order", 60_000)
    assert procedures_people.sort_and_time(floor, "m3", DEFAULT_SORTS) == ("request", 300_000)
    own = with_own_sorts([SpeechSort("point-of-order", 0, 90_000, passes_closed_list=True)])
    assert procedures_people.sort_and_time(floor, "m2", own) == ("point-of-order", 90_000)
    act("m2", "grant", "point-of-order", 60_000)
    act("m2", "extend", "request", 30_000)
    current = floor_of(log.here.speeches, ITEM, log.now_ms).current
    assert current is not None
    assert (current.speaker, current.deadline_ms - current.since_ms) == ("m2", 90_000)
    act("m2", "stop")
    act("m1", "withdraw")
    act("chair", "close-list")
    floor = floor_of(log.here.speeches, ITEM, log.now_ms)
    assert (floor.current, floor.queue, floor.closed) == (None, (), True)
    with pytest.raises(ActRefused) as caught:
        act("m3", "request")
    assert caught.value.why == "list-closed"
