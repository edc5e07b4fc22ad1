"""Every error of the protocol, flat, grouped by who is at fault.

Anything from outside is checked and raises one of these. They carry facts as attributes; only the console and
the command line turn them into words for a person.

Source: `docs/protocol.md` section 9.
"""


class ChamberError(Exception):
    """Whatever this system refuses on purpose. `code` is stable and machine-readable."""

    code = "error"

    def __init__(self, fact: str, code: str | None = None) -> None:
        super().__init__(fact)
        self.fact = fact
        if code is not None:
            self.code = code


# --- The other side sent something that cannot be believed. -------------------------------------------------


class EnvelopeRefused(ChamberError):
    """The bytes are no `cvs-jws/1` envelope: wrong parts, wrong base64url, wrong header, too long."""

    code = "envelope"


class PayloadRefused(ChamberError):
    """The signed payload breaks the record's form: order, unknown or doubled members, types, sizes."""

    code = "payload"


class KindUnknown(ChamberError):
    """The envelope's `typ` names a kind that this version does not know."""

    code = "kind"


class KeyRefused(ChamberError):
    """A public key is of small order, not canonical, off the curve or of an unknown type."""

    code = "key"


class SignatureRefused(ChamberError):
    """The signature does not verify under the key that the log gives for it."""

    code = "signature"


class SignerUnknown(ChamberError):
    """No earlier leaf of the log introduced the key that signed this."""

    code = "unknown-key"


class CheckpointRefused(ChamberError):
    """A checkpoint or signed note is malformed, not signed by the log, or of another log."""

    code = "checkpoint"


class ProofRefused(ChamberError):
    """An inclusion or consistency proof does not lead to the root it claims."""

    code = "proof"


class ReceiptRefused(ChamberError):
    """A receipt does not prove that this very record stands in the log."""

    code = "receipt"


class MessageRefused(ChamberError):
    """A message that is no record (head, challenge, request) breaks its form."""

    code = "message"


class TopicRefused(ChamberError):
    """A topic is none of this chamber's."""

    code = "topic"


class RulesRefused(ChamberError):
    """A document of rules is malformed or impossible."""

    code = "rules"


class AgendaRefused(ChamberError):
    """An agenda's document is malformed or impossible: doubled ids, a parent that is not there, a circle."""

    code = "agenda"


# --- The evidence does not hold. ----------------------------------------------------------------------------


class EvidenceRefused(ChamberError):
    """A package fails verification. `step` is the numbered step, `file` the first file that is wrong."""

    code = "evidence"

    def __init__(self, step: str, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.step, self.file, self.reason = step, file, reason


class NewerVerifierNeeded(ChamberError):
    """The log uses a kind or a meaning version that this verifier does not know; guessing is refused.

    `file` holds the leaf that asks for it.
    """

    code = "newer-verifier-needed"

    def __init__(self, file: str, fact: str) -> None:
        super().__init__(fact)
        self.file = file


# --- Our own caller made a mistake. -------------------------------------------------------------------------


class WrongOrder(ChamberError):
    """A call or an event came in a state that has no move for it: a bug of ours, never an attack."""

    code = "order"
