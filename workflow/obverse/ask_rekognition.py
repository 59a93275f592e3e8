"""Ask Rekognition, or the stand-in for it, about the faces of CelebA and FaceScrub."""

import contextlib
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from obverse import asking, cli, provenance, stamps, versions
from obverse.accounts import Account
from obverse.budgets import Budget
from obverse.errors import UnusableInput
from obverse.rekognition import faces, sendable, service, subjects
from obverse.rekognition.client import Client, Manner
from obverse.rekognition.eyes import Eyes
from obverse.rekognition.subjects import Subjects


def ask_rekognition(
    *,
    source: str,
    region: str,
    connections: int,
    requests_per_second: float,
    timeout_seconds: float,
    attempts: int,
    landmark_weights: Path,
    attribute_weights: Path,
    head: Path,
    celeba_archive: Path,
    celeba_samples: Path,
    facescrub_pictures: Path,
    facescrub_faces: Path,
    facescrub_samples: Path,
    max_questions: int,
    price_usd: float,
    max_cost_usd: float,
    confirm_spend: bool,
    account: Path,
    celeba: Path,
    facescrub: Path,
) -> None:
    """Ask about every usable picture of both data sets, and write the table of faces (`rekognition.faces`) of each.

    ``source`` "embedded": the stand-in, started here, which costs nothing and is asked as fast as it answers.
    "official": Amazon's service, which is sent the pictures, with the user's credentials; nothing is asked without
    ``confirm_spend``, whatever the price. Every attempt is counted against the budget before it is made, and every
    answer is kept in the folder ``account`` as it comes. Raises `UnusableInput` as `asking.complete` does, and where no
    picture has a face.
    """
    embedded = source == "embedded"
    budget = Budget(max_questions, max_cost_usd, confirm_spend)
    pace = math.inf if embedded else requests_per_second
    manner = Manner(region, connections, pace, timeout_seconds, attempts)
    held = {
        celeba: subjects.of_celeba(celeba_archive, celeba_samples),
        facescrub: subjects.of_facescrub(facescrub_pictures, facescrub_faces, facescrub_samples),
    }
    # The sums of FaceScrub's pictures stand in its table of faces.
    inputs = {
        celeba: {"archive": celeba_archive, "samples": celeba_samples},
        facescrub: {"faces": facescrub_faces, "samples": facescrub_samples},
    }
    weights = {"landmark_weights": landmark_weights, "attribute_weights": attribute_weights, "head": head}
    with contextlib.ExitStack() as opened:
        url = opened.enter_context(service.serving(Eyes(**weights))).url if embedded else ""
        client = Client(manner, url)
        version = _of_stand_in(weights) if embedded else versions.rekognition(region, client.where)
        answers = opened.enter_context(Account(account, version, 0.0 if embedded else price_usd))
        _ask(client, list(held.values()), answers, budget, source, connections)
        for path, asked in held.items():
            _write(path, asked, answers, inputs[path], {"source": source, "region": region})


def _of_stand_in(weights: dict[str, Path]) -> str:
    """Return what the stand-in's answers depend on beside the picture: other code or weights are another target."""
    return repr(["embedded", *provenance.code("rekognition.eyes"), *map(stamps.digest, weights.values())])


def _ask(
    client: Client,
    held: Sequence[Subjects],
    answers: Account,
    budget: Budget,
    source: str,
    connections: int,
) -> None:
    """Let ``answers`` have an answer about every picture."""

    def questions() -> Iterator[bytes]:
        for one in held:
            for _, sent in one.sent():
                yield sent.content

    def ask(contents: Sequence[bytes], charge: asking.Charge) -> list:
        if source != "embedded" and not budget.confirm_spend:
            problem = f"expected leave to send pictures of people to {client.where}, found none"
            raise UnusableInput("rekognition.confirm_spend", problem, "Set it to true if you mean to.")
        (content,) = contents
        return [client.ask(content, charge)]

    print(f"rekognition: {source}, at {client.where if source != 'embedded' else 'a stand-in on this machine'}")
    target = asking.Target("rekognition", ask, faces.check, at_once=1, connections=connections)
    asking.complete(target, questions, answers, budget)


def _write(path: Path, asked: Subjects, answers: Account, inputs: dict[str, Path], facts: dict[str, str]) -> None:
    """Write one data set's table, and say what is in it."""
    found, done = [], []
    for subject, sent in asked.sent():
        near = None if subject.box is None else sent.seen(subject.box)
        found.append(faces.found(answers.answers[asking.sha256(sent.content)], near))
        done.append(sent.done)
    counts = faces.counts(found)
    said = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    print(f"{path.stem}: {len(found):,} samples, {said}; pictures sent: {sendable.report(done)}", flush=True)
    if not counts[faces.OK]:
        remedy = "Are these pictures of faces? Their answers are kept: asking again costs again and tells nothing new."
        raise UnusableInput(path, f"expected faces in some pictures, found none ({said})", remedy)
    stamp = stamps.stamp("ask_rekognition", inputs, counts=counts, **facts)
    faces.write(path, [subject.sample_id for subject in asked.samples], found, stamp)


if __name__ == "__main__":
    cli.run(ask_rekognition)
