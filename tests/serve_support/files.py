"""Reads files of a service as users of Python do.

    files.py BASE STORED

BASE is the URL of /files/, STORED what Butler stored, as tests/oracle/files.py says it. Whatever is not as it
should be is an exception.
"""

import email
import hashlib
import io
import json
import sys
import warnings

import numpy
import requests
from astropy.io import fits
from astropy.utils.data import conf, download_file
from astropy.wcs import WCS

BASE = sys.argv[1]
with open(sys.argv[2], encoding="utf-8") as stream:
    STORED = {one["name"]: one for one in json.load(stream)}
# The alternate WCS of Rubin's images has the unit PIXEL, and no -SIP.
warnings.simplefilter("ignore")


def url(name):
    """Return where a file is."""
    return BASE + STORED[name]["id"]


def astropy_opens():
    """All FITS products, by their URL alone; compressed ones too."""
    conf.remote_timeout = 20
    for name in ("raw_101_0", "raw_101_1", "visit_101_0", "coadd_RICE_1", "coadd_GZIP_2", "zip_deflated", "direct"):
        place = download_file(url(name), cache=False)
        with open(place, "rb") as file:
            assert hashlib.sha256(file.read()).hexdigest() == STORED[name]["sha256"], name
        with fits.open(url(name), cache=False) as hdus:
            hdus.verify("exception")
            image = hdus["IMAGE"] if "IMAGE" in hdus else hdus[0]
            assert image.data.shape == (160, 200), name
            assert numpy.isfinite(image.data).mean() > 0.9, name
            assert WCS(image.header).has_celestial, name


def requests_reads_parts():
    """Ranges, one and several, as RFC 9110 has them."""
    whole = requests.get(url("visit_101_0"), timeout=20).content
    one = requests.get(url("visit_101_0"), headers={"Range": "bytes=2880-2959"}, timeout=20)
    assert one.status_code == 206 and one.content == whole[2880:2960]
    with fits.open(io.BytesIO(whole)) as hdus:
        offset, length = hdus["VARIANCE"].fileinfo()["datLoc"], 200 * 160 * 4
        pixels = requests.get(
            url("visit_101_0"), headers={"Range": f"bytes={offset}-{offset + length - 1}"}, timeout=20
        )
        found = numpy.frombuffer(pixels.content, dtype=">f4").reshape(160, 200)
        assert (found == hdus["VARIANCE"].data).all()
    for name in ("visit_101_0", "zip_deflated"):
        whole = requests.get(url(name), timeout=20).content
        wanted = [(0, 79), (2880, 2880), (len(whole) - 100, len(whole) - 1)]
        header = "bytes=" + ", ".join(f"{a}-{b}" for a, b in wanted)
        several = requests.get(url(name), headers={"Range": header}, timeout=20)
        assert several.status_code == 206
        assert int(several.headers["Content-Length"]) == len(several.content)
        kind = several.headers["Content-Type"]
        message = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n" + several.content)
        parts = message.get_payload()
        assert len(parts) == 3 and kind.startswith("multipart/byteranges; boundary=")
        boundary = kind.split("boundary=")[1].encode()
        bodies = several.content.split(b"\r\n--" + boundary)[1:-1]
        for (a, b), part, body in zip(wanted, parts, bodies, strict=True):
            assert part["Content-Type"] == "image/fits"
            assert part["Content-Range"] == f"bytes {a}-{b}/{len(whole)}"
            assert body.split(b"\r\n\r\n", 1)[1] == whole[a : b + 1]


astropy_opens()
requests_reads_parts()
print("all is well")
