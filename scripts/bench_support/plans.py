"""What a database does for the statements of the service: EXPLAIN ANALYZE, or SQLite's EXPLAIN QUERY PLAN."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from pathlib import Path

from .clients import statements
from .registries import MAPPING, Databases
from .scale import SCHEMA
from .shapes import SHAPES, Place


def explain(databases: Databases, repository: Path, chosen: Place, names: list[str], listed: str, to: Path) -> None:
    """Write a file for every question, with each statement and its plan; uploads have none."""
    to.mkdir(parents=True, exist_ok=True)
    file = repository / "gen3.sqlite3"
    engine = "SQLite" if file.exists() else "PostgreSQL"
    for name in names:
        question = SHAPES[name](chosen, listed)
        if question.upload:
            continue
        text = question.adql + "\n"
        for program, sql in statements(databases.binary, repository, MAPPING, question.adql):
            if program != engine:
                continue
            plan = on_sqlite(file, sql) if engine == "SQLite" else on_postgresql(databases, sql)
            text += f"\n{sql}\n\n{plan}\n"
        place = f"{engine}-{name}" if engine == "SQLite" else name
        (to / f"{re.sub('[^a-z0-9.]+', '-', place.lower())}.txt").write_text(text)


def on_postgresql(databases: Databases, sql: str) -> str:
    """Run a statement and return its plan."""
    with contextlib.closing(databases.connect(databases.name)) as database, database.cursor() as cursor:
        cursor.execute(f"SET search_path = {SCHEMA}")
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, SETTINGS) {sql}")
        return "\n".join(line for (line,) in cursor.fetchall())


def on_sqlite(file: Path, sql: str) -> str:
    """Return the plan of Python's SQLite for a statement; functions of the service are there by name only."""
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        while True:
            try:
                rows = database.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
                break
            except sqlite3.OperationalError as error:
                unknown = re.fullmatch(r"no such function: (\w+)", str(error))
                if not unknown:
                    raise
                database.create_function(unknown[1], -1, lambda *_: None, deterministic=True)
        depth = {0: 0}
        lines = []
        for number, parent, _, told in rows:
            depth[number] = depth[parent] + 1
            lines.append("  " * depth[parent] + told)
        return f"(SQLite {sqlite3.sqlite_version}; the service has a newer one, with statements planned alike or better)\n" + "\n".join(lines)
