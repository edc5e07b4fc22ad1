"""The scene of a vote that has ended: figures, what it took, the outcome and why, the seats, then the names. Pure.

Seats and names are shown of votes whose ballots bear names. A voided vote says that it is void, and shows no figure:
those are for the minutes.

Source: `docs/protocol.md` section 8.
"""

from dataclasses import replace
from typing import Final

from controller.console.map.plan import plan_of_roster
from controller.desk.documents import House, NamedAnswer, VoteRecord
from controller.hall import wording
from controller.hall.moments import is_named
from controller.hall.scene import Figure, HallScene, NameGroup, SeatMark, State
from controller.hall.tongues import Tongues
from protocol.explain import explain_outcome, outcome_word
from protocol.vote import Phase

STANDINGS: Final = ("for", "against", "abstain", "chose", "not-voting", "absent", "recused")
"""The order of lists of names."""
SEAT_SCALE: Final = 1_000
EMPTY, OPTION, ELECTED, VOID, TEST = "empty", "option", "elected", "void", "test"


def result_scene(
    scene: HallScene,
    state: State,
    house: House,
    record: VoteRecord | None,
    occupied: tuple[int, ...],
    tongues: Tongues,
) -> HallScene:
    """The scene with a result in it. `record` is None until the controller has counted, and after a vote in camera.

    `occupied`: as in `Now`, from when the vote still ran.
    """
    if record is None:
        return replace(scene, state=State.RESULT.value, headline=tongues.say(wording.counting))
    title = tongues.quote(record.title or record.id)
    scene = replace(
        scene,
        test=int(record.mode == TEST),
        headline=tongues.say(lambda words: wording.result_word(state, record.phase, words)),
        item_title=() if title == scene.item_title else scene.item_title,
        title=title,
        detail=tongues.quote(record.rule.title),
    )
    if record.phase == Phase.VOID.value:
        return replace(scene, outcome=VOID, outcome_word=tongues.say(wording.void_line))
    scene = _with_outcome(replace(scene, figures=_figures(house, record, tongues)), record, tongues)
    if is_named(record):
        scene = replace(scene, seats=_seats(house, record, occupied))
        if state is State.NAMED:
            scene = replace(scene, names=_names(house, record, tongues))
    return scene


def _with_outcome(scene: HallScene, record: VoteRecord, tongues: Tongues) -> HallScene:
    """The outcome, and the sentence that says why. A test has none: its figures only show that seats work."""
    if record.mode == TEST:
        return replace(scene, why=tongues.say(wording.test_line))
    needed, plain = record.needed, record.plain
    return replace(
        scene,
        outcome=record.outcome,
        outcome_word=tongues.say(lambda words: outcome_word(record.outcome, words).rstrip(".")),
        needed=tongues.say(lambda words: wording.needed_line(needed, words)) if needed else (),
        why=tongues.say(lambda words: explain_outcome(record.rule, record.figures, record.casting, words))
        if plain
        else (),
    )


def _figures(house: House, record: VoteRecord, tongues: Tongues) -> tuple[Figure, ...]:
    """For, against and abstained, or a number for each option; then those who did not vote."""
    names = {member.id: member.name for member in house.members}
    counted = []
    for option, count in zip(record.options, record.counts, strict=False):
        if record.plain:
            counted.append(_standing_figure(option, count, tongues))
        else:
            mark = ELECTED if option in record.elected else OPTION
            counted.append(Figure(mark, tongues.quote(names.get(option, option)), count))
    rest = (("not-voting", record.not_voting), ("absent", record.absent), ("recused", record.recused))
    return (*counted, *(_standing_figure(standing, count, tongues) for standing, count in rest))


def _standing_figure(standing: str, count: int, tongues: Tongues) -> Figure:
    return Figure(standing, tongues.say(lambda words: wording.standing_word(standing, words)), count)


def _seats(house: House, record: VoteRecord, occupied: tuple[int, ...]) -> tuple[SeatMark, ...]:
    """Every seat of the roster with what became of who sat there."""
    standing = {answer.member: answer.standing for answer in record.answers}
    group = {member.id: member.group for member in house.members}
    sitters = []
    marks = []
    for number, seat in enumerate(house.seats):
        place = occupied[number] if number < len(occupied) else -1
        member = house.members[place].id if 0 <= place < len(house.members) else ""
        sitters.append((seat.id, seat.place, group.get(member, "")))
        marks.append(standing.get(member, EMPTY))
    places = plan_of_roster(sitters)
    return tuple(
        SeatMark(round(place.x * SEAT_SCALE), round(place.y * SEAT_SCALE), mark)
        for place, mark in zip(places, marks, strict=True)
    )


def _names(house: House, record: VoteRecord, tongues: Tongues) -> tuple[NameGroup, ...]:
    """Everybody by what became of him or her, in the order of the record; who chose among options with the choice."""
    groups = [
        (standing, [answer for answer in record.answers if answer.standing == standing]) for standing in STANDINGS
    ]
    return tuple(
        NameGroup(
            standing,
            _standing_figure(standing, len(answers), tongues).label,
            tuple(tongues.quote_one(_shown(house, answer)) for answer in answers),
        )
        for standing, answers in groups
        if answers
    )


def _shown(house: House, answer: NamedAnswer) -> str:
    if answer.standing != "chose":
        return answer.name
    names = {member.id: member.name for member in house.members}
    return f"{answer.name}: {', '.join(names.get(option, option) for option in answer.choice)}"
