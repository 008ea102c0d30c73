"""A way to a database that a test can close, slow down and open again, as networks do."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import make_url

__all__ = ["Gateway", "gateway"]


class Gateway:
    """Pass bytes on between a client and a server.

    Args:
        target: Where to.
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._is_over = False
        self.passes = threading.Event()
        self.delay_s = 0.0
        self.is_refusing = False
        self.passes.set()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Give where it listens."""
        return int(self._listener.getsockname()[1])

    def hang(self) -> None:
        """Let nothing pass; whoever is connected stays so, and hears nothing."""
        self.passes.clear()

    def refuse(self) -> None:
        """Reset every connection, and each new one."""
        self.is_refusing = True
        self._reset()

    def open(self) -> None:
        """Let everything pass again."""
        self.is_refusing, self.delay_s = False, 0.0
        self.passes.set()

    def close(self) -> None:
        """End it."""
        self._is_over = True
        self.passes.set()
        self._listener.close()
        self._reset()

    def _reset(self) -> None:
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def _accept(self) -> None:
        while not self._is_over:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.is_refusing:
                client.close()
                continue
            server = socket.create_connection(self._target)
            self._ends += [client, server]
            threading.Thread(target=self._pump, args=(client, server), daemon=True).start()

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        others = {client: server, server: client}
        with selectors.DefaultSelector() as selector, suppress(OSError, ValueError):
            for end in others:
                selector.register(end, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    said = key.fileobj.recv(65_536)
                    self.passes.wait()
                    time.sleep(self.delay_s)
                    if not said:
                        return
                    others[key.fileobj].sendall(said)
        for end in others:
            end.close()


@contextmanager
def gateway(url: str) -> Iterator[tuple[Gateway, str]]:
    """Give a gateway to a database, and the URL through it."""
    parsed = make_url(url)
    made = Gateway((parsed.host or "127.0.0.1", parsed.port or 5432))
    try:
        through = parsed.set(host="127.0.0.1", port=made.port)
        yield made, through.render_as_string(hide_password=False)
    finally:
        made.close()
