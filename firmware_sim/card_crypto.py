"""The arithmetic inside simulated cards: AES and CMAC, P-256 signatures, certificates. The simulator's only door to
`cryptography`, and nothing of the seat's own code.

Source: FIPS 197 and SP 800-38A (AES-CBC), SP 800-38B (CMAC), FIPS 186-5 (ECDSA), RFC 6979 (its fixed nonces), RFC 5280.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.x509.oid import NameOID

AES_BYTES: Final = 16
DIGEST_BYTES: Final = 32
_CURVE: Final = ec.SECP256R1()
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ISSUER: Final = "Simulated card authority"
_PADDING: Final = x509.ObjectIdentifier("1.3.6.1.4.1.99999.1")
"""An arc that nobody owns: ballast for certificates that are too long."""


def encrypt_cbc(key: bytes, data: bytes, start: bytes = bytes(AES_BYTES)) -> bytes:
    """AES-CBC of whole blocks."""
    cipher = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    return cipher.update(data) + cipher.finalize()


def decrypt_cbc(key: bytes, data: bytes, start: bytes = bytes(AES_BYTES)) -> bytes:
    """The inverse of `encrypt_cbc`."""
    cipher = Cipher(algorithms.AES(key), modes.CBC(start)).decryptor()
    return cipher.update(data) + cipher.finalize()


def cmac(key: bytes, data: bytes) -> bytes:
    """AES-CMAC, 16 bytes."""
    mac = CMAC(algorithms.AES(key))
    mac.update(data)
    return mac.finalize()


@dataclass(frozen=True, slots=True)
class CardKey:
    """A P-256 key that never leaves its card."""

    _private: ec.EllipticCurvePrivateKey

    @classmethod
    def of_secret(cls, secret: bytes) -> "CardKey":
        """The key that a secret stands for."""
        number = int.from_bytes(sha256(secret).digest(), "big") % (_ORDER - 1) + 1
        return cls(ec.derive_private_key(number, _CURVE))

    @classmethod
    def of_scalar(cls, scalar: bytes) -> "CardKey":
        """The key with this private number, 32 bytes, big-endian. Raises `ValueError`: not on the curve's order."""
        return cls(ec.derive_private_key(int.from_bytes(scalar, "big"), _CURVE))

    @property
    def point(self) -> bytes:
        """The public point, uncompressed, 65 bytes."""
        return self._private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )

    def sign_digest(self, digest: bytes) -> bytes:
        """ECDSA over 32 bytes as they are; a DER `ECDSA-Sig-Value`. The same digest gives the same signature."""
        return self._private.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256()), deterministic_signing=True))

    def certify(self, holder: "CardKey", name: str, times: tuple[datetime, datetime], ballast_bytes: int = 0) -> bytes:
        """A certificate (DER) that says `holder` is `name`, signed by this key, valid between `times`."""
        builder = self._builder(holder, name, times, ca=False)
        if ballast_bytes:
            builder = builder.add_extension(x509.UnrecognizedExtension(_PADDING, bytes(ballast_bytes)), critical=False)
        return self._sign(builder)

    def certify_itself(self, times: tuple[datetime, datetime]) -> bytes:
        """The certificate (DER) of the authority that this key is."""
        return self._sign(self._builder(self, _ISSUER, times, ca=True))

    def _builder(
        self, holder: "CardKey", name: str, times: tuple[datetime, datetime], *, ca: bool
    ) -> x509.CertificateBuilder:
        serial = int.from_bytes(sha256(holder.point + name.encode()).digest()[:8], "big")
        public = holder._private.public_key()  # noqa: SLF001 - another of ours
        builder = x509.CertificateBuilder(_name(_ISSUER), _name(name), public, serial, *times)
        return builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)

    def _sign(self, builder: x509.CertificateBuilder) -> bytes:
        signed = builder.sign(self._private, hashes.SHA256(), ecdsa_deterministic=True)
        return signed.public_bytes(serialization.Encoding.DER)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""Fixed dates: a card does not know the time, and the same seed must make the same card."""
LONG_PAST: Final = datetime(2021, 1, 1, tzinfo=UTC)
FAR_AHEAD: Final = datetime(2049, 12, 31, tzinfo=UTC)
