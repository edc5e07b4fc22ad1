"""HTML that cannot be broken by a name: every text is escaped unless it is markup already. Pure.

The same markup reads as XML, so that a sheet can be checked for its form.
"""

from collections.abc import Iterable
from html import escape
from typing import Final

_VOID: Final = ("br", "meta", "rect", "line", "path")
_STYLE: Final = """
@page { size: A4 %(turn)s; margin: 13mm 12mm 15mm; @bottom-right { content: counter(page) " / " counter(pages);
  font: 8pt %(font)s; } }
* { box-sizing: border-box; }
html { color-scheme: light; }
body { margin: 0 auto; max-width: %(width)smm; color: #000; background: #fff; font: 11pt/1.3 %(font)s; }
h1 { font-size: 16pt; line-height: 1.2; margin: 0 0 2mm; }
h2 { font-size: 12pt; margin: 4mm 0 1.5mm; break-after: avoid; }
p { margin: 0 0 1.5mm; }
.body { font-size: 10pt; border-bottom: 0.4mm solid #000; padding-bottom: 1mm; margin-bottom: 3mm; }
.title { font-size: 13pt; font-weight: bold; }
.title.much { font-size: 10.5pt; line-height: 1.2; }
.needed { font-weight: bold; border: 0.4mm solid #000; padding: 1.5mm 2.5mm; margin: 2mm 0; }
.small { font-size: 9pt; }
code { font-family: "DejaVu Sans Mono", "Liberation Mono", monospace; font-size: 9pt; }
table { border-collapse: collapse; width: 100%%; margin: 2mm 0; font-size: 10.5pt; }
th, td { border: 0.25mm solid #000; padding: 0.8mm 1.3mm; vertical-align: middle; text-align: left; }
thead { display: table-header-group; }
thead th { font-size: 8pt; line-height: 1.15; background: #fff; hyphens: auto; }
tr, .keep { break-inside: avoid; }
.number, .tick { text-align: center; white-space: nowrap; }
.number { width: 8mm; }
.tick { width: 16mm; }
.wide { width: 34mm; }
th.tick { white-space: normal; font-size: 7pt; padding-left: 0.3mm; padding-right: 0.3mm; overflow-wrap: anywhere; }
.seat { width: 28mm; font-size: 8.5pt; }
.sign { width: 44mm; height: 8.2mm; }
.group { font-size: 8pt; }
.group code { font-size: 7.5pt; }
.square { display: inline-block; width: 5mm; height: 5mm; border: 0.4mm solid #000; vertical-align: middle; }
.blank { display: inline-block; border-bottom: 0.3mm solid #000; min-width: 22mm; height: 1.5em;
  vertical-align: bottom; }
.long { min-width: 60mm; }
.fields span.field { display: inline-block; margin: 1mm 6mm 1mm 0; white-space: nowrap; }
.signatures { display: flex; flex-wrap: wrap; gap: 8mm; margin-top: 11mm; }
.signatures div { flex: 1 1 50mm; border-top: 0.3mm solid #000; padding-top: 1mm; font-size: 9.5pt; }
%(more)s
"""
_FONT: Final = '"Noto Sans", "DejaVu Sans", "Liberation Sans", Arial, sans-serif'


class Markup(str):
    """A text that is HTML already."""

    __slots__ = ()


def element(name: str, *children: str, **attributes: str | float) -> Markup:
    """An element. Children that are no `Markup` are escaped; `class_` is `class`, `font_size` is `font-size`."""
    given = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{given}/>")
    return Markup(f"<{name}{given}>{joined(children)}</{name}>")


def joined(children: Iterable[str]) -> Markup:
    """Texts and markup, one after another."""
    return Markup("".join(child if isinstance(child, Markup) else escape(child) for child in children))


def row(tag: str, *cells: tuple[str, str]) -> Markup:
    """A row of a table out of (class, content); `tag` is `td` or `th`."""
    made = [element(tag, content, class_=name) if name else element(tag, content) for name, content in cells]
    return element("tr", *made)


def square() -> Markup:
    """A box to tick."""
    return element("span", class_="square")


def blank(size: str = "") -> Markup:
    """A line to write on; `size` is empty or `long`."""
    return element("span", class_=f"blank {size}".strip())


def fields(*labels: str, size: str = "") -> Markup:
    """Labels, each with a line to write on."""
    return element(
        "p", *[element("span", f"{label} ", blank(size), class_="field") for label in labels], class_="fields"
    )


def signatures(*labels: str) -> Markup:
    """Places for names and signatures."""
    return element("div", *[element("div", label) for label in labels], class_="signatures keep")


def page(language: str, title: str, *body: str, landscape: bool = False, style: str = "") -> str:
    """A whole document. `style` is CSS of ours, never anything that was read."""
    turn, width = ("landscape", 273) if landscape else ("portrait", 186)
    css = _STYLE % {"turn": turn, "width": width, "font": _FONT, "more": style}
    head = element("head", element("meta", charset="utf-8"), element("title", title), element("style", Markup(css)))
    document = element("html", head, element("body", *body), lang=language)
    return f"<!DOCTYPE html>\n{document}\n"
