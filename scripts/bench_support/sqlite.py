"""Copies a registry from PostgreSQL into an SQLite file in which Butler has made the same tables.

The two schemas differ in what the databases can store: a range of time is two columns in SQLite, an identifier 32
hexadecimal digits. Rows of tables that Butler keeps about itself stay as it wrote them.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from psycopg2.extensions import connection

# About the repository itself: versions of managers, the configuration of dimensions.
OWN = ("butler_attributes", "opaque_meta")
ROWS = 20_000


def copy(source: connection, schema: str, target: Path) -> None:
    """Replace the rows of the file by those of the schema; every column must have its like."""
    tables = described(source, schema)
    with sqlite3.connect(target) as file:
        file.execute("PRAGMA synchronous = OFF")
        file.execute("PRAGMA foreign_keys = OFF")
        there = {name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        there = {name for name in there if not name.startswith("sqlite_")}
        if there != tables.keys():
            raise SystemExit(f"only one of the two registries has {sorted(there ^ tables.keys())}")
        for table, columns in tables.items():
            if table not in OWN:
                fill(source, schema, file, table, columns)
        broken = file.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise SystemExit(f"foreign keys are broken: {broken[:5]}")


def described(source: connection, schema: str) -> dict[str, list[tuple[str, str]]]:
    """List tables with names and types of their columns."""
    tables: dict[str, list[tuple[str, str]]] = {}
    with source.cursor() as at:
        at.execute(
            "SELECT table_name, column_name, udt_name FROM information_schema.columns"
            " WHERE table_schema = %s ORDER BY table_name, ordinal_position",
            (schema,),
        )
        for table, column, kind in at.fetchall():
            tables.setdefault(table, []).append((column, kind))
    return tables


def fill(source: connection, schema: str, file: sqlite3.Connection, table: str, columns: list[tuple[str, str]]) -> None:
    """Copy a table, in the order of its rows."""
    names, values = [], []
    for column, kind in columns:
        if kind == "int8range":
            names += [f"{column}_begin", f"{column}_end"]
            values += [f'lower("{column}")', f'upper("{column}")']
        else:
            names.append(column)
            values.append(f"replace(\"{column}\"::text, '-', '')" if kind == "uuid" else f'"{column}"')
    own = [name for _, name, *_ in file.execute(f'PRAGMA table_info("{table}")')]
    if sorted(own) != sorted(names):
        raise SystemExit(f"{table} has other columns in SQLite: {sorted(set(own) ^ set(names))}")
    file.execute(f'DELETE FROM "{table}"')
    listed = ", ".join(f'"{name}"' for name in names)
    insert = f'INSERT INTO "{table}" ({listed}) VALUES ({", ".join("?" * len(names))})'
    with source.cursor(f"all_{table}") as at:
        at.itersize = ROWS
        at.execute(f'SELECT {", ".join(values)} FROM {schema}."{table}"')
        while rows := at.fetchmany(ROWS):
            file.executemany(insert, ([bytes(v) if isinstance(v, memoryview) else v for v in row] for row in rows))
