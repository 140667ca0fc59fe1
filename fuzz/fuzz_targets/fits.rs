//! Any bytes as a FITS file to cut: never a panic, no memory but what the limits allow, and the structure of a cutout
//! that was made can be read again.
//!
//! `cargo +nightly fuzz run fits`

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use obscore_view::cutout::{Limits, Provenance, Stencil, Stop, cut};
use obscore_view::fits::read_hdus;

fuzz_target!(|data: &[u8]| {
    let limits = Limits { pixels: 1 << 20, input: 1 << 20 };
    for stencil in [Stencil::Circle([10.0, 10.0, 180.0]), Stencil::Range([9.98, 10.03, 9.99, 10.02])] {
        let region = stencil.region().expect("a shape");
        let mut out = Vec::new();
        match cut(&mut Cursor::new(data), &region, &Provenance::default(), &limits, &Stop::default(), &mut out) {
            Ok(Some(cuts)) => {
                let hdus = read_hdus(&mut Cursor::new(&out)).expect("what was written can be read");
                let with_data = hdus.iter().filter(|hdu| hdu.length > 0).count();
                assert_eq!(with_data, cuts.len());
                assert_eq!(out.len() % 2880, 0);
            }
            Ok(None) => assert!(out.is_empty()),
            Err(error) => assert!(!error.message.is_empty()),
        }
    }
});
