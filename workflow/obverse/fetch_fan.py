"""Provide the official weights of FAN: fetched once, or taken from a file of yours; either way the ones meant."""

import http.client
import re
import urllib.request
from pathlib import Path
from typing import BinaryIO

from obverse import cli, files, stamps, transfers
from obverse.errors import UnusableInput

_DIGEST = re.compile(r"-([0-9a-f]{10,64})\.")  # how PyTorch's hub names weights: name-digest.suffix
_LARGEST = 512 * 2**20  # bytes; the official file has 96 million
_BLOCK = 2**20


def fetch_fan(*, source: str, digest: str, timeout_seconds: int, weights: Path) -> None:
    """Copy ``source``, an https address or a path, to ``weights``, provided its sha256 begins with ``digest``.

    An empty ``digest`` stands for the first digits of it that the file's name carries. Raises `UnusableInput` when the
    file cannot be had, is another one, or has no digest to compare.
    """
    named = _DIGEST.search(source.rpartition("/")[2])
    expected = digest or (named[1] if named else "")
    if not expected:
        raise UnusableInput(source, "expected a sha256, found none in config nor in the name", "Set poses.sha256.")
    with files.replacing(weights) as temporary:
        try:
            with _opened(source, timeout_seconds) as stream, temporary.open("wb") as copy:
                _copy(stream, copy, source)
        except (OSError, ValueError, http.client.HTTPException) as error:  # URLError is an OSError
            raise UnusableInput(source, f"expected the weights of FAN, got none ({error})", _REMEDY) from error
        found = stamps.digest(temporary)
        if not found.startswith(expected):
            raise UnusableInput(source, f"expected sha256 {expected}, found {found}", _REMEDY)


def _opened(source: str, timeout_seconds: int) -> BinaryIO:
    if source.startswith(("https://", "http://")):
        request = urllib.request.Request(source, headers={"User-Agent": transfers.user_agent("")})
        return urllib.request.urlopen(request, timeout=timeout_seconds)
    return Path(source).open("rb")


def _copy(stream: BinaryIO, copy: BinaryIO, source: str) -> None:
    while block := stream.read(_BLOCK):
        copy.write(block)
        if copy.tell() > _LARGEST:
            raise UnusableInput(source, f"expected at most {_LARGEST:,} bytes, found more", _REMEDY)


_REMEDY = (
    "Download https://www.adrianbulat.com/downloads/python-fan/2DFAN4-11f355bf06.pth.tar by other means and name the "
    "file in poses.weights, or choose poses.network: small."
)


if __name__ == "__main__":
    cli.run(fetch_fan)
