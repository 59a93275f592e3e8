"""Scenario 3 of the paper: a classifier F and its inverter G trained as one network, by F's developer (Eq. 3, 8)."""

import torch
from torch import nn
from torch.nn import functional

from obverse.classifiers import Classifier
from obverse.images import seen
from obverse.inverters import Inverter
from obverse.recognition import VALIDATION_BATCH, Examples, Recognition


class Joint(nn.Module):
    """F and G, G fed with the whole vectors that F would release; its error reaches F's weights through them."""

    def __init__(self, classifier: Classifier, inverter: Inverter) -> None:
        super().__init__()
        self.classifier, self.inverter = classifier, inverter

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return F's logits float32 [N, K] and G's pictures float32 [N, 1, H, W] of ``images`` [N, 1, H, W].

        In training, dropout is for the logits that name the class alone. What F releases is said without dropout, and
        Eq. 8 asks for pictures of what F releases: one pass through F's convolutions serves both.
        """
        features = self.classifier.blocks(images)
        logits = self.classifier.head(features).float()
        released = self._without_dropout(features) if self.training else logits
        return logits, self.inverter(torch.log_softmax(released, dim=1))

    def _without_dropout(self, features: torch.Tensor) -> torch.Tensor:
        kept = (layer for layer in self.classifier.head if not isinstance(layer, nn.Dropout))
        return nn.Sequential(*kept)(features).float()


class RecognitionAndInversion(Recognition):
    """The task of a `Joint` network: naming who is on a picture so that the picture can be drawn from the answer.

    ``weight`` is λ of Eq. 3: what a squared error of 1, mean over pixels, costs beside a nat of cross-entropy. Eq. 8
    sums over the pixels instead: λ = 1 there is a weight of H·W here.
    """

    def __init__(self, members: Examples, held_out: Examples, weight: float) -> None:
        super().__init__(members, held_out)
        self.weight = weight

    def loss(self, network: Joint, rows: torch.Tensor) -> torch.Tensor:
        """Return the mean cross-entropy, in nats, plus the weighted mean squared error."""
        images = seen(self.members.images[rows])
        logits, pictures = network(images)
        error = functional.mse_loss(pictures, images)
        return functional.cross_entropy(logits, self.members.labels[rows]) + self.weight * error

    def validate(self, network: Joint) -> float:
        """Return the share of held-out images that F recognises: it is reported, and chooses nothing."""
        return super().validate(network.classifier)

    def held_out_mse(self, network: Joint) -> float:
        """Return the mean squared error of G's pictures of the held-out images: reported too."""
        total = 0.0
        for batch in self.held_out.images.split(VALIDATION_BATCH):
            images = seen(batch)
            total += functional.mse_loss(network(images)[1], images).item() * len(batch)
        return total / len(self.held_out.images)
