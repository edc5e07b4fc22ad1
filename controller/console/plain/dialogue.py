"""What a typed line does: pure. The act that comes of it is handed back to be performed, or nothing is.

    IDLE --an act at once--> IDLE, and the act
    IDLE --an act with consequences--> CONFIRMING --its word--> IDLE, and the act
    IDLE --an act with a form--> FILLING --the last answer--> CONFIRMING --its word--> IDLE, and the act
    CONFIRMING, FILLING --an empty line, or another word--> IDLE, and nothing

The word that confirms is never the one that began, so a line sent twice opens nothing. What has been asked is shown
again before it is confirmed.

Source: reference of the console, plain mode.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from controller.console.acts import Act
from controller.console.catalogue import Action, Selection, Way, actions_of, objection_sentence, texts_of
from controller.console.forms import Form, check, form_of, has_form
from controller.console.plain.answers import QUESTIONS, find, questions_of
from controller.console.plain.news import item_line
from controller.console.simple_acts import act_of
from controller.console.snapshot import Snapshot
from protocol.explain import Catalogue

_SELECTING: Final = {
    "activate": "item", "reopen-item": "item", "give-floor": "speaker", "remove-request": "speaker",
    "mark-present": "member", "mark-left": "member", "mark-excused": "member", "recuse": "member", "unrecuse": "member",
    "enter-answer": "member", "state-correction": "vote", "enter-lot": "vote", "correct-rule": "vote",
    "void-ended": "vote", "enter-paper": "vote",
}  # fmt: skip
"""What an act is about, written behind it: `activate 3`."""
_HIDDEN: Final = frozenset({"give-floor"})


class Stand(Enum):
    """Where the dialogue stands."""

    IDLE = "idle"
    FILLING = "filling"
    CONFIRMING = "confirming"


@dataclass(frozen=True, slots=True)
class Heard:
    """What comes of a line: lines to say, an act to perform, its action's id; `leave`: the person wants to go."""

    lines: tuple[str, ...] = ()
    act: Act | None = None
    action: str = ""
    leave: bool = False


@dataclass(slots=True)
class Dialogue:
    """One person's dialogue in one language."""

    words: Catalogue
    stand: Stand = Stand.IDLE
    _action: str = ""
    _act: Act | None = None
    _word: str = ""
    _form: Form | None = None
    _answers: dict[str, str] = field(default_factory=dict)

    def hear(self, line: str, snapshot: Snapshot) -> Heard:
        """Take a line. Nothing but the act in the answer is ever to be performed."""
        said = line.strip()
        if self.stand is Stand.CONFIRMING:
            return self._confirm(said)
        if self.stand is Stand.FILLING:
            return self._fill(said)
        if not said:
            return Heard(tuple(QUESTIONS["status"](snapshot, self.words)))
        return self._idle(said, snapshot)

    # --- Nothing is asked.

    def _idle(self, said: str, snapshot: Snapshot) -> Heard:
        first, _, rest = said.partition(" ")
        question = self._question(first)
        if question == "quit":
            return Heard(leave=True)
        if question == "help":
            return Heard(tuple(self._help(snapshot)))
        if question == "find":
            return Heard(tuple(find(snapshot, rest.strip(), self.words)))
        if question:
            return Heard(tuple(QUESTIONS[question](snapshot, self.words)))
        return self._begin(said, snapshot)

    def _question(self, word: str) -> str:
        if word in {"?", "t"}:
            return {"?": "help", "t": "turnout"}[word]
        asked = word.casefold()
        own = {local.casefold(): name for name, local in questions_of(self.words).items()}
        return own.get(asked, asked if asked in {*QUESTIONS, "find", "help", "quit"} else "")

    def _legal(self, snapshot: Snapshot) -> list[Action]:
        """What is legal now, in the order of the catalogue. What needs a selection is legal if any would be."""
        found = []
        for action in actions_of(snapshot.role):
            if action.id in _HIDDEN:
                continue
            if any(not action.objection(snapshot, one) for one in _selections(action.id, snapshot)):
                found.append(action)
        return found

    def _help(self, snapshot: Snapshot) -> list[str]:
        texts = texts_of(self.words)
        lines = [
            f"{number}. {texts[action.id][0]}: {texts[action.id][1]}"
            for number, action in enumerate(self._legal(snapshot), 1)
        ]
        asked = ", ".join(questions_of(self.words).values())
        return [
            *lines,
            self.words.gettext("Questions: %(words)s.") % {"words": asked},
            self.words.gettext("Type the number or the name of an act. An empty line says where the sitting stands."),
        ]

    def _begin(self, said: str, snapshot: Snapshot) -> Heard:
        action, rest = self._named(said, snapshot)
        if action is None:
            return Heard((self.words.gettext("Not understood: %(said)s. Type ? for help.") % {"said": said[:60]},))
        wanted = _SELECTING.get(action.id, "")
        selection = _selected(wanted, rest, snapshot) if wanted else Selection()
        if selection is None:
            return Heard((self._ask_selection(wanted, snapshot),))
        objection = action.objection(snapshot, selection)
        if objection:
            return Heard((objection_sentence(objection, self.words),))
        return self._bring(action, selection, snapshot)

    def _named(self, said: str, snapshot: Snapshot) -> tuple[Action | None, str]:
        """The action that a line begins with, by its number among the legal ones, its id or its name; and the rest."""
        first, _, rest = said.partition(" ")
        if first.isascii() and first.isdigit():
            legal = self._legal(snapshot)
            number = int(first[:4])
            return (legal[number - 1], rest.strip()) if 1 <= number <= len(legal) else (None, "")
        texts = texts_of(self.words)
        asked = said.casefold()
        fits = [
            (action, name)
            for action in actions_of(snapshot.role)
            for name in (action.id, texts[action.id][0].casefold())
            if asked == name or asked.startswith(name + " ")
        ]
        if not fits:
            return None, ""
        # Of several of one name the legal one; of names that begin alike the longest.
        best = max(fits, key=lambda fit: (len(fit[1]), not fit[0].objection(snapshot, Selection())))
        return best[0], said[len(best[1]) :].strip()

    def _ask_selection(self, wanted: str, snapshot: Snapshot) -> str:
        known = {
            "item": ", ".join(snapshot.item_number(item.id) for item in snapshot.house.items),
            "speaker": ", ".join(one.speaker for one in snapshot.now.floor.queue),
            "vote": ", ".join(snapshot.votes),
            "member": self.words.gettext("an id, a seat or a name"),
        }[wanted]
        return self.words.gettext("Write behind it which one: %(known)s.") % {"known": known}

    def _bring(self, action: Action, selection: Selection, snapshot: Snapshot) -> Heard:
        self._action = action.id
        if has_form(action.id):
            return self._open_form(form_of(action.id, snapshot, selection, self.words))
        act = act_of(action.id, snapshot, selection)
        if act is None:  # there is no prepared vote
            self._action = "new-vote"
            return self._open_form(form_of("new-vote", snapshot, selection, self.words))
        if action.way is Way.AT_ONCE:
            return Heard((), act, action.id)
        return self._ask(act, (texts_of(self.words)[action.id][1], *self._about(action.id, snapshot)))

    def _about(self, action: str, snapshot: Snapshot) -> tuple[str, ...]:
        """What is known about an act that is asked about, before it is confirmed."""
        vote = snapshot.now.vote
        if action != "open" or vote is None:
            return ()
        return (item_line(snapshot, self.words), vote.title, snapshot.needed_sentence(self.words))

    # --- A form.

    def _open_form(self, form: Form) -> Heard:
        self.stand, self._form, self._answers = Stand.FILLING, form, {}
        lines = [form.title + ".", form.warning, self._field_line()]
        return Heard(tuple(line for line in lines if line))

    def _field_line(self) -> str:
        assert self._form is not None, "a form is being filled"
        one = self._form.fields[len(self._answers)]
        choices = "; ".join(f"{value}: {told}" if value != told else value for value, told in one.choices[:20])
        line = one.label + (f" ({choices})" if choices else "")
        if one.preset:
            return line + " " + self.words.gettext("[. for %(preset)s]") % {"preset": one.preset}
        return line + (" " + self.words.gettext("[. for nothing]") if one.may_be_empty else "")

    def _fill(self, said: str) -> Heard:
        """An answer to the field at hand. `.` takes what stands there; an empty line leads back."""
        if not said:
            return self._back()
        assert self._form is not None, "a form is being filled"
        one = self._form.fields[len(self._answers)]
        answer = one.preset if said == "." else said
        wrong = check(one, answer, self.words)
        if wrong:
            return Heard((wrong, self._field_line()))
        self._answers[one.id] = answer
        if len(self._answers) < len(self._form.fields):
            return Heard((self._field_line(),))
        shown = tuple(f"{field_.label}: {self._answers[field_.id]}." for field_ in self._form.fields)
        return self._ask(self._form.bring(dict(self._answers)), shown)

    # --- A question.

    def _ask(self, act: Act, about: tuple[str, ...]) -> Heard:
        self.stand, self._act = Stand.CONFIRMING, act
        name = texts_of(self.words)[self._action][0]
        self._word = self.words.gettext("yes") + " " + name.lower()
        how = self.words.gettext("Type %(word)s to do it, an empty line to go back.") % {"word": self._word.upper()}
        return Heard((*(line for line in about if line), how))

    def _confirm(self, said: str) -> Heard:
        if said.casefold() != self._word.casefold():
            return self._back()
        act, action = self._act, self._action
        self._rest()
        return Heard((), act, action)

    def _back(self) -> Heard:
        self._rest()
        return Heard((self.words.gettext("Nothing was done."),))

    def _rest(self) -> None:
        self.stand, self._act, self._form, self._answers = Stand.IDLE, None, None, {}


def _selections(action: str, snapshot: Snapshot) -> list[Selection]:
    """Everything an act could be about."""
    wanted = _SELECTING.get(action, "")
    if wanted == "item":
        return [Selection(item=item.id) for item in snapshot.house.items]
    if wanted == "speaker":
        return [Selection(speaker=one.speaker) for one in snapshot.now.floor.queue] or [Selection()]
    if wanted == "member":
        return [Selection(member=member.id) for member in snapshot.house.members[:1]]
    if wanted == "vote":
        return [Selection(vote=vote) for vote in snapshot.votes] or [Selection()]
    return [Selection()]


def _selected(wanted: str, said: str, snapshot: Snapshot) -> Selection | None:
    """What the words behind an act name; None for nothing, or not clearly one."""
    if wanted == "item":
        by_number = {snapshot.item_number(item.id): item.id for item in snapshot.house.items}
        by_number |= {item.id: item.id for item in snapshot.house.items}
        return Selection(item=by_number[said]) if said in by_number else None
    if wanted == "vote":
        live = snapshot.now.vote.id if snapshot.now.vote is not None else ""
        return Selection(vote=said) if said and said in {*snapshot.votes, live} else None
    found = _member(said, snapshot)
    if found is None and wanted == "speaker" and any(one.id == said for one in snapshot.house.speakers):
        found = said
    if found is None:
        return None
    return Selection(speaker=found) if wanted == "speaker" else Selection(member=found)


def _member(said: str, snapshot: Snapshot) -> str | None:
    """A member by id or seat, or by a part of the name if it is the only one."""
    asked = said.casefold()
    if not asked:
        return None
    exact = [
        member.id for number, member in enumerate(snapshot.house.members)
        if asked in {member.id, snapshot.seat_of(number)}
    ]  # fmt: skip
    found = exact or [member.id for member in snapshot.house.members if asked in member.name.casefold()]
    return found[0] if len(found) == 1 else None
