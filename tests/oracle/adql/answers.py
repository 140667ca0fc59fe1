"""What queries of fixtures/adql/corpus mean, in Python: a function for each, by its name there."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

from astropy import units
from sphere import area, circle, distance, inside, point, polygon, touches, within

DIMENSIONS = (
    "instrument",
    "physical_filter",
    "detector",
    "exposure",
    "visit",
    "visit_detector_region",
    "tract",
    "patch",
)


class Tables(SimpleNamespace):
    """Every table as a list of rows."""


Answer = Callable[[Tables], Iterable[list[Any]]]
ANSWERS: dict[str, Answer] = {}


def answer(function: Answer) -> Answer:
    """Register a function as the answer of the query that has its name."""
    ANSWERS[function.__name__] = function
    return function


def pick(rows: Iterable[Any], *columns: str) -> list[list[Any]]:
    """Return columns of rows."""
    return [[getattr(row, column) for column in columns] for row in rows]


def last(value: Any) -> tuple[bool, Any]:
    """Return a sort key that puts NULL behind everything."""
    return (value is None, 0 if value is None else value)


def known(values: Iterable[Any]) -> list[Any]:
    """Return the values that are not NULL."""
    return [value for value in values if value is not None]


def unique(rows: Iterable[list[Any]]) -> list[list[Any]]:
    """Return every row once."""
    return [list(row) for row in dict.fromkeys(tuple(row) for row in rows)]


def groups(rows: Iterable[Any], *columns: str) -> dict[tuple[Any, ...], list[Any]]:
    """Return rows by the values of columns."""
    found: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in rows:
        found[tuple(getattr(row, column) for column in columns)].append(row)
    return found


def ids(rows: Iterable[Any]) -> list[list[Any]]:
    """Return the identifiers of rows."""
    return pick(rows, "dataset_uuid")


def simple(name: str, test: Callable[[Any], Any], *columns: str) -> None:
    """Register columns of the ObsCore rows that pass a test."""

    def function(t: Tables) -> list[list[Any]]:
        return pick((o for o in t.obscore if test(o)), *(columns or ("dataset_uuid",)))

    ANSWERS[name] = function


def counted(name: str, test: Callable[[Any], Any]) -> None:
    """Register the number of ObsCore rows that pass a test."""
    ANSWERS[name] = lambda t: [[sum(bool(test(o)) for o in t.obscore)]]


def spherical(name: str, test: Callable[[Any], Any]) -> None:
    """Register the ObsCore rows that pass a test of their region or position."""
    simple(name, test)


# SELECT and WHERE

counted("one_row", lambda o: True)
counted("delimited_table", lambda o: True)
simple("case_rules", lambda o: o.calib_level == 2, "dataset_uuid", "lsst_visit", "lsst_visit")
simple("qualified_columns", lambda o: o.calib_level == 1, "obs_id", "calib_level")
simple("constants_beside_rows", lambda o: False)
ANSWERS["constants_beside_rows"] = lambda t: [
    [1, "x", o.dataset_uuid] for o in t.obscore if o.calib_level == 4
]
simple("where_null_logic", lambda o: o.t_exptime is not None and not o.t_exptime > 10)
simple(
    "where_and_or_not",
    lambda o: not (o.calib_level == 3 or (o.calib_level < 2 and o.lsst_band == "g"))
    and (o.lsst_band is None or o.lsst_band != "r")
    and not (o.calib_level < 2 and o.lsst_band is None),
)
simple(
    "between",
    lambda o: o.t_min is not None
    and 57000 <= o.t_min <= 60371
    and o.lsst_band is not None
    and not "h" <= o.lsst_band <= "r",
)
counted("between_reversed", lambda o: False)
simple("in_numbers", lambda o: o.lsst_visit in (10001, 10002, 20001))
simple("in_texts", lambda o: o.lsst_band in ("g", "i", "b'{a}%"))
simple("not_in", lambda o: o.lsst_band is not None and o.lsst_band not in ("g", "r"))
counted("in_null", lambda o: False)
simple(
    "in_expressions",
    lambda o: o.lsst_visit is not None
    and o.lsst_visit
    in (*known([None if o.lsst_detector is None else o.lsst_detector + 10001]), 10002, o.constant_int * 100000),
)
counted("not_like", lambda o: o.target_name is not None and not o.target_name.startswith("field"))
counted("is_null", lambda o: o.s_region is None and o.t_min is not None)
counted("boolean", lambda o: o.constant_bool)
counted(
    "like_column",
    lambda o: o.begin_utc is not None and o.obs_id is not None and o.begin_utc.startswith(o.obs_id + "-"),
)
counted("quotes_in_texts", lambda o: o.target_name is not None)


@answer
def in_unit_of_what_is_computed(t: Tables) -> Iterable[list[Any]]:
    def cells(o: Any) -> list[Any]:
        if o.s_fov is None:
            return [o.dataset_uuid, None, None, None, *2 * [1 / o.t_exptime]]
        time, fov = o.t_exptime * units.s, o.s_fov * units.deg
        return [
            o.dataset_uuid,
            (time * fov).to_value(units.min * units.arcmin),
            (fov / time).to_value(units.arcsec / units.h),
            (2 * fov**2).to_value(units.rad**2) ** 0.5,
            *2 * [(1 / time).to_value(units.Hz)],
        ]

    return [cells(o) for o in t.obscore if o.t_exptime is not None and o.t_exptime > 0]


@answer
def order_of_the_query_around(t: Tables) -> Iterable[list[Any]]:
    def nearest(d: Any) -> int:
        beside = [e.id for e in t.detector if e.instrument == d.instrument]
        return min(beside, key=lambda number: (abs(number - d.id - 1), number))

    return [[d.id, d.full_name] for d in t.detector if nearest(d) == d.id]


@answer
def like(t: Tables) -> Iterable[list[Any]]:
    return unique([o.lsst_run] for o in t.obscore if o.lsst_run.startswith("Survey/runs/"))


@answer
def ilike(t: Tables) -> Iterable[list[Any]]:
    return unique([o.lsst_run] for o in t.obscore if "rerun" in o.lsst_run.lower())


@answer
def ilike_unicode(t: Tables) -> Iterable[list[Any]]:
    names = unique([o.target_name] for o in t.obscore if o.target_name)
    return [n for n in names if n[0].lower().startswith("ünïcode") and n[0].lower().endswith('β"')]


@answer
def like_underscore(t: Tables) -> Iterable[list[Any]]:
    found = unique([o.obs_id] for o in t.obscore if o.obs_id)
    return [[n] for [n] in found if len(n) == 14 and n.startswith("obs_2024030") and n.endswith("0")]


@answer
def distinct(t: Tables) -> Iterable[list[Any]]:
    return unique(pick(t.obscore, "instrument_name", "calib_level"))


@answer
def distinct_ordered(t: Tables) -> Iterable[list[Any]]:
    rows = sorted(unique(pick(t.obscore, "lsst_band", "calib_level")), key=lambda r: r[1])
    # Sorting is stable, and so is its reverse.
    return sorted(rows, key=lambda r: last(r[0]), reverse=True)


@answer
def distinct_top(t: Tables) -> Iterable[list[Any]]:
    return sorted(unique(pick(t.obscore, "lsst_type")))[:3]


@answer
def order_nulls(t: Tables) -> Iterable[list[Any]]:
    return sorted(pick(t.obscore, "dataset_uuid", "t_min"), key=lambda r: (last(r[1]), r[0]))


@answer
def order_text(t: Tables) -> Iterable[list[Any]]:
    return sorted(pick(t.obscore, "dataset_uuid", "target_name"), key=lambda r: (last(r[1]), r[0]))


@answer
def top_and_offset(t: Tables) -> Iterable[list[Any]]:
    return sorted(ids(t.obscore))[100:107]


@answer
def offset_alone(t: Tables) -> Iterable[list[Any]]:
    return sorted(ids(t.obscore))[1700:]


@answer
def coalesce(t: Tables) -> Iterable[list[Any]]:
    def first(*values: Any) -> Any:
        return next(iter(known(values)), None)

    return [
        [
            first(o.t_min, o.t_max, 0.0),
            first(o.target_name, "none"),
            first(o.lsst_visit, o.lsst_tract),
            first(o.s_ra, 1000.0),
        ]
        for o in t.obscore
    ]


@answer
def case_searched(t: Tables) -> Iterable[list[Any]]:
    names = {0: "raw", 1: "raw", 2: "visit"}
    return [[o.dataset_uuid, names.get(o.calib_level, o.lsst_type)] for o in t.obscore]


@answer
def case_simple(t: Tables) -> Iterable[list[Any]]:
    return [[o.dataset_uuid, {"g": 1.0, "r": 2.5}.get(o.lsst_band)] for o in t.obscore]


@answer
def concatenation(t: Tables) -> Iterable[list[Any]]:
    def joined(*parts: Any) -> Any:
        return None if None in parts else "".join(parts)

    return [
        [joined(o.lsst_band, "-", o.lsst_type, "x"), joined(o.obs_id, o.target_name)] for o in t.obscore
    ]


# GROUP BY


@answer
def count_kinds(t: Tables) -> Iterable[list[Any]]:
    o = t.obscore
    return [
        [
            len(o),
            len(known(r.t_min for r in o)),
            len(set(known(r.lsst_band for r in o))),
            len(set(known(r.t_min for r in o))),
            0,
            len(known(r.lsst_visit for r in o)),
        ]
    ]


@answer
def aggregates(t: Tables) -> Iterable[list[Any]]:
    o = t.obscore
    times, visits = known(r.t_exptime for r in o), known(r.lsst_visit for r in o)
    return [
        [
            min(known(r.t_min for r in o)),
            max(known(r.t_max for r in o)),
            sum(times) / len(times),
            sum(times),
            sum(visits),
            sum(visits) / len(visits),
            min(r.lsst_run for r in o),
            max(r.lsst_run for r in o),
            sum(r.calib_level for r in o),
        ]
    ]


@answer
def aggregates_of_nothing(t: Tables) -> Iterable[list[Any]]:
    return [[0, None, None, None, None]]


@answer
def aggregates_of_regions(t: Tables) -> Iterable[list[Any]]:
    o = [r for r in t.obscore if r.s_ra is not None]
    fovs = known(r.s_fov for r in t.obscore)
    # Butler writes no text for a region of a kind that ObsCore has no shape for.
    texts = known(r.s_region for r in t.obscore)
    return [
        [
            min(r.s_ra for r in o),
            max(r.s_dec for r in o),
            sum(fovs) / len(fovs),
            len(texts),
            len(set(texts)),
        ]
    ]


@answer
def group(t: Tables) -> Iterable[list[Any]]:
    return [[kind, count] for kind, count in Counter(o.lsst_type for o in t.obscore).items()]


@answer
def group_by_nullable(t: Tables) -> Iterable[list[Any]]:
    rows = [
        [*key, len(g), min(known(o.t_min for o in g), default=None)]
        for key, g in groups(t.obscore, "lsst_band", "instrument_name").items()
    ]
    return sorted(rows, key=lambda r: (-r[2], last(r[0]), last(r[1])))


@answer
def group_by_expression(t: Tables) -> Iterable[list[Any]]:
    counts = Counter(None if o.t_min is None else float(math.floor(o.t_min / 1000)) for o in t.obscore)
    return [[k, n] for k, n in counts.items()]


@answer
def group_by_alias(t: Tables) -> Iterable[list[Any]]:
    return sorted(group_by_expression(t), key=lambda r: last(r[0]))


@answer
def group_aggregate_expression(t: Tables) -> Iterable[list[Any]]:
    rows = []
    for (kind,), g in groups(t.obscore, "lsst_type").items():
        begins, ends = known(o.t_min for o in g), known(o.t_max for o in g)
        times = known(o.t_exptime for o in g)
        span = max(ends) - min(begins) if begins and ends else None
        rows.append([kind, span, 2 * len(g) + 1, sum(times) / len(g) if times else None])
    return rows


@answer
def group_ordered_by_aggregate(t: Tables) -> Iterable[list[Any]]:
    counts = Counter(o.lsst_type for o in t.obscore)
    return [[kind] for kind in sorted(counts, key=lambda kind: (-counts[kind], kind))]


@answer
def having(t: Tables) -> Iterable[list[Any]]:
    return [row for row in group(t) if row[1] > 100]


@answer
def group_of_group(t: Tables) -> Iterable[list[Any]]:
    inner = Counter(o.lsst_visit for o in t.obscore)
    return [[n, times] for n, times in Counter(inner.values()).items()]


@answer
def string_agg(t: Tables) -> Iterable[list[Any]]:
    chosen = [o for o in t.obscore if o.lsst_visit is not None and o.lsst_visit < 10005]
    return [
        [level, ",".join(sorted(known(o.lsst_band for o in g))) or None]
        for (level,), g in groups(chosen, "calib_level").items()
    ]


@answer
def derived(t: Tables) -> Iterable[list[Any]]:
    return [row for row in group(t) if row[1] > 50]


# Sets


@answer
def union(t: Tables) -> Iterable[list[Any]]:
    return unique([*pick(t.obscore, "instrument_name"), *pick(t.instrument, "name")])


@answer
def union_all(t: Tables) -> Iterable[list[Any]]:
    first = [[o.lsst_band] for o in t.obscore if o.calib_level == 1]
    return first + pick(t.physical_filter, "band")


@answer
def except_all(t: Tables) -> Iterable[list[Any]]:
    left = Counter(o.lsst_band for o in t.obscore if o.calib_level == 1)
    left.subtract(f.band for f in t.physical_filter)
    return [[band] for band, count in left.items() for _ in range(max(count, 0))]


ANSWERS["except"] = lambda t: [
    list(row)
    for row in {(e.id, e.instrument) for e in t.exposure}
    - {(d.exposure, d.instrument) for d in t.visit_definition}
]


@answer
def intersect(t: Tables) -> Iterable[list[Any]]:
    return [[v] for v in {o.lsst_visit for o in t.obscore} & {v.id for v in t.visit}]


@answer
def intersect_all(t: Tables) -> Iterable[list[Any]]:
    visited = [o for o in t.obscore if o.lsst_visit is not None]
    left = Counter((o.lsst_band, o.calib_level) for o in visited if o.lsst_visit < 20000)
    right = Counter((o.lsst_band, o.calib_level) for o in visited if o.lsst_visit > 10005)
    return [list(row) for row in (left & right).elements()]


@answer
def cte(t: Tables) -> Iterable[list[Any]]:
    chosen = [v for v in t.visit if v.exposure_time is not None and v.exposure_time > 31]
    found = groups(chosen, "instrument")
    return [
        [key[0], len(g), sum(v.exposure_time for v in g) / len(g)] for key, g in sorted(found.items())
    ]


# Joins


def pairs(t: Tables) -> dict[tuple[Any, Any], Any]:
    """Return visits by instrument and number."""
    return {(v.instrument, v.id): v for v in t.visit}


@answer
def join_obscore_visit(t: Tables) -> Iterable[list[Any]]:
    visits = pairs(t)
    found = [(o, visits.get((o.instrument_name, o.lsst_visit))) for o in t.obscore if o.calib_level == 2]
    return [[o.dataset_uuid, v.name, v.t_min, v.physical_filter] for o, v in found if v is not None]


@answer
def left_join(t: Tables) -> Iterable[list[Any]]:
    visits = pairs(t)
    return [
        [e.id, e.instrument, e.id if (e.instrument, e.id) in visits else None] for e in t.exposure
    ]


@answer
def left_join_filtered(t: Tables) -> Iterable[list[Any]]:
    visits = pairs(t)
    return [[e.id, e.instrument] for e in t.exposure if (e.instrument, e.id) not in visits]


@answer
def full_join(t: Tables) -> Iterable[list[Any]]:
    visits, exposures = pairs(t), {(e.instrument, e.id) for e in t.exposure}
    return [
        [k[1] if k in visits else None, k[1] if k in exposures else None]
        for k in {*visits, *exposures}
    ]


@answer
def full_join_unequal(t: Tables) -> Iterable[list[Any]]:
    met, left, right = [], set(), set()
    for a in t.detector:
        for b in t.detector:
            if a.id < b.id and a.instrument == b.instrument:
                met.append([a.id, b.id])
                left.add((a.instrument, a.id))
                right.add((b.instrument, b.id))
    met += [[d.id, None] for d in t.detector if (d.instrument, d.id) not in left]
    return met + [[None, d.id] for d in t.detector if (d.instrument, d.id) not in right]


@answer
def self_join(t: Tables) -> Iterable[list[Any]]:
    exposures = {(e.instrument, e.id) for e in t.exposure}
    return [[n, n + 1] for camera, n in exposures if (camera, n + 1) in exposures]


@answer
def not_exists(t: Tables) -> Iterable[list[Any]]:
    used = {(d.instrument, d.exposure) for d in t.visit_definition}
    return [[e.id, e.instrument] for e in t.exposure if (e.instrument, e.id) not in used]


@answer
def exists(t: Tables) -> Iterable[list[Any]]:
    used = {(o.instrument_name, o.lsst_visit) for o in t.obscore if o.calib_level == 2}
    return [[v.id, v.instrument] for v in t.visit if (v.instrument, v.id) in used]


@answer
def in_subquery(t: Tables) -> Iterable[list[Any]]:
    long = {v.id for v in t.visit if v.exposure_time is not None and v.exposure_time > 32}
    return ids(o for o in t.obscore if o.lsst_visit in long)


@answer
def in_correlated(t: Tables) -> Iterable[list[Any]]:
    green = {(f.instrument, f.name) for f in t.physical_filter if f.band == "g"}
    return [[e.id] for e in t.exposure if (e.instrument, e.physical_filter) in green]


@answer
def native_dataset(t: Tables) -> Iterable[list[Any]]:
    return pick(t.dataset, "id", "dataset_type", "run")


@answer
def native_dataset_counts(t: Tables) -> Iterable[list[Any]]:
    return [[*key, len(g)] for key, g in groups(t.dataset, "dataset_type", "run").items()]


@answer
def boolean_shown(t: Tables) -> Iterable[list[Any]]:
    return pick(t.exposure, "id", "instrument", "has_simulated", "can_see_sky")


@answer
def native_times(t: Tables) -> Iterable[list[Any]]:
    def chosen(e: Any) -> bool:
        return e.t_max is None or (e.t_min is not None and 57754 <= e.t_min <= 57755)

    def length(e: Any) -> float | None:
        return None if None in (e.t_min, e.t_max) else e.t_max - e.t_min

    return [[e.id, e.instrument, e.t_min, e.t_max, length(e)] for e in t.exposure if chosen(e)]


# Geometry

NEAR = circle(40.2, -4.8, 0.3)
SQUARE = polygon(39, -6, 41, -6, 41, -4, 39, -4)
spherical("cone", lambda o: inside(o, NEAR))
spherical("cone_old_style", lambda o: inside(o, NEAR))
counted("cone_not_contained", lambda o: o.s_ra is not None and not inside(o, NEAR))
spherical("cone_point_centre", lambda o: inside(o, circle(0, 0, 1)))
spherical("cone_pole", lambda o: inside(o, circle(200, 89.9, 1)))
simple("cone_wrap", lambda o: inside(o, circle(359.9, 0.1, 0.5)), "dataset_uuid", "s_ra")
spherical("intersects_circle", lambda o: touches(o.region, NEAR))
spherical("intersects_circle_swapped", lambda o: touches(o.region, NEAR))
spherical("intersects_polygon", lambda o: touches(o.region, SQUARE))
spherical("intersects_polygon_of_points", lambda o: touches(o.region, polygon(39, -6, 41, -6, 40, -4)))
spherical("intersects_region", lambda o: touches(o.region, NEAR))
spherical("intersects_region_polygon", lambda o: touches(o.region, SQUARE))
spherical("intersects_north_pole", lambda o: touches(o.region, circle(123, 90, 0.2)))
counted("intersects_south_pole", lambda o: touches(o.region, circle(0, -90, 0.01)))
counted("intersects_large", lambda o: touches(o.region, circle(120, 0, 80)))
spherical("region_in_circle", lambda o: within(o.region, circle(40.2, -4.8, 0.6)))
spherical("region_in_polygon", lambda o: within(o.region, polygon(39, -6, 42, -6, 42, -3, 39, -3)))
spherical(
    "point_in_region_at_the_pole", lambda o: o.region is not None and o.region.contains(point(77, 89.95))
)
spherical(
    "geometry_with_more",
    lambda o: o.calib_level == 2
    and o.lsst_band == "g"
    and touches(o.region, circle(40, -5, 1))
    and o.t_min is not None
    and o.t_min > 57000,
)
spherical(
    "geometry_or",
    lambda o: o.calib_level == 4 or touches(o.region, circle(40, -5, 0.1)) or o.lsst_type == "bias",
)
counted(
    "geometry_not",
    lambda o: o.region is not None and not touches(o.region, circle(40, -5, 1)),
)


@answer
def distance_numbers(t: Tables) -> Iterable[list[Any]]:
    return [[o.dataset_uuid, distance(o.s_ra, o.s_dec, 40, -5)] for o in t.obscore]


@answer
def distance_ordered(t: Tables) -> Iterable[list[Any]]:
    known = [o for o in t.obscore if o.s_ra is not None]
    rows = [[o.dataset_uuid, round(distance(o.s_ra, o.s_dec, 40.31, -5.07), 6)] for o in known]
    return sorted(rows, key=lambda r: (r[1], r[0]))[:20]


@answer
def exposures_near(t: Tables) -> Iterable[list[Any]]:
    rows = [(e, distance(e.tracking_ra, e.tracking_dec, 40, -5)) for e in t.exposure]
    return [[e.id, e.instrument] for e, d in rows if d is not None and d < 0.5]


@answer
def join_geometry(t: Tables) -> Iterable[list[Any]]:
    return [
        [v.id, v.instrument, x.id, x.skymap]
        for v in t.visit
        for x in t.tract
        if v.id < 600000 and touches(v.region, x.region)
    ]


@answer
def join_point_in_region(t: Tables) -> Iterable[list[Any]]:
    return [
        [e.obs_id, p.tract, p.id]
        for e in t.exposure
        for p in t.patch
        if e.tracking_ra is not None
        and p.region is not None
        and p.region.contains(point(e.tracking_ra, e.tracking_dec))
    ]


@answer
def area_of_plain_visits(t: Tables) -> Iterable[list[Any]]:
    return [[v.id, v.instrument, area(v.region)] for v in t.visit if v.id < 500000]


@answer
def per_visit_extent(t: Tables) -> Iterable[list[Any]]:
    plain = [r for r in t.visit_detector_region if r.visit < 500000]
    return [
        [*key, len(g), sum(area(r.region) for r in g)]
        for key, g in groups(plain, "instrument", "visit").items()
    ]
