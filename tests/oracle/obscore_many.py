"""Asks Butler about many mappings in one process.

    obscore_many.py ROOT MAPPING.yaml… [--parts rows|ids]

For every mapping: ``{"mapping": name}``, then what obscore_rows.py prints for it; with ``--parts ids``
instead of the rows the identifiers of the datasets that ``query.datasets`` finds with the mapping's
collections and constraints, one row each. That is what a view shows without ``--parity``: a
find-first search after the where-expression, but no region that must exist.
"""

from __future__ import annotations

import argparse
import json
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from lsst.dax.obscore import ExporterConfig
from obscore_rows import exporter_rows, live_rows

from lsst.daf.butler import Butler


def dataset_ids(butler: Butler, text: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the header, then each dataset that satisfies an alternative of its type."""
    config = ExporterConfig.model_validate(text)
    yield {"columns": [["obs_publisher_did", "string"], ["lsst_run", "string"]]}
    for name in config.dataset_types:
        found = {}
        for one in config.dataset_type_constraints.get(name, [config.where]):
            with butler.query() as query:
                if one.extra_dims:
                    query = query.join_dimensions(one.extra_dims)
                results = query.datasets(name, collections=config.collections, find_first=True)
                if one.where:
                    results = results.where(one.where, bind=one.bind)
                found.update({ref.id: ref.run for ref in results})
        for identifier, run in found.items():
            yield {"row": [str(identifier), run]}


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root")
    parser.add_argument("mappings", nargs="+")
    parser.add_argument("--parts", choices=("rows", "ids"), default="rows")
    arguments = parser.parse_args()
    logging.disable(logging.ERROR)
    warnings.simplefilter("ignore")
    butler = Butler.from_config(arguments.root)
    for mapping in arguments.mappings:
        text = yaml.safe_load(Path(mapping).read_text(encoding="utf-8"))
        ask = dataset_ids if arguments.parts == "ids" else exporter_rows
        if "collection_type" in text:
            ask = live_rows
        print(json.dumps({"mapping": Path(mapping).stem}))
        count = 0
        try:
            for line in ask(butler, text):
                count += "row" in line
                print(json.dumps(line, ensure_ascii=False, allow_nan=False))
        except Exception as error:  # noqa: BLE001 - how Butler fails is part of the truth
            line = {"error": type(error).__name__, "message": str(error)}
            print(json.dumps(line, ensure_ascii=False))
        else:
            print(json.dumps({"warnings": [], "rows": count}))


if __name__ == "__main__":
    main()
