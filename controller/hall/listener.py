"""The HTTP server under the hall's page: binds, serves, ends. uvicorn's door.

A page listens for ever, so an ending server waits for it two seconds and then hangs up. Signals are the command's, not
uvicorn's: it would raise them again after its end.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn

from protocol.errors import ChamberError

END_S: Final = 2
BACKLOG: Final = 256


class AddressRefused(ChamberError):
    """Somebody else listens there, or this machine has no such address."""

    code = "installation"


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


class Listener:
    """An HTTP server for `app`. Made, it is bound; `run` serves until `stop`."""

    def __init__(self, app: Any, host: str, port: int) -> None:  # noqa: ANN401 - an ASGI application
        """Raises `AddressRefused`. Port 0 is any free one."""
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            self._socket = socket.create_server((host, port), family=family, backlog=BACKLOG)
        except OSError as error:
            raise AddressRefused(f"{host} port {port}: {error.strerror or error}") from error
        self.port: int = self._socket.getsockname()[1]
        self._server = _Server(
            uvicorn.Config(
                app, http="h11", ws="none", lifespan="off", log_config=None, access_log=False, server_header=False,
                timeout_graceful_shutdown=END_S,
            )
        )  # fmt: skip

    async def run(self) -> None:
        """Serve."""
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            self._socket.close()

    def stop(self) -> None:
        """Take no more requests, and end."""
        self._server.should_exit = True
