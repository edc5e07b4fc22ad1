"""A broker's address as settings write it: `embedded://host:port`, `mqtt://host:port`, `mqtts://host:port`; pure."""

from typing import Final, NamedTuple, Self
from urllib.parse import urlsplit

PORT_MAX: Final = 65_535
_DEFAULT_PORTS: Final = {"embedded": None, "mqtt": 1883, "mqtts": 8883}
_ANY_ADDRESS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, never listened on


class BrokerAddress(NamedTuple):
    """A scheme, a host (an IPv6 address without brackets) and a port; with an embedded broker 0 is any free one."""

    scheme: str
    host: str
    port: int

    @classmethod
    def read(cls, url: str) -> Self | None:
        """Read an address; None for any other form. An embedded broker must say its port."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return None
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.username is not None:
            return None
        port = _DEFAULT_PORTS[parts.scheme] if port is None else port
        rest = parts.path.rstrip("/") + parts.query + parts.fragment
        if rest or port is None or (port == 0 and parts.scheme != "embedded"):
            return None
        return cls(parts.scheme, parts.hostname, port)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    def to_connect(self) -> "BrokerAddress":
        """Where a client of this broker connects; one that listens on every address is met on this machine."""
        if self.scheme != "embedded":
            return self
        return BrokerAddress("mqtt", _ANY_ADDRESS.get(self.host, self.host), self.port)
