"""The registry of one size, the static table beside it, and a copy of the registry in SQLite."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import lsst.sphgeom
import psycopg2

from . import scale, sqlite, static
from .clients import Client
from .dachs import psql
from .servers import Tap

ROOT = Path(__file__).resolve().parent.parent.parent
ORACLE = ROOT / "tests/oracle"
KEPT = ROOT / "target/bench/scale"
MAPPING = ORACLE / "mappings/bench.yaml"
PYTHON = os.environ.get("OBSCORE_VIEW_PYTHON", str(ROOT / ".venv/bin/python"))
READER = "scale_reader"


def run(*command: object) -> None:
    """Run a program, which must succeed."""
    subprocess.run(list(map(str, command)), check=True)


class Databases:
    """The databases of one size: the registry, and the table."""

    def __init__(self, port: int, datasets: int, runs: int, binary: Path) -> None:
        self.port, self.url = port, f"postgresql://postgres@127.0.0.1:{port}"
        self.name = f"scale_{datasets}" + (f"_runs_{runs}" if runs else "")
        self.table = f"{self.name}_static"
        self.folder, self.binary = KEPT / self.name, binary

    def connect(self, name: str) -> psycopg2.extensions.connection:
        """Open a database."""
        return psycopg2.connect(host="127.0.0.1", port=self.port, user="postgres", dbname=name)

    def there(self, name: str) -> bool:
        """Is a database complete? Its comment says so."""
        asked = f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{name}'"
        return psql(f"{self.url}/postgres", "-c", asked).strip() == "complete"

    @contextlib.contextmanager
    def made(self, name: str, *template: str):
        """Create a database and let it be filled."""
        psql(f"{self.url}/postgres", "-c", f"DROP DATABASE IF EXISTS {name}")
        psql(f"{self.url}/postgres", "-c", " ".join([f"CREATE DATABASE {name}", *template]))
        yield f"{self.url}/{name}"
        psql(f"{self.url}/postgres", "-c", f"COMMENT ON DATABASE {name} IS 'complete'")

    def repository(self, name: str) -> Path:
        """Write the configuration of a repository; the port is another one each time."""
        lines = (KEPT / "repository/butler.yaml").read_text().splitlines()
        database = f"  db: {self.url.replace(':', '+psycopg2:', 1)}/{name}"
        self.folder.mkdir(exist_ok=True)
        text = "\n".join(database if "  db:" in line else line for line in lines)
        (self.folder / "butler.yaml").write_text(text + "\n")
        return self.folder

    def registry(self, datasets: int, runs: int) -> Path:
        """Make the registry, unless it is there."""
        if not self.there("seed"):
            print("making the seed with daf_butler", flush=True)
            with self.made("seed") as url:
                psql(url, "-c", "CREATE EXTENSION btree_gist")
                run("rm", "-rf", KEPT / "repository")
                run(
                    *(PYTHON, ORACLE / "bench_registry.py", KEPT / "repository"),
                    *("--url", url, "--namespace", scale.SCHEMA),
                )
        if not self.there(self.name):
            print(f"multiplying it to {datasets:,} datasets", flush=True)
            begin = time.perf_counter()
            with self.made(self.name, "TEMPLATE seed"):
                with contextlib.closing(self.connect(self.name)) as database:
                    made = scale.multiply(database, datasets, runs)
                print(f"  {made:,} datasets in {time.perf_counter() - begin:.1f} s", flush=True)
                butler_reads(self.repository(self.name))
        return self.repository(self.name)

    def rows(self, repository: Path) -> Path:
        """Export the rows as CSV."""
        rows = KEPT / "rows.csv"
        begin = time.perf_counter()
        run(self.binary, "export", repository, "-m", MAPPING, "-o", rows)
        print(f"  exported in {time.perf_counter() - begin:.1f} s", flush=True)
        return rows

    def fill_table(self, ours: Tap, repository: Path) -> None:
        """Make the static table, unless it is there."""
        if self.there(self.table):
            return
        print("filling the static table", flush=True)
        rows = self.rows(repository)
        with self.made(self.table) as url:
            static.fill(url, columns(ours), rows)
        rows.unlink()

    def apply(self, repository: Path) -> str:
        """Install the view; return the URL of a role that may read it and nothing else."""
        url = f"{self.url}/{self.name}"
        if not psql(url, "-c", f"SELECT 1 FROM pg_roles WHERE rolname = '{READER}'").strip():
            psql(url, "-c", f"CREATE ROLE {READER} LOGIN")
        command = [self.binary, "apply", repository, "-m", MAPPING, "--grant-select", READER]
        subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return url.replace("postgres@", f"{READER}@")

    @contextlib.contextmanager
    def indexes(self, repository: Path) -> Iterator[None]:
        """Make the indexes on Butler's tables that the program tells; say what they take; drop them at the end."""
        self.apply(repository)
        url = f"{self.url}/{self.name}"
        mine = "FROM pg_class WHERE relkind = 'i' AND relname ~ '^obscore_(bounds|begin)_' ORDER BY 1"
        command = [self.binary, "generate", "--indexes", repository, "-m", MAPPING]
        script = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout
        try:
            for statement in filter(None, script.split(";\n")):
                begin = time.perf_counter()
                psql(url, "-c", statement)
                print(f"{statement.strip().splitlines()[-1]}: {time.perf_counter() - begin:.1f} s", flush=True)
            print(psql(url, "-c", f"SELECT relname, pg_relation_size(oid) / 1e6 || ' MB' {mine}"), flush=True)
            yield
        finally:
            for name in psql(url, "-c", f"SELECT relname {mine}").splitlines():
                psql(url, "-c", f"DROP INDEX {scale.SCHEMA}.{name}")

    def sqlite(self) -> Path:
        """Make a copy of the registry in SQLite, unless it is there."""
        folder = KEPT / f"{self.name}_sqlite"
        if not (folder / "complete").exists():
            print("copying the registry to SQLite", flush=True)
            begin = time.perf_counter()
            # Butler makes the tables, those of the dataset types as well.
            run(PYTHON, ORACLE / "bench_registry.py", folder, "--visits", 1, "--detectors", 1)
            with contextlib.closing(self.connect(self.name)) as database:
                sqlite.copy(database, scale.SCHEMA, folder / "gen3.sqlite3")
            print(f"  {time.perf_counter() - begin:.1f} s", flush=True)
            butler_reads(folder)
            (folder / "complete").touch()
        return folder


def butler_reads(repository: Path) -> None:
    """Let Butler look up images of the last copy, by their keys and by a point in their regions."""
    from lsst.daf.butler import Butler

    butler = Butler.from_config(str(repository), instrument=scale.CAMERA, skymap=scale.SKYMAP)
    with butler.query() as query:
        last = max(query.dimension_records("visit"), key=lambda record: record.id)
        images = query.datasets("visit_image", scale.CHAIN).where(instrument=scale.CAMERA, visit=last.id)
        assert images.count() == len({ref.dataId["detector"] for ref in images}) == 189
        detector = query.dimension_records("visit_detector_region").where(
            instrument=scale.CAMERA, visit=last.id, detector=94
        )
        (record,) = detector
        centre = record.region.getCentroid()
        there = query.datasets("visit_image", scale.CHAIN).where(
            "visit_detector_region.region OVERLAPS :here", bind={"here": lsst.sphgeom.LonLat(centre)}
        )
        assert record.dataId in [ref.dataId for ref in there], "Butler does not find an image by its place"
        raws = query.datasets("raw", scale.CHAIN).where(instrument=scale.CAMERA, visit=last.id)
        assert raws.count() == 189


def columns(service: Tap) -> list[dict[str, str]]:
    """Ask for the columns of the table."""
    query = "SELECT column_name, datatype, ucd, unit FROM TAP_SCHEMA.columns WHERE table_name = 'ivoa.ObsCore'"
    _, answer = Client(service).ask(query, "csv")
    return list(csv.DictReader(io.StringIO(answer.decode())))
