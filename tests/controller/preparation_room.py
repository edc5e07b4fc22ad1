"""A small sitting on the disk for tests: five seats, four members, two votes, one document, and everything sound."""

from pathlib import Path

from controller.installation import Installation, read_installation
from controller.preparing.preparation import Preparation, prepare
from protocol.explain import ENGLISH, Catalogue
from protocol.keys import Ed25519Signer, P256Signer, p256_secret
from tests.controller.installation_room import ASSEMBLY, HEAD, write_installation

NAMES = ("Члан Први", "Члан Други", "Члан Трећи", "Člana Četvrta")
HEAD_OF_SITTING = """
v = 1
sitting = "sednica-16"
title = "16. седница"
day = "2026-12-03"
in_office = 4
roster = "roster.csv"
seats = "seats.csv"
documents = "documents"
"""
REST = """
[[speakers]]
id = "blagajnik"
name = "Благајник Општине"
sort = "treasurer"
[[items]]
id = "item-01"
title = "Одлука о буџету"
documents = [{file = "budget.pdf", title = "Предлог", url = "https://example.org/b"}]
[[items.motions]]
id = "budzet"
title = "Буџет у целини"
rule = "rs.total"
[[items.motions]]
id = "amandman"
title = "Амандман 1"
sort = "amendment"
of = "budzet"
[[items]]
id = "item-02"
title = "Избор"
[[votes]]
vote = "v01"
motion = "amandman"
rule = "rs.present"
duration_s = 30
[[votes]]
vote = "v02"
motion = "budzet"
decisive = true
"""
PAPER_VOTE = """
[[votes]]
vote = "v03"
item = "item-02"
rule = "rs.president"
mode = "paper"
options = ["m1", "m2"]
"""


def card(number: int) -> str:
    """A card's key as `roster.csv` has it."""
    jwk = P256Signer(p256_secret(bytes([number]) * 48)).public.jwk()
    return f"{jwk['x']}.{jwk['y']}"


def device(number: int) -> str:
    """A device's key as `seats.csv` has it."""
    return Ed25519Signer(bytes([number]) * 32).public.jwk()["x"]


def roster(*more: str, names: tuple[str, ...] = NAMES) -> str:
    """A roster of four with the lines `more`."""
    lines = [f"m{n},{name},Група,s{n},{card(n)},piv" for n, name in enumerate(names, 1)]
    return "\n".join(["id,name,group,seat,card,grade", *lines, *more]) + "\n"


def seats(count: int = 5, *more: str) -> str:
    """A table of seats with the lines `more`."""
    lines = [f"s{n},ред 1 место {n},{device(n)}" for n in range(1, count + 1)]
    return "\n".join(["id,place,device", *lines, *more]) + "\n"


class Room:
    """The folder of a sitting beside its installation; change a file, then `prepare`."""

    def __init__(self, place: Path) -> None:
        self.house = write_installation(place / "house", HEAD + ASSEMBLY)
        self.place = place / "sitting"
        (self.place / "documents").mkdir(parents=True)
        self.file = self.place / "sitting.toml"
        self.write("sitting.toml", HEAD_OF_SITTING + REST)
        self.write("roster.csv", roster())
        self.write("seats.csv", seats())
        self.write("documents/budget.pdf", "%PDF budget")

    @property
    def installation(self) -> Installation:
        """As it stands on the disk."""
        return read_installation(self.house)

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file of the sitting."""
        data = content if isinstance(content, bytes) else content.encode("utf-8")
        (self.place / name).write_bytes(data)

    def change(self, name: str, old: str, new: str) -> None:
        """Replace a text that must be there, once."""
        text = (self.place / name).read_text(encoding="utf-8")
        assert text.count(old) >= 1, old
        self.write(name, text.replace(old, new, 1))

    def add(self, text: str) -> None:
        """Add to the end of `sitting.toml`."""
        self.write("sitting.toml", self.file.read_text(encoding="utf-8") + text)

    def prepare(self, words: Catalogue = ENGLISH) -> Preparation:
        """Check it."""
        return prepare(self.file, self.installation, words)

    def found(self) -> set[tuple[str, str]]:
        """(level, code) of every problem."""
        return {(problem.level, problem.code) for problem in self.prepare().problems}
