"""Whole dialogs as bytes on the line: recorded from another host with simulated cards, replayed byte for byte.

Where this driver asks otherwise (it sets one more item, and asks for two cards so as to refuse them), the frames are
written out by hand.
"""

from protocol.ntag424 import CHALLENGE_BYTES
from seat_client.nfc import ntag424, piv
from seat_client.nfc.chip import Chip
from seat_client.nfc.conversation import Conversation
from tests.seat_client.nfc.scripted_port import ScriptedPort

START = """
> 55 55 00 00 00 00 00 00 00 00 00 00 00 00 00 00
> 00 00 ff 03 fd d4 14 01 17 00
< 00 00 ff 02 fe d5 15 16 00
> 00 00 ff 02 fe d4 02 2a 00
< 00 00 ff 06 fa d5 03 32 01 06 07 e8 00
> 00 00 ff 03 fd d4 12 14 06 00
< 00 00 ff 02 fe d5 13 18 00
> 00 00 ff 06 fa d4 32 02 00 0b 0a e3 00
< 00 00 ff 02 fe d5 33 f8 00
> 00 00 ff 04 fc d4 32 04 00 f6 00
< 00 00 ff 02 fe d5 33 f8 00
> 00 00 ff 06 fa d4 32 05 ff 01 01 f4 00
< 00 00 ff 02 fe d5 33 f8 00
> 00 00 ff 04 fc d4 32 01 00 f9 00
< 00 00 ff 02 fe d5 33 f8 00
> 00 00 ff 04 fc d4 32 01 01 f8 00
< 00 00 ff 02 fe d5 33 f8 00
> 00 00 ff 04 fc d4 4a 02 00 e0 00
"""
PIV = """
< 00 00 ff 1e e2 d5 4b 01 01 00 44 20 04 27 a3 1f 5c 12 78 77 95 02 80 73 c0 21 c0 57 59 75 62 69 4b 65 79 ec 00
> 00 00 ff 14 ec d4 40 01 00 a4 04 00 0b a0 00 00 03 08 00 00 10 00 01 00 00 7c 00
< 00 00 ff 18 e8 d5 41 00 61 11 4f 06 00 00 10 00 01 00 79 07 4f 05 a0 00 00 03 08 90 00 03 00
> 00 00 ff 03 fd d4 42 b2 38 00
< 00 00 ff 04 fc d5 43 00 a3 45 00
> 00 00 ff 03 fd d4 42 b2 38 00
< 00 00 ff 03 fd d5 43 01 e7 00
"""
NTAG424 = """
< 00 00 ff 15 eb d5 4b 01 01 03 44 20 07 04 95 8c aa 5c 5e 80 06 77 77 71 02 80 80 00
> 00 00 ff 10 f0 d4 40 01 00 a4 04 0c 07 d2 76 00 00 85 01 01 00 61 00
< 00 00 ff 05 fb d5 41 00 90 00 5a 00
> 00 00 ff 0b f5 d4 40 01 90 71 00 00 02 00 00 00 e8 00
< 00 00 ff 15 eb d5 41 00 f8 aa 16 27 15 79 79 11 73 aa b1 89 c1 db 65 83 91 af d8 00
> 00 00 ff 29 d7 d4 40 01 90 af 00 00 20 00 2f b6 a3 be ce 2a 3e 26 cc 19 44 2b 20 77 38 06 78 16 a2 7a e5 a8 7d 9d \
d8 e5 c9 dd 0a 78 85 00 06 00
< 00 00 ff 25 db d5 41 00 b8 c8 82 92 38 8f f7 ac c0 23 38 37 d1 b8 71 37 b0 66 cb 71 be 7a e6 d8 88 cf b6 64 12 0b \
f0 0d 91 00 05 00
> 00 00 ff 03 fd d4 42 b2 38 00
< 00 00 ff 26 da d5 43 00 02 b8 c8 82 92 38 8f f7 ac c0 23 38 37 d1 b8 71 37 b0 66 cb 71 be 7a e6 d8 88 cf b6 64 12 \
0b f0 0d 91 00 01 00
"""
ACK = bytes.fromhex("0000ff00ff00")


def chip_of(text: str) -> tuple[Chip, ScriptedPort]:
    """A chip that expects exactly these frames; each gets its ACK."""
    script: list[tuple[bytes, tuple[bytes, ...]]] = []
    for line in text.split("\n"):
        if line.startswith(">"):
            script.append((bytes.fromhex(line[1:]), ()))
        elif line:
            script[-1] = (script[-1][0], (ACK, bytes.fromhex(line[1:])))
    port = ScriptedPort(script)
    return Chip(Conversation(port)), port


def test_piv_card_is_set_up_listed_selected_and_seen_to_go() -> None:
    """Every byte of both sides."""
    chip, port = chip_of(START + PIV.lstrip("\n"))
    chip.start()
    (target,) = chip.list_targets()
    assert piv.select(lambda apdu: chip.exchange(target, apdu))
    assert [chip.is_present(target) for _ in range(2)] == [True, False]
    assert not port.script


def test_ntag424_is_relayed_and_still_there() -> None:
    """The answer to R(NAK) is its last block again, which counts as present."""
    chip, port = chip_of(START + NTAG424.lstrip("\n"))
    chip.start()
    (target,) = chip.list_targets()

    def send(apdu: bytes) -> bytes:
        return chip.exchange(target, apdu)

    assert ntag424.select(send)
    assert len(ntag424.begin(send, 0)) == CHALLENGE_BYTES
    response = "002fb6a3bece2a3e26cc19442b207738067816a27ae5a87d9dd8e5c9dd0a7885"
    proof = "b8c88292388ff7acc0233837d1b87137b066cb71be7ae6d888cfb664120bf00d"
    assert ntag424.finish(send, bytes.fromhex(response)).hex() == proof
    assert chip.is_present(target)
    assert not port.script
