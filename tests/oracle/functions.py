"""Answers of astropy, numpy and lsst.sphgeom to random arguments, for tests/functions_python.rs.

Usage: functions.py COUNT. Tab-separated lines; the first field says what they are about.
"""

import sys
import warnings

import astropy.units as u
import erfa
import numpy as np
from astropy.coordinates import (
    FK5,
    ICRS,
    Angle,
    BarycentricMeanEcliptic,
    FK4NoETerms,
    Galactic,
    SkyCoord,
    angular_separation,
)
from astropy.time import Time
from lsst.sphgeom import CONTAINS, DISJOINT, Circle, ConvexPolygon, LonLat, UnitVector3d
from lsst.sphgeom import Angle as SphAngle

warnings.simplefilter("ignore")
count = int(sys.argv[1])
rng = np.random.default_rng(20260711)


def say(*fields):
    print(*(repr(float(f)) if isinstance(f, float) else str(f) for f in fields), sep="\t")


def positions(n):
    """Longitudes and latitudes: anywhere, near the poles, near longitude zero, special ones."""
    lon, lat = rng.uniform(0, 360, n), np.degrees(np.arcsin(rng.uniform(-1, 1, n)))
    kind = rng.integers(0, 6, n)
    near = 10.0 ** rng.uniform(-9, 0, n)
    lat = np.where(kind == 0, 90 - near, np.where(kind == 1, near - 90, lat))
    lon = np.where(kind == 2, near, np.where(kind == 3, 360 - near, lon))
    special = rng.random(n) < 0.05
    lon = np.where(special, rng.choice([0.0, 90.0, 180.0, 270.0, 360.0], n), lon)
    lat = np.where(special, rng.choice([-90.0, 0.0, 90.0], n), lat)
    return lon, lat


# Distances, half of them small.
lon, lat = positions(count)
lon2, lat2 = positions(count)
near = rng.random(count) < 0.5
size = 10.0 ** rng.uniform(-8, 1, count)
lon2 = np.where(near, (lon + size * rng.normal(size=count)) % 360, lon2)
lat2 = np.where(near, np.clip(lat + size * rng.normal(size=count), -90, 90), lat2)
separation = np.degrees(angular_separation(*np.radians([lon, lat, lon2, lat2])))
for row in zip(lon, lat, lon2, lat2, separation, strict=True):
    say("distance", *row)

# Frames.
frames = {
    "ICRS": ICRS(),
    "FK5": FK5(equinox="J2000"),
    "FK4": FK4NoETerms(equinox="B1950"),
    "GALACTIC": Galactic(),
    "ECLIPTIC": BarycentricMeanEcliptic(equinox="J2000"),
}
lon, lat = positions(count // 20 + 1)
for from_name, from_frame in frames.items():
    for to_name, to_frame in frames.items():
        there = SkyCoord(lon * u.deg, lat * u.deg, frame=from_frame).transform_to(to_frame).spherical
        rows = zip(lon, lat, there.lon.deg, there.lat.deg, strict=True)
        for row in rows:
            say("frame", from_name, to_name, *row)

# Points in circles and polygons, and the relations of two of them.
def vector(lon, lat):
    return UnitVector3d(LonLat.fromDegrees(lon, lat))


def region(lon, lat):
    """Some convex region near a position, with how ADQL writes it."""
    size = 10.0 ** rng.uniform(-4, 1.5)
    center = vector(lon, lat)
    if rng.random() < 0.4:
        return Circle(center, SphAngle.fromDegrees(size)), "circle", [lon, lat, size], size
    c = np.array([center.x(), center.y(), center.z()])
    east = np.cross([0, 0, 1], c) if abs(c[2]) < 0.9999999 else np.array([1.0, 0, 0])
    east /= np.linalg.norm(east)
    north = np.cross(c, east)
    corners = rng.integers(3, 8)
    angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
    t = np.tan(np.radians(size))
    numbers = []
    for angle in angles:
        v = c + t * (np.cos(angle) * east + np.sin(angle) * north)
        p = LonLat(UnitVector3d(*v))
        numbers += [p.getLon().asDegrees(), p.getLat().asDegrees()]
    vertices = [vector(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]
    return ConvexPolygon.convexHull(vertices), "polygon", numbers, size


lon, lat = positions(count)
for x, y in zip(lon, lat, strict=True):
    try:
        a, kind_a, numbers_a, size = region(x, y)
        dx, dy = rng.normal(size=2) * size
        x2 = (x + dx / max(np.cos(np.radians(y)), 1e-3)) % 360
        y2 = float(np.clip(y + dy, -90, 90))
        b, kind_b, numbers_b, _ = region(x2, y2)
    except Exception:
        continue  # sphgeom finds no polygon
    text = " ".join(repr(float(n)) for n in numbers_a)
    say("point", kind_a, text, float(x2), y2, int(a.contains(vector(x2, y2))))
    relation = a.relate(b)
    # sphgeom says "disjoint" or "contains" only when it is sure.
    sure = kind_a == kind_b == "polygon"
    say(
        "relation",
        kind_a,
        text,
        kind_b,
        " ".join(repr(float(n)) for n in numbers_b),
        a.encode().hex(),
        int(bool(relation & DISJOINT)),
        int(bool(relation & CONTAINS)),
        int(sure),
    )

# Areas of circles (erfa has none; the cap's formula is numpy's), and of polygons by sphgeom's box.
for radius in 10.0 ** rng.uniform(-6, np.log10(180), count // 10):
    cap = 4 * np.pi * np.sin(np.radians(radius) / 2) ** 2 * np.degrees(1) ** 2
    say("area", radius, cap)

# Days.
for days, seconds in zip(rng.integers(-200000, 100000, count), rng.uniform(0, 86399.9, count), strict=True):
    digits = int(rng.integers(0, 10))
    date = np.datetime64("1970-01-01") + int(days)
    whole, fraction = divmod(round(float(seconds), digits), 1)
    clock = f"{int(whole) // 3600:02}:{int(whole) // 60 % 60:02}:{int(whole) % 60:02}"
    clock += f"{fraction:.{digits}f}"[1:] if digits else ""
    text = f"{date}{rng.choice(['T', ' '])}{clock}"
    # TAI has no leap seconds: naive.
    time = Time(text.replace(" ", "T"), format="isot", scale="tai")
    canonical = str(np.datetime64(f"{date}T{clock}", "us")) if digits <= 6 else "-"
    say("time", text, float(time.jd), float(time.mjd), canonical)

# Sexagesimal angles.
for value in rng.uniform(0, 360, count // 4):
    for separator in (":", "hms", " "):
        text = Angle(value, u.deg).to_string(unit=u.hour, sep=separator, precision=6, pad=True)
        say("hms", text, float(Angle(text, u.hour).deg))
    signed = (value - 180) / 2
    for separator in (":", "dms", " "):
        text = Angle(signed, u.deg).to_string(unit=u.deg, sep=separator, precision=6, pad=True)
        say("dms", text, float(Angle(text, u.deg).deg))

# Remainders and histograms.
for x, y in zip(rng.normal(size=count) * 1e3, rng.normal(size=count), strict=True):
    say("mod", x, y, float(np.fmod(x, y)))
for _ in range(count // 20):
    values = rng.normal(size=50) * 3
    lower, width, bins = rng.uniform(-5, 0), rng.uniform(0.1, 8), int(rng.integers(1, 12))
    inside = values[values < lower + width]
    inner = np.histogram(inside, bins=bins, range=(lower, lower + width))[0]
    counts = [int((values < lower).sum()), *inner, int((values >= lower + width).sum())]
    say("histogram", " ".join(map(repr, map(float, values))), lower, lower + width, bins, " ".join(map(str, counts)))

# Space motion; erfa's has light travel time and relativity in it, which small velocities hide.
for lon, lat in zip(*positions(count // 4), strict=True):
    if abs(lat) > 89:
        continue
    px = 10.0 ** rng.uniform(0, 2)
    pmra, pmdec = rng.normal(size=2) * 100
    rv = rng.normal() * 20
    years = rng.uniform(-30, 30)
    mas = np.radians(1 / 3.6e6)
    out = erfa.pmsafe(
        np.radians(lon), np.radians(lat), pmra * mas / np.cos(np.radians(lat)), pmdec * mas,
        px / 1e3, rv, 2400000.5, 57388.5, 2400000.5, 57388.5 + 365.25 * years,
    )
    say("epoch", lon, lat, px, pmra, pmdec, rv, 2016.0, 2016.0 + years, *(float(np.degrees(v)) for v in out[:2]))
