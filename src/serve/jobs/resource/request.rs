//! Which job a request is about.
//!
//! In: the head of a request below `/async/{id}`, that `place` and `admit` have let through. Out:
//! the job's id, who asks, and where the client sees the job.

use std::sync::Arc;

use axum::extract::rejection::{ExtensionRejection, PathRejection};
use axum::extract::{FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::{Extension, RequestPartsExt};
use serde::Deserialize;

use super::Jobs;
use crate::diag::Result;
use crate::serve::Service;
use crate::serve::http::Caller;
use crate::serve::parameters::{self, Parameters};
use crate::serve::uws::Job;

/// A job that somebody asks for, which need not exist.
pub struct JobRequest {
    /// The service that has it.
    pub service: Arc<Service>,
    /// Its name.
    pub id: String,
    /// Where it is kept.
    pub jobs: Jobs,
    caller: Caller,
}

/// What the path says; it may say more.
#[derive(Deserialize)]
struct Named {
    id: String,
}

impl JobRequest {
    /// The caller's name, if it is known.
    pub fn caller(&self) -> Option<&str> {
        self.caller.name()
    }

    /// The job as it is now.
    ///
    /// # Errors
    /// S020 where there is none, S021 where it is somebody else's, and the store's own.
    pub async fn job(&self) -> Result<Job> {
        self.jobs.store.get(&self.id, self.caller()).await
    }

    /// What the request says besides.
    ///
    /// # Errors
    /// Those of [`parameters::read`].
    pub async fn read(&self, request: Request) -> Result<Parameters> {
        parameters::read(request, &self.service.weights()).await
    }

    /// Where the client sees the list of jobs.
    pub fn list_url(&self) -> String {
        self.jobs.url.clone()
    }

    /// Where the client sees the job.
    pub fn url(&self) -> String {
        format!("{}/{}", self.list_url(), self.id)
    }
}

impl FromRequestParts<Arc<Service>> for JobRequest {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        service: &Arc<Service>,
    ) -> Result<Self, Self::Rejection> {
        let Path(Named { id }) = parts.extract().await.map_err(PathRejection::into_response)?;
        let Extension(jobs) = parts.extract().await.map_err(ExtensionRejection::into_response)?;
        let Extension(caller) = parts.extract().await.map_err(ExtensionRejection::into_response)?;
        Ok(Self { service: Arc::clone(service), id, jobs, caller })
    }
}
