"""An application that holds one body, for its tests."""

from collections.abc import Callable
from dataclasses import replace

from textual.app import App, ComposeResult

from controller.console.body import Body
from controller.console.snapshot import Snapshot
from protocol.explain import ENGLISH, Catalogue


class Host(App[None]):
    """One body, told what is known as soon as it is there. `heard` are the messages that it posted."""

    def __init__(self, make: Callable[[], Body], known: Snapshot, words: Catalogue = ENGLISH) -> None:
        super().__init__()
        self.body, self.known, self.words = make(), known, words
        self.heard: list[str] = []

    def compose(self) -> ComposeResult:
        """The body alone."""
        yield self.body

    def on_mount(self) -> None:
        """Tell it, and give it the focus."""
        self.body.show(self.known, self.words)
        self.body.takes_focus().focus()

    def tell(self, known: Snapshot) -> None:
        """Something else is known."""
        self.known = known
        self.body.show(known, self.words)

    def on_body_moved(self, _event: Body.Moved) -> None:
        """Another thing is selected."""
        self.heard.append("moved")

    def on_body_chosen(self, _event: Body.Chosen) -> None:
        """Enter."""
        self.heard.append("chosen")


def text_of(app: App[None]) -> str:
    """What the screen shows, as text without blanks at the ends of lines."""
    strips = app.screen._compositor.render_strips()  # noqa: SLF001 - Textual has no public call for it
    return "\n".join(strip.text.rstrip() for strip in strips) + "\n"


def hostile(known: Snapshot) -> Snapshot:
    """The first members have names with markup, with marks that turn the text, and of 80 characters."""
    names = ("[red]Member[/red] [@click=app.quit]X[/]", "Mem\u202eber\u200b 002\x1b[31m\nSurname", "M" * 80)
    changed = tuple(replace(one, name=name) for one, name in zip(known.house.members, names, strict=False))
    return replace(known, house=replace(known.house, members=(*changed, *known.house.members[len(changed) :])))
