"""NTAG 424 DNA: the vectors of NXP's application notes to the byte, and every proof that must not pass."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.aes import cmac, decrypt, encrypt
from protocol.encoding import base64url
from protocol.ntag424 import (
    Authentication,
    CardProofRefused,
    SessionKeys,
    card_key,
    card_reference,
    check_proof,
    check_response,
    command_mac,
    decrypt_answer,
    diversify,
    encrypt_command,
    mirror_keys,
    read_counter,
    read_mirror,
    respond,
    session_keys,
    truncated_mac,
)

ZERO_KEY = bytes(16)
RANDOM_B = bytes.fromhex("B9E2FC789B64BF237CCCAA20EC7E6E48")
CHALLENGE = bytes.fromhex("A04C124213C186F22399D33AC2A30215")
RANDOM_A = bytes.fromhex("13C5DB8A5930439FC3DEF9A4C675360F")
RESPONSE = bytes.fromhex("35C3E05A752E0144BAC0DE51C1F22C56B34408A23D8AEA266CAB947EA8E0118D")
PROOF = bytes.fromhex("3FA64DB5446D1F34CD6EA311167F5E4985B89690C04A05F17FA7AB2F08120663")
KEYS = SessionKeys(bytes.fromhex("1309C877509E5A215007FF0ED19CA564"), bytes.fromhex("4C6626F5E72EA694202139295C7A7FC7"))


def after(mac: str, encryption: str = "00" * 16, transaction: str = "00" * 4) -> Authentication:
    """An authentication with these keys, in hex."""
    keys = SessionKeys(bytes.fromhex(encryption), bytes.fromhex(mac))
    return Authentication(bytes.fromhex(transaction), keys, bytes(6), bytes(6))


def test_first_authentication_of_an12196_to_the_byte() -> None:
    """Section 6.6: what the controller answers, what it finds in the proof, and both keys."""
    assert encrypt(ZERO_KEY, RANDOM_B) == CHALLENGE
    assert respond(ZERO_KEY, CHALLENGE, RANDOM_A) == RESPONSE
    authentication = check_proof(ZERO_KEY, CHALLENGE, RANDOM_A, PROOF)
    assert authentication == Authentication(bytes.fromhex("9D00C4DF"), KEYS, bytes(6), bytes(6))


def test_second_authentication_of_an12196_has_its_keys() -> None:
    """Section 6.10: from the challenge as it came over the air."""
    challenge = bytes.fromhex("B875CEB0E66A6C5CD00898DC371F92D1")
    random_a = bytes.fromhex("B98F4C50CF1C2E084FD150E33992B048")
    random_b = bytes.fromhex(respond_plain(challenge, random_a))
    assert session_keys(ZERO_KEY, random_a, random_b) == SessionKeys(
        bytes.fromhex("7A93D6571E4B180FCA6AC90C9A7488D4"), bytes.fromhex("FC4AF159B62E549B5812394CAB1918CC")
    )


def respond_plain(challenge: bytes, random_a: bytes) -> str:
    """RndB in hex, taken out of the controller's response by its own rotation."""
    plain = decrypt(ZERO_KEY, respond(ZERO_KEY, challenge, random_a))
    assert plain[:16] == random_a
    return (plain[31:] + plain[16:31]).hex()


def test_get_file_settings_of_an12196_has_its_macs() -> None:
    """Section 5.3: a command and its answer, MAC only."""
    authentication = after("8248134A386E86EB7FAF54A52E536CB6", transaction="7A21085E")
    assert command_mac(authentication, 0xF5, 0, b"\x02") == bytes.fromhex("6597A457C8CD442C")
    answer = bytes.fromhex("0040EEEE000100D1FE001F00004400004400002000006A00002A474282E7A47986")
    assert check_response(authentication, 0x00, 1, answer) == answer[:-8]


def test_get_card_uid_of_an12196_is_decrypted() -> None:
    """Section 7.3: MAC of the command, MAC of the answer, the UID inside."""
    authentication = after("379D32130CE61705DD5FD8C36B95D764", "2B4D963C014DC36F24F69A50A394F875", "DF055522")
    assert command_mac(authentication, 0x51, 0, b"") == bytes.fromhex("8E2C155ADDA99BE3")
    answer = bytes.fromhex("70756055688505B52A5E26E59E329CD6595F672298EA41B7")
    data = check_response(authentication, 0x00, 1, answer)
    assert decrypt_answer(authentication, 1, data) == bytes.fromhex("04958CAA5C5E80")


def test_write_data_of_an12196_is_encrypted() -> None:
    """Section 6.12: ten bytes in one block."""
    authentication = after("FC4AF159B62E549B5812394CAB1918CC", "7A93D6571E4B180FCA6AC90C9A7488D4", "7614281A")
    header = bytes.fromhex("030000000A0000")
    data = encrypt_command(authentication, 0, bytes.fromhex("0102030405060708090A"))
    assert header + data + command_mac(authentication, 0x8D, 0, header + data) == bytes.fromhex(
        "030000000A00006B5E6804909962FC4E3FF5522CF0F8436C0C53315B9C73AA"
    )
    assert check_response(authentication, 0x00, 1, bytes.fromhex("C26D236E4A7C046D")) == b""


def test_secure_dynamic_messaging_of_an12196() -> None:
    """Mirrored UID and counter, the keys of one reading, the MAC in the address."""
    uid, counter = read_mirror(ZERO_KEY, bytes.fromhex("EF963FF7828658A599F3041510671E88"))
    assert (uid, counter) == (bytes.fromhex("04DE5F1EACC040"), 61)
    assert truncated_mac(mirror_keys(ZERO_KEY, uid, counter).mac, b"") == bytes.fromhex("94EED9EE65337086")
    master = bytes.fromhex("5ACE7E50AB65D5D51FD5BF5A16B8205B")
    keys = mirror_keys(master, bytes.fromhex("04C767F2066180"), 1)
    assert keys.encryption == bytes.fromhex("66DA61797E23DECA5D8ECA13BBADF7A9")
    assert keys.mac == bytes.fromhex("3A3E8110E05311F7A3FCF0D969BF2B48")


@pytest.mark.parametrize(
    ("message", "key"),
    [
        ("04782E21801D803042F54E585020416275", "A8DD63A3B89D54B37CA802473FDA9175"),
        ("04782E21801D80", "4FD3364753B8142980E8203C75AD83BE"),
    ],
)
def test_key_of_a_card_follows_an10922(message: str, key: str) -> None:
    """Section 2.2.1, and a message so short that a plain CMAC would differ."""
    master = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
    assert diversify(master, bytes.fromhex(message)) == bytes.fromhex(key)
    is_plain = diversify(master, bytes.fromhex(message)) == cmac(master, b"\x01" + bytes.fromhex(message))
    assert is_plain is (len(message) >= 32)


def test_longest_message_fills_both_blocks() -> None:
    """31 bytes and the constant need no padding, and are a plain CMAC."""
    master, message = bytes(range(16)), bytes(range(31))
    assert diversify(master, message) == cmac(master, b"\x01" + message)


@pytest.mark.parametrize("size", [0, 32])
def test_message_that_makes_no_key_is_our_mistake(size: int) -> None:
    """Nothing, or more than two blocks hold."""
    with pytest.raises(ValueError, match="1 to 31"):
        diversify(ZERO_KEY, bytes(size))


@given(st.integers(0, 31), st.integers(1, 255))
def test_changed_proof_is_refused(position: int, change: int) -> None:
    """RndA stands in both blocks, so a change in either reaches it."""
    broken = bytearray(PROOF)
    broken[position] ^= change
    with pytest.raises(CardProofRefused):
        check_proof(ZERO_KEY, CHALLENGE, RANDOM_A, bytes(broken))


def test_proof_for_another_question_is_refused() -> None:
    """An old proof, another card's key."""
    with pytest.raises(CardProofRefused) as refused:
        check_proof(ZERO_KEY, CHALLENGE, bytes(16), PROOF)
    assert refused.value.code == "card-proof"
    with pytest.raises(CardProofRefused):
        check_proof(bytes([1] * 16), CHALLENGE, RANDOM_A, PROOF)


@pytest.mark.parametrize(("challenge", "proof"), [(b"", PROOF), (CHALLENGE[:-1], PROOF), (CHALLENGE, PROOF[:16])])
def test_relayed_bytes_of_another_length_are_refused(challenge: bytes, proof: bytes) -> None:
    """A seat may relay anything."""
    with pytest.raises(CardProofRefused):
        check_proof(ZERO_KEY, challenge, RANDOM_A, proof)


def test_randomness_of_another_length_is_our_mistake() -> None:
    """16 bytes, made by the caller."""
    with pytest.raises(ValueError, match="RndA"):
        respond(ZERO_KEY, CHALLENGE, b"short")


def test_answer_with_another_mac_or_counter_is_refused() -> None:
    """Changed data, and an answer that is played again."""
    authentication = after("8248134A386E86EB7FAF54A52E536CB6", transaction="7A21085E")
    answer = bytes.fromhex("0040EEEE000100D1FE001F00004400004400002000006A00002A474282E7A47986")
    for changed, counter in ((b"\x01" + answer[1:], 1), (answer, 2), (b"", 1)):
        with pytest.raises(CardProofRefused):
            check_response(authentication, 0x00, counter, changed)


@pytest.mark.parametrize("data", [b"", bytes(15), bytes(16)])
def test_encrypted_answer_that_is_none_is_refused(data: bytes) -> None:
    """No whole blocks, or no padding inside."""
    with pytest.raises(CardProofRefused):
        decrypt_answer(after("00" * 16), 1, data)


@pytest.mark.parametrize("data", [b"", bytes(16)])
def test_mirror_under_another_key_is_refused(data: bytes) -> None:
    """A copied address, or none."""
    with pytest.raises(CardProofRefused):
        read_mirror(ZERO_KEY, data)


# --- Cards of a chamber -------------------------------------------------------------------------------------

MASTER = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
UID = bytes.fromhex("04C767F2066180")


def test_key_of_a_card_comes_from_uid_application_and_chamber() -> None:
    """AN10922's own example has the system identifier `NXP Abu` where a chamber has its name."""
    uid = bytes.fromhex("04782E21801D80")
    assert card_key(MASTER, uid, "NXP Abu").hex().upper() == "A8DD63A3B89D54B37CA802473FDA9175"
    assert card_key(MASTER, uid, "novigrad") != card_key(MASTER, uid, "novi-grad")


def test_long_name_of_a_chamber_is_cut() -> None:
    """AN10922 takes 31 bytes."""
    name = "a-chamber-with-a-name-of-40-characters--"
    assert card_key(MASTER, UID, name) == card_key(MASTER, UID, name[:21])
    assert card_key(MASTER, UID, name) != card_key(MASTER, UID, name[:20])


@pytest.mark.parametrize("uid", [b"", UID[:4], UID + bytes(1)])
def test_uid_of_another_length_makes_no_key(uid: bytes) -> None:
    """A card that hides its number shows four random bytes."""
    with pytest.raises(CardProofRefused):
        card_key(MASTER, uid, "novigrad")


def test_reference_tells_cards_apart_and_not_what_they_are() -> None:
    """HMAC-SHA-256 with a domain."""
    expected = hmac.new(MASTER, b"chamber-card-ref/1" + UID, hashlib.sha256).digest()
    assert card_reference(MASTER, UID) == base64url(expected)
    assert len({card_reference(key, uid) for key in (MASTER, ZERO_KEY) for uid in (UID, UID[::-1])}) == 4


def message(*runs: str) -> bytes:
    """What a card shows, with these runs of digits."""
    return b"\xd1\x01\x55\x04card.example/?p=" + "&m=".join(runs).encode() + bytes(20)


def shown(uid: bytes, counter: int, tag: int = 0xC7) -> tuple[str, str]:
    """UID and counter, encrypted under the key of zeros, and their MAC."""
    plain = bytes([tag]) + uid + counter.to_bytes(3, "little") + bytes(5)
    return encrypt(ZERO_KEY, plain).hex(), truncated_mac(mirror_keys(ZERO_KEY, uid, counter).mac, b"").hex()


@pytest.mark.parametrize("counter", [0, 1, 61, 2**24 - 1])
def test_counter_is_read_from_what_a_card_shows(counter: int) -> None:
    """In capital or small digits."""
    digits = shown(UID, counter)
    assert read_counter(ZERO_KEY, UID, message(*digits)) == counter
    assert read_counter(ZERO_KEY, UID, message(*digits).upper()) == counter


SHOWS_NOTHING = {
    "nothing": b"",
    "no digits": message(),
    "no MAC": message(shown(UID, 7)[0]),
    "a MAC alone": message(shown(UID, 7)[1]),
    "digits that run together": message("".join(shown(UID, 7))),
    "two counters": message(*shown(UID, 7), shown(UID, 8)[0]),
    "two MACs": message(*shown(UID, 7), shown(UID, 8)[1]),
    "the MAC of another counter": message(shown(UID, 7)[0], shown(UID, 8)[1]),
    "another card's": message(*shown(UID[::-1], 7)),
    "another card's counter": message(shown(UID[::-1], 7)[0], shown(UID, 7)[1]),
    "another tag": message(*shown(UID, 7, 0xC6)),
    "another key's": message("00" * 16, shown(UID, 7)[1]),
}


@pytest.mark.parametrize("what", SHOWS_NOTHING)
def test_message_without_a_counter_of_this_card_is_refused(what: str) -> None:
    """Whatever stands in it."""
    with pytest.raises(CardProofRefused):
        read_counter(ZERO_KEY, UID, SHOWS_NOTHING[what])


@given(st.binary(max_size=256))
def test_any_message_is_refused_and_no_more(data: bytes) -> None:
    """Nothing but a refusal comes out."""
    with pytest.raises(CardProofRefused):
        read_counter(ZERO_KEY, UID, data)
