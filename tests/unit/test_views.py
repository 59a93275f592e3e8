import numpy as np
import pytest
import torch

from obverse import features, views


def released(probabilities: list[float], view: str) -> list[float]:
    """Return the probabilities that ``view`` releases, 0 where it withholds."""
    scores = views.release(torch.tensor([probabilities], dtype=torch.float64).log(), view)
    return pytest.approx(scores.exp()[0].tolist())


def test_the_papers_example_in_section_3():
    assert released([0.6, 0.05, 0.06, 0.2, 0.09], "m2") == [0.6, 0, 0, 0.2, 0]


def test_the_papers_figure_4():
    vector = [0.76, 0.01, 0.03, 0.04, 0.01, 0.01, 0.08, 0.02, 0.03, 0.01]
    assert released(vector, "m5") == [0.76, 0, 0.03, 0.04, 0, 0, 0.08, 0, 0.03, 0]


def test_of_equal_scores_the_first_stay():
    assert released([0.2, 0.2, 0.2, 0.2, 0.2], "m3") == [0.2, 0.2, 0.2, 0, 0]
    assert released([0.1, 0.3, 0.3, 0.3], "m2") == [0, 0.3, 0.3, 0]


def test_of_many_equal_scores_the_first_stay():
    """A sort that is stable for short rows only would pass with five."""
    scores = views.release(torch.full((3, 1000), 0.001).log(), "m400")
    assert scores[:, :400].isfinite().all() and (scores[:, 400:] == -torch.inf).all()


def test_a_score_of_probability_zero_is_released_as_such():
    scores = torch.tensor([[0.0, -torch.inf, -torch.inf]])
    assert views.release(scores, "m2").tolist() == scores.tolist()


def test_zeros_are_withheld_scores_that_pass_for_small_ones():
    scores = torch.log_softmax(torch.randn(4, 6, generator=torch.Generator().manual_seed(0)), dim=1)
    withheld, zeros = views.release(scores, "m2"), views.release(scores, "m2zeros")
    assert torch.equal(zeros, withheld.masked_fill(~withheld.isfinite(), -1000.0))


@pytest.mark.parametrize("view", ["full", "m6", "m6zeros"])
def test_all_scores_are_the_vector_itself(view: str):
    scores = torch.log_softmax(torch.randn(4, 6, generator=torch.Generator().manual_seed(0)), dim=1)
    assert torch.equal(views.release(scores, view), scores)


@pytest.mark.parametrize("m", [1, 2, 5])
def test_what_is_released_is_unchanged_and_not_less_than_what_is_withheld(m: int):
    scores = torch.log_softmax(torch.randn(50, 6, generator=torch.Generator().manual_seed(1)), dim=1)
    out = views.release(scores, f"m{m}")
    kept = out.isfinite()
    assert (kept.sum(dim=1) == m).all() and torch.equal(out[kept], scores[kept])
    withheld = scores.masked_fill(kept, -torch.inf).amax(dim=1)
    assert (out.masked_fill(~kept, torch.inf).amin(dim=1) >= withheld).all()


def test_what_is_withheld_is_not_written_over_the_classifiers_scores():
    scores = torch.randn(4, 6)
    before = scores.clone()
    views.release(scores, "m2")
    assert torch.equal(scores, before)


def test_more_scores_than_classes_are_refused():
    with pytest.raises(ValueError, match="view 'm6' asks for 6 scores, but a prediction vector holds 5"):
        views.release(torch.zeros(1, 5), "m6")


def test_scores_are_rounded_as_probabilities():
    """By NumPy, in decimal: what is rounded to zero is withheld."""
    probabilities = np.random.default_rng(0).dirichlet(np.full(6, 0.3), size=200)
    shown = views.release(torch.from_numpy(probabilities).log(), "round2").exp().numpy()
    np.testing.assert_allclose(shown, probabilities.round(2), atol=1e-12)
    assert (shown == 0).any() and not (shown == 0).all()


def test_a_vector_may_be_rounded_to_nothing():
    flat = torch.full((1, 30), 1 / 30).log()
    assert (views.release(flat, "round1") == -torch.inf).all()


def test_the_largest_are_rounded_not_the_largest_of_the_rounded():
    """All three round to 0.3; the second and the third are the largest."""
    assert released([0.32, 0.34, 0.34], "m2_round1") == [0, 0.3, 0.3]
    assert released([0.514, 0.251, 0.235], "m2_round1") == [0.5, 0.3, 0]


def test_a_label_is_the_class_of_the_largest_score_and_nothing_else():
    assert released([0.2, 0.5, 0.3], "label") == [0, 1, 0]
    assert released([0.2, 0.4, 0.4], "label") == [0, 1, 0]


@pytest.mark.parametrize("view", ["fullzeros", "m5 zeros", "top5"])
def test_a_view_that_is_none_is_refused(view: str):
    with pytest.raises(ValueError, match="expected a view full, label"):
        views.release(torch.zeros(1, 9), view)


def test_a_vector_sure_of_one_class_is_what_m1_releases_of_it():
    """The inverter of one score reads it as it reads what it was trained on: c at the class, 0 elsewhere."""
    sure = torch.full((4, 4), 1e-30, dtype=torch.float64).fill_diagonal_(1.0).log()
    assert torch.equal(views.one_hot(4).double(), views.release(sure, "m1"))
    assert features.Shifted(4, 50.0, False)(views.one_hot(4)).equal(50 * torch.eye(4))
