import numpy as np
import pyarrow as pa
import pytest
import torch

from obverse import auxiliaries, checkpoints, evaluators, scores, splits, stamps
from obverse.classifiers import Classifier
from obverse.errors import UnusableInput
from obverse.score_floors import score_floors


@pytest.fixture
def inputs(data_set, split_table, reserved_table, judge, tmp_path):
    """Six victims, and an auxiliary set of two data sets, some images of which are validation or not chosen at all."""
    victims = data_set("victims", ["x", "y"] * 3, size=16)
    faces, others = data_set("faces", ["x"] * 10, size=16), data_set("others", ["x"] * 4, size=16)
    rows = [("faces", i, "train") for i in faces.sample_ids[[8, 1, 5, 0, 2]]]
    rows += [("faces", i, "validation") for i in faces.sample_ids[[3, 4]]]
    rows += [("others", i, "train") for i in others.sample_ids[[2, 0]]]
    columns = dict(zip(("dataset", "sample_id", "part"), map(list, zip(*rows, strict=True)), strict=True))
    auxiliaries.write(tmp_path / "auxiliary", pa.table(columns | {"owner": ["adversary"] * len(rows)}), {})
    given = {
        "auxiliary": tmp_path / "auxiliary",
        "datasets": ["faces", "others"],
        "auxiliary_images": [faces.images, others.images],
        "auxiliary_samples": [faces.samples, others.samples],
        "images": victims.images,
        "samples": victims.samples,
        "splits": split_table(victims.sample_ids[::-1], [0, 1, 2] * 2, ["member"] * 3 + ["held_out"] * 3),
        "reserved": reserved_table("xy"),
        "evaluator": judge(2),
        "threads": 1,
    }
    shown = np.concatenate([faces.pixels[[8, 1, 5, 0, 2]], others.pixels[[2, 0]]])
    return given, victims.pixels[::-1] / 255, shown / 255


def scored(given: dict, output, floor: str):
    score_floors(floors=[floor], scores=[output], **given)
    return scores.read(output)


def test_black_errs_by_the_mean_square_of_the_picture(inputs, tmp_path):
    given, truth, _ = inputs
    np.testing.assert_allclose(scored(given, tmp_path / "s", "black")["mse"], (truth**2).mean(axis=(1, 2)), rtol=1e-5)


def test_the_mean_image_is_that_of_the_training_part_of_all_data_sets(inputs, tmp_path):
    """Each image counts once, whichever data set it is of; the validation part does not count."""
    given, truth, shown = inputs
    expected = ((truth - shown.mean(axis=0)) ** 2).mean(axis=(1, 2))
    np.testing.assert_allclose(scored(given, tmp_path / "s", "mean_image")["mse"], expected, rtol=1e-5)


def test_every_victim_has_a_row_in_the_order_of_the_splits(inputs, tmp_path):
    """Nobody here has a second picture in his split, so everybody ranks behind the two others."""
    given, _, _ = inputs
    table = scored(given, tmp_path / "s", "black")
    assert table["sample_id"].tolist() == splits.read(given["splits"])["sample_id"].to_pylist()
    assert table["split"].tolist() == ["member"] * 3 + ["held_out"] * 3
    assert table["identity_rank"].tolist() == [3] * 6


def test_two_runs_give_the_same_bytes(inputs, tmp_path):
    given, _, _ = inputs
    for name in ("a", "b"):
        scored(given, tmp_path / name, "mean_image")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_unknown_floor_is_refused(inputs, tmp_path):
    given, _, _ = inputs
    with pytest.raises(UnusableInput, match="expected each among mean_image, black, class_mean, truth, found 'grey'"):
        scored(given, tmp_path / "s", "grey")


def test_an_image_that_its_data_set_lacks_is_named(inputs, tmp_path):
    given, _, _ = inputs
    swapped = given | {"auxiliary_samples": given["auxiliary_samples"][::-1]}
    with pytest.raises(UnusableInput, match="auxiliary: expected sample_id"):
        scored(swapped, tmp_path / "s", "mean_image")


def test_the_class_mean_is_of_the_members_of_the_class_but_the_victim_himself(inputs, split_table, tmp_path):
    """Else a member's own picture would be half of what is shown for him."""
    given, truth, _ = inputs
    ids = splits.read(given["splits"])["sample_id"].to_pylist()
    given["splits"] = split_table(ids, [0, 0, 0, 1, 1, 0], ["member"] * 4 + ["held_out"] * 2)
    shown = [(truth[1] + truth[2]) / 2, (truth[0] + truth[2]) / 2, (truth[0] + truth[1]) / 2]
    shown += [np.zeros_like(truth[0]), truth[3], (truth[0] + truth[1] + truth[2]) / 3]
    expected = ((np.array(shown) - truth) ** 2).mean(axis=(1, 2))
    np.testing.assert_allclose(scored(given, tmp_path / "s", "class_mean")["mse"], expected, rtol=1e-4)


def test_the_class_mean_is_black_where_a_class_has_no_member(inputs, split_table, tmp_path):
    given, truth, _ = inputs
    ids = splits.read(given["splits"])["sample_id"].to_pylist()
    given["splits"] = split_table(ids, [0, 0, 0, 1, 1, 0], ["held_out"] * 6)
    np.testing.assert_allclose(
        scored(given, tmp_path / "s", "class_mean")["mse"], (truth**2).mean(axis=(1, 2)), rtol=1e-4
    )


def test_the_truth_has_no_error_and_the_rank_that_the_evaluation_classifier_gives_the_pictures(inputs, tmp_path):
    given, truth, _ = inputs
    table = scored(given, tmp_path / "s", "truth")
    judge = checkpoints.load(given["evaluator"], evaluators.Evaluator)
    pictures = torch.from_numpy(truth[:, None].astype(np.float32))
    people = [{"x": 0, "y": 1}[name] for name in "yxyxyx"]  # the splits turn the pictures' order round
    with torch.no_grad():
        wins = judge(pictures).argmax(dim=1).numpy() == people
    assert table["mse"].eq(0).all() and (table["evaluation_rank"].to_numpy() == np.where(wins, 1, 2)).all()


def test_a_victim_whom_the_evaluation_classifier_has_seen_is_refused(inputs, reserved_table, tmp_path):
    given, _, _ = inputs
    seen = splits.read(given["splits"])["sample_id"][2].as_py()
    given["reserved"] = reserved_table("xy", [seen, 5])
    with pytest.raises(UnusableInput, match=f"splits.parquet: expected no image reserved .* found sample_id {seen}"):
        scored(given, tmp_path / "s", "black")
    assert not (tmp_path / "s").exists()


def test_the_target_itself_is_no_judge(inputs, tmp_path):
    given, _, _ = inputs
    target = Classifier(num_classes=2, size=16, width=2, hidden=4)
    checkpoints.save(tmp_path / "w", target, stamps.stamp("train_classifier", {}))
    with pytest.raises(UnusableInput, match="expected weights of Evaluator, found those of Classifier"):
        scored(given | {"evaluator": tmp_path / "w"}, tmp_path / "s", "truth")
