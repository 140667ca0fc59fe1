//! A branch with its dimension records apart.
//!
//! In: the fields of a branch's rows. Out: SELECTs of those that each dataset has for itself, and for every
//! table of dimension records a SELECT of the others, with the key by which the reader puts rows together
//! ([`crate::stream`]). A database that joins each dataset to five tables takes several times as long as to
//! send these tables one after the other: most are small, and the regions are the same for all dataset types.

use std::collections::BTreeSet;

use sea_query::Expr;

use super::fetch::{Field, field_name};
use super::scalar::column;
use super::source::SelectText;
use super::{BranchSelect, Target, Wire};
use crate::plan::{
    Branch, COLLECTIONS, DATASET, Join, Multiplicity, On, RUN, Scalar, Search, TAGS, ValueKind,
};
use crate::sql::Parameters;
use crate::value::Cell;

/// What the table of records is called in a SELECT that has nothing but their regions, the same for all
/// branches.
const REGIONS: &str = "r";
/// The column of a record's region.
const REGION: &str = "region";

/// Records of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Records {
    /// Their SELECT: the columns of the key, then the fields. A WHERE can be added.
    pub select: String,
    /// What all of these are.
    pub wires: Vec<Wire>,
    /// The names of the key's columns.
    pub key: Vec<String>,
    /// The table, where regions are all that is wanted of it.
    pub regions_of: Option<String>,
    /// The columns of the key in SQL, those that few rows share and the governors before them; none where a
    /// table is small.
    pub columns: Vec<Option<String>>,
}

/// How a row gets fields of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The records. A key has one at most.
    pub records: Records,
    /// The fields of the row that the key equals; `None` is the lowest visit.
    pub key: Vec<Option<usize>>,
    /// How the lowest visit is found.
    pub lowest: Option<Lowest>,
    /// Whether a row without a record is no row.
    pub is_required: bool,
    /// Where in the row the fields belong.
    pub into: Vec<usize>,
}

/// How the lowest visit of an exposure is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lowest {
    /// Instrument and exposure are the key, the visit is the field. A key may have several.
    pub definitions: Records,
    /// The fields of the row that are the instrument and the exposure.
    pub key: [usize; 2],
    /// Whether it is the lowest that has a record, not the lowest of all.
    pub has_record: bool,
}

/// A branch's rows, of which the database has sent parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Split<S> {
    /// What the fields of a row are; those behind a branch's own serve as keys only.
    pub fields: Vec<Wire>,
    /// Which of them the SELECTs of datasets have.
    pub own: Vec<usize>,
    /// Where the others come from, in their order: a key may have fields of records before.
    pub lookups: Vec<Lookup>,
    /// The SELECTs of datasets.
    pub selects: Vec<S>,
}

impl Records {
    /// The positions of the columns of the key that tell few records: `None` where a table is small.
    pub fn telling(&self) -> Option<Vec<usize>> {
        let columns = self.columns.iter().enumerate();
        let telling: Vec<usize> =
            columns.filter(|(_, column)| column.is_some()).map(|(at, _)| at).collect();
        (!telling.is_empty()).then_some(telling)
    }

    /// The SELECT of those that have one of the keys: the columns of [`Self::telling`].
    pub fn with_keys(
        &self,
        target: &Target,
        keys: &[Vec<Cell>],
        parameters: &mut Parameters,
    ) -> Option<String> {
        let columns: Vec<&str> = self.columns.iter().filter_map(Option::as_deref).collect();
        let rows = target.dialect.known_rows(keys, columns.len(), parameters)?;
        Some(format!("{}\nWHERE ({}) IN ({rows})", self.select, columns.join(", ")))
    }

    /// The SELECT of those of visits that exposures define, by instruments and exposures; `visit` is its column in
    /// the key.
    pub fn with_exposures(
        &self,
        target: &Target,
        (exposures, visit): (&[Vec<Cell>], usize),
        parameters: &mut Parameters,
    ) -> Option<String> {
        let named = |at: usize| self.columns.get(at)?.clone();
        let instrument = named(self.key.iter().position(|name| name == "instrument")?)?;
        let visit = named(visit)?;
        let rows = target.dialect.known_rows(exposures, 2, parameters)?;
        Some(format!(
            "{}\nWHERE ({instrument}, {visit}) IN (\n  SELECT v.instrument, v.visit FROM {} AS v\n  WHERE \
             (v.instrument, v.exposure) IN ({rows})\n)",
            self.select,
            target.table("visit_definition"),
        ))
    }
}

impl Split<BranchSelect> {
    /// The same with SELECTs as texts.
    pub(super) fn with(
        self,
        texts: &impl Fn(&[BranchSelect]) -> Vec<SelectText>,
    ) -> Split<SelectText> {
        let Self { fields, own, lookups, selects } = self;
        Split { fields, own, lookups, selects: texts(&selects) }
    }
}

/// A field of a row, with the alias of the table of records that it comes from, if from one.
#[derive(Debug)]
struct Slot {
    field: Field,
    from: Option<String>,
}

/// The fields of a row that are a record's key.
#[derive(Debug)]
struct Key {
    /// In the order of the key's columns; `None` is the lowest visit.
    fields: Vec<Option<usize>>,
    /// The instrument and the exposure that the visit is found by, and whether it must have a record.
    lowest: Option<([usize; 2], bool)>,
}

/// The fields of a row that is being taken apart.
#[derive(Debug)]
struct Slots<'t> {
    target: &'t Target,
    slots: Vec<Slot>,
    /// Aliases of the tables that are read apart.
    apart: BTreeSet<String>,
    /// Aliases of tables that stay with the datasets.
    stay: BTreeSet<&'t str>,
}

impl Target {
    /// Takes a branch apart; `None` where its fields are its datasets' own, or some cannot be taken apart.
    /// `beside` are further outputs, which stay with the datasets.
    pub(super) fn split(
        &self,
        branch: &Branch,
        search: &Search,
        find_first: bool,
        fields: &[Field],
        beside: &[(String, Expr, &Scalar)],
    ) -> Option<Split<BranchSelect>> {
        let mut slots = Slots::new(self, branch, fields, beside);
        let mut lookups = Vec::new();
        for join in branch.joins.iter().rev() {
            if slots.apart.contains(&join.alias) {
                lookups.push((join, slots.key(branch, join)?));
            }
        }
        if lookups.is_empty() {
            return None;
        }
        let lookups = lookups.into_iter().rev();
        let lookups = lookups.map(|(join, key)| slots.lookup(join, key)).collect();
        let own: Vec<usize> = slots.own();
        let mut outputs: Vec<(String, Expr, &Scalar)> = Vec::new();
        for at in &own {
            let field = &slots.slots.get(*at)?.field;
            outputs.push((field_name(*at), field.sql.clone(), &field.needs));
        }
        outputs.extend_from_slice(beside);
        let selects = self.branch_with(branch, search, &outputs, find_first);
        let wires = slots.slots.iter().map(|slot| slot.field.wire).collect();
        Some(Split { fields: wires, own, lookups, selects })
    }

    /// What the column of a table's key is: its own key is named `id` or `name`, others by their dimensions.
    fn key_wire(&self, table: &str, own: &str) -> Wire {
        self.wire(if ["id", "name"].contains(&own) { table } else { own })
    }
}

impl<'t> Slots<'t> {
    fn new(
        target: &'t Target,
        branch: &'t Branch,
        fields: &[Field],
        beside: &[(String, Expr, &'t Scalar)],
    ) -> Self {
        let mut stay: Vec<&str> = Vec::new();
        branch.conditions.iter().for_each(|condition| condition.aliases(&mut stay));
        beside.iter().for_each(|(_, _, scalar)| scalar.aliases(&mut stay));
        let from = |field: &Field| {
            let mut aliases = Vec::new();
            field.needs.aliases(&mut aliases);
            aliases.sort_unstable();
            aliases.dedup();
            let joined = |alias: &str| branch.joins.iter().find(|join| join.alias == alias);
            let apart = |join: &&Join| is_apart(join) && !join.filters;
            match aliases.as_slice() {
                [only] if joined(only).as_ref().is_some_and(apart) => Ok((*only).to_owned()),
                several => {
                    let names = branch.joins.iter().map(|join| join.alias.as_str());
                    Err(names.filter(|name| several.contains(name)).collect::<Vec<_>>())
                }
            }
        };
        let mut slots = Vec::new();
        for field in fields {
            let from = match from(field) {
                Ok(alias) => Some(alias),
                Err(aliases) => {
                    stay.extend(aliases);
                    None
                }
            };
            slots.push(Slot { field: field.clone(), from });
        }
        // What stays needs what it is joined by.
        for join in branch.joins.iter().rev() {
            if join.filters || stay.contains(&join.alias.as_str()) {
                stay.push(&join.alias);
                stay.extend(join.dependencies());
            }
        }
        let stay: BTreeSet<&str> = stay.into_iter().collect();
        for slot in &mut slots {
            slot.from = slot.from.take().filter(|alias| !stay.contains(alias.as_str()));
        }
        let apart = slots.iter().filter_map(|slot| slot.from.clone()).collect();
        Self { target, slots, apart, stay }
    }

    /// The fields that are a record's key, in the order of the key's columns.
    fn key(&mut self, branch: &Branch, join: &Join) -> Option<Key> {
        let (mut fields, mut lowest) = (Vec::new(), None);
        for (own, operand) in by_name(join) {
            let wire = self.target.key_wire(&join.table, own);
            match operand {
                On::Column { alias, column } => {
                    fields.push(Some(self.field(branch, alias, column, wire)?));
                }
                On::LowestVisit { instrument, exposure, detector, .. } => {
                    let place = |name: &str| self.target.wire(name);
                    let (text, number) = (place("instrument"), place("exposure"));
                    let instrument = self.field(branch, &instrument.0, &instrument.1, text)?;
                    let exposure = self.field(branch, &exposure.0, &exposure.1, number)?;
                    lowest = Some(([instrument, exposure], detector.is_some()));
                    fields.push(None);
                }
            }
        }
        Some(Key { fields, lowest })
    }

    /// The position of a column among the fields, which it is added to.
    fn field(&mut self, branch: &Branch, alias: &str, name: &str, wire: Wire) -> Option<usize> {
        let sql = column(alias, name);
        let text = self.target.dialect.text(&sql);
        let same = |slot: &Slot| slot.field.text == text && slot.field.wire == wire;
        if let Some(known) = self.slots.iter().position(same) {
            return Some(known);
        }
        let is_own = alias == TAGS || self.stay.contains(alias);
        if !is_own {
            let join = branch.joins.iter().find(|join| join.alias == alias)?;
            if !is_apart(join) {
                return None;
            }
            self.apart.insert(alias.to_owned());
        }
        let needs = match alias {
            TAGS => Scalar::Null,
            _ => Scalar::Column {
                alias: alias.to_owned(),
                column: name.to_owned(),
                kind: if wire == Wire::Int { ValueKind::Int } else { ValueKind::Text },
                nullable: true,
            },
        };
        let from = (!is_own).then(|| alias.to_owned());
        self.slots.push(Slot { field: Field { sql, text, wire, needs }, from });
        Some(self.slots.len() - 1)
    }

    /// The fields of datasets.
    fn own(&self) -> Vec<usize> {
        let slots = self.slots.iter().enumerate();
        slots.filter(|(_, slot)| slot.from.is_none()).map(|(at, _)| at).collect()
    }

    fn lookup(&self, join: &Join, key: Key) -> Lookup {
        let slots = self.slots.iter().enumerate();
        let taken: Vec<(usize, &Field)> = slots
            .filter(|(_, slot)| slot.from.as_ref() == Some(&join.alias))
            .map(|(at, slot)| (at, &slot.field))
            .collect();
        let region = self.target.dialect.text(&column(&join.alias, REGION));
        let is_region = |field: &Field| field.text == region;
        let alias = match taken.iter().all(|(_, field)| is_region(field)) {
            true => REGIONS,
            false => &join.alias,
        };
        let named = |name: &str| self.target.dialect.text(&column(alias, name));
        let mut outputs: Vec<String> = by_name(join).map(|(own, _)| named(own)).collect();
        let key_wires = by_name(join).map(|(own, _)| self.target.key_wire(&join.table, own));
        let mut wires: Vec<Wire> = key_wires.collect();
        for (_, field) in &taken {
            wires.push(field.wire);
            outputs.push(match alias {
                REGIONS => named(REGION),
                _ => field.text.clone(),
            });
        }
        let table = self.target.joined_table(join);
        let quoted = self.target.dialect.name(alias);
        let names: Vec<&str> = by_name(join).map(|(own, _)| own).collect();
        let columns = self.telling(&join.table, &names, alias);
        let mut select = format!("SELECT {} FROM {table} AS {quoted}", outputs.join(", "));
        // Some times are computed with a table of leap seconds.
        if select.contains(&self.target.own(&self.target.view.utc())) {
            select = format!("WITH {}\n{select}", self.target.helper_tables(&[]));
        }
        let lowest = key.lowest.map(|(key, has_record)| Lowest {
            definitions: self.definitions(),
            key,
            has_record,
        });
        Lookup {
            records: Records {
                select,
                wires,
                key: names.into_iter().map(str::to_owned).collect(),
                regions_of: (alias == REGIONS).then(|| join.table.clone()),
                columns,
            },
            key: key.fields,
            lowest,
            is_required: join.multiplicity == Multiplicity::ExactlyOne,
            into: taken.into_iter().map(|(at, _)| at).collect(),
        }
    }

    /// The columns of a key in SQL, if any of them tells few records: those, and governors.
    fn telling(&self, table: &str, names: &[&str], alias: &str) -> Vec<Option<String>> {
        let dimension = |name: &str| match name {
            "id" | "name" => table.to_owned(),
            other => other.to_owned(),
        };
        let tells = |name: &&str| self.target.tells(&dimension(name));
        let is_large = names.iter().any(tells);
        let column = |name: &&str| {
            let is_of_few = self.target.is_of_few(&dimension(name));
            (is_large && !is_of_few).then(|| self.target.dialect.text(&column(alias, name)))
        };
        names.iter().map(column).collect()
    }

    /// The visits that exposures define.
    fn definitions(&self) -> Records {
        let table = self.target.table("visit_definition");
        let names = ["instrument", "exposure", "visit"];
        let wires = names.map(|name| self.target.wire(name)).to_vec();
        let named = names.map(|name| self.target.dialect.text(&column("v", name)));
        let [instrument, exposure, _] = names;
        Records {
            select: format!("SELECT {} FROM {table} AS v", named.join(", ")),
            wires,
            key: vec![instrument.to_owned(), exposure.to_owned()],
            regions_of: None,
            columns: self.telling("visit_definition", &[instrument, exposure], "v"),
        }
    }
}

/// The columns of a join's key with their operands, in one order for all branches.
fn by_name(join: &Join) -> impl Iterator<Item = (&str, &On)> {
    let mut on: Vec<(&str, &On)> = join.on.iter().map(|(own, on)| (own.as_str(), on)).collect();
    on.sort_by_key(|(own, _)| *own);
    on.into_iter()
}

/// Whether records of a table can be read apart from datasets: a key has one at most, and it is made from
/// columns.
fn is_apart(join: &Join) -> bool {
    let is_column = |(_, operand): &(String, On)| match operand {
        On::Column { .. } => true,
        On::LowestVisit { agreeing, .. } => agreeing.is_empty(),
    };
    ![DATASET, RUN, COLLECTIONS].contains(&join.alias.as_str())
        && join.multiplicity != Multiplicity::Many
        && join.on.iter().all(is_column)
}
