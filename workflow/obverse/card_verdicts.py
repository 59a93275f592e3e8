"""The verdict of a card, in words."""

from html import escape

from obverse import leaks, policies, shares


def verdict(permitted: list[str], tried: list[dict], bar: leaks.Bar) -> str:
    """Return what a card says first, as HTML: the most permissive policies that stay at the floor, and why.

    ``permitted`` are those policies; ``tried`` has a row for each policy, as `cards.Card` does, by ``bar``.
    """
    if permitted:
        kind, text = "fine", f"<b>{escape('; or '.join(map(policies.described, permitted)))}</b>."
        most = shares.limit(bar.tolerance)
        named = f", or more than {_names_left(bar)} more people named," if bar.judged else ""
        why = (
            f"With {'it' if len(permitted) == 1 else 'each'} pictures come out no nearer than with no scores at "
            f"all, as far as can be seen: that more than {most} of the error is removed{named} is out of the question "
            "for these attacks."
        )
    elif any(row["state"] == leaks.UNDECIDED for row in tried):
        kind, text = "unclear", "<b>cannot be said</b>."
        # Who is undecided through what it contains has no cause of its own.
        doubted = [row for row in tried if row["state"] == leaks.state(row, bar) == leaks.UNDECIDED]
        why = " ".join(dict.fromkeys(_doubt(row, bar) for row in doubted))
    else:
        kind, text = "leaks", "<b>none</b> of those tried."
        least = min(tried, key=lambda row: (row["error_removed"], row["named"]))
        removed = shares.percent(least["error_removed"])
        why = (
            "With each, or with what can be made of it, pictures come out nearer than with no scores at all, or people "
            f"are named more often. The least: {least['words']}, which removes {removed} of the error."
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
    most = shares.limit(bar.tolerance)
    return f"With some policies a leak of more than {most} may hide in the interval: give pictures of more people."


def _names_left(bar: leaks.Bar) -> str:
    """Return what share of people may be nameable though none was named: an interval of nobody has no width.

    The exact one-sided 95 % bound of 0 among n people is 1 - 0.05^(1 / n) (Clopper and Pearson 1934).
    """
    return shares.percent(max(bar.tolerance, 1 - 0.05 ** (1 / bar.people)))
