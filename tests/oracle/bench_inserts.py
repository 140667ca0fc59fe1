"""Measures how fast Butler inserts datasets into several repositories, in turns.

    bench_inserts.py NAME=ROOT… [--what raws|images|visits] [--rounds 31] [--exposures 50] [--batch 50] [--first NUMBER]

Every round inserts the same exposures with three raws each into every repository, in an order that
changes from round to round, so that what else the machine does hits all alike. The exposures are
not part of the time. With ``--what images`` it is three visit images of each exposure's visit, whose detectors have
regions, with ``--what visits`` the visit itself with these regions, in a transaction of its own. Prints
one line of JSON: of each repository the median of datasets (or visits) a second, and the median and the
quartiles of the ratio of its time to that of the first in the same round.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import statistics
import time
import warnings
from typing import Any

import sky
from live import exposure_record, insert_exposures
from survey_dimensions import Survey, Writer, add_visit

from lsst.daf.butler import Butler

CAMERA, DETECTORS = "SynthCam", 3
# Dataset type, the dimension beside the detector, and the run.
KINDS = {
    "raws": ("raw", "exposure", "Survey/raw/all"),
    "images": ("visit_image", "visit", "Survey/runs/2024A"),
}


def insert(butler: Butler, what: str, first: int, count: int, batch: int) -> float:
    """Insert ``count`` exposures and what belongs to them; return the seconds that ``what`` took."""
    given = [exposure_record({"instrument": CAMERA, "id": first + n}) for n in range(count)]
    insert_exposures(butler, given)
    start = time.monotonic()
    if what != "raws":
        insert_visits(butler, given)
    if what == "visits":
        return time.monotonic() - start
    kind, key, run = KINDS[what]
    butler.collections.register(run)
    ids = [
        {"instrument": CAMERA, key: record["id"], "detector": detector}
        for record in given
        for detector in range(DETECTORS)
    ]
    start = time.monotonic()
    for low in range(0, len(ids), batch):
        butler.registry.insertDatasets(kind, ids[low : low + batch], run=run)
    return time.monotonic() - start


def insert_visits(butler: Butler, exposures: list[dict[str, Any]]) -> None:
    """Insert a visit for each exposure, with regions."""
    regions = [sky.polygon(11.0, -30.5, 0.4)]
    regions += [sky.polygon(11.0, -30.5, 0.2, 10.0 * d) for d in range(DETECTORS)]
    writer = Writer(butler)
    for record in exposures:
        with butler.transaction():
            add_visit(writer, Survey(), [record], record["id"], 0, regions)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repositories", nargs="+")
    parser.add_argument("--what", choices=[*KINDS, "visits"], default="raws")
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--exposures", type=int, default=50)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--first", type=int, default=2_000_000, help="number of the first exposure")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    butlers = {}
    for text in arguments.repositories:
        name, root = text.split("=", 1)
        butlers[name] = Butler.from_config(root, writeable=True)
    seconds: dict[str, list[float]] = {name: [] for name in butlers}
    dice = random.Random(1)
    for number in range(-1, arguments.rounds):
        order = list(butlers)
        dice.shuffle(order)
        for name in order:
            first = arguments.first + (number + 1) * arguments.exposures
            taken = insert(butlers[name], arguments.what, first, arguments.exposures, arguments.batch)
            if number >= 0:  # The round before the first fills caches.
                seconds[name].append(taken)
    datasets = arguments.exposures * (1 if arguments.what == "visits" else DETECTORS)
    base = next(iter(butlers))
    answer = {}
    for name, times in seconds.items():
        ratios = [mine / other for mine, other in zip(times, seconds[base], strict=True)]
        lower, median, upper = statistics.quantiles(ratios, n=4)
        answer[name] = {
            "per_second": round(datasets / statistics.median(times), 1),
            "ratio": round(median, 3),
            "lower": round(lower, 3),
            "upper": round(upper, 3),
        }
    print(json.dumps({"datasets": datasets, "rounds": arguments.rounds, "repositories": answer}))


if __name__ == "__main__":
    main()
