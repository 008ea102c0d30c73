"""Another system, played on this machine: a server of HTTP that answers what a test wants, and remembers."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ecrm.http import Request, Response

__all__ = ["Loopback"]

_POLL_S = 0.01


class Loopback:
    """Answer requests on 127.0.0.1, for sources that are pulled and channels.

    Args:
        answer: Gives the answer to a request, with at most so many things on a page.
        size: How many things it puts on a page.

    >>> def answer(request, size):
    ...     return Response.json({"asked": request.path, "size": size})
    >>> from urllib.request import urlopen
    >>> with Loopback(answer).open() as server, urlopen(f"{server.url}/orders") as got:
    ...     got.read()
    b'{"asked": "/orders", "size": 100}'
    """

    def __init__(self, answer: Callable[[Request, int], Response], size: int = 100) -> None:
        self.size = size
        self.requests: list[Request] = []
        self.url = ""
        self._answer = answer
        self._queued: deque[Response | float | None] = deque()
        self._closing = threading.Event()

    def answer_next(self, *answers: Response | float | None) -> None:
        """Answer the next requests so, whatever they ask. After these it answers as ever.

        Args:
            *answers: An answer each; None hangs up; a number is silent for so many seconds, then hangs up.
        """
        self._queued.extend(answers)

    def answer_as_ever(self) -> None:
        """Forget what `answer_next` was told."""
        self._queued.clear()

    @contextmanager
    def open(self) -> Iterator[Loopback]:
        """Serve until the end of a `with`."""
        server = _Server(("127.0.0.1", 0), _Exchange)
        server.loopback = self
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(_POLL_S,), name="loopback", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._closing.set()
            server.shutdown()
            thread.join()
            server.server_close()

    def answered(self, request: Request) -> Response | None:
        """Give the answer to a request; None hangs up."""
        self.requests.append(request)
        answer = self._queued.popleft() if self._queued else self._answer(request, self.size)
        if isinstance(answer, float | int):
            self._closing.wait(answer)
            return None
        return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    loopback: Loopback


class _Exchange(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._exchange()

    def do_POST(self) -> None:
        self._exchange()

    def log_message(self, *_: Any) -> None:
        """Say nothing: a test is not to be told of each request."""

    def _exchange(self) -> None:
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        request = Request(self.command, address.path, body, self.headers.items(), query, self.server.loopback.url)
        answer = self.server.loopback.answered(request)
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
