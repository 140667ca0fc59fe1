//! Where-expressions against Butler's own parser: what it accepts is accepted here with the same
//! tree, and nothing is accepted here that its grammar refuses.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

#[path = "support/ask.rs"]
mod ask;

use ask::Dice;
use indexmap::IndexMap;
use obscore_view::diag::{Source, SpanMap};
use obscore_view::expression::{self, BindValue, Comparison, Expression, Node, Operator, Shape};
use obscore_view::value::Literal;
use serde_json::{Value, json};

const TOKENS: [&str; 62] = [
    "visit",
    "visit",
    "exposure.exposure_time",
    "instrument",
    "exposure.obs_id",
    "detector",
    "exposure.can_see_sky",
    "exposure.timespan",
    "exposure.timespan.begin",
    "number",
    ":number",
    "words",
    ":words",
    "camera",
    ":unknown",
    "NULL",
    "null",
    "1",
    "2.5",
    ".5",
    "1e3",
    "1.e-3",
    "99999999999",
    "'text'",
    "'LSSTCam'",
    "''",
    "T'2024-05-01'",
    "t'60000.5'",
    "T'2024-13-01'",
    "T'mjd/60000.5/utc'",
    "1..10",
    "1 .. 10 : 2",
    "-5..-1",
    "=",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "==",
    "<>",
    "AND",
    "and",
    "OR",
    "or",
    "NOT",
    "not",
    "IN",
    "in",
    "NOT IN",
    "OVERLAPS",
    "(",
    ")",
    "(",
    ")",
    ",",
    "+",
    "-",
    "*",
    "/",
    "%",
];

fn value(dice: &mut Dice, depth: usize) -> String {
    match dice.roll(if depth == 0 { 14 } else { 18 }) {
        0..=2 => "visit".into(),
        3 => "exposure.exposure_time".into(),
        4 => "instrument".into(),
        5 => "exposure.obs_id".into(),
        6 => dice.pick(&["'x'", "'LSSTCam'", "'it'", "\"x\""]).into(),
        7..=8 => dice.pick(&["1", "-1", "+2", "2.5", ".5e2", "1e-3", "7"]).into(),
        9 => dice.pick(&["number", ":number", "camera", ":camera", "words"]).into(),
        10 => dice.pick(&["NULL", "null"]).into(),
        11 => dice
            .pick(&[
                "T'2024-05-01'",
                "T'2024-05-01T10:20:30.5'",
                "t'2024-05-01 10:20/tai'",
                "T'2024:122'",
                "T'60000.5'",
                "T'jd/2460000.5'",
                "T'unix/1.5e3'",
                "T'+2024-05-01'",
                "T'2024-02-30'",
                "T'24-05-01'",
                "T'isot/2024-05-01T00:00:00/utc'",
                "T'x'",
                "T'mjd/60000.'",
                "T'2024-05-01T25:00'",
                "T'2024:366/utc'",
                "T'2023:366'",
                "T'60000.5/tt'",
                "T'iso/60000.5'",
                "T'mjd/2024-05-01'",
                "T'2024-05-01+00:00'",
                "T'2024-05-01T10'",
                "T'2024-5-1'",
                "T'2024-05-01 10:20:60'",
                "T'/2024-05-01'",
            ])
            .into(),
        12 => dice.pick(&["exposure.timespan", "visit.timespan"]).into(),
        13 => dice
            .pick(&[
                "(T'2024-05-01', T'2024-06-01')",
                "(NULL, T'2024-06-01')",
                "(1, 2)",
                "(T'2024-05-01', visit)",
                "POINT(1, 2)",
                "CIRCLE(1, -2, 0.5)",
                "BOX(1,2,3)",
                "point(1, number)",
                "POLYGON(0,0, 1,0, 1,1)",
                "POLYGON(0,0, 1,0, 1)",
                "REGION('CIRCLE 1 2 3')",
                "UUID('01234567-89ab-cdef-0123-456789abcdef')",
                "uuid('x')",
                "foo(1)",
                "CIRCLE(1, 'a', 2)",
                "BOX(1,2,3,4)",
                "REGION(1)",
            ])
            .into(),
        14 => format!("({})", value(dice, depth - 1)),
        15 => format!("-{}", value(dice, depth - 1)),
        _ => {
            let operator = dice.pick(&["+", "-", "*", "/", "%"]);
            format!("{} {operator} {}", value(dice, depth - 1), value(dice, depth - 1))
        }
    }
}

fn condition(dice: &mut Dice, depth: usize) -> String {
    match dice.roll(if depth == 0 { 9 } else { 14 }) {
        0..=4 => {
            let operator = dice.pick(&["=", "!=", "<", "<=", ">", ">=", "OVERLAPS", "overlaps"]);
            format!("{} {operator} {}", value(dice, 1), value(dice, 1))
        }
        5..=6 => {
            let count = 1 + dice.roll(3);
            let items: Vec<&str> = (0..count)
                .map(|_| {
                    dice.pick(&[
                        "1",
                        "-2",
                        "1..10",
                        "5..20:3",
                        "'x'",
                        "words",
                        ":words",
                        "number",
                        "NULL",
                        "T'2024-05-01'",
                        "visit",
                        "2.5",
                        "UUID('01234567-89ab-cdef-0123-456789abcdef')",
                        "visit.id",
                        "(1)",
                        "1+1",
                        "POINT(1,2)",
                        "+3",
                    ])
                })
                .collect();
            let not = dice.pick(&["", "", "NOT "]);
            format!("{} {not}IN ({})", value(dice, 1), items.join(", "))
        }
        7 => dice
            .pick(&[
                "GLOB(instrument, 'LSST*')",
                "glob(exposure.obs_id, :camera)",
                "GLOB('a', 'b')",
                "GLOB(instrument)",
                "GLOB((instrument), ('x'))",
                "GLOB(visit, 'x')",
            ])
            .into(),
        8 => dice.pick(&["exposure.can_see_sky", "visit", "1", "number"]).into(),
        9 => format!("NOT {}", condition(dice, depth - 1)),
        10 => format!("({})", condition(dice, depth - 1)),
        _ => {
            let operator = dice.pick(&["AND", "OR", "and", "Or"]);
            format!("{} {operator} {}", condition(dice, depth - 1), condition(dice, depth - 1))
        }
    }
}

fn generated() -> Vec<String> {
    let mut dice = Dice::new(7_777_777);
    let mut texts: Vec<String> =
        ["", "  ", "\n", "visit\n=\t1", "visit=1\r", "é = 1", "a.b.c.d = 1"]
            .map(str::to_owned)
            .to_vec();
    for _ in 0..5000 {
        texts.push(condition(&mut dice, 3));
    }
    for _ in 0..4000 {
        let count = 1 + dice.roll(8);
        let words: Vec<&str> = (0..count).map(|_| dice.pick(&TOKENS)).collect();
        texts.push(words.join(dice.pick(&[" ", "  ", "\n", ""])));
    }
    texts
}

fn literal(value: &Literal) -> Value {
    match value {
        Literal::Bool(value) => json!(["bool", value]),
        Literal::Int(value) => json!(["int", value]),
        Literal::Float(value) => json!(["float", value]),
        Literal::String(value) => json!(["text", value]),
    }
}

fn emitted(expression: &Expression) -> Value {
    match &expression.node {
        Node::And(a, b) => json!(["AND", emitted(a), emitted(b)]),
        Node::Or(a, b) => json!(["OR", emitted(a), emitted(b)]),
        Node::Not(a) => json!(["NOT", emitted(a)]),
        Node::Compare(a, operator, b) => {
            let word = match operator {
                Comparison::Equal => "=",
                Comparison::NotEqual => "!=",
                Comparison::Less => "<",
                Comparison::LessOrEqual => "<=",
                Comparison::Greater => ">",
                Comparison::GreaterOrEqual => ">=",
                Comparison::Overlaps => "OVERLAPS",
            };
            json!([word, emitted(a), emitted(b)])
        }
        Node::In { value, items, negated } => {
            // Butler's tree knows the values of a list only one by one.
            let each = items.iter().flat_map(|item| match &item.node {
                Node::List(values) => values
                    .iter()
                    .map(|node| emitted(&Expression { node: node.clone(), span: item.span }))
                    .collect(),
                _ => vec![emitted(item)],
            });
            let items: Vec<Value> = each.collect();
            json!([if *negated { "NOT IN" } else { "IN" }, emitted(value), items])
        }
        Node::Name(names) => json!(["name", names.join(".")]),
        Node::Bind(name) => json!(["bind", name]),
        Node::List(_) => panic!("lists stand in IN only"),
        Node::Literal(value) => literal(value),
        Node::Time(_) => json!(["time"]),
        Node::Range(range) => json!(["range", range.start, range.stop, range.stride]),
        Node::Null => json!(["null"]),
        Node::List(_) => panic!("a list stands for a bind value, and there are none here"),
        Node::Arithmetic(a, operator, b) => {
            let word = match operator {
                Operator::Add => "+",
                Operator::Subtract => "-",
                Operator::Multiply => "*",
                Operator::Divide => "/",
                Operator::Modulo => "%",
            };
            json!([word, emitted(a), emitted(b)])
        }
        Node::Negative(a) => json!(["negative", emitted(a)]),
        Node::Timespan(a, b) => json!(["timespan", emitted(a), emitted(b)]),
        Node::Shape(shape) => match shape {
            Shape::Point(a, b) => json!(["POINT", a, b]),
            Shape::Circle(a, b, c) => json!(["CIRCLE", a, b, c]),
            Shape::Box(a, b, c, d) => json!(["BOX", a, b, c, d]),
            Shape::Polygon(pairs) => {
                let mut items = vec![json!("POLYGON")];
                items.extend(pairs.iter().flat_map(|(a, b)| [json!(a), json!(b)]));
                Value::Array(items)
            }
        },
        Node::Region(text) => json!(["region", ["text", text]]),
        Node::Glob { value, pattern } => json!(["glob", emitted(value), ["text", pattern]]),
        Node::Uuid(uuid) => json!(["uuid", uuid.to_string()]),
    }
}

fn binds() -> IndexMap<String, BindValue> {
    let text = |text: &str| Node::Literal(Literal::String(text.into()));
    IndexMap::from([
        ("number".into(), BindValue::Scalar(Node::Literal(Literal::Int(12)))),
        ("words".into(), BindValue::List(vec![text("a"), text("b")])),
        ("camera".into(), BindValue::Scalar(text("LSSTCam"))),
    ])
}

#[test]
fn same_expressions_and_trees_as_butler() {
    let texts = generated();
    let answers = ask::ask("expression_parse.py", &json!(texts));
    let binds = binds();
    let (mut alike, mut refused, mut left_to_resolver) = (0, 0, 0);
    for (text, answer) in texts.iter().zip(answers.as_array().unwrap()) {
        let (tree, legal) = (&answer[0], answer[1].as_bool().unwrap());
        let source = Source::new("where", text.as_str());
        let map = SpanMap::verbatim(0, text.len());
        match expression::parse(text, &source, &map, Some(&binds)) {
            Ok(parsed) => {
                assert!(!tree.is_null(), "{text:?} is accepted here, Butler's grammar refuses it");
                let ours = parsed.as_ref().map_or_else(|| json!(["empty"]), emitted);
                assert_eq!(&ours, tree, "{text:?}");
                alike += usize::from(legal);
                left_to_resolver += usize::from(!legal);
            }
            Err(error) => {
                assert!(!legal, "{text:?} is legal for Butler, refused here: {error}");
                refused += 1;
            }
        }
    }
    println!(
        "{alike} expressions with the same tree, {left_to_resolver} with the same tree whose \
         names or types Butler refuses, {refused} refused by both"
    );
    assert!(alike > 700 && refused > 3000);
}

#[test]
fn nesting_and_length_are_bounded() {
    let parse = |text: &str| {
        let source = Source::new("where", text);
        let map = SpanMap::verbatim(0, text.len());
        expression::parse(text, &source, &map, None).map_err(|error| error.code)
    };
    let deep = |count: usize| format!("{}visit = 1{}", "(".repeat(count), ")".repeat(count));
    assert!(parse(&deep(50)).is_ok());
    assert_eq!(parse(&deep(51)).unwrap_err(), "M108");
    assert_eq!(parse(&deep(100_000)).unwrap_err(), "M108");
    assert_eq!(parse(&"NOT ".repeat(100_000)).unwrap_err(), "M108");
    assert_eq!(parse(&"- ".repeat(100_000)).unwrap_err(), "M108");
    assert_eq!(parse(&"UUID(a IN (".repeat(10_000)).unwrap_err(), "M108");
    assert_eq!(parse(&vec!["visit = 1"; 1000].join(" OR ")).unwrap_err(), "M108");
    let many: Vec<String> = (0..20_000).map(|n| n.to_string()).collect();
    assert!(parse(&format!("visit IN ({})", many.join(", "))).is_ok());
}
