//! Function calls of the where language: geometry, GLOB and UUID.

use super::parse::Parser;
use super::tree::{Expression, Node, Shape};
use crate::diag::{Diagnostic, Result, Span, nearest};
use crate::value::Literal;

const FUNCTIONS: [&str; 7] = ["POINT", "CIRCLE", "BOX", "POLYGON", "REGION", "GLOB", "UUID"];

/// The node of a call of `name`, which stands at `place`, with its arguments.
pub(super) fn resolve(
    parser: &Parser<'_>,
    name: &str,
    arguments: Vec<Expression>,
    place: Span,
    whole: Span,
) -> Result<Node> {
    let upper = name.to_ascii_uppercase();
    let wrong = |wanted: &str| -> Box<Diagnostic> {
        Box::new(
            parser
                .error("M110", whole, format!("wrong arguments of {upper}"))
                .help(format!("write {wanted}")),
        )
    };
    match upper.as_str() {
        "POINT" => match numbers(parser, &arguments)?.as_slice() {
            [ra, dec] => Ok(Node::Shape(Shape::Point(*ra, *dec))),
            _ => Err(wrong("POINT(ra, dec), in degrees")),
        },
        "CIRCLE" => match numbers(parser, &arguments)?.as_slice() {
            [ra, dec, radius] => Ok(Node::Shape(Shape::Circle(*ra, *dec, *radius))),
            _ => Err(wrong("CIRCLE(ra, dec, radius), in degrees")),
        },
        "BOX" => match numbers(parser, &arguments)?.as_slice() {
            [ra, dec, width, height] => Ok(Node::Shape(Shape::Box(*ra, *dec, *width, *height))),
            _ => Err(wrong("BOX(ra, dec, width, height), in degrees")),
        },
        "POLYGON" => {
            let numbers = numbers(parser, &arguments)?;
            let (pairs, rest) = numbers.as_chunks::<2>();
            if pairs.len() < 3 || !rest.is_empty() {
                return Err(wrong("POLYGON(ra, dec, ra, dec, ra, dec, …), in degrees"));
            }
            Ok(Node::Shape(Shape::Polygon(pairs.iter().map(|[ra, dec]| (*ra, *dec)).collect())))
        }
        "REGION" => match texts(&arguments).as_slice() {
            [Some(text)] => Ok(Node::Region((*text).to_owned())),
            _ => Err(wrong("REGION('CIRCLE ra dec radius')")),
        },
        "GLOB" => {
            let mut arguments = arguments.into_iter();
            match (arguments.next(), arguments.next(), arguments.next()) {
                (Some(value), Some(pattern), None) if matches!(value.node, Node::Name(_)) => {
                    let Node::Literal(Literal::String(pattern)) = pattern.node else {
                        return Err(wrong("GLOB(name, 'pattern*')"));
                    };
                    Ok(Node::Glob { value: Box::new(value), pattern })
                }
                _ => Err(wrong("GLOB(name, 'pattern*')")),
            }
        }
        "UUID" => match texts(&arguments).as_slice() {
            [Some(text)] => match uuid::Uuid::parse_str(text) {
                Ok(uuid) => Ok(Node::Uuid(uuid)),
                Err(_) => Err(wrong("UUID('01234567-89ab-cdef-0123-456789abcdef')")),
            },
            _ => Err(wrong("UUID('01234567-89ab-cdef-0123-456789abcdef')")),
        },
        _ => {
            let error = parser.error("M106", place, format!("there is no function `{name}`"));
            let near = nearest(&upper, FUNCTIONS);
            Err(Box::new(match near {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(format!("the functions are {}", FUNCTIONS.join(", "))),
            }))
        }
    }
}

fn numbers(parser: &Parser<'_>, arguments: &[Expression]) -> Result<Vec<f64>> {
    let number = |argument: &Expression| match &argument.node {
        #[expect(clippy::cast_precision_loss, reason = "degrees are far below 2^53")]
        Node::Literal(Literal::Int(number)) => Ok(*number as f64),
        Node::Literal(Literal::Float(number)) => Ok(*number),
        _ => Err(Box::new(
            parser
                .error("M110", argument.span, "an angle must be a number")
                .help("write a number in degrees, or the name of a bind value"),
        )),
    };
    arguments.iter().map(number).collect()
}

fn texts(arguments: &[Expression]) -> Vec<Option<&str>> {
    arguments
        .iter()
        .map(|argument| match &argument.node {
            Node::Literal(Literal::String(text)) => Some(text.as_str()),
            _ => None,
        })
        .collect()
}
