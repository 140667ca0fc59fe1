"""Reads an applied view again and again over one connection, as a user's Python would.

    watch.py FILE.sqlite3
    watch.py postgresql://…

Reads one JSON object per line on stdin and answers on stdout.

| command | answer |
|---|---|
| ``{"rows": SQL}`` | the result, in the form of dump.py |
| ``{"begin": true}``, ``{"end": true}`` | ``{"ok": true}``: a read-only transaction with one snapshot; SQLite takes it at the first read |
| ``{"scan": SQL}`` | fetches all rows in a tight loop until the next line comes: ``{"scans": n, "rows": of the last, "seconds": [each]}`` |
| ``{"poll": SQL}`` | the same with a query of one value: ``{"polls": [[start, end, value], …]}``, monotonic clock; only the first and the last poll of a value |

An error of the database ends the process.
"""

from __future__ import annotations

import argparse
import json
import select
import sqlite3
import sys
import time
from typing import Any

import psycopg2
from dump import plain


def more() -> bool:
    """Return whether a line is waiting."""
    return bool(select.select([sys.stdin], [], [], 0)[0])


class Reader:
    """One connection."""

    def __init__(self, database: str):
        self.connection: Any
        if "://" in database:
            self.connection = psycopg2.connect(database)
            self.connection.autocommit = True
            self.begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        else:
            self.connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, isolation_level=None)
            self.begin = "BEGIN"
        self.cursor = self.connection.cursor()

    def rows(self, sql: str) -> None:
        """Print a result."""
        self.cursor.execute(sql)
        print(json.dumps({"columns": [[column[0], str(column[1])] for column in self.cursor.description]}))
        rows = self.cursor.fetchall()
        for row in rows:
            print(json.dumps({"row": [plain(v) for v in row]}, ensure_ascii=False, allow_nan=False))
        print(json.dumps({"warnings": [], "rows": len(rows)}), flush=True)

    def scan(self, sql: str) -> dict[str, Any]:
        """Fetch everything until a line comes."""
        seconds: list[float] = []
        count = 0
        while not more():
            start = time.monotonic()
            self.cursor.execute(sql)
            count = len(self.cursor.fetchall())
            seconds.append(time.monotonic() - start)
        return {"scans": len(seconds), "rows": count, "seconds": seconds}

    def poll(self, sql: str) -> dict[str, Any]:
        """Ask for a value until a line comes."""
        polls: list[list[Any]] = []
        while not more():
            start = time.monotonic()
            self.cursor.execute(sql)
            (value,) = self.cursor.fetchone()
            poll = [start, time.monotonic(), value]
            if len(polls) > 1 and polls[-1][2] == polls[-2][2] == value:
                polls[-1] = poll
            else:
                polls.append(poll)
        return {"polls": polls}


def main() -> None:
    """Answer commands until stdin ends."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database")
    arguments = parser.parse_args()
    reader = Reader(arguments.database)
    print(json.dumps({"ok": True}), flush=True)
    while line := sys.stdin.readline():
        ((name, sql),) = json.loads(line).items()
        if name == "rows":
            reader.rows(sql)
            continue
        answer: dict[str, Any] = {"ok": True}
        if name in ("begin", "end"):
            reader.cursor.execute(reader.begin if name == "begin" else "COMMIT")
        else:
            # The line that ends the loop is an empty object.
            print(json.dumps(answer), flush=True)
            answer = reader.scan(sql) if name == "scan" else reader.poll(sql)
            sys.stdin.readline()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
