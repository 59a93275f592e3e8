"""Whether what was made again is the archive's."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import safetensors.numpy
from PIL import Image

from obverse.archive.comparing import AGREES, DIFFERS, SAME, Comparison, compare


def npy(values: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, values)
    return stream.getvalue()


def png(values: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, "png")
    return stream.getvalue()


def parquet(**columns: object) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def test_the_same_bytes_are_the_same_whatever_they_are():
    assert compare("a.gz", b"\0", b"\0").verdict == SAME


def test_other_bytes_of_an_unknown_kind_differ():
    assert compare("a.gz", b"\0", b"\1").verdict == DIFFERS


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (b"view,sample_id,mse\nfull,50001,0.0135\n", AGREES),  # within 2 %
        (b"view,sample_id,mse\nfull,50001,0.0137\n", DIFFERS),
        (b"view,sample_id,mse\nfull,50001,0.0151\n", DIFFERS),
        (b"view,sample_id,mse\nfull,50001,-0.0133\n", DIFFERS),
        (b"view,sample_id,mse\nfull,50002,0.0133\n", DIFFERS),
        (b"view,sample_id,mse\nfull,50900,0.0133\n", DIFFERS),
        (b"view,sample_id,mse\nm10,50001,0.0133\n", DIFFERS),
        (b"view,sample_id,mse\nfull,50001,0.0133\nfull,50001,0.0133\n", DIFFERS),
        (b"view,sample_id,mse\nfull,50001,nan\n", DIFFERS),
        (b"\xff", DIFFERS),
    ],
)
def test_texts_agree_where_their_words_and_ids_do_and_their_numbers_nearly(now, verdict):
    assert compare("fig8.csv", b"view,sample_id,mse\nfull,50001,0.0133\n", now).verdict == verdict


@pytest.mark.parametrize("column", ["label", "duplicate_group", "identity", "id", "k", "m"])
def test_numbers_that_name_something_are_equal_or_differ(column):
    assert compare(
        "a.csv", f"images,{column}\n900,900\n".encode(), f"images,{column}\n901,900\n".encode()
    ) == Comparison(AGREES, "1 of 2 numbers differ, most 900 and 901")
    found = compare("a.csv", f"images,{column}\n900,900\n".encode(), f"images,{column}\n901,901\n".encode())
    assert found == Comparison(DIFFERS, "2 of 2 numbers differ, most 900 and 901")


@pytest.mark.parametrize(
    ("column", "verdict"),
    [
        ("rank1", AGREES),
        ("evaluation5_low", AGREES),
        ("paper_accuracy", AGREES),
        ("accuracy_sd_seeds", AGREES),
        ("mse", DIFFERS),
        ("mse_sd_seeds", DIFFERS),
    ],
)
def test_what_a_picture_more_or_less_changes_in_a_share_is_no_measure_of_an_error(column, verdict):
    before, now = (f"name,{column}\na b,{share}\n".encode() for share in ("0.0111", "0.0131"))
    assert compare("a.csv", before, now).verdict == verdict


def test_a_cell_of_several_numbers_and_rows_longer_than_the_first_are_compared_whole():
    before = b'name,rank1\n"1, 2 and 3",0.5,7\n'
    assert compare("a.csv", before, b'name,rank1\n"1, 2 and 3",0.501,7\n').verdict == AGREES
    assert compare("a.csv", before, b'name,rank1\n"1, 2.1 and 3",0.5,7\n').verdict == DIFFERS
    assert compare("a.csv", before, b'name,rank1\n"1, 2 and 3",0.5,8\n').verdict == DIFFERS


def test_numbers_too_large_to_hold_are_equal_or_differ():
    assert compare("a.json", b"[1e999, 5]", b"[1e999, 5.01]").verdict == AGREES
    assert compare("a.json", b"[1e999, 5]", b"[2, 5]").verdict == DIFFERS


@pytest.mark.parametrize("gaps", [[], [None]])
def test_another_draw_of_people_is_no_nearly_equal_one(gaps):
    """As large as a split of a data set, where the ids' sizes hide that they are others."""
    first, second = (np.sort(np.random.default_rng(seed).choice(10_000, 8000, replace=False)) for seed in (1, 2))
    found = compare("a.parquet", parquet(sample_id=[*first, *gaps]), parquet(sample_id=[*second, *gaps]))
    assert found.verdict == DIFFERS and "whole numbers differ in sample_id" in found.words


def test_gaps_in_whole_numbers_are_where_they_were():
    assert compare("a.parquet", parquet(label=[0, None]), parquet(label=[None, 0])).verdict == DIFFERS


def test_ranks_shift_as_scores_do_and_other_whole_numbers_not():
    before, now = np.array([1000, 2000, 3000]), np.array([1001, 2000, 3000])
    assert compare("a.parquet", parquet(identity_rank=before), parquet(identity_rank=now)).verdict == AGREES
    assert compare("a.npy", npy(before), npy(now)) == Comparison(DIFFERS, "1 of 3 whole numbers differ")
    assert compare("a.npy", npy(np.full(9, 200, np.uint8)), npy(np.full(9, 201, np.uint8))).verdict == AGREES


def test_large_numbers_in_a_text_may_differ_by_their_share():
    assert compare("a.json", b'{"steps": 1000}', b'{"steps": 1019}').verdict == AGREES
    assert compare("a.json", b'{"steps": 1000}', b'{"steps": 1021}').verdict == DIFFERS


def test_the_words_name_the_numbers_that_are_furthest_apart():
    found = compare("a.csv", b"a,b,c\n1,100,5\n", b"a,b,c\n1,150,5.01\n")
    assert found.words == "2 of 3 numbers differ, most 100 and 150"


@pytest.mark.parametrize(("scale", "verdict"), [(1.01, AGREES), (1.03, DIFFERS)])
def test_arrays_weights_tables_and_pictures_agree_within_a_share_of_their_size(scale, verdict):
    values = np.random.default_rng(1).normal(size=(40, 3)).astype(np.float32)
    near = (values * scale).astype(np.float32)
    pixels = np.full((8, 8, 3), 200, np.uint8)
    pairs = {
        "a.npy": (npy(values), npy(near)),
        "a.png": (png(pixels), png((pixels * scale).astype(np.uint8))),
        "a.parquet": (
            parquet(name=["a"] * 40, scores=list(values), mse=values[:, 0]),
            parquet(name=["a"] * 40, scores=list(near), mse=near[:, 0]),
        ),
        "a.safetensors": (
            safetensors.numpy.save({"w": values, "b": values[0]}, {"made": "1"}),
            safetensors.numpy.save({"w": near, "b": values[0]}, {"made": "2"}),
        ),
    }
    for name, (before, now) in pairs.items():
        assert compare(name, before, now).verdict == verdict, name


def test_one_tensor_that_is_off_counts_though_a_large_one_agrees():
    large, small = np.ones(1000, np.float32), np.ones(1, np.float32)
    before = safetensors.numpy.save({"w": large, "b": small})
    found = compare("w.safetensors", before, safetensors.numpy.save({"w": large, "b": 2 * small}))
    assert found.verdict == DIFFERS and found.words == "root mean square off by 1 in b"


@pytest.mark.parametrize(
    "now",
    [
        parquet(name=["a", "c"], score=[1.0, 2.0], many=[[1.0], [2.0, 3.0]]),
        parquet(name=["a"], score=[1.0], many=[[1.0]]),
        parquet(name=["a", "b"], score=[1.0, 2.0]),
        parquet(name=["a", "b"], score=[1, 2], many=[[1.0], [2.0, 3.0]]),
        parquet(name=["a", "b"], score=[1.0, None], many=[[1.0], [2.0, 3.0]]),
        parquet(name=["a", "b"], score=[1.0, 2.0], many=[[1.0, 2.0], [3.0]]),
        b"PAR1",
    ],
)
def test_tables_of_other_words_shapes_columns_or_gaps_differ(now):
    before = parquet(name=["a", "b"], score=[1.0, 2.0], many=[[1.0], [2.0, 3.0]])
    assert compare("a.parquet", before, now).verdict == DIFFERS


def test_gaps_in_the_same_places_and_other_metadata_agree():
    values = np.array([np.nan, 1.0, np.inf])
    table = pa.table({"score": values}).replace_schema_metadata({"obverse": "another"})
    stream = io.BytesIO()
    pq.write_table(table, stream)
    assert compare("a.parquet", parquet(score=values), stream.getvalue()).verdict == AGREES


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (np.zeros(3), np.full(3, 1e-9)),  # nothing is no measure
        (np.zeros(3, np.uint8), np.zeros(3, np.int16)),
        (np.zeros(3), np.zeros(4)),
    ],
)
def test_arrays_of_another_kind_or_shape_differ_and_so_does_something_from_nothing(before, now):
    assert compare("a.npy", npy(before), npy(now)).verdict == DIFFERS


@pytest.mark.parametrize("name", ["a.npy", "a.png", "a.parquet", "a.safetensors"])
def test_what_cannot_be_read_differs_and_no_pickle_is_opened(name):
    assert compare(name, b"\x80\x04.", b"garbage").verdict == DIFFERS
    pickled = npy(np.array([{}], object))
    assert compare("a.npy", pickled, pickled + b"x").verdict == DIFFERS
