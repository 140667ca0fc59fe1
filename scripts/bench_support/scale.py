"""Multiplies a registry that daf_butler made, by SQL inside Butler's schema, to millions of datasets.

Every copy of the seed has nights, exposures, visits and tracts of its own: later by whole nights, turned to
another place on the sky, with the trixels that Butler would have written for the turned regions. What Butler's
foreign keys ask for is not looked at row by row while filling, but for every key of the schema at the end.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterator

import numpy
from psycopg2.extensions import connection, cursor

from lsst.sphgeom import ConvexPolygon, HtmPixelization

SCHEMA, CAMERA, SKYMAP = "bench", "BenchCam", "bench_rings"
RAWS, COADDS, CHAIN, AGAIN = "BenchCam/raw/all", "Bench/coadds", "Bench/all", "Bench/again"
NIGHT_NS = 86_400_000_000_000
# Element: the columns of its key behind the governor, and that governor.
ELEMENTS = {
    "visit": (("id",), CAMERA),
    "visit_detector_region": (("visit", "detector"), CAMERA),
    "tract": (("id",), SKYMAP),
    "patch": (("tract", "id"), SKYMAP),
}
COPIED = (
    "day_obs", "group", "exposure", "visit", "visit_definition", "visit_system_membership",
    "visit_detector_region", "tract", "patch",
)  # fmt: skip


class Seed:
    """The first copy: regions as arrays, and how many nights, visits and tracts it has."""

    def __init__(self, at: cursor) -> None:
        at.execute(f"SET search_path = pg_temp, {SCHEMA}; SET session_replication_role = replica")
        at.execute("SET work_mem = '256MB'")
        at.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            f" WHERE table_schema = '{SCHEMA}' ORDER BY ordinal_position"
        )
        self.columns: dict[str, list[str]] = {}
        for table, column in at.fetchall():
            self.columns.setdefault(table, []).append(column)
        at.execute(
            f"SELECT t.id, t.name, t.tag_association_table FROM {SCHEMA}.dataset_type t ORDER BY t.id"
        )
        self.types = {name: (number, table) for number, name, table in at.fetchall()}
        for table in (*COPIED, "dataset", *(table for _, table in self.types.values())):
            at.execute(f'CREATE TEMP TABLE "s_{table}" AS SELECT * FROM {SCHEMA}."{table}"; ANALYZE "s_{table}"')
        self.regions = {element: self.read(at, element) for element in ELEMENTS}
        self.nights, self.tracts, self.datasets = (
            count(at, f'"s_{table}"') for table in ("day_obs", "tract", "dataset")
        )
        at.execute("SELECT id, tracking_ra, tracking_dec FROM s_exposure")
        self.pointings = at.fetchall()
        # The numbers that visits of the seed have in the copy that is being made.
        self.visits: dict[int, int] = {}

    def read(self, at: cursor, element: str) -> list[tuple[list[tuple[int, ...]], numpy.ndarray]]:
        """Read regions: for every number of corners the keys, and unit vectors (region, corner, xyz)."""
        keys, _ = ELEMENTS[element]
        at.execute(f"SELECT {', '.join(keys)}, region FROM s_{element} WHERE region IS NOT NULL")
        by_size: dict[int, tuple[list[tuple[int, ...]], list[bytes]]] = {}
        for *key, text in at.fetchall():
            code = base64.b64decode(text)
            if code[:1] != b"p":
                raise SystemExit(f"{element}: only convex polygons can be turned")
            found = by_size.setdefault(len(code), ([], []))
            found[0].append(tuple(key))
            found[1].append(code[1:])
        return [
            (numbers, numpy.frombuffer(b"".join(codes), "<f8").reshape(len(codes), -1, 3))
            for numbers, codes in by_size.values()
        ]


def count(at: cursor, table: str) -> int:
    """Count the rows of a table."""
    at.execute(f"SELECT count(*) FROM {table}")
    return at.fetchone()[0]


def rotation(copy: int) -> numpy.ndarray:
    """Return the matrix that brings the seed's field (RA 22, Dec -20) to the place of a copy.

    Places are spread evenly between Dec -70 and +5.
    """
    low, high = math.sin(math.radians(-70.0)), math.sin(math.radians(5.0))
    dec = math.asin(low + (high - low) * ((0.5 + copy * 0.754877666) % 1.0))
    ra = 2.0 * math.pi * ((copy * 0.618033989) % 1.0)

    def about_z(angle: float) -> numpy.ndarray:
        c, s = math.cos(angle), math.sin(angle)
        return numpy.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])

    tilt = -(dec - math.radians(-20.0))
    c, s = math.cos(tilt), math.sin(tilt)
    about_y = numpy.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    return about_z(ra) @ about_y @ about_z(-math.radians(22.0))


def turned(seed: Seed, element: str, turn: numpy.ndarray) -> Iterator[tuple[tuple[int, ...], bytes]]:
    """Yield keys of the seed with encoded regions, turned."""
    for keys, vectors in seed.regions[element]:
        moved = vectors @ turn.T
        moved /= numpy.linalg.norm(moved, axis=2, keepdims=True)
        for key, region in zip(keys, moved.astype("<f8")):
            yield key, b"p" + region.tobytes()


def fill_regions(at: cursor, seed: Seed, copy: int, pixels: HtmPixelization) -> None:
    """Write the turned regions to `turned`, and their trixels where Butler keeps them."""
    turn = rotation(copy)
    at.execute("CREATE TEMP TABLE turned (element text, a bigint, b bigint, region text)")
    at.execute("CREATE TEMP TABLE pointing (id bigint, ra float8, declination float8)")
    regions = io.StringIO()
    for element, (keys, governor) in ELEMENTS.items():
        trixels = io.StringIO()
        for key, code in turned(seed, element, turn):
            region = base64.b64encode(code).decode()
            regions.write(f"{element}\t{key[0]}\t{key[-1]}\t{region}\n")
            ids = "\t".join(map(str, renumbered(seed, element, key, copy)))
            for begin, end in pixels.envelope(ConvexPolygon.decode(code)):
                for index in range(begin, end):
                    trixels.write(f"htm\t7\t{governor}\t{ids}\t{index}\n")
        trixels.seek(0)
        name = "instrument" if governor == CAMERA else "skymap"
        own = [element if key == "id" else key for key in keys]
        columns = ", ".join(["skypix_system", "skypix_level", name, *own, "skypix_index"])
        at.copy_expert(f"COPY {SCHEMA}.{element}_skypix_overlap ({columns}) FROM STDIN", trixels)
    regions.seek(0)
    at.copy_expert("COPY turned FROM STDIN", regions)
    pointings = io.StringIO()
    for number, ra, dec in seed.pointings:
        ra, dec = math.radians(ra), math.radians(dec)
        x, y, z = turn @ (math.cos(dec) * math.cos(ra), math.cos(dec) * math.sin(ra), math.sin(dec))
        pointings.write(f"{number}\t{math.degrees(math.atan2(y, x)) % 360}\t{math.degrees(math.asin(z))}\n")
    pointings.seek(0)
    at.copy_expert("COPY pointing FROM STDIN", pointings)
    at.execute("ANALYZE turned; ANALYZE pointing")


def renumbered(seed: Seed, element: str, key: tuple[int, ...], copy: int) -> tuple[int, ...]:
    """Return the key of a copy's record."""
    if element in ("tract", "patch"):
        return (key[0] + copy * seed.tracts, *key[1:])
    return (seed.visits[key[0]], *key[1:])


def renumber(at: cursor, seed: Seed, copy: int) -> None:
    """Give nights and visits of a copy their numbers: tables `night` and `number`."""
    at.execute(
        "CREATE TEMP TABLE night AS SELECT id AS old,"
        f" to_char(to_date(id::text, 'YYYYMMDD') + {copy * seed.nights}, 'YYYYMMDD')::bigint AS new FROM s_day_obs;"
        " CREATE TEMP TABLE number AS SELECT v.id AS old,"
        " (n.new % 1000000) * 10000 + v.seq_num AS new FROM s_visit v JOIN night n ON n.old = v.day_obs;"
        "ANALYZE number; SELECT old, new FROM number"
    )
    seed.visits = dict(at.fetchall())


def fill(at: cursor, seed: Seed, table: str, changed: dict[str, str], joins: str = "") -> None:
    """Insert a copy of the seed's rows, some columns changed."""
    columns = seed.columns[table]
    values = [changed.get(column, f'o."{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    at.execute(f'INSERT INTO {SCHEMA}."{table}" ({names}) SELECT {", ".join(values)} FROM "s_{table}" o {joins}')


def dimensions(at: cursor, seed: Seed, copy: int) -> None:
    """Insert the dimension records of a copy."""
    later = copy * seed.nights * NIGHT_NS
    span = f"int8range(lower(o.timespan) + {later}, upper(o.timespan) + {later})"
    tract = copy * seed.tracts

    def number(column: str) -> str:
        return f"JOIN number ON number.old = {column}"

    def night(column: str) -> str:
        return f"JOIN night ON night.old = {column}"

    def region(element: str, a: str, b: str) -> str:
        return f"LEFT JOIN turned ON turned.element = '{element}' AND turned.a = {a} AND turned.b = {b}"

    new = "number.new"
    fill(at, seed, "day_obs", {"id": "night.new", "timespan": span}, night("o.id"))
    fill(at, seed, "group", {"name": f"{new}::text"}, number("o.name::bigint"))
    exposure = {
        "id": new,
        "day_obs": "night.new",
        "group": f"{new}::text",
        "obs_id": "'BC_O_' || night.new || '_' || lpad(o.seq_num::text, 6, '0')",
        "tracking_ra": "pointing.ra",
        "tracking_dec": "pointing.declination",
        "timespan": span,
    }
    joins = f"{number('o.id')} {night('o.day_obs')}"
    fill(at, seed, "exposure", exposure, f"{joins} JOIN pointing ON pointing.id = o.id")
    visit = {"id": new, "day_obs": "night.new", "name": f"{new}::text", "region": "turned.region", "timespan": span}
    fill(at, seed, "visit", visit, f"{joins} {region('visit', 'o.id', 'o.id')}")
    fill(at, seed, "visit_definition", {"exposure": new, "visit": new}, number("o.visit"))
    fill(at, seed, "visit_system_membership", {"visit": new}, number("o.visit"))
    joins = f"{number('o.visit')} {region('visit_detector_region', 'o.visit', 'o.detector')}"
    fill(at, seed, "visit_detector_region", {"visit": new, "region": "turned.region"}, joins)
    changed = {"id": f"o.id + {tract}", "region": "turned.region"}
    fill(at, seed, "tract", changed, region("tract", "o.id", "o.id"))
    changed = {"tract": f"o.tract + {tract}", "region": "turned.region"}
    fill(at, seed, "patch", changed, region("patch", "o.tract", "o.id"))


def collection(at: cursor, name: str, types: tuple[int, ...], governors: tuple[str, ...]) -> int:
    """Insert a run with its summary, unless it is there; return its number."""
    at.execute(f"SELECT collection_id FROM {SCHEMA}.collection WHERE name = %s", (name,))
    if found := at.fetchone():
        return found[0]
    at.execute(
        f"INSERT INTO {SCHEMA}.collection (collection_id, name, type)"
        f" VALUES (nextval('{SCHEMA}.collection_seq_collection_id'), %s, 1) RETURNING collection_id",
        (name,),
    )
    number = at.fetchone()[0]
    at.execute(f"INSERT INTO {SCHEMA}.run (collection_id) VALUES (%s)", (number,))
    for kind in types:
        at.execute(f"INSERT INTO {SCHEMA}.collection_summary_dataset_type VALUES (%s, %s)", (number, kind))
    for governor in governors:
        table = "instrument" if governor == CAMERA else "skymap"
        at.execute(f"INSERT INTO {SCHEMA}.collection_summary_{table} VALUES (%s, %s)", (number, governor))
    return number


def steps(at: cursor, seed: Seed, runs: int) -> None:
    """Make runs for `--runs`, and say in `step_of` which of them each image and coadd of the seed goes to."""
    image, coadd = seed.types["visit_image"], seed.types["deep_coadd"]
    at.execute("CREATE TEMP TABLE step (i bigint, run bigint)")
    for index in range(runs):
        run = collection(at, f"Bench/step/{index:03d}", (image[0], coadd[0]), (CAMERA, SKYMAP))
        at.execute("INSERT INTO step VALUES (%s, %s)", (index, run))
    at.execute(
        "CREATE TEMP TABLE step_of AS SELECT o.dataset_id, v.i"
        f' FROM "s_{image[1]}" o JOIN (SELECT id, row_number() OVER (ORDER BY id) AS i FROM s_visit) v ON v.id = o.visit'
        f' UNION ALL SELECT dataset_id, tract * 100 + patch FROM "s_{coadd[1]}"; ANALYZE step_of'
    )


def places(at: cursor, seed: Seed, copy: int, runs: int) -> None:
    """Say in `place` which run the copies of the seed's datasets go to: of their night, or one of `runs`."""
    if runs:
        at.execute(
            "CREATE TEMP TABLE place AS SELECT d.id, coalesce(step.run, d.run_id) AS run FROM s_dataset d"
            " LEFT JOIN step_of o ON o.dataset_id = d.id"
            f" LEFT JOIN step ON step.i = (o.i + {copy} * 101) % {runs}; ANALYZE place"
        )
        return
    at.execute("SELECT old, new FROM night")
    nights = {f"Bench/nightly/{old}": f"Bench/nightly/{new}" for old, new in at.fetchall()}
    at.execute(f"SELECT collection_id, name FROM {SCHEMA}.collection WHERE name = ANY(%s)", (list(nights),))
    kinds = (seed.types["visit_image"][0],)
    follows = [(number, collection(at, nights[name], kinds, (CAMERA,))) for number, name in at.fetchall()]
    at.execute("CREATE TEMP TABLE follows (was bigint, run bigint)")
    at.executemany("INSERT INTO follows VALUES (%s, %s)", follows)
    at.execute(
        "CREATE TEMP TABLE place AS SELECT d.id, coalesce(f.run, d.run_id) AS run"
        " FROM s_dataset d LEFT JOIN follows f ON f.was = d.run_id; ANALYZE place"
    )


def datasets(at: cursor, seed: Seed, copy: int) -> None:
    """Insert the datasets of a copy, with ids that begin with their time as Butler's do."""
    later = copy * 3_600_000
    identifier = (
        "(lpad(to_hex(('x' || left(replace(d.id::text, '-', ''), 12))::bit(48)::bigint"
        f" + {later}), 12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid"
    )
    at.execute(
        f"CREATE TEMP TABLE fresh AS SELECT d.id AS old, {identifier} AS new, d.dataset_type_id,"
        f" d.ingest_date + {later}::bigint * 1000000 AS ingest_date, place.run"
        " FROM s_dataset d JOIN place ON place.id = d.id; ANALYZE fresh;"
        f"INSERT INTO {SCHEMA}.dataset (id, dataset_type_id, ingest_date, run_id)"
        " SELECT new, dataset_type_id, ingest_date, run FROM fresh ORDER BY new"
    )
    for _, table in seed.types.values():
        changed = {"dataset_id": "fresh.new", "collection_id": "fresh.run"}
        joins = "JOIN fresh ON fresh.old = o.dataset_id"
        key = next((key for key in ("visit", "exposure") if key in seed.columns[table]), None)
        if key:
            changed[key] = "number.new"
            joins += f" JOIN number ON number.old = o.{key}"
        else:
            changed["tract"] = f"o.tract + {copy * seed.tracts}"
        fill(at, seed, table, changed, joins)


def move_first(at: cursor, seed: Seed) -> None:
    """Move the datasets of the seed itself to the runs in `place`."""
    at.execute(f"UPDATE {SCHEMA}.dataset d SET run_id = p.run FROM place p WHERE p.id = d.id AND d.run_id <> p.run")
    for _, table in seed.types.values():
        at.execute(
            f"UPDATE {SCHEMA}.{table} t SET collection_id = p.run FROM place p"
            " WHERE p.id = t.dataset_id AND t.collection_id <> p.run"
        )
    summaries = (f"collection_summary_{of}" for of in ("dataset_type", "instrument", "skymap"))
    for table in (*summaries, "collection_chain", "run", "collection"):
        at.execute(
            f"DELETE FROM {SCHEMA}.{table}"
            f" WHERE {'child' if table == 'collection_chain' else 'collection_id'} NOT IN"
            f" (SELECT run_id FROM {SCHEMA}.dataset UNION SELECT run FROM step"
            f" UNION SELECT collection_id FROM {SCHEMA}.collection WHERE name = '{CHAIN}')"
        )


def repeat(at: cursor, seed: Seed) -> None:
    """Put one of a hundred visit images into a later run a second time: find-first must choose."""
    kind, table = seed.types["visit_image"]
    run = collection(at, AGAIN, (kind,), (CAMERA,))
    columns = ", ".join(seed.columns[table])
    values = ", ".join(
        {"dataset_id": "f.new", "collection_id": str(run)}.get(name, f"o.{name}") for name in seed.columns[table]
    )
    at.execute(
        f"CREATE TEMP TABLE twice AS SELECT o.dataset_id AS old, gen_random_uuid() AS new FROM {SCHEMA}.{table} o"
        " WHERE hashtext(o.dataset_id::text) % 100 = 0; ANALYZE twice;"
        f"INSERT INTO {SCHEMA}.dataset (id, dataset_type_id, ingest_date, run_id)"
        f" SELECT f.new, d.dataset_type_id, d.ingest_date + {NIGHT_NS}, {run}"
        f" FROM {SCHEMA}.dataset d JOIN twice f ON f.old = d.id;"
        f"INSERT INTO {SCHEMA}.{table} ({columns})"
        f" SELECT {values} FROM {SCHEMA}.{table} o JOIN twice f ON f.old = o.dataset_id"
    )


def chain(at: cursor) -> None:
    """Let the chain search the latest runs first, then raws and coadds."""
    at.execute(
        f"DELETE FROM {SCHEMA}.collection_chain; INSERT INTO {SCHEMA}.collection_chain (parent, position, child)"
        f" SELECT (SELECT collection_id FROM {SCHEMA}.collection WHERE name = '{CHAIN}'),"
        f" row_number() OVER (ORDER BY name = '{AGAIN}' DESC, name IN ('{RAWS}', '{COADDS}'), name DESC) - 1,"
        f" collection_id FROM {SCHEMA}.collection WHERE type = 1"
    )


def broken_keys(at: cursor) -> list[str]:
    """List the foreign keys of the schema that a row breaks."""
    at.execute(
        "SELECT c.conname, c.conrelid::regclass::text, c.confrelid::regclass::text,"
        " (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k (i, n)"
        " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.i),"
        " (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.confkey) WITH ORDINALITY k (i, n)"
        " JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.i)"
        f" FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = '{SCHEMA}'::regnamespace"
    )
    broken = []
    for name, child, parent, own, theirs in at.fetchall():
        joined = " AND ".join(f'p."{b}" = c."{a}"' for a, b in zip(own, theirs))
        given = " AND ".join(f'c."{a}" IS NOT NULL' for a in own)
        at.execute(
            f"SELECT EXISTS (SELECT 1 FROM {child} c WHERE {given}"
            f" AND NOT EXISTS (SELECT 1 FROM {parent} p WHERE {joined}))"
        )
        if at.fetchone()[0]:
            broken.append(name)
    return broken


def multiply(database: connection, wanted: int, runs: int) -> int:
    """Multiply the seed in a database to so many datasets at least; return how many there are.

    With `runs`, images and coadds are spread over so many runs instead of one of each night.
    """
    database.autocommit = True
    with database.cursor() as at:
        seed, pixels = Seed(at), HtmPixelization(7)
        copies = math.ceil(wanted / seed.datasets)
        if runs:
            steps(at, seed, runs)
        for copy in range(copies):
            renumber(at, seed, copy)
            if copy or runs:
                places(at, seed, copy, runs)
            if copy:
                fill_regions(at, seed, copy, pixels)
                dimensions(at, seed, copy)
                datasets(at, seed, copy)
            elif runs:
                move_first(at, seed)
            at.execute("DROP TABLE IF EXISTS night, number, place, follows, turned, pointing, fresh")
            print(f"  copy {copy + 1} of {copies}", flush=True)
        repeat(at, seed)
        chain(at)
        if broken := broken_keys(at):
            raise SystemExit(f"foreign keys are broken: {', '.join(broken)}")
        at.execute("SET session_replication_role = origin")
        at.execute("VACUUM ANALYZE")
        return count(at, f"{SCHEMA}.dataset")
