"""Where the seats of a room stand, whatever its roster says of their places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.console.map.plan import (
    Kind,
    is_label,
    labels_of,
    plan_of_kind,
    plan_of_points,
    plan_of_roster,
    rows_and_places,
)
from controller.fallback import seat_plan
from tests.controller.console.map.drawing import sitters

PLACES = st.lists(
    st.sampled_from(["1-1", "1/2", "2 3", "row-3-seat-4", "ред 1 место 2", "7", "8", "spare", ""]), max_size=6
)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 39, 250, 3000])
def test_each_kind_of_room_has_each_seat_once_and_inside(kind: Kind, count: int) -> None:
    """In the roster's order, each in another spot of the room."""
    places = plan_of_kind(kind, sitters(count))
    assert [place.seat for place in places] == [f"s{number}" for number in range(count)]
    assert [place.label for place in places] == [str(number) for number in range(1, count + 1)]
    assert all(0 <= place.x <= 1 and 0 <= place.y <= 1 for place in places)
    assert len({(round(place.x, 9), round(place.y, 9)) for place in places}) == count


@pytest.mark.parametrize("count", [2, 7, 39, 67, 250])
def test_a_hemicycle_is_its_own_mirror_image(count: int) -> None:
    """The chair sees the same on both sides."""
    points = {(round(place.x, 6), round(place.y, 6)) for place in plan_of_kind(Kind.HEMICYCLE, sitters(count))}
    assert {(round(1 - x, 6), y) for x, y in points} == points


def test_a_hemicycle_is_numbered_from_the_left_so_that_groups_are_wedges() -> None:
    """The first seats are the leftmost, the last the rightmost."""
    places = plan_of_kind(Kind.HEMICYCLE, sitters(67))
    assert [place.x for place in places[:4]] == sorted(place.x for place in places[:4])
    assert all(place.x < 0.5 for place in places[:30])
    assert all(place.x > 0.5 for place in places[-30:])


def test_westminster_rows_face_each_other_over_an_empty_floor() -> None:
    """Half of the seats on each side, nobody between them, the front bench first."""
    places = plan_of_kind(Kind.ROWS, sitters(40))
    assert all(place.x < 0.4 for place in places[:20])
    assert all(place.x > 0.6 for place in places[20:])
    assert places[0].x == max(place.x for place in places[:20])
    assert places[0].y == 1


def test_a_classroom_has_its_first_row_before_the_chair() -> None:
    """Numbered from the left, row behind row; what is left over stands in the middle of the last."""
    places = plan_of_kind(Kind.CLASSROOM, sitters(14))
    rows = [
        [place.label for place in places if place.y == y] for y in sorted({place.y for place in places}, reverse=True)
    ]
    assert rows == [["1", "2", "3", "4", "5"], ["6", "7", "8", "9", "10"], ["11", "12", "13", "14"]]
    assert places[-4].x + places[-1].x == pytest.approx(1)


def test_places_of_row_and_seat_become_rows() -> None:
    """Row 1 is nearest to the chair, and the labels are those of the printed seat plan."""
    seats = [
        ("a", "row-2-seat-1", "G"),
        ("b", "row-1-seat-2", ""),
        ("c", "row-1-seat-1", ""),
        ("d", "row-2-seat-2", ""),
    ]
    plan = plan_of_roster(seats)
    assert [(place.seat, place.label, place.x, place.y) for place in plan] == [
        ("a", "2/1", 0, 0), ("b", "1/2", 1, 1), ("c", "1/1", 0, 1), ("d", "2/2", 1, 0),
    ]  # fmt: skip
    assert plan[0].group == "G"


def test_rows_of_unequal_length_stand_in_the_middle() -> None:
    """A short row does not hang to the left."""
    plan = plan_of_roster([("a", "1-1", ""), ("b", "1-2", ""), ("c", "1-3", ""), ("d", "2-9", "")])
    assert [place.x for place in plan] == [0, 0.5, 1, 0.5]


@pytest.mark.parametrize("texts", [["row 1 seat 1", "spare"], ["1-1", "1/1"], ["", ""], ["Row s1", "Row s2"]])
def test_a_roster_without_rows_is_a_hemicycle(texts: list[str]) -> None:
    """One place that says no row is enough, as on paper."""
    seats = [(f"s{number}", text, "") for number, text in enumerate(texts)]
    assert [(p.x, p.y) for p in plan_of_roster(seats)] == [(p.x, p.y) for p in plan_of_kind(Kind.HEMICYCLE, seats)]


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        (["место 12", "место 7"], ["12", "7"]),
        (["место 12", "сто 12"], ["1", "2"]),
        (["12", "left"], ["1", "2"]),
        (["1-2", "10-11"], ["1/2", "10/11"]),
        (["1111-2222", "3-4"], ["1", "2"]),
        ([], []),
    ],
)
def test_labels_are_the_numbers_of_the_place(texts: list[str], labels: list[str]) -> None:
    """Where all have them and no two are alike, and they are short; else the numbers of the list."""
    assert labels_of(texts) == labels


@given(PLACES)
def test_rows_are_found_as_on_the_printed_plan(texts: list[str]) -> None:
    """Screen and paper may not disagree on where a seat is."""
    assert rows_and_places(texts) == seat_plan.rows_and_places(texts)


def test_a_plan_of_a_house_fills_the_room() -> None:
    """In whatever unit it was measured."""
    plan = plan_of_points([("a", "1", 100, 50, "G"), ("b", "2", 300, 50, ""), ("c", "3", 200, 50, "")])
    assert [(place.x, place.y) for place in plan] == [(0, 0.5), (1, 0.5), (0.5, 0.5)]


@pytest.mark.parametrize("label", ["", "12345678", "議", "a b", "e\u0301", "\u05d0", "1\u202e", "1\n", "\x1b[1m"])
def test_a_label_that_is_no_short_plain_text_gives_way_to_the_number(label: str) -> None:
    """It would take more or fewer cells than it has characters, or turn the line around."""
    assert not is_label(label)
    assert plan_of_points([("a", "12а", 0, 0, ""), ("b", label, 1, 1, "")])[1].label == "2"
