"""What an archive leaves out: pictures of people that are not the project's to hand on, and what gives them away.

Decided by what was made of what, and by a list of places whose files are known to be free of pictures: a file made of
restricted data that lies in none of them is left out. Not only what shows pictures is. From a model's weights and from
its answers about a person pictures of people can be rebuilt; that is what this project shows. What names people is left
out too where those who gave the data out did not name them, and where it leads to their pictures.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

from obverse.archive.manifest import Link
from obverse.past import walks

FACES = "pictures of people, or made to look like theirs"
TEMPLATES = "templates of people's faces"
NAMES = "names of people, or where pictures of them are"
REBUILT = "what pictures of people can be rebuilt from"
UNKNOWN = "not known to be free of pictures of people"
SOURCE = "given under terms of its own"
FOREIGN = "no file of the project's"

# Below results/; * is any name, ** any folders.
_NAMED = (
    *("datasets/*/pairs.csv", "overlap.png"),  # who is behind CelebA's numbers
    # FaceScrub's lists over again, which are given on request: who, and the addresses of his pictures.
    *("sources/*/faces.parquet", "datasets/*/rejected.csv", "duplicates.csv"),
    *(f"datasets/{dataset}/samples.parquet" for dataset in ("facescrub", "facescrub_minmax")),
    *(f"datasets/*-{held}/samples.parquet" for held in ("images", "auxiliary")),  # a user's own folders and files
)
# Parts, distances, ranks, angles, curves of training; FaceScrub's names as labels, as which it is known.
_FREE = (
    "config.yaml",
    "facts/*.csv",
    *(f"datasets/*/{name}.parquet" for name in ("samples", "reserved", "crops", "angles", "poses")),
    *(f"datasets/*/{name}.csv" for name in ("pose_limits", "pose_reader", "pose_reader_history")),
    "datasets/*/overlap.json",
    "auxiliaries/*.parquet",
    "angles/**/*.parquet",
    "classifiers/*/splits.parquet",
    "rekognition/individuals.parquet",
    *(f"{trained}/**/history.csv" for trained in ("classifiers", "evaluators", "inverters")),
    "classes/**/*.csv",
    "classes/**/*.parquet",
    "scores/**/*.parquet",
    "traces/**/epochs.csv",
    "traces/**/victims.parquet",
    "audit/*/card.csv",
    "claims.html",
    # Curves and tables, and what is grey unless faces may be shown.
    *(f"{chart}.png" for chart in ("ablations", "claims", "duplicates", "fetch", "fig8", "fig13")),
    *(f"{chart}.png" for chart in ("policies", "poses", "table1", "table2", "table3", "table4")),
    # What figures and tables show in numbers.
    *(f"{chart}.csv" for chart in ("ablations", "claims", "fetch", "fetch_identities", "overlap")),
    *(f"{chart}.csv" for chart in ("policies", "poses", "table1", "table2", "table3", "table4")),
    *(f"fig{number}.csv" for number in range(1, 19)),
)
_TEMPLATES = (*(f"datasets/*/{name}.parquet" for name in ("embeddings", "landmarks")), "rekognition/*.parquet")
_REBUILT = ("predictions/**/*.parquet", "**/*.safetensors")
_PICTURES = {".html", ".npy", ".png", ".zip"}
_SOURCES = ("sources/**/*",)


def withheld(restricted: Iterable[str], links: Iterable[Link]) -> dict[str, str]:
    """Return which members hold pictures that came from ``restricted`` data, and why each is left out.

    ``restricted`` are roles, whose sources are under results/sources/, or targets of the user's own, whose pictures
    are results/datasets/{target}-…
    """
    read_by: dict[str, set[str]] = defaultdict(set)
    for link in links:
        for path in link.inputs:
            read_by[path] |= set(link.outputs)
    roots = tuple(start for name in restricted for start in (f"results/sources/{name}/", f"results/datasets/{name}-"))
    known = {path for link in links for path in (*link.inputs, *link.outputs)}
    found = walks.reached((path for path in known if path.startswith(roots)), lambda path: read_by[path])
    return {path: why for path in sorted(found) if (why := _reason(PurePosixPath(path)))}


def _reason(path: PurePosixPath) -> str:
    """Return why a file made from restricted data is left out, empty where it is not."""
    placed = ((_NAMED, NAMES), (_FREE, ""), (_SOURCES, SOURCE), (_TEMPLATES, TEMPLATES), (_REBUILT, REBUILT))
    otherwise = FACES if path.suffix in _PICTURES else UNKNOWN
    return next((why for places, why in placed if _lies_in(path, places)), otherwise)


def _lies_in(path: PurePosixPath, places: tuple[str, ...]) -> bool:
    """Return whether ``path`` is, below results/, one that a pattern of ``places`` names in full."""
    return _expression(places).fullmatch(str(path)) is not None


@functools.cache
def _expression(places: tuple[str, ...]) -> re.Pattern[str]:
    each = (re.escape(place).replace(r"\*\*/", "(?:[^/]+/)*").replace(r"\*", "[^/]+") for place in places)
    return re.compile(f"results/(?:{'|'.join(each)})")
