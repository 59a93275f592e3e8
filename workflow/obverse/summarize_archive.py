"""Write the page about an archive: what is in it, what is withheld, what made it, and how to check it."""

from pathlib import Path

from obverse import cli, files
from obverse.archive import page, summary


def summarize_archive(*, archive: Path, html: Path) -> None:
    """Write the page; raise `UnusableInput` where ``archive`` is none that `pack_archive` wrote."""
    files.write_bytes(html, page.render(archive.name, summary.read(archive)).encode())


if __name__ == "__main__":
    cli.run(summarize_archive)
