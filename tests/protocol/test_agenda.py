"""The agenda's document: both forms, everything it refuses, the order of voting, and what a new version changes."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.agenda import (
    AGENDA_BYTES_MAX,
    ITEMS_MAX,
    AgendaChanges,
    AgendaDocument,
    AgendaItem,
    Attachment,
    Motion,
    Speaker,
    changes,
    falls,
    next_motion,
    read_agenda,
    voting_order,
    write_agenda,
)
from protocol.encoding import canonical_json, hash_text
from protocol.errors import AgendaRefused

HASH = hash_text(b"a document")


def motion(motion_id: str, of: str = "", *, order: int = 0, rival: bool = False) -> Motion:
    """A motion, an amendment (if it is of something) or a rival."""
    sort = "rival" if rival else "amendment" if of else "motion"
    return Motion(motion_id, f"Title of {motion_id}", sort, of, order, "rs.present")


BUDGET = AgendaDocument(
    items=(
        AgendaItem("opening", "Отварање седнице"),
        AgendaItem(
            "budget",
            "Предлог одлуке о буџету",
            documents=(
                Attachment(HASH, "Draft", "https://council.example/drafts/12?v=2"),
                Attachment(HASH, "Note", ""),
            ),
            motions=(motion("draft"), motion("more-parks", "draft", order=2), motion("fewer-cars", "draft", order=1)),
        ),
        AgendaItem("budget-1", "General part", "budget"),
        AgendaItem("budget-1-1", "Article 1", "budget-1"),
    ),
    speakers=(Speaker("treasurer", "The treasurer", "treasurer"), Speaker("guest-1", "A resident", "resident")),
)
PLAIN: dict[str, Any] = json.loads(write_agenda(BUDGET))


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """The example with one thing changed in its JSON."""
    document = json.loads(write_agenda(BUDGET))
    change(document)
    return canonical_json(document)


def of_items(*items: AgendaItem) -> AgendaDocument:
    """An agenda without speakers."""
    return AgendaDocument(items)


def titled(*names: str, parent: str = "") -> tuple[AgendaItem, ...]:
    """Items of these ids."""
    return tuple(AgendaItem(name, f"Title of {name}", parent) for name in names)


# --- Both forms ---------------------------------------------------------------------------------------------


def test_agenda_has_known_bytes() -> None:
    """Every member, in order."""
    document = AgendaDocument(
        (AgendaItem("i1", "Ред", "", (Attachment(HASH, "D", ""),), (Motion("m", "M", "rival", "", 7, "r"),)),),
        (Speaker("mayor", "N", "mayor"),),
    )
    assert write_agenda(document).decode() == (
        '{"v":1,"items":[{"id":"i1","title":"Ред","parent":"","documents":[{"hash":"'
        + HASH
        + '","title":"D","url":""}],'
        '"motions":[{"id":"m","title":"M","sort":"rival","of":"","order":7,"rule":"r"}]}],'
        '"speakers":[{"id":"mayor","name":"N","sort":"mayor"}]}'
    )


def test_agenda_is_read_as_it_was_written() -> None:
    """And `id` and `title` of each item stand where older readers look for them."""
    assert read_agenda(write_agenda(BUDGET)) == BUDGET
    assert [(item["id"], item["title"]) for item in PLAIN["items"]] == [(item.id, item.title) for item in BUDGET.items]


def test_older_form_is_read() -> None:
    """Items of id and title, no speakers."""
    data = b'{"v":1,"items":[{"id":"a","title":"A"},{"id":"b","title":"B"}]}'
    assert read_agenda(data) == of_items(AgendaItem("a", "A"), AgendaItem("b", "B"))
    assert read_agenda(b'{"v":1,"items":[]}') == AgendaDocument(())


def test_bounds_are_reached_and_not_passed() -> None:
    """As many items as fit, and one more."""
    full = of_items(*titled(*(f"i{number}" for number in range(ITEMS_MAX))))
    assert read_agenda(write_agenda(full)) == full
    with pytest.raises(AgendaRefused, match="501 items"):
        write_agenda(of_items(*full.items, *titled("one-more")))
    rest = AGENDA_BYTES_MAX - len(write_agenda(of_items(AgendaItem("i", "x"))))
    assert len(write_agenda(of_items(AgendaItem("i", "x" * (rest + 1))))) == AGENDA_BYTES_MAX
    with pytest.raises(AgendaRefused, match="59001 bytes"):
        write_agenda(of_items(AgendaItem("i", "x" * (rest + 2))))


# --- Refusals -----------------------------------------------------------------------------------------------


def put(value: object, *path: str | int) -> Callable[[dict[str, Any]], None]:
    """Set what stands at a path of the document."""

    def change(document: dict[str, Any]) -> None:
        here: Any = document
        for step in path[:-1]:
            here = here[step]
        here[path[-1]] = value

    return change


MOTIONS = ("items", 1, "motions")
DOCUMENTS = ("items", 1, "documents")
REFUSED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "another version": (put(2, "v"), "v is not 1"),
    "a version that is a word of logic": (put(True, "v"), "v is not 1"),
    "an unknown member of the document": (put("", "note"), "an agenda has exactly the members v, items, speakers"),
    "an unknown member of an item": (put("", "items", 0, "note"), "an item has exactly"),
    "an unknown member of a motion": (put("", *MOTIONS, 0, "note"), "a motion of item budget has exactly"),
    "an unknown member of a document": (put("", *DOCUMENTS, 0, "note"), "a document of item budget has exactly"),
    "an unknown member of a speaker": (put("", "speakers", 0, "note"), "a speaker has exactly"),
    "a missing member": (lambda d: d["items"][1].pop("motions"), "an item has exactly"),
    "the short form with speakers": (put([{"id": "a", "title": "A"}], "items"), "an item has exactly"),
    "the whole form without speakers": (lambda d: d.pop("speakers"), "an item has exactly the members id, title"),
    "members in another order": (
        lambda d: d["items"][0].update(id=d["items"][0].pop("id")),
        "an item has exactly",
    ),
    "items that are no list": (put({}, "items"), "items is not a list"),
    "an item that is no object": (put("a", "items", 0), "an item has exactly"),
    "motions that are no list": (put("", *MOTIONS), "motions is not a list"),
    "a doubled item": (put("opening", "items", 1, "id"), "two items with the id opening"),
    "a doubled motion": (put("draft", *MOTIONS, 1, "id"), "two motions with the id draft"),
    "a motion under two items": (
        lambda d: d["items"][0]["motions"].append(d["items"][1]["motions"][0]),
        "two motions with the id draft",
    ),
    "a doubled speaker": (put("guest-1", "speakers", 0, "id"), "two speakers with the id guest-1"),
    "an unknown parent": (put("nowhere", "items", 2, "parent"), "there is no item nowhere to contain it"),
    "a parent of its own": (put("budget", "items", 1, "parent"), "item budget leads back to itself"),
    "a circle of parents": (put("budget-1-1", "items", 1, "parent"), "item budget leads back to itself"),
    "a parent that comes later": (put("budget", "items", 0, "parent"), "item opening must come after budget"),
    "an amendment of nothing": (put("", *MOTIONS, 1, "of"), "motion more-parks: an amendment names what it amends"),
    "an amendment of an unknown motion": (put("gone", *MOTIONS, 1, "of"), "there is no motion gone under its item"),
    "an amendment of another item's motion": (
        lambda d: d["items"][0]["motions"].append(d["items"][1]["motions"].pop()),
        "amendment fewer-cars: there is no motion draft under its item",
    ),
    "an amendment of itself": (put("more-parks", *MOTIONS, 1, "of"), "amendment more-parks leads back to itself"),
    "amendments in a circle": (
        lambda d: (put("fewer-cars", *MOTIONS, 1, "of")(d), put("more-parks", *MOTIONS, 2, "of")(d)),
        "leads back to itself",
    ),
    "a motion that amends": (put("more-parks", *MOTIONS, 0, "of"), "motion draft: an amendment names"),
    "a rival that amends": (put("rival", *MOTIONS, 1, "sort"), "nothing else does"),
    "an unknown sort": (put("wish", *MOTIONS, 0, "sort"), "sort is not one of motion, amendment, rival"),
    "a negative order": (put(-1, *MOTIONS, 0, "order"), "order is not an integer"),
    "an order that is a word of logic": (put(True, *MOTIONS, 0, "order"), "order is not an integer"),
    "an order that is a text": (put("1", *MOTIONS, 0, "order"), "order is not an integer"),
    "a rule that is too long": (put("r" * 61, *MOTIONS, 0, "rule"), "rule is longer than 60 characters"),
    "a rule that is a number": (put(1, *MOTIONS, 0, "rule"), "rule is not a text"),
    "a title not in normal form": (put("e\u0301", "items", 0, "title"), "title is not a text in normal form C"),
    "a motion's title not in normal form": (put("e\u0301", *MOTIONS, 0, "title"), "title is not a text"),
    "a name not in normal form": (put("e\u0301", "speakers", 0, "name"), "name is not a text in normal form C"),
    "a title with a control character": (put("a\u0007", "items", 0, "title"), "title is not a text in normal form C"),
    "an item without a title": (put("", "items", 0, "title"), "title is empty"),
    "a speaker without a name": (put("", "speakers", 0, "name"), "name is empty"),
    "an id in capitals": (put("Opening", "items", 0, "id"), "id is not an identifier"),
    "an id too long": (put("a" * 41, "items", 0, "id"), "id is not an identifier"),
    "an empty id": (put("", *MOTIONS, 0, "id"), "id is not an identifier"),
    "a parent that is no identifier": (put("Über", "items", 2, "parent"), "parent is not an identifier"),
    "a parent that is a number": (put(0, "items", 2, "parent"), "parent is not an identifier"),
    "a sort of speaker that is no identifier": (put("The mayor", "speakers", 0, "sort"), "sort is not an identifier"),
    "a hash that is too short": (put("A" * 42, *DOCUMENTS, 0, "hash"), "hash is not a hash of 43"),
    "a hash of a second spelling": (put("A" * 42 + "B", *DOCUMENTS, 0, "hash"), "hash is not a hash of 43"),
    "no hash": (put("", *DOCUMENTS, 0, "hash"), "hash is not a hash of 43"),
}


@pytest.mark.parametrize(("change", "fact"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_wrong_is_named(change: Callable[[dict[str, Any]], object], fact: str) -> None:
    """One line that says what and where."""
    with pytest.raises(AgendaRefused) as caught:
        read_agenda(changed(change))
    assert fact in caught.value.fact
    assert (caught.value.code, "\n" in caught.value.fact) == ("agenda", False)


@pytest.mark.parametrize(
    "url",
    [
        "http://council.example/a", "https://", "https:///a", "ftp://council.example", "javascript:alert(1)",
        "//council.example", "https://user@council.example/", "https://council.example/a b", "https://council.example/ž",
        "https://council.example/\n", 'https://council.example/">', "HTTPS://council.example/", " https://council.example/",
        "https://council.example:port/",
    ],
)  # fmt: skip
def test_address_other_than_https_is_refused(url: str) -> None:
    """What a reader may click on is a plain https address."""
    with pytest.raises(AgendaRefused, match="url is not empty or an https address"):
        read_agenda(changed(put(url, *DOCUMENTS, 0, "url")))


@pytest.mark.parametrize(
    "url", ["", "https://council.example", "https://council.example:8443/a/%C5%BE?x=1&y=(2)#p3", "https://a.rs?x"]
)
def test_https_address_is_taken(url: str) -> None:
    """Or none."""
    assert read_agenda(changed(put(url, *DOCUMENTS, 0, "url"))).items[1].documents[0].url == url


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b"1", b"null", b"{", b"\xff", b'{"v":1}', b'{"items":[],"v":1}', b'{"v":1, "items":[]}',
        b'{"v":1,"items":[],"items":[]}', b'{"v":1.0,"items":[]}', b'{"v":1,"items":null}', b"[" * 5000,
        b'{"v":1,"items":[{"id":"a","title":"\\ud800"}]}', b'{"v":1,"items":[{"id":"a","title":"\\u0041"}]}',
    ],
)  # fmt: skip
def test_bytes_that_are_no_agenda_are_refused(data: bytes) -> None:
    """Whatever is wrong with them."""
    with pytest.raises(AgendaRefused):
        read_agenda(data)


@given(st.binary(max_size=60), st.integers(0, 900))
@settings(max_examples=300)
def test_damaged_agenda_is_refused_or_reads_back(damage: bytes, place: int) -> None:
    """Never another error, never two spellings of one document."""
    good = write_agenda(BUDGET)
    data = good[:place] + damage + good[place + len(damage) :]
    try:
        document = read_agenda(data)
    except AgendaRefused:
        return
    assert write_agenda(document) == data


@pytest.mark.parametrize(
    "document",
    [
        of_items(*titled("a", "a")),
        of_items(*titled("a", parent="b")),
        of_items(AgendaItem("a", "\ud800")),
        of_items(AgendaItem("a", "A", motions=(motion("x", "y"),))),
    ],
)
def test_agenda_that_could_not_be_read_is_not_written(document: AgendaDocument) -> None:
    """The writer finds the mistake, not the reader."""
    with pytest.raises(AgendaRefused):
        write_agenda(document)


# --- The order of voting ------------------------------------------------------------------------------------


def test_amendments_come_before_what_they_amend() -> None:
    """Deepest first; neighbours by the chair's order, then as submitted."""
    motions = [
        motion("draft", order=1), motion("a2", "draft", order=2), motion("a1", "draft", order=1),
        motion("a3", "draft", order=2), motion("a2-1", "a2"), motion("first", order=0),
    ]  # fmt: skip
    assert voting_order(motions) == ("first", "a1", "a2-1", "a2", "a3", "draft")
    assert voting_order([]) == ()


def test_rivals_go_by_order_each_after_its_amendments() -> None:
    """Alternative drafts."""
    motions = [motion("r2", order=2, rival=True), motion("r1", order=1, rival=True), motion("to-r2", "r2", order=0)]
    assert voting_order(motions) == ("r1", "to-r2", "r2")


def test_long_chain_of_amendments_is_walked() -> None:
    """Longer than Python's stack."""
    chain = [motion("m0"), *(motion(f"m{n}", f"m{n - 1}") for n in range(1, 3000))]
    assert voting_order(chain) == tuple(f"m{n}" for n in reversed(range(3000)))


@pytest.mark.parametrize("ask", [voting_order, lambda m: falls(m, ["x"]), lambda m: next_motion(m, {})])
def test_motions_in_a_circle_have_no_order(ask: Callable[[list[Motion]], object]) -> None:
    """Refused instead of left out."""
    with pytest.raises(AgendaRefused, match="leads back to itself"):
        ask([motion("x", "y"), motion("y", "x")])


def test_adopted_rival_fells_the_others_and_their_amendments() -> None:
    """What amends the adopted one, and motions that are no alternative, stay."""
    motions = [
        motion("r1", rival=True), motion("r2", rival=True), motion("r3", rival=True), motion("to-r1", "r1"),
        motion("to-r2", "r2"), motion("to-to-r2", "to-r2"), motion("apart"),
    ]  # fmt: skip
    assert falls(motions, {"r1"}) == {"r2", "r3", "to-r2", "to-to-r2"}
    assert falls(motions, set()) == falls(motions, {"to-r2", "apart", "unheard-of"}) == frozenset()


def test_next_motion_follows_the_outcomes() -> None:
    """One vote after the other, until a rival is adopted."""
    motions = [
        motion("r1", order=1, rival=True),
        motion("r2", order=2, rival=True),
        motion("to-r2", "r2"),
        motion("end", order=9),
    ]
    outcomes: dict[str, bool] = {}
    asked = []
    while name := next_motion(motions, outcomes):
        asked.append(name)
        outcomes[name] = name != "r1"
    assert asked == ["r1", "to-r2", "r2", "end"]
    assert next_motion(motions, {"r1": True}) == "end"
    assert next_motion(motions, {"r1": True, "end": False}) == ""


def test_amendment_of_a_decided_text_is_passed_over() -> None:
    """Adopted or not, there is nothing left to amend."""
    motions = [motion("draft"), motion("a1", "draft"), motion("a1-1", "a1"), motion("a2", "draft", order=5)]
    assert next_motion(motions, {}) == "a1-1"
    assert next_motion(motions, {"a1": False}) == "a2"
    assert next_motion(motions, {"draft": True}) == next_motion(motions, {"draft": False}) == ""


@st.composite
def some_motions(draw: st.DrawFn) -> list[Motion]:
    """Motions, rivals and amendments of any of them, in any order of submission."""
    made: list[Motion] = []
    for number in range(draw(st.integers(0, 12))):
        of = draw(st.sampled_from(["", *(m.id for m in made)]))
        made.append(motion(f"m{number}", of, order=draw(st.integers(0, 3)), rival=not of and draw(st.booleans())))
    return draw(st.permutations(made))


@given(some_motions())
@settings(max_examples=200, deadline=None)
def test_no_motion_is_voted_on_before_its_amendment(motions: list[Motion]) -> None:
    """Each stands in the order once, after all that amends it; neighbours never against the chair's numbers."""
    order = voting_order(motions)
    assert sorted(order) == sorted(made.id for made in motions)
    for place, made in enumerate(motions):
        if made.of:
            assert order.index(made.id) < order.index(made.of)
        for later in motions[place + 1 :]:
            if later.of == made.of:
                first = made.order <= later.order
                assert (order.index(made.id) < order.index(later.id)) is first


@given(some_motions(), st.data())
@settings(max_examples=200, deadline=None)
def test_votes_end_and_none_is_in_vain(motions: list[Motion], data: st.DataObject) -> None:
    """`next_motion` asks each motion once at most, in the order of voting; one rival at most is adopted."""
    outcomes: dict[str, bool] = {}
    while name := next_motion(motions, outcomes):
        assert name not in outcomes
        assert name not in falls(motions, [adopted for adopted, outcome in outcomes.items() if outcome])
        outcomes[name] = data.draw(st.booleans())
    assert list(outcomes) == [name for name in voting_order(motions) if name in outcomes]
    assert sum(made.sort == "rival" and outcomes.get(made.id, False) for made in motions) <= 1
    fallen = falls(motions, [name for name, outcome in outcomes.items() if outcome])
    assert {made.id for made in motions} - set(outcomes) == fallen - set(outcomes)


# --- Changes of the agenda ----------------------------------------------------------------------------------


def changed_ids(old: tuple[AgendaItem, ...], new: tuple[AgendaItem, ...]) -> AgendaChanges:
    """What lies between two agendas."""
    return changes(AgendaDocument(old), AgendaDocument(new))


def test_added_and_removed_items_move_nothing() -> None:
    """What stays in its order was not moved."""
    assert changed_ids(titled("a", "b", "c"), titled("x", "a", "c", "y")) == AgendaChanges(("x", "y"), ("b",), (), ())


@pytest.mark.parametrize(
    ("order", "moved"),
    [("abcde", ""), ("eabcd", "e"), ("bcdea", "a"), ("adbce", "d"), ("abced", "e"), ("", ""), ("edcba", "edcb")],
)
def test_only_what_must_move_has_moved(order: str, moved: str) -> None:
    """An item brought forward is one change, not a change of all it passes."""
    result = changed_ids(titled(*"abcde"), titled(*order))
    assert (result.moved, result.added, result.retitled) == (tuple(moved), (), ())


def test_sub_items_travel_with_their_item() -> None:
    """They have moved only if they went elsewhere."""
    old = (*titled("a"), *titled("a1", "a2", parent="a"), *titled("b"), *titled("b1", parent="b"))
    new = (*titled("b"), *titled("b1", parent="b"), *titled("a"), *titled("a1", "a2", parent="a"))
    assert changed_ids(old, new).moved in {("a",), ("b",)}
    under_b = (*titled("a"), *titled("a1", parent="a"), *titled("b"), *titled("b1", "a2", parent="b"))
    assert changed_ids(old, under_b) == AgendaChanges((), (), ("a2",), ())


def test_new_title_is_told() -> None:
    """By the item's id."""
    old = titled("a", "b")
    assert changed_ids(old, (old[0], replace(old[1], title="Another"))) == AgendaChanges((), (), (), ("b",))
    assert changed_ids(old, old) == AgendaChanges((), (), (), ())


@given(st.permutations("abcdefg"), st.permutations("abcdefg"))
@settings(max_examples=200, deadline=None)
def test_what_has_not_moved_keeps_its_order(old: list[str], new: list[str]) -> None:
    """Without the moved ones both versions read alike, and putting back any moved one alone breaks that."""
    moved = changed_ids(titled(*old), titled(*new)).moved
    stays = [name for name in new if name not in moved]
    assert stays == [name for name in old if name not in moved]
    for name in moved:
        more = {*stays, name}
        assert [n for n in new if n in more] != [n for n in old if n in more]


@pytest.mark.parametrize("ids", [("",), ("a", "a"), ("a", "")])
def test_motions_without_ids_of_their_own_are_refused_before_they_are_ordered(ids: tuple[str, ...]) -> None:
    """An amendment names its motion by id: with none, or two of one, there is no order to compute."""
    motions = [Motion(name, "x", "motion", "", 0, "") for name in ids]
    for ask in (voting_order, lambda given: falls(given, ()), lambda given: next_motion(given, {})):
        with pytest.raises(AgendaRefused, match="without an id, or two with one"):
            ask(motions)
