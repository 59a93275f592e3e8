import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity

from obverse import metrics


def pictures(count: int, size: int, seed: int) -> torch.Tensor:
    return torch.rand(count, 1, size, size, generator=torch.Generator().manual_seed(seed))


def flat(*values: float, size: int = 8) -> torch.Tensor:
    """Return one picture of one grey each."""
    return torch.tensor(values)[:, None, None, None].expand(-1, 1, size, size)


def test_mse_by_hand():
    """(0.5² + 0.5² + 0 + 1²) / 4 = 0.375; each image has its own."""
    first = torch.tensor([[[[0.5, 0.0], [0.25, 0.0]]], [[[1.0, 1.0], [1.0, 1.0]]]])
    second = torch.tensor([[[[0.0, 0.5], [0.25, 1.0]]], [[[1.0, 1.0], [1.0, 1.0]]]])
    assert metrics.mse(first, second).tolist() == [0.375, 0.0]


def test_mse_is_numpys():
    first, second = pictures(6, 16, 0), pictures(6, 16, 1)
    expected = ((first.double() - second.double()).numpy() ** 2).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(metrics.mse(first, second), expected, rtol=1e-5)


@pytest.mark.parametrize("size", [7, 8, 32, 64])
@pytest.mark.parametrize("noise", [0.02, 0.3, 1.0])
def test_ssim_is_scikit_images(size: int, noise: float):
    truth = pictures(4, size, 0) * 0.5 + torch.linspace(0, 0.5, size)
    rebuilt = (1 - noise) * truth + noise * pictures(4, size, 1)
    expected = [
        structural_similarity(a[0], b[0], win_size=7, data_range=1)
        for a, b in zip(truth.double().numpy(), rebuilt.double().numpy(), strict=True)
    ]
    np.testing.assert_allclose(metrics.ssim(rebuilt, truth), expected, atol=2e-5)


def test_ssim_of_flat_pictures_by_hand():
    """Without variance only luminance is left: (2·.2·.6 + .0001) / (.04 + .36 + .0001)."""
    expected = (2 * 0.2 * 0.6 + 1e-4) / (0.2**2 + 0.6**2 + 1e-4)
    assert metrics.ssim(flat(0.2), flat(0.6)).item() == pytest.approx(expected, abs=5e-4)  # float32


def test_ssim_of_equal_pictures_is_1():
    torch.testing.assert_close(metrics.ssim(pictures(3, 16, 2), pictures(3, 16, 2)), torch.ones(3), atol=1e-5, rtol=0)


# Six pictures of one grey each: two of person 4, three of person 7, one of person 9.
TRUTH = (0.0, 0.1, 0.5, 0.6, 0.9, 1.0)
PEOPLE = torch.tensor([4, 4, 7, 7, 7, 9])


def ranks(*rebuilt: float) -> list[int]:
    return metrics.identity_rank(flat(*rebuilt), flat(*TRUTH), PEOPLE).tolist()


def test_identity_rank_by_hand():
    """By nearest picture other than the own one.

    0.12 of person 4: 4 at .02 (own 0 does not count), 7 at .38, 9 at .88: first. 0.55 of 4: 7 at .05, 9 at .45, 4 at
    .55: third. 0.45 of 7: 7 at .15, 4 at .35: first. 0.2 of 7: 4 at .1, 7 at .3: second. 0.98 of 7: 9 at .02, 7 at
    .38, 4 at .88: second. Person 9 has no other picture: third of three.
    """
    assert ranks(0.12, 0.55, 0.45, 0.2, 0.98, 1.0) == [1, 3, 1, 2, 2, 3]


def test_the_picture_a_reconstruction_is_of_does_not_count():
    """A perfect copy of .5 is nearest to itself; but that person's other picture is .5 away, the stranger .15."""
    truth = flat(0.3, 0.35, 0.5, 1.0)
    labels = torch.tensor([0, 0, 1, 1])
    assert metrics.identity_rank(truth, truth, labels).tolist() == [1, 1, 2, 1]


def test_equally_near_people_share_the_better_rank():
    """Each person's other picture is .25 away, both ways exactly."""
    rank = metrics.identity_rank(flat(0.5, 0.5, 0.5, 0.5), flat(0.25, 0.25, 0.75, 0.75), torch.tensor([0, 0, 1, 1]))
    assert rank.tolist() == [1, 1, 1, 1]


def test_labels_are_names_not_positions():
    first = ranks(0.12, 0.55, 0.45, 0.2, 0.98, 1.0)
    renamed = {4: 1000, 7: 3, 9: 20}
    labels = torch.tensor([renamed[int(label)] for label in PEOPLE])
    assert metrics.identity_rank(flat(0.12, 0.55, 0.45, 0.2, 0.98, 1.0), flat(*TRUTH), labels).tolist() == first


def test_identity_rank_is_that_of_a_plain_loop():
    truth, rebuilt = pictures(60, 8, 0), pictures(60, 8, 1)
    rebuilt = 0.7 * rebuilt + 0.3 * truth
    people = torch.randint(0, 12, (60,), generator=torch.Generator().manual_seed(2))
    expected = []
    for i in range(60):
        nearest: dict[int, float] = {int(person): np.inf for person in people}
        for j in range(60):
            if i != j:
                distance = float(((rebuilt[i].double() - truth[j].double()) ** 2).sum())
                nearest[int(people[j])] = min(nearest[int(people[j])], distance)
        own = nearest[int(people[i])]
        expected.append(1 + sum(distance < own for distance in nearest.values()))
    assert metrics.identity_rank(rebuilt, truth, people).tolist() == expected


def test_more_reconstructions_than_are_ranked_at_once(monkeypatch: pytest.MonkeyPatch):
    truth, rebuilt, people = pictures(40, 8, 0), pictures(40, 8, 1), torch.arange(40) % 8
    at_once = metrics.identity_rank(rebuilt, truth, people)
    monkeypatch.setattr(metrics, "_RANKED_AT_ONCE", 7)
    assert torch.equal(metrics.identity_rank(rebuilt, truth, people), at_once)


def test_the_order_of_images_does_not_matter():
    truth, rebuilt = pictures(40, 16, 3), pictures(40, 16, 4)
    people = torch.arange(40) % 8
    order = torch.randperm(40, generator=torch.Generator().manual_seed(5))
    for metric in (metrics.mse, metrics.ssim):
        torch.testing.assert_close(metric(rebuilt[order], truth[order]), metric(rebuilt, truth)[order])
    before = metrics.identity_rank(rebuilt, truth, people)
    assert torch.equal(metrics.identity_rank(rebuilt[order], truth[order], people[order]), before[order])


@pytest.mark.parametrize("shape", [(4, 1, 8, 8), (5, 1, 8, 9), (5, 8, 8), (5, 3, 8, 8)])
def test_shapes_that_do_not_match_are_refused(shape: tuple[int, ...]):
    """Broadcasting would give a number all the same."""
    truth = torch.zeros(5, 1, 8, 8)
    for measure in (metrics.mse, metrics.ssim, lambda a, b: metrics.identity_rank(a, b, torch.zeros(len(b)))):
        with pytest.raises(ValueError, match=r"expected two equal shapes \[N, 1, H, W\]"):
            measure(torch.zeros(shape), truth)


def test_colour_is_refused_also_where_both_have_it():
    with pytest.raises(ValueError, match=r"expected two equal shapes \[N, 1, H, W\]"):
        metrics.mse(torch.zeros(2, 3, 8, 8), torch.zeros(2, 3, 8, 8))
