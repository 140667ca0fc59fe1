//! Conditions in SQL.

use super::super::tree::{Node, Truth, Value};
use super::Writer;
use crate::adql::Comparator;
use crate::catalog::Type;

impl Writer<'_> {
    /// A condition, in parentheses where it needs them.
    pub(super) fn truth(&mut self, truth: &Truth) -> String {
        match truth {
            Truth::Or(parts) => self.joined(parts, " OR "),
            Truth::And(parts) => self.joined(parts, "\n  AND "),
            Truth::Not(part) => format!("(NOT {})", self.truth(part)),
            Truth::Comparison(left, comparator, right) => {
                let word = match comparator {
                    Comparator::Equal => "=",
                    Comparator::NotEqual => "<>",
                    Comparator::Less => "<",
                    Comparator::LessOrEqual => "<=",
                    Comparator::Greater => ">",
                    Comparator::GreaterOrEqual => ">=",
                };
                let sorts = !matches!(comparator, Comparator::Equal | Comparator::NotEqual);
                let left = self.compared(left, sorts);
                let right = self.constant(right);
                format!("({left} {word} {right})")
            }
            Truth::Between(value, low, high) => {
                let value = self.compared(value, true);
                let (low, high) = (self.constant(low), self.constant(high));
                format!("({value} BETWEEN {low} AND {high})")
            }
            Truth::In(value, list) => {
                let value = self.value(value);
                if let Some(texts) = many_texts(list) {
                    let texts = self.parameters.text(&texts);
                    return self.sql.dialect.among(&value, &texts);
                }
                let list: Vec<String> = list.iter().map(|one| self.constant(one)).collect();
                format!("({value} IN ({}))", list.join(", "))
            }
            Truth::InRows(value, rows) => {
                let value = self.value(value);
                format!("({value} IN (\n{}\n))", self.rows(rows, None))
            }
            Truth::Like(text, pattern, case_counts) => {
                let (text, pattern) = (self.value(text), self.value(pattern));
                self.sql.dialect.like(&text, &pattern, *case_counts)
            }
            Truth::IsNull(value) => format!("({} IS NULL)", self.value(value)),
            Truth::Exists(rows) => format!("EXISTS (\n{}\n)", self.rows(rows, None)),
        }
    }

    fn joined(&mut self, parts: &[Truth], word: &str) -> String {
        // Databases nest such chains, and not deeper than so.
        const LONGEST: usize = 100;
        if parts.len() > LONGEST {
            let (left, right) = parts.split_at(parts.len() / 2);
            return format!("({}{word}{})", self.joined(left, word), self.joined(right, word));
        }
        let parts: Vec<String> = parts.iter().map(|part| self.truth(part)).collect();
        match parts.as_slice() {
            [] => "(1 = 1)".to_owned(),
            parts => format!("({})", parts.join(word)),
        }
    }

    /// A value on the left of a comparison: texts sort by their bytes.
    fn compared(&mut self, value: &Value, sorts: bool) -> String {
        let text = self.value(value);
        match &value.kind {
            Some(kind) if sorts && (kind.is_text() || *kind == Type::Region) => {
                self.sql.dialect.by_bytes(&text)
            }
            _ => text,
        }
    }
}

/// A long list of constant texts as JSON, as databases take a limited number of parameters.
fn many_texts(list: &[Value]) -> Option<String> {
    const MANY: usize = 100;
    let text = |value: &Value| match &value.node {
        Node::Text(text) => Some(serde_json::Value::from(text.as_str())),
        _ => None,
    };
    let texts: Option<Vec<serde_json::Value>> = list.iter().map(text).collect();
    texts.filter(|texts| texts.len() > MANY).map(|texts| serde_json::Value::from(texts).to_string())
}
