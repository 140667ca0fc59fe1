//! Text to numbers, as Python's `int()`, `float()` and `bool(int())` read it.

use sea_query::Expr;

use super::Target;
use crate::plan::ValueKind;

impl Target {
    /// `text` as a value of another kind.
    pub(super) fn converted(&self, text: &Expr, to: ValueKind) -> Expr {
        match to {
            ValueKind::Text | ValueKind::Timestamp => text.clone(),
            ValueKind::Int => self.dialect.text_to_integer(text),
            ValueKind::Float => self.dialect.text_to_double(text),
            ValueKind::Bool => {
                let integer = self.dialect.text_to_integer(text);
                self.dialect.fill("({0}) <> 0", &[&integer])
            }
        }
    }
}
