"""Certificates of cards: who, which key, by whom, when; each refusal by its code."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from protocol.certificates import (
    CERTIFICATE_BYTES_MAX,
    CertificateRefused,
    ClockUnset,
    check_card_certificate,
    read_card_certificate,
)
from protocol.keys import P256Signer
from tests.protocol.card_issuer import (
    EXPIRES,
    ISSUED,
    NOW_S,
    STRANGER_SECRET,
    authority,
    certificate,
    rsa_key,
    subject,
)

GOOD = certificate(subject("m07"))


def code_of(der: bytes, *, issuer: bytes | None = None, unix_s: float = NOW_S) -> str:
    """The code by which a certificate is refused."""
    with pytest.raises(CertificateRefused) as refused:
        check_card_certificate(read_card_certificate(der), issuer or authority(), unix_s)
    return refused.value.code


@pytest.mark.parametrize(
    ("name", "member"),
    [
        (subject("m07"), "m07"),
        (subject("m07", "Somebody Else"), "m07"),
        (subject(common="seat-spare-1"), "seat-spare-1"),
    ],
)
def test_card_of_the_chamber_names_member_and_key(name: x509.Name, member: str) -> None:
    """The serial number comes before the common name; the key is the one that signs."""
    read = read_card_certificate(certificate(name, secret=21))
    check_card_certificate(read, authority(), NOW_S)
    assert read.member == member
    assert read.public == P256Signer((21).to_bytes(32, "big")).public
    assert read.not_before_s == ISSUED.timestamp()
    assert read.not_after_s == EXPIRES.timestamp()


@pytest.mark.parametrize("moment", [ISSUED, EXPIRES])
def test_both_ends_of_the_validity_belong_to_it(moment: datetime) -> None:
    """Source: RFC 5280 section 4.1.2.5."""
    check_card_certificate(read_card_certificate(GOOD), authority(), moment.timestamp())


@pytest.mark.parametrize(
    "name",
    [
        subject(),
        subject("M07"),
        subject("m 07"),
        subject("m" * 41),
        subject(common="Ana Example"),
        x509.Name([x509.NameAttribute(NameOID.SERIAL_NUMBER, member) for member in ("m07", "m08")]),
    ],
    ids=["none", "capital", "space", "too long", "a person's name", "two"],
)
def test_certificate_that_names_no_member_is_refused(name: x509.Name) -> None:
    """No guess is made, and a bad serial number is not passed over for a good common name."""
    assert code_of(certificate(name)) == "certificate-member"


def test_stranger_with_the_same_name_is_refused() -> None:
    """The authority's name without its key."""
    assert code_of(certificate(subject("m07"), issuer_secret=STRANGER_SECRET)) == "certificate-issuer"


def test_card_of_another_authority_is_refused() -> None:
    """Another name, even with the same key."""
    assert code_of(certificate(subject("m07"), issuer=subject(common="Another"))) == "certificate-issuer"


@pytest.mark.parametrize(
    ("times", "code"),
    [
        ((ISSUED, datetime(2026, 6, 1, tzinfo=UTC)), "certificate-expired"),
        ((datetime(2027, 1, 1, tzinfo=UTC), EXPIRES), "certificate-early"),
    ],
)
def test_card_out_of_its_time_is_refused(times: tuple[datetime, datetime], code: str) -> None:
    """Before and after."""
    assert code_of(certificate(subject("m07"), times=times)) == code


def test_rsa_and_other_curves_are_refused() -> None:
    """The log has P-256 keys for cards and no others."""
    other = ec.derive_private_key(5, ec.SECP384R1()).public_key()
    assert code_of(certificate(subject("m07"), key=rsa_key().public_key())) == "certificate-key"
    assert code_of(certificate(subject("m07"), key=other)) == "certificate-key"


@pytest.mark.parametrize("unix_s", [0.0, 86_400.0, 1_735_689_599.0])
def test_clock_in_1970_is_named_and_not_the_card(unix_s: float) -> None:
    """An unset clock would make every card early; the person at the seat is told the truth."""
    with pytest.raises(ClockUnset) as refused:
        check_card_certificate(read_card_certificate(GOOD), authority(), unix_s)
    assert refused.value.code == "clock"


@pytest.mark.parametrize(
    "der", [b"", b"\x30\x82\x01", GOOD[:-1], GOOD + b"\x00"], ids=["empty", "cut", "short", "long"]
)
def test_bytes_that_are_no_certificate_are_refused(der: bytes) -> None:
    """Not a byte too few or too many."""
    assert code_of(der) == "certificate-form"


def test_certificate_over_ten_kilobytes_is_refused_unread() -> None:
    """Just below is read."""
    longest = certificate(subject("m07"), padding=9_700)
    assert len(longest) <= CERTIFICATE_BYTES_MAX
    assert read_card_certificate(longest).member == "m07"
    assert code_of(certificate(subject("m07"), padding=10_000)) == "certificate-form"


@pytest.mark.parametrize(
    ("issuer", "code"),
    [
        (b"no certificate", "issuer-form"),
        (authority(ca=False), "issuer-form"),
        (GOOD, "issuer-form"),
        (authority(expires=datetime(2026, 2, 1, tzinfo=UTC)), "issuer-expired"),
    ],
    ids=["no DER", "not an authority", "a card", "expired"],
)
def test_authority_that_is_none_is_named_as_such(issuer: bytes, code: str) -> None:
    """The chamber's own file is at fault, not the card."""
    assert code_of(GOOD, issuer=issuer) == code


def is_refused_or_says_the_same(changed: bytes) -> bool:
    """Whether a changed certificate is refused by its code; or was changed where nothing is said.

    The signature's own wrapping has bits that mean nothing, as has every ECDSA signature a twin.
    """
    try:
        read = read_card_certificate(changed)
        check_card_certificate(read, authority(), NOW_S)
    except CertificateRefused as error:
        return error.code.startswith("certificate-")
    return replace(read, der=GOOD) == read_card_certificate(GOOD)


# `cryptography` warns before it refuses some forms; that a later release refuses them itself changes nothing here.
@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(1, 255)), min_size=1, max_size=4))
def test_certificate_with_changed_bytes_is_never_believed(changes: list[tuple[int, int]]) -> None:
    """Whatever bytes they are."""
    broken = bytearray(GOOD)
    for position, change in changes:
        broken[position] ^= change
    assert is_refused_or_says_the_same(bytes(broken))


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_certificate_with_one_changed_bit_is_never_believed() -> None:
    """Any of them: versions, names, times, keys and signatures, which the library refuses in ways of its own."""
    for position in range(8 * len(GOOD)):
        broken = bytearray(GOOD)
        broken[position // 8] ^= 1 << position % 8
        assert is_refused_or_says_the_same(bytes(broken))
