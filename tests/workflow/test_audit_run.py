"""A target of the user's own through the whole workflow: asked, attacked, carded, and then only what is stale."""

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from aiohttp import web
from PIL import Image

from checkouts import Checkout
from obverse import samples
from servers import serving

SECRET, KEY = "Bearer not-to-be-told-9f3a", "nor-this-7c1e"


def pictures(finished: Checkout, dataset: str, folder: Path, people: int, each: int) -> None:
    """Write pictures of a finished run's data set as a user has them: a subfolder a person."""
    table = samples.read(finished.path / f"results/datasets/{dataset}/samples.parquet").to_pandas()
    images = samples.read_images(finished.path / f"results/datasets/{dataset}/images.npy")
    for name, rows in list(table.groupby("identity"))[:people]:
        (folder / name).mkdir(parents=True)
        for row in rows.index[:each]:
            Image.fromarray(images[row]).save(folder / name / f"{row}.png")


@pytest.fixture(scope="module")
def audited(finished: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A copy of the finished run that has a target of its own, audited."""
    made = Checkout(tmp_path_factory.mktemp("audited") / "obverse")
    shutil.copytree(finished.path, made.path, symlinks=True)
    pictures(finished, "facescrub", made.path / "own/images", 6, 9)
    pictures(finished, "celeba", made.path / "own/others", 4, 6)
    described = {
        **{"model": "results/classifiers/faces/seed1/weights.safetensors", "architecture": "Classifier"},
        **{"size": 16, "colour": "grey", "scale": "logits", "classes": 6},
        **{"images": "own/images", "auxiliary": "own/others"},
    }
    (made.path / "own.yaml").write_text(yaml.safe_dump({"asked": {"own": described}}))
    done = run(made, "--", "results/audit/own/card.html")
    assert done.returncode == 0, done.stdout + done.stderr
    return made


@pytest.fixture
def own(audited: Checkout, tmp_path: Path) -> Checkout:
    """A copy of it, to change."""
    shutil.copytree(audited.path, tmp_path / "obverse", symlinks=True)
    return Checkout(tmp_path / "obverse")


def run(checkout: Checkout, *arguments: str, **variables: str):
    files = ("--configfile", "tests/config.tiny.yaml", "own.yaml")
    return checkout.run("snakemake", "--cores", "2", *files, *arguments, **variables)


def stale(checkout: Checkout) -> set[str]:
    """Return the rules that a dry-run of the card would run."""
    done = run(checkout, "--dry-run", "--", "results/audit/own/card.html")
    assert done.returncode == 0, done.stdout + done.stderr
    if "Job stats:" not in done.stdout:
        return set()
    return {
        line.split()[0] for line in done.stdout.split("Job stats:")[1].split("\ntotal ")[0].splitlines()[3:] if line
    }


def questions(checkout: Checkout, target: str = "own") -> list[str]:
    """Return the pictures that the target was asked about, in their order, by sha256."""
    (account,) = (checkout.path / f"results/asked/{target}").glob("*.jsonl")
    return [entry["asked"] for line in account.read_text().splitlines() if "asked" in (entry := json.loads(line))]


def change(checkout: Checkout, **keys: object) -> None:
    """Say something else of the target."""
    config = yaml.safe_load((checkout.path / "own.yaml").read_text())
    config["asked"]["own"] |= keys
    (checkout.path / "own.yaml").write_text(yaml.safe_dump(config))


def test_a_card_is_made_and_then_there_is_nothing_to_do(audited: Checkout):
    assert "What the scores of" in (audited.path / "results/audit/own/card.html").read_text()
    assert stale(audited) == set()


def test_pictures_that_were_only_read_leave_nothing_to_do_and_a_new_one_all_that_follows(own: Checkout):
    assert stale(own) == set()
    first = next((own.path / "own/images").rglob("*.png"))
    Image.fromarray(255 - np.asarray(Image.open(first))).save(first.with_name("another.png"))
    assert {"prepare_pictures", "reserve_samples", "label_samples", "ask_model", "write_card"} <= stale(own)


def test_what_asking_may_cost_reruns_nothing_and_a_shown_face_the_card_alone(own: Checkout):
    change(own, max_questions=5000)
    assert stale(own) == set()
    config = yaml.safe_load((own.path / "own.yaml").read_text())
    (own.path / "own.yaml").write_text(yaml.safe_dump(config | {"audit": {"shown": 3}}))
    assert stale(own) == {"write_card"}


def test_another_declaration_of_what_it_releases_asks_for_nothing(own: Checkout):
    """It gives whole vectors; what was declared before is on record, and the answers are there."""
    before = questions(own)
    change(own, releases="round1")
    done = run(own, "--", "results/predictions/own/own-images.parquet")
    assert done.returncode == 1  # logits are no rounded probabilities
    assert "asked.own.scale: logits become probabilities when all are known" in done.stderr
    change(own, releases="full", trained_on=False)
    done = run(own, "--", "results/predictions/own/own-images.parquet")
    assert done.returncode == 0, done.stderr
    assert questions(own) == before


@pytest.fixture
def service() -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """A service that scores six classes by how bright a picture is: its port, the authorizations and queries sent."""
    told: list[tuple[str, str]] = []

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        told.append((request.headers.get("Authorization", ""), request.query_string))
        picture = base64.b64decode((await request.json())["picture"])
        bright = (sum(picture) % 97 + 1) / 100
        return web.json_response({"scores": [bright] + [(1 - bright) / 5] * 5})

    with serving(answer) as server:
        yield server.port, told


def test_an_endpoint_is_asked_through_the_workflow_and_its_secrets_are_nowhere(own: Checkout, service):
    port, told = service
    change(
        own,
        model="",
        architecture="",
        scale="probabilities",
        endpoint={
            **{"url": f"http://127.0.0.1:{port}/?key=" + "{OWN_KEY}", "body": '{"picture": "{image}"}'},
            **{"scores": "scores", "authorization": "OWN_TOKEN"},
        },
    )
    shutil.rmtree(own.path / "results/asked")
    done = run(
        own, "--printshellcmds", "--", "results/predictions/own/own-auxiliary.parquet", OWN_TOKEN=SECRET, OWN_KEY=KEY
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(told) == {(SECRET, f"key={KEY}")} and len(told) == len(questions(own))
    written = [path for part in ("results", ".snakemake") for path in (own.path / part).rglob("*") if path.is_file()]
    for secret in SECRET, KEY:
        assert [path for path in written if secret.encode() in path.read_bytes()] == []
        assert secret not in done.stdout + done.stderr


def test_a_folder_that_is_not_there_is_two_lines(own: Checkout):
    change(own, images="nowhere")
    done = run(own, "--", "results/datasets/own-images/samples.parquet")
    assert done.returncode == 1
    log = (own.path / "results/logs/prepare_pictures/own-images.log").read_text()
    assert "nowhere: expected a folder of pictures" in log and "Traceback" not in log
