"""The weights of FAN from a real server on this machine, and from a file."""

import hashlib
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from obverse import fetch_fan as stage
from obverse.errors import UnusableInput
from obverse.fetch_fan import fetch_fan

CONTENT = b"weights" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
NAME = f"2DFAN4-{DIGEST[:10]}.pth.tar"


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/silent/" + NAME:
            self.server.patience.wait(30)
            return
        if self.path.startswith("/missing"):
            self.send_error(404)
            return
        body = b"<html>" if self.path.startswith("/html") else CONTENT
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:1000] if self.path.startswith("/cut") else body)

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        server.patience = threading.Event()
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.patience.set()
        server.shutdown()
        serving.join()


@pytest.fixture
def fetch(tmp_path: Path) -> Callable[..., Path]:
    def run(source: str, digest: str = "", timeout_seconds: int = 20) -> Path:
        weights = tmp_path / "models/fan.pth.tar"
        fetch_fan(source=source, digest=digest, timeout_seconds=timeout_seconds, weights=weights)
        return weights

    return run


def refused(fetch: Callable, tmp_path: Path, source: str, match: str, **changes: object) -> None:
    with pytest.raises(UnusableInput, match=match):
        fetch(source, **changes)
    assert not list(tmp_path.glob("models/*")) and not list(tmp_path.glob("models/.*"))


@pytest.mark.parametrize("digest", ["", DIGEST], ids=["digits in the name", "a whole digest"])
def test_the_weights_meant_are_fetched(fetch: Callable, address: str, digest: str):
    assert fetch(f"{address}/{NAME}", digest).read_bytes() == CONTENT


def test_a_file_of_the_users_serves_as_well(fetch: Callable, tmp_path: Path):
    (tmp_path / NAME).write_bytes(CONTENT)
    assert fetch(str(tmp_path / NAME)).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("path", "match"),
    [
        (f"missing/{NAME}", "got none .*404"),
        (f"html/{NAME}", f"expected sha256 {DIGEST[:10]}, found"),
        (f"cut/{NAME}", f"expected sha256 {DIGEST[:10]}, found"),
        ("2DFAN4-11f355bf06.pth.tar", "expected sha256 11f355bf06, found"),
        ("weights.pth.tar", "expected a sha256, found none"),
    ],
    ids=["missing", "html", "cut", "another file", "no digest"],
)
def test_anything_else_is_refused_and_leaves_nothing(fetch, address: str, tmp_path: Path, path: str, match: str):
    refused(fetch, tmp_path, f"{address}/{path}", match)


def test_a_server_that_says_nothing_is_given_up(fetch: Callable, address: str, tmp_path: Path):
    refused(fetch, tmp_path, f"{address}/silent/{NAME}", "got none .*timed out", timeout_seconds=1)


def test_more_bytes_than_any_weights_have_are_refused(fetch, address: str, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(stage, "_LARGEST", 1000)
    refused(fetch, tmp_path, f"{address}/{NAME}", "expected at most 1,000 bytes")


def test_without_a_network_or_a_file_it_says_what_to_do(fetch: Callable, tmp_path: Path):
    refused(fetch, tmp_path, f"http://127.0.0.1:9/{NAME}", "got none .*(?s:.*)name the file in poses.weights")
    refused(fetch, tmp_path, str(tmp_path / NAME), "No such file")
    refused(fetch, tmp_path, f"ftp://127.0.0.1/{NAME}", "No such file")
