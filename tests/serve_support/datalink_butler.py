"""What belongs to a dataset, as the real Butler and lsst.sphgeom tell it; for `datalink.py`."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from types import ModuleType
from typing import Any

import requests
import yaml

from lsst.daf.butler import Butler, CollectionType, DatasetRef, Timespan
from lsst.sphgeom import DISJOINT, IntersectionRegion


class Registry:
    """The published datasets of a mapping, with their places and wavelengths."""

    def __init__(self, butler: Butler, mapping: str):
        self.butler = butler
        with open(mapping, encoding="utf-8") as stream:
            config = yaml.safe_load(stream)
        self.levels = {name: one["calib_level"] for name, one in config["dataset_types"].items()}
        self.ranges = config["spectral_ranges"]
        self.collections = config["collections"]
        self.refs: list[DatasetRef] = []
        for name in self.levels:
            self.refs += butler.registry.queryDatasets(name, collections=self.collections, findFirst=True)
        # Two exposures of the survey have another filter than the visits that they are of. Butler's queries do not
        # join those, so it says nothing of them.
        disagreeing = {720_000, 720_001, 730_000, 730_001}
        self.left_out = {
            str(ref.id)
            for ref in self.refs
            if disagreeing & {ref.dataId.required.get(name) for name in ("visit", "exposure")}
        }
        self.refs = [ref for ref in self.refs if str(ref.id) not in self.left_out]
        self.visits = defaultdict(list)
        self.exposures = defaultdict(list)
        for record in self.records("visit_definition"):
            ids = record.dataId
            self.visits[ids["instrument"], ids["exposure"]].append(ids["visit"])
            self.exposures[ids["instrument"], ids["visit"]].append(ids["exposure"])
        self.filters = {}
        for element in ("visit", "exposure"):
            for record in self.records(element):
                name = record.physical_filter
                self.filters[element, record.instrument, record.id] = name
        self.bands = {(record.instrument, record.name): record.band for record in self.records("physical_filter")}
        self.detectors = {tuple(record.dataId[k] for k in ("instrument", "visit", "detector")): record.region
                          for record in self.records("visit_detector_region")}
        self.patches = {tuple(record.dataId[k] for k in ("skymap", "tract", "patch")): record.region
                        for record in self.records("patch")}
        self.whole = {(record.instrument, record.id): record.region for record in self.records("visit")}

    def records(self, element: str) -> list[Any]:
        """Return all records of a dimension element."""
        return list(self.butler.registry.queryDimensionRecords(element))

    def need(self, ref: DatasetRef) -> dict[str, Any]:
        """Return the required dimensions."""
        return dict(ref.dataId.required)

    def wavelengths(self, ref: DatasetRef) -> tuple[float, float] | None:
        """Return the range of a dataset's filter or band."""
        ids = self.need(ref)
        names = [ids.get("band")]
        for element in ("exposure", "visit"):
            name = self.filters.get((element, ids.get("instrument"), ids.get(element)))
            names = [name, self.bands.get((ids.get("instrument"), name))] + names
        return next((tuple(self.ranges[name]) for name in names if name in self.ranges), None)

    def region(self, ref: DatasetRef) -> Any:
        """Return the region of a dataset; that of an exposure is its lowest visit's."""
        ids = self.need(ref)
        if "tract" in ids and "visit" in ids:
            return None
        if "patch" in ids:
            return self.patches.get((ids["skymap"], ids["tract"], ids["patch"]))
        visit = ids.get("visit")
        if visit is None and "exposure" in ids:
            visit = min(self.visits[ids["instrument"], ids["exposure"]], default=None)
        if "detector" in ids:
            return self.detectors.get((ids["instrument"], visit, ids["detector"]))
        return self.whole.get((ids.get("instrument"), visit))

    def alike(self, one: DatasetRef, other: DatasetRef) -> bool:
        """Tell whether the other is of the same exposure, visit or patch, and of nothing more than the one."""
        ids, others = self.need(one), self.need(other)
        if not about(ids) or not about(others):
            return False
        if "exposure" in ids and "visit" not in ids:
            linked = ("visit", self.visits[ids["instrument"], ids["exposure"]])
        elif "visit" in ids and "exposure" not in ids:
            linked = ("exposure", self.exposures[ids["instrument"], ids["visit"]])
        else:
            linked = ("", [])
        for name, value in others.items():
            if name in ids:
                if ids[name] != value:
                    return False
            elif name != linked[0] or value not in linked[1]:
                return False
        return True

    def comparable(self, one: DatasetRef, other: DatasetRef) -> bool:
        """Tell whether the other's dimensions are among those of the one, visits for exposures."""
        ids, others = set(self.need(one)), set(self.need(other))
        if about(ids) and about(others):
            if "exposure" in ids and "visit" not in ids:
                # An exposure that is in no visit has nothing of visits.
                own = self.need(one)
                is_visited = self.visits[own["instrument"], own["exposure"]]
                return others <= (ids | {"visit"} if is_visited else ids)
            if "visit" in ids and "exposure" not in ids:
                return others <= ids | {"exposure"}
            return others <= ids
        return False


def about(ids: Any) -> bool:
    """Tell whether a data ID is of an exposure, a visit or a patch."""
    return "exposure" in ids or "visit" in ids or ("tract" in ids and "patch" in ids)


def overlaps(registry: Registry, one: DatasetRef, other: DatasetRef) -> bool | None:
    """Tell whether one is of a patch and the other an image, at the same place in the same band; None where sphgeom
    does not know."""
    ids, others = registry.need(one), registry.need(other)
    image = lambda i: "exposure" in i or "visit" in i  # noqa: E731
    if not (("tract" in ids and image(others)) or (image(ids) and "tract" in others)):
        return False
    places = [registry.region(one), registry.region(other)]
    bands = [registry.wavelengths(one), registry.wavelengths(other)]
    if None in places or None in bands:
        return False
    if not (bands[0][0] < bands[1][1] and bands[1][0] < bands[0][1]):
        return False
    # Of intersections sphgeom says "disjoint" only when it is sure.
    if any(isinstance(place, IntersectionRegion) for place in places) and not places[0].relate(places[1]) & DISJOINT:
        return None
    return not bool(places[0].relate(places[1]) & DISJOINT)


SEMANTICS = {-1: "#progenitor", 0: "#coderived", 1: "#derivation"}


def related(asking: ModuleType) -> None:
    """The datasets that a dataset is linked with are those that Butler's data IDs and regions say."""
    butler = Butler.from_config(asking.ROOT)
    registry = Registry(butler, asking.MAPPING)
    chosen: dict[str, list[DatasetRef]] = defaultdict(list)
    for ref in sorted(registry.refs, key=lambda ref: str(ref.id)):
        if "warp" not in ref.datasetType.name and len(chosen[ref.datasetType.name]) < 9:
            chosen[ref.datasetType.name].append(ref)
    compared: Counter = Counter()
    asked = [ref for refs in chosen.values() for ref in refs]
    answer = asking.links([str(ref.id) for ref in asked])
    assert not answer.overflow
    for ref in asked:
        own = registry.levels[ref.datasetType.name]
        wanted: dict[str, str] = {}
        unsure: set[str] = set()
        for other in registry.refs:
            if other.id == ref.id or other.datasetType.name == "warp":
                continue
            found = registry.alike(ref, other)
            if not found and not registry.comparable(ref, other):
                meets = overlaps(registry, ref, other)
                found = bool(meets)
                if meets is None:
                    unsure.add(str(other.id))
            if found:
                level = registry.levels[other.datasetType.name]
                wanted[str(other.id)] = SEMANTICS[(level > own) - (level < own)]
        got: dict[str, str] = {}
        for row in answer.of(str(ref.id), "#progenitor", "#derivation", "#coderived", "#preview"):
            if row["description"].startswith("warp "):
                continue
            url = row["access_url"]
            (name,) = re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", url)
            if name in unsure | registry.left_out:
                continue
            # A picture of the same data is a preview, whichever was made first.
            picture = row["semantics"] == "#preview" and row["content_type"] == "image/png"
            assert not picture or "same place" not in row["description"], row
            got[name] = wanted.get(name, "") if picture else row["semantics"]
        assert set(got) == set(wanted), (
            ref, [other for other in registry.refs if str(other.id) in set(got) ^ set(wanted)], len(got), len(wanted))
        assert got == wanted, (ref, got, wanted)
        for name in wanted.values():
            compared[ref.datasetType.name, name] += 1
    kinds = {name for _, name in compared}
    assert kinds == set(SEMANTICS.values()), compared
    print("related", sum(compared.values()), dict(compared))
    warps(asking, registry)


def warps(asking: ModuleType, registry: Registry) -> None:
    """A warp has the images of its own visit and the coadds of its own patch."""
    refs = [ref for ref in registry.refs if ref.datasetType.name == "warp"]
    found = 0
    for ref in refs[::5]:
        answer = asking.links([str(ref.id)])
        known = {str(one.id): one for one in registry.refs}
        for row in answer.of(str(ref.id), "#progenitor", "#derivation", "#coderived"):
            (name,) = re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", row["access_url"])
            other, own = registry.need(known[name]), registry.need(ref)
            if "exposure" in other:
                assert other["exposure"] in registry.exposures[own["instrument"], own["visit"]], (ref, known[name])
            assert all(other[key] == own[key] for key in own if key in other), (ref, known[name])
            found += 1
    assert not refs or found > 20, found


def certify(asking: ModuleType) -> None:
    """Write files of all biases and flats, which the survey has as rows only."""
    butler = Butler.from_config(asking.ROOT, writeable=True)
    runs = [info.name for info in butler.collections.query_info("*") if info.type is CollectionType.RUN]
    for name in ("bias", "flat", "camera"):
        for ref in butler.registry.queryDatasets(name, collections=runs, findFirst=False).expanded():
            butler.put({"name": name, "id": str(ref.id)}, ref)


def calibrations(asking: ModuleType) -> None:
    """The calibrations of a dataset are those that Butler finds in the collections that certify them."""
    butler = Butler.from_config(asking.ROOT)
    registry = Registry(butler, asking.MAPPING)
    certifying = butler.collections.query_info(
        registry.collections, flatten_chains=True, collection_types={CollectionType.CALIBRATION})
    collections = [info.name for info in certifying]
    assert collections
    records = {(record.instrument, record.id): record for record in registry.records("exposure")}
    visits = {(record.instrument, record.id): record for record in registry.records("visit")}
    refs = [ref for ref in registry.refs if ref.datasetType.name in ("raw", "visit_image", "visit_summary")]
    # All kinds of times, and some of the many that are alike.
    refs.sort(key=lambda ref: (str(ref.dataId.required.get("exposure", 0)), str(ref.id)))
    chosen = [ref for at, ref in enumerate(refs) if at % 4 == 0]
    compared: Counter = Counter()
    published: set[str] = set()
    for start in range(0, len(chosen), 100):
        part = chosen[start : start + 100]
        answer = asking.links([str(ref.id) for ref in part])
        for ref in part:
            ids = registry.need(ref)
            record = records.get((ids["instrument"], ids.get("exposure"))) or visits.get((ids["instrument"], ids.get("visit")))
            got = {}
            for row in answer.of(str(ref.id), "#bias", "#dark", "#flat", "#calibration"):
                got[row["local_semantics"]] = row
            span = record.timespan
            bounded = span is not None and span.begin is not None and span.end is not None
            wanted = {}
            for name in ("bias", "flat", "camera"):
                kind = butler.get_dataset_type(name)
                data_id = {"instrument": ids["instrument"]}
                if "detector" in ids:
                    data_id["detector"] = ids["detector"]
                if name == "flat":
                    data_id["physical_filter"] = record.physical_filter
                if not bounded or any(key not in data_id for key in kind.dimensions.required):
                    continue
                middle = Timespan.fromInstant(span.begin + (span.end - span.begin) / 2)
                found = butler.find_dataset(kind, data_id, collections=collections, timespan=middle)
                if found is not None:
                    wanted[name] = str(found.id)
            uuids = {name: row["access_url"].rsplit("/", 1)[-1] for name, row in got.items()}
            assert uuids == wanted, (ref, record.timespan, uuids, wanted)
            for name, row in got.items():
                assert row["semantics"] == {"bias": "#bias", "flat": "#flat"}.get(name, "#calibration"), row
                compared[name] += 1
                published.add(uuids[name])
            compared["none"] += not wanted
    assert compared["bias"] > 5 and compared["flat"] > 5 and compared["none"] > 5, compared
    # They can be had, and those that no searched collection certifies cannot.
    for name in published:
        response = requests.get(f"{asking.BASE}/files/{name}", timeout=60)
        assert response.status_code == 200 and name in response.text, (name, response.text)
    runs = [info.name for info in butler.collections.query_info("*") if info.type is CollectionType.RUN]
    shown = set()
    for name in ("bias", "flat"):
        for one in collections:
            shown |= {str(found.ref.id) for found in butler.registry.queryDatasetAssociations(name, collections=one)}
    hidden = 0
    for kind in ("bias", "flat", "camera"):
        for ref in butler.registry.queryDatasets(kind, collections=runs, findFirst=False):
            if str(ref.id) not in shown:
                response = requests.get(f"{asking.BASE}/files/{ref.id}", timeout=60)
                assert response.status_code == 404 and "S051" in response.text, (ref, response.text)
                hidden += 1
    assert hidden > 5 and published <= shown
    print("calibrations", dict(compared), "hidden", hidden)
