"""Train the small landmark network on rendered faces: the recipe of resources/landmarks.safetensors and head.csv."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn

from obverse import (
    celeba,
    cli,
    cooling,
    devices,
    face_boxes,
    heatmaps,
    landmarks,
    seeds,
    stamps,
    training,
)
from obverse.faces import people as population
from obverse.faces import render, shots
from obverse.faces.landmarks import MIRROR
from obverse.faces.landmarks import points as solid_points
from obverse.landmarkers import Cutter, SmallFan
from obverse.progress import Progress

_EYES = np.array([(69.0, 111.0), (108.0, 111.0)])  # where CelebA's alignment puts them
_UNSURE = 2.0  # pixels, the standard deviation of where it does put them
_YAW, _PITCH = (22.0, 65.0), (12.0, 40.0)  # degrees, standard deviation and most: wider than the stand-in's
_GREY = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R 601
_SIGMA = 1.0  # of a target, in cells
_VALIDATION = 0.1  # of the people
_BATCH = 100


class Finding:
    """The task of finding landmarks [N, 68, 2], in pixels, on grey pictures uint8 [N, 1, H, W], on the device."""

    measure = "validation_pixels"

    def __init__(self, pictures: torch.Tensor, points: torch.Tensor, rows: int, square: face_boxes.Square) -> None:
        self.pictures, self.points, self.rows, self.square = pictures, points, rows, square
        self._mirror = torch.from_numpy(MIRROR).to(points.device)

    def loss(self, network: nn.Module, rows: torch.Tensor) -> torch.Tensor:
        """Return the mean cross-entropy in nats of heatmaps; each step looks through another square, or a mirror."""
        shift, zoom, gamma, turn = torch.randn(2) * 6, torch.randn(1) * 0.05, torch.randn(1) * 0.2, torch.rand(1)
        side = self.square.side * math.exp(zoom)
        aside = ((self.square.side - side) / 2 + shift).tolist()
        square = face_boxes.Square(self.square.x + aside[0], self.square.y + aside[1], side)
        crops = self._cut(square, self.pictures[rows]) ** math.exp(gamma)
        cells = self._cells(square, self.points[rows])
        if turn < 0.5:
            crops = crops.flip(3)
            cells = cells[:, self._mirror] * cells.new_tensor((-1, 1)) + cells.new_tensor((SmallFan.cells, 0))
        targets = heatmaps.drawn(cells, SmallFan.cells, _SIGMA).flatten(2)
        maps = network(crops.contiguous(memory_format=torch.channels_last)).flatten(2)
        return -(targets * torch.log_softmax(maps.float(), dim=-1)).sum(-1).mean()

    def validate(self, network: nn.Module) -> float:
        """Return the mean distance in pixels between found and true landmarks of the pictures after ``rows``."""
        apart = []
        for pictures, points in zip(
            self.pictures[self.rows :].split(_BATCH), self.points[self.rows :].split(_BATCH), strict=True
        ):
            found = network.read(network(self._cut(self.square, pictures)))
            apart.append((found - self._cells(self.square, points)).norm(dim=-1).mean(dim=1))
        return torch.cat(apart).mean().item() * self.square.side / SmallFan.cells

    def _cut(self, square: face_boxes.Square, pictures: torch.Tensor) -> torch.Tensor:
        return Cutter(*pictures.shape[2:], square, SmallFan.size, pictures.device)(pictures)

    def _cells(self, square: face_boxes.Square, points: torch.Tensor) -> torch.Tensor:
        return (points - points.new_tensor(square[:2])) * (SmallFan.cells / square.side)


def train_landmarks(
    *,
    seed: int,
    first_person: int,
    people: int,
    pictures: int,
    box: list[int],
    width: int,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    precision: str,
    threads: int,
    weights: Path,
    head: Path,
    history: Path,
) -> None:
    """Render ``people`` from number ``first_person`` on as CelebA aligns them, and train on ``pictures`` of each.

    They look to all sides more often than people do: a network that has seen few of a pose takes it for a milder one.
    The last tenth of the people choose the epoch. ``head`` gets the mean of all their landmarks on the head. A killed
    run renders them again and goes on from its state.
    """
    device = devices.prepare(precision, threads)
    grey, points, solid = _rendered(seed, first_person, people, pictures)
    rows = pictures * (people - max(1, round(_VALIDATION * people)))
    square = face_boxes.square(tuple(box))
    on_device = (torch.from_numpy(array).to(device.torch) for array in (grey, points))
    schedule = training.Schedule(seed, epochs, batch_size, learning_rate)
    drawn = {"first_person": first_person, "people": people, "pictures": pictures, "box": box, "width": width}
    stamp = stamps.stamp("train_landmarks", {}, **drawn, **vars(schedule), **device.describe())
    network = training.initialised(SmallFan, seed, width=width)
    run = cooling.Cooling(
        network, Finding(*on_device, rows, square), schedule, device, keep="lowest", label="train_landmarks"
    )
    training.complete(run, {weights: network}, stamp, history=history)
    landmarks.write_head(head, (solid + solid[MIRROR] * (-1, 1, 1)) / 2)


def _rendered(seed: int, first: int, people: int, pictures: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pictures uint8 [N, 1, H, W], landmarks float32 [N, 68, 2], and the mean head's landmarks [68, 3]."""
    grey = np.empty((people * pictures, 1, celeba.HEIGHT, celeba.WIDTH), np.uint8)
    points, solid = np.empty((len(grey), landmarks.NUMBER, 2), np.float32), np.zeros((landmarks.NUMBER, 3))
    with Progress("rendering faces to learn from", len(grey), "pictures") as progress:
        for row, (picture, shape) in enumerate(_shots(seed, first, people, pictures)):
            grey[row, 0] = np.round(picture.pixels @ _GREY)
            points[row] = picture.landmarks
            solid += shape / len(grey)
            progress.advance(1)
    return grey, points, solid


def _shots(seed: int, first: int, people: int, pictures: int) -> Iterator[tuple[render.Picture, np.ndarray]]:
    """Yield each picture, aligned not quite right, and its landmarks [68, 3] on the head; person by person."""
    for index in range(first, first + people):
        head = render.sculpt(population.person(seed, index))
        random = seeds.generator(seed, "landmark alignment", index)
        for number in range(pictures):
            yaw, pitch = (float(np.clip(random.normal(0, wide), -most, most)) for wide, most in (_YAW, _PITCH))
            shot = shots.draw_shot(seed, "landmarks", head.person, number)._replace(yaw=yaw, pitch=pitch)
            plane = render.outline(head.person, shot)
            left, right = _EYES + random.normal(0, _UNSURE, _EYES.shape)
            placement = render.eyes_at(plane, tuple(left), tuple(right))
            picture = render.render(head, shot, plane, (celeba.HEIGHT, celeba.WIDTH), placement)
            yield picture, solid_points(head.person, shot.jaw, shot.smile, shot.eye_open)


if __name__ == "__main__":
    cli.run(train_landmarks)
