"""What the workflow would do now, by Snakemake's own account: its jobs, which of them would run, and what it saw.

The graph is built and nothing is run, as by ``snakemake --dry-run``. What is read off it Snakemake has no public name
for; the version is locked, and a test holds the answers against a dry run's.
"""

import contextlib
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

from snakemake.api import SnakemakeApi
from snakemake.cli import get_argument_parser, parse_config
from snakemake.exceptions import MissingRuleException, RuleException, WorkflowError
from snakemake.settings.types import ConfigSettings, DAGSettings, OutputSettings, Quietness, ResourceSettings

from obverse.errors import UnusableInput
from obverse.lineage import guesses
from obverse.lineage.staleness import Planned
from obverse.past.jobs import Job

_BASE = Path(__file__).parents[3]
_PROFILE = _BASE / "profiles/default"  # which Snakemake picks up by itself
_REMEDY = "Type snakemake --dry-run with the same target and files: it says more."


def configured(configfiles: Sequence[Path], words: Sequence[str]) -> ConfigSettings:
    """Return the configuration that Snakemake takes from ``--configfile`` and, over it, ``--config``: KEY=VALUE each.

    Raises `UnusableInput` where one of the ``words`` is not of that form; it is not repeated, as it may be a secret.
    """
    try:
        keys = parse_config(words)
    except ValueError:
        raise UnusableInput(
            "--config", "expected KEY=VALUE, found what is not of that form", "Type it as snakemake was given it."
        ) from None
    return ConfigSettings(config=keys, configfiles=[path.absolute() for path in configfiles])


def plan(directory: Path, config: ConfigSettings, targets: Sequence[str], made: Iterable[str]) -> list[Planned]:
    """Return the jobs behind ``targets``, sources first, as Snakemake plans them in ``directory``.

    Raises `UnusableInput` where the workflow cannot be planned: a key that is no key, a target that no rule makes; that
    one may mean one of those that ``all`` is for, or that were ``made``.
    """
    quiet = OutputSettings(
        quiet={Quietness.ALL}, dryrun=True, log_level_override=logging.ERROR, enable_file_logging=False
    )
    try:
        with contextlib.chdir(Path.cwd()), SnakemakeApi(quiet) as api:
            workflow = _read(api, directory, config, targets)
            try:
                workflow._build_dag()
            except MissingRuleException as error:
                raise _unknown(str(error), targets, [*map(str, workflow.get_rule("all").input), *made]) from error
            runs = set(workflow.dag.needrun_jobs())
            ordered = [job for level in workflow.dag.toposorted() for job in sorted(level, key=_name)]
            return [_planned(workflow, job, job in runs) for job in ordered]
    except (WorkflowError, RuleException) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise UnusableInput("workflow", f"expected one that can be planned, found: {said}", _REMEDY) from error
    except SystemExit as error:  # it said what is wrong with the configuration
        raise UnusableInput(
            "workflow", "expected one that can be planned, found what is said above", _REMEDY
        ) from error


def _read(api: SnakemakeApi, directory: Path, config: ConfigSettings, targets: Sequence[str]):
    read = api.workflow(
        resource_settings=ResourceSettings(cores=1),
        config_settings=config,
        snakefile=_BASE / "Snakefile",
        workdir=directory,
    )
    profile = get_argument_parser([str(_PROFILE)]).parse_args([])  # up to which size an input's bytes are compared
    settings = DAGSettings(
        targets=set(targets), force_incomplete=True, max_checksum_file_size=profile.max_checksum_file_size
    )
    workflow = read.dag(settings).workflow_api._workflow
    workflow._prepare_dag(forceall=False, ignore_incomplete=True, lock_warn_only=True)
    return workflow


def _unknown(said: str, targets: Sequence[str], known: Sequence[str]) -> UnusableInput:
    """Return that no rule makes the one of ``targets`` that Snakemake ``said`` so of, and which is near."""
    target = next((each for each in targets if f" {each} " in said), " or ".join(targets))
    problem = f"expected a target of the workflow, found none: no rule makes {target}"
    return UnusableInput(target, problem, guesses.near(target, known) or _REMEDY)


def _planned(workflow, job, runs: bool) -> Planned:
    reason, kept = workflow.dag.reason(job), workflow.persistence
    told = Job(
        rule=job.rule.name,
        outputs=_paths(job.output),
        inputs=_paths(job.input),
        shellcmd=job.shellcmd or "",
        params=tuple(kept._params(job)),
        started=0.0,
        ended=0.0,
        checksums={},
        metadata=(),
    )
    return Planned(
        job=told,
        runs=runs,
        missing=_paths(reason.missing_output),
        incomplete=_paths(reason.incomplete_output),
        updated=_paths(reason.updated_input),
        command=any(kept.code_changed(job)),
        software=any(kept.software_stack_changed(job)),
        known=kept.has_metadata(job),
    )


def _name(job) -> tuple[str, ...]:
    return (job.rule.name, *map(str, job.output))


def _paths(found: Iterable) -> tuple[str, ...]:
    return tuple(sorted(map(str, found)))
