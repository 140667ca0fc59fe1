"""Dataset types, datasets and collections of the synthetic survey.

Dataset identifiers are version 5 UUIDs of dataset type, run and data ID, so that the same survey
in another database or another universe has the same identifiers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from repository import COMPOSITE
from survey_dimensions import CAMERAS, DETECTORS, FILTERS, SKYMAPS, Survey, utc

from lsst.daf.butler import (
    Butler,
    CollectionType,
    DatasetIdGenEnum,
    DatasetRef,
    DatasetType,
    Timespan,
)
from lsst.daf.butler.tests import MetricsExample

# Name -> dimensions. Those with a dimension that a universe lacks are not registered there.
DATASET_TYPES: dict[str, tuple[str, ...]] = {
    "raw": ("instrument", "exposure", "detector"),
    "post_isr_image": ("instrument", "exposure", "detector"),
    "exposure_log": ("instrument", "exposure"),
    "visit_image": ("instrument", "visit", "detector"),
    "visit_summary": ("instrument", "visit"),
    "snap_link": ("instrument", "exposure", "visit"),
    "snap_image": ("instrument", "exposure", "visit", "detector"),
    "deep_coadd": ("skymap", "tract", "patch", "band"),
    "template_coadd": ("skymap", "tract", "patch", "band"),
    "patch_table": ("skymap", "tract", "patch"),
    "tract_table": ("skymap", "tract"),
    "skymap_definition": ("skymap",),
    "warp": ("instrument", "visit", "skymap", "tract", "patch"),
    "detector_warp": ("instrument", "visit", "detector", "skymap", "tract", "patch"),
    "exposure_warp": ("instrument", "exposure", "skymap", "tract", "patch"),
    "tract_visit": ("instrument", "visit", "skymap", "tract"),
    "camera_notes": ("instrument",),
    "detector_notes": ("instrument", "detector"),
    "filter_curve": ("instrument", "physical_filter"),
    "filter_night": ("instrument", "physical_filter", "visit"),
    "band_notes": ("band",),
    "everything": (),
    "reference_shard": ("htm7",),
    "band_shard": ("htm7", "band"),
    "visit_shard": ("instrument", "visit", "htm7"),
    "coarse_shard": ("htm4",),
    "healpix_map": ("healpix5",),
    "visit_system_notes": ("instrument", "visit_system"),
    "subfilter_coadd": ("skymap", "tract", "patch", "subfilter"),
    "night_log": ("instrument", "day_obs"),
    "group_log": ("instrument", "group"),
    "night_patch": ("instrument", "day_obs", "skymap", "tract", "patch"),
    "orbit_table": ("ssp_hypothesis_table",),
}
CALIBRATIONS: dict[str, tuple[str, ...]] = {
    "bias": ("instrument", "detector"),
    "flat": ("instrument", "detector", "physical_filter"),
    "camera": ("instrument",),
}

RAW = "Survey/raw/all"
OLD = "Survey/runs/2024A"
RERUN = "Survey/runs/2024A/rerun+1 (β)"
NEW = "Survey/runs/2024B"
ODD = "Survey/runs/[odd].*'%{x}\"\\"
CALIB_RUN = "Survey/calib/run"
CALIB_NEXT = "Survey/calib/run/next"
EMPTY_RUN = "Survey/empty/run"
RUNS = (RAW, OLD, RERUN, NEW, ODD, CALIB_RUN, CALIB_NEXT, EMPTY_RUN)
TAGGED = "Survey/tagged|picked?"
EMPTY_TAGGED = "Survey/tagged/empty"
CALIB = "Survey/calib/certified"
CALIB_OTHER = "Survey/calib/other"
CALIB_SERIES = "Survey/calib/series"
EMPTY_CHAIN = "Survey/empty/chain"
INNER = "Survey/chain/inner"
MIDDLE = "Survey/chain/middle"
DEFAULTS = "Survey/defaults"
ODD_CHAIN = "Survey/chain/tagged^first$"
WITH_CALIB = "Survey/chain/with calib"
CHAINS: dict[str, list[str]] = {
    EMPTY_CHAIN: [],
    INNER: [RERUN, EMPTY_RUN, EMPTY_CHAIN, NEW],
    MIDDLE: [OLD, INNER, ODD],
    DEFAULTS: [INNER, MIDDLE, RAW, OLD],
    ODD_CHAIN: [TAGGED, MIDDLE, RAW],
    WITH_CALIB: [DEFAULTS, CALIB, CALIB_RUN],
}


def storage_class(name: str, files: bool) -> str:
    """Return the storage class of a dataset type; with files, some are composites."""
    if files and name in ("deep_coadd", "visit_summary"):
        return COMPOSITE
    return "StructuredDataDict"


def register(butler: Butler, files: bool) -> dict[str, DatasetType]:
    """Register every dataset type that the universe can have."""
    universe = butler.dimensions
    made: dict[str, DatasetType] = {}
    for name, dimensions in {**DATASET_TYPES, **CALIBRATIONS}.items():
        try:
            group = universe.conform(dimensions)
        except Exception:  # noqa: BLE001 - unknown dimensions are reported differently per release
            continue
        kind = DatasetType(
            name, group, storage_class(name, files), isCalibration=name in CALIBRATIONS
        )
        butler.registry.registerDatasetType(kind)
        made[name] = kind
    return made


def data_ids(survey: Survey, name: str) -> list[dict[str, Any]]:
    """Return the data IDs of a dataset type."""
    exposures = [{"instrument": e["instrument"], "exposure": e["id"]} for e in survey.exposures]
    visits = [{"instrument": v["instrument"], "visit": v["id"]} for v in survey.visits]
    links = [
        {k: d[k] for k in ("instrument", "exposure", "visit")}
        for d in survey.definitions
        if d["exposure"] not in (720_001, 730_001)  # They disagree with their visits.
    ]
    plain_visits = [v for v in visits if v["visit"] < 500_000][:12]
    plain_patches = [p for p in survey.patches if p["tract"] < 2][:6]
    odd_patches = [p for p in survey.patches if p["tract"] >= 100][:3]
    cameras = [{"instrument": camera} for camera in CAMERAS]
    detectors = [{"detector": number} for number in range(DETECTORS)]
    filters = [{"physical_filter": name} for name, _ in FILTERS]
    bands = [{"band": band} for _, band in FILTERS]
    shards = [{"htm7": 131072 + 7919 * number} for number in range(4)]
    match name:
        case "raw" | "post_isr_image":
            return cross(exposures, detectors)
        case "exposure_log":
            return exposures
        case "visit_image":
            return cross(visits, detectors)
        case "visit_summary" | "filter_night":
            return visits
        case "snap_link":
            return links
        case "snap_image":
            return cross(links, detectors)
        case "deep_coadd" | "template_coadd":
            return cross(survey.patches, bands)
        case "patch_table":
            return survey.patches
        case "tract_table":
            return survey.tracts
        case "skymap_definition":
            return [{"skymap": skymap} for skymap in SKYMAPS]
        case "warp":
            return cross(plain_visits, plain_patches + odd_patches)
        case "detector_warp":
            return cross(plain_visits[:4], detectors, plain_patches)
        case "exposure_warp":
            return cross(exposures[:6], plain_patches)
        case "tract_visit":
            return cross(plain_visits, [{"skymap": SKYMAPS[0], "tract": tract} for tract in (0, 1)])
        case "camera_notes" | "camera":
            return cameras
        case "detector_notes" | "bias":
            return cross(cameras, detectors)
        case "filter_curve":
            return cross(cameras, filters)
        case "flat":
            return cross(cameras, detectors, filters[:2])
        case "band_notes":
            return bands
        case "everything":
            return [{}]
        case "reference_shard":
            return shards
        case "band_shard":
            return cross(shards, bands)
        case "visit_shard":
            return cross(plain_visits[:3], shards)
        case "coarse_shard":
            return [{"htm4": 2048 + 100 * number} for number in range(3)]
        case "healpix_map":
            return [{"healpix5": 1000 * number} for number in range(4)]
        case "visit_system_notes":
            return [{**camera, "visit_system": system} for camera in cameras for system in (0, 1)]
        case "subfilter_coadd":
            return [{**p, "band": "g", "subfilter": n} for p in plain_patches for n in range(2)]
        case "night_log":
            return survey.nights
        case "group_log":
            return survey.groups
        case "night_patch":
            return cross(survey.nights[:2], plain_patches[:2])
        case "orbit_table":
            return [{"ssp_hypothesis_table": "orbit's {table}"}]
    raise ValueError(name)


def cross(*parts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return every combination of the parts."""
    result: list[dict[str, Any]] = [{}]
    for part in parts:
        part = list(part)
        result = [{**left, **right} for left in result for right in part]
    return result


def content(name: str, run: str) -> Any:
    """Return something small to store."""
    summary = {"dataset type": name, "run": run}
    if name in ("deep_coadd", "visit_summary"):
        return MetricsExample(summary, {"version": 1}, [1, 2, 3])
    return summary


def add(
    butler: Butler, kind: DatasetType, ids: list[dict[str, Any]], run: str, files: bool
) -> list[DatasetRef]:
    """Register ``ids`` in ``run``, with files when asked."""
    expanded: list[Any] = ids
    # Butler expands them itself otherwise, all at once since release 30. But what it then leaves out (a detector of a
    # visit without a region) is a KeyError in its own live ObsCore manager, and None when they are expanded singly.
    if files or butler.registry.obsCoreTableManager is not None:
        expanded = [butler.registry.expandDataId(i, dimensions=kind.dimensions) for i in ids]
    if not files:
        return list(
            butler.registry.insertDatasets(
                kind, expanded, run=run, idGenerationMode=DatasetIdGenEnum.DATAID_TYPE_RUN
            )
        )
    refs = [
        DatasetRef(kind, i, run=run, id_generation_mode=DatasetIdGenEnum.DATAID_TYPE_RUN)
        for i in expanded
    ]
    for ref in refs:
        butler.put(content(kind.name, run), ref)
    return refs


def add_datasets(butler: Butler, survey: Survey, files: bool) -> int:
    """Fill the runs; return how many datasets there are.

    Every type is in OLD; slices of it are repeated under other identifiers in RERUN and NEW, so
    that a search path has to choose; ODD holds what nothing else does.
    """
    kinds = register(butler, files)
    count = 0
    for run in RUNS:
        butler.collections.register(run)
    everything: list[DatasetRef] = []
    for name, kind in kinds.items():
        ids = data_ids(survey, name)
        if files:
            if name == "visit_system_notes":
                continue  # Butler's file templates have no place for a visit system.
            ids = ids[::7][:12]
        if name in CALIBRATIONS:
            plan = {CALIB_RUN: ids, CALIB_NEXT: ids}
        elif name == "raw":
            plan = {RAW: ids[: -len(ids) // 8], ODD: ids[-len(ids) // 8 :], RERUN: ids[1::5]}
        else:
            plan = {OLD: ids, RERUN: ids[::3], NEW: ids[::2], ODD: ids[:1]}
        for run, chosen in plan.items():
            if chosen:
                refs = add(butler, kind, chosen, run, files)
                count += len(refs)
                everything += refs
    pick(butler, everything)
    certify(butler, [ref for ref in everything if ref.datasetType.name in CALIBRATIONS])
    for chain, children in CHAINS.items():
        butler.collections.register(chain, CollectionType.CHAINED)
        butler.collections.redefine_chain(chain, children)
    return count


def pick(butler: Butler, refs: list[DatasetRef]) -> None:
    """Tag a third of the datasets, the earlier run winning where data IDs repeat."""
    for name in (TAGGED, EMPTY_TAGGED):
        butler.collections.register(name, CollectionType.TAGGED)
    chosen = {(ref.datasetType.name, ref.dataId): ref for ref in reversed(refs[::3])}
    butler.registry.associate(TAGGED, chosen.values())


def certify(butler: Butler, refs: list[DatasetRef]) -> None:
    """Certify calibrations.

    CALIB: unbounded sides, and two ranges of one dataset. CALIB_OTHER: for ever. CALIB_SERIES: one
    dataset after the other for the same data ID, which a find-first search cannot choose from.
    """
    for name in (CALIB, CALIB_OTHER, CALIB_SERIES):
        butler.collections.register(name, CollectionType.CALIBRATION)
    first = Timespan(None, utc("2016-12-31T23:59:60.500"))
    second = Timespan(utc("2017-01-01T00:00:00"), utc("2020-01-01T00:00:00"))
    third = Timespan(utc("2024-01-01T00:00:00"), None)
    by_type = {
        name: [r for r in refs if r.datasetType.name == name and r.run == CALIB_RUN]
        for name in CALIBRATIONS
    }
    later = [r for r in refs if r.datasetType.name == "bias" and r.run == CALIB_NEXT]
    butler.registry.certify(CALIB_SERIES, by_type["bias"], first)
    butler.registry.certify(CALIB_SERIES, later, second)
    butler.registry.certify(CALIB, by_type["bias"], first)
    butler.registry.certify(CALIB, by_type["bias"], second)
    butler.registry.certify(CALIB, by_type["flat"][::2], third)
    butler.registry.certify(CALIB_OTHER, by_type["flat"], Timespan(None, None))
    butler.registry.certify(CALIB_OTHER, by_type["camera"][:1], second)
