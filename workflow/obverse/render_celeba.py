"""Render CelebA's stand-in: aligned pictures and the lists about them, some people being FaceScrub's too."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from obverse import archives, celeba, cli, seeds, stamps
from obverse.faces import jpeg, people, render, shots, truth
from obverse.progress import Progress

_QUALITY = 95
_LEFT_EYE, _RIGHT_EYE = (69.0, 111.0), (108.0, 111.0)
_SHARES = (0.8, 0.9)  # of the people: training until the first, validation until the second, then test


def render_celeba(
    *,
    seed: int,
    identities: int,
    pictures: int,
    shared: int,
    first_stranger: int,
    archive: Path,
    identity_list: Path,
    name_list: Path,
    attribute_list: Path,
    landmark_list: Path,
    partition_list: Path,
    truth: Path,
) -> None:
    """Render ``identities`` people, ``pictures`` of each, and list them as CelebA does.

    The pictures of a person are scattered over the file numbers. The first ``shared`` people are FaceScrub's 0 to
    ``shared`` - 1, their names spelt another way; the rest are numbered from ``first_stranger``.
    """
    indices = [*range(shared), *range(first_stranger, first_stranger + identities - shared)]
    files_of = seeds.generator(seed, "celeba files").permutation(identities * pictures).reshape(identities, pictures)
    facts: list[dict[str, object]] = [{} for _ in range(identities * pictures)]
    contents = dict(_pictures(seed, indices, files_of, facts))
    members = ((f"{celeba.FOLDER}/{celeba.file_name(row)}", contents.pop(row)) for row in range(len(facts)))
    archives.write(archive, members)
    person_of = np.empty(len(facts), np.int64)
    person_of[files_of] = np.arange(identities)[:, None]
    numbers = seeds.generator(seed, "celeba identities").permutation(identities)
    names = [_spelling(rank, people.person(seed, index).name, rank < shared) for rank, index in enumerate(indices)]
    celeba.write_identities(identity_list, (numbers[person_of] + 1).tolist())
    celeba.write_names(name_list, [names[rank] for rank in person_of])
    celeba.write_attributes(attribute_list, _attributes([fact["attributes"] for fact in facts]))
    celeba.write_landmarks(landmark_list, _five_points(np.stack([fact["landmarks"] for fact in facts])))
    celeba.write_partitions(partition_list, np.searchsorted(_SHARES, (numbers[person_of] + 0.5) / identities).tolist())
    numbers_asked = {"identities": identities, "pictures": pictures, "shared": shared, "first_stranger": first_stranger}
    stamp = stamps.stamp("render_celeba", {}, seed=seed, **numbers_asked)
    _write_truth(truth, [fact["truth"] for fact in facts], stamp)


def _write_truth(path: Path, rows: list[dict[str, object]], stamp: dict[str, str]) -> None:
    truth.write(path, rows, stamp)


def _pictures(
    seed: int, indices: list[int], files_of: np.ndarray, facts: list[dict[str, object]]
) -> Iterator[tuple[int, bytes]]:
    """Yield row and JPEG of every picture, person by person; fill ``facts`` row by row."""
    with Progress("rendering CelebA's stand-in", files_of.size, "pictures") as progress:
        for rank, index in enumerate(indices):
            head = render.sculpt(people.person(seed, index))
            for number, row in enumerate(files_of[rank].tolist()):
                shot = shots.draw_shot(seed, "celeba", head.person, number)
                plane = render.outline(head.person, shot)
                placement = render.eyes_at(plane, _LEFT_EYE, _RIGHT_EYE)
                picture = render.render(head, shot, plane, (celeba.HEIGHT, celeba.WIDTH), placement)
                facts[row] = {
                    "attributes": _listed(head.person, picture.attributes),
                    "landmarks": picture.landmarks,
                    "truth": truth.row(row + 1, index, shot, picture),
                }
                yield row, jpeg.encode(picture.pixels, _QUALITY)
                progress.advance(1)


def _spelling(rank: int, name: str, shared: bool) -> str:
    """Return a name as CelebA's list spells it; people in FaceScrub too are spelt another way there."""
    plain = name.replace(" ", "_")
    if not shared:
        return plain
    first, rest = plain.split("_", 1)
    variants = (f"{first}-{rest}", f"{plain}_Jr.", plain.upper(), _accented(plain))
    return variants[rank % len(variants)]


def _accented(name: str) -> str:
    return name.translate(str.maketrans("aeiou", "áéíóú"))


def _listed(person: people.Person, seen: dict[str, bool]) -> dict[str, bool]:
    """Return those of CelebA's 40 attributes that the renderer knows."""
    hair, brightness = person.hair, sum(person.hair.colour) / 3
    return {
        "Male": seen["male"],
        "No_Beard": not seen["beard"],
        "Goatee": person.beard.chin > 0.5 and person.beard.cheeks < 0.2,
        "Mustache": seen["moustache"],
        "Eyeglasses": seen["eyeglasses"] or seen["sunglasses"],
        "Smiling": seen["smiling"],
        "Mouth_Slightly_Open": seen["mouth_open"],
        "Bald": min(hair.line[:3]) > 75,
        "Bangs": max(hair.line[:3]) < 34,
        "Receding_Hairline": 50 < min(hair.line[:3]) <= 75,
        "Black_Hair": brightness < 0.03,
        "Blond_Hair": brightness > 0.2 and hair.colour[0] > 1.8 * hair.colour[2],
        "Gray_Hair": brightness > 0.15 and hair.colour[0] < 1.2 * hair.colour[2],
        "Bushy_Eyebrows": person.brows.thickness > 2.6,
        "Pale_Skin": person.skin.colour[0] > 0.65,
    }


def _attributes(rows: list[dict[str, bool]]) -> pd.DataFrame:
    known = pd.DataFrame(rows).astype(np.int64) * 2 - 1
    return known.reindex(columns=celeba.ATTRIBUTES, fill_value=-1)


def _five_points(landmarks: np.ndarray) -> np.ndarray:
    """Return eyes, nose tip and mouth corners, int64 [N, 5, 2], of landmarks [N, 68, 2]."""
    eyes = [landmarks[:, 36:42].mean(axis=1), landmarks[:, 42:48].mean(axis=1)]
    return np.round(np.stack([*eyes, landmarks[:, 30], landmarks[:, 48], landmarks[:, 54]], axis=1)).astype(np.int64)


if __name__ == "__main__":
    cli.run(render_celeba)
