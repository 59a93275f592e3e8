"""The card of an audit, end to end."""

import base64
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import audits
from obverse import answers, leaks, samples, scores
from obverse.errors import UnusableInput
from obverse.write_card import write_card


class Page(HTMLParser):
    """A card as it is read: the text of the verdict, of the note and of each row; pictures with their alt texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._style = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._style = tag == "style"
        self.text += {"p": "\n", "tr": "\n", "td": " | ", "br": " ", "div": " ", "h1": "\n", "h2": "\n"}.get(tag, "")

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        self.text += "" if self._style else data

    def of_class(self, name: str) -> list[str]:
        return [tag for tag, own in self.tags if name in (own.get("class") or "").split()]

    def line(self, start: str) -> str:
        """Return the only line of text that starts so."""
        (found,) = [line.strip(" |") for line in self.text.splitlines() if line.strip(" |").startswith(start)]
        return found

    def strips(self) -> dict[str, list[np.ndarray]]:
        """Return pictures by what they are said to be rebuilt from, their numbers in order."""
        found: dict[str, list[np.ndarray]] = {}
        for tag, own in self.tags:
            if tag == "img":
                number, words = re.fullmatch(r"picture (\d+) (.+)", own["alt"]).groups()
                found.setdefault(words, []).append(decoded(own["src"]))
                assert int(number) == len(found[words])
        return found


def decoded(uri: str) -> np.ndarray:
    """Return the pixels of a picture that is in the page itself."""
    kind, _, content = uri.partition(",")
    assert kind == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content, validate=True)), formats=["PNG"]))


def written(folder: Path, given: dict, **changes) -> tuple[Page, pd.DataFrame]:
    write_card(**given | changes)
    return Page((folder / "card.html").read_text()), pd.read_csv(folder / "card.csv")


@pytest.fixture
def given(tmp_path: Path) -> dict:
    return audits.inputs(tmp_path, audits.ONE_STAYS)


def test_the_table_has_a_row_for_each_policy_the_floor_and_the_truth(given, tmp_path):
    _, table = written(tmp_path, given)
    assert table["policy"].tolist() == ["full", "m5", "label", "nothing", "truth"]
    assert list(table.columns[:8]) == [
        "policy",
        *(f"{name}{end}" for name in leaks.MEASURES for end in ("", "_low", "_high")),
        "state",
    ]
    assert table["n"].eq(len(audits.SAMPLES)).all() and table["identities"].eq(audits.PEOPLE).all()
    assert table["seeds"].tolist() == [2, 2, 2, 1, 1] and table["queries"].tolist() == [audits.QUERIES] * 3 + [0, 0]


def test_the_numbers_are_those_of_the_scores(given, tmp_path):
    table = written(tmp_path, given)[1].set_index("policy")
    floor = scores.read(given["floor"])["mse"].mean()
    for place, (policy, (_, named)) in enumerate(audits.ONE_STAYS.items()):
        mse = np.mean([scores.read(path)["mse"].mean() for path in given["scores"][2 * place : 2 * place + 2]])
        one = table.loc[policy]
        assert one["mse"] == pytest.approx(mse, rel=1e-4)
        assert one["error_removed"] == pytest.approx(1 - mse / floor, abs=1e-4)
        assert one["named"] == one["evaluation1"] == pytest.approx(named / audits.PEOPLE, abs=1e-4)
        assert one["error_removed_low"] < one["error_removed"] < one["error_removed_high"]
    assert table.loc["truth", "evaluation1"] == pytest.approx(11 / 12, abs=1e-4)


def test_the_most_permissive_policy_at_the_floor_is_the_verdict(given, tmp_path):
    page, table = written(tmp_path, given)
    assert table["state"].tolist()[:3] == [leaks.LEAKS, leaks.LEAKS, leaks.AT_FLOOR]
    verdict = page.line("Most permissive policy whose leak stays at the floor:")
    assert "floor: the label alone. With it pictures come out no nearer than with no scores at all" in verdict
    # Of 12 people none was named: 1 - 0.05 ** (1 / 12) of people may be nameable all the same.
    claimed = "that more than 10% of the error is removed, or more than 22% more people named, is out of the question"
    assert claimed in verdict
    assert page.of_class("fine") and not page.of_class("leaks") and not page.of_class("unclear")


def test_two_policies_at_the_floor_of_which_neither_holds_the_other_are_both_the_verdict(tmp_path):
    page, table = written(tmp_path, audits.inputs(tmp_path, audits.TWO_STAY))
    assert table["state"].tolist()[:4] == [leaks.LEAKS, *[leaks.AT_FLOOR] * 3]
    verdict = page.line("Most permissive policy whose leak stays at the floor:")
    assert "floor: all scores, 1 decimal; or 5 largest scores. With each pictures come out no nearer" in verdict
    assert page.of_class("fine")


def test_where_all_leak_the_verdict_is_none_and_names_the_least(tmp_path):
    page, table = written(tmp_path, audits.inputs(tmp_path, audits.ALL_LEAK))
    assert set(table["state"].dropna()) == {leaks.LEAKS}
    verdict = page.line("Most permissive policy whose leak stays at the floor:")
    assert "floor: none of those tried." in verdict
    assert verdict.endswith("The least: the label alone, which removes 10% of the error.")
    assert page.of_class("leaks") and not page.of_class("fine") and not page.of_class("unclear")


def test_where_an_attack_failed_the_verdict_cannot_be_said(tmp_path):
    page, table = written(tmp_path, audits.inputs(tmp_path, audits.ONE_FAILED))
    assert table["state"].tolist()[:3] == [leaks.LEAKS, leaks.LEAKS, leaks.UNDECIDED]
    verdict = page.line("Most permissive policy whose leak stays at the floor:")
    assert "floor: cannot be said. With some policies the attack did worse than one that asks nothing" in verdict
    assert verdict.endswith("audit.inverter).") and "interval" not in verdict
    assert page.of_class("unclear") and not page.of_class("fine") and not page.of_class("leaks")


@pytest.mark.parametrize("people", [5, 6])
def test_of_few_people_it_cannot_be_said_whatever_leaks(tmp_path, people: int):
    page, table = written(tmp_path, audits.inputs(tmp_path, audits.ALL_LEAK, people=people))
    verdict = page.line("Most permissive policy whose leak stays at the floor:")
    said = verdict.endswith("cannot be said. Of 5 classes no interval can be trusted: give pictures of 6 at least.")
    assert said == bool(page.of_class("unclear")) == (people == 5)
    assert set(table["state"].dropna()) == {leaks.UNDECIDED if people == 5 else leaks.LEAKS}


def test_where_a_leak_may_hide_in_the_interval_it_cannot_be_said(tmp_path):
    page, table = written(tmp_path, audits.inputs(tmp_path, audits.ALL_STAY), tolerance=0.005)
    assert set(table["state"].dropna()) == {leaks.UNDECIDED}
    verdict = page.line("Most permissive policy whose leak stays at the floor:")
    hidden = "With some policies a leak of more than 0.5% may hide in the interval: give pictures of more people."
    assert verdict.endswith(f"cannot be said. {hidden}") and page.of_class("unclear")


def test_why_it_cannot_be_said_is_said_of_each_cause_once(tmp_path):
    """Two policies may leak unseen, and with one the attack failed, which all that contain it inherit."""
    given = audits.inputs(tmp_path, audits.ALL_STAY | {"label": (1.3, 0)})
    page, _ = written(tmp_path, given)
    assert page.line("all scores").startswith("all scores undecided, through what it contains |")
    verdict = page.line("Most permissive policy whose leak")
    assert "the attack did worse" in verdict and "may hide" not in verdict
    verdict = written(tmp_path, given, tolerance=0.005)[0].line("Most permissive policy whose leak")
    assert verdict.count("the attack did worse") == verdict.count("may hide") == 1


def test_every_policy_is_said_in_words_with_its_numbers(given, tmp_path):
    page, table = written(tmp_path, given)
    words = {"full": "all scores leaks", "m5": "5 largest scores leaks", "label": "the label alone at the floor"}
    for policy, start in words.items():
        one = table.set_index("policy").loc[policy]
        line = page.line(start)
        ends = [round(100 * one[f"error_removed_{end}"]) for end in ("low", "high")]
        assert f"{round(100 * one['error_removed'])}% {ends[0]}% to {ends[1]}% |" in line
        assert f"| {one['evaluation1']:.1%} {100 * one['named_low']:+.1f} to {100 * one['named_high']:+.1f}" in line
    assert page.line("nothing: the floor") == "nothing: the floor | 0% | 0.0%"
    assert page.line("the pictures themselves |") == "the pictures themselves | 100% | 91.7%"


def test_nothing_is_below_nothing(tmp_path):
    """A tenth of a percent farther off is 0%, not -0%."""
    page, table = written(tmp_path, audits.inputs(tmp_path, audits.ONE_STAYS | {"label": (1.001, 0)}))
    assert -0.005 < table.set_index("policy").loc["label", "error_removed"] < 0
    assert "| 0%" in page.line("the label alone") and re.search(r"-0(\.0)?(?![.\d])", page.text) is None


def test_a_policy_that_leaks_through_what_it_contains_says_so(tmp_path):
    page, table = written(tmp_path, audits.inputs(tmp_path, {"full": (1.0, 0), "m5": (0.8, 4), "label": (1.0, 0)}))
    assert table["state"].tolist()[:3] == [leaks.LEAKS, leaks.LEAKS, leaks.AT_FLOOR]
    assert page.line("all scores").startswith("all scores leaks, through what it contains |")
    assert page.line("5 largest scores").startswith("5 largest scores leaks |")


def test_the_page_says_what_was_measured_on_which_pictures(tmp_path):
    for side, words in (("member", "which the target was trained on"), ("held_out", "was not trained on")):
        given = audits.inputs(tmp_path / side, audits.ONE_STAYS, side=side)
        page, _ = written(tmp_path / side, given, releases="m10_round3")
        line = page.line("Measured on")
        assert line.startswith("Measured on 36 pictures of 12 classes,") and words in line
        assert "releases 10 largest scores, 3 decimals." in line and "1,234 questions" in line


def test_it_says_how_often_the_target_names_its_own_people_right_on_the_page_in_the_table_and_in_the_log(
    given, tmp_path, capsys
):
    """All but the first person's, here."""
    page, table = written(tmp_path, given)
    said = "names 33 of 36 of these pictures right (91.7%)"
    assert f"trained on. The target {said}. It releases all scores." in page.line("Measured on")
    assert capsys.readouterr().out == f"faces {said}\n"
    columns = [f"target_right{end}" for end in ("", "_low", "_high")]
    assert list(table.columns[-3:]) == columns and table[columns].notna().all(axis=1).tolist() == [False] * 4 + [True]
    share, low, high = table.set_index("policy").loc["truth", columns]
    assert share == pytest.approx(11 / 12, abs=1e-5) and low < share < high <= 1
    assert not page.of_class("guessed")


@pytest.mark.parametrize(
    "told",
    [
        pytest.param((audits.PERSON + 1) % audits.PEOPLE, id="each called as the next"),
        pytest.param(0 * audits.PERSON + 5, id="all called as one"),
        pytest.param(np.where(audits.PERSON == 3, 3, 5), id="one more recognised"),
    ],
)
def test_where_the_target_knows_its_people_no_better_than_chance_names_may_be_in_another_order(
    given, tmp_path, capsys, told: np.ndarray
):
    page, _ = written(tmp_path, given, predictions=audits.answers(tmp_path / "shifted", told))
    hit = int((told == audits.PERSON).sum())
    warned = page.line("The target names people no better than chance")
    assert f"{hit / 36:.1%} of these pictures right" in warned and "a guess among its classes 8.3%" in warned
    assert "names may be in the wrong order" in warned and page.of_class("guessed") == ["p"]
    assert f"names {hit} of 36 of these pictures right" in page.line("Measured on")
    assert "is the order of names that of the scores?" in capsys.readouterr().out


def test_pictures_of_which_the_target_tells_no_class_are_counted_apart(given, tmp_path, capsys):
    """As where all scores are rounded to one number: the first of them would be nobody's name."""
    told = np.where(audits.PERSON < 3, answers.NO_CLASS, audits.PERSON)
    page, _ = written(tmp_path, given, predictions=audits.answers(tmp_path / "some", told))
    said = "names 27 of 27 of these pictures right (100.0%); of 9 more it tells no class, several scores being the"
    assert said in page.line("Measured on") and not page.of_class("guessed")
    none = audits.answers(tmp_path / "none", np.full(len(told), answers.NO_CLASS))
    capsys.readouterr()
    page, table = written(tmp_path, given, predictions=none)
    assert "trained on. The target releases all scores." in page.line("Measured on")
    assert "target_right" not in table and not page.of_class("guessed")
    assert "faces tells no class" in capsys.readouterr().out


def test_stand_ins_are_named_on_the_face_where_there_are_any(given, tmp_path):
    page, _ = written(tmp_path, given)
    assert page.of_class("origin") and page.line("Stand-ins:") == given["origin"]
    without, _ = written(tmp_path, given, origin="")
    assert not without.of_class("origin") and "Stand-ins" not in without.text


def test_a_judge_who_knows_nobody_is_reported(given, tmp_path):
    """Also where nobody is named at the floor either."""
    hardly = "The classifier that names people hardly knows them"
    assert hardly not in written(tmp_path, given)[0].text
    knows_nobody = audits.score_file(tmp_path / "none", 0 * audits.PERSON, audits.PERSON < 0, "member", 0)
    page, _ = written(tmp_path, given, ceiling=knows_nobody)
    assert page.line(hardly).startswith(f"{hardly}: it names 0% of the true pictures, and 0% where")
    assert "more people named" not in page.line("Most permissive policy")


@pytest.mark.parametrize(("known", "reported"), [(6, False), (5, True)])
def test_a_judge_knows_people_who_names_half_of_the_true_pictures_right(given, tmp_path, known: int, reported: bool):
    judged = audits.score_file(tmp_path / "half", 0 * audits.PERSON, known > audits.PERSON, "member", 0)
    assert ("hardly knows them" in written(tmp_path, given, ceiling=judged)[0].text) == reported


def test_a_judge_who_names_as_many_where_he_sees_nothing_knows_nobody(given, tmp_path):
    everybody = audits.PERSON >= 0
    guesses = {
        name: audits.score_file(tmp_path / name, scores.read(given[name])["mse"].to_numpy(), everybody, "member", 0)
        for name in ("floor", "ceiling")
    }
    assert "it names 100% of the true pictures, and 100% where" in written(tmp_path, given, **guesses)[0].text


def test_strips_are_the_pictures_of_the_same_people_true_and_rebuilt(given, tmp_path):
    strips = written(tmp_path, given)[0].strips()
    assert list(strips) == [
        "the pictures themselves",
        *("from all scores", "from 5 largest scores", "from the label alone"),
    ]
    everyone = samples.read(given["samples"]).to_pandas()
    pixels = samples.read_images(given["images"])
    keys = [place_of(picture, pixels) for picture in strips["the pictures themselves"]]
    shown = everyone.iloc[keys]
    assert len(shown) == shown["identity"].nunique() == 5 and shown["identity"].is_monotonic_increasing
    rebuilt = [place - 50 for place in shown["sample_id"]]  # rows of the scores
    for words, path in zip(list(strips)[1:], given["reconstructions"], strict=True):
        np.testing.assert_array_equal(strips[words], samples.read_images(path)[rebuilt])


def place_of(picture: np.ndarray, pixels: np.ndarray) -> int:
    """Return which of ``pixels`` [N, H, W] a picture is."""
    (found,) = np.flatnonzero((pixels == picture).all(axis=(1, 2)))
    return int(found)


def test_as_many_people_are_shown_as_asked_for(given, tmp_path):
    assert {len(faces) for faces in written(tmp_path, given, shown=9)[0].strips().values()} == {9}


def test_fewer_victims_than_are_to_be_shown_are_all_shown(tmp_path):
    given = audits.inputs(tmp_path, audits.ONE_STAYS, people=6)
    strips = written(tmp_path, given, shown=20)[0].strips()
    assert {len(faces) for faces in strips.values()} == {18}
    pixels = samples.read_images(given["images"])
    victims = samples.read(given["samples"]).to_pandas()["sample_id"].isin(audits.SAMPLES[:18])
    places = {place_of(picture, pixels) for picture in strips["the pictures themselves"]}
    assert places == set(np.flatnonzero(victims))


def test_names_and_notes_are_text_whatever_they_hold(given, tmp_path):
    nasty = "<img src=x onerror='alert(1)'> \"&amp; </title></style><script>alert(2)</script>"
    plain, _ = written(tmp_path, given)
    page, _ = written(tmp_path, given, target=nasty, origin=nasty)
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    assert page.text.count(nasty) == 3  # title, heading, note


def test_the_page_refers_to_nothing_outside_itself_and_runs_nothing(given, tmp_path):
    page, _ = written(tmp_path, given)
    html = Path(given["html"]).read_text()
    assert re.search(r"https?:|//[a-z]|url\(|@import|<script|javascript:|\son[a-z]+=", html) is None
    referred = [own[key] for _, own in page.tags for key in ("src", "href", "srcset", "action") if key in own]
    assert referred and all(address.startswith("data:") for address in referred)


def test_pictures_of_one_class_alone_are_refused_and_nothing_is_written(given, tmp_path):
    for path in {*given["scores"], given["floor"], given["ceiling"]}:
        scores.write(path, scores.read(path).assign(label=3), 1, {})
    with pytest.raises(UnusableInput, match=r"samples.parquet: expected victims of at least two classes, found one"):
        write_card(**given)
    assert not given["html"].exists() and not given["table"].exists()


def test_scores_of_other_pictures_than_the_floors_are_refused_and_nothing_is_written(given):
    """Their leak would be no number, which is not above 0."""
    path = given["scores"][4]
    scores.write(path, scores.read(path).assign(sample_id=audits.SAMPLES + 1), 1, {})
    with pytest.raises(UnusableInput, match=r"label_1.parquet: expected scores of the pictures in .*floor.parquet"):
        write_card(**given)
    assert not given["html"].exists() and not given["table"].exists()


def test_the_same_scores_give_the_same_bytes(given, tmp_path):
    write_card(**given)
    write_card(**given | {"html": tmp_path / "b.html", "table": tmp_path / "b.csv"})
    for first, second in (("card.html", "b.html"), ("card.csv", "b.csv")):
        assert (tmp_path / first).read_bytes() == (tmp_path / second).read_bytes()
