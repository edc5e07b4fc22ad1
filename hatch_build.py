"""Build hook: compiles the message catalogues, `controller/locale/*/LC_MESSAGES/*.po`, to `.mo`.

Runs for the wheel and for the editable install alike; the `.mo` lies beside its `.po`, where gettext looks.
With no catalogues it does nothing and needs no Babel.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_catalogue(source: Path) -> Path:
    """Compile one `.po` file and return the path of the `.mo`; entries marked fuzzy are left out."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415  only needed where there are catalogues
    from babel.messages.pofile import read_po  # noqa: PLC0415  as above

    with source.open("rb") as stream:
        catalogue = read_po(stream, locale=source.parent.parent.name, abort_invalid=True)
    target = source.with_suffix(".mo")
    with target.open("wb") as stream:
        write_mo(stream, catalogue)
    return target


class CatalogueBuildHook(BuildHookInterface[Any]):
    """Hatch finds this class by its base and calls it before it packs anything."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  hatch's interface
        """Compile every catalogue in the tree."""
        for source in sorted(Path(self.root).glob("controller/locale/*/LC_MESSAGES/*.po")):
            compile_catalogue(source)
