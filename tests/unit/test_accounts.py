"""What a target was asked, what it said and what that cost, kept through whatever ends a run."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from obverse import accounts
from obverse.accounts import Account, digest
from obverse.errors import UnusableInput

FIRST, SECOND = "a" * 64, "b" * 64
SURROUNDINGS = os.environ | {"PYTHONPATH": str(Path(accounts.__file__).parents[1])}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "asked" / "mine"


def opened(folder, made_from="this model", price_usd=0.5):
    return Account(folder, made_from, price_usd)


def allow():
    """Let any question be asked."""


def lines(account):
    return [json.loads(line) for line in account.path.read_bytes().splitlines()]


def written(folder):
    """Ask about two pictures, get one answer; return the account's file."""
    with opened(folder) as account:
        account.charge([FIRST, SECOND], allow)
        account.keep(FIRST, [0.25, 0.75])
    return account.path


def test_a_question_is_noted_before_it_is_asked_and_an_answer_as_it_comes(folder):
    with opened(folder) as account:
        account.charge([FIRST], allow)
        (question,) = lines(account)
        account.keep(FIRST, {"cat": 1})
        _, answer = lines(account)
    assert (question["asked"], question["cost_usd"]) == (FIRST, 0.5) and question["time"].endswith("+00:00")
    assert (answer["answered"], answer["answer"], answer["digest"]) == (FIRST, {"cat": 1}, digest({"cat": 1}))


def test_both_survive_a_new_opening(folder):
    written(folder)
    with opened(folder) as account:
        assert account.answers == {FIRST: [0.25, 0.75]}
        assert (account.asked, account.spent_usd) == (2, 1.0)


def test_a_question_that_is_not_allowed_is_not_noted(folder):
    def refuse():
        raise PermissionError("the budget is spent")

    with opened(folder) as account:
        with pytest.raises(PermissionError):
            account.charge([FIRST], refuse)
        assert (account.asked, account.spent_usd, lines(account)) == (0, 0.0, [])


def test_the_last_answer_about_a_picture_counts(folder):
    written(folder)
    with opened(folder) as account:
        account.keep(FIRST, [0.5, 0.5])
    with opened(folder) as account:
        assert account.answers == {FIRST: [0.5, 0.5]}


def test_that_answers_last_is_remembered_until_another_comes(folder):
    written(folder)
    with opened(folder) as account:
        assert not account.steady
        account.vouch()
        assert account.steady
    with opened(folder, "another model") as account:
        assert not account.steady
    with opened(folder) as account:
        assert account.steady and account.answers == {FIRST: [0.25, 0.75]} and account.asked == 2
        account.keep(SECOND, [1, 0])
        assert not account.steady
    with opened(folder) as account:
        assert not account.steady


@pytest.mark.parametrize("torn", [1, 30, -1])
def test_a_torn_last_line_is_cut_and_the_next_one_is_whole(folder, torn):
    path = written(folder)
    whole = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(whole[:-1]) + whole[-1][:torn])
    with opened(folder) as account:
        assert account.answers == {} and account.asked == 2
        assert path.read_bytes() == b"".join(whole[:-1])
        account.keep(SECOND, [1, 0])
    with opened(folder) as account:
        assert account.answers == {SECOND: [1, 0]}


@pytest.mark.parametrize("instead", [b"\0" * 40, b"[1, 2]", b'"asked"', b"{}", b'{"answered": "' + b"a" * 64 + b'"}'])
def test_a_line_of_something_else_costs_itself_alone(folder, instead):
    path = written(folder)
    first, _, answer = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + instead + b"\n" + answer)
    with opened(folder) as account:
        assert account.answers == {FIRST: [0.25, 0.75]} and account.asked == 1


def test_an_answer_whose_digest_does_not_fit_is_none(folder):
    """So that it is asked for again."""
    path = written(folder)
    path.write_bytes(path.read_bytes().replace(b"0.25", b"0.35"))
    with opened(folder) as account:
        assert account.answers == {} and account.asked == 2


def test_versions_of_a_target_do_not_see_each_others_answers_but_share_the_budget(folder):
    first = written(folder)
    with opened(folder, "another model", price_usd=2.0) as account:
        assert account.path != first and account.path.parent == first.parent
        assert account.answers == {} and (account.asked, account.spent_usd) == (2, 1.0)
        account.charge([FIRST], allow)
        account.keep(FIRST, "dog")
    with opened(folder) as account:
        assert account.answers == {FIRST: [0.25, 0.75]} and (account.asked, account.spent_usd) == (3, 3.0)
    assert first == account.path


def test_an_account_that_was_renamed_gives_no_answers_but_its_costs_still_count(folder):
    path = written(folder)
    path.rename(folder / f"{path.stem}.old.jsonl")
    with opened(folder) as account:
        assert account.path == path and account.answers == {} and (account.asked, account.spent_usd) == (2, 1.0)
        account.charge([FIRST], allow)
    with opened(folder) as account:
        assert (account.asked, account.spent_usd) == (3, 1.5)


def test_while_one_has_it_open_nobody_else_can(folder):
    with opened(folder):
        for version in "this model", "another model":
            with pytest.raises(UnusableInput, match="expected nobody else to ask this target") as refused:
                opened(folder, version)
    assert str(refused.value).count("\n") == 1 and str(refused.value).startswith(f"{folder}: ")
    with opened(folder) as account:
        assert account.answers == {}


def test_nor_can_another_process(folder):
    program = "import sys; from pathlib import Path; from obverse.accounts import Account\n"
    program += "with Account(Path(sys.argv[1]), 'this model', 0.0): print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", program, str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=SURROUNDINGS, **pipes) as other:
        try:
            assert other.stdout.readline() == "open\n"
            with pytest.raises(UnusableInput, match="found another process at it"):
                opened(folder)
        finally:
            other.kill()
    with opened(folder):
        pass  # whoever is dead holds nothing


def test_what_many_threads_add_is_whole(folder):
    names = [f"{number:064x}" for number in range(200)]

    def add(chosen):
        for name in chosen:
            account.charge([name], allow)
            account.keep(name, [int(name, 16), "x" * 300])

    with opened(folder) as account:
        threads = [threading.Thread(target=add, args=[names[start::8]]) for start in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with opened(folder) as account:
        assert account.asked == 200 and account.spent_usd == 100.0
        assert account.answers == {name: [int(name, 16), "x" * 300] for name in names}


def test_threads_do_not_pass_a_budget_together_that_each_would_keep(folder):
    together = threading.Barrier(8)

    def allow_ten():
        asked = account.asked
        time.sleep(0.001)  # time enough for another thread to ask
        if asked >= 10:
            raise PermissionError("the budget is spent")

    def ask():
        together.wait(20)
        for _ in range(4):
            with contextlib.suppress(PermissionError):
                account.charge([FIRST], allow_ten)

    with opened(folder) as account:
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert account.asked == len(lines(account)) == 10


@pytest.mark.parametrize("answer", [float("nan"), [0.5, float("inf")], {"cat": [-float("inf")]}])
def test_an_answer_that_is_no_number_is_refused_and_not_kept(folder, answer):
    with opened(folder) as account:
        with pytest.raises(UnusableInput, match="expected scores that are numbers, found NaN or infinity"):
            account.keep(FIRST, answer)
        assert account.answers == {} and lines(account) == []


FULL = """
import resource, sys
from pathlib import Path
from obverse.accounts import Account
from obverse.errors import UnusableInput
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
try:
    with Account(Path(sys.argv[1]), "this model", 0.0) as account:
        for number in range(100):
            account.charge([str(number)], lambda: None)
            account.keep(str(number), [number])
except UnusableInput as error:
    print(f"error: {error}", file=sys.stderr)
    raise SystemExit(1) from None
"""


def test_a_full_disk_is_said_in_two_lines_and_what_was_kept_before_comes_back(folder):
    command = [sys.executable, "-c", FULL, str(folder)]
    done = subprocess.run(command, env=SURROUNDINGS, capture_output=True, text=True)
    first, second = done.stderr.splitlines()
    assert "expected room for what is answered, found none (File too large)" in first and "Make room" in second
    assert done.returncode == 1
    with opened(folder) as account:
        assert 2 < len(account.answers) < 100
        assert account.answers == {str(number): [number] for number in range(len(account.answers))}


ROOM_AGAIN = """
import resource, sys
from pathlib import Path
from obverse.accounts import Account
from obverse.errors import UnusableInput
with Account(Path(sys.argv[1]), "this model", 0.0) as account:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, -1))
    try:
        account.keep("first", ["x" * 200])
    except UnusableInput:
        resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
        account.keep("second", [2])
"""


def test_what_is_kept_after_a_moment_without_room_is_whole(folder):
    """Other threads have answers still to come when the disk is full, and somebody makes room."""
    subprocess.run([sys.executable, "-c", ROOM_AGAIN, str(folder)], env=SURROUNDINGS, check=True)
    with opened(folder) as account:
        assert account.answers == {"second": [2]}
