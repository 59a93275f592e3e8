"""Whether two answers to one question are one: what a machine adds up in another order comes out a little otherwise."""

_TOLERANCE = 1e-4  # of a number, and of each unit that it holds; as in another batch, or on another machine


def same(first: object, second: object) -> bool:
    """Return whether two answers, JSON values, are one, but for what a machine rounds otherwise in another batch."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(same(first[key], second[key]) for key in first)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, float) or isinstance(second, float):
        numbers = isinstance(first, int | float) and isinstance(second, int | float)
        return numbers and abs(first - second) <= _TOLERANCE * (1 + abs(second))
    return first == second


def never(first: object, second: object) -> bool:
    """Return False: two answers that are not the `same` are two, where a target rounds nothing."""
    return False
