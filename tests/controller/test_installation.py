"""`chamber.toml`: read whole or refused with the member's name, and what lies where for one body or more."""

from pathlib import Path

import pytest

from controller.installation import (
    InstallationRefused,
    connect_url,
    is_installation,
    read_installation,
    state_directory,
)
from protocol.floor import DEFAULT_SORTS
from tests.controller.installation_room import ASSEMBLY, EXECUTIVE, HEAD, write_installation

BOTH = HEAD + ASSEMBLY + EXECUTIVE
LAST_NAME = 'name = "Secretary of the executive"'
LAST_ROLE = 'role = "secretary"\nname = "Secretary of the ex'


def refusal(directory: Path, text: str) -> str:
    """The line that a file is refused with."""
    write_installation(directory, text)
    with pytest.raises(InstallationRefused) as caught:
        read_installation(directory)
    assert caught.value.code == "installation"
    assert "\n" not in caught.value.fact
    return caught.value.fact


def test_two_bodies_are_read(tmp_path: Path) -> None:
    """Every member of the file stands where the code finds it."""
    installation = read_installation(write_installation(tmp_path))
    assert (installation.chamber, installation.country, installation.language) == ("kikinda", "rs", "sr-Cyrl")
    assembly, executive = installation.bodies
    assert (assembly.body, assembly.term, assembly.name, assembly.statutory) == (
        "skupstina", "2024-2028", "Скупштина", 5,
    )  # fmt: skip
    assert [(officer.id, officer.role) for officer in executive.officers] == [
        ("chair", "chair"),
        ("clerk", "secretary"),
    ]
    assert executive.officer_with("secretary").id == "clerk"
    assert installation.log_of("vece").topics.prefix == "chamber/kikinda/vece"


def test_first_body_lies_in_the_directory_and_others_below_it(tmp_path: Path) -> None:
    """With one layout for each."""
    installation = read_installation(write_installation(tmp_path))
    assert installation.folder_of("skupstina") == tmp_path
    assert installation.folder_of("vece") == tmp_path / "bodies" / "vece"


def test_no_name_means_the_only_body(tmp_path: Path) -> None:
    """With two it is refused with the list, as is a name that is none."""
    one = read_installation(write_installation(tmp_path / "one", HEAD + ASSEMBLY))
    assert one.body() is one.bodies[0]
    assert one.folder_of() == tmp_path / "one"
    two = read_installation(write_installation(tmp_path / "two"))
    for name in ("", "council"):
        with pytest.raises(InstallationRefused, match="skupstina, vece"):
            two.body(name)
    with pytest.raises(InstallationRefused, match="council"):
        one.body("council")


def test_rules_of_a_body_stand_over_the_installations(tmp_path: Path) -> None:
    """Beside chamber.toml; none where neither names a file."""
    text = BOTH.replace('rules = ""', 'rules = "ours.json"').replace('"vece"', '"vece"\nrules = "theirs.json"')
    installation = read_installation(write_installation(tmp_path, text))
    assert installation.rules_of("skupstina") == tmp_path / "ours.json"
    assert installation.rules_of("vece") == tmp_path / "theirs.json"
    assert read_installation(write_installation(tmp_path)).rules_of("vece") is None


@pytest.mark.parametrize(
    ("broker", "urls"),
    [
        ("embedded://127.0.0.1:1883", ["mqtt://127.0.0.1:1883", "mqtt://127.0.0.1:1884"]),
        ("embedded://0.0.0.0:1883", ["mqtt://127.0.0.1:1883", "mqtt://127.0.0.1:1884"]),
        ("embedded://[::]:1883", ["mqtt://[::1]:1883", "mqtt://[::1]:1884"]),
        ("embedded://server.example:65534/", ["mqtt://server.example:65534", "mqtt://server.example:65535"]),
    ],
)
def test_each_body_connects_to_a_port_of_its_own(tmp_path: Path, broker: str, urls: list[str]) -> None:
    """The installation's port, then the next; an address for all is met on this machine."""
    text = BOTH.replace("embedded://127.0.0.1:0", broker)
    installation = read_installation(write_installation(tmp_path, text))
    assert [connect_url(installation, body.body) for body in installation.bodies] == urls


def test_any_free_port_has_no_address_beforehand(tmp_path: Path) -> None:
    """Only the running controller knows it."""
    installation = read_installation(write_installation(tmp_path))
    assert [body.broker for body in installation.bodies] == ["embedded://127.0.0.1:0"] * 2
    with pytest.raises(InstallationRefused, match="any free port"):
        connect_url(installation, "vece")


def test_somebody_elses_broker_serves_one_body(tmp_path: Path) -> None:
    """The next body needs one of its own, or its clients would take over those of the first."""
    outer = BOTH.replace("embedded://127.0.0.1:0", "mqtt://broker.example")
    assert "[[bodies]] 2: broker" in refusal(tmp_path, outer)
    text = outer.replace('body = "vece"', 'body = "vece"\nbroker = "mqtts://second.example"')
    installation = read_installation(write_installation(tmp_path, text))
    urls = [connect_url(installation, body.body) for body in installation.bodies]
    assert urls == ["mqtt://broker.example:1883", "mqtts://second.example:8883"]
    same = outer.replace('body = "vece"', 'body = "vece"\nbroker = "mqtt://broker.example:1883/"')
    assert "mqtt://broker.example:1883" in refusal(tmp_path, same)


def test_next_port_may_not_exist(tmp_path: Path) -> None:
    """There is none after the last."""
    assert "[[bodies]] 2: broker" in refusal(tmp_path, BOTH.replace("127.0.0.1:0", "127.0.0.1:65535"))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("v = 1", "v = 2", "v: malformed; write v = 1"),
        ("v = 1", "v = true", "v: malformed"),
        ("v = 1", "", "v: missing"),
        ("v = 1", "v = 1\nport = 7", "port: no such member here; write only v, chamber"),
        ('chamber = "kikinda"', 'chamber = "Кикинда"', "chamber: malformed; write an identifier"),
        ('chamber = "kikinda"', "chamber = 7", "chamber: malformed"),
        ('chamber = "kikinda"', 'chamber = "change-me"', "chamber: still to be filled in"),
        ('country = "rs"', 'country = "hu"', "country: no law of this country is here; write one of pl, ro, rs, ua"),
        ('country = "rs"', 'country = ""', "country: malformed"),
        ('rules = ""', 'rules = "../law.json"', "rules: malformed; write the name of a file"),
        ('rules = ""', "rules = []", "rules: malformed"),
        ('broker = "embedded://127.0.0.1:0"', 'broker = "embedded://127.0.0.1"', "broker: malformed; write embedded"),
        ('broker = "embedded://127.0.0.1:0"', 'broker = "ftp://127.0.0.1:21"', "broker: malformed"),
        ('broker = "embedded://127.0.0.1:0"', 'broker = "mqtt://user:secret@host"', "broker: malformed"),
        ('broker = "embedded://127.0.0.1:0"', 'broker = "mqtt://host:99999"', "broker: malformed"),
        ('broker = "embedded://127.0.0.1:0"', 'broker = "mqtt://host/path"', "broker: malformed"),
        ('broker = "embedded://127.0.0.1:0"', 'broker = "mqtt://host:0"', "broker: malformed"),
        ('language = "sr-Cyrl"', 'language = "de"', "language: malformed; write sr-Cyrl, sr-Latn, ro, uk, pl, en"),
        ('body = "vece"', 'body = "skupstina"', "[[bodies]] body: skupstina stands here twice"),
        ('body = "vece"', "", "[[bodies]] 2: body: missing"),
        ('body = "vece"', 'body = "vece"\nseats = 3', "[[bodies]] 2: seats: no such member"),
        ("statutory = 3", "statutory = 0", "[[bodies]] 2: statutory: malformed; write the seats by law"),
        ("statutory = 3", "statutory = 3001", "[[bodies]] 2: statutory"),
        ("statutory = 3", "statutory = 3.0", "[[bodies]] 2: statutory"),
        ('name = "Веће"', 'name = " "', "[[bodies]] 2: name: malformed"),
        ('name = "Веће"', f'name = "{"x" * 301}"', "[[bodies]] 2: name"),
        ('id = "clerk"', 'id = "chair"', "[[bodies]] 2: [[bodies.officers]] id: chair stands here twice"),
        ('id = "clerk"', 'id = "Clerk"', "[[bodies]] 2, [[bodies.officers]] 2: id: malformed"),
        (LAST_ROLE, 'role = "mayor"\nname = "Secretary of the ex', "role: malformed; write chair, deputy"),
        (LAST_ROLE, 'role = "deputy"\nname = "Secretary of the ex', 'write an officer with role = "secretary"'),
        (LAST_NAME, 'name = "change me"', "[[bodies.officers]] 2: name: still to be filled"),
        (LAST_NAME, 'name = "S"\nphone = "1"', "[[bodies.officers]] 2: phone: no such member"),
    ],
)  # fmt: skip
def test_malformed_file_is_refused_by_the_members_name(tmp_path: Path, old: str, new: str, named: str) -> None:
    """And says what to write."""
    assert old in BOTH
    assert named in refusal(tmp_path, BOTH.replace(old, new))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (HEAD, "bodies: missing; write a table [[bodies]]"),
        (HEAD + "bodies = []", "bodies: malformed"),
        (HEAD + "bodies = 3", "bodies: malformed"),
        (HEAD + EXECUTIVE.partition("[[bodies.officers]]")[0], "[[bodies]] 1: officers: missing"),
        ("v = ", "chamber.toml"),
        (HEAD + HEAD, "chamber.toml"),
    ],
)
def test_file_without_its_tables_is_refused(tmp_path: Path, text: str, named: str) -> None:
    """No body, no officers, or no TOML at all."""
    assert named in refusal(tmp_path, text)


SPEECH = '[[speeches]]\nid = "question"\nrank = 2\nseconds = 90\n'


def test_kinds_of_speech_stand_over_the_usual_ones(tmp_path: Path) -> None:
    """Rank and time are the council's; what passes a closed list stays the protocol's."""
    reply = '[[speeches]]\nid = "reply"\nrank = 0\nseconds = 0\n'
    speeches = read_installation(write_installation(tmp_path, BOTH + SPEECH + reply)).speeches
    assert (speeches.of("question").rank, speeches.of("question").default_ms) == (2, 90_000)
    assert (speeches.of("reply").default_ms, speeches.of("reply").passes_closed_list) == (0, True)
    assert not speeches.of("question").passes_closed_list
    assert speeches.of("point-of-order").default_ms == 60_000
    assert read_installation(write_installation(tmp_path, BOTH)).speeches == DEFAULT_SORTS


@pytest.mark.parametrize(
    ("speech", "named"),
    [
        (SPEECH.replace("rank = 2", "rank = -1"), "[[speeches]] 1: rank: malformed; write a number of 0 to 100"),
        (SPEECH.replace("seconds = 90", ""), "[[speeches]] 1: seconds: missing"),
        (SPEECH.replace("question", "Question"), "[[speeches]] 1: id: malformed"),
        (SPEECH + SPEECH, "[[speeches]] id: question stands here twice"),
        (SPEECH + "passes_closed_list = true\n", "passes_closed_list: no such member"),
    ],
)
def test_kind_of_speech_that_is_none_is_refused(tmp_path: Path, speech: str, named: str) -> None:
    """By the member's name."""
    assert named in refusal(tmp_path, BOTH + speech)


def test_own_rules_replace_a_country_without_law(tmp_path: Path) -> None:
    """For everybody, or for each body."""
    ours = BOTH.replace('country = "rs"', 'country = "hu"').replace('rules = ""', 'rules = "ours.json"')
    assert read_installation(write_installation(tmp_path, ours)).country == "hu"
    each = BOTH.replace('country = "rs"', 'country = "hu"').replace("statutory", 'rules = "own.json"\nstatutory')
    assert read_installation(write_installation(tmp_path, each)).country == "hu"


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """As any other malformed file, and so is a folder in its place."""
    (tmp_path / "chamber.toml").write_bytes(b"v = 1\xff")
    with pytest.raises(InstallationRefused):
        read_installation(tmp_path)
    (tmp_path / "other" / "chamber.toml").mkdir(parents=True)
    with pytest.raises(InstallationRefused):
        read_installation(tmp_path / "other")


def test_place_without_an_installation(tmp_path: Path) -> None:
    """The refusal names the command that makes one."""
    assert not is_installation(tmp_path)
    with pytest.raises(InstallationRefused, match="chamber init"):
        read_installation(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_state_directory_is_the_option_then_the_environment_then_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this order; an empty variable says nothing."""
    monkeypatch.setenv("CHAMBER_DIR", str(tmp_path))
    assert state_directory(Path("elsewhere")) == Path("elsewhere")
    assert state_directory() == tmp_path
    for value in ("", None):
        monkeypatch.setenv("CHAMBER_DIR", value) if value is not None else monkeypatch.delenv("CHAMBER_DIR")
        assert state_directory() == Path()
