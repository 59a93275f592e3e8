"""Where the peaks of maps are, read on the CPU: what `obverse.heatmaps.centroids` says, in a quarter of its time."""

import numpy as np

REACH = 2  # cells


def centroids(maps: np.ndarray, width: int) -> np.ndarray:
    """Return points float32 [B, K, 2] in cells: the mean of softmax within `REACH` cells of the peak.

    Maps are float32 [B, K, H * ``width``].
    """
    peak = maps.argmax(axis=-1)[..., None]  # [B, K, 1]
    steps = np.arange(-REACH, REACH + 1)
    x, y = peak % width + steps, peak // width + steps  # [B, K, 5]
    places = y[..., :, None] * width + x[..., None, :]  # [B, K, 5, 5]
    near = np.take_along_axis(maps, places.reshape(*peak.shape[:2], -1).clip(0, maps.shape[-1] - 1), axis=-1)
    shares = np.exp(near - np.take_along_axis(maps, peak, axis=-1)).reshape(places.shape)
    inside = [(across >= 0) & (across < most) for across, most in ((x, width), (y, maps.shape[-1] // width))]
    shares *= inside[1][..., :, None] & inside[0][..., None, :]
    whole = shares.sum(axis=(-2, -1))
    found = [(shares.sum(axis=axis) * (places + 0.5)).sum(axis=-1) / whole for axis, places in ((-2, x), (-1, y))]
    return np.stack(found, axis=-1).astype(np.float32)
