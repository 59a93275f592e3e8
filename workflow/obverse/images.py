"""Images as data sets keep them, uint8 [N, H, W], and as networks see them, float32 [N, 1, H, W] in [0, 1]."""

import numpy as np
import torch


def resident(stored: np.ndarray, rows: np.ndarray, device: torch.device) -> torch.Tensor:
    """Return the ``rows`` of memory-mapped uint8 images as a uint8 tensor on the device."""
    return torch.from_numpy(stored[rows]).to(device)


def seen(stored: torch.Tensor) -> torch.Tensor:
    """Return what a network sees of uint8 images [N, H, W]."""
    return stored.unsqueeze(1).to(torch.float32) / 255


def stored(seen: torch.Tensor) -> np.ndarray:
    """Return uint8 [N, H, W], rounded, of what a network sees or draws."""
    return np.rint(seen[:, 0].cpu().numpy() * 255).astype(np.uint8)
