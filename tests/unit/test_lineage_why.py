"""What would run again, by what Snakemake plans and what was recorded; the plans here are made by hand."""

import dataclasses
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

import chronicles
from obverse.lineage import histories, sentences, staleness
from obverse.lineage.changes import COMMAND, FILE, INPUT, MISSING, MODULE, OPTION, PARAM, Change
from obverse.lineage.staleness import Planned, Stale
from obverse.past.jobs import Job

ORDER = ("prepare", "train", "draw")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A working directory whose outputs are newer than what they were made of."""
    where = chronicles.write(tmp_path, chronicles.chain())
    for place, names in enumerate((["resources"], ["results/data"], ["results/nets"], ["results"])):
        for path in (path for name in names for path in (where / name).glob("*") if path.is_file()):
            os.utime(path, (1_000_000_000 + place, 1_000_000_000 + place))
    return where


def planned(directory: Path, running: Iterable[str] = (), **changed: dict) -> list[Planned]:
    """Return the plan that is as recorded but for ``changed``: fields by the first output's stem."""
    jobs = sorted(histories.read(directory).jobs, key=lambda job: ORDER.index(job.rule))
    plan = []
    for job in jobs:
        stem = Path(job.outputs[0]).stem
        fields = {"missing": (), "incomplete": (), "updated": (), "command": False, "software": False, "known": True}
        own = changed.get(f"_{stem}", {})
        told = {name: own.pop(name) for name in ("params", "inputs", "shellcmd") if name in own}
        bare = dataclasses.replace(job, started=0.0, ended=0.0, checksums={}, metadata=(), **told)
        plan.append(Planned(bare, runs=stem in running, **(fields | own)))
    return plan


def stale(directory: Path, plan: list[Planned]) -> Stale:
    return staleness.stale(histories.read(directory), plan)


def causes(found: Stale) -> list[tuple[Change, list[str]]]:
    return [(cause.change, [job.outputs[0] for job in cause.jobs]) for cause in found.causes]


def rules(jobs: tuple[Job, ...]) -> list[str]:
    return [job.rule for job in jobs]


def test_where_nothing_runs_it_says_that_there_is_nothing_to_do(directory: Path):
    found = stale(directory, planned(directory))
    assert (found.causes, found.jobs, found.followers, found.unknown, found.planned) == ((), (), (), (), 4)
    assert sentences.stale(["results/fig.png"], found, []) == [
        "Nothing to do: results/fig.png is as the workflow would make it."
    ]


def test_a_number_and_a_module_are_named_with_before_and_now_and_the_rest_follows(directory: Path):
    """A job further down that runs the module too is under the module, though Snakemake sees only its input."""
    now = {"params": ("code=['train=aaa', 'networks=ddd', 'torch==2.15.0']", "epochs=3")}
    later = {"params": ("code=['train=aaa', 'networks=ddd', 'torch==2.15.0']", "epochs=2")}
    plan = planned(directory, ("1", "2", "fig"), _1=now, _2=later)
    found = stale(directory, plan)
    assert causes(found) == [
        (Change(PARAM, "epochs", "2", "3"), ["results/nets/1.bin"]),
        (Change(MODULE, "networks", "bbb", "ddd"), ["results/nets/1.bin", "results/nets/2.bin"]),
    ]
    assert rules(found.followers) == ["draw"] and rules(found.jobs) == ["train", "train", "draw"]
    assert sentences.stale(["results/fig.png"], found, []) == [
        "results/fig.png: 3 of 4 jobs would run.",
        "What changed, sources first:",
        "  train: epochs 2 → 3",
        "      train, first results/nets/1.bin",
        "  module networks: bbb → ddd",
        "      train ×2, first results/nets/1.bin",
        "Follow because an input will be made again: draw.",
    ]


def test_a_changed_file_is_named_by_its_sums_and_a_touched_one_is_not(directory: Path):
    listed = directory / "resources/list.csv"
    os.utime(listed)
    everything = ("images", "1", "2", "fig")
    assert stale(directory, planned(directory, everything)).causes == ()
    listed.write_bytes(b"longer list")
    found = stale(directory, planned(directory, everything))
    sums = [chronicles.sha256(content)[:12] for content in (b"list", b"longer list")]
    assert causes(found) == [(Change(FILE, "resources/list.csv", *sums), ["results/data/images.npy"])]


def test_an_input_that_will_be_made_again_is_no_cause_however_new_it_is(directory: Path):
    (directory / "results/data/images.npy").write_bytes(b"others")
    found = stale(directory, planned(directory, ("images", "1", "2", "fig"), _images={"params": ("size=32",)}))
    assert causes(found) == [(Change(PARAM, "size", "16", "32"), ["results/data/images.npy"])]


def test_missing_outputs_and_other_inputs_are_named(directory: Path):
    read = ("results/data/samples.parquet", "results/nets/1.bin")
    found = stale(
        directory, planned(directory, ("1", "fig"), _1={"missing": ("results/nets/1.bin",)}, _fig={"inputs": read})
    )
    assert causes(found) == [
        (Change(MISSING, "results/nets/1.bin"), ["results/nets/1.bin"]),
        (Change(INPUT, "results/nets/2.bin", "read", "not read"), ["results/fig.csv"]),
    ]


def test_which_of_several_targets_were_never_made_is_said(directory: Path):
    """A rule's name is no file, and nobody makes it."""
    found = stale(directory, planned(directory, ("1", "fig"), _1={"missing": ("results/nets/1.bin",)}))
    one, both = ["results/nets/1.bin"], ["results/fig.png", "results/nets/1.bin"]
    cases = [(one, one, f"{one[0]}: it was"), (both, one, f"{both[0]}, {one[0]}: {one[0]} was"), (["all"], ["all"], "")]
    cases += [(both, both, f"{both[0]}, {both[1]}: {one[0]}, {both[0]} were")]
    for targets, unmade, said in cases:
        first = sentences.stale(targets, found, unmade)[0]
        assert first == f"{f'{said} never made' if said else 'all'}: 2 of 4 jobs would run."


def test_another_command_is_named_by_its_options_where_the_rule_is_another(directory: Path):
    """An option that is no param, such as the number of connections, reruns nothing."""
    command = next(one.job.shellcmd for one in planned(directory) if one.job.outputs == ("results/nets/1.bin",))
    other = {"shellcmd": command.replace("--seed 1", "--seed 1 --flip True")}
    assert stale(directory, planned(directory, ("1", "fig"), _1=dict(other))).causes == ()
    found = stale(directory, planned(directory, ("1", "fig"), _1=other | {"command": True}))
    assert causes(found) == [(Change(OPTION, "--flip", "none", "True"), ["results/nets/1.bin"])]
    found = stale(directory, planned(directory, ("1", "fig"), _1={"command": True}))
    assert causes(found) == [(Change(COMMAND, ""), ["results/nets/1.bin"])]


def test_what_was_made_elsewhere_is_said_to_be_taken_as_it_is(directory: Path):
    found = stale(directory, planned(directory, (), _1={"known": False}))
    assert sentences.stale(["results/fig.png"], found, [])[1:] == [
        "Made elsewhere, provenance missing, taken as they are: train."
    ]


def test_a_plan_from_another_folder_than_the_checkouts_names_committed_files_alike(directory: Path):
    plan = planned(directory, (), _images={"inputs": ("../../resources/list.csv",)})
    assert stale(directory, plan).causes == ()
