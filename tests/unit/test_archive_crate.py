import json

from obverse.archive import crate
from obverse.archive.actions import Timed
from obverse.archive.manifest import ABSENT, WITHHELD, File, Link

ABOUT = crate.About("Stew", "What is in it?", "1.0", "Apache-2.0", ("The cooks",))
PICTURE = "results/a b.npy"
FILES = {
    "code/Snakefile": File("1" * 64, 1),
    "code/config.yaml": File("2" * 64, 2),
    "code/docs/story.md": File("3" * 64, 3),
    "code/resources/table.csv": File("4" * 64, 4),
    "code/workflow/obverse/draw.py": File("5" * 64, 5),
    "metadata/cmVz": File("6" * 64, 6),
    "records/jobs/draw/1.jsonl": File("7" * 64, 7),
    "results/fig9.png": File("8" * 64, 8, mtime_ns=1),
    PICTURE: File("9" * 64, 9, WITHHELD, "pictures of people", 1),
    "results/gone.csv": File("", 0, ABSENT, "no longer there"),
}
TIMED = [
    Timed(Link("make", (PICTURE,), ("code/resources/table.csv", "results/gone.csv"), "", "", ()), 1.7e9, 1.7e9 + 1.5),
    Timed(Link("draw", ("results/fig9.png",), (PICTURE,), "records/jobs/draw/1.jsonl", "", ()), 1.7e9 + 2, 1.7e9 + 3),
]


def graph() -> dict[str, dict]:
    told = json.loads(crate.describe(ABOUT, "9.27.1", ["results/fig9.png"], FILES, TIMED))
    return {entity["@id"]: entity for entity in told["@graph"]}


def test_it_is_ro_crate_1_1_with_the_profiles_of_a_workflows_run():
    told = json.loads(crate.describe(ABOUT, "9.27.1", ["results/fig9.png"], FILES, TIMED))
    assert told["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    profiles = {each["@id"] for each in graph()["./"]["conformsTo"]}
    assert "https://w3id.org/ro/wfrun/provenance/0.5" in profiles and len(profiles) == 4


def test_a_job_is_an_action_of_its_module_between_its_files():
    entities = graph()
    drawn = entities["#job/2"]
    assert drawn["instrument"] == {"@id": "code/workflow/obverse/draw.py"}
    assert drawn["result"] == {"@id": "results/fig9.png"}
    assert drawn["subjectOf"] == {"@id": "records/jobs/draw/1.jsonl"}
    assert drawn["startTime"] == "2023-11-14T22:13:22.000+00:00"
    assert entities[entities["#control/2"]["instrument"]["@id"]]["workExample"] == drawn["instrument"]
    assert entities["#tool/make"]["name"] == "make"  # a rule whose module is not in the archive


def test_files_carry_their_hash_and_size_and_what_is_left_out_is_no_file():
    entities = graph()
    assert (entities["results/fig9.png"]["sha256"], entities["results/fig9.png"]["contentSize"]) == ("8" * 64, "8")
    left = entities["#withheld/results/a%20b.npy"]
    assert (left["@type"], left["sha256"], left["description"]) == (
        "CreativeWork",
        "9" * 64,
        "withheld: pictures of people",
    )
    assert entities["#job/2"]["object"] == {"@id": left["@id"]}
    assert "sha256" not in entities["#absent/results/gone.csv"]


def test_results_records_and_what_was_read_are_described_one_by_one_the_rest_by_folder():
    parts = {each["@id"] for each in graph()["./"]["hasPart"]}
    assert {"results/fig9.png", "records/jobs/draw/1.jsonl", "code/resources/table.csv", "manifest.json"} <= parts
    assert {"code/", "metadata/", "records/"} <= parts
    assert not {"code/docs/story.md", "metadata/cmVz"} & parts


def test_it_was_published_when_the_last_job_ended_and_is_the_same_text_each_time():
    assert graph()["./"]["datePublished"] == "2023-11-14T22:13:23.000+00:00"
    texts = {
        crate.describe(ABOUT, "9.27.1", ["results/fig9.png"], dict(files), TIMED)
        for files in (FILES, [*FILES.items()][::-1])
    }
    assert len(texts) == 1
