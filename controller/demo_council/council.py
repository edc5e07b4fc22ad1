"""Reads the bundled council and makes an assembly of any size of it, in the same proportions.

The data is ours: what is wrong in it is a bug, so it is asserted, not refused.
"""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from itertools import product
from typing import Any

from controller.demo_council.spreads import SPREADS, Spread
from controller.law_files import read_law
from protocol.law import read_overrides, rules_in_force
from protocol.majority import Rule

SEATS_MIN, SEATS_DEFAULT, SEATS_MAX = 3, 39, 300


@dataclass(frozen=True, slots=True)
class DemoMember:
    """A member: id, name and group in Serbian Cyrillic; `group_number` counts from 0 in the order of the data."""

    id: str
    name: str
    group: str
    group_number: int


@dataclass(frozen=True, slots=True)
class DemoVote:
    """A scripted vote. `outcome` is what it must come to; `judged` what the rule says of its figures.

    `turn`: the group, from 0, whose members are the first to be for.
    """

    id: str
    rule: str
    spread: str
    outcome: str
    judged: str
    casting: str = ""
    turn: int = 0

    def spread_of(self, seats: int, voters: int) -> Spread:
        """What is pressed in an assembly of `seats` with `voters` present members who may vote."""
        return SPREADS[self.spread](seats, voters)


@dataclass(frozen=True, slots=True)
class DemoItem:
    """An item of the agenda. `scene` names its hard case; `votes`: one, or a voided one and its repeat, or none."""

    id: str
    title_sr: str
    title_en: str
    scene: str
    votes: tuple[DemoVote, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays the hard cases, by member id; in a small assembly one member may play several."""

    late: str
    leaves: str
    changes_mind: str
    loses_power: str
    dead_seat: str
    recused: str


@dataclass(frozen=True, slots=True)
class Council:
    """The assembly: `texts` holds names and identifiers of the data's head, `officers` names by role."""

    texts: dict[str, str]
    officers: dict[str, str]
    members: tuple[DemoMember, ...]
    groups: tuple[tuple[str, str], ...]
    rules: tuple[Rule, ...]
    items: tuple[DemoItem, ...]

    @property
    def cast(self) -> Cast:
        """The players; the last to sit is late, the chair (the first) plays none of the parts."""
        ids = [member.id for member in self.members]
        n = len(ids)
        return Cast(ids[-1], ids[-2], ids[n // 4], ids[n // 3], ids[n // 2], ids[2 * n // 3])


def read_council(seats: int = SEATS_DEFAULT) -> Council:
    """The council with this many seats, `SEATS_MIN` to `SEATS_MAX`."""
    assert SEATS_MIN <= seats <= SEATS_MAX, "the command line checks the number of seats"
    data = tomllib.loads((files("controller.demo_council") / "council.toml").read_text(encoding="utf-8"))
    members = _seat_members(data, seats)
    deputy = next(member for member in members if member.group_number == 1)
    officers = {"chair": members[0].name, "deputy": deputy.name, **data["officers"]}
    return Council(
        {key: value for key, value in data.items() if isinstance(value, str)},
        officers,
        members,
        tuple((group["name_sr"], group["name_en"]) for group in data["groups"]),
        _read_rules(data["day"]),
        tuple(_item(item) for item in data["items"]),
    )


def _read_rules(day: str) -> tuple[Rule, ...]:
    """The law of the sitting's day, with the council's own rules."""
    own = read_overrides((files("controller.demo_council") / "rules.toml").read_text(encoding="utf-8"))
    return tuple(law.rule for law in rules_in_force(read_law(own.country), day, own))


def _item(data: dict[str, Any]) -> DemoItem:
    votes = tuple(
        DemoVote(**{"judged": vote["outcome"], **vote}) for vote in (data.get("vote"), data.get("repeat")) if vote
    )
    return DemoItem(data["id"], data["title_sr"], data["title_en"], data.get("scene", "plain"), votes)


def _seat_members(data: dict[str, Any], seats: int) -> tuple[DemoMember, ...]:
    """The first of each group, in proportion to the groups; names beyond the data's are put together from its lists."""
    groups = data["groups"]
    known = {name for group in groups for name in group["members"]}
    further = (name for name in _further_names(data["further"]) if name not in known)
    members: list[DemoMember] = []
    shares = _shares([len(group["members"]) for group in groups], seats)
    for number, (group, share) in enumerate(zip(groups, shares, strict=True)):
        names = group["members"][:share]
        names += [next(further) for _ in range(share - len(names))]
        for name in names:
            members.append(DemoMember(f"m{len(members) + 1:03d}", name, group["name_sr"], number))
    return tuple(members)


def _further_names(lists: dict[str, list[str]]) -> list[str]:
    """Given and family names walked in step, so that neighbours share neither."""
    given, family = lists["given"], lists["family"]
    return [f"{given[(i + j) % len(given)]} {family[i]}" for j, i in product(range(len(given)), range(len(family)))]


def _shares(sizes: list[int], seats: int) -> list[int]:
    """Divide seats in proportion to sizes: whole shares first, then the largest remainders, earlier groups first."""
    total = sum(sizes)
    shares = [size * seats // total for size in sizes]
    by_remainder = sorted(range(len(sizes)), key=lambda i: (-(sizes[i] * seats % total), i))
    for i in by_remainder[: seats - sum(shares)]:
        shares[i] += 1
    return shares
