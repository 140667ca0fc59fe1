"""Makes Butler repositories with the real daf_butler, and says what Butler itself sees in them.

Usage: make_registry.py < requests.json > answers.json

A request is {"root": folder, "universe": 0..8, "collections": "nameKey" | "synthIntKey",
"datasets": "1.0.0" | "2.0.0", "db": URL or absent, "namespace": schema or absent,
"obscore": true | false, "import": [names of files of lsst.daf.butler.tests.registry_data]}.
An answer holds the facts that `inspect` must find.
"""

import importlib.resources
import json
import os
import sys
import warnings

from lsst.daf.butler import (
    Butler,
    CollectionType,
    Config,
    DatasetRef,
    DatasetType,
    DimensionConfig,
    Timespan,
)

MANAGERS = "lsst.daf.butler.registry"
UUID_MANAGER = f"{MANAGERS}.datasets.byDimensions.ByDimensionsDatasetRecordStorageManagerUUID"

# Butler accepts all of these characters in names of collections.
ODD = "odd/naïve name'with\"quotes%and{braces}"


def configuration(request):
    classes = {"nameKey": "NameKeyCollectionManager", "synthIntKey": "SynthIntKeyCollectionManager"}
    key = request.get("collections", "synthIntKey")
    config = Config()
    config["registry", "managers", "collections"] = f"{MANAGERS}.collections.{key}.{classes[key]}"
    config["registry", "managers", "datasets"] = {
        "cls": UUID_MANAGER,
        "schema_version": request.get("datasets", "2.0.0"),
    }
    if request.get("db"):
        config["registry", "db"] = request["db"]
    if request.get("namespace"):
        config["registry", "namespace"] = request["namespace"]
    if request.get("obscore"):
        config["registry", "managers", "obscore"] = {
            "cls": f"{MANAGERS}.obscore.ObsCoreLiveTableManager",
            "config": {
                "namespace": "test",
                "version": 1,
                "collection_type": "RUN",
                "collections": ["a/run"],
                "facility_name": "Test",
                "obs_collection": "TEST",
                "dataset_types": {"raw": {"dataproduct_type": "image", "calib_level": 1}},
            },
        }
    return config


def populate(butler):
    registry = butler._registry
    universe = butler.dimensions
    for name in ("Cam", "O'Cam"):
        registry.insertDimensionData("instrument", {"name": name, "class_name": "x.Cam"})
        registry.insertDimensionData(
            "physical_filter", {"instrument": name, "name": f"{name}-R", "band": "r"}
        )
        registry.insertDimensionData(
            "detector", {"instrument": name, "id": 1, "full_name": "R00_S00"}
        )
    registry.insertDimensionData("skymap", {"name": "map 50%", "hash": b"0" * 40})
    registry.insertDimensionData("tract", {"skymap": "map 50%", "id": 9})
    registry.insertDimensionData(
        "patch", {"skymap": "map 50%", "tract": 9, "id": 3, "cell_x": 0, "cell_y": 0}
    )
    dimension_sets = [
        (),
        ("instrument",),
        ("exposure", "detector"),
        ("visit",),
        ("visit", "detector"),
        ("visit", "detector", "band"),
        ("physical_filter", "detector"),
        ("tract", "patch", "band"),
        ("tract", "visit", "detector"),
        ("htm7", "visit"),
        ("subfilter", "patch"),
        ("exposure", "visit"),
        ("skymap",),
        ("band",),
        ("visit_system", "visit"),
    ]
    for system in universe.skypix:
        dimension_sets.append((f"{system.name}9",))
    dimension_sets += [(name,) for name in ("day_obs", "group", "ssp_hypothesis_bundle") if name in universe]
    for number, dimensions in enumerate(dimension_sets):
        registry.registerDatasetType(
            DatasetType(f"type{number:02d}", dimensions, "StructuredDataDict", universe=universe)
        )
    bias = DatasetType(
        "bias", ("instrument", "detector"), "ExposureF", universe=universe, isCalibration=True
    )
    registry.registerDatasetType(bias)
    registry.registerRun("a/run")
    registry.registerRun(ODD)
    registry.registerCollection("tagged", CollectionType.TAGGED)
    registry.registerCollection("calib", CollectionType.CALIBRATION)
    for name, children in (
        ("chain", ["calib", "a/run"]),
        ("empty", []),
        ("outer", ["tagged", "chain", ODD]),
    ):
        registry.registerCollection(name, CollectionType.CHAINED)
        registry.setCollectionChain(name, children)
    (ref,) = registry.insertDatasets(
        bias, [{"instrument": "O'Cam", "detector": 1}], run=ODD
    )
    registry.associate("tagged", [ref])
    registry.certify("calib", [ref], Timespan(None, None))
    registry.insertDatasets(
        registry.getDatasetType("type01"), [{"instrument": "Cam"}], run="a/run"
    )


def facts(butler):
    registry = butler._registry
    types = {}
    for dataset_type in registry.queryDatasetTypes():
        types[dataset_type.name] = {
            "storage_class": dataset_type.storageClass_name,
            "required": list(dataset_type.dimensions.required),
            "implied": list(dataset_type.dimensions.implied),
            "calibration": dataset_type.isCalibration(),
        }
    collections = {}
    for info in butler.collections.query_info("*", include_summary=True, include_doc=False):
        collections[info.name] = {
            "type": info.type.name,
            "children": list(info.children),
            "dataset_types": sorted(info.dataset_types or ()),
        }
    governors = {}
    for governor in butler.dimensions.governor_dimensions.names:
        records = butler.query_dimension_records(governor, explain=False)
        governors[governor] = sorted(record.dataId[governor] for record in records)
    return {
        "universe": butler.dimensions.version,
        "order": [name for name in butler.dimensions.elements.names],
        "dataset_types": types,
        "collections": collections,
        "governors": governors,
    }


def make(request):
    folder = importlib.resources.files("lsst.daf.butler")
    dimensions = folder / "configs" / "old_dimensions"
    file = dimensions / f"daf_butler_universe{request['universe']}.yaml"
    root = request["root"]
    Butler.makeRepo(
        root,
        config=configuration(request),
        dimensionConfig=DimensionConfig(str(file)),
        forceConfigRoot=not request.get("db"),
    )
    with Butler.from_config(root, writeable=True) as butler:
        if request.get("import"):
            for name in request["import"]:
                path = os.path.join(str(folder), "tests", "registry_data", name)
                butler.import_(filename=path, without_datastore=True)
        else:
            populate(butler)
    with Butler.from_config(root, writeable=False) as butler:
        return facts(butler)


def main():
    warnings.simplefilter("ignore")
    json.dump([make(request) for request in json.load(sys.stdin)], sys.stdout)


if __name__ == "__main__":
    main()
