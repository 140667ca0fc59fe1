"""dax_obscore, Rubin's own exporter, on the same registry: rows a second, and its SIAv2 query."""

from __future__ import annotations

import logging
import statistics
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import yaml

from .columns import Service
from .registries import MAPPING, Databases
from .servers import Tap
from .shapes import SHAPES, Place

# Its rate does not depend on the number of rows: so many nights, with raws and visit images.
NIGHTS = 4


def butler_and(configuration: dict[str, Any], repository: Path) -> tuple[Any, Any]:
    """Open the registry with Butler, and read a configuration of dax_obscore."""
    from lsst.daf.butler import Butler
    from lsst.dax.obscore import ExporterConfig

    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    return Butler.from_config(str(repository)), ExporterConfig.model_validate(configuration)


def compare(databases: Databases, repository: Path, live: Tap, chosen: list[Place], listed: str, pairs: int) -> None:
    """Print what dax_obscore takes, beside what this program takes."""
    mapping = yaml.safe_load(MAPPING.read_text())
    export(databases, repository, mapping, min(pairs, 3))
    siav2(repository, mapping, live, chosen, listed, pairs)


def export(databases: Databases, repository: Path, mapping: dict[str, Any], pairs: int) -> None:
    """Let both export the same rows as Parquet, in turns; then this program all rows."""
    from lsst.dax.obscore import ObscoreExporter

    nights = {name: kind for name, kind in mapping["dataset_types"].items() if name != "deep_coadd"}
    butler, _ = butler_and(mapping, repository)
    with butler.query() as query:
        days = sorted(record.id for record in query.dimension_records("day_obs"))[-NIGHTS:]
    where = f"instrument = 'BenchCam' AND day_obs >= {days[0]} AND day_obs <= {days[-1]}"
    part = {**mapping, "dataset_types": nights, "where": {"where": where}}
    butler, config = butler_and(part, repository)
    with tempfile.TemporaryDirectory(prefix="ovdax") as folder:
        theirs, ours, file = (Path(folder) / name for name in ("theirs.parquet", "ours.parquet", "part.yaml"))
        file.write_text(yaml.safe_dump(part))

        def exported(mapping_file: Path) -> float:
            begin = time.perf_counter()
            command = [databases.binary, "export", repository, "-m", mapping_file, "-o", ours]
            subprocess.run(list(map(str, command)), check=True)
            return time.perf_counter() - begin

        times: list[tuple[float, float, float]] = []
        for _ in range(pairs):
            begin = time.perf_counter()
            ObscoreExporter(butler, config).to_parquet(str(theirs))
            taken = time.perf_counter() - begin
            mine = exported(file)
            some = rows(ours)
            if some != rows(theirs):
                raise SystemExit(f"dax_obscore exports {rows(theirs)} rows, {some} are there")
            times.append((taken, mine, exported(MAPPING)))
        every = rows(ours)
    taken, mine, whole = (statistics.median(part) for part in zip(*times))
    print(f"\n| export to Parquet, {pairs} pairs | rows | seconds | rows/s | of dax_obscore's rate |")
    print("|---|---:|---:|---:|---:|")
    rate = some / taken
    lines = ((f"dax_obscore, {NIGHTS} nights", some, taken), ("obscore-view, the same", some, mine), ("obscore-view, all", every, whole))
    for name, count, seconds in lines:
        print(f"| {name} | {count:,} | {seconds:.2f} | {count / seconds:,.0f} | {count / seconds / rate:,.1f} |", flush=True)


def rows(file: Path) -> int:
    """Return the number of rows of a Parquet file."""
    import pyarrow.parquet

    return pyarrow.parquet.ParquetFile(file).metadata.num_rows


def siav2(repository: Path, mapping: dict[str, Any], live: Tap, chosen: list[Place], listed: str, pairs: int) -> None:
    """Ask SIAv2 for the images of a circle and of a visit, which it knows by its time only."""
    from lsst.dax.obscore.siav2 import siav2_query_from_raw

    butler, config = butler_and(mapping, repository)
    service = Service(live)
    print(f"\n| milliseconds, {pairs} pairs | rows | dax_obscore SIAv2 | p95 | live | p95 | dax_obscore / live |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    asked = (
        ("overlap 0.1", lambda p: {"pos": f"CIRCLE {p.ra!r} {p.dec!r} 0.1"}),
        # What has no time meets any time.
        ("visit", lambda p: {"time": f"{p.t_min + 1e-5!r}", "dpsubtype": ["lsst.raw", "lsst.visit_image"]}),
    )
    for name, words in asked:
        theirs, ours, counts = [], [], []
        for index in range(-1, pairs):
            place = chosen[index % len(chosen)]
            begin = time.perf_counter()
            table = siav2_query_from_raw(butler, config, **words(place))
            taken = time.perf_counter() - begin
            question = SHAPES[name](place, listed)
            mine = service.ask(question, False)
            if index >= 0:
                theirs.append(taken)
                ours.append(mine)
                counts.append((len(table.resources[0].tables[0].array), service.count(question)))
        ratio = statistics.median(a / b for a, b in zip(theirs, ours))
        differ = "" if all(a == b for a, b in counts) else f" ({statistics.median(b for _, b in counts):,.0f})"
        figures = " | ".join(f"{1000 * v:,.1f}" for v in (statistics.median(theirs), max(theirs), statistics.median(ours), max(ours)))
        print(f"| {name} | {statistics.median(a for a, _ in counts):,.0f}{differ} | {figures} | {ratio:,.1f} |", flush=True)
