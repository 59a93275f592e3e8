"""Count what the paper says of its data: images, people, poses, queries, classes."""

from pathlib import Path

import pandas as pd

from obverse import auxiliaries, cli, files, poses, samples


def count_data(
    *,
    facescrub: Path,
    celeba: Path,
    sorted_poses: Path,
    auxiliary: Path,
    counted: Path,
    numbers: Path,
) -> None:
    """Write the counts (csv: name, value).

    ``facescrub`` and ``celeba`` are the data sets' samples, ``sorted_poses`` CelebA's pose classes, ``counted`` what
    `count_classes` says of the ``auxiliary`` set.
    """
    faces, aligned = (samples.read(path).to_pandas() for path in (facescrub, celeba))
    left = aligned[aligned["status"] == "ok"]
    found = {
        "facescrub images": int((faces["status"] == "ok").sum()),
        "facescrub people": faces.loc[faces["status"] == "ok", "identity"].nunique(),
        "celeba removed": len(aligned) - len(left),
        "celeba people": left["identity"].nunique(),
    }
    looking = poses.read(sorted_poses).to_pandas()
    found |= {f"share {name}": float(looking[name].sum() / len(looking)) for name in poses.CLASSES}
    asked = pd.read_csv(counted).iloc[0]
    found |= {"named": int(asked["classes_named"]), "classes": int(asked["classes"])}
    found |= {"auxiliary images": len(auxiliaries.read(auxiliary)), "queries": int(asked["queries"])}
    table = pd.DataFrame({"name": found.keys(), "value": found.values()})
    files.write_bytes(numbers, table.to_csv(index=False, float_format="%.6g").encode())


if __name__ == "__main__":
    cli.run(count_data)
