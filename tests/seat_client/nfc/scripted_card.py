"""A card played from a script of APDUs, in hex."""

from collections.abc import Callable


def card(*turns: tuple[str, bytes | str]) -> Callable[[bytes], bytes]:
    """A card that expects these APDUs in order."""
    script = list(turns)

    def send(apdu: bytes) -> bytes:
        expected, answer = script.pop(0)
        assert apdu.hex() == expected
        return bytes.fromhex(answer) if isinstance(answer, str) else answer

    return send
