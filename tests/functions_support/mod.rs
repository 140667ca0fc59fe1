//! A SQLite connection of this process that has the functions.

#![allow(dead_code, unreachable_pub)]

use obscore_view::sql::sqlite_functions::register;
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row, SqliteConnection, TypeInfo, ValueRef};

/// An argument or an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Integer(i64),
    Double(f64),
    Text(String),
    Bytes(Vec<u8>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Double(number)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl Value {
    pub fn number(&self) -> f64 {
        match self {
            Self::Double(number) => *number,
            Self::Integer(number) => *number as f64,
            other => panic!("{other:?} is not a number"),
        }
    }

    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            other => panic!("{other:?} is not a text"),
        }
    }
}

pub struct Sqlite(SqliteConnection);

impl Sqlite {
    pub async fn open() -> Self {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        {
            let mut handle = connection.lock_handle().await.unwrap();
            // SAFETY: the handle is locked and open.
            let code = unsafe { register(handle.as_raw_handle().as_ptr().cast()) };
            assert_eq!(code, 0);
        }
        Self(connection)
    }

    /// The rows of a query, or SQLite's message.
    pub async fn rows(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Vec<Value>>, String> {
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned()));
        for value in values {
            query = match value.clone() {
                Value::Null => query.bind(None::<i64>),
                Value::Integer(number) => query.bind(number),
                Value::Double(number) => query.bind(number),
                Value::Text(text) => query.bind(text),
                Value::Bytes(bytes) => query.bind(bytes),
            };
        }
        match query.fetch_all(&mut self.0).await {
            Ok(rows) => Ok(rows.iter().map(row).collect()),
            Err(sqlx::Error::Database(error)) => Err(error.message().to_owned()),
            Err(other) => panic!("{other}"),
        }
    }

    /// The only value of a query.
    pub async fn ask(&mut self, expression: &str, values: &[Value]) -> Result<Value, String> {
        let mut rows = self.rows(&format!("SELECT {expression}"), values).await?;
        Ok(rows.remove(0).remove(0))
    }

    /// The answers to one expression with each of the lists of arguments.
    pub async fn each(&mut self, expression: &str, all: &[Vec<Value>]) -> Vec<Value> {
        let mut answers = Vec::new();
        for values in all {
            let answer = self.ask(expression, values).await;
            answers.push(answer.unwrap_or_else(|error| panic!("{expression} {values:?}: {error}")));
        }
        answers
    }
}

fn row(row: &SqliteRow) -> Vec<Value> {
    (0..row.len())
        .map(|column| {
            let raw = row.try_get_raw(column).unwrap();
            if raw.is_null() {
                return Value::Null;
            }
            match raw.type_info().name() {
                "INTEGER" => Value::Integer(row.get(column)),
                "REAL" => Value::Double(row.get(column)),
                "TEXT" => Value::Text(row.get(column)),
                "BLOB" => Value::Bytes(row.get(column)),
                other => panic!("{other}"),
            }
        })
        .collect()
}
