import ast
import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from obverse import provenance

PACKAGE = Path(provenance.__file__).parent
STAGES = sorted(path.stem for path in PACKAGE.glob("*.py") if "cli.run(" in path.read_text())

SOURCE = '''"""What it is."""

import math

RATE = 0.5  # a share


def area(radius: float) -> float:
    """Return the area."""
    label = "circle"
    print(f"{label}: {radius:.2f} {'x' + f'{RATE}'}")
    return math.pi * radius ** 2


class Shape:
    """A shape."""

    sides = (
        3,
        4,
    )
'''


def changed(old: str, new: str) -> str:
    assert SOURCE.count(old) == 1
    return SOURCE.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# a share", "# the share of them"),
        ("  # a share", ""),
        ("RATE = 0.5", "# first a word\nRATE = 0.5"),
        ('"""What it is."""', '"""What it is now,\n\nat length."""'),
        ('"""What it is."""\n', ""),
        ('"""Return the area."""', "'''Return\n    it.'''"),
        ('"""A shape."""', 'r"""A \\shape."""'),
        ('    """A shape."""\n', ""),
        ('"""Return the area."""\n', '"""Return the area."""  # said\n'),
        ('"""What it is."""', '"""Was ist’s? ä"""'),
        ("\n\n\nclass", "\n\n\n\n\nclass"),
        ("math.pi * radius ** 2", "math.pi*radius**2"),
        ("(\n        3,\n        4,\n    )", "(3, 4,)"),
        ('    """A shape."""\n\n    sides = (\n        3,\n        4,\n    )', "  sides = (3, 4,)"),
    ],
)
def test_comments_docstrings_and_layout_do_not_count(old: str, new: str):
    assert provenance.digest(changed(old, new)) == provenance.digest(SOURCE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("RATE = 0.5", "RATE = 0.6"),
        ("RATE = 0.5", "RATIO = 0.5"),
        ("** 2", "** 3"),
        ('"circle"', '"disc"'),
        (":.2f}", ":.3f}"),
        ("{label}: ", "{label}:"),
        ("'x' + ", "'y' + "),
        ("'{RATE}'", "'{RATE!r}'"),
        ("    return math", "    pass\n    return math"),
        ('    label = "circle"', '    "circle"\n    label = ""'),
        ("import math", "import cmath"),
        ("    label", "    if 1:\n      label"),
    ],
)
def test_a_constant_a_name_a_string_and_a_formatted_string_count(old: str, new: str):
    assert provenance.digest(changed(old, new)) != provenance.digest(SOURCE)


def test_a_string_that_is_no_docstring_counts_also_where_a_docstring_stood():
    first, second = ('def f():\n    """Do."""\n    x = 1\n    "a"\n', 'def f():\n    """Do."""\n    x = 1\n    "b"\n')
    assert provenance.digest(first) != provenance.digest(second)


def test_what_follows_a_docstring_on_its_line_counts():
    assert provenance.digest('"""Do."""; x = 1\n') != provenance.digest('"""Do."""; x = 2\n')


def test_where_a_block_ends_counts():
    assert provenance.digest("if a:\n  b\nc\n") != provenance.digest("if a:\n  b\n  c\n")


def interpreters() -> dict[str, str]:
    """Return the supported Pythons found on this machine, by minor version, without the running one."""
    names = [shutil.which(f"python3.{minor}") for minor in range(11, 20)]
    candidates = [*filter(None, names), *map(str, Path.home().glob(".pyenv/versions/3.*/bin/python"))]
    found = {}
    for candidate in candidates:
        script = "import sys; print('%d.%d' % sys.version_info[:2])"
        asked = subprocess.run([candidate, "-c", script], capture_output=True, text=True)
        if asked.returncode == 0:
            found.setdefault(asked.stdout.strip(), candidate)
    here = "{}.{}".format(*sys.version_info)
    return {version: path for version, path in found.items() if version != here and int(version.split(".")[1]) >= 11}


def test_the_same_digests_under_every_supported_python():
    others = interpreters()
    if not others:
        pytest.skip("no other Python ≥ 3.11 on this machine")
    script = (
        "import json, sys; from obverse import provenance\n"
        "sources, stages = json.load(sys.stdin)\n"
        "print(json.dumps([list(map(provenance.digest, sources)), list(map(provenance.code, stages))]))"
    )
    nested = "y = f'{x!r:>{w}} {f\"{a}{{b}}\"} {z:%H:%M}' rf'\\d{n}'\nv = b'c'\nu = f'''\n{\n1 + 1}\n'''\n"
    sources = [SOURCE, nested, *(path.read_text() for path in sorted(PACKAGE.rglob("*.py")))]
    expected = [list(map(provenance.digest, sources)), list(map(provenance.code, STAGES))]
    for version, python in others.items():
        asked = subprocess.run(
            [python, "-c", script],
            input=json.dumps([sources, STAGES]),
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": str(PACKAGE.parent), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert asked.returncode == 0, asked.stderr
        assert json.loads(asked.stdout) == expected, f"Python {version} differs"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A package of three modules and a lock; returns the text ``code("cook")`` has after a file is written."""
    modules = {
        "obverse/__init__.py": "",
        "obverse/cook.py": "import numpy as np\nfrom obverse import cli, salt\nfrom obverse.pans import iron\n",
        "obverse/salt.py": "import json\nimport PIL.Image\nGRAMS = 3\n",
        "obverse/pans/__init__.py": "",
        "obverse/pans/iron.py": "from obverse.salt import GRAMS\n",
        "obverse/plates.py": "import torch\n",
        "obverse/cli.py": "import yaml\n",
        "lock": "numpy==2.1.0 \\\n    --hash=sha256:00\npillow==12.0 ; python_version < '3.12' \\\n"
        "pillow==12.1 ; python_version >= '3.12' \\\ntorch==2.15.0\npyyaml==6.0\n",
    }
    monkeypatch.setattr(provenance, "_PACKAGE", tmp_path / "obverse")
    monkeypatch.setattr(provenance, "_LOCK", tmp_path / "lock")
    # An edit within one process: in the workflow every process reads the files once.
    monkeypatch.setattr(provenance, "_imports", provenance._imports.__wrapped__)
    monkeypatch.setattr(provenance, "locked", provenance.locked.__wrapped__)

    def after(name: str, text: str) -> list[str]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
        return provenance.code("cook")

    (tmp_path / "obverse").mkdir()
    for name, text in modules.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return after


def names(code: list[str]) -> list[str]:
    return [entry.split("==")[0].split("=")[0] for entry in code]


def differing(before: list[str], after: list[str]) -> list[str]:
    return sorted(set(names(sorted(set(before) ^ set(after)))))


def test_a_stage_names_its_modules_and_libraries_whatever_leads_to_them(package):
    code = package("obverse/more.py", "")
    assert names(code) == ["cook", "pans", "pans.iron", "salt", "numpy", "pillow"]
    assert code[-2:] == ["numpy==2.1.0", "pillow==12.0|12.1"]


def test_an_edit_is_seen_by_the_stages_that_run_the_module_and_names_it(package):
    before = package("obverse/more.py", "")
    assert differing(before, package("obverse/salt.py", "import json\nimport PIL.Image\nGRAMS = 4\n")) == ["salt"]


def test_a_module_that_a_stage_does_not_run_does_not_concern_it(package):
    before = package("obverse/more.py", "")
    assert package("obverse/plates.py", "import torch\nWHITE = 1\n") == before


def test_plumbing_and_what_it_imports_stay_out(package):
    before = package("obverse/more.py", "")
    assert package("obverse/cli.py", "import torch\nx = 2\n") == before


def test_an_upgrade_is_seen_by_the_stages_that_import_the_library(package):
    before = package("obverse/more.py", "")
    assert package("lock", "numpy==2.1.0\npillow==12.0\npillow==12.1\ntorch==2.16.0\n") == before
    upgraded = package("lock", "numpy==2.2.0\npillow==12.0\npillow==12.1\n")
    assert differing(before, upgraded) == ["numpy"]


def test_an_import_inside_a_function_counts(package):
    before = package("obverse/more.py", "")
    edited = package("obverse/pans/iron.py", "def f():\n    from obverse import plates\n")
    assert set(names(edited)) - set(names(before)) == {"plates", "torch"}


def test_an_unknown_stage_is_named():
    with pytest.raises(ValueError, match="expected a stage of this package, found 'predicct'"):
        provenance.code("predicct")


def imported(path: Path) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Import | ast.ImportFrom)]


def test_every_library_the_package_imports_is_locked():
    libraries = set()
    for path in PACKAGE.rglob("*.py"):
        for node in imported(path):
            found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module]
            libraries |= {name.split(".")[0] for name in found}
    libraries -= sys.stdlib_module_names | {"obverse"}
    assert "torch" in libraries
    unknown = {name for name in libraries if provenance.DISTRIBUTIONS.get(name, name) not in provenance.locked()}
    assert unknown == set()


def test_nothing_is_imported_in_a_way_that_is_not_followed():
    """Relative imports, stars and imports by name would hide what a stage runs; packages hold no code of their own."""
    for path in PACKAGE.rglob("*.py"):
        for node in imported(path):
            assert getattr(node, "level", 0) == 0 and all(alias.name != "*" for alias in node.names), path
        text = path.read_text()
        assert "import_module" not in text and "__import__" not in text, path
        assert path.name != "__init__.py" or ast.dump(ast.parse(text)) in (
            ast.dump(ast.parse("")),
            ast.dump(ast.parse(repr(ast.get_docstring(ast.parse(text), clean=False)))),
        ), path


@pytest.mark.parametrize(
    "stage", ["draw_mse_curve", "draw_reconstructions", "draw_overlap", "draw_duplicates", "record_config"]
)
def test_drawing_does_not_depend_on_networks(stage: str):
    """A figure must not be redrawn because a network's code or torch changed."""
    code = provenance.code(stage)
    assert not {"torch", "torchvision", "inverters", "training"} & set(names(code))


@functools.cache
def codes() -> dict[str, list[str]]:
    return {stage: provenance.code(stage) for stage in STAGES}


def test_every_stage_has_a_digest_of_its_own_module():
    assert len(STAGES) > 15
    assert all(f"{stage}=" in " ".join(code) for stage, code in codes().items())


def test_no_stage_depends_on_plumbing():
    plumbing = {"circumstances", "cli", "errors", "files", "progress", "provenance", "records", "transfers"}
    assert [stage for stage, code in codes().items() if plumbing & set(names(code))] == []
