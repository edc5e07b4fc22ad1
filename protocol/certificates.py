"""Certificates of members' cards: whose card it is, which key it has, and whether the chamber issued it.

The door to X.509. Malformed certificates make the library raise errors of many kinds, so whatever it raises is one
refusal here. A certificate is a hint: what may vote is a key that stands in the roster. It is checked so that a wrong
card is named at the seat, and not refused later for reasons that nobody understands there.

Source: `docs/protocol.md` sections 3 and 6.4; RFC 5280 sections 4.1 and 4.2; FIPS 201-3 section 4.2.
"""

import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from protocol.encoding import base64url
from protocol.errors import ChamberError, KeyRefused
from protocol.keys import PublicKey, key_of_jwk

CERTIFICATE_BYTES_MAX = 10_240
CLOCK_EARLIEST_S = 1_735_689_600
"""2025-01-01: a clock before that was never set."""
_IDENTIFIER = re.compile(r"[a-z0-9-]{1,40}")
_COORDINATE_BYTES = 32


class CertificateRefused(ChamberError):
    """A card's certificate is malformed, not of this chamber, out of its time, or names nobody. `code` says which."""

    code = "certificate"


class ClockUnset(ChamberError):
    """The clock stands before 2025, so no certificate can be judged. Set the clock, then lay the card down again."""

    code = "clock"


@dataclass(frozen=True, slots=True)
class CardCertificate:
    """A certificate that was read, not yet believed. Times are Unix seconds."""

    member: str
    public: PublicKey
    not_before_s: int
    not_after_s: int
    der: bytes


def read_card_certificate(der: bytes) -> CardCertificate:
    """Read a certificate. `member` is the subject's serial number, else its common name.

    Raises `CertificateRefused` by code: `certificate-form` (too long, no X.509), `certificate-key` (no P-256 key),
    `certificate-member` (no name, several, or not a-z 0-9 and hyphens, 1 to 40).
    """
    certificate = _load(der)
    try:
        not_before_s = int(certificate.not_valid_before_utc.timestamp())
        not_after_s = int(certificate.not_valid_after_utc.timestamp())
        member = _member(certificate.subject)
    except CertificateRefused:
        raise
    except Exception as error:
        raise CertificateRefused("a certificate whose names or times cannot be read", "certificate-form") from error
    return CardCertificate(member, _public(certificate), not_before_s, not_after_s, der)


def check_card_certificate(certificate: CardCertificate, issuer: bytes, unix_s: float) -> None:
    """Check that `issuer`, the DER certificate of the chamber's card authority, issued it, and that it is valid now.

    Raises `ClockUnset`, and `CertificateRefused` by code: `issuer-form` (the authority's own file is none),
    `issuer-expired`, `certificate-issuer` (issued by another), `certificate-early`, `certificate-expired`.
    """
    if unix_s < CLOCK_EARLIEST_S:
        raise ClockUnset("the clock stands before 2025: set it before a card can be judged")
    authority = _authority(issuer, unix_s)
    try:
        _load(certificate.der).verify_directly_issued_by(authority)
    except Exception as error:
        raise CertificateRefused("a card that this chamber did not issue", "certificate-issuer") from error
    if unix_s < certificate.not_before_s:
        raise CertificateRefused("a card that is not valid yet", "certificate-early")
    if unix_s > certificate.not_after_s:
        raise CertificateRefused("a card that is no longer valid", "certificate-expired")


def _load(der: bytes) -> x509.Certificate:
    if len(der) > CERTIFICATE_BYTES_MAX:
        raise CertificateRefused("a certificate of more than 10 kB", "certificate-form")
    try:
        certificate = x509.load_der_x509_certificate(der)
        serial = certificate.serial_number
    except Exception as error:
        raise CertificateRefused("a card whose certificate is none", "certificate-form") from error
    if serial <= 0:
        raise CertificateRefused("a certificate without a positive number", "certificate-form")
    if not der.endswith(b"\x00" + certificate.signature):  # a bit string may leave out bits that are zero
        raise CertificateRefused("a certificate whose signature is not whole bytes", "certificate-form")
    return certificate


def _authority(der: bytes, unix_s: float) -> x509.Certificate:
    try:
        authority = x509.load_der_x509_certificate(der)
        constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
        not_after_s = authority.not_valid_after_utc.timestamp()
    except Exception as error:
        raise CertificateRefused(
            "the card authority's file is no certificate of an authority", "issuer-form"
        ) from error
    if not constraints.ca:
        raise CertificateRefused("the card authority's certificate may not issue cards", "issuer-form")
    if unix_s > not_after_s:
        raise CertificateRefused("the card authority's certificate is no longer valid", "issuer-expired")
    return authority


def _public(certificate: x509.Certificate) -> PublicKey:
    try:
        key = certificate.public_key()
    except Exception as error:
        raise CertificateRefused("a card whose key cannot be read", "certificate-key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise CertificateRefused("a card whose key is not P-256", "certificate-key")
    numbers = key.public_numbers()
    x, y = (base64url(number.to_bytes(_COORDINATE_BYTES, "big")) for number in (numbers.x, numbers.y))
    try:
        return key_of_jwk({"crv": "P-256", "kty": "EC", "x": x, "y": y})
    except KeyRefused as error:
        raise CertificateRefused("a card whose key is not on its curve", "certificate-key") from error


def _member(subject: x509.Name) -> str:
    for oid in (NameOID.SERIAL_NUMBER, NameOID.COMMON_NAME):
        values = [attribute.value for attribute in subject.get_attributes_for_oid(oid)]
        if values:
            if len(values) > 1 or not isinstance(values[0], str) or _IDENTIFIER.fullmatch(values[0]) is None:
                break
            return values[0]
    raise CertificateRefused("a card whose certificate names no member of a chamber", "certificate-member")
