"""Answers of lsst.sphgeom about directions, regions and the Hierarchical Triangular Mesh.

Usage: geom_vectors.py COUNT

Writes tab-separated lines to standard output; numbers are written so that they can be read back
exactly, regions as the text of Butler's region columns:

    O  ax ay az  bx by bz  cx cy cz  sign exact     orientation, and the sign in rational numbers
    P  text  x y z  inside exact                Region.contains(UnitVector3d); for polygons also
                                                in rational numbers, else the same again
    I  x y z  level  index                      HtmPixelization.index
    T  index  name  nine numbers                HtmPixelization.asString, triangle
    E  text  level  cap  envelope  interior     ranges `a-b,c-d`; `-` where there are none
    R  text  text  bits                         relate: 1 disjoint, 2 within, 4 contains

COUNT regions of each kind; the sequence of random numbers is fixed.
"""

import math
import sys
from fractions import Fraction

from lsst.sphgeom import (
    CONTAINS,
    DISJOINT,
    WITHIN,
    Angle,
    Box,
    Circle,
    ConvexPolygon,
    Ellipse,
    HtmPixelization,
    IntersectionRegion,
    LonLat,
    Region,
    UnionRegion,
    UnitVector3d,
    orientation,
)
from region_vectors import RNG, around, box, circle, compound, direction, ellipse, polygon, text_of

POLES = [UnitVector3d(0.0, 0.0, z) for z in (1.0, -1.0)]
AXES = POLES + [UnitVector3d(*v) for v in [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0)]]


def vector(v):
    return "\t".join(repr(x) for x in (v.x(), v.y(), v.z()))


def emit(*fields):
    print("\t".join(str(field) for field in fields))


def exact_orientation(*vectors):
    """The sign of the triple product. `sphgeom.orientation` is meant to be exact too, but its long
    integers sometimes give the opposite sign."""
    a, b, c = ([v.x(), v.y(), v.z()] for v in vectors)
    for number in (float, Fraction):
        (ax, ay, az), (bx, by, bz), (cx, cy, cz) = ([number(x) for x in v] for v in (a, b, c))
        product = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
        if number is Fraction or abs(product) > 1e-14:
            return (product > 0) - (product < 0)


def exact_contains(region, v):
    if not isinstance(region, ConvexPolygon):
        return region.contains(v)
    vertices = region.getVertices()
    return all(exact_orientation(v, vertices[i - 1], w) >= 0 for i, w in enumerate(vertices))


def nudged(v):
    """A direction a few units in the last place away."""
    x, y, z = (
        math.nextafter(c, RNG.choice([-2.0, 2.0])) if RNG.random() < 0.6 else c
        for c in (v.x(), v.y(), v.z())
    )
    return UnitVector3d(x, y, z)


def points(region):
    """Directions that are easy to get wrong for this region, and some others."""
    yield direction()
    yield RNG.choice(AXES)
    if isinstance(region, ConvexPolygon):
        vertices = region.getVertices()
        for i, v in enumerate(vertices[:6]):
            w = vertices[i - 1]
            yield v
            yield nudged(v)
            middle = UnitVector3d(v + w)
            yield middle
            yield nudged(middle)
            yield UnitVector3d(v + w * RNG.uniform(0, 3))
        yield region.getCentroid()
        yield -region.getCentroid()
    bounds = region.getBoundingCircle()
    if not bounds.isEmpty():
        radius = min(bounds.getOpeningAngle().asRadians(), math.pi)
        for factor in (0.0, 0.3, 0.7, 0.9, 1.0, 1.0, 1.1):
            yield around(bounds.getCenter(), radius * factor)
        yield -bounds.getCenter()
    if isinstance(region, Box) and not region.isEmpty():
        lons = [region.getLon().getA(), region.getLon().getB(), region.getLon().getCenter()]
        lats = [region.getLat().getA(), region.getLat().getB(), region.getLat().getCenter()]
        for lon in lons:
            for lat in lats:
                v = UnitVector3d(LonLat(lon, lat))
                yield v
                yield nudged(v)
    if isinstance(region, Ellipse) and not region.isEmpty() and not region.isFull():
        for angle in (region.getAlpha().asRadians(), region.getBeta().asRadians()):
            yield around(region.getCenter(), angle)


def coplanar():
    """Three directions that are nearly or exactly on a great circle."""
    a, b = direction(), direction()
    what = RNG.random()
    if what < 0.2:
        c = direction()
    elif what < 0.4:
        c = RNG.choice([a, -a, b, -b])
    elif what < 0.6:
        c = a if a == -b else UnitVector3d(a + b)
    elif what < 0.8:
        a = UnitVector3d(RNG.gauss(0, 1), 0.0, RNG.gauss(0, 1))
        b = UnitVector3d(RNG.gauss(0, 1), 0.0, RNG.gauss(0, 1))
        c = UnitVector3d(RNG.gauss(0, 1), RNG.choice([0.0, 1e-300, -1e-200, 5e-324, 1e-30]), 1.0)
    else:
        b, c = around(a, 10 ** RNG.uniform(-15, -6)), around(a, 10 ** RNG.uniform(-15, -6))
    return [nudged(v) if RNG.random() < 0.3 else v for v in (a, b, c)]


def neighbour(region):
    """A region that touches, overlaps, holds or misses the given one."""
    what = RNG.random()
    bounds = region.getBoundingCircle()
    if what < 0.1 or bounds.isEmpty() or bounds.isFull():
        return RNG.choice([polygon, circle, box, ellipse])()
    if what < 0.15:
        return region
    radius = bounds.getOpeningAngle().asRadians()
    center = around(bounds.getCenter(), min(3.1, radius * RNG.choice([0.0, 0.1, 0.5, 1, 1.5, 2, 2.5])))
    size = min(1.5, max(1e-8, radius * RNG.choice([0.01, 0.1, 0.5, 1, 1, 2])))
    if what < 0.25 and isinstance(region, ConvexPolygon):
        # Shares an edge or a corner, or has corners on an edge.
        vertices = region.getVertices()
        v, w = vertices[0], vertices[-1]
        corners = RNG.choice(
            [[v, w], [v], [UnitVector3d(v + w)], [UnitVector3d(v + w), v], [UnitVector3d(v * 3 + w), UnitVector3d(v + w)]]
        )
        try:
            return ConvexPolygon(corners + [around(center, size) for _ in range(3 - len(corners) + RNG.randrange(2))])
        except (ValueError, RuntimeError):
            pass
    if what < 0.5:
        return Circle(center, Angle(size))
    if what < 0.6:
        at = LonLat(center)
        width = size / max(0.01, math.cos(at.getLat().asRadians()))
        return Box(at, Angle(min(width, 3.0)), Angle(size))
    if what < 0.65:
        return Ellipse(center, Angle(size), Angle(size * RNG.uniform(0.1, 1)), Angle(RNG.uniform(0, 6)))
    while True:
        try:
            count = RNG.choice([3, 4, 4, 4, 6, 44])
            return ConvexPolygon([around(center, size * RNG.uniform(0.3, 1)) for _ in range(count)])
        except (ValueError, RuntimeError):
            size = min(1.5, 2 * size)


def without_ellipses(region):
    """The region with circles for ellipses. sphgeom means to find trixels so, but keeps a reference to
    a temporary circle: its answers for ellipses are random, and it often dies."""
    if isinstance(region, Ellipse):
        return region.getBoundingCircle()
    if isinstance(region, (UnionRegion, IntersectionRegion)):
        operands = [without_ellipses(region.cloneOperand(i)) for i in range(region.nOperands())]
        return type(region)(*operands)
    return region


def ranges(found):
    return ",".join(f"{a}-{b}" for a, b in found) or "-"


def relation(a, b):
    bits = a.relate(b)
    return sum(value for flag, value in ((DISJOINT, 1), (WITHIN, 2), (CONTAINS, 4)) if (bits & flag) == flag)


def level_for(region):
    """A level at which the envelope has a bearable number of trixels."""
    if isinstance(region, (UnionRegion, IntersectionRegion)):
        return RNG.randrange(0, 7)
    bounds = region.getBoundingCircle()
    radius = math.pi if bounds.isFull() else max(bounds.getOpeningAngle().asRadians(), 1e-8)
    finest = int(math.log2(1.6 / radius)) + 4
    return max(0, min(24, RNG.randrange(max(0, finest - 6), finest + 1)))


def main(count):
    for _ in range(10 * count):
        a, b, c = coplanar()
        emit("O", vector(a), vector(b), vector(c), orientation(a, b, c), exact_orientation(a, b, c))
    for _ in range(10 * count):
        level = RNG.randrange(0, 25)
        v = direction()
        if RNG.random() < 0.3:
            # A corner of a trixel, or the middle of one of its edges.
            index = HtmPixelization(min(level, 10)).index(v)
            corners = HtmPixelization.triangle(index).getVertices()
            v = RNG.choice([corners[0], UnitVector3d(corners[0] + corners[1]), nudged(corners[2])])
        index = HtmPixelization(level).index(v)
        emit("I", vector(v), level, index)
        corners = HtmPixelization.triangle(index).getVertices()
        emit("T", index, HtmPixelization.asString(index), *(vector(corner) for corner in corners))
    for make in (polygon, polygon, polygon, circle, circle, box, ellipse, compound):
        for _ in range(count):
            # Through the bytes, so that both sides have the same numbers.
            region = Region.decode(make().encode())
            text = text_of(region)
            try:
                for v in points(region):
                    emit("P", text, vector(v), int(region.contains(v)), int(exact_contains(region, v)))
            except RuntimeError:
                continue
            for level in {7, level_for(region)}:
                if level == 7 and region.getBoundingCircle().getOpeningAngle().asRadians() > 0.3 and RNG.random() < 0.8:
                    continue
                plain = without_ellipses(region)
                htm, cap = HtmPixelization(level), RNG.choice([0, 0, 1, 2, 3, 10, 100])
                emit("E", text, level, cap, ranges(htm.envelope(plain, cap)), ranges(htm.interior(plain, cap)))
            if make is not compound:
                for _ in range(4):
                    other = Region.decode(neighbour(region).encode())
                    emit("R", text, text_of(other), relation(region, other))


if __name__ == "__main__":
    main(int(sys.argv[1]))
