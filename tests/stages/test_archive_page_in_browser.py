"""The page of an archive as a browser shows it, on telephones and on a desk."""

import asyncio
from pathlib import Path

import pytest

import browser
from obverse.summarize_archive import summarize_archive
from packing import CODE, study

pytestmark = pytest.mark.skipif(
    browser.installed() is None, reason=f"no browser: none of {', '.join(browser.NAMES)} is installed"
)

SCREENS = {320: 568, 390: 844, 768: 1024, 1200: 900}
LONG = "results/auxiliaries/" + "everybody_and_their_neighbours_" * 4 + ".parquet"
FACTS = """({
    shown: document.documentElement.scrollWidth,
    state: document.querySelector('.verdict').getBoundingClientRect().bottom,
    cells: document.querySelectorAll('td').length,
    scripts: document.scripts.length,
    open: [...document.querySelectorAll('details')].map(one => one.open = true).length,
    wide: [...document.querySelectorAll('td, pre, li')].filter(one => one.scrollWidth > one.clientWidth + 1).length,
    unfolded: document.documentElement.scrollWidth,
})"""


async def look(pages: dict[str, Path], folder: Path) -> dict[tuple[str, int], tuple[dict, list[str], list[str]]]:
    """Return of each page on each screen what was measured, what went wrong, and what was asked for."""
    seen = {}
    async with browser.tab(folder) as tab:
        for name, page in pages.items():
            for width, height in SCREENS.items():
                await tab.open(page, width, height)
                seen[name, width] = await tab.value(FACTS), tab.complaints, tab.requests
    return seen


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], tuple[dict, list[str], list[str]]]:
    """The page of an archive in order, and of one that is not, of restricted data, with long names."""
    folder = tmp_path_factory.mktemp("pages")
    orderly, other = study(folder / "orderly"), study(folder / "other")
    other.write("README.md", "# Soup\n")
    other.job("make_auxiliary_of_everybody_and_their_neighbours", {LONG: b"rows"}, ["results/fig9.csv"])
    other.write(LONG, b"others")
    pages = {}
    with pytest.MonkeyPatch.context() as patch:
        for name, made, given in (
            ("orderly", orderly, {}),
            ("other", other, {"restricted": ["facescrub"], "allow": True, "targets": ["results/fig9.png", LONG]}),
        ):
            patch.chdir(made.path)
            pages[name] = folder / f"{name}.html"
            summarize_archive(archive=made.pack(**given), html=pages[name])
    return asyncio.run(look(pages, folder / "profile"))


def test_nothing_goes_wrong_nothing_runs_and_nothing_but_the_page_is_asked_for(seen):
    for (name, _), (facts, complaints, requests) in seen.items():
        assert complaints == [] and facts["scripts"] == 0
        (asked,) = (address for address in requests if not address.startswith("data:"))
        assert asked.startswith("file:///") and asked.endswith(f"/{name}.html")


def test_no_screen_is_scrolled_sideways_nor_any_part_of_it(seen):
    """Neither as the page opens, nor with all of it unfolded; commands and hashes are broken, never cut."""
    shown = {where: (facts["shown"], facts["unfolded"], facts["wide"]) for where, (facts, _, _) in seen.items()}
    assert shown == {where: (where[1], where[1], 0) for where in seen}
    assert all(facts["cells"] > len(CODE) and facts["open"] > 2 for facts, _, _ in seen.values())


def test_whether_all_was_in_order_is_on_the_first_screen(seen):
    for (_, width), (facts, _, _) in seen.items():
        assert 0 < facts["state"] < SCREENS[width]
