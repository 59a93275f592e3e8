"""What a process ran with is what it loaded, and nothing else."""

import csv
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from obverse import circumstances, provenance

WORKFLOW = Path(circumstances.__file__).parents[1]
INSTALLED = Path(sysconfig.get_path("purelib"))


def asked(script: str, **variables: str) -> object:
    """Return the JSON that a fresh process prints."""
    environment = os.environ | {"PYTHONPATH": str(WORKFLOW)} | variables
    command = [sys.executable, "-c", f"import json\n{script}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def owners() -> dict[str, str]:
    """Return the distribution of each installed file, read off all their lists."""
    found = {}
    for listing in INSTALLED.glob("*.dist-info/RECORD"):
        name = circumstances._normal(listing.parent.name.partition("-")[0])
        with listing.open(newline="") as rows:
            found |= {row[0]: name for row in csv.reader(rows)}
    return found


@pytest.mark.parametrize(
    "imported", ["json", "yaml", "pandas, cv2", "obverse.fetch_facescrub", "obverse.train_inverter"]
)
def test_the_versions_are_those_of_every_distribution_with_a_loaded_file_and_of_no_other(imported: str):
    script = f"""import sys, {imported}
from obverse import circumstances
files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
print(json.dumps([circumstances.versions(), [file for file in files if file]]))"""
    versions, files = asked(script)
    belongs, inside = owners(), f"{INSTALLED}{os.sep}"
    expected = {belongs[file.removeprefix(inside)] for file in files if file.startswith(inside)}
    assert set(versions) == expected


def test_a_version_is_the_installed_one():
    versions = asked("import numpy\nfrom obverse import circumstances\nprint(json.dumps(circumstances.versions()))")
    assert versions["numpy"] == asked("import numpy\nprint(json.dumps(numpy.__version__))")


def test_a_module_that_no_distribution_lists_has_no_version(tmp_path: Path):
    (tmp_path / "stray.py").touch()
    (tmp_path / "other-1.0.dist-info").mkdir()
    (tmp_path / "other-1.0.dist-info/RECORD").write_text("other.py,,\n")
    script = f"""import sys
sys.path.append({str(tmp_path)!r})
import stray
from obverse import circumstances
print(json.dumps(circumstances.versions()))"""
    assert "other" not in asked(script)


@pytest.fixture(scope="module")
def loaded() -> dict[str, str]:
    return asked("from obverse import circumstances, predict\nprint(json.dumps(circumstances.sources()))")


def test_the_sources_are_of_each_loaded_module_of_the_package(loaded: dict[str, str]):
    """All that provenance follows from the stage, and the plumbing."""
    followed = {entry.partition("=")[0] for entry in provenance.code("predict") if "==" not in entry}
    assert followed | {"circumstances", "provenance", "files", "obverse"} <= loaded.keys()
    assert "train_inverter" not in loaded
    assert loaded["predict"] == (WORKFLOW / "obverse/predict.py").read_text()


def test_the_code_is_what_provenance_says_of_it(loaded: dict[str, str], tmp_path: Path):
    code = circumstances.code(loaded, tmp_path / "digests.jsonl")
    assert code == {module: provenance.digest(source) for module, source in loaded.items()}
    assert {f"{module}={digest}" for module, digest in code.items()} >= {
        entry for entry in provenance.code("predict") if "==" not in entry
    }


def test_a_digest_is_taken_once_for_all_processes(loaded: dict[str, str], tmp_path: Path, monkeypatch):
    memory = tmp_path / "digests.jsonl"
    first = circumstances.code(loaded, memory)
    taken = []
    monkeypatch.setattr(provenance, "digest", lambda source: taken.append(source) or "0" * 12)
    assert circumstances.code(loaded, memory) == first and taken == []
    edited = loaded | {"predict": "x = 1\n"}
    assert circumstances.code(edited, memory) == first | {"predict": "0" * 12} and taken == ["x = 1\n"]


@pytest.mark.parametrize("content", [b"", b'{"torn', b"[1]\n3\n", b"\0\0\n"])
def test_digests_that_were_lost_are_taken_again(tmp_path: Path, content: bytes):
    memory = tmp_path / "digests.jsonl"
    memory.write_bytes(content)
    for _ in range(2):
        assert circumstances.code({"x": "x = 1\n"}, memory) == {"x": provenance.digest("x = 1\n")}
    assert memory.read_bytes().count(b"\n") == content.count(b"\n") + (content == b'{"torn') + 1


def test_digests_that_cannot_be_kept_are_taken_all_the_same(tmp_path: Path):
    (tmp_path / "file").touch()
    code = circumstances.code({"x": "x = 1\n"}, tmp_path / "file" / "digests.jsonl")
    assert code == {"x": provenance.digest("x = 1\n")}


def test_the_device_is_what_its_stamp_says_and_none_where_no_network_ran():
    script = """import os
from obverse import circumstances
before = circumstances.device({}), circumstances.threads({"threads": 5}), circumstances.threads({})
from obverse import devices
stamped = devices.prepare("bfloat16", 1).describe()
after = circumstances.device({"precision": "bfloat16"}), circumstances.threads({"threads": 5})
print(json.dumps([before, stamped, after]))"""
    before, stamped, after = asked(script)
    assert before == [{}, 5, 1] and after == [stamped, 1]


def test_of_the_environment_only_what_decides_how_a_process_computes_is_kept(monkeypatch: pytest.MonkeyPatch):
    for name in circumstances._VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("API_KEY", "secret")
    assert circumstances.environment() == {}
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    assert circumstances.environment() == {"SLURM_JOB_ID": "7"}


def test_the_host_says_how_many_cores_this_process_has():
    host = circumstances.host()
    assert host["cores"] == len(os.sched_getaffinity(0)) and all(host.values())
