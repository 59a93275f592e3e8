"""What of an archive was made of what: the jobs and files behind a target."""

import posixpath
from collections import defaultdict
from collections.abc import Iterable

from obverse.archive.manifest import Link, Manifest
from obverse.past import walks


class Graph:
    """The jobs of a manifest, and the files between them; a folder stands for the files that are listed below it."""

    def __init__(self, manifest: Manifest) -> None:
        self._files = manifest.files
        self._below: dict[str, list[str]] = defaultdict(list)
        for name in manifest.files:
            above = posixpath.dirname(name)
            while above.strip("/"):
                self._below[above].append(name)
                above = posixpath.dirname(above)
        self._makers = {file: link for link in manifest.links for file in self.files(link.outputs)}

    def files(self, names: Iterable[str]) -> list[str]:
        """Return the files that ``names`` mean; one that is not listed stands for itself."""
        found = []
        for name in names:
            found += [name] if name in self._files else self._below.get(name, [name])
        return found

    def maker(self, file: str) -> Link | None:
        """Return the job that made ``file``, None where none did."""
        return self._makers.get(file)

    def behind(self, targets: Iterable[str]) -> tuple[list[Link], list[str]]:
        """Return the jobs that ``targets`` come from, and those files and all that these made or read."""
        links, names = walks.behind(
            self.files(targets), self._makers, lambda link: self.files([*link.outputs, *link.inputs])
        )
        return list(links), sorted(names)
