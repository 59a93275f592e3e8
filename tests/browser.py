"""A real browser without a window, spoken to by the DevTools protocol on a loopback port of its own."""

import asyncio
import contextlib
import functools
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-breakpad"),
    *("--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND"),  # nothing beyond this machine is reached
    *("--remote-debugging-port=0", "about:blank"),
)
_PATIENCE = 120  # seconds for all that is asked of a browser: longer is not slow, it hangs


@functools.cache
def installed() -> str | None:
    """Return the first of `NAMES` that is a browser, and no note that one must be installed first; None if none."""
    for path in filter(None, map(shutil.which, NAMES)):
        asked = subprocess.run([path, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if asked.returncode == 0 and "Chrom" in asked.stdout:
            return path
    return None


class Tab:
    """A tab, and all it has told since its page was opened."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._session, self._last = socket, {}, 0
        self.events: list[dict] = []

    async def call(self, method: str, **params) -> dict:
        """Return the result of a command; raise `RuntimeError` where the browser refuses it."""
        self._last += 1
        await self._socket.send_json({"id": self._last, "method": method, "params": params} | self._session)
        while (message := await self._socket.receive_json()).get("id") != self._last:
            self.events.append(message)
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']['message']}")
        return message["result"]

    async def attach(self) -> None:
        """Make the tab, and have it tell what goes wrong and what it asks for."""
        made = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call("Target.attachToTarget", targetId=made["targetId"], flatten=True)
        self._session = {"sessionId": attached["sessionId"]}
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.call(f"{domain}.enable")

    async def open(self, page: Path, width: int, height: int) -> None:
        """Open a page on a screen of a telephone's kind, in CSS pixels; return when it is loaded, pictures and all."""
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": True}
        await self.call("Emulation.setDeviceMetricsOverride", **screen)
        self.events.clear()
        await self.call("Page.navigate", url=page.resolve().as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(await self._socket.receive_json())

    async def value(self, expression: str) -> object:
        """Return what a JavaScript expression comes to on the page; raise `RuntimeError` where it throws."""
        found = await self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise RuntimeError(f"{expression}: {found['exceptionDetails']['text']}")
        return found["result"].get("value")

    @property
    def requests(self) -> list[str]:
        """Return the addresses that were asked for, the page's own among them."""
        return [params["request"]["url"] for params in self._told("Network.requestWillBeSent")]

    @property
    def complaints(self) -> list[str]:
        """Return errors and warnings of the console, exceptions, and requests that failed."""
        said = [params["entry"]["text"] for params in self._told("Log.entryAdded")]
        said += [params["exceptionDetails"]["text"] for params in self._told("Runtime.exceptionThrown")]
        said += [f"console.{params['type']}" for params in self._told("Runtime.consoleAPICalled")]
        return said + [params["errorText"] for params in self._told("Network.loadingFailed")]

    def _told(self, method: str) -> list[dict]:
        return [event["params"] for event in self.events if event["method"] == method]


@contextlib.asynccontextmanager
async def tab(folder: Path) -> AsyncIterator[Tab]:
    """Yield a tab of a browser that keeps all it has in ``folder``, an empty one, and is gone afterwards."""
    command = [installed(), f"--user-data-dir={folder}", *_FLAGS]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    async with asyncio.timeout(_PATIENCE):
        process = await asyncio.create_subprocess_exec(*command, **quiet, env=os.environ | {"HOME": str(folder)})
        try:
            address = await _address(folder, process)
            async with aiohttp.ClientSession() as session, session.ws_connect(address, max_msg_size=0) as socket:
                made = Tab(socket)
                await made.attach()
                yield made
                made._session = {}
                await made.call("Browser.close")
                await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            while processes(folder):  # the browser's own, which end when they notice that it has
                await asyncio.sleep(0.05)


async def _address(folder: Path, process: asyncio.subprocess.Process) -> str:
    """Return where the browser listens, when it does."""
    told = folder / "DevToolsActivePort"
    while not (told.exists() and len(lines := told.read_text().split()) == 2):
        if process.returncode is not None:
            raise RuntimeError(f"the browser ended with exit status {process.returncode}")
        await asyncio.sleep(0.05)
    return f"ws://127.0.0.1:{lines[0]}{lines[1]}"


def processes(folder: Path) -> list[int]:
    """Return the ids of the processes, of any kind, of the browser whose home is ``folder``, as Linux tells them."""
    found, mark = [], f"HOME={folder}".encode()
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):  # it ended meanwhile, or is another user's
            if mark in environment.read_bytes().split(b"\0"):
                found.append(int(environment.parent.name))
    return found
