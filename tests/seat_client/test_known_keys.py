"""Whom a seat believes."""

import pytest

from protocol import records
from protocol.encoding import hash_text
from seat_client.errors import TrustRefused
from seat_client.known_keys import read_trust
from tests.seat_client.chamber import CHAIR, CONTROLLER, DEPUTY, LOG, ROOT, SECRETARY, Chamber, key


def test_keys_are_learned_from_the_root() -> None:
    """Controller and log from the anchor, those who drive votes from the officers; a secretary drives none."""
    keys = read_trust(Chamber().trust, ROOT.public)
    assert keys.controller == CONTROLLER.public
    assert keys.log_key.key == LOG.public
    assert set(keys.drivers) == {CHAIR.public.thumbprint}
    assert keys.origin == "chamber/novigrad/assembly/2024"


def test_replaced_key_drives_no_more() -> None:
    """A later record of one officer replaces the earlier."""
    chamber = Chamber()
    chamber.add_officer("chair", "chair", DEPUTY)
    assert set(read_trust(chamber.trust, ROOT.public).drivers) == {DEPUTY.public.thumbprint}


def test_last_line_may_end() -> None:
    """A line feed after the last record is no record."""
    assert read_trust(Chamber().trust + b"\n", ROOT.public).controller == CONTROLLER.public


def test_equal_lists_share_their_keys() -> None:
    """Hundreds of seats in one process verify a list once."""
    assert read_trust(Chamber().trust, ROOT.public) is read_trust(Chamber().trust, ROOT.public)


@pytest.mark.parametrize("bad", ["empty", "swapped", "forged", "other-kind", "stranger", "twice", "root"])
def test_bad_list_is_refused(bad: str) -> None:
    """Order, signatures, kinds and the root are all checked."""
    chamber, root = Chamber(), ROOT.public
    lines = list(chamber.trust_lines)
    stranger = records.Officer(hash_text(lines[0]), "x", "chair", "x", key("x").public.jwk(), 0).seal(SECRETARY)
    data = {
        "empty": b"",
        "swapped": b"\n".join(reversed(lines)),
        "forged": chamber.trust[:-4] + b"AAAA",
        "other-kind": b"\n".join([*lines, chamber.leaves[-1]]),
        "stranger": b"\n".join([*lines, stranger]),
        "twice": b"\n".join([lines[0], *lines]),
        "root": chamber.trust,
    }[bad]
    with pytest.raises(TrustRefused):
        read_trust(data, SECRETARY.public if bad == "root" else root)


def test_list_continues_only_what_it_holds() -> None:
    """A shorter or another list is no continuation."""
    chamber = Chamber()
    older = read_trust(chamber.trust, ROOT.public)
    chamber.add_officer("dep", "deputy", DEPUTY)
    newer = read_trust(chamber.trust, ROOT.public)
    assert newer.continues(older)
    assert not older.continues(newer)
