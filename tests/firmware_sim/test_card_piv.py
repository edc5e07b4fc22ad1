"""The PIV application, APDU by APDU."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from firmware_sim.card_crypto import CardKey
from firmware_sim.cards.apdu import read_command, read_tlvs, tlv
from firmware_sim.cards.catalogue import ISSUER, piv_application
from firmware_sim.cards.faulty import HUGE_BYTES, CardFault
from firmware_sim.cards.isodep import Application

SELECT = "00a404000ba000000308000010000100"
TEMPLATE = "61114f0600001000010079074f05a0000003089000"
DIGEST = bytes(range(32))
PIN = "002000800831323334 3536ffff"


def said(card: Application, apdu: str) -> str:
    """The answer to an APDU, in hex."""
    return card.process(bytes.fromhex(apdu)).hex()


def selected(fault: CardFault | None = None) -> Application:
    """A card whose application is selected."""
    card = piv_application(1, fault)
    said(card, SELECT)
    return card


def fetched(card: Application, tag: str) -> bytes:
    """A whole data object, piece by piece."""
    told, answer = b"", card.process(bytes.fromhex(f"00cb3fff{len(tag) // 2 + 2:02x}5c{len(tag) // 2:02x}{tag}00"))
    for _ in range(64):
        told += answer[:-2]
        if answer[-2] != 0x61:
            break
        answer = card.process(bytes.fromhex(f"00c00000{answer[-1]:02x}"))
    assert answer[-2:] == b"\x90\x00"
    return told


def certificate(card: Application, tag: str = "5fc101") -> x509.Certificate:
    """The certificate in an object."""
    container = read_tlvs(fetched(card, tag))
    assert container is not None
    fields = read_tlvs(container[0x53])
    assert fields is not None
    assert (fields[0x71], fields[0xFE]) == (b"\x00", b"")
    return x509.load_der_x509_certificate(fields[0x70])


def sign(card: Application, slot: str, digest: bytes = DIGEST) -> str:
    """GENERAL AUTHENTICATE, answer in hex."""
    return said(card, f"008711{slot}267c2482008120{digest.hex()}00")


def verified(answer: str, key: ec.EllipticCurvePublicKey, digest: bytes = DIGEST) -> bool:
    """Whether an answer holds a signature by a key."""
    body = bytes.fromhex(answer.removesuffix("9000"))
    outer = read_tlvs(body)
    assert outer is not None
    inner = read_tlvs(outer[0x7C])
    assert inner is not None
    try:
        key.verify(inner[0x82], digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
    except InvalidSignature:
        return False
    return True


def public_key(card: Application, tag: str = "5fc101") -> ec.EllipticCurvePublicKey:
    """The key of a certificate."""
    key = certificate(card, tag).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return key


@pytest.mark.parametrize("name", ["a000000308", "a00000030800001000", "a000000308000010000100"])
def test_the_application_is_selected_by_any_prefix_of_its_name(name: str) -> None:
    """At least the five bytes of its provider."""
    assert said(piv_application(1), f"00a40400{len(name) // 2:02x}{name}") == TEMPLATE


@pytest.mark.parametrize("name", ["a0000003", "a0000005272001", "a00000030800001000010000"])
def test_another_application_is_not_found(name: str) -> None:
    """Too short, foreign, too long; nothing works before a selection."""
    card = piv_application(1)
    assert said(card, f"00a40400{len(name) // 2:02x}{name}") == "6a82"
    assert said(card, "00cb3fff055c035fc10100") == "6985"
    assert sign(card, "9e") == "6985"


def test_a_certificate_comes_in_pieces_of_256_bytes() -> None:
    """61 and what is left, then GET RESPONSE; another command drops the rest."""
    card = selected()
    first = said(card, "00cb3fff055c035fc10100")
    assert len(first) == 2 * 258
    assert first[-4:-2] == "61"
    left = int(first[-2:], 16)
    assert len(said(card, "00c0000010")) == 2 * 18
    assert said(card, f"00c00000{left - 16:02x}").endswith("9000")
    said(card, "00cb3fff055c035fc10100")
    assert said(card, "00fd000000") == "0502079000"
    assert said(card, "00c0000000") == "9000"


def test_the_certificate_of_9e_names_the_key_that_signs() -> None:
    """The issuer signed it, the dates hold, and no PIN is asked for."""
    card = selected()
    read = certificate(card)
    issuer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), CardKey.of_secret(ISSUER).point)
    assert isinstance(read.signature_hash_algorithm, hashes.SHA256)
    issuer.verify(read.signature, read.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256()))
    assert read.not_valid_after_utc > datetime(2040, 1, 1, tzinfo=UTC)
    assert verified(sign(card, "9e"), public_key(card))
    assert not verified(sign(card, "9e", bytes(32)), public_key(card))


def test_the_same_seed_makes_the_same_card_and_another_makes_another() -> None:
    """To the byte, signature included."""
    cards = [piv_application(seed) for seed in (1, 1, 2)]
    for card in cards:
        said(card, SELECT)
    told = [(fetched(card, "5fc101"), sign(card, "9e"), fetched(card, "5fc102")) for card in cards]
    assert told[0] == told[1]
    assert not set(told[0]) & set(told[2])


def test_9a_and_9d_want_the_pin_once_and_9c_before_each_signature() -> None:
    """69 82 without; switching off forgets it."""
    card = selected()
    assert {sign(card, slot) for slot in ("9a", "9c", "9d")} == {"6982"}
    assert said(card, PIN) == "9000"
    assert verified(sign(card, "9c"), public_key(card, "5fc10a"))
    assert sign(card, "9c") == "6982"
    assert verified(sign(card, "9a"), public_key(card, "5fc105"))
    assert verified(sign(card, "9d"), public_key(card, "5fc10b"))
    card.power_off()
    said(card, SELECT)
    assert sign(card, "9a") == "6982"


def test_wrong_pins_are_counted_until_the_card_is_blocked() -> None:
    """The tries outlive the field; the right PIN sets them back, but not once they are gone."""
    card = selected()
    wrong = "0020008008303030303030ffff"
    assert [said(card, apdu) for apdu in ("0020008000", wrong, wrong, PIN, "0020008000")] == [
        "63c3", "63c2", "63c1", "9000", "9000"
    ]  # fmt: skip
    assert [said(card, "0020ff8000"), said(card, "00200080")] == ["9000", "63c3"]
    assert [said(card, wrong), said(card, wrong), said(card, wrong)] == ["63c2", "63c1", "6983"]
    card.power_off()
    said(card, SELECT)
    assert [said(card, PIN), said(card, "0020008000")] == ["6983", "6983"]
    assert verified(sign(card, "9e"), public_key(card))


@pytest.mark.parametrize(
    ("apdu", "answer"),
    [
        ("00", "6700"),
        ("00cb3fff055c035fc1", "6700"),
        ("0020008107 00000000000000", "6a88"),
        ("0020010006 000000000000".replace("0100", "0180"), "6a86"),
        ("0020008006313233343536", "6a80"),
        ("00cb3fff055c035fc10c00", "6a82"),
        ("00cb3fff03000000", "6a80"),
        ("00cb3ffe055c035fc10100", "6a80"),
        ("008714 9e 02 7c00", "6a86"),
        ("008711 9b 02 7c00", "6a86"),
        ("008711 9e 04 7c028200", "6a80"),
        ("008711 9e 05 7c03820081", "6a80"),
        ("008711 9e 26 7c248102 0000 8120" + "00" * 30, "6a80"),
        ("00f7009e00", "6d00"),
        ("80fd000000", "6d00"),
    ],
)
def test_a_malformed_or_unknown_command_has_its_status(apdu: str, answer: str) -> None:
    """And signs nothing."""
    assert said(selected(), apdu) == answer


def test_a_chained_command_is_put_together() -> None:
    """CLA 10 on all but the last."""
    card = selected()
    body = "7c2482008120" + DIGEST.hex()
    assert said(card, "1087119e10" + body[:32]) == "9000"
    assert verified(said(card, "0087119e16" + body[32:] + "00"), public_key(card))


def test_a_command_chain_without_an_end_is_refused() -> None:
    """At 4096 bytes."""
    card = selected()
    assert [said(card, "1087119eff" + "00" * 255) for _ in range(17)][-2:] == ["9000", "6700"]


def test_an_extended_command_gets_everything_at_once() -> None:
    """Le of 65,536 over an extended APDU."""
    answer = said(selected(), "00cb3fff000005 5c035fc101 0000")
    assert answer.endswith("9000")
    assert len(answer) > 2 * 300


def test_the_serial_number_and_discovery_object_are_told() -> None:
    """As Yubico's and OpenSC's tools ask."""
    card = selected()
    assert said(card, "00f8000000") == "000000019000"
    assert said(card, "00cb3fff035c017e00").startswith("7e124f0b")
    assert len(fetched(card, "5fc107")) > 20


@pytest.mark.parametrize("length", [0, 1, 127, 128, 255, 256, 65535, 65536])
def test_lengths_are_written_in_their_shortest_form_and_read_back(length: int) -> None:
    """Up to three length bytes."""
    written = tlv(0x53, bytes(length))
    assert read_tlvs(written) == {0x53: bytes(length)}
    assert read_tlvs(written[:-1]) is None


@pytest.mark.parametrize("data", ["53", "5302", "538101", "5384000000", "5380"])
def test_malformed_tlv_is_no_list(data: str) -> None:
    """Cut, or a length form that is not used."""
    assert read_tlvs(bytes.fromhex(data)) is None


@pytest.mark.parametrize(
    ("apdu", "data", "expected"),
    [("00a40400", "", None), ("00a4040000", "", 256), ("00a4040005", "", 5), ("00a4040001ff", "ff", None),
     ("00a4040001ff00", "ff", 256), ("00a40400000000", "", 65536), ("00a404000000020102", "0102", None),
     ("00a4040000000201020100", "0102", 256)],
)  # fmt: skip
def test_all_forms_of_a_command_are_read(apdu: str, data: str, expected: int | None) -> None:
    """Short and extended, with and without data and Le."""
    read = read_command(bytes.fromhex(apdu))
    assert read is not None
    assert (read.data.hex(), read.expected) == (data, expected)


@pytest.mark.parametrize("apdu", ["00a404", "00a40400020102030405", "00a4040002ff", "00a40400000002ff", "00a404000000"])
def test_lengths_that_do_not_add_up_are_no_command(apdu: str) -> None:
    """Short of data, or too much behind it."""
    assert read_command(bytes.fromhex(apdu)) is None


def test_faulty_certificates_are_what_they_say() -> None:
    """Another issuer, past dates, ten thousand bytes."""
    good = certificate(selected())
    wrong, old, huge = (
        certificate(selected(fault)) for fault in (CardFault.WRONG_CA, CardFault.EXPIRED, CardFault.HUGE_CERTIFICATE)
    )
    issuer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), CardKey.of_secret(ISSUER).point)
    with pytest.raises(InvalidSignature):
        issuer.verify(wrong.signature, wrong.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256()))
    assert wrong.issuer == good.issuer
    assert old.not_valid_after_utc < datetime(2025, 1, 1, tzinfo=UTC)
    assert len(huge.tbs_certificate_bytes) > HUGE_BYTES


def test_a_card_of_nonsense_and_one_without_an_end_keep_answering() -> None:
    """The first is random but repeatable, the second always has more."""
    one, other = (selected(CardFault.NONSENSE) for _ in range(2))
    assert [said(one, SELECT) for _ in range(5)] == [said(other, SELECT) for _ in range(5)]
    endless = selected(CardFault.ENDLESS_CHAIN)
    assert said(endless, SELECT) == TEMPLATE
    assert said(endless, "00cb3fff055c035fc10100").endswith("6100")
    assert all(said(endless, "00c0000000").endswith("6100") for _ in range(100))
