"""Small archives made by hand, after what an archive's manifest promises and by none of the code that packs one."""

import base64
import hashlib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from obverse import provenance

TIME = 1_700_000_000_123_456_789  # nanoseconds
LICENSE = b"do as you like\n"
CONFIG = b"m: 10\n"

# rule, outputs, inputs: the chain from data to figure, and a folder as an output.
JOBS = [
    ("write_faces", ["results/sources/list.csv"], ["resources/head.csv"]),
    ("fetch_faces", ["results/sources/pictures"], ["results/sources/list.csv"]),
    ("crop_faces", ["results/datasets/faces/images.npy"], ["results/sources/pictures", "results/sources/list.csv"]),
    ("train_classifier", ["results/classifiers/w.safetensors"], ["results/datasets/faces/images.npy"]),
    ("predict", ["results/predictions/p.parquet"], ["results/classifiers/w.safetensors"]),
    ("train_inverter", ["results/inverters/w.safetensors"], ["results/predictions/p.parquet"]),
    (
        "reconstruct",
        ["results/reconstructions/r.npy", "results/scores/s.parquet"],
        ["results/inverters/w.safetensors", "results/datasets/faces/images.npy"],
    ),
    ("draw_grid", ["results/fig9.png", "results/fig9.csv"], ["results/scores/s.parquet"]),
    ("record_config", ["results/config.yaml"], []),
]
FOLDER = {"results/sources/pictures": ["0000.zip", "sub/0001.zip", ".snakemake_timestamp"]}
TARGETS = ["results/fig9.png", "results/config.yaml"]


@dataclass
class Parts:
    """What goes into an archive: each member's content, and the manifest; to be changed before it is written."""

    members: dict[str, bytes]
    manifest: dict

    def write(self, path: Path) -> Path:
        """Write the archive with the manifest as it is, its digest made anew."""
        return write(path, self.members | {"manifest.json": signed(self.manifest)})

    def tell(self, member: str, content: bytes) -> None:
        """Put ``content`` for ``member``, in the manifest too."""
        self.members[member] = content
        self.manifest["files"][member] |= {"sha256": sha256(content), "size": len(content)}

    def withhold(self, member: str, status: str = "withheld", why: str = "pictures of people") -> None:
        """Leave ``member`` out, as the manifest then says."""
        del self.members[member]
        self.manifest["files"][member] |= {"status": status, "why": why}

    def ran(self, rule: str, loaded: dict) -> None:
        """Let the record of ``rule``'s job say of itself what ``loaded`` does; its last line is torn, as before."""
        record = self.link(rule)["record"]
        *_, ended, torn = lines = self.members[record].splitlines(keepends=True)
        changed = json.dumps(json.loads(ended) | loaded).encode() + b"\n"
        self.tell(record, b"".join([*lines[:-2], changed, torn]))

    def link(self, rule: str) -> dict:
        """Return the manifest's link of ``rule``'s job."""
        return next(link for link in self.manifest["links"] if link["rule"] == rule)


def whole() -> Parts:
    """Return the parts of an archive in which everything agrees."""
    members = _code() | {"README.md": b"verify me\n", "LICENSE": LICENSE, "ro-crate-metadata.json": b"{}\n"}
    for _, outputs, _ in JOBS:
        for name in _files(outputs):
            members[name] = b"" if name.endswith("_timestamp") else f"made: {name}\n".encode() * 3
    members["results/config.yaml"] = CONFIG
    links = [_job(members, *job) for job in JOBS]
    members["records/workflow.jsonl"] = b'{"event": "run_started"}\n'
    files = {
        name: {"sha256": sha256(content), "size": len(content), "status": "kept", "why": ""}
        | ({"mtime_ns": TIME} if name.startswith("results/") else {})
        for name, content in members.items()
    }
    made = {"commit": "c0ffee", "dirty": [], "stale": [], "told": False, "snakemake": "9.27.1", "python": "3.11.7"}
    return Parts(members, {"format": 1, "made": made, "targets": list(TARGETS), "files": files, "links": links})


def signed(manifest: dict) -> bytes:
    """Return a manifest as text, with its digest."""
    bare = {key: value for key, value in manifest.items() if key != "digest"}
    return canonical(bare | {"digest": sha256(canonical(bare))})


def canonical(value: object) -> bytes:
    """Return ``value`` as the contract says: sorted keys, no spaces, one newline."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def write(path: Path, members: dict[str, bytes]) -> Path:
    """Write a zip archive of ``members``, in the order of their names."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in sorted(members.items()):
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 1)
    return path


def sha256(content: bytes) -> str:
    """Return the sha256 in hex."""
    return hashlib.sha256(content).hexdigest()


def digest(rule: str) -> str:
    """Return the digest of the module of ``rule``."""
    return provenance.digest(_source(rule))


def note_member(output: str) -> str:
    """Return the name of Snakemake's note on an output with a short path."""
    return f"metadata/{base64.urlsafe_b64encode(output.encode()).decode()}"


def _code() -> dict[str, bytes]:
    modules = {f"code/workflow/obverse/{rule}.py": _source(rule).encode() for rule, _, _ in JOBS}
    modules |= {"code/resources/head.csv": b"x,y\n1,2\n", "code/config.yaml": CONFIG, "code/LICENSE": LICENSE}
    return modules | {"code/Snakefile": b"# rules\n", "code/README.md": b"read me\n"}


def _source(rule: str) -> str:
    return f"NAME = {rule!r}\n"


def _files(outputs: list[str]) -> list[str]:
    return [f"{out}/{name}" if name else out for out in outputs for name in FOLDER.get(out, [""])]


def _member(path: str) -> str:
    return path if path.startswith("results/") else f"code/{path}"


def _job(members: dict[str, bytes], rule: str, outputs: list[str], inputs: list[str]) -> dict:
    """Add a job's record and Snakemake's notes on it to ``members``; return its link."""
    words = ["--inputs", *inputs, "--outputs", *outputs]
    key = hashlib.sha256("\0".join(words).encode()).hexdigest()[:16]
    record = f"records/jobs/{rule}/{key}.jsonl"
    params = [f"code=['{rule}={digest(rule)}', 'numpy==2.4.6|2.5.5']", "seed=1"]
    shellcmd = f"\n        python -m obverse.{rule} \\\n            {' '.join(words)} \\\n            &>log\n        "
    read = {path: None if path in FOLDER else sha256(members[_member(path)]) for path in inputs}
    wrote = {name: sha256(members[name]) for name in _files(outputs) if not name.endswith("_timestamp")}
    members[record] = _lines(rule, words, read, wrote)
    sums = {path: f"sha256:{digest}" for path, digest in read.items() if digest}
    note = {"rule": rule, "input": inputs, "shellcmd": shellcmd, "params": params, "input_checksums": sums}
    members |= {note_member(output): json.dumps(note).encode() for output in outputs}
    named = [name for path in inputs for name in (_files([path]) if path in FOLDER else [_member(path)])]
    told = {"rule": rule, "outputs": _files(outputs), "inputs": named, "record": record}
    return told | {"shellcmd": shellcmd, "params": params}


def _lines(rule: str, words: list[str], read: dict, wrote: dict) -> bytes:
    command = ["python", "-m", f"obverse.{rule}", *words]
    began = {"event": "started", "id": "1", "command": command}
    failed = {"event": "ended", "id": "0", "command": command, "exit_status": 1, "inputs": read, "outputs": {}}
    ended = {"event": "ended", "id": "1", "command": command, "exit_status": 0, "inputs": read, "outputs": wrote}
    return b"".join(json.dumps(event).encode() + b"\n" for event in (began, failed, began, ended)) + b'{"event": "star'
