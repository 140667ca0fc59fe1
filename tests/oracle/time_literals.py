"""Reads time literals as Butler's where-expressions do: a JSON list on stdin, TAI nanoseconds out.

Prints a JSON list; null where Butler refuses the literal.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings

from lsst.daf.butler.queries.expressions.parser.parserYacc import _parseTimeString
from lsst.daf.butler.time_utils import TimeConverter


def nanoseconds(text: str) -> int | None:
    """Return the instant in Butler's storage form."""
    try:
        return TimeConverter().astropy_to_nsec(_parseTimeString(text))
    except Exception:  # noqa: BLE001 - refused for whatever reason
        return None


def main() -> None:
    """Read and write."""
    warnings.simplefilter("ignore")
    logging.disable(logging.ERROR)
    print(json.dumps([nanoseconds(text) for text in json.load(sys.stdin)]))


if __name__ == "__main__":
    main()
