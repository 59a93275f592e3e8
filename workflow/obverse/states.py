"""The state a training leaves on disk, from which a killed run goes on to the same bytes."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import torch

from obverse import files, provenance


def fingerprint(stamp: dict[str, str]) -> str:
    """Return a digest of all that a result depends on: numbers, input files, device (the stamp) and code."""
    code = provenance.code(json.loads(stamp["obverse"])["stage"])
    return hashlib.sha256(json.dumps([stamp, code], sort_keys=True).encode()).hexdigest()


def beside(product: Path) -> Path:
    """Return where the state of the training that makes ``product`` lies: next to it, as ``NAME.state``."""
    return product.with_name(f"{product.name}.state")


@dataclass(frozen=True)
class State:
    """Where the state lies, and what a training must be made from for it to be of use (`fingerprint`)."""

    path: Path
    fingerprint: str

    def write(self, contents: dict[str, object]) -> None:
        """Replace the state by ``contents``: tensors and plain values."""
        with files.replacing(self.path) as temporary:
            torch.save({"fingerprint": self.fingerprint, **contents}, temporary)

    def read(self, device: torch.device) -> dict[str, object] | None:
        """Return the contents, tensors on ``device``; None if there are none, damaged ones, or ones of other things."""
        try:
            contents = torch.load(self.path, map_location=device, weights_only=True)
            return contents if contents["fingerprint"] == self.fingerprint else None
        except Exception:  # whatever a missing file, a damaged pickle or archive, or a file of something else leads to
            return None

    def remove(self) -> None:
        """Remove the state, once what it was kept for is written."""
        files.remove(self.path)
