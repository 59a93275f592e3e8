"""Random streams: one per (seed, purpose), so that adding a draw somewhere changes no other draw.

The purpose is text, any further keys are integers (an identity, an epoch).
"""

import hashlib

import numpy as np


def sequence(seed: int, purpose: str, *keys: int) -> np.random.SeedSequence:
    """Return the seed sequence of one purpose; the same arguments give the same stream on every machine."""
    name = int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:8], "little")
    # The count goes in too: NumPy pads with zeros, and no key would otherwise equal a key of 0.
    return np.random.SeedSequence([seed, name, len(keys), *keys])


def generator(seed: int, purpose: str, *keys: int) -> np.random.Generator:
    """Return a NumPy generator (Philox, whose streams do not overlap) for one purpose."""
    return np.random.Generator(np.random.Philox(sequence(seed, purpose, *keys)))


def torch_seed(seed: int, purpose: str, *keys: int) -> int:
    """Return a 63-bit seed for ``torch.manual_seed`` for one purpose."""
    return int(sequence(seed, purpose, *keys).generate_state(1, np.uint64)[0] >> 1)
