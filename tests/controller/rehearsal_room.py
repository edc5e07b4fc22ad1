"""A prepared sitting on the disk for tests: an installation with a founded log, the sitting's file, and its tables."""

from hashlib import sha256
from pathlib import Path

from controller.installation import read_installation
from controller.rehearsal.plan import RehearsalPlan
from controller.rehearsal.preparation import read_plan
from protocol.explain import ENGLISH
from protocol.keys import Ed25519Signer, P256Signer, p256_secret
from tests.controller.installation_room import HEAD, found, write_installation

SITTING = "sednica-16"
BODY = """
[[bodies]]
body = "skupstina"
term = "2024-2028"
name = "Скупштина"
statutory = {members}
[[bodies.officers]]
id = "chair"
role = "chair"
name = "Chair of the assembly"
[[bodies.officers]]
id = "deputy"
role = "deputy"
name = "Deputy of the assembly"
[[bodies.officers]]
id = "clerk"
role = "secretary"
name = "Secretary of the assembly"
"""
HEADER = """
v = 1
sitting = "sednica-16"
title = "Шеснаеста седница"
day = "2026-12-03"
in_office = {members}
roster = "roster.csv"
seats = "seats.csv"
[[items]]
id = "item-1"
title = "Буџет"
[[items]]
id = "item-2"
title = "Избор комисије"
"""
VOTES = """
[[votes]]
vote = "v1"
item = "item-1"
rule = "rs.total"
[[votes]]
vote = "v2"
item = "item-1"
title = "Амандман"
rule = "rs.present"
sign = "card"
change = "first"
[[votes]]
vote = "v3"
item = "item-2"
rule = "rs.present"
mode = "paper"
options = ["m1", "m2", "abstain"]
[[votes]]
vote = "v4"
item = "item-2"
rule = "rs.present"
options = ["m1", "m2", "m3"]
max = 2
places = 2
duration_s = 600
"""


def secret(name: str) -> bytes:
    """A secret that tests can make again."""
    return sha256(name.encode()).digest()


def write_sitting(folder: Path, members: int = 3, votes: str = VOTES) -> Path:
    """The sitting's file with both tables, everybody enrolled. Returns the path of the file."""
    numbers = range(1, members + 1)
    cards = {n: P256Signer(p256_secret(secret(f"card {n}"))).public.jwk() for n in numbers}
    roster = [f"m{n},Члан {_letter(n)},,s-{n:02},{cards[n]['x']}.{cards[n]['y']}" for n in numbers]
    devices = {n: Ed25519Signer(secret(f"device {n}")).public.jwk() for n in numbers}
    seats = [f"s-{n:02},{n},{devices[n]['x']}" for n in numbers]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "roster.csv").write_text("\n".join(["id,name,group,seat,card", *roster]), encoding="utf-8")
    (folder / "seats.csv").write_text("\n".join(["id,place,device", *seats]), encoding="utf-8")
    file = folder / "sitting.toml"
    file.write_text(HEADER.format(members=members) + votes, encoding="utf-8")
    return file


def _letter(number: int) -> str:
    """A name of its own for each number, clearly nobody's."""
    letters = "АБВГДЂЕЖЗИ"
    return "".join(letters[int(digit)] for digit in str(number))


def write_house(directory: Path, members: int = 3) -> Path:
    """A founded installation of one body with a deputy."""
    write_installation(directory, HEAD + BODY.format(members=members))
    found(directory)
    return directory


def plan_of(directory: Path, members: int = 3, votes: str = VOTES) -> RehearsalPlan:
    """What is rehearsed, read as the command reads it."""
    house = write_house(directory / "house", members)
    plan, _warnings = read_plan(write_sitting(directory / "sitting", members, votes), read_installation(house), ENGLISH)
    return plan
