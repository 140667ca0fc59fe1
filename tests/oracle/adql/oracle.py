"""Evaluates queries of fixtures/adql/corpus in plain Python, on the records of Butler.

    oracle.py ROOT MAPPING.yaml

Prints one line of JSON for each query: ``{"name": …, "rows": [[…], …]}``, in the order of the query
where it has one.
"""

from __future__ import annotations

import json
import sys
import warnings

import answers
import records

from lsst.daf.butler import Butler


def main() -> None:
    """Run the command line."""
    warnings.simplefilter("ignore")
    root, mapping = sys.argv[1:]
    butler = Butler.from_config(root)
    tables = answers.Tables(
        obscore=records.obscore(butler, mapping),
        visit_definition=records.definitions(root),
        dataset=records.stored(butler),
        **{name: records.dimension(butler, name) for name in answers.DIMENSIONS},
    )
    for name, answer in answers.ANSWERS.items():
        rows = [[cell.item() if hasattr(cell, "item") else cell for cell in row] for row in answer(tables)]
        print(json.dumps({"name": name, "rows": rows}, ensure_ascii=False, allow_nan=False))


if __name__ == "__main__":
    main()
