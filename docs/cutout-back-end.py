#!/usr/bin/env python3
"""A back-end of cutouts in Python, with astropy: reads a job, writes a FITS file and an outcome.

It cuts the first image that has celestial coordinates out of one file, for circles. Rubin's afw takes the place of
astropy in docs/cutout-backends.md.
"""

import json
import sys

import numpy as np
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS


class NoOverlap(Exception):
    pass


class Unfit(Exception):
    """What was asked for is not made here, which the user is told."""


def box(wcs, shape, centre, radius):
    """Return the first and the last pixel that a circle touches, from 0."""
    x, y = wcs.world_to_pixel(centre.directional_offset_by(np.arange(360) * u.deg, radius * u.deg))
    if not (np.isfinite(x) & np.isfinite(y)).all():
        # Some of the circle is beyond the projection, which has no pixels there (NaN): look at each pixel's centre.
        rows, columns = np.indices(shape)
        y, x = np.nonzero(wcs.pixel_to_world(columns, rows).separation(centre) <= radius * u.deg)
        if not x.size:
            raise NoOverlap
    most = np.array(shape[::-1]) - 1
    first = np.floor(np.clip([np.min(x) + 0.5, np.min(y) + 0.5], 0, most + 1))
    last = np.floor(np.clip([np.max(x) + 0.5, np.max(y) + 0.5], -1, most))
    if (first > last).any():
        raise NoOverlap
    return first.astype(int), last.astype(int)


def cut(job):
    if job["version"] != 1:
        raise ValueError(f"version {job['version']} of jobs is not known")
    [source], [stencil] = job["input"], job["stencils"]
    if "circle" not in stencil:
        raise Unfit("only circles are cut here")
    lon, lat, radius = stencil["circle"]
    with fits.open(source.get("path") or source["url"]) as hdus:
        number, hdu = next((n, h) for n, h in enumerate(hdus) if h.is_image and WCS(h.header).has_celestial)
        wcs = WCS(hdu.header).celestial
        first, last = box(wcs, hdu.shape[-2:], SkyCoord(lon, lat, unit="deg"), radius)
        header = hdu.header.copy()
        header["CRPIX1"] -= int(first[0])
        header["CRPIX2"] -= int(first[1])
        for key, value in job.get("provenance", {}).items():
            header["HISTORY"] = f"{key}: {value}"
        data = hdu.data[..., first[1] : last[1] + 1, first[0] : last[0] + 1]
        fits.PrimaryHDU(data, header).writeto(job["output"], overwrite=True, output_verify="fix")
    return {
        "outcome": "made",
        "media_type": "application/fits",
        "images": [
            {
                "hdu": number,
                "name": hdu.header.get("EXTNAME", ""),
                "first": [int(v) + 1 for v in first],
                "axes": [int(v) for v in data.shape[::-1]],
            }
        ],
    }


try:
    outcome = cut(json.load(sys.stdin))
except NoOverlap:
    outcome = {"outcome": "no-overlap"}
except Unfit as error:
    outcome = {"outcome": "failed", "fault": "usage", "message": str(error)}
except Exception as error:
    outcome = {"outcome": "failed", "message": f"{type(error).__name__}: {error}"}
print(json.dumps(outcome))
