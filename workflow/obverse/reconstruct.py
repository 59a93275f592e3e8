"""Rebuild every victim's picture from a view of his prediction vector, and score what comes out."""

from pathlib import Path

import torch

from obverse import checkpoints, cli, devices, stamps
from obverse import victims as panel
from obverse.errors import UnusableInput
from obverse.images import stored
from obverse.inverters import Inverter
from obverse.oracles import Oracle
from obverse.progress import Progress
from obverse.samples import write_images
from obverse.scores import write as write_scores

_BATCH = 500  # reconstructions made at once


def reconstruct(
    *,
    weights: Path,
    images: Path,
    samples: Path,
    splits: Path,
    predictions: Path,
    view: str,
    num_classes: int,
    reserved: Path,
    evaluator: Path,
    threads: int,
    reconstructions: Path,
    scores: Path,
) -> None:
    """Write reconstructions uint8 [N, H, W] in the order of ``splits``, and their scores, taken before rounding.

    ``evaluator`` judges whose picture each is; it has only seen the images of ``reserved``, of which no victim is one.
    The inverter sees ``view`` of each vector; it need not be the view it was trained on (the prior attack's is not).
    """
    device = devices.prepare("float32", threads)
    victims = panel.load(images, samples, splits, reserved)
    released = Oracle(num_classes, device.torch).given(predictions, victims.table["sample_id"].to_numpy(), view)
    inverter = checkpoints.load(weights, Inverter)
    _check_fits(inverter, weights, num_classes, victims.truth.shape[-1])
    judge = panel.load_judge(evaluator, victims)
    rebuilt = _invert(inverter, released, device)
    inputs = {"weights": weights, "images": images, "samples": samples, "splits": splits, "predictions": predictions}
    inputs |= {"reserved": reserved, "evaluator": evaluator}
    stamp = stamps.stamp("reconstruct", inputs, view=view, **device.describe())
    queries = checkpoints.fact(weights, "queries")
    write_scores(scores, panel.score(victims, rebuilt, judge, device.torch), queries, stamp)
    write_images(reconstructions, stored(rebuilt))


def _check_fits(inverter: Inverter, weights: Path, num_classes: int, size: int) -> None:
    found = tuple(inverter.architecture[name] for name in ("num_classes", "size"))
    if found != (num_classes, size):
        raise UnusableInput(
            weights,
            f"expected an inverter of {num_classes} scores to {size} pixels, found one of {found[0]} to {found[1]}",
            "Delete it and run the same command again: the rule that makes it will.",
        )


def _invert(inverter: Inverter, released: torch.Tensor, device: devices.Device) -> torch.Tensor:
    """Return images float32 [N, 1, H, W] in [0, 1] from released log-probabilities [N, K]."""
    inverter = inverter.to(device.torch, memory_format=torch.channels_last)
    rebuilt = []
    with torch.inference_mode(), Progress("reconstruct", len(released), "images") as progress:
        for batch in released.split(_BATCH):
            rebuilt.append(inverter(batch.to(device.torch)).cpu())
            progress.advance(len(batch))
    return torch.cat(rebuilt)


if __name__ == "__main__":
    cli.run(reconstruct)
