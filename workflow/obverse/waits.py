"""How long to leave a server alone before it is asked again."""

import email.utils
import random
import time


def retry_after(text: str) -> float | None:
    """Return the seconds, 0 or more, that a Retry-After header asks for: it gives them, or a date; None for neither."""
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(email.utils.parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError, OverflowError):  # what a date of a hostile server leads to
        return None


def backoff(first_seconds: float, attempt: int) -> float:
    """Return the seconds to wait after the ``attempt``-th attempt, from 1: doubled each time, give or take half."""
    return first_seconds * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)
