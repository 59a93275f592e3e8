"""Train the small network that reads attributes off faces: the recipe of resources/attributes.safetensors."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from obverse import cli, cooling, devices, face_boxes, pictures, seeds, stamps, training
from obverse.faces import jpeg, render, shots
from obverse.faces import people as population
from obverse.faces.landmarks import LEFT_EYE, RIGHT_EYE
from obverse.faces.truth import ATTRIBUTES
from obverse.landmarkers import Cutter
from obverse.progress import Progress
from obverse.rekognition import attributes, cuts

_HEIGHT, _WIDTH = 218, 178
_EYES = (24.0, 56.0)  # pixels between them, least and most: half as large as in CelebA, and half as large again
_QUALITY = (78, 97)  # of JPEG
_KEPT = 80  # pixels of a crop that is kept to cut others from
_DARK, _CLEAR, _SHUT = 0.12, 0.33, 0.15  # shares with sunglasses, up to eyeglasses, and of eyes shut: rare otherwise
_VALIDATION = 0.1  # of the people
_BATCH = 200


class Reading:
    """The task of reading attributes: crops uint8 [N, 3, 80, 80] around the reader's square, targets [N, 9] in 0-1."""

    measure = "validation_nats"

    def __init__(self, crops: torch.Tensor, targets: torch.Tensor, rows: int) -> None:
        self.crops, self.targets, self.rows = crops, targets, rows
        self.size = attributes.Reader.size
        self.square = cuts.around(_KEPT / 2, _KEPT / 2, self.size)

    def loss(self, network: nn.Module, rows: torch.Tensor) -> torch.Tensor:
        """Return the mean cross-entropy in nats; each step looks through another square, light, or a mirror."""
        shift, zoom, gamma, turn = torch.randn(2) * 1.5, torch.randn(1) * 0.05, torch.randn(1) * 0.2, torch.rand(1)
        x, y = (_KEPT / 2 + shift).tolist()
        crops = self._cut(cuts.around(x, y, self.size * math.exp(zoom)), rows) ** math.exp(gamma)
        return self._nats(network(crops.flip(3) if turn < 0.5 else crops), rows)

    def validate(self, network: nn.Module) -> float:
        """Return the mean cross-entropy in nats of the pictures after ``rows``."""
        rows = torch.arange(self.rows, len(self.crops), device=self.crops.device)
        sums = [len(part) * self._nats(network(self._cut(self.square, part)), part) for part in rows.split(_BATCH)]
        return float(sum(sums)) / len(rows)

    def _nats(self, logits: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        return functional.binary_cross_entropy_with_logits(logits.float(), self.targets[rows])

    def _cut(self, square: face_boxes.Square, rows: torch.Tensor) -> torch.Tensor:
        seen = Cutter(_KEPT, _KEPT, square, self.size, self.crops.device)(self.crops[rows])
        return seen.contiguous(memory_format=torch.channels_last)


def train_attributes(
    *,
    seed: int,
    first_person: int,
    people: int,
    pictures: int,
    width: int,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    precision: str,
    threads: int,
    weights: Path,
    history: Path,
) -> None:
    """Render ``people`` from number ``first_person`` on, and train on ``pictures`` of each.

    Glasses and shut eyes are more frequent than in the stand-ins, which have too few to learn from. The last tenth of
    the people choose the epoch. A killed run renders them again and goes on from its state.
    """
    device = devices.prepare(precision, threads)
    crops, targets = _rendered(seed, first_person, people, pictures)
    rows = pictures * (people - max(1, round(_VALIDATION * people)))
    schedule = training.Schedule(seed, epochs, batch_size, learning_rate)
    drawn = {"first_person": first_person, "people": people, "pictures": pictures, "width": width}
    stamp = stamps.stamp("train_attributes", {}, **drawn, **vars(schedule), **device.describe())
    network = training.initialised(attributes.Reader, seed, width=width)
    task = Reading(*(torch.from_numpy(array).to(device.torch) for array in (crops, targets)), rows)
    run = cooling.Cooling(network, task, schedule, device, keep="lowest", label="train_attributes")
    training.complete(run, {weights: network}, stamp, history=history)


def _rendered(seed: int, first: int, people: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return crops uint8 [N, 3, 80, 80] and targets float32 [N, 9]."""
    crops = np.empty((people * count, attributes.Reader.channels, _KEPT, _KEPT), np.uint8)
    targets = np.empty((len(crops), len(attributes.NAMES)), np.float32)
    with Progress("rendering faces to learn from", len(crops), "pictures") as progress:
        for row, (picture, age) in enumerate(_shots(seed, first, people, count)):
            square = attributes.square(picture.landmarks)
            wide = square.side * _KEPT / attributes.Reader.size
            edge = (wide - square.side) / 2
            seen = pictures.decode(
                jpeg.encode(picture.pixels, int(seeds.generator(seed, "jpeg", row).integers(*_QUALITY)))
            )
            crops[row] = _colour(seen, face_boxes.Square(square.x - edge, square.y - edge, wide))
            targets[row] = [*(picture.attributes[name] for name in ATTRIBUTES), age]
            progress.advance(1)
    return crops, targets


def _colour(picture: Image.Image, square: face_boxes.Square) -> np.ndarray:
    return cuts.cut(picture.convert("RGB"), square, _KEPT)


def _shots(seed: int, first: int, people: int, count: int) -> Iterator[tuple[render.Picture, float]]:
    """Yield each picture and how old its person seems, person by person."""
    for index in range(first, first + people):
        head = render.sculpt(population.person(seed, index))
        random = seeds.generator(seed, "attribute framing", index)
        for number in range(count):
            shot = _varied(shots.draw_shot(seed, "attributes", head.person, number), random)
            plane = render.outline(head.person, shot)
            picture = render.render(head, shot, plane, (_HEIGHT, _WIDTH), _framing(plane, random))
            yield picture, _seeming_age(head.person)


def _varied(shot: shots.Shot, random: np.random.Generator) -> shots.Shot:
    chance, shut, opened = random.random(3)
    glasses = shots.SUNGLASSES if chance < _DARK else shots.EYEGLASSES if chance < _CLEAR else shots.NO_GLASSES
    closed = float(random.uniform(0.0, 0.08))
    return shot._replace(
        glasses=glasses,
        eye_open=closed if shut < _SHUT else shot.eye_open,
        jaw=float(random.uniform(0.3, 1.0)) if opened < 0.2 else shot.jaw,
    )


def _framing(plane: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return a placement [2, 3]: half have their eyes level and some way apart, as CelebA's; half lie as they fall."""
    apart = float(np.exp(random.uniform(*np.log(_EYES))))
    x, y = np.array([0.5 * _WIDTH, 0.48 * _HEIGHT]) + random.normal(0, 4.0, 2)
    if random.random() < 0.5:
        return render.eyes_at(plane, (x - apart / 2, y), (x + apart / 2, y))
    left, right = plane[LEFT_EYE].mean(axis=0), plane[RIGHT_EYE].mean(axis=0)
    scale = apart / float(np.hypot(*(right - left)))
    middle = (left + right) / 2
    return render.centred(x - scale * middle[0], y - scale * middle[1], scale)


def _seeming_age(person: population.Person) -> float:
    """Return 0-1: nobody here has an age, but folds, grey hair and little of it are what a viewer takes for one."""
    hair = person.hair
    grey = sum(hair.colour) / 3 > 0.15 and hair.colour[0] < 1.2 * hair.colour[2]
    thin = min(hair.line[:3]) > 50
    return 0.6 * min(1.0, person.skin.lines / 0.65) + 0.25 * grey + 0.15 * thin


if __name__ == "__main__":
    cli.run(train_attributes)
