"""Draw what came of FaceScrub's fetch: outcomes by host, usable pictures by person."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from obverse import cli, facescrub, files, style

_SHOWN = 12  # hosts with a bar of their own
_USABLE = "usable"
# What one wants to know at a glance; the table has every word.
_GROUPS = {
    _USABLE: (_USABLE, "#0072B2"),
    "no server": ("dns connect host_dead", "#555555"),
    "server refuses": ("http_1xx http_3xx http_4xx http_5xx http_other redirects tls", "#D55E00"),
    "gave up waiting": ("timeout connection_lost decode_timeout", "#E69F00"),
    "not the listed picture": (
        "hash_mismatch not_image too_big too_many_pixels decode_died bbox_outside",
        "#CC79A7",
    ),
    "refused by us": ("bad_url blocked_address", "#000000"),
}
_GROUP_OF = {status: group for group, (statuses, _) in _GROUPS.items() for status in statuses.split()}


def draw_fetch(
    *,
    faces: Path,
    rejected: Path,
    minimum_pictures: int,
    origin: str,
    picture: Path,
    hosts: Path,
    identities: Path,
) -> None:
    """Write the figure, faces by host and status (``hosts``), and by person (``identities``).

    A face is usable when an image was cut for it. Who has fewer than ``minimum_pictures`` is marked, and said.
    """
    fetched = facescrub.read_fetched(faces).select(["face_id", "name", "gender", "host"]).to_pandas()
    refused = pd.read_csv(rejected, index_col="face_id")["status"].to_dict()
    fetched["status"] = [refused.get(face, _USABLE) for face in fetched["face_id"]]
    by_host = _by_host(fetched)
    by_identity = _by_identity(fetched, minimum_pictures)
    _say(by_identity, minimum_pictures)
    files.write_bytes(hosts, by_host.to_csv(lineterminator="\n").encode())
    files.write_bytes(identities, by_identity.to_csv(index=False, lineterminator="\n").encode())
    style.save(_draw(by_host, by_identity, minimum_pictures, origin), picture)


def _by_host(fetched: pd.DataFrame) -> pd.DataFrame:
    """Return how many faces of each host have each status; largest host first, then by name."""
    counts = pd.crosstab(fetched["host"], fetched["status"])
    counts = counts.loc[sorted(counts.index, key=lambda host: (-counts.loc[host].sum(), host))]
    counts.insert(0, "faces", counts.sum(axis=1))
    return counts[["faces", *sorted(counts.columns.drop("faces"), key=lambda status: (status != _USABLE, status))]]


def _by_identity(fetched: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Return one row for each person of the lists, whether a picture of them came or not."""
    people = fetched.assign(usable=fetched["status"] == _USABLE).groupby(["name", "gender"], sort=True)
    table = people.agg(listed=("face_id", "size"), usable=("usable", "sum")).reset_index()
    return table.assign(below_minimum=table["usable"] < minimum)


def _say(people: pd.DataFrame, minimum: int) -> None:
    short = people[people["below_minimum"]]
    print(f"people: {len(people):,} listed, {len(short):,} with fewer than {minimum} usable pictures")
    if len(short):
        names = ", ".join(f"{person.name} ({person.usable})" for person in short.itertuples(index=False))
        print(f"{names}\nAs classes they can hardly be learnt: read their rates apart, or choose fewer classes.")


def _draw(by_host: pd.DataFrame, people: pd.DataFrame, minimum: int, origin: str) -> style.Figure:
    drawn = style.figure(7.2, 6.4)
    above, below = drawn.subplots(2, height_ratios=[2, 1])
    bars = _bars(by_host)
    left = np.zeros(len(bars))
    for group, (_, colour) in _GROUPS.items():
        share = bars[group] / bars["faces"]
        if bars[group].any():
            label = f"{group} {bars[group].iloc[0]:,}"
            above.barh(range(len(bars)), share, left=left, color=colour, label=label, edgecolor="white", linewidth=0.5)
        left += share
    above.set_yticks(range(len(bars)), [f"{host} ({count:,})" for host, count in bars["faces"].items()], fontsize=7)
    above.invert_yaxis()
    above.set(xlim=(0, 1), xlabel="share of the host's listed faces")
    above.legend(fontsize=7, frameon=False, ncols=3, loc="lower left", bbox_to_anchor=(0, 1.0), borderaxespad=0.2)
    _draw_people(below, people, minimum)
    usable = int(people["usable"].sum())
    drawn.suptitle(f"What FaceScrub's lists gave: {usable:,} of {bars['faces'].iloc[0]:,} faces usable", fontsize=9)
    style.note(drawn, origin)
    return drawn


def _bars(by_host: pd.DataFrame) -> pd.DataFrame:
    """Return faces in each group of statuses: all hosts, the largest ones, the rest together."""
    grouped = by_host.drop(columns="faces").T.groupby(lambda status: _GROUP_OF[status]).sum().T
    grouped = grouped.reindex(columns=list(_GROUPS), fill_value=0)
    grouped.index = [host or "(no host)" for host in grouped.index]
    rest = grouped.iloc[_SHOWN:]
    rows = {"all hosts": grouped.sum(), **dict(grouped.iloc[:_SHOWN].iterrows())}
    if len(rest):
        rows[f"{len(rest):,} other hosts"] = rest.sum()
    bars = pd.DataFrame(rows).T
    return bars.assign(faces=bars.sum(axis=1))


def _draw_people(axes: Axes, people: pd.DataFrame, minimum: int) -> None:
    ranked = people.sort_values(["usable", "name"], ascending=[False, True])
    places = np.arange(1, len(ranked) + 1)
    axes.bar(places, ranked["listed"], width=1.0, color="#d5d5d5", label="listed")
    axes.bar(places, ranked["usable"], width=1.0, color=_GROUPS[_USABLE][1], label="usable")
    short = int(people["below_minimum"].sum())
    axes.axhline(minimum, color="#D55E00", linewidth=1, label=f"minimum {minimum}: {short} of {len(people)} below")
    axes.set(xlim=(0.5, len(ranked) + 0.5), xlabel="people, by usable pictures", ylabel="pictures")
    axes.legend(fontsize=7, frameon=False, ncols=3, loc="lower left", bbox_to_anchor=(0, 1.0), borderaxespad=0.2)


if __name__ == "__main__":
    cli.run(draw_fetch)
