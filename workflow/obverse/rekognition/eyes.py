"""The stand-in's eyes: from pictures to ``FaceDetails``, by nothing but their pixels.

A picture's answer is the same, to the last bit, whichever pictures are seen together with it (`padded`).
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image

from obverse import checkpoints, head_pose, landmarks
from obverse.landmarkers import SmallFan
from obverse.rekognition import answers, attributes, cuts, folded, padded
from obverse.rekognition.finder import SURE, Finder, Sighting

FOCAL = 2.4  # larger sides of the picture: the stand-ins' camera
_FAR_OFF = 1.0  # eye distances: what the mean head misses by more has no pose


class Eyes:
    """The networks; on the CPU and in float32, where they take milliseconds and every machine has one."""

    def __init__(self, *, landmark_weights: Path, attribute_weights: Path, head: Path) -> None:
        """Load them; raise `UnusableInput` for a file that is not theirs."""
        self.finder = Finder(checkpoints.load(landmark_weights, SmallFan))
        self._reader = checkpoints.load(attribute_weights, attributes.Reader)
        self._reader.layers = folded.sequence(self._reader.layers)
        self._head = landmarks.read_head(head)

    def see(self, pictures: Sequence[Image.Image]) -> list[dict[str, object] | None]:
        """Return the face of each picture in colour ("RGB") as ``FaceDetails`` hold it, or None where there is none."""
        found = self.finder.find([picture.convert("L") for picture in pictures])
        seen = [(picture, face) for picture, face in zip(pictures, found, strict=True) if face is not None]
        details = iter(self._details(seen) if seen else [])
        return [None if face is None else next(details) for face in found]

    def _details(self, seen: Sequence[tuple[Image.Image, Sighting]]) -> list[dict[str, object]]:
        size = self._reader.size
        crops = [cuts.cut(picture, attributes.square(face.points), size) for picture, face in seen]
        # To doubles first: how a sigmoid of floats is rounded can depend on how many are taken at once.
        chances = torch.sigmoid(padded.run(self._reader, crops).double()).tolist()
        sights = []
        for (picture, face), crop, row in zip(seen, crops, chances, strict=True):
            camera = head_pose.camera(picture.height, picture.width, FOCAL)
            pose = head_pose.estimate(face.points, self._head, camera, _FAR_OFF)
            readings = dict(zip(attributes.NAMES, row, strict=True))
            sights.append(answers.Sight(picture.size, face.points, readings, pose, face.sureness - SURE, crop))
        return [answers.detail(sight) for sight in sights]
