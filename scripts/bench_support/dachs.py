"""GAVO DaCHS (Debian's python3-gavo) with the same rows in a table of its own, well indexed."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from .servers import AS_SERVER, Tap, free_port, own

TYPES = {
    "char": "text",
    "unicodeChar": "text",
    "short": "smallint",
    "int": "integer",
    "long": "bigint",
    "double": "double precision",
    "boolean": "boolean",
}
INTEGERS = ("smallint", "integer", "bigint")
INDEXES = (
    "(obs_publisher_did)",
    "(obs_id)",
    "(t_min)",
    "(t_max)",
    "(lsst_visit)",
    "(lsst_band)",
    "(lsst_tract, lsst_patch)",
    "(dataproduct_type, dataproduct_subtype)",
    "USING gist (spoint(radians(s_ra), radians(s_dec)))",
    "USING gist (s_region)",
)


def psql(url: str, *arguments: object) -> str:
    """Run psql, which stops at the first error."""
    command = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", url, *map(str, arguments)]
    return subprocess.run(
        command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ).stdout


def pgsphere(url: str) -> None:
    """Add pgSphere, also where the server refuses Debian 12's script (pgSphere's issue 85)."""
    try:
        psql(url, "-c", "CREATE EXTENSION pg_sphere")
        return
    except subprocess.CalledProcessError:
        pass
    configuration = subprocess.run(
        ["pg_config", "--sharedir"], check=True, stdout=subprocess.PIPE, text=True
    )
    folder = Path(configuration.stdout.strip()) / "extension"
    found = re.search(r"default_version = '(.*)'", (folder / "pg_sphere.control").read_text())
    if found is None:
        raise SystemExit("pgSphere is not installed")
    kept, old = [], False
    for line in (folder / f"pg_sphere--{found[1]}.sql").read_text().splitlines():
        if line.startswith("CREATE OPERATOR"):
            old = line.startswith("CREATE OPERATOR @ (")
        clause = "COMMUTATOR = '@>'" in line or "NEGATOR    = '!<@'" in line
        if not line.startswith("\\") and not (old and clause):
            kept.append(line.replace("MODULE_PATHNAME", "$libdir/pg_sphere"))
    kept.append(
        "INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)"
        " SELECT pg_nextoid('pg_extension', 'oid', 'pg_extension_oid_index'), 'pg_sphere', 10,"
        f" 'public'::regnamespace, true, '{found[1]}';"
    )
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write("\n".join(kept))
        script.flush()
        psql(url, "-1", "-f", script.name)


def descriptor(columns: list[dict[str, str]]) -> str:
    """Write DaCHS's description of the table."""
    fields = []
    for column in columns:
        name, kind = column["column_name"], TYPES[column["datatype"]]
        if name == "s_region":
            kind = "spoly"
        null = '<values nullLiteral="-2147"/>' if kind in INTEGERS else ""
        fields.append(
            f'<column name="{name}" type="{kind}" ucd="{column["ucd"]}" unit="{column["unit"]}"'
            f' description="{name}">{null}</column>'
        )
    about = {
        "title": "Benchmark",
        "description": "Rows of ObsCore",
        "creationDate": "2026-01-01T00:00:00Z",
        "subject": "surveys",
        "creator": "nobody",
    }
    meta = "".join(f'<meta name="{key}">{value}</meta>\n' for key, value in about.items())
    return (
        f'<resource schema="bench">\n{meta}<table id="obscore" onDisk="True" adql="True">\n'
        + "\n".join(fields)
        + '\n</table>\n<data id="import"><make table="obscore"/></data>\n</resource>\n'
    )


def load(url: str, columns: list[dict[str, str]], rows: Path) -> None:
    """Fill the table from a CSV file of `export`, and index it."""
    with rows.open() as file:
        names = file.readline().strip().replace('"', '')
    mine = [column["column_name"] for column in columns]
    shared = [name for name in names.split(",") if name in mine]
    types = {column["column_name"]: TYPES[column["datatype"]] for column in columns}
    texts = ", ".join(f"{name} text" for name in names.split(","))
    psql(url, "-c", f"CREATE TABLE public.raw ({texts})")
    psql(url, "-c", rf"\copy public.raw FROM '{rows}' (FORMAT csv, HEADER, NULL '\N')")
    corners = r"regexp_replace(regexp_replace(s_region, '^[A-Z ]+', ''), '(\S+) (\S+) ?', '(\1d,\2d),', 'g')"
    values = [
        f"spoly('{{' || rtrim({corners}, ',') || '}}')" if name == "s_region"
        else f"{name}::{types[name]}"
        for name in shared
    ]
    psql(
        url,
        "-c",
        f"INSERT INTO bench.obscore ({', '.join(shared)}) SELECT {', '.join(values)} FROM public.raw",
    )
    for index in INDEXES:
        psql(url, "-c", f"CREATE INDEX ON bench.obscore {index}")
    psql(url, "-c", "DROP TABLE public.raw")
    psql(url, "-c", "VACUUM ANALYZE bench.obscore")


@contextlib.contextmanager
def dachs(database_port: int, columns: list[dict[str, str]], rows: Path) -> Iterator[Tap]:
    """Run DaCHS with the rows of a CSV file as bench.obscore."""
    url = f"postgresql://postgres@127.0.0.1:{database_port}"
    psql(f"{url}/postgres", "-c", "DROP DATABASE IF EXISTS gavo")
    psql(f"{url}/postgres", "-c", "CREATE DATABASE gavo ENCODING 'UTF8' TEMPLATE template0")
    pgsphere(f"{url}/gavo")
    folder, port = Path(tempfile.mkdtemp(prefix="ovdachs")), free_port()
    user = "postgres" if os.getuid() == 0 else os.environ.get("USER", "postgres")
    (folder / "gavo.rc").write_text(
        f"[general]\nrootDir: {folder}/root\ngavoGroup: {user}\ngroup: {user}\n"
        "maintainerAddress: nobody@example.org\n"
        f"[web]\nbindAddress: 127.0.0.1\nserverPort: {port}\nuser: {user}\n"
        f"serverURL: http://127.0.0.1:{port}\n[async]\ndefaultMAXREC: 20000000\n"
    )
    environment = ["env", f"HOME={folder}", f"GAVOSETTINGS={folder}/gavo.rc"]

    def run(*words: str) -> None:
        subprocess.run(
            [*AS_SERVER, *environment, *words],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    own(folder)
    run("dachs", "init", "-d", f"host=127.0.0.1 port={database_port} dbname=gavo user=postgres")
    place = folder / "root/inputs/bench"
    place.mkdir()
    (place / "q.rd").write_text(descriptor(columns))
    own(folder)
    run("dachs", "imp", "bench/q")
    run("dachs", "imp", "//tap")
    load(f"{url}/gavo", columns, rows)
    with (folder / "log").open("w") as log:
        child = subprocess.Popen(
            [*AS_SERVER, *environment, "dachs", "serve", "debug"],
            cwd=folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait(port)
        yield Tap("DaCHS", port, "/tap/sync", listener(child.pid))
    finally:
        os.killpg(child.pid, signal.SIGTERM)
        child.wait()
        shutil.rmtree(folder)
        psql(f"{url}/postgres", "-c", "DROP DATABASE gavo WITH (FORCE)")


def listener(pid: int) -> int:
    """Find the process that does the work below one that only started it."""
    while True:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if not children:
            return pid
        pid = int(children[0])


def wait(port: int) -> None:
    """Wait until the service answers."""
    for _ in range(120):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/tap/availability").read()
            return
        time.sleep(0.5)
    raise SystemExit("DaCHS does not answer")
