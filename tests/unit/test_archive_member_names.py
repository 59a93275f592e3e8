from pathlib import Path

import pytest

from obverse.archive import member_names


@pytest.mark.parametrize("name", ["", "/x", "../x", "a/../x", "a/..", "a//b", "./a", "a/", "C:/x", "a\\..\\x", "a\0b"])
def test_a_name_that_leads_out_of_the_folder_is_given_no_place_in_it(name):
    with pytest.raises(ValueError, match="expected a path below the folder it is unpacked into, found"):
        member_names.below(Path("folder"), name)


@pytest.mark.parametrize("name", [256 * "a", "a/" + 128 * "ä", "a/" * 1024 + "a"])
def test_a_name_that_no_file_system_holds_has_no_place(name):
    with pytest.raises(ValueError, match="expected a path below"):
        member_names.below(Path("folder"), name)


@pytest.mark.parametrize("name", [255 * "a", "a/" * 1000 + "a", "x", "a/b c/..d", "a..b", "ä/.git"])
def test_any_other_name_has_one(name):
    assert member_names.below(Path("folder"), name) == Path("folder") / name
