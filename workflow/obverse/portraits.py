"""Which picture of a person a report shows, and whether it may."""

from pathlib import Path

import numpy as np

from obverse.samples import read, read_images


class Portraits:
    """One picture of each identity of a data set; ``shown`` says whether a report may hold its pictures."""

    def __init__(self, images: Path, samples: Path, shown: bool) -> None:
        self.images, self.table, self.shown = read_images(images), read(samples).to_pandas(), shown
        self._rows = {name: rows.to_numpy() for name, rows in self.table.groupby("identity").groups.items()}

    def of(self, identity: str) -> np.ndarray | None:
        """Return the picture, uint8 [H, W], nearest to the mean of the person's; None where there is none to show."""
        rows = self._rows.get(identity)
        if rows is None or not self.shown:
            return None
        pictures = self.images[rows].astype(np.float32)
        return self.images[rows[((pictures - pictures.mean(axis=0)) ** 2).sum(axis=(1, 2)).argmin()]]
