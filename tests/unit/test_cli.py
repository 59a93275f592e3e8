import sys
from pathlib import Path

import pytest

from obverse import cli
from obverse.errors import UnusableInput

CALLS: list[dict] = []


def divide(
    *, seed: int, share: float, name: str, fast: bool, output: Path, sizes: list[int], inputs: list[Path]
) -> None:
    """Divide something.

    What stands below the first paragraph is for readers of the code.
    """
    CALLS.append(locals())
    if name == "bad":
        raise UnusableInput(Path("there.csv"), "expected 2 columns, found 1", "Delete it and run again.")


WORDS = {
    "--seed": ["3"],
    "--share": ["1e-3"],
    "--name": ["a b"],
    "--fast": ["true"],
    "--output": ["out/x"],
    "--sizes": ["1", "2"],
    "--inputs": [],
}


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch):
    """Run ``divide`` as from the command line, with some words changed; return what it was given."""

    def run(**changes: list[str] | None) -> dict:
        chosen = WORDS | {f"--{name}": words for name, words in changes.items()}
        line = [word for option, words in chosen.items() if words is not None for word in (option, *words)]
        monkeypatch.setattr(sys, "argv", ["divide", *line])
        CALLS.clear()
        cli.run(divide)
        return CALLS[0]

    return run


def test_every_word_becomes_what_the_annotation_says(call):
    expected = {"seed": 3, "share": 0.001, "name": "a b", "fast": True, "output": Path("out/x"), "sizes": [1, 2]}
    given = call()
    assert given == expected | {"inputs": []}
    assert {name: type(value) for name, value in given.items()} == {
        "seed": int, "share": float, "name": str, "fast": bool, "output": type(Path()), "sizes": list, "inputs": list
    }  # fmt: skip


def test_a_list_of_paths_holds_paths(call):
    assert call(inputs=["a", "b"])["inputs"] == [Path("a"), Path("b")]


@pytest.mark.parametrize(("word", "value"), [("true", True), ("True", True), ("false", False), ("False", False)])
def test_booleans_are_written_as_in_yaml_or_python(call, word: str, value: bool):
    assert call(fast=[word])["fast"] is value


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seed": None}, "the following arguments are required: --seed"),
        ({"inputs": None}, "the following arguments are required: --inputs"),
        ({"colour": ["red"]}, "unrecognized arguments: --colour red"),
        ({"seed": None, "see": ["3"]}, "the following arguments are required: --seed"),
        ({"seed": ["3.5"]}, "argument --seed: invalid int value: '3.5'"),
        ({"share": ["much"]}, "argument --share: invalid float value: 'much'"),
        ({"fast": ["yes"]}, "argument --fast: expected true or false, found 'yes'"),
        ({"sizes": ["1", "x"]}, "argument --sizes: invalid int value: 'x'"),
        ({"seed": ["3", "4"]}, "unrecognized arguments: 4"),
    ],
)
def test_a_missing_unknown_abbreviated_or_mistyped_option_is_refused(call, capsys, changes: dict, said: str):
    with pytest.raises(SystemExit) as ended:
        call(**changes)
    assert ended.value.code == 2 and not CALLS
    assert said in capsys.readouterr().err


def test_an_unusable_input_is_two_lines_and_exit_status_1(call, capsys):
    with pytest.raises(SystemExit) as ended:
        call(name=["bad"])
    assert ended.value.code == 1
    assert capsys.readouterr().err == (
        "divide: error: there.csv: expected 2 columns, found 1\nDelete it and run again.\n"
    )


def test_any_other_error_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch):
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(sys, "argv", ["broken"])
    with pytest.raises(ZeroDivisionError):
        cli.run(broken)


def test_underscores_become_hyphens_and_the_help_is_the_first_sentence():
    def train_it(*, batch_size: int) -> None:
        """Train it.

        Details.
        """

    built = cli.parser(train_it)
    assert built.parse_args(["--batch-size", "8"]).batch_size == 8
    assert built.description == "Train it." and built.prog == "python -m obverse.train_it"


def _with_default(*, seed: int = 1) -> None: ...


def _positional(seed: int) -> None: ...


def _not_annotated(*, seed) -> None: ...


def _a_dictionary(*, seed: dict) -> None: ...


def _perhaps(*, seed: int | None) -> None: ...


def _nested(*, seed: list[list[int]]) -> None: ...


def _bare_list(*, seed: list) -> None: ...


@pytest.mark.parametrize(
    "stage", [_with_default, _positional, _not_annotated, _a_dictionary, _perhaps, _nested, _bare_list]
)
def test_a_signature_that_is_no_command_line_is_refused(stage):
    with pytest.raises(TypeError):
        cli.parser(stage)
