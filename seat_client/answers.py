"""What came down to this seat: a challenge or question, a refusal or a receipt, read and verified.

Source: `docs/protocol.md` sections 5.2 and 5.3.
"""

from base64 import b64decode
from dataclasses import dataclass

from protocol.encoding import hash_text
from protocol.errors import ChamberError, MessageRefused, ReceiptRefused
from protocol.jws import read_envelope
from protocol.messages import CardAttested, CardQuestion, Challenge, Refusal, Status, open_message, read_message
from protocol.receipt import Receipt, open_receipt
from seat_client.known_keys import KnownKeys
from seat_client.outbox import Outbox

_PROOF = b"c2sp.org/tlog-proof@v1\n"
_EXTRA = b"extra "


@dataclass(frozen=True, slots=True)
class Settled:
    """A receipt or a refusal of the record `record` of kind `kind`. `receipt` is None for a refusal.

    `why`: the refusal's name of what stood against it, if any.
    """

    record: str
    kind: str
    reason: str
    receipt: Receipt | None
    why: str = ""


Asked = Challenge | CardQuestion | CardAttested
"""What the controller sends while a session is being opened."""


def read_down(data: bytes, keys: KnownKeys, outbox: Outbox) -> Asked | Settled | None:
    """Read a message of `down`. None: an answer for a record that was settled before.

    Raises `MessageRefused`: neither, or not the controller's; `ReceiptRefused`: it does not hold for our record.
    """
    if data.startswith(_PROOF):
        return _read_receipt(data, keys, outbox)
    message = open_message(data, keys.controller)
    if isinstance(message, Asked):
        return message
    if not isinstance(message, Refusal):
        raise MessageRefused(f"a {message.kind} on a seat's way down")
    waiting = outbox.find(message.record)
    return None if waiting is None else Settled(message.record, waiting.kind, message.reason, None, message.why)


def _read_receipt(data: bytes, keys: KnownKeys, outbox: Outbox) -> Settled | None:
    waiting = outbox.find(_record_named(data))
    if waiting is None:
        return None
    receipt = open_receipt(data, waiting.data, keys.log_key, keys.controller)
    return Settled(hash_text(waiting.data), waiting.kind, receipt.void_reason, receipt)


def _record_named(data: bytes) -> str:
    """The hash of the record that the status speaks of; nothing of it is believed yet."""
    line = data[len(_PROOF) :].partition(b"\n")[0]
    if not line.startswith(_EXTRA):
        raise ReceiptRefused("a receipt without a status")
    try:
        status = read_message(read_envelope(b64decode(line[len(_EXTRA) :], validate=True)))
    except (ChamberError, ValueError) as error:
        raise ReceiptRefused("a receipt whose status cannot be read") from error
    if not isinstance(status, Status):
        raise ReceiptRefused("a receipt without a status")
    return status.record
