"""Prints the ObsCore rows that Butler's own code makes of a repository: what our rows must equal.

    obscore_rows.py ROOT MAPPING.yaml [--mode exporter|live] [--tolerant]
    obscore_rows.py ROOT --serve

``exporter`` runs dax_obscore's ObscoreExporter. ``live`` runs the record factory of daf_butler's
ObsCoreLiveTableManager, with its region lookup, its RUN patterns or its TAGGED collection, over
all datasets that it would have seen. The mode follows from ``collection_type`` in the mapping.

Output is JSON lines: a header ``{"columns": [[name, type], …]}``, then ``{"row": […]}`` for every
row in Butler's order, then ``{"warnings": […], "rows": n}``, or ``{"error": class, "message": …}``
where Butler gives up. Doubles are written so that they are read back exactly. With ``--serve`` there
is such an answer, tolerant and with a Butler of its own, for every line of stdin that names a mapping.
"""

from __future__ import annotations

import argparse
import contextlib
import inspect
import json
import logging
import re
import sys
import uuid
import warnings
from collections.abc import Iterator
from typing import Any

import yaml
from lsst.dax.obscore import ExporterConfig, ObscoreExporter

from lsst.daf.butler import Butler, CollectionType
from lsst.daf.butler.registry.obscore import (
    ObsCoreManagerConfig,
    ObsCoreSchema,
    RecordFactory,
    SpatialObsCorePlugin,
)
from lsst.daf.butler.registry.obscore._manager import _ExposureRegionFactory


class Messages(logging.Handler):
    """Keeps what Butler logs."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record."""
        self.texts.append(record.getMessage())


def plain(value: Any) -> Any:
    """Return ``value`` as JSON can hold it."""
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    return str(value)


def exporter_rows(butler: Butler, text: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the header, then the exporter's rows."""
    exporter = ObscoreExporter(butler, ExporterConfig.model_validate(text))
    columns = [[field.name, str(field.type)] for field in exporter.schema]
    yield {"columns": columns}
    # Releases before 30 have no iter_records, and batches without the overflow flag.
    for made in exporter._make_record_batches(exporter.config.batch_size):
        for record in (made[0] if isinstance(made, tuple) else made).to_pylist():
            yield {"row": [plain(record[name]) for name, _ in columns]}


def region_source(butler: Butler) -> Any:
    """Return what the manager's region lookup asks: Butler.query, before release 29 a context."""
    if "context" not in inspect.signature(_ExposureRegionFactory).parameters:
        return butler.query
    from lsst.daf.butler.registry.queries import SqlQueryContext

    return SqlQueryContext(butler._registry._db, butler._registry._managers.column_types)


def live_rows(butler: Butler, text: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the header, then what the live manager would hold.

    The manager adds datasets as they are inserted or tagged; here they are taken from their RUN
    collections or from the TAGGED one, and go through the manager's own record factory.
    """
    config = ObsCoreManagerConfig.model_validate(text)
    plugins = SpatialObsCorePlugin.load_plugins(config.spatial_plugins, butler._registry._db)
    schema = ObsCoreSchema(
        config=config, spatial_plugins=plugins, datasets=type(butler._registry._managers.datasets)
    )
    universe = butler.dimensions
    regions = _ExposureRegionFactory(butler._registry._managers.dimensions, region_source(butler))
    factory = RecordFactory.get_record_type_from_universe(universe)(
        config, schema, universe, plugins, regions
    )
    columns = [[field.name, field.dtype.__name__] for field in schema.table_spec.fields]
    yield {"columns": columns}
    if config.collection_type.value == "TAGGED":
        collections = [config.collections[0]]
    else:
        patterns = [re.compile(pattern) for pattern in config.collections or []]
        collections = [
            run
            for run in butler.collections.query("*", collection_types={CollectionType.RUN})
            if not patterns or any(pattern.fullmatch(run) for pattern in patterns)
        ]
    for name in config.dataset_types:
        for collection in collections:
            with butler.query() as query:
                results = query.datasets(name, collections=[collection], find_first=False)
                # Data IDs are expanded one by one, as on insertion: a query for their records
                # would lose the datasets without a visit_detector_region.
                for ref in results:
                    record = factory(ref.expanded(butler.registry.expandDataId(ref.dataId)))
                    if record is not None:
                        yield {"row": [plain(record[column]) for column, _ in columns]}


def answer(root: str, mapping: str, mode: str | None) -> Iterator[dict[str, Any]]:
    """Yield every line of output; the last one is the end or the error."""
    with open(mapping, encoding="utf-8") as stream:
        text = yaml.safe_load(stream)
    mode = mode or ("live" if "collection_type" in text else "exporter")
    messages = Messages()
    logging.getLogger().addHandler(messages)
    count = 0
    with warnings.catch_warnings(record=True) as caught, contextlib.ExitStack() as stack:
        warnings.simplefilter("always")
        try:
            butler = Butler.from_config(root)
            if hasattr(butler, "close"):  # Not in release 28.
                stack.callback(butler.close)
            for line in (exporter_rows if mode == "exporter" else live_rows)(butler, text):
                count += "row" in line
                yield line
        except Exception as error:  # noqa: BLE001 - how Butler fails is part of the truth
            yield {"error": type(error).__name__, "message": str(error)}
            return
        finally:
            logging.getLogger().removeHandler(messages)
    texts = messages.texts + [str(w.message) for w in caught]
    yield {"warnings": sorted(set(texts)), "rows": count}


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root")
    parser.add_argument("mapping", nargs="?")
    parser.add_argument("--mode", choices=("exporter", "live"))
    parser.add_argument(
        "--tolerant", action="store_true", help="end with status 0 when Butler raises, too"
    )
    parser.add_argument("--serve", action="store_true")
    arguments = parser.parse_args()
    failed = False
    for mapping in (line.strip() for line in sys.stdin) if arguments.serve else [arguments.mapping]:
        for line in answer(arguments.root, mapping, arguments.mode):
            failed |= "error" in line
            print(json.dumps(line, ensure_ascii=False, allow_nan=False))
        sys.stdout.flush()
    return int(failed and not arguments.tolerant and not arguments.serve)


if __name__ == "__main__":
    sys.exit(main())
