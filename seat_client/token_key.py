"""The door to a token: a device key that never leaves it, through the maker's PKCS#11 library.

The session stays open. Where a signature fails, because the token was pulled out or its daemon restarted, the key is
opened once more, and must be the same one. A token locks itself after a few wrong PINs, and a service that is started
again every two seconds would use them all up: so a token that says a wrong PIN was tried before is not asked again.

A call takes as long as the token does, in the thread of whoever calls.

Source: PKCS#11 3.0, sections 2.3.5 to 2.3.14 (Edwards curves, CKM_EDDSA); `docs/protocol.md` section 3.
"""

import os
import stat
from pathlib import Path
from typing import Any, Final

import pkcs11
import pkcs11.exceptions

from protocol.errors import ChamberError
from protocol.keys import ED25519_KEY_BYTES, PublicKey, ed25519_key
from seat_client.token_uri import TokenPlace, TokenRefused

_PIN_BYTES_MAX: Final = 1_024
_OCTETS: Final = bytes([0x04, ED25519_KEY_BYTES])
"""How a DER octet string of 32 bytes begins; some modules give the point without it."""
_PROBE: Final = b"chamber-seat: is this the key?"
"""Signed at each opening. No envelope begins so, and none is that short."""


class TokenSigner:
    """The key of one place in a token: `protocol.keys.Signer`. Raises `TokenRefused`, as `sign` does."""

    __slots__ = ("_key", "_place", "_session", "public")

    def __init__(self, place: TokenPlace) -> None:
        self._place = place
        self._session, self._key, self.public = _open(place)

    def sign(self, message: bytes) -> bytes:
        """Sign `message`: 64 bytes. Raises `TokenRefused`: the token is gone, or holds another key now."""
        try:
            return _sign(self._key, message)
        except pkcs11.exceptions.PKCS11Error:
            self.close()
        session, key, public = _open(self._place)
        if public != self.public:
            session.close()
            raise TokenRefused("the token holds another key than before: put the seat's own back", "token-kind")
        self._session, self._key = session, key
        try:
            return _sign(key, message)
        except pkcs11.exceptions.PKCS11Error as error:
            raise TokenRefused(f"the token does not sign: {_words(error)}", "token-signature") from error

    def close(self) -> None:
        """Log out of the token. Harmless when repeated."""
        try:
            self._session.close()
        except pkcs11.exceptions.PKCS11Error:
            # What cannot be closed is gone already.
            return


def _open(place: TokenPlace) -> tuple[Any, Any, PublicKey]:
    """The session, the private key and its public half, proved to belong together. Raises `TokenRefused`."""
    token = _token(place)
    session = _log_in(token, place)
    try:
        public = _public(session, place)
        key = _find(session, pkcs11.ObjectClass.PRIVATE_KEY, place)
        _prove(key, public)
    except TokenRefused:
        session.close()
        raise
    except pkcs11.exceptions.PKCS11Error as error:
        session.close()
        raise TokenRefused(f"the token {place.token} fails: {_words(error)}") from error
    return session, key, public


def _token(place: TokenPlace) -> Any:  # noqa: ANN401 - without the extra, types of pkcs11 are unknown
    try:
        library = pkcs11.lib(str(place.module))
    except (pkcs11.exceptions.PKCS11Error, OSError, RuntimeError) as error:
        raise TokenRefused(
            f"the module {place.module} cannot be loaded: install the token's library, or correct module-path"
            f" ({_words(error)})",
            "token-module",
        ) from error
    try:
        return library.get_token(token_label=place.token)
    except pkcs11.exceptions.PKCS11Error as error:
        raise TokenRefused(
            f"no single token is called {place.token}: put it in, or correct token= ({_words(error)})", "token-missing"
        ) from error


def _log_in(token: Any, place: TokenPlace) -> Any:  # noqa: ANN401 - as above
    pin = _read_pin(place.pin_file)
    if pkcs11.TokenFlag.USER_PIN_LOCKED in token.flags:
        raise TokenRefused(
            f"the token {place.token} is locked by wrong PINs: unlock it with its maker's tool", "token-pin"
        )
    if pkcs11.TokenFlag.USER_PIN_COUNT_LOW in token.flags:
        raise TokenRefused(
            f"a wrong PIN was tried on the token {place.token}, and it locks after a few: correct {place.pin_file},"
            " then log in once by hand (pkcs11-tool --login -O)",
            "token-pin-tried",
        )
    try:
        return token.open(user_pin=pin)
    except pkcs11.exceptions.UserAlreadyLoggedIn:
        # A login counts for the whole program: another key of this token was opened before.
        return token.open()
    except pkcs11.exceptions.PKCS11Error as error:
        raise TokenRefused(
            f"the token {place.token} refuses the PIN of {place.pin_file}: correct the file ({_words(error)})",
            "token-pin",
        ) from error


def _read_pin(path: Path) -> str:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            pin = file.read(_PIN_BYTES_MAX).strip().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TokenRefused(
            f"the PIN file {path} cannot be read: write one line, the PIN ({error})", "token-pin-file"
        ) from error
    if not stat.S_ISREG(mode) or mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise TokenRefused(f"the PIN file {path} is open to others: chmod 600 {path}", "token-pin-file")
    if not pin:
        raise TokenRefused(f"the PIN file {path} is empty: write one line, the PIN", "token-pin-file")
    return pin


def _find(session: Any, kind: Any, place: TokenPlace) -> Any:  # noqa: ANN401 - as above
    half = "private" if kind == pkcs11.ObjectClass.PRIVATE_KEY else "public"
    # All of them, to the end: a search that is left open would block the next one.
    found = list(session.get_objects({pkcs11.Attribute.CLASS: kind, pkcs11.Attribute.LABEL: place.object}))
    if len(found) != 1:
        raise TokenRefused(
            f"the token {place.token} has {len(found)} {half} keys called {place.object}, not one:"
            " make one, delete the others, or correct object=",
            "token-object",
        )
    key = found[0]
    if key.key_type != pkcs11.KeyType.EC_EDWARDS:
        raise TokenRefused(
            f"{place.object} is no Ed25519 key: make one, or use key_file where the token cannot", "token-kind"
        )
    return key


def _public(session: Any, place: TokenPlace) -> PublicKey:  # noqa: ANN401 - as above
    point = bytes(_find(session, pkcs11.ObjectClass.PUBLIC_KEY, place)[pkcs11.Attribute.EC_POINT])
    try:
        return ed25519_key(point.removeprefix(_OCTETS) if len(point) > ED25519_KEY_BYTES else point)
    except ChamberError as error:
        raise TokenRefused(f"{place.object} is no Ed25519 key ({error.fact}): make a new one", "token-kind") from error


def _prove(key: Any, public: PublicKey) -> None:  # noqa: ANN401 - as above
    """One label may stand on halves of two pairs, and a token may know Edwards keys but no way to sign with them."""
    try:
        public.verify(_PROBE, _sign(key, _PROBE))
    except (pkcs11.exceptions.PKCS11Error, ChamberError) as error:
        raise TokenRefused(
            f"the token's signature does not verify under its public key ({_words(error)}): make a new pair",
            "token-signature",
        ) from error


def _sign(key: Any, message: bytes) -> bytes:  # noqa: ANN401 - as above
    return bytes(key.sign(message, mechanism=pkcs11.Mechanism.EDDSA))


def _words(error: Exception) -> str:
    """Most errors of PKCS#11 are a name without words."""
    return str(error) or type(error).__name__
