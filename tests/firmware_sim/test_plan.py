"""The plan of a fleet."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from firmware_sim.plan import PlanRefused, load_plan, read_plan, throw_away_plan, throw_away_secret
from protocol.keys import Ed25519Signer
from protocol.topics import Topics

TOPICS = Topics("novigrad", "assembly")
GOOD = throw_away_plan(2, 7, TOPICS)


def encode(plan: Any) -> bytes:
    """A plan as bytes."""
    return json.dumps(plan).encode()


def test_good_plan_is_read(tmp_path: Path) -> None:
    """Seats, cards and the root, from a file as well."""
    path = tmp_path / "plan.json"
    path.write_bytes(encode(GOOD))
    plan = load_plan(path)
    assert (plan.topics, plan.seed, list(plan.seats), list(plan.cards)) == (
        TOPICS, 7, ["s-0001", "s-0002"], ["m-0001", "m-0002"],
    )  # fmt: skip
    assert plan.root == Ed25519Signer(throw_away_secret(7, "root")).public


def test_throw_away_keys_depend_on_the_seed_alone() -> None:
    """The other side of a load test can compute them."""
    assert throw_away_plan(2, 7, TOPICS) == GOOD
    assert throw_away_plan(2, 8, TOPICS)["seats"] != GOOD["seats"]
    assert throw_away_plan(3, 7, TOPICS)["seats"][:2] == GOOD["seats"]


def spoiled(*path: str | int, value: Any = None) -> dict[str, Any]:
    """The good plan with one member changed, or taken out."""
    plan = copy.deepcopy(GOOD)
    where: Any = plan
    for step in path[:-1]:
        where = where[step]
    if value is None:
        del where[path[-1]]
    else:
        where[path[-1]] = value
    return plan


@pytest.mark.parametrize(
    "plan",
    [
        [],
        spoiled("v", value=2),
        spoiled("seed"),
        spoiled("extra", value=1),
        spoiled("seed", value="7"),
        spoiled("seed", value=True),
        spoiled("journal_dir", value=5),
        spoiled("chamber", value="No Vi Grad"),
        spoiled("root", value={}),
        spoiled("root", value=5),
        spoiled("seats", value=[]),
        spoiled("seats", value={}),
        spoiled("seats", 0, "id"),
        spoiled("seats", 0, "id", value="S"),
        spoiled("seats", 0, "id", value="s-0002"),
        spoiled("seats", 0, "device_seed", value="00"),
        spoiled("seats", 0, "device_seed", value="zz" * 32),
        spoiled("seats", 0, "more", value=1),
        spoiled("cards", 1, "member", value="m-0001"),
        spoiled("cards", 1, "secret", value=7),
        spoiled("cards", 1, value="m-0001"),
    ],
    ids=lambda plan: json.dumps(plan)[-40:],
)
def test_bad_plan_is_refused(plan: Any) -> None:
    """Members, types, lengths, and everything named once."""
    with pytest.raises(PlanRefused):
        read_plan(encode(plan))


@pytest.mark.parametrize("data", [b"", b"{", b"\xff"])
def test_what_is_no_json_is_refused(data: bytes) -> None:
    """Nothing is guessed."""
    with pytest.raises(PlanRefused):
        read_plan(data)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """By name."""
    with pytest.raises(PlanRefused, match="none"):
        load_plan(tmp_path / "none.json")


def with_kinds(*kinds: str, **members: Any) -> dict[str, Any]:
    """The good plan with the kinds of its cards."""
    plan = copy.deepcopy(GOOD)
    for card, kind in zip(plan["cards"], kinds, strict=False):
        card["kind"] = kind
    return plan | members


def test_cards_that_cannot_sign_are_told_from_those_that_do() -> None:
    """By member; the master key is the catalogue's unless the plan has one."""
    plan = read_plan(encode(with_kinds("ntag424", "piv")))
    assert (plan.attested.kinds, plan.attested.chamber, plan.attested.master) == (
        {"m-0001": "ntag424"},
        "novigrad",
        b"",
    )
    assert plan.cards == read_plan(encode(GOOD)).cards
    assert read_plan(encode(with_kinds("uid", master="00" * 16))).attested.master == bytes(16)


@pytest.mark.parametrize(
    "plan",
    [
        with_kinds("desfire"), with_kinds("ntag424", master="00" * 15), with_kinds("ntag424", master="x"),
        with_kinds("ntag424", master=1),
    ],
)  # fmt: skip
def test_card_of_no_kind_and_master_of_another_length_are_refused(plan: dict[str, Any]) -> None:
    """Nothing of the plan is used then."""
    with pytest.raises(PlanRefused):
        read_plan(encode(plan))
