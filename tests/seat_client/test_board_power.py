"""What a board says of its supply, read from files as the kernel writes them."""

from pathlib import Path

import pytest

from seat_client.board_power import BoardPower, Power


def board(folder: Path, bits: str | None = None, **sensors: str) -> BoardPower:
    """A board with `get_throttled` and its sensors: name -> what its alarm says."""
    folder.mkdir(exist_ok=True)
    if bits is not None:
        (folder / "get_throttled").write_text(bits, encoding="ascii")
    for number, (name, alarm) in enumerate(sensors.items()):
        sensor = folder / "hwmon" / f"hwmon{number}"
        sensor.mkdir(parents=True)
        (sensor / "name").write_text(f"{name}\n", encoding="ascii")
        (sensor / "in0_lcrit_alarm").write_text(f"{alarm}\n", encoding="ascii")
    return BoardPower(folder / "get_throttled", folder / "hwmon")


@pytest.mark.parametrize(
    ("bits", "power"),
    [
        ("0\n", Power(0, undervolted=False)),
        ("50005\n", Power(0x50005, undervolted=True)),
        ("50000\n", Power(0x50000, undervolted=False)),
        ("0x80008\n", Power(0x80008, undervolted=False)),
    ],
)
def test_bits_are_hexadecimal_and_the_lowest_is_the_supply(tmp_path: Path, bits: str, power: Power) -> None:
    """What was and is over does not say that the supply is weak now."""
    assert board(tmp_path, bits).read() == power


def test_alarm_is_that_of_the_right_sensor(tmp_path: Path) -> None:
    """Another one's is none of ours."""
    assert board(tmp_path / "well", "0", cpu_thermal="1", rpi_volt="0").read() == Power()
    assert board(tmp_path / "weak", "0", cpu_thermal="0", rpi_volt="1").read() == Power(0, undervolted=True)


def test_value_is_read_anew_each_time(tmp_path: Path) -> None:
    """A supply gets weak, and well again."""
    power = board(tmp_path, "0", rpi_volt="0")
    assert power.read() == Power()
    (tmp_path / "get_throttled").write_text("10001\n", encoding="ascii")
    assert power.read() == Power(0x10001, undervolted=True)
    (tmp_path / "get_throttled").write_text("10000\n", encoding="ascii")
    assert power.read() == Power(0x10000, undervolted=False)


@pytest.mark.parametrize("bits", [None, "", "weak\n", "-1\n", "\u00b5"])
def test_board_that_tells_nothing_is_unknown(tmp_path: Path, bits: str | None) -> None:
    """No file, or one that is no number: not a fault."""
    power = board(tmp_path)
    if bits is not None:
        (tmp_path / "get_throttled").write_text(bits, encoding="utf-8")
    assert power.read() == Power()


def test_number_beyond_the_bits_is_cut(tmp_path: Path) -> None:
    """It must fit into a status."""
    assert board(tmp_path, "f" * 20).read().throttled == 0xFFFF_FFFF
