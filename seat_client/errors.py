"""What a seat refuses on purpose, flat, grouped by who is at fault.

Source: `docs/protocol.md` sections 5 and 9.
"""

from protocol.errors import ChamberError

# --- The other side sent something that cannot be believed. -------------------------------------------------


class TrustRefused(ChamberError):
    """The list of trust records is not signed by the pinned root, is malformed, or forgets what was known."""

    code = "trust"


class HeadRefused(ChamberError):
    """A head is not the controller's, or holds records that no known officer signed."""

    code = "head"


class AttestationRefused(ChamberError):
    """A `session-attested` that is not the controller's, or not for this seat, device, sitting, nonce and key."""

    code = "attestation"


# --- The evidence does not hold. ----------------------------------------------------------------------------


class ForkSeen(ChamberError):
    """The log key signed two different trees of one size."""

    code = "fork"


# --- The device. --------------------------------------------------------------------------------------------


class CardGone(ChamberError):
    """The card left the field before it had answered."""

    code = "card-gone"


class JournalBroken(ChamberError):
    """The journal cannot be written: the disk is full, read-only or gone."""

    code = "journal"


class KeyFileRefused(ChamberError):
    """The device key's file is missing, readable by others, or holds no key."""

    code = "key-file"


class SettingsRefused(ChamberError):
    """The settings file is missing, malformed, or has unknown or missing members."""

    code = "settings"


class BrokerUnreachable(ChamberError):
    """No broker of the list could be reached, or it refused the seat."""

    code = "broker"
