"""Sessions and presence: a card at a seat, from its signature through the bind to its end."""

from copy import deepcopy
from typing import Any

import pytest

from protocol import records
from protocol.encoding import base64url, from_base64url, hash_text
from protocol.errors import SignatureRefused
from protocol.jws import seal
from protocol.keys import Ed25519Signer
from protocol.records import (
    DeviceRevoke,
    Incident,
    Presence,
    SessionAttested,
    SessionBind,
    SessionEnd,
    Speech,
)
from protocol.sitting import open_leaf
from tests.protocol.chamber_builder import (
    CONTROLLER_KEY,
    LOG_KEY,
    ORIGIN,
    ChamberLog,
    card_key,
    device_key,
    found_log,
    open_chamber,
    seed,
)


def chamber_of_empty_seats() -> ChamberLog:
    """An open sitting where nobody sits yet."""
    log = found_log()
    log.prepare()
    log.open_sitting()
    return log


def test_card_and_bind_make_a_member_present() -> None:
    """Present from the bind, not from the card's signature."""
    log = chamber_of_empty_seats()
    record, key = log.session("m1", "s1")
    session = log.append(record, card_key("m1")).hash
    assert log.here.present == set()
    bind = log.append(log.bind(session, key), device_key("s1"))
    assert log.here.present == {"m1"}
    assert log.here.attendance == [(bind.index, "m1", "present")]
    assert log.state.sessions[session].live


SMALL_ORDER = base64url(b"\x01" + bytes(31))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ctx": "chamber/arad/assembly/2024"}, "state"),
        ({"sitting": "sitting-2"}, "state"),
        ({"member": "m9"}, "seat"),
        ({"seat": "s9"}, "seat"),
        ({"dev": device_key("s2").public.thumbprint}, "seat"),
        ({"member": "m2"}, "session"),
        ({"key": {"crv": "Ed25519", "kty": "OKP", "x": SMALL_ORDER}}, "session"),
        ({"key": {}}, "session"),
        ({"key": card_key("m1").public.jwk()}, "session"),
        ({"key": device_key("s1").public.jwk()}, "session"),
        ({"key": CONTROLLER_KEY.public.jwk()}, "session"),
        ({"nonce": hash_text(b"of my own")}, "nonce"),
        ({"size": 10**6}, "fork"),
    ],
)
def test_session_that_does_not_fit_is_refused(changes: dict[str, Any], reason: str) -> None:
    """Log, sitting, member, seat, device, key, nonce: each must be what this log says."""
    log = chamber_of_empty_seats()
    record, _ = log.session("m1", "s1", **changes)
    assert log.refused(record, card_key("m1")) == reason


def test_nonce_serves_once() -> None:
    """Reused by the same card or another, with another key."""
    log = chamber_of_empty_seats()
    first, _ = log.session("m1", "s1")
    log.append(first, card_key("m1"))
    for member in ("m1", "m2"):
        again, _ = log.session(member, "s2", nonce=first.nonce)
        assert log.refused(again, card_key(member)) == "session"


def test_session_key_serves_once_also_before_its_bind() -> None:
    """Two sessions of one key would make two owners of it."""
    log = chamber_of_empty_seats()
    first, _ = log.session("m1", "s1")
    log.append(first, card_key("m1"))
    second, _ = log.session("m2", "s2", key=first.key)
    assert log.refused(second, card_key("m2")) == "session"


def test_session_only_while_the_sitting_is_open() -> None:
    """Neither before nor after nor in between."""
    log = found_log()
    log.prepare()
    assert log.refused(log.session("m1", "s1")[0], card_key("m1")) == "unknown-key"
    log.open_sitting()
    log.act("chair", records.Adjourn)
    assert log.refused(log.session("m1", "s1")[0], card_key("m1")) == "state"
    log.act("chair", records.Resume)
    log.act("chair", records.SittingClose)
    assert log.refused(log.session("m1", "s1")[0], card_key("m1")) == "state"


# --- Binding ------------------------------------------------------------------------------------------------


def test_bind_by_another_seat_is_refused() -> None:
    """Only the device that the session names."""
    log = chamber_of_empty_seats()
    record, key = log.session("m1", "s1")
    session = log.append(record, card_key("m1")).hash
    assert log.refused(log.bind(session, key), device_key("s2")) == "session"


def test_bind_without_possession_is_refused() -> None:
    """The proof is the session key's signature over exactly this session's hash."""
    log = chamber_of_empty_seats()
    record, key = log.session("m1", "s1")
    session = log.append(record, card_key("m1")).hash
    other = Ed25519Signer(seed("another"))
    bad = [
        log.bind(session, other),
        log.bind(session, device_key("s1")),
        log.make(SessionBind, session=session, pop=base64url(key.sign(b"cvs-pop/1" + session.encode()))),
        log.make(SessionBind, session=session, pop=base64url(key.sign(from_base64url(session.encode())))),
        log.make(SessionBind, session=session, pop="A" * 86),
    ]
    for bind in bad:
        assert log.refused(bind, device_key("s1")) == "signature"
        with pytest.raises(SignatureRefused):
            open_leaf(log.state, bind.seal(device_key("s1")), log.size)


def test_bind_of_a_session_that_is_not_there_is_refused() -> None:
    """Nothing to take."""
    log = chamber_of_empty_seats()
    assert log.refused(log.bind(hash_text(b"none"), Ed25519Signer(seed("x"))), device_key("s1")) == "session"


def test_session_binds_once() -> None:
    """Not a second time, and not after it ended unbound."""
    log = chamber_of_empty_seats()
    sitter = log.sit("m1")
    assert log.refused(log.bind(sitter.session, sitter.key), device_key("s1")) == "session"
    record, key = log.session("m2", "s2")
    session = log.append(record, card_key("m2")).hash
    log.append(log.make(SessionEnd, session=session), device_key("s2"))
    assert log.refused(log.bind(session, key), device_key("s2")) == "session"


def test_older_session_cannot_take_a_member_back() -> None:
    """A bind held back is refused once the member has a newer live session."""
    log = chamber_of_empty_seats()
    old, old_key = log.session("m1", "s1")
    old_hash = log.append(old, card_key("m1")).hash
    log.sit("m1", "s2")
    assert log.refused(log.bind(old_hash, old_key), device_key("s1")) == "session"
    assert log.here.live_by_member["m1"] == log.sitters["m1"].session


def test_bind_ends_the_member_s_older_session_and_the_seat_s_other_one() -> None:
    """Both there: the member moves, and who sat at the seat is gone."""
    log = open_chamber()
    m1, m2 = log.sitters["m1"], log.sitters["m2"]
    log.sit("m1", "s2")
    ended = {hash_: log.state.sessions[hash_] for hash_ in (m1.session, m2.session)}
    assert {session.why for session in ended.values()} == {"superseded"}
    assert {session.end_index for session in ended.values()} == {log.size - 1}
    assert "m2" not in log.here.present
    assert "m1" in log.here.present
    assert log.here.live_by_seat == {"s2": log.sitters["m1"].session, "s3": log.sitters["m3"].session} | {
        seat: log.sitters["m" + seat[1:]].session for seat in ("s4", "s5")
    }


def test_held_back_session_dies_with_the_day() -> None:
    """A card's signature of one day cannot be bound on another."""
    log = chamber_of_empty_seats()
    record, key = log.session("m1", "s1")
    session = log.append(record, card_key("m1")).hash
    log.act("chair", records.Adjourn)
    log.act("chair", records.Resume)
    assert log.refused(log.bind(session, key), device_key("s1")) == "session"


# --- Cards that cannot sign ---------------------------------------------------------------------------------


def attested(log: ChamberLog, **changes: Any) -> tuple[SessionAttested, Ed25519Signer]:
    """An attestation of m1's card at s1, not appended yet."""
    nonce = log.unique("nonce")
    log.nonces.add(nonce)
    key = Ed25519Signer(seed(f"session {nonce}"))
    members: dict[str, Any] = {
        "member": "m1", "seat": "s1", "dev": device_key("s1").public.thumbprint, "key": key.public.jwk(),
        "nonce": nonce,
        "card_ref": hash_text(b"card"), "counter": 1,
    }  # fmt: skip
    return log.make(SessionAttested, **(members | changes)), key


def test_controller_attests_a_card_that_cannot_sign() -> None:
    """Grade B: the session says so, and it votes like any other."""
    log = found_log()
    log.prepare(auth="ntag424")
    log.open_sitting()
    record, key = attested(log)
    session = log.append(record, CONTROLLER_KEY).hash
    log.append(log.bind(session, key), device_key("s1"))
    assert log.state.sessions[session].attested
    assert log.here.present == {"m1"}


def test_highest_counter_of_a_card_is_what_the_log_says() -> None:
    """By the card's reference; a record that would be void leaves no trace."""
    log = found_log()
    log.prepare(auth="ntag424")
    log.open_sitting()
    card, other = hash_text(b"card"), hash_text(b"another card")
    for reference, counter in ((card, 3), (card, 9), (card, 7), (other, 0)):
        log.append(attested(log, card_ref=reference, counter=counter)[0], CONTROLLER_KEY)
    assert log.state.card_counters == {card: 9, other: 0}
    assert log.refused(attested(log, card_ref=card, counter=11, member="m9")[0], CONTROLLER_KEY, own=True) == "seat"
    assert log.state.card_counters == {card: 9, other: 0}


def test_controller_cannot_attest_for_a_card_that_signs() -> None:
    """A member of grade A is never vouched for."""
    log = chamber_of_empty_seats()
    record, _ = attested(log)
    assert log.refused(record, CONTROLLER_KEY, own=True) == "session"


def test_attestation_by_anybody_else_is_refused() -> None:
    """Of a class that never signs it; or of the controller's key without the controller."""
    log = found_log()
    log.prepare(auth="uid")
    log.open_sitting()
    record, _ = attested(log)
    assert log.refused(record, device_key("s1")) == "wrong-key"
    assert log.refused(record, CONTROLLER_KEY) == "foreign"


# --- Ending -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["session", "device", "chair"])
def test_session_is_ended_by_itself_its_seat_or_who_presides(by: str) -> None:
    """The member is gone from there."""
    log = open_chamber()
    sitter = log.sitters["m1"]
    record = log.make(SessionEnd, "chair", session=sitter.session, why="out")
    if by == "chair":
        log.act("chair", SessionEnd, session=sitter.session, why="out")
    else:
        log.append(record, sitter.key if by == "session" else device_key("s1"))
    session = log.state.sessions[sitter.session]
    assert (session.live, session.why, session.end_index) == (False, "out", log.size - 1)
    assert "m1" not in log.here.present


def test_session_is_ended_by_nobody_else() -> None:
    """Neither another seat, nor another session, nor an officer who does not preside, nor the operator."""
    log = open_chamber()
    record = log.make(SessionEnd, session=log.sitters["m1"].session)
    assert log.refused(record, device_key("s2")) == "state"
    assert log.refused(record, log.sitters["m2"].key) == "state"
    for officer in ("deputy", "secretary", "operator"):
        assert log.act_refused(officer, SessionEnd, session=log.sitters["m1"].session) in {"state", "wrong-key"}
    log.append(record, log.sitters["m1"].key)
    assert log.refused(log.make(SessionEnd, session=log.sitters["m1"].session), device_key("s1")) == "session"


def test_session_cannot_be_ended_before_it_is_there() -> None:
    """No such session."""
    log = open_chamber()
    assert log.refused(log.make(SessionEnd, session=hash_text(b"none")), device_key("s1")) == "session"


def test_retired_key_of_who_presides_ends_no_session() -> None:
    """A replaced officer's key acts no more, whatever the kind."""
    log = open_chamber()
    old = Ed25519Signer(seed("officer chair"))
    log.appoint("chair", "chair", Ed25519Signer(seed("chair's new key")))
    assert log.refused(log.make(SessionEnd, session=log.sitters["m1"].session), old) == "state"
    assert log.refused(log.make(Incident, about="m1", text_hash=""), old) == "state"


def test_revoked_device_loses_its_session_and_binds_no_more() -> None:
    """From there on, also for sessions that its card already signed."""
    log = open_chamber()
    vote = log.open_vote()
    record, key = log.session("m1", "s1")
    waiting = log.append(record, card_key("m1")).hash
    log.act("secretary", DeviceRevoke, seat="s1", kid=device_key("s1").public.thumbprint)
    assert log.state.sessions[log.sitters["m1"].session].why == "revoked"
    assert "m1" not in log.here.present
    assert log.refused(log.bind(waiting, key), device_key("s1")) == "state"
    assert log.refused(log.session("m1", "s1")[0], card_key("m1")) == "seat"
    assert log.reason(log.ballot(vote, "m1", "for")) == "session"
    log.sit("m1", "s6")
    log.press(vote, m1="for")


@pytest.mark.parametrize(("seat", "kid"), [("s2", "s1"), ("s1", "m1"), ("s9", "s9")])
def test_revocation_names_a_seat_and_its_key(seat: str, kid: str) -> None:
    """Anything else is refused."""
    log = open_chamber()
    key = card_key("m1").public if kid == "m1" else device_key(kid).public
    assert log.act_refused("secretary", DeviceRevoke, seat=seat, kid=key.thumbprint) == "state"
    assert log.act_refused("chair", DeviceRevoke, seat="s1", kid=device_key("s1").public.thumbprint) in {
        "state",
        "wrong-key",
    }


# --- Presence -----------------------------------------------------------------------------------------------


def test_presence_is_the_latest_of_bind_end_and_the_secretary() -> None:
    """Each in turn; coming back needs a word or a card."""
    log = open_chamber()
    for state, here in (("left", False), ("present", True), ("excused", False), ("present", True)):
        log.act("secretary", Presence, member="m1", state=state, code="")
        assert ("m1" in log.here.present) is here
        assert ("m1" in log.here.excused) is (state == "excused")
    log.leave("m1")
    assert "m1" not in log.here.present
    log.act("secretary", Presence, member="m1", state="present", code="")
    log.sit("m1")
    log.act("secretary", Presence, member="m1", state="left", code="")
    assert "m1" not in log.here.present


def test_presence_is_of_members_of_an_open_sitting() -> None:
    """And the secretary's word alone."""
    log = open_chamber()
    assert log.act_refused("secretary", Presence, member="m9", state="left", code="") == "state"
    assert log.act_refused("secretary", Presence, sitting="sitting-9", member="m1", state="left", code="") == "state"
    assert log.act_refused("chair", Presence, member="m1", state="left", code="") in {"state", "wrong-key"}


# --- The floor ----------------------------------------------------------------------------------------------


def test_member_asks_for_the_floor_and_the_chair_gives_it() -> None:
    """A seat asks for its own member only; the operator may do it by order."""
    log = open_chamber()
    asked = {"speaker": "m1", "act": "request", "sort": "main"}
    log.append(log.make(Speech, **asked), log.sitters["m1"].key)
    log.act("operator", Speech, speaker="m1", act="grant", sort="main", ms=180_000)
    assert [speech.act for _, speech in log.here.speeches] == ["request", "grant"]
    for changes in ({"speaker": "m2"}, {"act": "grant"}, {"act": "close-list"}):
        assert log.refused(log.make(Speech, **(asked | changes)), log.sitters["m1"].key) == "session"
    log.leave("m1")
    assert log.refused(log.make(Speech, **asked), log.sitters["m1"].key) == "session"


# --- Keys in other roles ------------------------------------------------------------------------------------


def test_typ_swap_is_refused() -> None:
    """A session's payload as a ballot, a ballot's bytes signed as something else."""
    log = open_chamber()
    vote = log.open_vote()
    ballot = log.make_ballot(vote, "m1", "for")
    key = log.sitters["m1"].key
    assert log.refused(seal("session", ballot.payload(), card_key("m1"))) == "members"
    assert log.refused(seal("assisted-ballot", ballot.payload(), key)) == "members"
    assert log.refused(seal("ballot-x", ballot.payload(), key)) == "kind"
    good = ballot.seal(key).split(b".")
    session = log.session("m1", "s1")[0].seal(card_key("m1")).split(b".")
    for parts in ([session[0], good[1], good[2]], [good[0], session[1], good[2]], [good[0], good[1], session[2]]):
        assert log.refused(b".".join(parts)) in {"members", "signature"}


@pytest.mark.parametrize("signer", ["device", "card", "controller", "log", "chair", "stranger"])
def test_ballot_by_a_key_of_another_class_is_refused(signer: str) -> None:
    """Only session keys and cards sign ballots."""
    log = open_chamber()
    vote = log.open_vote()
    keys = {
        "device": device_key("s1"), "controller": CONTROLLER_KEY, "log": LOG_KEY,
        "chair": Ed25519Signer(seed("officer chair")),
        "stranger": Ed25519Signer(seed("nobody")),
    }  # fmt: skip
    ballot = log.make_ballot(vote, "m1", "for")
    if signer == "card":
        assert log.reason(log.append(ballot, card_key("m1"))) == "session"
    else:
        expected = "unknown-key" if signer in {"log", "stranger"} else "wrong-key"
        assert log.refused(ballot, keys[signer]) == expected


def test_origin_is_what_sessions_quote() -> None:
    """`ctx` is the log's origin."""
    log = found_log()
    assert log.state.origin == ORIGIN


def test_opening_a_leaf_changes_nothing() -> None:
    """Whatever comes out of it."""
    log = open_chamber()
    before = deepcopy(log.state)
    for data in log.leaves:
        try:
            open_leaf(log.state, data, log.size)
        except SignatureRefused:
            continue
    assert log.state == before
