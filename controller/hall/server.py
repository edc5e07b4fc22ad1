"""The application behind the hall's page: the page, its files, its stream of events. Starlette's door.

Nothing can be sent to it: every route answers GET alone and takes no parameter. Every answer forbids the page to load
from anywhere else, and a request for a host that is not one of ours is refused, so that no name of another site can be
turned to this machine.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from controller.fallback.markup import Markup, element, joined
from controller.hall import wording
from controller.hall.board import Board
from controller.hall.scene import Said
from controller.hall.sizes import Sizes, style_of
from controller.hall.tongues import Tongues

STATIC: Final = Path(__file__).parent / "static"
FILES: Final = {
    "hall.css": "text/css",
    "overlay.css": "text/css",
    "draw.js": "text/javascript",
    "hall.js": "text/javascript",
}
PAGES_MAX: Final = 250
Endpoint = Callable[[Request], Awaitable[Response]]
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_HOST: Final = re.compile(r"(\[[0-9a-f:]+\]|[^:]+)(?::[0-9]{1,5})?")
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})


def version_of_files(sizes: Sizes) -> str:
    """Changes with the page's files, so that a page that is older loads itself again."""
    digest = sha256(style_of(sizes).encode())
    for name in ("hall.html", *FILES):
        digest.update((STATIC / name).read_bytes())
    return digest.hexdigest()[:16]


def make_app(board: Board, tongues: Tongues, sizes: Sizes, hosts: frozenset[str] = LOOPBACK) -> ASGIApp:
    """The application. `hosts`: the names that a request may ask for, without a port."""
    files = {name: ((STATIC / name).read_bytes(), kind) for name, kind in FILES.items()}
    files["sizes.css"] = (style_of(sizes).encode(), "text/css")

    async def page(_request: Request) -> Response:
        return Response(_page(tongues, "hall"), media_type="text/html")

    async def overlay(_request: Request) -> Response:
        return Response(_page(tongues, "overlay"), media_type="text/html")

    async def events(_request: Request) -> Response:
        if board.pages >= PAGES_MAX:
            return PlainTextResponse("too many screens\n", status_code=503)

        async def stream() -> AsyncIterator[bytes]:
            async with aclosing(board.events()) as told:
                async for event in told:
                    yield event

        # A proxy that gathers what it passes on would hold an event back until the next ones.
        return StreamingResponse(stream(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    async def health(_request: Request) -> Response:
        told = {"lost": board.lost, "sequence": board.sequence, "pages": board.pages}
        return JSONResponse(told, status_code=503 if board.lost else 200)

    async def no_icon(_request: Request) -> Response:
        return Response(status_code=204)

    routes = [Route("/", page), Route("/favicon.ico", no_icon)]
    routes += [Route("/overlay", overlay), Route("/events", events), Route("/health", health)]
    routes += [Route(f"/static/{name}", _file(data, kind)) for name, (data, kind) in files.items()]
    return _Guard(Starlette(routes=routes), hosts)


def _file(data: bytes, kind: str) -> Endpoint:
    async def answer(_request: Request) -> Response:
        return Response(data, media_type=kind)

    return answer


def _page(tongues: Tongues, kind: str) -> str:
    """The page with the words that it must have before it hears anything. `kind`: `hall` or `overlay`."""
    texts = {
        "language": tongues.languages[0],
        "kind": kind,
        "title": tongues.say(wording.page_title)[0].text,
        "cover": _paragraphs(tongues.say(wording.no_link)),
        "notice": _paragraphs(tongues.say(wording.no_link_notice)),
        "test": _paragraphs(tongues.say(wording.test_word)),
    }
    page = (STATIC / "hall.html").read_text(encoding="utf-8")
    for name, text in texts.items():
        page = page.replace(f"@{name}@", joined([text]))
    return page


def _paragraphs(said: Said) -> Markup:
    return joined([element("span", phrase.text, lang=phrase.lang) for phrase in said])


class _Guard:
    """Around the application: refuses foreign hosts, and puts `HEADERS` on every answer."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        app = self._app if host_of(dict(scope["headers"]).get(b"host", b"")) in self._hosts else _FOREIGN
        await app(scope, receive, send_with_headers)


_FOREIGN: Final = PlainTextResponse("this screen does not answer to that host\n", status_code=421)


def host_of(header: bytes) -> str:
    """The name in a `Host` header, without its port, in lower case; "" of what is no name."""
    found = _HOST.fullmatch(header.decode("latin-1").lower())
    return found[1] if found is not None else ""
