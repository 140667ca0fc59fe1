"""Who is timed: services over HTTP, and PostgreSQL without one; each answers the same questions in its own words."""

from __future__ import annotations

import csv
import io
import re
import sys
import time
from collections import deque

import psycopg2

from .clients import Client
from .servers import Tap
from .shapes import Question

# How a VOTable ends when the service gave up: at its time limit.
STOPPED = re.compile(rb'name="QUERY_STATUS" value="(ERROR|OVERFLOW)"')
SECONDS = 60


class Stopped(Exception):
    """There was no answer within so many seconds."""


class Refused(Exception):
    """The question cannot be asked there."""


def votable(positions: tuple[tuple[float, float], ...]) -> bytes | None:
    """Write positions to upload."""
    if not positions:
        return None
    rows = "".join(f"<TR><TD>{ra!r}</TD><TD>{dec!r}</TD></TR>" for ra, dec in positions)
    fields = "".join(f'<FIELD name="{name}" datatype="double" unit="deg"/>' for name in ("ra", "dec"))
    return (
        '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE>'
        f"{fields}<DATA><TABLEDATA>{rows}</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"
    ).encode()


class Service:
    """A TAP service, asked for BINARY2; its table may have another name."""

    def __init__(self, tap: Tap, table: str = "ivoa.ObsCore", most: int = 10**9) -> None:
        self.client, self.table, self.most = Client(tap), table, most

    def words(self, question: Question) -> str:
        """Return the query."""
        return question.adql.replace("ivoa.ObsCore", self.table)

    def ask(self, question: Question, _whole: bool) -> float:
        """Return the seconds until the last byte is here."""
        end: deque[bytes] = deque(maxlen=2)
        begin = time.perf_counter()
        try:
            stream = self.client.stream(self.words(question), maxrec=self.most, keep=end, upload=votable(question.upload))
        except SystemExit as error:
            if time.perf_counter() - begin > SECONDS - 5:
                raise Stopped from None
            raise Refused(str(error)[-500:]) from None
        if STOPPED.search(b"".join(end)):
            raise Stopped
        return stream.whole

    def count(self, question: Question) -> int:
        """Count the rows of its answer."""
        _, answer = self.client.ask(self.words(question), "csv", self.most, votable(question.upload))
        return sum(1 for _ in csv.reader(io.StringIO(answer.decode()))) - 1


class Sink:
    """A file that only counts bytes."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, data: bytes) -> None:
        """Count bytes."""
        self.size += len(data)


class Bare:
    """PostgreSQL, asked by psycopg2 with one of a question's statements, `sql` or `plain`."""

    def __init__(self, connection: psycopg2.extensions.connection, words: str) -> None:
        self.connection, self.words = connection, words
        self.connection.autocommit = True
        self.counts: dict[str, int] = {}

    def ask(self, question: Question, whole: bool) -> float:
        """Return the seconds until all rows are here as PostgreSQL sends them, a whole table as binary COPY."""
        sql = getattr(question, self.words)
        with self.connection.cursor() as cursor:
            begin = time.perf_counter()
            try:
                if whole:
                    cursor.copy_expert(f"COPY ({sql}) TO STDOUT (FORMAT binary)", Sink(), 1 << 16)
                else:
                    cursor.execute(sql)
            except psycopg2.errors.QueryCanceled:
                raise Stopped from None
            self.counts[sql] = cursor.rowcount
            return time.perf_counter() - begin

    def count(self, question: Question) -> int | None:
        """Return how many rows there were, if it was asked."""
        return self.counts.get(getattr(question, self.words))


def say(name: str, column: str, text: str) -> None:
    """Tell what the table has no place for."""
    print(f"{name}, {column}: {text}", file=sys.stderr, flush=True)
