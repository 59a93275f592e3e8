"""Show each victim as the auxiliary image whose prediction vector is nearest to his: what needs no inverter."""

from pathlib import Path

import torch

from obverse import cli, devices, holdings, stamps
from obverse import victims as panel
from obverse.auxiliaries import TRAIN
from obverse.images import seen, stored
from obverse.oracles import Oracle
from obverse.progress import Progress
from obverse.samples import write_images
from obverse.scores import write as write_scores

_BATCH = 500  # victims compared at once with the whole auxiliary set


def retrieve_nearest(
    *,
    auxiliary: Path,
    datasets: list[str],
    auxiliary_images: list[Path],
    auxiliary_samples: list[Path],
    auxiliary_predictions: list[Path],
    num_classes: int,
    images: Path,
    samples: Path,
    splits: Path,
    predictions: Path,
    reserved: Path,
    evaluator: Path,
    threads: int,
    reconstructions: Path,
    scores: Path,
) -> None:
    """Write for each victim the auxiliary training image of nearest whole vector, and scores, as `reconstruct` does.

    Near is the Euclidean distance of log-probabilities less their row's mean, in which vectors differ as logits do.
    """
    device = devices.prepare("float32", threads)
    victims = panel.load(images, samples, splits, reserved)
    judge = panel.load_judge(evaluator, victims)
    held, inputs = holdings.sources(datasets, auxiliary_images, auxiliary_samples, auxiliary_predictions)
    oracle = Oracle(num_classes, device.torch)
    known, pictures = holdings.examples(auxiliary, TRAIN, held, oracle, "full", device)
    given = oracle.given(predictions, victims.table["sample_id"].to_numpy(), "full")
    nearest = _nearest(given, known)
    shown = seen(pictures[nearest]).cpu()
    inputs |= {"auxiliary": auxiliary, "images": images, "samples": samples, "splits": splits}
    inputs |= {"predictions": predictions, "reserved": reserved, "evaluator": evaluator}
    stamp = stamps.stamp("retrieve_nearest", inputs, **device.describe())
    write_scores(scores, panel.score(victims, shown, judge, device.torch), oracle.queries, stamp)
    write_images(reconstructions, stored(shown))


def _nearest(given: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Return the row [N] of ``known`` [A, K] nearest to each of ``given`` [N, K]; of equal ones the first."""
    known = known - known.mean(dim=1, keepdim=True)
    found = []
    with Progress("retrieve_nearest", len(given), "victims") as progress:
        for batch in given.split(_BATCH):
            vectors = batch.to(known.device)
            found.append(torch.cdist(vectors - vectors.mean(dim=1, keepdim=True), known).argmin(dim=1))
            progress.advance(len(batch))
    return torch.cat(found)


if __name__ == "__main__":
    cli.run(retrieve_nearest)
