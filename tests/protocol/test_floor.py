"""The floor: the table of turns, the queue, times, and that the judge and the queue read the same table."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.floor import (
    DEFAULT_SORTS,
    MOVES,
    Current,
    Floor,
    SpeechSort,
    SpeechSorts,
    Turn,
    floor_of,
    group_totals_ms,
    judge_floor,
    list_is_closed,
    objection,
    turn_of,
)
from protocol.records import Speech
from tests.protocol.chamber_builder import officer_key, open_chamber

ACTS = ("request", "withdraw", "grant", "stop", "extend", "close-list")
START_MS = 1_700_000_000_000
LEADING_TO = {
    Turn.NONE: [],
    Turn.WAITING: ["request"],
    Turn.SPEAKING: ["request", "grant"],
}


def speech(
    act: str, speaker: str = "m1", at_s: int = 0, *, item: str = "i1", sort: str = "request", ms: int = 0
) -> Speech:
    """An act, `at_s` seconds into the debate."""
    return Speech("s1", item, speaker, act, sort, ms, 1, START_MS + at_s * 1000)


def listed(*speeches: Speech) -> list[tuple[int, Speech]]:
    """As a sitting keeps them."""
    return list(enumerate(speeches, 10))


def seen(*speeches: Speech, item: str = "i1", at_s: int = 0, sorts: SpeechSorts = DEFAULT_SORTS) -> Floor:
    """The floor after these speeches."""
    return floor_of(listed(*speeches), item, START_MS + at_s * 1000, sorts)


def order(floor: Floor) -> list[str]:
    """Who waits, the first first."""
    assert [waiting.position for waiting in floor.queue] == list(range(1, len(floor.queue) + 1))
    return [waiting.speaker for waiting in floor.queue]


# --- The table ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", Turn)
@pytest.mark.parametrize("act", [act for act in ACTS if act != "close-list"])
def test_act_is_allowed_where_the_table_has_it(turn: Turn, act: str) -> None:
    """And leads where the table says; what is not there is refused by where the speaker stands."""
    before = [speech(name) for name in LEADING_TO[turn]]
    assert turn_of(listed(*before), "i1", "m1") is turn
    to = MOVES.get((turn, act))
    assert judge_floor(listed(*before), speech(act)) is (to is not None)
    if to is None:
        assert objection(listed(*before), speech(act)) == f"turn-is-{turn.value}"
        assert seen(*before, speech(act)) == seen(*before)
    else:
        assert turn_of(listed(*before, speech(act)), "i1", "m1") is to


def test_table_is_the_one_of_the_page() -> None:
    """Six arrows, and none out of waiting but these two."""
    assert {(turn.value, act, to.value) for (turn, act), to in MOVES.items()} == {
        ("none", "request", "waiting"), ("waiting", "withdraw", "none"), ("none", "grant", "speaking"),
        ("waiting", "grant", "speaking"), ("speaking", "stop", "none"), ("speaking", "extend", "speaking"),
    }  # fmt: skip


def test_request_belongs_to_its_item() -> None:
    """One may wait on several items; an item's queue shows its own, and a grant takes that one away."""
    asked = (speech("request"), speech("request", item="i2"))
    assert [order(seen(*asked, item=item)) for item in ("i1", "i2", "i3")] == [["m1"], ["m1"], []]
    granted = (*asked, speech("grant", item="i2"))
    assert [order(seen(*granted, item=item)) for item in ("i1", "i2")] == [["m1"], []]
    assert not judge_floor(listed(*granted), speech("stop", item="i1"))
    assert judge_floor(listed(*granted), speech("stop", item="i2"))


def test_grant_ends_the_speech_before_it() -> None:
    """Whatever the item; who was interrupted speaks no more and may ask again."""
    speeches = (speech("grant", "m1", 0), speech("grant", "m2", 30, item="i2"))
    floor = seen(*speeches, at_s=40)
    assert floor.current is not None
    assert (floor.current.speaker, floor.current.item, floor.current.since_ms) == ("m2", "i2", START_MS + 30_000)
    assert floor.totals_ms == {"m1": 30_000, "m2": 10_000}
    assert not judge_floor(listed(*speeches), speech("stop", "m1"))
    assert not judge_floor(listed(*speeches), speech("extend", "m1", ms=1))
    assert judge_floor(listed(*speeches), speech("request", "m1"))


def test_grant_to_another_leaves_who_waits_in_the_queue() -> None:
    """Only the one who got the floor leaves it."""
    assert order(seen(speech("request", "m1"), speech("request", "m2"), speech("grant", "m2"))) == ["m1"]


# --- The closed list ----------------------------------------------------------------------------------------


def test_closed_list_takes_only_answers() -> None:
    """Also from somebody who waits for nothing; those who wait already stay, the chair may still give the floor."""
    closed = (speech("request", "m1"), speech("close-list", "chair"))
    assert objection(listed(*closed), speech("request", "m2")) == "list-closed"
    assert objection(listed(*closed), speech("request", "m2", sort="debate")) == "list-closed"
    assert objection(listed(*closed), speech("request", "m2", sort="unheard-of")) == "list-closed"
    for sort in ("reply", "point-of-order", "ad-vocem"):
        assert judge_floor(listed(*closed), speech("request", "m2", sort=sort))
    assert judge_floor(listed(*closed), speech("withdraw", "m1"))
    assert judge_floor(listed(*closed), speech("grant", "m2"))
    floor = seen(*closed, speech("request", "m2"))
    assert (order(floor), floor.closed) == (["m1"], True)


def test_closing_concerns_one_item_once() -> None:
    """Another item's list stays open; what is closed cannot be closed again."""
    closed = listed(speech("close-list", "chair"))
    assert [list_is_closed(closed, item) for item in ("i1", "i2")] == [True, False]
    assert seen(speech("close-list", "chair"), item="i2").closed is False
    assert judge_floor(closed, speech("request", "m2", item="i2"))
    assert not judge_floor(closed, speech("close-list", "deputy"))
    assert judge_floor(closed, speech("close-list", "chair", item="i2"))


# --- The queue ----------------------------------------------------------------------------------------------


def test_queue_goes_by_kind_then_by_log_order() -> None:
    """Point of order, ad vocem, reply, request; what the seats ask for ranks as a request; unknown kinds come last."""
    kinds = ["unheard-of", "request", "debate", "reply", "ad-vocem", "point-of-order", "request"]
    asked = [speech("request", f"m{number}", 100 - number, sort=kind) for number, kind in enumerate(kinds)]
    assert order(seen(*asked)) == ["m5", "m4", "m3", "m1", "m2", "m6", "m0"]
    assert seen(*asked).queue[0].since_ms == START_MS + 95_000


def test_council_ranks_its_own_kinds() -> None:
    """The sorts are data."""
    sorts = SpeechSorts(
        (
            SpeechSort("question", 1, 60_000, passes_closed_list=False),
            SpeechSort("request", 2, 0, passes_closed_list=False),
        )
    )
    asked = (speech("request", "m1"), speech("request", "m2", sort="question"), speech("request", "m3", sort="reply"))
    assert order(seen(*asked, sorts=sorts)) == ["m2", "m1", "m3"]
    assert (sorts.of("question").default_ms, sorts.of("reply")) == (
        60_000,
        SpeechSort("reply", 3, 0, passes_closed_list=False),
    )
    assert SpeechSorts(()).of("request").passes_closed_list is False


# --- Times --------------------------------------------------------------------------------------------------


def test_time_given_ends_at_an_absolute_moment() -> None:
    """Extensions move it; past it the time left is negative."""
    speeches = (speech("grant", ms=60_000), speech("extend", at_s=50, ms=30_000))
    running = Current("m1", "i1", "request", START_MS, START_MS + 90_000, 40_000)
    assert seen(*speeches, at_s=50).current == running
    late = seen(*speeches, at_s=100).current
    assert late is not None
    assert (late.deadline_ms, late.left_ms) == (START_MS + 90_000, -10_000)


@pytest.mark.parametrize(("granted_ms", "extended_ms"), [(0, 30_000), (60_000, 0), (0, 0)])
def test_zero_gives_the_floor_without_limit(granted_ms: int, extended_ms: int) -> None:
    """In a grant and in an extension; nothing limits it again."""
    current = seen(speech("grant", ms=granted_ms), speech("extend", ms=extended_ms), at_s=500).current
    assert current is not None
    assert (current.deadline_ms, current.left_ms) == (0, 0)


def test_nobody_speaks_after_a_stop() -> None:
    """The time spoken stays."""
    floor = seen(speech("grant", "mayor"), speech("stop", "mayor", 20), at_s=900)
    assert (floor.current, floor.totals_ms) == (None, {"mayor": 20_000})


def test_totals_are_of_the_whole_sitting() -> None:
    """All items together, and the running speech so far."""
    speeches = (speech("grant", at_s=0), speech("stop", at_s=10), speech("grant", at_s=100, item="i2"))
    assert seen(*speeches, item="i3", at_s=105).totals_ms == {"m1": 15_000}


def test_clock_that_runs_backwards_makes_no_negative_time() -> None:
    """A stop stamped before its grant, and a grant stamped after now."""
    speeches = (speech("grant", "m1", 50), speech("stop", "m1", 20), speech("grant", "m2", 60, ms=5_000))
    floor = seen(*speeches, at_s=40)
    assert floor.totals_ms == {"m1": 0, "m2": 0}
    assert floor.current is not None
    assert floor.current.left_ms == 5_000


def test_groups_add_up() -> None:
    """Who has no group counts under none."""
    totals = {"m1": 5, "m2": 7, "m3": 11, "mayor": 13}
    assert group_totals_ms(totals, {"m1": "g1", "m2": "g2", "m3": "g1"}) == {"g1": 16, "g2": 7, "": 13}


# --- Whatever comes -----------------------------------------------------------------------------------------

SPEECHES = st.lists(
    st.builds(
        speech,
        st.sampled_from(ACTS),
        st.sampled_from(["m1", "m2", "m3"]),
        st.integers(0, 1000),
        item=st.sampled_from(["i1", "i2"]),
        sort=st.sampled_from(["request", "reply", "point-of-order", "unheard-of"]),
        ms=st.sampled_from([0, 1000, 60_000]),
    ),
    max_size=30,
)


def judged(speeches: list[Speech]) -> list[Speech]:
    """Those that a log would give effect."""
    kept: list[Speech] = []
    for made in speeches:
        if judge_floor(listed(*kept), made):
            kept.append(made)
    return kept


@given(SPEECHES)
@settings(max_examples=300, deadline=None)
def test_judge_and_queue_read_the_same_table(speeches: list[Speech]) -> None:
    """What the judge refuses changes no floor: two ways through the same records."""
    kept = judged(speeches)
    for item in ("i1", "i2"):
        floor = seen(*kept, item=item, at_s=2000)
        assert floor == seen(*speeches, item=item, at_s=2000)
        turns = {speaker: turn_of(listed(*kept), item, speaker) for speaker in ("m1", "m2", "m3")}
        assert {waiting.speaker for waiting in floor.queue} == {s for s, turn in turns.items() if turn is Turn.WAITING}
        speaking = [speaker for speaker, turn in turns.items() if turn is Turn.SPEAKING]
        here = floor.current is not None and floor.current.item == item
        assert speaking == ([floor.current.speaker] if here and floor.current is not None else [])


@given(SPEECHES)
@settings(max_examples=200, deadline=None)
def test_queue_holds_a_speaker_once(speeches: list[Speech]) -> None:
    """However often somebody asks; and it goes by rank."""
    for item in ("i1", "i2"):
        queue = seen(*speeches, item=item).queue
        assert len({waiting.speaker for waiting in queue}) == len(queue)
        ranks = [DEFAULT_SORTS.of(waiting.sort).rank for waiting in queue]
        assert ranks == sorted(ranks)


@given(SPEECHES, st.integers(0, 1500))
@settings(max_examples=200, deadline=None)
def test_totals_are_the_sum_of_spoken_intervals(speeches: list[Speech], now_s: int) -> None:
    """Each grant lasts until the next grant or stop, or until now; none is negative."""
    marks = [made for made in judged(speeches) if made.act in {"grant", "stop"}]
    ends = [*(until.ts for _, until in pairwise(marks)), START_MS + now_s * 1000]
    expected: dict[str, int] = {}
    for made, end_ms in zip(marks, ends, strict=False):
        if made.act == "grant":
            expected[made.speaker] = expected.get(made.speaker, 0) + max(0, end_ms - made.ts)
    totals = seen(*speeches, at_s=now_s).totals_ms
    assert totals == expected
    assert sum(group_totals_ms(totals, {"m1": "g1"}).values()) == sum(expected.values())


# --- In the log ---------------------------------------------------------------------------------------------


def test_act_that_is_no_move_is_refused_as_state() -> None:
    """At the door, and void in a log that took it all the same; the floor stays as it was."""
    log = open_chamber()
    asked = {"speaker": "m1", "act": "request", "sort": "debate"}
    member = log.sitters["m1"].key
    assert log.refused(log.make(Speech, **(asked | {"act": "withdraw"})), member) == "state"
    log.append(log.make(Speech, **asked), member)
    assert log.refused(log.make(Speech, **asked), member) == "state"
    chair = {"speaker": "m1", "sort": "debate"}
    for act in ("stop", "extend"):
        assert log.act_refused("chair", Speech, **chair, act=act) == "state"
        assert log.act_forced("chair", Speech, **chair, act=act) == "state"
    log.act("chair", Speech, **chair, act="grant", ms=60_000)
    assert log.refused(log.make(Speech, **asked), member) == "state"
    log.act("operator", Speech, **chair, act="extend", ms=60_000)
    log.act("chair", Speech, **chair, act="stop")
    assert [made.act for _, made in log.here.speeches] == ["request", "grant", "extend", "stop"]


def test_closed_list_refuses_a_seat_and_not_an_answer() -> None:
    """The chair closes an item's list; a guest may still be given the floor."""
    log = open_chamber()
    log.act("chair", Speech, speaker="chair", act="close-list", sort="request")
    member = log.sitters["m1"].key
    assert log.refused(log.make(Speech, speaker="m1", act="request", sort="debate"), member) == "state"
    log.append(log.make(Speech, speaker="m1", act="request", sort="ad-vocem"), member)
    log.act("chair", Speech, speaker="treasurer", act="grant", sort="report")
    floor = floor_of(log.here.speeches, "item-1", log.now_ms)
    assert (floor.closed, order(floor)) == (True, ["m1"])
    assert floor.current is not None
    assert floor.current.speaker == "treasurer"


def test_who_may_sign_is_asked_before_the_table() -> None:
    """A foreign act is `session` or the officer's own reason, whatever the floor says."""
    log = open_chamber()
    stop = {"speaker": "m1", "act": "stop", "sort": "debate"}
    assert log.refused(log.make(Speech, **stop), log.sitters["m1"].key) == "session"
    stale = log.make(Speech, "chair", **(stop | {"seq": 0}))
    assert log.refused(stale, officer_key("chair")) == "seq"
