//! What is legal by the grammar and still wrong, or probably not meant.
//!
//! In: a tree and the functions that are known. Out: errors for calls that no service could run,
//! warnings for the rest.

use super::functions::{CATALOGUE, Signature};
use super::tree::{
    Column, Columns, Comparator, Condition, Expression, Geometry, Identifier, Node, Place,
    Position, Predicate, Query, SelectExpression, SetExpression, Sign, SortKey, Vertices,
};
use super::visit::{Visitor, walk};
use crate::diag::{Diagnostic, Source, nearest};

/// Looks through a query. `further` names functions beside the IVOA's catalogue that are allowed.
pub fn lint(query: &Query, source: &Source, further: &[String]) -> Vec<Diagnostic> {
    let mut lint = Lint { source, further, found: Vec::new(), deprecated: Vec::new() };
    lint.query(query);
    lint.found
}

struct Lint<'a> {
    source: &'a Source,
    further: &'a [String],
    found: Vec<Diagnostic>,
    /// What was already called deprecated.
    deprecated: Vec<&'static str>,
}

impl Visitor for Lint<'_> {
    fn select_expression(&mut self, expression: &SelectExpression) {
        let width = self.width(&expression.set);
        for term in &expression.order_by {
            if let (SortKey::Position(position), Some(width)) = (&term.key, width)
                && usize::try_from(*position).map_or(true, |position| position > width)
            {
                let message = format!("the result has no column {position}, but {width}");
                let error = Diagnostic::error("Q018", message);
                self.found.push(error.at(self.source, term.place.0, ""));
            }
        }
        walk::select_expression(self, expression);
    }

    fn condition(&mut self, condition: &Condition) {
        match &condition.node {
            Predicate::Comparison(left, comparator, right) => {
                self.comparison(left, *comparator, right, condition.place);
            }
            Predicate::Like { pattern, .. } => self.quotes(pattern, true),
            _ => {}
        }
        walk::condition(self, condition);
    }

    fn expression(&mut self, expression: &Expression) {
        match &expression.node {
            Node::UserDefined(name, arguments) => {
                self.call(name, arguments.len(), expression.place);
            }
            Node::Geometry(geometry) => self.geometry(geometry, expression.place),
            _ => {}
        }
        walk::expression(self, expression);
    }
}

impl Lint<'_> {
    /// The number of columns of a set, where it is known without the tables. Operands of set
    /// operators must have the same; nested queries with an order are looked at on their own.
    fn width(&mut self, set: &SetExpression) -> Option<usize> {
        match set {
            SetExpression::Select(select) => match &select.columns {
                Columns::Some(columns)
                    if columns.iter().all(|column| matches!(column, Column::Value { .. })) =>
                {
                    Some(columns.len())
                }
                _ => None,
            },
            SetExpression::Nested(nested) => {
                let before = self.found.len();
                let width = self.width(&nested.set);
                self.found.truncate(before);
                width
            }
            SetExpression::Operation { left, operator, right, .. } => {
                let (first, second) = (self.width(left), self.width(right));
                if let (Some(first), Some(second)) = (first, second)
                    && first != second
                {
                    let message = format!(
                        "{operator} has {first} columns on the left, {second} on the right"
                    );
                    let error = Diagnostic::error("Q025", message)
                        .at(self.source, right.place().0, "")
                        .help("both sides have the same number of columns, of the same types");
                    self.found.push(error);
                }
                first.or(second)
            }
        }
    }

    fn call(&mut self, name: &Identifier, count: usize, place: Place) {
        if self.further.iter().any(|known| known.eq_ignore_ascii_case(&name.text)) {
            return;
        }
        let known = CATALOGUE.iter().find(|known| known.name.eq_ignore_ascii_case(&name.text));
        let error = match known {
            Some(Signature { name, form, arguments }) => {
                if arguments.contains(&count) {
                    return;
                }
                let wanted: Vec<String> = arguments.iter().map(usize::to_string).collect();
                let message =
                    format!("{name} takes {} arguments, not {count}", wanted.join(" or "));
                Diagnostic::error("Q032", message).at(self.source, place.0, "").help(*form)
            }
            None => self.unknown(name),
        };
        self.found.push(error);
    }

    fn unknown(&self, name: &Identifier) -> Diagnostic {
        let error = Diagnostic::error("Q036", format!("there is no function `{}`", name.text)).at(
            self.source,
            name.place.0,
            "",
        );
        let names = CATALOGUE.iter().map(|known| known.name);
        let further = self.further.iter().map(String::as_str);
        let lower = name.text.to_lowercase();
        match lower.as_str() {
            "log2" => error.help("LOG(x) / LOG(2)"),
            "ln" => error.help("the natural logarithm is LOG(x)"),
            "ceil" => error.help("did you mean CEILING?"),
            "trunc" => error.help("did you mean TRUNCATE?"),
            "pow" => error.help("did you mean POWER?"),
            "random" => error.help("did you mean RAND?"),
            "length" | "len" | "substr" | "replace" | "concat" => error.help(
                "texts are compared with LIKE, joined with `||`, folded with LOWER and UPPER",
            ),
            "ifnull" | "nvl" | "isnull" => error.help("did you mean COALESCE?"),
            "greatest" | "least" => error.help("MAX and MIN are over the rows of a group"),
            "now" => error.help("write the time itself"),
            _ => match nearest(&lower, names.chain(further)) {
                Some(near) => error.help(format!("did you mean {near}?")),
                None => error.help("`obscore-view explain Q036` lists the functions"),
            },
        }
    }

    fn warn(&mut self, code: &'static str, message: &str, place: Place, help: &str) {
        let warning = Diagnostic::warning(code, message).at(self.source, place.0, "").help(help);
        self.found.push(warning);
    }

    fn comparison(
        &mut self,
        left: &Expression,
        comparator: Comparator,
        right: &Expression,
        place: Place,
    ) {
        if left.node == Node::Null || right.node == Node::Null {
            let help = match comparator {
                Comparator::NotEqual => "write `column IS NOT NULL`",
                _ => "write `column IS NULL`",
            };
            self.warn("Q062", "a comparison with NULL is never true", place, help);
        }
        self.quotes(right, false);
        for (one, other) in [(left, right), (right, left)] {
            let Some(Geometry::Contains(..) | Geometry::Intersects(..)) = one.as_geometry() else {
                continue;
            };
            let zero_or_one = match &other.node {
                Node::Number(number) => matches!(number.as_u64(), Some(0 | 1)),
                Node::Signed(..) | Node::Text(_) => false,
                _ => true,
            };
            if !zero_or_one {
                let help = "compare with 1 for yes, with 0 for no";
                self.warn("Q063", "CONTAINS and INTERSECTS give 1 or 0", place, help);
            }
        }
    }

    /// A name in double quotes where a string was probably meant.
    fn quotes(&mut self, value: &Expression, pattern: bool) {
        let Node::Column(column) = &value.node else { return };
        let text = &column.column.text;
        let suspicious = pattern || text.contains([' ', '%', ':', '/']);
        if column.qualifier.is_none() && column.column.delimited && suspicious {
            let help = format!("a string has single quotes: '{}'", text.replace('\'', "''"));
            let message = "double quotes make the name of a column";
            self.warn("Q065", message, value.place, &help);
        }
    }

    fn geometry(&mut self, geometry: &Geometry, place: Place) {
        if geometry.system().is_some() {
            let help = "leave it out: positions are ICRS, as the tables are";
            self.deprecate("the coordinate system as an argument", place, help);
        }
        match geometry {
            Geometry::Point { latitude, .. } => self.latitude(latitude),
            Geometry::Circle { centre, .. } => self.position(centre),
            Geometry::Box { centre, .. } => {
                self.position(centre);
                self.deprecate("BOX", place, "use POLYGON or CIRCLE");
            }
            Geometry::Polygon { vertices: Vertices::Coordinates(vertices), .. } => {
                for (_, latitude) in vertices {
                    self.latitude(latitude);
                }
            }
            Geometry::CoordSys(_) => {
                self.deprecate("COORDSYS", place, "the service's column descriptions say it");
            }
            _ => {}
        }
    }

    fn position(&mut self, position: &Position) {
        if let Position::Coordinates(_, latitude) = position {
            self.latitude(latitude);
        }
    }

    fn latitude(&mut self, latitude: &Expression) {
        let degrees = match &latitude.node {
            Node::Number(number) => number.as_f64(),
            Node::Signed(sign, inner) => match (&inner.node, sign) {
                (Node::Number(number), Sign::Minus) => -number.as_f64(),
                (Node::Number(number), Sign::Plus) => number.as_f64(),
                _ => return,
            },
            _ => return,
        };
        if degrees.abs() > 90.0 {
            let help = "positions are longitude first, then latitude, in degrees";
            self.warn("Q064", "a latitude is between -90 and 90", latitude.place, help);
        }
    }

    fn deprecate(&mut self, what: &'static str, place: Place, help: &str) {
        if !self.deprecated.contains(&what) {
            self.deprecated.push(what);
            self.warn("Q061", &format!("{what} is deprecated since ADQL 2.1"), place, help);
        }
    }
}
