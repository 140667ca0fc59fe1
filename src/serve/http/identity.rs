//! Who asks.

use axum::http::{HeaderMap, header};

use crate::diag::{Diagnostic, Result};
use crate::serve::settings::Settings;

/// Who asks; `None` for nobody in particular.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller(pub Option<String>);

impl Caller {
    /// The name.
    pub fn name(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// Finds out who asks: by the header that a trusted proxy sets, or by a bearer token.
///
/// # Errors
/// S040 for a token that is unknown, and for nobody where somebody is needed.
pub fn identify(settings: &Settings, headers: &HeaderMap) -> Result<Caller> {
    if let Some(name) = &settings.identity_header
        && let Some(user) = headers.get(name).and_then(|user| user.to_str().ok())
        && !user.trim().is_empty()
    {
        return Ok(Caller(Some(user.trim().to_owned())));
    }
    let refused = |message: &str| {
        Box::new(
            Diagnostic::error("S040", message).help("send `Authorization: Bearer` and a token"),
        )
    };
    // Without tokens a header of Authorization is none of this service's business.
    if let Some(value) = headers.get(header::AUTHORIZATION)
        && !settings.tokens.is_empty()
    {
        let token = value.to_str().ok().and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let user = token.and_then(|token| settings.tokens.user(token));
        let user = user.ok_or_else(|| refused("the token is unknown"))?;
        return Ok(Caller(Some(user.to_owned())));
    }
    if settings.anonymous { Ok(Caller(None)) } else { Err(refused("this service needs a token")) }
}
