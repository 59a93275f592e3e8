"""Files that show whether they were unpickled."""

import os
import pickle
from pathlib import Path

import torch


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return os.mkdir, (str(self.path),)


def pickled(sprung: Path) -> bytes:
    """Return a pickle that makes the folder ``sprung``."""
    return pickle.dumps(Trap(sprung))


def archived(sprung: Path) -> bytes:
    """Return the same as an archive that torch.save writes; those of TorchScript are such archives too."""
    beside = sprung.with_suffix(".saved")
    torch.save(Trap(sprung), beside)
    return beside.read_bytes()
