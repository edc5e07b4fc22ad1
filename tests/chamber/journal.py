"""A simulated journal: keeps are durable, drops are not flushed and may come back after a power cut."""

from random import Random

from tests.chamber.plain import hash_of


class SimulatedJournal:
    """What a seat's memory card holds."""

    def __init__(self, random: Random) -> None:
        self._kept: dict[str, bytes] = {}
        self._dropped: dict[str, bytes] = {}
        self._random = random

    def keep(self, records: tuple[bytes, ...]) -> None:
        """Durable from now on; a flush takes earlier drops with it."""
        self._dropped.clear()
        self._kept |= {hash_of(data): data for data in records}

    def drop(self, record: str) -> None:
        """Forget, as soon as something is flushed."""
        data = self._kept.pop(record, None)
        if data is not None:
            self._dropped[record] = data

    def lose_power(self) -> None:
        """Drops that were not flushed may never have happened: a tail of them comes back, as after a torn write."""
        lost = list(self._dropped.items())[self._random.randint(0, len(self._dropped)) :]
        self._kept = dict([*lost, *self._kept.items()])
        self._dropped.clear()

    def records(self) -> tuple[bytes, ...]:
        """What is found at power on, oldest first."""
        return tuple(self._kept.values())
