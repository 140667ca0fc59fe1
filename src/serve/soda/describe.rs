//! Descriptions of cutouts of one dataset (SODA 1.0 section 4.1, DataLink 1.1 section 4).

use super::{ASYNC, SYNC};
use crate::geom::{LonLat, polygon_degrees, to_degrees};
use crate::serve::datasets::Dataset;
use crate::votable::{Datatype, Descriptor, Param};

/// Whether images of a dataset can be cut by shapes: it is an image with a region.
pub fn is_cut(dataset: &Dataset) -> bool {
    let kind = dataset.text("dataproduct_type");
    matches!(kind, Some("image" | "cube")) && dataset.text("s_region").is_some()
}

/// The synchronous and the asynchronous service of a dataset, which a client calls `id`, at `base`.
pub fn descriptors(base: &str, id: &str, dataset: &Dataset) -> [Descriptor; 2] {
    // pyvo takes the service whose XML ID is the first by the alphabet; most callers want an answer at once.
    let described = |number: u8, kind: &str, standard: &str, description: &str| Descriptor {
        id: format!("soda-{number}-{}", dataset.id),
        // Names differ, as STILTS wants them in a document.
        name: format!("soda-{kind}-{}", dataset.id),
        description: description.to_owned(),
        params: vec![
            Param::text("standardID", standard),
            Param::text("accessURL", format!("{base}/soda/{kind}")),
            Param::text("contentType", "application/fits"),
        ],
        inputs: inputs(id, dataset),
    };
    [
        described(1, "sync", SYNC, "Part of the image inside a shape"),
        described(2, "async", ASYNC, "Parts of the image inside shapes, as a job"),
    ]
}

fn inputs(id: &str, dataset: &Dataset) -> Vec<Param> {
    let mut own = Param::text("ID", id);
    "meta.id;meta.main".clone_into(&mut own.field.ucd);
    let mut pos = Param::text("POS", "");
    outline(&mut pos, "CIRCLE lon lat radius, RANGE lon lon lat lat, or POLYGON and its vertices");
    let mut circle = Param::new("CIRCLE", Datatype::Double, "3");
    outline(&mut circle, "Longitude and latitude of the centre, radius");
    "circle".clone_into(&mut circle.field.xtype);
    let mut polygon = Param::new("POLYGON", Datatype::Double, "*");
    outline(&mut polygon, "Longitude and latitude of each vertex");
    "polygon".clone_into(&mut polygon.field.xtype);
    for param in [&mut circle, &mut polygon] {
        "deg".clone_into(&mut param.field.unit);
    }
    if let Some(vertices) = dataset.text("s_region").and_then(vertices) {
        polygon.limits[1] = written(&vertices);
        circle.limits[1] = enclosing(&vertices).map(|circle| written(&circle)).unwrap_or_default();
    }
    let mut inputs = vec![own, pos, circle, polygon];
    let interval = |name, unit: &str, ucd: &str, (low, high), says: &str| {
        let bounds = (dataset.number(low)?, dataset.number(high)?);
        let mut param = Param::new(name, Datatype::Double, "2");
        "interval".clone_into(&mut param.field.xtype);
        unit.clone_into(&mut param.field.unit);
        ucd.clone_into(&mut param.field.ucd);
        says.clone_into(&mut param.field.description);
        param.limits = [bounds.0.to_string(), bounds.1.to_string()];
        Some(param)
    };
    inputs.extend(interval(
        "BAND",
        "m",
        "em.wl;stat.interval",
        ("em_min", "em_max"),
        "Nothing is left of an image that is outside of the band",
    ));
    inputs.extend(interval(
        "TIME",
        "d",
        "time.interval;obs.exposure",
        ("t_min", "t_max"),
        "Nothing is left of an image that was taken at another time; MJD, UTC",
    ));
    if let Some(states) = dataset.text("pol_states") {
        let mut param = Param::text("POL", "");
        "meta.code;phys.polarization".clone_into(&mut param.field.ucd);
        param.options =
            states.split('/').filter(|one| !one.is_empty()).map(str::to_owned).collect();
        inputs.push(param);
    }
    inputs
}

fn outline(param: &mut Param, says: &str) {
    "pos.outline;obs".clone_into(&mut param.field.ucd);
    says.clone_into(&mut param.field.description);
}

/// The vertices of a polygon of ObsCore.
fn vertices(region: &str) -> Option<Vec<f64>> {
    let numbers = region.strip_prefix("POLYGON ICRS ")?;
    numbers.split_ascii_whitespace().map(|number| number.parse().ok()).collect()
}

/// A circle around a polygon: longitude, latitude, radius.
fn enclosing(vertices: &[f64]) -> Option<[f64; 3]> {
    let pairs: Vec<(f64, f64)> =
        vertices.as_chunks::<2>().0.iter().map(|[lon, lat]| (*lon, *lat)).collect();
    let circle = polygon_degrees(&pairs).ok()?.bounding_circle()?;
    let centre = LonLat::from(circle.center);
    let [lon, lat, radius] = [centre.lon, centre.lat, circle.opening_angle].map(to_degrees);
    Some([lon, lat, radius])
}

fn written(numbers: &[f64]) -> String {
    numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(" ")
}
