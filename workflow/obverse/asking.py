"""Asking a target about pictures: within a budget, from several threads, each answer kept as it comes."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice

from obverse import agreements
from obverse.accounts import Account
from obverse.budgets import Budget
from obverse.errors import UnusableInput
from obverse.progress import Progress

Charge = Callable[[], None]  # to be called before each attempt; raises `UnusableInput` when the budget is spent
Ask = Callable[[Sequence[bytes], Charge], list]  # what the target says of so many pictures at once: JSON values
Accept = Callable[[object], object]  # raises `UnusableInput` for an answer that cannot be used
Nearly = Callable[[object, object], bool]  # whether two answers that differ may be one, rounded to either side

# Pictures that are asked about again, to see whether the target still says the same: before most of the others, so that
# one that does not has cost a handful of questions, and at the end, since it may have changed meanwhile.
STEADY = 5


@dataclass(frozen=True)
class Target:
    """``ask`` answers ``at_once`` pictures a call, from ``connections`` threads; ``accept`` judges each answer.

    Of answers that are asked for again, fewer than half may be but ``nearly`` what they were.
    """

    name: str
    ask: Ask
    accept: Accept
    at_once: int
    connections: int
    nearly: Nearly = agreements.never


def sha256(content: bytes) -> str:
    """Return the name by which an account knows a picture."""
    return hashlib.sha256(content).hexdigest()


def complete(target: Target, questions: Callable[[], Iterator[bytes]], account: Account, budget: Budget) -> None:
    """Let ``account`` have the answer to each of ``questions``, asking about those that it lacks.

    What it will take is printed first. An answer that is not accepted is asked for again, once a run. A few pictures
    are asked about again, as soon as the account has answers and at the end. Raises `UnusableInput` for a budget that
    would be passed, an answer that is not accepted, and a target that changes its answers.
    """
    names = list(dict.fromkeys(map(sha256, questions())))
    known = _usable([name for name in names if name in account.answers], target, account)
    missing = set(names) - set(known)
    doubtful = bool(missing) or not account.steady  # as after a run that was killed, or found another answer
    first = tried_first(len(missing), len(known))
    early = _spread(known or names[:first]) if missing else []
    again = doubtful * min(STEADY, len(names)) + len(set(early))
    more = len(missing) + again
    print(
        f"{target.name}: {len(names):,} pictures, {len(known):,} answered already; {more:,} questions to ask "
        f"({again} of them again), ${more * account.price_usd:,.2f}; so far {account.asked:,} asked, "
        f"${account.spent_usd:,.2f}",
        flush=True,
    )
    if not doubtful:
        return
    budget.check(account, more)
    wanted = (content for content in _each_once(questions()) if sha256(content) in missing)
    _ask_all(target, islice(wanted, first), first, account, budget)
    _ask_again(target, questions(), set(early), account, budget)
    _ask_all(target, wanted, len(missing) - first, account, budget)
    there = set(names)
    as_answered = [name for name in account.answers if name in there]  # not those of pictures that are gone
    _ask_again(target, questions(), set(_spread(as_answered)), account, budget)
    account.vouch()


def tried_first(missing: int, known: int) -> int:
    """Return how many of the ``missing`` answers are asked for twice before the others, where none is ``known``."""
    return STEADY if not known and missing > 2 * STEADY else 0  # of fewer pictures the end is soon enough


def _usable(names: list[str], target: Target, account: Account) -> list[str]:
    """Return those of ``names`` whose answers are accepted; a few that are not may have been a passing fault.

    Raises `UnusableInput` where more than `STEADY` are not: it is what was declared that does not fit.
    """
    refused = set()
    for name in names:
        try:
            target.accept(account.answers[name])
        except UnusableInput:
            refused.add(name)
            if len(refused) > STEADY:
                raise
    if refused:
        print(f"{target.name}: {len(refused)} of the answers cannot be used, and are asked for again", flush=True)
    return [name for name in names if name not in refused]


def _each_once(contents: Iterator[bytes]) -> Iterator[bytes]:
    seen = set()
    for content in contents:
        if (name := sha256(content)) not in seen:
            seen.add(name)
            yield content


def _spread(names: list[str]) -> list[str]:
    """Return `STEADY` of ``names``, from the first to the last."""
    last = len(names) - 1
    return [names[last * place // max(STEADY - 1, 1)] for place in range(STEADY)] if names else []


def _ask_all(target: Target, contents: Iterator[bytes], count: int, account: Account, budget: Budget) -> None:
    """Ask about ``contents``, so many calls at a time; after an error what is under way is waited for, and kept."""
    if not count:
        return
    running: set[Future[int]] = set()
    with Progress(f"ask {target.name}", count, "pictures") as progress, ThreadPoolExecutor(target.connections) as pool:

        def finish(most: int) -> None:
            while len(running) > most:
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                running.difference_update(done)
                for future in done:
                    progress.advance(future.result())

        try:
            while batch := list(islice(contents, target.at_once)):
                running.add(pool.submit(_ask_some, target, batch, account, budget))
                finish(2 * target.connections - 1)
            finish(0)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _ask_some(target: Target, batch: list[bytes], account: Account, budget: Budget) -> int:
    """Ask about one batch, keep the answers, then judge them; return how many there are."""
    names = [sha256(content) for content in batch]
    answers = _asked(target, batch, names, account, budget)
    for name, answer in zip(names, answers, strict=True):
        account.keep(name, answer)
    for answer in answers:
        target.accept(answer)
    return len(batch)


def _asked(target: Target, batch: list[bytes], names: list[str], account: Account, budget: Budget) -> list:
    """Return the answers about one batch, every attempt of which is charged before it is made."""

    def charge() -> None:
        account.charge(names, lambda: budget.check(account, len(names)))

    return target.ask(batch, charge)


def _ask_again(target: Target, contents: Iterator[bytes], names: set[str], account: Account, budget: Budget) -> None:
    """Raise `UnusableInput` when the target does not say of the pictures called ``names`` what it said before.

    A digit that flips now and then is a server's arithmetic. One that flips every other time is noise, and noise under
    rounding gives away, to who asks often, the digits that rounding is to hide: a card, whose adversary asks once,
    would not see that.
    """
    flipped = 0
    for content in _each_once(contents):
        if (name := sha256(content)) not in names:
            continue
        (answer,) = _asked(target, [content], [name], account, budget)
        before = account.answers[name]
        if agreements.same(answer, before):
            continue
        flipped += 1
        if 2 * flipped >= len(names) or not target.nearly(answer, before):
            raise UnusableInput(
                target.name,
                f"expected the answer of before about the picture {name[:12]}, found another",
                "Its answers change: from question to question, or since it was last asked. What can be audited is a "
                f"target that does not. If it is another model now, call {account.path} by another name in .jsonl "
                "and run the same command again: everything is then asked anew, and what was spent still counts.",
            )
    if flipped:
        print(
            f"{target.name}: {flipped} of {len(names)} answers differ in a last digit: taken for rounding", flush=True
        )
