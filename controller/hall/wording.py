"""The words of the hall's screen, in any language. Pure.

Source: `docs/glossary.md` for the terms.
"""

from controller.hall.scene import State
from protocol.explain import Catalogue
from protocol.vote import Phase


def state_word(state: State, words: Catalogue) -> str:
    """The line above everything, which says what is going on."""
    table = {
        State.NO_SITTING: words.pgettext("hall", "No sitting"),
        State.RECESS: words.pgettext("hall", "The sitting is adjourned"),
        State.IN_CAMERA: words.pgettext("hall", "The sitting is in camera"),
        State.IDLE: words.pgettext("hall", "The sitting is open"),
        State.ITEM: words.pgettext("hall", "On the agenda"),
        State.SPEAKER: words.pgettext("hall", "Has the floor"),
        State.ARMED: words.pgettext("hall", "A vote follows"),
        State.OPEN: words.pgettext("hall", "Voting is open"),
        State.HELD: words.pgettext("hall", "Voting is interrupted"),
        State.LAST_CALL: words.pgettext("hall", "Last call"),
        State.RESULT: words.pgettext("hall", "Result"),
        State.NAMED: words.pgettext("hall", "Result by name"),
    }
    return table[state]


def result_word(state: State, phase: str, words: Catalogue) -> str:
    """The same for a result, which the chair may have announced; `phase`: the vote's."""
    if phase == Phase.VOID.value:
        return words.pgettext("hall", "This vote is void")
    if phase == Phase.ANNOUNCED.value and state is State.RESULT:
        return words.pgettext("hall", "Result, announced")
    return state_word(state, words)


def sitting_line(council: str, sitting: str, words: Catalogue) -> str:
    """Whose sitting it is."""
    return words.pgettext("hall", "%(council)s, sitting %(sitting)s") % {"council": council, "sitting": sitting}


def item_label(number: str, words: Catalogue) -> str:
    """`Item 3.1`."""
    return words.pgettext("hall", "Item %(number)s") % {"number": number}


def turnout_line(voted: int, count: int, words: Catalogue) -> str:
    """How many have answered."""
    return words.pgettext("hall", "Votes given: %(voted)d of %(count)d present") % {"voted": voted, "count": count}


def on_paper(words: Catalogue) -> str:
    """A vote at which no button is pressed."""
    return words.pgettext("hall", "The vote is held on paper")


def present_line(here: int, count: int, needed: int, words: Catalogue) -> str:
    """Who is here, and whether that is enough."""
    told = {"here": here, "count": count, "needed": needed}
    if not needed:
        return words.pgettext("hall", "Present: %(here)d of %(count)d") % told
    if here >= needed:
        return words.pgettext("hall", "Present: %(here)d of %(count)d; there is a quorum (%(needed)d)") % told
    return words.pgettext("hall", "Present: %(here)d of %(count)d; no quorum (%(needed)d)") % told


def next_line(what: str, words: Catalogue) -> str:
    """The next item, or who speaks next."""
    return words.pgettext("hall", "Next: %(what)s") % {"what": what}


def needed_line(needed: int, words: Catalogue) -> str:
    """How many votes for it took."""
    return words.pgettext("hall", "Needed: %(needed)d") % {"needed": needed}


def counting(words: Catalogue) -> str:
    """The moment between a close and its figures."""
    return words.pgettext("hall", "The vote is closed")


def void_line(words: Catalogue) -> str:
    """What a voided vote means; its figures are for the minutes."""
    return words.pgettext("hall", "It does not count.")


def test_line(words: Catalogue) -> str:
    """What stands beside every test vote."""
    return words.gettext("A test vote: it decides nothing and counts nowhere.")


def test_word(words: Catalogue) -> str:
    """The word over a test vote."""
    return words.pgettext("hall", "TEST")


def standing_word(standing: str, words: Catalogue) -> str:
    """What became of a member, for figures and lists; `standing` as in `NamedAnswer`."""
    table = {
        "for": words.pgettext("legend", "for"),
        "against": words.pgettext("legend", "against"),
        "abstain": words.pgettext("legend", "abstained"),
        "chose": words.pgettext("legend", "voted"),
        "not-voting": words.pgettext("legend", "not voting"),
        "absent": words.pgettext("legend", "absent"),
        "recused": words.pgettext("legend", "recused"),
    }
    return table[standing]


def no_link(words: Catalogue) -> str:
    """What covers a vote or a result when nothing is heard."""
    return words.pgettext("hall", "No link: this display is not valid")


def no_link_notice(words: Catalogue) -> str:
    """The same beside what is not grave."""
    return words.pgettext("hall", "No link")


def page_title(words: Catalogue) -> str:
    """The name of the page, for browsers and screen readers."""
    return words.pgettext("hall", "Hall screen")
