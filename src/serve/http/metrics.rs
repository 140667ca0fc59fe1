//! Counters for Prometheus (OpenMetrics 1.0 text).

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ending {
    mode: &'static str,
    ending: String,
}

/// What is counted; cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<Request, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    open: Gauge,
    queries: Family<Ending, Counter>,
    running: Gauge,
    rows: Counter<u64, AtomicU64>,
}

/// From a cached document to the longest query.
const BUCKETS: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 120.0];

impl Metrics {
    /// Everything at zero.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("obscore_view");
        let requests = Family::default();
        let seconds = Family::new_with_constructor((|| Histogram::new(BUCKETS)) as fn() -> _);
        let (open, running, rows) = (Gauge::default(), Gauge::default(), Counter::default());
        let queries = Family::default();
        registry.register("requests", "Requests answered", Family::clone(&requests));
        registry.register_with_unit(
            "request",
            "Time to the head of the answer",
            Unit::Seconds,
            Family::clone(&seconds),
        );
        registry.register("requests_open", "Requests under way", Gauge::clone(&open));
        registry.register("queries", "Queries that have ended", Family::clone(&queries));
        registry.register(
            "queries_running",
            "Synchronous queries under way",
            Gauge::clone(&running),
        );
        registry.register("rows", "Rows sent", Counter::clone(&rows));
        Self { registry: Arc::new(registry), requests, seconds, open, queries, running, rows }
    }

    /// A request came.
    pub fn begin(&self) {
        self.open.inc();
    }

    /// Its answer began. `route` is the pattern of the path, so that there are few.
    pub fn answered(&self, method: &str, route: &str, status: u16, time: Duration) {
        let (method, route) = (method.to_owned(), route.to_owned());
        self.seconds.get_or_create(&Route { route: route.clone() }).observe(time.as_secs_f64());
        self.requests.get_or_create(&Request { method, route, status }).inc();
        self.open.dec();
    }

    /// A synchronous query began; it has ended when what is returned is dropped.
    pub fn query(&self) -> Running {
        self.running.inc();
        Running(self.running.clone())
    }

    /// A query ended: `ok`, or the code of its diagnostic.
    pub fn query_ended(&self, mode: &'static str, ending: &str, rows: u64) {
        self.queries.get_or_create(&Ending { mode, ending: ending.to_owned() }).inc();
        self.rows.inc_by(rows);
    }

    /// The text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            Err(error) => format!("# {error}\n"),
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// A query under way.
#[derive(Debug)]
pub struct Running(Gauge);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.dec();
    }
}
