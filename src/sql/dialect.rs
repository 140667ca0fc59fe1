//! The two database systems, and what differs between them.

use sea_query::Expr;
use serde::{Deserialize, Serialize};

use crate::obscore::ColumnType;

/// The database systems that a Butler registry can live in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// PostgreSQL 13 or newer.
    Postgres,
    /// SQLite 3.38 or newer.
    Sqlite,
}

impl Dialect {
    /// Whether the database can test regular expressions by itself.
    pub fn has_regular_expressions(self) -> bool {
        self == Self::Postgres
    }

    /// Whether there are schemas, with names of their own.
    pub fn has_schemas(self) -> bool {
        self == Self::Postgres
    }

    /// The name of a column type.
    pub fn type_name(self, kind: ColumnType) -> &'static str {
        match (self, kind) {
            (_, ColumnType::Text) | (Self::Sqlite, ColumnType::Timestamp) => "text",
            (_, ColumnType::Integer) | (Self::Sqlite, ColumnType::BigInt) => "integer",
            (Self::Postgres, ColumnType::BigInt) => "bigint",
            (Self::Postgres, ColumnType::Double) => "double precision",
            (Self::Sqlite, ColumnType::Double) => "real",
            (_, ColumnType::Boolean) => "boolean",
            (Self::Postgres, ColumnType::Timestamp) => "timestamp without time zone",
            (_, ColumnType::SpherePolygon) => "spoly",
            (_, ColumnType::SpherePoint) => "spoint",
        }
    }

    /// Whether lengths of text and of integers make types of their own. A value that is not of the
    /// type of its view column is cast, so that the branches of a UNION ALL are alike: else the
    /// database would compute them in full before it looks at what the query wants.
    pub fn has_sized_types(self) -> bool {
        self == Self::Postgres
    }

    /// Whether a query that aggregates over a UNION ALL computes also the columns of it that it does
    /// not use, so that what is dear must stand outside.
    pub fn computes_unused_columns(self) -> bool {
        self == Self::Sqlite
    }

    /// Whether a subquery that is joined becomes part of the query around it, also on the right of a LEFT JOIN.
    pub fn merges_joined_subqueries(self) -> bool {
        self == Self::Postgres
    }

    /// The join that is made in the order in which it is written, where the database's own choice of
    /// order has no figures about the tables to go by.
    pub fn join_in_order(self) -> Option<&'static str> {
        match self {
            Self::Postgres => None,
            Self::Sqlite => Some("CROSS JOIN"),
        }
    }

    /// Whether there are types of their own for UUIDs and timestamps, rather than text.
    pub fn has_rich_types(self) -> bool {
        self == Self::Postgres
    }

    /// Whether objects can have comments, owners and grants. Where not, the text of a view is kept
    /// as it was written.
    pub fn has_comments(self) -> bool {
        self == Self::Postgres
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
        }
    }

    /// The path of a collection in a search, which sorts depth-first: that of `w.position`, and
    /// `f.path` with `l.position` behind it. Positions in a chain can be negative, since Butler
    /// prepends below the lowest.
    pub fn chain_path(self) -> (&'static str, &'static str) {
        match self {
            Self::Postgres => ("ARRAY[w.position]", "f.path || l.position::integer"),
            Self::Sqlite => {
                ("printf('%06d', w.position)", "f.path || printf('.%06d', l.position + 40000)")
            }
        }
    }

    /// A stored dataset identifier as text with hyphens.
    pub fn uuid_text(self, id: &Expr) -> Expr {
        match self {
            Self::Postgres => self.fill("CAST({0} AS text)", &[id]),
            Self::Sqlite => self.fill(
                "(substr({0}, 1, 8) || '-' || substr({0}, 9, 4) || '-' || substr({0}, 13, 4) || \
                 '-' || substr({0}, 17, 4) || '-' || substr({0}, 21))",
                &[id],
            ),
        }
    }

    /// A UUID as a constant that stored identifiers compare with.
    pub fn uuid_constant(self, id: uuid::Uuid) -> Expr {
        match self {
            Self::Postgres => Expr::cust(format!("'{}'::uuid", self.uuid_stored(id))),
            Self::Sqlite => Expr::cust(format!("'{}'", self.uuid_stored(id))),
        }
    }

    /// What at the end of a subquery has it answered on its own, by its own conditions, where the database
    /// has no statistics to know that these leave few rows.
    pub fn apart(self) -> &'static str {
        match self {
            Self::Postgres => "",
            Self::Sqlite => "\n    LIMIT -1",
        }
    }

    /// What at the end of a subquery makes it be computed once, where other rows are then compared with its rows
    /// by their hashes.
    pub fn read_once(self) -> Option<&'static str> {
        match self {
            Self::Postgres => Some("\n    OFFSET 0"),
            Self::Sqlite => None,
        }
    }

    /// A value for which no index is used, where the database has no statistics to choose one.
    pub fn without_index(self, value: &str) -> String {
        match self {
            Self::Postgres => value.to_owned(),
            Self::Sqlite => format!("+{value}"),
        }
    }

    /// A condition that very few rows satisfy, said where the database has no statistics to know it.
    pub fn selective(self, condition: Expr) -> Expr {
        match self {
            Self::Postgres => condition,
            Self::Sqlite => self.fill("likelihood({0}, 0.0000001)", &[&condition]),
        }
    }

    /// The beginning of a statement, up to the JOIN of a table all of whose rows are read, so that what stands
    /// before it is read first: SQLite would look at all of that for each row.
    pub fn behind(self, before: &str) -> String {
        match (self.join_in_order(), before.strip_suffix("JOIN ")) {
            (Some(join), Some(before)) => format!("{before}{join} "),
            _ => before.to_owned(),
        }
    }

    /// Whether a limit of so many rows is worth being written where their order does not matter. PostgreSQL
    /// takes twice the time to plan many joins with a limit, as it looks for plans that begin early too.
    pub fn gains_from_limit(self, rows: u64) -> bool {
        const FEW: u64 = 10_000;
        self == Self::Sqlite || rows <= FEW
    }

    /// Whether some datasets and their records are read sooner one after the other than joined: PostgreSQL looks
    /// into an index for each row, or reads a whole table. SQLite does that as fast as anyone.
    pub fn gains_from_apart(self) -> bool {
        self == Self::Postgres
    }

    /// An identifier as registries store it.
    pub fn uuid_stored(self, id: uuid::Uuid) -> String {
        match self {
            Self::Postgres => id.to_string(),
            Self::Sqlite => id.simple().to_string(),
        }
    }

    /// The n-th parameter, from one: an identifier as text, for comparison with stored ones.
    pub fn uuid_parameter(self, number: usize) -> String {
        match self {
            Self::Postgres => format!("CAST(CAST(${number} AS text) AS uuid)"),
            Self::Sqlite => format!("?{number}"),
        }
    }

    /// A quotient that is never rounded to an integer; NULL for a divisor of zero, which must not
    /// end the query of whoever reads the view.
    pub fn quotient(self, left: &Expr, right: &Expr, integers: bool) -> Expr {
        let template = match self {
            Self::Postgres if integers => "({0} / CAST(nullif({1}, 0) AS numeric))",
            Self::Postgres => "({0} / nullif({1}, 0))",
            Self::Sqlite => "({0} / (nullif({1}, 0) + 0.0))",
        };
        self.fill(template, &[left, right])
    }
}
