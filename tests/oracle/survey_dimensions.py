"""Dimension records of the synthetic survey.

In: an empty repository of any universe. Out: two instruments, their nights, two skymaps. A column
that a universe does not have is left out; what does exist in a universe is filled, except in the
records that are there to have nothing but the mandatory columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sky
from astropy.time import Time, TimeDelta

from lsst.daf.butler import Butler, Timespan

CAMERA = "SynthCam"
ODD_CAMERA = "O'Né{i}l \"%\""
CAMERAS = (CAMERA, ODD_CAMERA)
SKYMAP = "rings_v1"
ODD_SKYMAP = "sky's {map}% \"β\""
SKYMAPS = (SKYMAP, ODD_SKYMAP)
DETECTORS = 3

# Filter and band; the last two have no entry in the mappings' spectral_ranges.
FILTERS = (("g_01", "g"), ("r_02", "r"), ("i'%{x}", "i"), ("white_03", "white"), ("odd \"f\"", "b'{a}%"))


@dataclass
class Survey:
    """What was made, for the datasets that follow."""

    exposures: list[dict[str, Any]] = field(default_factory=list)
    visits: list[dict[str, Any]] = field(default_factory=list)
    definitions: list[dict[str, Any]] = field(default_factory=list)
    tracts: list[dict[str, Any]] = field(default_factory=list)
    patches: list[dict[str, Any]] = field(default_factory=list)
    nights: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)


class Writer:
    """Inserts dimension records, dropping what the universe does not know."""

    def __init__(self, butler: Butler):
        self.butler = butler
        self.universe = butler.dimensions
        self.version = butler.dimensions.version

    def knows(self, element: str) -> bool:
        """Return whether the universe has ``element``."""
        return element in self.universe.elements.names

    def insert(self, element: str, *records: dict[str, Any]) -> None:
        """Insert ``records`` of ``element`` in one transaction."""
        if not self.knows(element) or not records:
            return
        names = set(self.universe[element].RecordClass.fields.names)
        self.butler.registry.insertDimensionData(
            element, *({k: v for k, v in record.items() if k in names} for record in records)
        )


def utc(text: str, seconds: float = 0.0) -> Time:
    """Return a time given in UTC, ``seconds`` later, in TAI as Butler wants it."""
    return Time(text, format="isot", scale="utc").tai + TimeDelta(seconds, format="sec")


def odd_timespans(hostile: bool) -> list[Timespan | None]:
    """Return timespans on leap-second days, at the ends of time, half open and absent.

    An empty timespan makes Butler's ObsCore code raise AttributeError, so it is for those who ask.
    """
    empty = [Timespan.makeEmpty()] if hostile else []
    epoch = Time("1970-01-01T00:00:00", format="isot", scale="tai")
    return [
        Timespan(utc("2016-12-31T12:00:00"), utc("2016-12-31T23:59:60.500")),
        Timespan(utc("2016-12-31T23:59:60.250"), utc("2017-01-01T00:00:01")),
        Timespan(utc("2015-06-30T23:59:59.999999"), utc("2015-06-30T23:59:60.999")),
        Timespan(utc("2015-06-30T00:00:00"), utc("2015-07-01T00:00:00")),
        Timespan(utc("1971-12-31T23:59:59"), utc("1972-01-01T00:00:01")),
        Timespan(utc("1970-03-04T05:06:07.089"), utc("1971-06-30T12:00:00")),
        Timespan(epoch + TimeDelta(1.0, format="sec"), utc("1972-07-01T00:00:00")),
        Timespan(utc("2060-02-29T12:34:56.789"), utc("2099-12-30T00:00:00")),
        Timespan(None, utc("2024-03-01T00:00:00")),
        Timespan(utc("2024-03-01T00:00:00"), None),
        Timespan(None, None),
        None,
        Timespan.fromInstant(utc("2024-03-02T00:00:00")),
        *empty,
    ]


def add_cameras(writer: Writer) -> None:
    """Insert instruments, filters, detectors and visit systems."""
    for camera in CAMERAS:
        writer.insert(
            "instrument",
            {
                "name": camera,
                "visit_max": 10_000_000,
                "exposure_max": 10_000_000,
                "detector_max": 10 if camera == CAMERA else None,
                "visit_system": 0 if camera == CAMERA else None,
                "class_name": "survey.Camera" if camera == CAMERA else None,
            },
        )
        writer.insert(
            "physical_filter",
            *({"instrument": camera, "name": name, "band": band} for name, band in FILTERS),
        )
        writer.insert(
            "detector",
            *(
                {
                    "instrument": camera,
                    "id": number,
                    "full_name": f"R{number}'S{{0}}%" if camera == ODD_CAMERA else f"R2{number}_S11",
                    "name_in_raft": "S11" if number else None,
                    "raft": f"R2{number}" if number else None,
                    "purpose": "SCIENCE" if number else None,
                }
                for number in range(DETECTORS)
            ),
        )
        writer.insert(
            "visit_system",
            {"instrument": camera, "id": 0, "name": "one-to-one"},
            {"instrument": camera, "id": 1, "name": "by-group"},
        )


def add_night(writer: Writer, survey: Survey, camera: str, day_obs: int, span: Timespan | None) -> None:
    """Insert a night, where nights are dimensions."""
    night = {"instrument": camera, "id": day_obs, "timespan": span}
    writer.insert("day_obs", night)
    survey.nights.append({"instrument": camera, "day_obs": day_obs})


def add_exposure(writer: Writer, survey: Survey, record: dict[str, Any]) -> None:
    """Insert an exposure and its group."""
    group = f"{record['instrument'][:4]}-{record['day_obs']}-{record['id']}"
    writer.insert("group", {"instrument": record["instrument"], "name": group})
    survey.groups.append({"instrument": record["instrument"], "group": group})
    writer.insert("exposure", {**record, "group": group})
    survey.exposures.append(record)


def add_visit(
    writer: Writer,
    survey: Survey,
    exposures: list[dict[str, Any]],
    number: int,
    system: int,
    regions: list[Any],
    name: str | None = None,
) -> None:
    """Define a visit of ``exposures``; regions: the visit's, then those of the first detectors."""
    first = exposures[0]
    camera = first["instrument"]
    visit = {
        **first,
        "id": number,
        "name": name or (f"{number}" if camera == CAMERA else f"v'{number}{{%}}"),
        "visit_system": system,
        "exposure_time": None if first["exposure_time"] is None else first["exposure_time"] * len(exposures),
        "region": regions[0],
    }
    writer.insert("visit", visit)
    survey.visits.append(visit)
    writer.insert(
        "visit_system_membership", {"instrument": camera, "visit": number, "visit_system": system}
    )
    for exposure in exposures:
        definition = {
            "instrument": camera,
            "exposure": exposure["id"],
            "visit": number,
            "visit_system": system,
        }
        writer.insert("visit_definition", definition)
        survey.definitions.append(definition)
    writer.insert(
        "visit_detector_region",
        *(
            {"instrument": camera, "visit": number, "detector": detector, "region": region}
            for detector, region in enumerate(regions[1:])
        ),
    )


def add_observations(writer: Writer, survey: Survey, size: int, hostile: bool) -> None:
    """Insert nights of plain exposures (``size`` per camera and night) and all the odd ones."""
    for index, camera in enumerate(CAMERAS):
        for night, day_obs in enumerate((20240301, 20240302)):
            noon = utc("2024-03-01T12:00:00", 86400.0 * night)
            add_night(writer, survey, camera, day_obs, Timespan(noon, noon + TimeDelta(1.0, format="jd")))
            for sequence in range(size):
                add_plain(writer, survey, camera, day_obs, sequence, noon, index)
        add_odd(writer, survey, camera, hostile)


def add_plain(
    writer: Writer, survey: Survey, camera: str, day_obs: int, sequence: int, noon: Time, index: int
) -> None:
    """Insert one ordinary exposure; two of three have a visit, at the place of the first tract."""
    number = (day_obs % 100) * 10_000 + sequence + 1
    begin = noon + TimeDelta(36_000.0 + 40.0 * sequence + 0.123456789 * index, format="sec")
    physical_filter = FILTERS[sequence % len(FILTERS)][0]
    ra, dec = 40.0 + 0.3 * (sequence % 7), -5.0 + 0.25 * (sequence % 5) + 0.1 * index
    exposure = {
        "instrument": camera,
        "id": number,
        "obs_id": f"obs_{day_obs}_{sequence}",
        "physical_filter": physical_filter,
        "day_obs": day_obs,
        "exposure_time": 30.0 + 0.1 * sequence,
        "dark_time": 31.5,
        "observation_type": "science",
        "observation_reason": "survey",
        "seq_num": sequence,
        "seq_start": sequence,
        "seq_end": sequence,
        "group_name": f"group {sequence}",
        "group_id": sequence,
        "target_name": f"field {sequence % 4}",
        "science_program": "BLOCK-1",
        "tracking_ra": ra % 360.0,
        "tracking_dec": dec,
        "sky_angle": 12.5,
        "azimuth": 100.0,
        "zenith_angle": 33.3,
        "has_simulated": False,
        "can_see_sky": True,
        "timespan": Timespan(begin, begin + TimeDelta(30.0, format="sec")),
    }
    add_exposure(writer, survey, exposure)
    if sequence % 3 != 2:
        regions = [sky.polygon(ra, dec, 0.4, 45.0)]
        regions += [sky.polygon(ra + 0.15 * (d - 1), dec, 0.08, 30.0) for d in range(DETECTORS)]
        add_visit(writer, survey, [exposure], number, 0, regions)


def add_odd(writer: Writer, survey: Survey, camera: str, hostile: bool) -> None:
    """Insert exposures with odd times, with odd regions, with nothing, and with several visits."""
    day_obs = 20161231
    add_night(writer, survey, camera, day_obs, None)
    base = {"instrument": camera, "day_obs": day_obs, "exposure_time": None}
    for offset, span in enumerate(odd_timespans(hostile)):
        exposure = {
            **base,
            "id": 500_000 + offset,
            "obs_id": f"time'{offset}% {{x}}",
            "physical_filter": FILTERS[offset % 5][0],
            "timespan": span,
        }
        add_exposure(writer, survey, exposure)
        add_visit(writer, survey, [exposure], 500_000 + offset, 0, [sky.polygon(150.0, 2.0 + offset, 0.3)])
    plain = utc("2017-01-01T03:04:05.678901")
    for offset, region in enumerate(sky.odd_regions()):
        exposure = {
            **base,
            "id": 600_000 + offset,
            "obs_id": f"region_{offset}",
            "physical_filter": FILTERS[offset % 3][0],
            "exposure_time": 15.0,
            "target_name": "ünïcode 'target' {100}% \\ \"β\"",
            "timespan": Timespan(plain, plain + TimeDelta(15.0, format="sec")),
        }
        add_exposure(writer, survey, exposure)
        # Detector 0 has the odd region as well, detector 1 none, detector 2 no record at all.
        add_visit(writer, survey, [exposure], 600_000 + offset, 0, [region, region, None])
    # Two snaps in one visit; each snap has a visit of its own in the other system.
    snaps = [
        {
            **base,
            "id": 700_000 + snap,
            "obs_id": f"snap_{snap}",
            "physical_filter": FILTERS[0][0],
            "exposure_time": 7.5,
            "timespan": Timespan(
                plain + TimeDelta(20.0 * snap, format="sec"),
                plain + TimeDelta(20.0 * snap + 7.5, format="sec"),
            ),
        }
        for snap in range(2)
    ]
    for snap in snaps:
        add_exposure(writer, survey, snap)
    for snap in snaps:
        regions = [sky.polygon(40.5, -5.0, 0.4, float(snap["id"] % 10) + d) for d in range(4)]
        add_visit(writer, survey, [snap], snap["id"], 0, regions)
    regions = [sky.polygon(40.5, -5.0, 0.45, 20.0 + d) for d in range(4)]
    add_visit(writer, survey, snaps, 710_000, 1, regions)
    # A visit over midnight and one over a change of filter: the second exposure of each disagrees
    # with it in an implied dimension, so that no data ID can have both.
    for first, night, physical_filter in (
        (720_000, 20240301, FILTERS[0][0]),
        (730_000, day_obs, FILTERS[1][0]),
    ):
        pair = [
            {**snaps[0], "id": first, "obs_id": f"pair_{first}"},
            {
                **snaps[1],
                "id": first + 1,
                "obs_id": f"pair_{first + 1}",
                "day_obs": night,
                "physical_filter": physical_filter,
            },
        ]
        for exposure in pair:
            add_exposure(writer, survey, exposure)
        regions = [sky.polygon(41.0, -5.0, 0.45, 30.0 + d) for d in range(4)]
        add_visit(writer, survey, pair, first, 1, regions)
    # Never on sky: no visit; one with a position, one with nothing at all.
    add_exposure(
        writer,
        survey,
        {
            **base,
            "id": 800_000,
            "obs_id": "visitless with position",
            "physical_filter": FILTERS[3][0],
            "tracking_ra": 359.999999999,
            "tracking_dec": -89.5,
            "timespan": Timespan(plain, plain + TimeDelta(1.0, format="sec")),
        },
    )
    add_exposure(
        writer,
        survey,
        {**base, "id": 800_001, "obs_id": "visitless and bare", "physical_filter": FILTERS[4][0]},
    )


def add_skymaps(writer: Writer, survey: Survey) -> None:
    """Insert skymaps: tracts where the plain visits are, and one of each odd region."""
    for index, skymap in enumerate(SKYMAPS):
        writer.insert(
            "skymap",
            {
                "name": skymap,
                "hash": bytes([index]) * 20,
                "tract_max": 1000 if index == 0 else None,
                "patch_nx_max": 2,
                "patch_ny_max": 2,
            },
        )
        places: list[tuple[int, Any, list[Any]]] = []
        for tract in range(2):
            ra, dec = 40.0 + 1.2 * tract, -5.0
            cells = [
                sky.polygon(ra + 0.5 * (cell % 2), dec + 0.5 * (cell // 2), 0.4, 45.0) for cell in range(4)
            ]
            places.append((tract, sky.polygon(ra + 0.25, dec + 0.25, 0.9, 45.0), cells))
        for offset, region in enumerate(sky.odd_regions()):
            places.append((100 + offset, region, [region]))
        for tract, region, cells in places:
            writer.insert("tract", {"skymap": skymap, "id": tract, "region": region})
            survey.tracts.append({"skymap": skymap, "tract": tract})
            for patch, cell in enumerate(cells):
                writer.insert(
                    "patch",
                    {
                        "skymap": skymap,
                        "tract": tract,
                        "id": patch,
                        "cell_x": patch % 2,
                        "cell_y": patch // 2,
                        "region": cell,
                    },
                )
                survey.patches.append({"skymap": skymap, "tract": tract, "patch": patch})


def add_dimensions(butler: Butler, size: int, hostile: bool = False) -> Survey:
    """Insert all dimension records and return what datasets can be made of."""
    writer = Writer(butler)
    survey = Survey()
    with butler.transaction():
        add_cameras(writer)
        add_observations(writer, survey, size, hostile)
        add_skymaps(writer, survey)
        writer.insert("ssp_hypothesis_table", {"name": "orbit's {table}"})
        writer.insert("subfilter", *({"band": "g", "id": number} for number in range(2)))
    return survey
