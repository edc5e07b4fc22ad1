"""Headless Chromium over its DevTools protocol: launch, open a page, look, evaluate, press keys, see what it asks for.

The WebSocket under it is written here, a few lines of RFC 6455 for one peer on loopback: text frames, masked, whole.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from tests.independent.nfc_tools import missing

WAIT_S = 30.0
POLL_S = 0.05
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_KEYS = {"Enter": 13, "Escape": 27, "Tab": 9, "ArrowUp": 38, "ArrowDown": 40, "ArrowLeft": 37, "ArrowRight": 39}
_KEYS |= {f"F{number}": 111 + number for number in range(1, 13)}


def require_chromium() -> str:
    """The path of Chromium; without one skip, or fail where independent tools are required."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), "")
    if not found:
        missing("chromium is not on PATH")
    return found


class _Socket:
    """A WebSocket client."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._line = socket.create_connection((parts.hostname or "", parts.port or 80), WAIT_S)
        key = base64.b64encode(os.urandom(16)).decode()
        self._line.sendall(
            f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._bytes = b""
        while b"\r\n\r\n" not in self._bytes:
            self._more()
        answer, _, self._bytes = self._bytes.partition(b"\r\n\r\n")
        assert b" 101 " in answer.partition(b"\r\n")[0], answer

    def _more(self) -> None:
        data = self._line.recv(1 << 16)
        if not data:
            raise ConnectionError("Chromium hung up")
        self._bytes += data

    def _take(self, count: int) -> bytes:
        while len(self._bytes) < count:
            self._more()
        taken, self._bytes = self._bytes[:count], self._bytes[count:]
        return taken

    def send(self, text: str, kind: int = _TEXT) -> None:
        """Send one frame."""
        data, mask = text.encode(), os.urandom(4)
        size = len(data)
        head = bytes([0x80 | kind])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 1 << 16:
            head += bytes([0x80 | 126]) + struct.pack(">H", size)
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", size)
        self._line.sendall(head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(data)))

    def receive(self, timeout_s: float) -> str:
        """The next whole text. Raises `TimeoutError`."""
        text = b""
        while True:
            self._line.settimeout(timeout_s if not self._bytes else WAIT_S)
            first, second = self._take(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack(">H", self._take(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self._take(8))[0]
            data = self._take(size)
            kind = first & 0x0F
            if kind == _PING:
                self.send(data.decode(), _PONG)
            elif kind == _CLOSE:
                raise ConnectionError("Chromium closed the page")
            elif kind != _PONG:
                text += data
                if first & 0x80:
                    return text.decode()

    def close(self) -> None:
        """Hang up."""
        self._line.close()


class Page:
    """One page. `requests`: the address of everything it asked for; `errors`: what it threw or was forbidden."""

    def __init__(self, url: str) -> None:
        self._socket = _Socket(url)
        self._number = 0
        self._loaded = 0
        self.requests: list[str] = []
        self.errors: list[str] = []
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **given: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": given}))
        while True:
            told = json.loads(self._socket.receive(WAIT_S))
            if told.get("id") == self._number:
                assert "error" not in told, told
                result: dict[str, Any] = told["result"]
                return result
            self._note(told)

    def _note(self, told: dict[str, Any]) -> None:
        given = told.get("params", {})
        match told.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(given["request"]["url"])
            case "Runtime.exceptionThrown":
                self.errors.append(str(given["exceptionDetails"]))
            case "Log.entryAdded" if given["entry"]["source"] in {"security", "javascript", "violation"}:
                self.errors.append(given["entry"]["text"])
            case "Page.loadEventFired":
                self._loaded += 1

    def navigate(self, url: str) -> None:
        """Open an address and wait until it is loaded."""
        before = self._loaded
        self.call("Page.navigate", url=url)
        until(lambda: self.evaluate("1") and self._loaded > before)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression; of a promise what it comes to."""
        told = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def until(self, expression: str, wait_s: float = WAIT_S) -> Any:
        """Wait until an expression is true; return it."""
        return until(lambda: self.evaluate(expression), wait_s)

    def set_size(self, width: int, height: int) -> None:
        """Make the page so large, in CSS pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def set_media(self, **features: str) -> None:
        """Emulate media features: `prefers_reduced_motion="reduce"`."""
        told = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.call("Emulation.setEmulatedMedia", features=told)

    def set_transparent(self) -> None:
        """Let what the page does not paint be transparent in pictures."""
        self.call("Emulation.setDefaultBackgroundColorOverride", color={"r": 0, "g": 0, "b": 0, "a": 0})

    def screenshot(self, path: Path) -> bytes:
        """A picture of what is seen, as PNG, also written to `path`."""
        data = base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])
        path.write_bytes(data)
        return data

    def press(self, key: str, **modifiers: bool) -> None:
        """Press and release a key: a letter, or a name such as `F5`. `modifiers`: alt, ctrl, meta, shift."""
        bits = sum(bit for name, bit in (("alt", 1), ("ctrl", 2), ("meta", 4), ("shift", 8)) if modifiers.get(name))
        code = _KEYS.get(key, ord(key[0].upper()))
        told = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": bits}
        text = {"text": key} if len(key) == 1 and not bits else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", **told, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **told)

    def close(self) -> None:
        """Leave it."""
        self._socket.close()


class Chromium:
    """A running browser."""

    def __init__(self, port: int) -> None:
        self._port = port

    def open(self) -> Page:
        """An empty page of its own."""
        self._ask("version")
        with urlopen(self._address("new?about:blank", "PUT"), timeout=WAIT_S) as answer:  # noqa: S310 - loopback
            return Page(json.load(answer)["webSocketDebuggerUrl"])

    def _ask(self, what: str) -> Any:
        with urlopen(f"http://127.0.0.1:{self._port}/json/{what}", timeout=WAIT_S) as answer:
            return json.load(answer)

    def _address(self, what: str, method: str) -> Any:
        from urllib.request import Request  # noqa: PLC0415 - the one request that is no GET

        return Request(f"http://127.0.0.1:{self._port}/json/{what}", method=method)


def until(wanted: Callable[[], Any], wait_s: float = WAIT_S) -> Any:
    """Ask again until the answer is true. Fails after `wait_s`."""
    deadline_s = time.monotonic() + wait_s
    while True:
        found = wanted()
        if found:
            return found
        assert time.monotonic() < deadline_s, "it did not become true in time"
        time.sleep(POLL_S)


@contextmanager
def run_chromium(directory: Path) -> Iterator[Chromium]:
    """Run a browser with a new profile in `directory`, on a port that it chooses itself."""
    program = require_chromium()
    profile = directory / "profile"
    arguments = [
        "--headless=new", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--no-default-browser-check", "--hide-scrollbars",
        "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank",
    ]  # fmt: skip
    if os.geteuid() == 0:
        arguments.insert(0, "--no-sandbox")  # Chromium refuses to run as root with it
    process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    said = profile / "DevToolsActivePort"
    try:
        port = until(lambda: said.exists() and said.read_text().partition("\n")[0])
        yield Chromium(int(port))
    finally:
        process.terminate()
        try:
            process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(WAIT_S)
