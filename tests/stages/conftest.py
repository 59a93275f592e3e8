"""What several stages read: small data sets, splits and prediction caches, written as the stages before would."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch

from obverse import checkpoints, poses, predictions, reserved, samples, splits, stamps, tables
from obverse.evaluators import Evaluator


@dataclass(frozen=True)
class DataSet:
    """Where a data set lies, and what is in it, row by row."""

    images: Path
    samples: Path
    sample_ids: np.ndarray
    pixels: np.ndarray

    def of(self, sample_ids: Sequence[int]) -> np.ndarray:
        """Return the pictures of some sample_ids, in their order."""
        rows = [int(np.flatnonzero(self.sample_ids == sample_id)[0]) for sample_id in sample_ids]
        return self.pixels[rows]


@pytest.fixture
def data_set(tmp_path: Path) -> Callable[..., DataSet]:
    """Write a data set of noise, one picture for each of ``identities``; sample_ids are in no order."""

    def write(
        name: str,
        identities: Sequence[str],
        *,
        size: int = 8,
        status: Sequence[str] | None = None,
        groups: Sequence[int] | None = None,
    ) -> DataSet:
        random = np.random.default_rng(len(name))
        count = len(identities)
        sample_ids = random.permutation(10 * count)[:count] + 1000
        pixels = random.integers(0, 256, (count, size, size), dtype=np.uint8)
        duplicate_group = sample_ids
        if groups is not None:
            smallest = {group: sample_ids[np.equal(groups, group)].min() for group in groups}
            duplicate_group = np.array([smallest[group] for group in groups])
        columns = {
            "sample_id": sample_ids,
            "identity": list(identities),
            "source": [f"{name}/{i}.jpg" for i in range(count)],
            "status": list(status or ["ok"] * count),
            "duplicate_group": duplicate_group,
        }
        where = tmp_path / name
        samples.write_images(where / "images.npy", pixels)
        samples.write(where / "samples.parquet", pa.table(columns), {})
        return DataSet(where / "images.npy", where / "samples.parquet", sample_ids, pixels)

    return write


@pytest.fixture
def split_table(tmp_path: Path) -> Callable[..., Path]:
    """Write a classifier's splits table."""

    def write(sample_ids: Sequence[int], labels: Sequence[int], sides: Sequence[str]) -> Path:
        path = tmp_path / "splits.parquet"
        columns = {"sample_id": np.asarray(sample_ids), "label": np.asarray(labels), "split": list(sides)}
        splits.write(path, pa.table(columns), {})
        return path

    return write


@pytest.fixture
def pose_table(tmp_path: Path) -> Callable[..., Path]:
    """Write where faces look: ``looking`` has a pose, or several, for each image; none is unknown."""

    def write(sample_ids: Sequence[int], looking: Sequence[Sequence[str]]) -> Path:
        path = tmp_path / "poses.parquet"
        columns = {name: [name in words for words in looking] for name in poses.CLASSES}
        unknown = {poses.UNKNOWN: [not words for words in looking]}
        table = pa.table({"sample_id": np.asarray(sample_ids)} | columns | unknown, poses.POSES)
        tables.write(path, table, poses.POSES, {})
        return path

    return write


@pytest.fixture
def cache(tmp_path: Path) -> Callable[..., Path]:
    """Write a prediction cache of the softmax of ``logits`` [N, K]."""

    def write(sample_ids: Sequence[int], labels: Sequence[int], logits: np.ndarray, name: str = "cache") -> Path:
        path = tmp_path / f"{name}.parquet"
        scores = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        predictions.write(path, np.asarray(sample_ids), np.asarray(labels), scores.astype(np.float32), {})
        return path

    return write


@pytest.fixture
def reserved_table(tmp_path: Path) -> Callable[..., Path]:
    """Write which images are the evaluation classifier's: by default one that nobody else has, of each identity."""

    def write(identities: Sequence[str], sample_ids: Sequence[int] | None = None) -> Path:
        path = tmp_path / "reserved.parquet"
        count = len(identities)
        ids = np.asarray(sample_ids if sample_ids is not None else 10**6 + np.arange(count))
        columns = {"sample_id": ids, "label": np.arange(count), "identity": list(identities)}
        reserved.write(path, pa.table(columns), {})
        return path

    return write


@pytest.fixture
def judge(tmp_path: Path) -> Callable[..., Path]:
    """Write an evaluation classifier that has learnt nothing, but differs from picture to picture."""

    def write(num_classes: int, size: int = 16) -> Path:
        torch.manual_seed(7)
        made = Evaluator(num_classes=num_classes, size=size, width=8)
        checkpoints.save(tmp_path / "judge.safetensors", made, stamps.stamp("train_evaluator", {}))
        return tmp_path / "judge.safetensors"

    return write
