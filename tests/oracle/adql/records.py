"""The rows of a service's tables, as Butler and astropy have them: never through obscore-view."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml
from lsst.dax.obscore import ExporterConfig, ObscoreExporter

from lsst.daf.butler import Butler

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from obscore_rows import plain  # noqa: E402


class Row(SimpleNamespace):
    """A row: columns as attributes, and its exact region."""


def obscore(butler: Butler, mapping: str) -> list[Row]:
    """Return the exporter's records, each with the region that it was made from."""
    with open(mapping, encoding="utf-8") as stream:
        exporter = ObscoreExporter(butler, ExporterConfig.model_validate(yaml.safe_load(stream)))
    regions: list[Any] = []
    factory = exporter._derived_region_factory
    keep = factory.set

    def noted(data_id: Any, region: Any) -> None:
        regions.append(region)
        keep(data_id, region)

    factory.set = noted
    rows = []
    for made in exporter._make_record_batches(exporter.config.batch_size):
        for record in (made[0] if isinstance(made, tuple) else made).to_pylist():
            rows.append(Row(**{name: plain(value) for name, value in record.items()}))
    if len(regions) != len(rows):
        raise RuntimeError(f"{len(regions)} regions of {len(rows)} rows")
    for row, region in zip(rows, regions, strict=True):
        # Without a position, Butler has not made one of the region.
        row.region = region
    return rows


def mjd(time: Any) -> float | None:
    """Return the UTC MJD of an end of a timespan."""
    return None if time is None else float(time.utc.mjd)


def dimension(butler: Butler, element: str) -> list[Row]:
    """Return all records of a dimension element."""
    rows = []
    for record in butler.registry.queryDimensionRecords(element):
        values = record.toDict()
        span = values.pop("timespan", None)
        values["t_min"] = mjd(span.begin) if span is not None else None
        values["t_max"] = mjd(span.end) if span is not None else None
        values.setdefault("region", None)
        rows.append(Row(**values))
    return rows


def definitions(root: str) -> list[Row]:
    """Return which exposures visits have.

    Not by a query of Butler's, which loses exposures that disagree with their visit in an implied
    dimension.
    """
    with sqlite3.connect(f"{root}/gen3.sqlite3") as connection:
        names = ("instrument", "exposure", "visit")
        found = connection.execute(f"SELECT {', '.join(names)} FROM visit_definition").fetchall()
    return [Row(**dict(zip(names, row, strict=True))) for row in found]


def stored(butler: Butler) -> list[Row]:
    """Return all datasets with dataset type and run."""
    found: dict[str, Row] = {}
    for kind in butler.registry.queryDatasetTypes():
        for ref in butler.registry.queryDatasets(kind, collections=..., findFirst=False):
            found[str(ref.id)] = Row(id=str(ref.id), dataset_type=kind.name, run=ref.run)
    return list(found.values())
