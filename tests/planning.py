"""Build the workflow's graph in this process and read what each job is given."""

import json
from pathlib import Path

from snakemake.api import SnakemakeApi
from snakemake.settings.types import ConfigSettings, DAGSettings, OutputSettings, Quietness, ResourceSettings

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
