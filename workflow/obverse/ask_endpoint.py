"""Ask a web service of the user's own about the user's pictures."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from obverse import asking, cli, endpoints, inquiries, pictures, versions
from obverse.accounts import Account
from obverse.budgets import Budget
from obverse.disclosures import Declaration
from obverse.readings import COLOURS


def ask_endpoint(
    *,
    target: str,
    url: str,
    body: str,
    scores: str,
    authorization: str,
    connections: int,
    timeout_seconds: float,
    attempts: int,
    size: int,
    colour: str,
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
    account: Path,
    predictions: list[Path],
) -> None:
    """Ask the endpoint about the victims' pictures and the adversary's, and write a prediction cache of each.

    ``questions``, ``samples`` and ``predictions`` have two entries, the victims' first. How it is asked, and where in
    its answers the ``scores`` are, says `endpoints.Endpoint`; pictures are ``size`` pixels a side, of ``colour``;
    ``names`` are its classes in the order of scores, or none. Every attempt is counted against the budget before it
    is made, and every answer is kept in the folder ``account`` as it comes: a run that was killed asks for no more
    than it was waiting for.
    """
    client = endpoints.Client(
        endpoints.Endpoint(url, body, scores, authorization, timeout_seconds, attempts), connections
    )
    each = pictures.shape(size, COLOURS[colour])

    def ask(contents: Sequence[bytes], charge: asking.Charge) -> list:
        (content,) = contents  # pixels: another encoder's file of the same picture is no other question
        return [client.ask(pictures.png(np.frombuffer(content, np.uint8).reshape(each)), charge)]

    declared = Declaration(target, releases, scale, classes, inquiries.class_names(names, samples[0], classes))
    inquiry = inquiries.Inquiry(questions, samples, splits, np.ndarray.tobytes)
    budget = Budget(max_questions, max_cost_usd, confirm_spend)
    version = versions.endpoint(url=url, body=body, scores=scores, size=size, colour=colour)
    asked = asking.Target(
        target, ask, declared.log_probabilities, at_once=1, connections=connections, nearly=declared.digit_apart
    )
    with Account(account, version, price_usd) as opened:
        inquiries.run(inquiry, asked, declared, opened, budget, predictions, {"body": body, "scores": scores})


if __name__ == "__main__":
    cli.run(ask_endpoint)
