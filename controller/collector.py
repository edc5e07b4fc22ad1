"""When Python's garbage collector rests: while much is read that all stays, it only searches it again and again.

Nothing on these ways makes cycles, so memory is freed as before, by counting.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause it meanwhile: 7 % of a recovery, 5 % of a verification."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
