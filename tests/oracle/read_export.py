"""Prints an exported file as JSON lines, read by pyarrow or astropy: header, rows, and a last line.

    read_export.py FILE.{parquet,xml} [--lenient]

Parquet's last line has its compression and row groups. VOTable is read strictly: whatever
astropy has to say about it is an exception, unless ``--lenient``.
"""

from __future__ import annotations

import json
import math
import sys
import warnings
from typing import Any


def plain(value: Any) -> Any:
    """Return ``value`` as JSON can hold it."""
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, (str, int, bool)) or value is None:
        return value
    if isinstance(value, bytes):
        return value.decode()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return plain(value.item())


def parquet(path: str) -> None:
    """Print a Parquet file."""
    import pyarrow.parquet

    file = pyarrow.parquet.ParquetFile(path)
    schema = file.schema_arrow
    print(json.dumps({"columns": [[f.name, f"{f.type}{'' if f.nullable else ' not null'}"] for f in schema]}))
    for batch in file.iter_batches():
        for row in batch.to_pylist():
            print(json.dumps({"row": [plain(row[name]) for name in schema.names]}))
    groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
    compressions = {g.column(c).compression for g in groups for c in range(g.num_columns)}
    facts = sorted(compressions) + [f"groups {[g.num_rows for g in groups]}"]
    print(json.dumps({"warnings": facts, "rows": file.metadata.num_rows}))


def votable(path: str, lenient: bool) -> None:
    """Print a VOTable; its INFO elements are the warnings."""
    import numpy
    from astropy.io.votable import parse

    warnings.simplefilter("ignore" if lenient else "error")
    document = parse(path, verify="ignore" if lenient else "exception")
    resource = document.resources[0]
    table = resource.tables[0]
    described = [
        " ".join(
            f"{key}={getattr(field, key)}"
            for key in ("datatype", "arraysize", "unit", "ucd", "utype", "xtype", "ref")
            if getattr(field, key)
        )
        for field in table.fields
    ]
    print(json.dumps({"columns": [[f.name, d] for f, d in zip(table.fields, described)]}))
    count = 0
    for row in table.array:
        cells = []
        for value, missing in zip(row, row.mask if hasattr(row, "mask") else [False] * len(row)):
            cells.append(None if numpy.ma.is_masked(value) or missing else plain(value))
        print(json.dumps({"row": cells}))
        count += 1
    infos = [*document.infos, *resource.infos, *table.infos]
    systems = [f"COOSYS {c.ID} {c.system} {c.refposition}" for c in resource.coordinate_systems]
    systems += [f"TIMESYS {t.ID} {t.timescale} {t.refposition} {t.timeorigin}" for t in resource.time_systems]
    facts = [f"version {document.version}", f"format {table._format}", f"title {resource.description}"]
    facts += systems + [f"INFO {i.name}={i.value}" for i in infos]
    print(json.dumps({"warnings": facts, "rows": count}))


if __name__ == "__main__":
    if sys.argv[1].endswith(".parquet"):
        parquet(sys.argv[1])
    else:
        votable(sys.argv[1], "--lenient" in sys.argv)
