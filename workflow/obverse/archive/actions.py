"""The part of an RO-Crate that tells what ran: the workflow, its steps and tools, and an action for each job."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from rocrate.model.contextentity import ContextEntity
from rocrate.model.file import File as FileEntity
from rocrate.rocrate import ROCrate

from obverse.archive.layout import CODE
from obverse.archive.manifest import KEPT, File, Link

SNAKEFILE, CONFIG = f"{CODE}/Snakefile", f"{CODE}/config.yaml"

_WORKFLOW_PROFILE = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
_PARAMETER_PROFILE = "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"
_ENGINE = "https://snakemake.github.io"
_LANGUAGE = "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"
_SETTINGS, _FIGURES = "#parameter/settings", "#parameter/figures"
_COMPLETED = "http://schema.org/CompletedActionStatus"


@dataclass(frozen=True)
class Timed:
    """A job, and when it began and ended, in seconds since 1970."""

    link: Link
    started: float
    ended: float


def add(crate: ROCrate, named: str, kind: str, **properties: object) -> str:
    """Add what is no file, under the id ``named``; return that."""
    crate.add(ContextEntity(crate, named, {"@type": kind, **properties}))
    return named


def identifier(path: str, file: File) -> str:
    """Return the id of a file: of one that is not in the archive one that names no file."""
    return quote(path) if file.status == KEPT else f"#{file.status}/{quote(path)}"


def moment(seconds: float) -> str:
    """Return seconds since 1970 as ISO 8601, in UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def tools(timed: Sequence[Timed], files: Mapping[str, File]) -> dict[str, str]:
    """Return the id of each rule's tool: its module, where the archive has it."""
    modules = {rule: f"{CODE}/workflow/obverse/{rule}.py" for rule in sorted({each.link.rule for each in timed})}
    return {rule: quote(path) if path in files else f"#tool/{quote(rule)}" for rule, path in modules.items()}


def add_workflow(crate: ROCrate, title: str, version: str, snakemake: str, by_rule: Mapping[str, str]) -> None:
    """Add the workflow with a step for each rule, and the engine; the tools are added where they are no files."""
    add(crate, _LANGUAGE, "ComputerLanguage", name="Snakemake", identifier={"@id": _ENGINE}, url={"@id": _ENGINE})
    add(crate, _ENGINE, "SoftwareApplication", name="Snakemake", url=_ENGINE, softwareVersion=snakemake)
    _add_parameter(crate, _SETTINGS, "The numbers of the experiment", required=True)
    _add_parameter(crate, _FIGURES, "Figures, tables and what else was asked for", required=False)
    for position, (rule, tool) in enumerate(by_rule.items(), start=1):
        if tool.startswith("#"):
            add(crate, tool, "SoftwareApplication", name=rule, url=_ENGINE, softwareVersion=version)
        add(crate, _step(rule), "HowToStep", name=rule, position=str(position), workExample={"@id": tool})
    properties = {
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
        "name": title,
        "version": version,
        "encodingFormat": "text/plain",
        "programmingLanguage": {"@id": _LANGUAGE},
        "conformsTo": {"@id": _WORKFLOW_PROFILE},
        "hasPart": references(by_rule.values()),
        "step": references(_step(rule) for rule in by_rule),
        "input": _to(_SETTINGS),
        "output": _to(_FIGURES),
    }
    crate.add(FileEntity(crate, dest_path=SNAKEFILE, properties=properties))


def _add_parameter(crate: ROCrate, name: str, told: str, required: bool) -> None:
    properties = {"additionalType": "File", "conformsTo": {"@id": _PARAMETER_PROFILE}, "valueRequired": str(required)}
    add(crate, name, "FormalParameter", name=name.rpartition("/")[2], description=told, **properties)


def add_runs(
    crate: ROCrate,
    targets: Sequence[str],
    files: Mapping[str, File],
    timed: Sequence[Timed],
    by_rule: Mapping[str, str],
) -> list[str]:
    """Add an action for each job, what the engine did to start it, and the run of the whole; return their ids."""
    jobs, controls = [], []
    for number, each in enumerate(timed, start=1):
        link, job, control = each.link, f"#job/{number}", f"#control/{number}"
        properties = _action(each.started, each.ended, link.rule, by_rule[link.rule])
        properties |= {"description": f"The rule {link.rule} made {', '.join(link.outputs)}"}
        properties |= _things(link.inputs, link.outputs, files)
        record = {"subjectOf": _to(quote(link.record))} if link.record else {}
        jobs.append(add(crate, job, "CreateAction", **properties, **record))
        started = {"name": link.rule, "instrument": _to(_step(link.rule)), "object": _to(job)}
        controls.append(add(crate, control, "ControlAction", **started))
    return [*_add_whole(crate, targets, files, timed, controls), *jobs]


def _add_whole(
    crate: ROCrate, targets: Sequence[str], files: Mapping[str, File], timed: Sequence[Timed], controls: list[str]
) -> list[str]:
    began, ended = min((each.started for each in timed), default=0.0), max((each.ended for each in timed), default=0.0)
    settings = [path for path in [CONFIG] if path in files]
    for paths, parameter in ((settings, _SETTINGS), (targets, _FIGURES)):
        for path in (path for path in paths if files[path].status == KEPT):
            crate.get(identifier(path, files[path]))["exampleOfWork"] = _to(parameter)
    whole = _action(began, ended, "All jobs", SNAKEFILE) | _things(settings, targets, files)
    add(crate, "#run", "CreateAction", **whole, description="What is archived was made by these jobs")
    steps = {"object": references(controls), "result": _to("#run")}
    add(crate, "#engine", "OrganizeAction", **_action(began, ended, "Snakemake", _ENGINE), **steps)
    return ["#run"]


def _action(started: float, ended: float, name: str, instrument: str) -> dict[str, object]:
    timed = {"startTime": moment(started), "endTime": moment(ended)}
    return timed | {"name": name, "instrument": _to(instrument), "actionStatus": _COMPLETED}


def _things(read: Sequence[str], written: Sequence[str], files: Mapping[str, File]) -> dict[str, object]:
    """Return what an action read and wrote, each where there is any."""
    named = {"object": read, "result": written}
    return {role: references(identifier(path, files[path]) for path in paths) for role, paths in named.items() if paths}


def references(names: Iterable[str]) -> list[dict[str, str]] | dict[str, str]:
    """Return references to entities by their ids: a list of them, or one alone as itself, as JSON-LD would have it."""
    found = [_to(name) for name in names]
    return found[0] if len(found) == 1 else found


def _to(name: str) -> dict[str, str]:
    return {"@id": name}


def _step(rule: str) -> str:
    return f"#step/{quote(rule)}"
