"""Drives a repository on command, for tests that watch a view while Butler changes the registry.

    live.py ROOT

Reads one JSON object per line on stdin, ``{"do": COMMAND, …}``, and answers with one JSON object
per line on stdout after Butler has committed: ``{"ok": true, "seconds": …, "at": …, …}`` or
``{"ok": false, "error": class, "message": …}``; ``at`` is the monotonic clock, which all processes of
a machine share, right after the commit. Nothing holds a lock between two commands, unless ``begin``
was the first of them.

| command | arguments | answer |
|---|---|---|
| ``exposure`` | instrument, id, and any column of the record; ``begin``/``end`` in TAI ISO | |
| ``visit`` | instrument, id, exposures, ``ra``, ``dec``, ``half`` in degrees, detectors | |
| ``region`` | instrument, visit, ``ra``, ``dec``, ``half``: replaces the visit's region; ``beside``: two of \
them, so many degrees east and west, as a union | |
| ``put`` | type, run, ids (list of data IDs) | ``uuids`` |
| ``chain`` | name, children | |
| ``prepend``, ``extend`` | name, children | |
| ``tag``, ``untag`` | name, uuids | |
| ``certify`` | name, uuids, begin, end (TAI ISO or null) | |
| ``decertify`` | name, type, begin, end | |
| ``prune`` | uuids | |
| ``remove_run`` | name | |
| ``remove_chain`` | name | |
| ``register`` | type, dimensions | |
| ``begin``, ``commit``, ``rollback`` | what comes between is one transaction | |
| ``bench`` | type, run, instrument, first exposure id, count, batch | inserted per second |
| ``stream`` | as ``bench``, and a pause in seconds: one dataset a transaction | seconds and ``at`` of each |
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
import time
import uuid
import warnings
from typing import Any

import sky
from astropy.time import Time, TimeDelta
from survey_dimensions import Survey, Writer, add_visit

from lsst.daf.butler import Butler, CollectionType, DatasetRef, DatasetType, Timespan
from lsst.sphgeom import UnionRegion


open_transactions: list[contextlib.AbstractContextManager[None]] = []


def span(command: dict[str, Any]) -> Timespan:
    """Return the timespan of a command; an absent side is unbounded."""
    sides = [
        None if (text := command.get(side)) is None else Time(text, format="isot", scale="tai")
        for side in ("begin", "end")
    ]
    return Timespan(*sides)


def refs(butler: Butler, command: dict[str, Any]) -> list[DatasetRef]:
    """Return the datasets that a command names."""
    found = [butler.get_dataset(uuid.UUID(text)) for text in command["uuids"]]
    missing = [text for text, ref in zip(command["uuids"], found, strict=True) if ref is None]
    if missing:
        raise LookupError(f"no dataset {missing[0]}")
    return [ref for ref in found if ref is not None]


def exposure_record(command: dict[str, Any]) -> dict[str, Any]:
    """Return an exposure record; what a command does not say is something ordinary."""
    number = command["id"]
    day_obs = command.get("day_obs", 20240301)
    defaults = {
        "obs_id": f"live_{number}",
        "physical_filter": "g_01",
        "exposure_time": 30.0,
        "target_name": "live",
        "group": f"live-{number}",
        "day_obs": day_obs,
    }
    begin = Time(command.get("begin", "2024-03-01T22:00:00"), format="isot", scale="tai")
    end = begin + TimeDelta(30.0, format="sec")
    if "end" in command:
        end = Time(command["end"], format="isot", scale="tai")
    given = {k: v for k, v in command.items() if k not in ("do", "begin", "end")}
    return {**defaults, **given, "timespan": Timespan(begin, end)}


def insert_exposures(butler: Butler, records: list[dict[str, Any]]) -> None:
    """Insert exposures, and their nights and groups where those are dimensions."""
    writer = Writer(butler)
    for record in records:
        for element, key in (("day_obs", "id"), ("group", "name")):
            if not writer.knows(element):
                continue
            data_id = {"instrument": record["instrument"], element: record[element]}
            if not butler.query_dimension_records(element, **data_id, explain=False):
                writer.insert(element, {"instrument": record["instrument"], key: record[element]})
    writer.insert("exposure", *records)


def do_exposure(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Insert an exposure."""
    with butler.transaction():
        insert_exposures(butler, [exposure_record(command)])
    return {}


def do_visit(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Define a visit, with square regions."""
    camera = command["instrument"]
    records = [
        record.toDict()
        for number in command["exposures"]
        for record in butler.query_dimension_records("exposure", instrument=camera, exposure=number)
    ]
    ra, dec, half = command["ra"], command["dec"], command["half"]
    regions = [sky.polygon(ra, dec, half)]
    regions += [sky.polygon(ra, dec, half / 2, 10.0 * d) for d in range(command.get("detectors", 3))]
    with butler.transaction():
        add_visit(Writer(butler), Survey(), records, command["id"], command.get("system", 0), regions)
    return {}


def do_region(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Replace the region of a visit."""
    (record,) = butler.query_dimension_records(
        "visit", instrument=command["instrument"], visit=command["visit"]
    )
    ra, dec, half, beside = (command.get(key, 0.0) for key in ("ra", "dec", "half", "beside"))
    region = sky.polygon(ra, dec, half)
    if beside:
        region = UnionRegion(*(sky.polygon(ra + side, dec, half) for side in (-beside, beside)))
    new = {**record.toDict(), "region": region}
    butler.registry.syncDimensionData("visit", new, update=True)
    return {}


def do_put(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Register datasets, without files."""
    made = butler.registry.insertDatasets(command["type"], command["ids"], run=run(butler, command))
    return {"uuids": [str(ref.id) for ref in made]}


def run(butler: Butler, command: dict[str, Any]) -> str:
    """Return the run of a command, registered."""
    butler.collections.register(command["run"])
    return command["run"]


def do_chain(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Define or redefine a chain."""
    butler.collections.register(command["name"], CollectionType.CHAINED)
    butler.collections.redefine_chain(command["name"], command["children"])
    return {}


def do_prepend(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Put children at the front of a chain."""
    butler.collections.prepend_chain(command["name"], command["children"])
    return {}


def do_extend(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Put children at the end of a chain."""
    butler.collections.extend_chain(command["name"], command["children"])
    return {}


def do_tag(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Tag datasets."""
    butler.collections.register(command["name"], CollectionType.TAGGED)
    butler.registry.associate(command["name"], refs(butler, command))
    return {}


def do_untag(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Take datasets out of a TAGGED collection."""
    butler.registry.disassociate(command["name"], refs(butler, command))
    return {}


def do_certify(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Certify calibrations."""
    butler.collections.register(command["name"], CollectionType.CALIBRATION)
    butler.registry.certify(command["name"], refs(butler, command), span(command))
    return {}


def do_decertify(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Remove calibrations from a range of time."""
    butler.registry.decertify(command["name"], command["type"], span(command))
    return {}


def do_prune(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Delete datasets for good."""
    butler.pruneDatasets(refs(butler, command), disassociate=True, unstore=True, purge=True)
    return {}


def do_remove_run(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Delete a run with its datasets."""
    butler.removeRuns([command["name"]], unstore=True)
    return {}


def do_remove_chain(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Delete a chain, not its children."""
    butler.collections.x_remove(command["name"])
    return {}


def do_register(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Register a dataset type."""
    kind = DatasetType(
        command["type"], butler.dimensions.conform(command["dimensions"]), "StructuredDataDict"
    )
    butler.registry.registerDatasetType(kind)
    return {}


def do_bench(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Insert exposures and a dataset for each detector, in batches, and say how fast."""
    camera, first, count = command["instrument"], command["first"], command["count"]
    insert_exposures(
        butler, [exposure_record({"instrument": camera, "id": first + n}) for n in range(count)]
    )
    ids = [
        {"instrument": camera, "exposure": first + number, "detector": detector}
        for number in range(count)
        for detector in range(3)
    ]
    name = run(butler, command)
    batch = command.get("batch", 100)
    start = time.monotonic()
    for low in range(0, len(ids), batch):
        butler.registry.insertDatasets(command["type"], ids[low : low + batch], run=name)
    seconds = time.monotonic() - start
    return {"datasets": len(ids), "per_second": round(len(ids) / seconds, 1)}


def do_stream(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Insert datasets one by one, and tell when each was committed and how long it took."""
    camera, first, count = command["instrument"], command["first"], command["count"]
    insert_exposures(
        butler, [exposure_record({"instrument": camera, "id": first + n}) for n in range(count)]
    )
    name = run(butler, command)
    puts = []
    for number in range(first, first + count):
        data_id = {"instrument": camera, "exposure": number, "detector": 0}
        start = time.monotonic()
        butler.registry.insertDatasets(command["type"], [data_id], run=name)
        end = time.monotonic()
        puts.append([end - start, end])
        time.sleep(command.get("pause", 0.0))
    return {"puts": puts}


class Rollback(Exception):
    """Ends a transaction without its changes."""


def do_begin(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Begin a transaction."""
    transaction = butler.transaction()
    transaction.__enter__()
    open_transactions.append(transaction)
    return {}


def do_commit(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Commit the transaction."""
    open_transactions.pop().__exit__(None, None, None)
    return {}


def do_rollback(butler: Butler, command: dict[str, Any]) -> dict[str, Any]:
    """Take the transaction back."""
    error = Rollback()
    with contextlib.suppress(Rollback):
        open_transactions.pop().__exit__(Rollback, error, None)
    return {}


def main() -> None:
    """Answer commands until stdin ends."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    root = sys.argv[1]
    commands = {name[3:]: made for name, made in globals().items() if name.startswith("do_")}
    print(json.dumps({"ok": True, "commands": sorted(commands)}), flush=True)
    butler = Butler.from_config(root, writeable=True)
    for line in sys.stdin:
        start = time.monotonic()
        try:
            command = json.loads(line)
            answer = {"ok": True, **commands[command["do"]](butler, command)}
            answer["at"] = time.monotonic()
        except Exception as error:  # noqa: BLE001 - the test decides what a failure means
            answer = {"ok": False, "error": type(error).__name__, "message": str(error)}
        answer["seconds"] = round(time.monotonic() - start, 4)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
