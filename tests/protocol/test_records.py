"""Records: known bytes, the tables of the specification, and every payload that breaks a record's form."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import records
from protocol.encoding import canonical_json
from protocol.errors import KindUnknown, PayloadRefused
from protocol.messages import MESSAGES
from protocol.record import By, Record
from protocol.records import KINDS, read_record, trust_again
from protocol.vote import MOVES, Move, Phase

HASH = "A" * 43
SEEN = f"12:{HASH}"
KEY = {"crv": "Ed25519", "kty": "OKP", "x": HASH}
SAMPLE: dict[str, Any] = {
    "v": 1, "open": HASH, "session": HASH, "seat": "s1", "member": "m1", "choice": ["for"], "seq": 3, "seen": SEEN,
    "ts": 1_700_000_000_000,
}  # fmt: skip
BALLOT = canonical_json(SAMPLE)


def test_ballot_has_known_bytes() -> None:
    """The payload of the record that matters most, written out."""
    text = (
        '{"v":1,"open":"' + HASH + '","session":"' + HASH + '","seat":"s1","member":"m1","choice":["for"],"seq":3,'
        '"seen":"12:' + HASH + '","ts":1700000000000}'
    )
    ballot = records.Ballot(HASH, HASH, "s1", "m1", ("for",), 3, SEEN, 1_700_000_000_000)
    assert ballot.payload() == text.encode() == BALLOT
    assert read_record("ballot", BALLOT) == ballot
    assert trust_again("ballot", BALLOT) == ballot


def test_member_called_from_is_written_without_its_underscore() -> None:
    """`from` is no name in Python, but it is in the log."""
    result = records.Result(HASH, 1, 2, 3, (1, 0, 0), 0, HASH, 1, "adopted", (), 5)
    assert b'"open":"' + HASH.encode() + b'","from":1,"to":2,' in result.payload()
    assert read_record("result", result.payload()) == result


# --- One sample of each kind --------------------------------------------------------------------------------

VALUES: dict[str, Any] = {
    "ctx": "chamber/kikinda/assembly/2024", "sitting": "sitting-1", "jwk": KEY, "root": KEY, "controller": KEY,
    "key": KEY,
    "pop": "A" * 86, "seen": SEEN, "choice": ["for"], "options": ["for", "against"], "members": [], "seats": [],
    "parts": [HASH],
    "add": ["m9"], "remove": [], "figures": [1, 2], "counts": [1, 2], "elected": [], "evolve": "1", "rule": "simple",
    "eligible": "all", "state": "", "name": "Ана", "title": "", "decisive": 1,
}  # fmt: skip
WORDS = {
    ("officer", "role"): "chair", ("key-change", "what"): "log", ("presence", "state"): "left", ("item", "act"): "note",
    ("speech", "act"): "grant", ("recusal", "act"): "declare", ("quorum-check", "how"): "cards",
    ("in-camera", "state"): "on",
    ("minutes", "state"): "draft", ("vote-arm", "mode"): "open", ("vote-arm", "sign"): "card",
    ("vote-arm", "change"): "last",
    ("vote-act", "act"): "hold", ("assisted-ballot", "how"): "paper", ("result", "outcome"): "tie",
    ("casting-vote", "choice"): "for", ("lot", "choice"): "anna", ("takeover", "root"): HASH,
    ("sitting-open", "root"): HASH,
    ("vote-close", "root"): HASH, ("eligible-part", "members"): ["m1"],
}  # fmt: skip
HASHES = {
    "trust", "roster", "rules", "dev", "nonce", "session", "card_ref", "kid", "items", "present", "title_hash", "arm",
    "open",
    "result", "of", "root", "void_hash",
}  # fmt: skip
NUMBERS = {
    "ts", "part", "statutory", "in_office", "seq", "size", "counter", "version", "ms", "min", "max", "places",
    "duration_ms",
    "extend_ms", "held_at", "to", "from", "void_count", "needed", "round", "issued", "returned", "valid", "invalid",
}  # fmt: skip


def sample(kind: str) -> dict[str, Any]:
    """Members of a record of this kind, each of a value its type allows."""
    members: dict[str, Any] = {"v": 1}
    for name in KINDS[kind].names[1:]:
        if (kind, name) in WORDS:
            members[name] = WORDS[kind, name]
        elif kind == "result" and name == "present":
            members[name] = 3
        elif name in NUMBERS:
            members[name] = 7
        elif name in HASHES and (kind, name) != ("trust", "root"):
            members[name] = HASH
        else:
            members[name] = VALUES.get(
                name, "" if name in {"policy", "gap", "basis"} or name.endswith("_hash") else "x1"
            )
    for name in ("prev", "repeats", "replaces"):
        if name in members:
            members[name] = ""
    return members


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_goes_there_and_back(kind: str) -> None:
    """Bytes to record and back to the same bytes; recovery reads the same."""
    data = canonical_json(sample(kind))
    record = read_record(kind, data)
    assert type(record) is KINDS[kind]
    assert record.payload() == data
    assert trust_again(kind, data) == record


@pytest.mark.parametrize("kind", KINDS)
def test_every_member_is_needed_in_its_place(kind: str) -> None:
    """Missing, unknown, doubled or moved members, another version: refused."""
    good = sample(kind)
    names = list(good)
    broken: list[bytes] = [
        canonical_json({**good, "w": 1}),
        canonical_json({**good, "v": 2}),
        canonical_json({**good, "v": "1"}),
    ]
    broken += [canonical_json({name: good[name] for name in names if name != gone}) for gone in names]
    swapped = [*names[:-2], names[-1], names[-2]]
    broken.append(canonical_json({name: good[name] for name in swapped}))
    whole = canonical_json(good)
    broken.append(whole[:-1] + b"," + canonical_json(names[-1]) + b":" + canonical_json(good[names[-1]]) + b"}")
    for version in (b"1.0", b"true", b"1e0", b"01"):
        broken.append(whole.replace(b'"v":1', b'"v":' + version, 1))
    for data in broken:
        with pytest.raises(PayloadRefused):
            read_record(kind, data)


WRONG: list[Any] = [None, True, 1.5, -1, 2**53, "\x00", "e\u0301", [None], {"x": 1}, ["A"]]


@pytest.mark.parametrize("kind", KINDS)
def test_every_member_has_its_type(kind: str) -> None:
    """No member takes null, a boolean, a float, a negative or too large number, control characters or other shapes."""
    good = sample(kind)
    for name in KINDS[kind].names[1:]:
        for value in WRONG:
            with pytest.raises(PayloadRefused):
                read_record(kind, canonical_json({**good, name: value}))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (BALLOT.replace(b'"choice":["for"],', b'"choice":["for"],"choice":["against"],'), "canonical"),
        (BALLOT.replace(b'["for"]', b'["for" ]'), "canonical"),
        (BALLOT.replace(b'"for"', b'"f\\u006fr"'), "canonical"),
        (BALLOT.replace(b'"seq":3', b'"seq":3.0'), "member"),
        (BALLOT.replace(b'"seq":3', b'"seq":03'), "json"),
        (BALLOT.replace(b'"seq":3', b'"seq":-0'), "canonical"),
        (BALLOT.replace(b'"seq":3', b'"seq":9007199254740992'), "member"),
        (BALLOT.replace(b'"seq":3', b'"seq":null'), "member"),
        (BALLOT.replace(b'"seq":3', b'"seq":"3"'), "member"),
        (BALLOT.replace(b"}", b',"weight":2}'), "members"),
        (BALLOT.replace(b'"m1"', b'"M1"'), "member"),
        (BALLOT + b"\n", "canonical"),
        (b" " + BALLOT, "canonical"),
        (b"[]", "members"),
        (b'"ballot"', "members"),
        (b"", "json"),
        (b"\xff", "json"),
        (BALLOT[:-1], "json"),
    ],
)
def test_twin_of_a_ballot_is_refused(data: bytes, code: str) -> None:
    """A second spelling of the same ballot, or a type that is none."""
    with pytest.raises(PayloadRefused) as refused:
        read_record("ballot", data)
    assert refused.value.code == code


@pytest.mark.parametrize("kind", ["marked", "urn", "trustee-share", "status", "manifest", "", "Ballot"])
def test_unknown_kind_is_named_so(kind: str) -> None:
    """Reserved kinds and messages are no records of this version."""
    with pytest.raises(KindUnknown):
        read_record(kind, BALLOT)


@pytest.mark.parametrize(
    ("kind", "most"),
    [("ballot", 4096), ("trust", 16_000), ("key-change", 16_000), ("roster-part", 48_000), ("eligible-part", 48_000)],
)
def test_longest_payload(kind: str, most: int) -> None:
    """The limits of section 1."""
    assert KINDS[kind].payload_bytes_max == most
    with pytest.raises(PayloadRefused) as refused:
        read_record(kind, b" " * (most + 1))
    assert refused.value.code == "size"
    with pytest.raises(PayloadRefused) as refused:
        read_record(kind, b" " * most)
    assert refused.value.code != "size"


def test_writing_checks_as_reading_does() -> None:
    """Our own caller cannot write what nobody would read."""
    with pytest.raises(PayloadRefused):
        records.Ballot(HASH, HASH, "s1", "m1", ("For",), 3, SEEN, 1).payload()
    with pytest.raises(PayloadRefused):
        records.Ballot(HASH, HASH, "s1", "m1", ("for",), -3, SEEN, 1).payload()
    with pytest.raises(PayloadRefused) as refused:
        records.Ballot(HASH, HASH, "s1", "m1", ("a" * 40,) * 120, 3, SEEN, 1).payload()
    assert refused.value.code == "size"


# --- The short cut for plain payloads ------------------------------------------------------------------------


def read_long(kind: str, data: bytes) -> Record | None:
    """Read a payload without any short cut: JSON, then member by member; None if refused."""
    record = KINDS[kind]
    kept = record.form if hasattr(record, "form") else None
    try:
        if kept is not None:
            record.form = None
        return read_record(kind, data)
    except PayloadRefused:
        return None
    finally:
        if kept is not None:
            record.form = kept


def read_any(kind: str, data: bytes) -> Record | None:
    """Read a payload as everyone does; None if refused."""
    try:
        return read_record(kind, data)
    except PayloadRefused:
        return None


PIECES = [
    b"", b'"', b"\\", b"\n", b"\x00", b"\x7f", b"\xc3\xa9", b"e\xcc\x81", b",", b"[", b"]", b"{", b"}", b'","', b" ",
    b"0", b"00",
    b"9" * 16, b"-1", b"1.0", b"true", b"null", b'\\"', b"\\u0041", b"\\n", b"\xff", b"A", b"B", b'"",""', b'{"v":1,',
]  # fmt: skip


@given(st.sampled_from(sorted(KINDS)), st.data())
@settings(max_examples=400, deadline=None)
def test_short_and_long_reading_agree(kind: str, data: st.DataObject) -> None:
    """A payload with any piece put in or cut out is read the same, or refused the same, either way."""
    payload = canonical_json(sample(kind))
    start = data.draw(st.integers(0, len(payload)))
    cut = data.draw(st.integers(0, 4))
    changed = payload[:start] + data.draw(st.sampled_from(PIECES)) + payload[start + cut :]
    short = read_any(kind, changed)
    assert short == read_long(kind, changed)
    assert short is None or short.payload() == changed


@pytest.mark.parametrize("kind", KINDS)
def test_short_and_long_reading_agree_on_member_values(kind: str) -> None:
    """Each member with the edges of every type: the same record or refused the same."""
    edges: list[Any] = [
        "", "a", "a" * 40, "a" * 41, "a" * 300, "a" * 301, "a" * 4000, "é", "a\nb",
        'a"b', "a\\b", "~", " ", HASH, HASH[:-1] + "B", SEEN,
        "A" * 86, "A" * 85 + "B", 0, 1, 2, 10**14, 10**15, 2**53 - 1, 2**53, [], [""], ["a"], ["a", "b"], ["a" * 41],
        [0], [1, 2],
        [2**53], [HASH], KEY, {**KEY, "x": ""}, {**KEY, "x": "é"}, {}, "all", "for", "log",
    ]  # fmt: skip
    good = sample(kind)
    for name in KINDS[kind].names[1:]:
        for value in edges:
            data = canonical_json({**good, name: value})
            short = read_any(kind, data)
            assert short == read_long(kind, data), (name, value)
            assert short is None or short.payload() == data


@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=120))
@settings(max_examples=200)
def test_any_payload_is_a_record_or_refused(kind: str, data: bytes) -> None:
    """Nothing but `PayloadRefused` comes out."""
    assert read_any(kind, data) is None


# --- The tables of docs/protocol.md --------------------------------------------------------------------------

PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
SIGNERS = {
    "R": "R", "S": "S", "O": "O", "C": "C", "K": "K", "E, D, O": "EDO", "the new one": "O", "E, O": "EO", "E, S": "ES",
    "E, K": "EK",
    "S, amendment †": "S", "S †": "S†", "O, own key": "O", "O, † by S after the close": "O",
    "any roster key, C": "OSKDC",
    "O, S": "OS", "D": "D",
}  # fmt: skip


def table(section: str) -> list[list[str]]:
    """The rows of the first table under a section's heading, without its head."""
    text = PAGE[re.search(rf"^#+ {re.escape(section)} ", PAGE, re.MULTILINE).start() :]  # type: ignore[union-attr]
    rows = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert rows is not None
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in rows[0].splitlines()[2:]]


def test_every_kind_is_the_row_of_the_page() -> None:
    """Section 6.3: kinds, who signs, members and their order, which wait for an `ack`."""
    rows = table("6.3")
    assert [row[0].strip("`") for row in rows] == list(KINDS), "kinds or their order"
    for kind, by, members in rows:
        record = KINDS[kind.strip("`")]
        letters = SIGNERS[by]
        assert record.by == frozenset(By(letter) for letter in letters.replace("†", "")), kind
        assert record.names == ("v", *members.split()), kind
        assert ("†" in by) == (record.needs_ack or record in {records.Roster, records.VoteVoid}), kind


def test_every_message_is_the_row_of_the_page() -> None:
    """Section 5.2: messages, who signs, members and their order; `manifest` is section 10's."""
    rows = table("5.2")
    assert [row[0].strip("`") for row in rows] == [kind for kind in MESSAGES if kind != "manifest"]
    for kind, by, members, _ in rows:
        message = MESSAGES[kind.strip("`")]
        assert message.by == frozenset(By(letter) for letter in by.split(", ")), kind
        assert message.names == ("v", *members.split()), kind
        assert message.payload_bytes_max == 48_000, kind


ROW_MOVES = {
    "`vote-open`": Move.OPEN, "`vote-act` disarm": Move.DISARM, "`vote-act` hold": Move.HOLD,
    "`vote-act` resume": Move.RESUME,
    "`vote-act` last-call": Move.LAST_CALL, "`vote-act` reopen": Move.REOPEN, "`vote-act` extend": Move.EXTEND,
    "`vote-close`": Move.CLOSE, "`vote-expired`": Move.EXPIRE, "`vote-announce`": Move.ANNOUNCE,
    "`vote-void`": Move.VOID,
}  # fmt: skip


def test_every_move_is_the_row_of_the_page() -> None:
    """Section 7.2: the table of moves, no arrow more or less."""
    moves = {}
    for phases, record, to in table("7.2"):
        for word in phases.split(", "):
            phase = Phase(word)
            moves[phase, ROW_MOVES[record]] = phase if to == "the same" else Phase(to)
    assert moves == MOVES


def test_limits_of_the_page_are_those_of_the_classes() -> None:
    """Section 1 names the sizes."""
    sentence = re.search(r"Payloads are at most ([\d,]+) bytes, except (.*)\.", PAGE)
    assert sentence is not None
    exceptions = {kind: record.payload_bytes_max for kind, record in KINDS.items() if record.payload_bytes_max != 4096}
    assert sentence[1] == "4,096"
    assert sentence[2] == "`trust` and `key-change` 16,000 and the `-part` kinds 48,000"
    assert exceptions == {"trust": 16_000, "key-change": 16_000, "roster-part": 48_000, "eligible-part": 48_000}
