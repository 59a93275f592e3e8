"""The card of an audit as a browser shows it, on telephones and on a desk."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

import audits
import browser
from obverse.write_card import write_card

pytestmark = pytest.mark.skipif(
    browser.installed() is None, reason=f"no browser: none of {', '.join(browser.NAMES)} is installed"
)

SCREENS = {390: 844, 320: 568, 1200: 900}
CASES = {"fine": audits.ONE_STAYS, "two": audits.TWO_STAY, "leaks": audits.ALL_LEAK, "unclear": audits.ONE_FAILED}
FACES = {name: 5 * (1 + len(leaks)) for name, leaks in CASES.items()} | {"doubts": 4 * 18, "long": 9 * 20}
FACTS = """({
    shown: document.documentElement.scrollWidth,
    verdict: document.querySelector('.verdict')?.getBoundingClientRect().bottom,
    images: [...document.images].map(one => one.complete ? one.naturalWidth : 0),
    sides: [...document.images].map(one => one.getBoundingClientRect()).map(box => [box.width, box.height]),
})"""


@dataclass(frozen=True)
class Seen:
    """A page on a screen: what was measured there, what went wrong, what was asked for."""

    facts: dict
    complaints: list[str]
    requests: list[str]


async def look(pages: dict[str, Path], folder: Path) -> dict[tuple[str, int], Seen]:
    """Return what is seen of each page on each screen."""
    seen = {}
    async with browser.tab(folder) as tab:
        for name, page in pages.items():
            for width, height in SCREENS.items():
                await tab.open(page, width, height)
                facts = await tab.value(FACTS)
                seen[name, width] = Seen(facts, tab.complaints, tab.requests)
    return seen


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], Seen]:
    """A card of each verdict; one of more doubts, of few pictures, whose judge knows nobody; another of a target with a
    long name, all policies, and as many faces as can be.
    """
    folder = tmp_path_factory.mktemp("cards")
    many = dict.fromkeys(("full", "round2", "round1", "m10_round3", "m10", "m5", "m1", "label"), (0.9, 0))
    given = {name: audits.inputs(folder / name, leaks) for name, leaks in CASES.items()}
    doubtful = audits.inputs(folder / "doubts", audits.ALL_STAY | {"label": (1.3, 0)}, people=6)
    given["doubts"] = doubtful | {"tolerance": 0.005, "shown": 20, "ceiling": doubtful["floor"]}
    given["doubts"]["predictions"] = audits.answers(folder / "guessed", 0 * audits.PERSON[:18])
    given["long"] = audits.inputs(folder / "long", many) | {"target": "faces_of_everybody" * 5, "shown": 20}
    for one in given.values():
        write_card(**one)
    return asyncio.run(look({name: one["html"] for name, one in given.items()}, folder / "profile"))


def test_nothing_goes_wrong_and_nothing_but_the_page_is_asked_for(seen):
    for (name, _), one in seen.items():
        assert one.complaints == []
        (asked,) = (address for address in one.requests if not address.startswith("data:"))
        assert asked.startswith("file:///") and asked.endswith(f"/{name}/card.html")


def test_no_screen_is_scrolled_sideways(seen):
    """Of the screen's width: a browser that zooms out to show more says that its window is wider."""
    assert {where: one.facts["shown"] for where, one in seen.items()} == {where: where[1] for where in seen}


def test_every_picture_is_shown_square(seen):
    for (name, _), one in seen.items():
        assert one.facts["images"] == [8] * FACES[name]
        assert all(width == pytest.approx(height) and width > 40 for width, height in one.facts["sides"])


def test_the_verdict_is_on_the_first_screen(seen):
    for (_, width), one in seen.items():
        assert 0 < one.facts["verdict"] < SCREENS[width]


def test_what_these_tests_look_for_is_seen_where_it_is(tmp_path):
    """A page too wide, with a picture that is none, an address out of the machine, and a script that fails."""
    page = tmp_path / "bad.html"
    page.write_text(
        '<meta name="viewport" content="width=device-width"><p class="verdict" style="width: 700px">wide</p>'
        '<img src="data:image/png;base64,AAAA"><img src="https://outside.example/x.png">'
        "<script>console.error('heard'); nobody.home()</script>"
    )
    for (_, width), one in asyncio.run(look({"bad": page}, tmp_path / "profile")).items():
        assert (one.facts["shown"] > width) == (width < 700)
        assert one.facts["images"] == [0, 0] and "https://outside.example/x.png" in one.requests
        for word in ("console.error", "Uncaught", "net::ERR_NAME_NOT_RESOLVED"):
            assert any(word in complaint for complaint in one.complaints)


def test_a_browser_leaves_nothing_running_even_when_a_test_fails(tmp_path):
    async def fail() -> None:
        async with browser.tab(tmp_path / "profile"):
            running.extend(browser.processes(tmp_path / "profile"))
            raise ZeroDivisionError

    running: list[int] = []
    with pytest.raises(ZeroDivisionError):
        asyncio.run(fail())
    assert len(running) > 1 and not browser.processes(tmp_path / "profile")
