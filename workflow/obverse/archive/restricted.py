"""What an archive leaves out: pictures of people that are not the project's to hand on, and what shows them.

Decided by what was made of what and by kinds of files, and where a kind is not known to be free of pictures it counts
as one that has them.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

from obverse.archive.manifest import Link

FACES = "pictures of people, or made to look like theirs"
TEMPLATES = "templates of people's faces"
SOURCE = "given under terms of its own"
FOREIGN = "no file of the project's"

# Tables, weights and settings: numbers about pictures.
_NUMBERS = {".csv", ".json", ".parquet", ".safetensors", ".yaml"}
# Top-level pictures and pages without a face: curves and tables, and what is grey unless faces may be shown.
_CHARTS = {"ablations", "claims", "duplicates", "fetch", "fig8", "fig13", "overlap", "policies", "poses"}
_CHARTS |= {"table1", "table2", "table3"}
_TEMPLATES = "embeddings.parquet"
_LISTED = "faces.parquet"  # of each listed face what came of it, and its sha256: the data's manifest


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
    waiting = [path for path in known if path.startswith(roots)]
    found = set(waiting)
    while waiting:
        further = read_by[waiting.pop()] - found
        found |= further
        waiting += further
    return {path: why for path in sorted(found) if (why := _reason(PurePosixPath(path)))}


def _reason(path: PurePosixPath) -> str:
    """Return why a file made from restricted data is left out, empty where it is not."""
    if path.parts[:2] == ("results", "sources"):
        return "" if path.name == _LISTED else SOURCE
    if path.name == _TEMPLATES:
        return TEMPLATES
    chart = len(path.parts) == 2 and path.stem in _CHARTS
    return "" if path.suffix in _NUMBERS or chart else FACES
