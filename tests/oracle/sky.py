"""Regions for the synthetic survey: every type that sphgeom encodes, in awkward places."""

from __future__ import annotations

from math import cos, radians, sin

from lsst.sphgeom import (
    Angle,
    AngleInterval,
    Box,
    Circle,
    ConvexPolygon,
    Ellipse,
    IntersectionRegion,
    LonLat,
    NormalizedAngleInterval,
    Region,
    UnionRegion,
    UnitVector3d,
    Vector3d,
)


def point(ra: float, dec: float) -> UnitVector3d:
    """Return the unit vector of a position in degrees."""
    return UnitVector3d(LonLat.fromDegrees(ra % 360.0, dec))


def polygon(ra: float, dec: float, half: float, turn: float = 0.0, sides: int = 4) -> ConvexPolygon:
    """Return a regular polygon on the tangent plane, ``half`` degrees from centre to corner."""
    centre = point(ra, dec)
    north = Vector3d(
        -sin(radians(dec)) * cos(radians(ra)), -sin(radians(dec)) * sin(radians(ra)), cos(radians(dec))
    )
    east = Vector3d(-sin(radians(ra)), cos(radians(ra)), 0.0)
    reach = sin(radians(half))
    corners = []
    for side in range(sides):
        angle = radians(turn + 360.0 * side / sides)
        corners.append(
            UnitVector3d(
                Vector3d(centre) * cos(radians(half)) + east * (reach * cos(angle)) + north * (reach * sin(angle))
            )
        )
    return ConvexPolygon(corners)


def circle(ra: float, dec: float, radius: float) -> Circle:
    """Return a circle, all in degrees."""
    return Circle(point(ra, dec), Angle.fromDegrees(radius))


def box(west: float, east: float, south: float, north: float) -> Box:
    """Return a longitude-latitude box; ``west > east`` crosses RA 0."""
    return Box(
        NormalizedAngleInterval.fromDegrees(west, east), AngleInterval.fromDegrees(south, north)
    )


def ellipse(ra: float, dec: float, major: float, minor: float, turn: float) -> Ellipse:
    """Return an ellipse with half axes and position angle in degrees."""
    return Ellipse(
        point(ra, dec), Angle.fromDegrees(major), Angle.fromDegrees(minor), Angle.fromDegrees(turn)
    )


def odd_regions() -> list[Region | None]:
    """Return one region of each awkward sort; `None` is a record without a region."""
    return [
        polygon(0.0, 0.0, 0.4),  # across RA 0 and the equator
        polygon(359.9999999, 10.0, 1e-6),  # tiny, just west of RA 0
        polygon(10.0, 89.9, 0.5, 13.0),  # contains the north pole
        polygon(200.0, -90.0, 0.3, 7.0),  # centred on the south pole
        polygon(120.0, -30.0, 8.0, 3.0),  # huge
        polygon(50.0, 20.0, 0.3, 0.0, 3),  # triangle
        polygon(60.0, 20.0, 0.3, 0.0, 44),  # as many corners as an HSC visit
        circle(70.0, -20.0, 0.25),
        circle(0.05, -20.0, 0.25),
        Circle(point(80.0, 5.0)),  # a point
        Circle.empty(),
        box(85.0, 86.0, -3.0, -2.0),
        box(359.5, 0.5, -1.0, 1.0),
        box(10.0, 350.0, 88.5, 89.0),  # wider than half a turn
        Box(NormalizedAngleInterval.full(), AngleInterval.fromDegrees(89.2, 90.0)),  # polar cap
        Box.empty(),
        ellipse(95.0, 15.0, 0.6, 0.2, 30.0),
        ellipse(0.0, 89.9, 0.6, 0.2, 0.0),
        UnionRegion(polygon(100.0, 0.0, 0.2), polygon(100.3, 0.0, 0.2)),
        UnionRegion(circle(110.0, 0.0, 0.2), box(110.1, 110.5, -0.1, 0.1)),
        IntersectionRegion(circle(115.0, 0.0, 0.3), circle(115.2, 0.0, 0.3)),
        IntersectionRegion(polygon(116.0, 0.0, 0.3), circle(116.1, 0.1, 0.3)),
        None,
    ]
