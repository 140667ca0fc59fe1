//! Expressions as SQL text.

use sea_query::{Expr, PostgresQueryBuilder, Query, SqliteQueryBuilder};

use super::{Dialect, layout};

impl Dialect {
    /// The text of an expression, constants inlined and quoted.
    pub fn text(self, expression: &Expr) -> String {
        let mut select = Query::select();
        select.expr(expression.clone());
        let text = match self {
            Self::Postgres => select.to_string(PostgresQueryBuilder),
            Self::Sqlite => select.to_string(SqliteQueryBuilder),
        };
        layout::unquoted(text.strip_prefix("SELECT ").unwrap_or(&text), needs_no_quotes)
    }

    /// A string constant.
    pub fn quote(self, text: &str) -> String {
        self.text(&Expr::val(text))
    }

    /// An identifier, in quotes only where it needs them.
    pub fn name(self, name: &str) -> String {
        if needs_no_quotes(name) {
            return name.to_owned();
        }
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    /// A name in a schema.
    pub fn qualified(self, schema: Option<&str>, name: &str) -> String {
        match schema {
            Some(schema) => format!("{}.{}", self.name(schema), self.name(name)),
            None => self.name(name),
        }
    }

    /// `template` with `{0}`, `{1}`, … replaced by the texts of `parts`; for constructs that the
    /// expression tree has no node for. The template is ours, never a user's.
    pub fn fill(self, template: &str, parts: &[&Expr]) -> Expr {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            match after.split_once('}') {
                Some((index, after)) if index.parse::<usize>().is_ok() => {
                    let part = index.parse::<usize>().ok().and_then(|index| parts.get(index));
                    if let Some(part) = part {
                        out.push_str(&self.text(part));
                    }
                    rest = after;
                }
                _ => {
                    out.push('{');
                    rest = after;
                }
            }
        }
        out.push_str(rest);
        Expr::cust(out)
    }
}

fn needs_no_quotes(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !RESERVED.contains(&name)
}

/// Words that either dialect reserves and that dimension or column names could be.
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "cross",
    "current_date",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "false",
    "fetch",
    "for",
    "foreign",
    "from",
    "full",
    "glob",
    "grant",
    "group",
    "having",
    "in",
    "index",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "set",
    "some",
    "table",
    "then",
    "to",
    "trailing",
    "transaction",
    "true",
    "union",
    "unique",
    "update",
    "user",
    "using",
    "values",
    "view",
    "when",
    "where",
    "window",
    "with",
];
