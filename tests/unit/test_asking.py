"""Asking within a budget: what is asked, how often, and what is kept whatever happens."""

import json
import threading

import pytest

from obverse import agreements, asking
from obverse.accounts import Account
from obverse.asking import Target
from obverse.budgets import Budget
from obverse.errors import UnusableInput

PICTURES = [bytes([number]) * 20 for number in range(12)]
OTHERS = [content + b"x" for content in PICTURES]
AMPLE = Budget(1000, 1000.0, True)
AGAIN = asking.STEADY


class Model:
    """Answers each picture with its first byte, a score; remembers what it was asked, call by call."""

    def __init__(self, said=lambda content, times: [float(content[0])]):
        self.calls, self.said, self._guard = [], said, threading.Lock()

    @property
    def asked(self):
        return [content for call in self.calls for content in call]

    def ask(self, contents, charge):
        charge()
        with self._guard:
            self.calls.append(list(contents))
            times = [self.asked.count(content) for content in contents]
        return [self.said(content, count) for content, count in zip(contents, times, strict=True)]


@pytest.fixture
def complete(tmp_path):
    """Return a call that asks about pictures within a budget and returns what the account holds."""

    def call(model, contents=PICTURES, budget=AMPLE, *, price=0.5, at_once=1, connections=1, accept=None, nearly=None):
        judges = accept or (lambda answer: None), at_once, connections, nearly or agreements.never
        target = Target("mine", model.ask, *judges)
        with Account(tmp_path / "asked", "this model", price) as account:
            call.account = account
            asking.complete(target, lambda: iter(contents), account, budget)
            return account.answers

    return call


def kept(tmp_path):
    """Return how often the account says was asked, and the answers it holds, of one score each."""
    with Account(tmp_path / "asked", "this model", 0.5) as account:
        return account.asked, account.answers


def expected(contents=PICTURES):
    return {asking.sha256(content): [float(content[0])] for content in contents}


def refused(*arguments, complete, **named):
    with pytest.raises(UnusableInput) as error:
        complete(*arguments, **named)
    first, _ = str(error.value).splitlines()
    return first


@pytest.mark.parametrize(("at_once", "connections"), [(1, 1), (1, 4), (5, 1), (64, 1), (3, 2)])
def test_every_picture_is_asked_about_and_the_account_has_its_answer(complete, at_once, connections):
    model = Model()
    assert complete(model, at_once=at_once, connections=connections) == expected()
    assert all(len(call) <= at_once for call in model.calls)
    asked = model.asked[:AGAIN], model.asked[AGAIN : 2 * AGAIN], model.asked[2 * AGAIN : -AGAIN], model.asked[-AGAIN:]
    first, at_once_again, others, at_the_end_again = map(sorted, asked)
    assert first == at_once_again == PICTURES[:AGAIN] and others == PICTURES[AGAIN:]
    assert at_the_end_again[0] in first and at_the_end_again[-1] in others and len(set(at_the_end_again)) == AGAIN


def test_repeated_pictures_are_asked_about_once(complete):
    model = Model()
    assert complete(model, [content for content in PICTURES[:7] for _ in range(3)]) == expected(PICTURES[:7])
    assert len(model.asked) == 7 + AGAIN and set(model.asked) == set(PICTURES[:7])


def test_what_was_answered_is_never_asked_again(complete):
    model = Model()
    complete(model)
    model.calls.clear()
    assert complete(model) == expected() and model.calls == []
    assert complete(model, PICTURES[3:5]) == expected() and model.calls == []


def test_of_more_pictures_only_the_new_are_asked_about_and_a_few_before_and_after(complete):
    model = Model()
    complete(model, PICTURES[:8])
    model.calls.clear()
    assert complete(model) == expected()
    before, new, after = model.asked[:AGAIN], model.asked[AGAIN : AGAIN + 4], model.asked[AGAIN + 4 :]
    assert set(before) < set(PICTURES[:8]) and sorted(new) == PICTURES[8:] and len(after) == AGAIN


@pytest.mark.parametrize("count", [1, 2, 4, 5, 6, 10, 11])
def test_of_few_pictures_no_more_are_asked_about_again_than_there_are(complete, count):
    model = Model()
    complete(model, PICTURES[:count])
    assert len(model.asked) == count + min(count, AGAIN) + (AGAIN if count > 2 * AGAIN else 0)


@pytest.mark.parametrize(("before", "wanted"), [(0, 12), (8, 12), (3, 5)])
def test_what_is_announced_is_what_is_asked(complete, before, wanted, capsys):
    """And before the first question."""
    model, told = Model(), []
    if before:
        complete(model, PICTURES[:before])
    asked, model.calls = len(model.asked), []
    capsys.readouterr()
    model.said = lambda content, times: told.append(capsys.readouterr().out) or [float(content[0])]
    complete(model, PICTURES[:wanted])
    assert told[0] == (
        f"mine: {wanted} pictures, {before} answered already; {len(model.asked)} questions to ask "
        f"({len(model.asked) - wanted + before} of them again), ${len(model.asked) / 2:.2f}; "
        f"so far {asked} asked, ${asked / 2:.2f}\n"
    )


def test_pictures_that_are_no_longer_there_are_not_the_ones_asked_about_again(complete):
    model = Model()
    complete(model, PICTURES[:9])
    model.calls.clear()
    complete(model, PICTURES[9:])
    assert sorted(model.asked[:3]) == PICTURES[9:] and sorted(model.asked[3:]) == PICTURES[9:]


ALL = len(PICTURES) + AGAIN  # questions until all are answered: the first few were asked about again by then
NEEDED = ALL + AGAIN  # of a whole first run


@pytest.mark.parametrize(
    ("budget", "where"),
    [
        (Budget(NEEDED - 1, 1000.0, True), f"max_questions: expected at most {NEEDED - 1} questions in all"),
        (Budget(1000, NEEDED / 2 - 0.01, True), f"max_cost_usd: expected to spend at most ${NEEDED / 2 - 0.01:.2f}"),
        (Budget(1000, 1000.0, False), f"confirm_spend: expected leave to spend ${NEEDED / 2:.2f}"),
    ],
)
def test_a_budget_that_would_be_passed_is_refused_before_the_first_question(complete, budget, where, tmp_path):
    model = Model()
    assert refused(model, budget=budget, complete=complete).startswith(where)
    assert model.calls == [] and kept(tmp_path) == (0, {})


@pytest.mark.parametrize("budget", [Budget(NEEDED, NEEDED / 2, True), Budget(NEEDED, NEEDED / 2 + 0.01, True)])
def test_a_budget_that_is_just_enough_is_enough(complete, budget):
    assert complete(Model(), budget=budget) == expected()


def test_what_costs_nothing_needs_no_leave(complete):
    assert complete(Model(), budget=Budget(NEEDED, 0.0, False), price=0.0) == expected()


def test_a_finished_account_needs_no_budget(complete):
    complete(Model())
    assert complete(Model(), budget=Budget(0, 0.0, False)) == expected()


def test_the_budget_is_of_all_runs_together(complete):
    complete(Model(), PICTURES[:6])
    first = refused(Model(), budget=Budget(NEEDED + AGAIN - 1, 1000.0, True), complete=complete)
    assert f"found {6 + AGAIN} asked and {6 + 2 * AGAIN} more to ask" in first


def test_failed_attempts_count_and_a_budget_that_they_exhaust_ends_the_run_with_what_was_answered(complete, tmp_path):
    model = Model()

    def asked_thrice(contents, charge):
        charge()
        charge()
        return Model.ask(model, contents, charge)

    model.ask = asked_thrice
    assert refused(model, budget=Budget(NEEDED, 1000.0, True), complete=complete).startswith("max_questions")
    asked, answers = kept(tmp_path)
    assert asked == NEEDED and answers == expected(PICTURES[:AGAIN]) == expected(model.asked)
    assert len(model.asked) == NEEDED // 3


def test_an_error_lets_those_under_way_finish_and_keeps_them(complete, tmp_path):
    """And of those in the queue nothing is started that does not need to be."""
    connections, many = 4, [bytes([number, 1]) * 20 for number in range(100)]
    all_there, failed = threading.Barrier(connections), threading.Event()

    def answer(content, times):
        all_there.wait(20)
        if content == many[0]:
            failed.set()
            raise UnusableInput("mine", "expected an answer, found none", "Ask later.")
        failed.wait(20)
        all_there.abort()  # those that are started now need not wait for others
        return [float(content[0])]

    model = Model(answer)

    def ask(contents, charge):
        try:
            return Model.ask(model, contents, charge)
        except threading.BrokenBarrierError:
            return [[float(content[0])] for content in contents]

    model.ask = ask
    assert refused(model, many, connections=connections, complete=complete) == "mine: expected an answer, found none"
    asked, answers = kept(tmp_path)
    assert connections <= asked == len(model.asked) <= 2 * connections
    assert answers == expected([content for content in model.asked if content != many[0]])


def test_an_answer_that_is_not_accepted_ends_the_run_early_and_is_kept(complete, tmp_path):
    def accept(answer):
        if answer[0] >= 3:
            raise UnusableInput("asked.mine", "expected less, found more", "Declare what it really gives.")

    model = Model()
    assert refused(model, accept=accept, complete=complete) == "asked.mine: expected less, found more"
    asked, answers = kept(tmp_path)
    assert 4 <= asked == len(model.asked) <= 6 and answers == expected(model.asked)


def accept_none(answer):
    raise UnusableInput("asked.mine", "expected less, found more", "Declare what it really gives.")


@pytest.mark.parametrize("at_once", [1, 4, 64])
def test_with_another_declaration_what_was_paid_for_is_not_asked_again(complete, tmp_path, at_once):
    """But for the few that show whether the target still says the same."""
    model = Model()
    refused(model, accept=accept_none, at_once=at_once, complete=complete)
    before = len(kept(tmp_path)[1])
    assert before >= min(at_once, AGAIN)
    asked = len(model.asked)
    assert complete(model) == expected()
    assert len(model.asked) - asked == len(PICTURES) - before + AGAIN + min(AGAIN, before)


def test_a_declaration_that_fits_none_is_refused_at_once_with_nothing_asked(complete, tmp_path):
    model = Model()
    complete(model)
    model.calls.clear()
    before = kept(tmp_path)
    assert refused(model, accept=accept_none, complete=complete).startswith("asked.mine: ")
    assert model.calls == [] and kept(tmp_path) == before


def faulty(wrong, times_wrong=1):
    """Return a model that says -1 of the pictures ``wrong``, so many times, and what accepts all else it says."""

    def accept(answer):
        if answer[0] < 0:
            raise UnusableInput("asked.mine", "expected more, found less", "Declare what it really gives.")

    return Model(lambda content, times: [-1.0 if content in wrong and times <= times_wrong else content[0]]), accept


@pytest.mark.parametrize("place", [0, 5, len(PICTURES) - 1])
def test_a_passing_fault_heals_by_running_again_for_one_question_and_the_repeats(complete, tmp_path, place):
    """Its answer, which cannot be used, was kept as all are."""
    model, accept = faulty([PICTURES[place]])
    assert "expected more, found less" in refused(model, accept=accept, complete=complete)
    assert kept(tmp_path)[1][asking.sha256(PICTURES[place])] == [-1.0]
    asked, known = len(model.asked), len(kept(tmp_path)[1]) - 1
    assert complete(model, accept=accept) == expected()
    new = len(PICTURES) - known - 1
    assert len(model.asked) - asked == 1 + new + AGAIN + min(AGAIN, known or AGAIN)
    model.calls.clear()
    assert complete(model, accept=accept) == expected() and model.calls == []


def test_so_do_a_few_and_what_that_takes_is_announced(complete, tmp_path, capsys):
    model, accept = faulty(PICTURES[AGAIN : 2 * AGAIN])
    refused(model, accept=accept, at_once=len(PICTURES), complete=complete)
    assert kept(tmp_path)[0] == ALL
    capsys.readouterr()
    assert complete(model, accept=accept) == expected()
    said = capsys.readouterr().out
    assert f"mine: {AGAIN} of the answers cannot be used, and are asked for again\n" in said
    assert f"{len(PICTURES) - AGAIN} answered already; {3 * AGAIN} questions to ask ({2 * AGAIN} of them again)" in said
    assert len(model.asked) == ALL + 3 * AGAIN


def test_more_are_no_passing_fault(complete):
    model, accept = faulty(PICTURES[AGAIN : 2 * AGAIN + 1])
    for _ in range(2):
        refused(model, accept=accept, at_once=len(PICTURES), complete=complete)
        assert len(model.asked) == ALL


def test_a_fault_that_stays_is_asked_about_once_a_run(complete, tmp_path):
    model, accept = faulty([PICTURES[7]], times_wrong=3)
    refused(model, accept=accept, at_once=len(PICTURES), complete=complete)
    for run in 1, 2:
        assert "found less" in refused(model, accept=accept, at_once=len(PICTURES), complete=complete)
        assert len(model.asked) == ALL + run * (1 + AGAIN) and model.asked.count(PICTURES[7]) == 1 + run
    assert complete(model, accept=accept) == expected()


def test_with_a_declaration_that_accepts_the_fault_nothing_but_the_repeats_is_asked(complete, tmp_path):
    model, accept = faulty([PICTURES[7]], times_wrong=1000)
    refused(model, accept=accept, at_once=len(PICTURES), complete=complete)
    assert complete(model) == expected() | {asking.sha256(PICTURES[7]): [-1.0]}
    assert len(model.asked) == ALL + AGAIN


def test_asking_for_such_an_answer_again_is_within_the_budget(complete):
    model, accept = faulty([PICTURES[7]])
    refused(model, accept=accept, at_once=len(PICTURES), complete=complete)
    enough = ALL + 1 + 2 * AGAIN
    scarce = Budget(enough - 1, 1000.0, True)
    assert refused(model, accept=accept, budget=scarce, complete=complete).startswith("max_questions: ")
    assert len(model.asked) == ALL
    assert complete(model, accept=accept, budget=Budget(enough, 1000.0, True)) == expected()


def test_a_target_that_changes_its_answers_from_question_to_question_is_refused(complete):
    first = refused(Model(lambda content, times: [float(times)]), complete=complete)
    assert first.startswith("mine: expected the answer of before about the picture ") and "found another" in first


@pytest.mark.parametrize(("at_once", "connections"), [(1, 1), (1, 4), (64, 1)])
@pytest.mark.parametrize("place", range(AGAIN))
def test_that_costs_a_handful_of_questions_however_many_pictures_there_are(complete, place, at_once, connections):
    """Also where it is one of the first few alone that it changes its mind about."""
    many = [bytes([number, 1]) * 20 for number in range(100)]
    model = Model(lambda content, times: [float(times)] if content[0] >= place else [0.0])
    first = refused(model, many, at_once=at_once, connections=connections, complete=complete)
    assert "found another" in first and len(model.asked) == AGAIN + place + 1


def test_one_that_does_so_only_later_is_found_at_the_end(complete):
    model = Model(lambda content, times: [float(times)] if content == PICTURES[-1] else [0.0])
    assert "found another" in refused(model, complete=complete)
    assert len(model.asked) == NEEDED


def test_so_it_is_when_the_same_command_is_run_again(complete):
    """All its answers are there by then."""
    model = Model(lambda content, times: [float(times)])
    refused(model, complete=complete)
    assert "found another" in refused(model, complete=complete)


def test_a_run_that_ended_before_that_was_looked_at_looks_at_it_when_it_is_run_again_and_once(complete):
    model = Model()

    def ended(contents, charge):
        if len(model.asked) == ALL:
            raise UnusableInput("mine", "expected an answer, found none", "Ask later.")
        return Model.ask(model, contents, charge)

    model.ask = ended
    refused(model, complete=complete)
    del model.ask
    for _ in range(2):
        assert complete(model) == expected() and len(model.asked) == NEEDED


def test_a_target_that_changed_since_an_earlier_run_is_refused_before_anything_new_is_asked(complete, tmp_path):
    """And it is said how to call its account, to start anew with the costs still counted."""
    complete(Model(), PICTURES[:8])
    changed = Model(lambda content, times: [content[0] + 0.5])
    with pytest.raises(UnusableInput) as error:
        complete(changed)
    path = complete.account.path
    assert f"call {path} by another name in .jsonl " in str(error.value)
    assert len(changed.asked) == 1 and kept(tmp_path)[1] == expected(PICTURES[:8])
    asked = kept(tmp_path)[0]
    path.rename(path.with_name(f"{path.stem}.old.jsonl"))
    assert complete(changed) == {asking.sha256(content): [content[0] + 0.5] for content in PICTURES}
    assert kept(tmp_path)[0] == asked + NEEDED and complete.account.spent_usd == (asked + NEEDED) / 2


def test_what_another_machine_or_batch_rounds_otherwise_is_no_change(complete):
    complete(Model(lambda content, times: [0.25, 0.75] if times == 1 else [0.25 + 5e-5, 0.75 - 5e-5]))
    other = Model(lambda content, times: [0.25, 0.75] if times == 1 else [0.251, 0.749])
    assert "found another" in refused(other, OTHERS, complete=complete)


def nearly(first, second):
    """Whether two scores are one apart."""
    return abs(first[0] - second[0]) == 1


def flipping(flipped, by=1.0):
    """Return a model whose score of the pictures ``flipped`` is another whenever it is asked again."""
    return Model(lambda content, times: [content[0] + (content in flipped and times > 1) * by])


def test_fewer_than_half_of_a_round_of_repeats_may_be_but_nearly_what_they_were(complete, tmp_path, capsys):
    """What was said first is kept; and that it is so is told."""
    assert complete(flipping(PICTURES[1:3]), nearly=nearly) == expected() == kept(tmp_path)[1]
    said = capsys.readouterr().out
    assert f"mine: 2 of {AGAIN} answers differ in a last digit: taken for rounding\n" in said
    assert complete(flipping(PICTURES), nearly=nearly) == expected()  # it is found to be steady: nothing is asked


def test_half_of_them_is_a_change_and_so_is_one_that_is_not_nearly_what_it_was(complete):
    assert "found another" in refused(flipping(PICTURES[1:4]), complete=complete, nearly=nearly)
    others = flipping(OTHERS[1:2], by=2.0)
    assert "found another" in refused(others, OTHERS, complete=complete, nearly=nearly)


def test_of_two_answers_neither_may_be(complete):
    assert "found another" in refused(flipping(PICTURES[:1]), PICTURES[:2], complete=complete, nearly=nearly)


def test_where_nothing_is_rounded_nothing_is_nearly_the_same(complete):
    assert "found another" in refused(flipping(PICTURES[1:2]), complete=complete)


@pytest.mark.parametrize(("place", "again"), [(0, 0), (2, 0), (AGAIN, AGAIN)])
def test_a_killed_call_leaves_a_question_without_answer_that_is_asked_anew(complete, tmp_path, place, again):
    class Killed(BaseException):
        """As a signal ends a process: nothing here handles it."""

    def answer(content, times):
        if content == PICTURES[place] and times == 1:
            raise Killed
        return [float(content[0])]

    model = Model(answer)
    with pytest.raises(Killed):
        complete(model)
    asked, answers = kept(tmp_path)
    assert asked == len(model.asked) == len(answers) + again + 1
    assert complete(model) == expected()
    noted = [json.loads(line) for line in complete.account.path.read_bytes().splitlines()]
    assert sum("asked" in line for line in noted) == len(model.asked)
