"""Pictures moved, mirrored, lit and blurred at random, so that a network learns the person and not the picture."""

import torch

_SHIFT = 0.05  # of the side, at most
_ZOOM = 0.05  # nearer or farther, at most
_BLUR = (0.01, 0.06)  # standard deviation, of the side: a third of a pixel of 32 to what an inverter leaves
_CONTRAST = (0.8, 1.2)
_BRIGHTNESS = 0.08  # added, at most


def distorted(images: torch.Tensor, flip: bool) -> torch.Tensor:
    """Return float32 [N, 1, H, W] in [0, 1]: each of ``images``, of the same kind, distorted by a draw of its own.

    Draws are PyTorch's, on the CPU, so that a device changes none. Each side is sampled through a Gaussian around where
    the pixel comes from, which moves and blurs in one product; beyond the border its nearest pixels go on. With
    ``flip`` every other picture is mirrored.
    """
    count, side = len(images), images.shape[-1]
    blur = side * (_BLUR[0] + (_BLUR[1] - _BLUR[0]) * torch.rand(count))
    zoom = 1 + _ZOOM * _either(count)
    turned = torch.where(torch.rand(count) < 0.5 * flip, -1.0, 1.0)
    down = _sampling(side, _SHIFT * side * _either(count), zoom, blur).to(images.device)
    across = _sampling(side, _SHIFT * side * _either(count), zoom * turned, blur).to(images.device)
    moved = (down @ images[:, 0] @ across.transpose(1, 2)).unsqueeze(1)
    contrast = _CONTRAST[0] + (_CONTRAST[1] - _CONTRAST[0]) * torch.rand(count)
    brightness = _BRIGHTNESS * _either(count)
    contrast, brightness = (drawn.to(images.device).view(-1, 1, 1, 1) for drawn in (contrast, brightness))
    grey = moved.mean(dim=(1, 2, 3), keepdim=True)
    return ((moved - grey) * contrast + grey + brightness).clamp(0, 1)


def _either(count: int) -> torch.Tensor:
    """Return uniform draws from -1 to 1."""
    return 2 * torch.rand(count) - 1


def _sampling(side: int, shift: torch.Tensor, zoom: torch.Tensor, blur: torch.Tensor) -> torch.Tensor:
    """Return weights [N, ``side``, ``side``]: row i says of which pixels pixel i is made, and sums to one."""
    middle = (side - 1) / 2
    places = torch.arange(side)
    source = (places - middle) * zoom[:, None] + middle + shift[:, None]
    apart = source.clamp(0, side - 1)[:, :, None] - places
    return torch.softmax(-0.5 * (apart / blur[:, None, None]).square(), dim=2)
