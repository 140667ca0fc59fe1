//! Format specifications against Python's `format()`: what is accepted, and every text, on both
//! databases.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_precision_loss, clippy::excessive_precision, missing_docs)]

#[path = "support/ask.rs"]
mod ask;
mod format_support;
mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use ask::Dice;
use format_support::{Case, KINDS, answers, cases, column, constant, query, values};
use obscore_view::resolve::refused;
use obscore_view::sql::Dialect;
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Row, SqliteConnection};
use support::postgres::Cluster;
use support::python::output;

/// Specifications of each kind of value, and values that each is tried on.
const EACH: usize = 400;
const ROWS: usize = 8;

/// Texts by row; `None` is NULL.
type Texts = BTreeMap<usize, Option<String>>;

/// What Python says: nothing where it refuses the specification, else the text of each row.
struct Expected {
    values: Vec<Vec<Value>>,
    cases: Vec<(Case, Option<Texts>)>,
}

fn expected(seed: u64, dialect: Dialect) -> Expected {
    let mut dice = Dice::new(seed);
    let values = values(&mut dice, dialect);
    let cases = cases(&mut dice, EACH, ROWS, &values);
    let mut questions = Vec::new();
    for case in &cases {
        for row in &case.rows {
            let (kind, value) = (KINDS[case.kind].0, &values[case.kind][*row]);
            questions.push(json!([kind, value, case.conversion, case.text]));
        }
    }
    let told = ask::ask("format_values.py", &Value::Array(questions));
    let mut told = told.as_array().unwrap().iter();
    let cases = cases.into_iter().map(|case| {
        let texts: Vec<&Value> = told.by_ref().take(case.rows.len()).collect();
        // None has no format of its own, so its error says nothing of the specification.
        let refused = texts.iter().any(|text| text.is_boolean());
        let text = |text: &Value| text.as_str().map(str::to_owned);
        let texts = case.rows.iter().copied().zip(texts.into_iter().map(text)).collect();
        (case, (!refused).then_some(texts))
    });
    Expected { cases: cases.collect(), values }
}

/// Compares the answers, `row|hex` lines of each accepted case, with Python's.
fn compare(place: &str, expected: &Expected, answer: impl Fn(&Case) -> Vec<String>) {
    let (mut compared, mut wrong) = (BTreeMap::new(), Vec::new());
    for (case, texts) in &expected.cases {
        let Some(texts) = texts else { continue };
        let lines = answer(case);
        let answers = answers(lines.iter().map(String::as_str));
        assert_eq!(answers.len(), texts.len(), "{place}: {}", case.text);
        for (row, text) in answers {
            *compared.entry(KINDS[case.kind].0).or_insert(0) += 1;
            if text != texts[&row] {
                let value = constant(case.kind, &expected.values[case.kind][row]);
                let (kind, letter) = (KINDS[case.kind].0, case.conversion);
                wrong.push(format!(
                    "{kind} {value} {letter:?} {:?}: {text:?}, in Python {:?}",
                    case.text, texts[&row]
                ));
            }
        }
    }
    println!("{place}: {compared:?} texts compared");
    assert!(wrong.is_empty(), "{place}: {} differ\n{}", wrong.len(), wrong.join("\n"));
    let enough = [("int", 1500), ("float", 1500), ("text", 800), ("bool", 400)];
    assert!(enough.iter().all(|(kind, least)| compared[kind] >= *least), "{compared:?}");
}

#[test]
fn the_same_specifications_are_refused() {
    let (mut accepted, mut refusals) = (0, 0);
    for (case, texts) in expected(20_261_122, Dialect::Postgres).cases {
        let ours = refused(&column(case.kind), case.conversion, &case.spec);
        let kind = KINDS[case.kind].0;
        match (&ours, &texts) {
            (None, Some(_)) => accepted += 1,
            (Some(_), None) => refusals += 1,
            // Nothing but NULL was asked.
            (Some(_), Some(texts)) if texts.values().all(Option::is_none) => {}
            _ => panic!(
                "{kind} {:?} {:?}: {ours:?}, in Python {texts:?}",
                case.conversion, case.text
            ),
        }
    }
    println!("{accepted} specifications accepted, {refusals} refused, as in Python");
    assert!(accepted > 600 && refusals > 200, "{accepted} {refusals}");
}

/// A file with a table of each kind, with the very bits of the doubles.
async fn database(file: &Path, values: &[Vec<Value>]) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    for (kind, values) in values.iter().enumerate() {
        let (name, sort) = match KINDS[kind].0 {
            "int" => ("int", "bigint"),
            "float" => ("float", "double"),
            "text" => ("text", "varchar"),
            name => (name, "boolean"),
        };
        let create = format!("CREATE TABLE {name}_values (n integer PRIMARY KEY, value {sort})");
        sqlx::query(sqlx::AssertSqlSafe(create)).execute(&mut connection).await.unwrap();
        for (n, value) in values.iter().enumerate() {
            let insert = format!("INSERT INTO {name}_values VALUES ({n}, ?)");
            let query = sqlx::query(sqlx::AssertSqlSafe(insert));
            let query = match (name, value) {
                (_, Value::Null) => query.bind(None::<i64>),
                ("float", bits) => query.bind(f64::from_bits(bits.as_u64().unwrap())),
                ("int", value) => query.bind(value.as_i64().unwrap()),
                ("bool", value) => query.bind(value.as_bool().unwrap()),
                (_, value) => query.bind(value.as_str().unwrap()),
            };
            query.execute(&mut connection).await.unwrap();
        }
    }
    connection
}

#[test]
fn sqlite_writes_what_python_writes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("values.sqlite3");
    let expected = expected(20_261_123, Dialect::Sqlite);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let connection = runtime.block_on(database(&file, &expected.values));
    let connection = std::cell::RefCell::new(connection);
    compare("SQLite in process", &expected, |case| {
        let sql = query(Dialect::Sqlite, case);
        let mut connection = connection.borrow_mut();
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *connection);
        let rows = runtime.block_on(rows).unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    });
    // The program of the system, which is older.
    let answers = by_case(&expected, Dialect::Sqlite, |script| {
        output(
            Command::new("sqlite3")
                .arg("-readonly")
                .arg(&file)
                .arg(format!(".read {}", script.display())),
        )
    });
    compare("sqlite3", &expected, |case| answers[&address(case)].clone());
}

#[test]
fn postgres_writes_what_python_writes() {
    let cluster = Cluster::shared();
    let name = cluster.database();
    let expected = expected(20_261_124, Dialect::Postgres);
    for (kind, values) in expected.values.iter().enumerate() {
        let (table, sort) = match KINDS[kind].0 {
            "int" => ("int", "bigint"),
            "float" => ("float", "double precision"),
            "text" => ("text", "varchar"),
            name => (name, "boolean"),
        };
        let rows: Vec<String> = values
            .iter()
            .enumerate()
            .map(|(n, value)| format!("({n}, {})", constant(kind, value)))
            .collect();
        let create = format!("CREATE TABLE {table}_values (n integer PRIMARY KEY, value {sort})");
        let insert = format!("INSERT INTO {table}_values VALUES {}", rows.join(", "));
        cluster.psql(&name, &create);
        cluster.psql(&name, &insert);
    }
    let answers = by_case(&expected, Dialect::Postgres, |script| cluster.psql_file(&name, script));
    compare("PostgreSQL", &expected, |case| answers[&address(case)].clone());
}

fn address(case: &Case) -> usize {
    std::ptr::from_ref(case).addr()
}

/// The lines of each accepted case, all from one script.
fn by_case(
    expected: &Expected,
    dialect: Dialect,
    run: impl Fn(&Path) -> String,
) -> BTreeMap<usize, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script.sql");
    let accepted: Vec<&Case> =
        expected.cases.iter().filter(|(_, texts)| texts.is_some()).map(|(case, _)| case).collect();
    let script: String =
        accepted.iter().map(|case| format!("{};\nSELECT '--';\n", query(dialect, case))).collect();
    std::fs::write(&file, script).unwrap();
    let said = run(&file);
    let mut blocks = said.split("--\n");
    accepted
        .into_iter()
        .map(|case| {
            let lines = blocks.next().unwrap().lines().map(str::to_owned).collect();
            (address(case), lines)
        })
        .collect()
}
