from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from obverse import samples
from obverse.errors import UnusableInput

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 8, 6), dtype=np.uint8)


def table(sample_ids: list[int]) -> pa.Table:
    words = ["x"] * len(sample_ids)
    return pa.table(
        {"sample_id": sample_ids, "identity": words, "source": words, "status": words, "duplicate_group": sample_ids}
    )


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "images.npy"
    samples.write_images(path, IMAGES)
    return path


def test_images_come_back_memory_mapped_and_cannot_be_written_to(written: Path):
    images = samples.read_images(written)
    assert isinstance(images, np.memmap) and not images.flags.writeable
    np.testing.assert_array_equal(images, IMAGES)


def test_images_that_come_one_by_one_give_the_same_file(written: Path, tmp_path: Path):
    samples.stream_images(tmp_path / "streamed.npy", IMAGES.shape, iter(IMAGES))
    assert (tmp_path / "streamed.npy").read_bytes() == written.read_bytes()


@pytest.mark.parametrize("count", [4, 6])
def test_another_number_of_images_than_promised_is_not_written(tmp_path: Path, count: int):
    with pytest.raises(ValueError, match=f"expected {count} images, found 5"):
        samples.stream_images(tmp_path / "images.npy", (count, 8, 6), iter(IMAGES))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("odd", [IMAGES[0].astype(np.float32), IMAGES[0, :7], IMAGES])
def test_an_image_of_another_kind_is_not_written(tmp_path: Path, odd: np.ndarray):
    with pytest.raises(TypeError, match=r"image 1 must be uint8 \(8, 6\), found"):
        samples.stream_images(tmp_path / "images.npy", (2, 8, 6), iter([IMAGES[0], odd]))
    assert list(tmp_path.iterdir()) == []


def test_an_empty_stream_is_not_written(tmp_path: Path):
    with pytest.raises(UnusableInput, match="expected at least one image, found an empty data set"):
        samples.stream_images(tmp_path / "images.npy", (0, 8, 6), iter([]))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("images", [IMAGES.astype(np.float32), IMAGES[0], IMAGES[:, None]])
def test_only_uint8_images_in_three_dimensions_are_written(tmp_path: Path, images: np.ndarray):
    with pytest.raises(TypeError, match="images must be uint8"):
        samples.write_images(tmp_path / "images.npy", images)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_data_set_is_not_written(tmp_path: Path):
    with pytest.raises(UnusableInput, match="expected at least one image, found an empty data set"):
        samples.write_images(tmp_path / "images.npy", IMAGES[:0])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kept", [0, 5, 60, 128, 200, -1])
def test_a_truncated_array_is_named(written: Path, kept: int):
    written.write_bytes(written.read_bytes()[:kept])
    with pytest.raises(UnusableInput) as error:
        samples.read_images(written)
    assert str(error.value).startswith(f"{written}: expected an array of images, found a damaged file")


def test_a_file_that_is_no_array_is_named(written: Path):
    written.write_text("images\n" * 100)
    with pytest.raises(UnusableInput, match="found a damaged file"):
        samples.read_images(written)


@pytest.mark.parametrize("wrong", [IMAGES.astype(np.float32), IMAGES[0], IMAGES[:0]])
def test_an_array_of_another_kind_is_named(written: Path, wrong: np.ndarray):
    np.save(written, wrong)
    with pytest.raises(UnusableInput, match=r"expected uint8 \[N, H, W\] with N > 0, found"):
        samples.read_images(written)


def test_a_sample_id_must_be_unique(tmp_path: Path):
    with pytest.raises(ValueError, match="sample_id must be unique"):
        samples.write(tmp_path / "samples.parquet", table([1, 2, 1]), {})


def test_a_table_comes_back(tmp_path: Path):
    samples.write(tmp_path / "samples.parquet", table([9, 2, 5]), {})
    assert samples.read(tmp_path / "samples.parquet").to_pydict() == table([9, 2, 5]).to_pydict()


def test_rows_are_found_in_the_order_they_are_asked_for():
    found = samples.rows(np.array([40, 10, 30, 20]), np.array([10, 10, 20, 40]), Path("t"))
    assert found.tolist() == [1, 1, 3, 0]


def test_asking_for_no_row_gives_none():
    assert samples.rows(np.array([4, 1]), np.array([], np.int64), Path("t")).tolist() == []


@pytest.mark.parametrize("missing", [0, 25, 50])
def test_a_missing_row_is_named_wherever_it_would_stand(missing: int):
    with pytest.raises(UnusableInput) as error:
        samples.rows(np.array([40, 10, 30]), np.array([10, missing, 30, missing]), Path("t.parquet"))
    first = str(error.value).splitlines()[0]
    assert first == f"t.parquet: expected sample_id {missing}, found no such row (2 missing)"


def test_a_row_missing_from_an_empty_table_is_named():
    with pytest.raises(UnusableInput, match="expected sample_id 3, found no such row"):
        samples.rows(np.array([], np.int64), np.array([3]), Path("t"))
