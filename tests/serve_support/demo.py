"""The demo, as Butler and users' programs see it.

Called as: demo.py TAP ROOT, where TAP is the URL of the service's /tap, and ROOT is the folder of the repository.
"""

from __future__ import annotations

import hashlib
import io
import sys

import numpy as np
import pyvo
import requests
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from lsst.sphgeom import LonLat, UnitVector3d

from lsst.daf.butler import Butler

tap, root = sys.argv[1:3]
butler = Butler(root)


def image(hdus: fits.HDUList) -> fits.ImageHDU:
    """Return the first HDU with pixels."""
    return next(h for h in hdus if h.data is not None)


# Butler reads every image, and those on the sky are where the registry has them: within its regions' bounding circles.
digests: dict[str, str] = {}
placed = 0
for kind in ("raw", "visit_image", "deep_coadd"):
    # A dataset comes once for each collection that has it.
    for ref in set(butler.registry.queryDatasets(kind, collections=...)):
        hdu = image(butler.get(ref))
        digests[str(ref.id)] = hashlib.sha256(butler.getURI(ref).read()).hexdigest()
        data_id = butler.registry.expandDataId(ref.dataId)
        if "CTYPE1" not in hdu.header:
            assert kind == "raw" and data_id.records["exposure"].observation_type == "flat", ref
            continue
        region = data_id.region
        if kind == "raw":
            ids = {"instrument": data_id["instrument"], "visit": data_id["exposure"], "detector": data_id["detector"]}
            found = list(butler.registry.queryDimensionRecords("visit_detector_region", **ids, check=False))
            region = found[0].region if found else None
        if region is None:
            continue
        wcs, (rows, columns) = WCS(hdu.header), hdu.data.shape
        edges = [(-0.5, -0.5), (columns - 0.5, -0.5), (columns - 0.5, rows - 0.5), (-0.5, rows - 0.5)]
        corners = SkyCoord([wcs.pixel_to_world(*edge) for edge in edges])
        for vertex in region.getVertices():
            place = LonLat(UnitVector3d(vertex))
            where = SkyCoord(place.getLon().asDegrees(), place.getLat().asDegrees(), unit="deg")
            pixel = np.abs(wcs.proj_plane_pixel_scales()[0])
            assert corners.separation(where).min() < pixel, (ref, corners, where)
        placed += 1

# Rows lead to files by themselves, and to cutouts.
service = pyvo.dal.TAPService(tap)
rows = service.search("SELECT * FROM ivoa.ObsCore")
seen = 0
for links in rows.iter_datalinks():
    this = next(link for link in links if link.semantics == "#this")
    content = requests.get(this.access_url, timeout=60).content
    assert digests[this["ID"][-36:]] == hashlib.sha256(content).hexdigest(), this["ID"]
    seen += 1
assert seen == len(rows)

cutouts = 0
centre, radius = SkyCoord(40.0, -34.4, unit="deg"), 0.03 * u.deg
for subtype in ("lsst.raw", "lsst.visit_image", "lsst.deep_coadd"):
    found = service.search(
        f"SELECT TOP 1 * FROM ivoa.ObsCore WHERE dataproduct_subtype = '{subtype}' "
        "AND 1 = CONTAINS(CIRCLE(40, -34.4, 0.03), s_region)"
    )
    links = next(found.iter_datalinks())
    cutter = links.get_first_proc()
    content = cutter.process(circle=(centre.ra, centre.dec, radius)).read()
    hdu = image(fits.open(io.BytesIO(content)))
    assert all(5 <= n < 40 for n in hdu.data.shape), hdu.data.shape
    middle = WCS(hdu.header).pixel_to_world((hdu.data.shape[1] - 1) / 2, (hdu.data.shape[0] - 1) / 2)
    assert middle.separation(centre) < radius / 2, middle
    cutouts += 1

print(f"{len(digests)} images, {placed} placed, {len(rows)} rows, {cutouts} cutouts")
