import numpy as np

from obverse import samples
from obverse.scale_pixels import scale_pixels

STATUS = ["ok"] * 30 + ["overlap"] * 5


def scaled(data, folder) -> np.ndarray:
    outputs = {"scaled_images": folder / "images.npy", "scaled_samples": folder / "samples.parquet"}
    scale_pixels(images=data.images, samples=data.samples, **outputs)
    return samples.read_images(outputs["scaled_images"])


def test_every_position_of_the_usable_images_is_stretched_from_black_to_white(data_set, tmp_path):
    """(x - min) / (max - min) with both over the set, as published, up to the rounding of uint8."""
    data = data_set("faces", ["x"] * 35, status=STATUS)
    found, usable = scaled(data, tmp_path / "out"), data.pixels[:30].astype(float)
    low, high = usable.min(axis=0), usable.max(axis=0)
    assert np.abs(found[:30] / 255 - (usable - low) / (high - low)).max() <= 0.5 / 255 + 1e-9
    assert (found[:30].min(axis=0) == 0).all() and (found[:30].max(axis=0) == 255).all()


def test_what_must_not_be_used_does_not_set_the_range(data_set, tmp_path):
    data = data_set("faces", ["x"] * 35, status=STATUS)
    before = np.array(scaled(data, tmp_path / "a")[:30])
    data.pixels[30:] = 255 - data.pixels[30:]
    samples.write_images(data.images, data.pixels)
    assert np.array_equal(before, scaled(data, tmp_path / "b")[:30])


def test_a_position_that_never_changes_becomes_black(data_set, tmp_path):
    data = data_set("faces", ["x"] * 4)
    data.pixels[:, 3, 5] = 90
    samples.write_images(data.images, data.pixels)
    assert (scaled(data, tmp_path / "out")[:, 3, 5] == 0).all()


def test_the_samples_stay_what_they_are(data_set, tmp_path):
    data = data_set("faces", ["x", "y"] * 3, status=["ok"] * 5 + ["overlap"])
    scaled(data, tmp_path / "out")
    assert samples.read(tmp_path / "out" / "samples.parquet").equals(samples.read(data.samples))


def test_two_runs_give_the_same_bytes(data_set, tmp_path):
    data = data_set("faces", ["x"] * 35, status=STATUS)
    for name in ("a", "b"):
        scaled(data, tmp_path / name)
    for product in ("images.npy", "samples.parquet"):
        assert (tmp_path / "a" / product).read_bytes() == (tmp_path / "b" / product).read_bytes()
