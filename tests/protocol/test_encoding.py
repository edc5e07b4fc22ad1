"""Bytes to text and back: one accepted form each."""

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.encoding import (
    base64url,
    canonical_json,
    from_base64url,
    from_canonical_json,
    hash_text,
    is_normal,
    salted_text,
    text_of_blob,
)
from protocol.errors import EnvelopeRefused, PayloadRefused

RFC_4648 = [(b"", b""), (b"f", b"Zg"), (b"fo", b"Zm8"), (b"foo", b"Zm9v"), (b"foob", b"Zm9vYg"), (b"fooba", b"Zm9vYmE")]


@pytest.mark.parametrize(("data", "text"), [*RFC_4648, (b"\xfb\xff\xbf", b"-_-_")])
def test_base64url_known_answers(data: bytes, text: bytes) -> None:
    """The examples of RFC 4648 section 10 without padding, and the two letters of the URL alphabet."""
    assert base64url(data) == text.decode()
    assert from_base64url(text) == data


@pytest.mark.parametrize(
    "text",
    [
        b"Zg==",
        b"Zg=",
        b"Zh",
        b"Zm9",
        b"Z",
        b"Zm9vY",
        b" Zg",
        b"Zg\n",
        b"Z g",
        b"+/+/",
        b"-/-_",
        b"Zm9vYg==",
        b"\xff\xff",
        b"Z\x00",
    ],
)
def test_base64url_twin_is_refused(text: bytes) -> None:
    """Padding, other last letters, white space, the other alphabet: no second spelling."""
    with pytest.raises(EnvelopeRefused) as refused:
        from_base64url(text)
    assert refused.value.code == "base64url"


@given(st.binary(max_size=80))
@settings(max_examples=150)
def test_base64url_reads_only_what_it_writes(data: bytes) -> None:
    """Any bytes are read only if they are the one spelling of what they mean."""
    assert from_base64url(base64url(data).encode()) == data
    try:
        meant = from_base64url(data)
    except EnvelopeRefused:
        return
    assert base64url(meant).encode() == data


def test_hash_is_43_characters_of_sha256() -> None:
    """The hash of protocol.md section 1, composed by hand."""
    expected = base64.urlsafe_b64encode(hashlib.sha256(b"abc").digest()).decode().rstrip("=")
    assert hash_text(b"abc") == expected == "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"


@pytest.mark.parametrize(
    ("value", "data"),
    [
        ({"v": 1, "a": []}, b'{"v":1,"a":[]}'),
        ('"\\\b\f\n\r\t', b'"\\"\\\\\\b\\f\\n\\r\\t"'),
        ("\x01\x1f", b'"\\u0001\\u001f"'),
        ("\x7f/é", b'"\x7f/\xc3\xa9"'),
        ("Ж", b'"\xd0\x96"'),
        (2**53 - 1, b"9007199254740991"),
    ],
)
def test_canonical_json_known_bytes(value: object, data: bytes) -> None:
    """No white space, shortest escapes, UTF-8 as it is."""
    assert canonical_json(value) == data
    assert from_canonical_json(data) == value


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"a":1,"a":1}', "canonical"),
        (b'{"a":1,"a":2}', "canonical"),
        (b'{ "a":1}', "canonical"),
        (b'{"a":1} ', "canonical"),
        (b'{"a":1}\n', "canonical"),
        (b'"\\u0041"', "canonical"),
        (b'"\\/"', "canonical"),
        (b'"\\u00e9"', "canonical"),
        (b'"\\u0009"', "canonical"),
        (b"1e2", "canonical"),
        (b"-0", "canonical"),
        (b"1.50", "canonical"),
        (b'"\\ud800"', "json"),
        (b'"\xff"', "json"),
        (b"NaN", "json"),
        (b"Infinity", "json"),
        (b"", "json"),
        (b"{", "json"),
        (b"{'a':1}", "json"),
        (b'{"a":1,}', "json"),
        (b'"\t"', "json"),
        (b"\xef\xbb\xbf1", "json"),
        (b"01", "json"),
        (b"1" * 5000, "json"),
        (b"[" * 40_000, "json"),
        (b"[" * 3000 + b"]" * 3000, "json"),
    ],
)
def test_other_json_is_refused(data: bytes, code: str) -> None:
    """Doubled members, white space, other escapes and numbers, depth: refused by name."""
    with pytest.raises(PayloadRefused) as refused:
        from_canonical_json(data)
    assert refused.value.code == code


@given(st.one_of(st.binary(max_size=60), st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass"))))
@settings(max_examples=200)
def test_any_bytes_are_read_canonically_or_refused(data: bytes) -> None:
    """Nothing but `PayloadRefused` comes out, and what is read encodes back to itself."""
    try:
        value = from_canonical_json(data)
    except PayloadRefused:
        return
    assert canonical_json(value) == data


@pytest.mark.parametrize("text", ["", "a\tb\nc", "é", "Ђ ж", "👍", "a b"])
def test_normal_text(text: str) -> None:
    """Form C, tab and newline are fine."""
    assert is_normal(text)


@pytest.mark.parametrize("text", ["e\u0301", "\u212b", "a\x00", "a\rb", "\x7f", "\x85", "é\x00", "\ud800", "é\x9f"])
def test_text_that_is_not_normal(text: str) -> None:
    """Decomposed letters, control characters and lone surrogates are not."""
    assert not is_normal(text)


def test_salted_text_goes_there_and_back() -> None:
    """16 bytes of salt, then UTF-8."""
    assert salted_text(b"s" * 16, "Ж") == b"s" * 16 + b"\xd0\x96"
    assert text_of_blob(b"s" * 16 + b"\xd0\x96") == "Ж"
    assert text_of_blob(b"s" * 16) == ""


@pytest.mark.parametrize("blob", [b"", b"s" * 15, b"s" * 16 + b"\xff"])
def test_blob_without_salt_or_utf8_is_refused(blob: bytes) -> None:
    """Too short, or no text."""
    with pytest.raises(PayloadRefused):
        text_of_blob(blob)


def test_salt_of_another_length_is_our_mistake() -> None:
    """A caller's error is a ValueError, never a refusal."""
    with pytest.raises(ValueError, match="16 bytes"):
        salted_text(b"short", "text")
