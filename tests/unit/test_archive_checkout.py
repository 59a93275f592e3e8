from pathlib import Path

import pytest

from obverse.archive import checkout
from obverse.errors import UnusableInput
from packing import CODE, Study, study


@pytest.fixture
def committed(tmp_path: Path) -> Study:
    return study(tmp_path / "study")


def test_the_code_is_what_git_tracks(committed: Study):
    committed.write("notes.txt", "mine\n")
    code = checkout.read(committed.path)
    assert code == checkout.Code(committed.git("rev-parse", "HEAD"), tuple(sorted(CODE)), ())


def test_a_file_that_is_changed_staged_deleted_or_new_among_what_a_run_reads_is_dirty(committed: Study):
    committed.write("README.md", "changed\n")
    committed.write("config.yaml", "salt: 2\n")
    committed.git("add", "config.yaml")
    (committed.path / "LICENSE").unlink()
    committed.write("workflow/obverse/ä new.py", "")
    code = checkout.read(committed.path)
    assert code.dirty == ("LICENSE", "README.md", "config.yaml", "workflow/obverse/ä new.py")
    assert set(code.files) == {*CODE, "workflow/obverse/ä new.py"} - {"LICENSE"}


def test_a_touched_file_is_not_dirty(committed: Study):
    (committed.path / "README.md").touch()
    assert checkout.read(committed.path).dirty == ()


def test_a_folder_inside_another_repository_is_none_of_its_own(committed: Study):
    """As of a download that was unpacked there."""
    inner = Study(committed.path / "results/download")
    for name in ("README.md", "Snakefile", ".snakemake/metadata/x", "results/fig.png", "a/__pycache__/b.pyc"):
        inner.write(name, "")
    assert checkout.read(inner.path) == checkout.Code("", ("README.md", "Snakefile"), ())


def test_a_hooks_variables_do_not_lead_to_another_repository(
    committed: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    other = study(tmp_path / "other")
    other.write("README.md", "changed\n")
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    assert checkout.read(committed.path).dirty == ()


def test_a_repository_without_a_commit_is_refused(tmp_path: Path):
    Study(tmp_path).git("init", "--quiet")
    with pytest.raises(UnusableInput, match="expected a repository with a commit, git says: fatal"):
        checkout.read(tmp_path)


def test_the_state_changes_with_contents_files_and_commits_and_comes_back(committed: Study):
    states = [checkout.state(committed.path)]
    committed.write("config.yaml", "salt: 2\n")
    states.append(checkout.state(committed.path))
    committed.commit()
    states.append(checkout.state(committed.path))
    committed.write("workflow/obverse/new.py", "")
    states.append(checkout.state(committed.path))
    assert len(set(states)) == 4
    (committed.path / "workflow/obverse/new.py").unlink()
    assert checkout.state(committed.path) == states[2]
