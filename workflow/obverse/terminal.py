"""What a terminal is given to print, of texts that others wrote."""


def escaped(text: str) -> str:
    """Return ``text`` with what a terminal would not print, or would obey, spelled out."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def escaped_lines(text: str) -> str:
    """Return the same of a text of several lines."""
    return "\n".join(map(escaped, text.split("\n")))
