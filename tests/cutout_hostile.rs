//! FITS files that nobody means well with: an error that says what is wrong, at once, and never a panic.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod support;

use std::io::Cursor;
use std::process::Command as Process;

use obscore_view::cutout::{Limits, Provenance, Stencil, Stop, cut};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use support::python::{output, python};

const BLOCK: usize = 2880;

/// A header of these cards.
fn header(cards: &[&str]) -> Vec<u8> {
    let mut bytes: Vec<u8> =
        cards.iter().chain(&["END"]).flat_map(|card| format!("{card:<80}").into_bytes()).collect();
    bytes.resize(bytes.len().next_multiple_of(BLOCK), b' ');
    bytes
}

const WCS: [&str; 8] = [
    "CTYPE1  = 'RA---TAN'",
    "CTYPE2  = 'DEC--TAN'",
    "CRPIX1  = 5.0",
    "CRPIX2  = 5.0",
    "CRVAL1  = 10.0",
    "CRVAL2  = 10.0",
    "CDELT1  = -0.001",
    "CDELT2  = 0.001",
];

fn with(cards: &[&str]) -> Vec<u8> {
    header(&[cards, &WCS].concat())
}

/// How a cutout of everything ends.
fn end(bytes: &[u8]) -> Result<usize, String> {
    let region = Stencil::Circle([10.0, 10.0, 180.0]).region().unwrap();
    let limits = Limits { pixels: 1 << 22, input: 1 << 22 };
    let mut out = Vec::new();
    let done = cut(
        &mut Cursor::new(bytes),
        &region,
        &Provenance::default(),
        &limits,
        &Stop::default(),
        &mut out,
    );
    done.map(|_| out.len()).map_err(|error| error.to_string())
}

#[test]
fn headers_that_lie() {
    let image = ["SIMPLE  = T", "BITPIX  = 16", "NAXIS   = 2", "NAXIS1  = 10", "NAXIS2  = 10"];
    let mut whole = with(&image);
    whole.resize(whole.len() + BLOCK, 0);
    assert!(end(&whole).is_ok(), "{:?}", end(&whole));
    let lying = |from: &str, to: &str| {
        let cards: Vec<&str> =
            image.iter().map(|card| if card.starts_with(from) { to } else { card }).collect();
        let mut bytes = with(&cards);
        bytes.resize(bytes.len() + BLOCK, 0);
        end(&bytes)
    };
    for (from, to, expected) in [
        ("SIMPLE", "SIMPEL  = T", "not FITS"),
        ("BITPIX", "BITPIX  = 17", "BITPIX"),
        ("BITPIX", "BITPIX  = 'x'", "BITPIX"),
        ("NAXIS1", "NAXIS1  = -10", "NAXIS"),
        ("NAXIS1", "NAXIS1  = 1.5", "NAXIS"),
        ("NAXIS1", "NAXIS1  = 9223372036854775807", "absurdly large"),
        ("NAXIS1", "NAXIS1  = 99999999999999999999", "NAXIS"),
        ("NAXIS1", "NAXIS1  = 1000000", "cut off"),
        ("NAXIS ", "NAXIS   = 1000", "NAXIS"),
        ("NAXIS ", "NAXIS   = 3", "NAXIS"),
        ("NAXIS ", "NAXIS   = 0", "no image"),
        ("NAXIS1", "NAXIS1  = 0", "no image"),
        ("NAXIS2", "PCOUNT  = -1", "NAXIS"),
    ] {
        let error = lying(from, to).unwrap_err();
        assert!(error.contains(expected), "{to}: {error}");
    }
    for (add, expected) in [
        ("PCOUNT  = -1", "PCOUNT"),
        ("GCOUNT  = 9223372036854775807", "absurdly large"),
        ("CPDIS1  = 'LOOKUP'", "CPDIS1"),
        ("RADESYS = 'FK4'", "FK4"),
        ("A_ORDER = 100", "A_ORDER"),
        ("CD1_1   = 0.0", "singular"),
        ("LATPOLE = 'x'", "LATPOLE"),
        ("CUNIT1  = 'furlong'", "CUNIT1 is `furlong`"),
        ("CRPIX1  = 40,50", "CRPIX1 is not a number"),
        ("CRVAL1  = NaN", "CRVAL1 is not a number"),
        ("CD1_1   = 1E999", "CD1_1 is not a number"),
        ("A_ORDER = two", "A_ORDER is not an integer"),
    ] {
        let mut bytes = with(&[&image[..], &[add]].concat());
        bytes.resize(bytes.len() + BLOCK, 0);
        let error = end(&bytes).unwrap_err();
        assert!(error.contains(expected), "{add}: {error}");
    }
    assert!(end(b"").unwrap_err().contains("not FITS"));
    assert!(end(&whole[..100]).unwrap_err().contains("ends in a header"));
    assert!(end(&whole[..whole.len() - BLOCK]).unwrap_err().contains("cut off"));
    // No END at all.
    let mut endless = whole[..80].to_vec();
    endless.resize(BLOCK * 2000, b' ');
    assert!(end(&endless).unwrap_err().contains("ends in a header"));
}

#[test]
fn tables_that_lie() {
    let table = [
        "XTENSION= 'BINTABLE'",
        "BITPIX  = 8",
        "NAXIS   = 2",
        "NAXIS1  = 8",
        "NAXIS2  = 10",
        "PCOUNT  = 100",
        "GCOUNT  = 1",
        "TFIELDS = 1",
        "TTYPE1  = 'COMPRESSED_DATA'",
        "TFORM1  = '1PB(9)'",
        "ZIMAGE  = T",
        "ZBITPIX = 32",
        "ZNAXIS  = 2",
        "ZNAXIS1 = 10",
        "ZNAXIS2 = 10",
        "ZCMPTYPE= 'RICE_1'",
    ];
    let ended = |from: &str, to: &str| {
        let cards: Vec<&str> =
            table.iter().map(|card| if card.starts_with(from) { to } else { card }).collect();
        let mut bytes = header(&["SIMPLE  = T", "BITPIX  = 8", "NAXIS   = 0"]);
        bytes.extend(with(&cards));
        bytes.resize(bytes.len() + BLOCK, 0xff);
        end(&bytes).unwrap_err()
    };
    for (from, to, expected) in [
        ("ZIMAGE", "ZIMAGE  = T", "outside of the heap"),
        ("ZNAXIS1", "ZNAXIS1 = 2000000000", "pixels"),
        ("ZNAXIS2", "ZNAXIS2 = 2000000000", "tiles"),
        ("ZNAXIS2", "ZNAXIS2 = -1", "ZNAXIS"),
        ("ZBITPIX", "ZBITPIX = -32", "neither quantised"),
        ("ZCMPTYPE", "ZCMPTYPE= 'MAGIC'", "MAGIC"),
        ("TFIELDS", "TFIELDS = 0", "TFIELDS"),
        ("TFIELDS", "TFIELDS = 999", "TFORM2"),
        ("TFORM1", "TFORM1  = '1J'", "COMPRESSED_DATA"),
        ("TFORM1", "TFORM1  = '99999999999999999999PB'", "TFORM1"),
        ("TFORM1", "TFORM1  = ''", "TFORM1"),
        ("NAXIS1 ", "NAXIS1  = 4", "TFORM1"),
        ("GCOUNT", "THEAP   = -1", "THEAP"),
        ("GCOUNT", "THEAP   = 1000", "THEAP"),
        ("GCOUNT", "ZTILE1  = 0", "ZTILE1"),
        ("GCOUNT", "ZMASKCMP= 'GZIP_1'", "NULL_PIXEL_MASK"),
    ] {
        let error = ended(from, to);
        assert!(error.contains(expected), "{to}: {error}");
    }
}

/// Small files of every compression, by astropy.
fn samples() -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    output(
        Process::new(python())
            .arg(support::package().join("fuzz/seeds.py"))
            .args(["fits"])
            .arg(folder.path().join("seeds")),
    );
    let mut files: Vec<_> = std::fs::read_dir(folder.path().join("seeds"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

#[test]
fn damaged_files_end_in_errors_or_images() {
    let samples = samples();
    assert!(samples.len() >= 10);
    let (mut fine, mut errors) = (0, 0);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let damage = (
        0..samples.len(),
        prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        any::<prop::sample::Index>(),
        any::<bool>(),
    );
    for _ in 0..3000 {
        let (number, changes, cut_at, is_cut) = damage.new_tree(&mut runner).unwrap().current();
        let mut bytes = samples[number].clone();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if is_cut {
            bytes.truncate(cut_at.index(bytes.len()));
        }
        match end(&bytes) {
            Ok(_) => fine += 1,
            Err(message) => {
                assert!(!message.is_empty());
                errors += 1;
            }
        }
    }
    println!("{fine} images, {errors} errors");
    assert!(fine > 300 && errors > 300, "{fine} {errors}");
}
