"""Count the classes a target names of the auxiliary set: the adversary's guess at how many it knows."""

from pathlib import Path

import torch

from obverse import auxiliaries, cli, files
from obverse.oracles import Oracle


def count_classes(
    *, auxiliary: Path, datasets: list[str], predictions: list[Path], num_classes: int, counted: Path
) -> None:
    """Write one line (csv): ``queries`` asked, ``classes_named`` first by an answer, and ``classes`` there are.

    ``datasets`` and ``predictions`` are parallel, and hold every image of the auxiliary set (section 5.5).
    """
    chosen = auxiliaries.read(auxiliary).to_pandas()
    oracle = Oracle(num_classes, torch.device("cpu"))
    found: set[int] = set()
    for dataset, cache in zip(datasets, predictions, strict=True):
        wanted = chosen.loc[chosen["dataset"] == dataset, "sample_id"].to_numpy()
        found |= set(oracle.ask(cache, wanted, "label").argmax(dim=1).tolist())
    line = f"{oracle.queries},{len(found)},{num_classes}"
    files.write_bytes(counted, f"queries,classes_named,classes\n{line}\n".encode())


if __name__ == "__main__":
    cli.run(count_classes)
