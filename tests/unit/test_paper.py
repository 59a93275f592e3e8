import math
from pathlib import Path

import pytest

from obverse.errors import UnusableInput
from obverse.paper import KEYS, Paper

FILE = Path(__file__).parents[2] / "resources/paper_tables.csv"
HEAD = ",".join([*KEYS, "value", "note"])


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (("table2", "facescrub", "same", "mse_held_out"), 0.0074),
        (("table2", "mnist", "distinct", "mse_member"), 0.0415),
        (("table3", "facescrub", "joint", "accuracy"), 0.768),
        (("table3", "mnist", "black box", "mse"), 0.3120),
        (("table4", "rekognition", "round 1", "mse_known"), 0.0443),
        (("section5", "facescrub", "80/20", "accuracy"), 0.857),
    ],
)
def test_cells_are_those_the_paper_prints(cell: tuple, value: float):
    assert Paper(FILE).number(*cell) == value


def test_every_cell_of_tables_2_to_4_is_a_number_and_every_doubt_is_said():
    paper = Paper(FILE)
    lines = FILE.read_text().splitlines()[1:]
    cells = [line.split(",")[:4] for line in lines if not line.startswith(("table1", "section5"))]
    assert len(cells) == 12 + 10 + 12
    assert all(0 < paper.number(*cell) < 1 for cell in cells)
    assert "misprint" in paper.note("table3", "mnist", "black box", "mse")
    assert "trained on" in paper.note("table2", "facescrub", "same", "mse_held_out")


def test_the_paper_has_no_more_data_for_digits():
    paper = Paper(FILE)
    cell = ("table3", "mnist", "black box (more data)", "accuracy")
    assert math.isnan(paper.number(*cell)) and paper.words(*cell) == paper.note(*cell) == ""


def test_table_1_has_the_papers_words():
    assert Paper(FILE).words("table1", "mnist", "generic", "classifier_data") == "80% train, 20% test (5 labels)"


def test_a_cell_that_stands_twice_is_refused(tmp_path: Path):
    path = tmp_path / "paper.csv"
    path.write_text(f"{HEAD}\ntable2,mnist,same,mse_member,0.1,\ntable2,mnist,same,mse_member,0.2,\n")
    with pytest.raises(UnusableInput, match="table2, mnist, same, mse_member twice"):
        Paper(path)


def test_other_columns_are_refused(tmp_path: Path):
    path = tmp_path / "paper.csv"
    path.write_text("table,value\ntable2,0.1\n")
    with pytest.raises(UnusableInput, match="expected columns table, task, row, column, value, note, found"):
        Paper(path)
