"""Lines of JSON that outlive whoever writes them."""

import json

import pytest

from obverse import jsonl

VALUES = [{"a": [1, 0.5, None]}, "ü\u2028\x85\r\n", [], -1, True]


def test_what_is_written_line_by_line_is_read_in_order(tmp_path):
    content = b"".join(map(jsonl.line, VALUES))
    (tmp_path / "x.jsonl").write_bytes(content)
    assert list(jsonl.read(tmp_path / "x.jsonl")) == VALUES and content.count(b"\n") == len(VALUES)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_what_json_has_not_is_refused(number):
    with pytest.raises(ValueError):
        jsonl.line([{"score": number}])


def test_no_file_holds_no_lines(tmp_path):
    assert list(jsonl.read(tmp_path / "none.jsonl")) == [] and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("torn", range(1, len(json.dumps(VALUES[0])) + 1))
def test_a_last_line_that_a_kill_tore_is_cut_off_the_file(tmp_path, torn):
    """Also where it only lacks its end."""
    path, whole = tmp_path / "x.jsonl", jsonl.line([1]) + jsonl.line([2])
    path.write_bytes(whole + jsonl.line(VALUES[0])[:torn])
    assert list(jsonl.read(path)) == [[1], [2]] and path.read_bytes() == whole


def test_zeros_cost_their_line_alone(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(jsonl.line(1) + b"\0" * 5000 + b"\n" + jsonl.line(2) + b"\xff\xfe\n" + jsonl.line(3))
    assert list(jsonl.read(path)) == [1, 2, 3]
