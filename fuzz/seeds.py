"""Starting points for the fuzz targets, taken from the repository's own samples.

Usage: seeds.py TARGET FOLDER

Writes one file per sample to FOLDER, and FOLDER.dict with the words of the samples, which libFuzzer puts into
what it makes. Regions come from lsst.sphgeom and VOTables from astropy, by the scripts of the tests.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
ORACLE = ROOT / "tests" / "oracle"


def adql():
    for path in sorted((ROOT / "fixtures" / "adql").glob("*.adql")):
        for line in path.read_text().splitlines():
            if line and not line.startswith("#"):
                yield re.sub(r"\\([nrt\\])", lambda m: {"n": "\n", "r": "\r", "t": "\t"}.get(m[1], "\\"), line)


def mapping():
    for folder in ("fixtures", "fixtures/mappings", "mappings", "tests/oracle/mappings"):
        for path in sorted((ROOT / folder).glob("*.yaml")):
            yield path.read_text()


def texts(node):
    """All texts in a YAML document."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)


def expression():
    for case in yaml.safe_load((ORACLE / "where_cases.yaml").read_text()):
        yield from case["where"] if isinstance(case["where"], list) else [case["where"]]


def template():
    for document in mapping():
        yield from (text for text in texts(yaml.safe_load(document)) if "{" in text)


def region():
    lines = subprocess.run(
        [sys.executable, ORACLE / "region_vectors.py", "40", "40"], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    for line in lines:
        text = line.split("\t")[1]
        yield text
        try:
            yield base64.b64decode(text, validate=True)
        except ValueError:
            pass


def votable():
    with tempfile.TemporaryDirectory() as folder:
        order = json.dumps({"folder": folder, "seed": 1, "count": 60})
        command = [sys.executable, ORACLE / "votable_write.py"]
        subprocess.run(command, input=order, text=True, check=True, stdout=subprocess.DEVNULL)
        for path in sorted(Path(folder).iterdir()):
            yield path.read_bytes()


def sia():
    """Values from the standard and from what people mistype."""
    yield from (
        "CIRCLE 12.0 34.0 0.5", "RANGE 12.0 12.5 34.0 36.0", "RANGE 350 10 -Inf +Inf", "RANGE -Inf +Inf 89.0 +Inf",
        "POLYGON 12.0 34.0 14.0 35.0 14. 36.0 12.0 35.0", "CIRCLE 1 2 3\nRANGE 0 360 -2.0 2.0", "500e-9 550e-9",
        "300 +Inf", "-Inf 0.21", "55123.456 55123.466", "0.21", "I\nQ\nPOLI", "image\ncube", "2\n3",
        "ivo://Example.org/x?repo=y&id=01234567-89ab-cdef-0123-456789abcdef", "POS=CIRCLE+1+2+3&BAND=5e-7&CALIB=2",
        "pos=RANGE%20350%2010%20-5%205&TIME=60000+60001&INSTRUMENT=LSSTCam&MAXREC=0", "application/fits",
    )


def files():
    """Ranges and names, each behind the bytes of a size."""
    for text in (
        "bytes=0-0", "bytes=0-499", "bytes=95-", "bytes=-5", "bytes=0-1,\t98-, ,-1", "Bytes = 5-9", "lines=1-2",
        "bytes=99-99999999999999999999999", "a/b c%20d.fits", "z.zip#zip-path=a%20b/c.fits", "../../etc/passwd",
        "file:///tmp/a%20b.fits", "a\"; x=\"b", "a\r\nSet-Cookie: x", "βeta\u202e.fits",
    ):
        yield (1000).to_bytes(8, "little") + text.encode()


def fits():
    """A small image in every compression, and in none."""
    import io

    import numpy as np
    from astropy.io import fits
    from astropy.wcs import WCS

    w = WCS(naxis=2)
    w.wcs.ctype, w.wcs.crval, w.wcs.crpix, w.wcs.cdelt = ["RA---TAN", "DEC--TAN"], [10, 10], [12, 10], [-0.01, 0.01]
    head = w.to_header()
    y, x = np.mgrid[0:20, 0:24]
    data = (x * y * 31) % 257 - 20

    def written(*hdus):
        out = io.BytesIO()
        fits.HDUList(list(hdus)).writeto(out)
        return out.getvalue()

    yield written(fits.PrimaryHDU(data.astype("i2"), head))
    yield written(fits.PrimaryHDU(), fits.ImageHDU(data.astype("f4"), head), fits.ImageHDU(data.astype("u1")))
    for algorithm in ("RICE_1", "GZIP_1", "GZIP_2", "PLIO_1", "HCOMPRESS_1"):
        for tile in ((20, 24), (8, 10)):
            image = fits.CompImageHDU(abs(data).astype("i2"), head, compression_type=algorithm, tile_shape=tile)
            yield written(fits.PrimaryHDU(), image)
    for algorithm in ("RICE_1", "GZIP_2", "HCOMPRESS_1"):
        for method in (-1, 1, 2):
            floats = (data + 0.1 * np.sin(x)).astype("f4")
            image = fits.CompImageHDU(floats, head, compression_type=algorithm, tile_shape=(20, 24),
                                      quantize_method=method, quantize_level=4, dither_seed=9)
            yield written(fits.PrimaryHDU(), image)
    for code in ("SIN", "AIT", "COE", "ZPN"):
        more = head.copy()
        more["CTYPE1"], more["CTYPE2"] = f"RA---{code}", f"DEC--{code}"
        more["PV2_1"] = 40.0 if code == "COE" else 0.4
        yield written(fits.PrimaryHDU(data.astype("u1"), more))
    for code, terms in (("TAN-SIP", {"A_ORDER": 2, "B_ORDER": 2, "A_2_0": 1e-5}), ("TPV", {"PV1_1": 1.01, "PV2_7": 2.0})):
        more = head.copy()
        more["CTYPE1"], more["CTYPE2"] = f"RA---{code}", f"DEC--{code}"
        more.update(terms)
        yield written(fits.PrimaryHDU(data.astype("u1"), more))


def functions():
    """Shapes, times and angles as texts; the same functions take encoded geometries."""
    yield from (
        "POINT ICRS 10.5 -20", "CIRCLE ICRS 10 -20 0.5", "POLYGON ICRS 1 2 3 4 5 -6", "BOX FK5 10 20 1 2",
        "UNION ICRS (CIRCLE 1 2 3 BOX 4 5 6 7)", "NOT CIRCLE 1 2 3", "RANGE ICRS 0 10 -Inf +Inf",
        "2026-11-23T06:34:03.25", "2016-12-31T23:59:60.999999Z", "12:34:56.789", "-00:00:00.1", "%a_\\%", "1.5e300",
    )


def identifier():
    """The forms that there are, and some that there are not."""
    name = "01234567-89ab-4def-8123-456789abcdef"
    yield from (
        name, name.replace("-", ""), name.upper(), f"butler://main/{name}", f"Butler:///{name}", f"butler://a/b/{name}",
        f"ivo://org.rubinobs/usdac/lsst-dp1?repo=dp1&id={name}", f" {name}\n{name}", f"urn:uuid:{name}", f"{{{name}}}",
        "butler://", "ivo://", "0123456789abcdef0123456789abcde-", "é",
    )


def resolve():
    """Requests of both kinds."""
    yield from (one.replace("&", "%26") for one in identifier())
    yield from (
        "dataset_type=raw&instrument=HSC&detector=16", "ID=a&ID=b", "visit=1\nvisit=2", "VISIT=-1&run=a%2Fb", "vist=3",
        "ID=&detector=1", "ID=x&detector=1", "detector=1.5", "tract=9223372036854775808", "band=r\ntract=0",
    )


FUNCTIONS = (
    adql, expression, files, fits, functions, identifier, mapping, region, resolve, sia, template, votable,
)
TARGETS = {f.__name__: f for f in FUNCTIONS}


def main():
    target, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    words = set()
    for sample in TARGETS[target]():
        sample = sample.encode() if isinstance(sample, str) else sample
        (folder / hashlib.sha1(sample).hexdigest()).write_bytes(sample)
        if target not in ("fits", "region"):
            words.update(re.findall(rb"[A-Za-z_][A-Za-z_0-9]{1,30}|[^\sA-Za-z_0-9\x80-\xff]{1,3}", sample))
    quoted = (word.replace(b"\\", rb"\\").replace(b'"', rb"\"") for word in sorted(words))
    lines = (b'"' + word + b'"\n' for word in quoted if all(32 <= byte < 127 for byte in word))
    folder.with_name(folder.name + ".dict").write_bytes(b"# words of the samples\n" + b"".join(lines))


main()
