//! The geometry of ADQL: constructors, predicates, measures, texts.

use super::call::{Answer, Arguments, Function, Outcome, scalar};
use crate::functions::{
    Frame, Geometry, Kind, Point, Wrong, area, centroid, circle, contains, dali, distance,
    intersects, polygon, rectangle, transform,
};

pub(super) const FUNCTIONS: &[Function] = &[
    scalar(c"adql_point", "POINT", &[2], |a| Ok(position(a, 0)?.into())),
    scalar(c"adql_circle", "CIRCLE", &[3], |a| Ok(circle(position(a, 0)?, a.number(2)?)?.into())),
    scalar(c"adql_circle_at", "CIRCLE", &[2], |a| Ok(circle(a.point(0)?, a.number(1)?)?.into())),
    scalar(c"adql_box", "BOX", &[4], |a| {
        Ok(rectangle(position(a, 0)?, a.number(2)?, a.number(3)?)?.into())
    }),
    scalar(c"adql_box_at", "BOX", &[3], |a| {
        Ok(rectangle(a.point(0)?, a.number(1)?, a.number(2)?)?.into())
    }),
    scalar(c"adql_polygon", "POLYGON", &[-1], polygon_of_numbers),
    scalar(c"adql_polygon_at", "POLYGON", &[-1], |a| {
        let vertices: Result<Vec<_>, _> = (0..a.len()).map(|index| a.point(index)).collect();
        Ok(polygon(&vertices?)?.into())
    }),
    scalar(c"adql_shape", "REGION", &[2], |a| {
        Ok(Kind::named(a.text(1)?)?.read(a.text(0)?)?.into())
    }),
    scalar(c"adql_contains", "CONTAINS", &[2], |a| {
        two(a, |inner, outer| contains(outer, inner).into())
    }),
    scalar(c"adql_intersects", "INTERSECTS", &[2], |a| two(a, |x, y| intersects(x, y).into())),
    scalar(c"adql_distance", "DISTANCE", &[4], |a| {
        Ok(distance(position(a, 0)?, position(a, 2)?).into())
    }),
    scalar(
        c"adql_distance_at",
        "DISTANCE",
        &[2],
        |a| Ok(distance(a.point(0)?, a.point(1)?).into()),
    ),
    scalar(c"adql_area", "AREA", &[1], |a| one(a, 0, |geometry| Ok(area(geometry).into()))),
    scalar(c"adql_centroid", "CENTROID", &[1], |a| {
        one(a, 0, |geometry| Ok(centroid(geometry).into()))
    }),
    scalar(c"adql_coord1", "COORD1", &[1], |a| Ok(a.point(0)?.lon().into())),
    scalar(c"adql_coord2", "COORD2", &[1], |a| Ok(a.point(0)?.lat().into())),
    scalar(c"adql_dali", "DALI", &[1], |a| one(a, 0, |geometry| Ok(dali(geometry).into()))),
    scalar(c"adql_encoded", "REGION", &[1], |a| {
        one(a, 0, |geometry| Ok(geometry.encoded_text().into()))
    }),
    scalar(c"ivo_geom_transform", "ivo_geom_transform", &[3], |a| {
        let (from, to) = (Frame::named(a.text(0)?)?, Frame::named(a.text(1)?)?);
        one(a, 2, |geometry| Ok(transform(geometry, from, to)?.into()))
    }),
];

/// Longitude and latitude from two arguments.
pub(super) fn position(a: &Arguments<'_>, first: usize) -> Result<Point, Wrong> {
    Point::new(a.number(first)?, a.number(first + 1)?)
}

fn polygon_of_numbers(a: &Arguments<'_>) -> Outcome {
    if a.len() % 2 == 1 {
        return Err(Wrong("a latitude is missing: vertices are pairs of numbers".to_owned()));
    }
    let vertices: Result<Vec<_>, _> =
        (0..a.len()).step_by(2).map(|first| position(a, first)).collect();
    Ok(polygon(&vertices?)?.into())
}

fn one(a: &Arguments<'_>, index: usize, answer: impl FnOnce(&Geometry) -> Outcome) -> Outcome {
    a.geometry(index)?.map_or(Ok(Answer::Null), |geometry| answer(&geometry))
}

fn two(a: &Arguments<'_>, answer: impl FnOnce(&Geometry, &Geometry) -> Answer) -> Outcome {
    match (a.geometry(0)?, a.geometry(1)?) {
        (Some(first), Some(second)) => Ok(answer(&first, &second)),
        _ => Ok(Answer::Null),
    }
}
