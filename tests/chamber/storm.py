"""The storm: members, officers, faults and a hostile client, each at uneven times, while the seed's weather rages."""

from collections.abc import Callable
from functools import partial

from seat_client.events import Button
from seat_client.lamps import Lamp
from tests.chamber.parts import Chamber
from tests.chamber.seat_unit import CHOICES, SeatUnit
from tests.chamber.stage import draw_storm

FIRST_CALM_MS = 2_000
"""People sit down before the storm begins."""
STORM_MS = (10_000, 40_000)
MEMBERS_MS, OFFICERS_MS, HOSTILE_MS, FAULTS_MS = 220, 900, 1200, 3000
"""How often, on average, something happens: in a large chamber members do more."""


class Storm:
    """One storm over one chamber."""

    def __init__(self, chamber: Chamber) -> None:
        self._chamber = chamber
        self._weather = draw_storm(chamber.stage.random)
        self._until_ms = chamber.stage.now_ms + chamber.stage.random.randrange(*STORM_MS)

    def rage(self) -> None:
        """From power on to the last gust."""
        self._begin()
        self._chamber.run_until(self._chamber.stage.now_ms + FIRST_CALM_MS)
        self._chamber.stage.weather = self._weather
        self._chamber.run_until(self._until_ms)

    def _begin(self) -> None:
        self._chamber.server.start()
        for officer in self._chamber.conduct.officers.values():
            officer.connect()
        for seat in self._chamber.seats.values():
            seat.power_on()
        self._chamber.hostile.connect()
        for member, seat in zip(self._chamber.members, self._chamber.seats.values(), strict=False):
            self._chamber.stage.timeline.after(
                self._chamber.stage.random.randrange(1, 1500), partial(seat.insert, member)
            )
        busy = max(1, len(self._chamber.members) // 5)
        self._again(MEMBERS_MS // busy, self._move_members)
        self._again(OFFICERS_MS, self._chamber.conduct.act_somehow)
        self._again(HOSTILE_MS, self._chamber.hostile.do_something_bad)
        self._again(FAULTS_MS, self._break_something)

    def _again(self, every_ms: int, what: Callable[[], None]) -> None:
        """Let something happen again and again while the storm lasts, at uneven times."""

        def happen() -> None:
            if self._chamber.stage.now_ms < self._until_ms:
                what()
                self._again(every_ms, what)

        self._chamber.stage.timeline.after(self._chamber.stage.random.randrange(1, 2 * every_ms), happen)

    def _move_members(self) -> None:
        random, seat = self._chamber.stage.random, self._chamber.any_seat()
        chance, member = self._chamber.stage.chance, seat.member
        if not member:
            if chance(0.5):
                self._bring_card(seat)
        elif seat.lamp in {Lamp.NOT_COUNTED, Lamp.ABSENT} and chance(0.4):
            seat.remove()
            seat.insert(member)
        elif chance(0.06):
            seat.remove()
        elif chance(0.06):
            seat.remove()
            self._chamber.any_seat().insert(member)
        else:
            seat.press(Button.SPEAK if chance(0.05) else random.choice(CHOICES))

    def _bring_card(self, seat: SeatUnit) -> None:
        """Somebody comes back, or, now and then, a card turns up that lies in another seat already."""
        away = [
            member for member in self._chamber.members if all(s.member != member for s in self._chamber.seats.values())
        ]
        if self._chamber.stage.chance(0.1):
            away = self._chamber.members
        if away:
            seat.insert(self._chamber.stage.random.choice(away))

    def _break_something(self) -> None:
        stage, server, back_ms = (
            self._chamber.stage,
            self._chamber.server,
            self._chamber.stage.random.randrange(200, 6000),
        )
        weather, after = stage.weather, stage.timeline.after
        seat, officer = self._chamber.any_seat(), stage.random.choice(list(self._chamber.conduct.officers.values()))
        if stage.chance(weather.loss):
            seat.disconnect()
            after(back_ms, seat.connect)
        if stage.chance(weather.power_cut * 40):
            seat.power_off()
            after(back_ms, seat.power_on)
        if stage.chance(weather.loss):
            officer.disconnect()
            after(back_ms, officer.connect)
        if stage.chance(weather.loss / 2):
            officer.restart()
        if stage.chance(weather.crash * 3) and server.service is not None:
            server.lose_power()
