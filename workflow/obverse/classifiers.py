"""The target classifier F: the paper's convolutional network, of any size.

FaceScrub (64 px, width 128, hidden 2650, K = 530) has 51,025,344 parameters, MNIST (32 px, width 128, hidden 50,
K = 10) has 1,888,560.
"""

import torch
from torch import nn


class Classifier(nn.Module):
    """Maps float32 images [N, 1, H, W] in [0, 1], H = W = ``size``, to logits [N, ``num_classes``].

    log2(size / 4) blocks of 3×3 convolution, batch norm, 2×2 max pooling and ReLU, with ``width``, 2·``width``, …
    channels, then two linear layers with dropout and no nonlinearity between them, as published.
    """

    def __init__(self, *, num_classes: int, size: int, width: int, hidden: int) -> None:
        super().__init__()
        self.architecture = {"num_classes": num_classes, "size": size, "width": width, "hidden": hidden}
        channels = [1, *(width * 2**block for block in range(halvings(size)))]
        blocks = [
            layer
            for inner, outer in zip(channels, channels[1:], strict=False)
            for layer in (nn.Conv2d(inner, outer, 3, padding=1), nn.BatchNorm2d(outer), nn.MaxPool2d(2), nn.ReLU())
        ]
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Sequential(
            nn.Flatten(), nn.Linear(channels[-1] * 16, hidden), nn.Dropout(0.5), nn.Linear(hidden, num_classes)
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits float32 [N, K]."""
        return self.head(self.blocks(images)).float()


def halvings(size: int) -> int:
    """Return how often ``size`` pixels are halved to reach 4; raise `ValueError` unless it is a power of two ≥ 8."""
    if size < 8 or size & (size - 1):
        raise ValueError(f"expected an image size that is a power of two and at least 8, found {size}")
    return size.bit_length() - 3
