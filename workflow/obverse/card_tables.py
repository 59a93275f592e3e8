"""The table of a card: what each policy would give away."""

from html import escape

from obverse import leaks, pages, shares

_COLOURS = {leaks.AT_FLOOR: pages.GOOD, leaks.LEAKS: pages.BAD, leaks.UNDECIDED: pages.DOUBTFUL}


def table(tried: list[dict], ends: dict[str, dict], bar: leaks.Bar) -> str:
    """Return a row for each policy ``tried``, as HTML, and one for each of ``ends``, ``nothing`` and ``truth``.

    Rows are those of `cards.Card`; ``bar`` is what its states were judged by.
    """
    columns = {"published": "", "error removed": "of the floor’s", "named": "points over the floor"}
    head = "".join(f"<th>{name}<br><small>{below}</small></th>" for name, below in columns.items())
    body = "".join(_line(row, bar) for row in tried)
    floor, ceiling = ends["nothing"]["evaluation1"], ends["truth"]["evaluation1"]
    for words, removed, named in (("nothing: the floor", 0, floor), ("the pictures themselves", 1, ceiling)):
        body += f'<tr><td>{words}</td><td class="n">{shares.percent(removed)}</td><td class="n">{named:.1%}</td></tr>'
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _line(row: dict, bar: leaks.Bar) -> str:
    share = min(max(row["error_removed"], 0.0), 1.0)
    removed, named = ([row[f"{name}_{end}"] for end in ("low", "high")] for name in leaks.MEASURES)
    through = "" if leaks.state(row, bar) == row["state"] else ", through what it contains"
    return (
        f'<tr><td>{escape(row["words"])}<br><small style="color:{_COLOURS[row["state"]]}"><b>{row["state"]}</b>'
        f'{through}</small></td><td class="n">{shares.percent(row["error_removed"])}<div class="bar">'
        f'<i style="width:{share:.0%}"></i></div><small>{" to ".join(map(shares.percent, removed))}</small></td>'
        f'<td class="n">{row["evaluation1"]:.1%}<br><small>{" to ".join(map(shares.points, named))}</small></td></tr>'
    )
