"""Official files through the whole workflow: fetched by naming a target, and never again."""

from pathlib import Path

import numpy as np

import mirrors
from checkouts import TINY, Checkout
from obverse import idx, stamps

TARGET = "results/datasets/mnist/images.npy"
FILES = {
    "train-images-idx3": (5, 28, 28),
    "train-labels-idx1": (5,),
    "t10k-images-idx3": (2, 28, 28),
    "t10k-labels-idx1": (2,),
}


def publish(folder: Path) -> dict[str, mirrors.Page]:
    """Write four small files of MNIST's and return the pages that serve them."""
    random = np.random.default_rng(0)
    for name, shape in FILES.items():
        idx.write(folder / f"{name}-ubyte.gz", random.integers(0, 10, shape, dtype=np.uint8))
    return {path.name: mirrors.file(path.read_bytes()) for path in folder.iterdir()}


def test_naming_a_target_fetches_what_it_needs_and_a_lost_file_comes_back_without_the_network(
    checkout: Checkout, tmp_path: Path
):
    pages = publish(tmp_path / "published")
    (checkout.path / "official.yaml").write_text("datasets: {mnist: {source: official, folder: ''}}")
    asked = ("snakemake", "--cores", "2", "--configfile", TINY, "official.yaml", "--", TARGET)
    with mirrors.serving(pages) as mirror:
        rows = [
            f"mnist,{path.name},{stamps.digest(path)},{path.stat().st_size},{mirror.url(path.name)},\n"
            for path in (tmp_path / "published").iterdir()
        ]
        table = checkout.path / "resources" / "official_files.csv"
        table.write_text("role,file,sha256,bytes,urls,drive\n" + "".join(rows))
        done = checkout.run(*asked)
    assert done.returncode == 0, done.stderr
    assert sorted(path for path, _ in mirror.requests) == sorted(f"/{name}" for name in pages)
    images = np.load(checkout.path / TARGET)
    assert len(images) == 7
    for name in pages:
        (checkout.path / "results/sources/mnist" / name).unlink()
    (checkout.path / TARGET).unlink()
    again = checkout.run(*asked)
    assert again.returncode == 0, again.stderr
    np.testing.assert_array_equal(np.load(checkout.path / TARGET), images)
