"""Heatmaps of landmarks: drawn as targets, and read to fractions of a cell.

A map has H x W square cells; a point is x, y in cells from the map's upper left corner, so that cell (0, 0) has its
middle at (0.5, 0.5). Every function works on whole batches.
"""

import torch


def drawn(points: torch.Tensor, size: int, sigma: float) -> torch.Tensor:
    """Return targets float32 [B, K, size, size] that sum to 1: normal distributions around points [B, K, 2], in cells.

    A point outside the map has its mass at the nearest border.
    """
    middles = torch.arange(size, device=points.device) + 0.5
    apart = (middles - points.clamp(0, size).unsqueeze(-1)) / sigma  # [B, K, 2, size]
    across, down = torch.softmax(-0.5 * apart**2, dim=-1).unbind(2)
    return down.unsqueeze(-1) * across.unsqueeze(-2)


def quarter_cells(maps: torch.Tensor) -> torch.Tensor:
    """Return points float32 [B, K, 2] in cells: the highest cell's middle, a quarter towards its higher neighbour.

    That is how FAN's heatmaps are read (Bulat and Tzimiropoulos 2017); a peak on the border is not refined.
    """
    height, width = maps.shape[-2:]
    flat = maps.flatten(2)
    peak = flat.argmax(-1)
    x, y = peak % width, peak // width
    inside = (x > 0) & (x < width - 1) & (y > 0) & (y < height - 1)

    def slope(step: int) -> torch.Tensor:
        ahead = flat.gather(2, (peak + step).clamp(max=flat.shape[2] - 1).unsqueeze(-1))
        behind = flat.gather(2, (peak - step).clamp(min=0).unsqueeze(-1))
        return (ahead - behind).squeeze(-1).sign() * inside

    return torch.stack([x + 0.5 + 0.25 * slope(1), y + 0.5 + 0.25 * slope(width)], dim=-1).float()


def centroids(maps: torch.Tensor, reach: int) -> torch.Tensor:
    """Return points float32 [B, K, 2] in cells: the mean of softmax(``maps``) within ``reach`` cells of its peak."""
    height, width = maps.shape[-2:]
    flat = maps.float().flatten(2)
    peak = flat.argmax(-1, keepdim=True)  # [B, K, 1]
    steps = torch.arange(-reach, reach + 1, device=maps.device)
    down, across = (step.flatten() for step in torch.meshgrid(steps, steps, indexing="ij"))
    x, y = peak % width + across, peak // width + down  # [B, K, (2 reach + 1)²]
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    near = flat.gather(2, (y * width + x).clamp(0, flat.shape[2] - 1))
    weights = torch.softmax(near.masked_fill(~inside, -torch.inf), dim=-1)
    return torch.stack([(weights * (x + 0.5)).sum(-1), (weights * (y + 0.5)).sum(-1)], dim=-1)
