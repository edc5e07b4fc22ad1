"""The traps that councils and other systems have fallen into, by the law of each country, and once through a log.

Source: `docs/rules/`.
"""

import pytest

from controller.law_files import COUNTRIES, read_law
from protocol.law import read_overrides, rules_in_force
from protocol.majority import Figures, Rule, judge_figures, needed_votes, quorum_needed_of
from protocol.records import Recusal, VoteArm, VoteOpen
from tests.protocol.chamber_builder import ChamberLog, found_log, member_entry, officer_key, seat_entry

DAY = "2026-03-01"
RULES: dict[str, Rule] = {
    law.rule.id: law.rule for country in COUNTRIES for law in rules_in_force(read_law(country), DAY)
}
AT_LEAST = read_overrides('v = 1\ncountry = "ro"\n[settings]\n"ro.qualified" = "at-least"\n')
QUALIFIED = {law.rule.id: law.rule for law in rules_in_force(read_law("ro"), DAY, AT_LEAST)}["ro.qualified"]


def full(seats: int) -> Figures:
    """Everybody here, nobody has voted."""
    return Figures(seats, seats, seats, 0, 0, 0)


def test_two_thirds_of_9_are_6_and_not_7() -> None:
    """At least two thirds: 6 of 9 exactly, where a float might say 6.000000001."""
    assert needed_votes(QUALIFIED, full(9)) == 6
    assert judge_figures(QUALIFIED, Figures(9, 9, 9, 6, 3, 0)).outcome == "adopted"


def test_greater_than_two_thirds_of_27_is_19() -> None:
    """The strict reading, which is the default; the other one says 18."""
    assert needed_votes(RULES["ro.qualified"], full(27)) == 19
    assert needed_votes(QUALIFIED, full(27)) == 18
    assert judge_figures(RULES["ro.qualified"], Figures(27, 27, 27, 18, 9, 0)).outcome == "not-adopted"


def test_more_than_half_of_21_is_11_and_not_half_plus_one() -> None:
    """Half plus one would be 11.5, and so 12."""
    for rule_id in ("pl.absolute_statutory", "pl.confidence", "ro.absolute", "rs.total", "ua.decision"):
        assert needed_votes(RULES[rule_id], full(21)) == 11


def test_half_of_28_is_a_quorum_in_poland_and_nowhere_else() -> None:
    """14 there, 15 in Romania, Serbia and Ukraine."""
    found = {country: quorum_needed_of(RULES[f"{country}.quorum"], full(28)) for country in COUNTRIES}
    assert found == {"pl": 14, "ro": 15, "rs": 15, "ua": 15}


@pytest.mark.parametrize(
    ("rule_id", "without", "with_one"),
    [
        ("pl.simple", "adopted", "adopted"),
        ("pl.absolute", "adopted", "not-adopted"),
        ("ro.simple", "adopted", "not-adopted"),
        ("rs.present", "adopted", "not-adopted"),
        ("ua.decision", "not-adopted", "not-adopted"),
    ],
)
def test_an_abstention_helps_in_polish_simple_majority_and_harms_elsewhere(
    rule_id: str, without: str, with_one: str
) -> None:
    """13 to 12 of 25 present, and with one who abstains beside them; 27 seats."""
    assert judge_figures(RULES[rule_id], Figures(27, 27, 25, 13, 12, 0)).outcome == without
    assert judge_figures(RULES[rule_id], Figures(27, 27, 26, 13, 12, 1)).outcome == with_one


def test_an_abstention_makes_the_polish_quorum_and_silence_does_not() -> None:
    """Ten votes and one abstention of 21 are eleven; ten and a silent one are ten."""
    assert judge_figures(RULES["pl.simple"], Figures(21, 21, 11, 6, 4, 1)).outcome == "adopted"
    assert judge_figures(RULES["pl.simple"], Figures(21, 21, 10, 6, 4, 0, registered=11)).outcome == "no-quorum"


@pytest.mark.parametrize("rule_id", sorted(rule_id for rule_id, rule in RULES.items() if rule.base != "none"))
def test_a_tie_adopts_nothing(rule_id: str) -> None:
    """By no law, and with no casting vote in any."""
    judgement = judge_figures(RULES[rule_id], Figures(40, 40, 40, 20, 20, 0))
    assert judgement.outcome == ("tie" if rule_id == "rs.president" else "not-adopted")


def test_vacancies_lower_the_romanian_number_and_no_other() -> None:
    """27 seats, 25 in office."""
    vacant = Figures(27, 25, 25, 0, 0, 0)
    found = {
        rule_id: needed_votes(RULES[rule_id], vacant) for rule_id in RULES if rule_id.endswith(("total", "absolute"))
    }
    assert (found["ro.absolute"], found["rs.total"]) == (13, 14)
    assert needed_votes(RULES["ua.decision"], vacant) == needed_votes(RULES["pl.absolute_statutory"], vacant) == 14


@pytest.mark.parametrize(("deputies", "needed"), [(22, 12), (26, 14), (42, 22), (54, 28), (64, 33)])
def test_the_ukrainian_number_is_the_same_with_the_mayor_where_deputies_are_even(deputies: int, needed: int) -> None:
    """And one more where they are odd."""
    assert needed_votes(RULES["ua.decision"], full(deputies)) == needed
    assert needed_votes(RULES["ua.decision"], full(deputies + 1)) == needed
    assert needed_votes(RULES["ua.decision"], full(deputies + 2)) == needed + 1


# --- The same through a real log. ---------------------------------------------------------------------------


def sitting(country: str, members: int = 6, extra: tuple[str, ...] = ()) -> ChamberLog:
    """An open sitting under the law of a country, every member m1.. in a seat; `extra` members have none."""
    log = found_log()
    log.state.rule_books.clear()
    log.add_rules([law.rule for law in rules_in_force(read_law(country), DAY)])
    ids = [f"m{number}" for number in range(1, members + 1)]
    part = log.part([member_entry(one) for one in (*ids, *extra)], [seat_entry(f"s{one[1:]}") for one in ids])
    log.append(log.roster([part], statutory=members, in_office=members), officer_key("secretary"))
    log.open_sitting()
    log.activate()
    for one in ids:
        log.sit(one)
    return log


def outcome(log: ChamberLog, vote: str) -> tuple[str, int, int]:
    """(outcome, needed, present) of a vote that is closed now."""
    result = log.close(vote)
    return result.outcome, result.needed, result.present


def test_a_polish_member_who_sits_there_and_presses_nothing_is_not_in_the_quorum() -> None:
    """Six in their seats, two press: half of six would be three."""
    log = sitting("pl")
    vote = log.open_vote(rule="pl.simple")
    log.press(vote, m1="for", m2="for")
    assert outcome(log, vote) == ("no-quorum", 1, 2)
    vote = log.open_vote(rule="pl.simple")
    log.press(vote, m1="for", m2="for", m3="abstain")
    assert outcome(log, vote) == ("adopted", 1, 3)


def test_a_recused_member_leaves_the_romanian_count_and_stays_in_the_serbian() -> None:
    """Three for and two against of six: enough of five, not of six."""
    for country, rule, expected in (
        ("ro", "ro.simple", ("adopted", 3, 5)),
        ("rs", "rs.present", ("not-adopted", 4, 6)),
    ):
        log = sitting(country)
        log.act("secretary", Recusal, member="m6", act="declare", code="interest")
        vote = log.open_vote(rule=rule)
        log.press(vote, m1="for", m2="for", m3="for", m4="against", m5="against")
        assert outcome(log, vote) == expected


def test_a_ukrainian_deputy_who_declares_an_interest_votes_all_the_same() -> None:
    """Declare only: the fourth vote for is the recused member's own."""
    log = sitting("ua")
    log.act("secretary", Recusal, member="m4", act="declare", code="interest")
    vote = log.open_vote(rule="ua.decision")
    log.press(vote, m1="for", m2="for", m3="for", m4="for", m5="against")
    assert outcome(log, vote) == ("adopted", 4, 6)


def test_a_ukrainian_mayor_votes_and_enlarges_the_composition() -> None:
    """Five deputies: three are enough; with the mayor's vote four of six are needed."""
    log = sitting("ua", 5, extra=("mayor",))
    vote = log.open_vote(rule="ua.decision")
    log.press(vote, m1="for", m2="for", m3="against")
    log.assist(vote, "mayor", "for")
    assert outcome(log, vote) == ("not-adopted", 4, 6)
    vote = log.open_vote(rule="ua.decision")
    log.press(vote, m1="for", m2="for", m3="for")
    assert outcome(log, vote) == ("adopted", 3, 5)


@pytest.mark.parametrize(
    ("country", "rule", "mode"),
    [("pl", "pl.simple", "paper"), ("ua", "ua.decision", "paper"), ("pl", "pl.chair_election", "open"),
     ("rs", "rs.president", "open"), ("ua", "ua.secret", "open")],
)  # fmt: skip
def test_a_way_of_voting_that_the_law_forbids_cannot_be_armed(country: str, rule: str, mode: str) -> None:
    """By name where the law wants names, secretly where it wants secrecy."""
    log = sitting(country)
    refused = log.act_refused("chair", VoteArm, **log.arm_members(rule=rule, mode=mode))
    assert refused == "state"
    log.arm(rule=rule, mode="test")


def test_a_control_vote_under_a_quorum_rule_is_only_counted() -> None:
    """It decides nothing, even if everybody is for; and it cannot open without its quorum."""
    log = sitting("rs")
    vote = log.open_vote(rule="rs.quorum")
    log.press(vote, m1="for", m2="for")
    assert outcome(log, vote) == ("none", 0, 6)
    for gone in ("m4", "m5", "m6"):
        log.leave(gone)
    armed = log.arm(rule="rs.quorum")
    assert log.act_refused("chair", VoteOpen, arm=armed.hash) == "state"
