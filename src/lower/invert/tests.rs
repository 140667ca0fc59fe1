//! Each kind of value turned around.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::lower::ViewName;
use crate::plan::Bound;
use crate::region::RegionOptions;
use crate::registry::{CollectionKey, IngestDate};
use crate::sql::region::Strategy;
use crate::sql::{Dialect, Parameters};
use crate::template::{Align, FormatSpec};

fn target() -> Target {
    Target {
        dialect: Dialect::Sqlite,
        namespace: None,
        view: ViewName { schema: None, name: "v".to_owned() },
        strategy: Strategy::Functions,
        regions: RegionOptions::default(),
        collection_key: CollectionKey::Integer,
        ingest_date: IngestDate::Nanoseconds,
        elements: crate::lower::Elements::default(),
        definitions: crate::lower::Definitions::Once,
        governors: crate::lower::Governors::default(),
    }
}

/// The condition in SQL with its constants, or `never` or `open`.
fn turned(scalar: &Scalar, test: &Test) -> String {
    match target().inverted(scalar, test) {
        Inverted::Never => "never".to_owned(),
        Inverted::Open => "open".to_owned(),
        Inverted::Only(condition) => {
            let mut parameters = Parameters::new(Dialect::Sqlite);
            let text = condition.text(Dialect::Sqlite, &mut parameters);
            format!("{text} {:?}", parameters.into_cells())
        }
    }
}

fn field(column: &str, kind: ValueKind) -> Scalar {
    Scalar::Column { alias: "r".to_owned(), column: column.to_owned(), kind, nullable: true }
}

fn format(value: Scalar, spec: FormatSpec) -> Scalar {
    Scalar::Format { value: Box::new(value), spec, conversion: None }
}

fn constant(text: &str) -> Scalar {
    Scalar::Literal(Literal::String(text.to_owned()))
}

fn among(texts: &[&str]) -> Test {
    Test::Among(texts.iter().map(|text| Constant::Text((*text).to_owned())).collect())
}

fn not_among(texts: &[&str]) -> Test {
    Test::NotAmong(texts.iter().map(|text| Constant::Text((*text).to_owned())).collect())
}

fn within(low: f64, high: f64) -> Test {
    Test::Within { low, high }
}

#[test]
fn constants_pass_or_do_not() {
    let text = constant("x");
    assert_eq!(turned(&text, &among(&["y", "x"])), "open");
    assert_eq!(turned(&text, &among(&["y"])), "never");
    assert_eq!(turned(&text, &not_among(&["y"])), "open");
    assert_eq!(turned(&text, &not_among(&["y", "x"])), "never");
    assert_eq!(turned(&text, &Test::Null), "never");
    assert_eq!(turned(&text, &Test::NotNull), "open");
    let number = Scalar::Literal(Literal::Int(3));
    assert_eq!(turned(&number, &within(3.0, f64::INFINITY)), "open");
    assert_eq!(turned(&number, &within(3.5, f64::INFINITY)), "never");
    let number = Scalar::Literal(Literal::Float(0.5));
    assert_eq!(turned(&number, &within(0.5, 0.5)), "open");
    assert_eq!(turned(&number, &within(f64::NEG_INFINITY, 0.25)), "never");
    assert_eq!(turned(&Scalar::Null, &Test::Null), "open");
    assert_eq!(turned(&Scalar::Null, &Test::NotNull), "never");
    assert_eq!(turned(&Scalar::Null, &within(f64::NEG_INFINITY, f64::INFINITY)), "never");
}

#[test]
fn datasets_and_runs() {
    let id = "01234567-89ab-cdef-0123-456789abcdef";
    assert!(turned(&Scalar::DatasetId, &among(&[id])).contains("t.dataset_id ="));
    // Another spelling is another text.
    assert_eq!(turned(&Scalar::DatasetId, &among(&[&id.to_uppercase()])), "never");
    assert_eq!(turned(&Scalar::DatasetId, &not_among(&[id])), "open");
    assert_eq!(turned(&Scalar::DatasetId, &Test::Null), "never");
    assert_eq!(turned(&Scalar::Run, &among(&["a"])), "(run.name = ?1) [Text(\"a\")]");
    assert_eq!(turned(&Scalar::Run, &not_among(&["a"])), "open");
}

#[test]
fn columns_of_the_registry() {
    let (number, double) = (field("n", ValueKind::Int), field("d", ValueKind::Float));
    let column = "(r.n";
    let five = Test::Among(vec![Constant::Int(5)]);
    assert_eq!(turned(&number, &five), format!("{column} = ?1) [Int(5)]"));
    assert_eq!(
        turned(&number, &within(1.5, 3.5)),
        format!("{column} BETWEEN ?1 AND ?2) [Int(2), Int(3)]")
    );
    assert_eq!(turned(&number, &within(1.5, 1.5)), "never");
    assert_eq!(turned(&number, &within(2.0, f64::INFINITY)), format!("{column} >= ?1) [Int(2)]"));
    // Databases round what a double cannot say.
    let large = 9_007_199_254_740_992.0;
    assert_eq!(
        turned(&number, &within(large, large)),
        format!(
            "{column} BETWEEN ?1 AND ?2) [Int({}), Int({})]",
            (1_i64 << 53) - 1,
            (1_i64 << 53) + 2
        )
    );
    assert!(turned(&double, &within(0.5, 0.5)).ends_with("[Float(0.5)]"));
    for test in [Test::Null, Test::NotNull, Test::NotAmong(vec![Constant::Int(5)])] {
        assert_eq!(turned(&number, &test), "open");
    }
}

#[test]
fn instants_have_a_second_of_room() {
    let (alias, bound, form) = ("r".to_owned(), Bound::Begin, TimeForm::UtcMjd);
    let begin = Scalar::Time { alias: alias.clone(), bound, form };
    // 2017-01-01 is 37 seconds later in TAI.
    let instant = 1_483_228_837_000_000_000_i64;
    let text = turned(&begin, &within(57_754.0, 57_754.0));
    let expected = [instant - SECOND, instant + SECOND].map(|bound| format!("Int({bound})"));
    assert!(text.ends_with(&format!("[{}]", expected.join(", "))), "{text}");
    let text = turned(&begin, &within(57_754.0, f64::INFINITY));
    assert!(text.ends_with(&format!("[{}]", expected[0])), "{text}");
    // What has no number of nanoseconds is no bound.
    assert!(turned(&begin, &within(1e9, f64::INFINITY)).ends_with("[]"));
    assert_eq!(turned(&begin, &Test::Null), "open");
    let text = Scalar::Time { alias, bound, form: TimeForm::UtcIso };
    assert_eq!(turned(&text, &among(&["2017-01-01"])), "open");
}

#[test]
fn lookups_and_gaps() {
    let case = |key: &str, value: Option<f64>| {
        (field("band", ValueKind::Text), key.to_owned(), value.map(Literal::Float))
    };
    let cases = vec![case("g", Some(1.0)), case("r", Some(2.0)), case("white", None)];
    let or =
        |otherwise: Scalar| Scalar::Lookup { cases: cases.clone(), otherwise: Box::new(otherwise) };
    let band = "(r.band";
    assert_eq!(
        turned(&or(Scalar::Null), &within(0.0, 9.0)),
        format!("{band} IN (?1, ?2)) [Text(\"g\"), Text(\"r\")]")
    );
    assert_eq!(turned(&or(Scalar::Null), &within(2.0, 9.0)), format!("{band} = ?1) [Text(\"r\")]"));
    assert_eq!(turned(&or(Scalar::Null), &within(5.0, 9.0)), "never");
    assert_eq!(turned(&or(Scalar::Null), &Test::Null), "open");
    assert_eq!(turned(&or(Scalar::Literal(Literal::Float(5.0))), &within(5.0, 9.0)), "open");
    // One of its values is NULL.
    assert_eq!(turned(&or(Scalar::Literal(Literal::Float(5.0))), &Test::Null), "open");
    let filled =
        Scalar::Coalesce(vec![field("n", ValueKind::Int), Scalar::Literal(Literal::Int(7))]);
    let number = |number| Test::Among(vec![Constant::Int(number)]);
    assert_eq!(turned(&filled, &number(7)), "open");
    assert_eq!(turned(&filled, &number(8)), "(r.n = ?1) [Int(8)]");
    assert_eq!(turned(&filled, &Test::Null), "never");
}

#[test]
fn templates() {
    let plain = FormatSpec::default;
    let parts = vec![
        format(field("s", ValueKind::Text), plain()),
        constant("-"),
        format(field("n", ValueKind::Int), plain()),
    ];
    let template = Scalar::Concat(parts);
    assert_eq!(
        turned(&template, &among(&["x-5"])),
        "((r.s = ?1) AND (r.n = ?2)) [Text(\"x\"), Int(5)]"
    );
    assert_eq!(turned(&template, &among(&["x5"])), "never");
    // Either may be how NULL is written.
    assert_eq!(turned(&template, &among(&["None-5"])), "(r.n = ?1) [Int(5)]");
    assert_eq!(turned(&template, &among(&["None-None"])), "open");
    assert_eq!(turned(&template, &Test::Null), "never");
}

#[test]
fn beginnings() {
    let begins = |text: &str| Test::Begins(text.to_owned());
    assert_eq!(turned(&constant("lsst.raw"), &begins("lsst.")), "open");
    assert_eq!(turned(&constant("lsst.raw"), &begins("lsst.x")), "never");
    assert_eq!(turned(&Scalar::Null, &begins("x")), "never");
    assert_eq!(turned(&field("s", ValueKind::Text), &begins("x")), "open");
    let template = Scalar::Concat(vec![constant("a-"), constant("b-"), Scalar::DatasetId]);
    for (begin, expected) in
        [("a", "open"), ("a-b-", "open"), ("a-b-x", "open"), ("a-c", "never"), ("b", "never")]
    {
        assert_eq!(turned(&template, &begins(begin)), expected, "{begin}");
    }
    assert_eq!(turned(&Scalar::Concat(vec![constant("a")]), &begins("ab")), "never");
}

#[test]
fn what_is_never_null() {
    let key = |alias: &str| Scalar::Column {
        alias: alias.to_owned(),
        column: "visit".to_owned(),
        kind: ValueKind::Int,
        nullable: false,
    };
    let plain = FormatSpec::default;
    let wide = || FormatSpec { width: Some(3), ..plain() };
    assert_eq!(turned(&key(TAGS), &Test::Null), "never");
    // A join that finds nothing.
    assert_eq!(turned(&key("r"), &Test::Null), "open");
    let of = |part: Scalar| Scalar::Concat(vec![constant("x"), part, Scalar::DatasetId]);
    assert_eq!(turned(&of(format(key(TAGS), wide())), &Test::Null), "never");
    assert_eq!(turned(&of(format(key("r"), plain())), &Test::Null), "open");
    assert_eq!(turned(&of(format(field("n", ValueKind::Int), plain())), &Test::Null), "never");
    assert_eq!(turned(&of(format(field("n", ValueKind::Int), wide())), &Test::Null), "open");
    let filled = Scalar::Coalesce(vec![field("n", ValueKind::Int), key(TAGS)]);
    assert_eq!(turned(&filled, &Test::Null), "never");
}

#[test]
fn padded_numbers() {
    let number = |spec: FormatSpec, conversion: Option<char>, text: &str| {
        let value = Box::new(field("n", ValueKind::Int));
        turned(&Scalar::Format { value, spec, conversion }, &among(&[text]))
    };
    let five = "(r.n = ?1) [Int(5)]";
    let plain = FormatSpec::default;
    let wide = || FormatSpec { width: Some(3), ..plain() };
    assert_eq!(number(FormatSpec { zero: true, ..wide() }, None, "005"), five);
    assert_eq!(number(wide(), None, "  5"), five);
    assert_eq!(number(FormatSpec { align: Some(Align::Left), ..wide() }, None, "5  "), five);
    assert_eq!(number(FormatSpec { sign: Some('+'), ..plain() }, None, "+5"), five);
    let filled = |fill, align| FormatSpec { fill: Some(fill), align: Some(align), ..wide() };
    assert_eq!(number(filled('0', Align::Right), None, "005"), five);
    for (fill, align, text) in [
        ('0', Align::Left, "500"),
        ('0', Align::Centre, "050"),
        ('1', Align::Right, "115"),
        ('-', Align::Right, "-5"),
    ] {
        assert_eq!(number(filled(fill, align), None, text), "open", "{text}");
    }
    // Texts are padded behind, and cut.
    assert_eq!(number(FormatSpec { zero: true, ..wide() }, Some('s'), "500"), "open");
    assert_eq!(number(FormatSpec { precision: Some(1), ..plain() }, Some('s'), "5"), "open");
    assert_eq!(number(FormatSpec { kind: Some('x'), ..plain() }, None, "5"), "open");
}

#[test]
fn columns_of_another_type_say_nothing() {
    let number = field("n", ValueKind::Int);
    let text = field("s", ValueKind::Text);
    let double = field("d", ValueKind::Float);
    for (scalar, kind, fits) in [
        (&number, ColumnType::BigInt, true),
        (&number, ColumnType::Double, true),
        (&number, ColumnType::Text, false),
        (&double, ColumnType::BigInt, false),
        (&double, ColumnType::Double, true),
        (&text, ColumnType::Integer, false),
        (&text, ColumnType::Text, true),
        (&Scalar::Null, ColumnType::Double, true),
        (&Scalar::Literal(Literal::Float(f64::NAN)), ColumnType::Double, false),
        (&Scalar::Coalesce(vec![double.clone(), constant("x")]), ColumnType::Double, false),
    ] {
        assert_eq!(is_as_it_is(scalar, kind), fits, "{scalar:?} {kind:?}");
    }
}

#[test]
fn identifiers_in_any_case_of_letters() {
    let id = "01234567-89ab-cdef-0123-456789abcdef";
    let folded = |text: &str| Test::Folded(vec![text.to_owned()]);
    let template = Scalar::Concat(vec![constant("ivo://X/a?Repo=b&id="), Scalar::DatasetId]);
    let found = turned(&template, &folded(&format!("ivo://x/a?repo=b&id={id}")));
    assert!(found.contains("t.dataset_id ="), "{found}");
    assert_eq!(turned(&template, &folded(&format!("ivo://y/a?repo=b&id={id}"))), "never");
    assert_eq!(turned(&template, &folded("ivo://x/a?repo=b&id=1")), "never");
    assert_eq!(turned(&template, &folded("ivo")), "never");
    // What other letters become is the database's business: the Kelvin sign may become a k.
    let other = Scalar::Concat(vec![constant("\u{212a}="), Scalar::DatasetId]);
    assert_eq!(turned(&other, &folded(&format!("k={id}"))), "open");
    assert_eq!(turned(&constant("\u{212a}"), &folded("k")), "open");
    assert_eq!(turned(&constant("K"), &folded("k")), "open");
    assert_eq!(turned(&constant("x"), &folded("k")), "never");
    assert_eq!(turned(&field("s", ValueKind::Text), &folded("k")), "open");
    let text = Scalar::Concat(vec![field("s", ValueKind::Text), Scalar::DatasetId]);
    assert!(turned(&text, &folded(&format!("k{id}"))).contains("t.dataset_id ="));
}
