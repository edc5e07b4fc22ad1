"""A body's log as its store holds it, read without a claim and without any private key, and found in by people's words.

A controller may be running on the same store: what it commits is seen at the next `read_on`. Nothing here tells how
anybody voted; that is asked of the state, and only after the close.

Source: `docs/protocol.md` sections 4 and 7.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from controller.installation import STORE_FILE
from controller.procedures.legal import active_item, legal_verbs, waiting_in
from controller.recorder import Memory
from controller.recovery import Damaged, load_memory
from controller.store import Store
from controller.words import _
from protocol.agenda import AgendaDocument, read_agenda
from protocol.encoding import text_of_blob
from protocol.errors import ChamberError, PayloadRefused
from protocol.majority import Rule
from protocol.state import Entry, LogState, Member, Seat, SessionState, SittingPhase, SittingState, VoteState
from protocol.vote import Phase

HASH_SHOWN = 8
"""Characters of a hash that people read and write: enough to tell the few records that wait apart."""
Found = TypeVar("Found")


class NotFound(ChamberError):
    """A person named what the log does not hold, or left open which of several is meant; the words list what there is.

    `legal`: the verbs that are legal now.
    """

    code = "not-found"

    def __init__(self, fact: str, legal: tuple[str, ...] = ()) -> None:
        super().__init__(fact)
        self.legal = legal


class OutOfOrder(ChamberError):
    """The log shows, before anything is sent, that an act has no place now.

    `why` is a name of `controller/refusal_words.py`, `legal` are the verbs that are legal instead.
    """

    code = "state"

    def __init__(self, why: str, legal: tuple[str, ...] = ()) -> None:
        super().__init__(why)
        self.why, self.legal = why, legal


class LogView:
    """Finders over a log in memory. Each raises `NotFound`: nothing of this name, or which of several is not said."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    @property
    def state(self) -> LogState:
        """What the log means."""
        return self.memory.state

    @property
    def blobs(self) -> Mapping[str, bytes]:
        """Titles, agendas and rules by hash."""
        return self.memory.blobs

    # --- Officers.

    def officer(self, asked: str) -> str:
        """An officer's id by the id, or by the role."""
        officers = self.state.officers
        if asked in officers:
            return asked
        for officer in officers.values():
            if officer.role == asked:
                return officer.id
        raise NotFound(_("no officer %(asked)s; there are: %(known)s") % _asked(asked, officers))

    def presiding(self, sitting: SittingState | None) -> str:
        """Who has the chair; before the opening of a sitting the officer with that role."""
        return sitting.presiding if sitting is not None and sitting.presiding else self.officer("chair")

    # --- Sittings and items.

    def sitting(self, asked: str = "") -> SittingState:
        """A sitting by its id; "" is the only one that is open, else the newest."""
        sittings = self.state.sittings
        if asked:
            return self._named(sittings, asked, _("no sitting %(asked)s; there are: %(known)s"), ("roster",))
        open_now = [sitting for sitting in sittings.values() if sitting.phase is SittingPhase.OPEN]
        if len(open_now) > 1:
            known = {"known": ", ".join(sitting.id for sitting in open_now)}
            raise NotFound(_("more sittings than one are open; say --sitting with one of: %(known)s") % known)
        newest = max(open_now or sittings.values(), key=lambda sitting: sitting.first_index, default=None)
        if newest is None:
            raise NotFound(_("there is no sitting yet: prepare one with chamber act roster"), ("roster",))
        return newest

    def roster_hash(self, sitting: SittingState) -> str:
        """The roster in force; before the opening the latest that was submitted."""
        return sitting.roster or sitting.first_roster

    def agenda(self, sitting: SittingState) -> AgendaDocument | None:
        """The agenda in its newest version; None before there is one, or where its text is not here."""
        blob = self.blobs.get(sitting.agenda.items) if sitting.agenda is not None else None
        if blob is None:
            return None
        try:
            return read_agenda(text_of_blob(blob).encode())
        except ChamberError:  # withheld, or written by somebody else's tool: ids are then taken as they are
            return None

    def agenda_version(self, sitting: SittingState) -> int:
        """The version of the agenda, 0 before the first."""
        return sitting.agenda.version if sitting.agenda is not None else 0

    def item(self, sitting: SittingState, asked: str = "") -> str:
        """An item's id; "" is the active one, or none before there is an agenda."""
        if not asked:
            return active_item(sitting)
        agenda = self.agenda(sitting)
        if agenda is not None:
            items = {item.id: item for item in agenda.items}
            self._named(items, asked, _("no item %(asked)s in the agenda; there are: %(known)s"))
        return asked

    # --- Votes.

    def vote(self, sitting: SittingState, asked: str = "", phases: Collection[Phase] = ()) -> VoteState:
        """A vote by its id; "" is the latest in one of `phases`, else the running one, else the latest of all."""
        votes = sitting.votes
        if asked:
            words = _("no vote %(asked)s in this sitting; there are: %(known)s")
            return self._named(votes, asked, words, legal_verbs(self.state, sitting))
        fitting = [vote for vote in votes.values() if vote.phase in phases]
        running = [vote for vote in votes.values() if vote.running]
        newest = max(fitting or running or votes.values(), key=lambda vote: vote.last_change, default=None)
        if newest is None:
            raise NotFound(_("there is no vote in this sitting yet"), legal_verbs(self.state, sitting))
        return newest

    def open_hash(self, vote: VoteState) -> str:
        """The hash that ballots bind to. Raises `OutOfOrder`: the vote was never opened."""
        if not vote.open_hash:
            raise self.out_of_order(vote)
        return vote.open_hash

    def latest_result_hash(self, vote: VoteState) -> str:
        """The hash to announce. Raises `OutOfOrder`: the vote has no result."""
        if not vote.results:
            raise self.out_of_order(vote)
        return vote.results[-1][0]

    def out_of_order(self, vote: VoteState) -> OutOfOrder:
        """The error that says where a vote stands."""
        return OutOfOrder(
            f"vote-is-{vote.phase.value}", legal_verbs(self.state, self.state.sitting_of_vote(vote), vote)
        )

    def rule(self, sitting: SittingState, asked: str) -> Rule:
        """A rule of the sitting's law by its id. Raises `RulesRefused`: the law is not here."""
        roster = self.state.rosters[self.roster_hash(sitting)]
        book = self.state.rule_books.get(roster.rules)
        rules = book.rules if book is not None else {}
        return self._named(rules, asked, _("no rule %(asked)s in this sitting's law; there are: %(known)s"))

    def title(self, vote: VoteState) -> str:
        """A vote's title in words; "" where it is withheld."""
        try:
            return text_of_blob(self.blobs[vote.arm.title_hash])
        except (KeyError, PayloadRefused):
            return ""

    # --- People.

    def member(self, sitting: SittingState, asked: str) -> Member:
        """A member of the roster in force."""
        return self._named(sitting.members, asked, _("no member %(asked)s in the roster; there are: %(known)s"))

    def seat(self, sitting: SittingState, asked: str) -> Seat:
        """A seat of the roster in force."""
        return self._named(sitting.seats, asked, _("no seat %(asked)s in the roster; there are: %(known)s"))

    def speaker(self, sitting: SittingState, asked: str) -> str:
        """Who may have the floor: a member, or one of the agenda's speakers without a seat."""
        agenda = self.agenda(sitting)
        guests = {speaker.id: speaker.id for speaker in agenda.speakers} if agenda is not None else {}
        known = {member: member for member in sitting.members} | guests
        return self._named(known, asked, _("no speaker %(asked)s; there are: %(known)s"))

    def session(self, sitting: SittingState, asked: str) -> SessionState:
        """The live session of a seat or of a member."""
        live = sitting.live_by_seat | sitting.live_by_member
        found = self._named(live, asked, _("no card is in at %(asked)s; cards are in at: %(known)s"))
        return self.state.sessions[found]

    # --- What waits.

    def pending(self, sitting: SittingState, asked: str = "") -> Entry:
        """A record that waits for an acknowledgement, by the beginning of its hash; "" is the only one."""
        waiting = waiting_in(self.state, sitting)
        found = [name for name in waiting if name.startswith(asked)]
        if len(found) == 1:
            return self.state.pending[found[0]]
        if not waiting:
            raise OutOfOrder("nothing-waits", legal_verbs(self.state, sitting))
        known = {name[:HASH_SHOWN]: name for name in waiting}
        raise NotFound(_("say which record: %(known)s wait for an acknowledgement") % _asked(asked, known))

    def _named(self, among: Mapping[str, Found], asked: str, words: str, legal: tuple[str, ...] = ()) -> Found:
        if asked not in among:
            raise NotFound(words % _asked(asked, among), legal)
        return among[asked]


def _asked(asked: str, known: Iterable[str]) -> dict[str, str]:
    return {"asked": asked, "known": ", ".join(known) or _("none")}


class StoredLog:
    """The log of a store, and the view of it. Use `open_log`."""

    def __init__(self, store: Store) -> None:
        """Read all of it. Raises `StoreFailed`, `Damaged`."""
        self._store = store
        self.view = LogView(load_memory(store))

    def read_on(self) -> LogView:
        """Read what was committed since. Raises `StoreFailed`, `Damaged`."""
        memory = self.view.memory
        # The leaves first: a blob is committed before, or with, the leaf that quotes it.
        leaves = [leaf for some in self._store.leaves(memory.state.size) for leaf in some]
        for name, blob in self._store.blobs().items():
            if name not in memory.blobs:
                memory.keep_blob(blob)
        try:
            memory.load(leaves)
        except (ChamberError, KeyError, TypeError) as error:
            raise Damaged(f"leaf {memory.state.size} of the store cannot be read: {error}") from error
        return self.view


@contextmanager
def open_log(folder: Path) -> Iterator[StoredLog]:
    """Read the log in a body's folder. Raises `NotFound`: none is founded there; `StoreFailed`, `Damaged`."""
    if not (folder / STORE_FILE).exists():
        raise NotFound(_("%(folder)s holds no log yet: run chamber init") % {"folder": folder})
    store = Store(folder)
    try:
        yield StoredLog(store)
    finally:
        store.close()
