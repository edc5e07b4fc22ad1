"""The recorder: what arrives enters, is repeated or is refused by name; nothing is told before it is durable."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from controller.heads import TITLE_BLOB_BYTES_MAX
from controller.recorder import BLOB_BYTES_MAX, HALL_INTERVAL_MS, Memory, Recorder
from protocol import records
from protocol.decide import BALLOTS_BEFORE_CLOSE_MAX
from protocol.encoding import base64url, canonical_json, from_canonical_json, hash_text, salted_text
from protocol.errors import TopicRefused
from protocol.jws import read_envelope, seal
from protocol.keys import Ed25519Signer, Signer
from protocol.majority import simple_rule, write_rule_book
from protocol.messages import ChallengeRequest, Hall, Head, open_message
from protocol.record import Record
from protocol.topics import Way
from tests.controller.recorder_room import (
    KEYS,
    TOPICS,
    Entropy,
    Room,
    founded_room,
    officer_topic,
    open_room,
    seat_topic,
)
from tests.protocol.chamber_builder import (
    CONTROLLER_KEY,
    ROOT_KEY,
    card_key,
    device_key,
    member_entry,
    officer_key,
    seat_entry,
    seed,
)

S1 = seat_topic("s1")
CHAIR = officer_topic("chair")


def ballot(room: Room, vote: str, member: str = "m1", *choice: str, **members: object) -> bytes:
    """A ballot's bytes, not sent yet."""
    record = room.make_ballot(vote, member, *(choice or ("for",)), **members)
    return record.seal(room.sitters[member].key)


def heads(room: Room) -> list[Head]:
    """Every head that was published."""
    messages = [open_message(o.payload, CONTROLLER_KEY.public) for o in room.sent if o.topic == TOPICS.sitting]
    return [message for message in messages if isinstance(message, Head)]


def halls(room: Room) -> list[Hall]:
    """Everything the hall was shown."""
    messages = [open_message(o.payload, CONTROLLER_KEY.public) for o in room.sent if o.topic == TOPICS.hall]
    return [message for message in messages if isinstance(message, Hall)]


# --- What is answered.


def test_ballot_gets_a_receipt_of_a_durable_leaf() -> None:
    """Its proof leads to the checkpoint of the very batch."""
    room = open_room()
    data = ballot(room, room.open_vote())
    receipt = room.receipt(room.send(S1, data), data)
    assert receipt.counts
    assert room.leaves[receipt.index] == data
    assert receipt.checkpoint.size == room.size


def test_many_messages_are_one_batch() -> None:
    """One checkpoint covers them all."""
    room = open_room()
    vote = room.open_vote()
    before = room.size
    for number in range(1, 6):
        room.recorder.take(seat_topic(f"s{number}"), ballot(room, vote, f"m{number}"), room.now_ms)
    outgoing = room.finish()
    assert len(room.batches[-1].leaves) == 5
    assert room.batches[-1].first_index == before
    checkpoints = [o.payload for o in outgoing if o.topic == TOPICS.checkpoint]
    assert checkpoints == [room.batches[-1].checkpoint]


def test_nothing_is_told_before_the_batch_is_sealed_and_durable() -> None:
    """`take` and `seal` say nothing; only `publish` does, once."""
    room = open_room()
    vote = room.open_vote()
    room.recorder.take(S1, ballot(room, vote), room.now_ms)
    batch = room.recorder.seal(room.now_ms)
    assert room.recorder.publish(batch, room.now_ms)
    empty = room.recorder.seal(room.now_ms)
    assert (empty.leaves, empty.checkpoint) == ([], b"")
    assert [o for o in room.recorder.publish(empty, room.now_ms) if o.topic.endswith("/down")] == []


def test_repeat_gets_the_same_receipt_and_no_second_leaf() -> None:
    """Also after closing, also from another topic: whoever holds the bytes may hold the receipt."""
    room = open_room()
    vote = room.open_vote()
    data = ballot(room, vote)
    first = room.receipt(room.send(S1, data), data)
    assert room.receipt(room.send(S1, data), data).index == first.index
    room.close(vote)
    size = room.size
    again = room.receipt(room.send(S1, data), data)
    assert (again.index, again.void_reason) == (first.index, "")
    assert room.size == size


def test_repeat_inside_one_batch() -> None:
    """Twice in the same breath is one leaf and two answers."""
    room = open_room()
    data = ballot(room, room.open_vote())
    for _ in range(2):
        room.recorder.take(S1, data, room.now_ms)
    outgoing = room.finish()
    assert len(room.batches[-1].leaves) == 1
    assert len([o for o in outgoing if o.topic == seat_topic("s1", Way.DOWN)]) == 2


def test_replaced_ballot_says_so_when_asked_again() -> None:
    """The status is as the log stands now."""
    room = open_room()
    vote = room.open_vote()
    first = ballot(room, vote, "m1", "for")
    room.send(S1, first)
    room.send(S1, ballot(room, vote, "m1", "against"))
    assert room.receipt(room.send(S1, first), first).void_reason == "replaced"


def test_close_and_result_are_one_batch() -> None:
    """The result follows its close at once, and the head shows it."""
    room = open_room()
    vote = room.open_vote()
    room.press(vote, m1="for")
    room.close(vote)
    kinds = [read_envelope(leaf).kind for leaf in room.batches[-1].leaves]
    assert kinds == ["vote-close", "result"]
    assert hash_text(heads(room)[-1].result.encode()) == room.vote(vote).results[-1][0]


# --- What is refused: each is answered with a signed refusal and changes nothing else.


def foreign_ballot(room: Room, vote: str) -> bytes:
    """A ballot by a session key that is not in the log."""
    return room.make_ballot(vote, "m1", "for").seal(Ed25519Signer(seed("nobody")))


def twisted(data: bytes, change: Callable[[dict[str, object]], object]) -> bytes:
    """A ballot whose payload was changed under its old signature."""
    header, _, signature = data.split(b".")
    raw = canonical_json(change(from_canonical_json(read_envelope(data).payload)))
    return b".".join([header, base64url(raw).encode(), signature])


def raw_ballot(room: Room, payload: bytes, kind: str = "ballot") -> bytes:
    """Any payload, well signed by the session of `m1`."""
    return seal(kind, payload, room.sitters["m1"].key)


Refusing = Callable[[Room, str], bytes]
GOOD = "a good payload"


def payload_of(room: Room, vote: str) -> bytes:
    """A good ballot's payload."""
    return room.make_ballot(vote, "m1", "for").payload()


REFUSALS: list[tuple[str, Refusing]] = [
    ("parts", lambda _r, _v: b""),
    ("parts", lambda _r, _v: b"hello"),
    ("parts", lambda r, v: ballot(r, v) + b".x"),
    ("size", lambda _r, _v: b"x" * 65_536),
    ("base64url", lambda r, v: ballot(r, v) + b"="),
    ("base64url", lambda r, v: b" " + ballot(r, v)),
    ("base64url", lambda r, v: ballot(r, v) + b"\n"),
    ("base64url", lambda r, v: ballot(r, v).replace(b".", b"=.", 1)),
    ("base64url", lambda _r, _v: b"\xff.\xff.\xff"),
    ("signature-size", lambda r, v: ballot(r, v).rpartition(b".")[0] + b"." + base64url(bytes(63)).encode()),
    ("header", lambda r, v: base64url(b'{"alg":"none"}').encode() + b"." + b".".join(ballot(r, v).split(b".")[1:])),
    ("json", lambda r, _v: raw_ballot(r, b"{")),
    ("json", lambda r, _v: raw_ballot(r, b"\xff")),
    ("canonical", lambda r, v: raw_ballot(r, b" " + payload_of(r, v))),
    ("canonical", lambda r, v: raw_ballot(r, payload_of(r, v).replace(b'{"v":1', b'{"v":1,"v":1'))),
    ("canonical", lambda r, v: raw_ballot(r, payload_of(r, v).replace(b'"m1"', b'"\\u006d1"'))),
    ("members", lambda r, v: raw_ballot(r, canonical_json({**from_canonical_json(payload_of(r, v)), "more": 1}))),
    ("members", lambda r, v: raw_ballot(r, payload_of(r, v).replace(b'{"v":1', b'{"v":2'))),
    ("members", lambda r, _v: raw_ballot(r, b"[]")),
    ("member", lambda r, v: raw_ballot(r, payload_of(r, v).replace(b'["for"]', b'"for"'))),
    ("member", lambda r, v: raw_ballot(r, payload_of(r, v).replace(b'"seq":1', b'"seq":"1"'))),
    ("size", lambda r, _v: raw_ballot(r, canonical_json({"v": 1, "x": "y" * 5_000}))),
    ("kind", lambda r, v: raw_ballot(r, payload_of(r, v), "weather")),
    ("kind", lambda r, v: raw_ballot(r, payload_of(r, v), "marked")),
    ("unknown-key", foreign_ballot),
    ("signature", lambda r, v: twisted(ballot(r, v), lambda p: {**p, "choice": ["against"]})),
    ("signature", lambda r, v: twisted(ballot(r, v), lambda p: {**p, "seq": 99})),
    ("unknown-vote", lambda r, _v: r.make_ballot(hash_text(b"no vote"), "m1", "for").seal(r.sitters["m1"].key)),
    ("wrong-key", lambda r, v: r.make(records.VoteClose, "chair", open=v).seal(r.sitters["m1"].key)),
    ("wrong-key", lambda r, v: r.make(records.VoteVoid, "chair", open=v).seal(device_key("s1"))),
    ("foreign", lambda r, v: r.make(records.VoteExpired, open=v).seal(CONTROLLER_KEY)),
    ("wrong-key", lambda r, v: r.make_ballot(v, "m1", "for").seal(officer_key("chair"))),
    ("state", lambda r, v: r.make(records.VoteClose, "chair", open=v).seal(officer_key("chair"))),
    (
        "stale",
        lambda r, v: r.make(records.VoteAct, "chair", of=v, act="hold", seen=r.seen(10)).seal(officer_key("chair")),
    ),
    ("seq", lambda r, v: r.make(records.VoteAct, "chair", of=v, act="hold", seq=1).seal(officer_key("chair"))),
    (
        "fork",
        lambda r, v: r.make(records.VoteAct, "chair", of=v, act="hold", seen=f"{r.size}:{base64url(bytes(32))}").seal(
            officer_key("chair")
        ),
    ),
    (
        "fork",
        lambda r, v: r.make(records.VoteAct, "chair", of=v, act="hold", seen=f"{r.size + 5}:{r.root_at(r.size)}").seal(
            officer_key("chair")
        ),
    ),
    (
        "state",
        lambda r, v: r.make(records.VoteAct, "deputy", of=v, act="hold").seal(officer_key("deputy")),
    ),
    (
        "state",
        lambda r, _v: r.make(records.Item, "chair", sitting="sitting-9", act="activate", decision="").seal(
            officer_key("chair")
        ),
    ),
    ("nonce", lambda r, _v: records_session(r, nonce=hash_text(b"never issued"))),
    (
        "session",
        lambda r, _v: r.make(records.SessionBind, session=hash_text(b"none"), pop="A" * 86).seal(device_key("s1")),
    ),
    ("session", lambda r, _v: r.bind(r.sitters["m1"].session, r.sitters["m1"].key).seal(device_key("s1"))),
    ("state", lambda r, _v: r.make(records.SessionEnd, session=r.sitters["m2"].session).seal(r.sitters["m1"].key)),
]


def records_session(room: Room, **members: object) -> bytes:
    """A session of `m1` at `s6`, by its card, not sent yet."""
    record, _ = room.session("m1", "s6")
    return replace(record, **members).seal(card_key("m1"))  # type: ignore[arg-type]


@pytest.mark.parametrize(("reason", "make"), REFUSALS, ids=[f"{n}-{reason}" for n, (reason, _) in enumerate(REFUSALS)])
def test_refused_by_name(reason: str, make: Refusing) -> None:
    """One signed refusal, nothing logged but an incident where it smells of an attack, and the vote goes on."""
    room = open_room()
    vote = room.open_vote()
    data = make(room, vote)
    topic = CHAIR if reason in {"stale", "seq", "fork"} else S1
    assert room.refusal(topic, data) == reason
    good = ballot(room, vote, "m2")
    assert room.receipt(room.send(seat_topic("s2"), good), good).counts
    assert room.close(vote).counts == (1, 0, 0)


SUSPICIOUS = {"signature", "fork", "wrong-key", "unknown-key", "foreign"}


@pytest.mark.parametrize(("reason", "make"), REFUSALS, ids=[f"{n}-{reason}" for n, (reason, _) in enumerate(REFUSALS)])
def test_incident_once_a_source_and_reason(reason: str, make: Refusing) -> None:
    """The second attempt is refused like the first and not noted again; nor is it after a restart."""
    room = open_room()
    vote = room.open_vote()
    expected = 1 if reason in SUSPICIOUS else 0
    for _ in range(3):
        room.refusal(S1, make(room, vote))
    assert [(i.about, i.code) for _, i in room.state.incidents] == [("seat-s1", reason)] * expected
    restart(room)
    room.refusal(S1, make(room, vote))
    assert len(room.state.incidents) == expected
    room.refusal(seat_topic("s2"), make(room, vote))
    assert len(room.state.incidents) == 2 * expected


def restart(room: Room) -> None:
    """Build the recorder anew from what was made durable."""
    memory = Memory()
    for batch in room.batches:
        for blob in batch.blobs.values():
            memory.keep_blob(blob)
    memory.load(room.leaves)
    checkpoint = next(batch.checkpoint for batch in reversed(room.batches) if batch.checkpoint)
    assert memory.tree.root() == room.tree.root()
    room.take_over(Recorder(memory, KEYS, TOPICS, Entropy("after"), checkpoint))


def test_incident_outside_a_sitting_is_not_noted() -> None:
    """There is no sitting to note it in."""
    room = founded_room()
    record = room.make(records.Incident, about="x").seal(Ed25519Signer(seed("nobody")))
    assert room.refusal(S1, record) == "unknown-key"
    assert room.state.incidents == []


@pytest.mark.parametrize(
    "topic",
    [
        "", "x", "chamber", "chamber/kikinda/assembly/seat/s1", "chamber/kikinda/assembly/seat/s1/up/x", "$SYS/x",
        "chamber/kikinda/assembly/seat/S1/up", "chamber/kikinda/assembly/seat//up", "chamber/kikinda/other/seat/s1/up",
        "x/chamber/kikinda/assembly/seat/s1/up", "chamber/kikinda/assembly/seat/s1/down",
        "chamber/kikinda/assembly/hall",
        "chamber/kikinda/assembly/officer/chair/status", "chamber/kikinda/assembly/seat/s1/blob",
        "chamber/kikinda/assembly/seat/../up", "chamber/kikinda/assembly/seat/" + "s" * 41 + "/up",
    ],
)  # fmt: skip
def test_unknown_topic(topic: str) -> None:
    """It is nobody's; nothing is answered, nothing changes."""
    room = open_room()
    size = room.size
    with pytest.raises(TopicRefused):
        room.recorder.take(topic, b"x", room.now_ms)
    assert (room.finish(), room.size) == ([], size)


def test_status_of_a_seat_is_never_evidence() -> None:
    """Nor its content: unsigned, unread."""
    room = open_room()
    size = room.size
    for payload in (b'{"v":1,"state":"offline"}', b"", b"\xff" * 100_000):
        assert room.send(seat_topic("s1", Way.STATUS), payload) == []
    assert room.size == size


def test_two_seats_with_one_card() -> None:
    """The newer binding ends the older session there; the older seat's ballot is void."""
    room = open_room()
    vote = room.open_vote()
    old = room.sitters["m1"]
    room.sit("m1", "s6")
    record = room.make_ballot(vote, old, "against").seal(old.key)
    assert room.receipt(room.send(S1, record), record).void_reason == "session"
    good = ballot(room, vote, "m1")
    assert room.receipt(room.send(seat_topic("s6"), good), good).counts
    assert room.close(vote).counts == (1, 0, 0)


def test_ballot_before_the_opening_and_after_the_close() -> None:
    """Before there is nothing to bind to; after it enters, void `late`, once."""
    room = open_room()
    arm = room.arm().hash
    early = room.make_ballot(arm, "m1", "for").seal(room.sitters["m1"].key)
    assert room.refusal(S1, early) == "unknown-vote"
    vote = room.act("chair", records.VoteOpen, arm=arm).hash
    room.close(vote)
    late = ballot(room, vote)
    assert room.receipt(room.send(S1, late), late).void_reason == "late"
    assert room.refusal(S1, ballot(room, vote)) == "budget"
    room.act("chair", records.SittingClose)
    assert room.refusal(seat_topic("s2"), ballot(room, vote, "m2")) == "sitting-closed"


def test_budget_of_a_session() -> None:
    """So many presses and no more; the others' budgets are their own."""
    room = open_room()
    vote = room.open_vote()
    for number in range(BALLOTS_BEFORE_CLOSE_MAX):
        room.send(S1, ballot(room, vote, "m1", ("for", "against")[number % 2]))
    assert room.refusal(S1, ballot(room, vote)) == "budget"
    assert [(i.about, i.code) for _, i in room.state.incidents] == [("seat-s1", "budget")]
    other = ballot(room, vote, "m2")
    assert room.receipt(room.send(seat_topic("s2"), other), other).counts
    assert room.close(vote).counts == (1, 1, 0)


def test_retained_message_of_an_old_sitting() -> None:
    """Ballots and acts of yesterday, brought again: known bytes are repeats, others do not fit."""
    room = open_room()
    vote = room.open_vote()
    sent = ballot(room, vote)
    room.send(S1, sent)
    unsent = ballot(room, vote, "m2")
    unsent_act = room.make(records.VoteAct, "chair", of=vote, act="hold", seq=10**9).seal(officer_key("chair"))
    unsent_end = room.make(records.SessionEnd, session=room.sitters["m3"].session).seal(device_key("s3"))
    room.close(vote)
    room.act("chair", records.SittingClose)
    room.sitting = "sitting-2"
    room.prepare()
    room.open_sitting()
    size = room.size
    assert room.receipt(room.send(S1, sent), sent).counts
    assert room.refusal(seat_topic("s2"), unsent) == "sitting-closed"
    assert room.refusal(CHAIR, unsent_act) in {"stale", "state"}
    assert room.refusal(seat_topic("s3"), unsent_end) == "session"
    assert room.size == size


def test_out_of_order_ballots() -> None:
    """A session's older press that arrives after the newer one is void `seq` and does not replace it."""
    room = open_room()
    vote = room.open_vote()
    first, second = ballot(room, vote, "m1", "for"), ballot(room, vote, "m1", "against", seq=2)
    room.send(S1, second)
    assert room.receipt(room.send(S1, first), first).void_reason == "seq"
    assert room.close(vote).counts == (0, 1, 0)


def test_forked_ballot_counts_and_is_noted() -> None:
    """A seat that saw another root votes all the same; the incident says that something is wrong."""
    room = open_room()
    vote = room.open_vote()
    data = ballot(room, vote, "m1", "for", seen=f"{room.size}:{base64url(bytes(32))}")
    assert room.receipt(room.send(S1, data), data).counts
    assert [(i.about, i.code) for _, i in room.state.incidents] == [("seat-s1", "fork")]


SMALL_ORDER = [
    bytes(32), b"\x01" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f",
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
]  # fmt: skip


@pytest.mark.parametrize("raw", SMALL_ORDER)
def test_session_key_of_small_order(raw: bytes) -> None:
    """A key under which anything would verify never becomes a session's."""
    room = open_room()
    data = records_session(room, key={"crv": "Ed25519", "kty": "OKP", "x": base64url(raw)})
    assert room.refusal(seat_topic("s6"), data) in {"session", "key"}


@pytest.mark.parametrize("raw", SMALL_ORDER)
def test_seat_key_of_small_order(raw: bytes) -> None:
    """Nor does a roster bring one in."""
    room = founded_room()
    part = room.part(
        [member_entry("m1")], [seat_entry("s1", jwk={"crv": "Ed25519", "kty": "OKP", "x": base64url(raw)})]
    )
    roster = room.roster([part], statutory=1, in_office=1)
    assert room.refusal(officer_topic("secretary"), roster.seal(officer_key("secretary"))) == "state"


# --- Nonces.


def test_nonce_is_used_once() -> None:
    """A second session with the same nonce is refused."""
    room = open_room()
    record, _ = room.session("m1", "s6")
    data = record.seal(card_key("m1"))
    assert room.receipt(room.send(seat_topic("s6"), data), data).counts
    again = replace(record, key=Ed25519Signer(seed("other")).public.jwk()).seal(card_key("m1"))
    assert room.refusal(seat_topic("s6"), again) == "nonce"


def test_nonce_of_another_seat() -> None:
    """It was issued to the seat that asked."""
    room = open_room()
    assert room.refusal(seat_topic("s6"), records_session(room, nonce=room.ask_nonce("s2"))) == "nonce"


def test_nonce_of_before_a_restart() -> None:
    """Unused ones are forgotten; the seat asks again."""
    room = open_room()
    data = records_session(room)
    restart(room)
    assert room.refusal(seat_topic("s6"), data) == "nonce"
    room.sit("m1", "s6")


def test_session_logged_before_a_restart_is_repeated_after_it() -> None:
    """Its bytes stand in the log."""
    room = open_room()
    data = records_session(room)
    index = room.receipt(room.send(seat_topic("s6"), data), data).index
    restart(room)
    assert room.receipt(room.send(seat_topic("s6"), data), data).index == index


def test_flood_of_requests_is_bounded() -> None:
    """The oldest unused nonces are forgotten first."""
    room = open_room()
    oldest = room.ask_nonce("s6")
    request = ChallengeRequest("s1", 1).seal(device_key("s1"))
    for _ in range(8_192):
        room.recorder.take(S1, request, room.now_ms)
    room.finish()
    assert room.refusal(seat_topic("s6"), records_session(room, nonce=oldest)) == "nonce"


@pytest.mark.parametrize("case", ["other key", "other seat", "unknown seat", "officer"])
def test_request_that_is_not_the_seats_own(case: str) -> None:
    """Another key, another seat's name, a seat that the roster does not know: no nonce."""
    room = open_room()
    seat, signer, topic = {
        "other key": ("s1", device_key("s2"), S1),
        "other seat": ("s2", device_key("s1"), S1),
        "unknown seat": ("s99", device_key("s99"), seat_topic("s99")),
        "officer": ("s1", device_key("s1"), CHAIR),
    }[case]
    assert room.refusal(topic, ChallengeRequest(seat, 1).seal(signer)) == "kind"


def test_no_nonce_outside_an_open_sitting() -> None:
    """Prepared, adjourned or closed."""
    room = founded_room()
    room.prepare()
    request = ChallengeRequest("s1", 1).seal(device_key("s1"))
    assert room.refusal(S1, request) == "kind"
    room.open_sitting()
    room.ask_nonce("s1")
    room.act("chair", records.Adjourn)
    assert room.refusal(S1, request) == "kind"


# --- Blobs.


def test_blobs_of_officers_alone_and_of_bounded_size() -> None:
    """A stranger's blob and a huge one are dropped."""
    room = founded_room()
    for topic, blob in [
        (officer_topic("stranger", Way.BLOB), b"x" * 20),
        (officer_topic("chair", Way.BLOB), b"x" * (BLOB_BYTES_MAX + 1)),
    ]:
        assert room.send(topic, blob) == []
        assert room.batches[-1].blobs == {}
    room.send(officer_topic("chair", Way.BLOB), b"x" * BLOB_BYTES_MAX)
    assert len(room.batches[-1].blobs) == 1
    room.send(officer_topic("chair", Way.BLOB), b"x" * BLOB_BYTES_MAX)
    assert room.batches[-1].blobs == {}


def test_roster_needs_its_rules_beforehand() -> None:
    """A roster of rules that nobody handed in, or of another meaning."""
    room = founded_room()
    part = room.part([member_entry("m1")], [seat_entry("s1")])
    secretary = officer_topic("secretary")
    missing = room.roster([part], statutory=1, in_office=1, rules=hash_text(b"none"))
    assert room.refusal(secretary, missing.seal(officer_key("secretary"))) == "rules-missing"
    newer = room.roster([part], statutory=1, in_office=1, evolve="2")
    assert room.refusal(secretary, newer.seal(officer_key("secretary"))) == "meaning"
    rules = write_rule_book([simple_rule("only", "The only rule")])
    room.send(officer_topic("secretary", Way.BLOB), rules)
    good = room.roster([part], statutory=1, in_office=1, rules=hash_text(rules)).seal(officer_key("secretary"))
    room.receipt(room.send(secretary, good), good)


@pytest.mark.parametrize(
    "text",
    [
        "x" * TITLE_BLOB_BYTES_MAX,
        "x" * 50_000,
        "ж" * 25_000,
        "\x01" * 3_000,
        "e\u0301",
        '"' * 3_900,
        "\x00",
        "\u202e" * 900,
    ],
)
def test_title_that_no_message_can_hold(text: str) -> None:
    """Too long, not in normal form C, control characters: the title is not shown, the vote goes on."""
    room = open_room()
    blob = salted_text(bytes(16), text)
    room.send(officer_topic("chair", Way.BLOB), blob)
    vote = room.open_vote(title_hash=hash_text(blob))
    data = ballot(room, vote)
    assert room.receipt(room.send(S1, data), data).counts
    assert heads(room)[-1].title in {"", text}
    assert room.close(vote).counts == (1, 0, 0)
    restart(room)
    assert room.recorder.greet(room.now_ms)


def test_title_of_a_vote_is_shown() -> None:
    """In words and as the blob that its hash names."""
    room = open_room()
    blob = salted_text(bytes(16), "О буџету")
    room.send(officer_topic("chair", Way.BLOB), blob)
    room.open_vote(title_hash=hash_text(blob))
    assert heads(room)[-1].title == "О буџету"
    assert heads(room)[-1].blob == base64url(blob)


# --- What screens and seats are shown.


def test_split_is_never_shown_before_the_close() -> None:
    """Whatever is pressed in whatever order, heads and hall of two rooms differ in nothing but keys and times."""
    shown = []
    for choices in (("for", "for", "for"), ("against", "abstain", "for")):
        room = open_room()
        vote = room.open_vote()
        for number, choice in enumerate(choices, 1):
            room.send(seat_topic(f"s{number}"), ballot(room, vote, f"m{number}", choice))
        room.step(vote, "last-call")
        shown.append([(h.turnout, h.figures, h.outcome, h.needed, h.why, h.phase) for h in halls(room)])
        assert all(h.figures == () and h.outcome == "" for h in halls(room))
        assert all(h.result == "" for h in heads(room))
        room.act("chair", records.VoteClose, open=vote)
        assert halls(room)[-1].figures == (
            choices.count("for"),
            choices.count("against"),
            choices.count("abstain"),
            2,
            0,
            0,
        )
    assert shown[0] == shown[1]
    assert max(turnout for turnout, *_ in shown[0]) == 3


def test_hall_is_told_at_a_bounded_rate() -> None:
    """Turnout changes at most once in its interval; the recorder asks to be woken for the rest."""
    room = open_room()
    vote = room.open_vote()
    now = room.now_ms + 10_000
    before = len(halls(room))
    for number in range(1, 5):
        room.recorder.take(seat_topic(f"s{number}"), ballot(room, vote, f"m{number}"), now)
        batch = room.recorder.seal(now)
        room.sent += room.recorder.publish(batch, now)
    assert len(halls(room)) == before + 1
    assert room.recorder.next_deadline_ms(now) == now + HALL_INTERVAL_MS
    later = now + HALL_INTERVAL_MS
    room.sent += room.recorder.publish(room.recorder.seal(later), later)
    assert halls(room)[-1].turnout == 4


def test_in_camera_shows_nothing() -> None:
    """Neither figures nor presence."""
    room = open_room()
    room.act("chair", records.InCamera, state="on")
    hall = halls(room)[-1]
    assert (hall.state, hall.present, hall.turnout, hall.title) == ("in-camera", 0, 0, "")


def test_greeting_brings_everything_retained() -> None:
    """Trust records in order, checkpoint, head and hall: at every start."""
    room = open_room()
    room.open_vote()
    restart(room)
    greeting = {o.topic: o for o in room.recorder.greet(room.now_ms)}
    assert set(greeting) == {TOPICS.trust, TOPICS.checkpoint, TOPICS.sitting, TOPICS.hall}
    assert all(o.retain for o in greeting.values())
    assert greeting[TOPICS.trust].payload.split(b"\n") == room.leaves[:6]
    head = open_message(greeting[TOPICS.sitting].payload, CONTROLLER_KEY.public)
    assert isinstance(head, Head)
    assert (head.phase, head.sitting) == ("open", "sitting-1")


def test_refusal_is_final_for_these_bytes() -> None:
    """An entered answer refused during a hold does not come true by being sent again after it."""
    room = open_room()
    vote = room.open_vote()
    room.step(vote, "hold")
    entered = {"open": vote, "member": "m1", "choice": ("for",), "how": "assisted", "held_at": 1}
    held = room.make(records.AssistedBallot, **entered).seal(officer_key("secretary"))
    assert room.refusal(officer_topic("secretary"), held) == "held"
    room.step(vote, "resume")
    assert room.refusal(officer_topic("secretary"), held) == "held"
    room.assist(vote, "m1", "against")
    assert room.close(vote).counts == (0, 1, 0)


def test_new_officer_is_made_known() -> None:
    """The trust records are published again, once, so that consoles and seats learn the key."""
    room = open_room()
    key = Ed25519Signer(seed("second clerk"))
    record = room.make(records.Officer, officer="clerk-2", role="operator", name="Second clerk", jwk=key.public.jwk())
    outgoing = room.send(officer_topic("chair"), record.seal(ROOT_KEY))
    [trust] = [message for message in outgoing if message.topic.endswith("/log/trust")]
    assert trust.payload.split(b"\n")[-1] == record.seal(ROOT_KEY)
    again = room.send(officer_topic("chair"), record.seal(ROOT_KEY))
    assert not [message for message in again if message.topic.endswith("/log/trust")]


def test_blobs_of_one_officer_have_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond it they are dropped, and other officers' are kept."""
    monkeypatch.setattr("controller.recorder.BLOBS_MAX", 2)
    room = open_room()
    blobs = [b"salt of 16 bytes" + bytes([number]) for number in range(4)]
    for blob in blobs[:3]:
        room.send(officer_topic("deputy", Way.BLOB), blob)
    room.send(officer_topic("chair", Way.BLOB), blobs[3])
    kept = [hash_text(blob) in room.recorder.memory.blobs for blob in blobs]
    assert kept == [True, True, False, True]


def test_head_numbers_rise_over_a_restart() -> None:
    """Also where the clock went back."""
    room = open_room()
    vote = room.open_vote()
    before = heads(room)[-1].number
    room.press(vote, m1="for")
    restart(room)
    room.now_ms -= 10_000_000
    room.sent += room.recorder.greet(room.now_ms)
    assert heads(room)[-1].number >= before
    room.step(vote, "last-call")
    assert heads(room)[-1].number > before


def test_expiry_is_the_controllers_own_act() -> None:
    """At the deadline the vote ends and its result follows, without any message."""
    room = open_room()
    vote = room.open_vote(duration_ms=60_000)
    room.press(vote, m1="for")
    deadline = room.vote(vote).deadline_ms
    assert room.recorder.next_deadline_ms(room.now_ms) in {deadline, room.now_ms + HALL_INTERVAL_MS}
    room.now_ms = deadline - 1
    room.finish()
    assert room.vote(vote).running
    room.now_ms = deadline
    room.finish()
    assert [read_envelope(leaf).kind for leaf in room.batches[-1].leaves] == ["vote-expired", "result"]
    assert heads(room)[-1].result != ""


def test_founding_record_that_would_be_void() -> None:
    """A second anchor is a mistake of the founder."""
    room = founded_room()
    with pytest.raises(Exception, match="founding record"):
        room.recorder.append_founding(room.leaves[0])
    assert ROOT_KEY.public.thumbprint in room.state.keys


# --- Noise.


def test_noise_never_breaks_the_recorder() -> None:
    """Seeded damage to every message of a sitting, on every topic: refused, void, or nobody's; never an exception."""
    room = open_room()
    vote = room.open_vote()
    room.press(vote, m1="for", m2="against")
    generator = random.Random(7)
    topics = [seat_topic("s1"), seat_topic("s2"), CHAIR, officer_topic("secretary"), officer_topic("chair", Way.BLOB)]
    pool = list(room.leaves)
    for _ in range(600):
        data = bytearray(generator.choice(pool))
        for _ in range(generator.randint(1, 3)):
            at = generator.randrange(len(data))
            data[at : at + generator.randint(0, 3)] = generator.randbytes(generator.randint(0, 4))
        room.send(generator.choice(topics), bytes(data))
    good = ballot(room, vote, "m3")
    assert room.receipt(room.send(seat_topic("s3"), good), good).counts
    assert room.close(vote).counts == (2, 1, 0)


def test_well_signed_nonsense_never_breaks_the_recorder() -> None:
    """Every kind with every member odd, by keys that may sign it: it is judged, never trusted."""
    room = open_room()
    vote = room.open_vote()
    generator = random.Random(11)
    hashes = list(room.state.index_by_hash)
    signers: list[tuple[str, Signer]] = [
        (officer_topic("chair"), officer_key("chair")), (officer_topic("secretary"), officer_key("secretary")),
        (officer_topic("operator"), officer_key("operator")), (S1, device_key("s1")), (S1, card_key("m1")),
        (S1, room.sitters["m1"].key),
    ]  # fmt: skip
    for kind, record in sorted(records.KINDS.items()):
        for _ in range(12):
            payload = odd_payload(room, record, generator, hashes)
            topic, signer = generator.choice(signers)
            room.send(topic, seal(kind, payload, signer))
    assert room.size >= len(hashes)
    restart(room)
    assert room.state.opens[vote].open_hash == vote


def odd_payload(room: Room, record: type[Record], generator: random.Random, hashes: list[str]) -> bytes:
    """A payload with plausible and odd values in every place."""
    pool: list[object] = [
        *generator.sample(hashes, 3), "", 0, 1, 2**53 - 1, "sitting-1", "item-1", "m1", "s1", "chair", [], ["for"],
        ["m1"], room.seen(), "open", "all", "declare", "present", "x", {}, device_key("s1").public.jwk(), "hold",
        "activate", [1, 2], {"v": 1}, "for", "session", "last",
    ]  # fmt: skip
    members: dict[str, object] = {"v": 1}
    for name in record.names[1:]:
        fitting = {
            "sitting": "sitting-1", "seq": generator.randrange(10**6), "seen": room.seen(), "ts": 5, "item": "item-1",
            "member": "m1", "open": generator.choice(hashes), "of": generator.choice(hashes),
        }  # fmt: skip
        members[name] = fitting[name] if name in fitting and generator.random() < 0.8 else generator.choice(pool)
    return canonical_json(members)
