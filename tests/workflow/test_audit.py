"""What the workflow gives the card of an audit."""

import re
import shlex

import pytest
import yaml

from checkouts import TINY, Checkout, copy_checkout

CARD = "results/audit/example/card.html"


def printed(checkout: Checkout, changes: dict, product: str) -> str:
    """Return what a dry-run prints that makes ``product``; ``changes`` are to the tiny configuration."""
    (checkout.path / "changed.yaml").write_text(yaml.safe_dump(changes))
    files = ("--configfile", TINY, "changed.yaml")
    done = checkout.run("snakemake", "--cores", "1", "--dry-run", "--printshellcmds", *files, "--", product)
    assert done.returncode == 0, done.stderr
    return done.stdout


def given(checkout: Checkout, changes: dict) -> dict[str, list[str]]:
    """Return the options of `write_card` as a dry-run prints its command; ``changes`` are to the tiny configuration."""
    command = printed(checkout, changes, CARD).split("python -m obverse.write_card")[1].split("&>")[0]
    options: dict[str, list[str]] = {}
    for word in shlex.split(command.replace("\\\n", " ")):
        if word.startswith("--"):
            name, _, value = word.partition("=")
            options[name] = [value] if value else []
        else:
            options[name].append(word)
    return options


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Two trainings of a target that releases ten scores' two decimals."""
    policies = {"policies": ["full", "m3_round2", "m3_round1", "label"]}
    asked = {"example": {"releases": "m4_round2", "scale": "probabilities"}}
    made = copy_checkout(tmp_path_factory.mktemp("two") / "obverse")
    return given(made, {"seeds": [1, 2], "audit": policies, "asked": asked})


def test_scores_stand_beside_the_views_that_they_are_of_and_every_training_is_there(two):
    released = ["m4_round2", "m3_round2", "m3_round1", "label"]
    assert two["--views"] == [view for view in released for _ in (1, 2)]
    assert two["--scores"] == [
        f"results/scores/example/example/centred_{view}/seed{seed}/example-images.{view}.parquet"
        for view in released
        for seed in (1, 2)
    ]


def test_one_training_of_each_view_is_shown_with_its_own_scores(two):
    assert two["--pictured"] == two["--views"][::2]
    assert two["--pictured-scores"] == two["--scores"][::2]
    pictures = [path.replace("/scores/", "/reconstructions/").replace(".parquet", ".npy") for path in two["--scores"]]
    assert two["--reconstructions"] == pictures[::2]


def test_the_floor_is_the_mean_auxiliary_image_and_the_ceiling_the_truth(two):
    ends = [two[name][0].split("/")[-2] for name in ("--floor", "--ceiling")]
    assert ends == ["mean_image", "truth"]


def test_the_target_is_judged_by_what_it_says_of_its_own_peoples_pictures(two):
    assert two["--predictions"] == ["results/predictions/example/example-images.parquet"] and two["--classes"] == ["6"]


def test_a_card_says_which_of_its_pictures_are_stand_ins(checkout: Checkout):
    """The default's example takes both folders from the workflow; a user's own are nobody's stand-ins."""
    (said,) = given(checkout, {})["--origin"]
    assert said.startswith("Stand-ins: facescrub: rendered faces, nobody's picture; celeba: ")
    mine = {name: f"my/{name}" for name in ("images", "auxiliary")}
    for folder in mine.values():
        (checkout.path / folder / "someone").mkdir(parents=True)
    assert given(checkout, {"asked": {"example": mine}})["--origin"] == []


def test_a_target_called_as_a_data_set_of_ours_has_a_judge_and_reserved_pictures_of_its_own(checkout: Checkout):
    """What the judge of facescrub_mine's people has seen is said of their own pictures, never of facescrub's."""
    own = {"size": 16, "classes": 6, "images": "my/images", "auxiliary": "my/others", "model": "my/model.onnx"}
    for key in ("images", "auxiliary"):
        (checkout.path / own[key] / "someone").mkdir(parents=True)
    (checkout.path / own["model"]).touch()
    said = printed(checkout, {"asked": {"facescrub_mine": own}}, "results/audit/facescrub_mine/card.html")
    read = re.findall(r"--reserved (\S+) ", said)
    assert len(read) > 3 and set(read) == {"results/datasets/facescrub_mine-images/reserved.parquet"}
    assert "facescrub/" not in said
    assert set(re.findall(r"results/evaluators/[^/\s]+", said)) == {"results/evaluators/facescrub_mine-images"}


def of_service(checkout: Checkout, url: str) -> dict:
    """Return the configuration of a target of one's own at ``url``; its folders are there."""
    own = {"size": 16, "classes": 6, "images": "my/images", "auxiliary": "my/others", "endpoint": {"url": url}}
    for key in ("images", "auxiliary"):
        (checkout.path / own[key] / "someone").mkdir(parents=True)
    return {"asked": {"mine": own}}


def test_a_key_in_the_query_of_an_endpoint_stands_in_the_environment_and_in_no_command(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MINE_KEY", "hush-of-mine")
    of_mine = of_service(checkout, "http://127.0.0.1:9/score?v=1&key={MINE_KEY}")
    said = printed(checkout, of_mine, "results/predictions/mine/mine-images.parquet")
    assert "--url 'http://127.0.0.1:9/score?v=1&key={MINE_KEY}'" in said and "hush-of-mine" not in said


@pytest.mark.parametrize("url", ["https://anna:hushhush@scores.example/x", "https://scores.example/x?key=hushhush"])
def test_one_that_is_written_into_the_configuration_is_refused_before_anything_is_printed_or_kept(
    checkout: Checkout, url: str
):
    (checkout.path / "changed.yaml").write_text(yaml.safe_dump(of_service(checkout, url)))
    done = checkout.run("snakemake", "--cores", "1", "--configfile", TINY, "changed.yaml", "--", "results/config.yaml")
    assert done.returncode == 1 and "asked.mine.endpoint.url: " in done.stderr
    assert "hush" not in done.stdout + done.stderr and not (checkout.path / "results/config.yaml").exists()
    kept = [path for path in (checkout.path / ".snakemake").rglob("*") if path.is_file()]
    assert not [path for path in kept if b"hush" in path.read_bytes()]
