"""Reading what a run did, in a copy with the tiny run done: its tree, why it is stale, and what a rerun changed."""

import json
import re
import subprocess

from checkouts import TINY, Checkout

FIGURE = "results/fig9.png"
EPOCHS = "inverters:\n  faces:\n    width: 4\n    epochs: 2\n"
LAYER = "nn.BatchNorm2d(outer), nn.Tanh()]"


def lineage(checkout: Checkout, *words: str) -> subprocess.CompletedProcess:
    return checkout.run("python", "-m", "obverse.commands.lineage", *words)


def causes(said: str) -> list[str]:
    """Return what changed, without where: the lines set in by two."""
    return re.findall(r"(?m)^  (\S.*)$", said)


def following(said: str) -> set[str]:
    """Return the rules that only follow."""
    listed = re.search(r"(?m)^(?:Follow|Differ only) because [^:]*: ((?:.|\n  )*)\.$", said)[1]
    return set(re.findall(r"[a-z_]+", listed.replace("×", " ")))


def test_the_tree_names_every_rule_and_after_two_edits_why_and_diff_name_exactly_these(
    finished: Checkout, clone: Checkout
):
    told = lineage(clone, FIGURE)
    assert told.returncode == 0, told.stderr
    behind = clone.would_run("--forceall", FIGURE)
    assert set(re.findall(r"\[\d+\] (\w+) → ", told.stdout)) == behind
    assert max(map(len, told.stdout.splitlines())) <= 100 and "alone" not in told.stdout

    planned = ("why", FIGURE, "--configfile", TINY)
    asked = lineage(clone, *planned)
    assert (asked.returncode, asked.stderr) == (0, "")
    assert asked.stdout == f"Nothing to do: {FIGURE} is as the workflow would make it.\n"
    same = lineage(clone, "diff", str(finished.path), ".")
    assert same.returncode == 0 and same.stdout.startswith("Equal: ")

    clone.edit(TINY, EPOCHS, EPOCHS.replace("2\n", "3\n"))
    clone.edit("workflow/obverse/inverters.py", LAYER, LAYER.replace("Tanh", "Hardtanh"))
    asked = lineage(clone, *planned)
    assert asked.returncode == 1 and asked.stderr == ""
    number, module = causes(asked.stdout)
    assert number == "train_inverter: epochs 2 → 3"
    assert re.fullmatch(r"module inverters: [0-9a-f]{12} → [0-9a-f]{12}", module)
    assert following(asked.stdout) == {"draw_reconstructions"}
    assert clone.would_run(FIGURE) == {"train_inverter", "reconstruct", "draw_reconstructions"}

    assert clone.snakemake(FIGURE).returncode == 0
    found = lineage(clone, "diff", str(finished.path), ".", "--target", FIGURE)
    assert found.returncode == 1, found.stderr
    assert causes(found.stdout) == [number, module]
    assert following(found.stdout) == {"draw_reconstructions"}
    assert lineage(clone, *planned).returncode == 0


def test_why_and_snakemake_agree_on_an_input_larger_than_the_profile_compares(checkout: Checkout):
    """One that was touched counts as changed when it is too large for its bytes to be looked at."""
    listed, target = checkout.path / "given/list_identity_celeba.txt", "results/sources/celeba/list_identity_celeba.txt"
    listed.parent.mkdir()
    listed.write_text("a list of more than ten bytes\n")
    official = {"datasets": {"celeba": {"source": "official", "folder": "given", "accept_terms": True}}}
    (checkout.path / "official.yaml").write_text(json.dumps(official))
    configured = ("--configfile", TINY, "official.yaml")
    assert checkout.run("snakemake", "--cores", "1", target, *configured).returncode == 0
    listed.touch()
    for size, runs in (("10GB", False), ("10B", True)):
        checkout.edit("profiles/default/profile.yaml", "file-size: 10GB", f"file-size: {size}")
        planned = checkout.run("snakemake", "--dry-run", target, *configured).stdout
        assert ("provide_official" in planned, lineage(checkout, "why", target, *configured).returncode) == (runs, runs)
