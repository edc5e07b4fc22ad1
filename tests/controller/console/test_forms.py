"""Forms and simple acts: every action of the catalogue leads to an act, and the act to the record that it names."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from controller.console.acts import Act, Acts
from controller.console.catalogue import ACTIONS, SECRETARY_ACTIONS, Selection, texts_of
from controller.console.forms import Field, check, form_of, has_form
from controller.console.simple_acts import SIMPLE, act_of
from controller.console.snapshot import Snapshot
from controller.desk.documents import WaitingNow
from controller.words import LANGUAGES, catalogue
from protocol import records
from protocol.explain import ENGLISH
from protocol.record import Record
from tests.controller.console.snapshots import idle, with_floor, with_series, with_vote

SEEN = "7:" + "A" * 43


class Pen:
    """Stands in for an officer's line: keeps what would be sent."""

    officer = "chair"

    def __init__(self) -> None:
        self.sent: list[Record] = []
        self.blobs: list[bytes] = []
        self.desk = type("Desk", (), {"trust_digest": "T" * 42 + "A"})()

    async def act(self, draft: Any) -> tuple[str, None]:
        """Keep the record."""
        self.sent.append(draft(5, SEEN, 1_000))
        return "H" * 43, None

    async def send_blob(self, blob: bytes) -> None:
        """Keep the blob."""
        self.blobs.append(blob)


def sent_by(act: Act, snapshot: Snapshot) -> Record:
    """The one record that an act sends."""
    pen = Pen()
    asyncio.run(_perform(act, Acts(pen, lambda: snapshot)))  # type: ignore[arg-type]
    assert len(pen.sent) == 1
    return pen.sent[0]


async def _perform(act: Act, acts: Acts) -> None:
    await act(acts)


def test_every_action_has_an_act_or_a_form_and_its_texts() -> None:
    """One of both, never none, and words for people."""
    texts = texts_of(ENGLISH)
    for action in (*ACTIONS, *SECRETARY_ACTIONS):
        simple = action.id in SIMPLE or action.id == "arm"
        assert simple != has_form(action.id), action.id
        name, sentence = texts[action.id]
        assert len(name) <= 14, name
        assert sentence.endswith("."), sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_actions_of_an_officer_have_one_name(language: str) -> None:
    """To adjourn a sitting and to defer an item must not read alike; what is one name in English may be one."""
    texts, english = texts_of(catalogue(language)), texts_of(ENGLISH)
    for actions in (ACTIONS, SECRETARY_ACTIONS):
        named: dict[str, str] = {}
        for action in actions:
            other = named.setdefault(texts[action.id][0], action.id)
            assert english[other][0] == english[action.id][0], (other, action.id)


def test_arming_takes_the_next_prepared_vote_of_the_active_item() -> None:
    """The first of the series that was not held."""
    known = with_series(idle())
    act = act_of("arm", known, Selection())
    assert act is not None
    record = sent_by(act, known)
    assert isinstance(record, records.VoteArm)
    assert (record.vote, record.rule, record.item) == ("n-1", "simple", "i-2")


def test_arming_without_a_prepared_vote_asks_for_words() -> None:
    """There is nothing to take."""
    known = idle()
    known = replace(known, now=replace(known.now, item="i-4"))
    assert act_of("arm", known, Selection()) is None


def test_without_a_series_the_motions_of_the_agenda_come_in_their_order() -> None:
    """An amendment before its motion."""
    known = idle()
    assert [plan.vote for plan in known.series_of("i-2")] == ["v-2a", "v-2"]


@pytest.mark.parametrize(
    ("phase", "action", "kind"),
    [
        ("armed", "open", records.VoteOpen),
        ("armed", "disarm", records.VoteAct),
        ("open", "hold", records.VoteAct),
        ("held", "resume", records.VoteAct),
        ("open", "last-call", records.VoteAct),
        ("open", "extend", records.VoteAct),
        ("last-call", "reopen", records.VoteAct),
        ("last-call", "close", records.VoteClose),
        ("held", "close", records.VoteClose),
        ("closed", "announce", records.VoteAnnounce),
    ],
)
def test_an_act_on_the_vote_at_hand_is_its_record(phase: str, action: str, kind: type[Record]) -> None:
    """Of the kind that the protocol has for it."""
    known = with_vote(phase, answered=9)
    act = act_of(action, known, Selection())
    assert act is not None
    record = sent_by(act, known)
    assert isinstance(record, kind)
    if isinstance(record, records.VoteAct):
        assert record.act == action


def test_a_vote_that_is_not_open_cannot_be_held() -> None:
    """Nothing is sent."""
    known = with_vote("armed")
    act = act_of("hold", known, Selection())
    assert act is not None
    with pytest.raises(Exception, match="vote-is-armed"):
        sent_by(act, known)


def test_the_next_speaker_is_the_first_who_waits_once_nobody_speaks() -> None:
    """With the time of the kind of speech."""
    known = with_floor(idle())
    act = act_of("next-speaker", known, Selection())
    assert act is not None
    stopped = sent_by(act, known)
    assert isinstance(stopped, records.Speech)
    assert (stopped.act, stopped.speaker) == ("stop", "m-0001")
    quiet = replace(known, now=replace(known.now, floor=replace(known.now.floor, current=None)))
    act = act_of("next-speaker", quiet, Selection())
    assert act is not None
    granted = sent_by(act, quiet)
    assert isinstance(granted, records.Speech)
    assert (granted.act, granted.speaker, granted.sort, granted.ms) == ("grant", "m-0002", "point-of-order", 60_000)


def test_a_void_is_typed_with_the_id_of_its_vote() -> None:
    """No other vote, no empty line."""
    known = with_vote("closed", answered=20)
    form = form_of("void", known, Selection(), ENGLISH)
    assert check(form.fields[0], "v-3", ENGLISH) == "Choose one of: v-2"
    assert check(form.fields[0], "", ENGLISH) == "Something must be written here."
    assert check(form.fields[1], "Not a code", ENGLISH) != ""
    record = sent_by(form.bring({"vote": "v-2", "code": "fault", "basis": ""}), known)
    assert isinstance(record, records.VoteVoid)
    assert (record.open, record.code) == ("O" * 43, "fault")


def test_closing_the_sitting_is_typed_with_its_id() -> None:
    """Another id closes nothing."""
    known = idle()
    form = form_of("close-sitting", known, Selection(), ENGLISH)
    assert check(form.fields[0], "s-13", ENGLISH)
    assert not check(form.fields[0], "s-12", ENGLISH)
    assert isinstance(sent_by(form.bring({"sitting": "s-12", "code": "end"}), known), records.SittingClose)


def test_a_count_of_papers_asks_for_each_option_and_takes_numbers_only() -> None:
    """Digits of this keyboard."""
    known = with_vote("open", mode="paper", officer="secretary")
    form = form_of("enter-paper", known, Selection(), ENGLISH)
    assert [field.id for field in form.fields] == [
        "issued", "returned", "valid", "invalid", "for-for", "for-against", "for-abstain",
    ]  # fmt: skip
    assert check(form.fields[0], "-3", ENGLISH)
    assert check(form.fields[0], "١٢", ENGLISH)
    answers = {"issued": "31", "returned": "30", "valid": "29", "invalid": "1"}
    record = sent_by(form.bring(answers | {"for-for": "20", "for-against": "5", "for-abstain": "4"}), known)
    assert isinstance(record, records.PaperResult)
    assert (record.issued, record.invalid, record.figures) == (31, 1, (20, 5, 4))


def test_an_acknowledgement_names_what_waits_for_this_office() -> None:
    """What waits for the secretary is not the chair's."""
    known = idle()
    waiting = (
        WaitingNow("B" * 43, "vote-void", "secretary", "chair"),
        WaitingNow("C" * 43, "lot", "chair", "secretary"),
    )
    known = replace(known, now=replace(known.now, waiting=waiting))
    form = form_of("acknowledge", known, Selection(), ENGLISH)
    assert [value for value, _ in form.fields[0].choices] == ["BBBBBBBB"]
    record = sent_by(form.bring({"record": "BBBBBBBB"}), known)
    assert isinstance(record, records.Ack)
    assert record.of == "B" * 43


def test_a_text_beyond_its_record_is_refused() -> None:
    """At the character."""
    assert check(Field("title", "Title"), "x" * 301, ENGLISH) == "At most 300 characters."
    assert check(Field("title", "Title"), "x" * 300, ENGLISH) == ""
