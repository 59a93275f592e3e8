"""The card of an audit as a page that needs nothing else: no script, no network; readable on a telephone."""

import base64
from dataclasses import dataclass
from html import escape

import pandas as pd

from obverse import leaks, policies

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 1rem auto; max-width: 46rem; padding: 0 1rem; color: #222 }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem } h1, p { overflow-wrap: anywhere }
.verdict { border-left: .4rem solid; padding: .6rem 1rem; background: #f5f5f5; font-size: 1.1rem }
.fine { border-color: #0a6b3d } .leaks { border-color: #a03030 } .unclear { border-color: #8a6d00 }
table { border-collapse: collapse; width: 100% } td, th { padding: .35rem .3rem; text-align: left; vertical-align: top }
tr { border-bottom: 1px solid #ddd } td.n { font-variant-numeric: tabular-nums } small b { font-weight: 600 }
.verdict small { display: block; font-size: 14px; line-height: 1.4; margin-top: .2rem }
@media (min-width: 24rem) { td.n small { white-space: nowrap } }
small, .note { color: #555; font-size: 13px; font-weight: 400 } .origin { color: #a03030 }
.bar { background: #e4e4e4; height: .5rem; min-width: 4rem }
.bar i { background: #a03030; display: block; height: 100% }
.strip { display: grid; grid-template-columns: repeat(5, 1fr); gap: .4rem; margin: .1rem 0 1rem }
.strip img { width: 100%; image-rendering: pixelated }
"""
_COLOURS = {leaks.AT_FLOOR: "#0a6b3d", leaks.LEAKS: "#a03030", leaks.UNDECIDED: "#8a6d00"}
_SIDES = {"member": "which the target was trained on", "held_out": "which the target was not trained on"}


@dataclass(frozen=True, eq=False)
class Card:
    """What a card says.

    ``rows`` has one row a policy, the most permissive first, with ``words``, the columns of `leaks.measure` and
    `summaries.describe`, and its ``state``; then one of ``nothing`` and one of ``truth``. ``permitted`` are the most
    permissive policies that stay at the floor, by ``bar``. ``strips`` are PNG pictures of some people by the
    policy they are rebuilt from, ``truth`` first.
    """

    target: str
    releases: str
    split: str
    rows: pd.DataFrame
    permitted: list[str]
    bar: leaks.Bar
    strips: dict[str, list[bytes]]
    origin: str


def render(card: Card) -> str:
    """Return the card as HTML."""
    tried = card.rows[card.rows["state"].notna()].to_dict("records")
    ends = card.rows.set_index("policy").loc[["nothing", "truth"]].to_dict("index")
    parts = [
        f"<h1>What the scores of “{escape(card.target)}” give away</h1>",
        _verdict(card, tried),
        f'<p class="origin">{escape(card.origin)}</p>' if card.origin else "",
        _measured(card, tried[0]),
        "<h2>What could be published, and what it would give away</h2>",
        _table(tried, ends, card.bar),
        _power(ends, card.bar),
        "<h2>What is rebuilt</h2>",
        *(_strip(card, name, faces) for name, faces in card.strips.items()),
        _reading(ends, card.bar),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>Audit of {escape(card.target)}</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _verdict(card: Card, tried: list[dict]) -> str:
    if card.permitted:
        kind, text = "fine", f"<b>{escape('; or '.join(map(policies.described, card.permitted)))}</b>."
        most = _most(card.bar)
        named = f", or more than {_names_left(card.bar)} more people named," if card.bar.judged else ""
        why = (
            f"With {'it' if len(card.permitted) == 1 else 'each'} pictures come out no nearer than with no scores at "
            f"all, as far as can be seen: that more than {most} of the error is removed{named} is out of the question "
            "for these attacks."
        )
    elif any(row["state"] == leaks.UNDECIDED for row in tried):
        kind, text = "unclear", "<b>cannot be said</b>."
        # Who is undecided through what it contains has no cause of its own.
        doubted = [row for row in tried if row["state"] == leaks.state(row, card.bar) == leaks.UNDECIDED]
        why = " ".join(dict.fromkeys(_doubt(row, card.bar) for row in doubted))
    else:
        kind, text = "leaks", "<b>none</b> of those tried."
        least = min(tried, key=lambda row: (row["error_removed"], row["named"]))
        why = (
            "With each, or with what can be made of it, pictures come out nearer than with no scores at all, or people "
            f"are named more often. The least: {least['words']}, which removes {_percent(least['error_removed'])} of "
            "the error."
        )
    claim = f"Most permissive policy whose leak stays at the floor: {text}"
    return f'<p class="verdict {kind}">{claim}<br><small>{escape(why)}</small></p>'


def _doubt(row: dict, bar: leaks.Bar) -> str:
    """Return why a policy is undecided, in words."""
    if bar.people < leaks.FEW:
        return f"Of {bar.people} classes no interval can be trusted: give pictures of {leaks.FEW} at least."
    if row["error_removed_high"] < 0:
        return (
            "With some policies the attack did worse than one that asks nothing: it failed, and what another would "
            "find is not known. Give it more pictures, or longer training (audit.inverter)."
        )
    return (
        f"With some policies a leak of more than {_most(bar)} may hide in the interval: give pictures of more people."
    )


def _measured(card: Card, first: dict) -> str:
    pictures = f"{first['n']:,} pictures of {first['identities']:,} classes, {_SIDES[card.split]}"
    return (
        f"<p>Measured on {pictures}. The target releases {escape(policies.described(card.releases))}. The adversary "
        f"asked it {first['queries']:,} questions about pictures of his own, trained on the answers, and was then "
        "shown what each policy lets out about the pictures he does not have.</p>"
    )


def _table(tried: list[dict], ends: dict[str, dict], bar: leaks.Bar) -> str:
    columns = {"published": "", "error removed": "of the floor’s", "named": "points over the floor"}
    head = "".join(f"<th>{name}<br><small>{below}</small></th>" for name, below in columns.items())
    body = "".join(_line(row, bar) for row in tried)
    floor, ceiling = ends["nothing"]["evaluation1"], ends["truth"]["evaluation1"]
    for words, removed, named in (("nothing: the floor", 0, floor), ("the pictures themselves", 1, ceiling)):
        body += f'<tr><td>{words}</td><td class="n">{_percent(removed)}</td><td class="n">{named:.1%}</td></tr>'
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _line(row: dict, bar: leaks.Bar) -> str:
    share = min(max(row["error_removed"], 0.0), 1.0)
    removed, named = ([row[f"{name}_{end}"] for end in ("low", "high")] for name in leaks.MEASURES)
    through = "" if leaks.state(row, bar) == row["state"] else ", through what it contains"
    return (
        f'<tr><td>{escape(row["words"])}<br><small style="color:{_COLOURS[row["state"]]}"><b>{row["state"]}</b>'
        f'{through}</small></td><td class="n">{_percent(row["error_removed"])}<div class="bar">'
        f'<i style="width:{share:.0%}"></i></div><small>{" to ".join(map(_percent, removed))}</small></td>'
        f'<td class="n">{row["evaluation1"]:.1%}<br><small>{" to ".join(map(_points, named))}</small></td></tr>'
    )


def _percent(share: float) -> str:
    return f"{round(share * 100)}%"  # the format of a float knows a zero below zero


def _names_left(bar: leaks.Bar) -> str:
    """Return what share of people may be nameable though none was named: an interval of nobody has no width.

    The exact one-sided 95 % bound of 0 among n people is 1 - 0.05^(1 / n) (Clopper and Pearson 1934).
    """
    return _percent(max(bar.tolerance, 1 - 0.05 ** (1 / bar.people)))


def _most(bar: leaks.Bar) -> str:
    return f"{100 * bar.tolerance:.3g}%"  # half a percent is not none


def _points(share: float) -> str:
    return f"{round(share * 100, 1) + 0.0:+.1f}"


def _power(ends: dict[str, dict], bar: leaks.Bar) -> str:
    """Say so where the judge of names knows nobody."""
    if bar.judged:
        return ""
    known, guessed = (_percent(ends[end]["evaluation1"]) for end in ("truth", "nothing"))
    return (
        '<p class="note">The classifier that names people hardly knows them: it names '
        f"{known} of the true pictures, and {guessed} where it sees nothing of them. That it names nobody counts for "
        "nothing here; give more pictures of each.</p>"
    )


def _strip(card: Card, name: str, faces: list[bytes]) -> str:
    words = "the pictures themselves" if name == "truth" else f"from {policies.described(name)}"
    shown = "".join(
        f'<img alt="picture {number} {escape(words)}" src="data:image/png;base64,{base64.b64encode(face).decode()}">'
        for number, face in enumerate(faces, 1)
    )
    return f'<div>{escape(words)}</div><div class="strip">{shown}</div>'


def _reading(ends: dict[str, dict], bar: leaks.Bar) -> str:
    return (
        "<h2>How to read this</h2>"
        f'<p class="note"><b>The floor</b> is the best guess of one who asks nothing: the mean of the auxiliary '
        f"pictures, {ends['nothing']['mse']:.4f} off in mean squared error. <b>Error removed</b>: how much of that is "
        "gone. <b>Named</b>: of how many rebuilt pictures an independent classifier, which learnt from other pictures "
        "of the same people, names the right one. Below each its 95 % interval over "
        "people; of named, of what exceeds the floor.</p>"
        '<p class="note">A policy <b>leaks</b> if either interval lies above 0, or if one that can be made of it does: '
        "who is given more can throw some away. It stays <b>at the floor</b> if that of the error reaches 0 and "
        f"{'neither ends' if bar.judged else 'does not end'} above {_most(bar)}. Otherwise, and of fewer than "
        f"{leaks.FEW} classes always, it is <b>undecided</b>. These are the attacks that Obverse knows; a "
        "stronger one may find more. Whoever is given this page is given the pictures on it.</p>"
    )
