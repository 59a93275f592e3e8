import json
from pathlib import Path

import yaml

from obverse.record_config import record_config

CONFIG = {"seeds": [1, 2], "compute": {"precision": "auto", "box": [35, 70]}, "rate": 2e-4, "name": "ä: #"}


def recorded(path: Path, config: dict) -> bytes:
    record_config(resolved=json.dumps(config), output=path)
    return path.read_bytes()


def test_the_configuration_comes_back_from_the_yaml(tmp_path: Path):
    assert yaml.safe_load(recorded(tmp_path / "config.yaml", CONFIG)) == CONFIG


def test_the_order_of_keys_does_not_reach_the_file(tmp_path: Path):
    turned = dict(reversed(CONFIG.items()))
    assert recorded(tmp_path / "a", CONFIG) == recorded(tmp_path / "b", turned)
