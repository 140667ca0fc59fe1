//! Random trees and random words.

use obscore_view::adql::{
    Aggregate, AggregateFunction, Branches, BuiltIn, Case, Column, ColumnReference, Columns,
    CommonTable, Comparator, Condition, DataType, Direction, Distance, Expression, Geometry,
    Identifier, Join, JoinCondition, JoinKind, Node, Number, Operator, Place, Position, Predicate,
    Quantifier, Query, RESERVED, Select, SelectExpression, Set, SetExpression, SetOperator, Sign,
    SortKey, SortTerm, Subquery, TableName, TableReference, Vertices,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

fn identifier() -> BoxedStrategy<Identifier> {
    prop_oneof![
        5 => "[a-z][a-zA-Z0-9_]{0,6}".prop_map(Identifier::new),
        1 => "[a-z\"' .,()\u{e4}\u{661f}-]{1,5}".prop_map(Identifier::delimited),
        1 => select(RESERVED.to_vec()).prop_map(Identifier::delimited),
    ]
    .boxed()
}

fn table_name() -> impl Strategy<Value = TableName> {
    (identifier(), option::of((identifier(), option::of(identifier())))).prop_map(
        |(table, schema)| {
            let (schema, catalog) = match schema {
                None => (None, None),
                Some((schema, catalog)) => (Some(schema), catalog),
            };
            TableName { catalog, schema, table, place: Place::default() }
        },
    )
}

fn column() -> impl Strategy<Value = ColumnReference> {
    (option::weighted(0.3, table_name().prop_map(Box::new)), identifier()).prop_map(
        |(qualifier, column)| ColumnReference { qualifier, column, place: Place::default() },
    )
}

fn number() -> impl Strategy<Value = Expression> {
    prop_oneof![
        any::<u64>().prop_map(|value| Node::Number(Number::from(value)).into()),
        (0.0..f64::MAX).prop_map(Expression::number),
        (0.0..1000.0).prop_map(Expression::number),
        (0.0..1e-6).prop_map(Expression::number),
    ]
}

fn text() -> impl Strategy<Value = String> {
    "[a-z%_'\"\\\\\u{e4}\u{661f}\n-]{0,6}"
}

fn value(depth: u32) -> BoxedStrategy<Expression> {
    let leaf = prop_oneof![
        Just(Expression::from(Node::Null)),
        number(),
        text().prop_map(Expression::text),
        column().prop_map(Expression::from),
        column().prop_map(Expression::from),
        Just(Expression::count_all()),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let inner = || value(depth - 1);
    let operator =
        select(vec![Operator::Add, Operator::Subtract, Operator::Multiply, Operator::Divide]);
    let call = identifier().prop_filter("a function has no quotes", |name| !name.delimited);
    prop_oneof![
        2 => leaf,
        1 => (select(vec![Sign::Plus, Sign::Minus]), inner())
            .prop_map(|(sign, value)| Node::Signed(sign, Box::new(value)).into()),
        3 => (inner(), operator, inner())
            .prop_map(|(left, operator, right)| Expression::arithmetic(left, operator, right)),
        1 => vec(inner(), 2..4).prop_map(|texts| Node::Concatenation(texts).into()),
        1 => aggregate(depth),
        2 => function(depth),
        3 => geometry(depth).prop_map(Expression::from),
        1 => (inner(), data_type())
            .prop_map(|(value, target)| Node::Cast(Box::new(value), target).into()),
        1 => vec(inner(), 1..4).prop_map(|values| Node::Coalesce(values).into()),
        1 => (inner(), text()).prop_map(|(value, unit)| Node::InUnit(Box::new(value), unit).into()),
        1 => case(depth),
        1 => (call, vec(inner(), 0..3))
            .prop_map(|(name, arguments)| Node::UserDefined(name, arguments).into()),
    ]
    .boxed()
}

fn aggregate(depth: u32) -> impl Strategy<Value = Expression> {
    let function = select(vec![
        AggregateFunction::Avg,
        AggregateFunction::Count,
        AggregateFunction::Max,
        AggregateFunction::Min,
        AggregateFunction::Sum,
    ]);
    (function, quantifier(), value(depth - 1)).prop_map(|(function, quantifier, argument)| {
        let argument = Box::new(argument);
        Node::Aggregate(Aggregate::Of { function, quantifier, argument }).into()
    })
}

fn quantifier() -> impl Strategy<Value = Option<Quantifier>> {
    option::of(select(vec![Quantifier::Distinct, Quantifier::All]))
}

fn data_type() -> impl Strategy<Value = DataType> {
    select(vec![
        DataType::SmallInt,
        DataType::Integer,
        DataType::BigInt,
        DataType::Real,
        DataType::DoublePrecision,
        DataType::Char(None),
        DataType::Char(Some(3)),
        DataType::Varchar(None),
        DataType::Varchar(Some(20)),
        DataType::Timestamp,
        DataType::Point,
        DataType::Circle,
        DataType::Polygon,
    ])
}

fn function(depth: u32) -> impl Strategy<Value = Expression> {
    let inner = || value(depth - 1);
    let one =
        select(vec![BuiltIn::Abs, BuiltIn::Cot, BuiltIn::Log10, BuiltIn::Lower, BuiltIn::Upper]);
    let two = select(vec![BuiltIn::Mod, BuiltIn::Atan2, BuiltIn::Power]);
    let rounding = select(vec![BuiltIn::Round, BuiltIn::Truncate]);
    prop_oneof![
        (one, inner()).prop_map(|(function, x)| Node::Function(function, vec![x]).into()),
        (two, inner(), inner())
            .prop_map(|(function, x, y)| Node::Function(function, vec![x, y]).into()),
        (rounding, inner(), -5i64..5).prop_map(|(function, x, places)| {
            Node::Function(function, vec![x, Expression::integer(places)]).into()
        }),
        Just(Node::Function(BuiltIn::Pi, Vec::new()).into()),
        (0i64..9).prop_map(|seed| {
            Node::Function(BuiltIn::Rand, vec![Expression::integer(seed)]).into()
        }),
    ]
}

fn case(depth: u32) -> impl Strategy<Value = Expression> {
    let inner = || value(depth - 1);
    let branches = prop_oneof![
        vec((condition(depth - 1), inner()), 1..3).prop_map(Branches::Searched),
        (inner(), vec((inner(), inner()), 1..3))
            .prop_map(|(operand, branches)| Branches::Simple(operand, branches)),
    ];
    (branches, option::of(inner()))
        .prop_map(|(branches, otherwise)| Node::Case(Box::new(Case { branches, otherwise })).into())
}

/// A value that can stand where a point does.
fn point() -> BoxedStrategy<Expression> {
    prop_oneof![
        column().prop_map(Expression::from),
        (number(), number()).prop_map(|(x, y)| Geometry::point(x, y).into()),
        column().prop_map(|column| Geometry::Centroid(column.into()).into()),
        text().prop_map(|text| {
            Node::Cast(Box::new(Expression::text(text)), DataType::Point).into()
        }),
    ]
    .boxed()
}

fn geometry(depth: u32) -> BoxedStrategy<Geometry> {
    // What is numeric is never a string or NULL in front, which would be a coordinate system.
    let inner = || {
        value(depth - 1)
            .prop_filter("a number", |value| !matches!(value.node, Node::Text(_) | Node::Null))
    };
    let system = || option::weighted(0.3, text().prop_map(Expression::text));
    let position = || {
        prop_oneof![
            (inner(), inner()).prop_map(|(x, y)| Position::Coordinates(x, y)),
            point().prop_map(Position::Point),
        ]
    };
    // A point for sure, so that the vertices cannot be taken for coordinates.
    let sure = (number(), number()).prop_map(|(x, y)| Expression::from(Geometry::point(x, y)));
    let vertices = prop_oneof![
        vec((number(), number()), 3..5).prop_map(Vertices::Coordinates),
        (sure, vec(point(), 2..5)).prop_map(|(first, mut points)| {
            points.push(first);
            Vertices::Points(points)
        }),
    ];
    prop_oneof![
        (system(), inner(), inner()).prop_map(|(system, longitude, latitude)| Geometry::Point {
            system,
            longitude,
            latitude
        }),
        (system(), position(), inner()).prop_map(|(system, centre, radius)| Geometry::Circle {
            system,
            centre,
            radius
        }),
        (system(), position(), inner(), inner()).prop_map(|(system, centre, width, height)| {
            Geometry::Box { system, centre, width, height }
        }),
        (system(), vertices).prop_map(|(system, vertices)| Geometry::Polygon { system, vertices }),
        text().prop_map(|text| Geometry::Region(Expression::text(text))),
        inner().prop_map(Geometry::Centroid),
        inner().prop_map(Geometry::Area),
        point().prop_map(Geometry::Coord1),
        point().prop_map(Geometry::Coord2),
        inner().prop_map(Geometry::CoordSys),
        (point(), point()).prop_map(|(a, b)| Geometry::Distance(Distance::Points(a, b))),
        [number(), number(), number(), number()]
            .prop_map(|all| Geometry::Distance(Distance::Coordinates(Box::new(all)))),
        (inner(), inner()).prop_map(|(a, b)| Geometry::Contains(a, b)),
        (inner(), inner()).prop_map(|(a, b)| Geometry::Intersects(a, b)),
    ]
    .boxed()
}

fn condition(depth: u32) -> BoxedStrategy<Condition> {
    let comparator = select(vec![
        Comparator::Equal,
        Comparator::NotEqual,
        Comparator::Less,
        Comparator::LessOrEqual,
        Comparator::Greater,
        Comparator::GreaterOrEqual,
    ]);
    let simple = prop_oneof![
        (value(depth), comparator, value(depth))
            .prop_map(|(left, comparator, right)| Condition::compare(left, comparator, right)),
        (column(), any::<bool>()).prop_map(|(column, negated)| Predicate::IsNull {
            column,
            negated
        }
        .into()),
    ];
    if depth == 0 {
        return simple.boxed();
    }
    let inner = || condition(depth - 1);
    let boxed = || value(depth - 1).prop_map(Box::new);
    let subquery = || subquery(depth - 1).prop_map(Box::new);
    prop_oneof![
        3 => simple,
        1 => vec(inner(), 2..4).prop_map(|terms| Predicate::Or(terms).into()),
        1 => vec(inner(), 2..4).prop_map(|terms| Predicate::And(terms).into()),
        1 => inner().prop_map(|term| Predicate::Not(Box::new(term)).into()),
        1 => (boxed(), any::<bool>(), boxed(), boxed()).prop_map(|(value, negated, low, high)| {
            Predicate::Between { value, negated, low, high }.into()
        }),
        1 => (boxed(), any::<bool>(), vec(value(depth - 1), 1..4)).prop_map(
            |(value, negated, list)| Predicate::In { value, negated, set: Set::List(list) }.into()
        ),
        1 => (boxed(), any::<bool>(), subquery()).prop_map(|(value, negated, subquery)| {
            Predicate::In { value, negated, set: Set::Subquery(subquery) }.into()
        }),
        1 => (boxed(), any::<bool>(), any::<bool>(), boxed()).prop_map(
            |(value, negated, ignore_case, pattern)| {
                Predicate::Like { value, negated, ignore_case, pattern }.into()
            }
        ),
        1 => subquery().prop_map(|subquery| Predicate::Exists(subquery).into()),
    ]
    .boxed()
}

fn subquery(depth: u32) -> BoxedStrategy<Subquery> {
    prop_oneof![
        4 => select_expression(depth).prop_map(Subquery::Select),
        1 => join(depth).prop_map(Subquery::Join),
    ]
    .boxed()
}

fn join(depth: u32) -> BoxedStrategy<TableReference> {
    let condition = prop_oneof![
        Just(JoinCondition::Natural),
        condition(0).prop_map(JoinCondition::On),
        vec(identifier(), 1..3).prop_map(JoinCondition::Using),
    ];
    let kind = select(vec![JoinKind::Inner, JoinKind::Left, JoinKind::Right, JoinKind::Full]);
    (table(depth), kind, table(depth), condition)
        .prop_map(|(left, kind, right, condition)| {
            let place = Place::default();
            TableReference::Join(Box::new(Join { left, kind, right, condition, place }))
        })
        .boxed()
}

fn table(depth: u32) -> BoxedStrategy<TableReference> {
    let plain = (table_name(), option::of(identifier()))
        .prop_map(|(name, alias)| TableReference::Table { name, alias, place: Place::default() });
    if depth == 0 {
        return plain.boxed();
    }
    let derived = (subquery(depth - 1), identifier()).prop_map(|(query, alias)| {
        TableReference::Derived { query: Box::new(query), alias, place: Place::default() }
    });
    prop_oneof![3 => plain, 1 => derived, 1 => join(depth - 1)].boxed()
}

fn select_query(depth: u32) -> impl Strategy<Value = Select> {
    let column = prop_oneof![
        4 => (value(depth.min(2)), option::of(identifier()))
            .prop_map(|(value, alias)| Column::Value { value, alias }),
        1 => table_name().prop_map(Column::AllOf),
    ];
    let columns =
        prop_oneof![1 => Just(Columns::All), 3 => vec(column, 1..3).prop_map(Columns::Some)];
    let filter = || option::of(condition(depth.min(2)));
    (
        (quantifier(), option::of(any::<u64>()), columns),
        vec(table(depth), 1..3),
        (filter(), vec(value(1), 0..2), filter()),
    )
        .prop_map(|((quantifier, top, columns), from, (filter, group_by, having))| Select {
            quantifier,
            top,
            columns,
            from,
            filter,
            group_by,
            having,
            place: Place::default(),
        })
}

fn order() -> impl Strategy<Value = (Vec<SortTerm>, Option<u64>)> {
    let key =
        prop_oneof![(1u64..9).prop_map(SortKey::Position), value(1).prop_map(SortKey::Value),];
    let direction = option::of(select(vec![Direction::Ascending, Direction::Descending]));
    let term = (key, direction).prop_map(|(key, direction)| SortTerm {
        key,
        direction,
        place: Place::default(),
    });
    (vec(term, 0..3), option::of(any::<u64>()))
}

fn set(depth: u32) -> BoxedStrategy<SetExpression> {
    let plain = select_query(depth).prop_map(|select| SetExpression::Select(Box::new(select)));
    if depth == 0 {
        return plain.boxed();
    }
    let operator = select(vec![SetOperator::Union, SetOperator::Except, SetOperator::Intersect]);
    let operand = || {
        (set(depth - 1), order()).prop_map(|(set, (order_by, offset))| {
            // Parentheses are in the tree only where they hold an order.
            if order_by.is_empty() && offset.is_none() {
                return set;
            }
            let place = Place::default();
            SetExpression::Nested(Box::new(SelectExpression { set, order_by, offset, place }))
        })
    };
    let operation =
        (operand(), operator, any::<bool>(), operand()).prop_map(|(left, operator, all, right)| {
            SetExpression::Operation {
                left: Box::new(left),
                operator,
                all,
                right: Box::new(right),
                place: Place::default(),
            }
        });
    prop_oneof![3 => plain, 1 => operation].boxed()
}

fn select_expression(depth: u32) -> BoxedStrategy<SelectExpression> {
    (set(depth), order())
        .prop_map(|(set, (order_by, offset))| SelectExpression {
            set,
            order_by,
            offset,
            place: Place::default(),
        })
        .boxed()
}

/// A random query.
pub fn query() -> impl Strategy<Value = Query> {
    let common = (identifier(), select_expression(1)).prop_map(|(name, query)| CommonTable {
        name,
        query,
        place: Place::default(),
    });
    (vec(common, 0..2), select_expression(2)).prop_map(|(with, body)| Query {
        with,
        body,
        place: Place::default(),
    })
}

/// Random words of the language in any order.
pub fn words() -> impl Strategy<Value = Vec<String>> {
    let marks = [
        "(",
        ")",
        ",",
        ".",
        "*",
        "+",
        "-",
        "/",
        "=",
        "<",
        ">",
        "<>",
        "!=",
        "<=",
        ">=",
        "||",
        ";",
        "1",
        "2.5",
        "'x'",
        "\"q\"",
        "a",
        "t",
        "ivo_hasword",
        "LIMIT",
        "--",
        "SELECT * FROM t",
        "SELECT a FROM t WHERE",
        "POINT(1, 2)",
        "(SELECT",
        "FROM (",
        "CASE WHEN",
    ];
    let words: Vec<String> =
        marks.iter().chain(RESERVED.iter()).map(|word| (*word).to_owned()).collect();
    let start =
        select(vec!["SELECT".to_owned(), "SELECT a FROM t WHERE".to_owned(), String::new()]);
    (start, vec(select(words), 0..25)).prop_map(|(start, mut words)| {
        words.insert(0, start);
        words
    })
}
