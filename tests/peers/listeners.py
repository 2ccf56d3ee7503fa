"""What stands behind a proxy in the program's place, to see what reaches it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Listeners:
    """In the program's place: answers 200 and writes down the headers of each request."""

    def __init__(self) -> None:
        self.seen: list[dict[str, list[str]]] = []
        self.servers: list[ThreadingHTTPServer] = []

    def __call__(self, own: dict[str, str]) -> None:
        seen = self.seen

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                seen.append({key.lower(): self.headers.get_all(key, []) for key in self.headers})
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None: ...

        for name in ("OMNIA_PORT", "OMNIA_CNS_PORT"):
            self.servers.append(ThreadingHTTPServer(("127.0.0.1", int(own[name])), Handler))
            threading.Thread(target=self.servers[-1].serve_forever, daemon=True).start()

    def stop(self) -> None:
        for server in self.servers:
            server.shutdown()
            server.server_close()
        self.servers.clear()


@contextmanager
def listening() -> Iterator[tuple[Listeners, list[dict[str, list[str]]]]]:
    listeners = Listeners()
    try:
        yield listeners, listeners.seen
    finally:
        listeners.stop()
