"""Makes a registry of the data that daf_butler ships for its own tests.

    packaged.py ROOT [--url URL --namespace NS] FILE...

FILE are names in lsst.daf.butler.tests.registry_data. Where the data has exposures or visits but no
datasets of them, datasets without files are added through Butler: a raw for each exposure and
detector, a calexp for each visit and detector, a deepCoadd for each patch and band, all in the run
`packaged/run`.
"""

from __future__ import annotations

import argparse
import importlib.resources
import logging
import warnings

import repository

from lsst.daf.butler import Butler, DatasetType

ADDED = (
    ("raw", ("instrument", "exposure", "detector")),
    ("calexp", ("instrument", "visit", "detector")),
    ("deepCoadd", ("skymap", "tract", "patch", "band")),
)


def add_datasets(butler: Butler) -> None:
    """Give every observation and patch a dataset."""
    butler.collections.register("packaged/run")
    for name, dimensions in ADDED:
        group = butler.dimensions.conform(dimensions)
        known = {one.name for one in butler.registry.queryDatasetTypes(name)}
        if not known:
            butler.registry.registerDatasetType(
                DatasetType(name, group, "ExposureF", universe=butler.dimensions)
            )
        identifiers = list(data_ids(butler, name))
        if identifiers:
            butler.registry.insertDatasets(name, identifiers, run="packaged/run")


def data_ids(butler: Butler, name: str):
    """Yield the data IDs of one of the added dataset types."""
    records = butler.registry.queryDimensionRecords
    if name == "deepCoadd":
        bands = sorted({record.band for record in records("physical_filter")})[:2]
        for patch in records("patch"):
            for band in bands:
                yield {"skymap": patch.skymap, "tract": patch.tract, "patch": patch.id, "band": band}
        return
    element = "exposure" if name == "raw" else "visit"
    detectors = {}
    for record in records("detector"):
        detectors.setdefault(record.instrument, []).append(record.id)
    for record in records(element):
        for detector in sorted(detectors.get(record.instrument, [])):
            yield {"instrument": record.instrument, element: record.id, "detector": detector}


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root")
    parser.add_argument("--url")
    parser.add_argument("--namespace")
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    butler = repository.make(
        arguments.root,
        repository.Kind(8, "int", None),
        url=arguments.url,
        namespace=arguments.namespace,
    )
    folder = importlib.resources.files("lsst.daf.butler.tests.registry_data")
    for name in arguments.files:
        butler.import_(filename=str(folder / name), without_datastore=True)
    add_datasets(butler)


if __name__ == "__main__":
    main()
