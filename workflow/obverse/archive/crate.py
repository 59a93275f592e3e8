"""The archive as an RO-Crate: what was run, in others' words, for others' tools.

RO-Crate 1.1 with the profiles Process, Workflow and Provenance Run Crate 0.5 and Workflow RO-Crate 1.0: the Snakefile
is the workflow, a rule one of its steps, the rule's module the tool, a job an action.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from rocrate.model.dataset import Dataset
from rocrate.model.file import File as FileEntity
from rocrate.rocrate import ROCrate

from obverse.archive.actions import (
    CONFIG,
    SNAKEFILE,
    Timed,
    add,
    add_runs,
    add_workflow,
    identifier,
    moment,
    references,
    tools,
)
from obverse.archive.layout import CODE, METADATA, RECORDS, RESULTS, WORDS
from obverse.archive.manifest import KEPT, MEMBER, File, canonical

NAME = "ro-crate-metadata.json"

_TERMS = "https://w3id.org/ro/terms/workflow-run/context"
_WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
_PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/provenance/0.5": ("Provenance Run Crate", "0.5"),
    _WORKFLOW_CRATE: ("Workflow RO-Crate", "1.0"),
}
_FOLDERS = (CODE, METADATA, RECORDS)  # of results each file is described
_FORMATS = {
    ".cff": "application/yaml",
    ".csv": "text/csv",
    ".gz": "application/gzip",
    ".html": "text/html",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".png": "image/png",
    ".py": "text/x-python",
    ".txt": "text/plain",
    ".yaml": "application/yaml",
    ".zip": "application/zip",
}


@dataclass(frozen=True)
class About:
    """What the project says of itself: its title, what it is for, its version, its licence by SPDX, its authors."""

    title: str
    abstract: str
    version: str
    licence: str
    authors: tuple[str, ...]


def describe(
    about: About, snakemake: str, targets: Sequence[str], files: Mapping[str, File], timed: Sequence[Timed]
) -> bytes:
    """Return the text of `NAME`.

    ``files`` are the archive's by member name; results, records of jobs, and what jobs read are described one by one,
    the rest by folder. ``snakemake`` is the version of the engine.
    """
    crate = ROCrate(version="1.1")
    crate.metadata.extra_contexts.append(_TERMS)
    crate.metadata["conformsTo"] = [{"@id": crate.metadata.profile}, {"@id": _WORKFLOW_CRATE}]
    by_rule = tools(timed, files)
    _add_files(crate, about, files, timed, set(by_rule.values()))
    _add_root(crate, about, max((each.ended for each in timed), default=0.0))
    add_workflow(crate, about.title, about.version, snakemake, by_rule)
    actions = add_runs(crate, targets, files, timed, by_rule)
    crate.root_dataset["mentions"] = references(actions)
    return canonical(crate.metadata.generate())


def _add_root(crate: ROCrate, about: About, published: float) -> None:
    licence = f"https://spdx.org/licenses/{about.licence}"
    add(crate, licence, "CreativeWork", name=about.licence, description=f"The licence {about.licence}, as in LICENSE")
    for profile, (name, version) in _PROFILES.items():
        add(crate, profile, "CreativeWork", name=name, version=version)
    authors = [
        add(crate, f"#author/{number}", "Organization", name=author) for number, author in enumerate(about.authors)
    ]
    crate.root_dataset["name"] = f"{about.title}: a set of results"
    crate.root_dataset["description"] = about.abstract
    crate.root_dataset["datePublished"] = moment(published)
    crate.root_dataset["license"] = {"@id": licence}
    crate.root_dataset["author"] = references(authors)
    crate.root_dataset["conformsTo"] = references(_PROFILES)
    crate.root_dataset["mainEntity"] = {"@id": SNAKEFILE}


def _add_files(
    crate: ROCrate, about: About, files: Mapping[str, File], timed: Sequence[Timed], modules: set[str]
) -> None:
    used = {path for each in timed for path in (*each.link.inputs, *each.link.outputs)} | {MEMBER, CONFIG}
    for folder in _FOLDERS:
        if any(path.startswith(f"{folder}/") for path in files):
            crate.add(Dataset(crate, dest_path=f"{folder}/", properties={"name": WORDS[folder]}))
    for path, file in sorted({MEMBER: File("", 0), **files}.items()):
        sums = {"sha256": file.sha256, "contentSize": str(file.size)} if file.sha256 else {}
        named = {"name": PurePosixPath(path).name, "encodingFormat": _format(path), **sums}
        if file.status != KEPT:
            add(crate, identifier(path, file), "CreativeWork", **named, description=f"{file.status}: {file.why}")
        elif quote(path) in modules:
            code = {"@type": ["File", "SoftwareSourceCode"], "version": about.version}
            crate.add(FileEntity(crate, dest_path=path, properties=named | code))
        elif path != SNAKEFILE and (path.startswith((f"{RESULTS}/", f"{RECORDS}/")) or "/" not in path or path in used):
            whole = {"about": {"@id": "./"}} if path == "README.md" else {}
            crate.add(FileEntity(crate, dest_path=path, properties=named | whole))


def _format(path: str) -> str:
    return _FORMATS.get(PurePosixPath(path).suffix, "application/octet-stream")
