"""The questions that users ask, each about another place every time: in ADQL, and in SQL by hand for two tables.

One is the static table with pgSphere, the other the view that `apply` installs, whose positions and regions are compared
without pgSphere and without the view's functions that find places: every row's is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from psycopg2.extensions import cursor

BOX = ((-0.3, -0.2), (0.3, -0.25), (0.35, 0.25), (-0.25, 0.3))
POSITIONS = 1000
MULTICONE = 0.02


@dataclass(frozen=True)
class Place:
    """A visit image that is there, which questions are about."""

    did: str
    obs_id: str
    visit: int
    band: str
    ra: float
    dec: float
    t_min: float
    # Other positions, for questions with an upload.
    others: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Question:
    """A question to the service, and the same by hand for the static table and for the view."""

    adql: str
    sql: str
    plain: str
    upload: tuple[tuple[float, float], ...] = ()


def places(at: cursor, number: int) -> list[Place]:
    """Choose visit images, the same ones in every run over the same rows."""
    positions = "SELECT s_ra, s_dec FROM obscore WHERE dataproduct_subtype = 'lsst.visit_image'"
    at.execute(f"{positions} ORDER BY md5(lsst_visit || ' ' || lsst_detector) LIMIT {POSITIONS}")
    others = tuple(at.fetchall())
    at.execute(
        "SELECT obs_publisher_did, obs_id, lsst_visit, lsst_band, s_ra, s_dec, t_min FROM obscore"
        " WHERE dataproduct_subtype = 'lsst.visit_image'"
        f" ORDER BY md5(lsst_detector || ' ' || lsst_visit) LIMIT {number}"
    )
    return [Place(*row, others) for row in at.fetchall()]


def circle(place: Place, radius: float) -> tuple[str, str]:
    """Write a circle in ADQL and for pgSphere."""
    centre = f"spoint(radians({place.ra!r}), radians({place.dec!r}))"
    return f"CIRCLE({place.ra!r}, {place.dec!r}, {radius})", f"scircle({centre}, radians({radius}))"


def near(ra: str, dec: str, radius: float, other: tuple[str, str] = ("s_ra", "s_dec")) -> str:
    """Write by haversines that a position is in a circle; arguments are degrees, or columns."""
    there, here = f"radians({other[1]})", f"radians({dec})"
    square = f"sin(({there} - {here}) / 2) ^ 2 + cos({there}) * cos({here}) * sin(radians({other[0]} - {ra}) / 2) ^ 2"
    return f"2 * asin(least(sqrt({square}), 1)) <= radians({radius})"


def meets(*degrees: float) -> str:
    """Write that a stored region shares a place with a circle or a polygon, tested row by row."""
    return f"ivoa.obscore_region_meets(region, TRUE, ivoa.obscore_shape(ARRAY[{', '.join(map(repr, degrees))}]::float8[]))"


def night(place: Place) -> str:
    """Write the condition of one night, which all understand."""
    begin = int(place.t_min)
    return f"t_min >= {begin} AND t_min < {begin + 1}"


def box(place: Place) -> list[tuple[float, float]]:
    """Return the corners of a polygon around a place."""
    return [(round((place.ra + x) % 360.0, 6), round(place.dec + y, 6)) for x, y in BOX]


def polygon(place: Place) -> tuple[str, str]:
    """Write a polygon in ADQL and for pgSphere."""
    corners = box(place)
    adql = ", ".join(f"{ra}, {dec}" for ra, dec in corners)
    return f"POLYGON({adql})", "spoly('{" + ", ".join(f"({ra}d,{dec}d)" for ra, dec in corners) + "}')"


Condition = Callable[[Place], str]


def where(adql: Condition, sql: Condition | None = None, plain: Condition | None = None) -> Callable[[Place, str], Question]:
    """Ask for whole rows."""
    return lambda place, columns: Question(
        f"SELECT {columns} FROM ivoa.ObsCore WHERE {adql(place)}",
        f"SELECT {columns} FROM obscore WHERE {(sql or adql)(place)}",
        f"SELECT {columns} FROM ivoa.obscore WHERE {(plain or adql)(place)}",
    )


def region(adql: Condition, sql: Condition, plain: Condition) -> Callable[[Place, str], Question]:
    """Ask for whole rows by their regions; the view has them as they are stored in another view beside it."""

    def ask(place: Place, columns: str) -> Question:
        question = where(adql, sql)(place, columns)
        return replace(question, plain=f"SELECT * FROM ivoa.obscore_stored WHERE {plain(place)}")

    return ask


def alike(query: str) -> Callable[[Place, str], Question]:
    """Ask all the same; `{table}` and `{columns}` are filled in."""

    def ask(_place: Place, columns: str) -> Question:
        tables = ("ivoa.ObsCore", "obscore", "ivoa.obscore")
        adql, *sql = (query.format(table=table, columns=columns) for table in tables)
        if adql.startswith("SELECT TOP 100 "):
            sql = [one.replace("TOP 100 ", "", 1) + " LIMIT 100" for one in sql]
        return Question(adql, *sql)

    return ask


def cone(radius: float, further: Condition = lambda _: "") -> Callable[[Place, str], Question]:
    """Ask for the images whose centre is in a circle."""
    return where(
        lambda p: f"CONTAINS(POINT(s_ra, s_dec), {circle(p, radius)[0]}) = 1{further(p)}",
        lambda p: f"pgs_center <@ {circle(p, radius)[1]}{further(p)}",
        lambda p: f"{near(repr(p.ra), repr(p.dec), radius)}{further(p)}",
    )


def multicone(place: Place, columns: str) -> Question:
    """Ask for the images whose centre is near one of many positions."""
    columns = ", ".join(f"o.{name.strip()}" for name in columns.split(","))
    points = ", ".join(f"({ra!r}::float8, {dec!r}::float8)" for ra, dec in place.others)
    given = f"SELECT {columns} FROM (VALUES {points}) AS u (ra, declination)"
    return Question(
        f"SELECT {columns} FROM TAP_UPLOAD.places AS u JOIN ivoa.ObsCore AS o"
        f" ON CONTAINS(POINT(o.s_ra, o.s_dec), CIRCLE(u.ra, u.dec, {MULTICONE})) = 1",
        f"{given} JOIN obscore AS o"
        f" ON o.pgs_center <@ scircle(spoint(radians(u.ra), radians(u.declination)), radians({MULTICONE}))",
        f"{given} JOIN ivoa.obscore AS o"
        f" ON {near('u.ra', 'u.declination', MULTICONE, ('o.s_ra', 'o.s_dec'))}",
        place.others,
    )


SHAPES: dict[str, Callable[[Place, str], Question]] = {
    "point in s_region": region(
        lambda p: f"CONTAINS(POINT({p.ra!r}, {p.dec!r}), s_region) = 1",
        lambda p: f"pgs_region @> spoint(radians({p.ra!r}), radians({p.dec!r}))",
        lambda p: meets(p.ra, p.dec, 0.0),
    ),
    "cone 0.1": cone(0.1),
    "cone 0.5": cone(0.5),
    "cone 3": cone(3.0),
    "overlap 0.1": region(
        lambda p: f"INTERSECTS(s_region, {circle(p, 0.1)[0]}) = 1",
        lambda p: f"pgs_region && {circle(p, 0.1)[1]}",
        lambda p: meets(p.ra, p.dec, 0.1),
    ),
    "polygon": region(
        lambda p: f"INTERSECTS(s_region, {polygon(p)[0]}) = 1",
        lambda p: f"pgs_region && {polygon(p)[1]}",
        lambda p: meets(*(number for corner in box(p) for number in corner)),
    ),
    "DID": where(lambda p: f"obs_publisher_did = '{p.did}'"),
    "obs_id": where(lambda p: f"obs_id = '{p.obs_id}'"),
    "visit": where(lambda p: f"lsst_visit = {p.visit}"),
    "night": where(night),
    "night, cone, band": cone(0.5, lambda p: f" AND {night(p)} AND lsst_band = '{p.band}'"),
    "count": alike("SELECT count(*) AS n FROM {table}"),
    "per night and band": alike(
        "SELECT FLOOR(t_min) AS night, lsst_band, count(*) AS n FROM {table} GROUP BY FLOOR(t_min), lsst_band"
    ),
    "newest 100": alike("SELECT TOP 100 {columns} FROM {table} WHERE t_min IS NOT NULL ORDER BY t_min DESC"),
    "multi-cone 1,000": multicone,
    "stream": alike("SELECT {columns} FROM {table}"),
}
