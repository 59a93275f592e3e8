"""The same workflow as jobs of a scheduler: a real SLURM of one node, and a submitter that is none."""

import contextlib
import os
import random
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest
import yaml

import slurm
from checkouts import BASE, RULES, TINY, Checkout, contents

FIGURE = "results/fig9.png"
DOCUMENTED = BASE / "docs/cluster.md"
NO_GPU = "Networks run on processors: nobody said how many GPUs the cluster has"
PROFILE = ("--profile", "profiles/slurm", "--configfile", TINY)
# There is no database to be asked, nor time to wait.
HERE = ("--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "1", "--slurm-no-account")
SUBMIT = """#!/bin/bash
echo "$1" >>submitted
nohup bash "${@: -1}" >"submitted.$$" 2>&1 &
echo $!
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[slurm.Cluster]:
    if reason := slurm.missing():
        pytest.skip(f"no SLURM can be started: {reason}")
    with slurm.cluster() as running:
        yield running


@pytest.fixture
def unfinished(clone: Checkout) -> Checkout:
    """A copy in which figure 9 and one of its inverters have still to be made, and what needs that inverter."""
    for product in ("inverters", "reconstructions", "scores"):
        shutil.rmtree(clone.path / f"results/{product}/faces/generic/aligned_m1")
    (clone.path / FIGURE).unlink()
    return clone


def submit(cluster: slurm.Cluster, checkout: Checkout, *arguments: str) -> subprocess.CompletedProcess:
    """Run the workflow on the cluster until it ends."""
    path = str(checkout.path / "workflow")
    return cluster.run("snakemake", *PROFILE, *HERE, *arguments, folder=checkout.path, PYTHONPATH=path)


def finish(cluster: slurm.Cluster, checkout: Checkout, undisturbed: dict[str, str]) -> str:
    """Run the same command again: what is there are the bytes of an undisturbed local run; return what was said."""
    done = submit(cluster, checkout, FIGURE)
    assert done.returncode == 0, done.stdout + done.stderr
    found = contents(checkout.path / "results")
    assert FIGURE.removeprefix("results/") in found and found == {name: undisturbed[name] for name in found}
    return done.stderr


def test_jobs_of_slurm_make_the_bytes_of_a_local_run(cluster: slurm.Cluster, unfinished: Checkout, finished: Checkout):
    """A group of jobs with a GPU, which is not one job's but each's in turn, and then the figure."""
    before = cluster.jobs("all")
    finish(cluster, unfinished, contents(finished.path / "results"))
    first, second = [
        cluster.run("scontrol", "show", "job", each).stdout for each in cluster.jobs("all") if each not in before
    ]
    if "draw_reconstructions" in first:
        first, second = second, first
    assert "TresPerJob=gres:gpu:1" in first and "MinMemoryNode=12000M" in first and "NumCPUs=1 " in first
    assert "gpu" not in second and "MinMemoryNode=4000M" in second


def submitter(checkout: Checkout) -> tuple[str, ...]:
    """Return the options of a run whose jobs are handed to a script; it keeps the memory that each may use."""
    script = checkout.path / "submit"
    script.write_text(SUBMIT)
    script.chmod(0o755)
    command = f"{script} {{resources.mem_mb}}"
    return "--executor", "cluster-generic", "--cluster-generic-submit-cmd", command, "--jobs", "2"


def test_any_command_that_submits_will_do(unfinished: Checkout, finished: Checkout):
    done = unfinished.run("snakemake", "--configfile", TINY, *submitter(unfinished), FIGURE)
    assert done.returncode == 0, done.stdout + done.stderr
    found, undisturbed = contents(unfinished.path / "results"), contents(finished.path / "results")
    assert FIGURE.removeprefix("results/") in found and found == {name: undisturbed[name] for name in found}


def test_a_job_that_fails_is_tried_again_with_twice_the_memory(unfinished: Checkout):
    (unfinished.path / "workflow/obverse/draw_overlap.py").write_text("raise MemoryError\n")
    (unfinished.path / "results/overlap.png").unlink()
    done = unfinished.run(
        "snakemake", "--configfile", TINY, *submitter(unfinished), "--retries", "1", "results/overlap.png"
    )
    assert done.returncode == 1
    assert (unfinished.path / "submitted").read_text().split() == ["2000", "4000"]


def test_the_documented_command_of_another_scheduler_hands_on_what_a_job_asks_for_and_tries_again(checkout: Checkout):
    """Also for a job without a GPU. That submitter takes none."""
    (example,) = re.findall(r"(?ms)^```sh\n(snakemake --executor cluster-generic .*?)^```", DOCUMENTED.read_text())
    done = asked_of(checkout, "bash", "-c", example.replace("results/fig9.png", "results/config.yaml"))
    assert done.returncode == 1 and "run on processors" not in done.stderr
    submitted = (checkout.path / "submitted").read_text().splitlines()
    assert [line.split(" /")[0] for line in submitted] == [
        "-V -l select=1:ncpus=1:mem=2000mb:ngpus=0 -l walltime=30:00",
        "-V -l select=1:ncpus=1:mem=4000mb:ngpus=0 -l walltime=60:00",
    ]


def test_a_cluster_of_which_no_gpu_is_named_is_warned_of_and_used(checkout: Checkout):
    options = ("--executor", "cluster-generic", "--cluster-generic-submit-cmd", "qsub", "--jobs", "2")
    command = ("snakemake", "--configfile", TINY, *options, "results/config.yaml")
    assert asked_of(checkout, *command).stderr.count(NO_GPU) == 1
    assert (checkout.path / "submitted").exists()
    assert NO_GPU not in asked_of(checkout, *command, "--resources", "gpu=0").stderr
    assert NO_GPU not in asked_of(checkout, *command, "--dry-run").stderr
    assert NO_GPU not in checkout.snakemake("results/config.yaml", OBVERSE_DEVICES="").stderr


def asked_of(checkout: Checkout, *command: str) -> subprocess.CompletedProcess:
    """Run a command where ``qsub`` keeps what it was asked and refuses it, on a machine without a GPU."""
    (checkout.path / "bin").mkdir(exist_ok=True)
    script = checkout.path / "bin/qsub"
    script.write_text('#!/bin/sh\necho "$@" >>submitted\nexit 1\n')
    script.chmod(0o755)
    path = f"{script.parent}{os.pathsep}{os.environ['PATH']}"
    return checkout.run(*command, PATH=path, OBVERSE_DEVICES="")


def test_the_profile_groups_rules_that_there_are_and_sets_retries_in_one_place():
    profile = yaml.safe_load((BASE / "profiles/slurm/profile.yaml").read_text())
    assert set(profile["groups"]) <= set(RULES) and set(profile["group-components"]) <= set(profile["groups"].values())
    assert profile["retries"] == 1
    assert [rule for rule, file in RULES.items() if "\n    retries:" in file.read_text()] == []


def test_the_profile_that_is_picked_up_by_itself_sets_nothing_that_a_clusters_sets_too():
    """It would override it."""
    own, slurms = (
        yaml.safe_load((BASE / f"profiles/{name}/profile.yaml").read_text()) for name in ("default", "slurm")
    )
    assert own.keys() & slurms.keys() == set()


def cancel_job(cluster: slurm.Cluster, head: subprocess.Popen) -> None:
    cluster.run("scancel", *cluster.jobs())


def lose_node(cluster: slurm.Cluster, head: subprocess.Popen) -> None:
    """Kill the node's daemon, and have it back when the controller has noticed."""
    cluster.kill_node()
    cluster.wait_for(lambda: "down" in cluster.run("sinfo", "--noheader", "--format=%T").stdout)
    cluster.start_node()


def kill_head(cluster: slurm.Cluster, head: subprocess.Popen) -> None:
    cluster.kill(head)


DISTURBANCES = [cancel_job, lose_node, kill_head]


def begin(cluster: slurm.Cluster, checkout: Checkout) -> subprocess.Popen:
    """Start the workflow on the cluster."""
    path = str(checkout.path / "workflow")
    return cluster.start("snakemake", *PROFILE, *HERE, FIGURE, folder=checkout.path, PYTHONPATH=path)


@pytest.mark.parametrize(
    "disturbance",
    [kill_head, *(pytest.param(each, marks=pytest.mark.soak) for each in (cancel_job, lose_node))],
    ids=lambda each: each.__name__,
)
def test_whatever_is_killed_the_same_command_ends_in_the_same_bytes(
    cluster: slurm.Cluster, unfinished: Checkout, finished: Checkout, disturbance: Callable
):
    """In the middle of a training; who started all that leaves it running, and it is waited for."""
    head = begin(cluster, unfinished)
    cluster.wait_for(lambda: cluster.run("pgrep", "--full", "obverse.train_inverter").returncode == 0)
    disturbance(cluster, head)
    head.wait()
    said = finish(cluster, unfinished, contents(finished.path / "results"))
    assert ("still at work here: waiting" in said) == (disturbance is kill_head)
    assert cluster.jobs() == []


@pytest.mark.soak
@pytest.mark.parametrize("number", range(10))
def test_whenever_anything_is_killed_the_same_command_ends_in_the_same_bytes(
    cluster: slurm.Cluster, unfinished: Checkout, finished: Checkout, number: int
):
    draw = random.Random(number)
    head = begin(cluster, unfinished)
    cluster.wait_for(lambda: cluster.jobs("running"))
    time.sleep(draw.uniform(0, 30))
    with contextlib.suppress(ProcessLookupError):  # it was faster
        draw.choice(DISTURBANCES)(cluster, head)
    head.wait()
    finish(cluster, unfinished, contents(finished.path / "results"))
    assert cluster.jobs() == []


@pytest.mark.soak
def test_slurm_makes_the_figure_from_nothing(cluster: slurm.Cluster, checkout: Checkout, finished: Checkout):
    finish(cluster, checkout, contents(finished.path / "results"))
