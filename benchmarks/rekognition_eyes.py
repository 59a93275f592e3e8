"""How well the stand-in for Rekognition sees: rendered strangers whose truth is known, and photographs of nobody.

python benchmarks/rekognition_eyes.py [--people 80] [--pictures 5] [--patches 40]

Pictures go through JPEG and the service's own reading of it. Photographs are those of CIFAR-10's stand-in, whole and in
patches of at least 80 pixels.
"""

import argparse
import platform
import sys
from collections.abc import Sequence
from importlib import metadata, resources
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))

from obverse import devices, landmarks
from obverse.faces import jpeg, render, shots
from obverse.rekognition import finder, received
from obverse.rekognition.answers import POINTS
from obverse.write_cifar10 import PHOTOGRAPHS
from rekognition_clients import EYES_AT, eyes, head

_FLAGS = {
    **{"eyeglasses": "Eyeglasses", "sunglasses": "Sunglasses", "beard": "Beard", "moustache": "Mustache"},
    **{"eyes_open": "EyesOpen", "mouth_open": "MouthOpen", "smiling": "Smile", "male": "Gender"},
}
_TOLD = {True: True, False: False, "Male": True, "Female": False}


def framed(kind: str, person: int, number: int) -> tuple[shots.Shot, render.Picture]:
    """Return a stranger as CelebA's stand-in frames one, as FaceScrub's does, or anywhere in a wide picture."""
    stranger, random = head(person), np.random.default_rng((person, number))
    shot = shots.draw_shot(1, f"eyes {kind}", stranger.person, number)
    plane = render.outline(stranger.person, shot)
    if kind == "celeba":
        return shot, render.render(stranger, shot, plane, (218, 178), render.eyes_at(plane, *EYES_AT))
    if kind == "facescrub":
        height, width, side = random.integers((212, 176, 98), (245, 205, 119)).tolist()
        scale = side / (2.77 * stranger.eye_distance)
        place = render.centred(width / 2, 0.6 * height, scale)
        return shot, render.render(stranger, shot, plane, (height, width), place)
    scale = np.exp(random.uniform(*np.log((22, 70)))) / stranger.eye_distance
    place = render.centred(*random.uniform((90, 90), (310, 210)).tolist(), scale)
    return shot, render.render(stranger, shot, plane, (300, 400), place)


def measure(kind: str, people: int, pictures: int) -> None:
    """Print what is found of one framing."""
    taken = [framed(kind, person, number) for person in range(people) for number in range(pictures)]
    seen = eyes().see([received.picture(jpeg.encode(picture.pixels, 92)) for _, picture in taken])
    found = [(*pair, detail) for pair, detail in zip(taken, seen, strict=True) if detail]
    print(f"{kind}: a face found in {len(found)} of {len(taken)}")
    apart = [missed(picture, detail) for _, picture, detail in found]
    print(f"  landmarks off by {np.mean(apart):.3f} eye distances (95 in 100 below {np.quantile(apart, 0.95):.3f})")
    for angle in ("yaw", "pitch", "roll"):
        errors = [abs(getattr(shot, angle) - detail["Pose"][angle.title()]) for shot, _, detail in found]
        print(f"  {angle} off by {np.mean(errors):.1f} degrees (95 in 100 below {np.quantile(errors, 0.95):.1f})")
    for name, field in _FLAGS.items():
        pairs = [(picture.attributes[name], _TOLD[detail[field]["Value"]]) for _, picture, detail in found]
        print(f"  {name}: {agreement(pairs)}")
    every = [p.attributes[name] == _TOLD[d[field]["Value"]] for _, p, d in found for name, field in _FLAGS.items()]
    print(f"  all attributes: {np.mean(every):.1%} of {len(every)} right")


def missed(picture: render.Picture, detail: dict) -> float:
    """Return the mean distance of the 30 landmarks from the truth, in eye distances."""
    height, width = picture.pixels.shape[:2]
    told = np.array([(point["X"] * width, point["Y"] * height) for point in detail["Landmarks"]])
    true = np.array([picture.landmarks[list(POINTS[point["Type"]])].mean(axis=0) for point in detail["Landmarks"]])
    return float(np.linalg.norm(told - true, axis=1).mean() / landmarks.eye_distance(picture.landmarks))


def agreement(pairs: Sequence[tuple[bool, bool]]) -> str:
    """Return the share told right, of all, of those that have it, and of those that do not."""
    have, lack = ([told == true for true, told in pairs if true == value] for value in (True, False))
    parts = {"": have + lack, " where true": have, " where false": lack}
    return "right " + ", ".join(f"{np.mean(part):.1%} of {len(part)}{which}" for which, part in parts.items() if part)


def measure_nobody(patches: int) -> None:
    """Print in how many pictures of nobody a face is seen, and how sure the network is at most."""
    random, seen = np.random.default_rng(0), []
    for package, member in PHOTOGRAPHS.values():
        with (resources.files(package) / member).open("rb") as stream:
            photograph = Image.open(stream).convert("RGB")
        seen.append(photograph)
        for _ in range(patches):
            side = int(np.exp(random.uniform(np.log(80), np.log(min(photograph.size)))))
            left, top = (int(random.integers(0, length - side + 1)) for length in photograph.size)
            seen.append(photograph.crop((left, top, left + side, top + side)))
    found = sum(detail is not None for detail in eyes().see(seen))
    likest = eyes().finder.likest([picture.convert("L") for picture in seen])
    sure = max(sighting.sureness for sighting in likest)
    print(f"nobody: a face seen in {found} of {len(seen)}; at most {sure:.3f} sure, {finder.SURE} is enough")


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--people", type=int, default=80)
    parser.add_argument("--pictures", type=int, default=5, help="of each")
    parser.add_argument("--patches", type=int, default=40, help="of each photograph")
    asked = parser.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, torch {metadata.version('torch')}")
    devices.prepare("float32", 1)
    for kind in ("celeba", "facescrub", "anywhere"):
        measure(kind, asked.people, asked.pictures)
    measure_nobody(asked.patches)


if __name__ == "__main__":
    main()
