"""A scene as server-sent events, and nothing else of them. Pure.

Each message is one event of one `data` line of JSON, which has no line break in it:

hello   once, first: `version` of the page's files; `retry` tells the browser to come back after a second
scene   `now` (Unix ms of the controller's clock), `lost` (1: the controller is not heard), `sequence`, `scene`
beat    the same without the scene, every second

Source: the HTML standard, section 9.2, server-sent events.
"""

import json
from typing import Final

from controller.desk.codec import write_document
from controller.hall.scene import HallScene

RETRY_MS: Final = 1_000
BEAT_S: Final = 1.0
LOST_S: Final = 3.0
"""A controller beats once a second; three beats that are missing are no accident."""


def scene_bytes(scene: HallScene | None) -> bytes:
    """The JSON of a scene, made once for all pages; `null` while there is none."""
    return b"null" if scene is None else write_document(scene)


def hello(version: str) -> bytes:
    """The first event of a stream."""
    return b"retry: %d\nevent: hello\ndata: %s\n\n" % (RETRY_MS, json.dumps({"version": version}).encode())


def scene_event(scene: bytes, sequence: str, now_ms: int, *, lost: bool) -> bytes:
    """A scene, whole: a page that joins now knows as much as one that was always here."""
    told = b'{"now":%d,"lost":%d,"sequence":"%s","scene":%s}' % (now_ms, lost, sequence.encode(), scene)
    return b"id: %s\nevent: scene\ndata: %s\n\n" % (sequence.encode(), told)


def beat(sequence: str, now_ms: int, *, lost: bool) -> bytes:
    """A sign of life."""
    return b'event: beat\ndata: {"now":%d,"lost":%d,"sequence":"%s"}\n\n' % (now_ms, lost, sequence.encode())
