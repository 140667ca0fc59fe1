"""Says what sphgeom and Butler make of regions as a registry holds them.

    region_columns.py FILE

FILE has a base64 text a line. Output is JSON lines as in obscore_rows.py, a row each: the text, whether
it is a convex polygon, sphgeom's bounding circle in degrees, and the s_region of Butler's own plugin.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lsst.daf.butler.registry.obscore._spatial import RegionTypeError
from lsst.daf.butler.registry.obscore.default_spatial import DefaultSpatialObsCorePlugin
from lsst.sphgeom import ConvexPolygon, LonLat, Region

COLUMNS = {"text": "string", "polygon": "bool", "s_ra": "double", "s_dec": "double", "s_fov": "double"}


def main() -> None:
    """Run the command line."""
    plugin = DefaultSpatialObsCorePlugin.initialize(name="default", config={}, db=None)
    print(json.dumps({"columns": [*COLUMNS.items(), ("s_region", "string")]}))
    texts = Path(sys.argv[1]).read_text(encoding="ascii").split()
    for text in texts:
        region = Region.decodeBase64(text)
        circle = region.getBoundingCircle()
        center = LonLat(circle.getCenter())
        angles = [center.getLon(), center.getLat(), circle.getOpeningAngle() * 2]
        numbers = [None] * 3 if circle.isEmpty() else [angle.asDegrees() for angle in angles]
        try:
            s_region = plugin.make_records(region)["s_region"]
        except RegionTypeError:
            s_region = None
        print(json.dumps({"row": [text, isinstance(region, ConvexPolygon), *numbers, s_region]}))
    print(json.dumps({"warnings": [], "rows": len(texts)}))


if __name__ == "__main__":
    main()
