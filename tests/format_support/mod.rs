//! Values and format specifications for the comparison with Python, and the SQL that they become.
//!
//! In: a seeded generator. Out: cases; what each database says of them, as text or NULL.

use std::fmt::Write as _;

use obscore_view::diag::{Source, SpanMap};
use obscore_view::lower::{Definitions, Elements, Target, ViewName};
use obscore_view::plan::{Scalar, ValueKind};
use obscore_view::region::RegionOptions;
use obscore_view::registry::{CollectionKey, IngestDate};
use obscore_view::sql::Dialect;
use obscore_view::sql::region::Strategy;
use obscore_view::template::{self, FormatSpec, Part};
use serde_json::{Value, json};

use crate::ask::Dice;

/// The kinds of values, as the oracle, the tables of the tests and the plan call them.
pub const KINDS: [(&str, ValueKind); 4] = [
    ("int", ValueKind::Int),
    ("float", ValueKind::Float),
    ("text", ValueKind::Text),
    ("bool", ValueKind::Bool),
];

/// One specification, with the rows that it is tried on.
pub struct Case {
    pub kind: usize,
    pub conversion: Option<char>,
    pub text: String,
    pub spec: FormatSpec,
    pub rows: Vec<usize>,
}

/// The column that is formatted.
pub fn column(kind: usize) -> Scalar {
    Scalar::Column {
        alias: "v".to_owned(),
        column: "value".to_owned(),
        kind: KINDS[kind].1,
        nullable: true,
    }
}

fn spec(text: &str) -> Option<FormatSpec> {
    let template = format!("{{x:{text}}}");
    let map = SpanMap::verbatim(0, template.len());
    let parsed =
        template::parse(&template, &Source::new("template", template.as_str()), &map).ok()?;
    match parsed.parts.as_slice() {
        [Part::Field(field)] => Some(field.spec.clone()),
        _ => None,
    }
}

/// Random cases of every kind.
pub fn cases(dice: &mut Dice, each: usize, rows: usize, values: &[Vec<Value>]) -> Vec<Case> {
    let mut cases = Vec::new();
    for (kind, values) in values.iter().enumerate() {
        let types: &[&str] = match KINDS[kind].0 {
            "float" => &["", "e", "E", "f", "F", "g", "g", "G", "n", "%", "d"],
            "text" => &["", "", "s", "s", "d"],
            _ => &["", "d", "b", "o", "x", "X", "n", "c", "e", "f", "g", "%", "s"],
        };
        let mut made = 0;
        while made < each {
            let conversion = match (dice.roll(5), KINDS[kind].0) {
                (0 | 1, "text") | (0, _) => Some(['s', 'r', 'a'][dice.roll(3)]),
                _ => None,
            };
            let number = KINDS[kind].0 != "text" && conversion.is_none();
            let mut text = String::new();
            let choices: [&[&str]; 9] = [
                &["", "", "", "<", ">", "^", "=", "*<", "é^", "0=", "_=", "0>", ".="],
                if number { &["", "", "+", "-", " "] } else { &["", "", "", "", "", "", "+"] },
                if number { &["", "", "", "z"] } else { &["", "", "", "", "", "z"] },
                if number { &["", "", "#"] } else { &["", "", "", "", "", "#"] },
                &["", "", "0"],
                &["", "", "1", "6", "9", "10", "12", "13", "17", "28", "70"],
                if number { &["", "", ",", "_"] } else { &["", "", "", "", "", ","] },
                match (KINDS[kind].0, number) {
                    ("float", true) | (_, false) => {
                        &["", ".0", ".1", ".2", ".3", ".5", ".9", ".15", ".17", ".30", ".60"]
                    }
                    _ => &["", "", "", ".2", ".20"],
                },
                if conversion.is_some() { &["", "s"] } else { types },
            ];
            for choice in choices {
                text.push_str(dice.pick(choice));
            }
            let Some(spec) = spec(&text) else { continue };
            let rows = (0..rows).map(|_| dice.roll(values.len())).collect();
            cases.push(Case { kind, conversion, text, spec, rows });
            made += 1;
        }
    }
    cases
}

/// Values of every kind, in the order of [`KINDS`]; floats as their bits. NULL is one of each.
pub fn values(dice: &mut Dice, dialect: Dialect) -> Vec<Vec<Value>> {
    vec![
        integers(dice),
        floats(dice, dialect),
        texts(dice),
        vec![json!(true), json!(false), Value::Null],
    ]
}

/// 64 random bits.
fn bits(dice: &mut Dice) -> u64 {
    (0..4).fold(0, |bits, _| bits << 16 | dice.roll(65536) as u64)
}

fn integers(dice: &mut Dice) -> Vec<Value> {
    let mut found =
        vec![0, 1, -1, 7, 8, 9, 10, 65, 126, 127, 233, 255, 256, 999, 1000, -1000, 1234];
    found.extend([55295, 55296, 57343, 57344, 65536, 1_114_111, 1_114_112, 1_000_000, -999_999]);
    found.extend([i64::MAX, i64::MIN, i64::MAX - 1, i64::MIN + 1, 1 << 53, (1 << 53) + 1]);
    found.extend([i64::from(i32::MIN), i64::from(u32::MAX), 2_024_031_700_123, -42, -4096]);
    for _ in 0..40 {
        let size = dice.roll(64);
        found.push(bits(dice).cast_signed() >> size);
    }
    found.into_iter().map(|value| json!(value)).chain([Value::Null]).collect()
}

fn floats(dice: &mut Dice, dialect: Dialect) -> Vec<Value> {
    let mut found = vec![0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -2.5, 0.25, 0.125, 0.375, 2.675, 1.005];
    found.extend([0.1, 0.2, 0.3, 30.0, 15.25, 99.5, 999.5, 9.995, 99.995, 999_999.5, 9.5, 0.05]);
    found.extend([1e15, 1e16, 123_456_789_012_345_680.0, 1e17, 1e21, 1e22, 1e23, -1e100, 1e308]);
    found.extend([1e-4, 9.999_999e-5, 0.000_1, 1e-5, 1e-7, -3.2e-10, 1e-100, 1e-300, 1e-308]);
    found.extend([f64::MAX, f64::MIN_POSITIVE, 5e-324, 2.225_073_858_507_201e-308, -f64::MAX]);
    found.extend([1.797_693_134_862_315_6e306, 1.797_693_134_862_316e306, f64::INFINITY]);
    found.extend([
        f64::NEG_INFINITY,
        60_370.912_345_678,
        -0.000_1,
        -0.04,
        -0.5,
        1234.5,
        -1_234_567.891,
    ]);
    found.extend([9_007_199_254_740_993.0, 4_503_599_627_370_495.5, 4_611_686_018_427_387_904.0]);
    found.extend([9_223_372_036_854_775_808.0, 0.999_999_999_999_999_9, 9.999_999_999_999_999e22]);
    // Powers of two have a nearer neighbour below, and 2^-44 needs the farther of two numbers.
    found.extend((-1060..1020).step_by(127).chain([-44, -1, 60]).map(|power| 2_f64.powi(power)));
    for _ in 0..60 {
        let any = f64::from_bits(bits(dice));
        found.push(if any.is_nan() { 1.25 } else { any });
        // Decimals as people write them, and ties.
        let whole = (bits(dice) >> (12 + dice.roll(50))) as f64;
        found.push(whole / 10_f64.powi(i32::try_from(dice.roll(8)).unwrap()));
        found.push(-whole / 2_f64.powi(i32::try_from(dice.roll(12)).unwrap()));
    }
    match dialect {
        Dialect::Postgres => found.extend([-0.0, f64::NAN]),
        // A negative zero loses its sign, and NaN is NULL, when SQLite stores them.
        Dialect::Sqlite => found.iter_mut().for_each(|value| *value += 0.0),
    }
    found.into_iter().map(|value| json!(value.to_bits())).chain([Value::Null]).collect()
}

/// Characters of every sort, without NUL and without code points that Unicode may yet assign.
const CHARACTERS: &str = "abzAZ09 _-./'\"'\"\\\\\t\n\r\u{1}\u{1f}\u{7f}\u{80}\u{a0}\u{ad}éßñ\u{300}\
    Ωяא\u{600}\u{200b}\u{200d}\u{2028}\u{202e}\u{2060}\u{3000}漢字\u{e000}\u{f8ff}\u{feff}\u{fffd}\
    \u{ffff}𝄞😀\u{1d173}\u{1f3fd}\u{e0001}\u{e0100}\u{f0000}\u{10ffff}{}%";

fn texts(dice: &mut Dice) -> Vec<Value> {
    let pool: Vec<char> = CHARACTERS.chars().collect();
    let mut found: Vec<String> =
        ["", "'", "\"", "it's", "say \"no\"", "both ' and \"", "\\", "SynthCam", "HSC-I", "é", "r"]
            .map(str::to_owned)
            .to_vec();
    for _ in 0..80 {
        let length = dice.roll(14);
        found.push((0..length).map(|_| pool[dice.roll(pool.len())]).collect());
    }
    // Every character once, so that no rule of escaping is missed.
    found.extend(pool.chunks(5).map(String::from_iter));
    found.into_iter().map(Value::String).chain([Value::Null]).collect()
}

/// A table of values as SQL constants of PostgreSQL.
pub fn constant(kind: usize, value: &Value) -> String {
    match (KINDS[kind].0, value) {
        (_, Value::Null) => "NULL".to_owned(),
        ("float", bits) => {
            let value = f64::from_bits(bits.as_u64().unwrap());
            let text = match value {
                v if v.is_nan() => "NaN".to_owned(),
                v if v.is_infinite() => if v > 0.0 { "Infinity" } else { "-Infinity" }.to_owned(),
                v => format!("{v:e}"),
            };
            format!("'{text}'")
        }
        ("text", Value::String(text)) => Dialect::Postgres.quote(text),
        (_, value) => value.to_string(),
    }
}

/// Where the expressions are for.
pub fn target(dialect: Dialect) -> Target {
    Target {
        dialect,
        namespace: None,
        view: ViewName { schema: None, name: "obscore".to_owned() },
        strategy: Strategy::Inline,
        regions: RegionOptions::BUTLER,
        collection_key: CollectionKey::Integer,
        ingest_date: IngestDate::Nanoseconds,
        governors: obscore_view::lower::Governors::default(),
        elements: Elements::default(),
        definitions: Definitions::Once,
    }
}

/// The query that gives the row and the hexadecimal bytes of the text, `N` for NULL.
pub fn query(dialect: Dialect, case: &Case) -> String {
    let scalar = Scalar::Format {
        value: Box::new(column(case.kind)),
        spec: case.spec.clone(),
        conversion: case.conversion,
    };
    let text = dialect.text(&target(dialect).scalar(&scalar));
    // hex(NULL) is an empty text in SQLite.
    let hex = match dialect {
        Dialect::Postgres => "encode(convert_to(t, 'UTF8'), 'hex')",
        Dialect::Sqlite => "lower(hex(t))",
    };
    let mut rows = String::new();
    for row in &case.rows {
        let _ = write!(rows, "{}{row}", if rows.is_empty() { "" } else { ", " });
    }
    let table = KINDS[case.kind].0;
    format!(
        "SELECT n || '|' || CASE WHEN t IS NULL THEN 'N' ELSE {hex} END FROM (SELECT v.n, {text} AS t \
         FROM {table}_values v WHERE v.n IN ({rows})) AS answer"
    )
}

/// `row|hex` lines as texts by row.
pub fn answers<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<(usize, Option<String>)> {
    let text = |hex: &str| {
        let bytes: Vec<u8> = (0..hex.len() / 2)
            .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
            .collect();
        String::from_utf8(bytes).unwrap()
    };
    lines
        .map(|line| {
            let (row, hex) = line.split_once('|').unwrap();
            (row.parse().unwrap(), (hex != "N").then(|| text(hex)))
        })
        .collect()
}
