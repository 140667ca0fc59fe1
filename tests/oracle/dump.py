"""Prints what a query on a database returns, in the form of obscore_rows.py.

    dump.py FILE.sqlite3 SQL [--extension LIBRARY]
    dump.py postgresql://… SQL
    dump.py … @FILE.sql

This is how a user's Python sees the applied view: the standard sqlite3 module or psycopg2, without
any code of obscore-view, except a loadable extension when it is named.
"""

from __future__ import annotations

import argparse
import decimal
import json
import sqlite3
from typing import Any

import psycopg2


def plain(value: Any) -> Any:
    """Return ``value`` as JSON can hold it."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    return str(value)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database")
    parser.add_argument("sql")
    parser.add_argument("--extension")
    arguments = parser.parse_args()
    sql = arguments.sql
    if sql.startswith("@"):
        with open(sql[1:], encoding="utf-8") as stream:
            sql = stream.read()
    connection: Any
    if "://" in arguments.database:
        connection = psycopg2.connect(arguments.database)
    else:
        connection = sqlite3.connect(f"file:{arguments.database}?mode=ro", uri=True)
        if arguments.extension:
            connection.enable_load_extension(True)
            connection.load_extension(arguments.extension)
    cursor = connection.cursor()
    cursor.execute(sql)
    print(json.dumps({"columns": [[column[0], str(column[1])] for column in cursor.description]}))
    count = 0
    for row in cursor:
        count += 1
        print(json.dumps({"row": [plain(v) for v in row]}, ensure_ascii=False, allow_nan=False))
    print(json.dumps({"warnings": [], "rows": count}))


if __name__ == "__main__":
    main()
