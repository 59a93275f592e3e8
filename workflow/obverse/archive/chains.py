"""The chain behind each target of an archive: whether every job says what its neighbours, and the files, say."""

import posixpath
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from obverse.archive import codes, places, testimony
from obverse.archive.checks import Checked
from obverse.archive.contents import Archive
from obverse.archive.graph import Graph
from obverse.archive.layout import CODE, RESULTS
from obverse.archive.manifest import Link
from obverse.past.notes import Note
from obverse.past.runs import Run

# Snakemake's, in a folder that is an output: no job writes it.
_STAMP = ".snakemake_timestamp"


@dataclass(frozen=True, order=True)
class Break:
    """Two that disagree, in words, and the ``results`` that therefore are not what is told of them."""

    words: str
    results: tuple[str, ...]


@dataclass(frozen=True)
class Chain:
    """What is wrong behind a target, in words: ``broken``, two that disagree; ``unrecorded``, none that says it.

    ``stale`` are the results that what is broken concerns; of what is gone, or was changed in the archive, none.
    """

    target: str
    jobs: int
    broken: tuple[str, ...]
    unrecorded: tuple[str, ...]
    stale: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Return whether every link holds."""
        return not (self.broken or self.unrecorded)


def chains(archive: Archive, checked: Checked) -> list[Chain]:
    """Return the chain behind each target of the manifest, from the target back to what no job made."""
    weighing = _Weighing(archive, checked)
    return [weighing.chain(target) for target in archive.manifest.targets]


class _Weighing:
    """What was said of each job and file, found once for all targets."""

    def __init__(self, archive: Archive, checked: Checked) -> None:
        self._archive, self._files = archive, archive.manifest.files
        self._bad = {**checked.changed, **checked.missing, **checked.absent}
        self._code = codes.Codes(archive)
        self._graph = Graph(archive.manifest)
        self._verdicts: dict[Link, tuple[list[Break], list[str]]] = {}

    def chain(self, target: str) -> Chain:
        """Return the chain behind one target."""
        links, names = self._graph.behind([target])
        words = {f"{name}: {self._bad[name]}" for name in names if name in self._bad}
        words |= {
            f"{name}: it is behind this, and the manifest does not list it" for name in names if name not in self._files
        }
        made = [name for name in names if name.startswith(f"{RESULTS}/")]
        unrecorded = [f"{name}: by no job of the manifest" for name in made if self._graph.maker(name) is None]
        broken: set[Break] = set()
        for link in links:
            broken.update(self._verdict(link)[0])
            unrecorded += self._verdict(link)[1]
        words |= {each.words for each in broken}
        stale = {result for each in broken for result in each.results}
        return Chain(target, len(links), *(tuple(sorted(found)) for found in (words, set(unrecorded), stale)))

    def _verdict(self, link: Link) -> tuple[list[Break], list[str]]:
        if link not in self._verdicts:
            run = testimony.run(self._archive, link)
            noted = {output: testimony.noted(self._archive, output) for output in link.outputs}
            notes = {name: testimony.note(self._archive, name) for name in sorted(set(noted.values()))}
            other = [Break(words, link.outputs) for words in self._code.problems(link)]
            found = [(other, []), self._of_run(link, run), self._of_notes(link, noted, notes)]
            unread = self._unread(link, run, [note for note in notes.values() if note])
            self._verdicts[link] = (
                [problem for broken, _ in found for problem in broken],
                [problem for _, unrecorded in found for problem in unrecorded] + unread,
            )
        return self._verdicts[link]

    def _of_run(self, link: Link, run: Run | None) -> tuple[list[Break], list[str]]:
        """Hold a job's own record against the manifest: its command, its code, what it wrote, what it read."""
        outputs = [name for name in self._graph.files(link.outputs) if posixpath.basename(name) != _STAMP]
        if run is None:
            return [], [f"{name}: its job ({link.rule}) has no record that ended well" for name in outputs]
        broken, unrecorded = [], []
        if not link.record.endswith(f"/{run.stage}/{run.key}.jsonl") or not _is_in(run, link.shellcmd):
            words = f"{link.record}: it is of another command than Snakemake gave for {link.rule}"
            broken.append(Break(words, link.outputs))
        broken += [Break(words, link.outputs) for words in codes.loaded_otherwise(link, run)]
        for name in outputs:
            if name not in run.outputs:
                unrecorded.append(f"{name}: its job ({link.rule}) recorded nothing of it")
            elif self._differs(name, run.outputs[name]):
                broken.append(Break(f"{name}: its job ({link.rule}) left other bytes", (name,)))
        broken += self._read_otherwise(link, run.inputs, f"as its job ({link.rule}) recorded")
        return broken, unrecorded

    def _of_notes(
        self, link: Link, noted: Mapping[str, str], notes: Mapping[str, Note | None]
    ) -> tuple[list[Break], list[str]]:
        """Hold Snakemake's notes against the manifest; ``noted`` has the name of the one on each output."""
        broken, told = [], (link.rule, link.shellcmd, sorted(link.params))
        inputs = _inside(self._graph.files(link.inputs))
        for name, note in notes.items():
            if note is not None:
                named = _inside(self._graph.files(places.listed(path, self._files) for path in note.inputs))
                if (note.rule, note.shellcmd, sorted(note.params)) != told or named != inputs:
                    outputs = tuple(output for output in noted if noted[output] == name)
                    words = f"{', '.join(outputs)}: Snakemake's note and the manifest say different things of its job"
                    broken.append(Break(words, outputs))
                broken += self._read_otherwise(link, self._by_member(note.checksums), "as Snakemake noted")
        unknown = [output for output, name in noted.items() if notes[name] is None]
        return broken, [f"{output}: Snakemake's note on it is missing" for output in unknown]

    def _read_otherwise(self, link: Link, known: Mapping[str, str | None], source: str) -> list[Break]:
        differing = [
            name for name in self._graph.files(link.inputs) if known.get(name) and self._differs(name, known[name])
        ]
        words = f"{link.outputs[0]} was made of other bytes, {source}"
        return [Break(f"{name}: {words}", link.outputs) for name in differing]

    def _unread(self, link: Link, run: Run | None, notes: list[Note]) -> list[str]:
        """Return in words of which inputs nobody recorded a hash; of a folder's files nobody does, and that is fine."""
        read = run.inputs if run else {}
        vouched = {name for name, sha256 in read.items() if sha256}
        folders = {name for name, sha256 in read.items() if sha256 is None}
        for note in notes:
            vouched |= self._by_member(note.checksums).keys()
            folders |= {places.listed(path, self._files) for path in note.inputs} - self._files.keys()
        vouched.update(self._graph.files(folders))
        unread = [name for name in self._graph.files(link.inputs) if name not in vouched]
        return [f"{name}: nobody recorded what {link.outputs[0]} read of it" for name in unread]

    def _by_member(self, hashes: Mapping[str, str]) -> dict[str, str]:
        return {places.listed(path, self._files): sha256 for path, sha256 in hashes.items()}

    def _differs(self, name: str, sha256: str | None) -> bool:
        """Return whether a recorded hash is not the manifest's; of an absent file the manifest may know none."""
        return name in self._files and self._files[name].sha256 not in ("", sha256)


def _inside(names: Iterable[str]) -> set[str]:
    """Return the names that say where a file lies: of one elsewhere the archive does not."""
    return {name for name in names if name.startswith((f"{RESULTS}/", f"{CODE}/"))}


def _is_in(run: Run, shellcmd: str) -> bool:
    """Return whether a run is of the command that Snakemake gave to the shell."""
    try:
        words = [word for word in shlex.split(shellcmd) if word != "\n"]  # where a line goes on in the next
    except ValueError:
        return False
    wanted = ["python", "-m", f"obverse.{run.stage}", *run.words]
    return any(words[start : start + len(wanted)] == wanted for start in range(len(words) - len(wanted) + 1))
