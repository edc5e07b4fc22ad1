"""An officer's client without a line: what it signs goes through `decide` into a log of the tests at once.

So a procedure is tested for what it writes and in which order, and refused exactly as a controller refuses it.
"""

import asyncio
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any, TypeVar

from controller.officer import ActRefused, OfficerClient
from controller.officer_desk import Draft
from controller.procedures.log_view import LogView
from controller.recorder import Memory
from protocol.checkpoint import open_checkpoint
from protocol.decide import Refused, decide
from protocol.encoding import hash_text
from protocol.messages import Refusal
from protocol.receipt import Receipt
from tests.protocol.chamber_builder import ChamberLog, officer_key

Value = TypeVar("Value")


class PaperClient(OfficerClient):
    """One officer beside a `ChamberLog`."""

    def __init__(self, log: ChamberLog, officer: str) -> None:
        self.log, self.officer = log, officer
        self.desk = SimpleNamespace(trust_digest=log.state.trust_digest())  # type: ignore[assignment]

    async def act(self, draft: Draft) -> tuple[str, Receipt]:
        """Sign, judge, append; then what the controller owes."""
        log = self.log
        log.now_ms += 1000
        officer = log.state.officers[self.officer]
        record = draft(max(officer.last_seq + 1, log.now_ms), log.seen(), log.now_ms)
        data = record.seal(officer_key(self.officer))
        decision = decide(log.state, data, log.root_at)
        if isinstance(decision, Refused):
            said = Refusal(decision.hash, decision.reason, log.size, decision.why, decision.legal)
            raise ActRefused(record.kind, said)
        entry = log.append(data)
        log.settle()
        return entry.hash, Receipt(entry.hash, entry.index, "", open_checkpoint(log.checkpoint(), log.log_key))

    async def send_blob(self, blob: bytes) -> None:
        """Keep it."""
        self.log.blobs[hash_text(blob)] = blob


def view_of(log: ChamberLog) -> LogView:
    """The log as a `LogView`; it goes on with the log."""
    return LogView(Memory(state=log.state, blobs=log.blobs))


def done(procedure: Coroutine[Any, Any, Value]) -> Value:
    """Run a procedure to its end."""
    return asyncio.run(procedure)
