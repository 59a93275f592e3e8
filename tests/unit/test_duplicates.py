import numpy as np
import pytest

from obverse import duplicates, seeds


def drawn(groups: list[int], share: float, leave: int, seed: int = 1) -> np.ndarray:
    return duplicates.choose(np.array(groups), share, leave, seeds.generator(seed, "test"))


@pytest.mark.parametrize("seed", range(10))
def test_a_group_is_chosen_whole_or_not_at_all(seed: int):
    groups = np.random.default_rng(seed).integers(0, 12, 40)
    chosen = drawn(groups, 0.4, 1, seed)
    assert not set(groups[chosen]) & set(groups[~chosen])
    assert abs(chosen.sum() - 0.4 * 40) <= np.unique(groups, return_counts=True)[1].max()


@pytest.mark.parametrize(("share", "leave", "number"), [(0.001, 1, 1), (0.999, 1, 4), (0.999, 2, 3), (0.4, 2, 2)])
def test_one_is_chosen_at_least_and_so_many_are_left(share: float, leave: int, number: int):
    assert drawn([5, 3, 8, 1, 9], share, leave).sum() == number


def test_groups_that_do_not_suffice_are_a_mistake():
    with pytest.raises(ValueError, match="expected more than 2 groups of near-duplicates, found 2"):
        drawn([1, 1, 1, 2], 0.5, 2)


def test_another_draw_chooses_others():
    assert len({tuple(drawn(list(range(20)), 0.5, 1, seed)) for seed in range(5)}) == 5
