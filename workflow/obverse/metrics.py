"""How near a reconstruction comes to the truth: one number an image, from images float32 [N, 1, H, W] in [0, 1]."""

import numpy as np
import torch
from torch.nn import functional

_SSIM_WINDOW = 7  # pixels; the uniform window and the constants of Wang et al. 2004, as scikit-image has them
_SSIM_K1, _SSIM_K2 = 0.01, 0.03

_BLOCK = 1000  # images scored at once: a score holds several copies of them
_RANKED_AT_ONCE = 1000  # reconstructions: all distances of the paper's 85,000 members would fill 29 GB


def mse(reconstructions: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Return the mean squared error over pixels, [N]; the paper's measure.

    >>> mse(torch.zeros(1, 1, 2, 2), torch.full((1, 1, 2, 2), 0.5))
    tensor([0.2500])
    """
    _check_shapes(reconstructions, truth)
    return (reconstructions - truth).square().mean(dim=(1, 2, 3))


def ssim(reconstructions: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Return the structural similarity [N], in [-1, 1], 1 for equal images (Wang et al. 2004, eq. 13)."""
    _check_shapes(reconstructions, truth)
    count = _SSIM_WINDOW**2

    def mean(images: torch.Tensor) -> torch.Tensor:
        return functional.avg_pool2d(images, _SSIM_WINDOW, stride=1)

    first, second = mean(reconstructions), mean(truth)
    sample = count / (count - 1)  # unbiased variances
    variance = sample * (mean(reconstructions.square()) - first.square() + mean(truth.square()) - second.square())
    covariance = sample * (mean(reconstructions * truth) - first * second)
    luminance = (2 * first * second + _SSIM_K1**2) / (first.square() + second.square() + _SSIM_K1**2)
    structure = (2 * covariance + _SSIM_K2**2) / (variance + _SSIM_K2**2)
    return (luminance * structure).mean(dim=(1, 2, 3))


def nearness(reconstructions: torch.Tensor, truth: torch.Tensor, device: torch.device) -> dict[str, np.ndarray]:
    """Return ``mse`` and ``ssim`` [N] of images that lie anywhere, taken on ``device`` block by block."""
    found: dict[str, list[np.ndarray]] = {"mse": [], "ssim": []}
    for pair in zip(reconstructions.split(_BLOCK), truth.split(_BLOCK), strict=True):
        first, second = (images.to(device) for images in pair)
        found["mse"].append(mse(first, second).cpu().numpy())
        found["ssim"].append(ssim(first, second).cpu().numpy())
    return {name: np.concatenate(blocks) for name, blocks in found.items()}


def identity_rank(reconstructions: torch.Tensor, truth: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the rank [N] of the right identity by its nearest true picture, 1 for the best.

    ``labels`` [N] says who is on picture i of ``truth``. The picture a reconstruction is of does not count: what is
    asked is whether it shows the person, not whether it shows the picture. An identity with no other picture ranks
    behind all that have one.
    """
    _check_shapes(reconstructions, truth)
    pictures = truth.flatten(1)
    people = labels.unique()
    ranks = []
    for rows in torch.arange(len(pictures)).split(_RANKED_AT_ONCE):
        distances = torch.cdist(reconstructions[rows].flatten(1), pictures)  # [B, N]
        distances[torch.arange(len(rows)), rows] = torch.inf
        nearest = torch.stack([distances[:, labels == person].amin(dim=1) for person in people], dim=1)  # [B, people]
        own = nearest.gather(1, torch.searchsorted(people, labels[rows])[:, None])
        ranks.append(1 + (nearest < own).sum(dim=1))
    return torch.cat(ranks)


def _check_shapes(reconstructions: torch.Tensor, truth: torch.Tensor) -> None:
    if reconstructions.shape != truth.shape or truth.ndim != 4 or truth.shape[1] != 1:
        raise ValueError(
            f"expected two equal shapes [N, 1, H, W], found {tuple(reconstructions.shape)} and {tuple(truth.shape)}"
        )
