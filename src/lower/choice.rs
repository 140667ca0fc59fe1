//! Branches and datasets by values that a query wants.
//!
//! In: choices of a query. Out: whether a branch can have rows among them, and conditions on the tables of
//! the registry that the rows among them satisfy. What is said of a row here follows from its value alone,
//! so no row that the query wants is missed; the query tests its own conditions as well.

use sea_query::{Expr, ExprTrait};
use uuid::Uuid;

use super::Target;
use super::scalar::column;
use crate::plan::{Branch, Choice, Chosen, Scalar, TAGS};
use crate::resolve::service::ObsCore;
use crate::sql::Parameters;
use crate::value::Literal;

impl Target {
    /// Conditions of choices on a branch; `None` where no row of it is among them.
    pub(super) fn chosen(
        &self,
        branch: &Branch,
        obscore: &ObsCore,
        choices: &[Choice],
        parameters: &mut Parameters,
    ) -> Option<Vec<Expr>> {
        let mut conditions = Vec::new();
        for choice in choices {
            let position = obscore.columns.get(choice.column).copied();
            let Some(scalar) = position.and_then(|at| branch.values.get(at)) else { continue };
            match scalar {
                Scalar::Null => return None,
                Scalar::Literal(value) if !fits(value, &choice.values) => return None,
                Scalar::DatasetId => {
                    conditions.push(identifiers("", "", &choice.values, parameters)?);
                }
                Scalar::Concat(parts) => {
                    if let Some((before, after)) = around(parts) {
                        conditions.push(identifiers(&before, &after, &choice.values, parameters)?);
                    }
                }
                _ => {}
            }
        }
        Some(conditions)
    }
}

/// The datasets whose identifiers stand between two texts; `None` where none of the values is such a text.
fn identifiers(
    before: &str,
    after: &str,
    values: &[Chosen],
    parameters: &mut Parameters,
) -> Option<Expr> {
    let identifier = |value: &Chosen| {
        let Chosen::Text(text) = value else { return None };
        let text = text.strip_prefix(before)?.strip_suffix(after)?;
        // Other spellings of the same identifier are other texts.
        Uuid::try_parse(text).ok().filter(|id| id.hyphenated().to_string() == text)
    };
    let wanted: Vec<Expr> =
        values.iter().filter_map(identifier).map(|id| Expr::cust(parameters.uuid(id))).collect();
    let stored = column(TAGS, "dataset_id");
    (!wanted.is_empty()).then(|| stored.is_in(wanted))
}

/// Whether a constant may be one of the values; also where they are of different kinds.
fn fits(value: &Literal, values: &[Chosen]) -> bool {
    values.iter().any(|chosen| match (value, chosen) {
        (Literal::String(text), Chosen::Text(chosen)) => text == chosen,
        (Literal::Int(number), Chosen::Int(chosen)) => number == chosen,
        _ => true,
    })
}

/// What stands before and after the dataset's identifier, where all of it is constant text.
fn around(parts: &[Scalar]) -> Option<(String, String)> {
    let at = parts.iter().position(|part| *part == Scalar::DatasetId)?;
    let text = |parts: &[Scalar]| -> Option<String> {
        let texts = parts.iter().map(|part| match part {
            Scalar::Literal(Literal::String(text)) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    };
    Some((text(parts.get(..at)?)?, text(parts.get(at + 1..)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Scalar {
        Scalar::Literal(Literal::String(text.to_owned()))
    }

    #[test]
    fn identifiers_between_texts() {
        let pair = |before: &str, after: &str| Some((before.to_owned(), after.to_owned()));
        assert_eq!(around(&[Scalar::DatasetId]), pair("", ""));
        assert_eq!(around(&[text("a"), text("b"), Scalar::DatasetId]), pair("ab", ""));
        assert_eq!(around(&[text("a"), Scalar::DatasetId, text("b")]), pair("a", "b"));
        assert_eq!(around(&[Scalar::DatasetId, text("-"), Scalar::DatasetId]), None);
        assert_eq!(around(&[Scalar::Run, Scalar::DatasetId]), None);
        assert_eq!(around(&[text("a")]), None);
    }

    #[test]
    fn constants_of_other_kinds_are_left_to_the_database() {
        let level = [Chosen::Int(2), Chosen::Int(3)];
        assert!(fits(&Literal::Int(3), &level) && !fits(&Literal::Int(1), &level));
        assert!(fits(&Literal::Float(1.0), &level));
        assert!(!fits(&Literal::Int(1), &[]));
    }
}
