"""An encoder of envelopes of its own, so that a mistake shared with `protocol/` cannot hide.

Everything but the signature is written here from `docs/protocol.md` alone: header, member order, canonical JSON and
base64url.

Source: `docs/protocol.md` sections 1, 2, 5.2 and 6.3.
"""

import binascii
import json
from typing import Any, Final

from protocol.keys import Signer

MEMBERS: Final = {
    "session": ("v", "ctx", "sitting", "member", "seat", "dev", "key", "nonce", "size", "ts"),
    "session-bind": ("v", "session", "pop", "ts"),
    "session-end": ("v", "session", "why", "ts"),
    "ballot": ("v", "open", "session", "seat", "member", "choice", "seq", "seen", "ts"),
    "speech": ("v", "sitting", "item", "speaker", "act", "sort", "ms", "seq", "ts"),
    "challenge-request": ("v", "seat", "ts"),
    "card-offer": ("v", "seat", "sitting", "nonce", "kind", "uid", "key", "challenge", "mirror", "ts"),
    "card-answer": ("v", "seat", "nonce", "proof", "ts"),
}
"""Member order by kind."""
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")


def encode_text(data: bytes) -> bytes:
    """Base64url without padding."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=")


def encode_payload(kind: str, values: dict[str, Any]) -> bytes:
    """The payload with the members in their order; `v` is added. Raises `KeyError`: a member is missing."""
    complete = {"v": 1, **values}
    pairs = [f"{json.dumps(name)}:{_encode_value(complete[name])}" for name in MEMBERS[kind]]
    return ("{" + ",".join(pairs) + "}").encode("utf-8")


def encode_header(kind: str, signer: Signer) -> bytes:
    """The header's template, filled in."""
    parts = ('{"alg":"', signer.public.algorithm, '","kid":"', signer.public.thumbprint, '","typ":"', kind, '+jws"}')
    return "".join(parts).encode("ascii")


def encode_envelope(kind: str, values: dict[str, Any], signer: Signer) -> bytes:
    """A signed record."""
    signed = encode_text(encode_header(kind, signer)) + b"." + encode_text(encode_payload(kind, values))
    return signed + b"." + encode_text(signer.sign(signed))


def _encode_value(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
