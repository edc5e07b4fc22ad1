"""Draws the state diagrams in docs/ from the tables in the code. `--check` fails if a diagram is stale."""  # noqa: INP001 - a script, not part of a package

import sys
from pathlib import Path

from protocol.vote import MOVES

PAGE = Path(__file__).parent.parent / "docs" / "architecture.md"
BEGIN, END = "<!-- states of a vote: begin (scripts/diagrams.py) -->", "<!-- states of a vote: end -->"


def vote_diagram() -> str:
    """The vote's table as a Mermaid state diagram; several moves between two states share one arrow."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (phase, move), target in MOVES.items():
        arrows.setdefault((phase.name, target.name), []).append(move.value)
    lines = ["```mermaid", "stateDiagram-v2", "  [*] --> ARMED"]
    lines += [f"  {source} --> {target}: {', '.join(moves)}" for (source, target), moves in arrows.items()]
    return "\n".join([*lines, "```"])


def redraw(text: str) -> str:
    """The page with its diagram drawn anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{vote_diagram()}\n{END}{after}"


def main() -> int:
    """Rewrite the page, or with `--check` compare."""
    text = PAGE.read_text(encoding="utf-8")
    drawn = redraw(text)
    if "--check" in sys.argv:
        return int(drawn != text)
    PAGE.write_text(drawn, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
