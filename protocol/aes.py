"""AES-128 as cards use it: CBC without padding, and CMAC. The door to `cryptography` for both.

Source: NIST SP 800-38A section 6.2, SP 800-38B.
"""

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.cmac import CMAC

BLOCK_BYTES = 16
KEY_BYTES = 16
ZERO_BLOCK = bytes(BLOCK_BYTES)


def encrypt(key: bytes, data: bytes, initial: bytes = ZERO_BLOCK) -> bytes:
    """Encrypt whole blocks. Raises `ValueError`: the key is not 16 bytes, or `data` not whole blocks."""
    encryptor = Cipher(AES128(key), CBC(initial)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def decrypt(key: bytes, data: bytes, initial: bytes = ZERO_BLOCK) -> bytes:
    """Decrypt whole blocks. Raises `ValueError`: the key is not 16 bytes, or `data` not whole blocks."""
    decryptor = Cipher(AES128(key), CBC(initial)).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def cmac(key: bytes, message: bytes) -> bytes:
    """The CMAC of `message`, 16 bytes."""
    mac = CMAC(AES128(key))
    mac.update(message)
    return mac.finalize()
