"""BER-TLV: real objects, every malformed one, and any bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seat_client.nfc.errors import TlvRefused
from seat_client.nfc.tlv import Element, element, find, read_elements


def test_answer_to_select_is_read() -> None:
    """The application template of a real card."""
    data = bytes.fromhex("61114f0600001000010079074f05a000000308")
    assert find(data, 0x61, 0x4F).hex() == "000010000100"
    assert find(data, 0x61, 0x79, 0x4F).hex() == "a000000308"


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 9_000])
def test_what_is_written_is_read(size: int) -> None:
    """Each form of the length."""
    data = element(0x53, bytes(size)) + element(0x5FC101, b"x")
    assert read_elements(data) == (Element(0x53, bytes(size)), Element(0x5FC101, b"x"))


@pytest.mark.parametrize(
    "data",
    ["53", "5302aa", "5380aa0000", "53830000000", "5383000001aa", "5381", "5f", "5fc1", "5fc1818101" + "00", "1f"],
)
def test_malformed_data_is_refused(data: str) -> None:
    """Cut, indefinite, too long in tag or length."""
    with pytest.raises(TlvRefused):
        read_elements(bytes.fromhex(data + "0" * (len(data) % 2)))


def test_more_elements_than_a_card_has_are_refused() -> None:
    """65 empty ones."""
    assert len(read_elements(element(0x71, b"") * 64)) == 64
    with pytest.raises(TlvRefused):
        read_elements(element(0x71, b"") * 65)


@pytest.mark.parametrize("data", [b"", element(0x70, b"") * 2])
def test_element_that_is_missing_or_doubled_is_refused(data: bytes) -> None:
    """One certificate, no choice between two."""
    with pytest.raises(TlvRefused, match="70"):
        find(data, 0x70)


@given(st.binary(max_size=600))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Only our own error, and never more than was there."""
    try:
        elements = read_elements(data)
    except TlvRefused:
        return
    assert sum(len(found.value) for found in elements) <= len(data)
