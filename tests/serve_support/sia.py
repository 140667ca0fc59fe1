"""Asks a service for images as its users do.

    sia.py TAP ROOT MAPPING CHECK

TAP is the base URL of the service's TAP, beside which it has /sia; ROOT and MAPPING are the repository and the
mapping that it serves. CHECK is the name of a function below. Whatever is not as it should be is an exception.
"""

from __future__ import annotations

import io
import math
import sys
from collections import Counter
from typing import Any

import astropy.units as u
import numpy as np
import pyvo
import requests
import yaml
from astropy.io import votable
from astropy.table import Table
from astropy.time import Time
from pyvo.dal import DALQueryError

TAP, ROOT, MAPPING = sys.argv[1:4]
SIA = TAP.removesuffix("/tap") + "/sia"
QUERY = SIA + "/query"
Parameters = list[tuple[str, Any]]


def ask(parameters: Parameters, way: str = "GET", url: str = QUERY) -> requests.Response:
    """Send parameters in one of the ways that there are."""
    if way == "GET":
        return requests.get(url, params=parameters, timeout=60)
    if way == "form":
        return requests.post(url, data=parameters, timeout=60)
    return requests.post(url, files=[(name, (None, str(value))) for name, value in parameters], timeout=60)


def table(parameters: Parameters, way: str = "GET") -> Table:
    """Return the rows of an answer."""
    response = ask(parameters, way)
    assert response.status_code == 200, (parameters, response.text)
    return votable.parse(io.BytesIO(response.content), verify="exception").get_first_table().to_table()


def names(rows: Table) -> Counter:
    """Count the datasets of an answer."""
    return Counter(str(name) for name in rows["obs_publisher_did"])


def everything() -> Table:
    """Return all rows of the table."""
    return pyvo.dal.TAPService(TAP).run_sync("SELECT * FROM ivoa.ObsCore", maxrec=1_000_000).to_table()


def refused(parameters: Parameters, *words: str, way: str = "GET", status: int = 400) -> str:
    """Ask what cannot be asked; return what is said."""
    response = ask(parameters, way)
    assert response.status_code == status, (parameters, response.status_code, response.text)
    assert response.headers["content-type"].startswith("application/x-votable+xml"), response.headers
    document = votable.parse(io.BytesIO(response.content), verify="exception")
    (resource,) = document.resources
    (info,) = [info for info in resource.infos if info.name == "QUERY_STATUS"]
    assert resource.type == "results" and info.value == "ERROR", response.text
    for word in ("UsageFault: ", *words):
        assert word in info.content, (word, info.content)
    assert info.content.startswith("UsageFault: "), info.content
    return info.content


def cases() -> list[tuple[Parameters, str]]:
    """Return parameters with the conditions that they stand for."""
    rows = everything()
    placed = [row for row in rows if not np.ma.is_masked(row["s_ra"])]
    timed = sorted(float(t) for t in set(np.ma.compressed(rows["t_min"])))
    first, last = placed[0], placed[-1]
    here = f"{first['s_ra']} {first['s_dec']}"
    ra, dec = float(last["s_ra"]), float(last["s_dec"])
    some = timed[len(timed) // 2]
    dids = [str(rows["obs_publisher_did"][at]) for at in (0, len(rows) // 2, -1)]
    exposed = sorted(set(np.ma.compressed(rows["t_exptime"])))
    instruments = sorted({str(name) for name in rows["instrument_name"] if name and name is not np.ma.masked})
    target = sorted({str(name) for name in rows["target_name"] if name and name is not np.ma.masked})[0]
    fields = sorted(set(np.ma.compressed(rows["s_fov"])))
    middle = fields[len(fields) // 2]
    text = "'{}'".format
    quoted = [text(name.replace("'", "''")) for name in [*instruments, target]]
    meets = "1 = INTERSECTS(s_region, {})".format
    return [
        ([], "1 = 1"),
        ([("POS", f"CIRCLE {here} 0.2")], meets(f"CIRCLE({first['s_ra']}, {first['s_dec']}, 0.2)")),
        ([("pos", f"circle {here} 0")], meets(f"POINT({first['s_ra']}, {first['s_dec']})")),
        (
            [("POS", f"CIRCLE {here} 0.2"), ("POS", f"CIRCLE {ra} {dec} 1")],
            meets(f"CIRCLE({first['s_ra']}, {first['s_dec']}, 0.2)") + " OR " + meets(f"CIRCLE({ra}, {dec}, 1)"),
        ),
        ([("POS", "RANGE 0 360 -20 20")], meets("REGION('RANGE ICRS 0 360 -20 20')")),
        ([("POS", "RANGE 350 10 -90 90")], meets("REGION('RANGE ICRS 350 10 -90 90')")),
        (
            [("POS", "RANGE 350 10 -90 90")],
            meets("REGION('RANGE ICRS 350 360 -90 90')") + " OR " + meets("REGION('RANGE ICRS 0 10 -90 90')"),
        ),
        ([("POS", "RANGE -Inf +Inf 50 +Inf")], meets("REGION('RANGE ICRS 0 360 50 90')")),
        ([("POS", "RANGE -Inf +Inf -Inf +Inf")], meets("CIRCLE(0, 0, 180)")),
        (
            [("POS", f"POLYGON {ra - 1} {dec - 1} {ra + 1} {dec - 1} {ra + 1} {dec + 1} {ra} {dec} {ra - 1} {dec + 1}")],
            meets(f"POLYGON({ra - 1},{dec - 1},{ra + 1},{dec - 1},{ra + 1},{dec + 1},{ra},{dec},{ra - 1},{dec + 1})"),
        ),
        ([("BAND", "500e-9 560e-9")], "em_min <= 560e-9 AND em_max >= 500e-9"),
        ([("BAND", "552e-9")], "em_min <= 552e-9 AND em_max >= 552e-9"),
        ([("BAND", "-Inf 402e-9")], "em_min <= 402e-9"),
        ([("BAND", "7e-7 +Inf"), ("BAND", "-Inf 4.5e-7")], "em_max >= 7e-7 OR em_min <= 4.5e-7"),
        ([("BAND", "-Inf +Inf")], "em_min IS NOT NULL AND em_max IS NOT NULL"),
        ([("BAND", "300 +Inf")], "1 = 0"),
        ([("TIME", f"{some} {some + 1}")], f"t_min <= {some + 1} AND t_max >= {some}"),
        ([("TIME", f"{some}")], f"t_min <= {some} AND t_max >= {some}"),
        ([("TIME", f"{some} +Inf")], f"t_max >= {some} AND t_min IS NOT NULL"),
        ([("TIME", f"-Inf {timed[3]}"), ("TIME", f"{timed[-3]} +Inf")], f"(t_min <= {timed[3]} AND t_max IS NOT NULL) OR (t_max >= {timed[-3]} AND t_min IS NOT NULL)"),
        ([("TIME", "-Inf +Inf")], "t_min IS NOT NULL AND t_max IS NOT NULL"),
        ([("POL", "I")], "pol_states LIKE '%/I/%'"),
        ([("POL", "POLI")], "pol_states LIKE '%/POLI/%'"),
        ([("POL", "Q"), ("POL", "POLI")], "pol_states LIKE '%/POLI/%' OR pol_states LIKE '%/Q/%'"),
        ([("FOV", f"-Inf {middle}")], f"s_fov <= {middle}"),
        ([("FOV", f"{middle}")], f"s_fov = {middle}"),
        ([("FOV", f"{middle} {fields[-1]}")], f"s_fov BETWEEN {middle} AND {fields[-1]}"),
        ([("FOV", "-Inf +Inf")], "s_fov IS NOT NULL"),
        ([("SPATRES", "-Inf 0.7")], "s_resolution <= 0.7"),
        ([("SPATRES", "0.8 1.0")], "s_resolution BETWEEN 0.8 AND 1.0"),
        ([("SPECRP", "5 +Inf")], "em_res_power >= 5"),
        ([("SPECRP", "-Inf +Inf")], "em_res_power IS NOT NULL"),
        ([("EXPTIME", f"{exposed[0]}")], f"t_exptime = {exposed[0]}"),
        ([("EXPTIME", f"{exposed[0]} {exposed[-1]}")], f"t_exptime BETWEEN {exposed[0]} AND {exposed[-1]}"),
        ([("EXPTIME", f"{exposed[-1]} +Inf")], f"t_exptime >= {exposed[-1]}"),
        ([("TIMERES", "15")], "t_resolution = 15"),
        ([("TIMERES", "-Inf 14.9")], "t_resolution <= 14.9"),
        ([("ID", dids[0])], f"obs_publisher_did = {text(dids[0])}"),
        ([("ID", dids[0].upper()), ("id", dids[1].lower())], f"obs_publisher_did IN ({text(dids[0])}, {text(dids[1])})"),
        ([("ID", dids[2].replace("usdac/", ""))], f"obs_publisher_did = {text(dids[2])}"),
        ([("ID", dids[0] + "x")], "1 = 0"),
        ([("COLLECTION", "TEST.COADDS")], "obs_collection = 'TEST.COADDS'"),
        ([("COLLECTION", "test.coadds")], "1 = 0"),
        ([("COLLECTION", "TEST.COADDS"), ("COLLECTION", "TEST.SURVEY")], "obs_collection IS NOT NULL"),
        ([("FACILITY", "Test:Own")], "facility_name = 'Test:Own'"),
        ([("FACILITY", "Test:Synth's")], "facility_name = 'Test:Synth''s'"),
        *(([("INSTRUMENT", name)], f"instrument_name = {q}") for name, q in zip(instruments, quoted, strict=False)),
        ([("INSTRUMENT", instruments[0]), ("INSTRUMENT", "nobody's")], f"instrument_name = {quoted[0]}"),
        ([("DPTYPE", "cube")], "dataproduct_type = 'cube'"),
        ([("DPTYPE", "cube"), ("DPTYPE", "image")], "1 = 1"),
        ([("DPSUBTYPE", "lsst.raw")], "dataproduct_subtype = 'lsst.raw'"),
        ([("CALIB", 1)], "calib_level = 1"),
        ([("CALIB", 2), ("calib", 3)], "calib_level IN (2, 3)"),
        ([("CALIB", 0)], "calib_level = 0"),
        ([("TARGET", target)], f"target_name = {quoted[-1]}"),
        ([("FORMAT", "image/fits")], "access_format = 'image/fits'"),
        (
            [("FORMAT", "application/x-votable+xml;content=datalink"), ("FORMAT", "image/png")],
            "access_format = 'application/x-votable+xml;content=datalink'",
        ),
        # Different parameters must all hold; what is not known is left aside, and so is what is empty.
        (
            [("CALIB", 1), ("BAND", "500e-9 560e-9"), ("POS", f"CIRCLE {here} 3"), ("UNKNOWN", "x"), ("TIME", "")],
            "calib_level = 1 AND em_min <= 560e-9 AND em_max >= 500e-9 AND "
            + meets(f"CIRCLE({first['s_ra']}, {first['s_dec']}, 3)"),
        ),
    ]


def adql():
    """Every parameter finds what the same condition finds on /tap."""
    tap = pyvo.dal.TAPService(TAP)
    found = []
    for at, (parameters, condition) in enumerate(cases()):
        query = f"SELECT * FROM ivoa.ObsCore WHERE dataproduct_type IN ('image', 'cube') AND ({condition})"
        wanted = tap.run_sync(query, maxrec=1_000_000).to_table()
        got = table(parameters, ("GET", "form", "multipart")[at % 3])
        assert names(got) == names(wanted), (parameters, condition, len(got), len(wanted))
        assert got.colnames == wanted.colnames
        found.append(len(got))
    # Most cases find something, and none of the conditions everything.
    assert sum(count > 0 for count in found) > 0.8 * len(found), found
    assert sum(count == found[0] for count in found) < 0.2 * len(found), found
    # Cell by cell.
    wanted = {row["obs_publisher_did"]: row for row in everything()}
    for row in table([("CALIB", 2)]):
        for name in row.colnames:
            one, other = row[name], wanted[row["obs_publisher_did"]][name]
            same = one is other or one == other or (isinstance(one, float) and math.isnan(one) and math.isnan(other))
            assert same, (name, one, other)


def client():
    """pyvo's own client."""
    service = pyvo.dal.SIA2Service(SIA)
    assert service.available and service.up_since
    kinds = {capability.standardid for capability in service.capabilities}
    assert "ivo://ivoa.net/std/SIA#query-2.0" in kinds, kinds
    rows = [row for row in everything() if row["dataproduct_type"] in ("image", "cube")]
    placed = [row for row in rows if not np.ma.is_masked(row["s_ra"])]
    timed = [row for row in placed if not np.ma.is_masked(row["t_min"])]
    one = timed[0]
    pos = (float(one["s_ra"]) * u.deg, float(one["s_dec"]) * u.deg, 0.1 * u.deg)
    span = (Time(float(one["t_min"]), format="mjd"), Time(float(one["t_max"]), format="mjd"))
    results = service.search(
        pos=pos,
        band=(float(one["em_min"]) * u.m, float(one["em_max"]) * u.m),
        time=span,
        pol="I",
        field_of_view=(0.0 * u.deg, 10.0 * u.deg),
        spatial_resolution=(0.1 * u.arcsec, 2.0 * u.arcsec),
        exptime=(0 * u.s, 1e4 * u.s),
        timeres=(1.0 * u.s, 100.0 * u.s),
        publisher_did=str(one["obs_publisher_did"]),
        facility=str(one["facility_name"]),
        collection=str(one["obs_collection"]),
        instrument=str(one["instrument_name"]),
        data_type="image",
        calib_level=int(one["calib_level"]),
        target_name=str(one["target_name"]),
        res_format=str(one["access_format"]),
        dpsubtype=str(one["dataproduct_subtype"]),
    )
    assert len(results) == 1, (one, service.search(pos=pos))
    record = results[0]
    assert record.obs_publisher_did == one["obs_publisher_did"] and record.s_ra == one["s_ra"] * u.deg
    assert record.instrument_name == one["instrument_name"] and record.dataproduct_type == "image"
    got = service.search(pos=[pos, (0 * u.deg, 360 * u.deg, -90 * u.deg, 90 * u.deg)])
    assert len(got) == len(placed)
    polygon = [float(one["s_ra"]) + x for x in (-1, 1, 1)], [float(one["s_dec"]) + y for y in (-1, -1, 1)]
    corners = tuple(value * u.deg for pair in zip(*polygon, strict=True) for value in pair)
    assert len(service.search(pos=corners)) > 0
    assert len(service.search(calib_level=1, maxrec=2)) == 2
    assert len(service.search(maxrec=0)) == 0
    try:
        service.search(inst_or_so="x", data_type="measurements")
    except DALQueryError as error:
        assert "DPTYPE" in str(error) and "possible: image, cube" in str(error), error
    else:
        raise AssertionError("no error")
    # The query itself is as good a URL as that of the service.
    assert len(pyvo.dal.SIA2Query(QUERY, calib_level=3).execute()) == len(pyvo.dal.sia2.search(SIA, calib_level=3))


def documents():
    """What answers, descriptions and errors consist of."""
    count = len(table([]))
    for maxrec, status, rows in ((0, "OVERFLOW", 0), (3, "OVERFLOW", 3), (count, "OK", count), (count - 1, "OVERFLOW", count - 1)):
        for serialization in ("td", "b", "b2"):
            response = ask([("MAXREC", maxrec), ("RESPONSEFORMAT", f"votable/{serialization}")])
            document = votable.parse(io.BytesIO(response.content), verify="exception")
            results, this, links = document.resources
            (identifier,) = links.groups[0].entries
            assert links.ID == "datalink" and identifier.ref == "obs_publisher_did", links
            assert links.ID == "datalink" and links.type == "meta" and links.utype == "adhoc:service"
            said = {info.name: info.value for info in results.infos}
            assert said["QUERY_STATUS"] == status and len(results.tables[0].array) == rows, (maxrec, said)
            assert results.type == "results" and said["standardID"] == "ivo://ivoa.net/std/SIA#query-2.0"
            requested = [info.value for info in document.infos if info.name == "request"]
            assert requested == [response.url.replace("%2F", "/")] or requested == [response.url], requested
            described(this, maxrec == 0)
    fields = {field.name: field for field in results.tables[0].fields}
    assert fields["em_min"].utype == "obscore:Char.SpectralAxis.Coverage.Bounds.Limits.LoLimit"
    assert fields["s_ra"].ucd == "pos.eq.ra" and str(fields["t_exptime"].unit) == "s"
    # Every format of /tap.
    plain = {"csv": "text/csv", "tsv": "text/tab-separated-values", "json": "application/json", "text": "text/plain"}
    plain |= {"fits": "application/fits", "parquet": "application/vnd.apache.parquet", "html": "text/html"}
    for name, kind in plain.items():
        response = ask([("CALIB", 1), ("RESPONSEFORMAT", name)])
        assert response.status_code == 200 and response.headers["content-type"].startswith(kind), name
    assert len(Table.read(io.BytesIO(ask([("RESPONSEFORMAT", "csv")]).content), format="ascii.csv")) == count
    # Nothing is asked at the base URL itself but what is asked at the query.
    assert len(ask([("CALIB", 1), ("RESPONSEFORMAT", "csv")], url=SIA).text.splitlines()) > 1
    # Errors in other formats.
    for name, kind in (("csv", "text/plain"), ("tsv", "text/plain"), ("json", "application/json"), ("html", "text/html")):
        response = ask([("BAND", "x"), ("RESPONSEFORMAT", name)])
        assert response.status_code == 400 and response.headers["content-type"].startswith(kind), name
        assert "UsageFault: BAND cannot be `x`" in response.text, response.text
    assert requests.get(SIA + "/nothing", timeout=60).status_code == 404
    assert requests.delete(QUERY, timeout=60).status_code == 405


def described(this, whole: bool, scope: tuple[str, ...] | None = ("image", "cube")):
    """Look at what the service says of itself; of its values if it should."""
    assert this.type == "meta" and this.utype == "adhoc:service" and this.name == "this"
    params = {param.name: param.value for param in this.params}
    assert params["standardID"] == "ivo://ivoa.net/std/SIA#query-2.0" and params["accessURL"] == QUERY
    (group,) = this.groups
    inputs = {param.name: param for param in group.entries}
    assert group.name == "inputParams" and len(group.entries) == len(inputs)
    assert inputs["POS"].datatype == "char" and "RANGE lon lon lat lat" in inputs["POS"].description
    wanted = "POS BAND TIME POL FOV SPATRES SPECRP EXPTIME TIMERES ID COLLECTION FACILITY INSTRUMENT DPTYPE DPSUBTYPE"
    assert list(inputs) == f"{wanted} CALIB TARGET FORMAT MAXREC RESPONSEFORMAT".split()
    assert inputs["BAND"].unit == "m" and inputs["BAND"].xtype == "interval" and str(inputs["TIME"].unit) == "d"

    def options(name: str) -> list[str]:
        return [value for _, value in inputs[name].values.options]

    assert options("DPTYPE") == (["cube", "image"] if whole else ["image", "cube"])
    if whole:
        rows = [row for row in everything() if scope is None or row["dataproduct_type"] in scope]
        columns = {"COLLECTION": "obs_collection", "INSTRUMENT": "instrument_name", "FACILITY": "facility_name"}
        columns |= {"DPSUBTYPE": "dataproduct_subtype", "CALIB": "calib_level", "FORMAT": "access_format"}
        for name, column in columns.items():
            there = {str(row[column]) for row in rows if row[column] is not np.ma.masked and row[column] != ""}
            assert options(name) == sorted(there), (name, options(name), there)
    else:
        assert options("INSTRUMENT") == []


def errors():
    """What cannot be asked is refused, and says why and what can."""
    for parameters, *words in (
        ([("POS", "BOX 1 2 3 4")], "POS cannot be `BOX 1 2 3 4`", "CIRCLE lon lat radius"),
        ([("POS", "CIRCLE 1 2")], "longitude, latitude and radius"),
        ([("POS", "CIRCLE 1 91 1")], "POS cannot be"),
        ([("POS", "CIRCLE 1 1 -1")], "POS cannot be"),
        ([("POS", "CIRCLE x 1 1")], "`x` is not a number"),
        ([("POS", "CIRCLE NaN 1 1")], "`NaN` is not a number"),
        ([("POS", "CIRCLE +Inf 1 1")], "no open ends"),
        ([("POS", "RANGE 1 2 3")], "two longitudes and two latitudes"),
        ([("POS", "RANGE 1 2 30 20")], "POS cannot be"),
        ([("POS", "POLYGON 1 2 3 4")], "three or more pairs"),
        ([("POS", "POLYGON 0 0 10 10 10 0 0 10")], "POS cannot be"),
        ([("POS", "CIRCLE 1 2 3"), ("POS", "rubbish")], "`rubbish` is not a shape"),
        ([("BAND", "x")], "BAND cannot be `x`", "in m", "-Inf and +Inf"),
        ([("BAND", "2 1")], "lower end is above"),
        ([("BAND", "1 2 3")], "more than two"),
        ([("TIME", "2025-01-01")], "TIME cannot be"),
        ([("FOV", "NaN")], "FOV cannot be"),
        ([("EXPTIME", "1e999")], "more than a double holds"),
        ([("POL", "Z")], "possible: I, Q, U, V"),
        ([("POL", "%")], "POL cannot be"),
        ([("DPTYPE", "spectrum")], "possible: image, cube"),
        ([("CALIB", "5")], "from 0 to 4"),
        ([("CALIB", "1.5")], "from 0 to 4"),
        ([("CALIB", "-1")], "from 0 to 4"),
        ([("MAXREC", "-1")], "MAXREC cannot be"),
        ([("MAXREC", "1"), ("maxrec", "2")], "more than once"),
        ([("RESPONSEFORMAT", "votabel")], "did you mean `votable`?"),
        ([("UPLOAD", "a,param:b")], "UPLOAD is not a parameter"),
        ([("TARGET", "a\x00b")], "U+0000"),
        ([("TARGET", "é" * 501)], "can have 1000"),
        ([("ID", f"x{number}") for number in range(1001)], "can be 1000 times"),
        ([("POS", f"CIRCLE {number} 0 1") for number in range(101)], "can be 100 times"),
        ([("POS", "POLYGON " + "1 2 " * 20_000)], "bytes"),
    ):
        heavy = " bytes" in words[0] or words[0] == "bytes" or words[0].startswith("can ")
        # Long URLs are not read at all.
        way = "form" if sum(len(value) for _, value in parameters) > 10_000 else "GET"
        refused(parameters, *words, way=way, status=413 if heavy else 400)
    # As many values as a parameter can have, with others beside them, and names that nobody knows.
    many = [("ID", f"x{number}") for number in range(1000)] + [("CALIB", 1), ("other", "x"), ("MAXREC", 5)]
    assert len(table(many, "multipart")) == 0
    for way in ("form", "multipart"):
        assert len(table([("INSTRUMENT", "SynthCam"), *[("other", "x")] * 1500, ("MAXREC", 2)], way)) == 2
    # Too much is refused in the format that was asked for.
    much = [("ID", f"{number:05}" * 100) for number in range(3000)]
    for heavy in ([("POS", f"CIRCLE {number} 0 1") for number in range(101)], [("ID", "x")] * 1001, much):
        for way in ("form", "multipart"):
            for name, kind in (("json", "application/json"), ("csv", "text/plain"), ("html", "text/html")):
                response = ask([("RESPONSEFORMAT", name), *heavy], way)
                assert response.status_code == 413, response.text
                assert response.headers["content-type"].startswith(kind), (name, way, response.headers)
                assert "UsageFault: " in response.text, response.text
    response = ask(much, "form", QUERY + "?RESPONSEFORMAT=json")
    assert (response.status_code, response.headers["content-type"]) == (413, "application/json"), response.text
    response = ask([("RESPONSEFORMAT", "json")], url=f"{SIA}/nobody/query")
    assert (response.status_code, response.headers["content-type"]) == (404, "application/json"), response.text
    # What docs/sia.md says of shapes.
    corners = [(200 + math.cos(at / 1100 * math.tau), math.sin(at / 1100 * math.tau)) for at in range(1001)]
    wide = [" ".join(f"{value:.4f}" for pair in corners[:count] for value in pair) for count in (1000, 1001)]
    table([("POS", f"POLYGON {wide[0]}")], "form")
    refused([("POS", f"POLYGON {wide[1]}")], "1000", way="form")
    refused([("POS", f"POLYGON {wide[0]}")] * 10, "131072 bytes", way="form", status=413)
    file = requests.post(QUERY, files=[("POS", ("pos.txt", "CIRCLE 1 2 3"))], timeout=60)
    assert file.status_code == 400 and "POS comes as a file" in file.text, file.text
    # What looks like SQL, ADQL or XML is text.
    for text in ("' OR 1=1 --", "'; DROP TABLE x", "</INFO><x>", "%27", "a\nb", "{}", "\u202e"):
        for name in ("TARGET", "INSTRUMENT", "ID", "FORMAT", "COLLECTION"):
            assert len(table([(name, text)])) == 0, (name, text)


ANSWERED: dict[str, Counter] = {}


def oracle(parameters: Parameters, overrides: dict[str, Any] | None = None) -> Counter:
    """Count what dax_obscore finds in the same registry."""
    key = repr((parameters, overrides))
    if key not in ANSWERED:
        ANSWERED[key] = answered(parameters, overrides)
    return ANSWERED[key]


def answered(parameters: Parameters, overrides: dict[str, Any] | None) -> Counter:
    """Have dax_obscore answer."""
    from lsst.daf.butler import Butler
    from lsst.dax.obscore import ExporterConfig
    from lsst.dax.obscore.siav2 import siav2_query_from_raw

    with open(MAPPING, encoding="utf-8") as stream:
        config = ExporterConfig.model_validate(yaml.safe_load(stream) | (overrides or {}))
    arguments: dict[str, Any] = {}
    for name, value in parameters:
        arguments.setdefault(name.lower(), []).append(value)
    with Butler.from_config(ROOT, writeable=False) as butler:
        answer = siav2_query_from_raw(butler, config, **arguments)
    rows = answer.get_first_table().array
    return Counter(str(name) for name in rows["obs_publisher_did"]) if len(rows) else Counter()


def dax_cases() -> list[Parameters]:
    """Return what dax_obscore can be asked."""
    rows = everything()
    placed = [row for row in rows if not np.ma.is_masked(row["s_ra"])]
    first, last = placed[0], placed[-1]
    timed = sorted(float(t) for t in set(np.ma.compressed(rows["t_min"])))
    ordinary = [t for t in timed if 55000 < t < 62000]
    # A column has its times rounded, Butler the nanoseconds; at an end both need not be the same.
    some = ordinary[len(ordinary) // 2] + 1e-7
    exposed = sorted(set(np.ma.compressed(rows["t_exptime"])))
    dids = [str(rows["obs_publisher_did"][at]) for at in (0, len(rows) // 2, -1)]
    here = f"{first['s_ra']} {first['s_dec']}"
    ra, dec = float(last["s_ra"]), float(last["s_dec"])
    square = f"{ra - 1} {dec - 1} {ra + 1} {dec - 1} {ra + 1} {dec + 1} {ra - 1} {dec + 1}"
    return [
        [],
        [("CALIB", 1)],
        [("CALIB", 2), ("CALIB", 3)],
        [("CALIB", 0)],
        [("DPTYPE", "image")],
        [("DPTYPE", "cube"), ("DPTYPE", "image")],
        [("DPSUBTYPE", "lsst.raw")],
        [("DPSUBTYPE", "lsst.raw"), ("DPSUBTYPE", "lsst.visit_image")],
        [("INSTRUMENT", "SynthCam")],
        [("INSTRUMENT", "O'Né{i}l \"%\"")],
        [("INSTRUMENT", "SynthCam"), ("INSTRUMENT", "O'Né{i}l \"%\"")],
        [("INSTRUMENT", "SynthCam"), ("CALIB", 1)],
        [("POS", f"CIRCLE {here} 0.05")],
        [("POS", f"CIRCLE {here} 3")],
        [("POS", f"CIRCLE {here} 0.2"), ("POS", f"CIRCLE {ra} {dec} 1")],
        [("POS", "RANGE 0 360 -20 20")],
        [("POS", "RANGE 350 10 -45 45")],
        [("POS", f"RANGE {ra - 0.3} {ra + 0.3} {dec - 0.3} {dec + 0.3}")],
        [("POS", f"POLYGON {square}")],
        [("BAND", "500e-9 560e-9")],
        [("BAND", "-Inf 402e-9")],
        [("BAND", "7e-7 +Inf")],
        [("BAND", "450e-9"), ("BAND", "750e-9")],
        [("BAND", "500e-9 560e-9"), ("CALIB", 1)],
        [("TIME", f"{some} {some + 0.01}")],
        [("TIME", f"{some - 0.5} {some + 0.5}"), ("CALIB", 1)],
        [("TIME", f"{some + 1e-5}")],
        [("TIME", f"{some} +Inf")],
        [("TIME", f"-Inf {some}"), ("TIME", f"{some + 0.2} +Inf")],
        [("EXPTIME", f"{exposed[0]} {exposed[-1]}")],
        [("EXPTIME", f"{exposed[0] - 1} {exposed[-1] + 1}")],
        [("EXPTIME", f"{exposed[0]} +Inf"), ("CALIB", 1)],
        [("EXPTIME", "-Inf +Inf")],
        [("EXPTIME", "-Inf +Inf"), ("EXPTIME", f"{exposed[0]} +Inf")],
        [("ID", dids[0])],
        [("ID", dids[0]), ("ID", dids[1]), ("ID", dids[2])],
        [("POS", f"CIRCLE {here} 5"), ("BAND", "500e-9 560e-9"), ("CALIB", 1), ("INSTRUMENT", "SynthCam")],
        [("POL", "I")],
        [("COLLECTION", "TEST.COADDS")],
        [("FACILITY", "nobody")],
        [("TARGET", "nobody")],
        [("FOV", "0 0.001")],
        [("SPATRES", "0.8 1.0")],
        [("SPECRP", "5 6")],
        [("TIMERES", "99")],
    ]


def dax():
    """With `sia.like: dax_obscore`, the rows are those of dax_obscore."""
    found = 0
    for parameters in dax_cases():
        wanted, got = oracle(parameters), names(table(parameters))
        assert got == wanted, (parameters, sum(got.values()), sum(wanted.values()), list((got - wanted).items())[:5], list((wanted - got).items())[:5])
        found += sum(wanted.values()) > 0
    assert found > 25, found
    refused([("CALIB", 4)], "from 0 to 3")
    # There every row can be found, so all values are described.
    response = ask([("MAXREC", 0), ("RESPONSEFORMAT", "votable/td")])
    _, this, _ = votable.parse(io.BytesIO(response.content), verify="exception").resources
    described(this, True, None)
    refused([("DPTYPE", "measurements")], "possible: image, cube")


def fails(parameters: Parameters, kind: type[Exception], overrides: dict[str, Any] | None = None) -> None:
    """See dax_obscore fail."""
    try:
        oracle(parameters, overrides)
    except kind:
        return
    raise AssertionError(f"dax_obscore does not fail at {parameters}")


def differences():
    """By the standard, rows differ from those of dax_obscore as docs/sia.md says, and not otherwise."""
    rows = {str(row["obs_publisher_did"]): row for row in everything()}

    def null(name: str, *columns: str) -> bool:
        return any(np.ma.is_masked(rows[name][column]) or rows[name][column] == "" for column in columns)

    # What has NULL where it is asked, and what is neither image nor cube.
    columns = {"TIME": ("t_min", "t_max"), "BAND": ("em_min", "em_max"), "INSTRUMENT": ("instrument_name",)}
    different = Counter()
    for parameters in dax_cases():
        asked = {name for name, _ in parameters}
        if asked & {"POL", "COLLECTION", "FACILITY", "TARGET", "FOV", "SPATRES", "SPECRP", "TIMERES"}:
            # dax_obscore finds everything whatever was asked.
            assert oracle(parameters) == oracle([]) != names(table(parameters)), parameters
            continue
        if "EXPTIME" in asked:
            continue
        got, wanted = names(table(parameters)), oracle(parameters)
        kept = Counter()
        for name, count in wanted.items():
            lost = [key for key in asked if key in columns and null(name, *columns[key])]
            if rows[name]["dataproduct_type"] not in ("image", "cube"):
                lost.append("scope")
            different.update(lost)
            if not lost:
                kept[name] = count
        assert got == kept, (parameters, list((got - kept).items())[:5], list((kept - got).items())[:5])
    assert set(different) == {"TIME", "BAND", "INSTRUMENT", "scope"}, different
    # Intervals of exposure times have their ends.
    longest = max(float(time) for time in np.ma.compressed(everything()["t_exptime"]))
    assert not oracle([("EXPTIME", f"{longest}")]) and names(table([("EXPTIME", f"{longest}")]))
    assert not oracle([("EXPTIME", f"{longest} +Inf")]) and names(table([("EXPTIME", f"{longest} +Inf")]))
    # Levels that the standard has.
    fails([("CALIB", 4)], ValueError)
    assert len(table([("CALIB", 4)])) == 0, "measurements"
    # A polygon that is not convex.
    row = next(row for row in rows.values() if not null(str(row["obs_publisher_did"]), "s_ra"))
    ra, dec = float(row["s_ra"]), float(row["s_dec"])
    notch = [("POS", f"POLYGON {ra - 9} {dec - 9} {ra + 9} {dec - 9} {ra + 9} {dec + 9} {ra} {dec - 8} {ra - 9} {dec + 9}")]
    hull = [("POS", f"POLYGON {ra - 9} {dec - 9} {ra + 9} {dec - 9} {ra + 9} {dec + 9} {ra - 9} {dec + 9}")]
    assert oracle(notch) == oracle(hull) == names(table(hull)) != names(table(notch))
    assert not names(table(notch)) - oracle(notch)
    # Identifiers: dax_obscore looks at the UUID alone, and fails where it finds none.
    name = next(name for name in rows if rows[name]["calib_level"] == 1)
    identifier = name.split("id=")[1]
    for other in (f"ivo://nobody/x?repo=y&id={identifier}", f"butler://label/{identifier}"):
        assert set(oracle([("ID", other)])) == {name} and not names(table([("ID", other)])), other
    fails([("ID", "ivo://nobody/x")], ValueError)
    assert len(table([("ID", "ivo://nobody/x")])) == 0
    assert set(names(table([("ID", name.upper())]))) == {name}
    fails([("ID", name.upper())], ValueError)
    # Constants among the extra columns, and conditions of the mapping.
    fails([], AttributeError, {"extra_columns": {"constant": 1.5}})
    unknown = {"g": [402e-9, 552e-9], "white": [None, None]}
    fails([("BAND", "500e-9")], ValueError, {"spectral_ranges": unknown})
    where = {"where": {"where": "instrument = 'nobody'"}}
    assert oracle([], where) == oracle([])


if __name__ == "__main__":
    globals()[sys.argv[4]]()
