"""A card authority and cards for tests: fixed keys, fixed times, every way in which a certificate can be wrong."""

from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

ISSUED = datetime(2026, 1, 1, tzinfo=UTC)
EXPIRES = datetime(2030, 1, 1, tzinfo=UTC)
NOW_S = datetime(2026, 11, 25, tzinfo=UTC).timestamp()
AUTHORITY_SECRET = 11
STRANGER_SECRET = 12


def private_key(secret: int) -> ec.EllipticCurvePrivateKey:
    """A P-256 key that anyone can compute."""
    return ec.derive_private_key(secret, ec.SECP256R1())


def subject(member: str = "", common: str = "") -> x509.Name:
    """A subject with a serial number, a common name, or both."""
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test chamber")]
    if member:
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, member))
    if common:
        attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, common))
    return x509.Name(attributes)


AUTHORITY_NAME = subject(common="Test card authority")


@cache
def authority(*, ca: bool = True, expires: datetime = EXPIRES) -> bytes:
    """The authority's own certificate, DER."""
    key = private_key(AUTHORITY_SECRET)
    builder = (
        x509.CertificateBuilder()
        .subject_name(AUTHORITY_NAME)
        .issuer_name(AUTHORITY_NAME)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(ISSUED)
        .not_valid_after(expires)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    """A key of the wrong kind."""
    return rsa.generate_private_key(65537, 2048)


def certificate(
    name: x509.Name,
    secret: int = 21,
    *,
    issuer_secret: int = AUTHORITY_SECRET,
    issuer: x509.Name = AUTHORITY_NAME,
    times: tuple[datetime, datetime] = (ISSUED, EXPIRES),
    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey | None = None,
    padding: int = 0,
) -> bytes:
    """A card's certificate, DER; `padding` bytes make it longer."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key or private_key(secret).public_key())
        .serial_number(2)
        .not_valid_before(times[0])
        .not_valid_after(times[1])
    )
    if padding:
        filler = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), bytes(padding))
        builder = builder.add_extension(filler, critical=False)
    return builder.sign(private_key(issuer_secret), hashes.SHA256()).public_bytes(serialization.Encoding.DER)
