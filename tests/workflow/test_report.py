"""The report of a run: what it shows, as a browser has it, and of whom it shows no picture."""

import asyncio
import copy
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

import browser
import planning
from checkouts import Checkout
from obverse.commands.preflight import merged
from packing import Study

CHARTS = {"fig8", "fig13", "policies"}
TABLES = {"table1", "table2", "table3", "table4"}
DATA = {"duplicates", "fetch", "overlap", "poses"}
PICTURES = {"fig1", "fig2", "fig5", "fig7", "fig9", "fig11", "fig14", "fig15", "fig17"}  # show faces
DIGITS = {"fig6", "fig10", "fig12", "fig16"}

PAGE, REPORT = "results/archive.html", "results/report.zip"
LISTED = "[...document.querySelectorAll('nav td:first-child')].map(one => one.textContent)"


@dataclass(frozen=True)
class Seen:
    """What a browser was shown by a report: first, and under each of its headings; what failed, what was asked for.

    Of Snakemake's own page a warning is known: that its style is made by a script.
    """

    first: str
    listed: dict[str, set[str]]
    complaints: list[str]
    requests: list[str]


async def rows(tab: browser.Tab, some: bool) -> list[str]:
    """Return what is listed, once the page has drawn some, or none any more."""
    while bool(found := await tab.value(LISTED)) != some:
        await asyncio.sleep(0.05)
    return found


async def look(report: Path, page: Path, folder: Path) -> tuple[Seen, dict[int, tuple[int, list[str], list[str]]]]:
    """Return what is seen of a report, and of a page in it on screens of some widths."""
    async with browser.tab(folder) as tab:
        await tab.open(report, 1200, 900)
        first, listed = await tab.value("document.body.innerText"), {}
        for name in await tab.value("Object.keys(categories)"):
            await tab.value("app.setView({navbarMode: 'menu'})")  # by which a reader gets from one to the next, too
            await rows(tab, False)
            await tab.value(f"app.showCategory({name!r})")
            listed[name] = {Path(path).stem for path in await rows(tab, True)}
        complaints = [each for each in tab.complaints if each != "console.warning"]
        seen, screens = Seen(first, listed, complaints, tab.requests), {}
        for width in (320, 390, 1200):
            await tab.open(page, width, 800)
            shown = await tab.value("document.documentElement.scrollWidth")
            screens[width] = shown, tab.complaints, tab.requests
    return seen, screens


def reported(checkout: Checkout, folder: Path) -> Path:
    """Make the report of a finished run as `make report` does, and unpack it; return where it was unpacked to."""
    makefile = (checkout.path / "Makefile").read_text()
    for arguments, words in (((PAGE,), "snakemake --cores all"), (("--report", REPORT, "--", PAGE), "snakemake")):
        assert f"{words} {' '.join(arguments)}\n" in makefile
        done = checkout.snakemake(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(checkout.path / REPORT) as opened:
        opened.extractall(folder)
    return folder / "report"


@pytest.mark.skipif(browser.installed() is None, reason="no browser is installed")
def test_it_lists_claims_figures_tables_and_the_archive_and_needs_no_network(clone: Checkout, tmp_path: Path):
    Study(clone.path).commit()
    unpacked = reported(clone, tmp_path / "unpacked")
    (page,) = unpacked.rglob("archive.html")
    seen, screens = asyncio.run(look(unpacked / "report.html", page, tmp_path / "profile"))
    assert seen.complaints == []
    assert [address for address in seen.requests if not address.startswith(("data:", "file:"))] == []
    assert seen.listed == {
        "1 Claims": {"claims"},
        "2 Figures": CHARTS | PICTURES | DIGITS,
        "3 Tables": TABLES,
        "4 Data": DATA,
        "5 Archive": {"archive"},
    }
    assert "Begin with claims.html" in seen.first and "Statistics" in seen.first
    assert [width for width, (shown, _, _) in screens.items() if shown != width] == []
    for _, complaints, requests in screens.values():
        assert complaints == [] and [address for address in requests if not address.startswith("data:")] == [
            page.as_uri()
        ]


def test_of_real_people_it_shows_neither_picture_nor_name_unless_config_says_so(tmp_path: Path):
    """Figures of faces are left out whole; those of digits are drawn by the same rules, and go with them."""
    config = merged([planning.BASE / "config.yaml", planning.BASE / "tests/config.tiny.yaml"])
    rendered = copy.deepcopy(config)
    for role in ("facescrub", "celeba"):
        config["datasets"][role]["source"] = "official"
    config["rekognition"] |= {"source": "official", "confirm_spend": True}
    configs = [config, config | {"show_faces": True}, rendered]
    shown = planning.shown_in_reports(configs, tmp_path, ["all", "results/ablations.png", PAGE])
    kept_back, allowed, stand_ins = ({Path(path).stem for path in paths} for paths in shown)
    charts = CHARTS | TABLES | DATA | {"ablations", "archive", "claims"}
    assert kept_back == charts - {"overlap"}  # it names pairs of people
    assert allowed == stand_ins == charts | PICTURES | DIGITS
