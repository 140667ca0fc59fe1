//! TAI to UTC against astropy, as Butler calls it: in Rust, and in the SQL of both databases.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs, clippy::cast_possible_wrap, clippy::cast_possible_truncation)]
#![allow(clippy::cast_sign_loss, clippy::cast_precision_loss)]

#[path = "support/ask.rs"]
mod ask;

use ask::{Dice, ask};
use obscore_view::time::{DAY, PIECES, SECOND, STEPS, UNBOUNDED_END, iso_utc, utc_mjd};
use serde_json::json;

/// Instants around every leap second, and anywhere in Butler's range.
fn instants() -> Vec<i64> {
    let mut instants = vec![0, 1, 8_000_082_000, UNBOUNDED_END];
    for step in STEPS.iter() {
        for offset in [
            -DAY - 2 * SECOND,
            -DAY - SECOND,
            -2 * SECOND,
            -SECOND - 1,
            -SECOND,
            -SECOND + 1,
            -1,
            0,
            1,
            SECOND,
            DAY,
        ] {
            instants.push(step.from + offset);
        }
    }
    let mut dice = Dice::new(1_972);
    for _ in 0..5_000 {
        // Off the half-way points between two microseconds, where astropy's rounding depends on
        // binary fractions.
        let day = dice.roll((UNBOUNDED_END / DAY) as usize) as i64;
        instants.push(day * DAY + dice.roll((DAY / 1_000) as usize) as i64 * 1_000 + 123);
    }
    instants
}

#[test]
fn utc_is_that_of_astropy() {
    let instants = instants();
    let answers = ask("utc.py", &json!(instants));
    let answers = answers.as_array().unwrap();
    assert_eq!(answers.len(), instants.len());
    let mut worst = 0.0_f64;
    for (instant, answer) in instants.iter().zip(answers) {
        let (mjd, text) = (answer[0].as_f64().unwrap(), answer[1].as_str().unwrap());
        let off = (utc_mjd(*instant) - mjd).abs();
        worst = worst.max(off);
        assert!(off < 1e-10, "{instant}: {} here, {mjd} in astropy", utc_mjd(*instant));
        assert_eq!(iso_utc(*instant, 6, 'T'), text, "{instant}");
    }
    println!("{} instants, largest difference {worst:e} d", instants.len());
}

#[test]
fn pieces_are_in_order_and_meet() {
    assert!(STEPS.len() >= 28, "the leap seconds since 1972 are known");
    for pair in PIECES.windows(2) {
        assert!(pair[0].from < pair[1].from);
        let reached = pair[0].mjd + (pair[1].from - pair[0].from) as f64 / pair[0].day;
        assert!((reached - pair[1].mjd).abs() < 1e-9, "{pair:?} leave a gap");
    }
}
