import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import mirrors
from obverse import celeba, official
from obverse.errors import UnusableInput
from obverse.provide_official import provide_official

CONTENT = b"the official list" * 10_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
TABLE = Path(__file__).parents[2] / "resources" / "official_files.csv"


def table(path: Path, *rows: tuple[str, str, bytes, str]) -> Path:
    """Write the table of official files: role, name, content, addresses."""
    lines = [
        f"{role},{name},{hashlib.sha256(body).hexdigest()},{len(body)},{urls},\n" for role, name, body, urls in rows
    ]
    path.write_text("role,file,sha256,bytes,urls,drive\n" + "".join(lines))
    return path


@pytest.fixture
def provide(tmp_path: Path):
    """Run the stage for a file of CelebA that is there and is the published one; return where it was copied."""
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "list.txt").write_bytes(CONTENT)
    known = table(tmp_path / "official.csv", ("mnist", "list.txt", b"another", ""), ("celeba", "list.txt", CONTENT, ""))

    def run(**changes) -> Path:
        asked = {
            "role": "celeba",
            "name": "list.txt",
            "folder": str(tmp_path / "given"),
            "accept_terms": True,
            "download": False,
            "official_files": known,
            "cache": tmp_path / "cache",
            "file": tmp_path / "sources" / "list.txt",
        }
        provide_official(**asked | changes)
        return asked["file"]

    return run


def test_celebas_missing_names_can_be_done_without(provide, tmp_path: Path):
    first, second = refused(provide, tmp_path, name="list_identity_celeba.txt")
    assert "expected celeba's official list_identity_celeba.txt, found no such file" in first
    assert "datasets.celeba.overlap: embeddings" in second and "overlap: none" in second


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
    assert "datasets.celeba.folder" in second and "set datasets.celeba.download: true" in second
    first, second = refused(provide, tmp_path, folder="", name="names.txt", download=True)
    assert first == "names.txt: expected celeba's official names.txt, found no such file"
    assert second.endswith("it cannot be fetched.")


def test_a_file_that_is_not_the_published_one_is_refused_and_not_kept(provide, tmp_path: Path):
    (tmp_path / "given" / "list.txt").write_bytes(CONTENT[:-1])
    first, _ = refused(provide, tmp_path)
    published, found = (hashlib.sha256(text).hexdigest() for text in (CONTENT, CONTENT[:-1]))
    assert first == f"{tmp_path / 'given' / 'list.txt'}: expected sha256 {published}, found {found}"


def test_checksums_are_those_of_the_role(provide, tmp_path: Path):
    """Another data set's file of the same name is another file."""
    assert f"expected sha256 {hashlib.sha256(b'another').hexdigest()}" in refused(provide, tmp_path, role="mnist")[0]


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


@pytest.fixture
def fetch(provide, tmp_path: Path):
    """Run the stage with ``pages`` for the mirrors of a file that the folder lacks; return what was asked for."""

    def run(pages: dict[str, mirrors.Page], **changes) -> list[tuple[str, str]]:
        with mirrors.serving(pages) as mirror:
            urls = " ".join(map(mirror.url, pages))
            known = table(tmp_path / "official.csv", ("celeba", "list.txt", CONTENT, urls))
            run.mirror = mirror
            provide(**{"folder": "", "download": True, "official_files": known} | changes)
        return mirror.requests

    return run


def test_a_file_that_the_folder_lacks_is_fetched_from_the_first_mirror(fetch, tmp_path: Path):
    asked = fetch({"a": mirrors.file(CONTENT), "b": mirrors.file(CONTENT)}, folder=str(tmp_path / "elsewhere"))
    assert asked == [("/a", "")]
    assert (tmp_path / "sources" / "list.txt").read_bytes() == CONTENT


def test_a_file_in_the_folder_is_not_fetched(fetch, tmp_path: Path):
    assert fetch({"a": mirrors.file(CONTENT)}, folder=str(tmp_path / "given")) == []


def test_without_download_or_accepted_terms_nothing_is_asked(fetch):
    for changes in ({"download": False}, {"accept_terms": False}):
        with pytest.raises(UnusableInput):
            fetch({"a": mirrors.file(CONTENT)}, **changes)
        assert fetch.mirror.requests == []


def test_what_was_fetched_is_never_fetched_again(fetch, tmp_path: Path):
    """Snakemake deletes the file before it makes it once more; a copy would take the room twice."""
    fetch({"a": mirrors.file(CONTENT)})
    file = tmp_path / "sources" / "list.txt"
    assert file.stat().st_nlink == 2
    for download in (True, False):
        file.unlink()
        assert fetch({"a": mirrors.answer(404)}, download=download) == []
        assert file.read_bytes() == CONTENT


def test_a_damaged_copy_of_what_was_fetched_is_fetched_again(fetch, tmp_path: Path):
    fetch({"a": mirrors.file(CONTENT)})
    (tmp_path / "cache" / "list.txt").write_bytes(CONTENT[:-1])
    assert fetch({"a": mirrors.file(CONTENT)}) == [("/a", "")]


def test_the_next_mirror_is_asked_and_only_the_published_file_is_taken(fetch, tmp_path: Path):
    wrong = CONTENT[:-1] + b"!"
    asked = fetch({"a": mirrors.answer(404), "b": mirrors.file(wrong), "c": mirrors.file(CONTENT)})
    assert asked == [("/a", ""), ("/b", ""), ("/c", "")]
    assert (tmp_path / "sources" / "list.txt").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["list.txt"]


def test_every_failure_is_told_with_what_to_do_by_hand(fetch, tmp_path: Path):
    wrong = CONTENT[:-1] + b"!"
    with pytest.raises(UnusableInput) as error:
        fetch({"a": mirrors.answer(403), "b": mirrors.file(wrong), "c": mirrors.answer(200, b"<html>Quota</html>")})
    first, second = str(error.value).splitlines()
    base = fetch.mirror.address
    assert first == (
        f"celeba's list.txt: expected to fetch it, but {base}/a: answered 403 Forbidden; "
        f"{base}/b: sent another file, of sha256 {hashlib.sha256(wrong).hexdigest()}; "
        f"{base}/c: announced 18 bytes where there should be 170,000"
    )
    assert second.endswith(f"170,000 bytes, sha256 {SHA256}, into the folder that datasets.celeba.folder names.")
    assert not (tmp_path / "sources").exists()


def test_what_a_killed_run_had_fetched_is_gone_on_from(fetch, tmp_path: Path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / f"list.txt.{SHA256[:12]}.part").write_bytes(CONTENT[:100_000])
    assert fetch({"a": mirrors.file(CONTENT)}) == [("/a", "bytes=100000-")]
    assert (tmp_path / "sources" / "list.txt").read_bytes() == CONTENT


def test_what_is_gone_on_from_is_fetched_anew_where_it_was_wrong(fetch, tmp_path: Path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / f"list.txt.{SHA256[:12]}.part").write_bytes(bytes(100_000))
    assert fetch({"a": mirrors.file(CONTENT)}) == [("/a", "bytes=100000-"), ("/a", "")]
    assert (tmp_path / "sources" / "list.txt").read_bytes() == CONTENT


def test_a_full_disk_is_said_in_two_lines(fetch, tmp_path: Path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / f"list.txt.{SHA256[:12]}.part").symlink_to("/dev/full")
    with pytest.raises(UnusableInput, match="found the disk full\nMake room and run again"):
        fetch({"a": mirrors.file(CONTENT)})


def test_the_committed_table_is_of_files_with_a_sha256_a_size_and_an_address():
    known = official.read(TABLE)
    assert len(known) == TABLE.read_text().count("\n") - 1
    for (role, _), file in known.items():
        assert role in {"celeba", "mnist", "cifar10"}
        assert len(file.sha256) == 64 and int(file.sha256, 16) and file.length > 0
        assert file.urls or file.drive
        assert all(url.startswith("https://") for url in file.urls)


def test_the_recipe_of_the_documentation_gives_a_folder_that_torchvision_reads(tmp_path: Path, monkeypatch):
    """Provide six files, unpack the archive beside them: what docs/data.md says."""
    from torchvision.datasets import CelebA

    sources, body = tmp_path / "results" / "sources" / "celeba", io.BytesIO()
    Image.new("RGB", (celeba.WIDTH, celeba.HEIGHT), (9, 90, 200)).save(body, "JPEG")
    given, rows = tmp_path / "given", np.random.default_rng(0).choice([-1, 1], (3, 40))
    celeba.write_identities(given / "identity_CelebA.txt", [2880, 7, 2880])
    celeba.write_partitions(given / "list_eval_partition.txt", [0, 1, 2])
    celeba.write_attributes(given / "list_attr_celeba.txt", pd.DataFrame(rows, columns=celeba.ATTRIBUTES))
    celeba.write_landmarks(given / "list_landmarks_align_celeba.txt", np.arange(30).reshape(3, 5, 2))
    celeba.write_boxes(given / "list_bbox_celeba.txt", np.arange(12).reshape(3, 4))
    with zipfile.ZipFile(given / "img_align_celeba.zip", "w") as archive:
        for row in range(3):
            archive.writestr(f"{celeba.FOLDER}/{celeba.file_name(row)}", body.getvalue())
    names = [name for role, name in official.read(TABLE) if role == "celeba"]
    assert sorted(names) == sorted(path.name for path in given.iterdir())
    with mirrors.serving({name: mirrors.file((given / name).read_bytes()) for name in names}) as mirror:
        rows = [("celeba", name, (given / name).read_bytes(), mirror.url(name)) for name in names]
        known = table(tmp_path / "official.csv", *rows)
        for name in names:
            provide_official(
                role="celeba", name=name, folder="", accept_terms=True, download=True,
                official_files=known, cache=sources / "fetched", file=sources / name,
            )  # fmt: skip
    with zipfile.ZipFile(sources / "img_align_celeba.zip") as archive:
        archive.extractall(sources)
    mine = [(key, hashlib.md5((given / name).read_bytes()).hexdigest(), name) for key, _, name in CelebA.file_list]
    monkeypatch.setattr(CelebA, "file_list", mine)  # its checksums are of the official release
    read = CelebA(str(sources.parent), split="all", target_type=["identity", "bbox"])
    assert read.identity.squeeze().tolist() == [2880, 7, 2880] and read.bbox[2].tolist() == [8, 9, 10, 11]
    with read[2][0] as picture:
        assert picture.size == (celeba.WIDTH, celeba.HEIGHT)
