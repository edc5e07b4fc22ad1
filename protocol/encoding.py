"""Bytes to text and back, each with exactly one accepted form.

Every decoder here encodes its result again and compares, so that two different byte strings can never mean
the same thing.

Source: `docs/protocol.md` sections 1 and 2; RFC 4648 section 5; RFC 8259.
"""

import hashlib
import json
import unicodedata
from binascii import a2b_base64, b2a_base64
from typing import Any

from protocol.errors import EnvelopeRefused, PayloadRefused

HASH_TEXT_LENGTH = 43
SALT_BYTES = 16
_encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False).encode
_decode_json = json.JSONDecoder().decode
_PADDING = (b"", None, b"==", b"=")
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/!!!")
_TO_URL = bytes.maketrans(b"+/", b"-_")


def base64url(data: bytes) -> str:
    """Write `data` as base64url without padding. Source: RFC 7515 section 2."""
    return b2a_base64(data, newline=False).translate(_TO_URL, b"=").decode("ascii")


def from_base64url(text: bytes) -> bytes:
    """Read unpadded base64url. Raises `EnvelopeRefused`: anything but the one canonical spelling."""
    padding = _PADDING[len(text) % 4]
    if padding is None:
        raise EnvelopeRefused("base64url of an impossible length", "base64url")
    standard = text.translate(_FROM_URL) + padding
    try:
        data = a2b_base64(standard, strict_mode=True)
    except ValueError as error:
        raise EnvelopeRefused("not base64url", "base64url") from error
    if b2a_base64(data, newline=False) != standard:
        raise EnvelopeRefused("a second spelling of the same bytes", "base64url")
    return data


def digest(data: bytes) -> bytes:
    """SHA-256 of `data`, 32 bytes."""
    return hashlib.sha256(data).digest()


def hash_text(data: bytes) -> str:
    """The `hash` of protocol.md section 1: base64url SHA-256 of the exact bytes, 43 characters."""
    return b2a_base64(hashlib.sha256(data).digest(), newline=False).translate(_TO_URL, b"=").decode("ascii")


def canonical_json(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Write JSON in the protocol's one form: no white space, members as given, UTF-8, shortest escapes."""
    return _encode_json(value).encode("utf-8")


def from_canonical_json(data: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Read JSON that must already be in canonical form.

    Raises `PayloadRefused`: bad UTF-8, bad JSON, doubled members, white space, a second spelling of a string
    or number. Member order and types are the caller's to check.
    """
    try:
        value = _decode_json(data.decode("utf-8"))
        if _encode_json(value).encode("utf-8") != data:
            raise PayloadRefused("not the canonical form of its own JSON", "canonical")
    except (ValueError, RecursionError) as error:
        raise PayloadRefused("not JSON in UTF-8", "json") from error
    return value


def is_normal(text: str) -> bool:
    """True if `text` is in Unicode normal form C and holds no control characters but tab and newline."""
    if text.isascii():
        return text.isprintable() or all((" " <= c != "\x7f") or c in "\t\n" for c in text)
    return unicodedata.is_normalized("NFC", text) and not any(
        unicodedata.category(c) in {"Cc", "Cn", "Cs"} and c not in "\t\n" for c in text
    )


def salted_text(salt: bytes, text: str) -> bytes:
    """The blob behind a `title_hash` or `text_hash`: 16 bytes of salt, then UTF-8; the log holds its `hash_text`."""
    if len(salt) != SALT_BYTES:
        raise ValueError("a salt is 16 bytes")
    return salt + text.encode("utf-8")


def text_of_blob(blob: bytes) -> str:
    """The text of a salted blob. Raises `PayloadRefused`: too short or not UTF-8."""
    try:
        text = blob[SALT_BYTES:].decode("utf-8")
    except UnicodeDecodeError as error:
        raise PayloadRefused("a text blob that is not UTF-8", "blob") from error
    if len(blob) < SALT_BYTES:
        raise PayloadRefused("a text blob without its salt", "blob")
    return text
