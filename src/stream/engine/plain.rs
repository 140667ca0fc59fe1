//! Rows as they are, dataset type by dataset type.
//!
//! In: a question for columns of one ObsCore table as they are. Out: a statement for each dataset type that
//! may have rows, which fetches raw fields as an export does; values are made from them here. Conditions on
//! places are tested here too, on the regions that arrive, so that no region has to be brought
//! to another database for a query by place.

use std::sync::Arc;

use super::ask::{Answered, Preamble, Question, known};
use super::keep::{Located, keep, located};
use super::probes;
use super::service::{Origin, Service};
use super::site::Published;
use super::stage::Bring;
use super::statement::Statement;
use crate::db::Session;
use crate::diag::Result;
use crate::lower::{Fetch, framed};
use crate::plan::{Test, Wish};
use crate::query::{self, Checked, Needs, Plain, Sql, Written, conditions};
use crate::sql::Parameters;
use crate::stream::Sink;
use crate::stream::hidden::Hidden;
use crate::value::Cell;

/// A question for plain rows of a table.
pub(super) struct PlainRows<'c> {
    /// The site of the table.
    pub site: usize,
    /// Its position there.
    view: usize,
    rows: Plain<'c>,
}

/// What fetches the rows of a dataset type.
struct Part {
    dataset_type: String,
    written: Written,
    places: Vec<Located>,
    hidden: Hidden,
    /// The first field of the data ID.
    data_id: usize,
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

    /// Answers a question for plain rows in a session; says too whether all rows were taken.
    pub(super) async fn answer_plain(
        &self,
        session: &mut Session,
        plain: &PlainRows<'_>,
        question: &Question<'_>,
        sink: Box<dyn Sink>,
    ) -> Result<(Answered, bool)> {
        let (parts, _) = self.parts(session, plain, question).await?;
        let pipeline = self.pipeline(question, sink);
        let sent = async {
            for part in parts {
                let Part { dataset_type, written, places, hidden, data_id } = part;
                let keep = keep(places, hidden, data_id);
                let Written { text, parameters, fields, recipes } = written;
                let fetch = Fetch { fields: fields.clone(), recipes };
                let next = pipeline.branch(Arc::from(dataset_type), fetch, keep).await;
                let Some(tuples) = next else { return Ok(false) };
                session.tuples(&text, &parameters, &fields, &tuples).await?;
                if tuples.is_closed() {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let sent = sent.await;
        let taken = matches!(sent, Ok(true));
        let summary = pipeline.end(sent.map(drop)).await?;
        Ok((Answered { rows: summary.rows, overflow: summary.overflow }, taken))
    }

    /// Notes down the statements of a question for plain rows.
    pub(super) async fn plain_statements(
        &self,
        session: &mut Session,
        plain: &PlainRows<'_>,
        question: &Question<'_>,
        bring: Bring,
    ) -> Result<Vec<Statement>> {
        let (parts, probed) = self.parts(session, plain, question).await?;
        let mut noted = Statement::probes(session, bring, probed).await?;
        for part in parts {
            let purpose = format!("rows of {}", part.dataset_type);
            let with_plan = bring == Bring::Plans;
            noted.push(Statement::noted(session, &purpose, part.written, with_plan).await?);
        }
        Ok(noted)
    }

    /// What fetches the rows, and what was asked before to know it.
    async fn parts(
        &self,
        session: &mut Session,
        plain: &PlainRows<'_>,
        question: &Question<'_>,
    ) -> Result<(Vec<Part>, Vec<Written>)> {
        let checked = question.checked;
        let site = self.sites.get(plain.site);
        let Some(published) = site.and_then(|site| site.published.get(plain.view)) else {
            return Ok(Default::default());
        };
        let covers = self.covers(checked, 0);
        let needs = Needs { covers, wishes: query::wishes(checked, 0), ..Needs::default() };
        let known = known(site, session, &needs).await?;
        let found = published.found(session).await?;
        let (asked, probes) = published.asked(&found, &needs, &known);
        let mut preamble = Preamble::new(session.dialect());
        let keys = probes::run(session, &published.target, &probes, &mut preamble.probed).await?;
        if needs.is_about_all() || probes::are_many(&keys) {
            session.reads_much().await?;
        }
        let helpers = published.helper_tables(&found);
        let alias = format!("t{}", checked.sources.first().map_or(0, |table| table.id));
        let mut parts = Vec::new();
        for branch in published.plain_branches(&found, &plain.rows).iter() {
            let mut parameters = Parameters::new(session.dialect());
            let selects = published.target.plain_selects(branch, &asked, &keys, &mut parameters);
            let Some(selects) = selects else { continue };
            let known = parameters.clone().into_cells();
            let (selects, hidden, asked) = Hidden::find(session, &helpers, selects, &known).await?;
            preamble.probed.extend(asked.map(|text| asked_before(text, known)));
            let tested = self.tested(session, published, plain, question, &mut parameters);
            let parameters = parameters.into_cells();
            let (fetch, names, data_id) = hidden.fetch(branch);
            let all_kept = plain.rows.sought.is_empty() && hidden.is_empty();
            let limit = limit(session, question, all_kept);
            for select in selects {
                parts.push(Part {
                    dataset_type: branch.dataset_type.clone(),
                    written: Written {
                        text: framed(&helpers, &names, &select, &alias, &tested) + &limit,
                        parameters: parameters.clone(),
                        fields: fetch.fields.clone(),
                        recipes: fetch.recipes.clone(),
                    },
                    places: located(&plain.rows, &branch.fetch.recipes),
                    hidden: hidden.clone(),
                    data_id,
                });
            }
        }
        Ok((parts, preamble.probed))
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
            limit: None,
            pairs: &[],
        };
        let tested = conditions(question.checked, &plain.rows.tested, &sql, parameters);
        tested.join("\n  AND ")
    }
}

/// The limit of a question as SQL, where all rows are kept and the database gains from it.
fn limit(session: &Session, question: &Question<'_>, all_kept: bool) -> String {
    let limit = question.limit.filter(|_| all_kept).map(|limit| limit.saturating_add(1));
    match limit.filter(|limit| session.dialect().gains_from_limit(*limit)) {
        Some(limit) => format!("\nLIMIT {limit}"),
        None => String::new(),
    }
}

/// A statement that was asked before the rows.
fn asked_before(text: String, parameters: Vec<Cell>) -> Written {
    Written { text, parameters, fields: Vec::new(), recipes: Vec::new() }
}
