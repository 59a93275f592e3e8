"""A web server on the loopback interface for tests, that answers each path as it is told."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Page = Callable[[BaseHTTPRequestHandler], None]


class Mirror:
    """Where the server listens, and the requests it got: (path, Range header or "")."""

    def __init__(self, address: str) -> None:
        self.address, self.requests, self.agents = address, [], set()

    def url(self, path: str) -> str:
        """Return the URL of ``path``."""
        return f"{self.address}/{path}"


@contextmanager
def serving(pages: dict[str, Page]) -> Iterator[Mirror]:
    """Serve ``pages`` by path while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            mirror.requests.append((self.path, self.headers.get("Range", "")))
            mirror.agents.add(self.headers.get("User-Agent"))
            pages[self.path.partition("?")[0].lstrip("/")](self)

        def log_message(self, *words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        mirror = Mirror(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield mirror
        finally:
            server.shutdown()
            thread.join()


def answer(status: int, body: bytes = b"", **headers: str) -> Page:
    """Return a page of ``body``; header names are spelt with underscores."""

    def page(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in ({"Content_Length": str(len(body))} | headers).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return page


def file(body: bytes, *, breaks_at: tuple[int, ...] = (), ranges: bool = True) -> Page:
    """Return a page that serves ``body``, in parts when asked; the n-th answer ends at the n-th of ``breaks_at``."""
    breaks = list(breaks_at)

    def page(handler: BaseHTTPRequestHandler) -> None:
        asked = handler.headers.get("Range") if ranges else None
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        handler.send_response(206 if asked else 200)
        if asked:
            handler.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        handler.send_header("Content-Length", str(len(body) - start))
        handler.end_headers()
        handler.wfile.write(body[start : breaks.pop(0) if breaks else None])

    return page
