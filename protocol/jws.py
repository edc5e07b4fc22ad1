"""The byte-exact envelope `cvs-jws/1`: write it, read it, refuse everything else.

An envelope is `BASE64URL(header).BASE64URL(payload).BASE64URL(signature)`. The header is one of two templates and
is compared, never parsed leniently; nothing outside the signature can be changed without breaking it.

Source: `docs/protocol.md` section 2; RFC 7515; RFC 9864.
"""

import re
from functools import lru_cache
from typing import NamedTuple, cast

from protocol.encoding import base64url, from_base64url, hash_text
from protocol.errors import EnvelopeRefused
from protocol.keys import SIGNATURE_BYTES, Algorithm, PublicKey, Signer

ENVELOPE_BYTES_MAX = 65_535
"""A C2SP entry bundle gives an entry's length in 16 bits. Source: C2SP tlog-tiles."""
_HEADER = re.compile(rb'\{"alg":"(Ed25519|ES256)","kid":"([A-Za-z0-9_-]{43})","typ":"([a-z][a-z-]{0,39})\+jws"\}')
_header_cache: dict[bytes, tuple[Algorithm, str, str]] = {}
_HEADER_CACHE_MAX = 20_000


class Envelope(NamedTuple):
    """A well-formed envelope whose signature nobody has checked yet.

    `data` is the exact bytes (the log leaf); `signed` is the part the signature covers.
    """

    data: bytes
    algorithm: Algorithm
    kid: str
    kind: str
    payload: bytes
    signed: bytes
    signature: bytes

    @property
    def hash(self) -> str:
        """The record's hash: SHA-256 of the exact bytes, 43 characters."""
        return hash_text(self.data)

    def verify(self, key: PublicKey) -> None:
        """Check the signature under `key`. Raises `SignatureRefused`, or `EnvelopeRefused`: another algorithm."""
        if key.algorithm != self.algorithm:
            raise EnvelopeRefused("the header's algorithm is not that of the key", "algorithm")
        key.verify(self.signed, self.signature)


def seal(kind: str, payload: bytes, signer: Signer) -> bytes:
    """Sign `payload` as an envelope of `kind` and return its exact bytes."""
    public = signer.public
    header = _write_header(public.algorithm, public.thumbprint, kind)
    signed = f"{header}.{base64url(payload)}".encode("ascii")
    return signed + b"." + base64url(signer.sign(signed)).encode("ascii")


@lru_cache(maxsize=1_024)
def _write_header(algorithm: Algorithm, kid: str, kind: str) -> str:
    return base64url(f'{{"alg":"{algorithm}","kid":"{kid}","typ":"{kind}+jws"}}'.encode("ascii"))


def read_envelope(data: bytes) -> Envelope:
    """Read an envelope's bytes without checking its signature.

    Raises `EnvelopeRefused`: over 65,535 bytes, not three parts, base64url that is not canonical, a header that is
    not byte for byte one of the templates, a signature that is not 64 bytes.
    """
    if len(data) > ENVELOPE_BYTES_MAX:
        raise EnvelopeRefused("longer than 65,535 bytes", "size")
    parts = data.split(b".")
    if len(parts) != 3:  # noqa: PLR2004 - header, payload, signature
        raise EnvelopeRefused("not three parts", "parts")
    known = _header_cache.get(parts[0])
    algorithm, kid, kind = known if known is not None else _read_header(parts[0])
    signature = from_base64url(parts[2])
    if len(signature) != SIGNATURE_BYTES:
        raise EnvelopeRefused("a signature that is not 64 bytes", "signature-size")
    signed = data[: len(parts[0]) + 1 + len(parts[1])]
    return Envelope(data, algorithm, kid, kind, from_base64url(parts[1]), signed, signature)


def _read_header(part: bytes) -> tuple[Algorithm, str, str]:
    match = _HEADER.fullmatch(from_base64url(part))
    if match is None:
        raise EnvelopeRefused("a header that is not the template", "header")
    header = cast("Algorithm", match[1].decode("ascii")), match[2].decode("ascii"), match[3].decode("ascii")
    if len(_header_cache) >= _HEADER_CACHE_MAX:
        _header_cache.clear()
    _header_cache[part] = header
    return header
