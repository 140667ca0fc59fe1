//! A job: looking at it and changing it (UWS 1.1 sections 2.2.2, 2.2.3).

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::{Path, RawQuery, Request, State};

use super::{Answered, Base};
use crate::diag::{Diagnostic, Result};
use crate::serve::Service;
use crate::serve::http::{Caller, see_other, xml};
use crate::serve::parameters::{Parameters, from_query, read};
use crate::serve::uws::{self, Wait};

/// The longest that a GET is held; shorter than what proxies cut off.
const LONGEST_WAIT: Duration = Duration::from_secs(50);

type Shared = State<Arc<Service>>;

pub async fn show(
    State(service): Shared,
    Extension(base): Extension<Base>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Answered {
    let wait = Wait::read(&from_query(&query.unwrap_or_default()), LONGEST_WAIT)?;
    let (store, name) = (&service.store, caller.name());
    let job = match wait {
        None => store.get(&id, name).await?,
        Some(wait) => tokio::select! {
            job = store.wait(&id, name, &wait) => job?,
            () = service.end.cancelled() => store.get(&id, name).await?,
        },
    };
    Ok(xml(uws::job(&job, &url(&base, &id))))
}

pub async fn delete(
    State(service): Shared,
    Extension(base): Extension<Base>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answered {
    service.store.delete(&id, caller.name()).await?;
    Ok(see_other(&format!("{}/async", base.0)))
}

/// A POST to the job itself: ACTION=DELETE and nothing else, as DALI wants it.
pub async fn act(
    State(service): Shared,
    Extension(base): Extension<Base>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    request: Request,
) -> Answered {
    let parameters = read(request, &service.weights()).await?;
    match parameters.single("ACTION")? {
        Some(action) if action.eq_ignore_ascii_case("DELETE") => {
            delete(State(service), Extension(base), Extension(caller), Path(id)).await
        }
        _ => {
            service.store.get(&id, caller.name()).await?;
            let message = "a job itself takes ACTION=DELETE and nothing else";
            let error = Diagnostic::error("S011", message)
                .help("parameters are sent to …/parameters, PHASE to …/phase");
            Err(Box::new(error).into())
        }
    }
}

pub async fn set_phase(
    State(service): Shared,
    Extension(base): Extension<Base>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    request: Request,
) -> Answered {
    let parameters = read(request, &service.weights()).await?;
    let phase = needed(&parameters, "PHASE")?.to_ascii_uppercase();
    match phase.as_str() {
        "RUN" => service.store.run(&id, caller.name()).await?,
        "ABORT" => service.store.abort(&id, caller.name()).await?,
        other => {
            let error = Diagnostic::error("S011", format!("PHASE cannot be set to `{other}`"));
            return Err(Box::new(error.help("possible: RUN, ABORT")).into());
        }
    };
    Ok(see_other(&url(&base, &id)))
}

pub async fn set_duration(
    State(service): Shared,
    Extension(base): Extension<Base>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    request: Request,
) -> Answered {
    let parameters = read(request, &service.weights()).await?;
    let text = needed(&parameters, "EXECUTIONDURATION")?;
    service.store.set_duration(&id, caller.name(), text).await?;
    Ok(see_other(&url(&base, &id)))
}

pub async fn set_destruction(
    State(service): Shared,
    Extension(base): Extension<Base>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    request: Request,
) -> Answered {
    let parameters = read(request, &service.weights()).await?;
    let text = needed(&parameters, "DESTRUCTION")?;
    service.store.set_destruction(&id, caller.name(), text).await?;
    Ok(see_other(&url(&base, &id)))
}

pub async fn add_parameters(
    State(service): Shared,
    Extension(base): Extension<Base>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    request: Request,
) -> Answered {
    let parameters = read(request, &service.weights()).await?;
    service.store.add_parameters(&id, caller.name(), &parameters).await?;
    Ok(see_other(&url(&base, &id)))
}

pub(super) fn url(base: &Base, id: &str) -> String {
    format!("{}/async/{id}", base.0)
}

fn needed<'a>(parameters: &'a Parameters, name: &'a str) -> Result<&'a str> {
    let missing =
        || Box::new(Diagnostic::error("S012", format!("the parameter {name} is missing")));
    parameters.single(name)?.ok_or_else(missing)
}
