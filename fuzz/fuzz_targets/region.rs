//! Any bytes as a region, and any text as a region column: never a panic, and what is read can be
//! written and read again.
//!
//! `cargo +nightly fuzz run region`

#![no_main]

use libfuzzer_sys::fuzz_target;
use obscore_view::region::{
    RegionColumns, RegionOptions, columns, decode, encode, spherical_point, spherical_polygon,
};

fuzz_target!(|data: &[u8]| {
    if let Ok(region) = decode(data) {
        let all = RegionColumns::new(&region, RegionOptions::default());
        let _ = RegionColumns::new(&region, RegionOptions::BUTLER);
        let _ = (spherical_point(&region), spherical_polygon(&region));
        for angle in [all.s_ra, all.s_dec, all.s_fov].into_iter().flatten() {
            assert!(angle.is_finite() && angle.abs() <= 360.0, "{angle}");
        }
        if let Some(text) = &all.s_region {
            assert!(text.contains(" ICRS "), "{text}");
            assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        }
        let again = decode(&encode(&region)).expect("what was written can be read");
        assert_eq!(format!("{again:?}"), format!("{region:?}"));
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let (found, error) = columns(text, RegionOptions::default());
        assert!(error.is_none() || found == RegionColumns::default());
    }
});
