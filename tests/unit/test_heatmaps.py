import numpy as np
import pytest
import torch

from obverse import heatmaps


def _maps(*shape: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(1).standard_normal(shape).astype(np.float32))


def test_a_target_sums_to_one_and_its_mean_is_the_point():
    points = torch.tensor([[[10.0, 20.3], [15.5, 8.1]]])
    drawn = heatmaps.drawn(points, 32, 1.0)
    assert drawn.shape == (1, 2, 32, 32)
    torch.testing.assert_close(drawn.sum((2, 3)), torch.ones(1, 2))
    middles = torch.arange(32) + 0.5
    means = torch.stack([(drawn.sum(2) * middles).sum(-1), (drawn.sum(3) * middles).sum(-1)], dim=-1)
    torch.testing.assert_close(means, points, atol=1e-3, rtol=0)


def test_a_point_outside_has_its_target_at_the_border():
    drawn = heatmaps.drawn(torch.tensor([[[-50.0, 99.0]]]), 16, 1.0)[0, 0]
    assert divmod(int(drawn.argmax()), 16) == (15, 0)


@pytest.mark.parametrize("reach", [1, 2])
def test_a_centroid_is_where_the_target_was_drawn_to_a_twentieth_of_a_cell(reach: int):
    points = torch.from_numpy(np.random.default_rng(0).uniform(3, 29, (2, 68, 2)).astype(np.float32))
    read = heatmaps.centroids(heatmaps.drawn(points, 32, 0.5).clamp(min=1e-30).log(), reach)
    assert (read - points).abs().max() < (0.05 if reach == 2 else 0.1)


def test_a_centroid_on_the_border_stays_in_the_map_and_far_cells_do_not_count():
    maps = torch.full((1, 1, 8, 8), -20.0)
    maps[0, 0, 0, 7] = 5.0
    maps[0, 0, 7, 0] = 4.9  # a second guess, far away
    torch.testing.assert_close(heatmaps.centroids(maps, 2)[0, 0], torch.tensor([7.5, 0.5]), atol=1e-4, rtol=0)


def test_quarter_cells_point_to_the_higher_neighbour():
    maps = torch.zeros(1, 1, 8, 8)
    maps[0, 0, 3, 5], maps[0, 0, 3, 6], maps[0, 0, 2, 5] = 1.0, 0.5, 0.4
    assert heatmaps.quarter_cells(maps)[0, 0].tolist() == [5.75, 3.25]


def test_a_peak_on_the_border_is_not_refined():
    maps = torch.zeros(1, 1, 8, 8)
    maps[0, 0, 0, 5], maps[0, 0, 0, 6] = 1.0, 0.5
    assert heatmaps.quarter_cells(maps)[0, 0].tolist() == [5.5, 0.5]


def test_reading_a_batch_is_reading_each():
    maps = _maps(3, 5, 16, 16)
    for read in (heatmaps.quarter_cells, lambda maps: heatmaps.centroids(maps, 2)):
        together, alone = read(maps), torch.cat([read(one[None]) for one in maps])
        torch.testing.assert_close(together, alone)
