"""Pictures out of focus, on the device they lie on."""

import torch
from torch.nn import functional

_REACH = 3  # standard deviations at which the kernel ends


def blurred(pictures: torch.Tensor, sigma: float) -> torch.Tensor:
    """Return float32 [N, 1, H, W] blurred by a normal distribution of ``sigma`` pixels; the border goes on outside.

    What is narrower than a fifth of a pixel would hardly show, and leaves the pictures as they are.
    """
    if sigma < 0.2:
        return pictures
    reach = int(_REACH * sigma + 1)
    steps = torch.arange(-reach, reach + 1, dtype=torch.float32, device=pictures.device)
    kernel = torch.softmax(-0.5 * (steps / sigma) ** 2, dim=0)
    padded = functional.pad(pictures, (reach, reach, reach, reach), mode="replicate")
    return functional.conv2d(functional.conv2d(padded, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1))
