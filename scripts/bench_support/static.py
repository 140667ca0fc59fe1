"""What Rubin keeps instead of a view: the rows of ObsCore in a table of PostgreSQL, indexed, with pgSphere."""

from __future__ import annotations

import time
from pathlib import Path

from .dachs import TYPES, pgsphere, psql

# Those of Rubin's live ObsCore manager and its exports: B-trees, and pgSphere for regions and centres.
INDEXES = (
    "(obs_publisher_did)",
    "(obs_id)",
    "(t_min)",
    "(t_max)",
    "(lsst_visit)",
    "(lsst_band)",
    "(lsst_tract, lsst_patch)",
    "(dataproduct_type, dataproduct_subtype)",
    "USING gist (pgs_center)",
    "USING gist (pgs_region)",
)


def fill(url: str, columns: list[dict[str, str]], rows: Path) -> None:
    """Fill the table from a CSV file of `export`, index it and say how long that took."""
    pgsphere(url)
    with rows.open() as file:
        names = file.readline().strip().replace('"', "").split(",")
    types = {column["column_name"]: TYPES[column["datatype"]] for column in columns}
    shared = [name for name in names if name in types]
    own = [f"{name} {types[name]}" for name in shared]
    psql(url, "-c", f"CREATE TABLE obscore ({', '.join(own)}, pgs_region spoly, pgs_center spoint)")
    psql(url, "-c", f"CREATE UNLOGGED TABLE raw ({', '.join(f'{name} text' for name in names)})")
    begin = time.perf_counter()
    psql(url, "-c", rf"\copy raw FROM '{rows}' (FORMAT csv, HEADER, NULL '\N')")
    corners = r"regexp_replace(regexp_replace(s_region, '^[A-Z ]+', ''), '(\S+) (\S+) ?', '(\1d,\2d),', 'g')"
    values = [f"{name}::{types[name]}" for name in shared]
    values += [f"spoly('{{' || rtrim({corners}, ',') || '}}')", "spoint(radians(s_ra::float8), radians(s_dec::float8))"]
    psql(url, "-c", f"INSERT INTO obscore SELECT {', '.join(values)} FROM raw")
    psql(url, "-c", "DROP TABLE raw")
    print(f"  filled in {time.perf_counter() - begin:.1f} s", flush=True)
    begin = time.perf_counter()
    for index in INDEXES:
        before = time.perf_counter()
        psql(url, "-c", f"CREATE INDEX ON obscore {index}")
        print(f"  index {index}: {time.perf_counter() - before:.1f} s", flush=True)
    print(f"  all indexes: {time.perf_counter() - begin:.1f} s", flush=True)
    psql(url, "-c", "VACUUM ANALYZE obscore")
    size = "pg_size_pretty(pg_table_size('obscore')) || ', its indexes ' || pg_size_pretty(pg_indexes_size('obscore'))"
    print(f"  the table has {psql(url, '-c', f'SELECT {size}').strip()}", flush=True)
