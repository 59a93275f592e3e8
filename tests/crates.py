"""What others' tools say of an RO-Crate, without a network: their contexts come from the project's resources."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

from requests import Request
from requests_cache import SQLiteCache
from requests_cache.models import CachedRequest, CachedResponse

from checkouts import BASE

CONTEXTS = {
    "https://w3id.org/ro/crate/1.1/context": "ro-crate-1.1-context.jsonld",
    "https://w3id.org/ro/terms/workflow-run/context": "workflow-run-context.jsonld",
}
_ACCEPTED = ({"Accept": "application/ld+json, application/json;q=0.9, */*;q=0.1"}, {})


def issues(crate: Path, folder: Path) -> dict[str, set[str]]:
    """Return what rocrate-validator finds wrong with a crate in a zip: REQUIRED things, and RECOMMENDED ones.

    Unpacks it into ``folder``: of a zip the validator (0.13) writes no JSON.
    """
    with zipfile.ZipFile(crate) as opened:
        opened.extractall(folder / "crate")
    _prime(folder / "cache")
    profile = ["--profile-identifier", "provenance-run-crate-0.5", "--requirement-severity", "recommended"]
    report = folder / "report.json"
    where = [
        "--offline",
        "--cache-path",
        str(folder / "cache"),
        "--output-format",
        "json",
        "--output-file",
        str(report),
    ]
    done = run("rocrate-validator", "--no-interactive", "validate", *profile, *where, str(folder / "crate"))
    assert report.exists(), done.stdout + done.stderr
    found = {"REQUIRED": set(), "RECOMMENDED": set()}
    for issue in json.loads(report.read_text())["issues"]:
        found[issue["severity"]].add(issue["message"])
    return found


def run(tool: str, *arguments: str) -> subprocess.CompletedProcess:
    """Run a tool that is installed beside this Python."""
    return subprocess.run([Path(sys.executable).with_name(tool), *arguments], capture_output=True, text=True)


def _prime(cache: Path) -> None:
    kept = SQLiteCache(str(cache))
    for url, name in CONTEXTS.items():
        content = (BASE / "resources/ro-crate" / name).read_bytes()
        for headers in _ACCEPTED:
            asked = Request("GET", url, headers=headers).prepare()
            answer = CachedResponse(
                content=content,
                status_code=200,
                reason="OK",
                url=url,
                encoding="utf-8",
                headers={"Content-Type": "application/ld+json"},
                request=CachedRequest.from_request(asked),
            )
            kept.save_response(answer, kept.create_key(asked))
    kept.close()
