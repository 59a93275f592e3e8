import ast
from pathlib import Path

import numpy as np
import pytest

from obverse import seeds


def numbers(*arguments) -> list[int]:
    return seeds.generator(*arguments).integers(0, 2**62, 4).tolist()


def test_the_same_arguments_give_the_same_stream():
    assert numbers(1, "split", 3) == numbers(1, "split", 3)


def test_another_seed_purpose_or_key_gives_another_stream():
    asked = [(1, "split"), (2, "split"), (1, "classes"), (1, "split", 1), (1, "split", 1, 1), (1, "split", 2)]
    streams = [tuple(numbers(*arguments)) for arguments in asked]
    assert len(set(streams)) == len(asked)


def test_a_draw_from_one_stream_leaves_the_others_as_they_were():
    first, second = seeds.generator(1, "a"), seeds.generator(1, "b")
    first.normal(size=1000)
    assert second.integers(0, 2**62, 4).tolist() == numbers(1, "b")


def test_streams_are_the_same_on_every_machine_and_every_day():
    """Numbers as they were when results were first published: a change here changes every result."""
    assert seeds.generator(1, "split", 3).integers(0, 1000, 6).tolist() == [640, 309, 272, 823, 975, 537]
    assert seeds.torch_seed(1, "order", 2) == 5780381705250985070


def test_streams_of_neighbouring_seeds_are_not_correlated():
    draws = np.array([seeds.generator(seed, "noise").normal(size=2000) for seed in range(20)])
    off_diagonal = np.corrcoef(draws)[~np.eye(20, dtype=bool)]
    assert np.abs(off_diagonal).max() < 5 / np.sqrt(2000)


@pytest.mark.parametrize("seed", range(20))
def test_a_torch_seed_has_63_bits(seed: int):
    assert 2**50 < seeds.torch_seed(seed, "order") < 2**63


def test_a_negative_seed_is_refused():
    with pytest.raises(ValueError, match="non-negative"):
        seeds.generator(-1, "split")


def test_a_purpose_is_always_asked_for_with_as_many_keys():
    """NumPy pads with zeros: the stream of a purpose without key is that of its key 0, so no purpose may have both."""
    keys: dict[str, set[int]] = {}
    for path in Path(seeds.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            called = isinstance(node, ast.Call) and ast.unparse(node.func)
            if called in ("seeds.generator", "seeds.torch_seed", "seeds.sequence"):
                keys.setdefault(ast.unparse(node.args[1]), set()).add(len(node.args))
    assert len(keys) > 8
    assert {purpose: counts for purpose, counts in keys.items() if len(counts) > 1} == {}
