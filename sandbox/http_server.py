"""Sockets. HTTP/1.1 with keep-alive on the standard library: a framework would double the idle memory."""

import contextlib
import socket
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any

from sandbox import gate
from sandbox.wire import Hangup, Request, Response

if TYPE_CHECKING:
    from sandbox.world import World


MOST_BYTES = 512 * 1024 * 1024  # a body is held in memory; S3 itself takes 5 GB


class HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], world: "World") -> None:
        self.world = world
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Without HTTPServer's reverse DNS look-up, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up_all(self) -> None:
        """A stopped sandbox must not go on answering over kept-alive connections."""
        with self._lock:
            still_open = list(self._open)
        for connection in still_open:
            with contextlib.suppress(OSError):  # gone already
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that leave in the middle are everyday life; anything else is a bug and is shown."""
        if not isinstance(sys.exception(), OSError) and not self.world.closing.is_set():
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one packet
    server: HttpServer

    def __getattr__(self, name: str) -> Callable[[], None]:
        """``do_GET`` and its sisters, by which the standard library asks for a method's handler."""
        if name.startswith("do_"):
            return self.handle_method
        raise AttributeError(name)

    def handle_method(self) -> None:
        body = self._read_body()
        if body is None:
            return
        path, _, query = self.path.partition("?")
        request = Request(self.command, path, query, self.headers, body)
        answer = gate.handle(self.server.world, request)
        if isinstance(answer, Hangup):
            self.server.world.closing.wait(answer.after_seconds)
            self.close_connection = True
        else:
            self._send(answer)

    def handle_expect_100(self) -> bool:
        """boto3 waits for this line before it sends an S3 body, so it must not sit in the buffer."""
        self.send_response_only(100)
        self.end_headers()
        self.wfile.flush()
        return True

    def log_message(self, format: str, *args: Any) -> None:
        """The ledger is the log."""

    def _send(self, answer: Response) -> None:
        self.send_response(answer.status)
        length = str(answer.length if answer.blocks else len(answer.body))
        for name, value in answer.headers.items():
            if name.lower() == "content-length":
                length = value if self.command == "HEAD" else length
            elif name.lower() not in ("connection", "date", "server", "transfer-encoding"):
                self.send_header(name, value)
        if answer.status not in (204, 304):
            self.send_header("Content-Length", length)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
            for block in answer.blocks() if answer.blocks else ():
                self.wfile.write(block)

    def _read_body(self) -> bytes | None:
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            return self._read_chunks()
        length = self.headers.get("Content-Length") or "0"
        if not length.isdecimal():
            self.send_error(400, "Bad Content-Length")
            return None
        if int(length) > MOST_BYTES:
            self.send_error(413, "Larger than the sandbox takes in one request; send it in parts")
            return None
        return self._read_exactly(int(length))

    def _read_chunks(self) -> bytes:
        parts = []
        while size := int(self._read_line().split(b";")[0], 16):
            parts.append(self._read_exactly(size))
            self._read_line()
        while self._read_line().strip():
            pass  # trailers
        return b"".join(parts)

    def _read_exactly(self, size: int) -> bytes:
        """All or nothing: half an upload must never be stored as a whole object."""
        data = self.rfile.read(size)
        if len(data) < size:
            raise ConnectionAbortedError("the client left in the middle of its request")
        return data

    def _read_line(self) -> bytes:
        line = self.rfile.readline(65537)
        if not line.endswith(b"\n"):
            raise ConnectionAbortedError("the client left in the middle of its request")
        return line
