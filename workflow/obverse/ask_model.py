"""Ask a model file about the user's pictures."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from obverse import asking, cli, devices, inquiries, model_files, versions
from obverse.accounts import Account
from obverse.budgets import Budget
from obverse.disclosures import Declaration
from obverse.pictures import shape
from obverse.readings import COLOURS

_AT_ONCE = 64  # pictures a call


def ask_model(
    *,
    target: str,
    model: Path,
    architecture: str,
    output: str,
    size: int,
    colour: str,
    mean: list[float],
    deviation: list[float],
    scale: str,
    classes: int,
    names: list[str],
    releases: str,
    questions: list[Path],
    samples: list[Path],
    splits: Path,
    max_questions: int,
    price_usd: float,
    max_cost_usd: float,
    confirm_spend: bool,
    threads: int,
    account: Path,
    predictions: list[Path],
) -> None:
    """Ask the model about the victims' pictures and the adversary's, and write a prediction cache of each.

    ``questions``, ``samples`` and ``predictions`` have two entries, the victims' first. ``model`` is opened without
    running code of its own (`model_files`); ``names`` are its classes in the order of scores, or none. Every question
    and answer is kept in the folder ``account``: a run that was killed asks for no more than it was waiting for.
    """
    device = devices.prepare("float32", threads)
    file = model_files.ModelFile(model, architecture, output, size, colour, tuple(mean), tuple(deviation), classes)
    score = model_files.load(file, device)
    each = shape(size, COLOURS[colour])

    def ask(contents: Sequence[bytes], charge: asking.Charge) -> list:
        charge()
        pixels = np.stack([np.frombuffer(content, np.uint8).reshape(each) for content in contents])
        return score(pixels).tolist()

    declared = Declaration(target, releases, scale, classes, inquiries.class_names(names, samples[0], classes))
    inquiry = inquiries.Inquiry(questions, samples, splits, np.ndarray.tobytes)
    budget = Budget(max_questions, max_cost_usd, confirm_spend)
    how = {"architecture": architecture, "output": output, "size": size, "colour": colour}
    reading = versions.reading(model=model, mean=mean, deviation=deviation, **how)
    asked = asking.Target(target, ask, declared.log_probabilities, _AT_ONCE, connections=1, nearly=declared.digit_apart)
    with Account(account, versions.model(reading), price_usd) as opened:
        inquiries.run(inquiry, asked, declared, opened, budget, predictions, reading)


if __name__ == "__main__":
    cli.run(ask_model)
