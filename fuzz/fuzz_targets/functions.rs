//! The functions of ADQL on any bytes and texts: no panic, and geometries that can be written and read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use obscore_view::functions::{
    Frame, Geometry, Kind, area, centroid, contains, dali, dms_to_degrees, double, hms_to_degrees,
    ilike, integer_of_text, intersects, like, timestamp, transform,
};

fn use_of(geometry: &Geometry) {
    let again = Geometry::decode(&geometry.encode()).expect("what was written can be read");
    assert_eq!(format!("{again:?}"), format!("{geometry:?}"));
    let _ = (area(geometry), centroid(geometry), dali(geometry));
    let _ = transform(geometry, Frame::Icrs, Frame::Galactic);
    let _ = (contains(geometry, &again), intersects(geometry, &again));
}

fuzz_target!(|data: &[u8]| {
    if let Ok(geometry) = Geometry::decode(data) {
        use_of(&geometry);
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    for kind in [Kind::Point, Kind::Circle, Kind::Polygon, Kind::Region] {
        if let Ok(geometry) = kind.read(text) {
            use_of(&geometry);
        }
    }
    if let Ok(canonical) = timestamp(text) {
        assert_eq!(timestamp(&canonical), Ok(canonical.clone()));
    }
    let _ = (hms_to_degrees(text), dms_to_degrees(text), double(text), integer_of_text(text, 64));
    let (text, pattern) = text.split_at_checked(text.len() / 2).unwrap_or((text, ""));
    assert!(!like(text, pattern) || ilike(text, pattern));
});
