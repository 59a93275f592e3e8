"""Build the workflow's graph in this process and read what each job is given."""

import json
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import yaml
from snakemake.api import SnakemakeApi
from snakemake.io import is_flagged
from snakemake.jobs import Job
from snakemake.settings.types import ConfigSettings, DAGSettings, OutputSettings, Quietness, ResourceSettings

from obverse import contradictions, pairings, settings

BASE = Path(__file__).parents[1]


def params_of_jobs(config: dict, directory: Path, targets: list[str]) -> dict[str, dict[str, str]]:
    """Return, for each rule, its jobs' params and first output, as text; ``config`` is merged over config.yaml."""
    found: dict[str, dict[str, str]] = {}
    for job in _jobs(config, directory, targets):
        params = {name: job.params.get(name) for name in job.params.keys()}  # noqa: SIM118
        found.setdefault(job.rule.name, {})[str(job.output[0]) if job.output else ""] = json.dumps(
            params, sort_keys=True, default=str
        )
    return found


def shown_in_reports(configs: list[dict], directory: Path, targets: list[str]) -> list[set[str]]:
    """Return which outputs a report of ``targets`` shows, by each configuration, merged over config.yaml."""
    with _pool() as pool:
        return list(pool.map(partial(_shown, directory=directory, targets=targets), configs))


def _shown(config: dict, directory: Path, targets: list[str]) -> set[str]:
    os.chdir(directory)
    planned = _jobs(config, directory, targets)
    return {str(path) for job in planned for path in job.output if is_flagged(path, "report")}


def _jobs(config: dict, directory: Path, targets: list[str]) -> list[Job]:
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
        return list(workflow.dag.jobs)


def unchecked(configs: list[str], directory: Path, targets: list[str]) -> Iterator[dict[str, dict[str, str]]]:
    """Yield `params_of_jobs` of each configuration (as YAML), also where its keys contradict each other.

    Hundreds of graphs take minutes, so every core builds some.
    """
    with _pool(_take_down_the_walls) as pool:
        yield from pool.map(partial(_plan, directory=directory, targets=targets), configs, chunksize=4)


def _pool(before: Callable[[], None] | None = None) -> ProcessPoolExecutor:
    """Return processes of their own: Snakemake leaves things behind in the one it plans in."""
    return ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn"), initializer=before)


def _plan(config: str, directory: Path, targets: list[str]) -> dict[str, dict[str, str]]:
    os.chdir(directory)
    return params_of_jobs(yaml.safe_load(config), directory, targets)


def _take_down_the_walls() -> None:
    settings.check = lambda config: None
    pairings.members = lambda *pair: []
    contradictions.unseen = lambda config: []
