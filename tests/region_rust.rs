//! The Rust decoder against lsst.sphgeom and the Butler's own plugin.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod region_support;
mod support;

use base64::{Engine, engine::general_purpose::STANDARD};
use obscore_view::geom::{LonLat, Region, to_degrees};
use obscore_view::region::{
    MAX_DEPTH, RegionColumns, RegionOptions, Winding, columns, decode, decode_base64, encode_base64,
};
use region_support::{same_angle, vectors};

#[test]
fn bounding_circles_are_those_of_sphgeom() {
    let mut checked = 0;
    for vector in &vectors().0 {
        let region = decode_base64(&vector.text).unwrap();
        let circle = region.bounding_circle();
        let found = circle.filter(|c| !c.is_empty()).map(|c| {
            let center = LonLat::from(c.center);
            [center.lon, center.lat, 2.0 * c.opening_angle].map(to_degrees)
        });
        if vector.degenerate {
            continue;
        }
        let same = match (found, vector.circle) {
            (None, None) => true,
            (Some(a), Some(b)) => (0..3).all(|i| same_angle(Some(a[i]), Some(b[i]))),
            _ => false,
        };
        assert!(same, "{}: {found:?} is not {:?}: {}", vector.kind, vector.circle, vector.text);
        checked += 1;
    }
    println!("{checked} bounding circles");
}

#[test]
fn polygons_have_the_text_of_the_butler_and_others_none() {
    let mut polygons = 0;
    for vector in &vectors().0 {
        let (found, error) = columns(&vector.text, RegionOptions::BUTLER);
        assert_eq!(error, None);
        if vector.degenerate {
            continue;
        }
        assert_eq!(found.s_region, vector.butler, "{}", vector.text);
        if vector.kind == "ConvexPolygon" {
            polygons += 1;
            assert!(same_angle(found.s_fov, vector.circle.map(|c| c[2])));
        } else {
            assert_eq!(found, RegionColumns::default());
        }
    }
    assert!(polygons > 800, "{polygons} polygons");
}

/// sphgeom's STC-S has keywords in another case and numbers with 16 digits.
#[test]
fn texts_say_the_same_as_the_stcs_of_sphgeom() {
    let mut checked = 0;
    for vector in &vectors().0 {
        let Some(stcs) =
            vector.stcs.as_ref().filter(|stcs| !stcs.contains("Ellipse") && !stcs.contains("( )"))
        else {
            continue;
        };
        let options = RegionOptions { winding: Winding::Butler, all_region_types: true };
        let found = columns(&vector.text, options).0.s_region;
        let found = found.unwrap_or_else(|| panic!("no text for {stcs}"));
        let (ours, theirs): (Vec<_>, Vec<_>) =
            (found.split(' ').collect(), stcs.split(' ').collect());
        assert_eq!(ours.len(), theirs.len(), "{found}\n{stcs}");
        for (our, their) in ours.iter().zip(&theirs) {
            match (our.parse::<f64>(), their.parse::<f64>()) {
                (Ok(a), Ok(b)) => assert!((a - b).abs() < 5.1e-7, "{found}\n{stcs}"),
                _ => assert_eq!(**our, their.to_uppercase()),
            }
        }
        checked += 1;
    }
    assert!(checked > 1200, "{checked} texts");
}

#[test]
fn encoding_gives_the_bytes_back() {
    let mut checked = 0;
    for vector in vectors().0.iter().filter(|v| !v.text.contains(':') && !v.text.is_empty()) {
        let region = decode_base64(&vector.text).unwrap();
        let again = decode_base64(&encode_base64(&region)).unwrap();
        // NaN ends of an empty box are not equal to themselves.
        assert_eq!(format!("{region:?}"), format!("{again:?}"));
        if !matches!(region, Region::Ellipse(_) | Region::Union(_) | Region::Intersection(_)) {
            assert_eq!(encode_base64(&region), vector.text);
            checked += 1;
        }
    }
    assert!(checked > 1400, "{checked} encodings");
}

#[test]
fn winding_reverses_all_but_the_first_vertex() {
    let text = encode_base64(&Region::ConvexPolygon(vec![
        obscore_view::geom::Vector3::new(1.0, 0.0, 0.0),
        obscore_view::geom::Vector3::new(0.0, 1.0, 0.0),
        obscore_view::geom::Vector3::new(0.0, 0.0, 1.0),
    ]));
    let s_region = |winding| {
        columns(&text, RegionOptions { winding, all_region_types: true }).0.s_region.unwrap()
    };
    let butler = "POLYGON ICRS 0.000000 0.000000 90.000000 0.000000 0.000000 90.000000";
    let dali = "POLYGON ICRS 0.000000 0.000000 0.000000 90.000000 90.000000 0.000000";
    assert_eq!(s_region(Winding::Butler), butler);
    assert_eq!(s_region(Winding::Dali), dali);
}

/// What sphgeom cannot read, Rust must not read either; Rust is stricter about numbers.
#[test]
fn mutations_never_panic_and_are_refused_where_sphgeom_refuses() {
    let (mut refused, mut read) = (0, 0);
    for mutation in &vectors().1 {
        let (found, error) = columns(&mutation.text, RegionOptions::default());
        if let Some(error) = error {
            assert_eq!(found, RegionColumns::default());
            assert!(!error.to_string().is_empty());
            refused += 1;
        } else {
            assert!(mutation.readable, "sphgeom does not read {:?}", mutation.text);
            read += 1;
        }
    }
    assert!(refused > 1000 && read > 300, "{refused} refused, {read} read");
}

#[test]
fn errors_say_what_is_wrong_and_where() {
    let message = |text: &str| decode_base64(text).unwrap_err().to_string();
    let of = |bytes: &[u8]| message(&STANDARD.encode(bytes));
    let mut polygon = vec![b'p'];
    polygon.extend([1.0_f64, 0.0, 0.0].iter().flat_map(|x| x.to_le_bytes()).cycle().take(72));
    let nested = |levels| {
        (0..levels).fold(polygon.clone(), |inner, _| {
            let length = (inner.len() as u64).to_le_bytes();
            [&b"u"[..], &length[..], &inner[..]].concat()
        })
    };
    let mut nan = polygon.clone();
    nan[9..17].copy_from_slice(&f64::NAN.to_le_bytes());
    let mut long = polygon.clone();
    long[25..33].copy_from_slice(&0.5_f64.to_le_bytes());
    let found = [
        message("####"),
        message("AAAA:A"),
        message(&"A".repeat(1 << 21)),
        message(":"),
        of(b"x"),
        of(&polygon[..72]),
        of(&[&polygon[..], &[0]].concat()),
        of(&[b'c'; 40]),
        of(b"u\x05\0\0\0\0\0\0\0p"),
        of(b"i\xff\xff\xff\xff\xff\xff\xff\xffp"),
        of(&nan),
        of(&long),
        of(&nested(MAX_DEPTH + 1)),
    ];
    insta::assert_debug_snapshot!(found);
    assert!(decode(&nested(MAX_DEPTH)).is_ok());
}
