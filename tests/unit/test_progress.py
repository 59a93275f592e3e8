import io
from types import SimpleNamespace

import pytest

from obverse import progress
from obverse.progress import Progress


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(progress.time, "monotonic", made.monotonic)
    return made


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What reaches the controlling terminal."""
    lines: list[str] = []
    monkeypatch.setattr(progress, "_to_terminal", lines.append)
    return lines


@pytest.fixture
def tty(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """A standard error that is a terminal."""
    stream = io.StringIO()
    stream.isatty = lambda: True
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=stream))
    return stream


def test_a_line_says_share_rate_time_left_and_note(clock: Clock):
    work = Progress("train", 4000, "images")
    clock.now += 2
    work.advance(1000, "loss 0.5")
    assert work.line() == "train: 1,000/4,000 images, 500 images/s, 6 s left, loss 0.5"


def test_the_note_stays_until_there_is_a_new_one(clock: Clock):
    work = Progress("train", 4, "images")
    work.advance(1, "loss 0.5")
    work.advance(1)
    assert work.line().endswith("loss 0.5")


def test_the_last_line_says_how_long_it_took(clock: Clock):
    work = Progress("train", 10, "images")
    clock.now += 5
    work.advance(10)
    assert work.line() == "train: 10/10 images, 2 images/s, 5 s"


def test_nothing_to_do_is_no_error(clock: Clock, terminal, capsys):
    with Progress("train", 0, "images"):
        pass
    assert capsys.readouterr().err == "train: 0/0 images, 0 images/s, 0 s\n"


def test_a_log_gets_a_line_every_few_seconds_and_a_last_one(clock: Clock, terminal: list[str], capsys):
    """Twelve seconds, a step each half second: a line after 5 and 10 s, and one at the end."""
    with Progress("train", 24, "steps") as work:
        for _ in range(24):
            clock.now += 0.5
            work.advance(1)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" steps")[0] for line in lines] == ["train: 10/24", "train: 20/24", "train: 24/24"]
    assert terminal == lines


def test_work_that_fails_says_nothing_more(clock: Clock, terminal: list[str], capsys):
    with pytest.raises(RuntimeError), Progress("train", 24, "steps") as work:
        work.advance(1)
        raise RuntimeError
    assert capsys.readouterr().err == "" and terminal == []


def test_a_person_sees_a_bar_that_is_drawn_over(clock: Clock, terminal: list[str], tty: io.StringIO):
    with Progress("train", 8, "steps") as work:
        for _ in range(8):
            clock.now += 0.25
            work.advance(1)
    drawn = tty.getvalue().split("\r")
    assert len(drawn) == 10  # what was before the first, eight steps, the end
    assert drawn[4].startswith("[############            ] train: 4/8 steps")
    assert tty.getvalue().count("\n") == 1 and tty.getvalue().endswith("\n")
    assert terminal == []


def test_a_bar_is_not_drawn_faster_than_one_can_see(clock: Clock, tty: io.StringIO):
    with Progress("train", 1000, "steps") as work:
        for _ in range(1000):
            clock.now += 0.001
            work.advance(1)
    assert tty.getvalue().count("\r") <= 6


def test_without_a_controlling_terminal_the_line_is_dropped(monkeypatch: pytest.MonkeyPatch):
    def refuse(*arguments: object) -> None:
        raise OSError(6, "No such device or address")

    monkeypatch.setattr("builtins.open", refuse)
    progress._to_terminal("train: 1/2")


def test_units_worked_through_are_counted_once_each_is_used(clock: Clock, tty: io.StringIO):
    with Progress("crop", 3, "pictures") as work:
        done = [(unit, work.done) for unit in work.over("abc")]
    assert done == [("a", 0), ("b", 1), ("c", 2)] and work.done == 3
