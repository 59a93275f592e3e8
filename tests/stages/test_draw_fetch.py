"""The report of a fetch: by host, by person, and as a picture."""

import inspect
import io
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image

from obverse import download, facescrub
from obverse.draw_fetch import _GROUP_OF, draw_fetch

STATUSES = ["ok", "ok", "ok", "http_4xx", "dns", "ok", "bad_url", "ok", "ok"]
HOSTS = ["b.org"] * 4 + ["a.org"] * 2 + [""] + ["c.org"] * 2
NAMES = ["Zoë Alder"] * 5 + ["Ivy Birch"] * 2 + ["Cy Cedar"] * 2


@pytest.fixture
def report(tmp_path):
    """Return a call that draws and gives the two tables, the picture and where they lie."""

    def call(rejected=((4, "http_4xx"), (5, "dns"), (7, "bad_url"), (8, "bbox_outside")), minimum=2, hosts=HOSTS):
        count = len(hosts)
        table = {name: pa.nulls(count, kind) for name, kind in zip(facescrub.FETCHED.names, facescrub.FETCHED.types)}  # noqa: B905
        table |= {"face_id": np.arange(1, count + 1), "host": hosts, "status": (STATUSES * count)[:count]}
        table |= {"name": (NAMES * count)[:count], "gender": ["male"] * count}
        facescrub.write_fetched(tmp_path / "f.parquet", pa.table(table), {})
        pd.DataFrame(rejected, columns=["face_id", "status"]).to_csv(tmp_path / "r.csv", index=False)
        out = {key: tmp_path / key for key in ("picture", "hosts", "identities")}
        draw_fetch(
            faces=tmp_path / "f.parquet",
            rejected=tmp_path / "r.csv",
            minimum_pictures=minimum,
            origin="rendered",
            **out,
        )
        return SimpleNamespace(
            hosts=pd.read_csv(out["hosts"], keep_default_na=False),
            people=pd.read_csv(out["identities"]),
            picture=out["picture"].read_bytes(),
        )

    return call


def test_faces_are_counted_by_host_and_status_the_largest_host_first(report):
    table = report().hosts
    assert table.columns.to_list() == ["host", "faces", "usable", "bad_url", "bbox_outside", "dns", "http_4xx"]
    assert table["host"].to_list() == ["b.org", "a.org", "c.org", ""]
    assert table["faces"].to_list() == [4, 2, 2, 1] and table["usable"].to_list() == [3, 1, 1, 0]
    assert (table.drop(columns=["host", "faces"]).sum(axis=1) == table["faces"]).all()


def test_every_listed_person_has_a_row_even_one_of_whom_nothing_came(report):
    table = report(rejected=[(face, "http_4xx") for face in (6, 7, 9)]).people.set_index("name")
    assert table["listed"].to_dict() == {"Cy Cedar": 2, "Ivy Birch": 2, "Zoë Alder": 5}
    assert table["usable"].to_dict() == {"Cy Cedar": 1, "Ivy Birch": 0, "Zoë Alder": 5}
    assert table["below_minimum"].to_dict() == {"Cy Cedar": True, "Ivy Birch": True, "Zoë Alder": False}


def test_people_below_the_minimum_are_said_with_what_it_means(report, capsys):
    report()
    said = capsys.readouterr().out
    assert "3 listed, 2 with fewer than 2 usable pictures" in said
    assert "Cy Cedar (1), Ivy Birch (1)" in said and "fewer classes" in said
    report(minimum=1)
    assert "0 with fewer" in capsys.readouterr().out


def test_the_same_tables_give_the_same_picture_and_others_another(report):
    first = report().picture
    assert report().picture == first != report(minimum=3).picture
    width, height = Image.open(io.BytesIO(first)).size
    assert width > 900 and height > 700


def test_a_fetch_without_a_single_failure_is_all_usable(report):
    table = report(rejected=[]).hosts
    assert table.columns.to_list() == ["host", "faces", "usable"] and (table["faces"] == table["usable"]).all()


def test_any_number_of_hosts_fits(report):
    table = report(hosts=[f"h{number}.org" for number in range(500)]).hosts
    assert len(table) == 500


def test_every_status_there_is_belongs_to_a_group():
    """Else a fetch of the real lists would end in an error at its last step."""
    words = "dns connect tls connection_lost timeout redirects bad_url blocked_address too_big host_dead hash_mismatch"
    words += " http_other"
    words += " http_1xx http_3xx http_4xx http_5xx not_image too_many_pixels decode_timeout decode_died bbox_outside"
    assert set(words.split()) == _GROUP_OF.keys() - {"usable"}
    answered = set(re.findall(r'Answer\("(\w+)"', inspect.getsource(download)))
    assert len(answered) > 3 and answered <= set(words.split()) | {"ok"}
