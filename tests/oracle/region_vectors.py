"""Regions made by lsst.sphgeom, with the answers of sphgeom and of the Butler.

Usage: region_vectors.py COUNT MUTATIONS

Writes tab-separated lines to standard output:

    V  text  kind  ra  dec  fov  butler  stcs     a legal region
    D  text  kind                                 legal, but sphgeom itself fails on its circle
    M  text  readable                             a mutation; readable by sphgeom: 1 or 0

`ra`, `dec`, `fov` are degrees of sphgeom's bounding circle (`-` when it is empty); `butler` is the
s_region of the Butler's own plugin, or `-` where RecordFactory.make_spatial_records gives none;
`stcs` is sphgeom's own STC-S, or `-`. COUNT regions of each kind; the sequence of random numbers
is fixed.
"""

import base64
import math
import random
import struct
import sys
import warnings

from lsst.daf.butler.registry.obscore._records import RecordFactory
from lsst.daf.butler.registry.obscore.default_spatial import DefaultSpatialObsCorePlugin
from lsst.sphgeom import (
    Angle,
    Box,
    Circle,
    ConvexPolygon,
    Ellipse,
    HealpixPixelization,
    HtmPixelization,
    IntersectionRegion,
    LonLat,
    NormalizedAngle,
    NormalizedAngleInterval,
    AngleInterval,
    Q3cPixelization,
    Region,
    UnionRegion,
    UnitVector3d,
)

RNG = random.Random(20240617)
warnings.simplefilter("ignore")


class _Factory:
    """What make_spatial_records needs of a RecordFactory."""

    spatial_plugins = [DefaultSpatialObsCorePlugin.initialize(name="default", config={}, db=None)]


def butler_record(region):
    return RecordFactory.make_spatial_records(_Factory(), region, warn=True)


def direction():
    """A random direction, with a taste for poles and for the meridian of zero longitude."""
    where = RNG.random()
    if where < 0.1:
        return UnitVector3d(0.0, 0.0, RNG.choice([1.0, -1.0]))
    if where < 0.2:
        lat = RNG.choice([1, -1]) * (math.pi / 2 - 10 ** RNG.uniform(-12, -2))
        return UnitVector3d(Angle(RNG.uniform(0, 6.28)), Angle(lat))
    if where < 0.35:
        return UnitVector3d(
            Angle(RNG.choice([1, -1]) * 10 ** RNG.uniform(-12, -1)), Angle(RNG.uniform(-1.5, 1.5))
        )
    if where < 0.4:
        return UnitVector3d(*RNG.choice([(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0)]))
    return UnitVector3d(*(RNG.gauss(0, 1) for _ in range(3)))


def around(center, radius):
    """A direction at `radius` from `center`, at a random position angle."""
    north = UnitVector3d.northFrom(center).rotatedAround(center, Angle(RNG.uniform(0, 2 * math.pi)))
    axis = UnitVector3d(center.cross(north))
    return center.rotatedAround(axis, Angle(radius))


def polygon():
    what = RNG.random()
    if what < 0.1:
        pixelization = RNG.choice(
            [HtmPixelization(RNG.randrange(0, 12)), Q3cPixelization(RNG.randrange(1, 12)),
             HealpixPixelization(RNG.randrange(1, 10))]
        )
        ranges = pixelization.universe().ranges()[0]
        return pixelization.pixel(RNG.randrange(ranges[0], ranges[1]))
    if what < 0.2:
        # Corners of a grid of whole degrees: decimal ties and exact zeros.
        lon, lat = RNG.randrange(-3, 3), RNG.randrange(-89, 88)
        width, height = RNG.randrange(1, 3), 1
        corners = [(lon, lat), (lon + width, lat), (lon + width, lat + height), (lon, lat + height)]
        return ConvexPolygon([UnitVector3d(LonLat.fromDegrees(a, b)) for a, b in corners])
    while True:
        center, radius = direction(), 10 ** RNG.uniform(-7.5, 0.15)
        count = RNG.choice([3, 4, 4, 4, 4, 5, 8, 44])
        try:
            return ConvexPolygon([around(center, radius * RNG.uniform(0.3, 1)) for _ in range(count)])
        except (ValueError, RuntimeError):
            continue


def circle():
    what = RNG.random()
    if what < 0.03:
        return Circle.empty()
    if what < 0.06:
        return Circle.full()
    if what < 0.1:
        return Circle(direction(), Angle(0.0))
    if what < 0.15:
        return Circle(direction(), Angle(RNG.uniform(3.0, 5.0)))
    return Circle(direction(), Angle(10 ** RNG.uniform(-9, 0.49)))


def box():
    what = RNG.random()
    if what < 0.03:
        return Box.empty()
    if what < 0.06:
        return Box.full()
    lats = sorted(RNG.uniform(-math.pi / 2, math.pi / 2) for _ in range(2))
    if RNG.random() < 0.3:
        lats[RNG.randrange(2)] = RNG.choice([math.pi / 2, -math.pi / 2])
        lats.sort()
    if RNG.random() < 0.05:
        lats[1] = lats[0]
    lat = AngleInterval(Angle(lats[0]), Angle(lats[1]))
    if what < 0.15:
        return Box(NormalizedAngleInterval.full(), lat)
    a = RNG.uniform(0, 2 * math.pi)
    width = RNG.choice([0.0, math.pi, 10 ** RNG.uniform(-8, 0), RNG.uniform(0, 6.28), RNG.uniform(0, 6.28)])
    lon = NormalizedAngleInterval(NormalizedAngle(a), NormalizedAngle(a + width))
    if RNG.random() < 0.5:
        b = lats[0] + 10 ** RNG.uniform(-8, -1)
        lat = AngleInterval(Angle(lats[0]), Angle(min(b, math.pi / 2)))
    return Box(lon, lat)


def ellipse():
    what = RNG.random()
    if what < 0.03:
        return Ellipse.empty()
    if what < 0.06:
        return Ellipse.full()
    if what < 0.12:
        return Ellipse(direction(), Angle(10 ** RNG.uniform(-8, 0.4)))
    if what < 0.3:
        f1 = direction()
        separation = 10 ** RNG.uniform(-6, 0)
        return Ellipse(f1, around(f1, separation), Angle(separation / 2 * RNG.uniform(0.9, 2.5)))
    alpha = 10 ** RNG.uniform(-8, 0.19)
    beta = alpha * RNG.uniform(0.01, 1)
    if what < 0.4:
        alpha, beta = math.pi - alpha, math.pi - beta
    return Ellipse(direction(), Angle(alpha), Angle(beta), Angle(RNG.uniform(0, 6.28)))


def compound(depth=0):
    cls = RNG.choice([UnionRegion, IntersectionRegion])
    count = RNG.choice([0, 1, 2, 2, 2, 2, 3, 5]) if RNG.random() < 0.3 else 2
    near = direction()
    operands = []
    for _ in range(count):
        what = RNG.random()
        if what < 0.25 and depth < 4:
            operands.append(compound(depth + 1))
        elif what < 0.5:
            operands.append(RNG.choice([circle, box, ellipse, polygon])())
        else:
            # Neighbours, as a detector and a patch are.
            center, radius = around(near, 10 ** RNG.uniform(-4, -2)), 10 ** RNG.uniform(-4, -2)
            operands.append(ConvexPolygon([around(center, radius) for _ in range(4)]))
    if count == 1:
        return operands[0]
    return cls(*operands)


def text_of(region):
    return base64.b64encode(region.encode()).decode()


def joined():
    parts = [RNG.choice([polygon, polygon, circle, box, ellipse, compound])()
             for _ in range(RNG.randrange(2, 5))]
    return ":".join(text_of(part) for part in parts)


def raw_polygon(vectors):
    return base64.b64encode(b"p" + b"".join(struct.pack("<3d", *v) for v in vectors)).decode()


def raw_compound(code, *parts):
    data = code
    for part in parts:
        data += struct.pack("<Q", len(part)) + part
    return data


def by_hand():
    """What no constructor makes, but the bytes can say."""
    x, y, z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
    v = UnitVector3d(1.0, 2.0, 3.0)
    w = (v.x(), v.y(), v.z())
    yield raw_polygon([x, x, y])
    yield raw_polygon([x, y, z, z])
    yield raw_polygon([w, w, w])
    yield raw_polygon([x, y, (-1.0, 0.0, 0.0), (0.0, -1.0, 0.0)])
    yield raw_polygon([x, (0.0, 1.0, 0.0), (-1.0, 0.0, 0.0)])
    yield raw_polygon([(1.0, -0.0, -0.0), (0.0, 1.0, -0.0), (-0.0, -0.0, 1.0)])
    yield raw_polygon([(1.0, -1e-20, -1e-20), (1e-20, 1.0, -1e-25), (-1e-20, -1e-20, 1.0)])
    yield raw_polygon([z, y, x])
    # Degrees that end in a five at the seventh decimal exactly, and those next to it.
    ties = []
    for odd in range(1, 128 * 360, 358):
        target = odd / 128
        for step in range(-4, 5):
            radians = target / 57.29577951308232
            for _ in range(abs(step)):
                radians = math.nextafter(radians, 10.0 if step > 0 else -10.0)
            ties.append(radians)
    for a, b in zip(ties[::2], ties[1::2]):
        box = b"b" + struct.pack("<4d", a, b, -min(a / 4, 1.5), min(b / 4, 1.5))
        yield base64.b64encode(box).decode()
    a, b, c, d = (polygon().encode() for _ in range(4))
    e = Circle.empty().encode()
    for code, other in ((b"u", b"i"), (b"i", b"u")):
        nested = raw_compound(code, a, b)
        yield base64.b64encode(raw_compound(code, nested, c)).decode()
        yield base64.b64encode(raw_compound(code, c, nested)).decode()
        yield base64.b64encode(raw_compound(code)).decode()
        yield base64.b64encode(raw_compound(code, a)).decode()
        yield base64.b64encode(raw_compound(code, e)).decode()
        yield base64.b64encode(raw_compound(code, a, e, b)).decode()
        yield base64.b64encode(raw_compound(code, raw_compound(code), a)).decode()
        yield base64.b64encode(raw_compound(code, raw_compound(other), a)).decode()
        yield base64.b64encode(raw_compound(code, raw_compound(other, nested), d)).decode()
        yield base64.b64encode(raw_compound(code, d, raw_compound(other, nested))).decode()
        yield base64.b64encode(raw_compound(code, a, raw_compound(other, b, nested, c), d)).decode()
        deep = a
        for level in range(16):
            deep = raw_compound(code if level % 2 else other, b, deep)
        yield base64.b64encode(deep).decode()
    yield ""


def number(x):
    return repr(float(x))


def comparable(region):
    """Whether sphgeom's STC-S is meant to say the same: no ellipse, no compound of 0 or 1."""
    if isinstance(region, (UnionRegion, IntersectionRegion)):
        count = region.nOperands()
        return count > 1 and all(comparable(region.cloneOperand(i)) for i in range(count))
    if isinstance(region, Circle):
        return 0.0 <= region.getOpeningAngle().asDegrees() <= 180.0
    return isinstance(region, ConvexPolygon)


def vector_line(text):
    region = Region.decodeBase64(text)
    kind = type(region).__name__
    try:
        bounds = region.getBoundingCircle()
        record = butler_record(region)
    except RuntimeError:
        return "\t".join(["D", text, kind])
    try:
        stcs = region.to_ivoa_stcs() if comparable(region) else "-"
    except (NotImplementedError, ValueError):
        stcs = "-"
    center = LonLat(bounds.getCenter())
    numbers = ["-"] * 3
    if not bounds.isEmpty():
        numbers = [
            number(center.getLon().asDegrees()),
            number(center.getLat().asDegrees()),
            number(bounds.getOpeningAngle().asDegrees() * 2),
        ]
    if record:
        found = [number(record[name]) for name in ("s_ra", "s_dec", "s_fov")]
        assert found == numbers, (found, numbers)
    return "\t".join(["V", text, kind, *numbers, record.get("s_region", "-"), stcs])


def mutated(text):
    """The text with a few characters, bits or bytes wrong."""
    what = RNG.random()
    if what < 0.25:
        chars = list(text)
        for _ in range(RNG.randrange(1, 4)):
            if chars:
                chars[RNG.randrange(len(chars))] = RNG.choice("AZaz09+/=:-_ \n\té☃'%{")
        return "".join(chars)
    if what < 0.35:
        return text[: RNG.randrange(len(text) + 1)]
    if what < 0.4:
        return text + RNG.choice(["=", "A", "AAAA", ":", "::", "====", text, ":" + text])
    try:
        data = bytearray(base64.b64decode(text))
    except ValueError:
        return text
    if not data:
        return "AAAA"
    if what < 0.7:
        for _ in range(RNG.randrange(1, 3)):
            data[RNG.randrange(len(data))] ^= 1 << RNG.randrange(8)
    elif what < 0.8:
        data = data[: RNG.randrange(len(data))]
    elif what < 0.85:
        data += bytes(RNG.randrange(1, 30))
    elif what < 0.95 and len(data) > 9:
        at = 1 + 8 * RNG.randrange((len(data) - 1) // 8)
        special = [math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, 1e-200, 1e308, -1e200, 1e-42, 7.0, -3.2]
        data[at : at + 8] = struct.pack("<d", RNG.choice(special))
    else:
        data[0] = RNG.choice(b"pcbeuixP\0")
    return base64.b64encode(bytes(data)).decode()


def main(count, mutations):
    texts = list(by_hand())
    for make in (polygon, polygon, polygon, circle, box, ellipse, compound):
        texts += [text_of(make()) for _ in range(count)]
    texts += [joined() for _ in range(count)]
    for text in texts:
        print(vector_line(text))
    short = [text for text in texts if len(text) < 3000]
    for _ in range(mutations):
        text = mutated(RNG.choice(short))
        if "\n" in text or "\t" in text:
            text = text.replace("\n", " ").replace("\t", " ")
        try:
            Region.decodeBase64(text)
            readable = "1"
        except Exception:
            readable = "0"
        print("\t".join(["M", text, readable]))


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    main(int(sys.argv[1]), int(sys.argv[2]))
