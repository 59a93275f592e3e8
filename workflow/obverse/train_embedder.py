"""Train the small face embedder that comes with the project: the recipe of resources/embedder.safetensors."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from obverse import centres, cli, devices, seeds, stamps, training
from obverse.embedders import Compact
from obverse.faces import landmarks, people, render, shots
from obverse.progress import Progress
from obverse.readings import Reading

FIRST = 1_000_000  # the number of the first person: stand-ins count theirs from 0, so nobody here is in one
_READING = Reading("rgb", 48, 127.5, 127.5)
_SIDE, _PER_EYES, _EYE_LINE = 108, 2.77, 0.38  # a face cut out as CelebA's box and FaceScrub's detector do
_SCALE, _MARGIN = 24.0, 0.25  # of CosFace (Wang et al. 2018): logits s (cos - m), the margin m for the own class
_BATCH = 500


class Likeness(nn.Module):
    """An embedder under training: it must tell ``people`` people apart, each one a direction."""

    def __init__(self, *, people: int, **architecture: int) -> None:
        super().__init__()
        self.embedder = Compact(**architecture)
        self.directions = nn.Parameter(torch.randn(people, architecture["dimension"]))

    def forward(self, faces: torch.Tensor) -> torch.Tensor:
        """Return cosines [N, people]."""
        return self.embedder(faces) @ functional.normalize(self.directions).T


class Naming:
    """The task of naming people by cosine with a margin: faces uint8 [N, 3, S, S], labels int64 [N]."""

    measure = "strangers_found"

    def __init__(self, faces: torch.Tensor, strangers: np.ndarray, pictures: int) -> None:
        self.faces, self.rows = faces, len(faces)
        self.labels = torch.arange(len(faces), device=faces.device) // pictures
        self.strangers, self.identities = strangers, np.arange(len(strangers)) // pictures

    def loss(self, network: nn.Module, rows: torch.Tensor) -> torch.Tensor:
        """Return the mean cross-entropy, in nats."""
        labels = self.labels[rows]
        cosines = network((self.faces[rows].float() - _READING.mean) / _READING.deviation)
        margins = _MARGIN * functional.one_hot(labels, cosines.shape[1])
        return functional.cross_entropy(_SCALE * (cosines - margins), labels)

    def validate(self, network: nn.Module) -> float:
        """Return the share of people not trained on who are found again where one pair of strangers in 10,000 is."""
        device = self.faces.device
        embedded = [
            network.embedder(torch.from_numpy(_READING.scaled(batch)).to(device)).cpu().numpy()
            for batch in np.split(self.strangers, range(_BATCH, len(self.strangers), _BATCH))
        ]
        alike = centres.likeness(np.concatenate(embedded), self.identities)
        return 1 - alike.missed(alike.threshold(1e-4))


def train_embedder(
    *,
    seed: int,
    identities: int,
    strangers: int,
    pictures: int,
    width: int,
    dimension: int,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    threads: int,
    weights: Path,
    history: Path,
) -> None:
    """Train on ``pictures`` rendered pictures of each of ``identities`` people, and keep the last epoch.

    ``history`` says how well ``strangers`` further people are told apart. A killed run goes on from its state.
    """
    device = devices.prepare("float32", threads)
    faces = _faces(seed, identities + strangers, pictures)
    known, unknown = np.split(faces, [identities * pictures])
    architecture = {"channels": 3, "size": _READING.size, "width": width, "dimension": dimension}
    schedule = training.Schedule(seed, epochs, batch_size, learning_rate)
    asked = {"identities": identities, "strangers": strangers, "pictures": pictures}
    stamp = stamps.stamp("train_embedder", {}, **asked, **architecture, **vars(schedule), **device.describe())
    network = training.initialised(Likeness, seed, people=identities, **architecture)
    task = Naming(torch.from_numpy(known).to(device.torch), unknown, pictures)
    run = training.Training(network, task, schedule, device, keep="last", label="train_embedder")
    training.complete(run, {weights: network.embedder}, stamp, history=history)


def _faces(seed: int, count: int, pictures: int) -> np.ndarray:
    """Return uint8 [count * pictures, 3, S, S], person by person."""
    faces = np.empty((count * pictures, 3, _READING.size, _READING.size), np.uint8)
    with Progress("rendering faces to train on", len(faces), "pictures") as progress:
        for number in range(count):
            head = render.sculpt(people.person(seed, FIRST + number))
            for picture in range(pictures):
                shot = shots.draw_shot(seed, "embedder", head.person, picture)
                plane = render.outline(head.person, shot)
                draw = seeds.generator(seed, "embedder framing", FIRST + number, picture)
                placement = _framing(head, plane, draw)
                pixels = render.render(head, shot, plane, (_SIDE, _SIDE), placement).pixels
                faces[number * pictures + picture] = _READING.pixels(Image.fromarray(pixels))
            progress.advance(pictures)
    return faces


def _framing(head: render.Head, plane: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Return a placement [2, 3]: half are turned and scaled until the eyes lie level, as CelebA; half as they fall."""
    eyes = _SIDE / _PER_EYES * float(np.exp(draw.normal(0, 0.03)))
    x, y = (_SIDE * (np.array([0.5, _EYE_LINE]) + draw.normal(0, 0.02, 2))).tolist()
    if draw.random() < 0.5:
        return render.eyes_at(plane, (x - eyes / 2, y), (x + eyes / 2, y))
    scale = eyes / head.eye_distance
    middle = np.stack([plane[landmarks.LEFT_EYE].mean(axis=0), plane[landmarks.RIGHT_EYE].mean(axis=0)]).mean(axis=0)
    mouth = plane[48:60].mean(axis=0)
    return render.centred(x - scale * (middle[0] + mouth[0]) / 2, y - scale * middle[1], scale)


if __name__ == "__main__":
    cli.run(train_embedder)
