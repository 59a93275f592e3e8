"""Reading what a run did, in a copy with the tiny run done: its tree, why it is stale, and what a rerun changed."""

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
