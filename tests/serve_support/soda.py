"""Cutouts as users' programs ask for them: pyvo, plain HTTP, astropy.

Called as: soda.py URL STORED FOLDER, where URL is that of the service, STORED tells what Butler stored, and FOLDER is
the root of the repository.
"""

from __future__ import annotations

import io
import json
import sys
import time
import warnings

import numpy as np
import pyvo
import requests
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits, votable
from astropy.nddata import Cutout2D
from astropy.wcs import WCS, FITSFixedWarning
from pyvo.dal.adhoc import DatalinkResults, DatalinkService

warnings.simplefilter("ignore", FITSFixedWarning)
base, stored_file, root = sys.argv[1:4]
with open(stored_file, encoding="utf-8") as file:
    stored = {f["name"]: f for f in json.load(file)}
did = "ivo://example.org/files?id={}".format


def original(name: str) -> fits.HDUList:
    """Open what Butler stored, as the service gives it."""
    answer = requests.get(f"{base}/files/{stored[name]['id']}", timeout=60)
    assert answer.status_code == 200, (name, answer.text)
    return fits.open(io.BytesIO(answer.content))


def sync(**parameters: object) -> requests.Response:
    """Ask for a cutout."""
    return requests.post(f"{base}/soda/sync", data=parameters, timeout=120)


def opened(answer: requests.Response) -> fits.HDUList:
    """Open a cutout."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/fits"
    assert "attachment" in answer.headers["content-disposition"]
    hdus = fits.open(io.BytesIO(answer.content))
    hdus.verify("exception")
    return hdus


def images(hdus: fits.HDUList) -> list[fits.ImageHDU]:
    """Return the HDUs with an image."""
    return [h for h in hdus if isinstance(h, fits.CompImageHDU) or (h.is_image and h.header["NAXIS"] > 1)]


def same(hdus: fits.HDUList, name: str, where: SkyCoord, radius: float) -> None:
    """Compare a cutout with astropy's."""
    source = images(original(name))
    cut = images(hdus)
    assert [h.name for h in cut] == [h.name for h in source], hdus.info(output=False)
    for mine, whole in zip(cut, source, strict=True):
        header = whole.header if "CTYPE1" in whole.header else source[0].header
        wcs = WCS(header)
        # All pixels whose centres are inside, and no more than the box around them and a margin of one.
        y, x = np.mgrid[0 : whole.data.shape[0], 0 : whole.data.shape[1]]
        inside = wcs.pixel_to_world(x, y).separation(where) <= radius * u.deg
        rows, columns = np.where(inside)
        first = np.array([columns.min(), rows.min()])
        last = np.array([columns.max(), rows.max()])
        shifted = WCS(mine.header if "CTYPE1" in mine.header else cut[0].header)
        corner = np.array(wcs.world_to_pixel(shifted.pixel_to_world(0, 0)))
        begin = np.round(corner).astype(int)
        assert np.abs(corner - begin).max() < 1e-6, corner
        size = np.array(mine.data.shape[::-1])
        end = begin + size - 1
        assert (begin <= first).all() and (end >= last).all(), (begin, first, end, last)
        assert (begin >= np.maximum(first - 2, 0)).all(), (begin, first)
        assert (end <= np.minimum(last + 2, np.array(whole.data.shape[::-1]) - 1)).all(), (end, last)
        middle = tuple((begin + end) / 2)
        expected = Cutout2D(whole.data, middle, tuple(size[::-1]), wcs=wcs)
        np.testing.assert_array_equal(mine.data, expected.data)
        for point in ((0, 0), (size[0] - 1, size[1] - 1), (0, size[1] - 1), tuple((size - 1) / 2)):
            a, b = shifted.pixel_to_world(*point), expected.wcs.pixel_to_world(*point)
            back = np.array(expected.wcs.world_to_pixel(a)) - np.array(point)
            assert np.abs(back).max() < 1e-6, (point, a, b)


def centre(name: str) -> SkyCoord:
    """Return the middle of an image."""
    image = images(original(name))[0]
    return WCS(image.header).pixel_to_world(image.data.shape[1] / 2, image.data.shape[0] / 2)


CUTTABLE = ("raw_101_0", "visit_101_0", "visit_101_1", "coadd_RICE_1", "coadd_GZIP_2", "zip_stored", "zip_deflated")
for name in CUTTABLE:
    where = centre(name)
    circle = f"{where.ra.deg} {where.dec.deg} 0.01"
    for identifier in (did(stored[name]["id"]), stored[name]["id"], f"butler://x/{stored[name]['id']}"):
        hdus = opened(sync(ID=identifier, CIRCLE=circle))
        same(hdus, name, where, 0.01)
    history = "".join(str(line) for line in hdus[0].header.get("HISTORY", []))
    assert did(stored[name]["id"]) in history, history
    same(opened(sync(ID=stored[name]["id"], POS=f"CIRCLE {circle}")), name, where, 0.01)
    # At the edge: the part that is there.
    corner = WCS(images(original(name))[0].header).pixel_to_world(2, 2)
    same(opened(sync(ID=stored[name]["id"], CIRCLE=f"{corner.ra.deg} {corner.dec.deg} 0.005")), name, corner, 0.005)

# Nothing is left.
one = stored["visit_101_0"]["id"]
where = centre("visit_101_0")
circle = f"{where.ra.deg} {where.dec.deg} 0.01"
for nothing in (
    {"CIRCLE": "200 40 0.1"},
    {"CIRCLE": circle, "BAND": "1 2"},
    {"CIRCLE": circle, "TIME": "50000 50001"},
    {"CIRCLE": circle, "POL": "V"},
    {"POS": "RANGE 10 11 -Inf +Inf"},
    {"POLYGON": "200 40 201 40 201 41"},
    # The other side of the sky, where a plane projection has the same numbers.
    {"CIRCLE": f"{where.ra.deg + 180} {-where.dec.deg} 0.01"},
):
    answer = sync(ID=one, **nothing)
    assert answer.status_code == 204 and not answer.content, (nothing, answer.text)
same(opened(sync(ID=one, CIRCLE=circle, BAND="552e-9 600e-9", TIME="-Inf +Inf")), "visit_101_0", where, 0.01)

# Without a shape all of it.
answer = requests.get(f"{base}/soda/sync", params={"ID": one}, timeout=60)
assert answer.history[0].status_code == 303 and answer.url == f"{base}/files/{one}"

for wrong, status, word in (
    ({}, 400, "UsageError"),
    ({"ID": "ivo://nowhere/x", "CIRCLE": circle}, 404, "UsageError"),
    ({"ID": stored["hidden"]["id"], "CIRCLE": circle}, 404, "UsageError"),
    ({"ID": one, "CIRCLE": "1 2"}, 400, "UsageError"),
    ({"ID": one, "CIRCLE": "1 200 1"}, 400, "UsageError"),
    ({"ID": one, "POS": "BOX 1 2 3 4"}, 400, "UsageError"),
    ({"ID": one, "POLYGON": "0 0 1 1"}, 400, "UsageError"),
    ({"ID": one, "CIRCLE": circle, "BAND": "x"}, 400, "UsageError"),
    ({"ID": [one, stored["visit_101_1"]["id"]], "CIRCLE": circle}, 400, "MultiValuedParamNotSupported"),
    ({"ID": one, "CIRCLE": [circle, circle]}, 400, "MultiValuedParamNotSupported"),
    ({"ID": stored["notes"]["id"], "CIRCLE": circle}, 400, "UsageError"),
    ({"ID": stored["preview"]["id"], "CIRCLE": circle}, 400, "UsageError"),
    ({"ID": stored["deleted"]["id"], "CIRCLE": circle}, 404, "UsageError"),
    ({"ID": stored["trashed"]["id"], "CIRCLE": circle}, 410, "UsageError"),
    ({"ID": stored["direct"]["id"], "CIRCLE": circle}, 403, "AuthorizationError"),
    ({"ID": stored["parts"]["id"], "CIRCLE": circle}, 400, "UsageError"),
    ({"ID": "x" * 5000, "CIRCLE": circle}, 404, "UsageError"),
    ({"ID": one, "POS": "CIRCLE " + "1 " * 20000}, 400, "UsageError"),
):
    answer = sync(**wrong)
    assert answer.status_code == status, (str(wrong)[:200], answer.status_code, answer.text)
    assert answer.headers["content-type"].startswith("text/plain") and answer.text.startswith(word + ": ")

# pyvo finds it by the links of a row.
tap = pyvo.dal.TAPService(f"{base}/tap")
rows = tap.search("SELECT * FROM ivoa.ObsCore WHERE dataproduct_subtype = 'lsst.visit_image' AND lsst_visit = 101 AND lsst_detector = 0")
links = next(rows.iter_datalinks())
proc = links.get_first_proc()
assert proc is not None
cutout = proc.process(circle=(where.ra, where.dec, 0.01 * u.deg))
same(fits.open(io.BytesIO(cutout.read())), "visit_101_0", where, 0.01)
# As it is described.
document = requests.get(f"{base}/datalink/links", params={"ID": one}, timeout=60).content
parsed = votable.parse(io.BytesIO(document), verify="exception")
described = [r for r in parsed.resources if r.utype == "adhoc:service" and (r.ID or "").startswith("soda")]
assert len(described) == 2
for resource in described:
    inputs = {p.name: p for g in resource.groups for p in g.entries}
    assert inputs["ID"].value == one
    ra, dec, radius = np.array(inputs["CIRCLE"].values.max, dtype=float)
    polygon = np.array(inputs["POLYGON"].values.max, dtype=float).reshape(-1, 2)
    far = SkyCoord(*polygon.T, unit="deg").separation(SkyCoord(ra, dec, unit="deg")).deg.max()
    assert far <= radius * (1 + 1e-6) < far * 1.1, (far, radius)

# Jobs: every combination, in one of them nothing.
created = requests.post(
    f"{base}/soda/async",
    data={"ID": [one, stored["coadd_RICE_1"]["id"]], "CIRCLE": [circle, "200 40 0.1"], "PHASE": "RUN"},
    timeout=60,
)
job = created.url
assert job.startswith(f"{base}/soda/async/"), job
for _ in range(300):
    phase = requests.get(f"{job}/phase", timeout=60).text.strip()
    if phase in ("COMPLETED", "ERROR", "ABORTED"):
        break
    time.sleep(0.2)
assert phase == "COMPLETED", requests.get(job, timeout=60).text
results = [requests.get(f"{job}/results/result-{n}", timeout=60) for n in range(1, 5)]
same(fits.open(io.BytesIO(results[0].content)), "visit_101_0", where, 0.01)
assert results[1].headers["content-type"].startswith("text/plain") and results[1].text.startswith("UsageError")
assert results[3].text.startswith("UsageError")
# Not among the jobs of queries, and the other way round.
assert job.rsplit("/", 1)[1] not in requests.get(f"{base}/tap/async", timeout=60).text
assert job.rsplit("/", 1)[1] in requests.get(f"{base}/soda/async", timeout=60).text
assert requests.get(job.replace("/soda/", "/tap/"), timeout=60).status_code == 404
requests.delete(job, timeout=60)
assert requests.get(job, timeout=60).status_code == 404
created = requests.post(f"{base}/soda/async", data={"ID": one, "CIRCLE": "x", "PHASE": "RUN"}, timeout=60)
for _ in range(300):
    phase = requests.get(f"{created.url}/phase", timeout=60).text.strip()
    if phase in ("COMPLETED", "ERROR", "ABORTED"):
        break
    time.sleep(0.2)
error = requests.get(f"{created.url}/error", timeout=60)
assert phase == "ERROR" and error.headers["content-type"].startswith("text/plain") and "CIRCLE" in error.text

for path in ("capabilities", "availability"):
    answer = requests.get(f"{base}/soda/{path}", timeout=60)
    assert answer.status_code == 200 and "xml" in answer.headers["content-type"]
assert "SODA#async-1.0" in requests.get(f"{base}/soda/capabilities", timeout=60).text
print("all as astropy cuts")
