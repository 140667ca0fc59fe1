"""Creates empty Butler repositories of every schema that obscore-view claims to read."""

from __future__ import annotations

import importlib.resources
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy
from lsst.daf.butler import Butler, Config

COLLECTION_MANAGERS = {
    "int": "lsst.daf.butler.registry.collections.synthIntKey.SynthIntKeyCollectionManager",
    "name": "lsst.daf.butler.registry.collections.nameKey.NameKeyCollectionManager",
}
DATASET_MANAGER = (
    "lsst.daf.butler.registry.datasets.byDimensions.ByDimensionsDatasetRecordStorageManagerUUID"
)
OBSCORE_MANAGER = "lsst.daf.butler.registry.obscore._manager.ObsCoreLiveTableManager"

# A storage class whose parts the file datastore writes one by one: records with a component.
COMPOSITE = "SurveyComposite"
FILE_CONFIG = {
    "storageClasses": {
        COMPOSITE: {
            "pytype": "lsst.daf.butler.tests.MetricsExample",
            "delegate": "lsst.daf.butler.tests.MetricsDelegate",
            "components": {
                "summary": "StructuredDataDict",
                "output": "StructuredDataDict",
                "data": "StructuredDataList",
            },
        }
    },
    "datastore": {
        "composites": {"disassembled": {COMPOSITE: True}},
        "formatters": {"StructuredDataList": "lsst.daf.butler.formatters.yaml.YamlFormatter"},
    },
}


@dataclass(frozen=True)
class Kind:
    """The schema of a repository.

    Parameters
    ----------
    universe
        Version of the dimension universe, 0 to 8.
    collections
        ``int`` or ``name``: how tables refer to collections.
    datasets
        Schema version of the datasets manager, ``1.0.0`` or ``2.0.0``; `None` is Butler's default.
    """

    universe: int = 8
    collections: str = "int"
    datasets: str | None = None


@sqlalchemy.event.listens_for(sqlalchemy.Engine, "connect")
def hurry(connection: Any, _record: Any) -> None:
    """Let SQLite write without waiting for the disk; the file is the same."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")


def make(
    root: str | Path,
    kind: Kind,
    *,
    url: str | None = None,
    namespace: str | None = None,
    obscore: dict[str, Any] | None = None,
    extra: dict[str, Any] | None = None,
) -> Butler:
    """Make an empty repository and open it for writing.

    Parameters
    ----------
    root
        Directory of the repository; an existing one is replaced.
    kind
        Schema of the registry.
    url, namespace
        PostgreSQL database and schema of the registry; a SQLite file in ``root`` otherwise.
    obscore
        Configuration of Butler's own live ObsCore manager, when it is to be there.
    extra
        More configuration, merged last.
    """
    shutil.rmtree(root, ignore_errors=True)
    config = Config()
    if url is not None:
        # SQLAlchemy's default driver changes between releases; psycopg2 is the pinned one.
        config["registry", "db"] = url.replace("postgresql://", "postgresql+psycopg2://", 1)
        if namespace is not None:
            config["registry", "namespace"] = namespace
    config["registry", "managers", "collections"] = COLLECTION_MANAGERS[kind.collections]
    if kind.datasets is not None:
        config["registry", "managers", "datasets"] = {
            "cls": DATASET_MANAGER,
            "schema_version": kind.datasets,
        }
    if obscore is not None:
        config["registry", "managers", "obscore"] = {"cls": OBSCORE_MANAGER, "config": obscore}
    if extra:
        config.update(extra)
    # Universe 8 came with release 30: an older release makes its newest.
    folder = importlib.resources.files("lsst.daf.butler").joinpath("configs/old_dimensions")
    versions = (folder.joinpath(f"daf_butler_universe{n}.yaml") for n in range(kind.universe, -1, -1))
    dimensions = next(path for path in versions if path.is_file())
    made = Butler.makeRepo(
        str(root), config=config, dimensionConfig=Config(str(dimensions)), forceConfigRoot=False
    )
    return Butler.from_config(made, writeable=True)
