"""Compares cutouts with astropy: cutout_check.py FOLDER

FOLDER has the files and jobs.json of cutout_make.py, done.json with the outcome of each job (the result of job N is
N.fits), and sky.json with directions of places. Prints figures as JSON; ends with an error at the first difference.

The box is compared with brute force: it must have each pixel of which the centre or a corner is in the stencil, or
that a point of the stencil's edge is in, and must not be larger than these by more than one pixel on a side.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.nddata import Cutout2D
from astropy.wcs import WCS

warnings.simplefilter("ignore")
FOLDER = Path(sys.argv[1])
figures = {"files": 0, "cutouts": 0, "no_overlap": 0, "pixels": 0, "worst_wcs_pixel": 0.0, "worst_sky_pixel": 0.0,
           "box_larger": 0}


def vectors(w, x, y):
    """Unit vectors of ICRS of 0-based pixels; NaN where there is no sky."""
    c = w.pixel_to_world(np.asarray(x, float), np.asarray(y, float)).icrs
    return np.stack([v.value if hasattr(v, "value") else v for v in c.cartesian.xyz], -1)


def unit(lon, lat):
    lon, lat = np.radians(lon), np.radians(lat)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], -1)


def inside(stencil, v):
    """Which vectors are in the stencil."""
    ok = np.isfinite(v).all(-1)
    v = np.where(ok[..., None], v, 0.0)
    if "circle" in stencil:
        lon, lat, r = stencil["circle"]
        c = unit(lon, lat)
        angle = 2 * np.arctan2(np.linalg.norm(v - c, axis=-1), np.linalg.norm(v + c, axis=-1))
        return ok & (angle <= np.radians(r))
    if "range" in stencil:
        west, east, south, north = stencil["range"]
        lat = np.degrees(np.arcsin(np.clip(v[..., 2], -1, 1)))
        lon = np.degrees(np.arctan2(v[..., 1], v[..., 0]))
        turn = (lon - west) % 360
        return ok & (lat >= south) & (lat <= north) & ((turn <= east - west) | (abs(lat) > 90 - 1e-12))
    # Winding about the point: edges are great circles.
    numbers = stencil["polygon"]
    ring = unit(np.array(numbers[::2]), np.array(numbers[1::2]))
    total = np.zeros(v.shape[:-1])
    for a, b in zip(ring, np.roll(ring, -1, 0)):
        pa = a - v * (v @ a)[..., None]
        pb = b - v * (v @ b)[..., None]
        total += np.arctan2((np.cross(pa, pb) * v).sum(-1), (pa * pb).sum(-1))
    near = v @ (ring.sum(0) / np.linalg.norm(ring.sum(0))) > 0
    return ok & near & (abs(total) > np.pi)


def edge(stencil):
    """Points of its boundary, and one of its inside."""
    t = np.linspace(0, 1, 4000)
    if "circle" in stencil:
        lon, lat, r = stencil["circle"]
        ring = SkyCoord(lon, lat, unit="deg").directional_offset_by(t * 360 * u.deg, r * u.deg)
        return np.append(ring.ra.deg, lon), np.append(ring.dec.deg, lat)
    if "range" in stencil:
        west, east, south, north = stencil["range"]
        lon = np.concatenate([west + t * (east - west)] * 2 + [west + 0 * t, east + 0 * t])
        lat = np.concatenate([south + 0 * t, north + 0 * t] + [south + t * (north - south)] * 2)
        return lon, lat
    numbers = stencil["polygon"]
    ring = unit(np.array(numbers[::2]), np.array(numbers[1::2]))
    points = np.concatenate([a + t[:, None] * (b - a) for a, b in zip(ring, np.roll(ring, -1, 0))])
    points /= np.linalg.norm(points, axis=1)[:, None]
    return np.degrees(np.arctan2(points[:, 1], points[:, 0])), np.degrees(np.arcsin(np.clip(points[:, 2], -1, 1)))


def touched(w, shape, stencil, cache={}):
    """First and last column and row of pixels that certainly touch, or None."""
    ny, nx = shape
    key = (id(w), shape)
    if key not in cache:
        cache.clear()
        cy, cx = np.mgrid[0:ny, 0:nx]
        ey, ex = np.mgrid[0:ny + 1, 0:nx + 1]
        cache[key] = vectors(w, cx, cy), vectors(w, ex - 0.5, ey - 0.5)
    centres, corners = cache[key]
    hit = inside(stencil, centres)
    c = inside(stencil, corners)
    hit |= c[:-1, :-1] | c[1:, :-1] | c[:-1, 1:] | c[1:, 1:]
    try:
        # A pixel at the edge of a projection counts where its corners have sky.
        whole = np.isfinite(corners).all(-1)
        whole = whole[:-1, :-1] & whole[1:, :-1] & whole[:-1, 1:] & whole[1:, 1:]
        lon, lat = edge(stencil)
        sky = SkyCoord(lon, lat, unit="deg")
        x, y = w.all_world2pix(*frame(w, sky), 0, quiet=True) if w.sip is None else w.world_to_pixel(sky)
        back = vectors(w, x, y)
        good = np.isfinite(back).all(-1) & (np.linalg.norm(back - unit(lon, lat), axis=-1) < 1e-9)
        x, y = x[good], y[good]
        # Not those that rounding may put beside.
        clear = (abs(x - np.floor(x) - 0.5) > 1e-4) & (abs(y - np.floor(y) - 0.5) > 1e-4)
        i, j = np.rint(x[clear]).astype(int), np.rint(y[clear]).astype(int)
        kept = (i >= 0) & (i < nx) & (j >= 0) & (j < ny)
        i, j = i[kept], j[kept]
        kept = whole[j, i]
        hit[j[kept], i[kept]] = True
    except ValueError:
        pass
    if not hit.any():
        return None
    rows, columns = np.flatnonzero(hit.any(1)), np.flatnonzero(hit.any(0))
    return columns[0], columns[-1], rows[0], rows[-1]


def frame(w, sky):
    """The two world coordinates in the order of the axes."""
    from astropy.wcs.utils import wcs_to_celestial_frame
    c = sky.transform_to(wcs_to_celestial_frame(w))
    lon, lat = c.spherical.lon.deg, c.spherical.lat.deg
    return (lon, lat) if w.wcs.lng == 0 else (lat, lon)


def same(a, b, what):
    assert a.dtype.newbyteorder("=") == b.dtype.newbyteorder("="), (what, a.dtype, b.dtype)
    assert a.shape == b.shape, (what, a.shape, b.shape)
    assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f"), (what, np.argwhere(~((a == b) | ((a != a) & (b != b))))[:3])


jobs = json.loads((FOLDER / "jobs.json").read_text())
done = json.loads((FOLDER / "done.json").read_text())
sky = json.loads((FOLDER / "sky.json").read_text())
assert len(jobs) == len(done)
opened = {}
for number, (job, outcome) in enumerate(zip(jobs, done)):
    name, stencil = job["file"], job["stencil"]
    what = f"{number} {name} {stencil}"
    if name not in opened:
        opened.clear()
        figures["files"] += 1
        hdul, raw = (fits.open(FOLDER / name, do_not_scale_image_data=flag) for flag in (False, True))
        main = next(i for i, h in enumerate(hdul) if "CTYPE1" in h.header)
        axes = None if name.startswith("wcs_unit_") else 2
        w = WCS(hdul[main].header, naxis=axes)
        opened[name] = hdul, raw, main, w, axes
        # Directions of places, by wcslib.
        places = np.array(sky[name]["places"])
        ours = np.array([[np.nan] * 3 if d is None else d for d in sky[name]["directions"]])
        theirs = vectors(w, places[:, 0] - 1, places[:, 1] - 1)
        gap = np.linalg.norm(ours - theirs, axis=1)
        both = np.isfinite(gap)
        assert both.any(), what
        scale = np.radians(np.sqrt(abs(np.linalg.det(w.pixel_scale_matrix))))
        figures["worst_sky_pixel"] = max(figures["worst_sky_pixel"], float(gap[both].max() / scale))
        assert gap[both].max() < 1e-6 * scale + 2e-15, (what, gap[both].max() / scale)
        different = np.isfinite(ours[:, 0]) != np.isfinite(theirs[:, 0])
        assert different.mean() < 0.01, (what, places[different][:5], different.sum())
    hdul, raw, main, w, axes = opened[name]
    shape = hdul[main].shape[-2:]
    expected = touched(w, shape, stencil)
    if outcome["outcome"] == "no-overlap":
        assert expected is None, (what, expected)
        assert not (FOLDER / f"{number}.fits").exists()
        figures["no_overlap"] += 1
        continue
    assert outcome["outcome"] == "made", (what, outcome)
    figures["cutouts"] += 1
    cut = next(c for c in outcome["images"] if c["hdu"] == main)
    x0, y0 = cut["first"][0] - 1, cut["first"][1] - 1
    nx, ny = cut["axes"][:2]
    box = x0, x0 + nx - 1, y0, y0 + ny - 1
    if expected is None:
        # Smaller than what brute force sees.
        assert nx <= 2 and ny <= 2, (what, box)
    else:
        a, b, c, d = expected
        assert box[0] <= a and box[1] >= b and box[2] <= c and box[3] >= d, (what, box, expected)
        more = max(a - box[0], box[1] - b, c - box[2], box[3] - d)
        assert more <= 1, (what, box, expected)
        figures["box_larger"] += int(more > 0)
    with fits.open(FOLDER / f"{number}.fits") as out, fits.open(FOLDER / f"{number}.fits", do_not_scale_image_data=True) as out_raw:
        out.verify("exception")
        images = [c for c in outcome["images"]]
        indices = [c["hdu"] for c in images]
        if name.startswith(("mef", "zipped")):
            assert [c["name"] for c in images] == ["IMAGE", "MASK", "VARIANCE"], what
            assert "ARCHIVE_INDEX" in str(out[0].header["HISTORY"]) and "OTHER" in str(out[0].header["HISTORY"])
            assert out[0].header["TELESCOP"] == "Simonyi"
        position = 0 if indices[0] == 0 else 1
        for cut in images:
            hdu, hdu_raw = out[position], out_raw[position]
            assert hdu.is_image and not isinstance(hdu, fits.CompImageHDU)
            rows, columns = slice(y0, y0 + ny), slice(x0, x0 + nx)
            if isinstance(hdul[cut["hdu"]], fits.CompImageHDU):
                same(hdu.data, hdul[cut["hdu"]].data[..., rows, columns], what)
            else:
                same(hdu_raw.data, raw[cut["hdu"]].data[..., rows, columns], what)
            figures["pixels"] += int(hdu.data.size)
            position += 1
        assert position == len(out), what
        head = out[0 if indices[0] == 0 else 1].header
        data = hdul[main].data
        data = data if data.ndim == 2 else data[0]
        theirs = Cutout2D(data, (x0 + (nx - 1) / 2, y0 + (ny - 1) / 2), (ny, nx), wcs=w, mode="strict")
        assert theirs.bbox_original == ((y0, y0 + ny - 1), (x0, x0 + nx - 1)), what
        image = out[0 if indices[0] == 0 else 1].data
        same(image if image.ndim == 2 else image[0], theirs.data, what)
        ours = WCS(head, naxis=axes)
        x = np.array([0, nx - 1, 0, nx - 1, (nx - 1) / 2])
        y = np.array([0, 0, ny - 1, ny - 1, (ny - 1) / 2])
        a, b = vectors(ours, x, y), vectors(theirs.wcs, x, y)
        assert (np.isfinite(a) == np.isfinite(b)).all(), what
        good = np.isfinite(a).all(-1)
        scale = np.radians(np.sqrt(abs(np.linalg.det(w.pixel_scale_matrix))))
        if good.any():
            worst = float(np.linalg.norm(a - b, axis=-1)[good].max() / scale)
            figures["worst_wcs_pixel"] = max(figures["worst_wcs_pixel"], worst)
            assert worst < 1e-6, (what, worst)
        history = str(head["HISTORY"]) + str(out[0].header["HISTORY"])
        assert f"[{x0 + 1}:{x0 + nx},{y0 + 1}:{y0 + ny}]" in history and "obscore-view" in history, what
        for key in ("CHECKSUM", "DATASUM", "ZIMAGE", "TFIELDS", "DATASEC", "CCDSEC"):
            assert key not in head, (what, key)
        if "LTV1" in hdul[main].header:
            old = hdul[main].header
            assert head["LTV1"] == old["LTV1"] - x0 and head["LTV2"] == old["LTV2"] - y0
            assert head["CRPIX1A"] == 1 and head["CRVAL1A"] == old["CRVAL1A"] + x0 and head["CRVAL2A"] == old["CRVAL2A"] + y0
            assert head.comments["CRPIX1A"] == old.comments["CRPIX1A"]
            assert head["CRPIX1P"] == old["CRPIX1P"] - x0 and head["CRPIX2P"] == -y0
            assert head["NOTE"] == old["NOTE"] and head["LSST BUTLER ID"] == "0190-abc"
            for key in ("A", "B", "C", "P"):
                before, after = WCS(old, naxis=2, key=key), WCS(head, naxis=2, key=key)
                assert np.allclose(before.wcs_pix2world([[x0 + 5, y0 + 7]], 0), after.wcs_pix2world([[5, 7]], 0), atol=1e-9)
print(json.dumps(figures))
