"""Makes a registry of 100,000 datasets and more, to measure with.

    bench_registry.py ROOT [--url URL --namespace NS] [--visits 256] [--detectors 189] [--all-sky]

All of it goes through the real daf_butler, in bulk: a camera of 189 detectors, nights of 32 visits,
a raw and a visit image for every visit and detector, coadds in six bands of a thousand patches, one
run for every night and instrument, and a chain over all of them, so that find-first has something
to do. With the defaults: 102,768 datasets. Visits lie close together, with --all-sky as far apart as
they can. Prints one line of JSON with the time it took.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import time
import warnings
from typing import Any

import repository
import sky
from astropy.time import Time, TimeDelta
from survey_dimensions import Writer

from lsst.daf.butler import Butler, CollectionType, DatasetType, Timespan

CAMERA, SKYMAP = "BenchCam", "bench_rings"
BANDS = ("u", "g", "r", "i", "z", "y")
VISITS_A_NIGHT = 32
PATCHES = 1000


def static_records(writer: Writer, detectors: int) -> None:
    """Insert the camera and the sky map."""
    writer.insert("instrument", {"name": CAMERA, "class_name": "bench.Camera", "visit_system": 0})
    writer.insert(
        "physical_filter",
        *({"instrument": CAMERA, "name": f"{band}_0", "band": band} for band in BANDS),
    )
    writer.insert("visit_system", {"instrument": CAMERA, "id": 0, "name": "one-to-one"})
    writer.insert(
        "detector",
        *(
            {"instrument": CAMERA, "id": d, "full_name": f"R{d // 9:02d}_S{d % 9}", "purpose": "SCIENCE"}
            for d in range(detectors)
        ),
    )
    writer.insert("skymap", {"name": SKYMAP, "hash": b"bench" * 4})
    tracts = range(PATCHES // 100)
    writer.insert(
        "tract",
        *(
            {"skymap": SKYMAP, "id": t, "region": sky.polygon(10.0 + 3.0 * t, -20.0, 1.2, 45.0)}
            for t in tracts
        ),
    )
    writer.insert(
        "patch",
        *(
            {
                "skymap": SKYMAP,
                "tract": t,
                "id": p,
                "cell_x": p % 10,
                "cell_y": p // 10,
                "region": sky.polygon(
                    10.0 + 3.0 * t + 0.17 * (p % 10 - 5), -20.0 + 0.17 * (p // 10 - 5), 0.12, 45.0
                ),
            }
            for t in tracts
            for p in range(100)
        ),
    )


def pointing(index: int, visits: int, all_sky: bool) -> tuple[float, float]:
    """Return where a visit looks."""
    if not all_sky:
        return 8.0 + 0.9 * (index % 32), -21.0 + 0.3 * (index % 7)
    # A spiral almost from pole to pole, with the same area for each.
    return index * 137.508 % 360.0, math.degrees(math.asin(0.96 * ((2 * index + 1) / visits - 1)))


def observations(writer: Writer, visits: int, detectors: int, all_sky: bool) -> dict[int, list[int]]:
    """Insert nights, exposures and visits; return the numbers of each night."""
    nights: dict[int, list[int]] = {}
    first_noon = Time("2025-06-01T12:00:37", scale="tai")
    for index in range(visits):
        night, sequence = divmod(index, VISITS_A_NIGHT)
        day_obs = int((first_noon + TimeDelta(float(night), format="jd")).strftime("%Y%m%d"))
        noon = first_noon + TimeDelta(float(night), format="jd")
        number = (day_obs % 10**6) * 10_000 + sequence
        if day_obs not in nights:
            span = Timespan(noon, noon + TimeDelta(1.0, format="jd"))
            writer.insert("day_obs", {"instrument": CAMERA, "id": day_obs, "timespan": span})
        nights.setdefault(day_obs, []).append(number)
        begin = noon + TimeDelta(43_200.0 + 40.0 * sequence, format="sec")
        ra, dec = pointing(index, visits, all_sky)
        record: dict[str, Any] = {
            "instrument": CAMERA,
            "id": number,
            "obs_id": f"BC_O_{day_obs}_{sequence:06d}",
            "name": f"{number}",
            "physical_filter": f"{BANDS[index % 6]}_0",
            "group": f"{number}",
            "day_obs": day_obs,
            "seq_num": sequence,
            "exposure_time": 30.0,
            "target_name": f"field {index % 32}",
            "science_program": "BENCH",
            "observation_type": "science",
            "visit_system": 0,
            "tracking_ra": ra,
            "tracking_dec": dec,
            "timespan": Timespan(begin, begin + TimeDelta(30.0, format="sec")),
        }
        writer.insert("group", {"instrument": CAMERA, "name": f"{number}"})
        writer.insert("exposure", record)
        writer.insert("visit", {**record, "region": sky.polygon(ra, dec, 1.75, 15.0, 24)})
        writer.insert(
            "visit_definition",
            {"instrument": CAMERA, "exposure": number, "visit": number, "visit_system": 0},
        )
        writer.insert(
            "visit_system_membership", {"instrument": CAMERA, "visit": number, "visit_system": 0}
        )
        writer.insert(
            "visit_detector_region",
            *(
                {
                    "instrument": CAMERA,
                    "visit": number,
                    "detector": d,
                    "region": sky.polygon(
                        ra + 0.235 * (d % 14 - 7), dec + 0.235 * (d // 14 - 7), 0.158, 40.0
                    ),
                }
                for d in range(detectors)
            ),
        )
    return nights


def datasets(butler: Butler, nights: dict[int, list[int]], detectors: int) -> int:
    """Insert the datasets and the chain over their runs; return how many there are."""
    kinds = {}
    for name, dimensions in (
        ("raw", ("instrument", "exposure", "detector")),
        ("visit_image", ("instrument", "visit", "detector")),
        ("deep_coadd", ("skymap", "tract", "patch", "band")),
    ):
        kinds[name] = DatasetType(name, butler.dimensions.conform(dimensions), "StructuredDataDict")
        butler.registry.registerDatasetType(kinds[name])
    chain = [f"{CAMERA}/raw/all", "Bench/coadds"]
    plan: list[tuple[str, str, list[dict[str, Any]]]] = []
    for day_obs, numbers in nights.items():
        for name, key, run in (
            ("raw", "exposure", chain[0]),
            ("visit_image", "visit", f"Bench/nightly/{day_obs}"),
        ):
            ids = [
                {"instrument": CAMERA, key: number, "detector": d}
                for number in numbers
                for d in range(detectors)
            ]
            plan.append((name, run, ids))
    coadds = [
        {"skymap": SKYMAP, "tract": p // 100, "patch": p % 100, "band": band}
        for p in range(PATCHES)
        for band in BANDS
    ]
    plan.append(("deep_coadd", chain[1], coadds))
    for name, run, ids in plan:
        if run not in chain:
            chain.insert(0, run)
        butler.collections.register(run)
        butler.registry.insertDatasets(kinds[name], ids, run=run)
    butler.collections.register("Bench/all", CollectionType.CHAINED)
    butler.collections.redefine_chain("Bench/all", chain)
    return sum(len(ids) for _, _, ids in plan)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root")
    parser.add_argument("--url")
    parser.add_argument("--namespace")
    parser.add_argument("--visits", type=int, default=256)
    parser.add_argument("--detectors", type=int, default=189)
    parser.add_argument("--all-sky", action="store_true")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    start = time.monotonic()
    butler = repository.make(
        arguments.root, repository.Kind(), url=arguments.url, namespace=arguments.namespace
    )
    writer = Writer(butler)
    with butler.transaction():
        static_records(writer, arguments.detectors)
        nights = observations(writer, arguments.visits, arguments.detectors, arguments.all_sky)
    count = datasets(butler, nights, arguments.detectors)
    print(json.dumps({"datasets": count, "seconds": round(time.monotonic() - start, 1)}))


if __name__ == "__main__":
    main()
