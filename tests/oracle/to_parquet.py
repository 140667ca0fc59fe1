"""Lets dax_obscore write its own file of a repository, for comparison with `export`.

    to_parquet.py ROOT MAPPING.yaml OUTPUT.{parquet,csv,xml} [--timing]

The format follows from the name. With ``--timing`` one line of JSON tells how many rows there are
and how many seconds the export took, without starting Python and opening the repository.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
import warnings

import yaml
from lsst.dax.obscore import ExporterConfig, ObscoreExporter

from lsst.daf.butler import Butler


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root")
    parser.add_argument("mapping")
    parser.add_argument("output")
    parser.add_argument("--timing", action="store_true")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    with open(arguments.mapping, encoding="utf-8") as stream:
        config = ExporterConfig.model_validate(yaml.safe_load(stream))
    exporter = ObscoreExporter(Butler.from_config(arguments.root), config)
    start = time.monotonic()
    if arguments.output.endswith(".csv"):
        exporter.to_csv(arguments.output)
    elif arguments.output.endswith(".parquet"):
        exporter.to_parquet(arguments.output)
    else:
        exporter.to_votable_file(arguments.output)
    seconds = time.monotonic() - start
    if arguments.timing:
        print(json.dumps({"seconds": round(seconds, 3), "rows": rows(arguments.output)}))


def rows(path: str) -> int | None:
    """Return the number of rows of a Parquet file; `None` for other formats."""
    if not path.endswith(".parquet"):
        return None
    import pyarrow.parquet

    return pyarrow.parquet.ParquetFile(path).metadata.num_rows


if __name__ == "__main__":
    main()
