"""What the reader and the cards in it can do wrong, flat, grouped by who is at fault.

A card that was taken out is `seat_client.errors.CardGone`, as for every kind of card.

Source: PN532 user manual UM0701-02 sections 6.2 and 7.1; ISO/IEC 7816-4 section 5.6.
"""

from protocol.errors import ChamberError

# --- The reader. --------------------------------------------------------------------------------------------


class ReaderGone(ChamberError):
    """The port cannot be opened, or it vanished: the reader is unplugged, or another program holds it."""

    code = "reader-gone"


class ReaderSilent(ChamberError):
    """The reader did not answer, whatever was tried. It must be set up again before it is used."""

    code = "reader-silent"


class FrameDamaged(ChamberError):
    """The reader's answer arrived damaged, and so did its repetition."""

    code = "frame-damaged"


class AnswerNonsense(ChamberError):
    """The reader or the card answered something that its manual does not have."""

    code = "answer-nonsense"


class CommandFailed(ChamberError):
    """The reader could not carry out a command. `status` is its error code, 0..255."""

    code = "command-failed"

    def __init__(self, fact: str, status: int) -> None:
        super().__init__(fact)
        self.status = status


# --- The card. ----------------------------------------------------------------------------------------------


class TwoCards(ChamberError):
    """More than one card lies in the field, so no one can tell which of them is meant."""

    code = "two-cards"


class StatusRefused(ChamberError):
    """The card refused an APDU. `status_word` is SW1 SW2, 0..0xFFFF."""

    code = "card-status"

    def __init__(self, fact: str, status_word: int, code: str | None = None) -> None:
        super().__init__(fact, code)
        self.status_word = status_word


class ChainEndless(ChamberError):
    """The card goes on answering beyond every length that a certificate can have."""

    code = "chain-endless"


class TlvRefused(ChamberError):
    """Data of the card is not well-formed BER-TLV."""

    code = "card-data"


class CardRefused(ChamberError):
    """The card is well, but not one that may vote here. `code` says why."""

    code = "card-refused"
