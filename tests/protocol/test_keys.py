"""Keys and the one verification rule, with known answers and the signatures that other libraries disagree about."""

import hashlib
import json
from pathlib import Path
from typing import Any

import nacl.bindings
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import keys
from protocol.encoding import base64url, from_base64url
from protocol.errors import ChamberError, KeyRefused, SignatureRefused
from protocol.keys import Ed25519Signer, P256Signer, PublicKey, ed25519_key, key_of_jwk

VECTORS: list[dict[str, str]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "ed25519.json").read_text(encoding="utf-8")
)
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]  # fmt: skip
CARD = P256Signer(bytes(31) + b"\x07")


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_ed25519_known_answers(seed: str, public: str, message: str, signature: str) -> None:
    """RFC 8032 section 7.1, tests 1 and 2."""
    signer = Ed25519Signer(bytes.fromhex(seed))
    assert signer.public.raw.hex() == public
    assert signer.sign(bytes.fromhex(message)).hex() == signature
    signer.public.verify(bytes.fromhex(message), bytes.fromhex(signature))


def test_thumbprint_known_answer() -> None:
    """RFC 8037 appendix A.3."""
    key = Ed25519Signer(bytes.fromhex(RFC_8032[0][0])).public
    assert key.jwk() == {"crv": "Ed25519", "kty": "OKP", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert key.thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_signature_known_answer_of_rfc_8037() -> None:
    """RFC 8037 appendix A.4: the same primitive under a JWS signing input."""
    signer = Ed25519Signer(bytes.fromhex(RFC_8032[0][0]))
    signed = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    expected = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    assert base64url(signer.sign(signed)) == expected


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_ed25519_verdict(vector: dict[str, str]) -> None:
    """Small order, torsion, S + L, non-canonical: one verdict, whatever other libraries say."""
    raw, message, signature = (bytes.fromhex(vector[name]) for name in ("public", "message", "signature"))

    def judge() -> None:
        ed25519_key(raw).verify(message, signature)

    if vector["verdict"] == "valid":
        judge()
    else:
        with pytest.raises((KeyRefused, SignatureRefused)):
            judge()


@pytest.mark.parametrize("vector", [v for v in VECTORS if v["name"].startswith("key")], ids=lambda v: v["name"])
def test_weak_key_is_refused_where_it_enters(vector: dict[str, str]) -> None:
    """The point is judged before any signature; so is a JWK of it."""
    raw = bytes.fromhex(vector["public"])
    with pytest.raises(KeyRefused):
        ed25519_key(raw)
    with pytest.raises(KeyRefused):
        key_of_jwk({"crv": "Ed25519", "kty": "OKP", "x": base64url(raw)})


def test_there_are_vectors_of_every_sort() -> None:
    """The file was not emptied: each trick of the specification has its vector."""
    names = " ".join(vector["name"] for vector in VECTORS)
    for trick in (
        "torsion",
        "R is of small order",
        "S + L",
        "key of small order",
        "key of mixed order",
        "not canonical",
    ):
        assert trick in names


@pytest.mark.parametrize("size", [0, 31, 33, 63, 65])
def test_signature_of_another_length_is_refused(size: int) -> None:
    """Also one that would only move the border between signature and message."""
    signer = Ed25519Signer(bytes.fromhex(RFC_8032[1][0]))
    with pytest.raises(SignatureRefused):
        signer.public.verify(b"", bytes(size))
    signature = signer.sign(b"message")
    with pytest.raises(SignatureRefused):
        signer.public.verify(signature[60:] + b"message", signature[:60])
    with pytest.raises(SignatureRefused):
        CARD.public.verify(b"", bytes(size))


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_ed25519_key_of_another_length_is_refused(size: int) -> None:
    """32 bytes exactly."""
    with pytest.raises(KeyRefused):
        ed25519_key(bytes(size))


def test_seed_of_another_length_is_our_mistake() -> None:
    """A caller's error is a ValueError."""
    with pytest.raises(ValueError, match="32 bytes"):
        Ed25519Signer(b"short")


def test_self_test_refuses_a_library_that_takes_mixed_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """CVE-2025-69277: quiet here, an error where the point passes."""
    keys.self_test()
    monkeypatch.setattr(nacl.bindings, "crypto_core_ed25519_is_valid_point", lambda _raw: True)
    with pytest.raises(ChamberError, match="prime-order"):
        keys.self_test()


# --- P-256 --------------------------------------------------------------------------------------------------

RFC_7515_A3 = {
    "crv": "P-256", "kty": "EC", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}  # fmt: skip
RFC_7515_INPUT = (
    b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog"
    b"Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
)
RFC_7515_SIGNATURE = b"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"


def test_es256_known_answer_only_in_its_low_form() -> None:
    """RFC 7515 appendix A.3 has s in the upper half: refused; its twin n - s is the accepted spelling."""
    key = key_of_jwk(RFC_7515_A3)
    high = from_base64url(RFC_7515_SIGNATURE)
    low = high[:32] + (keys.P256_ORDER - int.from_bytes(high[32:], "big")).to_bytes(32, "big")
    key.verify(RFC_7515_INPUT, low)
    with pytest.raises(SignatureRefused):
        key.verify(RFC_7515_INPUT, high)


def test_es256_thumbprint_is_over_the_members_of_rfc_7638() -> None:
    """Composed by hand: crv, kty, x, y, no white space."""
    x, y = RFC_7515_A3["x"], RFC_7515_A3["y"]
    hashed = hashlib.sha256(f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'.encode()).digest()
    key = key_of_jwk(RFC_7515_A3)
    assert key.thumbprint == base64url(hashed)
    assert key.jwk() == RFC_7515_A3


def test_card_signs_with_low_s_always() -> None:
    """Whatever the card's random number, s is in the lower half."""
    for number in range(40):
        signature = CARD.sign(bytes([number]))
        assert 1 <= int.from_bytes(signature[32:], "big") <= (keys.P256_ORDER - 1) // 2
        CARD.public.verify(bytes([number]), signature)


@pytest.mark.parametrize(
    ("r", "s"),
    [
        (0, 1),
        (1, 0),
        (0, 0),
        (1, (keys.P256_ORDER + 1) // 2),
        (keys.P256_ORDER, 1),
        (1, keys.P256_ORDER),
        (1, 1),
        (2**256 - 1, 1),
    ],
)
def test_es256_out_of_range_is_refused(r: int, s: int) -> None:
    """Zeros, the order, the upper half."""
    with pytest.raises(SignatureRefused):
        CARD.public.verify(b"message", r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def test_der_of_a_card_becomes_low_s() -> None:
    """A DER signature of another library turns into the envelope's form."""
    secret = ec.derive_private_key(7, ec.SECP256R1())
    for number in range(20):
        der = secret.sign(bytes([number]), ec.ECDSA(hashes.SHA256()))
        signature = keys.es256_from_der(der)
        assert int.from_bytes(signature[32:], "big") <= keys.P256_ORDER // 2
        CARD.public.verify(bytes([number]), signature)


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30\x00",
        b"junk",
        bytes.fromhex("30060201ff020101"),
        b"\x30\x26\x02\x21\x01" + bytes(32) + b"\x02\x01\x01",
    ],
)
def test_der_that_is_none_is_refused(der: bytes) -> None:
    """Not DER, negative or too large numbers."""
    with pytest.raises(SignatureRefused):
        keys.es256_from_der(der)


X = from_base64url(RFC_7515_A3["x"].encode())
Y = from_base64url(RFC_7515_A3["y"].encode())
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
BAD_JWKS: dict[str, Any] = {
    "nothing": {},
    "other order": {"kty": "OKP", "crv": "Ed25519", "x": base64url(bytes(32))},
    "private part": {**RFC_7515_A3, "d": "AA"},
    "wrong type": {**RFC_7515_A3, "kty": "OKP"},
    "wrong curve": {**RFC_7515_A3, "crv": "P-384"},
    "padded": {**RFC_7515_A3, "x": RFC_7515_A3["x"] + "="},
    "not ASCII": {**RFC_7515_A3, "x": "ж" * 43},
    "not on the curve": {**RFC_7515_A3, "y": RFC_7515_A3["x"]},
    "point at infinity": {**RFC_7515_A3, "x": base64url(bytes(32)), "y": base64url(bytes(32))},
    "x not below p": {**RFC_7515_A3, "x": base64url((P + 5).to_bytes(32, "big"))},
    "border moved": {**RFC_7515_A3, "x": base64url(X[:31]), "y": base64url(X[31:] + Y)},
    "all in y": {**RFC_7515_A3, "x": "", "y": base64url(X + Y)},
    "short Ed25519": {"crv": "Ed25519", "kty": "OKP", "x": base64url(bytes(31))},
}


@pytest.mark.parametrize("jwk", BAD_JWKS.values(), ids=BAD_JWKS.keys())
def test_key_that_is_not_the_one_form_is_refused(jwk: dict[str, str]) -> None:
    """Members, their order, their lengths, the point itself."""
    with pytest.raises(KeyRefused):
        key_of_jwk(jwk)


def test_scalar_out_of_range_is_our_mistake() -> None:
    """1..n-1 only."""
    for number in (0, keys.P256_ORDER):
        with pytest.raises(ValueError):  # noqa: PT011 - the library's own words
            P256Signer(number.to_bytes(32, "big"))


@given(st.binary(min_size=32, max_size=32))
@settings(max_examples=50)
def test_any_entropy_makes_a_card(entropy: bytes) -> None:
    """`p256_secret` is always in range."""
    assert 1 <= int.from_bytes(keys.p256_secret(entropy), "big") < keys.P256_ORDER


@pytest.mark.parametrize("key", [CARD.public, Ed25519Signer(bytes(32)).public], ids=["ES256", "Ed25519"])
def test_pem_holds_the_same_key(key: PublicKey) -> None:
    """Another library reads the point back."""
    loaded = load_pem_public_key(keys.spki_pem(key))
    if isinstance(loaded, ec.EllipticCurvePublicKey):
        numbers = loaded.public_numbers()
        assert numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big") == key.raw
    else:
        assert keys.spki_pem(key).startswith(b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2Vw")
