import hashlib
from pathlib import Path

import pytest

from obverse.errors import UnusableInput
from obverse.provide_official import provide_official

CONTENT = b"the official list"


@pytest.fixture
def provide(tmp_path: Path):
    """Run the stage for a file of CelebA that is there and is the published one; return where it was copied."""
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "list.txt").write_bytes(CONTENT)
    (tmp_path / "checksums.csv").write_text(
        f"role,file,sha256\nmnist,list.txt,{'0' * 64}\nceleba,list.txt,{hashlib.sha256(CONTENT).hexdigest()}\n"
    )

    def run(**changes) -> Path:
        asked = {
            "role": "celeba",
            "name": "list.txt",
            "folder": str(tmp_path / "given"),
            "accept_terms": True,
            "checksums": tmp_path / "checksums.csv",
            "file": tmp_path / "sources" / "list.txt",
        }
        provide_official(**asked | changes)
        return asked["file"]

    return run


def refused(provide, tmp_path: Path, **changes) -> list[str]:
    with pytest.raises(UnusableInput) as error:
        provide(**changes)
    left = list((tmp_path / "sources").iterdir()) if (tmp_path / "sources").exists() else []
    assert left == []
    return str(error.value).splitlines()


def test_the_published_file_is_copied(provide):
    assert provide().read_bytes() == CONTENT


def test_without_accepted_terms_nothing_is_copied(provide, tmp_path: Path):
    first, second = refused(provide, tmp_path, accept_terms=False)
    assert first.startswith("datasets.celeba.accept_terms: celeba has terms of use")
    assert second.endswith("set accept_terms: true.")


def test_a_missing_file_is_named_with_the_key_that_says_where_it_is(provide, tmp_path: Path):
    first, second = refused(provide, tmp_path, folder=str(tmp_path / "elsewhere"))
    assert first == f"{tmp_path / 'elsewhere' / 'list.txt'}: expected celeba's official list.txt, found no such file"
    assert "datasets.celeba.folder" in second


def test_a_file_that_is_not_the_published_one_is_refused_and_not_kept(provide, tmp_path: Path):
    (tmp_path / "given" / "list.txt").write_bytes(CONTENT[:-1])
    first, _ = refused(provide, tmp_path)
    published, found = (hashlib.sha256(text).hexdigest() for text in (CONTENT, CONTENT[:-1]))
    assert first == f"{tmp_path / 'given' / 'list.txt'}: expected sha256 {published}, found {found}"


def test_checksums_are_those_of_the_role(provide, tmp_path: Path):
    """Another data set's file of the same name is another file."""
    assert "expected sha256 0000" in refused(provide, tmp_path, role="mnist")[0]


def test_a_file_without_published_checksum_is_taken_as_it_is(provide, tmp_path: Path):
    (tmp_path / "given" / "names.txt").write_bytes(b"names")
    provide(name="names.txt", file=tmp_path / "sources" / "names.txt")
    assert (tmp_path / "sources" / "names.txt").read_bytes() == b"names"


def test_a_refused_file_leaves_the_one_that_was_there(provide, tmp_path: Path):
    kept = provide()
    (tmp_path / "given" / "list.txt").write_bytes(b"another")
    with pytest.raises(UnusableInput):
        provide()
    assert kept.read_bytes() == CONTENT


def test_the_committed_checksums_are_sha256_of_files_that_the_workflow_asks_for():
    lines = (Path(__file__).parents[2] / "resources" / "checksums.csv").read_text().splitlines()
    assert lines[0] == "role,file,sha256"
    rows = [line.split(",") for line in lines[1:]]
    assert all(len(row) == 3 and len(row[2]) == 64 and int(row[2], 16) for row in rows)
    assert len({(role, name) for role, name, _ in rows}) == len(rows)
    assert {role for role, _, _ in rows} <= {"facescrub", "celeba", "mnist", "cifar10"}
