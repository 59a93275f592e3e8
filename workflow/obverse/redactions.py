"""Secrets taken out of what a server said, before it is shown: some echo what they were sent."""

import re
from collections.abc import Iterable

_INSTEAD = "***"


def redacted(text: str, secrets: Iterable[str]) -> str:
    r"""Return ``text`` without any of ``secrets``, in any case, and escaped too (``\/``, ``\u003d``, ``%3D``).

    To be cut only afterwards: half a secret is not found.
    """
    longest_first = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
    for secret in longest_first:
        text = re.sub("".join(map(_spellings, secret)), _INSTEAD, text, flags=re.IGNORECASE)
    return text


def _spellings(letter: str) -> str:
    in_utf8 = "".join(f"%{byte:02x}" for byte in letter.encode(errors="surrogateescape"))
    return rf"(?:\\*{re.escape(letter)}|\\+u{ord(letter):04x}|%{ord(letter):02x}|{in_utf8})"
