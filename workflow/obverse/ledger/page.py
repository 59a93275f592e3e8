"""The ledger as a page that needs nothing else: no script, no network."""

from html import escape
from math import isnan

import pandas as pd

from obverse import pages
from obverse.ledger.verdicts import NOT_REPRODUCED, PENDING, REPRODUCED, UNDECIDED, VERDICTS

_COLOURS = {REPRODUCED: pages.GOOD, NOT_REPRODUCED: pages.BAD, UNDECIDED: "#666666", PENDING: pages.DOUBTFUL}
_NUMBERS = ("mean_image", "black", "class_mean", "nearest")

_STYLE = """
body { font-size: 15px; max-width: 80rem } td, th { padding: .3rem .5rem } td.n { white-space: nowrap }
div { overflow-x: auto }
"""


def render(rows: pd.DataFrame, origin: str) -> str:
    """Return the ledger's rows (columns of claims.csv) as HTML; ``origin`` says what its pictures are."""
    counts = rows["verdict"].value_counts()
    said = ", ".join(f"{counts.get(verdict, 0)} {verdict}" for verdict in VERDICTS)
    head = "".join(f"<th>{name}</th>" for name in ("claim", "paper", "ours", "floors", "verdict"))
    body = "".join(_line(row) for row in rows.to_dict("records"))
    return pages.write(
        "Claims of the paper",
        _STYLE,
        f"<h1>Claims of the paper</h1><p>{escape(said)}.</p>"
        "<p>Ours: mean, 95 % interval over people (of digits: over the digits) and, in brackets, the standard "
        "deviation over training seeds where there are several. Of an ordering it is the difference. A verdict "
        "follows from the numbers by the rule below "
        f'it.</p><p class="origin">{escape(origin)}</p><div><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>",
    )


def _line(row: dict) -> str:
    floors = "<br>".join(f"{name.replace('_', ' ')} {row[name]:.4f}" for name in _NUMBERS if not isnan(row[name]))
    colour = _COLOURS[row["verdict"]]
    note = f'<br><span class="note">{escape(row["note"])}</span>' if row["note"] else ""
    return (
        f'<tr><td>{escape(row["claim"])}<br><span class="note">{escape(row["id"])}, {escape(row["where"])}</span></td>'
        f'<td class="n">{escape(str(row["paper"]))}</td><td class="n">{_ours(row)}</td><td class="n">{floors}</td>'
        f'<td><b style="color:{colour}">{row["verdict"]}</b><br><span class="note">{escape(row["rule"])}</span>{note}'
        "</td></tr>"
    )


def _ours(row: dict) -> str:
    if isnan(row["ours"]):
        return ""
    interval = "" if isnan(row["low"]) else f"<br>{row['low']:.4g} to {row['high']:.4g}"
    spread = "" if isnan(row["sd_seeds"]) else f" (sd {row['sd_seeds']:.2g})"
    return f"{row['ours']:.4g}{spread}{interval}"
