"""Geometry for the oracle: lsst.sphgeom's own answers, and areas by numpy."""

from __future__ import annotations

from typing import Any

import numpy as np

from lsst.sphgeom import DISJOINT, WITHIN, Angle, Box, Circle, ConvexPolygon, LonLat, Region, UnitVector3d


def point(lon: float, lat: float) -> UnitVector3d:
    """Return a position in degrees."""
    return UnitVector3d(LonLat.fromDegrees(lon % 360.0, lat))


def circle(lon: float, lat: float, radius: float) -> Circle:
    """Return a circle in degrees."""
    return Circle(point(lon, lat), Angle.fromDegrees(radius))


def polygon(*numbers: float) -> ConvexPolygon:
    """Return a convex polygon of longitudes and latitudes."""
    return ConvexPolygon([point(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)])


def inside(row: Any, region: Region) -> bool:
    """Return whether the position of a row is in a region."""
    return row.s_ra is not None and region.contains(point(row.s_ra, row.s_dec))


def touches(one: Region | None, other: Region | None) -> bool:
    """Return whether two regions intersect."""
    return one is not None and other is not None and not one.relate(other) & DISJOINT


def within(one: Region | None, other: Region | None) -> bool:
    """Return whether one region is inside another one."""
    if one is None or other is None:
        return False
    # Nothing is inside everything; sphgeom says so of circles, and not of boxes.
    return bool(one.relate(other) & WITHIN) or (isinstance(one, Box) and one.isEmpty())


def distance(lon: float | None, lat: float | None, lon2: float, lat2: float) -> float | None:
    """Return the angle between two positions, all in degrees, after Vincenty."""
    if lon is None or lat is None:
        return None
    a, d, a2, d2 = np.radians([lon, lat, lon2, lat2])
    east = np.cos(d2) * np.sin(a2 - a)
    north = np.cos(d) * np.sin(d2) - np.sin(d) * np.cos(d2) * np.cos(a2 - a)
    along = np.sin(d) * np.sin(d2) + np.cos(d) * np.cos(d2) * np.cos(a2 - a)
    return float(np.degrees(np.arctan2(np.hypot(east, north), along)))


def area(region: ConvexPolygon) -> float:
    """Return the area of a convex polygon in square degrees: the sum of the excesses of triangles."""
    corners = [np.array([v.x(), v.y(), v.z()]) for v in region.getVertices()]
    total = 0.0
    for b, c in zip(corners[1:], corners[2:], strict=False):
        a = corners[0]
        volume = np.dot(a, np.cross(b - a, c - a))
        total += 2.0 * np.arctan2(volume, 1.0 + np.dot(a, b) + np.dot(b, c) + np.dot(c, a))
    return float(np.degrees(np.degrees(total)))
