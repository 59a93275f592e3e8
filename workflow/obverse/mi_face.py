"""MI-Face, Algorithm 1 of Fredrikson, Jha and Ristenpart (CCS 2015): the paper's baseline "MIA", all classes at once.

For each class it climbs the classifier's own gradient, from a black image towards one that the classifier is sure of.
That needs the classifier's weights, which no inverter is given.
"""

from copy import deepcopy
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import nn

from obverse.progress import Progress

_DEEP = 65535  # OpenCV denoises whole numbers; 8 bits would round a step's small changes away
_PATCH, _NEIGHBOURHOOD = 3, 11  # pixels of non-local means: of a patch, and of where patches like it are looked for
_BLUR = 1.0  # pixels, standard deviation of the Gaussian whose difference sharpens


@dataclass(frozen=True)
class Search:
    """The algorithm's parameters; in its letters ``steps`` is α, ``patience`` β and ``learning_rate`` λ.

    A class's search ends when its cost is no smaller than any of its last ``patience`` ones (0: never), or when its
    confidence reaches ``stop_confidence``: γ = 0.99 is read as that, since "cost ≤ γ" would end it at one per cent.
    ``cost`` is ``confidence``, 1 - F(x), as published, or ``cross_entropy``, -log F(x), whose slope does not vanish
    where the classifier is sure that the image is somebody else's. Process is non-local means of strength ``denoise``
    (a share of white), then sharpening by ``sharpen``; 0 leaves either out. ``keep_best`` returns the iterate of least
    cost, as published, else the last.
    """

    steps: int
    patience: int
    stop_confidence: float
    learning_rate: float
    cost: str
    denoise: float
    sharpen: float
    keep_best: bool


@dataclass(frozen=True)
class Found:
    """Per class: image float32 [K, 1, H, W] in [0, 1], the classifier's confidence in it [K], the steps taken [K]."""

    images: torch.Tensor
    confidences: torch.Tensor
    steps: torch.Tensor


def search(classifier: nn.Module, num_classes: int, size: int, how: Search, device: torch.device) -> Found:
    """Search for an image of each class; ``classifier`` gives logits [N, K] and is in evaluation mode on ``device``."""
    classifier = deepcopy(classifier).to(memory_format=torch.channels_last)  # a quarter faster on a CPU
    images = torch.zeros(num_classes, 1, size, size, device=device)
    found = Found(
        images.clone(),
        torch.full((num_classes,), -1.0, device=device),
        torch.zeros(num_classes, dtype=torch.int64, device=device),
    )
    window = torch.full((num_classes, max(how.patience, 1)), torch.inf, device=device)
    active = torch.arange(num_classes, device=device)
    _, slopes = _climb(classifier, images, active, how.cost)
    with Progress("mi_face", how.steps * num_classes, "steps") as progress:
        for step in range(how.steps):
            climbed = (images[active] + how.learning_rate * slopes).clamp(0, 1)
            images[active] = processed(climbed, how)
            confidences, slopes = _climb(classifier, images[active], active, how.cost)
            _keep(found, active, images[active], confidences, how.keep_best)
            costs = 1 - confidences  # of either cost: one falls where the other does
            stuck = costs >= window[active].amax(dim=1) if how.patience else torch.zeros_like(costs, dtype=torch.bool)
            window[active, step % window.shape[1]] = costs
            progress.advance(len(active), f"{len(active)} of {num_classes} classes searched on")
            on = ~(stuck | (confidences >= how.stop_confidence))
            active, slopes = active[on], slopes[on]
            if len(active) == 0:
                break
    return found


def processed(images: torch.Tensor, how: Search) -> torch.Tensor:
    """Return images float32 [N, 1, H, W] in [0, 1] denoised and sharpened: the paper's Process."""
    if not (how.denoise or how.sharpen):
        return images
    results = []
    for image in images[:, 0].cpu().numpy():
        if how.denoise:
            deep = np.rint(image * _DEEP).astype(np.uint16)
            strength = [how.denoise * _DEEP]
            image = cv2.fastNlMeansDenoising(deep, strength, None, _PATCH, _NEIGHBOURHOOD, cv2.NORM_L1) / _DEEP
        if how.sharpen:
            image = image + how.sharpen * (image - cv2.GaussianBlur(image, (0, 0), _BLUR))
        results.append(np.clip(image, 0, 1).astype(np.float32))
    return torch.from_numpy(np.stack(results))[:, None].to(images.device)


def _climb(
    classifier: nn.Module, images: torch.Tensor, labels: torch.Tensor, cost: str
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the confidence [N] in each image's label, and the direction [N, 1, H, W] in which the cost falls."""
    images = images.detach().requires_grad_()
    logs = classifier(images).log_softmax(dim=1).gather(1, labels[:, None])[:, 0]
    (slopes,) = torch.autograd.grad((logs if cost == "cross_entropy" else logs.exp()).sum(), images)
    return logs.detach().exp(), slopes


def _keep(found: Found, labels: torch.Tensor, images: torch.Tensor, confidences: torch.Tensor, best: bool) -> None:
    better = confidences > found.confidences[labels] if best else torch.ones_like(confidences, dtype=torch.bool)
    found.images[labels[better]] = images[better]
    found.confidences[labels[better]] = confidences[better]
    found.steps[labels] += 1
