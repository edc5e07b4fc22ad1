"""The bundled council: sound as data, and its hard cases come out for any number of seats by arithmetic alone."""

import re

import pytest

from controller.demo_council.council import (
    SEATS_DEFAULT,
    SEATS_MAX,
    SEATS_MIN,
    Council,
    DemoItem,
    DemoVote,
    read_council,
)
from controller.demo_council.spreads import SPREADS
from controller.demo_scenes import SCENES
from controller.demo_stage import pick_choices
from controller.seat_map import place_seats
from controller.serbian import to_latin
from protocol.encoding import is_normal
from protocol.majority import Figures, Rule, judge_figures, read_rule_book, write_rule_book

SIZES = range(SEATS_MIN, SEATS_MAX + 1)
CYRILLIC = re.compile(r"[А-Яа-яЂђЈјЉљЊњЋћЏџ0-9 .,()„“-]+")
HARD_CASES = {
    "late-arrival", "short-of-all", "change-of-mind", "power-cut", "tie", "recusal", "dead-seat", "handover",
    "operator",
}  # fmt: skip


@pytest.fixture(name="council")
def default_council() -> Council:
    """The council as it is bundled."""
    return read_council()


def test_the_bundled_council_has_39_members_in_6_groups(council: Council) -> None:
    """Its size, its order and its identities are what the sitting needs."""
    assert len(council.members) == SEATS_DEFAULT == 39
    assert len({member.id for member in council.members}) == 39
    assert len({member.name for member in council.members}) == 39
    assert [member.group_number for member in council.members] == sorted(m.group_number for m in council.members)
    assert len(council.groups) == len({member.group for member in council.members}) == 6


def test_names_and_titles_are_serbian_cyrillic(council: Council) -> None:
    """The log's language, in normal form, and transliterable without a rest."""
    texts = [member.name for member in council.members] + [item.title_sr for item in council.items]
    texts += [group for group, _ in council.groups] + list(council.officers.values()) + [council.texts["name_sr"]]
    for text in texts:
        assert is_normal(text)
        assert CYRILLIC.fullmatch(text), text
        assert not re.search(r"[\u0400-\u04ff]", to_latin(text)), text


def test_the_agenda_has_12_items_in_two_languages_and_every_hard_case(council: Council) -> None:
    """Each scene of the data exists, and none of the hard cases is missing."""
    assert len(council.items) == 12
    assert all(item.title_sr and item.title_en for item in council.items)
    scenes = {item.scene for item in council.items}
    assert scenes <= SCENES.keys()
    assert scenes >= HARD_CASES
    assert len({vote.id for item in council.items for vote in item.votes}) == 12


def test_the_rules_are_read_by_the_protocol(council: Council) -> None:
    """As a rule book that a roster may quote, each rule with its source and a quorum of all seats."""
    book = read_rule_book(write_rule_book(list(council.rules)))
    assert {"rs.quorum", "rs.present", "rs.total", "vetrograd.order"} <= book.rules.keys()
    assert [rule.id for rule in book.rules.values() if rule.origin == "council"] == ["vetrograd.order"]
    assert all(rule.citation and rule.quorum_base == "statutory" for rule in book.rules.values())
    assert "Измишљени пословник" in book.rules["vetrograd.order"].citation
    assert {vote.rule for item in council.items for vote in item.votes} == {
        "rs.present", "rs.total", "vetrograd.order",
    }  # fmt: skip


@pytest.mark.parametrize("seats", [SEATS_MIN, 4, 5, 9, 38, 39, 40, 100, SEATS_MAX])
def test_any_size_keeps_names_apart_and_proportions(seats: int) -> None:
    """As many members as asked, no name twice, each group within one seat of its share."""
    council, bundled = read_council(seats), read_council()
    assert len({member.id for member in council.members}) == len({m.name for m in council.members}) == seats
    for number in range(len(council.groups)):
        share = sum(m.group_number == number for m in bundled.members) * seats / 39
        assert abs(sum(m.group_number == number for m in council.members) - share) < 1


def test_every_scripted_vote_comes_out_as_scripted() -> None:
    """In every size by the rule alone, with those in the room whom the scenes leave there."""
    for seats in SIZES:
        council = read_council(seats)
        rules = {rule.id: rule for rule in council.rules}
        for number, item in enumerate(council.items, 1):
            voters = seats - (number <= 3 or number == 11) - (item.scene == "recusal")
            for vote in item.votes:
                check_outcome(rules[vote.rule], vote, seats, voters)


def check_outcome(rule: Rule, vote: DemoVote, seats: int, voters: int) -> None:
    """One vote's spread adds up and comes to what the data says, over a tie where there is a casting vote."""
    spread = vote.spread_of(seats, voters)
    assert spread.for_ + spread.against + spread.abstain + spread.silent == voters
    assert min(spread.for_, spread.against, spread.abstain, spread.silent) >= 0
    figures = Figures(seats, seats, voters, spread.for_, spread.against, spread.abstain)
    assert judge_figures(rule, figures).outcome == ("tie" if vote.casting else vote.judged), (seats, vote.id)
    assert judge_figures(rule, figures, vote.casting).outcome == vote.judged, (seats, vote.id)


def test_the_budget_fails_although_more_are_for_than_against() -> None:
    """In every size, and by one vote."""
    for seats in SIZES:
        spread = SPREADS["short-of-all"](seats, seats)
        assert spread.against < spread.for_ == seats // 2


def test_one_dead_seat_decides() -> None:
    """The repeat differs from the voided vote by the one who sat at the dead seat."""
    for seats in SIZES:
        first, again = SPREADS["dead-seat"](seats, seats), SPREADS["just-enough"](seats, seats)
        assert (again.for_ - first.for_, first.silent, again.silent) == (1, 1, 0)
        assert (first.against, first.abstain) == (again.against, again.abstain)


def test_the_players_can_play() -> None:
    """In every size those with a part are there for it, and their spread has room for it."""
    for seats in SIZES:
        council = read_council(seats)
        cast, ids = council.cast, [member.id for member in council.members]
        assert {cast.late, cast.leaves, cast.recused} <= set(ids)
        assert cast.late != cast.leaves
        for scene, member, choice in (
            ("change-of-mind", cast.changes_mind, "for"),
            ("power-cut", cast.loses_power, "for"),
            ("dead-seat", cast.dead_seat, ""),
        ):
            choices = pick_choices(item_of(council, scene).votes[0].spread_of(seats, seats), ids, {member: choice})
            assert choices[member] == choice
            assert choices.keys() == set(ids)


def item_of(council: Council, scene: str) -> DemoItem:
    """The item with this scene."""
    return next(item for item in council.items if item.scene == scene)


def test_choices_follow_the_spread() -> None:
    """The first are for, the last against, and a fixed choice takes its place in the count."""
    spread = SPREADS["tie"](5, 5)
    assert pick_choices(spread, list("abcde"), {"a": "against"}) == {
        "a": "against", "b": "for", "c": "for", "d": "abstain", "e": "against",
    }  # fmt: skip


@pytest.mark.parametrize(("width", "height"), [(76, 7), (116, 13), (40, 5)])
def test_every_seat_has_a_place_of_its_own_in_the_map(width: int, height: int) -> None:
    """In every size no two seats in one cell, and none beside the map."""
    for seats in (*SIZES, 705, 3000):
        places = place_seats(seats, width, height)
        assert len(set(places)) == len(places) == seats
        assert all(0 <= column < width and line >= 0 for column, line in places)
        if seats <= SEATS_DEFAULT and width > height * 8:
            assert max(line for _, line in places) < height
