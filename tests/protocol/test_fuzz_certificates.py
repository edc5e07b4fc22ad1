"""The reader of cards' certificates under any bytes: a certificate, or a refusal with one of its own codes."""

from datetime import UTC, datetime

from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import strategies as st

from protocol.certificates import (
    CERTIFICATE_BYTES_MAX,
    CardCertificate,
    CertificateRefused,
    ClockUnset,
    check_card_certificate,
    read_card_certificate,
)
from tests.fuzzing import fuzzed
from tests.protocol.card_issuer import NOW_S, authority, certificate, private_key, subject

GOOD = certificate(subject("m07"))
CODES = {
    "certificate-form",
    "certificate-key",
    "certificate-member",
    "certificate-issuer",
    "certificate-early",
    "certificate-expired",
    "issuer-form",
    "issuer-expired",
}
PLACES = st.integers(0, 9_999)
CHANGES = st.lists(st.tuples(PLACES, st.integers(1, 255)), min_size=1, max_size=4)
PRINTABLE = st.text("ABCZabcz0189 '()+,-./:=?", min_size=1, max_size=60)
"""All that a serial number may be made of. Source: RFC 5280 Appendix A.1."""
IDENTIFIERS = st.text("abcz0189-", min_size=1, max_size=45)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=60)


def judged(der: bytes, issuer: bytes, unix_s: float = NOW_S) -> CardCertificate | str:
    """The certificate, or the code of its refusal."""
    try:
        read = read_card_certificate(der)
        check_card_certificate(read, issuer, unix_s)
    except (CertificateRefused, ClockUnset) as refused:
        return refused.code
    return read


def changed(data: bytes, changes: list[tuple[int, int]]) -> bytes:
    """These bytes changed."""
    spoiled = bytearray(data)
    for at, mask in changes:
        spoiled[at % len(data)] ^= mask
    return bytes(spoiled)


@fuzzed(200, der=st.one_of(st.binary(max_size=400), st.binary(max_size=60).map(lambda rest: GOOD[:60] + rest)))
def test_any_bytes_are_refused_by_code(der: bytes) -> None:
    """No error of a library leaves, and nothing but the chamber's certificate is believed."""
    assert judged(der, authority()) in CODES


@fuzzed(300, changes=CHANGES)
def test_no_changed_certificate_is_believed(changes: list[tuple[int, int]]) -> None:
    """Whichever bytes: refused by code, unless the changes undo each other."""
    der = changed(GOOD, changes)
    found = judged(der, authority())
    assert found in CODES if der != GOOD else isinstance(found, CardCertificate)


def test_signature_with_unused_bits_is_refused() -> None:
    """The same signature in other bytes would make two cards of one: found by the test above, one run in two."""
    for secret in range(1, 20):
        der = certificate(subject("m07"), secret)
        signature = x509.load_der_x509_certificate(der).signature
        at = len(der) - len(signature) - 1
        assert der[at] == 0
        assert isinstance(judged(der, authority()), CardCertificate)
        assert judged(der[:at] + b"\x01" + der[at + 1 :], authority()) == "certificate-form"


@fuzzed(100, kept=PLACES, more=st.binary(max_size=40))
def test_cut_or_longer_certificate_is_refused(kept: int, more: bytes) -> None:
    """To the byte."""
    assert judged(GOOD[: kept % len(GOOD)], authority()) in CODES
    assert more == b"" or judged(GOOD + more, authority()) in CODES


@fuzzed(60, changes=CHANGES, unix_s=st.floats(0, 5e9))
def test_any_authority_and_any_time_give_a_code(changes: list[tuple[int, int]], unix_s: float) -> None:
    """Files of the authority are read as strictly as cards."""
    own = authority()
    issuer = changed(own, changes)
    found = judged(GOOD, issuer, unix_s)
    assert found in CODES | {"clock"} or issuer == own or isinstance(found, CardCertificate)
    assert judged(GOOD, b"".join([issuer, bytes(CERTIFICATE_BYTES_MAX)]), NOW_S) in CODES


@fuzzed(60, serial=st.one_of(st.just(""), IDENTIFIERS, PRINTABLE), common=st.one_of(st.just(""), IDENTIFIERS, TEXTS))
def test_only_an_identifier_names_a_member(serial: str, common: str) -> None:
    """Whatever stands in the subject: the member is what the names say and fits, else it is refused."""
    names = [(NameOID.SERIAL_NUMBER, serial), (NameOID.COMMON_NAME, common)]
    subject_name = x509.Name([x509.NameAttribute(oid, text) for oid, text in names if text])
    found = judged(certificate(subject_name), authority())
    named = serial or common
    plain = 0 < len(named) <= 40 and set(named) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    if plain:
        assert isinstance(found, CardCertificate)
        assert found.member == named
    else:
        assert found == "certificate-member"


@fuzzed(60, days=st.tuples(st.integers(-40_000, 40_000), st.integers(0, 40_000)), secret=st.integers(1, 2**200))
def test_every_certificate_is_read_as_it_was_issued(days: tuple[int, int], secret: int) -> None:
    """Key and times, to the second."""
    begins = datetime.fromtimestamp(NOW_S + days[0] * 3600, UTC)
    ends = datetime.fromtimestamp(NOW_S + (days[0] + days[1]) * 3600, UTC)
    read = read_card_certificate(certificate(subject("m07"), secret, times=(begins, ends)))
    assert (read.not_before_s, read.not_after_s) == (begins.timestamp(), ends.timestamp())
    numbers = private_key(secret).public_key().public_numbers()
    assert read.public.raw[-64:] == numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    wanted = "certificate-early" if days[0] > 0 else "certificate-expired" if sum(days) < 0 else None
    found = judged(read.der, authority())
    assert found == (wanted or read)
