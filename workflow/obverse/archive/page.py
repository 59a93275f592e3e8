"""The summary of an archive as a page that needs nothing else: no script, no network; readable on a telephone."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape

from obverse import pages
from obverse.archive import readme
from obverse.archive.layout import WORDS
from obverse.archive.manifest import ABSENT, KEPT, File
from obverse.archive.summary import ABOUT, Amount, Stage, Summary
from obverse.past.runs import Machine

_STYLE = """
body { max-width: 46rem } code, td, li, summary { overflow-wrap: anywhere } code { font-size: 13px }
pre { background: #f5f5f5; padding: .6rem; font-size: 13px; white-space: pre-wrap; overflow-wrap: anywhere }
summary { cursor: pointer } ul { padding-left: 1.2rem } tfoot td { font-weight: 600 }
td.n, th.n { text-align: right; white-space: nowrap; padding-left: .8rem }
"""
_FOLDERS = {
    ABOUT: "README, manifest, crate, licence, citation",
    **{f"{folder}/": words.replace("'", "’") for folder, words in WORDS.items()},
}
_COMMANDS = {
    "Check it": ("Needs Python 3.11 or newer, and no package, no network, no GPU.", readme.CHECK),
    "Go on from it": ("Nothing is made again but what you change.", readme.RESTORE),
    "Make it again": ("Runs the code in it from the start, and compares.", readme.RERUN),
}


def render(name: str, summary: Summary) -> str:
    """Return the page about the archive that is called ``name``, as HTML."""
    parts = [
        f"<h1>What is in {escape(name)}</h1>",
        _state(summary),
        f"<p>{_size(summary.size)}, sha256 <code>{escape(summary.sha256)}</code></p>",
        _folded(f"Packed for {_files(len(summary.targets))}, with all they are made of", map(escape, summary.targets)),
        f"<h2>Inside</h2>{_amounts(summary.inside)}",
        f"<h2>Not inside</h2>{_outside(summary.outside)}",
        f"<h2>Data</h2>{_sources(summary)}",
        _folded(f"Besides, {_files(len(summary.further))} that no job made", map(_listed, summary.further.items())),
        f"<h2>Versions</h2>{_versions(summary)}",
        f"<h2>Machines</h2>{_machines(summary.machines)}",
        f"<h2>Jobs</h2>{_times(summary)}{_stages(summary.stages)}",
        *(f"<h2>{what}</h2><p>{told}</p><pre>{escape(typed)}</pre>" for what, (told, typed) in _COMMANDS.items()),
    ]
    return pages.write(f"What is in {name}", _STYLE, "".join(parts))


def _state(summary: Summary) -> str:
    """Return of which commit it is, and whether code, results and records were in order when it was packed."""
    made, silent = summary.made, _silent(summary.stages)
    commit = f"Commit <code>{escape(made.commit)}</code>." if made.commit else "No commit: it was no git repository."
    wrong = [f"{escape(path)}: not as committed" for path in made.dirty]
    wrong += [f"{escape(path)}: not as recorded" for path in made.stale]
    if wrong:
        counts = f"{_files(len(made.dirty))} not as committed, {_files(len(made.stale))} not as recorded"
        said = f"<b>Packed although not all was in order</b>: {counts}."
    else:
        code = "code as committed, " if made.commit else ""
        said = f"<b>In order when it was packed</b>: {code}results as recorded."
    kind = "unclear" if wrong or silent or not made.commit else "fine"
    return f'<p class="verdict {kind}">{said}{silent}<small>{commit}</small></p>{_folded("Which", wrong)}'


def _silent(stages: Sequence[Stage]) -> str:
    """Return how many jobs have no record of their own, and what comes of that; nothing where each has one."""
    jobs, recorded = (sum(getattr(stage, of) for stage in stages) for of in ("jobs", "recorded"))
    if jobs == recorded:
        return ""
    have, their, they = ("has", "its", "it") if jobs - recorded == 1 else ("have", "their", "they")
    counted = f" {jobs - recorded:,} of {jobs:,} jobs {have} no record of {their} own"
    return f"{counted}: verify will call what {they} made unrecorded."


def _outside(outside: Mapping[str, Amount]) -> str:
    if not outside:
        return "<p>Nothing is withheld.</p>"
    gone = {reason for reason in outside if reason.startswith(f"{ABSENT}: ")}
    withheld = "Of what is withheld it holds sha256 and size alone. " * (len(gone) < len(outside))
    absent = "Of what is absent it holds the sha256 that a job recorded, where one did." * bool(gone)
    return f"<p>{withheld}{absent}</p>{_amounts(outside, gone)}"


def _amounts(amounts: Mapping[str, Amount], gone: Collection[str] = ()) -> str:
    """Return a table of amounts by name, and their sum; what is ``gone`` has no size that is known."""
    sizes = {name: "not known" if name in gone else _size(amount.size) for name, amount in amounts.items()}
    rows = [(_noted(escape(name), _FOLDERS.get(name, "")), f"{amounts[name].files:,}", sizes[name]) for name in sizes]
    files, size = (sum(getattr(amount, of) for amount in amounts.values()) for of in ("files", "size"))
    return _numbers(("", "files", "unpacked"), rows, ("together", f"{files:,}", _size(size)))


def _sources(summary: Summary) -> str:
    titles = {role: f"{role} ({summary.origins[role]})" for role in summary.sources if role in summary.origins}
    return "".join(_source(titles.get(role, role), files) for role, files in summary.sources.items())


def _source(title: str, files: Mapping[str, File]) -> str:
    """Return the files of a data set, under one sha256 for all: of the lines that sha256sum would write of them."""
    lines = "".join(f"{file.sha256}  {path}\n" for path, file in files.items())
    digest = hashlib.sha256(lines.encode()).hexdigest()
    told = f"{_files(len(files))}, {_size(sum(file.size for file in files.values()))}"
    head = f'<b>{escape(title)}</b>: {told}<br><span class="note">sha256 of their list <code>{digest}</code></span>'
    return f"<p>{head}</p>{_folded('Each', map(_listed, files.items()))}"


def _listed(named: tuple[str, File]) -> str:
    path, file = named
    told = {KEPT: [_size(file.size)], ABSENT: [ABSENT]}.get(file.status, [_size(file.size), escape(file.status)])
    return f"{', '.join([escape(path), *told])}<br><code>{escape(file.sha256) or 'no sha256 known'}</code>"


def _versions(summary: Summary) -> str:
    engine = {"Python": summary.pythons or [summary.made.python], "Snakemake": [summary.made.snakemake]}
    rows = [(escape(name), escape(", ".join(found))) for name, found in {**engine, **summary.libraries}.items()]
    more = f'<p class="note">And {summary.others:,} further libraries, in the jobs’ records.</p>'
    return _table(("", "version"), rows) + more * (summary.others > 0)


def _machines(machines: Mapping[Machine, int]) -> str:
    rows = []
    for machine, jobs in machines.items():
        cores = f"{machine.cores:,} cores" if machine.cores else ""
        system = " ".join(filter(None, (machine.system, machine.architecture)))
        told = ", ".join(filter(None, (machine.processor, cores, system)))
        computing = machine.computing or "no neural network"
        rows.append((_noted(escape(machine.node), told), escape(computing), f"{jobs:,}"))
    return _table(("host", "device", "jobs"), rows) if rows else "<p>None is recorded.</p>"


def _times(summary: Summary) -> str:
    if not (summary.began and summary.ended):
        return ""
    return f"<p>From {_moment(summary.began)} to {_moment(summary.ended)}.</p>"


def _stages(stages: Sequence[Stage]) -> str:
    together = Stage("together", *(sum(getattr(each, of) for each in stages) for of in ("jobs", "recorded", "seconds")))
    *rows, last = (
        (escape(each.rule), f"{each.jobs:,}", f"{each.seconds:,.1f}" if each.recorded else "not known")
        for each in (*stages, together)
    )
    return _numbers(("stage", "jobs", "seconds"), rows, last)


def _numbers(heads: Sequence[str], rows: Iterable[Sequence[str]], last: Sequence[str]) -> str:
    """Return a table of texts and, from the second column on, numbers, the last row of which is a sum."""
    marked = ["", *[' class="n"'] * (len(heads) - 1)]
    return _table(heads, rows, last, marked)


def _table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    last: Sequence[str] = (),
    marked: Sequence[str] = ("", "", ""),
) -> str:
    """Return a table of cells that are HTML; ``marked`` are the attributes of each column's cells."""

    def line(cells: Sequence[str], tag: str) -> str:
        return f"<tr>{''.join(f'<{tag}{mark}>{cell}</{tag}>' for cell, mark in zip(cells, marked, strict=False))}</tr>"

    body = "".join(line(row, "td") for row in rows)
    foot = f"<tfoot>{line(last, 'td')}</tfoot>" if last else ""
    return f"<table><thead>{line(heads, 'th')}</thead><tbody>{body}</tbody>{foot}</table>"


def _noted(html: str, note: str) -> str:
    return f'{html}<br><span class="note">{escape(note)}</span>' if note else html


def _folded(words: str, lines: Iterable[str]) -> str:
    """Return lines of HTML under words that unfold them, nothing where there are none."""
    listed = "".join(f"<li>{line}</li>" for line in lines)
    return f"<details><summary>{words}</summary><ul>{listed}</ul></details>" if listed else ""


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count:,} files"


def _size(size: float) -> str:
    """Return a number of bytes, to three digits.

    >>> _size(999), _size(1234), _size(999_999_999)
    ('999 B', '1.23 kB', '1 GB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if round(size) < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:,.1f} TB"


def _moment(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
