//! `/async`: the list of jobs (UWS 1.1 sections 2.2.2.1, 2.2.3.1).

use std::sync::Arc;

use axum::Extension;
use axum::extract::{RawQuery, Request, State};

use super::{Answered, Jobs};
use crate::diag::Diagnostic;
use crate::serve::Service;
use crate::serve::http::{Caller, see_other, xml};
use crate::serve::parameters::{from_query, read};
use crate::serve::uws::{self, Filter};

pub async fn list(
    Extension(jobs): Extension<Jobs>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
) -> Answered {
    let filter = Filter::read(&from_query(&query.unwrap_or_default()))?;
    let found = jobs.store.list(&filter, caller.name()).await?;
    Ok(xml(uws::job_list(&found, &jobs.url)))
}

pub async fn create(
    State(service): State<Arc<Service>>,
    Extension(jobs): Extension<Jobs>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Answered {
    let parameters = read(request, &service.weights()).await?;
    let (store, name) = (&jobs.store, caller.name());
    let run = match parameters.single("PHASE")? {
        None => false,
        Some(phase) if phase.eq_ignore_ascii_case("RUN") => true,
        Some(phase) => {
            let error = Diagnostic::error("S011", format!("PHASE cannot be `{phase}` here"));
            return Err(Box::new(error.help("a new job takes PHASE=RUN")).into());
        }
    };
    let job = store.create(&parameters, name).await?;
    // Controls that are wrong leave no job behind.
    let controlled = async {
        if let Some(text) = parameters.single("EXECUTIONDURATION")? {
            store.set_duration(&job.id, name, text).await?;
        }
        if let Some(text) = parameters.single("DESTRUCTION")? {
            store.set_destruction(&job.id, name, text).await?;
        }
        if run {
            store.run(&job.id, name).await?;
        }
        Ok::<(), Box<Diagnostic>>(())
    };
    if let Err(error) = controlled.await {
        store.delete(&job.id, name).await?;
        return Err(error.into());
    }
    Ok(see_other(&format!("{}/{}", jobs.url, job.id)))
}
