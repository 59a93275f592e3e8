"""Keep the configuration as it was resolved, beside the results it led to."""

import json
from pathlib import Path

import yaml

from obverse import cli, files


def record_config(*, resolved: str, output: Path) -> None:
    """Write ``resolved`` (JSON) as YAML."""
    files.write_bytes(output, yaml.safe_dump(json.loads(resolved), sort_keys=True).encode())


if __name__ == "__main__":
    cli.run(record_config)
