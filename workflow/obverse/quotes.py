"""What asking will take, quoted before it starts: of each target one can only ask, and of Rekognition."""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from obverse import accounts, asked, estimates, folders, provisions, versions
from obverse.accounts import Record
from obverse.asking import STEADY, tried_first
from obverse.errors import UnusableInput
from obverse.rekognition import client


@dataclass(frozen=True)
class Quote:
    """What asking one target will take.

    ``where`` is its key in the configuration; ``pictures`` how many it may be asked about at most, 0 where that is not
    known. An attempt costs
    ``price_usd``, and a question may take ``attempts``. ``max_questions``, ``max_cost_usd`` and ``leave`` are the
    budget, over all runs; ``leave_anyway``: it takes leave whatever the price, and without it is not asked and misses
    nothing. ``states`` says what else asking needs,
    and ``lacking`` what of it is not there, a line each.
    """

    where: str
    pictures: int
    record: Record
    price_usd: float
    attempts: int
    max_questions: int
    max_cost_usd: float
    leave: bool
    leave_anyway: bool
    states: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def questions(self) -> int:
        """Return how many questions are to be asked at most: of what is not answered, and a few again."""
        answered = min(self.record.answered, self.pictures)
        missing, few = self.pictures - answered, min(STEADY, self.pictures)
        if not missing:
            return 0 if self.record.steady else few
        return missing + few + (min(STEADY, answered) or tried_first(missing, answered))

    @property
    def cost_usd(self) -> float:
        """Return what they cost, each being attempted once."""
        return self.questions * self.price_usd

    def missing(self) -> list[str]:
        """Return, a line each, what asking needs and has not: the keys to change, files, variables."""
        return [] if self._left_out else self._short_of()

    def _short_of(self) -> list[str]:
        lines = list(self.lacking)
        if self.record.asked + self.questions > self.max_questions:
            most = f"{self.record.asked + self.questions:,}"
            lines.append(f"{self.where}.max_questions: {most} at most are needed, {self.max_questions:,} allowed")
        if self._needs_leave and not self.leave:
            lines.append(f"{self.where}.confirm_spend: true, if you mean to spend ${self.cost_usd:,.2f}")
        if self.record.spent_usd + self.cost_usd > self.max_cost_usd + 1e-9:
            most = f"{self.record.spent_usd + self.cost_usd:,.2f}"
            lines.append(f"{self.where}.max_cost_usd: ${most} at most are needed, ${self.max_cost_usd:,.2f} allowed")
        return lines

    def lines(self) -> list[str]:
        """Return what is quoted, in three lines at most."""
        if not self.pictures:
            return [f"{self.where}: how many questions cannot be said without pictures; {'; '.join(self.states)}"]
        retried = f" (up to {self.attempts} attempts each, which all count)" if self.attempts > 1 else ""
        short = any(".max_" in line for line in self._short_of())
        leave = "given" if self.leave else "lacking" if self._needs_leave else "not needed"
        budget = f"a budget of {self.max_questions:,} questions and ${self.max_cost_usd:,.2f}"
        known = [f"{budget} {'does not suffice' if short else 'suffices'}", f"leave to spend is {leave}", *self.states]
        return [
            f"{self.where}: at most {self.pictures:,} pictures, {self.record.answered:,} answered already; "
            f"at most {self.questions:,} questions to ask{retried}, ${self.cost_usd:,.2f}; "
            f"so far {self.record.asked:,} asked, ${self.record.spent_usd:,.2f}",
            f"  {'; '.join(known)}",
            *([f"  left out until it is given: {'; '.join(self._short_of())}"] if self._left_out else []),
        ]

    @property
    def _left_out(self) -> bool:
        return self.leave_anyway and not self.leave

    @property
    def _needs_leave(self) -> bool:
        return self.questions > 0 and (self.leave_anyway or self.price_usd > 0)


def quotes(config: dict, directory: Path) -> list[Quote]:
    """Return a quote for each target under ``asked``, and one for Rekognition where the service itself is asked."""
    found = [_of_target(config, directory, name) for name in config["asked"]]
    chosen = config["rekognition"]
    if chosen["source"] == "official":
        sizes = estimates.counts(config)
        folder = directory / "results" / "asked" / "rekognition" / "official"
        held, states = _held(folder, lambda: _of_service(chosen["region"]))
        budget = {key: chosen[key] for key in ("price_usd", "attempts", "max_questions", "max_cost_usd")}
        leave = {"leave": chosen["confirm_spend"], "leave_anyway": True}
        found.append(Quote("rekognition", sizes["facescrub"] + sizes["celeba"], held, **budget, **leave, states=states))
    return found


def _of_target(config: dict, directory: Path, name: str) -> Quote:
    where, chosen = f"asked.{name}", asked.entry(config, name)
    counts, lacking = [], []
    for key in (asked.IMAGES, asked.AUXILIARY):
        try:
            counts.append(_pictures(config, directory, chosen[key]))
        except UnusableInput as error:
            lacking.append(f"{where}.{key}: {error.where}: {error.problem}")
    endpoint = chosen["endpoint"]
    state, lacks = _variable(where, endpoint) if endpoint else _model(config, directory, name)
    held, states = _held(directory / "results" / "asked" / name, lambda: _version(chosen, directory))
    return Quote(
        where,
        0 if lacking else sum(counts),
        held,
        chosen["price_usd"],
        endpoint["attempts"] if endpoint else 1,
        chosen["max_questions"],
        chosen["max_cost_usd"],
        leave=chosen["confirm_spend"],
        leave_anyway=False,
        states=(state, *states),
        lacking=(*lacking, *lacks),
    )


def _held(folder: Path, version: Callable[[], str | None]) -> tuple[Record, tuple[str, ...]]:
    """Return what accounts hold of the ``version`` that would be asked, and on what that rests, in words.

    It is looked for where there are accounts alone. Where it cannot be known, all is to be asked.
    """
    if not any(folder.glob("*.jsonl")):
        return Record(), ()
    made_from = version()
    held = accounts.record(folder, made_from)
    if made_from is None:
        return held, ("earlier answers count for nothing here: whether they are this target's cannot be known yet",)
    others = ("answers of other versions of it count for nothing",) if held.others else ()
    return held, (*(["its answers count if the pictures are those of before"] if held.answered else []), *others)


def _version(chosen: dict, directory: Path) -> str | None:
    """Return what identifies a target in its account, None where its model file is not there yet."""
    how = {key: chosen[key] for key in ("size", "colour")}
    if endpoint := chosen["endpoint"]:
        return versions.endpoint(**{key: endpoint[key] for key in ("url", "body", "scores")}, **how)
    model = directory / chosen["model"]
    if not model.is_file():
        return None
    how |= {key: chosen[key] for key in ("architecture", "output", "mean", "deviation")}
    return versions.model(versions.reading(model=model, **how))


def _of_service(region: str) -> str | None:
    try:
        return versions.rekognition(region, client.address(region))
    except UnusableInput:  # the run will say so
        return None


def _pictures(config: dict, directory: Path, folder: str) -> int:
    """Return how many pictures are in a folder, or will be in one that a rule makes."""
    if folder.startswith("results/") and not (directory / folder).is_dir():
        return math.ceil(estimates.held(config, Path(folder).name))
    return len(folders.pictures(directory / folder))


def _model(config: dict, directory: Path, name: str) -> tuple[str, list[str]]:
    path = asked.entry(config, name)["model"]
    if wrong := [f"{where}: {problem}" for where, problem, _ in provisions.model(config, directory, name)]:
        return "its model file is missing", wrong
    made = "is made by this workflow: made anew, it is another target"
    return f"its model file {made if path.startswith('results/') else 'is there'}", []


def _variable(where: str, endpoint: dict) -> tuple[str, list[str]]:
    """Return whether the authorization is there, never what it is, and what is wrong if not."""
    variable = endpoint["authorization"]
    if not variable:
        return "no authorization is sent", []
    if not os.environ.get(variable, "").strip():  # then it may be no name but, by mistake, the secret itself
        problem = (
            f"{where}.endpoint.authorization: expected the name of an environment variable, found none that is set"
        )
        return "its authorization is missing", [problem]
    return f"its authorization is in {variable}", []
