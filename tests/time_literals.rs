//! Time literals of where-expressions against Butler, which reads them with astropy.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

#[path = "support/ask.rs"]
mod ask;

use ask::{Dice, ask};
use obscore_view::expression::time_literal;
use obscore_view::time::{STEPS, iso_utc};
use serde_json::{Value, json};

/// Literals in every form, many of them on days with leap seconds.
fn literals() -> Vec<String> {
    let mut dice = Dice::new(1_972);
    let mut literals: Vec<String> = [
        "2016-12-31T23:59:60.5",
        "2016-12-31T23:59:60",
        "1972-06-30 23:59:60.999999999",
        "1971-12-31T23:59:60.05",
        "1971-12-31T12:00:00",
        "1970-01-01T00:00:00",
        "1970-01-01T00:00:08.000082",
        "1969-12-31",
        "2099-12-31T23:59:00",
        "2150-01-01",
        "60370.0",
        "mjd/57753.99999/utc",
        "mjd/57753.5/utc",
        "mjd/41316.7/utc",
        "jd/2457754.49/utc",
        "2016:366:23:59:60.25",
        "2016:366",
        "unix/1483228799.5",
        "unix_tai/1483228836.5",
        "2017-01-01T00:00:37/tai",
        "2017-01-01T00:01:09.184/tt",
        "+2024-03-01T22:00:00",
        "2024-03-01T22:00:00+00:00",
        "2024-03-01T22:00:00.1234567894",
        "2024-03-01 22:00",
    ]
    .map(str::to_owned)
    .to_vec();
    let last = STEPS.last().unwrap().from;
    for _ in 0..2_000 {
        let step = STEPS[dice.roll(STEPS.len())].from;
        let near =
            step - 90_000_000_000_000 + i64::try_from(dice.roll(180_000_000)).unwrap() * 1_000_000;
        let tai = if dice.roll(2) == 0 { near } else { last + near / 2 };
        let text = iso_utc(tai, 6, 'T');
        literals.push(match dice.roll(4) {
            0 => text,
            1 => iso_utc(tai, 9, ' '),
            2 => format!("{text}/tai"),
            _ => format!("mjd/{}.{}/utc", 41_000 + dice.roll(30_000), dice.roll(1_000_000)),
        });
    }
    literals
}

#[test]
fn instants_are_those_of_astropy() {
    let literals = literals();
    let Value::Array(expected) = ask("time_literals.py", &json!(literals)) else {
        panic!("a list")
    };
    assert_eq!(expected.len(), literals.len());
    let mut wrong = Vec::new();
    for (text, expected) in literals.iter().zip(&expected) {
        let found = time_literal(text).ok().and_then(|literal| literal.tai());
        // The last nanosecond can round either way; on the last day of drifting UTC, 1971-12-31, the
        // doubles of its pieces carry a few.
        let close = match (found, expected.as_i64()) {
            (Some(a), Some(b)) => (a - b).abs() <= if b < STEPS[0].from { 5 } else { 1 },
            (None, None) => true,
            _ => false,
        };
        if !close {
            wrong.push(format!("{text}: expected {expected}, found {found:?}"));
        }
    }
    println!("{} literals, {} wrong", literals.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.iter().take(20).cloned().collect::<Vec<_>>().join("\n"));
}
