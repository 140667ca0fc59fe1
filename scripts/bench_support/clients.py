"""Clients of a benchmark: of a TAP service over a connection that stays, and of bare PostgreSQL."""

from __future__ import annotations

import ast
import http.client
import re
import subprocess
import tempfile
import threading
import time
import urllib.parse
from collections.abc import MutableSequence
from dataclasses import dataclass
from pathlib import Path

from .servers import Tap, binaries

BINARY2 = "application/x-votable+xml;serialization=BINARY2"
BOUNDARY = "obscore-view-bench"


@dataclass
class Stream:
    """How an answer arrived: seconds to its first byte and to its last, and its size."""

    first: float
    whole: float
    size: int


class Client:
    """A connection to a TAP service."""

    def __init__(self, tap: Tap) -> None:
        self.tap = tap
        self.connection = http.client.HTTPConnection("127.0.0.1", tap.port, timeout=600)

    def ask(
        self, adql: str, form: str = BINARY2, maxrec: int | None = None, upload: bytes | None = None
    ) -> tuple[Stream, bytes]:
        """Ask and keep the answer."""
        pieces: list[bytes] = []
        stream = self.stream(adql, form, maxrec, pieces, upload)
        return stream, b"".join(pieces)

    def stream(
        self,
        adql: str,
        form: str = BINARY2,
        maxrec: int | None = None,
        keep: MutableSequence[bytes] | None = None,
        upload: bytes | None = None,
    ) -> Stream:
        """Ask, with a VOTable as TAP_UPLOAD.places where there is one, and read the answer as it comes."""
        fields = {"LANG": "ADQL", "QUERY": adql, "FORMAT": form}
        if maxrec is not None:
            fields["MAXREC"] = str(maxrec)
        body: str | bytes = urllib.parse.urlencode(fields)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        if upload is not None:
            body = multipart({**fields, "UPLOAD": "places,param:places"}, upload)
            kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        for last in (False, True):
            begin = time.perf_counter()
            try:
                self.connection.request("POST", self.tap.path, body, kind)
                answer = self.connection.getresponse()
                break
            except (ConnectionError, http.client.HTTPException):
                # A connection that nobody used for a while is closed by the server.
                self.connection.close()
                if last:
                    raise
        first, size = 0.0, 0
        while piece := answer.read1(1 << 20):
            first = first or time.perf_counter() - begin
            size += len(piece)
            if keep is not None:
                keep.append(piece)
            elif answer.status != 200:
                raise SystemExit(f"{self.tap.name}: {adql}: {piece[:2000]!r}")
        if answer.status != 200:
            raise SystemExit(f"{self.tap.name}: {adql}: {answer.status} {keep}")
        return Stream(first, time.perf_counter() - begin, size)


def multipart(fields: dict[str, str], places: bytes) -> bytes:
    """Write a form with a file."""
    body = b""
    for name, value in [*fields.items(), ("places", places)]:
        told = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
        if isinstance(value, str):
            body += f"{told}\r\n\r\n{value}\r\n".encode()
        else:
            kind = "Content-Type: application/x-votable+xml"
            body += f'{told}; filename="{name}.xml"\r\n{kind}\r\n\r\n'.encode() + value + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def together(tap: Tap, adql: str, clients: int, seconds: float) -> float:
    """Let clients ask again and again; return answers per second."""
    counts = [0] * clients
    end = time.perf_counter() + seconds

    def work(index: int) -> None:
        client = Client(tap)
        while time.perf_counter() < end:
            client.stream(adql)
            counts[index] += 1

    begin = time.perf_counter()
    run([threading.Thread(target=work, args=(index,)) for index in range(clients)])
    return sum(counts) / (time.perf_counter() - begin)


def streams(tap: Tap, adql: str, clients: int) -> list[Stream]:
    """Let clients read the same answer at the same time."""
    done: list[Stream] = []
    threads = [
        threading.Thread(target=lambda: done.append(Client(tap).stream(adql, maxrec=10**7)))
        for _ in range(clients)
    ]
    run(threads)
    if len(done) != clients:
        raise SystemExit(f"{tap.name}: a client failed")
    return done


def run(threads: list[threading.Thread]) -> None:
    """Run threads to their end."""
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def statements(binary: Path, repository: Path, mapping: Path, adql: str) -> list[tuple[str, str]]:
    """List what databases get for a query: database, and its SQL with parameters written out."""
    command = [binary, "query", repository, "-m", mapping, adql, "--stage", "sql"]
    told = subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True)
    found: list[tuple[str, str]] = []
    for block in re.split(r"^-- (?=[A-Z]\w+: )", told.stdout, flags=re.MULTILINE)[1:]:
        head, text = block.split("\n", 1)
        values = dict(re.findall(r"^-- \$(\d+) = (.*)$", text, flags=re.MULTILINE))
        text = re.sub(r"^-- \$.*$", "", text, flags=re.MULTILINE).strip().removesuffix(";")
        # PostgreSQL's $1, and SQLite's ?1.
        text = re.sub(r"[$?](\d+)", lambda one: literal(values[one[1]]), text)
        found.append((head.split(":", 1)[0], text))
    return found


def literal(shown: str) -> str:
    """Write a parameter as it is shown, `Text("x")` or `Int(1)`, in SQL."""
    kind, value = re.fullmatch(r"(\w+)\((.*)\)", shown, flags=re.DOTALL).groups()  # type: ignore[union-attr]
    if kind == "Text":
        return "'" + ast.literal_eval(value).replace("'", "''") + "'"
    return value


def load(tap: Tap, adql: str, clients: int, seconds: int) -> float:
    """Let wrk, which takes little of the processors, ask again and again; return answers per second."""
    words = {"LANG": "ADQL", "FORMAT": BINARY2, "QUERY": adql}
    url = f"http://127.0.0.1:{tap.port}{tap.path}?{urllib.parse.urlencode(words)}"
    command = ["wrk", "-t", "1", "-c", str(clients), "-d", f"{seconds}s", url]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    if found is None or "Non-2xx" in told:
        raise SystemExit(told)
    return float(found[1])


def pgbench(port: int, asked: list[str], clients: int, seconds: int) -> float:
    """Let PostgreSQL's own benchmark run statements, planned each time; return transactions per second."""
    with tempfile.TemporaryDirectory(prefix="ovpgbench") as folder:
        script = Path(folder) / "script.sql"
        script.write_text("".join(sql.replace("\n", " ") + ";\n" for sql in asked))
        command = [binaries() / "pgbench", "-n", "-h", "127.0.0.1", "-p", port]
        command += ["-U", "postgres", "-f", script, "-c", clients, "-j", 1, "-T", seconds, "bench"]
        done = subprocess.run(
            list(map(str, command)), check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if found is None:
        raise SystemExit(done.stdout)
    return float(found[1])
