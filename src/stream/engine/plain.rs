//! Rows as they are, dataset type by dataset type.
//!
//! In: a question for columns of one ObsCore table as they are. Out: a statement for each dataset type that
//! may have rows, which fetches raw fields as an export does; values are made from them here. Conditions on
//! places are tested here too, on the regions that arrive, so that no region has to be brought
//! to another database for a query by place.

use std::sync::Arc;

use super::ask::{Question, Sent, known};
use super::keep::{keep, located};
use super::probes;
use super::service::{Origin, Service};
use super::site::Published;
use super::stage::Bring;
use super::statement::Statement;
use crate::db::Session;
use crate::diag::Result;
use crate::lower::{Fetch, Form, PlainBranch, PlainSelects, Wire, framed};
use crate::plan::{Test, Wish};
use crate::query::{self, Checked, Needs, Plain, Sql, Written, conditions};
use crate::sql::Parameters;
use crate::stream::gather::{FEW, Gathered};
use crate::stream::hidden::Hidden;
use crate::stream::{Sink, decode, visits};
use crate::value::Cell;

/// A question for plain rows of a table.
pub(super) struct PlainRows<'c> {
    /// The site of the table.
    pub site: usize,
    /// Its position there.
    view: usize,
    rows: Plain<'c>,
}

/// What is needed to fetch the rows of a question.
struct Parts {
    /// What statements call their rows.
    alias: String,
    branches: Arc<Vec<PlainBranch>>,
    /// One for each of the branches that may have rows, with its position.
    parts: Vec<(usize, Part)>,
    /// What was asked before.
    probed: Vec<Written>,
}

/// What fetches the rows of a dataset type.
struct Part {
    /// What the SELECTs refer to.
    helpers: Arc<str>,
    selects: PlainSelects,
    /// The same with dimension records apart.
    split: Option<PlainSelects>,
    /// Parameters of the SELECTs alone.
    known: Vec<Cell>,
    /// Conditions of the question, in SQL.
    tested: String,
    /// Parameters of both.
    parameters: Vec<Cell>,
}

/// Statements for the rows of a dataset type.
struct Statements {
    statements: Vec<Written>,
    /// Which fields of rows they have, in their order.
    own: Vec<usize>,
    /// What all of the fields are.
    fields: Vec<Wire>,
    hidden: Hidden,
    /// The first field of the data ID.
    data_id: usize,
    /// What was asked for them.
    asked: Option<Written>,
}

impl Service {
    /// The question as one for plain rows of an ObsCore table, where it is one and is not about a few
    /// datasets by their names, which are found in all dataset types at once.
    pub(super) fn plain<'c>(&self, checked: &'c Checked) -> Option<PlainRows<'c>> {
        let table = checked.sources.first()?.table;
        let Some(Origin::ObsCore(site, view)) = self.origin(table) else { return None };
        let dialect = self.sites.get(site)?.database.dialect();
        let rows = query::plain(checked, dialect, &|table, column| self.part(table, column))?;
        let identifier = self.sites.get(site)?.published.get(view)?.identifier;
        let named = |wish: &Wish| match wish {
            Wish::Column { column, test: Test::Among(_) | Test::Folded(_) } => {
                Some(*column) == identifier
            }
            _ => false,
        };
        let is_named = query::wishes(checked, 0).iter().any(named);
        (!is_named).then_some(PlainRows { site, view, rows })
    }

    /// Sends plain rows on their way.
    pub(super) async fn send_plain(
        &self,
        session: &mut Session,
        plain: &PlainRows<'_>,
        question: &Question<'_>,
        sink: Box<dyn Sink>,
    ) -> Result<Sent> {
        let parts = self.parts(session, plain, question).await?;
        let pipeline = self.pipeline(question, plain.rows.top, sink);
        let mut gathered = Gathered::default();
        let all = async {
            for (at, part) in &parts.parts {
                let Some(branch) = parts.branches.get(*at) else { continue };
                if !pipeline.wants_more().await {
                    return Ok(false);
                }
                let bounds = match part.split {
                    Some(_) => gathered.bounds(session, &pipeline, branch).await?,
                    None => None,
                };
                let form = if bounds.is_some() { Form::Split } else { Form::Joined };
                let found =
                    parts.statements(session, plain, question, (branch, part, form)).await?;
                for written in found.statements {
                    let places = located(&plain.rows, &branch.fetch.recipes);
                    let keep = keep(places, found.hidden.clone(), found.data_id);
                    let Written { text, parameters, fields, recipes } = written;
                    let fetch = Fetch { fields: found.fields.clone(), recipes };
                    let (own, bounds) = (found.own.clone(), bounds.clone().unwrap_or_default());
                    let name = Arc::from(branch.dataset_type.as_str());
                    let rows = decode::Part { fetch, own, bounds, keep };
                    let Some(tuples) = pipeline.branch(name, rows).await else {
                        return Ok(false);
                    };
                    session.tuples(&text, &parameters, &fields, &tuples).await?;
                    if tuples.is_closed() {
                        return Ok(false);
                    }
                }
            }
            Ok(true)
        };
        let all = all.await;
        Ok(Sent { pipeline, all })
    }

    /// Notes down the statements of a question for plain rows.
    pub(super) async fn plain_statements(
        &self,
        session: &mut Session,
        plain: &PlainRows<'_>,
        question: &Question<'_>,
        bring: Bring,
    ) -> Result<Vec<Statement>> {
        let mut parts = self.parts(session, plain, question).await?;
        let mut rows = Vec::new();
        let mut probed = std::mem::take(&mut parts.probed);
        for (at, part) in &parts.parts {
            let Some(branch) = parts.branches.get(*at) else { continue };
            let form = part.split.as_ref().map_or(Form::Joined, |_| branch.apart());
            for records in branch.layout(form).tables() {
                let known = probed.iter().any(|other: &Written| other.text == records.select);
                if !known {
                    probed.push(asked_before(records.select.clone(), Vec::new()));
                }
            }
            let found = parts.statements(session, plain, question, (branch, part, form)).await?;
            probed.extend(found.asked);
            let purpose = format!("rows of {}", branch.dataset_type);
            rows.extend(found.statements.into_iter().map(|written| (purpose.clone(), written)));
        }
        let mut noted = Statement::probes(session, bring, probed).await?;
        for (purpose, written) in rows {
            let with_plan = bring == Bring::Plans;
            noted.push(Statement::noted(session, &purpose, written, with_plan).await?);
        }
        Ok(noted)
    }

    /// What is needed to fetch the rows, and what was asked to know it.
    async fn parts(
        &self,
        session: &mut Session,
        plain: &PlainRows<'_>,
        question: &Question<'_>,
    ) -> Result<Parts> {
        let checked = question.checked;
        let alias = format!("t{}", checked.sources.first().map_or(0, |table| table.id));
        let site = self.sites.get(plain.site);
        let Some(published) = site.and_then(|site| site.published.get(plain.view)) else {
            let branches = Arc::default();
            let (parts, probed) = (Vec::new(), Vec::new());
            return Ok(Parts { alias, branches, parts, probed });
        };
        let covers = self.covers(checked, 0);
        let needs = Needs { covers, wishes: query::wishes(checked, 0), ..Needs::default() };
        let known = known(site, session, &needs).await?;
        let found = published.found(session).await?;
        let (asked, probes) = published.asked(&found, &needs, &known);
        let mut probed = Vec::new();
        let keys = probes::run(session, published, &probes, &mut probed).await?;
        let mut definitions = published.target.definitions;
        if needs.is_about_all() || probes::are_many(&keys) {
            session.reads_much().await?;
            let (target, plan) = (&published.target, &published.plan);
            if most(plain, question).is_none_or(|most| most > FEW as u64) {
                definitions = visits::definitions(session, target, plan).await?;
            }
        }
        let are_many = most(plain, question).is_none_or(|most| most > FEW as u64);
        let is_tested = !plain.rows.tested.is_empty() || !plain.rows.sought.is_empty();
        let are_all = needs.is_about_all() && are_many && !is_tested;
        let branches = published.plain_branches(&found, definitions, &plain.rows);
        let mut parts = Vec::new();
        for (at, branch) in branches.iter().enumerate() {
            let mut parameters = Parameters::new(session.dialect());
            let mut selects = |form| {
                let target = &published.target;
                // Both have the same parameters.
                parameters = Parameters::new(session.dialect());
                target.plain_selects(branch, &asked, &keys, &mut parameters, form)
            };
            let split = if are_all { selects(Form::Split) } else { None };
            let Some(selects) = selects(Form::Joined) else { continue };
            let split = split.filter(|_| branch.apart() == Form::Split);
            let known = parameters.clone().into_cells();
            let tested = self.tested(session, published, plain, question, &mut parameters);
            let parameters = parameters.into_cells();
            let helpers = published.helper_tables_of(&found, branch.dataset_type_id);
            parts.push((at, Part { helpers, selects, split, known, tested, parameters }));
        }
        Ok(Parts { alias, branches, parts, probed })
    }

    /// The conditions that the database tests, in SQL.
    fn tested(
        &self,
        session: &Session,
        published: &Published,
        plain: &PlainRows<'_>,
        question: &Question<'_>,
        parameters: &mut Parameters,
    ) -> String {
        let sql = Sql {
            dialect: session.dialect(),
            places: &[],
            preamble: "",
            regional: &|_, _| None,
            twin: &|_, _| None,
            regions: published.target.regions,
            decode: false,
            counted: None,
            limit: None,
            pairs: &[],
        };
        let tested = conditions(question.checked, &plain.rows.tested, &sql, parameters);
        tested.join("\n  AND ")
    }
}

impl Parts {
    /// The statements for the rows of a dataset type; asks for the data IDs that hide datasets first, where few
    /// rows are not enough.
    async fn statements(
        &self,
        session: &mut Session,
        plain: &PlainRows<'_>,
        question: &Question<'_>,
        (branch, part, form): (&PlainBranch, &Part, Form),
    ) -> Result<Statements> {
        let selects = part.split.as_ref().filter(|_| form == Form::Split).unwrap_or(&part.selects);
        let most = most(plain, question);
        let all_found = plain.rows.sought.is_empty();
        let are_few = selects.apart.as_ref().is_some_and(|apart| apart.are_few);
        let are_first = most.is_some_and(|most| most <= FEW as u64) && all_found && !are_few;
        let (selects, hidden, asked) = if are_first {
            (selects.selects.clone(), Hidden::None, None)
        } else {
            Hidden::find(session, &part.helpers, selects.clone(), &part.known).await?
        };
        let (layout, data_id) = hidden.layout(branch, form);
        let (fields, names) = (layout.sent(), &layout.names);
        let limit = most.filter(|most| {
            let gains = session.dialect().gains_from_limit(*most) && i64::try_from(*most).is_ok();
            all_found && hidden.is_none() && gains
        });
        let limit = limit.map(|most| format!("\nLIMIT {most}"));
        let end = hidden.order(names) + &limit.unwrap_or_default();
        let written = |select: &String| Written {
            text: framed(&part.helpers, names, select, &self.alias, &part.tested) + &end,
            parameters: part.parameters.clone(),
            fields: fields.clone(),
            recipes: layout.fetch.recipes.clone(),
        };
        let statements = selects.iter().map(written).collect();
        let asked = asked.map(|text| asked_before(text, part.known.clone()));
        let (own, fields) = (layout.own, layout.fetch.fields);
        Ok(Statements { statements, own, fields, hidden, data_id, asked })
    }
}

/// The most rows that are needed, if any are enough.
fn most(plain: &PlainRows<'_>, question: &Question<'_>) -> Option<u64> {
    let more = question.limit.map(|limit| limit.saturating_add(1));
    [more, plain.rows.top].into_iter().flatten().min()
}

/// A statement that was asked before the rows.
fn asked_before(text: String, parameters: Vec<Cell>) -> Written {
    Written { text, parameters, fields: Vec::new(), recipes: Vec::new() }
}
