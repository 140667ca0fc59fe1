//! Rows as they are, dataset type by dataset type.
//!
//! In: a question for columns of one ObsCore table as they are. Out: a statement for each dataset type that
//! may have rows, which fetches raw fields as an export does; values are made from them here. Conditions on
//! places are tested here too, on the regions that arrive, so that no region has to be brought
//! to another database for a query by place.

use std::sync::Arc;

use super::ask::{Question, Sent, known};
use super::keep::{keep, located};
use super::probes::{self, Probed};
use super::service::{Origin, Service};
use super::site::Published;
use super::stage::Bring;
use super::statement::Statement;
use crate::db::Session;
use crate::diag::Result;
use crate::lower::{
    Definitions, Fetch, Form, Layout, PlainBranch, PlainSelects, Probe, Target, framed,
};
use crate::plan::{Test, Wish};
use crate::query::{self, Checked, Needs, Plain, Sql, Written, conditions};
use crate::sql::Parameters;
use crate::stream::gather::{FEW, From, Gathered, PART, Seen, Waiting, Wanted, wanted};
use crate::stream::hidden::Hidden;
use crate::stream::pipeline::Pipeline;
use crate::stream::records::Bound;
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
    /// Whether all rows are wanted, so that whole tables of dimension records are.
    are_all: bool,
    /// So many datasets are joined by the database.
    joined_rows: u64,
    /// How the view is written down for the snapshot that is read.
    target: Target,
    probes: Vec<Probe>,
    /// What those have found.
    found: Probed,
}

/// What fetches the rows of a dataset type.
struct Part {
    /// What the SELECTs refer to.
    helpers: Arc<str>,
    selects: PlainSelects,
    /// The same with dimension records apart.
    split: Option<PlainSelects>,
    /// The probe that has found the regions of all of the rows.
    regions: Option<usize>,
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
    /// What their rows are made of.
    layout: Layout,
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
        let Some(parts) = self.parts(session, plain, question).await? else {
            let pipeline = self.pipeline(question, plain.rows.top, sink);
            return Ok(Sent { pipeline, all: Ok(true) });
        };
        let pipeline = self.pipeline(question, plain.rows.top, sink);
        let mut gathered = Gathered::default();
        let is_soon_enough = most(plain, question).is_some_and(|most| most <= FEW);
        let all = async {
            for (at, part) in &parts.parts {
                let Some(branch) = parts.branches.get(*at) else { continue };
                // To wait until rows are written is worth it where those may be enough.
                if is_soon_enough && !pipeline.wants_more().await {
                    return Ok(false);
                }
                let name: Arc<str> = Arc::from(branch.dataset_type.as_str());
                let asked = Of { plain, question, branch, part };
                let way = (&pipeline, &mut gathered);
                let Fetched { statements: found, bounds, waiting } =
                    parts.fetched(session, way, asked).await?;
                let mut waiting = waiting.statements.into_iter();
                for written in found.statements {
                    let places = located(&plain.rows, &branch.fetch.recipes);
                    let keep = keep(places, found.hidden.clone(), found.data_id);
                    let Written { text, parameters, fields, recipes } = written;
                    let fetch = Fetch { fields: found.layout.fetch.fields.clone(), recipes };
                    let (own, bounds) = (found.layout.own.clone(), bounds.clone());
                    let rows = decode::Part { fetch, own, bounds, keep };
                    let Some(tuples) = pipeline.branch(Arc::clone(&name), rows).await else {
                        return Ok(false);
                    };
                    match waiting.next() {
                        Some(chunks) => {
                            for chunk in chunks {
                                // Who has enough does not receive.
                                let _ = tuples.send(chunk).await;
                            }
                        }
                        None => session.tuples(&text, &parameters, &fields, &tuples).await?,
                    }
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
        let Some(mut parts) = self.parts(session, plain, question).await? else {
            return Ok(Vec::new());
        };
        let mut rows = Vec::new();
        let mut probed = std::mem::take(&mut parts.probed);
        for (at, part) in &parts.parts {
            let Some(branch) = parts.branches.get(*at) else { continue };
            let of = Of { plain, question, branch, part };
            let (found, records) = parts.noted(session, of).await?;
            for (text, parameters) in records {
                if !probed.iter().any(|other: &Written| other.text == text) {
                    probed.push(asked_before(text, parameters));
                }
            }
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
    ) -> Result<Option<Parts>> {
        let checked = question.checked;
        let alias = format!("t{}", checked.sources.first().map_or(0, |table| table.id));
        let site = self.sites.get(plain.site);
        let Some(published) = site.and_then(|site| site.published.get(plain.view)) else {
            return Ok(None);
        };
        let covers = self.covers(checked, 0);
        let needs = Needs { covers, wishes: query::wishes(checked, 0), ..Needs::default() };
        let known = known(site, session, &needs).await?;
        let found = published.found(session).await?;
        let (asked, probes) = published.asked(&found, &needs, &known);
        let mut probed = Vec::new();
        let probed_now = probes::run(session, published, &probes, &mut probed).await?;
        let keys = &probed_now.keys;
        let mut definitions = published.target.definitions;
        let are_many = most(plain, question).is_none_or(|most| most > FEW);
        let is_tested = !plain.rows.tested.is_empty() || !plain.rows.sought.is_empty();
        let are_most = most(plain, question).is_none_or(|most| most > PART);
        let are_all = needs.is_about_all() && are_most && !is_tested;
        let are_some = are_many
            && probes::are_some(keys, question.limits.joined_rows)
            && session.dialect().gains_from_apart();
        if needs.is_about_all() || probes::are_many(keys) {
            session.reads_much().await?;
        }
        if are_many && (needs.is_about_all() || are_some) {
            let (target, plan) = (&published.target, &published.plan);
            definitions = visits::definitions(session, target, plan).await?;
        }
        let branches = published.plain_branches(&found, definitions, &plain.rows);
        let mut parts = Vec::new();
        for (at, branch) in branches.iter().enumerate() {
            let mut parameters = Parameters::new(session.dialect());
            let mut selects = |form| {
                let target = &published.target;
                // Both have the same parameters.
                parameters = Parameters::new(session.dialect());
                target.plain_selects(branch, &asked, keys, &mut parameters, form)
            };
            let split = if are_all || are_some { selects(Form::Split) } else { None };
            let Some(selects) = selects(Form::Joined) else { continue };
            let split = split.filter(|_| branch.apart() == Form::Split);
            let known = parameters.clone().into_cells();
            let tested = self.tested(session, published, plain, question, &mut parameters);
            let parameters = parameters.into_cells();
            let helpers = published.helper_tables_of(&found, branch.dataset_type_id);
            let regions = branch.regions(&asked);
            let part = Part { helpers, selects, split, regions, known, tested, parameters };
            parts.push((at, part));
        }
        let joined_rows = question.limits.joined_rows;
        let (found, target) = (probed_now, Target { definitions, ..published.target.clone() });
        Ok(Some(Parts {
            alias,
            branches,
            parts,
            probed,
            are_all,
            joined_rows,
            target,
            probes,
            found,
        }))
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

/// What rows of a dataset type are fetched for.
#[derive(Clone, Copy)]
struct Of<'a> {
    plain: &'a PlainRows<'a>,
    question: &'a Question<'a>,
    branch: &'a PlainBranch,
    part: &'a Part,
}

/// How the rows of a dataset type are fetched.
struct Fetched {
    statements: Statements,
    /// Where their records are.
    bounds: Vec<Bound>,
    /// What the statements have given, where they have been asked.
    waiting: Waiting,
}

impl Parts {
    /// How the rows of a dataset type are fetched, once their records are in the decoder where they are read apart.
    async fn fetched(
        &self,
        session: &mut Session,
        (pipeline, gathered): (&Pipeline, &mut Gathered),
        of: Of<'_>,
    ) -> Result<Fetched> {
        let waiting = Waiting::default();
        if of.part.split.is_some() && self.are_all {
            if let Some(bounds) = gathered.bounds(session, pipeline, of.branch).await? {
                let statements = self.statements(session, of, Form::Split).await?;
                return Ok(Fetched { statements, bounds, waiting });
            }
        } else if of.part.split.is_some() {
            let statements = self.statements(session, of, Form::Split).await?;
            if let Some((waiting, wanted)) = self.wanted(session, of.part, &statements).await? {
                let seen = self.seen(of.part);
                let bounds = gathered.bounds_of(session, pipeline, wanted, seen).await?;
                if let Some(bounds) = bounds {
                    return Ok(Fetched { statements, bounds, waiting });
                }
            }
        }
        let statements = self.statements(session, of, Form::Joined).await?;
        Ok(Fetched { statements, bounds: Vec::new(), waiting })
    }

    /// Asks for datasets, and tells what records they need, where it is worth it.
    async fn wanted(
        &self,
        session: &mut Session,
        part: &Part,
        statements: &Statements,
    ) -> Result<Option<(Waiting, Vec<Wanted>)>> {
        let mut waiting = Waiting::default();
        for Written { text, parameters, fields, .. } in &statements.statements {
            waiting.read(session, (text, parameters, fields)).await?;
        }
        if !waiting.are_more(self.joined_rows) {
            return Ok(None);
        }
        let wanted = wanted(&self.target, &statements.layout, &waiting, self.seen(part))?;
        Ok(wanted.map(|wanted| (waiting, wanted)))
    }

    /// The regions that a probe has found for all rows.
    fn seen(&self, part: &Part) -> Option<Seen<'_>> {
        let at = part.regions?;
        let (probe, regions) = (self.probes.get(at)?, self.found.regions.get(at)?);
        let keys = self.found.keys.get(at)?.as_ref()?;
        let is_one_visit = self.target.definitions == Definitions::OneVisit;
        (keys.len() == regions.len()).then_some(Seen { probe, keys, regions, is_one_visit })
    }

    /// The statements for the rows of a dataset type, and those for their records.
    async fn noted(
        &self,
        session: &mut Session,
        of: Of<'_>,
    ) -> Result<(Statements, Vec<(String, Vec<Cell>)>)> {
        let mut records = Vec::new();
        if of.part.split.is_some() {
            let statements = self.statements(session, of, Form::Split).await?;
            if self.are_all {
                let whole = statements.layout.tables();
                records.extend(whole.map(|table| (table.select.clone(), Vec::new())));
                return Ok((statements, records));
            }
            if let Some((_, wanted)) = self.wanted(session, of.part, &statements).await? {
                for Wanted { visits, from, .. } in wanted {
                    records.extend(visits);
                    match from {
                        From::Keys(select) => records.push(select),
                        From::Whole(select) => records.push((select, Vec::new())),
                        From::Seen => {}
                    }
                }
                return Ok((statements, records));
            }
        }
        Ok((self.statements(session, of, Form::Joined).await?, records))
    }

    /// The statements for the rows of a dataset type; asks for the data IDs that hide datasets first, where few
    /// rows are not enough.
    async fn statements(
        &self,
        session: &mut Session,
        Of { plain, question, branch, part }: Of<'_>,
        form: Form,
    ) -> Result<Statements> {
        let selects = part.split.as_ref().filter(|_| form == Form::Split).unwrap_or(&part.selects);
        let most = most(plain, question);
        let all_found = plain.rows.sought.is_empty();
        let are_few = selects.apart.as_ref().is_some_and(|apart| apart.are_few);
        let are_first = most.is_some_and(|most| most <= FEW) && all_found && !are_few;
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
        Ok(Statements { statements, layout, hidden, data_id, asked })
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
