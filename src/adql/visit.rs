//! Walking and rewriting a tree.
//!
//! Each method of a visitor is called for every node of its kind; what it does not override walks
//! on to the parts. One that is overridden calls the function of [`walk`] or [`rewrite`] of the
//! same name where the walk shall go on.

use super::tree::{
    Aggregate, Branches, Column, Columns, Condition, Expression, JoinCondition, Node, Predicate,
    Query, Select, SelectExpression, Set, SetExpression, SortKey, Subquery, TableReference,
};

macro_rules! visitor {
    ($doc:literal, $visitor:ident, $module:ident, $arguments:ident $(, $m:ident)?) => {
        #[doc = $doc]
        pub trait $visitor {
            /// A whole query.
            fn query(&mut self, query: &$($m)? Query) {
                $module::query(self, query);
            }
            /// A set of rows with its order: a query, a common table, a subquery.
            fn select_expression(&mut self, expression: &$($m)? SelectExpression) {
                $module::select_expression(self, expression);
            }
            /// A SELECT.
            fn select(&mut self, select: &$($m)? Select) {
                $module::select(self, select);
            }
            /// A table, derived table or join.
            fn table(&mut self, table: &$($m)? TableReference) {
                $module::table(self, table);
            }
            /// A condition.
            fn condition(&mut self, condition: &$($m)? Condition) {
                $module::condition(self, condition);
            }
            /// A value.
            fn expression(&mut self, expression: &$($m)? Expression) {
                $module::expression(self, expression);
            }
        }

        /// The parts of each kind of node, handed to a visitor in the order of writing.
        pub mod $module {
            use super::*;

            /// The parts of a query.
            pub fn query<V: $visitor + ?Sized>(visitor: &mut V, query: &$($m)? Query) {
                for table in &$($m)? query.with {
                    visitor.select_expression(&$($m)? table.query);
                }
                visitor.select_expression(&$($m)? query.body);
            }

            /// The parts of a set of rows.
            pub fn select_expression<V: $visitor + ?Sized>(
                visitor: &mut V,
                expression: &$($m)? SelectExpression,
            ) {
                set_expression(visitor, &$($m)? expression.set);
                for term in &$($m)? expression.order_by {
                    if let SortKey::Value(value) = &$($m)? term.key {
                        visitor.expression(value);
                    }
                }
            }

            fn set_expression<V: $visitor + ?Sized>(visitor: &mut V, set: &$($m)? SetExpression) {
                match set {
                    SetExpression::Select(select) => visitor.select(select),
                    SetExpression::Nested(nested) => visitor.select_expression(nested),
                    SetExpression::Operation { left, right, .. } => {
                        set_expression(visitor, left);
                        set_expression(visitor, right);
                    }
                }
            }

            /// The parts of a SELECT.
            pub fn select<V: $visitor + ?Sized>(visitor: &mut V, select: &$($m)? Select) {
                if let Columns::Some(columns) = &$($m)? select.columns {
                    for column in columns {
                        if let Column::Value { value, .. } = column {
                            visitor.expression(value);
                        }
                    }
                }
                for table in &$($m)? select.from {
                    visitor.table(table);
                }
                if let Some(filter) = &$($m)? select.filter {
                    visitor.condition(filter);
                }
                for value in &$($m)? select.group_by {
                    visitor.expression(value);
                }
                if let Some(having) = &$($m)? select.having {
                    visitor.condition(having);
                }
            }

            /// The parts of a table.
            pub fn table<V: $visitor + ?Sized>(visitor: &mut V, table: &$($m)? TableReference) {
                match table {
                    TableReference::Table { .. } => {}
                    TableReference::Derived { query, .. } => subquery(visitor, query),
                    TableReference::Join(join) => {
                        visitor.table(&$($m)? join.left);
                        visitor.table(&$($m)? join.right);
                        if let JoinCondition::On(on) = &$($m)? join.condition {
                            visitor.condition(on);
                        }
                    }
                }
            }

            fn subquery<V: $visitor + ?Sized>(visitor: &mut V, subquery: &$($m)? Subquery) {
                match subquery {
                    Subquery::Select(expression) => visitor.select_expression(expression),
                    Subquery::Join(table) => visitor.table(table),
                }
            }

            /// The parts of a condition.
            pub fn condition<V: $visitor + ?Sized>(visitor: &mut V, condition: &$($m)? Condition) {
                match &$($m)? condition.node {
                    Predicate::Or(terms) | Predicate::And(terms) => {
                        for term in terms {
                            visitor.condition(term);
                        }
                    }
                    Predicate::Not(inner) => visitor.condition(inner),
                    Predicate::Comparison(left, _, right) => {
                        visitor.expression(left);
                        visitor.expression(right);
                    }
                    Predicate::Between { value, low, high, .. } => {
                        visitor.expression(value);
                        visitor.expression(low);
                        visitor.expression(high);
                    }
                    Predicate::In { value, set, .. } => {
                        visitor.expression(value);
                        match set {
                            Set::List(values) => {
                                for value in values {
                                    visitor.expression(value);
                                }
                            }
                            Set::Subquery(query) => subquery(visitor, query),
                        }
                    }
                    Predicate::Like { value, pattern, .. } => {
                        visitor.expression(value);
                        visitor.expression(pattern);
                    }
                    Predicate::IsNull { .. } => {}
                    Predicate::Exists(query) => subquery(visitor, query),
                }
            }

            /// The parts of a value.
            pub fn expression<V: $visitor + ?Sized>(
                visitor: &mut V,
                expression: &$($m)? Expression,
            ) {
                match &$($m)? expression.node {
                    Node::Null | Node::Number(_) | Node::Text(_) | Node::Column(_) => {}
                    Node::Signed(_, inner) | Node::Cast(inner, _) | Node::InUnit(inner, _) => {
                        visitor.expression(inner);
                    }
                    Node::Arithmetic(left, _, right) => {
                        visitor.expression(left);
                        visitor.expression(right);
                    }
                    Node::Aggregate(Aggregate::CountAll) => {}
                    Node::Aggregate(Aggregate::Of { argument, .. }) => {
                        visitor.expression(argument);
                    }
                    Node::Concatenation(values)
                    | Node::Function(_, values)
                    | Node::Coalesce(values)
                    | Node::UserDefined(_, values) => {
                        for value in values {
                            visitor.expression(value);
                        }
                    }
                    Node::Geometry(geometry) => {
                        for value in geometry.$arguments() {
                            visitor.expression(value);
                        }
                    }
                    Node::Case(case) => {
                        match &$($m)? case.branches {
                            Branches::Searched(branches) => {
                                for (when, then) in branches {
                                    visitor.condition(when);
                                    visitor.expression(then);
                                }
                            }
                            Branches::Simple(operand, branches) => {
                                visitor.expression(operand);
                                for (when, then) in branches {
                                    visitor.expression(when);
                                    visitor.expression(then);
                                }
                            }
                        }
                        if let Some(otherwise) = &$($m)? case.otherwise {
                            visitor.expression(otherwise);
                        }
                    }
                }
            }
        }
    };
}

visitor!("Looks at a tree.", Visitor, walk, arguments);
visitor!("Changes a tree in place.", Rewriter, rewrite, arguments_mut, mut);
