"""The report of a run: what it shows, and of whom it shows no picture."""

import copy
from pathlib import Path

import planning
from obverse.commands.preflight import merged

CHARTS = {"ablations", "claims", "duplicates", "fetch", "fig13", "fig8", "overlap", "policies", "poses"}
CHARTS |= {"archive", "table1", "table2", "table3", "table4"}
PICTURES = {"fig1", "fig2", "fig5", "fig7", "fig9", "fig11", "fig14", "fig15", "fig17"}  # show faces
DIGITS = {"fig6", "fig10", "fig12", "fig16"}


def test_of_real_people_a_report_shows_no_picture_unless_config_says_so(tmp_path: Path):
    """Figures of faces are left out whole; those of digits are drawn by the same rules, and go with them."""
    config = merged([planning.BASE / "config.yaml", planning.BASE / "tests/config.tiny.yaml"])
    rendered = copy.deepcopy(config)
    for role in ("facescrub", "celeba"):
        config["datasets"][role]["source"] = "official"
    config["rekognition"] |= {"source": "official", "confirm_spend": True}
    configs = [config, config | {"show_faces": True}, rendered]
    targets = ["all", "results/ablations.png", "results/archive.html"]
    shown = planning.shown_in_reports(configs, tmp_path, targets)
    kept_back, allowed, stand_ins = ({Path(path).stem for path in paths} for paths in shown)
    assert kept_back == CHARTS
    assert allowed == stand_ins == CHARTS | PICTURES | DIGITS
