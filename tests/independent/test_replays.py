"""Replays through mosquitto: another broker carries the same sitting and changes no figure."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.package_reader import read_package
from controller.replay import replay_sitting, sitting_id_of
from controller.sitting_file import read_sitting_file
from protocol.verify import verify_package
from tests.controller.test_replay import shared, small, written
from tests.independent.mosquitto import Mosquitto, run_mosquitto

pytestmark = pytest.mark.independent


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker of its own for each replay: nothing is retained from another one."""
    directory = tmp_path / "mosquitto"
    directory.mkdir()
    with run_mosquitto(directory) as broker:
        yield broker


def check(path: Path, directory: Path, broker: Mosquitto) -> None:
    """Replay over mosquitto: no unexplained difference, and a package that verifies."""
    house, out = directory / "house", directory / "out"
    house.mkdir()
    out.mkdir()
    url = f"mqtt://127.0.0.1:{broker.port}"
    done = asyncio.run(replay_sitting(read_sitting_file(path), sitting_id_of(path), house, out, url))
    assert done.comparison.differences == []
    assert done.comparison.votes
    assert done.package is not None
    verdict = verify_package(read_package(done.package), done.root_words)
    assert (verdict.verdict, verdict.root) == ("verified", "confirmed")


def test_small_sitting_over_mosquitto(tmp_path: Path, mosquitto: Mosquitto) -> None:
    """Every form of a vote."""
    check(written(tmp_path, small()), tmp_path, mosquitto)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["ua-mykolaiv-2017-05-31", "pl-gdansk-2024-10-24", "us-senate-2005-12-21"])
def test_real_sitting_over_mosquitto(name: str, tmp_path: Path, mosquitto: Mosquitto) -> None:
    """As with the embedded broker."""
    check(shared(name), tmp_path, mosquitto)
