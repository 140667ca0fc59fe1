"""Makes FITS files of every kind that cutouts read, with astropy: cutout_make.py FOLDER

Pixels and stencils come from a generator with a fixed seed. FOLDER/jobs.json lists the stencils of each file.
"""

import gzip
import json
import sys
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS

FOLDER = Path(sys.argv[1])
NX, NY = 311, 207
RNG = np.random.default_rng(20261123)


def wcs(code="TAN", crval=(53.1, -27.8), scale=0.2 / 3600, angle=23.0, pv=(), frame="ICRS", lon="RA--", lat="DEC-"):
    w = WCS(naxis=2)
    w.wcs.ctype = [f"{lon}-{code}", f"{lat}-{code}"]
    w.wcs.crval = list(crval)
    w.wcs.crpix = [140.3, 99.8]
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    w.wcs.cd = scale * np.array([[-c, s], [s, c]])
    w.wcs.cunit = ["deg", "deg"]
    if pv:
        w.wcs.set_pv([(2, m, v) for m, v in pv])
    if lon == "RA--":
        w.wcs.radesys = frame
        if frame == "FK5":
            w.wcs.equinox = 2000.0
    return w


def header(**kw):
    return wcs(**kw).to_header()


def pixels(dtype, shape=(NY, NX)):
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        data = RNG.normal(100.0, 7.0, shape).astype(dtype)
        data[:: 17, ::13] = np.nan
        return data
    if dtype.kind == "u" and dtype.itemsize > 1:
        return RNG.integers(0, 2**15 + 5000, shape).astype(dtype)
    return RNG.integers(0, 120, shape).astype(dtype) if dtype.itemsize == 1 else (
        RNG.integers(-3000, 12000, shape).astype(dtype))


def smooth(dtype):
    y, x = np.mgrid[0:NY, 0:NX]
    return (1000 * np.sin(x / 31.0) + 400 * np.cos(y / 17.0) + RNG.normal(0, 5, (NY, NX))).astype(dtype)


files = {}


def put(name, hdus):
    fits.HDUList(hdus).writeto(FOLDER / name, overwrite=True)
    files[name] = {}


for kind in ("u1", "i2", "i4", "i8", "f4", "f8", "u2", "u4"):
    put(f"primary_{kind}.fits", [fits.PrimaryHDU(pixels(kind), header())])

scaled = fits.PrimaryHDU(pixels("i2"), header())
scaled.header["BLANK"] = -32768
scaled.data[3:9, 5:80] = -32768
scaled.writeto(FOLDER / "blank.fits", overwrite=True)
with fits.open(FOLDER / "blank.fits", mode="update", do_not_scale_image_data=True) as hdul:
    hdul[0].header["BSCALE"] = 0.25
    hdul[0].header["BZERO"] = 17.5
files["blank.fits"] = {}


def alternates(head):
    """As Rubin writes XY0, as IRAF writes sections, and one that is only moved."""
    head["CTYPE1A"], head["CTYPE2A"] = "LINEAR", "LINEAR"
    head["CRPIX1A"], head["CRPIX2A"] = (1.0, "Column Pixel Coordinate of Reference"), 1.0
    head["CRVAL1A"], head["CRVAL2A"] = 4000.0, 12000.0
    head["CTYPE1P"], head["CTYPE2P"] = "DETX", "DETY"
    head["CRPIX1P"], head["CRVAL1P"] = 0.5, 10.0
    head["CRVAL2P"], head["CDELT2P"] = 20.0, 2.0
    # Neither CTYPE nor CRPIX: linear, about pixel 0.
    head["CRVAL1B"], head["CDELT1B"], head["CRVAL2B"], head["CDELT2B"] = 5.0, 2.0, 7.0, -3.0
    head["CD1_1C"], head["CD2_2C"] = 2.0, 3.0
    head["LTV1"], head["LTV2"] = -4000.0, -12000.0
    head["DATASEC"], head["CCDSEC"] = "[1:311,1:207]", "[10:20,3:4]"
    head["LONGSTRN"] = "OGIP 1.0"
    head["NOTE"] = "it's a long text " * 8
    head["HIERARCH LSST BUTLER ID"] = "0190-abc"
    return head


def mef(image, name):
    h = alternates(header())
    primary = fits.PrimaryHDU()
    primary.header["TELESCOP"] = "Simonyi"
    table = fits.BinTableHDU.from_columns([fits.Column("a", "J", array=np.arange(7))], name="ARCHIVE_INDEX")
    put(name, [
        primary,
        image(smooth("f4"), h, "IMAGE"),
        image(pixels("i4"), header() if name == "mef.fits" else h, "MASK"),
        image(np.abs(smooth("f4")) + 1, None, "VARIANCE"),
        table,
        fits.ImageHDU(np.zeros((4, 5), "f4"), name="OTHER"),
    ])


mef(lambda data, head, name: fits.ImageHDU(data, head, name=name), "mef.fits")
mef(lambda data, head, name: fits.CompImageHDU(
    data, head, name=name, compression_type="RICE_1" if data.dtype.kind == "i" else "GZIP_2",
    quantize_level=0 if data.dtype.kind == "f" else None, tile_shape=(50, 64)), "mef_compressed.fits")

with open(FOLDER / "mef.fits", "rb") as plain, gzip.open(FOLDER / "zipped.fits.gz", "wb") as packed:
    packed.write(plain.read())
files["zipped.fits.gz"] = {}

for algorithm in ("RICE_1", "GZIP_1", "GZIP_2", "HCOMPRESS_1", "PLIO_1"):
    kinds = ["i2", "i4", "u1"] + ([] if algorithm == "PLIO_1" else ["u2"])
    kinds += ["i8"] if algorithm.startswith("GZIP") else []
    for kind in kinds:
        data = pixels(kind)
        if algorithm == "PLIO_1":
            data = np.where(RNG.random((NY, NX)) < 0.9, data * 0 + 3, np.abs(data)).astype(kind)
        for tile in [None, (50, 64), (33, NX)]:
            if algorithm == "HCOMPRESS_1" and tile is None:
                tile = (NY, NX)
            label = "row" if tile is None else f"{tile[0]}x{tile[1]}"
            put(f"tiles_{algorithm}_{kind}_{label}.fits", [
                fits.PrimaryHDU(),
                fits.CompImageHDU(data, header(), compression_type=algorithm, tile_shape=tile)])

for algorithm in ("RICE_1", "GZIP_1", "GZIP_2", "HCOMPRESS_1"):
    for method, name in ((-1, "none"), (1, "one"), (2, "two")):
        for kind in ("f4", "f8"):
            data = smooth(kind)
            if method == 2:
                data[20:40, 30:70] = 0.0
            if algorithm != "HCOMPRESS_1":
                data[::19, ::11] = np.nan
            put(f"quantised_{algorithm}_{name}_{kind}.fits", [
                fits.PrimaryHDU(),
                fits.CompImageHDU(data, header(), compression_type=algorithm, tile_shape=(50, 64),
                                  quantize_level=16, quantize_method=method, dither_seed=4321)])
# Tiles that cannot be quantised are stored as they are.
flat = np.full((NY, NX), 3.25, "f4")
flat[:60] = smooth("f4")[:60]
put("unquantised.fits", [fits.PrimaryHDU(), fits.CompImageHDU(flat, header(), quantize_level=4, tile_shape=(50, 64))])
# A cube: all planes of the same box.
cube = fits.PrimaryHDU(pixels("f4", (3, NY, NX)), header())
cube.header["CTYPE3"], cube.header["CRVAL3"], cube.header["CDELT3"], cube.header["CRPIX3"] = "WAVE", 1e-6, 1e-8, 1.0
put("cube.fits", [cube])
put("cube_compressed.fits", [fits.PrimaryHDU(), fits.CompImageHDU(pixels("i2", (3, NY, NX)), cube.header, tile_shape=(1, 50, 64))])


def plain(name, head):
    put(f"wcs_{name}.fits", [fits.PrimaryHDU(pixels("i2"), head)])


DEGREE = 0.2
for code, pv in {
    "TAN": (), "SIN": (), "STG": (), "ARC": (), "ZEA": (), "CAR": (), "CEA": ((1, 0.7),), "MER": (), "SFL": (),
    "PAR": (), "MOL": (), "AIT": (), "CYP": ((1, 1.0), (2, 0.8)), "ZPN": ((1, 1.0), (3, -0.02), (5, 0.001)),
    "COP": ((1, 45.0), (2, 25.0)), "COE": ((1, -45.0), (2, 25.0)), "COD": ((1, 45.0), (2, 25.0)), "COO": ((1, 45.0), (2, 25.0)),
}.items():
    plain(f"{code}_small", header(code=code, pv=pv))
    plain(f"{code}_wide", header(code=code, pv=pv, scale=DEGREE, crval=(0.3, 40.0)))
plain("SIN_slant", header(code="SIN", pv=((1, 0.2), (2, -0.3)), scale=DEGREE))
plain("TAN_pole", header(crval=(120.0, 89.995)))
plain("TAN_south", header(crval=(10.0, -90.0), scale=0.01))
plain("CAR_zero", header(code="CAR", crval=(0.0, 0.0), scale=DEGREE, angle=0.0))
plain("CAR_sky", header(code="CAR", crval=(0.0, 0.0), scale=1.0, angle=0.0))
plain("AIT_sky", header(code="AIT", crval=(83.0, 0.0), scale=1.2, angle=0.0))
plain("MOL_sky", header(code="MOL", crval=(83.0, 0.0), scale=1.2, angle=0.0))
plain("ZEA_sky", header(code="ZEA", crval=(83.0, -60.0), scale=1.0, angle=10.0))
plain("FK5", header(frame="FK5"))
plain("galactic", header(lon="GLON", lat="GLAT", crval=(223.0, -54.0)))
head = header()
for key in ("PC1_1", "PC1_2", "PC2_1", "PC2_2"):
    head.remove(key, ignore_missing=True)
head["CDELT1"], head["CDELT2"], head["CROTA2"] = -0.2 / 3600, 0.2 / 3600, 30.0
plain("CROTA", head)
def turned(**angles):
    """Without PC, with these CROTAi."""
    head = header()
    for key in ("PC1_1", "PC1_2", "PC2_1", "PC2_2"):
        head.remove(key, ignore_missing=True)
    head["CDELT1"], head["CDELT2"] = -0.2 / 3600, 0.2 / 3600
    head.update(angles)
    return head


plain("CROTA1", turned(CROTA1=25.0))
plain("CROTA12", turned(CROTA1=25.0, CROTA2=40.0))
for label, angles in {"CROTA1": {"CROTA1": 25.0}, "CROTA2": {"CROTA2": 25.0}, "CROTA12": {"CROTA1": 25.0, "CROTA2": 40.0}}.items():
    head = turned(**angles)
    for key in ("CTYPE", "CRVAL", "CDELT"):
        head[f"{key}1"], head[f"{key}2"] = head[f"{key}2"], head[f"{key}1"]
    plain(f"swapped_{label}", head)
for unit, parts in {"arcsec": 3600, "ARCSEC": 3600, "arcsecs": 3600, "arcmin": 60, "mas": 3.6e6, "rad": np.pi / 180, "RAD": np.pi / 180,
                    "radian": np.pi / 180, "Deg": 1, "DEG": 1, "Degrees": 1}.items():
    head = turned(CROTA2=12.0)
    for axis in (1, 2):
        head[f"CUNIT{axis}"] = unit
        head[f"CDELT{axis}"] *= parts
        head[f"CRVAL{axis}"] *= parts
    plain(f"unit_{unit}", head)
head = header()
head["LONPOLE"] = 150.0
plain("LONPOLE", head)
head = header(code="CAR", crval=(30.0, 50.0), scale=0.05)
head["LATPOLE"], head["LONPOLE"] = -40.0, 10.0
plain("LATPOLE", head)
# The latitude first.
w = wcs()
head = w.to_header()
for key in ("CTYPE", "CRVAL"):
    head[f"{key}1"], head[f"{key}2"] = head[f"{key}2"], head[f"{key}1"]
plain("swapped", head)

sip = wcs()
sip.wcs.ctype = ["RA---TAN-SIP", "DEC--TAN-SIP"]
head = sip.to_header(relax=True)
for key, value in {"A_ORDER": 3, "B_ORDER": 2, "A_2_0": 2e-5, "A_1_1": -1e-5, "A_0_3": 1e-7, "B_0_2": 3e-5, "B_2_0": -1e-5, "B_0_0": 0.5,
                   "AP_ORDER": 1, "BP_ORDER": 1}.items():
    head[key] = value
plain("SIP", head)
for first, second in ((1, 1), (3, 1), (0, 0)):
    other = head.copy()
    other["A_ORDER"], other["B_ORDER"], other["A_1_0"], other["B_0_1"] = first, second, 0.1, 0.2
    plain(f"SIP_{first}{second}", other)
for code in ("TPV", "TAN"):
    w = wcs(code="TAN")
    head = w.to_header()
    head["CTYPE1"], head["CTYPE2"] = f"RA---{code}", f"DEC--{code}"
    values = {0: 1e-4, 1: 1.001, 2: 2e-3, 3: 1e-3, 4: 0.3, 5: -0.2, 6: 0.1, 7: 0.7, 8: 0.2, 9: 0.1, 10: 0.3, 11: 0.2, 12: 1.0, 17: 0.5, 23: 0.4, 31: 2.0, 38: 1.0, 39: 3.0}
    for axis in (1, 2):
        for m, value in values.items():
            head[f"PV{axis}_{m}"] = value * (1.0 if axis == 1 else 1.02)
    plain("TPV" if code == "TPV" else "SCAMP", head)



def stencils(name):
    """Circles, polygons and ranges inside of the image, across its edges, around it, and far from it."""
    with fits.open(FOLDER / name) as hdul:
        head = next(h.header for h in hdul if "CTYPE1" in h.header)
        # Units are only mended where the axes are all of them.
        w = WCS(head, naxis=None if name.startswith("wcs_unit_") else 2)
    scale = np.sqrt(abs(np.linalg.det(w.pixel_scale_matrix)))

    def sky(x, y):
        c = w.pixel_to_world(x, y)
        c = c.icrs
        return float(c.ra.deg), float(c.dec.deg)

    spots = []
    while len(spots) < 40:
        x, y = RNG.uniform(-20, NX + 20), RNG.uniform(-20, NY + 20)
        lon, lat = sky(x, y)
        if np.isfinite(lon):
            spots.append((lon, lat))
    count = 14 if name.startswith("wcs_") else 3
    out = []
    for index in range(count):
        lon, lat = spots[index]
        size = scale * float(10 ** RNG.uniform(-1.0, 2.2))
        size = min(size, 80.0)
        kind = index % 3
        if kind == 0:
            out.append({"circle": [lon, lat, size]})
        elif kind == 1:
            n = int(RNG.integers(3, 8))
            turns = np.sort(RNG.uniform(0, 360, n))
            # Vertices around the centre, not convex.
            from astropy.coordinates import SkyCoord
            centre = SkyCoord(lon, lat, unit="deg")
            gaps = np.diff(np.append(turns, turns[0] + 360))
            if gaps.max() > 170 or gaps.min() < 5:
                turns = np.arange(n) * 360 / n
            ring = centre.directional_offset_by(turns * 1.0 * _deg(), RNG.uniform(0.4, 1.0, n) * min(size, 40.0) * _deg())
            out.append({"polygon": [float(v) for p in zip(ring.ra.deg, ring.dec.deg) for v in p]})
        else:
            wide = size / max(np.cos(np.radians(lat)), 1e-3)
            wide = min(wide, 170.0)
            out.append({"range": [lon - wide, lon + wide, max(lat - size, -90.0), min(lat + size * 0.7, 90.0)]})
    if name in ("wcs_TAN_small.fits", "wcs_SIP.fits", "wcs_AIT_wide.fits"):
        # Stars of many spikes, their middle inside of the image and outside.
        from astropy.coordinates import SkyCoord
        for index, spikes in ((20, 5), (21, 30), (22, 200)):
            centre = SkyCoord(*spots[index], unit="deg")
            radii = np.where(np.arange(2 * spikes) % 2, 0.1, 1.0) * scale * (35 + 20 * (index % 3))
            ring = centre.directional_offset_by(np.arange(2 * spikes) * 180 / spikes * _deg(), radii * _deg())
            out.append({"polygon": [float(v) for p in zip(ring.ra.deg, ring.dec.deg) for v in p]})
    lon, lat = spots[-1]
    if name.startswith("wcs_"):
        out.append({"circle": [(lon + 180) % 360, -lat, min(scale, 1.0)]})
        out.append({"circle": [lon, lat, scale * 1e-3]})
        out.append({"circle": [0.0, 90.0, min(scale * 20, 30.0)]})
        out.append({"circle": [0.0, 0.0, 180.0]})
    return out


def _deg():
    from astropy import units
    return units.deg


(FOLDER / "jobs.json").write_text(json.dumps([
    {"file": name, "stencil": stencil} for name in files for stencil in stencils(name)]))
print(len(files))
