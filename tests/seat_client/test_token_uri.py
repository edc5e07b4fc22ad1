"""The address of a device key in a token."""

from pathlib import Path

import pytest

from seat_client.token_uri import TokenPlace, TokenRefused, read_token_uri

GOOD = "pkcs11:token=seat;object=device?module-path=/lib/token.so&pin-source=file:/etc/pin"
PLACE = TokenPlace("seat", "device", Path("/lib/token.so"), Path("/etc/pin"))


@pytest.mark.parametrize(
    "uri",
    [
        GOOD,
        "pkcs11:object=device;token=seat?pin-source=file:/etc/pin&module-path=/lib/token.so",
        "pkcs11:token=%73eat;object=device?module-path=%2Flib%2Ftoken.so&pin-source=file%3A%2Fetc%2Fpin",
    ],
)
def test_key_is_found_however_its_address_is_ordered_or_escaped(uri: str) -> None:
    """RFC 7512: the order means nothing, and any character may stand as %HH."""
    assert read_token_uri(uri) == PLACE


def test_label_with_the_uris_own_characters_is_written_escaped() -> None:
    """Spaces, semicolons and letters of any language."""
    place = read_token_uri(GOOD.replace("token=seat", "token=%D0%9C%D1%96%D1%81%D1%86%D0%B5%20%3B1"))
    assert place.token == "Місце ;1"


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("pkcs12:" + GOOD, "is written pkcs11:"),
        (GOOD.replace(";object=device", ""), "lacks object"),
        (GOOD.replace("token=seat", "token="), "token in the key's URI is empty"),
        (GOOD.replace("token=seat", "token=%00"), "zero byte"),
        (GOOD.replace("token=seat", "token=%FF"), "not UTF-8"),
        (GOOD.replace("token=seat", "token=seat;token=other"), "token is unknown or doubled"),
        (GOOD.replace("token=seat", "token=seat;id=%01"), "id is unknown or doubled"),
        (GOOD + "&module-name=token", "module-name is unknown or doubled"),
        (GOOD.replace("?module-path=/lib/token.so&", "?"), "lacks module-path"),
        (GOOD.replace("=/lib/token.so", "=token.so"), "module-path in the key's URI is a whole path"),
        (GOOD.replace("file:/etc/pin", "file:pin"), "pin-source in the key's URI is a whole path"),
        (GOOD.replace("file:/etc/pin", "|cat /etc/pin"), "no command is run"),
        (GOOD.replace("token=seat;", "token=seat&"), "lacks object"),
        ("pkcs11:", "lacks object, token"),
    ],
)
def test_address_that_names_no_single_key_is_refused(uri: str, why: str) -> None:
    """By the attribute, with what to write."""
    with pytest.raises(TokenRefused, match=why) as caught:
        read_token_uri(uri)
    assert caught.value.code == "token-uri"


def test_pin_in_the_address_is_refused_and_not_repeated() -> None:
    """Settings are kept in backups, and refusals in logs."""
    with pytest.raises(TokenRefused, match="never stands in the settings") as caught:
        read_token_uri(GOOD + "&pin-value=8642")
    assert "8642" not in str(caught.value)
