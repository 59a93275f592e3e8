"""Asking Rekognition about two data sets: Amazon's client, and the stand-in with its own eyes, over real sockets."""

import contextlib
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image

from checkouts import BASE
from obverse import archives, asking, cli, facescrub, samples
from obverse.ask_rekognition import ask_rekognition
from obverse.errors import UnusableInput
from obverse.rekognition import client, faces, service
from obverse.rekognition.service import Misconduct, Service
from rekognition_clients import eyes, face, sent

SECRETS = {"AWS_ACCESS_KEY_ID": "AKIAOFSOMEBODY", "AWS_SECRET_ACCESS_KEY": "hush-hush", "AWS_SESSION_TOKEN": "by-pass"}
AGAIN = asking.STEADY


def coded(picture: Image.Image, form: str) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, form)
    return stream.getvalue()


def side_by_side() -> tuple[bytes, list[tuple[int, int, int, int]]]:
    """Return a photograph of one person, in the right half of a wide picture, and the boxes of the halves."""
    wide = Image.new("RGB", (436, 218), (90, 120, 60))
    wide.paste(Image.fromarray(face(5).pixels), (240, 0))
    return coded(wide, "JPEG"), [(20, 40, 180, 200), (280, 60, 380, 200)]


CELEBA = {1: sent(face(1)), 2: sent(face(2)), 4: coded(Image.new("RGB", (178, 218), (90, 120, 60)), "JPEG")}
WIDE, HALVES = side_by_side()
PORTRAIT = (35, 70, 143, 200)
FACESCRUB = {  # by face_id: the member that shows it, its bytes, its box
    11: ("a", coded(Image.fromarray(face(3).pixels), "GIF"), PORTRAIT),
    12: ("b", coded(Image.fromarray(face(4).pixels), "WEBP"), PORTRAIT),
    13: ("wide", WIDE, HALVES[1]),
    14: ("wide", WIDE, HALVES[0]),
    15: ("a", coded(Image.fromarray(face(3).pixels), "GIF"), PORTRAIT),
}
DISTINCT = len(CELEBA) + 3
ONCE = DISTINCT + AGAIN


@dataclass(frozen=True)
class Material:
    """What the stage reads and writes, in a folder."""

    folder: Path

    def arguments(self, **changes: object) -> dict:
        """Return what the stage is told."""
        f = self.folder
        told = {"source": "official", "region": "us-east-1", "connections": 3, "requests_per_second": 1000.0}
        told |= {"timeout_seconds": 20.0, "attempts": 4, "max_questions": 100, "price_usd": 0.001}
        told |= {"max_cost_usd": 1.0, "confirm_spend": True, "head": BASE / "resources/head.csv"}
        told |= {f"{name[:-1]}_weights": BASE / f"resources/{name}.safetensors" for name in ("landmarks", "attributes")}
        told |= {"celeba_archive": f / "celeba.zip", "celeba_samples": f / "celeba_samples.parquet"}
        told |= {"facescrub_pictures": f / "pictures", "facescrub_faces": f / "faces.parquet"}
        told |= {"facescrub_samples": f / "facescrub_samples.parquet", "account": f / "account"}
        return told | {"celeba": self.table("celeba"), "facescrub": self.table("facescrub")} | changes

    def table(self, name: str) -> Path:
        return self.folder / "out" / f"{name}.parquet"

    def rows(self, name: str) -> dict[int, str]:
        """Return the status of each sample of a table."""
        found = faces.read(self.table(name))
        return dict(zip(found["sample_id"].to_pylist(), found["status"].to_pylist(), strict=True))

    def written(self) -> list[bytes]:
        return [self.table(name).read_bytes() for name in ("celeba", "facescrub")]

    def entries(self, key: str) -> list[dict]:
        """Return the account's lines that have a key."""
        lines = [line for path in (self.folder / "account").glob("*.jsonl") for line in path.read_bytes().splitlines()]
        return [entry for entry in map(json.loads, lines) if key in entry]


def table(rows: dict[int, str], status: dict[int, str]) -> pa.Table:
    ids = list(rows)
    columns = {"sample_id": ids, "identity": ["x"] * len(ids), "source": list(rows.values()), "duplicate_group": ids}
    return pa.table(columns | {"status": [status.get(each, "ok") for each in ids]})


def write(folder: Path) -> Material:
    """Write both data sets: of each one sample is not usable."""
    members = {number: f"img_align_celeba/{number:06d}.jpg" for number in (1, 2, 3, 4)}
    archives.write(folder / "celeba.zip", [(members[n], CELEBA.get(n, b"nothing")) for n in members])
    samples.write(folder / "celeba_samples.parquet", table(members, {3: "overlap"}), {})
    held = {member: content for member, content, _ in FACESCRUB.values()}
    archives.write(folder / "pictures" / "0000.zip", held.items())
    listed = [_listed(face_id, member, box) for face_id, (member, _, box) in FACESCRUB.items()]
    fetched = pa.Table.from_pandas(pd.DataFrame(listed), facescrub.FETCHED, preserve_index=False)
    facescrub.write_fetched(folder / "faces.parquet", fetched, {})
    urls = {face_id: f"a.example/{face_id}.jpg" for face_id in FACESCRUB}
    samples.write(folder / "facescrub_samples.parquet", table(urls, {15: "two_names"}), {})
    return Material(folder)


def _listed(face_id: int, member: str, box: tuple[int, int, int, int]) -> dict:
    rest = {"host": "a.example", "final_url": None, **dict.fromkeys(("http_code", "attempts", "width", "height"))}
    rest |= {"name": "x", "gender": "male", "image_id": face_id, "url": f"http://a.example/{face_id}.jpg"}
    corners = dict(zip(("x1", "y1", "x2", "y2"), box, strict=True))
    return {"face_id": face_id, "member": member, "status": "ok", "sha256": member, "bytes": 9, **corners, **rest}


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(client, "BACKOFF_SECONDS", 0.001)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))


@pytest.fixture
def material(tmp_path) -> Material:
    return write(tmp_path / "material")


@pytest.fixture
def start(monkeypatch) -> Iterator:
    """Return a call that starts a service in this process, to which Amazon's client is led instead of Amazon."""
    with contextlib.ExitStack() as opened:

        def run(**told: object) -> Service:
            started = opened.enter_context(service.serving(eyes(), Misconduct(**told)))
            monkeypatch.setenv("AWS_ENDPOINT_URL_REKOGNITION", started.url)
            return started

        yield run


def test_each_usable_picture_is_asked_about_once_and_the_face_that_was_meant_is_kept(start, material, capfd):
    started = start()
    ask_rekognition(**material.arguments())
    assert material.rows("celeba") == {1: "ok", 2: "ok", 4: "no_face"}
    assert material.rows("facescrub") == {11: "ok", 12: "ok", 13: "ok", 14: "no_face"}
    assert started.calls == ONCE == len(material.entries("asked"))
    assert len(started.asked) == DISTINCT and hashlib.sha256(CELEBA[1]).hexdigest() in started.asked
    said = capfd.readouterr().out
    assert f"official, at {started.url}" in said and "11 questions to ask (5 of them again), $0.01" in said
    assert "celeba: 3 samples, 2 ok, 1 no_face, 0 refused" in said
    assert "facescrub: 4 samples, 3 ok, 1 no_face, 0 refused, 0 several_faces, 1 face_elsewhere" in said
    assert "pictures sent: 2 as JPEG, 2 as they are" in said
    kept = {entry["answered"]: entry["answer"] for entry in material.entries("answered")}
    (chosen,) = kept[hashlib.sha256(CELEBA[1]).hexdigest()]["FaceDetails"]
    assert faces.read(material.table("celeba"))["face"].to_pylist()[0] == json.dumps(chosen, sort_keys=True)


def test_the_stand_in_is_asked_for_nothing_and_says_the_same(start, material, tmp_path, capfd):
    start()
    ask_rekognition(**material.arguments())
    own = write(tmp_path / "own")
    free = {"source": "embedded", "max_cost_usd": 0.0, "confirm_spend": False, "region": "eu-west-1"}
    ask_rekognition(**own.arguments(**free))
    for name in "celeba", "facescrub":
        assert faces.read(own.table(name)).equals(faces.read(material.table(name)))
    assert {entry["cost_usd"] for entry in own.entries("asked")} == {0.0}
    assert "$0.00; so far 0 asked" in capfd.readouterr().out


def test_the_same_bytes_come_of_one_connection_and_of_eight_and_a_second_run_asks_nothing(start, material, tmp_path):
    started = start()
    ask_rekognition(**material.arguments(connections=1))
    other = write(tmp_path / "other")
    ask_rekognition(**other.arguments(connections=8))
    before = material.written()
    assert other.written() == before and started.calls == 2 * ONCE
    for name in "celeba", "facescrub":
        material.table(name).unlink()
    ask_rekognition(**material.arguments(confirm_spend=False, max_questions=0, max_cost_usd=0.0))
    assert material.written() == before and started.calls == 2 * ONCE


def test_of_two_faces_the_larger_or_the_one_at_the_box_is_taken(start, material, tmp_path):
    start(sees_two=True)
    ask_rekognition(**material.arguments())
    start()
    alone = write(tmp_path / "alone")
    ask_rekognition(**alone.arguments())
    for name in "celeba", "facescrub":
        rows = faces.read(material.table(name)).slice(0, 2), faces.read(alone.table(name)).slice(0, 2)
        assert rows[0].equals(rows[1])


@pytest.mark.parametrize(
    "told", [{"throttle_first": 2}, {"fail_every": 3}, {"hang_first": 1, "hang_seconds": 600}], ids=str
)
def test_what_passes_is_waited_for_and_every_attempt_counts(start, material, told: dict):
    started = start(**told)
    ask_rekognition(**material.arguments(timeout_seconds=5.0))
    assert started.calls == len(material.entries("asked")) > ONCE
    assert material.rows("celeba") == {1: "ok", 2: "ok", 4: "no_face"}


def test_a_service_that_sees_nobody_is_an_error_and_its_answers_are_kept(start, material):
    start(sees_nobody=True)
    with pytest.raises(UnusableInput, match="expected faces in some pictures, found none"):
        ask_rekognition(**material.arguments())
    assert len(material.entries("answered")) == DISTINCT and not material.table("celeba").exists()


def test_a_field_that_is_missing_is_named_and_every_answer_that_came_is_kept(start, material):
    started = start(leaves_out="Pose")
    with pytest.raises(UnusableInput, match="expected the field Pose, found none"):
        ask_rekognition(**material.arguments())
    assert len(material.entries("answered")) == started.calls >= 1
    assert not material.table("celeba").exists()


def test_a_new_field_is_no_obstacle(start, material):
    start(adds="Hat")
    ask_rekognition(**material.arguments())
    assert material.rows("celeba")[1] == "ok"


def test_a_picture_that_the_service_refuses_is_a_sample_without_a_face(start, material):
    """A JPEG whose header is whole and whose rest is not."""
    start()
    members = [(f"img_align_celeba/{n:06d}.jpg", CELEBA.get(n, CELEBA[1][:2500])) for n in (1, 2, 3, 4)]
    (material.folder / "celeba.zip").unlink()
    archives.write(material.folder / "celeba.zip", members)
    samples.write(
        material.folder / "celeba_samples.parquet", table({n: m for n, (m, _) in enumerate(members, 1)}, {}), {}
    )
    ask_rekognition(**material.arguments())
    assert material.rows("celeba") == {1: "ok", 2: "ok", 3: "refused", 4: "no_face"}


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"confirm_spend": False}, "confirm_spend: expected leave to spend $0.01"),
        (
            {"confirm_spend": False, "price_usd": 0.0},
            "rekognition.confirm_spend: expected leave to send pictures of people to http",
        ),
        ({"max_cost_usd": 0.005}, "max_cost_usd: expected to spend at most"),
        ({"max_questions": ONCE - 1}, "max_questions: expected at most"),
        ({"region": "mars-north-1"}, "rekognition.region: expected a region that Rekognition is in"),
    ],
)
def test_without_leave_or_budget_nothing_is_sent(start, material, changes: dict, where: str, monkeypatch, capsys):
    started = start()
    status, lines = as_program(material.arguments(**changes), monkeypatch, capsys)
    assert status == 1 and len(lines) == 2 and lines[0].startswith(f"ask_rekognition: error: {where}")
    assert started.calls == 0 and material.entries("asked") == []


def test_a_budget_that_repeats_use_up_ends_it_cleanly_and_a_larger_one_pays_for_the_rest_alone(start, material):
    started = start(throttle_first=6)
    with pytest.raises(UnusableInput, match="max_questions: expected at most 11 questions in all, found 11 asked"):
        ask_rekognition(**material.arguments(max_questions=ONCE, connections=1, attempts=20))
    answered = len(material.entries("answered"))
    assert started.calls == len(material.entries("asked")) == ONCE and answered == ONCE - 6
    ask_rekognition(**material.arguments(max_questions=100))
    assert (
        started.calls == len(material.entries("asked")) == ONCE + (DISTINCT - answered) + min(AGAIN, answered) + AGAIN
    )
    assert len(material.entries("answered")) == DISTINCT
    assert material.rows("celeba")[1] == "ok"


def as_program(arguments: dict, monkeypatch, capsys) -> tuple[int, list[str]]:
    """Run the stage on its command line; return its exit status and what it wrote to stderr after its progress."""
    capsys.readouterr()
    monkeypatch.setattr(sys, "argv", ["ask_rekognition", *command_line(arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.run(ask_rekognition)
    lines = capsys.readouterr().err.splitlines()
    return ended.value.code, [line for line in lines if not line.startswith("ask rekognition: ")]


def command_line(arguments: dict) -> list[str]:
    return [f"--{name.replace('_', '-')}={value}" for name, value in arguments.items()]


@pytest.mark.parametrize("told", [{}, {"refuses_key": SECRETS["AWS_ACCESS_KEY_ID"]}], ids=["knows", "refuses"])
def test_no_credential_is_in_anything_that_is_written_or_said(start, material, told: dict, monkeypatch, capfd):
    started = start(**told)
    monkeypatch.setattr(sys, "argv", ["ask_rekognition", *command_line(material.arguments())])
    try:
        cli.run(ask_rekognition)
    except SystemExit:
        assert told
    said = "".join(capfd.readouterr())
    assert started.calls and ("credentials found by way of 'env'" in said) == bool(told)
    written = [path.read_bytes() for path in material.folder.rglob("*") if path.is_file()]
    for secret in SECRETS.values():
        assert secret not in said and not [content for content in written if secret.encode() in content]


@pytest.mark.parametrize("moments", [[1], [DISTINCT], [DISTINCT + 2], [2, 5, 9]], ids=str)
def test_killed_at_any_moment_and_run_again_it_asks_for_no_more_than_it_waited_for(start, material, tmp_path, moments):
    started = start()
    ask_rekognition(**material.arguments())
    undisturbed, base = material.written(), started.calls
    again = write(tmp_path / "again")
    environment = os.environ | {"PYTHONPATH": str(BASE / "workflow")}
    command = [sys.executable, "-m", "obverse.ask_rekognition", *command_line(again.arguments())]
    left, repeated, ends = list(moments), 0, []
    for _ in range(len(moments) + 1):
        known = len({entry["answered"] for entry in again.entries("answered")})
        repeated += AGAIN + min(AGAIN, known) * (known < DISTINCT)
        moment = left.pop(0) if left else None
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            while moment and started.calls - base < moment and process.poll() is None:
                threading.Event().wait(0.002)
            if moment:
                process.kill()
            _, errors = process.communicate(timeout=120)
        ends.append(process.returncode)
    calls = started.calls - base
    assert ends == [-signal.SIGKILL] * len(moments) + [0], errors
    assert calls <= DISTINCT + repeated + 3 * len(moments)
    assert calls <= len(again.entries("asked")) <= calls + 3 * len(moments)
    assert again.written() == undisturbed
