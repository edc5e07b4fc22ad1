"""An NTAG 424 DNA: proves by AES that it holds a key, and answers under a session's MAC.

AuthenticateEV2First takes two commands; in between any other ends it. A wrong MAC, length or right ends the session.
LRP and ChangeFileSettings are not simulated; a message that mirrors a counter is set up from outside (`mirror`).

Source: NXP NT4H2421Gx data sheet sections 10 (commands) and 11 (ISO commands); NXP AN12196.
"""

from collections.abc import Callable
from typing import Final
from zlib import crc32

from firmware_sim.card_crypto import AES_BYTES, decrypt_cbc, encrypt_cbc
from firmware_sim.cards.apdu import WRONG_LENGTH, read_command
from firmware_sim.cards.iso14443a import CardA, Identity
from firmware_sim.cards.isodep import Application, IsoDep
from firmware_sim.cards.ntag424_files import FULL, NDEF, PLAIN, File, delivered_files
from firmware_sim.cards.ntag424_iso import IsoFiles, is_select_by_name
from firmware_sim.cards.ntag424_mirror import Mirror
from firmware_sim.cards.ntag424_session import MAC_BYTES, Session

ATQA: Final = b"\x44\x03"
SAK: Final = 0x20
ATS: Final = bytes.fromhex("067777710280")
KEY_COUNT: Final = 5
THINK_S: Final = 0.01
"""Two or three AES operations; 20 to 30 ms for an authentication by memory, not measured."""
_NATIVE: Final = 0x90
_HARDWARE: Final = bytes.fromhex("04040230001105")
_SOFTWARE: Final = bytes.fromhex("04040201021105")
_PRODUCTION: Final = bytes.fromhex("cf4d8944251420")
_CONTINUE: Final = 0xAF
_DONE: Final = 0x00
_BUSY: Final = 0xAF
UNKNOWN_COMMAND: Final = b"\x91\x1c"
INTEGRITY: Final = b"\x91\x1e"
NO_SUCH_KEY: Final = b"\x91\x40"
LENGTH: Final = b"\x91\x7e"
PERMISSION: Final = b"\x91\x9d"
PARAMETER: Final = b"\x91\x9e"
AUTHENTICATION: Final = b"\x91\xae"
NO_FILE: Final = b"\x91\xf0"
_CAPABILITIES: Final = bytes(12)
_RANGE_BYTES: Final = 7
_MASTER: Final = 0


class Ntag424(Application):
    """The application. `keys` are five AES-128 keys; `random_bytes` gives RndB and TI."""

    def __init__(self, uid: bytes, keys: list[bytes], random_bytes: Callable[[int], bytes], ndef: bytes = b"") -> None:
        assert len(keys) == KEY_COUNT
        self.keys = list(keys)
        self.versions = [0] * KEY_COUNT
        self.files = delivered_files(ndef)
        self._uid, self._random_bytes = uid, random_bytes
        self._native: dict[int, Callable[[bytes], bytes]] = {
            0x51: self._card_uid,
            0x60: self._version,
            0x64: self._key_version,
            0x71: self._authenticate,
            0x8D: self._write,
            0xAD: self._read,
            0xC4: self._change_key,
            0xF5: self._file_settings,
        }
        self._iso = IsoFiles(self.files)
        self.power_off()

    def mirror(self, data_at: int, mac_at: int, key_number: int = _MASTER) -> Mirror:
        """Let the message show UID, counter and MAC at these places, under a key."""
        made = Mirror(self._uid, lambda: self.keys[key_number], self._random_bytes, data_at, mac_at)
        self.files[NDEF].mirror = made
        return made

    def power_off(self) -> None:
        """Session and selection are gone."""
        self.session: Session | None = None
        self._session_key: int | None = None
        self._iso.power_off()
        self._next: Callable[[bytes], bytes] | None = None

    def think_s(self, command: bytes) -> float:  # noqa: ARG002 - every command costs about the same
        """A little."""
        return THINK_S

    def process(self, command: bytes) -> bytes:
        """Answer an APDU."""
        read = read_command(command)
        if read is None:
            return WRONG_LENGTH
        follows, self._next = self._next, None
        if read.cla == _NATIVE:
            act = follows if read.ins == _CONTINUE else self._native.get(read.ins)
            answer = UNKNOWN_COMMAND if act is None else act(read.data)
            if answer[-2:] not in (b"\x91\x00", b"\x91\xaf"):
                self._end_session()
            return answer
        if is_select_by_name(read):
            self._end_session()
        return self._iso.process(read)

    def _end_session(self) -> None:
        self.session, self._session_key = None, None

    # Native commands without or before a session.

    def _authenticate(self, data: bytes) -> bytes:
        self._end_session()
        if len(data) < 2 or len(data) != 2 + data[1]:  # noqa: PLR2004 - key number, length of capabilities
            return LENGTH
        number = data[0]
        if number >= KEY_COUNT:
            return NO_SUCH_KEY
        rnd_b = self._random_bytes(AES_BYTES)
        self._next = lambda answer: self._authenticated(number, rnd_b, answer)
        return encrypt_cbc(self.keys[number], rnd_b) + b"\x91\xaf"

    def _authenticated(self, number: int, rnd_b: bytes, data: bytes) -> bytes:
        if len(data) != 2 * AES_BYTES:
            return LENGTH
        key = self.keys[number]
        both = decrypt_cbc(key, data)
        rnd_a, turned = both[:AES_BYTES], both[AES_BYTES:]
        if turned != rnd_b[1:] + rnd_b[:1]:
            return AUTHENTICATION
        ti = self._random_bytes(4)
        self.session, self._session_key = Session(key, rnd_a, rnd_b, ti), number
        return encrypt_cbc(key, ti + rnd_a[1:] + rnd_a[:1] + _CAPABILITIES) + b"\x91\x00"

    def _version(self, data: bytes) -> bytes:
        if self._checked(0x60, b"", data) is None:
            return self._disbelieved()
        whole = _HARDWARE + _SOFTWARE + self._uid + _PRODUCTION

        def last(_: bytes) -> bytes:
            return self._uid + _PRODUCTION + self._mac_of(_DONE, whole) + b"\x91\x00"

        def second(_: bytes) -> bytes:
            self._next = last
            return _SOFTWARE + b"\x91\xaf"

        self._next = second
        return _HARDWARE + b"\x91\xaf"

    def _key_version(self, data: bytes) -> bytes:
        if self._checked(0x64, data[:1], data[1:]) is None:
            return self._disbelieved()
        if not data or data[0] >= KEY_COUNT:
            return NO_SUCH_KEY
        return self._told(bytes((self.versions[data[0]],)))

    def _file_settings(self, data: bytes) -> bytes:
        if self._checked(0xF5, data[:1], data[1:]) is None:
            return self._disbelieved()
        file = self.files.get(data[0]) if data else None
        return NO_FILE if file is None else self._told(file.settings())

    # Native commands that need a session, or take one.

    def _card_uid(self, data: bytes) -> bytes:
        if self.session is None:
            return AUTHENTICATION
        if self._checked(0x51, b"", data) is None:
            return INTEGRITY
        return self._told(self._uid, FULL)

    def _read(self, data: bytes) -> bytes:
        file, offset, count = self._range(data)
        if file is None:
            return NO_FILE
        if not file.may_read(self._session_key):
            return AUTHENTICATION if self.session is None else PERMISSION
        if self._checked(0xAD, data[:_RANGE_BYTES], data[_RANGE_BYTES:], file.mode) is None:
            return INTEGRITY
        end = offset + count if count else len(file.data)
        if end > len(file.data):
            return PARAMETER
        data = file.shown() if self.session is None else bytes(file.data)
        return self._told(data[offset:end], file.mode)

    def _write(self, data: bytes) -> bytes:
        file, offset, count = self._range(data)
        if file is None:
            return NO_FILE
        if not file.may_write(self._session_key):
            return AUTHENTICATION if self.session is None else PERMISSION
        body = self._checked(0x8D, data[:_RANGE_BYTES], data[_RANGE_BYTES:], file.mode)
        if body is None:
            return INTEGRITY
        if len(body) != count or offset + count > len(file.data):
            return PARAMETER
        file.data[offset : offset + count] = body
        return self._told(b"")

    def _range(self, data: bytes) -> tuple[File | None, int, int]:
        """The file, offset and count that seven bytes name; no file if there are fewer."""
        file = self.files.get(data[0]) if len(data) >= _RANGE_BYTES else None
        return file, int.from_bytes(data[1:4], "little"), int.from_bytes(data[4:7], "little")

    def _change_key(self, data: bytes) -> bytes:
        if self.session is None or self._session_key != _MASTER:
            return AUTHENTICATION if self.session is None else PERMISSION
        body = self._checked(0xC4, data[:1], data[1:], FULL)
        if body is None:
            return INTEGRITY
        number = data[0]
        if number >= KEY_COUNT:
            return NO_SUCH_KEY
        return self._take_key(number, body)

    def _take_key(self, number: int, body: bytes) -> bytes:
        key, version, check = body[:AES_BYTES], body[AES_BYTES : AES_BYTES + 1], body[AES_BYTES + 1 :]
        if number != _MASTER:
            key = bytes(one ^ other for one, other in zip(key, self.keys[number], strict=False))
        if len(key) != AES_BYTES or not version or check != (b"" if number == _MASTER else _check_sum(key)):
            return INTEGRITY
        self.keys[number], self.versions[number] = key, version[0]
        if number != _MASTER:
            return self._told(b"")
        self._end_session()  # its key is no more
        return b"\x91\x00"

    # What a session adds.

    def _checked(self, code: int, header: bytes, rest: bytes, mode: int | None = None) -> bytes | None:
        """The data behind a command's header, its MAC checked and counted; None if it cannot be believed.

        `mode` None is a command that has no data, only, in a session, a MAC.
        """
        session = self.session
        if session is None:
            return rest if mode is not None or not rest else None
        if mode == PLAIN:
            session.counter += 1
            return rest
        body, mac = rest[:-MAC_BYTES], rest[-MAC_BYTES:]
        if mac != session.mac(code, header + body) or (body and mode is None):
            return None
        if mode == FULL and body:
            plain = session.decrypt_command(body)
            session.counter += 1
            return plain
        session.counter += 1
        return body

    def _disbelieved(self) -> bytes:
        return LENGTH if self.session is None else INTEGRITY

    def _told(self, data: bytes, mode: int | None = None) -> bytes:
        """An answer with what the session adds: MAC, and encryption if `mode` is full."""
        session = self.session
        if session is None or mode == PLAIN:
            return data + b"\x91\x00"
        told = session.encrypt_answer(data) if mode == FULL and data else data
        return told + self._mac_of(_DONE, told) + b"\x91\x00"

    def _mac_of(self, status: int, data: bytes) -> bytes:
        return self.session.mac(status, data) if self.session is not None else b""


def _check_sum(key: bytes) -> bytes:
    """CRC32 of a key as the card computes it: without the last inversion, low byte first."""
    return (crc32(key) ^ 0xFFFFFFFF).to_bytes(4, "little")


def ntag424_card(application: Application, uid: bytes) -> CardA:
    """The application on a card that can be laid on a reader."""
    return CardA(Identity(uid, ATQA, SAK), IsoDep(application, ATS))
