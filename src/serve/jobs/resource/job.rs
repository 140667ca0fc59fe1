//! A job: looking at it and changing it (UWS 1.1 sections 2.2.2, 2.2.3).

use std::time::Duration;

use axum::extract::{RawQuery, Request};

use super::Answered;
use super::request::JobRequest;
use crate::diag::{Diagnostic, Result};
use crate::serve::http::{see_other, xml};
use crate::serve::parameters::{Parameters, from_query};
use crate::serve::uws::{self, Wait};

/// The longest that a GET is held; shorter than what proxies cut off.
const LONGEST_WAIT: Duration = Duration::from_secs(50);

pub async fn show(asked: JobRequest, RawQuery(query): RawQuery) -> Answered {
    let wait = Wait::read(&from_query(&query.unwrap_or_default()), LONGEST_WAIT)?;
    let job = match wait {
        None => asked.job().await?,
        Some(wait) => tokio::select! {
            job = asked.jobs.store.wait(&asked.id, asked.caller(), &wait) => job?,
            () = asked.service.end.cancelled() => asked.job().await?,
        },
    };
    Ok(xml(uws::job(&job, &asked.url())))
}

pub async fn delete(asked: JobRequest) -> Answered {
    asked.jobs.store.delete(&asked.id, asked.caller()).await?;
    Ok(see_other(&asked.list_url()))
}

/// A POST to the job itself: ACTION=DELETE and nothing else, as DALI wants it.
pub async fn act(asked: JobRequest, request: Request) -> Answered {
    let parameters = asked.read(request).await?;
    match parameters.single("ACTION")? {
        Some(action) if action.eq_ignore_ascii_case("DELETE") => delete(asked).await,
        _ => {
            asked.job().await?;
            let message = "a job itself takes ACTION=DELETE and nothing else";
            let error = Diagnostic::error("S011", message)
                .help("parameters are sent to …/parameters, PHASE to …/phase");
            Err(Box::new(error).into())
        }
    }
}

pub async fn set_phase(asked: JobRequest, request: Request) -> Answered {
    let parameters = asked.read(request).await?;
    let phase = needed(&parameters, "PHASE")?.to_ascii_uppercase();
    match phase.as_str() {
        "RUN" => asked.jobs.store.run(&asked.id, asked.caller()).await?,
        "ABORT" => asked.jobs.store.abort(&asked.id, asked.caller()).await?,
        other => {
            let error = Diagnostic::error("S011", format!("PHASE cannot be set to `{other}`"));
            return Err(Box::new(error.help("possible: RUN, ABORT")).into());
        }
    };
    Ok(see_other(&asked.url()))
}

pub async fn set_duration(asked: JobRequest, request: Request) -> Answered {
    let parameters = asked.read(request).await?;
    let text = needed(&parameters, "EXECUTIONDURATION")?;
    asked.jobs.store.set_duration(&asked.id, asked.caller(), text).await?;
    Ok(see_other(&asked.url()))
}

pub async fn set_destruction(asked: JobRequest, request: Request) -> Answered {
    let parameters = asked.read(request).await?;
    let text = needed(&parameters, "DESTRUCTION")?;
    asked.jobs.store.set_destruction(&asked.id, asked.caller(), text).await?;
    Ok(see_other(&asked.url()))
}

pub async fn add_parameters(asked: JobRequest, request: Request) -> Answered {
    let parameters = asked.read(request).await?;
    asked.jobs.store.add_parameters(&asked.id, asked.caller(), &parameters).await?;
    Ok(see_other(&asked.url()))
}

fn needed<'a>(parameters: &'a Parameters, name: &'a str) -> Result<&'a str> {
    let missing =
        || Box::new(Diagnostic::error("S012", format!("the parameter {name} is missing")));
    parameters.single(name)?.ok_or_else(missing)
}
