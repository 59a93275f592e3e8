"""Draw the near-duplicate pictures found within FaceScrub, and count them."""

from pathlib import Path

import numpy as np
import pandas as pd

from obverse import cli, files, style
from obverse.samples import read as read_samples
from obverse.samples import read_images

_PICTURES = 6  # shown of each group
_WIDTH, _GAP = 13.0, 0.4  # of a line of groups, and between two of them, in pictures
_LINES, _HEIGHT = 8, 1.2  # of them, and the height of one in pictures
_TILE = 0.65  # inches


def draw_duplicates(*, images: Path, samples: Path, shown: list[str], origin: str, picture: Path, table: Path) -> None:
    """Write the figure and, with the same name, one row a picture that has a near-duplicate, group by group.

    Pictures under two names (status "two_names") are listed too: they are in no split. ``shown`` holds "facescrub" if
    its pictures may be in a report.
    """
    everybody = read_samples(samples).to_pandas()
    sizes = everybody.groupby("duplicate_group")["sample_id"].transform("size")
    twice = everybody["status"] == "two_names"
    found = everybody.assign(group_size=sizes)[(sizes > 1) | twice]
    found = found.sort_values(["group_size", "duplicate_group", "sample_id"], ascending=[False, True, True])
    columns = ["duplicate_group", "group_size", "identity", "sample_id", "source", "status"]
    files.write_bytes(table, found[columns].to_csv(index=False, lineterminator="\n").encode())
    near = found[found["group_size"] > 1]
    title = (
        f"Near-duplicates in FaceScrub: {len(near):,} of {len(everybody):,} pictures, in "
        f"{near['duplicate_group'].nunique():,} groups, each on one side of a split;\n"
        f"{twice.sum():,} pictures of one face under two names, left out"
    )
    style.save(_draw(near, read_images(images), "facescrub" in shown, title, origin), picture)


def _draw(near: pd.DataFrame, images: np.ndarray, shown: bool, title: str, origin: str) -> style.Figure:
    """Draw the groups one after the other, the largest first, and everybody's first before anybody's second."""
    groups = near.drop_duplicates("duplicate_group")
    turn = groups.groupby("identity").cumcount()
    chosen = groups.assign(turn=turn).sort_values(
        ["group_size", "turn", "duplicate_group"], ascending=[False, True, True]
    )
    drawn = style.figure(0.4 + _WIDTH * _TILE, 0.9 + _LINES * _HEIGHT * _TILE)
    panel = drawn.subplots()
    left, top = 0.0, 0.0
    for group in chosen.itertuples():
        rows = near.index[near["duplicate_group"] == group.duplicate_group]
        width = min(len(rows), _PICTURES)
        if left + width > _WIDTH:
            left, top = 0.0, top + _HEIGHT
        if top >= _LINES * _HEIGHT:
            break
        for place, row in enumerate(rows[:_PICTURES]):
            pixels = images[row] if shown else np.full((1, 1), 160, np.uint8)
            extent = (left + place + 0.03, left + place + 0.97, top + 0.97, top + 0.03)
            panel.imshow(pixels, cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="nearest")
        more = f", {len(rows)} pictures" if len(rows) > _PICTURES else ""
        panel.text(left + 0.03, top, f"{group.identity}{more}", fontsize=5, va="bottom")
        left += width + _GAP
    if near.empty:
        panel.text(0, 0.6, "none found", fontsize=9)
    panel.set(xlim=(0, _WIDTH), ylim=(max(top + _HEIGHT, 1), -0.25), xticks=[], yticks=[], aspect="equal", anchor="NW")
    panel.spines[:].set_visible(False)
    drawn.suptitle(title, fontsize=9, x=0.01, ha="left")
    hidden = "" if shown else "Grey: real people's pictures, shown only if show_faces is set."
    style.note(drawn, " — ".join(filter(None, [origin, hidden])))
    return drawn


if __name__ == "__main__":
    cli.run(draw_duplicates)
