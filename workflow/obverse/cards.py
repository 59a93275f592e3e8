"""The card of an audit as a page that needs nothing else: no script, no network; readable on a telephone."""

import base64
from dataclasses import dataclass
from html import escape

import pandas as pd

from obverse import card_tables, card_verdicts, hits, leaks, pages, policies, shares

_STYLE = """
body { max-width: 46rem } small b { font-weight: 600 } .guessed { color: #a03030 }
@media (min-width: 24rem) { td.n small { white-space: nowrap } }
.bar { background: #e4e4e4; height: .5rem; min-width: 4rem }
.bar i { background: #a03030; display: block; height: 100% }
.strip { display: grid; grid-template-columns: repeat(5, 1fr); gap: .4rem; margin: .1rem 0 1rem }
.strip img { width: 100%; image-rendering: pixelated }
"""
_SIDES = {"member": "which the target was trained on", "held_out": "which the target was not trained on"}


@dataclass(frozen=True, eq=False)
class Card:
    """What a card says.

    ``rows`` has one row a policy, the most permissive first, with ``words``, the columns of `leaks.measure` and
    `summaries.describe`, and its ``state``; then one of ``nothing`` and one of ``truth``. ``permitted`` are the most
    permissive policies that stay at the floor, by ``bar``. ``hits``: how often the target names the people right, None
    where its scores tell nobody's name. ``strips`` are PNG pictures of some people by the
    policy they are rebuilt from, ``truth`` first.
    """

    target: str
    releases: str
    split: str
    rows: pd.DataFrame
    permitted: list[str]
    bar: leaks.Bar
    hits: hits.Hits | None
    strips: dict[str, list[bytes]]
    origin: str


def render(card: Card) -> str:
    """Return the card as HTML."""
    tried = card.rows[card.rows["state"].notna()].to_dict("records")
    ends = card.rows.set_index("policy").loc[["nothing", "truth"]].to_dict("index")
    parts = [
        f"<h1>What the scores of “{escape(card.target)}” give away</h1>",
        card_verdicts.verdict(card.permitted, tried, card.bar),
        f'<p class="origin">{escape(card.origin)}</p>' if card.origin else "",
        _guessed(card.hits),
        _measured(card, tried[0]),
        "<h2>What could be published, and what it would give away</h2>",
        card_tables.table(tried, ends, card.bar),
        _power(ends, card.bar),
        "<h2>What is rebuilt</h2>",
        *(_strip(card, name, faces) for name, faces in card.strips.items()),
        _reading(ends, card.bar),
    ]
    return pages.write(f"Audit of {card.target}", _STYLE, "".join(parts))


def _measured(card: Card, first: dict) -> str:
    pictures = f"{first['n']:,} pictures of {first['identities']:,} classes, {_SIDES[card.split]}"
    named = f"The target {hits.described(card.hits)}. It" if card.hits else "The target"
    return (
        f"<p>Measured on {pictures}. {named} releases {escape(policies.described(card.releases))}. The adversary "
        f"asked it {first['queries']:,} questions about pictures of his own, trained on the answers, and was then "
        "shown what each policy lets out about the pictures he does not have.</p>"
    )


def _guessed(found: hits.Hits | None) -> str:
    """Say so where the target does not know its own people: they have each other's numbers, or it is asked wrongly."""
    if found is None or not found.guessed:
        return ""
    return (
        f'<p class="guessed">The target names people no better than chance: {found.share:.1%} of these pictures right, '
        f"95 % interval {found.low:.1%} to {found.high:.1%}, and a guess among its classes {found.chance:.1%}. "
        "<b>names</b> may be in the wrong order: theirs, or that of the subfolders, must be that of the scores. Or it "
        "reads pictures otherwise than <b>size</b>, <b>colour</b>, <b>mean</b> and <b>deviation</b> say, and what is "
        "measured here is not what it gives away.</p>"
    )


def _power(ends: dict[str, dict], bar: leaks.Bar) -> str:
    """Say so where the judge of names knows nobody."""
    if bar.judged:
        return ""
    known, guessed = (shares.percent(ends[end]["evaluation1"]) for end in ("truth", "nothing"))
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
        f"{'neither ends' if bar.judged else 'does not end'} above {shares.limit(bar.tolerance)}. Otherwise, and of "
        f"fewer than {leaks.FEW} classes always, it is <b>undecided</b>. These are the attacks that Obverse knows; a "
        "stronger one may find more. Whoever is given this page is given the pictures on it.</p>"
    )
