"""Rebuild every victim's picture from a view of his prediction vector, and score what comes out."""

from pathlib import Path

from obverse import checkpoints, cli, devices, inverters, stamps
from obverse import victims as panel
from obverse.images import stored
from obverse.oracles import Oracle
from obverse.samples import write_images
from obverse.scores import write as write_scores


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
    inverter = inverters.load(weights, num_classes, victims.truth.shape[-1])
    judge = panel.load_judge(evaluator, victims)
    rebuilt = inverters.rebuild(inverter, released, device.torch)
    inputs = {"weights": weights, "images": images, "samples": samples, "splits": splits, "predictions": predictions}
    inputs |= {"reserved": reserved, "evaluator": evaluator}
    stamp = stamps.stamp("reconstruct", inputs, view=view, **device.describe())
    queries = checkpoints.fact(weights, "queries")
    write_scores(scores, panel.score(victims, rebuilt, judge, device.torch), queries, stamp)
    write_images(reconstructions, stored(rebuilt))


if __name__ == "__main__":
    cli.run(reconstruct)
