"""Whose pictures teach the adversary, and whose are rebuilt."""

import pandas as pd
import pytest

from face_tables import detail, write_faces
from obverse import tables
from obverse.divide_faces import divide_faces
from obverse.errors import UnusableInput
from obverse.rekognition import individuals

PEOPLE = [f"p{person}" for person in range(20) for _ in range(10)]


@pytest.fixture
def divide(data_set, tmp_path):
    """Divide CelebA's and FaceScrub's faces: all have one but for those of the places named."""

    def run(identities=PEOPLE, faceless=(), status=None, groups=None, **changes) -> pd.DataFrame:
        celeba = data_set("celeba", identities, status=status, groups=groups)
        others = data_set("facescrub", list("aabbc"))
        given = {"auxiliary_fraction": 0.8, "validation_fraction": 0.05, "seed": 1}
        for name, data in (("celeba", celeba), ("facescrub", others)):
            found = [
                None if name == "celeba" and row in faceless else detail(0.5) for row in range(len(data.sample_ids))
            ]
            given |= {f"{name}_samples": data.samples}
            given |= {f"{name}_faces": write_faces(tmp_path / f"{name}.parquet", data.sample_ids, found)}
        divide_faces(**given | {"divided": tmp_path / "divided"} | changes)
        table = tables.read(tmp_path / "divided", individuals.SCHEMA).to_pandas()
        places = {"celeba": list(celeba.sample_ids), "facescrub": list(others.sample_ids)}
        pairs = zip(table["dataset"], table["sample_id"], strict=True)
        return table.assign(row=[places[dataset].index(sample_id) for dataset, sample_id in pairs])

    return run


def counts(table: pd.DataFrame) -> dict[str, int]:
    return table["part"].value_counts().to_dict()


def test_four_fifths_of_celeba_are_the_adversarys_some_of_them_to_choose_by_and_all_of_facescrub_is_unknown(divide):
    table = divide()
    assert counts(table) == {"train": 152, "validation": 8, "known": 40, "unknown": 5}
    assert set(table.loc[table["part"] == "unknown", "dataset"]) == {"facescrub"}
    assert set(table.loc[table["part"] != "unknown", "dataset"]) == {"celeba"}


def test_known_people_are_those_of_whom_the_adversary_has_another_picture(divide, capsys):
    """Half of the people have one picture: where that is not trained on, they are known to nobody."""
    table = divide([*PEOPLE, *(f"single{n}" for n in range(100))])
    known, taught = (set(table.loc[table["part"] == part, "identity"]) for part in ("known", "train"))
    assert known and known <= taught and not any(name.startswith("single") for name in known)
    left_out = 300 + 5 - len(table)
    assert left_out > 0 and f"{left_out} pictures of people of whom the adversary has none" in capsys.readouterr().out


def test_pictures_without_a_face_and_unusable_ones_are_nobodys(divide):
    status = ["overlap" if row in (3, 4) else "ok" for row in range(200)]
    rows = divide(faceless=(0, 1, 2), status=status)
    assert not set(rows.loc[rows["dataset"] == "celeba", "row"]) & {0, 1, 2, 3, 4}
    assert len(rows) == 195 + 5


def test_near_duplicates_stay_together(divide):
    table = divide(groups=[row // 5 for row in range(200)])
    own = table[table["dataset"] == "celeba"]
    victims = own.assign(group=own["row"] // 5, victim=own["part"] == "known").groupby("group")["victim"].nunique()
    assert len(victims) > 30 and (victims == 1).all()


def test_another_seed_divides_otherwise_and_the_same_alike(divide):
    first, again, other = (divide(seed=seed)["part"].tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_too_few_faces_are_said_to_be_too_few(divide):
    with pytest.raises(UnusableInput, match="to train on, to choose an epoch by and to rebuild, found 2"):
        divide(list("ab"))
