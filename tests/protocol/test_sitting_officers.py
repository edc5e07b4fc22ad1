"""Officers: who presides, in what order, on what they had seen; trust records; acts that wait for a second officer."""

import hashlib
from typing import Any

import pytest

from protocol import records
from protocol.checkpoint import LogKey
from protocol.encoding import canonical_json, hash_text
from protocol.errors import ChamberError
from protocol.jws import seal
from protocol.keys import Ed25519Signer, P256Signer, Signer
from protocol.record import Record
from protocol.records import (
    Ack,
    Adjourn,
    CastingVote,
    Incident,
    Item,
    KeyChange,
    Officer,
    Presiding,
    Resume,
    SittingClose,
    SittingOpen,
    Takeover,
    VoteAct,
    VoteClose,
    VoteOpen,
    VoteVoid,
)
from protocol.sitting import evolve, open_leaf
from protocol.state import LogState
from protocol.vote import Phase
from tests.protocol.chamber_builder import (
    CONTROLLER_KEY,
    ITEM,
    LOG_KEY,
    OFFICERS,
    ORIGIN,
    ROOT_KEY,
    ChamberLog,
    card_key,
    found_log,
    officer_key,
    open_chamber,
    result_figures,
    seed,
)
from tests.protocol.test_records import sample

# --- Trust --------------------------------------------------------------------------------------------------


def anchor(log: ChamberLog, **members: Any) -> records.Trust:
    """An index 0."""
    usual: dict[str, Any] = {
        "chamber": "kikinda", "body": "assembly", "term": "2024", "root": ROOT_KEY.public.jwk(), "card_ca": "",
        "device_ca": "",
        "log_key": str(log.log_key), "log_pq_key": "", "controller": CONTROLLER_KEY.public.jwk(), "policy": "",
    }  # fmt: skip
    return log.make(records.Trust, **(usual | members))


def test_index_0_anchors_the_log() -> None:
    """Signed by the root that it names."""
    log = ChamberLog()
    log.append(anchor(log), ROOT_KEY)
    assert log.state.origin == ORIGIN
    assert log.state.trust_records == [hash_text(log.leaves[0])]


OTHER_VKEY = str(LogKey("chamber/arad/assembly/2024", LOG_KEY.public))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"log_key": "none"}, "state"), ({"log_key": OTHER_VKEY}, "state"),
        ({"controller": card_key("m1").public.jwk()}, "state"),
        ({"controller": ROOT_KEY.public.jwk()}, "state"), ({"controller": {}}, "state"), ({"term": "2028"}, "state"),
        ({"root": LOG_KEY.public.jwk()}, "unknown-key"), ({"root": {}}, "key"),
        ({"root": {"crv": "Ed25519", "kty": "OKP", "x": "AQ" + "A" * 41}}, "key"),
    ],
)  # fmt: skip
def test_index_0_that_does_not_hold_is_refused(changes: dict[str, Any], reason: str) -> None:
    """Keys that are none, a log key of another origin, a root that did not sign."""
    log = ChamberLog()
    assert log.refused(anchor(log, **changes), ROOT_KEY) == reason


def test_root_of_p256_is_refused() -> None:
    """Cards have P-256 keys, everything else Ed25519."""
    log = ChamberLog()
    root = P256Signer(seed("root"))
    assert log.refused(anchor(log, root=root.public.jwk()), root) == "state"


def test_nothing_stands_before_index_0() -> None:
    """Every other kind finds no key."""
    log = ChamberLog()
    officer = Officer("A" * 43, "chair", "chair", "C", officer_key("chair").public.jwk(), 1)
    assert log.refused(officer, ROOT_KEY) == "unknown-key"


def test_second_anchor_is_refused() -> None:
    """Also in a log whose index 0 was void."""
    log = found_log()
    assert log.refused(anchor(log, policy="another"), ROOT_KEY) == "state"
    log = ChamberLog()
    assert log.reason(log.forced(anchor(log, log_key="none"), ROOT_KEY)) == "state"
    assert log.refused(anchor(log), ROOT_KEY) == "state"
    assert log.state.trust is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"trust": "A" * 43}, "state"), ({"jwk": CONTROLLER_KEY.public.jwk()}, "state"),
        ({"jwk": ROOT_KEY.public.jwk()}, "state"),
        ({"jwk": officer_key("chair").public.jwk()}, "state"), ({"jwk": card_key("m1").public.jwk()}, "state"),
        ({"jwk": {}}, "state"),
        ({"jwk": {"crv": "Ed25519", "kty": "OKP", "x": "AQ" + "A" * 41}}, "state"),
    ],
)  # fmt: skip
def test_officer_that_does_not_fit_is_refused(changes: dict[str, Any], reason: str) -> None:
    """Another log's anchor, a key of another, a key that nobody may trust."""
    log = found_log()
    usual = {"officer": "new", "role": "deputy", "name": "New", "jwk": Ed25519Signer(seed("new")).public.jwk()}
    assert log.refused(log.make(Officer, **(usual | changes)), ROOT_KEY) == reason


def test_officer_with_a_session_s_key_is_refused() -> None:
    """One owner a key, also if the session is not bound."""
    log = open_chamber()
    record, key = log.session("m1", "s6")
    log.append(record, card_key("m1"))
    for jwk in (key.public.jwk(), log.sitters["m2"].key.public.jwk()):
        assert log.refused(log.make(Officer, officer="new", role="deputy", name="New", jwk=jwk), ROOT_KEY) == "state"


def test_officer_by_anybody_but_the_root_is_refused() -> None:
    """An officer cannot make officers."""
    log = found_log()
    record = log.make(Officer, officer="new", role="deputy", name="New", jwk=Ed25519Signer(seed("new")).public.jwk())
    for signer in (officer_key("chair"), CONTROLLER_KEY):
        assert log.refused(record, signer) == "wrong-key"


def test_replaced_officer_s_key_acts_no_more() -> None:
    """The new one goes on with the office and with `seq`."""
    log = open_chamber()
    new = Ed25519Signer(seed("chair's new key"))
    log.appoint("chair", "chair", new)
    assert log.act_refused("chair", Item, act="defer", decision="") == "state"
    assert log.act_refused("chair", Incident, about="", text_hash="") == "state"
    record = log.make(Item, "chair", act="defer", decision="")
    assert log.reason(log.append(record, new)) == ""
    assert log.refused(log.make(Item, "chair", item="item-2", act="activate", decision="", seq=1), new) == "seq"


def test_log_key_changes_by_the_root_s_word() -> None:
    """Quotes the old one; the origin stays."""
    log = found_log()
    new = LogKey(ORIGIN, Ed25519Signer(seed("new log key")).public)
    members: dict[str, Any] = {"what": "log", "old": str(log.log_key), "new": str(new)}
    for changes in (
        {"old": str(new)}, {"new": str(log.log_key)}, {"new": "none"}, {"new": OTHER_VKEY}, {"trust": "A" * 43},
    ):  # fmt: skip
        assert log.refused(log.make(KeyChange, **(members | changes)), ROOT_KEY) == "state"
    log.append(log.make(KeyChange, **members), ROOT_KEY)
    assert log.state.log_key == new
    assert len(log.state.trust_records) == 2 + len(OFFICERS)


def test_opening_quotes_every_trust_record_before_it() -> None:
    """One more officer, and the digest is another."""
    log = found_log()
    roster = log.prepare()
    old = log.state.trust_digest()
    log.appoint("new", "trustee")
    assert log.act_refused("chair", SittingOpen, roster=roster, trust=old, prev="") == "state"
    trust_leaves = [*log.leaves[:6], log.leaves[-1]]
    assert log.state.trust_digest() == hash_text(b"".join(hashlib.sha256(leaf).digest() for leaf in trust_leaves))
    log.act("chair", SittingOpen, roster=roster, trust=log.state.trust_digest(), prev="")


# --- Opening ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"roster": "A" * 43}, "state"), ({"trust": "A" * 43}, "state"), ({"prev": "A" * 43}, "state"),
        ({"sitting": "x"}, "state"),
        ({"root": "A" * 43}, "fork"), ({"size": 10**6}, "fork"), ({"seen": "1:" + "A" * 43}, "fork"),
    ],
)  # fmt: skip
def test_opening_that_does_not_fit_is_refused(changes: dict[str, Any], reason: str) -> None:
    """Roster, trust, the sitting before, the history it saw — in `size` and `root` as well as in `seen`."""
    log = found_log()
    members: dict[str, Any] = {"roster": log.prepare(), "trust": log.state.trust_digest(), "prev": ""}
    assert log.act_refused("chair", SittingOpen, **(members | changes)) == reason


@pytest.mark.parametrize("who", ["deputy", "secretary", "operator", "eldest"])
def test_only_who_presides_opens(who: str) -> None:
    """Without a word about the chair that is the officer of that role."""
    log = found_log()
    members: dict[str, Any] = {"roster": log.prepare(), "trust": log.state.trust_digest(), "prev": ""}
    assert log.act_refused(who, SittingOpen, **members) in {"state", "wrong-key"}


def test_eldest_takes_the_chair_before_the_opening() -> None:
    """A new assembly has no chair yet: the eldest member presides."""
    log = found_log()
    log.prepare()
    log.act("eldest", Presiding, officer="eldest")
    log.open_sitting("eldest")
    assert log.here.presiding == "eldest"
    assert log.act_refused("chair", Item, act="activate", decision="") == "state"


def test_sitting_opens_once() -> None:
    """The next one quotes it."""
    log = found_log()
    first_roster = log.prepare()
    first = log.open_sitting()
    again: dict[str, Any] = {"roster": first_roster, "trust": log.state.trust_digest(), "prev": first.hash}
    assert log.act_refused("chair", SittingOpen, **again) == "state"
    log.sitting = "sitting-2"
    log.prepare()
    assert (
        log.act_refused("chair", SittingOpen, roster=log.here.first_roster, trust=log.state.trust_digest(), prev="")
        == "state"
    )
    log.open_sitting()
    assert log.state.last_sitting_open != first.hash


# --- The chair ----------------------------------------------------------------------------------------------


def test_deputy_takes_the_chair_in_mid_vote() -> None:
    """From there on the deputy closes; the former chair's acts are refused, stale or not."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for")
    seen = log.seen()
    log.act("deputy", Presiding, officer="deputy")
    assert log.act_refused("chair", VoteAct, of=vote, act="last-call", seen=seen) == "stale"
    assert log.act_refused("chair", VoteAct, of=vote, act="last-call") == "state"
    assert log.act_forced("chair", VoteAct, of=vote, act="hold") == "state"
    assert log.vote(vote).phase is Phase.OPEN
    log.press(vote, m2="against")
    assert result_figures(log.close(vote, "deputy"))[0] == (1, 1, 0)
    log.announce(vote, "deputy")
    assert [who for _, who in log.here.presided] == ["chair", "deputy"]


def test_chair_takes_it_back() -> None:
    """Signed by who takes it, who does not have it."""
    log = open_chamber()
    assert log.act_refused("chair", Presiding, officer="chair") == "state"
    log.act("deputy", Presiding, officer="deputy")
    log.act("chair", Presiding, officer="chair")
    log.act("chair", Item, act="defer", decision="")
    assert log.act_refused("deputy", Item, act="activate", decision="") == "state"


@pytest.mark.parametrize(
    ("who", "officer"),
    [("deputy", "eldest"), ("secretary", "secretary"), ("operator", "operator"), ("deputy", "nobody")],
)
def test_chair_is_not_given_to_others(who: str, officer: str) -> None:
    """Nobody is put into the chair by another, and no other office takes it."""
    log = open_chamber()
    assert log.act_refused(who, Presiding, officer=officer) in {"state", "wrong-key"}


OPERATOR_MAY_NOT: list[tuple[type[Record], dict[str, Any]]] = [
    (SittingClose, {}), (Adjourn, {}), (records.InCamera, {"state": "on"}), (VoteVoid, {"open": "vote"}),
    (records.QuorumCheck, {"how": "cards", "present": "A" * 43}), (CastingVote, {"open": "vote", "choice": "for"}),
    (Presiding, {"officer": "operator"}), (Ack, {"of": "A" * 43}), (records.SessionEnd, {"session": "A" * 43}),
]  # fmt: skip


def test_operator_runs_a_vote_by_order() -> None:
    """Item, floor, arm, open, acts, close and announcement."""
    log = open_chamber()
    log.activate("item-2", "operator")
    vote = log.open_vote("operator", item="item-2")
    log.step(vote, "hold", who="operator")
    log.step(vote, "resume", who="operator")
    log.press(vote, m1="for")
    log.close(vote, "operator")
    log.announce(vote, "operator")
    log.act("operator", Item, item="item-2", act="decide", decision="01-2024")


@pytest.mark.parametrize(("kind", "members"), OPERATOR_MAY_NOT, ids=lambda value: getattr(value, "kind", ""))
def test_operator_signs_nothing_else(kind: type[Record], members: dict[str, Any]) -> None:
    """What only who presides may do."""
    log = open_chamber()
    vote = log.open_vote()
    filled = {name: vote if value == "vote" else value for name, value in members.items()}
    assert log.act_refused("operator", kind, **filled) in {"state", "session"}


@pytest.mark.parametrize("who", ["deputy", "eldest", "secretary"])
@pytest.mark.parametrize("kind", [VoteAct, VoteClose, Item, SittingClose, Adjourn])
def test_officer_who_does_not_preside_is_refused(who: str, kind: type[Record]) -> None:
    """Whatever the office."""
    log = open_chamber()
    vote = log.open_vote()
    members: dict[str, Any] = {
        VoteAct: {"of": vote, "act": "hold"},
        VoteClose: {"open": vote},
        Item: {"act": "note", "decision": ""},
    }.get(kind, {})
    assert log.act_refused(who, kind, **members) in {"state", "wrong-key"}


# --- Order and staleness ------------------------------------------------------------------------------------


def test_seq_rises_over_the_whole_log() -> None:
    """Equal or lower is refused, also in the next sitting."""
    log = open_chamber()
    used = log.state.officers["chair"].last_seq
    for seq in (0, used - 1, used):
        assert log.act_refused("chair", Item, act="defer", decision="", seq=seq) == "seq"
    log.sitting = "sitting-2"
    log.prepare()
    members: dict[str, Any] = {
        "roster": log.here.first_roster,
        "trust": log.state.trust_digest(),
        "prev": log.state.last_sitting_open,
    }
    assert log.act_refused("chair", SittingOpen, seq=1, **members) == "seq"


def test_delayed_open_never_fires_late() -> None:
    """Signed before the item was deferred, or before somebody else took the chair, or before the arm was disarmed."""
    for change in ("item", "presiding", "disarm"):
        log = open_chamber()
        arm = log.arm()
        late = log.make(VoteOpen, "chair", arm=arm.hash, seq=1000)
        if change == "item":
            log.act("chair", Item, act="defer", decision="")
            log.activate()
        elif change == "presiding":
            log.act("deputy", Presiding, officer="deputy")
            log.act("chair", Presiding, officer="chair")
        else:
            log.act("chair", VoteAct, of=arm.hash, act="disarm")
        assert log.refused(late, officer_key("chair")) == "stale", change
        assert log.reason(log.forced(late, officer_key("chair"))) == "stale"


def test_open_needs_eyes_that_saw_the_arm() -> None:
    """Seen means: a checkpoint that covers it."""
    log = open_chamber()
    arm = log.arm()
    assert log.act_refused("chair", VoteOpen, arm=arm.hash, seen=log.seen(arm.index)) == "stale"
    log.act("chair", VoteOpen, arm=arm.hash, seen=log.seen(arm.index + 1))


def test_close_is_never_stale_for_ballots() -> None:
    """Nobody can keep a vote open by voting; a hold in between makes it stale."""
    log = open_chamber()
    vote = log.open_vote()
    log.step(vote, "last-call")
    close = log.make(VoteClose, "chair", open=vote, seq=900)
    log.press(vote, m1="for", m2="for", m3="against")
    log.leave("m4")
    log.append(close, officer_key("chair"))
    log.settle()
    other = log.open_vote()
    log.step(other, "last-call")
    close = log.make(VoteClose, "chair", open=other, seq=9000)
    log.step(other, "reopen")
    log.step(other, "last-call")
    assert log.refused(close, officer_key("chair")) == "stale"


def test_other_items_and_sittings_make_nobody_stale() -> None:
    """Only a change of what the act is about."""
    log = open_chamber()
    arm = log.arm()
    late = log.make(VoteOpen, "chair", arm=arm.hash, seq=1000)
    log.activate("item-2")
    log.arm()
    log.sitting = "sitting-2"
    log.prepare()
    log.open_sitting()
    assert log.reason(log.append(late, officer_key("chair"))) == ""


def test_fork_is_refused_in_every_officer_s_act() -> None:
    """A root or a size that this log never had."""
    log = open_chamber()
    for seen in ("3:" + "A" * 43, f"{log.size + 1}:{log.root_at(log.size)}", "9999999999999999:" + "A" * 43):
        assert log.act_refused("chair", Item, act="defer", decision="", seen=seen) == "fork"
    vote = log.open_vote()
    log.step(vote, "last-call")
    assert log.act_refused("chair", VoteClose, open=vote, root="A" * 43) == "fork"
    assert log.act_refused("chair", VoteClose, open=vote, size=10**6) == "fork"
    assert log.act_refused("chair", VoteClose, open=vote, seen="3:" + "A" * 43) == "fork"


def test_reasons_of_officers_in_their_order() -> None:
    """`seq` before `stale` before `state`; `closed` between."""
    log = open_chamber()
    vote = log.open_vote()
    old = log.seen()
    log.act("deputy", Presiding, officer="deputy")
    wrong: dict[str, Any] = {"of": vote, "act": "reopen", "seen": old}
    assert log.act_refused("chair", VoteAct, seq=0, **wrong) == "seq"
    assert log.act_refused("chair", VoteAct, **wrong) == "stale"
    log.close(vote, "deputy")
    assert log.act_refused("deputy", VoteClose, open=vote, seq=0) == "seq"
    assert log.act_refused("deputy", VoteClose, open=vote, seen=old) == "closed"
    assert log.act_refused("chair", VoteClose, open=vote, seen=old) == "closed"


# --- Waiting for an ack -------------------------------------------------------------------------------------


def test_nobody_acknowledges_oneself() -> None:
    """The chair's own void after the close needs the secretary."""
    log = open_chamber()
    vote = log.open_vote()
    log.close(vote)
    void = log.act("chair", VoteVoid, open=vote, code="dead-seat")
    assert log.vote(vote).phase is Phase.CLOSED
    assert log.act_refused("chair", Ack, of=void.hash) == "state"
    assert log.act_refused("deputy", Ack, of=void.hash) == "state"
    log.ack(void, "secretary")
    assert log.vote(vote).phase is Phase.VOID
    assert log.act_refused("secretary", Ack, of=void.hash) == "state"


def test_ack_of_nothing_is_refused() -> None:
    """Of an unknown hash, or of a record that waits for none."""
    log = open_chamber()
    item = log.activate("item-2")
    for of in ("A" * 43, item.hash):
        assert log.act_refused("secretary", Ack, of=of) == "state"
        assert log.act_refused("chair", Ack, of=of) == "state"


def test_waiting_void_dies_where_it_is_legal_no_more() -> None:
    """Signed without a basis before the announcement, acknowledged after it."""
    log = open_chamber()
    vote = log.open_vote()
    log.close(vote)
    void = log.act("chair", VoteVoid, open=vote)
    log.announce(vote)
    assert log.act_refused("secretary", Ack, of=void.hash) == "state"
    assert log.act_forced("secretary", Ack, of=void.hash) == "state"
    assert log.vote(vote).phase is Phase.ANNOUNCED


def test_second_waiting_void_has_nothing_left_to_do() -> None:
    """The first ack voided the vote."""
    log = open_chamber()
    vote = log.open_vote()
    log.close(vote)
    first, second = (log.act("chair", VoteVoid, open=vote, code=code) for code in ("one", "two"))
    log.ack(first, "secretary")
    assert log.act_refused("secretary", Ack, of=second.hash) == "state"
    assert log.vote(vote).void_code == "one"


def test_ack_goes_stale_with_what_it_is_about() -> None:
    """The vote was announced after the secretary looked."""
    log = open_chamber()
    vote = log.open_vote()
    log.close(vote)
    void = log.act("chair", VoteVoid, open=vote, basis="council decision")
    seen = log.seen()
    log.announce(vote)
    assert log.act_refused("secretary", Ack, of=void.hash, seen=seen) == "stale"
    log.ack(void, "secretary")


def test_takeover_needs_secretary_and_chair() -> None:
    """It names a size that this log has."""
    log = open_chamber()
    assert log.act_refused("secretary", Takeover, gap="", size=10**6) == "fork"
    assert log.act_refused("secretary", Takeover, gap="", root="A" * 43) == "fork"
    assert log.act_refused("chair", Takeover, gap="") in {"state", "wrong-key"}
    takeover = log.act("secretary", Takeover, gap="disk lost")
    assert takeover.hash in log.state.pending
    log.ack(takeover, "chair")
    assert takeover.hash not in log.state.pending


# --- Hostile leaves -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("signer", ["chair", "secretary", "root", "controller", "card", "device", "session"])
def test_every_kind_by_every_key_is_judged_without_an_error(signer: str) -> None:
    """A well-signed log can hold anything: each record of each kind gets a meaning or a reason."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for")
    keys: dict[str, Signer] = {
        "chair": officer_key("chair"), "secretary": officer_key("secretary"), "root": ROOT_KEY,
        "controller": CONTROLLER_KEY,
        "card": card_key("m1"), "device": Ed25519Signer(seed("seat s1")), "session": log.sitters["m1"].key,
    }  # fmt: skip
    hashes = [
        vote,
        log.vote(vote).arm_hash,
        log.sitters["m1"].session,
        log.here.roster,
        log.state.trust_hash,
        hash_text(b""),
    ]
    for kind in records.KINDS:
        for quoted in hashes:
            members = {
                name: quoted if value == "A" * 43 else (quoted,) if value == ["A" * 43] else value
                for name, value in sample(kind).items()
            }
            if "seen" in members:
                members["seen"] = log.seen()
            if "seq" in members:
                members["seq"] = 10_000 + log.size
            if "item" in members:
                members["item"] = ITEM
            try:
                data = seal(kind, canonical_json(members), keys[signer])
                entry = open_leaf(log.state, data, log.size)
            except ChamberError:
                continue
            log.forced(data)
            assert entry.index == log.size - 1
            assert log.state.size == log.size


def test_log_that_begins_anyhow_is_evolved_or_refused() -> None:
    """Leaves of a good log in any other order: refused as not signed by a known key, or void, never an error."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for", m2="against")
    log.close(vote)
    for start in range(log.size):
        state = LogState(rule_books=log.state.rule_books)
        for data in [log.leaves[0], *log.leaves[start:], *log.leaves[:start]]:
            try:
                entry = open_leaf(state, data, state.size)
            except ChamberError:
                continue
            evolve(state, entry)


def test_adjourned_sitting_takes_no_business() -> None:
    """Items, arms and opens wait for the resume; the chair may change."""
    log = open_chamber()
    arm = log.arm()
    log.act("chair", Adjourn)
    assert log.act_refused("chair", Item, act="defer", decision="") == "state"
    assert log.act_refused("chair", VoteOpen, arm=arm.hash) == "state"
    log.act("deputy", Presiding, officer="deputy")
    log.act("deputy", Resume)
    log.act("deputy", Item, act="defer", decision="")
