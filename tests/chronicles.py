"""Working directories made by hand: results, Snakemake's notes on them, and what the jobs recorded of themselves."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

ENDED = 1_800_000_000.0  # seconds since 1970: 2027-01-15 08:00:00 UTC
RECORDED = "2027-01-15T08:00:00.000+00:00"

CODE = {"train": ["train=aaa", "networks=bbb", "torch==2.15.0"], "draw": ["draw=ccc", "matplotlib==3.11.0"]}


@dataclass
class Entry:
    """A job: what Snakemake notes and the job records, to be changed before it is written."""

    rule: str
    outputs: dict[str, bytes]
    inputs: list[str]
    params: list[str] = field(default_factory=list)
    options: str = ""
    device: str = "AVX512"
    recorded: bool = True
    versions: dict[str, str] = field(default_factory=lambda: {"numpy": "2.4.6"})


def chain() -> dict[str, Entry]:
    """Return four jobs: data of two files, two trainings on both, and the figure of what the two gave."""
    code = {rule: f"code={listed!r}" for rule, listed in CODE.items()}
    data = {"results/data/images.npy": b"images", "results/data/samples.parquet": b"samples"}
    return {
        "prepare": Entry("prepare", data, ["resources/list.csv"], ["size=16"]),
        "one": Entry("train", {"results/nets/1.bin": b"one"}, [*data], [code["train"], "epochs=2"], "--seed 1"),
        "two": Entry("train", {"results/nets/2.bin": b"two"}, [*data], [code["train"], "epochs=2"], "--seed 2"),
        "draw": Entry(
            "draw",
            {"results/fig.png": b"png", "results/fig.csv": b"csv"},
            ["results/nets/1.bin", "results/nets/2.bin", "results/data/samples.parquet"],
            [code["draw"], "title='Two'"],
        ),
    }


def write(directory: Path, entries: dict[str, Entry], listed: bytes = b"list") -> Path:
    """Write the working directory, with ``resources/list.csv``; return it."""
    files = {"resources/list.csv": listed}
    for entry in entries.values():
        files |= entry.outputs
    for path, content in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(content)
    for number, entry in enumerate(entries.values()):
        _note(directory, entry, files, ENDED + 60 * number)
        if entry.recorded:
            _record(directory, entry, files, number)
    return directory


def note_of(directory: Path, output: str) -> Path:
    """Return the file of Snakemake's note on an output with a short path."""
    return directory / ".snakemake/metadata" / base64.urlsafe_b64encode(output.encode()).decode()


def shellcmd(entry: Entry) -> str:
    """Return the command that Snakemake gave to the shell."""
    words = f"--inputs {' '.join(entry.inputs)} --outputs {' '.join(entry.outputs)} {entry.options}"
    return f"\n        python -m obverse.{entry.rule} \\\n            {words} \\\n            &>log\n        "


def sha256(content: bytes) -> str:
    """Return the sha256 in hex."""
    return hashlib.sha256(content).hexdigest()


def _note(directory: Path, entry: Entry, files: dict[str, bytes], ended: float) -> None:
    note = {
        "rule": entry.rule,
        "input": entry.inputs,
        "log": [f"results/logs/{next(iter(entry.outputs))}.log"],
        "shellcmd": shellcmd(entry),
        "params": entry.params,
        "starttime": ended - 2.5,
        "endtime": ended,
        "input_checksums": {path: f"sha256:{sha256(files[path])}" for path in entry.inputs if path in files},
    }
    for output in entry.outputs:
        path = note_of(directory, output)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(note))


def _record(directory: Path, entry: Entry, files: dict[str, bytes], number: int) -> None:
    ended = {
        "event": "ended",
        "command": ["python", "-m", f"obverse.{entry.rule}", *shellcmd(entry).split()[4:-1]],
        "exit_status": 0,
        "ended": RECORDED.replace("08:00", f"08:{number:02}"),
        "inputs": {path: sha256(files[path]) for path in entry.inputs if path in files},
        "outputs": {path: sha256(content) for path, content in entry.outputs.items()},
        "threads": 2,
        "device": {"device": entry.device, "precision": "float32"},
        "host": {"node": "here", "processor": "A CPU"},
        "python": "3.11.7",
        "versions": entry.versions,
    }
    failed = ended | {"exit_status": 1, "outputs": {}}
    path = directory / "results/records/jobs" / entry.rule / f"{number}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{{"event": "started"}}\n{json.dumps(ended)}\n{json.dumps(failed)}\n{{"event": "star')
