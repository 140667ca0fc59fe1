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


def cut(job):
    if job["version"] != 1:
        raise ValueError(f"version {job['version']} of jobs is not known")
    [source], [stencil] = job["input"], job["stencils"]
    lon, lat, radius = stencil["circle"]
    with fits.open(source.get("path") or source["url"]) as hdus:
        number, hdu = next((n, h) for n, h in enumerate(hdus) if h.is_image and WCS(h.header).has_celestial)
        wcs = WCS(hdu.header).celestial
        around = SkyCoord(lon, lat, unit="deg").directional_offset_by(np.arange(360) * u.deg, radius * u.deg)
        x, y = wcs.world_to_pixel(around)
        height, width = hdu.shape[-2:]
        first = np.maximum(np.floor([np.min(x) + 0.5, np.min(y) + 0.5]), 0).astype(int)
        last = np.minimum(np.floor([np.max(x) + 0.5, np.max(y) + 0.5]), [width - 1, height - 1]).astype(int)
        if (first > last).any():
            raise NoOverlap
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
except Exception as error:
    outcome = {"outcome": "failed", "message": f"{type(error).__name__}: {error}"}
print(json.dumps(outcome))
