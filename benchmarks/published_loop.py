"""The published way to train an inverter, stated plainly: what ours is measured against.

Written from the description of the authors' code, none of it copied: one loader process that converts each picture by
itself, the classifier asked again at every step, float32, Adam with amsgrad, torch's defaults for everything else.
"""

from collections.abc import Iterator

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset, RandomSampler

OFFSET, SMALLEST_LOG = 50.0, -1000.0


class Pictures(Dataset):
    """Grey pictures uint8 [N, H, W], converted one at a time to float32 [1, H, W] in [0, 1]."""

    def __init__(self, pictures: np.ndarray) -> None:
        self.pictures = pictures

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, at: int) -> torch.Tensor:
        picture = Image.fromarray(self.pictures[at])
        return torch.from_numpy(np.array(picture)).unsqueeze(0).float().div(255)


def classifier(num_classes: int, width: int) -> nn.Module:
    """Return the published classifier for 64-pixel pictures, which ends in softmax."""
    layers: list[nn.Module] = []
    for inner, outer in ((1, width), (width, 2 * width), (2 * width, 4 * width), (4 * width, 8 * width)):
        layers += [nn.Conv2d(inner, outer, 3, 1, 1), nn.BatchNorm2d(outer), nn.MaxPool2d(2, 2), nn.ReLU(True)]
    layers += [nn.Flatten(), nn.Linear(8 * width * 16, 5 * num_classes), nn.Dropout(0.5)]
    return nn.Sequential(*layers, nn.Linear(5 * num_classes, num_classes), nn.Softmax(dim=1))


def inverter(num_classes: int, width: int) -> nn.Module:
    """Return the published inverter of 64-pixel pictures; its input is [N, K, 1, 1]."""
    layers: list[nn.Module] = [nn.ConvTranspose2d(num_classes, 8 * width, 4, 1, 0)]
    for inner, outer in ((8 * width, 4 * width), (4 * width, 2 * width), (2 * width, width)):
        layers += [nn.BatchNorm2d(inner), nn.Tanh(), nn.ConvTranspose2d(inner, outer, 4, 2, 1)]
    layers += [nn.BatchNorm2d(width), nn.Tanh(), nn.ConvTranspose2d(width, 1, 4, 2, 1), nn.Sigmoid()]
    return nn.Sequential(*layers)


def truncated(scores: torch.Tensor, kept: int) -> torch.Tensor:
    """Return the published features [N, K, 1, 1] of scores [N, K] of which the ``kept`` largest are released."""
    largest, places = torch.topk(scores, kept)
    values = torch.clamp(torch.log(largest), min=SMALLEST_LOG) + OFFSET
    values = values + torch.relu(-values.min(dim=1, keepdim=True)[0])
    return torch.zeros_like(scores).scatter(1, places, values)[:, :, None, None]


def losses(pictures: np.ndarray, num_classes: int, width: int, batch_size: int) -> Iterator[torch.Tensor]:
    """Yield the loss of one training step after another, without end."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data = Pictures(pictures)
    sampler = RandomSampler(data, replacement=True, num_samples=10**9)  # one loader process for all steps
    loader = DataLoader(data, batch_size, sampler=sampler, num_workers=1, pin_memory=device.type == "cuda")
    target, network = classifier(num_classes, width).to(device).eval(), inverter(num_classes, width).to(device)
    optimiser = torch.optim.Adam(network.parameters(), lr=2e-4, betas=(0.5, 0.999), amsgrad=True)
    network.train()
    for images in loader:
        images = images.to(device)
        with torch.no_grad():
            scores = target(images)
        optimiser.zero_grad()
        loss = functional.mse_loss(network(truncated(scores, num_classes)), images)
        loss.backward()
        optimiser.step()
        yield loss.detach()
