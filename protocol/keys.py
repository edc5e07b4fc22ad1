"""Public and private keys: thumbprints, signing, the one verification rule.

The only module that touches PyNaCl and `cryptography`. Ed25519 verification is libsodium's rule: cofactorless,
S < L, no small-order or non-canonical A or R. A key is checked once, when it enters the log, to be canonical and
in the prime-order subgroup. ES256 (cards) is P-256 with SHA-256, signature r||s with low s.

Source: `docs/protocol.md` section 3; RFC 7638; RFC 8037; RFC 7518 section 3.4.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Protocol

import nacl.bindings
import nacl.exceptions
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from protocol.encoding import base64url, canonical_json, from_base64url, hash_text
from protocol.errors import ChamberError, EnvelopeRefused, KeyRefused, SignatureRefused

Algorithm = Literal["Ed25519", "ES256"]
Jwk = dict[str, str]
ED25519_KEY_BYTES = 32
SIGNATURE_BYTES = 64
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_COORDINATE_BYTES = 32
# A point of order 2L: an honest point plus (0, -1). libsodium with CVE-2025-69277 calls it valid.
_MIXED_ORDER_POINT = bytes.fromhex("95" + "99" * 31)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A checked public key. `raw` is 32 bytes for Ed25519, 64 (x||y) for ES256."""

    algorithm: Algorithm
    raw: bytes
    thumbprint: str

    def jwk(self) -> Jwk:
        """The key as a JWK with exactly the members RFC 7638 hashes, in its order."""
        if self.algorithm == "Ed25519":
            return {"crv": "Ed25519", "kty": "OKP", "x": base64url(self.raw)}
        return {"crv": "P-256", "kty": "EC", "x": base64url(self.raw[:32]), "y": base64url(self.raw[32:])}

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check `signature` (64 bytes) over `message`. Raises `SignatureRefused`."""
        if self.algorithm == "Ed25519":
            verify_ed25519(self.raw, message, signature)
        else:
            _verify_es256(self.raw, message, signature)


class Signer(Protocol):
    """Whatever can sign for one key: a file, a secure element, a card."""

    @property
    def public(self) -> PublicKey:
        """The public half."""

    def sign(self, message: bytes) -> bytes:
        """Sign `message`: 64 bytes."""


class Ed25519Signer:
    """An Ed25519 private key held in memory."""

    __slots__ = ("_secret", "public")

    def __init__(self, seed: bytes) -> None:
        """Take a 32-byte seed from a cryptographic source. Raises `ValueError`: another length."""
        if len(seed) != ED25519_KEY_BYTES:
            raise ValueError("an Ed25519 seed is 32 bytes")
        raw, self._secret = nacl.bindings.crypto_sign_seed_keypair(seed)
        self.public = _public("Ed25519", raw)

    def sign(self, message: bytes) -> bytes:
        """Sign `message`: 64 bytes, deterministic. Source: RFC 8032."""
        return nacl.bindings.crypto_sign(message, self._secret)[:SIGNATURE_BYTES]


class P256Signer:
    """A P-256 private key held in memory: the software twin of a councillor's card."""

    __slots__ = ("_key", "public")

    def __init__(self, secret: bytes) -> None:
        """Take a 32-byte big-endian scalar in 1..n-1. Raises `ValueError`: out of range."""
        self._key = ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())
        numbers = self._key.public_key().public_numbers()
        self.public = _public(
            "ES256", numbers.x.to_bytes(_COORDINATE_BYTES, "big") + numbers.y.to_bytes(_COORDINATE_BYTES, "big")
        )

    def sign(self, message: bytes) -> bytes:
        """Sign `message`: r||s, 64 bytes, s in the lower half."""
        return es256_from_der(self._key.sign(message, ec.ECDSA(hashes.SHA256())))


def p256_secret(entropy: bytes) -> bytes:
    """Turn 32 random bytes into a scalar for `P256Signer`, bias under 2^-128 for 48 bytes, harmless for 32."""
    return (int.from_bytes(entropy, "big") % (P256_ORDER - 1) + 1).to_bytes(_COORDINATE_BYTES, "big")


def es256_from_der(der: bytes) -> bytes:
    """A card's DER signature as r||s with low s, as the envelope wants it. Raises `SignatureRefused`: not DER."""
    try:
        r, s = utils.decode_dss_signature(der)
    except ValueError as error:
        raise SignatureRefused("a card signature that is not DER") from error
    s = min(s, P256_ORDER - s)
    try:
        return r.to_bytes(_COORDINATE_BYTES, "big") + s.to_bytes(_COORDINATE_BYTES, "big")
    except OverflowError as error:
        raise SignatureRefused("a card signature out of range") from error


def ed25519_key(raw: bytes) -> PublicKey:
    """Admit a raw Ed25519 public key. Raises `KeyRefused`: length, small or mixed order, non-canonical."""
    return _admit_ed25519(raw)


@lru_cache(maxsize=16_384)
def _admit_ed25519(raw: bytes) -> PublicKey:
    if len(raw) != ED25519_KEY_BYTES or not nacl.bindings.crypto_core_ed25519_is_valid_point(raw):
        raise KeyRefused("not a canonical Ed25519 point of prime order")
    return _public("Ed25519", raw)


def key_of_jwk(jwk: Jwk) -> PublicKey:
    """Admit a JWK whose members stand in RFC 7638 order. Raises `KeyRefused`: anything else."""
    try:
        if list(jwk) == ["crv", "kty", "x"] and (jwk["crv"], jwk["kty"]) == ("Ed25519", "OKP"):
            return ed25519_key(from_base64url(jwk["x"].encode("ascii")))
        if list(jwk) == ["crv", "kty", "x", "y"] and (jwk["crv"], jwk["kty"]) == ("P-256", "EC"):
            return _p256_key(from_base64url(jwk["x"].encode("ascii")), from_base64url(jwk["y"].encode("ascii")))
    except (EnvelopeRefused, UnicodeEncodeError, AttributeError) as error:
        raise KeyRefused("a key that is not base64url") from error
    raise KeyRefused("neither an Ed25519 nor a P-256 key in RFC 7638 form")


def verify_ed25519(raw: bytes, message: bytes, signature: bytes) -> None:
    """Verify by the rule of libsodium, on an admitted key. Raises `SignatureRefused`."""
    if len(signature) != SIGNATURE_BYTES:
        raise SignatureRefused("an Ed25519 signature that is not 64 bytes")
    try:
        nacl.bindings.crypto_sign_open(signature + message, raw)
    except (nacl.exceptions.CryptoError, ValueError, TypeError) as error:
        raise SignatureRefused("an Ed25519 signature that does not verify") from error


def raw_verifier(key: PublicKey) -> Callable[[bytes, bytes], object]:
    """PyNaCl's public `VerifyKey.verify(message, signature)`, nothing of ours: what `chamber bench` compares with."""
    from nacl.signing import VerifyKey  # noqa: PLC0415 - only the benchmark needs it

    return VerifyKey(key.raw).verify


def self_test() -> None:
    """Refuse to run on a libsodium with CVE-2025-69277. Raises `ChamberError`. Call once at start-up."""
    if nacl.bindings.crypto_core_ed25519_is_valid_point(_MIXED_ORDER_POINT):
        raise ChamberError("this libsodium accepts points outside the prime-order subgroup; install PyNaCl >= 1.6.2")


def _public(algorithm: Algorithm, raw: bytes) -> PublicKey:
    key = PublicKey(algorithm, raw, "")
    return PublicKey(algorithm, raw, hash_text(canonical_json(key.jwk())))


def _p256_key(x: bytes, y: bytes) -> PublicKey:
    if len(x) != _COORDINATE_BYTES or len(y) != _COORDINATE_BYTES:
        raise KeyRefused("P-256 coordinates are 32 bytes each")
    raw = x + y
    return _admit_p256(raw)


@lru_cache(maxsize=16_384)
def _admit_p256(raw: bytes) -> PublicKey:
    _load_p256(raw)
    return _public("ES256", raw)


@lru_cache(maxsize=4096)
def _load_p256(raw: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + raw)
    except ValueError as error:
        raise KeyRefused("a point that is not on P-256") from error


def _verify_es256(raw: bytes, message: bytes, signature: bytes) -> None:
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if len(signature) != SIGNATURE_BYTES or not 1 <= s <= (P256_ORDER - 1) // 2:
        raise SignatureRefused("an ES256 signature whose s is not in the lower half")
    try:
        _load_p256(raw).verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise SignatureRefused("an ES256 signature that does not verify") from error


def spki_pem(key: PublicKey) -> bytes:
    """The key as a SubjectPublicKeyInfo in PEM, for `openssl pkeyutl` and other people's tools."""
    if key.algorithm == "ES256":
        loaded = _load_p256(key.raw)
        return loaded.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - slow to load, rarely used

    ed25519 = Ed25519PublicKey.from_public_bytes(key.raw)
    return ed25519.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
