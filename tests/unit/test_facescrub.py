"""FaceScrub's lists."""

import pandas as pd
import pytest

from obverse import facescrub
from obverse.errors import UnusableInput

ROW = "Alec Alder\t3209\t1862\thttp://a.example/x%2520y z.jpg\t463,450,1785,1772\t" + "aE1147f0" * 8
HEADER = "name\timage_id\tface_id\turl\tbbox\tsha256"


def _read(tmp_path, *lines, end="\n"):
    (tmp_path / "list.txt").write_bytes((end.join(lines) + end).encode())
    return facescrub.read_list(tmp_path / "list.txt")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("lines", [[HEADER, ROW], [ROW], ["\ufeff" + HEADER, ROW, ""]])
def test_a_list_is_read_with_and_without_its_header(tmp_path, lines, end):
    faces = _read(tmp_path, *lines, end=end)
    assert faces.columns.to_list() == facescrub.COLUMNS
    assert faces.iloc[0].to_list() == [
        *("Alec Alder", 3209, 1862, "http://a.example/x%2520y z.jpg"),
        *(463, 450, 1785, 1772, "ae1147f0" * 8),
    ]


def test_a_written_list_is_the_official_one_and_comes_back(tmp_path):
    faces = _read(tmp_path, ROW, ROW.replace("1862", "1863").replace("Alec", "Zoë"))
    facescrub.write_list(tmp_path / "again.txt", faces)
    first, second = (tmp_path / "again.txt").read_text("utf-8").splitlines()[:2]
    assert first == HEADER and second == ROW.lower().replace("alec alder", "Alec Alder")
    pd.testing.assert_frame_equal(facescrub.read_list(tmp_path / "again.txt"), faces)


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (ROW.replace("\t3209", ""), "expected 6 tab-separated fields, found 5"),
        (ROW.replace("1862", "x"), "expected numbers as image_id and face_id"),
        (ROW.replace(",1785", ""), "expected a box as x1,y1,x2,y2"),
        (ROW[:-1], "expected a sha256 of 64 hex digits"),
        (ROW.replace("Alec Alder", " "), "expected a name and a url"),
    ],
)
def test_a_broken_row_is_named_by_file_and_line(tmp_path, broken, expected):
    with pytest.raises(UnusableInput, match=rf"list\.txt, line 3: {expected}"):
        _read(tmp_path, HEADER, ROW, broken)


def test_an_empty_list_and_a_repeated_face_are_refused(tmp_path):
    with pytest.raises(UnusableInput, match="found an empty list"):
        _read(tmp_path, HEADER)
    with pytest.raises(UnusableInput, match="found 1862 twice"):
        _read(tmp_path, ROW, ROW)
    with pytest.raises(UnusableInput, match="something unreadable"):
        facescrub.read_list(tmp_path / "absent.txt")


def test_a_field_with_a_tab_is_not_written(tmp_path):
    faces = _read(tmp_path, ROW).assign(name="a\tb")
    with pytest.raises(ValueError, match="tab or a line break"):
        facescrub.write_list(tmp_path / "bad.txt", faces)
