//! Joins of a branch.

/// A join of a registry table to a branch, by equality of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// Its alias in the branch.
    pub alias: String,
    /// The registry table.
    pub table: String,
    /// Own column = operand, for every column of the key.
    pub on: Vec<(String, On)>,
    /// How many rows it has for one row of the branch.
    pub multiplicity: Multiplicity,
    /// Whether it must stay even when no column of it is used: it removes or repeats rows.
    pub filters: bool,
}

/// The right side of a join condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum On {
    /// A column of the tags table or of an earlier join.
    Column {
        /// Alias of the table.
        alias: String,
        /// Its column.
        column: String,
    },
    /// The lowest visit that the exposure of the row is defined to be part of; where `detector` is
    /// given, the lowest one that has a region for that detector.
    LowestVisit {
        /// Alias and column of the exposure's instrument.
        instrument: (String, String),
        /// Alias and column of the exposure.
        exposure: (String, String),
        /// Alias and column of the detector.
        detector: Option<(String, String)>,
        /// Columns of the visit that must equal columns of other tables: implied dimensions.
        agreeing: Vec<(String, (String, String))>,
    },
}

/// How many rows a join can have for one row of the branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Multiplicity {
    /// A foreign key guarantees one: an inner join that can be left out when unused.
    ExactlyOne,
    /// None or one: a left join that can be left out when unused.
    AtMostOne,
    /// Any number.
    Many,
}

impl Join {
    /// The aliases that its condition refers to.
    pub fn dependencies(&self) -> Vec<&str> {
        let mut aliases = Vec::new();
        for (_, operand) in &self.on {
            match operand {
                On::Column { alias, .. } => aliases.push(alias.as_str()),
                On::LowestVisit { instrument, exposure, detector, agreeing } => {
                    aliases.push(instrument.0.as_str());
                    aliases.push(exposure.0.as_str());
                    aliases.extend(detector.as_ref().map(|(alias, _)| alias.as_str()));
                    aliases.extend(agreeing.iter().map(|(_, (alias, _))| alias.as_str()));
                }
            }
        }
        aliases
    }
}
