"""Finding in a log by people's words, and reading it from a store while a controller writes it."""

import os
from pathlib import Path

import pytest

from controller.founding import read_keys
from controller.procedures.log_view import LogView, NotFound, OutOfOrder, open_log
from controller.recorder import Recorder
from controller.recovery import recover, topics_of
from controller.store import Store
from protocol import records
from protocol.agenda import AgendaDocument, AgendaItem, Speaker, write_agenda
from protocol.encoding import hash_text, salted_text
from protocol.records import FOR
from protocol.vote import Phase
from tests.controller.installation_room import found, write_installation
from tests.controller.paper_client import view_of
from tests.protocol.chamber_builder import ITEM, ChamberLog, found_log, open_chamber


def with_agenda(log: ChamberLog) -> LogView:
    """Give the sitting an agenda of two items and a speaker without a seat."""
    document = AgendaDocument(
        (AgendaItem(ITEM, "The budget"), AgendaItem("item-2", "Roads")), (Speaker("guest", "A treasurer", "treasurer"),)
    )
    blob = salted_text(bytes(16), write_agenda(document).decode())
    log.blobs[hash_text(blob)] = blob
    log.act("secretary", records.Agenda, version=1, items=hash_text(blob))
    return view_of(log)


# --- Sittings.


def test_sitting_that_nobody_named_is_the_open_one() -> None:
    """Also where a newer one is prepared."""
    log = open_chamber()
    log.sitting = "sitting-2"
    log.prepare()
    view = view_of(log)
    assert view.sitting().id == "sitting-1"
    assert view.sitting("sitting-2").id == "sitting-2"


def test_without_an_open_sitting_the_newest_is_meant() -> None:
    """So that its minutes, or its opening, need no name."""
    log = open_chamber()
    log.act("chair", records.SittingClose)
    assert view_of(log).sitting().id == "sitting-1"
    log.sitting = "sitting-2"
    log.prepare()
    assert view_of(log).sitting().id == "sitting-2"


def test_unknown_sitting_is_told_which_there_are() -> None:
    """By id."""
    with pytest.raises(NotFound, match="no sitting sitting-9; there are: sitting-1"):
        view_of(open_chamber()).sitting("sitting-9")


def test_log_without_a_sitting_says_what_comes_first() -> None:
    """A roster."""
    with pytest.raises(NotFound) as caught:
        view_of(found_log()).sitting()
    assert caught.value.legal == ("roster",)


def test_two_open_sittings_are_not_chosen_between() -> None:
    """One of them has to be named."""
    log = open_chamber()
    log.sitting = "sitting-2"
    log.prepare()
    log.open_sitting()
    with pytest.raises(NotFound, match="say --sitting with one of: sitting-1, sitting-2"):
        view_of(log).sitting()


# --- Votes.


def test_vote_that_nobody_named_is_the_running_one() -> None:
    """Before any other, unless another phase is asked for."""
    log = open_chamber()
    opened = log.open_vote(vote="v1")
    log.arm(vote="v2")
    view = view_of(log)
    assert view.vote(view.sitting()).open_hash == opened
    assert view.vote(view.sitting(), phases=[Phase.ARMED]).arm.vote == "v2"


def test_unknown_vote_is_told_which_there_are_and_what_is_legal() -> None:
    """A void of an unknown vote goes nowhere."""
    log = open_chamber()
    log.open_vote(vote="v1")
    view = view_of(log)
    with pytest.raises(NotFound, match="no vote v9 in this sitting; there are: v1") as caught:
        view.vote(view.sitting(), "v9")
    assert caught.value.legal[:3] == ("hold", "last-call", "void")


def test_sitting_without_votes_has_none_at_hand() -> None:
    """The words name none."""
    view = view_of(open_chamber())
    with pytest.raises(NotFound, match="no vote in this sitting yet"):
        view.vote(view.sitting())


def test_result_before_the_close_names_the_phase_of_the_vote() -> None:
    """There is nothing to announce, and no hash that could be quoted."""
    log = open_chamber()
    log.open_vote(vote="v1")
    view = view_of(log)
    with pytest.raises(OutOfOrder) as caught:
        view.latest_result_hash(view.vote(view.sitting(), "v1"))
    assert (caught.value.why, "last-call" in caught.value.legal) == ("vote-is-open", True)


def test_opening_of_an_armed_vote_has_no_hash_yet() -> None:
    """Nothing that quotes an opening is sent."""
    log = open_chamber()
    log.arm(vote="v1")
    view = view_of(log)
    with pytest.raises(OutOfOrder) as caught:
        view.open_hash(view.vote(view.sitting(), "v1"))
    assert (caught.value.why, caught.value.legal[:2]) == ("vote-is-armed", ("open", "disarm"))


def test_latest_result_is_the_one_to_announce() -> None:
    """After a casting vote the second."""
    log = open_chamber()
    opened = log.open_vote(vote="v1", rule="casting")
    log.press(opened, m1=FOR, m2="against")
    log.close(opened)
    view = view_of(log)
    first = view.latest_result_hash(view.vote(view.sitting(), "v1"))
    log.act("chair", records.CastingVote, open=opened, choice=FOR)
    log.settle()
    assert view.latest_result_hash(view.vote(view.sitting(), "v1")) != first


# --- Items, people, officers, rules.


def test_item_must_stand_in_the_agenda() -> None:
    """A slip of the pen would be an item of its own; without an agenda any id passes."""
    log = open_chamber()
    assert view_of(log).item(log.here, "item-7") == "item-7"
    view = with_agenda(log)
    assert view.item(log.here, "item-2") == "item-2"
    with pytest.raises(NotFound, match="no item item-7 in the agenda; there are: item-1, item-2"):
        view.item(log.here, "item-7")


def test_item_that_nobody_named_is_the_active_one() -> None:
    """The one called last; none before any was called."""
    log = open_chamber()
    assert view_of(log).item(log.here) == ITEM
    assert view_of(log).agenda_version(log.here) == 0


def test_withheld_agenda_is_no_agenda() -> None:
    """Its ids are then taken as they are; its version is known."""
    log = open_chamber()
    view = with_agenda(log)
    log.blobs.pop(log.here.agenda.items if log.here.agenda else "")
    assert (view.agenda(log.here), view.agenda_version(log.here)) == (None, 1)
    assert view.item(log.here, "item-7") == "item-7"


def test_speakers_are_members_and_guests_of_the_agenda() -> None:
    """A treasurer has no seat."""
    log = open_chamber()
    view = with_agenda(log)
    assert (view.speaker(log.here, "guest"), view.speaker(log.here, "m1")) == ("guest", "m1")
    with pytest.raises(NotFound, match="no speaker somebody"):
        view.speaker(log.here, "somebody")


def test_people_are_found_in_the_roster_alone() -> None:
    """Members, seats and their live sessions."""
    log = open_chamber()
    log.leave("m2")
    view = view_of(log)
    assert view.member(log.here, "m1").name == "Member m1"
    assert view.seat(log.here, "s1").place == "Row s1"
    assert view.session(log.here, "s1") is view.session(log.here, "m1")
    for find, asked in ((view.member, "m9"), (view.seat, "s9"), (view.session, "m2")):
        with pytest.raises(NotFound):
            find(log.here, asked)


def test_officer_is_found_by_id_and_by_role() -> None:
    """An unknown one is told who there is."""
    log = open_chamber()
    log.appoint("clerk", "secretary")
    view = view_of(log)
    assert (view.officer("clerk"), view.officer("secretary")) == ("clerk", "secretary")
    with pytest.raises(NotFound, match="no officer nobody; there are: chair"):
        view.officer("nobody")


def test_presiding_officer_is_the_latest_to_take_the_chair() -> None:
    """Before the opening whoever has the role."""
    log = found_log()
    assert view_of(log).presiding(None) == "chair"
    log = open_chamber()
    log.act("deputy", records.Presiding, officer="deputy")
    assert view_of(log).presiding(log.here) == "deputy"


def test_rule_must_be_in_the_law_of_the_sitting() -> None:
    """Also before the opening, by the roster that was submitted."""
    log = found_log()
    log.prepare()
    view = view_of(log)
    assert view.rule(log.here, "simple").id == "simple"
    with pytest.raises(NotFound, match="no rule of-thumb"):
        view.rule(log.here, "of-thumb")


# --- What waits.


def test_waiting_record_is_found_by_the_beginning_of_its_hash() -> None:
    """Without a name only where it is the only one."""
    log = open_chamber()
    votes = [log.open_vote(vote="v1")]
    log.close(votes[0])
    votes.append(log.open_vote(vote="v2"))
    log.close(votes[1])
    view = view_of(log)
    with pytest.raises(OutOfOrder) as none:
        view.pending(log.here)
    assert none.value.why == "nothing-waits"
    first, second = (log.act("chair", records.VoteVoid, open=vote) for vote in votes)
    assert view.pending(log.here, first.hash[:8]).hash == first.hash
    with pytest.raises(NotFound, match=second.hash[:8]):
        view.pending(log.here)


# --- The store.


def _recorder(folder: Path) -> tuple[Store, Recorder]:
    store = Store(folder)
    return store, recover(store, read_keys(folder / "keys"), topics_of, os.urandom)


def test_store_is_read_on_while_a_controller_writes_it(tmp_path: Path) -> None:
    """A second reader sees what was committed, without private keys and without a claim."""
    found(write_installation(tmp_path))
    store, recorder = _recorder(tmp_path)
    store.claim()
    for key in (tmp_path / "keys").glob("*.key"):
        key.unlink()
    with open_log(tmp_path) as log:
        assert log.view.state.size == 3
        note = records.Incident("s1", "noise", "", 1)
        recorder._append_own(note)  # noqa: SLF001 - what the controller itself writes
        store.commit(recorder.seal(1))
        assert log.read_on().state.size == 4
        assert [one.about for _, one in log.view.state.incidents] == ["s1"]
    store.close()


def test_folder_without_a_log_is_left_as_it_is(tmp_path: Path) -> None:
    """Looking makes no store."""
    with pytest.raises(NotFound, match="run chamber init"), open_log(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []
