import numpy as np
import pytest

from obverse import sheets
from obverse.sheets import Sheet

HEAD = ["task", "images", "MSE"]
ROWS = [["faces", "members", "0.0107"], ["faces", "held-out", "0.0074"], ["digits", "members", "0.0078"]]


def words(sheet: Sheet, origin: str = "") -> list:
    """Return the texts of the picture with their boxes, in pixels."""
    drawn = sheets.draw(sheet, origin)
    drawn.draw_without_rendering()
    found = [text for text in drawn.axes[0].texts if text.get_text()]
    return [(text.get_text(), text.get_window_extent()) for text in found]


def test_what_rows_have_in_common_is_said_once():
    said = [text for text, _ in words(Sheet("Table", HEAD, ROWS, words=2))]
    assert said.count("faces") == 1 and said.count("members") == 2


def test_the_same_words_of_another_group_are_said_again():
    rows = [["faces", "same", "1"], ["faces", "same", "2"], ["digits", "same", "3"]]
    said = [text for text, _ in words(Sheet("Table", HEAD, rows, words=2, grouped=2))]
    assert said.count("same") == 2


def test_no_text_covers_another_or_leaves_the_picture():
    rows = [*ROWS, ["a task of many words", "WWWWWWWWWW", "0.0000 – 0.0000"]]
    drawn = sheets.draw(Sheet("Table", HEAD, rows, words=2, notes=["A note. " * 30]), "Stand-ins")
    drawn.draw_without_rendering()
    boxes = [text.get_window_extent() for text in drawn.axes[0].texts if text.get_text()]
    for place, box in enumerate(boxes):
        assert drawn.bbox.x0 <= box.x0 and box.x1 <= drawn.bbox.x1 and drawn.bbox.y0 <= box.y0
        assert not any(box.overlaps(other) for other in boxes[place + 1 :])


def test_words_are_set_from_the_left_and_numbers_to_the_right():
    rows = [["a", "b", "1"], ["long words", "c", "10,000"]]
    boxes = dict(words(Sheet("Table", HEAD, rows, words=2)))
    assert boxes["a"].x0 == pytest.approx(boxes["long words"].x0, abs=1.5)
    assert boxes["1"].x1 == pytest.approx(boxes["10,000"].x1, abs=1.5)


def test_a_row_of_too_few_texts_is_refused():
    with pytest.raises(ValueError, match="expected 3 texts in a row, found 2"):
        Sheet("Table", HEAD, [["faces", "members"]], words=2)


@pytest.mark.parametrize(("value", "text"), [(0.01072, "0.0107"), (np.nan, "–"), (np.inf, "∞")])
def test_numbers_that_there_are_not_are_dashes(value: float, text: str):
    assert sheets.number(value, 4) == text


def test_intervals():
    assert sheets.interval(0.1, 0.25, 2) == "0.10 – 0.25" and sheets.interval(np.nan, np.nan, 2) == "–"
