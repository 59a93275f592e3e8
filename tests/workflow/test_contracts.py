"""The house keeps its own rules."""

import importlib
import inspect
import re
import subprocess

import pytest
import yaml

from checkouts import BASE, RULE_FILES, RULES
from obverse import provenance

PACKAGE = BASE / "workflow" / "obverse"


def run(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run(command, cwd=BASE, capture_output=True, text=True)


def test_every_rule_is_a_stage_of_the_same_name():
    for rule in RULES:
        text = (BASE / f"workflow/obverse/{rule}.py").read_text()
        assert f"\ndef {rule}(" in text
        assert f"cli.run({rule})" in text


def test_every_stage_has_a_rule():
    stages = {path.stem for path in (BASE / "workflow/obverse").glob("*.py") if "cli.run(" in path.read_text()} - {
        "cli"
    }
    assert stages == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_logs_measures_and_carries_its_code(rule: str):
    text = RULES[rule].read_text().split(f"\nrule {rule}:")[1].split("\nrule ")[0]
    assert f'"results/logs/{rule}/' in text
    assert f'"results/benchmarks/{rule}/' in text
    assert f'code=code("{rule}")' in text
    assert '"../../envs/obverse.yaml"' in text
    assert f"python -m obverse.{rule} " in text
    assert "\n    run:" not in text and "\n    script:" not in text


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_says_what_memory_and_time_it_takes(rule: str):
    """A cluster kills what takes more, and some refuse what does not say."""
    text = RULES[rule].read_text().split(f"\nrule {rule}:")[1].split("\nrule ")[0]
    assert len(re.findall(r'\n    resources:\n        \*\*asks\("\w+"\),\n', text)) == 1


@pytest.mark.parametrize("rule", sorted(RULES.keys() - {"ask_rekognition"}))  # its stand-in's networks are small
def test_a_rule_has_a_gpu_exactly_when_its_stage_may_use_one(rule: str):
    text = RULES[rule].read_text().split(f"\nrule {rule}:")[1].split("\nrule ")[0]
    modules = {item.partition("=")[0] for item in provenance.code(rule)}
    assert ("\n        gpu=GPU,\n" in text) == ("devices" in modules)


@pytest.mark.parametrize("rule", RULES)
def test_every_option_a_rule_passes_is_one_its_stage_takes(rule: str):
    """Otherwise a rule that no test runs would fail on the user's machine."""
    text = RULES[rule].read_text().split(f"\nrule {rule}:")[1].split("\nrule ")[0]
    passed = set(re.findall(r"--([a-z][a-z-]*)", text.split('r"""')[1]))
    stage = getattr(importlib.import_module(f"obverse.{rule}"), rule)
    assert passed == {name.replace("_", "-") for name in inspect.signature(stage).parameters}


def test_snakemake_lint_is_clean():
    done = run("snakemake", "--lint")
    assert done.returncode == 0, done.stdout + done.stderr


def test_rule_files_are_formatted():
    done = run("snakefmt", "--check", "Snakefile", "workflow/rules")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", [("check",), ("format", "--check")])
def test_python_is_clean(command: tuple[str, ...]):
    done = run("ruff", *command, ".")
    assert done.returncode == 0, done.stdout


def edges(drawn: str) -> set[tuple[str, str]]:
    """Return the edges of a mermaid graph by the names of rules: numbers and order differ from run to run."""
    names = dict(re.findall(r"(id\d+)\[([^\]]+)\]", drawn))
    return {(names[start], names[end]) for start, end in re.findall(r"(id\d+) --> (id\d+)", drawn)}


def test_the_readme_shows_the_graph_there_is():
    """Figure 9's, since all are too large to read: snakemake --rulegraph mermaid-js -- results/fig9.png"""
    drawn = run("snakemake", "--rulegraph", "mermaid-js", "--quiet", "all", "--", "results/fig9.png")
    assert edges(drawn.stdout) == edges((BASE / "README.md").read_text()) != set()


def test_the_readme_names_no_file_that_is_not_there_and_has_no_gap():
    text = (BASE / "README.md").read_text()
    assert re.findall(r"@[A-Z]+@", text) == []
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("http")]
    assert len(links) > 5 and [link for link in links if not (BASE / link).exists()] == []


def test_the_papers_scale_plans_the_whole_graph_without_the_data():
    done = run("snakemake", "--dry-run", "--configfile", "workflow/scales/paper.yaml", "--quiet", "all")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("official", [("facescrub",), ("celeba",), ("facescrub", "celeba")])
def test_who_has_official_faces_and_no_leave_to_ask_amazon_plans_all_but_section_5_7(official, tmp_path):
    """The stand-in would find no face on photographs."""
    chosen = {"datasets": {role: {"source": "official", "accept_terms": True} for role in official}}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(chosen))
    done = run("snakemake", "--dry-run", "--configfile", str(tmp_path / "own.yaml"), "--quiet", "rules", "--", "all")
    assert done.returncode == 0 and "check_claims" in done.stdout, done.stdout + done.stderr
    assert "ask_rekognition" not in done.stdout and "draw_faces" not in done.stdout


def test_no_file_outgrows_the_house():
    """Files stay under about 200 lines, rule files too."""
    files = [*(BASE / "workflow").rglob("*.py"), *RULE_FILES, BASE / "Snakefile"]
    long = {str(path.relative_to(BASE)): lines for path in files if (lines := path.read_text().count("\n")) > 215}
    assert long == {}


def test_attacks_reach_the_prediction_cache_through_an_oracle_alone():
    """`predict` and `inquiries` fill it; `answers` is for the target's own accuracy, no attack; all others must ask."""
    named = [path.relative_to(PACKAGE).with_suffix("").parts for path in PACKAGE.rglob("*.py")]
    modules = [".".join(("obverse", *parts)) for parts in named]

    def who_imports(what: str) -> set[str]:
        return {module.removeprefix("obverse.") for module in modules if what in provenance._imports(module)}

    assert who_imports("obverse.predictions") == {"predict", "inquiries", "oracles", "answers"}
    assert who_imports("obverse.answers") == {"tabulate_joint", "ledger.evidence", "hits", "write_card"}
