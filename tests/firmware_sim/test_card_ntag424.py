"""The NTAG 424 DNA against NXP's own examples, to the byte, and its refusals."""

from collections.abc import Callable

import pytest

from firmware_sim.card_crypto import cmac, decrypt_cbc, encrypt_cbc
from firmware_sim.cards.catalogue import NTAG424_CHAMBER, NTAG424_MASTER, ntag424_application, ntag424_key, uid_of
from firmware_sim.cards.faulty import CardFault
from firmware_sim.cards.isodep import Application
from firmware_sim.cards.ntag424 import Ntag424
from firmware_sim.cards.ntag424_files import MAC
from firmware_sim.cards.ntag424_mirror import Mirror
from firmware_sim.cards.ntag424_session import Session, diversified_key, padded
from protocol.ntag424 import read_mirror

UID = bytes.fromhex("04958caa5c5e80")
ZERO = bytes(16)
SELECT = "00a4040c07d276000085010100"
RND_A = bytes.fromhex("13c5db8a5930439fc3def9a4c675360f")


def supply(*values: str) -> Callable[[int], bytes]:
    """Random bytes that are known beforehand."""
    left = [bytes.fromhex(value) for value in values]
    return lambda count: left.pop(0)[:count]


def said(card: Ntag424, apdu: str) -> str:
    """The answer to an APDU, in hex."""
    return card.process(bytes.fromhex(apdu)).hex()


def card_with(*values: str) -> Ntag424:
    """A card as delivered, with what it will draw."""
    return Ntag424(UID, [ZERO] * 5, supply(*values), bytes.fromhex("d101085501") + b"example")


def session_of(enc_key: str, mac_key: str, ti: str) -> Session:
    """A session with keys from an example."""
    session = Session(ZERO, ZERO, ZERO, bytes.fromhex(ti))
    session.enc_key, session.mac_key = bytes.fromhex(enc_key), bytes.fromhex(mac_key)
    return session


def card_in(session: Session, key: int) -> Ntag424:
    """A card in a session."""
    card = card_with()
    card.session, card._session_key = session, key  # noqa: SLF001 - examples start in the middle
    return card


def authenticated(key: int = 0) -> tuple[Ntag424, Session]:
    """A card, and our side of its session."""
    rnd_b, ti = "b9e2fc789b64bf237cccaa20ec7e6e48", "9d00c4df"
    card = card_with(rnd_b, ti)
    said(card, f"9071000002{key:02x}0000")
    turned = bytes.fromhex(rnd_b[2:] + rnd_b[:2])
    assert said(card, "90af000020" + encrypt_cbc(ZERO, RND_A + turned).hex() + "00").endswith("9100")
    return card, Session(ZERO, RND_A, bytes.fromhex(rnd_b), bytes.fromhex(ti))


@pytest.mark.parametrize(
    ("key", "rnd_b", "ti", "commands", "answers", "enc_key", "mac_key"),
    [
        (
            0, "b9e2fc789b64bf237cccaa20ec7e6e48", "9d00c4df",
            ["9071000002000000", "90af00002035c3e05a752e0144bac0de51c1f22c56b34408a23d8aea266cab947ea8e0118d00"],
            ["a04c124213c186f22399d33ac2a3021591af",
             "3fa64db5446d1f34cd6ea311167f5e4985b89690c04a05f17fa7ab2f081206639100"],
            "1309c877509e5a215007ff0ed19ca564", "4c6626f5e72ea694202139295c7a7fc7",
        ),
        (
            3, decrypt_cbc(ZERO, bytes.fromhex("b875ceb0e66a6c5cd00898dc371f92d1")).hex(), "7614281a",
            ["9071000002030000", "90af000020ff0306e47dfbc50087c4d8a78e88e62de1e8be457aa477c707e2f0874916a8b100"],
            ["b875ceb0e66a6c5cd00898dc371f92d191af",
             "0cc9a8094a8eea683ecaac5c7bf20584206d0608d477110fc6b3d5d3f65c3a6a9100"],
            "7a93d6571e4b180fca6ac90c9a7488d4", "fc4af159b62e549b5812394cab1918cc",
        ),
    ],
)  # fmt: skip
def test_the_authentications_of_an12196(
    key: int, rnd_b: str, ti: str, commands: list[str], answers: list[str], enc_key: str, mac_key: str
) -> None:
    """Sections 6.6 and 6.10: both answers and both session keys."""
    card = card_with(rnd_b, ti)
    assert [said(card, command) for command in commands] == answers
    assert card.session is not None
    assert (card.session.enc_key.hex(), card.session.mac_key.hex()) == (enc_key, mac_key)
    assert commands[0][10:12] == f"{key:02x}"


def test_the_maced_settings_of_an12196() -> None:
    """Section 5.3: GetFileSettings in CommMode.MAC, where the example's file mirrors; here only its MAC is ours."""
    session = session_of("00" * 16, "8248134a386e86eb7faf54a52e536cb6", "7a21085e")
    assert session.mac(0xF5, b"\x02").hex() == "6597a457c8cd442c"
    session.counter = 1
    told = "0040eeee000100d1fe001f00004400004400002000006a0000"
    assert session.mac(0x00, bytes.fromhex(told)).hex() == "2a474282e7a47986"
    card = card_in(session_of("00" * 16, "8248134a386e86eb7faf54a52e536cb6", "7a21085e"), 0)
    assert said(card, "90f5000009026597a457c8cd442c00").startswith("0000e0ee000100")


def test_the_long_encrypted_write_of_an12196() -> None:
    """Section 5.4: 159 bytes that hide 128, and an answer that is only a MAC."""
    card = card_in(session_of("1309c877509e5a215007ff0ed19ca564", "4c6626f5e72ea694202139295c7a7fc7", "9d00c4df"), 0)
    card.files[2].mode = 3
    apdu = (
        "908d00009f02000000800000421c73a27d827658af481fdff20a5025b559d0e3aa21e58d347f343cffc768bfe596c706bc00f2176781d4b0"
        "242642a0ff5a42c461aaf894d9a1284b8c76bcfa658acd40555d362e08db15cf421b51283f9064bcbe20e96cae545b407c9d651a3315b273"
        "73772e5da2367d2064ae054af996c6f1f669170fa88ce8c4e3a4a7bbbef0fd971ff532c3a802af745660f2b4d1d9a8499661ebf300"
    )
    assert said(card, apdu) == "fc222e5f7a5424529100"
    assert bytes(card.files[2].data[:24]) == b"\x00\x51\xd1\x01\x4dU\x04choose.url.com/nt"


def test_the_short_encrypted_write_of_an12196() -> None:
    """Section 6.12, in the session of 6.10."""
    card = card_in(session_of("7a93d6571e4b180fca6ac90c9a7488d4", "fc4af159b62e549b5812394cab1918cc", "7614281a"), 3)
    answer = said(card, "908d00001f030000000a00006b5e6804909962fc4e3ff5522cf0f8436c0c53315b9c73aa00")
    assert answer == "c26d236e4a7c046d9100"
    assert card.files[3].data[:12].hex() == "0102030405060708090a0000"


def test_the_encrypted_uid_of_an12196() -> None:
    """Section 7.3."""
    card = card_in(session_of("2b4d963c014dc36f24f69a50a394f875", "379d32130ce61705dd5fd8c36b95d764", "df055522"), 0)
    assert said(card, "90510000088e2c155adda99be300") == "70756055688505b52a5e26e59e329cd6595f672298ea41b79100"


def test_the_dynamic_messages_of_an12196() -> None:
    """Section 3: keys of a tap by CMAC, UID and counter hidden by AES."""
    key = bytes.fromhex("5ace7e50ab65d5d51fd5bf5a16b8205b")
    vector = bytes.fromhex("0001008004c767f2066180010000")
    assert cmac(key, b"\xc3\x3c" + vector).hex() == "66da61797e23deca5d8eca13bbadf7a9"
    mac_key = cmac(key, b"\x3c\xc3" + vector)
    assert mac_key.hex() == "3a3e8110e05311f7a3fcf0d969bf2b48"
    mirror = Mirror(bytes.fromhex("04de5f1eacc040"), lambda: ZERO, supply("da5cf60941"), 0, 32)
    mirror.counter = 0x3C
    assert mirror.show(bytes(48)) == b"EF963FF7828658A599F3041510671E8894EED9EE65337086"


def test_a_mirrored_counter_grows_with_each_selection_and_not_within() -> None:
    """The controller reads UID and counter out of the link; a copy's counter stands still."""
    card, copy = ntag424_application(5), ntag424_application(5, CardFault.FROZEN_COUNTER)
    key = ntag424_key(NTAG424_MASTER, uid_of(5, "ntag424"), NTAG424_CHAMBER)

    def counter(card: Application) -> int:
        for apdu in (SELECT, "00a4000c02e104"):
            assert card.process(bytes.fromhex(apdu)) == b"\x90\x00"
        whole = card.process(bytes.fromhex("00b0000000"))
        assert card.process(bytes.fromhex("00b0000000")) == whole
        uid, count = read_mirror(key, bytes.fromhex(whole.partition(b"?p=")[2][:32].decode()))
        assert uid == uid_of(5, "ntag424")
        return count

    assert [counter(card) for _ in range(3)] == [1, 2, 3]
    assert [counter(copy) for _ in range(3)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("diversifier", "key"),
    [
        ("04782e21801d803042f54e585020416275", "a8dd63a3b89d54b37ca802473fda9175"),
        ("04782e21801d80", "4fd3364753b8142980e8203c75ad83be"),
    ],
)
def test_keys_are_diversified_as_in_an10922(diversifier: str, key: str) -> None:
    """Section 2.2.1; and short, where a plain CMAC would be something else."""
    master, data = bytes.fromhex("00112233445566778899aabbccddeeff"), bytes.fromhex(diversifier)
    assert diversified_key(master, data).hex() == key
    assert (cmac(master, b"\x01" + data).hex() == key) is (len(data) > 15)


def test_a_diversifier_of_31_bytes_fills_both_blocks() -> None:
    """No padding then, and the other subkey: a plain CMAC."""
    master, data = bytes.fromhex("00112233445566778899aabbccddeeff"), bytes(range(31))
    assert diversified_key(master, data) == cmac(master, b"\x01" + data)


@pytest.mark.parametrize(
    ("message", "mac"),
    [
        ("", "bb1d6929e95937287fa37d129b756746"),
        ("6bc1bee22e409f96e93d7e117393172a", "070a16b46b4d4144f79bdd9dd04a287c"),
        ("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411",
         "dfa66747de9ae63030ca32611497c827"),
    ],
)  # fmt: skip
def test_cmac_is_the_one_of_nist(message: str, mac: str) -> None:
    """SP 800-38B, AES-128 examples."""
    assert cmac(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"), bytes.fromhex(message)).hex() == mac


def test_a_wrong_key_is_an_authentication_error() -> None:
    """And no session."""
    card = card_with("b9e2fc789b64bf237cccaa20ec7e6e48")
    said(card, "9071000002000000")
    assert said(card, "90af000020" + "00" * 32 + "00") == "91ae"
    assert said(card, "9051000008" + "00" * 8 + "00") == "91ae"


def test_another_command_between_the_two_halves_ends_the_authentication() -> None:
    """The second half then continues nothing."""
    card = card_with("b9e2fc789b64bf237cccaa20ec7e6e48")
    said(card, "9071000002000000")
    assert said(card, SELECT) == "9000"
    assert said(card, "90af000020" + "00" * 32 + "00") == "911c"


@pytest.mark.parametrize(
    ("apdu", "answer"),
    [
        ("9071000002050000", "9140"), ("90710000010000", "917e"), ("9071000000", "917e"),
        ("90ff000000", "911c"), ("90af000000", "911c"), ("9060000001ff00", "917e"),
        ("90f50000010900", "91f0"), ("90f5000000", "91f0"), ("90f5000002020000", "917e"),
        ("90640000010500", "9140"), ("9064000000", "9140"), ("905100000000", "6700"), ("9051000000", "91ae"),
        ("90ad0000070300000000000000", "91ae"), ("90ad0000060200000000 0000", "91f0"),
        ("90ad00000702000000020100 00", "919e"), ("90ad00000709000000000000 00", "91f0"),
        ("908d0000080200000002000000 00", "919e"), ("90c40000020000 00", "91ae"),
        ("00b0000010", "6a82"), ("00a4000c02e10700", "6a82"), ("00a4040c02d27600", "6a82"), ("80b0000010", "6d00"),
        ("90", "6700"),
    ],
)  # fmt: skip
def test_a_refusal_has_its_status(apdu: str, answer: str) -> None:
    """Keys, files and ranges that do not exist, lengths that are wrong, rights that are missing."""
    assert said(card_with("b9e2fc789b64bf237cccaa20ec7e6e48"), apdu) == answer


def test_files_are_selected_and_read_plainly() -> None:
    """The capability container and the message; the secret file asks for a key."""
    card = card_with()
    assert said(card, SELECT) == "9000"
    assert said(card, "00a4000c02e103") == "9000"
    assert said(card, "00b000000f") == "001720010000ff0406e104010000009000"
    assert said(card, "00a4000c02e104") == "9000"
    assert said(card, "00b000000e") == "000cd1010855016578616d706c659000"
    assert len(said(card, "00b0000000")) == 2 * 258
    assert said(card, "00b0010001") == "6a86"
    assert said(card, "00a4000c02e105") == "9000"
    assert said(card, "00b0000010") == "6982"


def test_the_version_comes_in_three_parts() -> None:
    """Hardware, software, and the UID with its production."""
    card = card_with()
    answers = [said(card, "9060000000"), said(card, "90af000000"), said(card, "90af000000")]
    assert answers == ["0404023000110591af", "0404020102110591af", UID.hex() + "cf4d89442514209100"]


def test_data_written_in_a_session_are_read_back_encrypted() -> None:
    """The counter goes on with each command; a second session cannot replay the first."""
    card, ours = authenticated(3)
    header = bytes.fromhex("03000000030000")
    hidden = encrypt_cbc(ours.enc_key, padded(b"abc"), ours._start(b"\xa5\x5a"))  # noqa: SLF001 - the reader's side
    command = header + hidden + ours.mac(0x8D, header + hidden)
    assert said(card, f"908d0000{len(command):02x}{command.hex()}00").endswith("9100")
    ours.counter = 1
    command = header + ours.mac(0xAD, header)
    answer = card.process(bytes.fromhex(f"90ad0000{len(command):02x}{command.hex()}00"))
    ours.counter = 2
    assert ours.encrypt_answer(b"abc") + ours.mac(0, ours.encrypt_answer(b"abc")) + b"\x91\x00" == answer
    assert said(card, f"90ad0000{len(command):02x}{command.hex()}00") == "911e"
    assert card.session is None


def test_a_file_in_mac_mode_is_read_in_the_clear_with_a_mac() -> None:
    """Only the command and its answer are authentic."""
    card, ours = authenticated()
    card.files[2].mode = MAC
    header = bytes.fromhex("02000000020000")
    command = header + ours.mac(0xAD, header)
    ours.counter = 1
    told = b"\x00\x0c"
    assert said(card, f"90ad00000f{command.hex()}00") == (told + ours.mac(0, told)).hex() + "9100"


def test_a_session_with_the_wrong_key_may_not_read() -> None:
    """Key 1 has no right to the secret file."""
    card, _ = authenticated(1)
    assert said(card, "90ad00000703000000000000" + "00") == "919d"


@pytest.mark.parametrize("number", [0, 1])
def test_keys_are_changed_by_the_master_key_only(number: int) -> None:
    """The master key in the clear inside, the others masked and with their checksum."""
    card, ours = authenticated()
    new = bytes(range(16))
    check = bytes.fromhex("771d3131")
    plain = new + b"\x07" + (b"" if number == 0 else check)
    hidden = encrypt_cbc(ours.enc_key, padded(plain), ours._start(b"\xa5\x5a"))  # noqa: SLF001 - the reader's side
    command = bytes((number,)) + hidden + ours.mac(0xC4, bytes((number,)) + hidden)
    answer = said(card, f"90c40000{len(command):02x}{command.hex()}00")
    ours.counter = 1
    assert answer == ("9100" if number == 0 else ours.mac(0, b"").hex() + "9100")
    assert (card.keys[number], card.versions[number]) == (new, 7)
    assert (card.session is None) is (number == 0)
    other, _ = authenticated(1)
    assert said(other, f"90c40000{len(command):02x}{command.hex()}00") == "919d"


def test_a_catalogue_card_has_its_own_key() -> None:
    """Derived from the master key and its UID."""
    card = ntag424_application(5)
    assert isinstance(card, Ntag424)
    assert card.keys[0] == ntag424_key(NTAG424_MASTER, uid_of(5, "ntag424"), NTAG424_CHAMBER)
    assert card.keys[0] != ntag424_key(NTAG424_MASTER, uid_of(6, "ntag424"), NTAG424_CHAMBER)
