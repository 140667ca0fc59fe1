//! SELECT, set operators, order and limits in SQL.

use super::super::tree::{Node, Rows, Select, Set, SortKey, Value};
use super::{Pairs, Writer, column};
use crate::adql::SetOperator;
use crate::catalog::Type;

impl Writer<'_> {
    /// The body of the query: with the outputs of its result where it is a plain SELECT.
    pub(super) fn body(&mut self, outputs: Option<&Vec<String>>) -> String {
        self.rows(&self.checked.body, outputs)
    }

    /// Rows in their order.
    pub(super) fn rows(&mut self, rows: &Rows, outputs: Option<&Vec<String>>) -> String {
        let is_body = std::ptr::eq(rows, &raw const self.checked.body);
        let limit = if is_body { self.sql.limit } else { None };
        let top = match &rows.set {
            Set::Select(select) => select.top,
            _ => None,
        };
        let limit = match (limit, top) {
            (Some(limit), Some(top)) => Some(limit.min(top)),
            (limit, top) => limit.or(top),
        };
        let is_sorted = !rows.order.is_empty();
        let gains = |limit: &u64| is_sorted || self.sql.dialect.gains_from_limit(*limit);
        let limits = self.limits(limit.filter(gains).or(top), rows.offset);
        if let Set::Select(select) = &rows.set
            && !select.distinct
        {
            if !is_body && rows.order.iter().any(|sort| self.reads_around(select, &sort.key)) {
                return format!("{}{limits}", self.sorted_by_keys(select, rows));
            }
            let text = self.select(select, outputs, &[]);
            let order: Vec<String> = rows
                .order
                .iter()
                .map(|sort| {
                    let value = match &sort.key {
                        SortKey::Output(at) => select.outputs.get(*at),
                        SortKey::Value(value) => Some(value),
                    };
                    let kind = value.and_then(|value| value.kind.clone());
                    let text =
                        value.map_or_else(|| "NULL".to_owned(), |value| self.sort_value(value));
                    self.direction(&text, kind.as_ref(), sort.descending)
                })
                .collect();
            return format!("{text}{}{limits}", ordered(&order));
        }
        // The limit of a SELECT is that of the rows in their order.
        let set = match &rows.set {
            Set::Select(select) => self.select(select, outputs, &[]),
            set => self.set(set, &[]),
        };
        if rows.order.is_empty() {
            return match rows.set {
                Set::Select(_) => format!("{set}{limits}"),
                _ => format!("SELECT * FROM (\n{set}\n) AS u{limits}"),
            };
        }
        let order: Vec<String> = rows
            .order
            .iter()
            .filter_map(|sort| match sort.key {
                SortKey::Output(at) => {
                    let kind = rows.columns.get(at).map(|column| column.kind.clone());
                    let name = format!("u.{}", column(at));
                    Some(self.direction(&name, kind.as_ref(), sort.descending))
                }
                SortKey::Value(_) => None,
            })
            .collect();
        format!("SELECT * FROM (\n{set}\n) AS u{}{limits}", ordered(&order))
    }

    /// Whether a key has columns of the query around the SELECT.
    fn reads_around(&self, select: &Select, key: &SortKey) -> bool {
        match key {
            SortKey::Output(at) => {
                select.outputs.get(*at).is_some_and(|value| self.columns_of(select, value).1)
            }
            SortKey::Value(value) => self.columns_of(select, value).1,
        }
    }

    /// Whether a value has columns of the SELECT, and of queries around it.
    fn columns_of(&self, select: &Select, value: &Value) -> (bool, bool) {
        let numbers = select.numbers(self.checked);
        let (mut own, mut around) = (false, false);
        value.each(&mut |value| {
            if let Node::Column(id, _) = value.node {
                let is_own = numbers.contains(&id);
                own |= is_own;
                around |= !is_own;
            }
        });
        (own, around)
    }

    /// A SELECT in its order, where a key has columns of the query around it: SQLite does not look for
    /// those in ORDER BY, but in a select list it does.
    fn sorted_by_keys(&mut self, select: &Select, rows: &Rows) -> String {
        let (mut keys, mut order) = (Vec::new(), Vec::new());
        for sort in &rows.order {
            let (name, kind) = match &sort.key {
                SortKey::Output(at) => {
                    let kind = select.outputs.get(*at).and_then(|value| value.kind.clone());
                    (column(*at), kind)
                }
                SortKey::Value(value) => {
                    let name = format!("k{}", keys.len());
                    keys.push(format!("{} AS {name}", self.value(value)));
                    (name, value.kind.clone())
                }
            };
            order.push(self.direction(&format!("u.{name}"), kind.as_ref(), sort.descending));
        }
        let text = self.select_with(select, None, &[], &keys);
        let names: Vec<String> = (0..select.outputs.len()).map(column).collect();
        format!("SELECT {} FROM (\n{text}\n) AS u{}", names.join(", "), ordered(&order))
    }

    /// NULL sorts as if it were larger than anything.
    fn direction(&self, text: &str, kind: Option<&Type>, descending: bool) -> String {
        let text = match kind {
            Some(kind) if kind.is_text() => self.sql.dialect.by_bytes(text),
            _ => text.to_owned(),
        };
        match descending {
            false => format!("{text} ASC NULLS LAST"),
            true => format!("{text} DESC NULLS FIRST"),
        }
    }

    /// A bare number would be a position.
    fn sort_value(&mut self, value: &Value) -> String {
        let text = self.value(value);
        match value.node {
            Node::Integer(_) | Node::Double(_) | Node::Null => format!("CAST({text} AS text)"),
            _ => text,
        }
    }

    /// What rows are grouped by. A value of the query around is the same for all of them, and SQLite does
    /// not look for it here.
    fn group_value(&mut self, select: &Select, value: &Value) -> String {
        match self.columns_of(select, value) {
            (false, true) => "CAST('' AS text)".to_owned(),
            _ => self.sort_value(value),
        }
    }

    fn limits(&self, limit: Option<u64>, offset: u64) -> String {
        let most = i64::MAX as u64;
        let limit = limit.map(|limit| format!("\nLIMIT {}", limit.min(most)));
        let offset = (offset > 0).then(|| format!(" OFFSET {}", offset.min(most)));
        match (limit, offset) {
            (Some(limit), offset) => format!("{limit}{}", offset.unwrap_or_default()),
            (None, Some(offset)) => format!("\n{}{offset}", self.sql.dialect.no_limit()),
            (None, None) => String::new(),
        }
    }

    /// A set of rows, its columns called [`column`]; `types` are those that they must have.
    pub(super) fn set(&mut self, set: &Set, types: &[Type]) -> String {
        match set {
            Set::Select(select) => {
                let text = self.select(select, None, types);
                match select.top {
                    Some(top) => format!("{text}{}", self.limits(Some(top), 0)),
                    None => text,
                }
            }
            Set::Nested(rows) => {
                let text = self.rows(rows, None);
                if types.is_empty() {
                    return text;
                }
                let outputs: Vec<String> = types
                    .iter()
                    .enumerate()
                    .map(|(at, kind)| {
                        let name = column(at);
                        let exactly =
                            self.sql.dialect.exactly(&format!("n.{name}"), kind.carrier());
                        format!("{exactly} AS {name}")
                    })
                    .collect();
                format!("SELECT {} FROM (\n{text}\n) AS n", outputs.join(", "))
            }
            Set::Operation { left, operator, all, right, types } => {
                let left = self.set(left, types);
                let right = self.set(right, types);
                self.operation(&left, *operator, *all, &right, types.len())
            }
        }
    }

    fn operation(
        &self,
        left: &str,
        operator: SetOperator,
        all: bool,
        right: &str,
        width: usize,
    ) -> String {
        let names: Vec<String> = (0..width).map(column).collect();
        let names = names.join(", ");
        let word = match operator {
            SetOperator::Union if all => "UNION ALL",
            SetOperator::Union => "UNION",
            SetOperator::Except => "EXCEPT",
            SetOperator::Intersect => "INTERSECT",
        };
        if operator == SetOperator::Union || !all {
            return format!(
                "SELECT {names} FROM (\n{left}\n) AS a\n{word}\nSELECT {names} FROM (\n{right}\n) AS b"
            );
        }
        // Not every database has EXCEPT ALL and INTERSECT ALL: equal rows are numbered, which makes
        // them different.
        let numbered = |rows: &str, alias: &str| {
            format!(
                "SELECT {names}, row_number() OVER (PARTITION BY {names}) AS n FROM (\n{rows}\n) AS \
                 {alias}"
            )
        };
        format!(
            "SELECT {names} FROM (\n{}\n{word}\n{}\n) AS d",
            numbered(left, "a"),
            numbered(right, "b")
        )
    }

    /// A SELECT without its limit; `outputs` in place of its own.
    fn select(&mut self, select: &Select, outputs: Option<&Vec<String>>, types: &[Type]) -> String {
        self.select_with(select, outputs, types, &[])
    }

    /// The pairs of rows that a SELECT can be about.
    fn pairs(&self, select: &Select) -> Vec<String> {
        let numbers = select.numbers(self.checked);
        let own = |pairs: &&Pairs| pairs.sources.iter().all(|id| numbers.contains(id));
        let text = |Pairs { table, sources: [a, b] }: &Pairs| {
            format!("t{b}.rowid IN (SELECT b FROM {table} WHERE a = t{a}.rowid)")
        };
        self.sql.pairs.iter().filter(own).map(text).collect()
    }

    /// As [`Self::select`], with further columns.
    fn select_with(
        &mut self,
        select: &Select,
        outputs: Option<&Vec<String>>,
        types: &[Type],
        further: &[String],
    ) -> String {
        let own: Vec<String> = match outputs {
            Some(outputs) => outputs.clone(),
            None => select
                .outputs
                .iter()
                .enumerate()
                .map(|(at, value)| {
                    let kind = types.get(at).or(value.kind.as_ref()).cloned();
                    let text = match kind {
                        Some(kind) if types.get(at).is_some() => self.output(value, &kind),
                        _ => self.value(value),
                    };
                    format!("{text} AS {}", column(at))
                })
                .collect(),
        };
        let mut own: Vec<String> = match outputs {
            Some(_) => own
                .iter()
                .enumerate()
                .map(|(at, text)| format!("{text} AS {}", column(at)))
                .collect(),
            None => own,
        };
        own.extend_from_slice(further);
        let distinct = if select.distinct { "DISTINCT " } else { "" };
        let from = self.from(&select.from);
        let mut text = format!("SELECT {distinct}{}\nFROM {from}", own.join(", "));
        let mut conditions: Vec<String> =
            select.filter.iter().map(|filter| self.truth(filter)).collect();
        conditions.extend(self.pairs(select));
        if !conditions.is_empty() {
            text.push_str(&format!("\nWHERE {}", conditions.join("\n  AND ")));
        }
        if !select.group.is_empty() {
            let group: Vec<String> =
                select.group.iter().map(|value| self.group_value(select, value)).collect();
            text.push_str(&format!("\nGROUP BY {}", group.join(", ")));
        }
        if let Some(having) = &select.having {
            text.push_str(&format!("\nHAVING {}", self.truth(having)));
        }
        text
    }
}

fn ordered(order: &[String]) -> String {
    if order.is_empty() { String::new() } else { format!("\nORDER BY {}", order.join(", ")) }
}
