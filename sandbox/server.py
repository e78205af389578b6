"""Starting and stopping a sandbox, in this process."""

import threading
from pathlib import Path
from types import TracebackType

from sandbox.client import SandboxControl
from sandbox.http_server import HttpServer
from sandbox.world import World


class RunningSandbox:
    """A sandbox that accepts requests. Use as a context manager, or call ``stop()``."""

    def __init__(self, world: World, server: HttpServer) -> None:
        self.world = world
        self._server = server
        self.port = int(server.server_address[1])
        self.url = f"http://{server.server_address[0]!s}:{self.port}"
        self.control = SandboxControl(self.url)
        self._thread = threading.Thread(
            target=server.serve_forever, args=(0.05,), name="sandbox", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop listening, hang up on everybody, close the files. Safe to call twice."""
        if not self._thread.is_alive():
            return
        self.world.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up_all()
        self._thread.join()
        self.world.close()

    def __enter__(self) -> "RunningSandbox":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(
    state_dir: Path | str | None = None,
    port: int = 0,
    region: str = "us-east-1",
    host: str = "127.0.0.1",
) -> RunningSandbox:
    """Start a sandbox in a thread. ``port=0`` takes a free one; OSError when the port is taken.

    >>> with start() as sandbox:
    ...     boto3.client("bedrock", endpoint_url=sandbox.url, ...)
    """
    world = World(Path(state_dir) if state_dir else None, region)
    try:
        server = HttpServer((host, port), world)
    except OSError:
        world.close()
        raise
    return RunningSandbox(world, server)
