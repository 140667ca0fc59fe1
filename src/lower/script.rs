//! The statements that install a view.
//!
//! In: a plan, a target and a [`Stamp`]. Out: a [`Script`]: the same bytes for the same input, in
//! the order in which they must run.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Search, Sidecar, Target};
use crate::plan::ViewPlan;
use crate::registry::Snapshot;
use crate::sql::Dialect;
use crate::sql::region;

/// What marks an object as ours, and says what it was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Version of this tool.
    pub tool: String,
    /// SHA-256 of the mapping file, in hexadecimal digits.
    pub mapping: String,
    /// Version of the dimension universe.
    pub universe: u32,
    /// Digest of the registry's managers and their versions, see [`Stamp::managers`].
    #[serde(default)]
    pub managers: String,
    /// The ObsCore view that the object belongs to, with its schema.
    pub view: String,
}

/// The word that a stamp begins with.
pub const STAMP: &str = "obscore-view stamp:";

impl Stamp {
    /// The first 12 hexadecimal digits of the SHA-256 of all managers and their versions.
    pub fn managers(snapshot: &Snapshot) -> String {
        let mut hash = Sha256::new();
        for (role, manager) in &snapshot.managers {
            hash.update(format!("{role} {} {}\n", manager.class, manager.version));
        }
        let mut digits = String::new();
        for byte in hash.finalize().iter().take(6) {
            let _ = write!(digits, "{byte:02x}");
        }
        digits
    }

    /// The stamp of what belongs to a schema, and is the same for every mapping: functions, and the
    /// schema itself.
    #[must_use]
    pub fn of_schema(&self) -> Self {
        Self {
            tool: self.tool.clone(),
            mapping: String::new(),
            universe: 0,
            managers: String::new(),
            view: String::new(),
        }
    }

    /// One line of text.
    pub fn line(&self) -> String {
        format!("{STAMP} {}", serde_json::to_string(self).unwrap_or_default())
    }

    /// The stamp in a comment or in the text of a view.
    pub fn find(text: &str) -> Option<Self> {
        let (_, after) = text.split_once(STAMP)?;
        serde_json::from_str(after.lines().next()?.trim()).ok()
    }
}

/// The comment on columns of the view with stored regions that have values for rows without one.
pub const STANDS_IN: &str = "Where there is no region";

/// What a statement makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The schema.
    Schema,
    /// A function.
    Function,
    /// A view: helper, branch, or the ObsCore view.
    View,
    /// A comment on one of them, with its stamp.
    Comment,
    /// A side table of regions, with its indexes.
    Table,
    /// What puts into a side table what is not there yet. It stands before the triggers, which lock the
    /// registry's table, and after them, for what was written in between.
    Fill,
    /// The function that keeps a side table, and the triggers that call it.
    Keeper,
    /// A function that finds rows of the view.
    Search,
    /// A right to read.
    Grant,
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it makes.
    pub kind: Kind,
    /// Name of the object, without schema.
    pub name: String,
    /// What it is for, for the reader.
    pub about: String,
    /// The SQL, without a semicolon at the end.
    pub sql: String,
}

/// All statements in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Said at the top.
    pub head: Vec<String>,
    /// The statements.
    pub statements: Vec<Statement>,
    /// Side tables of regions.
    pub sidecars: Vec<Sidecar>,
}

/// Who may do what with the view.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rights {
    /// Owner of the schema and of everything in it that is ours; `None` leaves it to the database.
    pub owner: Option<String>,
    /// Roles that may read the view.
    pub readers: Vec<String>,
}

/// The script that installs `plan` at `target`.
pub fn script(plan: &ViewPlan, target: &Target, stamp: &Stamp, rights: &Rights) -> Script {
    let mut writer = Writer { target, stamp, statements: Vec::new() };
    let sidecars = target.sidecars(plan);
    writer.schema(rights);
    writer.functions(&sidecars);
    writer.tables(&sidecars);
    writer.view(
        &target.view.utc(),
        "TAI to UTC: pieces of the leap second table",
        &target.utc_view(),
    );
    writer.view(
        &target.view.collections(),
        "The collections that are searched, in order",
        &target.collections_view(&plan.search),
    );
    for branch in &plan.branches {
        let name = target.view.branch(&branch.dataset_type);
        let about = format!("ObsCore rows of dataset type {}", branch.dataset_type);
        writer.view(&name, &about, &target.branch_view(plan, branch));
    }
    writer.stored(plan);
    writer.view(&target.view.name, "IVOA ObsCore 1.1, live", &target.whole_view(plan));
    writer.column_comments(plan);
    let searches = target.searches(plan);
    writer.searches(&searches);
    writer.keepers(&sidecars);
    writer.rights(plan, &sidecars, &searches, rights);
    let head = vec![
        format!("ObsCore view {}", target.own(&target.view.name)),
        format!("made by obscore-view {} for a Butler registry", stamp.tool),
        format!("universe {}, mapping sha256 {}", stamp.universe, stamp.mapping),
    ];
    Script { head, statements: writer.statements, sidecars }
}

struct Writer<'a> {
    target: &'a Target,
    stamp: &'a Stamp,
    statements: Vec<Statement>,
}

impl Writer<'_> {
    fn push(&mut self, kind: Kind, name: &str, about: &str, sql: String) {
        self.statements.push(Statement {
            kind,
            name: name.to_owned(),
            about: about.to_owned(),
            sql,
        });
    }

    fn schema(&mut self, rights: &Rights) {
        let dialect = self.target.dialect;
        if let Some(schema) = self.target.view.schema.clone() {
            let owner = match &rights.owner {
                Some(owner) => format!(" AUTHORIZATION {}", dialect.name(owner)),
                None => String::new(),
            };
            let sql = format!("CREATE SCHEMA IF NOT EXISTS {}{owner}", dialect.name(&schema));
            self.push(Kind::Schema, &schema, "", sql);
        }
    }

    fn functions(&mut self, sidecars: &[Sidecar]) {
        let target = self.target;
        let schema = target.view.schema.as_deref();
        let names = region::function_names(target.dialect, target.strategy);
        let statements = region::prelude(target.dialect, target.strategy, schema);
        let about = "Decodes region columns";
        let all = names.into_iter().zip(statements).chain(target.sphere_function(sidecars));
        let all = all.map(|one| (about, one));
        let sky = target.sky_functions().into_iter().map(|one| ("Compares places on the sky", one));
        for (about, (name, sql)) in all.chain(sky) {
            let name = &name;
            self.push(Kind::Function, name, about, sql);
            if target.dialect.has_schemas() {
                let comment = format!("{about}\n{}", self.stamp.of_schema().line());
                let quoted = target.dialect.quote(&comment);
                let sql = format!("COMMENT ON FUNCTION {} IS {quoted}", target.own(name));
                self.push(Kind::Comment, name, "", sql);
            }
        }
    }

    fn searches(&mut self, searches: &[Search]) {
        for one in searches {
            self.push(Kind::Search, &one.name, one.about, one.sql.clone());
            self.comment("FUNCTION", &one.reference, &one.name, one.about);
        }
    }

    fn tables(&mut self, sidecars: &[Sidecar]) {
        for one in sidecars {
            let about = format!("What the regions of {} are, kept by triggers", one.element);
            self.push(Kind::Table, &one.name, &about, one.create());
            self.comment("TABLE", &one.table, &one.name, &about);
            self.push(Kind::Fill, &one.name, "", one.fill(None));
            self.push(Kind::Fill, &one.name, "", one.analyze());
        }
    }

    /// What keeps sidecars, and what makes up for the time before. This comes last, as it locks tables of
    /// the registry against writers.
    fn keepers(&mut self, sidecars: &[Sidecar]) {
        for one in sidecars {
            let about = format!("Keeps {} in step with the registry", one.table);
            self.push(Kind::Keeper, &one.name, &about, one.keeper());
            self.comment("FUNCTION", &format!("{}()", one.table), &one.name, &about);
            let about = format!("What was written to {} meanwhile", one.element);
            self.push(Kind::Fill, &one.name, &about, one.remove_superfluous());
            self.push(Kind::Fill, &one.name, "", one.fill(None));
        }
    }

    fn comment(&mut self, kind: &str, reference: &str, name: &str, about: &str) {
        let quoted = self.target.dialect.quote(&format!("{about}\n{}", self.stamp.line()));
        self.push(Kind::Comment, name, "", format!("COMMENT ON {kind} {reference} IS {quoted}"));
    }

    fn view(&mut self, name: &str, about: &str, select: &str) {
        let qualified = self.target.own(name);
        let stamp = self.stamp.line();
        if self.target.dialect.has_comments() {
            self.push(Kind::View, name, about, format!("CREATE VIEW {qualified} AS\n{select}"));
            let quoted = self.target.dialect.quote(&format!("{about}\n{stamp}"));
            let sql = format!("COMMENT ON VIEW {qualified} IS {quoted}");
            self.push(Kind::Comment, name, "", sql);
        } else {
            let sql = format!("CREATE VIEW {qualified} AS\n-- {about}\n-- {stamp}\n{select}");
            self.push(Kind::View, name, about, sql);
        }
    }

    fn stored(&mut self, plan: &ViewPlan) {
        let Some((stand_ins, select)) = self.target.stored_view(plan) else { return };
        let name = self.target.view.stored();
        self.view(&name, "The same rows with stored regions, for services", &select);
        for column in stand_ins {
            let (dialect, view) = (self.target.dialect, self.target.own(&name));
            let quoted = dialect.quote(STANDS_IN);
            let sql = format!("COMMENT ON COLUMN {view}.{} IS {quoted}", dialect.name(&column));
            self.push(Kind::Comment, &column, "", sql);
        }
    }

    fn column_comments(&mut self, plan: &ViewPlan) {
        if !self.target.dialect.has_comments() {
            return;
        }
        let (dialect, view) = (self.target.dialect, self.target.own(&self.target.view.name));
        for column in &plan.columns {
            let mut text = column.description.clone();
            if !column.unit.is_empty() {
                text.push_str(&format!(" [{}]", column.unit));
            }
            if !column.ucd.is_empty() {
                text.push_str(&format!(" (UCD {})", column.ucd));
            }
            let name = dialect.name(&column.name);
            let sql = format!("COMMENT ON COLUMN {view}.{name} IS {}", dialect.quote(&text));
            self.push(Kind::Comment, &column.name, "", sql);
        }
    }

    fn rights(
        &mut self,
        plan: &ViewPlan,
        sidecars: &[Sidecar],
        searches: &[Search],
        rights: &Rights,
    ) {
        let (dialect, target) = (self.target.dialect, self.target);
        if !dialect.has_comments() {
            return;
        }
        let mut views = vec![target.view.utc(), target.view.collections()];
        views.extend(plan.branches.iter().map(|branch| target.view.branch(&branch.dataset_type)));
        views.extend(target.stored_view(plan).map(|_| target.view.stored()));
        views.push(target.view.name.clone());
        if let Some(owner) = &rights.owner {
            for one in sidecars {
                for of in [format!("TABLE {}", one.table), format!("FUNCTION {}()", one.table)] {
                    let sql = format!("ALTER {of} OWNER TO {}", dialect.name(owner));
                    self.push(Kind::Grant, &one.name, "", sql);
                }
            }
            for one in searches {
                let owner = dialect.name(owner);
                let sql = format!("ALTER FUNCTION {} OWNER TO {owner}", one.reference);
                self.push(Kind::Grant, &one.name, "", sql);
            }
            for view in &views {
                let sql =
                    format!("ALTER VIEW {} OWNER TO {}", target.own(view), dialect.name(owner));
                self.push(Kind::Grant, view, "", sql);
            }
        }
        for reader in &rights.readers {
            let reader = dialect.name(reader);
            if let Some(schema) = &target.view.schema {
                let sql = format!("GRANT USAGE ON SCHEMA {} TO {reader}", dialect.name(schema));
                self.push(Kind::Grant, schema, "", sql);
            }
            let names: Vec<String> = views.iter().map(|view| target.own(view)).collect();
            let sql = format!("GRANT SELECT ON\n  {}\nTO {reader}", names.join(",\n  "));
            self.push(Kind::Grant, &target.view.name, "", sql);
            for one in searches.iter().filter(|one| one.is_closed) {
                let sql = format!("GRANT EXECUTE ON FUNCTION {} TO {reader}", one.reference);
                self.push(Kind::Grant, &one.name, "", sql);
            }
        }
    }
}

impl Script {
    /// The whole script as text for a person or `psql`, in one transaction.
    pub fn text(&self, dialect: Dialect, drops: &[String]) -> String {
        let mut text = String::new();
        for line in &self.head {
            text.push_str(&format!("-- {line}\n"));
        }
        text.push_str("\nBEGIN;\n");
        for drop in drops {
            text.push_str(&format!("\n{drop};"));
        }
        if !drops.is_empty() {
            text.push('\n');
        }
        for statement in &self.statements {
            let about = &statement.about;
            if !about.is_empty() && dialect.has_comments() {
                text.push_str(&format!("\n-- {about}"));
            }
            text.push_str(&format!("\n{};\n", statement.sql));
        }
        text.push_str("\nCOMMIT;\n");
        text
    }
}
