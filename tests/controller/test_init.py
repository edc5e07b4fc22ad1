"""`chamber init`: a file to fill in, then each body's keys and log once, and nothing that lies there is touched."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.founding import make_keys, officer_key
from controller.installation import read_installation
from controller.keyfile import read_key
from controller.store import Store
from protocol.words import root_words
from tests.controller.installation_room import (
    ASSEMBLY,
    EXECUTIVE,
    HEAD,
    Done,
    files_of,
    found,
    runner,
    write_installation,
)
from tests.controller.recorder_room import Entropy

OPTIONS = (
    "--chamber", "kikinda", "--country", "rs", "--body", "skupstina", "--term", "2024-2028", "--name", "Скупштина",
    "--statutory", "39",
)  # fmt: skip


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run `chamber init` in this process."""
    chamber = runner(monkeypatch, capsys)
    return lambda *arguments: chamber("init", *arguments)


def test_first_run_writes_a_file_to_fill_in(run: Callable[..., Done], tmp_path: Path) -> None:
    """It asks for what only the council knows, and founds nothing until that is there."""
    place = tmp_path / "house"
    done = run(place, *OPTIONS)
    assert (done.code, done.out.strip()) == (0, str(place / "chamber.toml"))
    assert f"chamber init {place}" in done.err
    assert list(files_of(place)) == ["chamber.toml"]
    again = run(place)
    assert (again.code, again.out) == (3, "")
    assert "[[bodies.officers]] 1: name: still to be filled in" in again.err
    assert list(files_of(place)) == ["chamber.toml"]


def test_filled_in_file_is_founded(run: Callable[..., Done], tmp_path: Path) -> None:
    """What the options said is what the installation says; the language follows the country."""
    run(tmp_path, *OPTIONS)
    path = tmp_path / "chamber.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("change me", "An officer"), encoding="utf-8")
    done = run(tmp_path)
    assert done.code == 0
    installation = read_installation(tmp_path)
    assert (installation.language, installation.body().name, installation.body().statutory) == (
        "sr-Cyrl", "Скупштина", 39,
    )  # fmt: skip
    words = root_words(read_key(tmp_path / "keys" / "root.key").public)
    assert done.out == f"skupstina: {words}\n"
    assert "the gazette" in done.err
    assert str(tmp_path / "keys" / "root.key") in done.err


def test_template_without_options_asks_for_everything(run: Callable[..., Done], tmp_path: Path) -> None:
    """Each placeholder is refused in its turn, so nothing is founded in the name of nobody."""
    run(tmp_path)
    text = (tmp_path / "chamber.toml").read_text(encoding="utf-8")
    for member, value in (
        ("chamber", '"kikinda"'), ("country", '"rs"'), ("body", '"assembly"'), ("term", '"2024"'), ("name", '"A"'),
        ("statutory", "39"), ("name", '"B"'), ("name", '"C"'),
    ):  # fmt: skip
        done = run(tmp_path)
        assert done.code == 3
        assert f"{member}: still to be filled in" in done.err
        text = text.replace('"change me"' if f'{member} = "change me"' in text else '"change-me"', value, 1)
        (tmp_path / "chamber.toml").write_text(text, encoding="utf-8")
    assert run(tmp_path).code == 0


def test_every_body_is_founded_with_keys_of_its_own(tmp_path: Path) -> None:
    """Two roots, two logs, no key twice, all for their owner alone."""
    write_installation(tmp_path)
    assembly, executive = found(tmp_path)
    assert assembly.new
    assert executive.new
    assert (assembly.size, executive.size) == (3, 3)
    assert assembly.root_words != executive.root_words
    keys = list(tmp_path.rglob("*.key"))
    assert len(keys) == 10
    assert len({path.read_bytes() for path in keys}) == 10
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}
    assert {stat.S_IMODE(path.parent.stat().st_mode) for path in keys} == {0o700}
    for folder in (tmp_path, tmp_path / "bodies" / "vece"):
        store = Store(folder)
        assert sum(len(some) for some in store.leaves()) == 3
        store.close()


def test_second_run_changes_nothing(run: Callable[..., Done], tmp_path: Path) -> None:
    """And says the same words, also when the root key has gone offline."""
    write_installation(tmp_path)
    first = json.loads(run(tmp_path, "--json").out)
    (tmp_path / "keys" / "root.key").unlink()
    before = files_of(tmp_path)
    second = json.loads(run(tmp_path, "--json").out)
    assert files_of(tmp_path) == before
    assert [body["new"] for body in first["bodies"]] == [True, True]
    assert [body["new"] for body in second["bodies"]] == [False, False]
    assert [body["root_words"] for body in first["bodies"]] == [body["root_words"] for body in second["bodies"]]
    told = run(tmp_path)
    assert told.out.splitlines() == [f"{body['body']}: {body['root_words']}" for body in first["bodies"]]
    assert "nothing changed" in told.err


def test_body_added_later_is_founded(tmp_path: Path) -> None:
    """Beside one that has a log already."""
    write_installation(tmp_path, HEAD + ASSEMBLY)
    found(tmp_path)
    before = files_of(tmp_path)
    write_installation(tmp_path)
    assembly, executive = found(tmp_path)
    assert (assembly.new, executive.new) == (False, True)
    after = files_of(tmp_path)
    assert {name: after[name] for name in before} == before | {"chamber.toml": after["chamber.toml"]}


@pytest.mark.parametrize(
    "text",
    [
        HEAD + EXECUTIVE + ASSEMBLY,
        HEAD + ASSEMBLY.replace('"skupstina"', '"assembly"') + EXECUTIVE,
        HEAD + ASSEMBLY.replace("2024-2028", "2028-2032") + EXECUTIVE,
        HEAD.replace("kikinda", "zrenjanin") + ASSEMBLY + EXECUTIVE,
        HEAD + EXECUTIVE,
    ],
    ids=["order", "body", "term", "chamber", "first-gone"],
)
def test_file_that_no_longer_fits_founds_nothing(tmp_path: Path, run: Callable[..., Done], text: str) -> None:
    """A renamed or moved body is not a new one: refused with both names, and no key is made."""
    write_installation(tmp_path)
    found(tmp_path)
    write_installation(tmp_path, text)
    before = files_of(tmp_path)
    done = run(tmp_path)
    assert (done.code, done.out) == (3, "")
    assert "holds the log of kikinda/skupstina/2024-2028" in done.err
    assert files_of(tmp_path) == before


def test_keys_without_a_log_are_gone_on_with(tmp_path: Path) -> None:
    """The power went after the keys: the log is founded with them."""
    installation = read_installation(write_installation(tmp_path, HEAD + ASSEMBLY))
    make_keys(tmp_path / "keys", installation.body().officers, Entropy())
    before = {name: data for name, data in files_of(tmp_path).items() if name.startswith("keys/")}
    (founding,) = found(tmp_path)
    assert founding.new
    assert founding.root_words == root_words(read_key(tmp_path / "keys" / "root.key").public)
    assert {name: data for name, data in files_of(tmp_path).items() if name.startswith("keys/")} == before


def test_some_of_the_keys_are_completed(tmp_path: Path) -> None:
    """The power went between two keys, and a store was opened; what was made stays as it is."""
    installation = read_installation(write_installation(tmp_path, HEAD + ASSEMBLY))
    make_keys(tmp_path / "keys", installation.body().officers, Entropy())
    (tmp_path / "keys" / "officer-secretary.key").unlink()
    (tmp_path / "keys" / "controller.key").unlink()
    Store(tmp_path).close()
    root = (tmp_path / "keys" / "root.key").read_bytes()
    (founding,) = found(tmp_path)
    assert (founding.new, founding.size) == (True, 3)
    assert (tmp_path / "keys" / "root.key").read_bytes() == root
    assert officer_key(tmp_path / "keys", "secretary").public != officer_key(tmp_path / "keys", "chair").public


@pytest.mark.parametrize("damage", ["root-gone", "torn"])
def test_keys_that_cannot_be_gone_on_with(tmp_path: Path, run: Callable[..., Done], damage: str) -> None:
    """The root key is away, or a key is half written: refused with the body and the file, and nothing is made."""
    installation = read_installation(write_installation(tmp_path, HEAD + ASSEMBLY))
    make_keys(tmp_path / "keys", installation.body().officers, Entropy())
    if damage == "torn":
        (tmp_path / "keys" / "log.key").write_bytes(b"ed25519 00")
    else:
        (tmp_path / "keys" / "root.key").unlink()
    before = files_of(tmp_path)
    done = run(tmp_path)
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("chamber: skupstina: ")
    assert ("root.key" if damage == "root-gone" else "log.key") in done.err
    assert files_of(tmp_path) == before


def test_missing_file_of_rules_is_found_before_any_key(tmp_path: Path, run: Callable[..., Done]) -> None:
    """Of the second body too."""
    text = HEAD + ASSEMBLY + EXECUTIVE.replace("statutory", 'rules = "own.json"\nstatutory')
    write_installation(tmp_path, text)
    done = run(tmp_path)
    assert done.code == 3
    assert "own.json" in done.err
    assert list(files_of(tmp_path)) == ["chamber.toml"]
    (tmp_path / "own.json").write_text("{}", encoding="utf-8")
    assert run(tmp_path).code == 0


def test_options_beside_a_written_file_are_refused(tmp_path: Path, run: Callable[..., Done]) -> None:
    """Two sources would contradict each other."""
    write_installation(tmp_path)
    done = run(tmp_path, "--chamber", "zrenjanin")
    assert done.code == 2
    assert "--chamber" in done.err
    assert list(files_of(tmp_path)) == ["chamber.toml"]


def test_directory_of_the_environment(
    tmp_path: Path, run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As every command finds it; a place that cannot be written is configuration."""
    monkeypatch.setenv("CHAMBER_DIR", str(tmp_path / "house"))
    document = json.loads(run("--json").out)
    assert document == {"installation": str(tmp_path / "house"), "written": True, "bodies": []}
    (tmp_path / "file").write_bytes(b"")
    done = run(tmp_path / "file" / "house")
    assert (done.code, done.out) == (3, "")
