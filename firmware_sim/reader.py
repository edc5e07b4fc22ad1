"""`python -m firmware_sim reader`: one simulated reader, its card in and out by a signal, until told to end."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from firmware_sim.cards.catalogue import NAMES, make_card
from firmware_sim.cards.faulty import CardFault
from firmware_sim.pn532.chip import Chip
from firmware_sim.pn532.faults import Fault, Faults
from firmware_sim.pn532.field import Card
from firmware_sim.pn532.initiator import Relist
from firmware_sim.terminal import PseudoTerminal
from protocol.errors import ChamberError

TWO_CARDS: Final = "two-cards"
"""A second card lies beside the first: a fault of the tray, neither of chip nor card."""
FAULTS: Final = (*(fault.value for fault in Fault), *(fault.value for fault in CardFault), TWO_CARDS)


class ReaderRefused(ChamberError):
    """A card or fault that nobody knows, or a card's fault without such a card."""

    code = "reader"


@dataclass(frozen=True, slots=True)
class ReaderPlan:
    """A chip, and the cards that are laid on it together."""

    chip: Chip
    cards: Sequence[Card]


def plan_reader(name: str, relist: str, seed: int, faults: Sequence[str]) -> ReaderPlan:
    """Build what the command line asks for. Raises `ReaderRefused`: a name that is none, two faults of one card."""
    if name not in {*NAMES, "none"}:
        raise ReaderRefused(f"--card is one of {', '.join(NAMES)}, none")
    for fault in faults:
        if fault not in FAULTS:
            raise ReaderRefused(f"--fault is one of {', '.join(FAULTS)}")
    of_card = [CardFault(fault) for fault in faults if fault in {kind.value for kind in CardFault}]
    if len(of_card) > 1:
        raise ReaderRefused(f"a card has one fault: {of_card[0].value} or {of_card[1].value}")
    of_chip = tuple(Fault(fault) for fault in faults if fault in {kind.value for kind in Fault})
    cards = [make_card(name, seed, *of_card)] if name != "none" else []
    if TWO_CARDS in faults:
        cards.append(make_card("uid", seed))
    return ReaderPlan(Chip(relist=Relist(relist), faults=Faults(seed, of_chip)), cards)


async def run_reader(
    plan: ReaderPlan, tell: Callable[[str], None], *, present: bool, paced: bool, link: Path | None = None
) -> None:
    """Tell the terminal's path and serve until SIGTERM or SIGINT. SIGUSR1 lays the cards down or takes them away."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    terminal = PseudoTerminal(plan.chip, paced=paced, link=link)

    def toggle() -> None:
        if plan.chip.cards:
            for card in plan.cards:
                terminal.remove(card)
        else:
            terminal.place(*plan.cards)

    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        loop.add_signal_handler(signal.SIGUSR1, toggle)
        if present:
            toggle()
        tell(terminal.path)
        await ended.wait()
    finally:
        terminal.close()
