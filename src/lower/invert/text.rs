//! Texts of templates turned around: what values a text can be made of.

use super::{Inverted, all, any};
use crate::lower::Target;
use crate::plan::{Constant, Scalar, Test, ValueKind};
use crate::template::{Align, FormatSpec};
use crate::value::Literal;

/// Ways to divide a text among the parts of a template; beyond so many nothing is said.
const WAYS: usize = 16;
/// Looks at how a text may be divided; beyond so many nothing is said.
const STEPS: usize = 10_000;
/// The text of an identifier of a dataset, in bytes.
const IDENTIFIER: usize = 36;

impl Target {
    /// What makes parts, one after the other, a certain text; in any case of letters if it is `folded`.
    pub(super) fn composed(&self, parts: &[Scalar], wanted: &str, folded: bool) -> Inverted {
        let mut division = Division { ways: Vec::new(), steps: 0, folded };
        if !division.divide(parts, wanted, &mut Vec::new()) {
            return Inverted::Open;
        }
        any(division.ways.into_iter().map(|way| {
            let test = |text: &str| match folded {
                true => Test::Folded(vec![text.to_owned()]),
                false => Test::Among(vec![Constant::Text(text.to_owned())]),
            };
            all(way.into_iter().map(|(part, text)| self.inverted(part, &test(text))))
        }))
    }

    /// What makes a value, as Python formats it, a certain text.
    pub(super) fn formatted(
        &self,
        value: &Scalar,
        spec: &FormatSpec,
        conversion: Option<char>,
        wanted: &str,
    ) -> Inverted {
        // That is how a value looks that is not there.
        if wanted.contains("None") || conversion.is_some_and(|letter| letter != 's') {
            return Inverted::Open;
        }
        let constant = match value.kind() {
            ValueKind::Text if spec.is_default() => Constant::Text(wanted.to_owned()),
            // Signs, zeros and spaces before a number do not change it.
            ValueKind::Int
                if matches!(spec.kind, None | Some('d')) && reads_back(spec, conversion) =>
            {
                match wanted.trim().parse() {
                    Ok(number) => Constant::Int(number),
                    Err(_) => return Inverted::Open,
                }
            }
            _ => return Inverted::Open,
        };
        self.inverted(value, &Test::Among(vec![constant]))
    }
}

/// Whether a number is read from its text again: nothing is cut, and no padding looks like a part of it.
fn reads_back(spec: &FormatSpec, conversion: Option<char>) -> bool {
    // Texts begin on the left, numbers end on the right.
    let default = if conversion.is_some() { Align::Left } else { Align::Right };
    let before = matches!(spec.align.unwrap_or(default), Align::Right | Align::AfterSign);
    let fill = spec.fill.unwrap_or(if spec.zero { '0' } else { ' ' });
    spec.precision.is_none()
        && match fill {
            '0' => spec.width.is_none() || before,
            ' ' => true,
            _ => spec.width.is_none(),
        }
}

/// The ways in which a text can be divided.
struct Division<'p, 't> {
    ways: Vec<Vec<(&'p Scalar, &'t str)>>,
    steps: usize,
    /// Whether the text is in lower case, and that of the parts in any.
    folded: bool,
}

impl<'p, 't> Division<'p, 't> {
    /// Finds all ways that begin with `begun`; whether there are not too many.
    fn divide(
        &mut self,
        parts: &'p [Scalar],
        text: &'t str,
        begun: &mut Vec<(&'p Scalar, &'t str)>,
    ) -> bool {
        self.steps += 1;
        if self.steps > STEPS || self.ways.len() > WAYS {
            return false;
        }
        match parts {
            [] => {
                if text.is_empty() {
                    self.ways.push(begun.clone());
                }
                true
            }
            // Where other letters begin and end in lower case is not known.
            [Scalar::Literal(Literal::String(fixed)), ..] if self.folded && !fixed.is_ascii() => {
                false
            }
            [Scalar::Literal(Literal::String(fixed)), rest @ ..] => {
                let Some((own, after)) = text.split_at_checked(fixed.len()) else {
                    return true;
                };
                let equal = own == fixed || self.folded && own.eq_ignore_ascii_case(fixed);
                !equal || self.divide(rest, after, begun)
            }
            [part, rest @ ..] => {
                // The last part takes what is left.
                let first = if rest.is_empty() { text.len() } else { 0 };
                let mut ends = (first..=text.len()).filter(|end| text.is_char_boundary(*end));
                ends.all(|end| {
                    let (own, after) = text.split_at(end);
                    if !may_be(part, own, self.folded) {
                        return true;
                    }
                    begun.push((part, own));
                    let few = self.divide(rest, after, begun);
                    begun.pop();
                    few
                })
            }
        }
    }
}

/// Whether parts, one after the other, can begin so: by the constants before the first that is none.
pub(super) fn may_begin(parts: &[Scalar], mut begin: &str) -> bool {
    for part in parts {
        let Scalar::Literal(Literal::String(text)) = part else { return true };
        match begin.strip_prefix(text.as_str()) {
            Some(rest) => begin = rest,
            None => return text.starts_with(begin),
        }
    }
    begin.is_empty()
}

/// Whether a part can have a text; in lower case if it is `folded`.
fn may_be(part: &Scalar, text: &str, folded: bool) -> bool {
    match part {
        Scalar::DatasetId => text.len() == IDENTIFIER,
        // What is written for NULL has a capital letter.
        Scalar::Format { value, spec, .. }
            if !folded && value.kind() == ValueKind::Int && spec.is_default() =>
        {
            text == "None" || text.parse::<i64>().is_ok_and(|number| number.to_string() == text)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn fixed(text: &str) -> Scalar {
        Scalar::Literal(Literal::String(text.to_owned()))
    }

    fn field(column: &str, kind: ValueKind) -> Scalar {
        let (alias, column) = ("t".to_owned(), column.to_owned());
        let value = Box::new(Scalar::Column { alias, column, kind, nullable: false });
        Scalar::Format { value, spec: FormatSpec::default(), conversion: None }
    }

    fn ways(parts: &[Scalar], text: &str) -> Option<Vec<Vec<String>>> {
        let mut division = Division { ways: Vec::new(), steps: 0, folded: false };
        let few = division.divide(parts, text, &mut Vec::new());
        let ways = division.ways.iter();
        let ways = ways.map(|way| way.iter().map(|(_, text)| (*text).to_owned()).collect());
        few.then(|| ways.collect())
    }

    #[test]
    fn a_text_is_divided_in_all_ways() {
        let parts = [field("a", ValueKind::Text), fixed("-"), field("b", ValueKind::Text)];
        assert_eq!(ways(&parts, "x-y").unwrap(), [["x", "y"]]);
        assert_eq!(ways(&parts, "x-y-z").unwrap(), [["x", "y-z"], ["x-y", "z"]]);
        assert_eq!(ways(&parts, "xy").unwrap(), Vec::<Vec<String>>::new());
        let parts = [field("a", ValueKind::Text), fixed("-"), field("b", ValueKind::Int)];
        assert_eq!(ways(&parts, "x-1-2").unwrap(), [["x-1", "2"]]);
        assert_eq!(ways(&parts, "x-02").unwrap(), Vec::<Vec<String>>::new());
        assert_eq!(ways(&[fixed("é")], "é").unwrap(), [Vec::<String>::new()]);
    }

    #[test]
    fn too_many_ways_are_none() {
        let parts: Vec<Scalar> = (0..9).map(|_| field("a", ValueKind::Text)).collect();
        assert_eq!(ways(&parts, &"-".repeat(3)), None);
        assert_eq!(ways(&parts, &"x".repeat(100_000)), None);
    }

    #[test]
    fn identifiers_have_a_length() {
        let parts = [fixed("id="), Scalar::DatasetId, fixed("&x")];
        let id = "01234567-89ab-cdef-0123-456789abcdef";
        assert_eq!(ways(&parts, &format!("id={id}&x")).unwrap(), [[id]]);
        assert_eq!(ways(&parts, "id=1&x").unwrap(), Vec::<Vec<String>>::new());
    }
}
