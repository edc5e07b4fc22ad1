"""NTAG 424 DNA, the controller's part: keys of cards, the proof that a card holds its key, messages after it.

Such a card proves its key to whoever holds it too, so only the controller can be convinced: the seat relays two APDUs
and sees no key. The controller then attests the session (grade B), and the minutes say so.

    challenge   E(K, RndB)                       card -> controller, 16 bytes
    response    E(K, RndA || RndB')              controller -> card, 32 bytes; X' is X rotated left by one byte
    proof       E(K, TI || RndA' || PDcap2 || PCDcap2)   card -> controller, 32 bytes

`RndA` is 16 fresh random bytes, made by the caller; used twice it proves nothing.

Source: `docs/protocol.md` section 5.5; NXP AN12196 sections 5 and 6; AN10922 section 2.2 (keys of cards); NT4H2421Gx
data sheet section 9.1.
"""

import hmac
import re
from dataclasses import dataclass

from protocol.aes import BLOCK_BYTES, KEY_BYTES, ZERO_BLOCK, cmac, decrypt, encrypt
from protocol.encoding import base64url
from protocol.errors import ChamberError

RANDOM_BYTES = 16
CHALLENGE_BYTES = 16
RESPONSE_BYTES = 32
PROOF_BYTES = 32
UID_BYTES = 7
MAC_BYTES = 8
TRANSACTION_BYTES = 4
DIVERSIFICATION_BYTES_MAX = 31
APPLICATION = bytes.fromhex("3042f5")
"""The application identifier in the diversification of a card's key."""
SYSTEM_BYTES_MAX = DIVERSIFICATION_BYTES_MAX - UID_BYTES - len(APPLICATION)
_CAPABILITY_BYTES = 6
_COUNTER_BYTES = 2
_DIVERSIFY_AES128 = b"\x01"
_REDUCTION = 0x87
_REFERENCE_DOMAIN = b"chamber-card-ref/1"
_HIDDEN = re.compile(rb"(?<![0-9A-Fa-f])[0-9A-Fa-f]{32}(?![0-9A-Fa-f])")
_MAC = re.compile(rb"(?<![0-9A-Fa-f])[0-9A-Fa-f]{16}(?![0-9A-Fa-f])")
_PICC_TAG = 0xC7
"""PICCDataTag of a card that mirrors UID and counter; its low bits are the length of the UID."""


class CardProofRefused(ChamberError):
    """The card does not hold the key that its UID asks for, or somebody changed what was relayed."""

    code = "card-proof"


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """The two keys of one authentication, 16 bytes each."""

    encryption: bytes
    mac: bytes


@dataclass(frozen=True, slots=True)
class Authentication:
    """A card that proved its key. `transaction` is 4 bytes, the capabilities 6 each."""

    transaction: bytes
    keys: SessionKeys
    card_capabilities: bytes
    reader_capabilities: bytes


def diversify(master: bytes, message: bytes) -> bytes:
    """The key of one card from the master key and what is the card's own: UID, application, system; 1..31 bytes.

    Always padded to two blocks, so that a short message does not give a plain CMAC. Source: AN10922 section 2.2.
    """
    if not 1 <= len(message) <= DIVERSIFICATION_BYTES_MAX:
        raise ValueError("1 to 31 bytes make a key of a card")
    data = _DIVERSIFY_AES128 + message
    first = _double(encrypt(master, ZERO_BLOCK))
    mask = first
    if len(data) < 2 * BLOCK_BYTES:
        data = (data + b"\x80").ljust(2 * BLOCK_BYTES, b"\x00")
        mask = _double(first)
    return encrypt(master, data[:BLOCK_BYTES] + _xor(data[BLOCK_BYTES:], mask))[BLOCK_BYTES:]


def card_key(master: bytes, uid: bytes, chamber: str) -> bytes:
    """Key 0 of a card of this chamber. `uid` is the card's 7 bytes, `chamber` the chamber's identifier.

    Raises `CardProofRefused`: another UID, which a card that hides its own shows.
    """
    if len(uid) != UID_BYTES:
        raise CardProofRefused("a UID that is not 7 bytes: the card hides its own")
    return diversify(master, uid + APPLICATION + chamber.encode("ascii")[:SYSTEM_BYTES_MAX])


def card_reference(master: bytes, uid: bytes) -> str:
    """`card_ref` of a session: names a card in the log without its UID, which is too short to be hashed alone."""
    return base64url(hmac.digest(master, _REFERENCE_DOMAIN + uid, "sha256"))


def respond(key: bytes, challenge: bytes, random_a: bytes) -> bytes:
    """The controller's 32 bytes for the card. Raises `CardProofRefused`: the challenge is not 16 bytes."""
    _check_random(random_a)
    return encrypt(key, random_a + _rotate(_open_challenge(key, challenge)))


def check_proof(key: bytes, challenge: bytes, random_a: bytes, proof: bytes) -> Authentication:
    """Check the card's 32 bytes. Raises `CardProofRefused`: another key, another challenge, or another length."""
    _check_random(random_a)
    if len(proof) != PROOF_BYTES:
        raise CardProofRefused("a proof that is not 32 bytes")
    random_b = _open_challenge(key, challenge)
    plain = decrypt(key, proof)
    end = TRANSACTION_BYTES + RANDOM_BYTES
    if not hmac.compare_digest(plain[TRANSACTION_BYTES:end], _rotate(random_a)):
        raise CardProofRefused("the card does not hold its key")
    capabilities = plain[end : end + _CAPABILITY_BYTES], plain[end + _CAPABILITY_BYTES :]
    return Authentication(plain[:TRANSACTION_BYTES], session_keys(key, random_a, random_b), *capabilities)


def session_keys(key: bytes, random_a: bytes, random_b: bytes) -> SessionKeys:
    """The keys of what follows an authentication. Source: AN12196 section 6.6."""
    rest = random_a[:2] + _xor(random_a[2:8], random_b[:6]) + random_b[6:] + random_a[8:]
    return SessionKeys(cmac(key, bytes.fromhex("a55a00010080") + rest), cmac(key, bytes.fromhex("5aa500010080") + rest))


def truncated_mac(key: bytes, message: bytes) -> bytes:
    """Every second byte of the CMAC, beginning with the second: 8 bytes."""
    return cmac(key, message)[1::2]


def command_mac(authentication: Authentication, instruction: int, counter: int, data: bytes) -> bytes:
    """The 8 bytes behind a command. `data` is its header and (encrypted) data, `counter` the commands before it."""
    return truncated_mac(
        authentication.keys.mac, bytes([instruction]) + _count(counter) + authentication.transaction + data
    )


def check_response(authentication: Authentication, status: int, counter: int, answer: bytes) -> bytes:
    """The data of an answer whose last 8 bytes are its MAC; `status` is SW2, `counter` includes this command.

    Raises `CardProofRefused`: the MAC is another.
    """
    data, given = answer[:-MAC_BYTES], answer[-MAC_BYTES:]
    message = bytes([status]) + _count(counter) + authentication.transaction + data
    if not hmac.compare_digest(truncated_mac(authentication.keys.mac, message), given):
        raise CardProofRefused("an answer whose MAC is another")
    return data


def encrypt_command(authentication: Authentication, counter: int, data: bytes) -> bytes:
    """Encrypt a command's data, padded with 80 00..."""
    padded = data + b"\x80"
    padded += bytes(-len(padded) % BLOCK_BYTES)
    return encrypt(authentication.keys.encryption, padded, _initial(authentication, b"\xa5\x5a", counter))


def decrypt_answer(authentication: Authentication, counter: int, data: bytes) -> bytes:
    """Decrypt an answer's data and take its padding off. Raises `CardProofRefused`: no whole blocks, or no padding."""
    if not data or len(data) % BLOCK_BYTES:
        raise CardProofRefused("an encrypted answer that is not whole blocks")
    plain = decrypt(authentication.keys.encryption, data, _initial(authentication, b"\x5a\xa5", counter))
    text, mark, padding = plain.rpartition(b"\x80")
    if not mark or padding.strip(b"\x00"):
        raise CardProofRefused("an encrypted answer without padding")
    return text


def read_mirror(key: bytes, encrypted: bytes) -> tuple[bytes, int]:
    """UID (7 bytes) and counter that a card mirrors into its address. Raises `CardProofRefused`: another key.

    A counter that does not grow from one reading to the next is a copy's.
    """
    if len(encrypted) != BLOCK_BYTES:
        raise CardProofRefused("mirrored data that is not 16 bytes")
    plain = decrypt(key, encrypted)
    if plain[0] != _PICC_TAG:
        raise CardProofRefused("mirrored data under another key")
    return plain[1 : 1 + UID_BYTES], int.from_bytes(plain[1 + UID_BYTES : 4 + UID_BYTES], "little")


def read_counter(key: bytes, uid: bytes, message: bytes) -> int:
    """The counter that this card mirrors into the message it showed at one reading.

    `message` holds, in hexadecimal digits of either case, one run of exactly 32 (UID and counter, encrypted) and one of
    exactly 16 (their MAC over nothing), both under key 0. Raises `CardProofRefused`: it does not, or is another card's.
    """
    hidden, macs = _HIDDEN.findall(message), _MAC.findall(message)
    if len(hidden) != 1 or len(macs) != 1:
        raise CardProofRefused("a message that mirrors no counter")
    shown, counter = read_mirror(key, bytes.fromhex(hidden[0].decode("ascii")))
    mac = truncated_mac(mirror_keys(key, uid, counter).mac, b"")
    if shown != uid or not hmac.compare_digest(mac, bytes.fromhex(macs[0].decode("ascii"))):
        raise CardProofRefused("a message that another card mirrors")
    return counter


def mirror_keys(key: bytes, uid: bytes, counter: int) -> SessionKeys:
    """The keys under which a card mirrors data at one reading. Source: AN12196 section 3.3."""
    rest = uid + counter.to_bytes(3, "little")
    return SessionKeys(cmac(key, bytes.fromhex("c33c00010080") + rest), cmac(key, bytes.fromhex("3cc300010080") + rest))


def _open_challenge(key: bytes, challenge: bytes) -> bytes:
    if len(challenge) != CHALLENGE_BYTES:
        raise CardProofRefused("a challenge that is not 16 bytes")
    return decrypt(key, challenge)


def _check_random(random_a: bytes) -> None:
    if len(random_a) != RANDOM_BYTES:
        raise ValueError("RndA is 16 fresh random bytes")


def _initial(authentication: Authentication, label: bytes, counter: int) -> bytes:
    block = label + authentication.transaction + _count(counter)
    return encrypt(authentication.keys.encryption, block.ljust(BLOCK_BYTES, b"\x00"))


def _count(counter: int) -> bytes:
    return counter.to_bytes(_COUNTER_BYTES, "little")


def _rotate(data: bytes) -> bytes:
    return data[1:] + data[:1]


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _double(block: bytes) -> bytes:
    """Multiply by x in the field of CMAC. Source: SP 800-38B section 6.1."""
    number = int.from_bytes(block, "big") << 1
    if number >> (8 * KEY_BYTES):
        number = (number & ((1 << (8 * KEY_BYTES)) - 1)) ^ _REDUCTION
    return number.to_bytes(KEY_BYTES, "big")
