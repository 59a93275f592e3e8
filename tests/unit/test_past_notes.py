import json
from pathlib import Path, PurePosixPath

import pytest
from snakemake.persistence.file import FilePersistence

from obverse.past import notes

NOTE = {
    "rule": "cook",
    "input": ["results/raw.csv", "list.csv"],
    "log": ["cook.log"],
    "shellcmd": "cook it",
    "params": ["salt=1"],
    "starttime": 1_700_000_000,
    "endtime": 1_700_000_001.5,
    "input_checksums": {"results/raw.csv": "sha256:12ab", "list.csv": "md5:12ab"},
}


def test_a_note_has_what_snakemake_keeps_and_of_checksums_those_that_are_sha256():
    found = notes.read(json.dumps(NOTE | {"version": 6}).encode())
    assert (found.rule, found.inputs, found.log) == ("cook", ("results/raw.csv", "list.csv"), ("cook.log",))
    assert (found.shellcmd, found.params, found.checksums) == ("cook it", ("salt=1",), {"results/raw.csv": "12ab"})
    assert (found.started, found.ended) == (1_700_000_000, 1_700_000_001.5)


def test_what_a_note_does_not_tell_or_has_as_null_is_empty():
    assert notes.read(b"{}") == notes.read(json.dumps(dict.fromkeys(NOTE)).encode())
    assert notes.read(b"{}") == notes.Note("", (), (), "", (), 0.0, 0.0, {})


@pytest.mark.parametrize(
    "change",
    [
        {"rule": 1},
        {"input": "results/raw.csv"},
        {"input": ["\ud800"]},
        {"params": [1]},
        {"starttime": "now"},
        {"starttime": True},
        {"endtime": float("inf")},
        {"endtime": float("nan")},
        {"endtime": -1},
        {"endtime": 10**400},
        {"input_checksums": []},
        {"input_checksums": {"results/raw.csv": None}},
    ],
)
def test_what_snakemake_would_not_write_is_no_note(change: dict):
    with pytest.raises(ValueError, match="expected|surrogates"):
        notes.read(json.dumps(NOTE | change).encode())


@pytest.mark.parametrize("output", ["results/ä b.csv", f"results/{'long/' * 80}file.csv", f"results/{'x' * 179}.csv"])
def test_a_note_is_named_as_snakemake_names_it(tmp_path: Path, output: str):
    """By its own code: names are base64, and long ones are cut into folders."""
    persistence = FilePersistence.__new__(FilePersistence)
    persistence._max_len = None
    persistence._io_write(str(tmp_path), {"rule": "cook"}, output)
    assert (tmp_path / notes.name(output)).is_file()
    assert notes.output(PurePosixPath(notes.name(output))) == output


@pytest.mark.parametrize("name", ["no base64", "folder/cmVzdWx0cw==", "_w=="])
def test_a_file_with_another_name_is_no_note(name: str):
    with pytest.raises(ValueError, match="base64|expected|characters|decode|padding"):
        notes.output(PurePosixPath(name))
