"""The stand-in's eyes, pictures to show them, and Amazon's own client, led to a service on this machine."""

import functools

import boto3
import numpy as np
from botocore.client import BaseClient
from botocore.config import Config

from checkouts import BASE
from obverse import landmarks
from obverse.faces import jpeg, people, render, shots
from obverse.rekognition.eyes import Eyes

STRANGERS = 700_000  # people from here on are in no stand-in and taught no network
EYES_AT = (69.0, 111.0), (108.0, 111.0)  # in CelebA's aligned pictures


@functools.cache
def eyes() -> Eyes:
    """Return the eyes that come with the project."""
    weights = {f"{name[:-1]}_weights": BASE / f"resources/{name}.safetensors" for name in ("landmarks", "attributes")}
    return Eyes(**weights, head=BASE / "resources/head.csv")


@functools.lru_cache(maxsize=100)
def head(person: int) -> render.Head:
    """Return a stranger."""
    return render.sculpt(people.person(1, STRANGERS + person))


def face(person: int, number: int = 0, **changes: object) -> render.Picture:
    """Return a picture of a stranger, framed as CelebA's are."""
    stranger = head(person)
    shot = shots.draw_shot(1, "rekognition tests", stranger.person, number)._replace(**changes)
    plane = render.outline(stranger.person, shot)
    return render.render(stranger, shot, plane, (218, 178), render.eyes_at(plane, *EYES_AT))


def sent(picture: render.Picture, quality: int = 95) -> bytes:
    """Return a picture's JPEG."""
    return jpeg.encode(picture.pixels, quality)


def missed_by(found: np.ndarray, picture: render.Picture) -> float:
    """Return how far landmarks [68, 2] are off the truth in the mean, in eye distances."""
    apart = np.linalg.norm(found - picture.landmarks, axis=1).mean()
    return float(apart / landmarks.eye_distance(picture.landmarks))


def client(url: str, **config: object) -> BaseClient:
    """Return a client with credentials of nobody, which asks ``url`` once unless ``config`` says otherwise."""
    settings = {"retries": {"total_max_attempts": 1, "mode": "standard"}, "read_timeout": 20} | config
    return boto3.client(
        "rekognition",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="nobody",
        aws_secret_access_key="nothing",
        config=Config(**settings),
    )
