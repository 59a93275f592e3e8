"""Whoever only looks at the workflow takes nothing over from a run that was killed."""

import pytest

from checkouts import Checkout
from obverse import locks

MADE = "results/config.yaml"
LOOKS = {
    "--dry-run": (MADE,),
    "--rulegraph": ("dot", MADE),
    "--summary": (MADE,),
    "--list-rules": (),
    "--lint": (),
    "--report": ("report.zip", MADE),
    "--unlock": (MADE,),
}


@pytest.fixture
def killed(checkout: Checkout) -> Checkout:
    """A copy in which a run was killed: its name and its lock are there."""
    (checkout.path / ".snakemake/locks").mkdir(parents=True)
    (checkout.path / ".snakemake/run").write_text("killed")
    (checkout.path / ".snakemake/locks/0.output.lock").write_text(f"{MADE}\n")
    return checkout


def locked(killed: Checkout) -> bool:
    return bool(list(killed.path.glob(".snakemake/locks/*.lock")))


@pytest.mark.parametrize("look", LOOKS)
def test_a_look_leaves_the_runs_name_as_it_is_and_its_lock_unless_it_is_to_unlock(killed: Checkout, look: str):
    done = killed.snakemake(look, *LOOKS[look])
    assert "cannot be locked" not in done.stderr or look == "--dry-run"  # which warns
    assert done.returncode == 0 or look in ("--lint", "--report"), done.stderr  # of what is not made yet
    assert locks.run_of(killed.path / ".snakemake") == "killed"
    assert not (killed.path / ".snakemake/alive").exists()
    assert locked(killed) == (look != "--unlock")


@pytest.mark.parametrize("options", [(), ("--touch",)])
def test_a_run_takes_over_and_its_name_is_a_new_one(killed: Checkout, options: tuple[str, ...]):
    done = killed.snakemake(*options, MADE)
    assert done.returncode == 0 and "A run was killed here" in done.stderr, done.stderr
    assert locks.run_of(killed.path / ".snakemake") not in ("killed", "")
    assert not locked(killed)
