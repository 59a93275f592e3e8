"""Snakemake's events as lines, by the plugin that its profile names."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.tests import MockOutputSettings, TestLogHandlerBase

import snakemake_logger_plugin_obverse as plugin
from obverse import records
from obverse.archive.checkout import read


class TestTheInterface(TestLogHandlerBase):
    """What Snakemake's interface asks of every plugin."""

    __test__ = True

    def get_log_handler_cls(self) -> type[plugin.LogHandler]:
        return plugin.LogHandler

    def get_log_handler_settings(self) -> None:
        return None


class Run:
    """A run as the plugin is told of it."""

    def __init__(self, directory: Path, dryrun: bool = False) -> None:
        self.path = directory / records.FOLDER / "workflow.jsonl"
        settings = MockOutputSettings()
        settings.dryrun = dryrun
        self.handler = plugin.LogHandler(common_settings=settings, settings=None)
        facts = {"snakemake_version": "9.27.1", "basedir": str(directory), "cwd": str(directory), "host": "here"}
        self.tell(LogEvent.WORKFLOW_STARTED, **facts)

    def tell(self, event: LogEvent | None, message: str = "", **facts: object) -> None:
        record = logging.LogRecord("snakemake", logging.INFO, "x.py", 1, message, (), None)
        vars(record).update(facts | ({"event": event} if event else {}))
        self.handler.handle(record)

    def start_job(self) -> None:
        self.tell(LogEvent.RUN_INFO, stats={"total": 1})
        lists = {"input": ["a"], "output": ["b"], "log": ["c.log"]}
        facts = {"wildcards": {"role": "mnist"}, "threads": 2, "resources": {"_cores": 2, "gpu": 1, "of": Path("x")}}
        words = {"rule_name": "copy", "reason": "Missing output files: b", "shellcmd": "cp a b"}
        self.tell(LogEvent.JOB_INFO, jobid=3, **lists, **facts, **words)

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.path.read_text().splitlines()] if self.path.exists() else []


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_a_run_and_its_jobs_are_lines_that_name_the_run(run: Run):
    run.start_job()
    run.tell(LogEvent.JOB_FINISHED, job_id=3)
    run.tell(LogEvent.PROGRESS, done=1, total=1)
    run.handler.close()
    begun, started, finished, ended = lines = run.lines()
    assert len({line["run"] for line in lines}) == 1 and len(begun["run"]) == 16
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    assert begun["event"] == "run_started" and begun["command"][1:] == sys.argv[1:] and begun["snakemake"] == "9.27.1"
    assert begun.keys() == {"event", "run", "time", "command", "snakemake", "python", "git", "host", "pid"}
    assert {name: value for name, value in started.items() if name not in ("run", "time")} == {
        **{"event": "job_started", "jobid": 3, "rule": "copy", "wildcards": {"role": "mnist"}, "threads": 2},
        **{"resources": {"gpu": 1, "of": "x"}, "reason": "Missing output files: b", "command": "cp a b"},
        **{"inputs": ["a"], "outputs": ["b"], "log": ["c.log"]},
    }
    assert (finished["event"], finished["jobid"]) == ("job_finished", 3)
    assert (ended["event"], ended["exit"]) == ("run_ended", "finished")


COMMANDS = [
    ("--cores 2 results/fig9.png", "--cores 2 results/fig9.png"),
    ("--config a=KEY b={c:KEY} --cores 2 -- x=y", "--config a=… b=… --cores 2 -- x=y"),
    ("--config=a=KEY x=y", "--config=a=… x=y"),
    ("-C a=KEY -n", "-C a=… -n"),
    ("-Ca=KEY=KEY", "-Ca=…"),
    ("-C=a=KEY", "-Ca=…"),
    ("-npC a=KEY", "-npC a=…"),
    ("-nCa=KEY", "-nCa=…"),
    ("--configfile mine.yaml --resources a=1", "--configfile mine.yaml --resources a=1"),
]


@pytest.mark.parametrize(("typed", "told"), COMMANDS)
def test_of_a_command_neither_where_snakemake_lies_nor_a_value_of_config_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, told: str
):
    monkeypatch.setattr(sys, "argv", ["/home/ann/.venv/bin/snakemake", *typed.split()])
    run = Run(tmp_path)
    run.start_job()
    assert run.lines()[0]["command"] == ["snakemake", *told.split()]


def test_a_value_of_several_words_is_not_told_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "argv", ["snakemake", "-C", "a={b: KEY}", "- c=KEY", "-Cd={e: KEY}"])
    run = Run(tmp_path)
    run.start_job()
    assert "KEY" not in run.path.read_text()


def test_a_failed_job_fails_the_run(run: Run):
    run.start_job()
    run.tell(LogEvent.JOB_ERROR, jobid=3)
    run.tell(LogEvent.ERROR, exception="WorkflowError")
    run.handler.close()
    assert [line["event"] for line in run.lines()][2:] == ["job_failed", "run_ended"]
    assert run.lines()[-1]["exit"] == "failed"


@pytest.mark.parametrize("failed", [True, False])
@pytest.mark.parametrize("message", ["Terminating processes on user request, this might", *plugin._STOPPED])
def test_a_run_that_someone_ended_is_stopped_whatever_became_of_its_jobs(run: Run, message: str, failed: bool):
    run.start_job()
    run.tell(None, message)
    if failed:
        run.tell(LogEvent.JOB_ERROR, jobid=3)
    run.handler.close()
    assert run.lines()[-1]["exit"] == "stopped"


def test_the_messages_of_a_stop_are_snakemake_s_own():
    import snakemake.scheduling.job_scheduler as scheduler

    source = Path(scheduler.__file__).read_text()
    assert all(f'"{message}' in source for message in plugin._STOPPED)


def test_a_run_that_ends_before_its_jobs_are_done_failed(run: Run):
    run.start_job()
    run.tell(LogEvent.PROGRESS, done=1, total=2)
    run.handler.close()
    assert run.lines()[-1]["exit"] == "failed"


def test_a_run_is_ended_once(run: Run):
    run.start_job()
    run.handler.close()
    run.handler.close()
    assert [line["event"] for line in run.lines()].count("run_ended") == 1


def test_a_dry_run_leaves_nothing(tmp_path: Path):
    dry = Run(tmp_path, dryrun=True)
    dry.start_job()
    dry.handler.close()
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_has_nothing_to_do_leaves_nothing(run: Run, tmp_path: Path):
    run.handler.close()
    assert list(tmp_path.iterdir()) == []


def no_folder(run: Run) -> None:
    run.path.parents[2].joinpath("results").touch()


def full_disk(run: Run) -> None:
    run.path.parent.mkdir(parents=True)
    run.path.symlink_to("/dev/full")


@pytest.mark.parametrize("spoil", [no_folder, full_disk])
def test_what_cannot_be_written_is_said_once_and_snakemake_goes_on(run: Run, capfd, spoil):
    spoil(run)
    run.start_job()
    run.tell(LogEvent.JOB_FINISHED, job_id=3)
    run.handler.close()
    said = capfd.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and said.err.startswith("records: ")


def test_an_event_that_lacks_what_it_should_have_is_no_error_of_the_run(run: Run, capfd):
    """Of another version of Snakemake."""
    run.tell(LogEvent.RUN_INFO)
    run.tell(LogEvent.JOB_INFO, jobid=1)
    assert [line["event"] for line in run.lines()] == ["run_started"]
    assert "AttributeError" in capfd.readouterr().err


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with a Snakefile."""
    (tmp_path / "Snakefile").touch()
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "Snakefile"], [*identity, "commit", "-qm", "First"]):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)
    return tmp_path


def test_the_commit_is_told_and_which_files_differ_from_it(checkout: Path):
    commit = (checkout / ".git" / (checkout / ".git/HEAD").read_text().split()[1]).read_text().strip()
    assert plugin._git(checkout) == {"commit": commit, "dirty": False, "changed": []}
    (checkout / "Snakefile").write_text("# more")
    (checkout / "workflow").mkdir()
    (checkout / "workflow/ä b.smk").touch()
    assert plugin._git(checkout) == {"commit": commit, "dirty": True, "changed": ["Snakefile", "workflow/ä b.smk"]}


def test_a_file_that_is_no_code_is_not_named_and_changes_nothing(checkout: Path):
    """The same that the archive's manifest says of the code."""
    (checkout / "salaries.xlsx").touch()
    assert plugin._git(checkout)["changed"] == [] == list(read(checkout).dirty)
    assert not plugin._git(checkout)["dirty"]


def test_a_copy_inside_another_repository_has_no_commit_of_its_own(checkout: Path, tmp_path_factory):
    (checkout / "copy").mkdir()
    (checkout / "copy" / "Snakefile").touch()
    assert plugin._git(checkout / "copy") is None
    assert plugin._git(tmp_path_factory.mktemp("none")) is None


def test_the_repository_of_a_hook_that_runs_snakemake_is_not_taken_for_it(
    checkout: Path, monkeypatch, tmp_path_factory
):
    other = tmp_path_factory.mktemp("other")
    subprocess.run(["git", "init", "-q", str(other)], check=True)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    assert plugin._git(checkout)["changed"] == []


def test_the_package_is_not_loaded_before_a_run_starts():
    """Snakemake loads plugins first; which checkout's package it is the Snakefile says."""
    script = "import sys, snakemake_logger_plugin_obverse; print('obverse' in sys.modules)"
    where = str(Path(plugin.__file__).parents[1])
    asked = subprocess.run([sys.executable, "-c", script], env={"PYTHONPATH": where}, capture_output=True, text=True)
    assert asked.stdout == "False\n", asked.stderr
