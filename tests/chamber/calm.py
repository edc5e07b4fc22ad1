"""The calm after the storm: everything is repaired, and what must come comes within bounded time."""

from controller.officer_desk import Draft
from protocol import records
from seat_client.lamps import Lamp
from tests.chamber.officers import COUNTED, OfficerUnit, result_counts
from tests.chamber.parts import Chamber
from tests.chamber.people import SITTING
from tests.chamber.plain import hash_of
from tests.chamber.prologue import act_draft, arm_draft, close_draft
from tests.chamber.seat_unit import CHOICES
from tests.chamber.stage import CALM, require

TRIES = 5


class Calm:
    """Brings one chamber to the end of its sitting. Every method raises `Broken` where the project does not follow."""

    def __init__(self, chamber: Chamber) -> None:
        self._chamber = chamber

    def bring_to_an_end(self) -> None:
        """From clear weather to a closed sitting."""
        self.clear_weather()
        self.settle()
        self.end_votes()
        self.hold_last_vote()
        self.close_sitting()

    def clear_weather(self) -> None:
        """The storm is over: everything has power, every link is made anew, nobody is hostile."""
        self._chamber.stage.note("calm")
        self._chamber.stage.weather = CALM
        self._chamber.disk.failing = self._chamber.disk.cut = ""
        self._chamber.server.bus.cut_after = -1
        self._chamber.server.start()
        self._chamber.server.clock_ms = 0
        for seat in self._chamber.seats.values():
            seat.power_on()
            seat.disconnect()
            seat.connect()
        for officer in self._chamber.conduct.officers.values():
            officer.disconnect()
            officer.connect()

    def settle(self) -> None:
        """Every press is answered, every seat has nothing left to send, every officer's act has its answer."""
        self._chamber.wait(
            "every press is answered", lambda: not self._chamber.ledger.unsettled(), self._chamber.ledger.unsettled
        )
        self._chamber.wait("nothing stays unanswered", self._all_quiet, self._busy)

    def _busy(self) -> list[str]:
        seats = [
            seat.id
            for seat in self._chamber.seats.values()
            if seat.core is None or seat.core.next_deadline_s() is not None
        ]
        return seats + [
            name for name, unit in self._chamber.conduct.officers.items() if unit.desk.waiting or not unit.desk.ready
        ]

    def _all_quiet(self) -> bool:
        return not self._busy()

    def _act(self, name: str, draft: Draft) -> str:
        """An act of the chair in fine weather, tried again while others have just acted; returns its answer."""
        unit, answer = self._unit(), "stale"
        for _ in range(TRIES):
            self._chamber.wait("officers are ready", lambda: unit.desk.ready)
            record = unit.act(name, draft)
            self._chamber.wait("every act is answered", lambda r=record: r in unit.answers, lambda: name)  # type: ignore[misc]
            self._chamber.run_until(self._chamber.stage.now_ms + 500)
            answer = unit.answers[record]
            if answer != "stale":
                break
        return answer

    def _unit(self) -> OfficerUnit:
        return self._chamber.conduct.officers["chair"]

    def _must(self, name: str, draft: Draft) -> None:
        answer = self._act(name, draft)
        require(answer == COUNTED, "in fine weather the chair can act", (name, answer))

    def end_votes(self) -> None:
        """The chair comes back, resumes the sitting, and ends the vote that still runs."""
        self._act("take chair", lambda q, n, t: records.Presiding(SITTING, "chair", "back", q, n, t))
        self._chamber.run_until(self._chamber.stage.now_ms + 500)
        head = self._unit().head
        require(head is not None, "the chair sees a head")
        assert head is not None, "required"
        if head.state == "adjourned":
            self._must("resume", lambda q, n, t: records.Resume(SITTING, "back", q, n, t))
        opened = hash_of(head.open.encode())
        if head.phase == "open":
            answer = self._act("last-call", act_draft(opened, "last-call"))
            self._expect_end_by_itself(answer)
        if self._phase() in {"held", "last-call"}:
            answer = self._act("close", close_draft(opened))
            self._expect_end_by_itself(answer)
        require(self._phase() not in {"open", "held", "last-call"}, "every vote can be closed", self._phase())

    def _phase(self) -> str:
        head = self._unit().head
        return head.phase if head is not None else ""

    def _expect_end_by_itself(self, answer: str) -> None:
        """An act on a running vote works, unless its time was over meanwhile."""
        over = answer in {"stale", "closed", "state"} and self._phase() in {"closed", "void"}
        require(answer == COUNTED or over, "every vote can be closed", (answer, self._phase()))

    def hold_last_vote(self) -> None:
        """All who are there press once, every lamp says recorded, and exactly that is counted."""
        self._reinsert_cards()
        self._must("arm", arm_draft(SITTING, "v-last"))
        arm = self._unit().head
        assert arm is not None, "the chair has just acted on it"
        self._must("open", lambda q, n, t: records.VoteOpen(hash_of(arm.arm.encode()), q, n, t))
        head = self._unit().head
        assert head is not None, "the chair has just acted on it"
        opened = hash_of(head.open.encode())
        pressed = [0, 0, 0]
        for seat in self._chamber.seats.values():
            if seat.member:
                require(seat.lamp is Lamp.VOTE_OPEN, "whoever sits sees the vote", (seat.id, seat.lamp))
                choice = self._chamber.stage.random.randrange(3)
                seat.press(CHOICES[choice])
                pressed[choice] += 1
        self.settle()
        lamps = {seat.id: seat.lamp for seat in self._chamber.seats.values() if seat.member}
        require(set(lamps.values()) <= {Lamp.RECORDED}, "in fine weather every press is recorded", lamps)
        self._must("last-call", act_draft(opened, "last-call"))
        self._must("close", close_draft(opened))
        self._chamber.wait("a result follows the close", lambda: bool(result_counts(self._unit().head)))
        require(result_counts(self._unit().head) == pressed, "the last vote is what was pressed", pressed)

    def _reinsert_cards(self) -> None:
        """Each member sits down once more, one card in one seat, as after a confusion in the room."""
        for seat in self._chamber.seats.values():
            seat.remove()
        self.settle()
        for member, seat in zip(self._chamber.members, self._chamber.seats.values(), strict=False):
            seat.insert(member)
        self._chamber.wait(
            "whoever brings a card is seated",
            lambda: all(
                s.lamp is not Lamp.ABSENT and s.core and s.core.member == s.member
                for s in self._chamber.seats.values()
                if s.member
            ),
            lambda: {seat.id: (seat.member, seat.lamp.value) for seat in self._chamber.seats.values()},
        )
        self.settle()

    def close_sitting(self) -> None:
        """The chair closes the sitting, and all that is still under way gets its answer."""
        self._must("close sitting", lambda q, n, t: records.SittingClose(SITTING, "end", q, n, t))
        self.settle()
