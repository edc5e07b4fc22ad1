"""What may enter the log: refusals by name, repeats, the budget, what the controller owes."""

from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.decide import SUSPICIOUS, Accepted, Refused, Repeated, decide, due_records
from protocol.encoding import base64url, hash_text
from protocol.jws import seal
from protocol.keys import Signer
from protocol.records import Incident, Result, SittingClose, VoteExpired
from tests.protocol.chamber_builder import (
    CONTROLLER_KEY,
    ROOT_KEY,
    card_key,
    device_key,
    found_log,
    officer_key,
    open_chamber,
    result_figures,
)


def test_accepted_record_stands_at_the_next_index() -> None:
    """Its hash is that of the exact bytes; deciding changes nothing by itself."""
    log = open_chamber()
    vote = log.open_vote()
    data = log.make_ballot(vote, "m1", "for").seal(log.sitters["m1"].key)
    before = deepcopy(log.state)
    decision = decide(log.state, data, log.root_at)
    assert isinstance(decision, Accepted)
    assert (decision.entry.index, decision.entry.hash, decision.reason, decision.forked) == (
        log.size,
        hash_text(data),
        "",
        False,
    )
    assert log.state == before


def test_same_bytes_are_answered_with_their_place_again() -> None:
    """While open, after the close, after the sitting: never a second leaf."""
    log = open_chamber()
    vote = log.open_vote()
    entry = log.ballot(vote, "m1", "for")
    data = log.leaves[entry.index]
    expected = Repeated(entry.hash, entry.index)
    assert decide(log.state, data, log.root_at) == expected
    log.close(vote)
    assert decide(log.state, data, log.root_at) == expected
    log.act("chair", SittingClose)
    assert decide(log.state, data, log.root_at) == expected
    for index, leaf in enumerate(log.leaves):
        assert decide(log.state, leaf, log.root_at) == Repeated(hash_text(leaf), index)


def test_repeat_needs_no_budget() -> None:
    """A seat that re-sends for an hour is answered each time."""
    log = open_chamber()
    vote = log.open_vote()
    entry = log.ballot(vote, "m1", "for")
    for _ in range(100):
        assert isinstance(decide(log.state, log.leaves[entry.index], log.root_at), Repeated)


def test_padded_twin_of_a_ballot_is_refused() -> None:
    """Not a second ballot: the bytes are no envelope."""
    log = open_chamber()
    vote = log.open_vote()
    data = log.leaves[log.ballot(vote, "m1", "for").index]
    assert log.refused(data + b"==") == "base64url"
    assert log.refused(data + b"\n") == "base64url"
    assert log.refused(b" " + data) == "base64url"
    assert log.refused(data[:-1] + (b"A" if data[-1:] != b"A" else b"Q")) in {"base64url", "signature"}
    assert result_figures(log.close(vote))[0] == (1, 0, 0)


def test_refusals_of_malformed_bytes() -> None:
    """Each has the name of what is wrong."""
    log = open_chamber()
    vote = log.open_vote()
    ballot = log.make_ballot(vote, "m1", "for")
    key = log.sitters["m1"].key
    payload = ballot.payload()
    other = ballot.seal(log.sitters["m2"].key).split(b".")
    good = ballot.seal(key).split(b".")
    cases = [
        (b"", "parts"), (b"..", "header"), (b"x" * 70_000, "size"), (seal("nothing", payload, key), "kind"),
        (seal("urn", payload, key), "kind"), (seal("ballot", b"{}", key), "members"),
        (seal("ballot", b"{", key), "json"),
        (seal("ballot", payload + b" ", key), "canonical"),
        (seal("ballot", payload.replace(b'"for"', b'"FOR"'), key), "member"),
        (seal("ballot", b"0" * 4097, key), "size"), (ballot.seal(device_key("s1")), "wrong-key"),
        (ballot.seal(ROOT_KEY), "wrong-key"),
        (ballot.seal(device_key("s99")), "unknown-key"), (b".".join([good[0], good[1], other[2]]), "signature"),
        (seal("ballot", payload.replace(b'"choice":["for"]', b'"choice":["for"],"choice":["against"]'), key),
        "canonical"),
    ]  # fmt: skip
    for data, reason in cases:
        assert log.refused(data) == reason


def test_algorithm_of_another_key_is_refused() -> None:
    """A header that says ES256 over a session's key."""
    log = open_chamber()
    vote = log.open_vote()
    payload = log.make_ballot(vote, "m1", "for").payload()
    header = f'{{"alg":"ES256","kid":"{log.sitters["m1"].key.public.thumbprint}","typ":"ballot+jws"}}'
    data = f"{base64url(header.encode())}.{base64url(payload)}.{base64url(bytes(63) + bytes([1]))}".encode()
    assert log.refused(data) == "algorithm"


def test_suspicious_refusals_are_named() -> None:
    """Those that smell of an attack, by reason or by what stood against a card."""
    of_records = {"signature", "key", "fork", "budget", "wrong-key", "unknown-key", "foreign"}
    assert of_records | {"card-proof", "card-cloned"} == SUSPICIOUS
    assert Refused("", "fork", "").suspicion == "fork"
    assert Refused("", "card", "", "card-cloned").suspicion == "card-cloned"
    assert Refused("", "card", "", "card-unknown").suspicion == ""
    assert Refused("", "stale", "").suspicion == ""


# --- The budget ---------------------------------------------------------------------------------------------


def test_thirty_two_ballots_then_budget() -> None:
    """Void ones use it too; another session, another vote have their own."""
    log = open_chamber()
    vote = log.open_vote()
    for number in range(31):
        log.ballot(vote, "m1", "for" if number % 2 else "against")
    log.ballot(vote, "m1", "maybe")
    assert log.refused(log.make_ballot(vote, "m1", "for"), log.sitters["m1"].key) == "budget"
    log.press(vote, m2="for")
    log.sit("m1", "s6")
    log.press(vote, m1="abstain")
    assert result_figures(log.close(vote))[0] == (1, 0, 1)
    other = log.open_vote()
    log.press(other, m1="for")


def test_one_late_ballot_then_budget() -> None:
    """The late one is logged so that nobody can say it was hidden, once; whoever used up the earlier budget too."""
    log = open_chamber()
    vote = log.open_vote()
    for _ in range(32):
        log.ballot(vote, "m1", "for")
    log.end(vote)
    assert log.reason(log.ballot(vote, "m1", "against")) == "late"
    assert log.refused(log.make_ballot(vote, "m1", "abstain"), log.sitters["m1"].key) == "budget"
    assert log.reason(log.ballot(vote, "m2", "against")) == "late"
    log.settle()
    assert result_figures(log.latest(vote))[0] == (1, 0, 0)
    log.act("chair", SittingClose)
    assert log.refused(log.make_ballot(vote, "m3", "for"), log.sitters["m3"].key) == "sitting-closed"


def test_cards_have_a_budget_of_their_own() -> None:
    """Per signing card where the card signs."""
    log = open_chamber()
    vote = log.open_vote(sign="card")
    for _ in range(32):
        log.append(log.make_ballot(vote, "m1", "for"), card_key("m1"))
    assert log.refused(log.make_ballot(vote, "m1", "for"), card_key("m1")) == "budget"


def test_ballot_that_saw_another_history_counts_and_is_reported() -> None:
    """`seen` never voids a ballot; the controller hears that somebody was shown a fork."""
    log = open_chamber()
    vote = log.open_vote()
    for seen in ("3:" + "A" * 43, f"{10**6}:" + "A" * 43):
        data = log.make_ballot(vote, "m1", "for", seen=seen).seal(log.sitters["m1"].key)
        decision = decide(log.state, data, log.root_at)
        assert isinstance(decision, Accepted)
        assert (decision.reason, decision.forked) == ("", True)


# --- The controller's own -----------------------------------------------------------------------------------


def test_record_of_the_controller_s_key_from_outside_is_foreign() -> None:
    """Whoever holds a stolen key cannot speak through the wire."""
    log = open_chamber()
    vote = log.open_vote(duration_ms=1000)
    assert log.refused(log.make(VoteExpired, open=vote), CONTROLLER_KEY) == "foreign"
    assert log.refused(log.make(Incident, about="s1", text_hash=""), CONTROLLER_KEY) == "foreign"
    log.append(log.make(Incident, about="s1", text_hash=""), CONTROLLER_KEY)


def test_what_is_due() -> None:
    """Nothing while a vote runs; the expiry; then the result, once."""
    log = open_chamber()
    vote = log.open_vote(duration_ms=1000)
    opened = log.vote(vote).opened_ts
    assert due_records(log.state, opened + 999) == []
    (expiry,) = due_records(log.state, opened + 1000)
    assert isinstance(expiry, VoteExpired)
    log.append(expiry, CONTROLLER_KEY)
    (result,) = due_records(log.state, 7)
    assert isinstance(result, Result)
    assert result.ts == 7
    log.append(result, CONTROLLER_KEY)
    assert due_records(log.state, 10**15) == []


def test_incident_may_be_reported_by_any_key_of_the_roster() -> None:
    """Seat, card, officers; not by a session, a stranger or the root, nor by the operator, who acts by order."""
    log = open_chamber()
    signers: list[Signer] = [
        device_key("s1"),
        card_key("m1"),
        *map(officer_key, ("chair", "deputy", "eldest", "secretary")),
    ]
    for signer in signers:
        log.append(log.make(Incident, about="s1", text_hash=""), signer)
    assert len(log.state.incidents) == len(signers)
    assert log.refused(log.make(Incident, about="s1", text_hash=""), device_key("s99")) == "unknown-key"
    assert log.act_refused("operator", Incident, about="s1", text_hash="") == "state"
    for signer in (ROOT_KEY, log.sitters["m1"].key):
        assert log.refused(log.make(Incident, about="s1", text_hash=""), signer) == "wrong-key"


# --- Any bytes ----------------------------------------------------------------------------------------------

LOG = open_chamber()
VOTE = LOG.open_vote()
LEAVES = [*LOG.leaves, LOG.make_ballot(VOTE, "m1", "for").seal(LOG.sitters["m1"].key)]


@given(
    st.one_of(
        st.binary(max_size=200),
        st.tuples(st.sampled_from(LEAVES), st.integers(0, 2000), st.integers(0, 3), st.binary(max_size=3)),
    )
)
@settings(max_examples=300, deadline=None)
def test_any_bytes_get_a_decision(case: bytes | tuple[bytes, int, int, bytes]) -> None:
    """Never an error, never a change of the state; damaged leaves are refused."""
    if isinstance(case, bytes):
        data = case
    else:
        leaf, start, cut, piece = case
        start %= len(leaf)
        data = leaf[:start] + piece + leaf[start + cut :]
    size, voids = LOG.state.size, dict(LOG.state.voids)
    decision = decide(LOG.state, data, LOG.root_at)
    assert (LOG.state.size, LOG.state.voids) == (size, voids)
    if data not in LEAVES:
        assert isinstance(decision, Refused)


@pytest.mark.parametrize("signer", ["session", "device", "card", "chair"])
@given(
    payload=st.binary(max_size=60),
    kind=st.sampled_from(["ballot", "session", "session-bind", "incident", "ack", "trust"]),
)
@settings(max_examples=60, deadline=None)
def test_any_signed_payload_gets_a_decision(signer: str, payload: bytes, kind: str) -> None:
    """Also from a key that this log knows."""
    keys: dict[str, Signer] = {
        "session": LOG.sitters["m1"].key,
        "device": device_key("s1"),
        "card": card_key("m1"),
        "chair": officer_key("chair"),
    }
    assert isinstance(decide(LOG.state, seal(kind, payload, keys[signer]), LOG.root_at), Refused)


def test_empty_log_refuses_everything_but_its_anchor() -> None:
    """No key is known yet."""
    log = open_chamber()
    empty = type(log)()
    for leaf in log.leaves[1:]:
        assert empty.refused(leaf) in {"unknown-key", "session"}
    empty.append(log.leaves[0])
    assert empty.state.trust_hash == found_log().state.trust_hash
