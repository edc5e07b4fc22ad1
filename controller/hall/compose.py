"""From the public documents to the scene of the hall. Pure.

Before a vote's end a scene has no figure but the turnout, no mark of a seat and no name; in camera it has nothing but
that. What a document lacks (an item without an agenda, a speaker whom nobody named) is shown by its id.

Source: `docs/protocol.md` sections 5.2 and 8.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from controller.desk.documents import House, Now, VoteNow, VoteRecord
from controller.hall import wording
from controller.hall.moments import Memory, record_at_hand, state_of
from controller.hall.results import result_scene
from controller.hall.scene import GRAVE, RESULTS, VOTING, HallScene, Said, State, Turnout
from controller.hall.tongues import Tongues
from protocol.agenda import AgendaItem
from protocol.explain import explain_needed

TEST, PAPER = "test", "paper"


@dataclass(frozen=True, slots=True)
class HallSettings:
    """What a screen is told at its start. `council`: its name; `names`: whether lists of names are shown."""

    tongues: Tongues
    council: str = ""
    names: bool = True


def compose_scene(
    house: House, now: Now, votes: Mapping[str, VoteRecord], memory: Memory, settings: HallSettings
) -> HallScene:
    """What the hall sees. `memory`: after `now` (`controller.hall.moments.remember`)."""
    tongues = settings.tongues
    state = state_of(now, memory, votes, names=settings.names)
    headline = tongues.say(lambda words: wording.state_word(state, words))
    scene = HallScene(state.value, now.number, grave=int(state in GRAVE), headline=headline)
    if state is State.IN_CAMERA:
        return scene
    scene = replace(scene, place=_place(house, now, settings))
    if state in {State.NO_SITTING, State.RECESS}:
        return scene
    if state in VOTING:
        assert now.vote is not None, "a state of a vote"
        return _vote_scene(scene, house, now.vote, tongues)
    if state in RESULTS:
        record = record_at_hand(now, memory, votes)
        about = _about_item(scene, house, _item_of(now, record), tongues)
        return result_scene(about, state, house, record, memory.occupied, tongues)
    scene = replace(scene, quorum=_quorum(house, now, tongues))
    if state is State.SPEAKER:
        return _speaker_scene(_about_item(scene, house, now.item, tongues), house, now, tongues)
    if state is State.ITEM:
        about = _about_item(scene, house, now.item, tongues)
        return replace(about, item_title=(), title=about.item_title)
    return replace(scene, coming=_next_item(house, now, tongues))


def _place(house: House, now: Now, settings: HallSettings) -> Said:
    council = settings.council or house.body
    if not now.sitting:
        return settings.tongues.quote(council)
    return settings.tongues.say_of(council, lambda text, words: wording.sitting_line(text, now.sitting, words))


def _quorum(house: House, now: Now, tongues: Tongues) -> Said:
    here, needed = now.quorum.here, now.quorum.needed
    count = house.in_office or len(house.members)
    return tongues.say(lambda words: wording.present_line(here, count, needed, words)) if count else ()


# --- Items ----------------------------------------------------------------------------------------------------


def item_numbers(items: tuple[AgendaItem, ...]) -> dict[str, str]:
    """The number of each item in the order of business: `3`, and `3.1` of what it contains."""
    numbers: dict[str, str] = {}
    inside: dict[str, int] = {}
    for item in items:
        inside[item.parent] = place = inside.get(item.parent, 0) + 1
        above = numbers.get(item.parent, "")
        numbers[item.id] = f"{above}.{place}" if above else str(place)
    return numbers


def _about_item(scene: HallScene, house: House, item: str, tongues: Tongues) -> HallScene:
    """The scene with the item it is about, if any."""
    if not item:
        return scene
    number = item_numbers(house.items).get(item, item)
    title = next((one.title for one in house.items if one.id == item), "")
    label = tongues.say(lambda words: wording.item_label(number, words))
    return replace(scene, item=label, item_title=tongues.quote(title))


def _item_of(now: Now, record: VoteRecord | None) -> str:
    if record is not None:
        return record.item
    return now.vote.item if now.vote is not None else ""


def _next_item(house: House, now: Now, tongues: Tongues) -> Said:
    """The first item that nobody has called."""
    called = {item.id for item in now.items if item.phase != "planned"}
    coming = next((item for item in house.items if item.id not in called), None)
    if coming is None:
        return ()
    number = item_numbers(house.items)[coming.id]
    return tongues.say_of(f"{number}. {coming.title}", wording.next_line)


# --- The floor and the vote -----------------------------------------------------------------------------------


def _speaker_scene(scene: HallScene, house: House, now: Now, tongues: Tongues) -> HallScene:
    speech = now.floor.current
    assert speech is not None, "a state of a speech"
    name, group = who(house, speech.speaker)
    queue = now.floor.queue
    coming = tongues.say_of(who(house, queue[0].speaker)[0], wording.next_line) if queue else ()
    return replace(
        scene, title=tongues.quote(name), detail=tongues.quote(group), coming=coming,
        since_ms=speech.since_ms, ends_ms=speech.deadline_ms,
    )  # fmt: skip


def who(house: House, speaker: str) -> tuple[str, str]:
    """(name, group or office) of a member, of somebody the agenda names, or of an officer; else the id alone."""
    for member in house.members:
        if member.id == speaker:
            return member.name, member.group
    for guest in house.speakers:
        if guest.id == speaker:
            return guest.name, guest.sort
    return next((officer.name for officer in house.officers if officer.id == speaker), speaker), ""


def _vote_scene(scene: HallScene, house: House, vote: VoteNow, tongues: Tongues) -> HallScene:
    """A vote that is prepared or runs: the question, the rule and what it takes, and how many have answered."""
    test = vote.mode == TEST
    scene = _about_item(scene, house, vote.item, tongues)
    title = tongues.quote(vote.title or vote.id)
    return replace(
        scene,
        test=int(test),
        item_title=() if title == scene.item_title else scene.item_title,
        title=title,
        detail=tongues.quote(vote.rule.title),
        needed=tongues.say(
            lambda words: wording.test_line(words) if test else explain_needed(vote.rule, vote.figures, words)
        ),
        turnout=_turnout(scene.state, vote, tongues),
        since_ms=vote.opened_ms,
        ends_ms=vote.deadline_ms if vote.phase != State.HELD.value else 0,
    )


def _turnout(state: str, vote: VoteNow, tongues: Tongues) -> Turnout | None:
    """None before a vote is open. `of`: who is here and may vote, and never less than who has."""
    if state == State.ARMED.value:
        return None
    if vote.mode == PAPER:
        return Turnout(0, 0, tongues.say(wording.on_paper))
    count = max(vote.figures.present, vote.turnout)
    return Turnout(vote.turnout, count, tongues.say(lambda words: wording.turnout_line(vote.turnout, count, words)))
