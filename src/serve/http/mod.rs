//! What every route has: identity, the URL of the service, logs, metrics, errors, and the server.
//!
//! In: connections. Out: requests with who asks and under which identifier; answers with their
//! status, logged and counted. Clients that are slow are given up.

mod base;
mod identity;
mod layers;
mod logs;
mod metrics;
mod observe;
mod pipe;
mod reply;
mod server;
mod stall;

pub use base::base_url;
pub use identity::{Caller, identify};
pub use layers::wrap;
pub use logs::start_log;
pub use metrics::Metrics;
pub use observe::{RequestId, observe};
pub use pipe::{PipeBody, PipeWriter, pipe};
pub use reply::{
    Answered, Refusal, Told, refuse, refuse_on_page, refuse_with, see_other, text, xml,
};
pub use server::{Server, listen};
