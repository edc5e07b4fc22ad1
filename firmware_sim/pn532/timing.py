"""How long the chip takes, in one table. No board was at hand: these are estimates to be measured on one.

Source: UM0701-02 section 6.2 for what is ordered; the figures are placeholders, except where a line says otherwise.
"""

from typing import Final

ACK_S: Final = 0.0006
ANSWER_S: Final = 0.0015
"""From a command to its answer where no RF is needed."""
TRY_S: Final = 0.0055
"""One failed try of a poll."""
ACTIVATION_S: Final = 0.008
"""What the firmware adds to the air time of selecting one card."""
POLL_UNIT_S: Final = 0.15
"""The unit of InAutoPoll's period (UM0701-02 section 7.3.13)."""
TIMEOUT_UNIT_S: Final = 0.0001
"""RFConfiguration item 2: 100 us * 2^(n-1) (UM0701-02 section 7.3.1)."""
AIR_BIT_S: Final = 128 / 13.56e6
"""106 kbit/s (ISO/IEC 14443-2)."""
AIR_TURN_S: Final = 0.0001
"""Frame delay time and start of frame (ISO/IEC 14443-3 section 6.2.1), rounded up."""


def timeout_s(code: int) -> float:
    """The timeout that a code of RFConfiguration item 2 stands for, in seconds; 0 means none, here the longest."""
    return TIMEOUT_UNIT_S * (1 << (code & 0x0F or 0x10) - 1)
