"""The table of who is in both data sets."""

import pandas as pd
import pytest

from obverse import overlaps
from obverse.errors import UnusableInput


def pairs(*rows):
    return pd.DataFrame(rows, columns=list(overlaps.COLUMNS))


def test_the_removed_come_first_then_those_to_review_each_by_likeness(tmp_path):
    rows = [
        ("9", "NA", "Nan Oak", 0.4, overlaps.KEPT, 3),
        ("10", "", "Zoe Elm", 0.91, overlaps.REVIEW, 2),
        ("2", "", "Zoe Elm", 0.8, overlaps.REMOVED, 1),
        ("11", "", "Zoe Elm", 0.95, overlaps.REMOVED, 4),
        ("1", "", "Zoe Elm", 0.4, overlaps.KEPT, 5),
    ]
    overlaps.write(tmp_path / "p.csv", pairs(*rows))
    table = overlaps.read(tmp_path / "p.csv")
    assert table["identity"].to_list() == ["11", "2", "10", "1", "9"]
    assert table["name"].to_list() == ["", "", "", "", "NA"] and table["images"].sum() == 15


def test_a_table_of_nobody_reads_back(tmp_path):
    overlaps.write(tmp_path / "p.csv", overlaps.empty())
    assert overlaps.read(tmp_path / "p.csv").empty


@pytest.mark.parametrize("text", ["", "identity,name\n1,a\n", "\x00\x01"])
def test_another_file_is_refused(tmp_path, text):
    (tmp_path / "p.csv").write_text(text)
    with pytest.raises(UnusableInput, match=r"p\.csv: expected a table of who is in both"):
        overlaps.read(tmp_path / "p.csv")


def test_the_papers_numbers_leave_what_the_paper_says_is_left():
    assert overlaps.PAPER["images"] - overlaps.PAPER["images_removed"] == 195_727
    assert overlaps.PAPER["identities"] - overlaps.PAPER["identities_removed"] == 9_881
