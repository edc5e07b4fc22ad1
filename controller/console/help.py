"""Help for the screen at hand: its keys, the states and what the glyphs mean; made of the catalogue. Pure."""

from controller.console.catalogue import actions_of, key_name, texts_of
from controller.console.map.marks import Mark, glyph, mark_word
from controller.console.snapshot import Snapshot
from controller.console.text import fill
from protocol.explain import Catalogue

_KEY_CELLS = 8


def help_lines(screen: str, snapshot: Snapshot, words: Catalogue, *, ascii_only: bool = False) -> tuple[str, ...]:
    """Keys that mean something on this screen, in one state or another; then what holds everywhere."""
    texts = texts_of(words)
    lines = [
        f"{fill(key_name(action.key), _KEY_CELLS)}{texts[action.id][0]}: {texts[action.id][1]}"
        for action in actions_of(snapshot.role)
        if action.key and (not action.screens or screen in action.screens)
    ]
    lines += ["", *(f"{fill(key, _KEY_CELLS)}{what}" for key, what in _everywhere(words))]
    marks = "  ".join(f"{glyph(mark, ascii_only=ascii_only)} {mark_word(mark, words)}" for mark in Mark)
    return (
        *lines, "", words.gettext("Signs of a seat:"), marks, "",
        words.gettext("A vote: armed (F5), open (F6), last call and closed (F8), announced (F9). Esc takes the armed"
                      " vote or the last call back."),
        words.gettext("What is selected here is not yet the active item: only F4 on the agenda makes it so."),
        words.gettext("A question is confirmed by another key than the one that asked; Enter always leads back."),
    )  # fmt: skip


def _everywhere(words: Catalogue) -> tuple[tuple[str, str], ...]:
    return (
        ("F1 ?", words.gettext("this help")),
        ("F2", words.gettext("all commands, languages and looks; also Ctrl+P")),
        ("1…6", words.gettext("the screens")),
        ("/", words.gettext("find a member by name or seat")),
        ("Enter", words.gettext("details of what is selected; it never commits")),
        ("Tab", words.gettext("the next pane")),
        ("+ -", words.gettext("look into a sector of a large room, and back")),
        ("Esc", words.gettext("back")),
        ("Ctrl+Q", words.gettext("leave; a vote goes on without this console")),
    )
