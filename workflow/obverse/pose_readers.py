"""Yaw and pitch of unclear faces: a small network that reads them off grey pictures of 32 pixels.

A landmark network wants eyes with edges, which reconstructions do not have. This one learns from pictures whose angles
the landmarks gave, blurred and made noisy, so that it can be taught by whatever data set there is. Its faces lie in
their pictures as CelebA's do. Angles as in `head_pose`. Roll is not read: the alignment of the pictures took it out.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import torch
from torch import nn
from torch.nn import functional

from obverse import images, seeds, tables

SIZE = 32  # pixels across that the network sees, whatever the pictures' size
MIRROR = (-1.0, 1.0)  # a mirrored face turns the other way and looks as high
_SPREAD = (15.0, 8.0)  # degrees; about the standard deviations of yaw and pitch, so that both weigh alike
_DROPOUT = 0.3
_BATCH = 500

SCHEMA = pa.schema(
    [
        ("sample_id", pa.int64()),  # the victim's, or the row where pictures are of nobody's sample
        ("yaw", pa.float32()),  # degrees, positive to the image's right
        ("pitch", pa.float32()),  # degrees, positive up
        ("error", pa.float32()),  # degrees by which the mirrored picture, turned back, is read otherwise; half of them
    ]
)


class PoseReader(nn.Module):
    """Five blocks of 3x3 convolution, batch norm and ReLU, down to 4 cells across, and a linear layer."""

    def __init__(self, *, width: int) -> None:
        super().__init__()
        self.architecture = {"width": width}
        self.blocks = nn.Sequential(
            _block(1, width, 2),
            _block(width, 2 * width, 1),
            _block(2 * width, 2 * width, 2),
            _block(2 * width, 4 * width, 1),
            _block(4 * width, 4 * width, 2),
        )
        self.angles = nn.Sequential(nn.Flatten(), nn.Dropout(_DROPOUT), nn.Linear(4 * width * (SIZE // 8) ** 2, 2))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return yaw and pitch [N, 2] in degrees of float32 [N, 1, 32, 32]; brightness and contrast do not matter."""
        deviation, mean = torch.std_mean(pictures, dim=(1, 2, 3), keepdim=True)
        found = self.angles(self.blocks((pictures - mean) / (deviation + 1e-3)))
        return found.float() * found.new_tensor(_SPREAD, dtype=torch.float32)


def _block(inner: int, outer: int, stride: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inner, outer, 3, stride, 1, bias=False), nn.BatchNorm2d(outer), nn.ReLU())


def loss(found: torch.Tensor, angles: torch.Tensor) -> torch.Tensor:
    """Return how far angles [N, 2] are from the right ones: Huber's loss, in standard deviations."""
    spread = found.new_tensor(_SPREAD)
    return functional.smooth_l1_loss(found / spread, angles / spread)


def seen(pictures: torch.Tensor) -> torch.Tensor:
    """Return what the network sees, float32 [N, 1, 32, 32] in [0, 1], of pictures uint8 [N, H, W] of any size."""
    return functional.interpolate(images.seen(pictures), (SIZE, SIZE), mode="area")


@torch.inference_mode()
def read(reader: PoseReader, pictures: np.ndarray, device: torch.device) -> tuple[np.ndarray, np.ndarray]:
    """Return yaw and pitch [N, 2] and error [N], degrees, of pictures uint8 [N, H, W].

    Each is shown mirrored too, and the readings are averaged, so that no side is preferred. Half of what they are apart
    is the error, which says how sure a reading is, not how right.
    """
    reader = reader.to(device, memory_format=torch.channels_last).eval()
    found = []
    for start in range(0, len(pictures), _BATCH):
        batch = seen(torch.from_numpy(np.array(pictures[start : start + _BATCH])).to(device))
        found.append(torch.stack([reader(batch), reader(batch.flip(3)) * batch.new_tensor(MIRROR)]).cpu())
    both = torch.cat(found, dim=1).numpy()  # [2, N, 2]
    return both.mean(axis=0), np.linalg.norm(both[0] - both[1], axis=1) / 2


def held_out(identities: np.ndarray, fraction: float, seed: int) -> np.ndarray:
    """Return bool [N]: the pictures of a ``fraction`` of the people, drawn; at least one person is, and one is not."""
    people = np.unique(identities)
    count = min(max(round(fraction * len(people)), 1), len(people) - 1)
    return np.isin(identities, seeds.generator(seed, "pose reader people").permutation(people)[:count])


def write(path: Path, sample_ids: np.ndarray, angles: np.ndarray, error: np.ndarray, stamp: dict[str, str]) -> None:
    """Write what was `read` of pictures."""
    columns = {"sample_id": sample_ids, "yaw": angles[:, 0], "pitch": angles[:, 1], "error": error}
    tables.write(path, pa.table(columns), SCHEMA, stamp)


def load(path: Path) -> pa.Table:
    """Read the angles of pictures."""
    return tables.read(path, SCHEMA)
