//! A query in which every name is found and every value has a type.
//!
//! Tables and derived tables have numbers, their columns have positions; nothing refers to a name.

use crate::adql::{AggregateFunction, BuiltIn, Comparator, JoinKind, Operator, Place, SetOperator};
use crate::catalog::{Column, Type};

/// A whole query.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// Common tables in order; each sees those before it.
    pub with: Vec<Rows>,
    /// The query itself.
    pub body: Rows,
    /// Every reference to a table of the catalogue or to an upload.
    pub sources: Vec<Source>,
}

/// A reference to a table in a FROM clause.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Which table.
    pub table: TableId,
    /// The number that columns refer to it by.
    pub id: usize,
    /// The positions of its columns that are read as values, ascending.
    pub used: Vec<usize>,
}

/// A table of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TableId {
    /// Schema and table, by position in the catalogue.
    Catalog(usize, usize),
    /// An upload, by position.
    Upload(usize),
}

/// Rows in an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// The rows.
    pub set: Set,
    /// Their order.
    pub order: Vec<Sort>,
    /// How many are left out at the beginning.
    pub offset: u64,
    /// Their columns.
    pub columns: Vec<Column>,
}

/// A SELECT, or two sets of rows with an operator between them.
#[derive(Debug, Clone, PartialEq)]
pub enum Set {
    /// A SELECT.
    Select(Box<Select>),
    /// Rows with an order of their own.
    Nested(Box<Rows>),
    /// `left operator [ALL] right`
    Operation {
        /// The left operand.
        left: Box<Set>,
        /// Which rows are wanted.
        operator: SetOperator,
        /// Whether equal rows are kept.
        all: bool,
        /// The right operand.
        right: Box<Set>,
        /// The types of the columns, which both sides are made to have.
        types: Vec<Type>,
    },
}

/// `SELECT …`
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    /// Whether equal rows count once.
    pub distinct: bool,
    /// How many rows at most.
    pub top: Option<u64>,
    /// The values of the columns.
    pub outputs: Vec<Value>,
    /// The tables, at least one; several are combined each row with each.
    pub from: Vec<From>,
    /// `WHERE`
    pub filter: Option<Truth>,
    /// `GROUP BY`
    pub group: Vec<Value>,
    /// `HAVING`
    pub having: Option<Truth>,
}

/// Where rows come from.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant)] // there are few of them
pub enum From {
    /// A table: position among [`Checked::sources`].
    Source(usize),
    /// A common table: position among [`Checked::with`], number.
    Common(usize, usize),
    /// A derived table, number.
    Derived(Box<Rows>, usize),
    /// A join.
    Join {
        /// The left side.
        left: Box<From>,
        /// Which rows without a partner stay.
        kind: JoinKind,
        /// The right side.
        right: Box<From>,
        /// Which rows are partners; all when nothing is said.
        on: Option<Box<Truth>>,
    },
}

/// By what rows are sorted.
#[derive(Debug, Clone, PartialEq)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// Whether the largest comes first.
    pub descending: bool,
}

/// By what rows are sorted.
#[derive(Debug, Clone, PartialEq)]
pub enum SortKey {
    /// A column of the result, by position.
    Output(usize),
    /// Another value; of a plain SELECT only.
    Value(Value),
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// What it is.
    pub node: Node,
    /// Its type; NULL has any.
    pub kind: Option<Type>,
    /// Its unit in VOUnits, where one is known; empty for none.
    pub unit: String,
    /// Where it stands.
    pub place: Place,
}

/// The kinds of values.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// NULL.
    Null,
    /// A constant that fits into 64 bits.
    Integer(i64),
    /// A constant.
    Double(f64),
    /// A constant.
    Text(String),
    /// A constant in canonical form, `YYYY-MM-DDThh:mm:ss.ffffff`.
    Timestamp(String),
    /// A constant.
    Boolean(bool),
    /// A column: number of its table, position.
    Column(usize, usize),
    /// The number of a row: number of its table, which is one of SQLite's.
    Row(usize),
    /// A value with the opposite sign.
    Negative(Box<Value>),
    /// Two numbers with an operator between them.
    Arithmetic(Box<Value>, Operator, Box<Value>),
    /// Texts one after the other.
    Concatenation(Vec<Value>),
    /// `COUNT(*)`
    CountAll,
    /// An aggregate over the rows of a group.
    Aggregate {
        /// Which.
        function: AggregateFunction,
        /// Whether equal values count once.
        distinct: bool,
        /// The values.
        argument: Box<Value>,
    },
    /// A function of ADQL.
    Function(BuiltIn, Vec<Value>),
    /// A function by the name that it has in SQL; whether it aggregates.
    Call(&'static str, Vec<Value>, bool),
    /// A value as another type.
    Cast(Box<Value>, Cast),
    /// The first that is not NULL.
    Coalesce(Vec<Value>),
    /// `CASE WHEN … THEN … ELSE … END`
    Case(Vec<(Truth, Value)>, Option<Box<Value>>),
    /// A geometry as DALI writes it, its numbers in order.
    Numbers(Vec<Value>),
}

/// What CAST converts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cast {
    /// An integer of so many bits.
    Integer(u8),
    /// A double.
    Double,
    /// Text, cut after so many characters.
    Text(Option<u64>),
    /// A timestamp.
    Timestamp,
}

/// Something that is true, false or unknown of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Truth {
    /// Any of these.
    Or(Vec<Truth>),
    /// All of these.
    And(Vec<Truth>),
    /// Not this.
    Not(Box<Truth>),
    /// A comparison of values of one kind.
    Comparison(Value, Comparator, Value),
    /// `value BETWEEN low AND high`
    Between(Value, Value, Value),
    /// `value IN (…)`
    In(Value, Vec<Value>),
    /// `value IN (SELECT …)`
    InRows(Value, Box<Rows>),
    /// `text LIKE pattern`; whether the case of letters counts.
    Like(Value, Value, bool),
    /// `value IS NULL`
    IsNull(Value),
    /// Whether there are rows.
    Exists(Box<Rows>),
}

impl Value {
    /// A value of a type, without a unit.
    pub fn new(node: Node, kind: Type, place: Place) -> Self {
        Self { node, kind: Some(kind), unit: String::new(), place }
    }

    /// The same; a bare NULL as one of that type, which databases want to know.
    #[must_use]
    pub fn or_of(mut self, kind: &Type) -> Self {
        if self.node == Node::Null && self.kind.is_none() {
            self.kind = Some(kind.clone());
        }
        self
    }

    /// Its parts.
    pub fn parts(&self) -> Vec<&Self> {
        match &self.node {
            Node::Negative(one) | Node::Cast(one, _) | Node::Aggregate { argument: one, .. } => {
                vec![one]
            }
            Node::Arithmetic(left, _, right) => vec![left, right],
            Node::Concatenation(parts)
            | Node::Function(_, parts)
            | Node::Call(_, parts, _)
            | Node::Coalesce(parts)
            | Node::Numbers(parts) => parts.iter().collect(),
            Node::Case(branches, otherwise) => {
                let values = branches.iter().map(|(_, value)| value);
                values.chain(otherwise.as_deref()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Calls `found` for this value and all in it, in conditions and subqueries too.
    pub fn each<'a>(&'a self, found: &mut impl FnMut(&'a Self)) {
        found(self);
        self.parts().into_iter().for_each(|part| part.each(found));
        if let Node::Case(branches, _) = &self.node {
            branches.iter().for_each(|(truth, _)| truth.each(found));
        }
    }
}

impl Truth {
    /// Calls `found` for all values in it, in subqueries too.
    pub fn each<'a>(&'a self, found: &mut impl FnMut(&'a Value)) {
        match self {
            Self::Or(parts) | Self::And(parts) => parts.iter().for_each(|part| part.each(found)),
            Self::Not(part) => part.each(found),
            Self::Comparison(left, _, right) | Self::Like(left, right, _) => {
                left.each(found);
                right.each(found);
            }
            Self::Between(value, low, high) => {
                [value, low, high].into_iter().for_each(|one| one.each(found));
            }
            Self::In(value, list) => {
                value.each(found);
                list.iter().for_each(|one| one.each(found));
            }
            Self::InRows(value, rows) => {
                value.each(found);
                rows.each(found);
            }
            Self::IsNull(value) => value.each(found),
            Self::Exists(rows) => rows.each(found),
        }
    }

    /// The conditions that must all hold for this to hold.
    pub fn conjuncts(&self) -> Vec<&Self> {
        match self {
            Self::And(parts) => parts.iter().flat_map(Self::conjuncts).collect(),
            one => vec![one],
        }
    }
}

impl Rows {
    /// Calls `found` for all values in it.
    pub fn each<'a>(&'a self, found: &mut impl FnMut(&'a Value)) {
        self.set.each(found);
        for sort in &self.order {
            if let SortKey::Value(value) = &sort.key {
                value.each(found);
            }
        }
    }
}

impl Set {
    /// Calls `found` for all values in it.
    pub fn each<'a>(&'a self, found: &mut impl FnMut(&'a Value)) {
        match self {
            Self::Select(select) => select.each(found),
            Self::Nested(rows) => rows.each(found),
            Self::Operation { left, right, .. } => {
                left.each(found);
                right.each(found);
            }
        }
    }
}

impl Select {
    /// Calls `found` for all values in it.
    pub fn each<'a>(&'a self, found: &mut impl FnMut(&'a Value)) {
        self.outputs.iter().chain(&self.group).for_each(|value| value.each(found));
        self.from.iter().for_each(|from| from.each(found));
        self.filter.iter().chain(&self.having).for_each(|truth| truth.each(found));
    }
}

impl Select {
    /// The numbers of the tables that it reads itself.
    pub fn numbers(&self, checked: &Checked) -> Vec<usize> {
        let mut numbers = Vec::new();
        self.from.iter().for_each(|from| from.numbers(checked, &mut numbers));
        numbers
    }
}

impl From {
    fn numbers(&self, checked: &Checked, numbers: &mut Vec<usize>) {
        match self {
            Self::Source(at) => numbers.extend(checked.sources.get(*at).map(|source| source.id)),
            Self::Common(_, id) | Self::Derived(_, id) => numbers.push(*id),
            Self::Join { left, right, .. } => {
                left.numbers(checked, numbers);
                right.numbers(checked, numbers);
            }
        }
    }

    /// Calls `found` for all values in it.
    pub fn each<'a>(&'a self, found: &mut impl FnMut(&'a Value)) {
        match self {
            Self::Source(_) | Self::Common(..) => {}
            Self::Derived(rows, _) => rows.each(found),
            Self::Join { left, right, on, .. } => {
                left.each(found);
                right.each(found);
                on.iter().for_each(|truth| truth.each(found));
            }
        }
    }
}

impl Checked {
    /// Calls `found` for all values in it.
    pub fn each<'a>(&'a self, found: &mut impl FnMut(&'a Value)) {
        self.with.iter().chain([&self.body]).for_each(|rows| rows.each(found));
    }
}
