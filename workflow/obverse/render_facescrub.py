"""Render FaceScrub's stand-in: its two lists, and what the hosts that the lists name would answer."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from obverse import archives, cli, facescrub, seeds, stamps
from obverse.faces import jpeg, people, render, shots, truth
from obverse.progress import Progress

_QUALITY, _COPY_QUALITY = 92, 80
_BOX_PER_EYES = 2.77  # side of a face detector's box in distances between the eyes: CelebA's crop has the same
_EYE_LINE = 0.38  # height of the eyes in the box


class _Faults(NamedTuple):
    """What is wrong with which picture."""

    original: np.ndarray  # int64 [N]: the picture each one copies, or -1
    dead: np.ndarray  # bool [N]
    wrong_hash: np.ndarray  # bool [N]


def render_facescrub(
    *,
    seed: int,
    identities: int,
    pictures: int,
    near_duplicates: float,
    dead_urls: float,
    wrong_hashes: float,
    actors: Path,
    actresses: Path,
    hosts: Path,
    truth: Path,
) -> None:
    """Render people 0 to ``identities`` - 1, ``pictures`` of each, and list them as FaceScrub does.

    ``near_duplicates``, ``dead_urls`` and ``wrong_hashes`` are shares (0-1) of all pictures. ``hosts`` is an archive of
    what each host answers: member ``host/path``; a dead URL has none.
    """
    faults = _faults(seed, identities, pictures, near_duplicates, dead_urls, wrong_hashes)
    rows: list[dict[str, object]] = []
    truths: list[dict[str, object]] = []
    archives.write(hosts, _answers(seed, identities, pictures, faults, rows, truths))
    faces = pd.DataFrame(rows)
    facescrub.write_list(actors, faces[~faces["actress"]])
    facescrub.write_list(actresses, faces[faces["actress"]])
    shares = {"near_duplicates": near_duplicates, "dead_urls": dead_urls, "wrong_hashes": wrong_hashes}
    stamp = stamps.stamp("render_facescrub", {}, seed=seed, identities=identities, pictures=pictures, **shares)
    _write_truth(truth, truths, stamp)


def _write_truth(path: Path, rows: list[dict[str, object]], stamp: dict[str, str]) -> None:
    truth.write(path, rows, stamp)


def _faults(
    seed: int, identities: int, pictures: int, near_duplicates: float, dead_urls: float, wrong_hashes: float
) -> _Faults:
    """Plant exactly the stated shares; a person's first picture is never a copy, and no copy copies a copy."""
    draw = seeds.generator(seed, "facescrub faults")
    total = identities * pictures
    later = np.flatnonzero(np.arange(total) % pictures > 0)
    copies = draw.permutation(later)[: round(near_duplicates * total)]
    original = np.full(total, -1)
    is_copy = np.zeros(total, bool)
    is_copy[copies] = True
    for copy in np.sort(copies):
        first = copy - copy % pictures
        own = first + np.flatnonzero(~is_copy[first : first + pictures])
        original[copy] = draw.choice(own)
    order = draw.permutation(total)
    dead, wrong = round(dead_urls * total), round(wrong_hashes * total)
    position = np.argsort(order)
    return _Faults(original, position < dead, (position >= dead) & (position < dead + wrong))


def _answers(
    seed: int,
    identities: int,
    pictures: int,
    faults: _Faults,
    rows: list[dict[str, object]],
    truths: list[dict[str, object]],
) -> Iterator[tuple[str, bytes]]:
    """Yield what each living URL answers; fill the lists' ``rows`` and the ``truths``."""
    with Progress("rendering FaceScrub's stand-in", identities * pictures, "pictures") as progress:
        for index in range(identities):
            head = render.sculpt(people.person(seed, index))
            for number in range(pictures):
                row = index * pictures + number
                draw = seeds.generator(seed, "facescrub list", row)
                source = number if faults.original[row] < 0 else int(faults.original[row]) % pictures
                shot, picture, box = _photograph(seed, head, source)
                if source != number:
                    picture, box = _copy(picture, box, draw)
                content = jpeg.encode(picture.pixels, _QUALITY if source == number else _COPY_QUALITY)
                address = f"gallery-{draw.integers(1, 13):02d}.example/{_slug(head.person.name)}/{number:04d}.jpg"
                rows.append(_list_row(row, head.person, address, box, content, bool(faults.wrong_hash[row]), draw))
                copied = int(faults.original[row]) + 1 if source != number else -1
                truths.append(truth.row(row + 1, index, shot, picture, copied))
                if not faults.dead[row]:
                    yield address, content
                progress.advance(1)


def _photograph(seed: int, head: render.Head, number: int) -> tuple[shots.Shot, render.Picture, np.ndarray]:
    """Return a picture with room around the face, and the square box [4] that a face detector would find."""
    shot = shots.draw_shot(seed, "facescrub", head.person, number)
    draw = seeds.generator(seed, "facescrub framing", head.person.index, number)
    height, width, side = draw.integers((212, 176, 98), (245, 205, 119)).tolist()
    plane = render.outline(head.person, shot)
    scale = side / (_BOX_PER_EYES * head.eye_distance)
    eyes, mouth = _eye_centres(plane).mean(axis=0), plane[48:60].mean(axis=0)
    face = np.array([(eyes[0] + mouth[0]) / 2, eyes[1] + (0.5 - _EYE_LINE) * side / scale])
    middle = np.array([width / 2, 0.54 * height]) + draw.normal(0, 3.0, 2)
    offset = middle - scale * face
    picture = render.render(head, shot, plane, (height, width), render.centred(offset[0], offset[1], scale))
    found = side * float(np.clip(draw.normal(1.0, 0.03), 0.92, 1.08))
    corner = np.round(middle + draw.normal(0, 0.018 * side, 2) - found / 2)
    corner = np.clip(corner, 5, np.array([width, height]) - round(found) - 5)
    return shot, picture, np.concatenate([corner, corner + round(found)]).astype(int)


def _eye_centres(points: np.ndarray) -> np.ndarray:
    return np.stack([points[36:42].mean(axis=0), points[42:48].mean(axis=0)])


def _copy(picture: render.Picture, box: np.ndarray, draw: np.random.Generator) -> tuple[render.Picture, np.ndarray]:
    """Return a picture as another site shows it: margins cut, brightened a little."""
    left, top = draw.integers(0, 4, 2)
    brighter = np.minimum(picture.pixels[top:, left:] * draw.uniform(1.02, 1.10), 255).astype(np.uint8)
    shifted = picture.landmarks - np.array([left, top], np.float32)
    cut = np.array([left, top, left, top])
    return picture._replace(pixels=brighter, landmarks=shifted), box - cut + np.tile(draw.integers(-1, 2, 2), 2)


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def _list_row(
    row: int,
    person: people.Person,
    address: str,
    box: np.ndarray,
    content: bytes,
    wrong: bool,
    draw: np.random.Generator,
) -> dict[str, object]:
    stated = content + b"another version of this file" if wrong else content
    return {
        "name": person.name,
        "image_id": 3 * row + 1 + int(draw.integers(3)),  # unique and, as in the real lists, not consecutive
        "face_id": row + 1,
        "url": f"http://{address}",
        **dict(zip(("x1", "y1", "x2", "y2"), box.tolist(), strict=True)),
        "sha256": hashlib.sha256(stated).hexdigest(),
        "actress": person.actress,
    }


if __name__ == "__main__":
    cli.run(render_facescrub)
