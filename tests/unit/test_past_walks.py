"""Walks along what was made of what."""

from obverse.past import walks

STEPS = {"plate": ["soup", "rest"], "soup": ["raw"], "rest": ["raw"], "raw": [], "floor": ["raw"], "egg": ["hen"]}


def test_all_that_the_starts_lead_to_is_reached_and_nothing_else():
    assert walks.reached(["plate"], STEPS.__getitem__) == {"plate", "soup", "rest", "raw"}
    assert walks.reached(["soup", "floor"], STEPS.__getitem__) == {"soup", "floor", "raw"}
    assert walks.reached([], STEPS.__getitem__) == set()


def test_each_is_asked_once_however_many_lead_to_it():
    asked = []

    def further(one: str) -> list[str]:
        asked.append(one)
        return STEPS[one]

    walks.reached(["plate", "floor"], further)
    assert sorted(asked) == ["floor", "plate", "raw", "rest", "soup"]


def test_a_ring_ends():
    assert walks.reached(["egg"], (STEPS | {"hen": ["egg"]}).__getitem__) == {"egg", "hen"}


def test_behind_a_target_are_the_jobs_it_comes_from_and_all_that_these_made_or_read():
    """Also what a job made beside it; and a target that no job made stands for itself."""
    made = {"plate": ("serve",), "soup": ("cook",), "rest": ("cook",), "floor": ("sweep",)}
    touched = {"serve": ["plate", "soup"], "cook": ["soup", "rest", "raw"], "sweep": ["floor", "raw"]}
    behind = walks.behind(["plate", "spoon"], made, lambda job: touched[job[0]])
    assert behind == ({("serve",), ("cook",)}, {"plate", "spoon", "soup", "rest", "raw"})


def test_behind_what_nobody_made_is_nothing_else():
    assert walks.behind(["raw"], {}, lambda job: [job]) == (set(), {"raw"})
