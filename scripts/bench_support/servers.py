"""Servers for a benchmark: PostgreSQL in a temporary folder, and `obscore-view serve`."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

AS_SERVER = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []


def free_port() -> int:
    """Find a port on which nothing listens now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def own(folder: Path) -> None:
    """Give a folder to the user that servers run as."""
    folder.chmod(0o755)
    if os.getuid() == 0:
        subprocess.run(["chown", "-R", "postgres", str(folder)], check=True)


def binaries() -> Path:
    """Find the folder of PostgreSQL's server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    return found[-1] if found else Path(shutil.which("initdb") or "initdb").parent


@contextlib.contextmanager
def postgresql(kept: Path | None = None) -> Iterator[int]:
    """Run a PostgreSQL server; the value is its port. Its data stay in `kept`, else they go."""
    port, programs = free_port(), binaries()
    folder = kept or Path(tempfile.mkdtemp(prefix="ovbench"))
    folder.mkdir(parents=True, exist_ok=True)
    own(folder)
    data = folder / "data"

    def server(*command: object) -> None:
        words = [*AS_SERVER, *map(str, command)]
        subprocess.run(words, check=True, cwd="/", stdout=subprocess.DEVNULL)

    if not data.exists():
        server(programs / "initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N", "-D", data)
    sockets = tempfile.mkdtemp(prefix="ovsock")
    own(Path(sockets))
    options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={sockets}"
    options += " -c fsync=off -c shared_buffers=256MB"
    control = (programs / "pg_ctl", "-s", "-w", "-D", data)
    server(*control, "-l", folder / "log", "-o", options, "start")
    try:
        yield port
    finally:
        server(*control, "-m", "fast", "stop")
        shutil.rmtree(sockets)
        if kept is None:
            shutil.rmtree(folder)


@dataclass(frozen=True)
class Tap:
    """A TAP service on this machine."""

    name: str
    port: int
    path: str
    pid: int

    def memory(self) -> tuple[float, float]:
        """Return the memory that it has now, and the most since `forget`, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        size = {key: int(kb) / 1024 for key, kb in re.findall(r"(Vm\w+):\s+(\d+) kB", status)}
        return size["VmRSS"], size["VmHWM"]

    def forget(self) -> None:
        """Let the most memory count from now on."""
        with contextlib.suppress(PermissionError):
            Path(f"/proc/{self.pid}/clear_refs").write_text("5")


@contextlib.contextmanager
def obscore_view(
    name: str, binary: Path, repository: Path, mapping: Path, *flags: str
) -> Iterator[Tap]:
    """Serve a repository."""
    with tempfile.TemporaryDirectory(prefix="ovjobs") as jobs:
        command = [binary, "serve", repository, "-m", mapping, "--bind", "127.0.0.1:0"]
        command += ["--jobs-folder", jobs, "--limits-rows", "0", "--log-level", "error", *flags]
        child = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        try:
            said = child.stdout.readline()
            found = re.search(r":(\d+)/", said)
            if found is None:
                raise SystemExit(f"serve failed: {said}")
            yield Tap(name, int(found[1]), "/tap/sync", child.pid)
        finally:
            child.terminate()
            child.wait()
