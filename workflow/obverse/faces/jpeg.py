"""JPEG coding of rendered pictures."""

import cv2
import numpy as np


def encode(pixels: np.ndarray, quality: int) -> bytes:
    """Return the JPEG of uint8 [H, W, 3] in red, green, blue."""
    parameters = (cv2.IMWRITE_JPEG_QUALITY, quality)
    return cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), parameters)[1].tobytes()
