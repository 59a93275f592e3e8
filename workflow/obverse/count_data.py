"""Count what the paper says of its data: images, people, poses, queries, classes."""

from pathlib import Path

import pandas as pd

from obverse import cli, files, poses, samples


def count_data(
    *, facescrub: Path, celeba: Path, sorted_poses: Path, predictions: list[Path], counted: Path, numbers: Path
) -> None:
    """Write the counts (csv: name, value).

    ``facescrub`` and ``celeba`` are the data sets' samples, ``sorted_poses`` their pose classes, ``predictions`` the
    target's on each data set of the auxiliary set, and ``counted`` what `count_classes` says of it.
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
    found |= {"queries": int(asked["queries"]), "named": int(asked["classes_named"]), "classes": int(asked["classes"])}
    found["asked"] = sum(len(pd.read_parquet(path, columns=["sample_id"])) for path in predictions)
    table = pd.DataFrame({"name": found.keys(), "value": found.values()})
    files.write_bytes(numbers, table.to_csv(index=False, float_format="%.6g").encode())


if __name__ == "__main__":
    cli.run(count_data)
