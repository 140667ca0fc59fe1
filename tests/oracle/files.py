"""Makes a repository whose datastore holds files: FITS images and what a datastore can do to them.

    files.py ROOT --outside FOLDER [--url URL --namespace NS] [--chained]

Everything is written by the real daf_butler. FOLDER holds the files that are ingested without being copied.
What was stored is in ROOT/stored.json: a list of files, each with the `name` that tests know it by, dataset
type, UUID, data ID, run, component, `path` (relative to ROOT, or absolute outside of it), `member` of a zip,
`size` and `sha256` of its bytes, and `state`: there, deleted, trashed or gone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import tempfile
import warnings
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import files_images as images
import repository
from astropy.time import Time, TimeDelta
from files_formatter import Image, Parts, Preview

from lsst.daf.butler import (
    Butler,
    CollectionType,
    DatasetIdGenEnum,
    DatasetRef,
    DatasetType,
    FileDataset,
    Timespan,
)

CAMERA, SKYMAP, DAY = "FileCam", "files_v1", 20240301
RAW, RUN, HIDDEN, CHAIN = "FileCam/raw/all", "FileCam/runs/DRP", "FileCam/runs/hidden", "FileCam/defaults"
VISITS, DETECTORS = (101, 102, 103), range(4)

FORMATTERS = {
    "FileImage": "files_formatter.FitsFormatter",
    "FilePreview": "files_formatter.PngFormatter",
}
CONFIG: dict[str, Any] = {
    "storageClasses": {
        "FileImage": {"pytype": "files_formatter.Image"},
        "FilePreview": {"pytype": "files_formatter.Preview"},
        "FileParts": {
            "pytype": "files_formatter.Parts",
            "delegate": "files_formatter.PartsDelegate",
            "components": {"image": "FileImage", "mask": "FileImage", "variance": "FileImage"},
        },
    }
}
FILE_STORE = {"formatters": FORMATTERS, "composites": {"disassembled": {"FileParts": True}}}
# The second keeps what the first does not take; a table and a name for each.
CHAINED = {
    "cls": "lsst.daf.butler.datastores.chainedDatastore.ChainedDatastore",
    "datastores": [
        {"datastore": {"cls": "lsst.daf.butler.datastores.inMemoryDatastore.InMemoryDatastore"}},
        {
            "datastore": {
                "cls": "lsst.daf.butler.datastores.fileDatastore.FileDatastore",
                "name": "raws",
                "root": "<butlerRoot>/raws",
                "records": {"table": "raws_records"},
                "constraints": {"accept": ["raw"]},
                **FILE_STORE,
            }
        },
        {
            "datastore": {
                "cls": "lsst.daf.butler.datastores.fileDatastore.FileDatastore",
                "root": "<butlerRoot>/others",
                "records": {"table": "others_records"},
                "constraints": {"accept": ["all"], "reject": ["raw"]},
                **FILE_STORE,
            }
        },
    ],
}

KINDS = {
    "raw": ("FileImage", ("instrument", "detector", "exposure")),
    "visit_image": ("FileImage", ("instrument", "detector", "visit")),
    "exposure_parts": ("FileParts", ("instrument", "detector", "visit")),
    "preview": ("FilePreview", ("instrument", "detector", "visit")),
    "visit_notes": ("StructuredDataDict", ("instrument", "visit")),
    "deep_coadd": ("FileImage", ("skymap", "tract", "patch", "band")),
}


@dataclass
class Stored:
    """Writes datasets, and remembers what was stored."""

    butler: Butler
    kinds: dict[str, DatasetType]
    files: list[dict[str, Any]] = field(default_factory=list)

    def ref(self, kind: str, run: str, **data_id: Any) -> DatasetRef:
        """Return a reference with an identifier that is always the same."""
        expanded = self.butler.registry.expandDataId(data_id)
        return DatasetRef(
            self.kinds[kind], expanded, run, id_generation_mode=DatasetIdGenEnum.DATAID_TYPE_RUN
        )

    def put(self, name: str, content: Any, ref: DatasetRef) -> DatasetRef:
        """Write a dataset."""
        self.butler.put(content, ref)
        self.remember(name, ref)
        return ref

    def remember(self, name: str, ref: DatasetRef, state: str = "there") -> None:
        """Note the files of a dataset."""
        uris = self.butler.getURIs(ref)
        parts = {"": uris.primaryURI} if uris.primaryURI else uris.componentURIs
        self.files = [file for file in self.files if file["name"] != name]
        for component, uri in parts.items():
            member = None
            if uri.fragment:
                member = uri.unquoted_fragment.removeprefix("zip-path=").split("&")[0]
                with zipfile.ZipFile(uri.ospath) as archive:
                    content = archive.read(member)
            else:
                content = Path(uri.ospath).read_bytes()
            root = self.butler._config.configDir.ospath
            path = uri.ospath
            self.files.append(
                {
                    "name": name,
                    "dataset_type": ref.datasetType.name,
                    "id": str(ref.id),
                    "data_id": dict(ref.dataId.required),
                    "run": ref.run,
                    "component": component,
                    "path": os.path.relpath(path, root) if path.startswith(root) else path,
                    "member": member,
                    "size": len(content),
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "state": state,
                }
            )


def place(visit: int, detector: int) -> tuple[float, float]:
    """Return where a detector looks."""
    return 40.0 + 0.4 * (visit - 101) + 0.13 * (detector % 2), -5.0 + 0.11 * (detector // 2)


def visit_cards(visit: int, detector: int) -> Any:
    """Return the WCS of a detector of a visit."""
    return images.cards(*place(visit, detector), turn=10.0 * detector, sip=True)


def patch_cards(patch: int) -> Any:
    """Return the WCS of a patch: those of a tract share their tangent point and are shifted."""
    header = images.cards(40.1, -4.95, origin=(180 * patch + 1000, 3000))
    header["CRPIX1"] += 90.0 - 180.0 * patch
    return header


def add_dimensions(butler: Butler) -> None:
    """Insert what the images are of; regions are those of their WCS."""
    insert = butler.registry.insertDimensionData
    insert("instrument", {"name": CAMERA, "visit_system": 0, "detector_max": 10, "class_name": "Cam"})
    insert("physical_filter", {"instrument": CAMERA, "name": "r_02", "band": "r"})
    insert(
        "detector",
        *({"instrument": CAMERA, "id": d, "full_name": f"R22_S{d:02d}", "purpose": "SCIENCE"} for d in DETECTORS),
    )
    insert("visit_system", {"instrument": CAMERA, "id": 0, "name": "one-to-one"})
    noon = Time("2024-03-01T12:00:00", format="isot", scale="utc").tai
    insert("day_obs", {"instrument": CAMERA, "id": DAY, "timespan": Timespan(noon, noon + TimeDelta(1, format="jd"))})
    for visit in VISITS:
        begin = noon + TimeDelta(36000.0 + 40.0 * (visit - 101), format="sec")
        shared = {
            "instrument": CAMERA,
            "id": visit,
            "physical_filter": "r_02",
            "day_obs": DAY,
            "exposure_time": 30.0,
            "observation_reason": "survey",
            "seq_num": visit,
            "target_name": "files",
            "science_program": "FILES",
            "timespan": Timespan(begin, begin + TimeDelta(30.0, format="sec")),
        }
        group = f"group{visit}"
        insert("group", {"instrument": CAMERA, "name": group})
        obs_id = f"FC_O_{DAY}_{visit:06d}"
        insert("exposure", {**shared, "obs_id": obs_id, "group": group, "observation_type": "science"})
        headers = [visit_cards(visit, detector) for detector in DETECTORS]
        name = f"{DAY}{visit:05d}"
        insert("visit", {**shared, "name": name, "region": images.region(*headers)})
        insert("visit_system_membership", {"instrument": CAMERA, "visit": visit, "visit_system": 0})
        insert("visit_definition", {"instrument": CAMERA, "visit": visit, "exposure": visit})
        insert(
            "visit_detector_region",
            *(
                {"instrument": CAMERA, "visit": visit, "detector": d, "region": images.region(header)}
                for d, header in enumerate(headers)
            ),
        )
    insert("skymap", {"name": SKYMAP, "hash": b"f" * 20, "tract_max": 1, "patch_nx_max": 2, "patch_ny_max": 1})
    patches = [patch_cards(patch) for patch in range(2)]
    insert("tract", {"skymap": SKYMAP, "id": 0, "region": images.region(*patches)})
    insert(
        "patch",
        *(
            {"skymap": SKYMAP, "tract": 0, "id": p, "cell_x": p, "cell_y": 0, "region": images.region(header)}
            for p, header in enumerate(patches)
        ),
    )


def zipped(stored: Stored, refs: dict[str, DatasetRef], deflated: bool) -> None:
    """Replace files of datasets by members of one zip, as Butler itself makes and ingests it."""
    butler = stored.butler
    with tempfile.TemporaryDirectory() as folder:
        made = butler.retrieve_artifacts_zip(list(refs.values()), folder)
        if deflated:
            with zipfile.ZipFile(made.ospath) as archive:
                members = {name: archive.read(name) for name in archive.namelist()}
            with zipfile.ZipFile(made.ospath, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, content in members.items():
                    archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        butler.pruneDatasets(list(refs.values()), disassociate=True, unstore=True, purge=True)
        butler.ingest_zip(made, transfer="copy")
    for name, ref in refs.items():
        stored.remember(name, ref)


def ingested(stored: Stored, name: str, ref: DatasetRef, hdus: Any, outside: Path, transfer: str) -> None:
    """Let Butler refer to a file outside of its datastore."""
    file = outside / f"{name}.fits"
    hdus.writeto(file, overwrite=True)
    stored.butler.ingest(FileDataset(path=str(file), refs=[ref]), transfer=transfer)
    stored.remember(name, ref)


def add_datasets(stored: Stored, outside: Path) -> None:
    """Write the datasets."""
    butler = stored.butler
    for visit in VISITS[:2]:
        for detector in (0, 1):
            content = images.raw(visit_cards(visit, detector), visit + detector, unsigned=detector == 1)
            ref = stored.ref("raw", RAW, instrument=CAMERA, exposure=visit, detector=detector)
            stored.put(f"raw_{visit}_{detector}", Image(content), ref)

    def visit_image(visit: int, detector: int, run: str = RUN) -> tuple[Image, DatasetRef]:
        content = images.planes(visit_cards(visit, detector), visit * 10 + detector + (run == HIDDEN))
        ref = stored.ref("visit_image", run, instrument=CAMERA, visit=visit, detector=detector)
        return Image(content), ref

    stored.put("visit_101_0", *visit_image(101, 0))
    stored.put("visit_101_1", *visit_image(101, 1))
    deleted = stored.put("deleted", *visit_image(101, 2))
    trashed = stored.put("trashed", *visit_image(101, 3))
    zip_stored = stored.put("zip_stored", *visit_image(102, 0))
    zip_deflated = stored.put("zip_deflated", *visit_image(102, 1))
    for name, detector, transfer in (("direct", 2, "direct"), ("linked", 3, "symlink")):
        content, ref = visit_image(102, detector)
        ingested(stored, name, ref, content.hdus, outside, transfer)
    gone = stored.put("gone", *visit_image(103, 0))
    stored.put("hidden", *visit_image(101, 0, HIDDEN))

    data_id = {"instrument": CAMERA, "visit": 101, "detector": 0}
    stored.put("preview", Preview(images.png(1010)), stored.ref("preview", RUN, **data_id))
    zip_preview = stored.ref("preview", RUN, instrument=CAMERA, visit=102, detector=0)
    stored.put("zip_preview", Preview(images.png(1020)), zip_preview)
    whole = images.planes(visit_cards(101, 0), 1010)
    parts = {
        name: Image(images.fits.HDUList([images.primary(), whole[name.upper()].copy()]))
        for name in ("image", "mask", "variance")
    }
    stored.put("parts", Parts(**parts), stored.ref("exposure_parts", RUN, **data_id))
    notes = {"seeing": 0.7, "notes": ["clear", "naïve"]}
    stored.put("notes", notes, stored.ref("visit_notes", RUN, instrument=CAMERA, visit=101))
    for patch, kind in enumerate(("RICE_1", "GZIP_2")):
        ref = stored.ref("deep_coadd", RUN, skymap=SKYMAP, tract=0, patch=patch, band="r")
        stored.put(f"coadd_{kind}", Image(images.compressed(patch_cards(patch), 500 + patch, kind)), ref)

    zipped(stored, {"zip_stored": zip_stored, "zip_preview": zip_preview}, deflated=False)
    zipped(stored, {"zip_deflated": zip_deflated}, deflated=True)
    for name, ref in (("deleted", deleted), ("trashed", trashed), ("gone", gone)):
        stored.remember(name, ref, name)
    Path(butler.getURI(deleted).ospath).unlink()
    # Into the trash, which is not emptied; and out of it.
    butler._datastore.trash(trashed)
    butler.pruneDatasets([gone], disassociate=False, unstore=True, purge=False)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", help="directory of the repository; replaced when it exists")
    parser.add_argument("--outside", type=Path, required=True, help="folder of files that are not copied")
    parser.add_argument("--url", help="PostgreSQL database of the registry")
    parser.add_argument("--namespace", help="PostgreSQL schema of the registry")
    parser.add_argument("--chained", action="store_true", help="a chain of datastores")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    arguments.outside.mkdir(parents=True, exist_ok=True)
    butler = repository.make(
        arguments.root,
        repository.Kind(),
        url=arguments.url,
        namespace=arguments.namespace,
        extra={**CONFIG, "datastore": CHAINED if arguments.chained else FILE_STORE},
    )
    add_dimensions(butler)
    kinds = {}
    for name, (storage_class, dimensions) in KINDS.items():
        kinds[name] = DatasetType(name, dimensions, storage_class, universe=butler.dimensions)
        butler.registry.registerDatasetType(kinds[name])
    for run in (RAW, RUN, HIDDEN):
        butler.collections.register(run)
    stored = Stored(butler, kinds)
    add_datasets(stored, arguments.outside.resolve())
    butler.collections.register(CHAIN, CollectionType.CHAINED)
    butler.collections.redefine_chain(CHAIN, [RUN, RAW])
    text = json.dumps(stored.files, indent=1)
    Path(arguments.root, "stored.json").write_text(text, encoding="utf-8")
    print(json.dumps({"files": len(stored.files)}))


if __name__ == "__main__":
    main()
