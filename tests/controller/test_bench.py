"""The benchmark's shape: rows by their names, ratios by their rule. What a machine reaches is not tested."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from controller.bench.chamber import Chamber
from controller.bench.limits import FsyncProbe, raw_checks, time_raw_checks
from controller.bench.process_load import LoadPlan
from controller.bench.rows import Row, percentile, write_table
from controller.bench.rows_package import grow_log
from controller.bench.run import BenchPlan, run_bench
from controller.commands.bench import bench

MEMBERS = ["name", "seats", "value", "unit", "limit", "ratio", "reach", "met"]
LOG_ROWS = ["ingest", "ingest_receipts", "close_to_result"]
WIRE_ROWS = ["idle_receipt_p50", "burst_receipt_p99"]
SEAT_ROWS = [
    "seat_rss",
    "seat_import",
    "seat_idle_cpu",
    "seat_press_to_wire_ms",
    "seat_card_in_ms",
    "seat_card_known_ms",
    "seat_card_host_ms",
]


@contextmanager
def silent(_total: int, _label: str) -> Iterator[Callable[..., None]]:
    """A progress bar that nobody sees."""
    yield lambda _steps=1: None


@pytest.fixture(scope="module")
def chamber(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chamber]:
    """A chamber of three seats."""
    built = Chamber(tmp_path_factory.mktemp("bench"), 3)
    yield built
    built.close()


def run_small(*more: str) -> dict[str, Any]:
    """Run the command on three seats; return what it prints."""
    options = ["--seats", "3", "--records", "60", "--votes", "2", "--rounds", "1", "--json", *more]
    done = CliRunner().invoke(bench, options, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    printed: dict[str, Any] = json.loads(done.output)
    return printed


def check_rows(rows: list[dict[str, Any]]) -> None:
    """Every row has the members of the contract, in order, and its ratio is value over limit."""
    for row in rows:
        assert [name for name in row if name != "note"] == MEMBERS
        assert row["value"] >= 0
        assert row["limit"] > 0
        assert row["ratio"] == pytest.approx(row["value"] / row["limit"], rel=0.05, abs=1e-3)
        assert row["met"] in {True, False, None}
        assert (row["met"] is None) == (row["reach"] == "")


def test_rows_without_the_wire_have_the_shape_of_the_contract() -> None:
    """One object with `rows`; machine facts stand beside them."""
    printed = run_small("--no-wire")
    assert [row["name"] for row in printed["rows"]] == [*LOG_ROWS, "scaling", "verify", "recovery"]
    check_rows(printed["rows"])
    assert set(printed) == {"rows", "machine"}


@pytest.mark.slow
def test_rows_over_the_wire_have_the_shape_of_the_contract() -> None:
    """Real processes, real MQTT, the real seat client."""
    rows = run_small()["rows"]
    assert [row["name"] for row in rows] == [*LOG_ROWS, *WIRE_ROWS, "scaling", "verify", "recovery", *SEAT_ROWS]
    check_rows(rows)


def test_sizes_are_measured_in_ascending_order() -> None:
    """Each size has its own rows."""
    plan = BenchPlan([2, 3], records=30, votes=1, rounds=1, wire=False)
    rows = run_bench(plan, silent)
    assert [row.seats for row in rows if row.name == "ingest"] == [2, 3]
    assert [row.seats for row in rows if row.name == "verify"] == [3]


@pytest.mark.parametrize(
    ("value", "reach", "met"),
    [
        (6.0, ">= 0.6", True),
        (5.9, ">= 0.6", False),
        (20.0, "<= 2", True),
        (20.1, "<= 2", False),
        (1.0, "", None),
    ],
)
def test_reach_is_judged_on_the_ratio(value: float, reach: str, met: bool | None) -> None:
    """A row without a reach informs only."""
    assert Row("some", 1, value, "s", 10.0, reach).met is met


def test_note_stands_below_the_table() -> None:
    """The table says what is met; a note says what is special."""
    table = write_table([Row("some", 39, 1.5, "ms", 1.0, "<= 1", "measured otherwise"), Row("other", 39, 1, "s", 1)])
    lines = table.split("\n")
    assert lines[0].split() == ["row", "seats", "value", "unit", "limit", "ratio", "reach"]
    assert lines[1].split() == ["some", "39", "1.50", "ms", "1.00", "1.500", "<=", "1", "NOT", "MET"]
    assert lines[-1] == "some, 39 seats: measured otherwise"


def test_percentile_is_a_value_that_was_measured() -> None:
    """The smallest that the part asked for does not exceed."""
    hundred = [float(number) for number in range(100, 0, -1)]
    assert percentile(hundred, 0.99) == 99
    assert percentile(hundred, 1.0) == 100
    assert percentile([7.0], 0.99) == 7


def test_every_ballot_of_the_load_counts(chamber: Chamber) -> None:
    """The load is real: what all press stands in the log and is counted."""
    opened = chamber.open_vote()
    chamber.take_all(chamber.press_all(opened, 2))
    chamber.close_vote(opened)
    vote = chamber.recorder.memory.state.opens[opened]
    assert len(vote.ballots) == 3
    assert vote.results[-1][2].counts == (3, 0, 0)


def test_raw_verifications_are_of_the_same_messages(chamber: Chamber) -> None:
    """PyNaCl alone accepts exactly what the log accepts; a changed message raises."""
    opened = chamber.open_vote()
    messages = chamber.press_all(opened)
    checks = raw_checks(chamber, messages)
    assert time_raw_checks(checks) > 0
    with pytest.raises(Exception, match="forged"):
        checks[0].verify(checks[0].message + b"x", checks[0].signature)
    chamber.take_all(messages)
    chamber.close_vote(opened)


def test_log_grows_to_the_size_asked_for(chamber: Chamber) -> None:
    """At least the records asked for, and the budget of a vote is never exceeded."""
    wanted = chamber.recorder.memory.tree.size + 250
    grow_log(chamber, wanted, lambda: None)
    assert chamber.recorder.memory.tree.size >= wanted
    assert not chamber.recorder.memory.state.incidents


def test_fsync_probe_leaves_nothing_behind(tmp_path: Path) -> None:
    """The probe's file is gone afterwards."""
    with FsyncProbe(tmp_path) as probe:
        assert probe.measure() > 0
    assert not list(tmp_path.iterdir())


def test_plan_of_the_load_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    """It holds session keys."""
    path = tmp_path / "plan.json"
    LoadPlan("mqtt://127.0.0.1:1", False, "open", "0:", "key", {}, []).write(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert LoadPlan(**json.loads(path.read_text(encoding="utf-8"))).opened == "open"
