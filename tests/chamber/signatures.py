"""Remembers which signatures have held, so that the same bytes are not checked again by each of a dozen readers.

Nothing is weakened: only what the real check has accepted, with this very key and message, is accepted again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from protocol import keys

REMEMBERED_MAX = 50_000
Check = Callable[[bytes, bytes, bytes], None]
_held: set[tuple[bytes, bytes, bytes]] = set()


@contextmanager
def remembered_signatures() -> Iterator[None]:
    """While this is open, a signature that held once is not checked again."""
    real = {name: getattr(keys, name) for name in ("verify_ed25519", "_verify_es256")}
    for name, check in real.items():
        setattr(keys, name, _remember(check))
    try:
        yield
    finally:
        for name, check in real.items():
            setattr(keys, name, check)


def _remember(check: Check) -> Check:
    def check_once(raw: bytes, message: bytes, signature: bytes) -> None:
        asked = raw, bytes(message), bytes(signature)
        if asked in _held:
            return
        check(raw, message, signature)
        if len(_held) > REMEMBERED_MAX:
            _held.clear()
        _held.add(asked)

    return check_once
