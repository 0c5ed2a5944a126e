"""Headless Chromium over its debugging pipe: what a page asks for, says and looks like.

Two pipes and JSON between NUL bytes, so that no package is needed beside the browser.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
LINE = "sudo apt-get install chromium"


def program() -> str:
    """The browser's path.

    Raises:
        AssertionError: there is none; says what to type.
    """
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise AssertionError(f"The page is to be looked at in Chromium. Type: {LINE}")


@dataclass
class Browser:
    """A browser with one page.

    Attributes:
        asked: addresses that the page asked for.
        said: what stood on its console, errors of the page among it.
    """

    into: int
    out: int
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    _session: str = ""
    _number: int = 0
    _rest: bytes = b""

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """The answer to a command of the DevTools protocol."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self.into, json.dumps(message).encode() + b"\0")
        while True:
            got = self._next()
            if got.get("id") == self._number:
                assert "error" not in got, got
                return dict(got["result"])
            self._note(got)

    def open(self, path: Path) -> None:
        """Open a file in a page of its own, and wait until it stands."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.send(f"{domain}.enable")
        self.send("Page.navigate", url=path.as_uri())
        while self.value("document.readyState") != "complete":
            pass

    def look(self, *, width: int, dark: bool = False, printed: bool = False) -> None:
        """Give the page a width, a scheme of colours, a medium."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=False,
        )
        self.send(
            "Emulation.setEmulatedMedia",
            media="print" if printed else "",
            features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}],
        )

    def value(self, expression: str) -> Any:
        """The value of an expression on the page; of a promise, what it promises."""
        found = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        return found["result"].get("value")

    def picture(self, path: Path) -> None:
        """The whole page as a PNG file."""
        shot = self.send("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            block = os.read(self.out, 1 << 20)
            assert block, "the browser has ended"
            self._rest += block
        message, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(message))

    def _note(self, event: dict[str, Any]) -> None:
        params = event.get("params", {})
        match event.get("method"):
            case "Network.requestWillBeSent":
                self.asked.append(params["request"]["url"])
            case "Runtime.consoleAPICalled":
                self.said.append(str(params["args"]))
            case "Runtime.exceptionThrown":
                self.said.append(str(params["exceptionDetails"]))
            case "Log.entryAdded":
                self.said.append(params["entry"]["text"])


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """A browser that knows nobody and stores nothing."""
    into_read, into_write = os.pipe()
    out_read, out_write = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        # The browser reads from 3 and writes to 4.
        command = [
            *("bash", "-c", f'exec "$0" "$@" 3<&{into_read} 4>&{out_write}', program()),
            *("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"),
            *("--no-first-run", "--disable-background-networking", f"--user-data-dir={folder}"),
            *("--disable-dev-shm-usage", "--hide-scrollbars"),
        ]
        process = subprocess.Popen(
            command,
            pass_fds=(into_read, out_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in (into_read, out_write):
            os.close(end)
        try:
            yield Browser(into_write, out_read)
        finally:
            process.terminate()
            process.wait(30)
            for end in (into_write, out_read):
                os.close(end)
