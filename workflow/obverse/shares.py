"""Shares as a card spells them: so that nothing is below nothing, and half a percent is not none."""


def percent(share: float) -> str:
    """Return a share in whole percent.

    >>> percent(-0.001)
    '0%'
    """
    return f"{round(share * 100)}%"  # the format of a float knows a zero below zero


def limit(share: float) -> str:
    """Return the same to three digits: of a limit, which is as it was set.

    >>> limit(0.005)
    '0.5%'
    """
    return f"{100 * share:.3g}%"


def points(share: float) -> str:
    """Return a difference of shares in percentage points, with its sign.

    >>> points(-0.0004)
    '+0.0'
    """
    return f"{round(share * 100, 1) + 0.0:+.1f}"
