"""Build the workflow's graph in this process and read what each job is given."""

import json
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import yaml
from snakemake.api import SnakemakeApi
from snakemake.settings.types import ConfigSettings, DAGSettings, OutputSettings, Quietness, ResourceSettings

from obverse import contradictions, pairings, settings

BASE = Path(__file__).parents[1]


def params_of_jobs(config: dict, directory: Path, targets: list[str]) -> dict[str, dict[str, str]]:
    """Return, for each rule, its jobs' params and first output, as text; ``config`` is merged over config.yaml."""
    with SnakemakeApi(OutputSettings(quiet={Quietness.ALL}, dryrun=True)) as api:
        planned = api.workflow(
            resource_settings=ResourceSettings(cores=1),
            config_settings=ConfigSettings(config=config),
            snakefile=BASE / "Snakefile",
            workdir=directory,
        )
        dag = planned.dag(DAGSettings(targets=set(targets), force_incomplete=True))
        workflow = dag.workflow_api._workflow
        workflow._prepare_dag(forceall=False, ignore_incomplete=True, lock_warn_only=True)
        workflow._build_dag()
        found: dict[str, dict[str, str]] = {}
        for job in workflow.dag.jobs:
            params = {name: job.params.get(name) for name in job.params.keys()}  # noqa: SIM118
            found.setdefault(job.rule.name, {})[str(job.output[0]) if job.output else ""] = json.dumps(
                params, sort_keys=True, default=str
            )
        return found


def unchecked(configs: list[str], directory: Path, targets: list[str]) -> Iterator[dict[str, dict[str, str]]]:
    """Yield `params_of_jobs` of each configuration (as YAML), also where its keys contradict each other.

    Hundreds of graphs take minutes, so every core builds some.
    """
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=spawned, initializer=_take_down_the_walls) as pool:
        yield from pool.map(partial(_plan, directory=directory, targets=targets), configs, chunksize=4)


def _plan(config: str, directory: Path, targets: list[str]) -> dict[str, dict[str, str]]:
    os.chdir(directory)
    return params_of_jobs(yaml.safe_load(config), directory, targets)


def _take_down_the_walls() -> None:
    settings.check = lambda config: None
    pairings.members = lambda *pair: []
    contradictions.unseen = lambda config: []
