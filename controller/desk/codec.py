"""Data classes to compact JSON and back: what a document is between a controller and its consoles.

A document is read from a message whose signature holds, so what does not fit its class is a difference of versions, not
an attack; it is refused as a whole. Members that this version does not know are passed over, those it misses keep their
default, so that a console may be a version behind or ahead.

Source: `docs/protocol.md` section 5.6.
"""

import dataclasses
import json
import types
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from protocol.errors import ChamberError

Document = TypeVar("Document")


class DocumentRefused(ChamberError):
    """A document that is no JSON, or does not fit its class."""

    code = "document"


def write_document(document: Any) -> bytes:  # noqa: ANN401 - any data class
    """The compact JSON of a document."""
    return json.dumps(
        dataclasses.asdict(document), ensure_ascii=False, separators=(",", ":"), check_circular=False
    ).encode()


def read_document(kind: type[Document], data: bytes) -> Document:
    """Read a document of class `kind`. Raises `DocumentRefused`."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DocumentRefused(f"a {kind.__name__} that is no JSON") from error
    wanted: Any = kind
    found = _reader_of(wanted)(value)
    assert isinstance(found, kind), "read as this class"
    return found


@cache
def _reader_of(wanted: Any) -> Any:  # noqa: ANN401 - a type, and what reads it
    """What reads a value of a type: a class of ours, a tuple of one type, an optional class, or a plain value."""
    if dataclasses.is_dataclass(wanted):
        return _reader_of_class(wanted)
    if get_origin(wanted) is tuple:
        return _reader_of_tuple(get_args(wanted)[0])
    if get_origin(wanted) is types.UnionType:
        inner = _reader_of(next(one for one in get_args(wanted) if one is not type(None)))
        return lambda value: None if value is None else inner(value)
    return _reader_of_plain(wanted)


def _reader_of_plain(wanted: Any) -> Any:  # noqa: ANN401 - as above
    def read(value: Any) -> Any:  # noqa: ANN401 - as above
        if type(value) is not wanted:
            raise DocumentRefused(f"{value!r:.40} where a {wanted.__name__} belongs")
        return value

    return read


def _reader_of_tuple(inner_type: Any) -> Any:  # noqa: ANN401 - as above
    inner = _reader_of(inner_type)

    def read(value: Any) -> Any:  # noqa: ANN401 - as above
        if type(value) is not list:
            raise DocumentRefused(f"{value!r:.40} where a list belongs")
        return tuple([inner(one) for one in value])

    return read


def _reader_of_class(kind: Any) -> Any:  # noqa: ANN401 - as above
    hints = get_type_hints(kind)
    members = {one.name: _reader_of(hints[one.name]) for one in dataclasses.fields(kind)}

    def read(value: Any) -> Any:  # noqa: ANN401 - as above
        if type(value) is not dict:
            raise DocumentRefused(f"{value!r:.40} where a {kind.__name__} belongs")
        try:
            return kind(**{name: inner(value[name]) for name, inner in members.items() if name in value})
        except TypeError as error:
            raise DocumentRefused(f"a {kind.__name__} without all its members") from error

    return read
