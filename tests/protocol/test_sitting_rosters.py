"""Rosters: the first one, amendments, who is eligible, and keys with one owner."""

from typing import Any

import pytest

from protocol import records
from protocol.keys import Ed25519Signer
from protocol.records import Presence, SittingOpen
from protocol.tally import Standing, count_vote
from tests.protocol.chamber_builder import (
    CONTROLLER_KEY,
    ROOT_KEY,
    RULES,
    ChamberLog,
    Sitter,
    card_key,
    device_key,
    found_log,
    member_entry,
    officer_key,
    open_chamber,
    result_figures,
    seat_entry,
    seed,
)


def amend(log: ChamberLog, part: str | None = None, **members: Any) -> records.Roster:
    """An amendment of the roster in force."""
    parts = () if part is None else (part,)
    return log.roster(parts, **({"prev": log.here.roster} | members))


SECRETARY = officer_key("secretary")


def test_first_roster_is_in_force_at_the_opening() -> None:
    """Prepared before, in force there; its keys are known from there on."""
    log = found_log()
    log.prepare(members=3, statutory=5, in_office=4)
    assert log.here.members == {}
    assert card_key("m1").public.thumbprint not in log.state.keys
    log.open_sitting()
    assert set(log.here.members) == {"m1", "m2", "m3"}
    assert (log.here.statutory, log.here.in_office) == (5, 4)
    assert log.state.keys[card_key("m1").public.thumbprint].owner == "m1"


def test_newer_first_roster_replaces_the_older_before_the_opening() -> None:
    """The opening quotes the latest; the sitting begins with the earliest part of either."""
    log = found_log()
    spare = log.part([member_entry("m9")], [seat_entry("s9")])
    first = log.prepare()
    begun = log.here.first_index
    second = log.append(log.roster([spare], statutory=1, in_office=1), SECRETARY).hash
    trust = log.state.trust_digest()
    assert log.act_refused("chair", SittingOpen, roster=first, trust=trust, prev="") == "state"
    log.act("chair", SittingOpen, roster=second, trust=trust, prev="")
    assert set(log.here.members) == {"m9"}
    assert log.here.first_index == begun - 1


def test_parts_of_a_roster_add_up() -> None:
    """Split over several leaves."""
    log = found_log()
    parts = [log.part([member_entry(f"m{n}")], [seat_entry(f"s{n}")]) for n in (1, 2, 3)]
    log.append(log.roster(parts), SECRETARY)
    log.open_sitting()
    assert set(log.here.members) == {"m1", "m2", "m3"}
    assert set(log.here.seats) == {"s1", "s2", "s3"}


UNSOUND: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    "one member twice": ([member_entry("m1"), member_entry("m1")], []),
    "one seat twice": ([], [seat_entry("s1"), seat_entry("s1")]),
    "one card for two members": ([member_entry("m1"), member_entry("m2", jwk=card_key("m1").public.jwk())], []),
    "one key for two seats": ([], [seat_entry("s1"), seat_entry("s2", jwk=device_key("s1").public.jwk())]),
    "a card without a key": ([member_entry("m1", jwk={})], []),
    "a seat without a key": ([], [seat_entry("s1", jwk={})]),
    "a card with an Ed25519 key": ([member_entry("m1", jwk=device_key("s1").public.jwk())], []),
    "a seat with a P-256 key": ([], [seat_entry("s1", jwk=card_key("m1").public.jwk())]),
    "a seat with the controller's key": ([], [seat_entry("s1", jwk=CONTROLLER_KEY.public.jwk())]),
    "a seat with the root's key": ([], [seat_entry("s1", jwk=ROOT_KEY.public.jwk())]),
    "a seat with an officer's key": ([], [seat_entry("s1", jwk=officer_key("chair").public.jwk())]),
    "a small-order key": ([], [seat_entry("s1", jwk={"crv": "Ed25519", "kty": "OKP", "x": "AQ" + "A" * 41})]),
    "a point off the curve": (
        [member_entry("m1", jwk={"crv": "P-256", "kty": "EC", "x": "A" * 43, "y": "A" * 43})],
        [],
    ),
    "a key of another curve": (
        [member_entry("m1", jwk={"crv": "P-384", "kty": "EC", "x": "A" * 43, "y": "A" * 43})],
        [],
    ),
}


@pytest.mark.parametrize(("members", "seats"), UNSOUND.values(), ids=UNSOUND.keys())
def test_unsound_roster_is_refused(members: list[dict[str, Any]], seats: list[dict[str, Any]]) -> None:
    """Doubled ids, keys in two hands, keys that no one may trust."""
    log = found_log()
    part = log.part(members, seats)
    assert log.refused(log.roster([part]), SECRETARY) == "state"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"in_office": 6}, "state"), ({"in_office": 0}, "state"), ({"statutory": 0, "in_office": 0}, "state"),
        ({"parts": ("A" * 43,)}, "state"), ({"evolve": "2"}, "meaning"), ({"rules": "A" * 43}, "rules-missing"),
        ({"add": ("m1",)}, "state"), ({"remove": ("m1",)}, "state"), ({"sitting": "sitting-2"}, "state"),
        ({"seen": "0:" + "A" * 43}, "fork"),
    ],
)  # fmt: skip
def test_roster_that_does_not_fit_is_refused(changes: dict[str, Any], reason: str) -> None:
    """Numbers, quotes, law, meaning; parts of another sitting; another history than ours."""
    log = found_log()
    part = log.part([member_entry("m1")], [seat_entry("s1")])
    assert log.refused(log.roster([part], **changes), SECRETARY) == reason


def test_roster_by_anybody_but_the_secretary_is_refused() -> None:
    """Neither the chair nor a key of another class."""
    log = found_log()
    part = log.part([member_entry("m1")], [seat_entry("s1")])
    assert log.refused(log.roster([part]), officer_key("chair")) in {"state", "wrong-key"}
    assert log.refused(log.roster([part]), CONTROLLER_KEY) == "wrong-key"


def test_roster_changed_after_the_opening_is_another_record() -> None:
    """A first roster cannot replace the one in force."""
    log = open_chamber()
    part = log.part([member_entry("m9")], [])
    assert log.refused(log.roster([part]), SECRETARY) == "state"


# --- Amendments ---------------------------------------------------------------------------------------------


def test_amendment_comes_into_force_at_the_chair_s_ack() -> None:
    """Until then nothing changes."""
    log = open_chamber()
    part = log.part([member_entry("m9")], [seat_entry("s9")])
    waiting = log.append(amend(log, part, add=("m9", "s9"), remove=("m1",), statutory=6), SECRETARY)
    assert "m9" not in log.here.members
    log.ack(waiting, "chair")
    assert ("m9" in log.here.members, "m1" in log.here.members, log.here.statutory) == (True, False, 6)
    assert log.here.roster == waiting.hash
    log.sit("m9")


@pytest.mark.parametrize("who", ["secretary", "deputy", "operator"])
def test_amendment_is_acknowledged_by_who_presides_alone(who: str) -> None:
    """Never by its author or the author's office."""
    log = open_chamber()
    waiting = log.append(amend(log, remove=("m1",)), SECRETARY)
    assert log.act_refused(who, records.Ack, of=waiting.hash) == "state"
    assert "m1" in log.here.members


def test_second_secretary_cannot_agree_with_the_first() -> None:
    """The same office."""
    log = found_log()
    log.appoint("secretary-2", "secretary")
    log.prepare()
    log.open_sitting()
    waiting = log.append(amend(log, remove=("m1",)), SECRETARY)
    assert log.act_refused("secretary-2", records.Ack, of=waiting.hash) == "state"


def test_removed_member_s_ballot_stands_and_session_ends() -> None:
    """In the middle of a vote."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for", m2="for")
    waiting = log.append(amend(log, remove=("m1", "s2")), SECRETARY)
    log.ack(waiting, "chair")
    assert [log.state.sessions[log.sitters[m].session].why for m in ("m1", "m2")] == ["roster", "roster"]
    assert log.here.present == {"m3", "m4", "m5"}
    assert log.reason(log.ballot(vote, "m1", "against")) == "session"
    result = log.close(vote)
    assert (result_figures(result)[0], result.present) == ((2, 0, 0), 5)


def test_member_added_after_the_open_is_not_eligible() -> None:
    """Members are fixed there; a replacement votes in the next one."""
    log = open_chamber()
    vote = log.open_vote()
    part = log.part([member_entry("m9")], [])
    log.ack(log.append(amend(log, part, add=("m9",)), SECRETARY), "chair")
    log.sit("m9", "s6")
    assert log.reason(log.ballot(vote, "m9", "for")) == "eligible"
    log.close(vote)
    assert "m9" not in count_vote(log.vote(vote)).standings
    after = log.open_vote()
    log.press(after, m9="for")


def test_removed_member_is_present_no_more_even_without_a_card() -> None:
    """Who was present by the secretary's word alone."""
    log = open_chamber()
    log.leave("m1")
    log.act("secretary", Presence, member="m1", state="present", code="")
    log.ack(log.append(amend(log, remove=("m1",)), SECRETARY), "chair")
    assert "m1" not in log.here.present


def test_member_and_seat_of_one_name_both_go() -> None:
    """`remove` names ids: a member's and a seat's sessions both end."""
    log = found_log()
    part = log.part([member_entry("1"), member_entry("2")], [seat_entry("1"), seat_entry("2")])
    log.append(log.roster([part]), SECRETARY)
    log.open_sitting()
    log.sit("1", "2")
    log.sit("2", "1")
    log.ack(log.append(amend(log, remove=("1",)), SECRETARY), "chair")
    assert [log.state.sessions[log.sitters[m].session].live for m in ("1", "2")] == [False, False]


def test_session_signed_before_a_removal_cannot_be_bound_after_it() -> None:
    """Also if the same member came back with a new card."""
    log = open_chamber()
    record, key = log.session("m1", "s6")
    waiting = log.append(record, card_key("m1")).hash
    part = log.part([member_entry("m1", jwk=card_key("m1 new").public.jwk())], [])
    log.ack(log.append(amend(log, part, add=("m1",), remove=("m1",)), SECRETARY), "chair")
    assert log.here.members["m1"].kid == card_key("m1 new").public.thumbprint
    assert log.refused(log.bind(waiting, key), device_key("s6")) == "session"


@pytest.mark.parametrize(
    "changes",
    [
        {"remove": ("m9",)}, {"add": ("m9",)}, {"prev": "A" * 43}, {"in_office": 9}, {"sitting": "sitting-2"},
    ],
)  # fmt: skip
def test_amendment_that_does_not_fit_is_refused(changes: dict[str, Any]) -> None:
    """Removing who is not there, adding without a part, quoting another roster, impossible numbers."""
    log = open_chamber()
    assert log.refused(amend(log, **changes), SECRETARY) == "state"


def test_amendment_adds_exactly_what_its_parts_hold() -> None:
    """Neither more nor less, nor somebody who is there already, nor a key of another."""
    log = open_chamber()
    part = log.part([member_entry("m8"), member_entry("m9")], [])
    again = log.part([member_entry("m1")], [])
    foreign = log.part([member_entry("m7", jwk=card_key("m1").public.jwk())], [])
    session_key = log.part([], [seat_entry("s7", jwk=log.sitters["m1"].key.public.jwk())])
    for part_hash, add in (
        (part, ("m9",)),
        (part, ("m7", "m8", "m9")),
        (again, ("m1",)),
        (foreign, ("m7",)),
        (session_key, ("s7",)),
    ):
        assert log.refused(amend(log, part_hash, add=add), SECRETARY) == "state"


def test_amendment_cannot_change_law_or_meaning() -> None:
    """Rules and `evolve` stay for the whole sitting."""
    log = open_chamber()
    other = log.add_rules(RULES[:1])
    assert log.refused(amend(log, remove=("m1",), rules=other), SECRETARY) == "state"
    assert log.refused(amend(log, remove=("m1",), evolve="2"), SECRETARY) == "meaning"


def test_waiting_amendment_dies_when_another_came_first() -> None:
    """It quotes a roster that is in force no more: the ack comes too late."""
    log = open_chamber()
    first = log.append(amend(log, remove=("m1",)), SECRETARY)
    second = log.append(amend(log, remove=("m2",)), SECRETARY)
    log.ack(second, "chair")
    assert log.act_refused("chair", records.Ack, of=first.hash) == "state"
    assert set(log.here.members) == {"m1", "m3", "m4", "m5"}


def test_waiting_amendment_cannot_give_away_a_key_that_was_taken_meanwhile() -> None:
    """Two waiting amendments would give one card to two members: only the first is."""
    log = open_chamber()
    card = card_key("new").public.jwk()
    one = log.part([member_entry("m8", jwk=card)], [])
    waiting = log.append(amend(log, one, add=("m8",)), SECRETARY)
    log.sitting = "sitting-2"
    other = log.part([member_entry("m9", jwk=card)], [])
    log.append(log.roster([other]), SECRETARY)
    log.open_sitting()
    log.sitting = "sitting-1"
    assert log.act_refused("chair", records.Ack, of=waiting.hash) == "state"
    assert log.state.keys[card_key("new").public.thumbprint].owner == "m9"


def test_waiting_amendment_dies_with_its_author_s_key() -> None:
    """A key that was replaced acts no more, also at the ack."""
    log = open_chamber()
    waiting = log.append(amend(log, remove=("m1",)), SECRETARY)
    log.appoint("secretary", "secretary", Ed25519Signer(seed("secretary's new key")))
    assert log.act_refused("chair", records.Ack, of=waiting.hash) == "state"


def test_waiting_amendment_dies_when_the_sitting_is_adjourned() -> None:
    """It would not be legal there any more."""
    log = open_chamber()
    waiting = log.append(amend(log, remove=("m1",)), SECRETARY)
    log.act("chair", records.Adjourn)
    assert log.act_refused("chair", records.Ack, of=waiting.hash) == "state"


def test_amendment_makes_older_eyes_stale() -> None:
    """Acts signed before the ack was seen do not fire after it."""
    log = open_chamber()
    arm = log.arm()
    seen = log.seen()
    log.ack(log.append(amend(log, remove=("m1",)), SECRETARY), "chair")
    assert log.act_refused("chair", records.VoteOpen, arm=arm.hash, seen=seen) == "stale"


def test_same_people_in_two_sittings_keep_their_keys() -> None:
    """The log goes on over a term; one owner, many rosters."""
    log = open_chamber()
    log.sitting = "sitting-2"
    log.prepare()
    log.open_sitting()
    log.activate()
    sitter: Sitter = log.sit("m1")
    vote = log.open_vote()
    log.press(vote, m1="for")
    log.close(vote)
    assert count_vote(log.vote(vote)).standings["m1"] is Standing.FOR
    assert log.state.sessions[sitter.session].sitting == "sitting-2"


# --- Lists of members ---------------------------------------------------------------------------------------


def test_list_of_members_needs_its_sitting() -> None:
    """It stands inside the sitting's range, or nowhere."""
    log = found_log()
    part = log.make(records.EligiblePart, part=1, members=("m1",))
    assert log.refused(part, SECRETARY) == "state"
    log.prepare()
    log.append(log.make(records.EligiblePart, part=1, members=("m1",)), SECRETARY)


# --- Where a sitting begins and ends in the log ---------------------------------------------------------------


def test_sitting_reaches_to_its_last_ack_and_its_last_ballot() -> None:
    """Between another sitting's records: the range of the other one's package depends on it."""
    log = open_chamber()
    first = log.here
    vote = log.open_vote()
    log.close(vote)
    waiting = log.append(amend(log, remove=("m1",)), SECRETARY)
    log.sitting = "sitting-2"
    log.prepare()
    log.open_sitting()
    assert first.last_index == waiting.index
    ack = log.ack(waiting, "chair")
    assert first.last_index == ack.index
    late = log.ballot(vote, "m2", "for")
    assert log.reason(late) == "late"
    assert first.last_index == late.index


def test_sitting_begins_at_the_earliest_of_its_parts() -> None:
    """Also at one that only an amendment quotes."""
    log = found_log()
    spare = log.part([member_entry("m9")], [])
    begun = log.size - 1
    log.prepare()
    log.open_sitting()
    assert log.here.first_index > begun
    log.ack(log.append(amend(log, spare, add=("m9",)), SECRETARY), "chair")
    assert log.here.first_index == begun
