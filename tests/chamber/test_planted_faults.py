"""Plants faults in the project and expects the simulation to find each within a few seeds.

If one is not found, the checkers are too weak. Every fault is a real way to get it wrong; none touches a checker.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest

import controller.heads
import controller.recorder
import protocol.meaning.ballot
import protocol.meaning.session
import protocol.meaning.shared
import seat_client.answers
from controller.heads import Scene
from controller.mqtt.bus import Delivery
from controller.recorder import Recorder
from controller.recovery import Behind
from controller.service import Service
from controller.store import StoreFailed
from protocol.checkpoint import Checkpoint, LogKey
from protocol.decide import Accepted, Refused, Repeated, RootAt, decide
from protocol.encoding import hash_text
from protocol.errors import ReceiptRefused
from protocol.keys import PublicKey
from protocol.messages import Hall
from protocol.receipt import Receipt
from protocol.records import Ballot
from protocol.sitting import MEANINGS, Meaning
from protocol.state import Entry, LogState, SessionState
from protocol.tally import count_vote
from seat_client import events as e
from seat_client.lamps import Lamp
from seat_client.seat import Seat
from tests.chamber import plain
from tests.chamber.disk import SimulatedDisk
from tests.chamber.parts import Plan
from tests.chamber.people import key_of
from tests.chamber.server import recover_really
from tests.chamber.stage import Broken
from tests.chamber.world import SeedFailed, simulate

SEEDS_MAX = 60
MISCOUNTS = frozenset(
    {
        "a result is what was pressed", "the package names who chose what", "the wall tells the count",
        "a head tells the count", "the last recorded press counts", "a recorded press is never lost",
        "nothing counts after the end", "nothing counts from outside the vote", "what was void never counts again",
        "a choice nobody pressed never counts", "a refused ballot never counts", "a count never moves after the end",
    }
)  # fmt: skip
"""The rules by which a wrong count may show first: it depends on the weather."""
FIRST_SEED = 100
Patch = pytest.MonkeyPatch
BALLOT = MEANINGS["ballot"]
"""What a ballot really means."""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Failures are expected here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def find(plan: Plan | None = None) -> tuple[int, BaseException]:
    """How many seeds it takes until one fails, and why it fails."""
    for tried, seed in enumerate(range(FIRST_SEED, FIRST_SEED + SEEDS_MAX), 1):
        try:
            simulate(seed, plan)
        except SeedFailed as failure:
            print(f"found at seed {seed}, the {tried}. tried: {failure.cause}")  # noqa: T201 - pytest shows it on request
            return tried, failure.cause
    return pytest.fail(f"{SEEDS_MAX} seeds did not find the fault")


def rule_found(plan: Plan | None = None) -> str:
    """The rule by which the fault was found."""
    _, cause = find(plan)
    assert isinstance(cause, Broken), repr(cause)
    return cause.rule


def test_answer_before_the_commit_is_found(monkeypatch: Patch) -> None:
    """A service that publishes first and writes then."""

    def work(service: Service, deliveries: list[Delivery]) -> None:
        batch = service._judge(deliveries, service._now_ms())  # noqa: SLF001 - the fault stands in its place
        for outgoing in service.recorder.publish(batch, service._now_ms()):  # noqa: SLF001
            service.bus.publish(outgoing.topic, outgoing.payload, retain=outgoing.retain)
        try:
            service._store.commit(batch)  # noqa: SLF001
        except StoreFailed:
            service._start_again()  # noqa: SLF001

    monkeypatch.setattr(Service, "_work", work)
    assert rule_found() in {"no receipt before the leaf is durable", "no checkpoint before its leaves are durable"}


def test_forgotten_duplicate_check_is_found(monkeypatch: Patch) -> None:
    """A recorder that has forgotten what it logged writes a repeat a second time."""

    def forgetful(
        state: LogState, data: bytes, root_at: RootAt, nonces: dict[str, str] | None = None, *, own: bool = False
    ) -> Accepted | Repeated | Refused:
        state.index_by_hash.pop(hash_text(data), None)
        return decide(state, data, root_at, nonces or {}, own=own)

    monkeypatch.setattr(controller.recorder, "decide", forgetful)
    assert rule_found() in {
        "a record stands at one place", "nothing stands in the log twice", "what stands in the log is not refused",
    }  # fmt: skip


def _plant_judge(monkeypatch: Patch, judge: Callable[[LogState, Entry], str]) -> None:
    monkeypatch.setitem(MEANINGS, "ballot", Meaning(judge, BALLOT.apply))


def test_counting_a_late_ballot_is_found(monkeypatch: Patch) -> None:
    """A log that lets ballots count after the end."""

    def judge(state: LogState, entry: Entry) -> str:
        reason = BALLOT.judge(state, entry)
        return "" if reason == "late" else reason

    _plant_judge(monkeypatch, judge)
    assert rule_found() in MISCOUNTS


def test_counting_the_first_press_instead_of_the_last_is_found(monkeypatch: Patch) -> None:
    """A log that forgets that a newer ballot replaces the older."""
    count = protocol.meaning.ballot.count_ballot

    def keep_older(state: LogState, entry: Entry) -> None:
        assert isinstance(entry.record, Ballot), "only ballots come here"
        vote = state.opens[entry.record.open]
        older = vote.ballots.get(entry.record.member)
        count(state, entry)
        if older is not None:
            vote.ballots[entry.record.member] = older

    monkeypatch.setattr(protocol.meaning.ballot, "count_ballot", keep_older)
    assert rule_found() in MISCOUNTS


def test_counting_a_held_ballot_is_found(monkeypatch: Patch) -> None:
    """A log that counts what is pressed while the vote is held, as a press in flight is."""

    def judge(state: LogState, entry: Entry) -> str:
        reason = BALLOT.judge(state, entry)
        return "" if reason == "held" else reason

    _plant_judge(monkeypatch, judge)
    assert rule_found() in MISCOUNTS


def test_session_that_outlives_its_end_is_found(monkeypatch: Patch) -> None:
    """A log in which a card taken out can still vote."""

    def judge(state: LogState, entry: Entry) -> str:
        assert isinstance(entry.record, Ballot), "only ballots come here"
        session = state.sessions.get(entry.record.session)
        if session is None or session.end_index < 0:
            return BALLOT.judge(state, entry)
        alive = state.sessions | {session.hash: replace(session, end_index=-1)}
        ended, state.sessions = state.sessions, alive
        reason = BALLOT.judge(state, entry)
        state.sessions = ended
        return reason

    _plant_judge(monkeypatch, judge)
    assert rule_found() in MISCOUNTS


def test_believing_a_ballot_for_somebody_else_is_found(monkeypatch: Patch) -> None:
    """A log that does not compare the ballot's member with the session's."""

    def judge(state: LogState, entry: Entry) -> str:
        reason = BALLOT.judge(state, entry)
        return "" if reason == "seat" else reason

    _plant_judge(monkeypatch, judge)
    assert rule_found() in MISCOUNTS


def test_forgotten_staleness_is_found(monkeypatch: Patch) -> None:
    """A log in which an act takes effect although its officer had not seen what happened since."""
    monkeypatch.setattr(protocol.meaning.shared, "judge_stale", lambda _state, _entry: "")
    assert rule_found() in {"an act has seen the last change", "a refused act never takes effect"}


def test_lamp_lit_by_an_acknowledgement_of_the_broker_is_found() -> None:
    """A seat that says *recorded* as soon as the ballot has left."""

    class HastySeat(Seat):
        def handle(self, event: e.Event, moment: e.Moment) -> list[e.Effect]:
            effects = super().handle(event, moment)
            pressed = any(isinstance(effect, e.Report) and effect.what is e.Happening.PRESSED for effect in effects)
            return [*effects, e.ShowLamp(Lamp.RECORDED)] if pressed else effects

    plan = Plan(make_seat=lambda seat: HastySeat(seat, key_of(seat), key_of("root").public))
    assert rule_found(plan) == "recorded means receipted"


def test_lamp_lit_without_a_proof_is_found(monkeypatch: Patch) -> None:
    """A seat that believes any receipt that names its record."""

    def believe(data: bytes, record: bytes, log_key: LogKey, _controller: PublicKey) -> Receipt:
        try:
            told = plain.read_receipt(data)
        except (ValueError, IndexError, KeyError) as error:
            raise ReceiptRefused("not even the form of a receipt") from error
        reason = told.status.partition(":")[2]
        return Receipt(hash_text(record), told.at, reason, Checkpoint(log_key.origin, told.size, told.root))

    monkeypatch.setattr(seat_client.answers, "open_receipt", believe)
    assert rule_found() in {"recorded means receipted", "every press is answered", "no seat ever sees a fork"}


def _forget_last_batch(disk: SimulatedDisk, entropy: Callable[[int], bytes]) -> Recorder:
    """A disk that lied: the last batch and everything that speaks of it is gone."""
    if len(disk.notes) > 1 and disk.trusted:
        disk.notes.pop()
        size, _ = plain.read_checkpoint_note(disk.notes[-1])
        del disk.log[size:]
        disk.second = disk.notes[-1]
    disk.trusted = True
    return recover_really(disk, entropy)


def test_recovery_that_forgets_the_last_batch_is_found() -> None:
    """A controller that goes on from a log older than what it has answered."""
    assert rule_found(Plan(recover=_forget_last_batch)) in {
        "nothing accepted is lost", "the log only grows", "one tree of each size", "a record stands at one place",
        "no seat ever sees a fork", "no receipt before the leaf is durable", "heads rise", "one head of each number",
    }  # fmt: skip


def test_restored_old_database_is_refused() -> None:
    """The second place remembers the newest checkpoint: recovery itself refuses to fork the log."""

    class Restored(SimulatedDisk):
        def leaves(self, start: int = 0) -> Iterator[list[bytes]]:
            yield self.log[start:-1]

    def recover(disk: SimulatedDisk, entropy: Callable[[int], bytes]) -> Recorder:
        restored = Restored()
        restored.log, restored.notes, restored.second = disk.log, disk.notes[:-1], disk.second
        restored.kept_blobs = disk.kept_blobs
        return recover_really(restored, entropy)

    _, cause = find(Plan(recover=recover))
    assert isinstance(cause, Behind)


def test_split_shown_before_the_end_is_found(monkeypatch: Patch) -> None:
    """A hall that shows the figures while the vote runs."""
    compose = controller.heads.compose_hall

    def leak(scene: Scene, blobs: Mapping[str, bytes], number: int, now_ms: int) -> Hall:
        hall = compose(scene, blobs, number, now_ms)
        if scene.vote is None or not scene.vote.running:
            return hall
        return replace(hall, figures=count_vote(scene.vote, frozenset()).counts)

    monkeypatch.setattr(controller.recorder, "compose_hall", leak)
    assert rule_found() == "nobody sees the split before the end"


def test_recusal_without_effect_is_found(monkeypatch: Patch) -> None:
    """A log that lets a recused member's answer stand."""

    def judge(state: LogState, entry: Entry) -> str:
        reason = BALLOT.judge(state, entry)
        return "" if reason == "recused" else reason

    _plant_judge(monkeypatch, judge)
    assert rule_found() in MISCOUNTS


def test_superseded_session_that_lives_on_is_found(monkeypatch: Patch) -> None:
    """A log in which a card in a second seat leaves the first one voting."""
    end = protocol.meaning.session.end_session

    def end_all_but_superseded(state: LogState, session: SessionState, index: int, why: str) -> None:
        if why != "superseded":
            end(state, session, index, why)

    monkeypatch.setattr(protocol.meaning.session, "end_session", end_all_but_superseded)
    assert rule_found() in MISCOUNTS
