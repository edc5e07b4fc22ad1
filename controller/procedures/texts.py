"""Texts of officers that can be withheld: each goes as a salted blob, and the record that quotes it holds its hash."""

import os
import unicodedata

from controller.officer import OfficerClient
from controller.recorder import BLOB_BYTES_MAX
from protocol.encoding import SALT_BYTES, hash_text, is_normal, salted_text
from protocol.errors import PayloadRefused


async def send_text(client: OfficerClient, text: str) -> str:
    """Hand over a text under a fresh salt, so that its hash tells nothing. Returns the blob's hash.

    Raises `PayloadRefused`: too long, control characters, or letters that this version does not know.
    """
    written = unicodedata.normalize("NFC", text)
    if not is_normal(written):
        raise PayloadRefused("a text with control characters or unknown letters", "member")
    blob = salted_text(os.urandom(SALT_BYTES), written)
    if len(blob) > BLOB_BYTES_MAX:  # the controller would drop it, and the words stay unknown
        raise PayloadRefused(f"a text of {len(blob) - SALT_BYTES} bytes; shorten it", "size")
    await client.send_blob(blob)
    return hash_text(blob)


async def send_optional_text(client: OfficerClient, text: str) -> str:
    """As `send_text`; no text has no hash."""
    return await send_text(client, text) if text else ""
