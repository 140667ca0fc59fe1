"""Places on the sky as lsst.sphgeom sees them, for the functions of the applied view.

Usage: places.py COUNT

Writes tab-separated lines to standard output; shapes are lists of degrees with commas, as the functions take
them, and regions the text of Butler's region columns:

    E  shape  first-last,first-last            the envelope of level 7
    M  region  shape  meets                    a region and a circle or polygon: 1 or 0
    C  region  point  contains                 a region and a position: 1 or 0

Circles that sphgeom calls neither apart nor together within 1e-7 radians of its answer are left out: there
it answers on the safe side. COUNT of each kind; the sequence of random numbers is fixed.
"""

import math
import sys

from lsst.sphgeom import (
    DISJOINT,
    Angle,
    Circle,
    ConvexPolygon,
    HtmPixelization,
    LonLat,
    UnitVector3d,
)
from region_vectors import RNG, around, box, circle, compound, direction, ellipse, polygon, text_of

HTM = HtmPixelization(7)
MARGIN = 1e-7


def degrees(v):
    position = LonLat(v)
    return [position.getLon().asDegrees(), position.getLat().asDegrees()]


def listed(numbers):
    return ",".join(repr(number) for number in numbers)


def emit(*fields):
    print("\t".join(str(field) for field in fields))


def vector(ra, dec):
    return UnitVector3d(LonLat.fromDegrees(ra, dec))


def random_circle(center):
    """Center and radius in degrees."""
    radius = RNG.choice([0.0, 10 ** RNG.uniform(-8, 0), 10 ** RNG.uniform(-1, 1), RNG.uniform(0, 180)])
    return [*degrees(center), radius]


def convex(center, largest):
    """The corners of a convex polygon in degrees, in either order."""
    while True:
        radius = 10 ** RNG.uniform(-5, math.log10(largest))
        count = RNG.choice([3, 4, 4, 5, 8])
        try:
            made = ConvexPolygon([around(center, radius * RNG.uniform(0.5, 1)) for _ in range(count)])
        except (ValueError, RuntimeError):
            continue
        corners = [degrees(v) for v in made.getVertices()]
        if RNG.random() < 0.5:
            corners.reverse()
        if RNG.random() < 0.2:
            corners.append(corners[0])
        return made, [number for corner in corners for number in corner]


def envelopes(count):
    for at in range(count):
        if at % 3:
            shape = random_circle(direction())
            ra, dec, radius = shape
            region = Circle(vector(ra, dec), Angle.fromDegrees(radius))
        else:
            region, shape = convex(direction(), 1.2)
        ranges = ",".join(f"{first}-{last - 1}" for first, last in HTM.envelope(region).ranges())
        emit("E", listed(shape), ranges)


def near(region):
    """A direction about a region."""
    bounds = region.getBoundingCircle()
    if bounds.isEmpty() or RNG.random() < 0.1:
        return direction()
    radius = min(bounds.getOpeningAngle().asRadians(), math.pi)
    return around(bounds.getCenter(), min(radius * RNG.uniform(0, 2), 3.1))


def meetings(count):
    while count:
        region = RNG.choice([polygon, polygon, polygon, circle])()
        size = region.getBoundingCircle().getOpeningAngle().asRadians()
        if region.getBoundingCircle().isEmpty():
            continue
        at = near(region)
        if RNG.random() < 0.6:
            radius = math.degrees(min(max(size, 1e-6) * 10 ** RNG.uniform(-2, 1.3), 3.1))
            shape = [*degrees(at), radius]
            angle = Angle.fromDegrees(radius).asRadians()
            inner = Circle(vector(*shape[:2]), Angle(angle - MARGIN)) if angle > MARGIN else None
            outer = Circle(vector(*shape[:2]), Angle(angle + MARGIN))
            apart = bool(region.relate(outer) & DISJOINT)
            together = inner is not None and not region.relate(inner) & DISJOINT
            if apart == together:
                continue
            emit("M", text_of(region), listed(shape), int(together))
        elif isinstance(region, ConvexPolygon):
            other, shape = convex(at, min(max(size * 4, 1e-4), 1.2))
            emit("M", text_of(region), listed(shape), int(not region.relate(other) & DISJOINT))
        else:
            continue
        count -= 1


def positions(count):
    while count:
        region = RNG.choice([polygon, polygon, circle, box, ellipse, compound])()
        ra, dec = degrees(near(region))
        if isinstance(region, Circle) and region.getOpeningAngle().asRadians() < 1e-12:
            continue  # a matter of the last digits
        count -= 1
        emit("C", text_of(region), listed([ra, dec]), int(region.contains(vector(ra, dec))))


if __name__ == "__main__":
    wanted = int(sys.argv[1])
    envelopes(wanted)
    meetings(wanted)
    positions(wanted)
