"""What can be read off a PIV card without a PIN, byte by byte.

Source: NIST SP 800-73pt1-5 section 3 and Appendix A (data objects, their tags and fields).
"""

from typing import Final

from firmware_sim.cards.apdu import tlv

AUTHENTICATION: Final = 0x9A
SIGNATURE: Final = 0x9C
KEY_MANAGEMENT: Final = 0x9D
CARD: Final = 0x9E
CERTIFICATE_OBJECTS: Final = {
    AUTHENTICATION: bytes.fromhex("5fc105"),
    SIGNATURE: bytes.fromhex("5fc10a"),
    KEY_MANAGEMENT: bytes.fromhex("5fc10b"),
    CARD: bytes.fromhex("5fc101"),
}
"""Key reference to the tag of its certificate."""
CHUID: Final = bytes.fromhex("5fc102")
CAPABILITIES: Final = bytes.fromhex("5fc107")
DISCOVERY: Final = b"\x7e"
_CONTAINER: Final = 0x53
_FASC_N: Final = bytes.fromhex("d4e739da739ced39ce739d836858210842108421c84210c3eb")
"""The number for cards that no federal agency issued."""
_EXPIRES: Final = b"20491231"
_AID: Final = bytes.fromhex("a000000308000010000100")
_PIN_POLICY: Final = bytes.fromhex("4000")
"""The application's own PIN and nothing else."""


def objects_of(certificates: dict[int, bytes], guid: bytes) -> dict[bytes, bytes]:
    """Tag to content, container and all; `certificates` by key reference, in DER."""
    held = {CERTIFICATE_OBJECTS[reference]: certificate_object(der) for reference, der in certificates.items()}
    owner = tlv(0x30, _FASC_N) + tlv(0x34, guid) + tlv(0x35, _EXPIRES) + tlv(0x3E, b"") + tlv(0xFE, b"")
    held[CHUID] = tlv(_CONTAINER, owner)
    held[CAPABILITIES] = tlv(_CONTAINER, _capabilities(guid))
    held[DISCOVERY] = tlv(0x7E, tlv(0x4F, _AID) + tlv(0x5F2F, _PIN_POLICY))
    return held


def certificate_object(der: bytes) -> bytes:
    """Certificate, CertInfo 00 (not compressed), and the empty check field."""
    return tlv(_CONTAINER, tlv(0x70, der) + tlv(0x71, b"\x00") + tlv(0xFE, b""))


def _capabilities(guid: bytes) -> bytes:
    """The card capability container: an identifier and, for a PIV card, empty fields."""
    empty = b"".join(tlv(tag, b"") for tag in (0xF6, 0xF7, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE))
    fields = tlv(0xF0, _AID[:5] + b"\x01\x02" + guid[:14]) + tlv(0xF1, b"\x21") + tlv(0xF2, b"\x21") + tlv(0xF3, b"")
    return fields + tlv(0xF4, b"\x00") + tlv(0xF5, b"\x10") + empty
