import json
import random

import pytest

from obverse.archive import manifest
from obverse.archive.manifest import ABSENT, WITHHELD, File, Link, Made, Manifest
from obverse.errors import UnusableInput

MANIFEST = Manifest(
    made=Made(commit="c0ffee", dirty=("README.md",), stale=(), told=True, snakemake="9.27.1", python="3.11.7"),
    targets=("results/fig9.png",),
    files={
        "results/fig9.png": File("1" * 64, 5, mtime_ns=1_700_000_000_123_456_789),
        "README.md": File("2" * 64, 7),
        "results/ä.npy": File("3" * 64, 9, WITHHELD, "pictures of people", 4),
        "results/gone.csv": File("", 0, ABSENT, "no longer there"),
    },
    links=(
        Link(
            rule="draw",
            outputs=("results/fig9.png",),
            inputs=("results/ä.npy", "code/resources/table.csv"),
            record="",
            shellcmd="python -m obverse.draw\n",
            params=("code=['draw=1']",),
        ),
    ),
)


def test_a_manifest_comes_back_from_its_text():
    assert manifest.read(manifest.write(MANIFEST)) == MANIFEST


def test_the_order_of_files_does_not_reach_the_text():
    turned = Manifest(MANIFEST.made, MANIFEST.targets, dict(reversed(MANIFEST.files.items())), MANIFEST.links)
    assert manifest.write(turned) == manifest.write(MANIFEST)


def test_the_text_is_canonical_and_dates_are_of_results_alone():
    text = manifest.write(MANIFEST).decode()
    content = json.loads(text)
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert text == f"{canonical}\n" and "ä" in text
    assert [name for name, file in content["files"].items() if "mtime_ns" in file] == [
        "results/fig9.png",
        "results/ä.npy",
    ]


def test_any_changed_byte_is_found():
    text, draw = manifest.write(MANIFEST), random.Random(1)
    for place in range(len(text)):
        changed = bytearray(text)
        changed[place] ^= 1 << draw.randrange(8)
        with pytest.raises(UnusableInput, match="manifest.json"):
            manifest.read(bytes(changed))


@pytest.mark.parametrize("spelt", [b" ", b"\n"])
def test_other_spelling_of_the_same_content_is_found(spelt: bytes):
    with pytest.raises(UnusableInput, match="it was changed"):
        manifest.read(manifest.write(MANIFEST) + spelt)


@pytest.mark.parametrize("number", [2, "1", None])
def test_another_format_is_refused_and_the_known_one_named(number: object):
    text = json.dumps(json.loads(manifest.write(MANIFEST)) | {"format": number}).encode()
    with pytest.raises(UnusableInput, match=f"expected an archive of format 1, found {number!r}"):
        manifest.read(text)


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"format": 1}', b'{"format":1,"files":3}\n']
)
def test_what_is_no_manifest_is_refused(text: bytes):
    with pytest.raises(UnusableInput, match="manifest.json"):
        manifest.read(text)


def test_an_unknown_status_is_refused_though_its_digest_is_right():
    lost = manifest.write(Manifest(MANIFEST.made, (), {"a": File("", 0, "lost")}, ()))
    with pytest.raises(UnusableInput, match="it was changed"):
        manifest.read(lost)


@pytest.mark.parametrize("depth", [50, 300, 600, 900, 1200, 5000, 50_000])
@pytest.mark.parametrize("place", ["format", "digest", "stale", "targets"])
def test_brackets_of_any_depth_are_refused_in_words(depth: int, place: str):
    deep = "[" * depth + "]" * depth
    found = json.loads(manifest.write(MANIFEST))
    found["made"]["stale"], found["targets"] = "stale", "targets"
    text = json.dumps(found | {"format": "format" if place == "format" else 1, "digest": "digest"})
    with pytest.raises(UnusableInput, match="manifest.json: expected") as refused:
        manifest.read(text.replace(f': "{place}"', f": {deep}").encode())
    assert len(str(refused.value)) < 500
