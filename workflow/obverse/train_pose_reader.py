"""Teach a small network to read yaw and pitch off unclear faces, from the angles that landmarks gave."""

from pathlib import Path

import numpy as np
import torch

from obverse import cli, cooling, devices, pose_readers, poses, samples, stamps, training
from obverse.blurs import blurred
from obverse.errors import UnusableInput
from obverse.images import resident

# How unclear what it learns from is made: more than reconstructions are (docs/data.md). Pixels of 32, then shares of a
# picture's standard deviation, then the pixels over which the noise is alike.
_BLUR, _NOISE, _GRAIN = 2.5, 0.5, 0.8
_CHECKED_BLUR = 1.5  # pixels, of the people it does not learn from


class Reading:
    """The task of reading angles [N, 2] in degrees off pictures uint8 [N, H, W]; the last of both are held out."""

    measure = "validation_degrees"

    def __init__(self, pictures: torch.Tensor, angles: torch.Tensor, rows: int) -> None:
        self.pictures, self.angles, self.rows = pictures, angles, rows

    def loss(self, network: pose_readers.PoseReader, rows: torch.Tensor) -> torch.Tensor:
        """Return the loss on pictures that are blurred, noisy and perhaps mirrored, otherwise at each step."""
        blur, grain, turn = torch.rand(3).tolist()
        clear, angles = pose_readers.seen(self.pictures[rows]), self.angles[rows]
        unclear = blurred(clear, _BLUR * blur)
        amount = _NOISE * torch.rand_like(unclear[:, :, :1, :1]) * unclear.std(dim=(1, 2, 3), keepdim=True)
        unclear = unclear + amount * blurred(torch.randn_like(unclear), _GRAIN * grain)
        if turn < 0.5:
            unclear, angles = unclear.flip(3), angles * angles.new_tensor(pose_readers.MIRROR)
        return pose_readers.loss(network(unclear.contiguous(memory_format=torch.channels_last)), angles)

    def validate(self, network: pose_readers.PoseReader) -> float:
        """Return the mean absolute error of yaw and pitch of the held-out people, their pictures blurred."""
        apart = [
            (network(blurred(pose_readers.seen(pictures), _CHECKED_BLUR)) - angles).abs()
            for pictures, angles in zip(
                self.pictures[self.rows :].split(500), self.angles[self.rows :].split(500), strict=True
            )
        ]
        return torch.cat(apart).mean().item()


def train_pose_reader(
    *,
    images: Path,
    samples: Path,
    angles: Path,
    held_out: float,
    width: int,
    seed: int,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    precision: str,
    threads: int,
    weights: Path,
    history: Path,
) -> None:
    """Train on the usable faces that have angles, but for a share ``held_out`` of the people, and keep the last epoch.

    ``history`` says how well those people's are read. A killed run goes on from its state. Raises `UnusableInput` when
    there are not two people, or too few faces for a step.
    """
    device = devices.prepare(precision, threads)
    pictures, taught, rows = _examples(images, samples, angles, held_out, seed, device)
    schedule = training.Schedule(seed, epochs, batch_size, learning_rate)
    inputs = {"images": images, "samples": samples, "angles": angles}
    asked = {"held_out": held_out, "width": width}
    stamp = stamps.stamp("train_pose_reader", inputs, **asked, **vars(schedule), **device.describe())
    network = training.initialised(pose_readers.PoseReader, seed, width=width)
    task = Reading(pictures, taught, rows)
    run = cooling.Cooling(network, task, schedule, device, keep="last", label="train_pose_reader")
    training.complete(run, {weights: network}, stamp, history=history)


def _examples(
    image_path: Path, sample_path: Path, angle_path: Path, fraction: float, seed: int, device: devices.Device
) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Return pictures uint8 [N, H, W], their angles [N, 2], and how many of them, the first, are to be learnt from."""
    table, known = samples.read(sample_path).to_pandas(), poses.read_angles(angle_path).to_pandas()
    wanted = known[["yaw", "pitch"]].to_numpy()[
        samples.rows(known["sample_id"].to_numpy(), table["sample_id"].to_numpy(), angle_path)
    ]
    usable = (table["status"] == "ok").to_numpy() & np.isfinite(wanted).all(axis=1)
    people = table["identity"].to_numpy()
    if len(np.unique(people[usable])) < 2:
        problem = f"expected usable faces with angles of two people or more, found {usable.sum()} faces"
        raise UnusableInput(angle_path, problem, "Look at the logs of find_landmarks and estimate_pose.")
    aside = usable & pose_readers.held_out(people, fraction, seed)
    taught = usable & ~aside
    rows = np.concatenate([np.flatnonzero(taught), np.flatnonzero(aside)])
    angles = torch.from_numpy(wanted[rows].astype(np.float32)).to(device.torch)
    return resident(samples.read_images(image_path), rows, device.torch), angles, int(taught.sum())


if __name__ == "__main__":
    cli.run(train_pose_reader)
