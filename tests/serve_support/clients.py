"""Asks a service as its users do.

    clients.py BASE ROWS CHECK

ROWS is a file with Butler's own ObsCore rows of the repository, as the oracle prints them. CHECK is
the name of a function below. Whatever is not as it should be is an exception.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pyvo
import requests
from astropy.io import votable
from astropy.table import MaskedColumn, Table
from astropy.time import Time
from pyvo.dal import DALOverflowWarning, DALQueryError, DALServiceError

BASE = sys.argv[1]
# So much that no database answers it within a minute.
SLOW = (
    "SELECT COUNT(*) FROM butler.dataset AS a, butler.dataset AS b, butler.dataset AS c, butler.dataset AS d "
    "WHERE a.ingest_date < b.ingest_date OR c.ingest_date > d.ingest_date OR a.run < d.run"
)


def truth() -> Table:
    """Butler's own rows."""
    header, rows = None, []
    for line in Path(sys.argv[2]).read_text().splitlines():
        data = json.loads(line)
        if "columns" in data:
            header = [name for name, _ in data["columns"]]
        elif "row" in data:
            rows.append(dict(zip(header, data["row"], strict=True)))
    assert rows, "the oracle has rows"
    return rows


def raises(kind, call, *words):
    """Run `call`, which must fail with `kind`, saying `words`."""
    try:
        call()
    except kind as error:
        for word in words:
            assert word in str(error), f"{word!r} is not in {error}"
        return error
    raise AssertionError(f"no {kind.__name__}")


def service() -> pyvo.dal.TAPService:
    """Return the service for pyvo."""
    return pyvo.dal.TAPService(BASE)


def is_equal(got, wanted) -> bool:
    """Tell whether a cell is what Butler says."""
    if got is np.ma.masked or got is None or (isinstance(got, float) and np.isnan(got)):
        return wanted is None
    if got == "" and wanted is None:
        # astropy's tables of text have no other way to say it.
        return True
    if isinstance(wanted, float):
        # Butler makes its times of days and fractions; the last digit may differ.
        return abs(got - wanted) <= 2 * np.spacing(abs(wanted))
    return got == wanted


def pyvo_documents():
    """Tables with columns and keys, capabilities, examples."""
    tap = service()
    assert "ivoa.ObsCore" in tap.tables and "TAP_SCHEMA.columns" in tap.tables
    assert 'butler."group"' in tap.tables, list(tap.tables.keys())
    obscore = tap.tables["ivoa.ObsCore"]
    assert obscore.type == "view" and obscore.description
    t_min = next(column for column in obscore.columns if column.name == "t_min")
    assert (t_min.unit, t_min.ucd, t_min.datatype.content) == ("d", "time.start;obs.exposure", "double")
    assert t_min.utype == "obscore:Char.TimeAxis.Coverage.Bounds.Limits.StartTime"
    assert "principal" in t_min.flags
    keys = {key.targettable: key for key in tap.tables["butler.visit"].foreignkeys}
    pairs = [(pair.fromcolumn, pair.targetcolumn) for pair in keys["butler.physical_filter"].fkcolumns]
    assert pairs == [("instrument", "instrument"), ("physical_filter", "name")]
    # What the keys of Butler's own tables promise: every join finds exactly one row. Those of ObsCore lead
    # from an exposure's number to the visit of that number, which there may not be.
    for name, table in tap.tables.items():
        for key in table.foreignkeys:
            on = " AND ".join(f"a.{pair.fromcolumn} = b.{pair.targetcolumn}" for pair in key.fkcolumns)
            present = " AND ".join(f"a.{pair.fromcolumn} IS NOT NULL" for pair in key.fkcolumns)
            counts = [
                tap.run_sync(query)["n"][0]
                for query in (
                    f"SELECT COUNT(*) AS n FROM {name} AS a JOIN {key.targettable} AS b ON {on}",
                    f"SELECT COUNT(*) AS n FROM {name} AS a WHERE {present}",
                )
            ]
            fits = counts[0] <= counts[1] if name == "ivoa.ObsCore" else counts[0] == counts[1]
            assert fits, (name, key.targettable, counts)
    assert tap.maxrec == 100_000 and tap.hardlimit == 10_000_000
    assert {method.ivo_id.split("#")[1] for method in tap.upload_methods} >= {"upload-inline", "upload-http"}
    language = tap.get_tap_capability().get_adql()
    assert language.get_feature("ivo://ivoa.net/std/TAPRegExt#features-adqlgeo", "CONTAINS")
    assert language.get_udf("ivo_healpix_index")
    assert tap.get_tap_capability().get_adql(), "ADQL"
    examples = tap.examples
    assert len(examples) >= 5
    for example in examples:
        assert len(example.execute().to_table().colnames) > 1, example


def pyvo_rows():
    """All rows of ObsCore, as Butler has them."""
    tap, wanted = service(), truth()
    names = ["obs_id", "obs_publisher_did", "calib_level", "t_min", "t_max", "t_exptime", "em_min", "em_filter_name"]
    names += ["lsst_detector", "lsst_run", "is_real", "constant_float", "access_url", "dataproduct_subtype", "s_xel1"]
    for got in (tap.run_sync("SELECT * FROM ivoa.ObsCore"), tap.run_async("SELECT * FROM ivoa.ObsCore")):
        table = got.to_table()
        assert len(table) == len(wanted), (len(table), len(wanted))
        known = {row["obs_publisher_did"]: row for row in wanted}
        for row in table:
            other = known[row["obs_publisher_did"]]
            for name in names:
                assert is_equal(row[name], other[name]), (name, row[name], other[name])
        times = got.getcolumn("t_min")
        field = got.getdesc("t_min")
        assert str(field.unit) == "d" and field.ucd == "time.start;obs.exposure" and times.dtype == np.float64
    exposures = [row for row in wanted if row["calib_level"] == 1]
    n = tap.search("SELECT COUNT(*) AS n FROM ivoa.obscore WHERE calib_level = 1")["n"][0]
    assert n == len(exposures)
    first = next(row for row in wanted if row["s_ra"] is not None)
    query = (
        f"SELECT obs_publisher_did FROM ivoa.ObsCore WHERE 1 = CONTAINS(POINT({first['s_ra']}, {first['s_dec']}), s_region)"
    )
    found = set(tap.search(query)["obs_publisher_did"])
    assert first["obs_publisher_did"] in found


def pyvo_limits():
    """MAXREC and OVERFLOW."""
    tap, count = service(), len(truth())
    query = "SELECT obs_id FROM ivoa.ObsCore"
    for run in (tap.run_sync, tap.run_async):
        for maxrec, status in ((5, "OVERFLOW"), (count, "OK"), (count - 1, "OVERFLOW")):
            got = run(query, maxrec=maxrec)
            assert (len(got), got.query_status) == (maxrec, status), (maxrec, len(got), got.query_status)
            assert got.fieldnames == ("obs_id",)
        got = run("SELECT TOP 3 obs_id FROM ivoa.ObsCore", maxrec=3)
        assert (len(got), got.query_status) == (3, "OK")
    # Not for what the client asked for itself, but for the limits of the service.
    assert tap.run_sync(query).query_status == "OK"


def pyvo_limited():
    """A service that gives ten rows warns of that."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for run in (service().run_sync, service().run_async):
            assert len(run("SELECT obs_id FROM ivoa.ObsCore")) == 10
            assert len(run("SELECT obs_id FROM ivoa.ObsCore", maxrec=30)) == 20
    said = [warning for warning in caught if warning.category is DALOverflowWarning]
    assert len(said) == 4, [str(warning.message) for warning in caught]


def pyvo_errors():
    """Errors with our own words."""
    tap = service()
    words = ("there is no column `nothing`", "Q103", "t_min")
    raises(DALQueryError, lambda: tap.run_sync("SELECT nothing FROM ivoa.ObsCore"), *words)
    raises(DALQueryError, lambda: tap.run_async("SELECT nothing FROM ivoa.ObsCore"), *words)
    raises(DALQueryError, lambda: tap.run_sync("SELECT 'ü <&>' FROM"), "ü <&>")
    raises(DALQueryError, lambda: tap.run_sync("SELECT 1 AS x", maxrec=-1), "MAXREC")
    raises(DALQueryError, lambda: tap.run_sync("SELECT * FROM TAP_UPLOAD.absent"), "absent")
    job = tap.submit_job("SELECT nothing FROM ivoa.ObsCore").run().wait()
    assert job.phase == "ERROR"
    raises(DALQueryError, job.raise_if_error, "nothing")
    url = job.url
    job.delete()
    raises((DALServiceError, DALQueryError), lambda: pyvo.dal.AsyncTAPJob(url))


def pyvo_jobs():
    """The phases of a job; changing, aborting, deleting it."""
    tap = service()
    job = tap.submit_job("SELECT TOP 7 * FROM ivoa.ObsCore", maxrec=100)
    assert job.phase == "PENDING" and job.owner is None
    assert job.execution_duration.to_value("s") == 600
    job.execution_duration = 42
    job.destruction = Time("2030-01-01T00:00:00").to_datetime()
    again = pyvo.dal.AsyncTAPJob(job.url)
    assert again.execution_duration.to_value("s") == 42, again.execution_duration
    assert again.query == "SELECT TOP 7 * FROM ivoa.ObsCore"
    job.query = "SELECT TOP 8 * FROM ivoa.ObsCore"
    job.run()
    assert job.phase in ("QUEUED", "EXECUTING", "COMPLETED")
    job.wait(phases={"COMPLETED", "ERROR", "ABORTED"}, timeout=30)
    assert job.phase == "COMPLETED", job.phase
    assert len(job.fetch_result()) == 8
    assert job.result_uri == f"{job.url}/results/result"
    assert job.results[0].id_ == "result"
    listed = {item.jobid: item.phase for item in tap.get_job_list(last=5)}
    assert listed[job.job_id] == "COMPLETED"
    assert all(item.phase == "PENDING" for item in tap.get_job_list(phases=["PENDING"]))
    raises((DALServiceError, DALQueryError), job.run)
    url = job.url
    job.delete()
    assert requests.get(url, timeout=30).status_code == 404

    slow = tap.submit_job(SLOW).run()
    deadline = time.monotonic() + 30
    while slow.phase == "QUEUED" and time.monotonic() < deadline:
        time.sleep(0.1)
    assert slow.phase == "EXECUTING", slow.phase
    began = time.monotonic()
    slow.abort()
    assert slow.phase == "ABORTED" and time.monotonic() - began < 5
    slow.delete()


def upload_table() -> Table:
    """All that a table of astropy can hold and a VOTable take."""
    table = Table()
    table["name"] = ["first", "", "ünï"]
    table["ra"] = np.array([40.0, np.nan, 359.99])
    table["single"] = np.array([1.5, -2.5, 3e38], "f4")
    table["flag"] = [True, False, True]
    for kind in ("u1", "i2", "i4", "i8"):
        table[kind] = np.array([0, 1, np.iinfo(kind).max], kind)
    table["gaps"] = MaskedColumn([1, 2, 3], mask=[False, True, False])
    table["vector"] = np.arange(6.0).reshape(3, 2)
    table["time"] = Time(["2024-03-01T22:00:00", "2024-03-01T22:00:00.5", "1999-12-31T23:59:59"]).isot
    table["ra"].unit = "deg"
    table["ra"].meta["ucd"] = "pos.eq.ra"
    return table


def same_table(got: Table, wanted: Table):
    """Compare cells."""
    assert got.colnames == wanted.colnames, (got.colnames, wanted.colnames)
    for name in wanted.colnames:
        for a, b in zip(got[name], wanted[name], strict=True):
            masked = (a is np.ma.masked, b is np.ma.masked)
            if any(masked):
                # Text that is empty, and NaN, may come back as missing.
                assert all(masked) or b == "" or b != b, (name, a, b)
            elif np.ndim(b):
                assert list(a) == list(b), (name, a, b)
            else:
                assert a == b or (a != a and b != b), (name, a, b)


def pyvo_uploads():
    """Tables of astropy in several forms, with joins."""
    tap, table = service(), upload_table()
    query = "SELECT * FROM TAP_UPLOAD.mine"
    forms = {"table": table}
    folder = Path(tempfile.mkdtemp())
    for form in ("tabledata", "binary", "binary2"):
        path = folder / f"{form}.vot"
        # BINARY has no way to say that text is missing; integers have one.
        whole = table["name", "ra", "single", "flag", "u1", "i2", "i4", "i8", "vector", "time"]
        (table if form != "binary" else whole).write(path, format="votable", tabledata_format=form)
        forms[form] = str(path)
    for form, upload in forms.items():
        for run in (tap.run_sync, tap.run_async):
            got = run(query, uploads={"mine": upload}).to_table()
            same_table(got, table if "gaps" in got.colnames else whole)
            assert got["ra"].unit == "deg", form
    # As in Butler, a raw has a row for each visit of its exposure.
    first = tap.run_sync(
        "SELECT TOP 20 obs_publisher_did, s_ra, s_dec FROM ivoa.ObsCore WHERE s_ra IS NOT NULL AND calib_level > 1"
    )
    assert len(set(first["obs_publisher_did"])) == 20
    wanted = {row["obs_publisher_did"]: row for row in truth()}
    sent = {row["obs_publisher_did"]: row["s_ra"] for row in first}
    join = (
        "SELECT o.obs_publisher_did, o.t_min, m.s_ra AS ra FROM TAP_UPLOAD.mine AS m "
        "JOIN ivoa.ObsCore AS o USING (obs_publisher_did)"
    )
    sky = (
        "SELECT m.obs_publisher_did AS mine FROM TAP_UPLOAD.mine AS m JOIN ivoa.ObsCore AS o "
        "ON 1 = CONTAINS(POINT(m.s_ra, m.s_dec), o.s_region)"
    )
    for run in (tap.run_sync, tap.run_async):
        for upload in (first, first.to_table()):
            got = run(join, uploads={"mine": upload})
            assert set(got["obs_publisher_did"]) == set(first["obs_publisher_did"])
            for row in got:
                assert is_equal(row["t_min"], wanted[row["obs_publisher_did"]]["t_min"])
                # What was sent, to the last digit; Butler's centres differ from ours in the last ones.
                assert row["ra"] == sent[row["obs_publisher_did"]]
                assert abs(row["ra"] - wanted[row["obs_publisher_did"]]["s_ra"]) < 1e-9
        assert set(run(sky, uploads={"mine": first})["mine"]) == set(first["obs_publisher_did"])
    two = tap.run_sync(
        "SELECT a.name AS x, b.name AS y FROM TAP_UPLOAD.a AS a JOIN TAP_UPLOAD.b AS b ON a.i4 = b.i4 WHERE a.i4 = 1",
        uploads={"a": table, "b": table},
    )
    assert len(two) == 1
    broken = folder / "broken.vot"
    broken.write_text("<VOTABLE><nothing")
    raises(DALQueryError, lambda: tap.run_sync(query, uploads={"mine": str(broken)}), "[V")


def pyvo_formats():
    """Formats through pyvo, read by astropy."""
    tap = service()
    wanted = tap.run_sync("SELECT TOP 50 * FROM ivoa.ObsCore ORDER BY obs_publisher_did").to_table()
    query = "SELECT TOP 50 * FROM ivoa.ObsCore ORDER BY obs_publisher_did"
    readers = {"csv": "ascii.csv", "tsv": "ascii.tab", "fits": "fits", "votable/td": "votable", "parquet": None}
    for form, reader in readers.items():
        response = requests.post(
            f"{BASE}/sync", data={"LANG": "ADQL", "QUERY": query, "RESPONSEFORMAT": form}, timeout=60
        )
        assert response.status_code == 200, (form, response.text)
        file = Path(tempfile.mkdtemp()) / "answer"
        file.write_bytes(response.content)
        got = Table.read(file, format=reader) if reader else parquet_table(file)
        assert len(got) == 50 and got.colnames == wanted.colnames, form
        assert [str(did).strip() for did in got["obs_publisher_did"]] == list(wanted["obs_publisher_did"]), form
        assert np.array_equal(np.ma.filled(got["t_min"], np.nan), np.ma.filled(wanted["t_min"], np.nan), True), form


def parquet_table(file: Path) -> Table:
    """Read Parquet without pandas; missing values are NaN, or None in text."""
    read = pyarrow.parquet.read_table(file)
    table = Table()
    for field in read.schema:
        values = read.column(field.name).to_pylist()
        if pyarrow.types.is_floating(field.type):
            values = [np.nan if value is None else value for value in values]
        table[field.name] = values
    return table


def astroquery_client():
    """astroquery's TAP client: tables, both kinds of jobs, uploads, errors."""
    from astroquery.utils.tap import Tap, TapPlus

    count = len(truth())
    table = Table({"name": ["a", "b"], "ra": [40.0, 41.0], "flag": [True, False]})
    folder = Path(tempfile.mkdtemp())
    file = folder / "upload.vot"
    table.write(file, format="votable")
    for kind in (TapPlus, Tap):
        tap = kind(url=BASE)
        tables = {found.get_qualified_name(): found for found in tap.load_tables()}
        obscore = tables["ivoa.ObsCore"]
        assert [column.name for column in obscore.columns][:2] == ["dataproduct_type", "calib_level"]
        assert "ObsCore" in obscore.description or "IVOA" in obscore.description, obscore.description
        one = tap.load_table("butler.visit")
        assert one.get_qualified_name() == "butler.visit" and len(one.columns) > 5
        n = tap.launch_job("SELECT COUNT(*) AS n FROM ivoa.ObsCore").get_results()["n"][0]
        assert n == count
        rows = tap.launch_job_async("SELECT obs_id, t_min, s_region FROM ivoa.ObsCore").get_results()
        assert len(rows) == count and str(rows["t_min"].unit) == "d"
        for upload in (table, str(file)):
            for launch in (tap.launch_job, tap.launch_job_async):
                job = launch("SELECT * FROM TAP_UPLOAD.mine", upload_resource=upload, upload_table_name="mine")
                same_table(job.get_results(), table)
        # astroquery reads FITS only from services that pack it unasked.
        for form in ("csv", "votable", "json"):
            job = tap.launch_job("SELECT TOP 5 obs_id, t_min FROM ivoa.ObsCore", output_format=form)
            assert len(job.get_results()) == 5, form
        for launch in (tap.launch_job, tap.launch_job_async):
            raises(requests.exceptions.HTTPError, lambda launch=launch: launch("SELECT nothing FROM ivoa.ObsCore"), "nothing")
        job = tap.launch_job_async("SELECT TOP 5 obs_id FROM ivoa.ObsCore", background=True)
        job.wait_for_job_end()
        assert len(job.get_results()) == 5
        assert any(listed.jobid == job.jobid for listed in tap.list_async_jobs())
    plus = TapPlus(url=BASE)
    job = plus.launch_job_async("SELECT TOP 5 obs_id FROM ivoa.ObsCore")
    assert len(plus.load_async_job(jobid=job.jobid).get_results()) == 5


with warnings.catch_warnings():
    # astropy warns of units and of its own deprecations.
    warnings.simplefilter("ignore")
    globals()[sys.argv[3]]()
