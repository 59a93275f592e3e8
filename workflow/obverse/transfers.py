"""One large published file fetched from one address, going on where a broken transfer stopped.

Nothing that arrives is believed: who calls compares the sha256. So this module cannot change a result.
"""

import asyncio
import errno
import glob
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import aiohttp
import gdown

CONNECT_SECONDS, STALL_SECONDS, ATTEMPTS = 8.0, 30.0, 3
_PAUSE = 1 / 30  # of STALL_SECONDS, before the second attempt; twice that before the third
_BLOCK = 65_536  # at least this much must come in STALL_SECONDS: a server that drips is one that stands still
_HTML = (b"<!doctype html", b"<html")

Report = Callable[[int], None]  # how many bytes more are there


class Failed(Exception):
    """An address did not give the file; the text says why."""


class _Broken(Failed):
    """It may do better when asked again."""


def from_mirror(url: str, length: int, target: Path, report: Report, stall_seconds: float = STALL_SECONDS) -> None:
    """Append to ``target`` what it lacks of the ``length`` bytes at ``url``; raise `Failed`.

    What has arrived stays in ``target`` when the transfer breaks, and is not asked for again where the server can send
    a part. Redirects are not followed: the address that was committed is the one that is asked.
    """
    asyncio.run(_persist(url, length, target, report, stall_seconds))


async def _persist(url: str, length: int, target: Path, report: Report, stall_seconds: float) -> None:
    if _size(target) > length:
        target.unlink()
    report(_size(target))
    async with aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS),
        headers={"User-Agent": user_agent(""), "Accept-Encoding": "identity"},
        auto_decompress=False,
        trust_env=True,  # many institutes reach the web through a proxy alone
    ) as session:
        for attempt in range(ATTEMPTS):
            await asyncio.sleep(attempt * stall_seconds * _PAUSE)
            try:
                return await _get(session, url, length, target, report, stall_seconds)
            except _Broken as error:
                problem = str(error)
            except aiohttp.ConnectionTimeoutError as error:
                raise Failed(f"no connection within {CONNECT_SECONDS:g} s") from error
            except TimeoutError:
                problem = f"sent less than {_BLOCK:,} bytes in {stall_seconds:g} s"
            except (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, ConnectionResetError):
                problem = f"broke off after {_size(target):,} of {length:,} bytes"
            except aiohttp.ClientError as error:
                raise Failed(str(error) or type(error).__name__) from error
    raise Failed(f"{problem}, {ATTEMPTS} times")


async def _get(
    session: aiohttp.ClientSession, url: str, length: int, target: Path, report: Report, stall_seconds: float
) -> None:
    have = _size(target)
    if have == length:
        return
    part = {"Range": f"bytes={have}-"} if have else {}
    async with asyncio.timeout(CONNECT_SECONDS + stall_seconds):
        response = await session.get(url, headers=part, allow_redirects=False)
    async with response:
        resumed = response.status == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        if response.status != 200 and not resumed:
            kind = _Broken if response.status >= 500 else Failed
            raise kind(f"answered {response.status} {response.reason}")
        start = have if resumed else 0
        if response.content_length not in (None, length - start):
            raise Failed(f"announced {start + response.content_length:,} bytes where there should be {length:,}")
        report(start - have)
        have = start
        with target.open("ab" if resumed else "wb") as stream:
            while block := await _block(response.content, stall_seconds):
                if have == 0 and block.lstrip()[:15].lower().startswith(_HTML):
                    raise Failed("answered with a web page")
                have += len(block)
                if have > length:
                    target.unlink()
                    raise Failed(f"sent more than the {length:,} bytes there should be")
                stream.write(block)
                report(len(block))
    if have < length:
        raise _Broken(f"sent {have:,} bytes where there should be {length:,}")


async def _block(content: aiohttp.StreamReader, stall_seconds: float) -> bytes:
    async with asyncio.timeout(stall_seconds):
        try:
            return await content.readexactly(_BLOCK)
        except asyncio.IncompleteReadError as end:
            return end.partial


def from_drive(key: str, length: int, target: Path, report: Report, stall_seconds: float = STALL_SECONDS) -> None:
    """Fetch the file of Google Drive's that has the id ``key`` to ``target``; raise `Failed`, in plain words."""
    known = 0

    def advance(done: int, total: int | None) -> None:
        nonlocal known
        if done > length or total not in (None, length):
            raise Failed(f"sent {total or done:,} bytes where there should be {length:,}")
        report(done - known)
        known = done

    try:
        gdown.download(
            id=key,
            output=str(target),
            quiet=True,
            use_cookies=False,
            resume=True,
            user_agent=user_agent(""),
            progress=advance,
            timeout=(CONNECT_SECONDS, stall_seconds),
            retries=ATTEMPTS - 1,
        )
    except Failed:
        for leftover in target.parent.glob(f"{glob.escape(target.name)}*.part"):
            leftover.unlink()  # of another file: nothing to go on from
        raise
    except (gdown.exceptions.DownloadError, OSError, KeyError) as error:  # requests' errors are OSErrors
        if getattr(error, "errno", None) == errno.ENOSPC:
            raise
        said = " ".join(str(error).split())
        if "many users have" in said or "many accesses" in said or "uota" in said:
            said = f"its quota of downloads is spent, or it is no longer public ({said[:300]})"
        raise Failed(said[:500] or type(error).__name__) from error


def user_agent(contact: str) -> str:
    """Return who asks, why, and where to complain if ``contact`` says so."""
    try:
        name = f"Obverse/{metadata.version('obverse')}"
    except metadata.PackageNotFoundError:  # run from a checkout that is not installed
        name = "Obverse"
    return f"{name} (fetches a research data set once{f'; {contact}' if contact else ''})"


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
