"""Compiled functions: none outlives the source it was made from."""

from pathlib import Path

from obverse.faces import compiled


def test_an_edit_in_any_module_leads_to_another_cache(tmp_path: Path) -> None:
    one, other = tmp_path / "caller.py", tmp_path / "callee.py"
    one.write_text("a")
    other.write_text("b")
    before = compiled.folder([one, other])
    assert before == compiled.folder([other, one])
    other.write_text("c")
    assert before != compiled.folder([one, other])


def test_a_module_that_moves_its_content_to_another_leads_to_another_cache(tmp_path: Path) -> None:
    one, other = tmp_path / "caller.py", tmp_path / "callee.py"
    one.write_text("a")
    other.write_text("b")
    before = compiled.folder([one, other])
    one.write_text("b")
    other.write_text("a")
    assert before != compiled.folder([one, other])
