import numpy as np
import pytest
import torch

from obverse import features, views

INF = float("inf")


def published(scores: np.ndarray, m: int, c: float) -> np.ndarray:
    """The published formula word for word, one row at a time, in float64."""
    out = np.zeros(scores.shape)
    for row, log_p in enumerate(scores.astype(np.float64)):
        top = np.argsort(-log_p, kind="stable")[:m]
        value = np.maximum(log_p[top], -1000) + c
        out[row, top] = value + max(0.0, -value.min())
    return out


@pytest.mark.parametrize("m", [1, 3, 10])
@pytest.mark.parametrize("c", [0.0, 5.0, 50.0])
def test_shifted_is_the_published_formula(m, c):
    logits = 8 * torch.randn(40, 10, generator=torch.Generator().manual_seed(3))
    scores = torch.log_softmax(logits, dim=1)
    ours = features.Shifted(10, c, False)(views.release(scores, f"m{m}"))
    np.testing.assert_allclose(ours, published(scores.numpy(), m, c), rtol=1e-5, atol=2e-5)


def test_shifted_by_hand():
    """With c = 2 the first row stays above 0; the second is raised by 3 so that its smallest released is 0."""
    released = torch.tensor([[-0.5, -INF, -1.0], [-5.0, -1.0, -INF]])
    assert features.Shifted(3, 2.0, False)(released).tolist() == [[1.5, 0.0, 1.0], [0.0, 4.0, 0.0]]


def test_centred_by_hand():
    released = torch.tensor([[-1.0, -INF, -3.0], [-INF, -0.5, -INF]])
    expected = [[1.0, 0.0, -1.0, 1.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0, 1.0, 0.0]]
    assert features.Centred(3)(released).tolist() == expected


def test_centred_does_not_change_when_every_score_moves_alike():
    released = torch.randn(5, 8, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(features.Centred(8)(released), features.Centred(8)(released - 40), atol=1e-4, rtol=0)


def test_only_a_learnt_offset_is_a_parameter():
    assert [name for name, _ in features.build("shifted", 4, 50.0, True).named_parameters()] == ["offset"]
    assert list(features.build("shifted", 4, 50.0, False).parameters()) == []


def test_an_unknown_kind_is_refused():
    with pytest.raises(
        ValueError, match="expected features among shifted, centred, probabilities, values, found 'raw'"
    ):
        features.build("raw", 4, 50.0, False)


def test_probabilities_are_the_released_scores_and_0_for_the_others():
    scores = torch.tensor([[0.5, 0.2, 0.3]])
    read = features.build("probabilities", 3, 0.0, False)(views.release(scores.log(), "m2"))
    torch.testing.assert_close(read, torch.tensor([[0.5, 0.0, 0.3]]))


def test_zeros_through_the_logarithm_put_the_kept_scores_far_away():
    """The prior attack's variant P2: a withheld score is the smallest of its row, and all others are raised by 950."""
    scores = torch.tensor([[0.5, 0.2, 0.3]]).log()
    read = features.Shifted(3, 50.0, False)(views.release(scores, "m2zeros"))
    torch.testing.assert_close(read, torch.tensor([[scores[0, 0] + 1000, 0.0, scores[0, 2] + 1000]]))


def test_a_constant_learnt_from_0_is_not_learnt_and_leaves_nothing_of_a_single_score():
    """Every logarithm is negative, so rows are raised to 0 whatever c is, up to rounding."""
    scores = torch.log_softmax(torch.randn(20, 6, generator=torch.Generator().manual_seed(0)), dim=1)
    learnt = features.build("shifted", 6, 0.0, True)
    learnt(scores).square().sum().backward()
    assert learnt.offset.grad.abs() < 1e-4
    assert (learnt(views.release(scores, "m1")) == 0).all()


def test_a_constant_learnt_from_50_is_learnt():
    learnt = features.build("shifted", 6, 50.0, True)
    learnt(torch.log_softmax(torch.randn(20, 6, generator=torch.Generator().manual_seed(0)), dim=1)).sum().backward()
    assert learnt.offset.grad == 20 * 6


def test_a_vector_that_is_rounded_to_nothing_has_no_features():
    nothing = torch.full((2, 4), -torch.inf)
    for kind in ("shifted", "centred", "probabilities"):
        assert (features.build(kind, 4, 50.0, False)(nothing) == 0).all()


def test_values_are_read_as_they_are_or_each_by_its_range():
    """A number that never differs is no feature: it becomes 0, not what one divides by."""
    given = torch.tensor([[1.0, 5.0, 7.0], [3.0, 4.0, 7.0]])
    read = features.build("values", 3, 0.0, False)
    assert torch.equal(read(given), given)
    read.fit(given)
    assert read(given).tolist() == [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    assert read(torch.tensor([[5.0, 4.5, 8.0]])).tolist() == [[2.0, 0.5, 1.0]]
    assert read(read.rounded(torch.tensor([[1.5, 4.33, 7.0]]), 1)).allclose(torch.tensor([[0.2, 0.3, 0.0]]))
