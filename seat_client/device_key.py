"""Opens the device key by its address: a file, or a token that it never leaves.

    file:PATH        `key_file.py`
    pkcs11:…         `token_uri.py`, `token_key.py`

Both are a `protocol.keys.Signer`; nothing else in a seat knows which one signs.

Source: `docs/protocol.md` section 3.
"""

from pathlib import Path
from typing import Final

from protocol.keys import Signer
from seat_client.key_file import read_key_file
from seat_client.token_uri import SCHEME, TokenRefused, read_token_uri

FILE: Final = "file:"


def key_address(text: str) -> str:
    """The address of what a person writes: an address of a token as it is, anything else is a file's path."""
    return text if text.startswith(SCHEME) else FILE + text


def open_device_key(url: str) -> Signer:
    """Open the device key. Raises `KeyFileRefused` or `TokenRefused`: each says what to do."""
    if not url.startswith(SCHEME):
        return read_key_file(Path(url.removeprefix(FILE)))
    place = read_token_uri(url)
    try:
        from seat_client.token_key import TokenSigner  # noqa: PLC0415 - only a seat with a token has python-pkcs11
    except ModuleNotFoundError as error:
        raise TokenRefused(
            f"{error.name} is not installed: a key in a token needs pip install 'chamber-voting[seat-token]'",
            "token-library",
        ) from error
    return TokenSigner(place)
