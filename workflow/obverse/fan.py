"""The real FAN: the network of the face-alignment package with its official weights (Bulat and Tzimiropoulos 2017)."""

from pathlib import Path

import torch
from face_alignment.models import FAN
from torch import nn

from obverse import heatmaps
from obverse.errors import UnusableInput


class Fan(nn.Module):
    """FAN of ``modules`` stacked hourglasses; the official 2DFAN-4 has four, and 23,820,176 parameters."""

    channels, size = 3, 256

    def __init__(self, modules: int) -> None:
        super().__init__()
        self.network = FAN(modules)

    def forward(self, crops: torch.Tensor) -> torch.Tensor:
        """Return the last hourglass's heatmaps [B, 68, 64, 64]."""
        return self.network(crops)[-1]

    def read(self, maps: torch.Tensor) -> torch.Tensor:
        """Return points float32 [B, 68, 2] in cells: `heatmaps.quarter_cells`."""
        return heatmaps.quarter_cells(maps)


def load(path: Path) -> Fan:
    """Return FAN with the weights at ``path``, a state dict as the package's authors publish it.

    How many hourglasses there are is read off the names. Nothing in the file is executed. Raises `UnusableInput` when
    the file cannot be read or holds other weights.
    """
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
        modules = len({name.split(".")[0] for name in weights if name.startswith("top_m_")})
        network = Fan(modules)
        network.network.load_state_dict(weights)
    except Exception as error:  # torch.load raises whatever a damaged archive or a refused pickle leads to
        problem = f"expected the weights of FAN, found others ({' '.join(str(error).split())[:160]})"
        raise UnusableInput(path, problem, "Delete it and run again, or name another in poses.weights.") from error
    return network.eval()
