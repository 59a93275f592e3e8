"""Networks fed in batches of one size: a picture's answer then is the same to the last bit, whoever it came with.

How a convolution is computed depends on the shape of its input and on how many threads there are, and its last digits
with it; within one shape no picture has a part in another's numbers. So a short batch is filled up with black, and
there is one thread.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch

SIZE = 4  # of 8 a picture costs no less, for more is filled up, and a lone one twice as much


@torch.inference_mode()
def run(network: Callable[[torch.Tensor], torch.Tensor], crops: Sequence[np.ndarray]) -> torch.Tensor:
    """Return what ``network`` makes of each crop uint8 [C, H, W], seen as float32 in 0-1; [N, ...], in their order."""
    with _one_thread():
        return torch.cat(list(_answers(network, crops))).contiguous()


def _answers(network: Callable[[torch.Tensor], torch.Tensor], crops: Sequence[np.ndarray]) -> Iterator[torch.Tensor]:
    for start in range(0, len(crops), SIZE):
        part = crops[start : start + SIZE]
        batch = np.zeros((SIZE, *crops[0].shape), np.uint8)
        batch[: len(part)] = np.stack(part)
        seen = (torch.from_numpy(batch).float() / 255).contiguous(memory_format=torch.channels_last)
        yield network(seen)[: len(part)]


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
