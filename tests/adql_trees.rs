//! Random trees survive being printed and read; random texts never make the parser fail.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod adql_support;

use adql_support::{query, words};
use obscore_view::adql::{
    self, Rewriter, Version, Visitor, format, lint, outline, parse, parse_as,
};
use obscore_view::diag::Source;
use proptest::prelude::*;

fn again(text: &str) -> adql::Query {
    parse(&Source::new("printed", text)).unwrap_or_else(|errors| {
        panic!("{text}\n{}", errors[0].render(false));
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_tree_survives_printing_and_reading(tree in query()) {
        prop_assert_eq!(&tree, &again(&tree.to_string()));
        let laid_out = format(&tree);
        let read = again(&laid_out);
        prop_assert_eq!(&tree, &read);
        prop_assert_eq!(laid_out, format(&read));
    }

    #[test]
    fn any_text_is_judged(text in "\\PC{0,80}") {
        judged(&text);
    }

    #[test]
    fn any_bytes_are_judged(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        judged(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_sequence_of_words_is_judged(words in words()) {
        judged(&words.join(" "));
    }

    #[test]
    fn a_query_with_words_lost_is_judged(tree in query(), lost in prop::collection::vec(any::<prop::sample::Index>(), 1..3)) {
        let text = tree.to_string();
        let mut words: Vec<&str> = text.split(' ').collect();
        for index in lost {
            if !words.is_empty() {
                words.remove(index.index(words.len()));
            }
        }
        judged(&words.join(" "));
    }
}

/// Judges a text in both versions; what is legal must survive printing, what is not must say why.
fn judged(text: &str) {
    let source = Source::new("query", text);
    for version in [Version::V2_0, Version::V2_1] {
        match parse_as(&source, version) {
            Ok(parsed) => {
                lint(&parsed.query, &source, &[]);
                outline(&parsed.query, &source);
                let printed = Source::new("printed", parsed.query.to_string());
                let read = parse_as(&printed, version).map(|parsed| parsed.query);
                assert_eq!(read.ok(), Some(parsed.query), "{text}");
            }
            Err(errors) => {
                assert!(!errors.is_empty());
                for error in errors {
                    assert!(!error.render(false).is_empty());
                }
            }
        }
    }
}

/// Judges a text; what is deeper than the limit is refused for that.
fn bounded(text: &str, depth: usize) {
    if depth < 100 {
        return judged(text);
    }
    let errors = parse(&Source::new("query", text)).unwrap_err();
    assert_eq!(errors[0].code, "Q050", "{}", &text[..100]);
}

/// Runs with 1.5 MiB of stack, less than threads have: the deepest legal query must fit, even
/// in a build without optimisation.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(3 << 19);
    thread.spawn(work).unwrap().join().unwrap();
}

#[test]
fn depth_is_bounded() {
    on_a_small_stack(|| {
        for (open, close) in [
            ("(", ")"),
            ("ABS(", ")"),
            ("NOT (", ")"),
            ("CASE WHEN a = ", " THEN 1 END"),
            ("x(", ")"),
            ("-(", ")"),
            ("COUNT(", ")"),
            ("(SELECT ", " FROM t)"),
        ] {
            for depth in [20_000, 1000, 60] {
                let text = format!(
                    "SELECT a FROM t WHERE {}1{} = 1",
                    open.repeat(depth),
                    close.repeat(depth)
                );
                bounded(&text, depth);
                bounded(&format!("SELECT {}", open.repeat(depth)), depth);
            }
        }
        let froms = [
            ("(", ")"),
            ("(SELECT * FROM ", ") AS q"),
            ("(a JOIN ", " USING (b))"),
            ("a JOIN ", " USING (b)"),
        ];
        for (open, close) in froms {
            for depth in [20_000, 1000, 60] {
                let (open, close) = (open.repeat(depth), close.repeat(depth));
                bounded(&format!("SELECT a FROM {open}t{close}"), depth);
                bounded(&format!("SELECT a FROM {open}"), depth);
            }
        }
        for depth in [20_000, 1000, 60] {
            bounded(&format!("{}SELECT a FROM t{}", "(".repeat(depth), ")".repeat(depth)), depth);
            let inner = "SELECT a FROM t WHERE a IN (".repeat(depth);
            bounded(&format!("{inner}1{}", ")".repeat(depth)), depth);
            let inner = "SELECT a FROM t WHERE EXISTS (".repeat(depth);
            bounded(&format!("{inner}SELECT b FROM u{}", ")".repeat(depth)), depth);
        }
    });
}

#[test]
fn chains_are_bounded_where_they_make_depth() {
    on_a_small_stack(|| {
        for (link, deep) in [(" + a", true), (" * a", true), (" || a", false), (" - a * a", true)] {
            for (count, fits) in [(390, true), (5_000, !deep)] {
                let text = format!("SELECT a{} FROM t", link.repeat(count));
                let parsed = parse(&Source::new("query", text.as_str()));
                assert_eq!(parsed.is_ok(), fits, "{count} times {link}");
                if fits {
                    judged(&text);
                }
            }
        }
        for link in [" OR a = 1", " AND a = 1", " OR a = 1 AND b = 2"] {
            let text = format!("SELECT a FROM t WHERE a = 1{}", link.repeat(20_000));
            assert!(parse(&Source::new("query", text.as_str())).is_ok());
        }
        let list = format!("SELECT a FROM t WHERE a IN (1{})", ", 2".repeat(50_000));
        let query = parse(&Source::new("query", list.as_str())).unwrap();
        assert_eq!(again(&format(&query)), query);
        for (link, deep) in
            [(" UNION SELECT a FROM t", true), (" NATURAL JOIN u", true), (", u", false)]
        {
            for (count, fits) in [(390, true), (5_000, !deep)] {
                let text = format!("SELECT a FROM t{}", link.repeat(count));
                assert_eq!(parse(&Source::new("query", text.as_str())).is_ok(), fits, "{link}");
                if fits {
                    judged(&text);
                }
            }
        }
        // The tallest values inside the deepest query.
        let tall = " + 1".repeat(390);
        let mut text = "1".to_owned();
        for _ in 0..50 {
            text = format!("CASE WHEN EXISTS (SELECT {text}{tall} FROM t) THEN 1 END");
        }
        judged(&format!("SELECT {text} FROM t"));
    });
}

#[test]
fn length_is_bounded() {
    let text = format!("SELECT a FROM t WHERE a = '{}'", "x".repeat(3 << 20));
    let errors = parse(&Source::new("query", text)).unwrap_err();
    assert_eq!(errors[0].code, "Q050");
    assert!(errors[0].render(false).len() < 1000);
}

/// Counts columns, and puts another name in their place.
#[derive(Default)]
struct Columns {
    names: Vec<String>,
}

impl Visitor for Columns {
    fn expression(&mut self, expression: &adql::Expression) {
        if let adql::Node::Column(column) = &expression.node {
            self.names.push(column.column.text.clone());
        }
        adql::walk::expression(self, expression);
    }
}

struct Rename;

impl Rewriter for Rename {
    fn expression(&mut self, expression: &mut adql::Expression) {
        if let adql::Node::Column(column) = &mut expression.node {
            column.column = adql::Identifier::new("z");
        }
        adql::rewrite::expression(self, expression);
    }
}

#[test]
fn all_parts_are_visited_in_their_order() {
    let text = "WITH q AS (SELECT a FROM t) \
                SELECT b + c, ABS(d), POINT(e, f), CAST(g AS REAL), COALESCE(h, i), COUNT(j), \
                CASE WHEN k = l THEN m ELSE n END, IN_UNIT(o, 'm'), p || q, x(r), -s \
                FROM u JOIN (SELECT a1 FROM v) AS w ON a2 = a3 \
                WHERE a4 BETWEEN a5 AND a6 AND a7 IN (a8, a9) AND b1 IN (SELECT b2 FROM x) \
                AND b3 LIKE b4 AND NOT EXISTS (SELECT b5 FROM y) \
                GROUP BY b6 HAVING b7 > b8 ORDER BY b9";
    let mut query = again(text);
    let mut columns = Columns::default();
    columns.query(&query);
    let all = "a b c d e f g h i j k l m n o p q r s a1 a2 a3 a4 a5 a6 a7 a8 a9 b1 b2 b3 b4 b5 b6 \
               b7 b8 b9";
    assert_eq!(columns.names.join(" "), all);
    Rename.query(&mut query);
    let mut columns = Columns::default();
    columns.query(&query);
    assert_eq!(columns.names, vec!["z"; 37]);
    assert_eq!(again(&query.to_string()), query);
}

#[test]
fn trees_are_built_by_programs() {
    use adql::{
        ColumnReference, Condition, Expression, Geometry, Place, Predicate, Query, Select, Set,
        TableName, TableReference,
    };
    let cone = Geometry::circle(
        Expression::number(10.5),
        Expression::number(-20.0),
        Expression::number(1e-7),
    );
    let hit = Geometry::Intersects(Expression::column("s_region"), cone.into());
    let conditions = vec![
        Condition::equal(Expression::integer(1), hit.into()),
        Predicate::In {
            value: Expression::column("size").into(),
            negated: false,
            set: Set::List(vec![Expression::text("it's")]),
        }
        .into(),
        Condition::between(
            ColumnReference::of("ObsCore", "t_min").into(),
            Expression::integer(i64::MIN),
            Expression::number(f64::MAX),
        ),
        Predicate::IsNull { column: ColumnReference::new("em_min"), negated: true }.into(),
    ];
    let query = Query::from(Select {
        quantifier: None,
        top: None,
        columns: adql::Columns::All,
        from: vec![TableReference::table(TableName::in_schema("ivoa", "ObsCore"))],
        filter: Condition::all(conditions),
        group_by: Vec::new(),
        having: None,
        place: Place::default(),
    });
    assert_eq!(
        query.to_string(),
        "SELECT * FROM ivoa.ObsCore \
         WHERE 1 = INTERSECTS(s_region, CIRCLE(10.5, -20, 1E-7)) AND \"size\" IN ('it''s') \
         AND ObsCore.t_min BETWEEN -9223372036854775808 AND 1.7976931348623157E308 \
         AND em_min IS NOT NULL"
    );
    assert_eq!(again(&query.to_string()), query);
    assert_eq!(Expression::number(f64::NAN), adql::Node::Null.into());
    assert_eq!(Condition::any(Vec::new()), None);
    let injected = Expression::call("f(1) FROM t --", Vec::new()).to_string();
    assert_eq!(injected, "\"f(1) FROM t --\"()");
}
